/* No byte of the input is believed: each case ends in a line of text or in a checked file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/alloc.h"
#include "tests/unit/checked.h"
#include "tests/unit/kernel.h"

/* Seconds after which a case is taken for one that never ends; it kills the program. */
enum { HANG = 120 };

static size_t cases;

static uint64_t random_next(void)
{
	static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void assert_one_line(const char *text)
{
	assert_true(*text != '\0');
	for (; *text; text++)
		assert_true(*text >= ' ' && *text <= '~');
}

static void show(const struct report_file *file)
{
	for (size_t i = 0; emitter_at(i); i++) {
		char *output = NULL;
		size_t size = 0;
		FILE *to = open_memstream(&output, &size);

		assert_non_null(to);
		assert_true(checked_emit(emitter_at(i), file, to));
		assert_int_equal(fclose(to), 0);
		/* GitHub gets findings only; of an unreadable file standard error tells. */
		assert_true(size > 0 || file->error || emitter_at(i) == &emitter_github);
		__real_free(output);
	}
}

/* Checks bytes that end where their allocation does, within the memory that is promised. */
static bool judge(const uint8_t *data, size_t size)
{
	uint8_t *exact = __real_malloc(size ? size : 1);
	struct report_file refused = {.path = "memory"};
	struct checked c;
	bool fine;

	assert_non_null(exact);
	memcpy(exact, data, size);
	cases++;
	alarm(HANG);
	alloc.peak = alloc.now;
	const size_t before = alloc.now;

	fine = checked_run(&c, (struct span){exact, size}, NULL);
	if (!fine) {
		assert_int_equal(c.error.kind, ERROR_INPUT);
		assert_one_line(c.error.text);
		refused.error = c.error.text;
	}
	show(fine ? &c.file : &refused);
	assert_true(alloc.peak - before <= 2 * size + (UINT64_C(64) << 20));
	checked_release(&c);
	assert_int_equal(alloc.now, before);
	__real_free(exact);
	alarm(0);
	return fine;
}

static bool judge_file(const struct elf_file *file)
{
	return judge(file->data, file->size);
}

static bool judge_spec(const struct elf_spec *spec)
{
	struct elf_file file = elf_write(spec);
	bool fine = judge_file(&file);

	free(file.data);
	return fine;
}

static void put(uint8_t *at, size_t width, uint64_t value)
{
	for (size_t i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Sets `width` bytes to what breaks arithmetic, and to what nobody thought of. */
static void set_field(const struct elf_file *file, size_t offset, size_t width)
{
	const uint64_t max = width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1;
	const uint64_t values[] = {0, 1, 2, max, max - 1, max >> 1, (max >> 1) + 1, file->size,
		file->size - 1, random_next() & max, random_next() & max, random_next() & 0xff,
		random_next() & 0xff};
	uint8_t saved[8];

	assert_true(offset + width <= file->size);
	memcpy(saved, file->data + offset, width);
	for (size_t i = 0; i < COUNT(values); i++) {
		put(file->data + offset, width, values[i]);
		judge_file(file);
	}
	memcpy(file->data + offset, saved, width);
}

struct field {
	size_t offset;
	size_t width;
};

#define FIELD(type, member) {offsetof(type, member), sizeof(((type *)NULL)->member)}

static void set_fields(const struct elf_file *file, size_t table, size_t entry, size_t count,
	const struct field *fields, size_t field_count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < field_count; j++)
			set_field(file, table + i * entry + fields[j].offset, fields[j].width);
}

static void elf_header_fields(void **state)
{
	static const struct field fields[] = {
		{EI_CLASS, 1},
		{EI_DATA, 1},
		{EI_VERSION, 1},
		{EI_OSABI, 1},
		{0, 4},
		FIELD(Elf64_Ehdr, e_type),
		FIELD(Elf64_Ehdr, e_machine),
		FIELD(Elf64_Ehdr, e_version),
		FIELD(Elf64_Ehdr, e_entry),
		FIELD(Elf64_Ehdr, e_phoff),
		FIELD(Elf64_Ehdr, e_shoff),
		FIELD(Elf64_Ehdr, e_flags),
		FIELD(Elf64_Ehdr, e_ehsize),
		FIELD(Elf64_Ehdr, e_phentsize),
		FIELD(Elf64_Ehdr, e_phnum),
		FIELD(Elf64_Ehdr, e_shentsize),
		FIELD(Elf64_Ehdr, e_shnum),
		FIELD(Elf64_Ehdr, e_shstrndx),
	};
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	assert_true(judge_file(&file));
	set_fields(&file, 0, 0, 1, fields, COUNT(fields));
	free(file.data);
}

static void section_header_fields(void **state)
{
	static const struct field fields[] = {
		FIELD(Elf64_Shdr, sh_name),
		FIELD(Elf64_Shdr, sh_type),
		FIELD(Elf64_Shdr, sh_flags),
		FIELD(Elf64_Shdr, sh_addr),
		FIELD(Elf64_Shdr, sh_offset),
		FIELD(Elf64_Shdr, sh_size),
		FIELD(Elf64_Shdr, sh_link),
		FIELD(Elf64_Shdr, sh_info),
		FIELD(Elf64_Shdr, sh_addralign),
		FIELD(Elf64_Shdr, sh_entsize),
	};
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	set_fields(&file, file.shoff, sizeof(Elf64_Shdr), file.shnum, fields, COUNT(fields));
	free(file.data);
}

static void program_header_fields(void **state)
{
	static const struct field fields[] = {
		FIELD(Elf64_Phdr, p_type),
		FIELD(Elf64_Phdr, p_flags),
		FIELD(Elf64_Phdr, p_offset),
		FIELD(Elf64_Phdr, p_vaddr),
		FIELD(Elf64_Phdr, p_paddr),
		FIELD(Elf64_Phdr, p_filesz),
		FIELD(Elf64_Phdr, p_memsz),
		FIELD(Elf64_Phdr, p_align),
	};
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	set_fields(&file, file.phoff, sizeof(Elf64_Phdr), file.phnum, fields, COUNT(fields));
	free(file.data);
}

static void symbol_fields(void **state)
{
	static const struct field fields[] = {
		FIELD(Elf64_Sym, st_name),
		FIELD(Elf64_Sym, st_info),
		FIELD(Elf64_Sym, st_other),
		FIELD(Elf64_Sym, st_shndx),
		FIELD(Elf64_Sym, st_value),
		FIELD(Elf64_Sym, st_size),
	};
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	set_fields(&file, file.symoff, sizeof(Elf64_Sym), file.symnum, fields, COUNT(fields));
	free(file.data);
}

static void cut_at_each_byte(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	for (size_t size = 0; size < file.size; size++)
		assert_false(judge(file.data, size));
	assert_true(judge(file.data, file.size));
	free(file.data);
}

static void several_random_bytes(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);
	uint8_t *damaged = malloc(file.size);

	(void)state;
	assert_non_null(damaged);
	for (size_t i = 0; i < 4000; i++) {
		const size_t changes = 1 + random_next() % 4;

		memcpy(damaged, file.data, file.size);
		for (size_t j = 0; j < changes; j++)
			damaged[random_next() % file.size] = (uint8_t)random_next();
		judge(damaged, file.size);
	}
	free(damaged);
	free(file.data);
}

static Elf64_Shdr *section_at(const struct elf_file *file, size_t index)
{
	return (Elf64_Shdr *)(void *)(file->data + file->shoff) + index;
}

static size_t find_type(const struct elf_file *file, uint32_t type)
{
	size_t i = 1;

	while (i < file->shnum && section_at(file, i)->sh_type != type)
		i++;
	return i;
}

static void sections_overlap(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	for (size_t i = 1; i < file.shnum; i++) {
		section_at(&file, i)->sh_offset = 0;
		section_at(&file, i)->sh_size = file.size;
		judge_file(&file);
	}
	free(file.data);
}

static void links_in_a_circle(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	for (size_t i = 0; i < file.shnum; i++) {
		section_at(&file, i)->sh_link = (uint32_t)((i + 1) % file.shnum);
		section_at(&file, i)->sh_info = (uint32_t)i;
		judge_file(&file);
	}
	for (size_t i = 0; i < file.shnum; i++)
		section_at(&file, i)->sh_link = (uint32_t)i;
	assert_false(judge_file(&file));
	free(file.data);
}

/* Section 0 says it is the symbols' string table, far outside of the file. */
static void null_section_as_string_table(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	*section_at(&file, 0) = (Elf64_Shdr){
		.sh_type = SHT_STRTAB, .sh_offset = UINT64_C(1) << 40, .sh_size = 1 << 20};
	section_at(&file, find_type(&file, SHT_SYMTAB))->sh_link = 0;
	assert_false(judge_file(&file));
	free(file.data);
}

static void indices_out_of_range(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);
	Elf64_Sym *symbols = (Elf64_Sym *)(void *)(file.data + file.symoff);

	(void)state;
	for (size_t i = 1; i < file.symnum; i++) {
		const Elf64_Sym saved = symbols[i];

		symbols[i].st_shndx = (uint16_t)file.shnum;
		assert_false(judge_file(&file));
		symbols[i].st_shndx = SHN_XINDEX;
		assert_false(judge_file(&file));
		symbols[i] = saved;
		symbols[i].st_name = UINT32_MAX;
		assert_false(judge_file(&file));
		symbols[i] = saved;
	}
	assert_true(judge_file(&file));
	free(file.data);
}

/* 4 GiB where there is 1 KiB: nothing is taken on trust of a size. */
static void claims_of_gigabytes(void **state)
{
	static const struct elf_section one = {
		".percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 16, 8, NULL, 0, 0, 0};
	const struct elf_spec spec = {
		.machine = EM_RISCV, .type = ET_REL, .sections = &one, .section_count = 1};
	const uint64_t huge = UINT64_C(4) << 30;
	struct elf_file file = elf_write(&spec);
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)file.data;

	(void)state;
	section_at(&file, 1)->sh_size = huge;
	assert_false(judge_file(&file));
	section_at(&file, 1)->sh_type = SHT_NOBITS;
	assert_true(judge_file(&file));
	header->e_shnum = 0;
	section_at(&file, 0)->sh_size = huge / sizeof(Elf64_Shdr);
	assert_false(judge_file(&file));
	header->e_phnum = PN_XNUM;
	header->e_phoff = sizeof(Elf64_Ehdr);
	section_at(&file, 0)->sh_size = file.shnum;
	section_at(&file, 0)->sh_info = UINT32_MAX;
	assert_false(judge_file(&file));
	free(file.data);
}

/* `count` sections of one name, behind the kernel's own four. */
static struct elf_section *many_sections(
	size_t count, const char *name, uint32_t type, uint64_t flags)
{
	struct elf_section *sections = calloc(count, sizeof(*sections));

	assert_non_null(sections);
	for (size_t i = 0; i < count; i++)
		sections[i] = (struct elf_section){
			.name = i % 4096 ? NULL : name, .type = type, .flags = flags, .align = 8};
	memcpy(sections, kernel_sections, sizeof(kernel_sections));
	return sections;
}

/* All of them get the name that the last one has. */
static void name_all(const struct elf_file *file, size_t from, size_t count, size_t like)
{
	for (size_t i = from; i < from + count; i++)
		section_at(file, i)->sh_name = section_at(file, like)->sh_name;
}

static void extended_section_numbers(void **state)
{
	enum { MANY = 66000 };
	struct elf_section *sections = many_sections(MANY, ".rodata", SHT_PROGBITS, SHF_ALLOC);
	const struct elf_symbol symbols[] = {
		{"_percpu_load_start", KERNEL_PERCPU, 0, 0, STT_NOTYPE, STB_GLOBAL},
		{"__PERCPU_FAR", MANY, 0, 8, STT_OBJECT, STB_GLOBAL},
	};
	const struct elf_spec spec = {.machine = EM_AARCH64,
		.type = ET_EXEC,
		.sections = sections,
		.section_count = MANY,
		.symbols = symbols,
		.symbol_count = COUNT(symbols)};
	struct elf_file file = elf_write(&spec);
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)file.data;
	Elf64_Shdr *wide = section_at(&file, find_type(&file, SHT_SYMTAB_SHNDX));
	uint32_t *index = (uint32_t *)(void *)(file.data + wide->sh_offset) + 2;
	struct checked c;

	(void)state;
	assert_int_equal(header->e_shnum, 0);
	assert_int_equal(header->e_shstrndx, SHN_XINDEX);
	assert_true(checked_run(&c, elf_span(&file), NULL));
	assert_int_equal(c.image->section_count, MANY + 5);
	assert_int_equal(checked_findings(&c, "section_single", SEVERITY_ERROR), 1);
	checked_release(&c);
	assert_true(judge_file(&file));
	*index = MANY + 5;
	assert_false(judge_file(&file));
	*index = UINT32_MAX;
	assert_false(judge_file(&file));
	*index = MANY;
	wide->sh_size = 8; /* none for the symbol */
	assert_false(judge_file(&file));
	wide->sh_type = SHT_PROGBITS;
	assert_false(judge_file(&file));
	section_at(&file, 0)->sh_link = (uint32_t)file.shnum;
	assert_false(judge_file(&file));
	section_at(&file, 0)->sh_size = UINT64_MAX / 64 + 2; /* times 64 wraps */
	assert_false(judge_file(&file));
	free(file.data);
	free(sections);
}

static void extended_segment_numbers(void **state)
{
	struct elf_spec spec = kernel_spec;
	struct elf_file file;
	struct checked c;

	(void)state;
	spec.extended_segments = true;
	file = elf_write(&spec);
	assert_true(checked_run(&c, elf_span(&file), NULL));
	assert_int_equal(c.image->segment_count, COUNT(kernel_segments));
	checked_release(&c);
	set_field(&file, file.shoff + offsetof(Elf64_Shdr, sh_info), 4);
	((Elf64_Ehdr *)(void *)file.data)->e_shoff = 0;
	((Elf64_Ehdr *)(void *)file.data)->e_shnum = 0;
	assert_false(judge_file(&file));
	free(file.data);
}

/* Nothing but section headers, each of them a template: the most memory, and the most to compare.
 */
static void nothing_but_section_headers(void **state)
{
	enum { MANY = 300000 };
	static const struct {
		const char *name;
		uint32_t type;
		uint16_t file_type;
	} kinds[] = {
		{".percpu", SHT_NOBITS, ET_EXEC},
		{".percpu", SHT_NOBITS, ET_REL},
		{".percpu", SHT_PROGBITS, ET_EXEC},
		{".data..percpu", SHT_NOBITS, ET_REL},
		{".percpu_areas", SHT_NOBITS, ET_EXEC},
		{"x.percpu", SHT_NOBITS, ET_EXEC},
		{".rela.percpu", SHT_RELA, ET_REL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct elf_section *sections =
			many_sections(MANY, kinds[i].name, kinds[i].type, SHF_ALLOC);
		struct elf_spec spec = kernel_spec;
		struct elf_file file;

		spec.type = kinds[i].file_type;
		spec.sections = sections;
		spec.section_count = MANY;
		file = elf_write(&spec);
		name_all(&file, COUNT(kernel_sections) + 1, MANY - COUNT(kernel_sections), 4097);
		for (size_t j = COUNT(kernel_sections) + 1; j < MANY; j++)
			if (kinds[i].type == SHT_NOBITS) {
				section_at(&file, j)->sh_addr = KERNEL_AREAS;
				section_at(&file, j)->sh_size = 0x100;
			}
		assert_true(judge_file(&file));
		free(file.data);
		free(sections);
	}
}

/* Nothing but symbols: all overlap, all leave the template, all have the same long name. */
static void nothing_but_symbols(void **state)
{
	enum { MANY = 400000, LONG = 1 << 20 };
	static const char *const starts[] = {"__PERCPU_", "_ZN", "_R", "\033]0;"};
	static const uint32_t places[] = {KERNEL_PERCPU, KERNEL_DATA};
	char *name = malloc(LONG);
	struct elf_symbol *symbols = calloc(MANY, sizeof(*symbols));

	(void)state;
	assert_non_null(name);
	assert_non_null(symbols);
	for (size_t i = 0; i < COUNT(starts) * COUNT(places); i++) {
		const char *start = starts[i % COUNT(starts)];
		struct elf_spec spec = kernel_spec;
		struct elf_file file;
		Elf64_Sym *table;

		memset(name, 'B', LONG);
		memcpy(name, start, strlen(start));
		name[LONG - 1] = '\0';
		memcpy(symbols, kernel_symbols, sizeof(kernel_symbols));
		for (size_t j = COUNT(kernel_symbols); j < MANY; j++)
			symbols[j] = (struct elf_symbol){
				.name = j == COUNT(kernel_symbols) ? name : NULL,
				.section = places[i / COUNT(starts)],
				.value = j * 3 % 0x38,
				.size = 7 + j % 64,
				.type = STT_OBJECT,
				.bind = STB_GLOBAL};
		spec.symbols = symbols;
		spec.symbol_count = MANY;
		file = elf_write(&spec);
		table = (Elf64_Sym *)(void *)(file.data + file.symoff);
		for (size_t j = COUNT(kernel_symbols) + 2; j <= MANY; j++)
			table[j].st_name = table[COUNT(kernel_symbols) + 1].st_name;
		assert_true(judge_file(&file));
		free(file.data);
	}
	free(symbols);
	free(name);
}

/* Code of a kernel with relocations kept, and of an object: what stands in it is read too. */
struct relocated {
	struct elf_section sections[COUNT(kernel_sections) + 1];
	struct elf_spec spec;
	Elf64_Rela *entries;
	uint8_t *code;
};

static void relocate(
	struct relocated *r, uint16_t machine, uint16_t type, size_t count, size_t code)
{
	*r = (struct relocated){.spec = kernel_spec};
	r->entries = calloc(count, sizeof(*r->entries));
	r->code = malloc(code);
	assert_non_null(r->entries);
	assert_non_null(r->code);
	for (size_t i = 0; i < code; i++)
		r->code[i] = (uint8_t)random_next();
	memcpy(r->sections, kernel_sections, sizeof(kernel_sections));
	r->sections[KERNEL_TEXT - 1].bytes = r->code;
	r->sections[KERNEL_TEXT - 1].size = code;
	r->sections[KERNEL_DATA - 1].addr += code;
	r->sections[COUNT(kernel_sections)] =
		(struct elf_section){".rela.text", SHT_RELA, 0, 0, count * sizeof(Elf64_Rela), 8,
			r->entries, COUNT(kernel_sections) + 2, KERNEL_TEXT, sizeof(Elf64_Rela)};
	r->spec.machine = machine;
	r->spec.type = type;
	r->spec.sections = r->sections;
	r->spec.section_count = COUNT(r->sections);
	for (size_t i = 0; i < count; i++)
		r->entries[i] = (Elf64_Rela){
			.r_offset =
				(type == ET_REL ? 0 : KERNEL_BASE) + random_next() % (code - 16),
			/* Of the symbols, those of the template; of the numbers, the usual ones. */
			.r_info = ELF64_R_INFO(5 + random_next() % 6, random_next() % 320),
			.r_addend = (int64_t)(random_next() % 0x40),
		};
}

static void relocated_release(struct relocated *r)
{
	free(r->entries);
	free(r->code);
}

static const uint16_t machines[] = {EM_X86_64, EM_AARCH64, EM_RISCV, 258 /* EM_LOONGARCH */};
static const uint16_t linked_and_not[] = {ET_EXEC, ET_REL};

static void relocation_fields(void **state)
{
	static const struct field fields[] = {
		FIELD(Elf64_Rela, r_offset),
		FIELD(Elf64_Rela, r_addend),
		{offsetof(Elf64_Rela, r_info), 4},
		{offsetof(Elf64_Rela, r_info) + 4, 4},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(machines) * COUNT(linked_and_not); i++) {
		struct relocated r;
		struct elf_file file;

		relocate(&r, machines[i / 2], linked_and_not[i % 2], 8, 0x100);
		file = elf_write(&r.spec);
		assert_true(judge_file(&file));
		set_fields(&file, section_at(&file, COUNT(kernel_sections) + 1)->sh_offset,
			sizeof(Elf64_Rela), 8, fields, COUNT(fields));
		set_field(&file,
			file.shoff + (COUNT(kernel_sections) + 1) * sizeof(Elf64_Shdr) +
				offsetof(Elf64_Shdr, sh_info),
			4);
		set_field(&file,
			file.shoff + (COUNT(kernel_sections) + 1) * sizeof(Elf64_Shdr) +
				offsetof(Elf64_Shdr, sh_link),
			4);
		free(file.data);
		relocated_release(&r);
	}
}

/* Every number there is, at random places of random code. */
static void random_code(void **state)
{
	(void)state;
	for (size_t i = 0; i < 40 * COUNT(machines) * COUNT(linked_and_not); i++) {
		struct relocated r;
		struct elf_file file;

		relocate(&r, machines[i / 2 % 4], linked_and_not[i % 2], 400, 0x400);
		file = elf_write(&r.spec);
		assert_true(judge_file(&file));
		free(file.data);
		relocated_release(&r);
	}
}

/* All of them in one place: whoever looks around it meets them all. */
static void nothing_but_relocations(void **state)
{
	enum { MANY = 300000 };

	(void)state;
	for (size_t i = 0; i < COUNT(machines) * COUNT(linked_and_not); i++) {
		struct relocated r;
		struct elf_file file;

		relocate(&r, machines[i / 2], linked_and_not[i % 2], MANY, 0x400);
		for (size_t j = 0; j < MANY; j++)
			r.entries[j].r_offset = (i % 2 ? 0 : KERNEL_BASE) + 0x200 + j % 16 * 4;
		file = elf_write(&r.spec);
		assert_true(judge_file(&file));
		free(file.data);
		relocated_release(&r);
	}
}

/* Relocations of code that has no bytes in the file. */
static void code_without_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(machines) * COUNT(linked_and_not); i++) {
		struct relocated r;

		relocate(&r, machines[i / 2], linked_and_not[i % 2], 40, 0x100);
		r.entries[0].r_offset = i % 2 ? 0 : KERNEL_BASE;
		r.sections[KERNEL_TEXT - 1].type = SHT_NOBITS;
		assert_true(judge_spec(&r.spec));
		relocated_release(&r);
	}
}

/* Pairs upon pairs of two parts, all of which belong together. */
static void nothing_but_pairs(void **state)
{
	enum { MANY = 300000, HI20 = 26, LO12_I = 27 };
	static const uint8_t pair[] = {0x37, 0x05, 0, 0, 0x0e, 0x95, 0x03, 0x35, 5, 0};

	(void)state;
	for (size_t i = 0; i < COUNT(linked_and_not); i++) {
		struct relocated r;
		struct elf_file file;

		relocate(&r, EM_RISCV, linked_and_not[i], MANY, 0x400);
		memcpy(r.code, pair, sizeof(pair));
		for (size_t j = 0; j < MANY; j++) {
			r.entries[j].r_offset = (i ? 0 : KERNEL_BASE) + (j < MANY / 2 ? 0 : 6);
			r.entries[j].r_info = ELF64_R_INFO(7, j < MANY / 2 ? HI20 : LO12_I);
			r.entries[j].r_addend = 0;
		}
		file = elf_write(&r.spec);
		assert_true(judge_file(&file));
		free(file.data);
		relocated_release(&r);
	}
}

static void hostile_section_names(void **state)
{
	static const char *const names[] = {
		"x.percpu\033[2J", "pcpu\n[section_single]", "\xff\xfe.percpu", "percpu\xc2\x9b"};
	struct elf_section sections[COUNT(kernel_sections)];
	struct elf_spec spec = kernel_spec;

	(void)state;
	memcpy(sections, kernel_sections, sizeof(sections));
	spec.sections = sections;
	for (size_t i = 0; i < COUNT(names); i++) {
		sections[KERNEL_PERCPU - 1].name = names[i];
		spec.symbol_count = COUNT(kernel_symbols);
		judge_spec(&spec);
		spec.symbol_count = 0;
		judge_spec(&spec);
	}
}

static void everything_at_odd_offsets(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);
	uint8_t *moved = calloc(1, file.size + 1);
	Elf64_Ehdr header;

	(void)state;
	assert_non_null(moved);
	memcpy(moved + 1, file.data, file.size);
	memcpy(&header, file.data, sizeof(header));
	header.e_phoff++;
	header.e_shoff++;
	memcpy(moved, &header, sizeof(header));
	for (size_t i = 0; i < file.shnum; i++)
		put(moved + header.e_shoff + i * sizeof(Elf64_Shdr) +
				offsetof(Elf64_Shdr, sh_offset),
			8, section_at(&file, i)->sh_offset + 1);
	assert_true(judge(moved, file.size + 1));
	free(moved);
	free(file.data);
}

/* Every word of both ABI notes, and every length of their section. */
static void abi_notes(void **state)
{
	static const uint32_t words[] = {7, 24, 1, 0x63726570, 0x7570, 1, 1, 1, 1, 1, 1, 7, 40, 2,
		0x63726570, 0x7570, 1, 1, 4, 0, 0x40, 0, 64, 0, 0, 0};
	const struct elf_section note = {
		".note.percpu", SHT_NOTE, SHF_ALLOC, 0, sizeof(words), 4, words, 0, 0, 0};
	struct elf_section sections[COUNT(kernel_sections) + 1];
	struct elf_spec spec = kernel_spec;
	struct elf_file file;
	Elf64_Shdr *header;

	(void)state;
	memcpy(sections, kernel_sections, sizeof(kernel_sections));
	sections[COUNT(kernel_sections)] = note;
	spec.sections = sections;
	spec.section_count = COUNT(sections);
	file = elf_write(&spec);
	header = section_at(&file, COUNT(sections));
	assert_true(judge_file(&file));
	for (size_t i = 0; i < COUNT(words); i++)
		set_field(&file, header->sh_offset + 4 * i, 4);
	for (header->sh_size = 0; header->sh_size <= sizeof(words); header->sh_size++)
		assert_true(judge_file(&file));
	free(file.data);
}

static int report_cases(void **state)
{
	(void)state;
	printf("# %zu inputs\n", cases);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elf_header_fields),
		cmocka_unit_test(section_header_fields),
		cmocka_unit_test(program_header_fields),
		cmocka_unit_test(symbol_fields),
		cmocka_unit_test(cut_at_each_byte),
		cmocka_unit_test(several_random_bytes),
		cmocka_unit_test(sections_overlap),
		cmocka_unit_test(links_in_a_circle),
		cmocka_unit_test(null_section_as_string_table),
		cmocka_unit_test(indices_out_of_range),
		cmocka_unit_test(claims_of_gigabytes),
		cmocka_unit_test(extended_section_numbers),
		cmocka_unit_test(extended_segment_numbers),
		cmocka_unit_test(nothing_but_section_headers),
		cmocka_unit_test(nothing_but_symbols),
		cmocka_unit_test(relocation_fields),
		cmocka_unit_test(random_code),
		cmocka_unit_test(nothing_but_relocations),
		cmocka_unit_test(code_without_bytes),
		cmocka_unit_test(nothing_but_pairs),
		cmocka_unit_test(hostile_section_names),
		cmocka_unit_test(everything_at_odd_offsets),
		cmocka_unit_test(abi_notes),
	};

	return cmocka_run_group_tests(tests, NULL, report_cases);
}
