/* Every exception of the checks twice: where it keeps them silent, and beside that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/changed.h"

/* A template in place, of a system with start and end symbols: 0x40 bytes, variables at 0 and 8. */
#define AT (KERNEL_BASE + 0x2000)

enum { START, END, VARIABLE, OTHER }; /* symbols */

static void start_in_place(struct changed *k, const char *system)
{
	const struct profile *p = profile_by_name(system);
	const struct elf_symbol symbols[] = {
		{p->bounds[BOUND_TEMPLATE_START].name, KERNEL_PERCPU, AT, 0, STT_NOTYPE,
			STB_GLOBAL},
		{p->bounds[BOUND_TEMPLATE_END].name, KERNEL_PERCPU, AT + 0x40, 0, STT_NOTYPE,
			STB_GLOBAL},
		{"variable", KERNEL_PERCPU, AT, 8, STT_OBJECT, STB_GLOBAL},
		{"other", KERNEL_PERCPU, AT + 8, 8, STT_OBJECT, STB_GLOBAL},
	};

	start(k);
	k->sections[KERNEL_PERCPU - 1].name = p->sections[0];
	k->sections[KERNEL_PERCPU - 1].addr = AT;
	k->segments[2].vaddr = AT;
	k->segments[2].paddr = AT - KERNEL_OFFSET;
	memcpy(k->symbols, symbols, sizeof(symbols));
	k->spec.symbol_count = COUNT(symbols);
}

/* The kernel as an object of model unknown: sections at 0, and symbols in them. */
static void start_object(struct changed *k)
{
	start(k);
	for (size_t i = 0; i < k->spec.section_count; i++)
		k->sections[i].addr = 0;
	k->spec.type = ET_REL;
	k->spec.segment_count = 0;
	k->symbols[0] =
		(struct elf_symbol){"__PERCPU_A", KERNEL_PERCPU, 0, 8, STT_OBJECT, STB_GLOBAL};
	k->spec.symbol_count = 1;
}

/* How often a check says that it could not decide. */
static size_t skips(const struct changed *k, const char *check)
{
	struct elf_file file = elf_write(&k->spec);
	struct checked c;
	size_t count = 0;

	assert_true(checked_run_with(&c, elf_span(&file), k->inputs, &k->options));
	for (size_t i = 0; i < c.file.skipped_count; i++)
		count += strcmp(c.file.skipped[i].check, check) == 0;
	checked_release(&c);
	free(file.data);
	return count;
}

/* An empty template is noted, and nothing but that is said. */
static bool is_noted_empty(const struct changed *k)
{
	struct elf_file file = elf_write(&k->spec);
	struct checked c;
	bool noted;

	assert_true(checked_run_with(&c, elf_span(&file), k->inputs, &k->options));
	noted = checked_findings(&c, "section_present", SEVERITY_NOTE) == 1;
	assert_int_equal(checked_findings(&c, NULL, SEVERITY_WARNING), 0);
	checked_release(&c);
	free(file.data);
	return noted;
}

/* ---- the objects of a link, in memory ---------------------------------------------------------
 */

enum { OBJECTS_MAX = 2 };

struct objects {
	struct inputs inputs;
	struct arena arena;
	int files[OBJECTS_MAX];
	size_t count;
	char paths[OBJECTS_MAX][32];
};

static void add_object(struct objects *o, const struct elf_spec *spec)
{
	struct elf_file file = elf_write(spec);
	const int fd = memfd_create("object", 0);

	assert_true(fd >= 0 && o->count < OBJECTS_MAX);
	assert_true(write(fd, file.data, file.size) == (ssize_t)file.size);
	snprintf(o->paths[o->count], sizeof(o->paths[0]), "/proc/self/fd/%d", fd);
	o->files[o->count++] = fd;
	free(file.data);
}

static void open_objects(struct objects *o)
{
	const char *paths[OBJECTS_MAX] = {o->paths[0], o->paths[1]}, *failed;
	struct error error = {0};

	assert_true(inputs_open(&o->inputs, paths, o->count, NULL, &o->arena, &failed, &error));
}

static void close_objects(struct objects *o)
{
	inputs_close(&o->inputs);
	arena_release(&o->arena);
	for (size_t i = 0; i < o->count; i++)
		close(o->files[i]);
}

/* One object with one section and one symbol in it, or two such. */
static void make_objects(struct objects *o, const struct elf_section *section,
	const struct elf_symbol *symbol, const struct elf_symbol *second)
{
	struct elf_spec spec = {.machine = EM_X86_64,
		.type = ET_REL,
		.sections = section,
		.section_count = 1,
		.symbols = symbol,
		.symbol_count = 1};

	*o = (struct objects){0};
	add_object(o, &spec);
	spec.symbols = second;
	if (second)
		add_object(o, &spec);
	open_objects(o);
}

static const struct elf_section input = {
	".percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 8, 8, NULL, 0, 0, 0};

/* ---- which layout it is -----------------------------------------------------------------------
 */

static void names_say_percpu(void **state)
{
	static const char *const say[] = {".percpu", "x.per_cpu", ".cpu_local.a", "pcpu",
		".pcpuvar", "set_pcpu", ".spercpu.percpu", ".data..percpu", ".bss.percpu",
		".bss.percpu.page_aligned", ".data.percpu.x"};
	static const char *const others[] = {".percpus", "xpercpu", ".upcpu", ".pcpuvars", "9pcpu",
		".rela.percpu", ".rel.percpu", ".note.percpu", ".debug_percpu", ".cpu_locals",
		".bss.percpu_off", ".data.the_percpu", ".sbss.pcpu_x.0"};

	(void)state;
	for (size_t i = 0; i < COUNT(say); i++)
		assert_true(name_says_percpu(say[i]));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(name_says_percpu(others[i]));
}

static const char *verdict_of(const struct elf_file *file, char text[200])
{
	struct checked c;

	assert_true(checked_run(&c, elf_span(file), NULL));
	strcpy(text, c.file.verdict ? c.file.verdict : "");
	checked_release(&c);
	return text;
}

static const char *verdict(const struct changed *k, char text[200])
{
	struct elf_file file = elf_write(&k->spec);

	verdict_of(&file, text);
	free(file.data);
	return text;
}

/* Without symbols a kernel may hide its data; a program may not. */
static void verdicts(void **state)
{
	static const uint32_t program[] = {PT_INTERP, PT_DYNAMIC, PT_TLS};
	struct elf_file file;
	struct changed k;
	char text[200];

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1].name = ".other";
	k.spec.symbol_count = 1;
	assert_string_equal(verdict(&k, text), "no per-CPU data");
	k.spec.symbol_count = 0;
	assert_non_null(strstr(verdict(&k, text), "without symbols nothing else"));
	for (size_t i = 0; i < COUNT(program); i++) {
		k.segments[3].type = program[i];
		assert_string_equal(verdict(&k, text), "no per-CPU data");
	}
	k.segments[3].type = PT_NOTE;
	file = elf_write(&k.spec);
	memset(file.data + offsetof(Elf64_Ehdr, e_shnum), 0, 2);
	memset(file.data + offsetof(Elf64_Ehdr, e_shstrndx), 0, 2);
	memset(file.data + offsetof(Elf64_Ehdr, e_shoff), 0, 8);
	assert_non_null(strstr(verdict_of(&file, text), "cannot tell: no section headers"));
	free(file.data);
	k.sections[KERNEL_PERCPU - 1].name = ".my_pcpu";
	assert_non_null(strstr(verdict(&k, text), "section .my_pcpu looks like it"));
}

/* Only definitions speak of a section that is not there, and only both ends of a template. */
static void symbols_without_a_section(void **state)
{
	struct changed k;
	char text[200];

	(void)state;
	start_in_place(&k, "linux");
	k.sections[KERNEL_PERCPU - 1].name = ".data.rest";
	assert_only(&k, "section_present", 1);
	k.symbols[END].section = SHN_UNDEF;
	k.symbols[END].bind = STB_WEAK;
	assert_only(&k, NULL, 0);
	assert_string_equal(verdict(&k, text), "no per-CPU data");
	k.symbols[START].section = SHN_UNDEF;
	assert_only(&k, NULL, 0);
	start(&k);
	k.sections[KERNEL_PERCPU - 1].name = ".data.rest";
	k.options.levels[CHECK_ID_section_single] = LEVEL_ALLOW;
	assert_only(&k, "section_present", 1);
	k.symbols[4].section = k.symbols[5].section = SHN_UNDEF;
	assert_only(&k, NULL, 0);
	start_in_place(&k, "xvisor"); /* PROVIDEd names prove nothing */
	k.sections[KERNEL_PERCPU - 1].name = ".data.rest";
	k.symbols[OTHER] = (struct elf_symbol){
		"vmm_percpu_init", KERNEL_TEXT, KERNEL_BASE, 8, STT_FUNC, STB_GLOBAL};
	assert_only(&k, NULL, 0);
}

/* What has the name of per-CPU input but holds relocations, or nothing at all, is none. */
static void sections_of_no_data(void **state)
{
	static const uint32_t types[] = {SHT_NULL, SHT_REL, SHT_RELA};
	struct changed k;
	char text[200];

	(void)state;
	start_object(&k);
	assert_string_equal(verdict(&k, text), "");
	k.spec.symbol_count = 0;
	k.sections[KERNEL_PERCPU - 1].size = 0;
	for (size_t i = 0; i < COUNT(types); i++) {
		k.sections[KERNEL_PERCPU - 1].type = types[i];
		assert_string_not_equal(verdict(&k, text), "");
	}
}

/* A symbol range stands for a section: between its ends, and sized symbols only. */
static void a_symbol_range(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "xen");
	k.symbols[VARIABLE].name = "per_cpu__variable";
	add_symbol(&k,
		(struct elf_symbol){"ebmalloc_mem", KERNEL_PERCPU, AT, 0, STT_OBJECT, STB_GLOBAL});
	assert_findings(&k, NULL, 0, SEVERITY_NOTE);
	k.symbols[END].value = AT + 8; /* `other` is behind the range */
	k.symbols[OTHER].size = 0x400;
	assert_only(&k, NULL, 0);
	k.symbols[OTHER].name = "per_cpu__other";
	assert_only(&k, "section_single", 1);
	start_in_place(&k, "xen"); /* ends in no section enclose a range of none */
	k.symbols[START].section = k.symbols[END].section = SHN_ABS;
	assert_only(&k, "section_present", 1);
	k.symbols[END].value = AT;
	assert_only(&k, NULL, 0);
}

/* Nothing in it, nothing but padding: a note. A name, a byte or no symbol table at all: no. */
static void empty_templates(void **state)
{
	struct elf_section *s;
	struct changed k;

	(void)state;
	start(&k);
	s = &k.sections[KERNEL_PERCPU - 1];
	k.spec.symbol_count = 6;
	assert_only(&k, NULL, 0);
	assert_false(is_noted_empty(&k)); /* kernel_template has bytes */
	s->bytes = NULL;
	assert_true(is_noted_empty(&k));
	add_symbol(&k, (struct elf_symbol){"$d", KERNEL_PERCPU, 0, 0, STT_NOTYPE, STB_LOCAL});
	assert_true(is_noted_empty(&k));
	k.symbols[6].name = "";
	assert_true(is_noted_empty(&k));
	k.symbols[6].name = "name";
	k.symbols[6].type = STT_SECTION;
	assert_true(is_noted_empty(&k));
	k.symbols[6].type = STT_FILE;
	assert_true(is_noted_empty(&k));
	k.symbols[6].type = STT_NOTYPE;
	assert_false(is_noted_empty(&k));
	k.symbols[6].section = KERNEL_DATA;
	assert_true(is_noted_empty(&k));
	k.spec.symbol_count = 0;
	assert_false(is_noted_empty(&k));
	s->size = 0;
	assert_true(is_noted_empty(&k));
}

/* _edata or __bss_start may bear the index of the section that they end or that they are behind. */
static void labels_beside_an_empty_template(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.sections[KERNEL_PERCPU - 1].bytes = NULL;
	k.spec.symbol_count = 2;
	add_symbol(&k,
		(struct elf_symbol){"label", KERNEL_PERCPU, AT + 0x3f, 0, STT_NOTYPE, STB_GLOBAL});
	assert_false(is_noted_empty(&k));
	k.symbols[2].value = AT + 0x40;
	assert_true(is_noted_empty(&k));
	k.symbols[2].value = AT - 1;
	assert_true(is_noted_empty(&k));
	k.symbols[2].value = AT;
	assert_false(is_noted_empty(&k));
}

/* The linker dropped the section: with the ends at one place that is an empty template too. */
static void empty_without_a_section(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.sections[KERNEL_PERCPU - 1].name = ".data.rest";
	k.symbols[END].value = AT;
	assert_only(&k, NULL, 0);
	assert_true(is_noted_empty(&k));
	k.symbols[END].value = AT + 1;
	assert_only(&k, "section_present", 1);
}

static void empty_but_for_objects(void **state)
{
	const struct elf_symbol symbol = {"a", 1, 0, 8, STT_OBJECT, STB_LOCAL};
	struct elf_section section = input;
	struct objects objects;
	struct changed k;

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1].bytes = NULL;
	k.spec.symbol_count = 6;
	make_objects(&objects, &section, &symbol, NULL);
	k.inputs = &objects.inputs;
	assert_false(is_noted_empty(&k));
	k.sections[KERNEL_PERCPU - 1].size = 0; /* the linker dropped it */
	assert_only(&k, "section_present", 1);
	k.sections[KERNEL_PERCPU - 1].size = 0x40;
	close_objects(&objects);
	section.size = 0;
	make_objects(&objects, &section, &symbol, NULL);
	assert_true(is_noted_empty(&k));
	close_objects(&objects);
	section = input;
	section.name = ".data..percpu"; /* another system's */
	make_objects(&objects, &section, &symbol, NULL);
	assert_true(is_noted_empty(&k));
	close_objects(&objects);
}

/* ---- the section ------------------------------------------------------------------------------
 */

/* What start-up clears loses nothing, and a debug file has no bytes anyway. */
static void cleared_sections(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.sections[KERNEL_PERCPU - 1].type = SHT_NOBITS;
	assert_only(&k, "section_type", 1);
	for (size_t i = 0; i < k.spec.section_count; i++)
		k.sections[i].type = SHT_NOBITS;
	k.segments[2].filesz = 1; /* and its program headers are another file's */
	assert_only(&k, NULL, 0);
	assert_int_equal(skips(&k, "section_type"), 1);
	assert_int_equal(skips(&k, "segment_load"), 1);
	start_in_place(&k, "xvisor");
	add_symbol(&k, (struct elf_symbol){"vmm_percpu_init", KERNEL_TEXT, KERNEL_BASE, 8, STT_FUNC,
			       STB_GLOBAL});
	k.sections[KERNEL_PERCPU - 1].type = SHT_NOBITS;
	assert_only(&k, NULL, 0);
	start_in_place(&k, "asterinas");
	k.sections[KERNEL_PERCPU - 1].type = SHT_NOBITS;
	assert_only(&k, "section_type", 1);
	add_section(&k, (struct elf_section){".cpu_local_tss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
				AT + 0x40, 0, 8, NULL, 0, 0, 0});
	assert_only(&k, "section_type", 1);
}

/* Initial values are lost when an object, or a relocation that was kept, tells of them. */
static void lost_values(void **state)
{
	const struct elf_symbol symbol = {"a", 1, 0, 8, STT_OBJECT, STB_LOCAL};
	struct elf_section section = input, *rela;
	struct objects objects;
	struct changed k;

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1].type = SHT_NOBITS;
	make_objects(&objects, &section, &symbol, NULL);
	k.inputs = &objects.inputs;
	assert_only(&k, "section_type", 1);
	assert_findings(&k, NULL, 0, SEVERITY_ERROR); /* zeros */
	close_objects(&objects);
	section.bytes = kernel_template;
	make_objects(&objects, &section, &symbol, NULL);
	assert_findings(&k, "section_type", 1, SEVERITY_ERROR);
	close_objects(&objects);
	section.name = ".data..percpu"; /* another system's */
	make_objects(&objects, &section, &symbol, NULL);
	assert_findings(&k, NULL, 0, SEVERITY_ERROR);
	close_objects(&objects);
	k.inputs = NULL;
	rela = add_section(&k, (struct elf_section){".rela.percpu", SHT_RELA, 0, 0, 24, 8, NULL, 6,
				       KERNEL_PERCPU, 24});
	assert_findings(&k, "section_type", 1, SEVERITY_ERROR);
	rela->info = KERNEL_DATA;
	assert_findings(&k, NULL, 0, SEVERITY_ERROR);
	rela->info = KERNEL_PERCPU;
	rela->size = 0;
	assert_findings(&k, NULL, 0, SEVERITY_ERROR);
	rela->size = 24;
	rela->type = SHT_PROGBITS;
	assert_findings(&k, NULL, 0, SEVERITY_ERROR);
	assert_only(&k, "section_type", 1);
}

static void flags_of_nothing(void **state)
{
	struct elf_section *tss;
	struct changed k;

	(void)state;
	start_in_place(&k, "asterinas");
	tss = add_section(&k, (struct elf_section){".cpu_local_tss", SHT_PROGBITS, SHF_ALLOC,
				      AT + 0x40, 0, 8, NULL, 0, 0, 0});
	assert_only(&k, NULL, 0);
	tss->size = 8;
	assert_only(&k, "section_flags", 1);
	start_object(&k);
	k.sections[KERNEL_PERCPU - 1].flags |= SHF_EXECINSTR;
	assert_only(&k, "section_flags", 1);
	assert_findings(&k, NULL, 0, SEVERITY_ERROR); /* of an unknown model */
	k.options.layout.model = MODEL_NONZERO;
	assert_findings(&k, "section_flags", 1, SEVERITY_ERROR);
}

/* A section at 0 is what x86_64 had; elsewhere Linux has none. The assumed proves nothing. */
static void addresses_and_models(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	assert_int_equal(skips(&k, "section_vma"), 1);
	k.options.layout.model = MODEL_ZERO;
	assert_only(&k, NULL, 0);
	k.options.layout.model = MODEL_NONZERO;
	assert_only(&k, "section_vma", 1);
	start_in_place(&k, "linux");
	assert_only(&k, NULL, 0);
	assert_int_equal(skips(&k, "section_vma"), 0);
	k.options.layout.model = MODEL_ZERO;
	assert_only(&k, "section_vma", 1);
	start_in_place(&k, "linux");
	k.sections[KERNEL_PERCPU - 1].addr = k.segments[2].vaddr = 0;
	for (size_t i = START; i <= OTHER; i++)
		k.symbols[i].value -= AT;
	assert_only(&k, NULL, 0);
	k.spec.machine = EM_AARCH64;
	assert_only(&k, "section_vma", 1);
}

static void strays_and_orphans(void **state)
{
	struct elf_symbol *symbol;
	struct changed k;

	(void)state;
	start(&k);
	symbol = add_symbol(&k, (struct elf_symbol){"__PERCPU_LOST", KERNEL_DATA,
					KERNEL_BASE + 0x1008, 8, STT_OBJECT, STB_GLOBAL});
	assert_only(&k, "section_single", 1);
	symbol->section = SHN_ABS;
	assert_only(&k, NULL, 0);
	symbol->section = SHN_UNDEF;
	assert_only(&k, NULL, 0);
	symbol->section = KERNEL_DATA;
	symbol->type = STT_FUNC;
	assert_only(&k, NULL, 0);
	symbol->type = STT_OBJECT;
	symbol->name = "per_cpu__lost"; /* Xen's prefix, in a file that is not Xen's */
	assert_only(&k, NULL, 0);
	symbol->name = "__PERCPU_LOST";
	symbol->section = 5;
	add_section(&k, (struct elf_section){".comment", SHT_PROGBITS, 0, 0, 8, 1, NULL, 0, 0, 0});
	assert_only(&k, NULL, 0);
	start_in_place(&k, "linux"); /* which has no prefix of its own */
	add_symbol(&k, (struct elf_symbol){"__PERCPU_LOST", KERNEL_DATA, KERNEL_BASE + 0x1008, 8,
			       STT_OBJECT, STB_GLOBAL});
	assert_only(&k, NULL, 0);
}

/* Two layouts: what is wrong with one is said of that one, what is nobody's once. */
static void two_layouts(void **state)
{
	struct elf_section *hyp;
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	hyp = add_section(
		&k, (struct elf_section){".hyp.data..percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
			    AT + 0x40, 0x10, 8, kernel_template, 0, 0, 0});
	k.segments[2].filesz = k.segments[2].memsz = 0x50;
	assert_only(&k, NULL, 0);
	hyp->addr += 4;
	k.segments[2].filesz += 4;
	k.options.levels[CHECK_ID_segment_load] = LEVEL_ALLOW; /* and its bytes are elsewhere */
	assert_only(&k, "section_align", 1);
	hyp->addr -= 4;
	k.segments[2].filesz -= 4;
	k.options.levels[CHECK_ID_segment_load] = LEVEL_DEFAULT;
	add_section(&k, (struct elf_section){".my.percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				KERNEL_BASE + 0x4000, 8, 8, NULL, 0, 0, 0});
	assert_only(&k, "section_single", 1);
}

static void input_that_landed_elsewhere(void **state)
{
	struct elf_symbol symbol = {"plain", 1, 0, 8, STT_OBJECT, STB_GLOBAL}, *landed;
	struct elf_section section = input;
	struct objects objects;
	struct changed k;

	(void)state;
	start(&k);
	landed = add_symbol(&k, (struct elf_symbol){"plain", KERNEL_DATA, KERNEL_BASE + 0x1008, 8,
					STT_OBJECT, STB_GLOBAL});
	make_objects(&objects, &section, &symbol, NULL);
	k.inputs = &objects.inputs;
	assert_only(&k, "section_single", 1);
	landed->bind = STB_LOCAL;
	assert_only(&k, NULL, 0);
	landed->bind = STB_GLOBAL;
	landed->section = SHN_UNDEF;
	assert_only(&k, NULL, 0);
	landed->section = SHN_ABS;
	assert_only(&k, NULL, 0);
	landed->section = KERNEL_PERCPU;
	landed->value = 0x28;
	assert_only(&k, NULL, 0);
	landed->section = KERNEL_DATA;
	landed->name = "another";
	assert_only(&k, NULL, 0);
	landed->name = "plain";
	close_objects(&objects);
	symbol.bind = STB_LOCAL;
	make_objects(&objects, &section, &symbol, NULL);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
	symbol.bind = STB_GLOBAL;
	section.name = ".data..percpu"; /* another system's */
	make_objects(&objects, &section, &symbol, NULL);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
}

/* Statics of one name are told apart by their source file and size, and by where they may be. */
static void statics_that_landed_elsewhere(void **state)
{
	struct elf_symbol symbols[] = {
		{"a.c", SHN_ABS, 0, 0, STT_FILE, STB_LOCAL},
		{"plain", 1, 0, 8, STT_OBJECT, STB_LOCAL},
	};
	const struct elf_spec spec = {.machine = EM_X86_64,
		.type = ET_REL,
		.sections = &input,
		.section_count = 1,
		.symbols = symbols,
		.symbol_count = 2};
	struct elf_symbol *file, *landed;
	struct objects objects = {0};
	struct changed k;

	(void)state;
	start(&k);
	file = add_symbol(&k, symbols[0]);
	landed = add_symbol(&k, (struct elf_symbol){"plain", KERNEL_DATA, KERNEL_BASE + 0x1008, 8,
					STT_OBJECT, STB_LOCAL});
	add_object(&objects, &spec);
	open_objects(&objects);
	k.inputs = &objects.inputs;
	assert_only(&k, "section_single", 1);
	landed->size = 4;
	assert_only(&k, NULL, 0);
	landed->size = 8;
	file->name = "b.c";
	assert_only(&k, NULL, 0);
	file->type = STT_NOTYPE; /* of no file that is known */
	assert_only(&k, NULL, 0);
	file->name = "a.c";
	file->type = STT_FILE;
	landed->bind = STB_GLOBAL;
	assert_only(&k, NULL, 0);
	landed->bind = STB_LOCAL;
	add_symbol(&k, (struct elf_symbol){"plain", KERNEL_PERCPU, 0x28, 4, STT_OBJECT, STB_LOCAL});
	assert_only(&k, "section_single", 1);
	k.symbols[k.spec.symbol_count - 1].name = "another";
	k.symbols[k.spec.symbol_count - 1].size = 8;
	assert_only(&k, "section_single", 1);
	k.symbols[k.spec.symbol_count - 1].name = "plain"; /* this one is the object's */
	assert_only(&k, NULL, 0);
	close_objects(&objects);
}

/* A layout of two sections: each has the alignment of its own input. */
static void alignment_of_each_section(void **state)
{
	const struct elf_symbol symbol = {"state", 1, 0, 8, STT_OBJECT, STB_GLOBAL};
	struct elf_section section = input, *tss;
	struct objects objects;
	struct changed k;

	(void)state;
	start_in_place(&k, "asterinas");
	k.sections[KERNEL_PERCPU - 1].align = 8;
	tss = add_section(&k, (struct elf_section){".cpu_local_tss", SHT_PROGBITS,
				      SHF_ALLOC | SHF_WRITE, AT + 0x40, 8, 64, NULL, 0, 0, 0});
	section.name = ".cpu_local_tss";
	section.align = 64;
	make_objects(&objects, &section, &symbol, NULL);
	k.inputs = &objects.inputs;
	assert_only(&k, NULL, 0);
	tss->align = 32;
	assert_only(&k, "section_align", 1);
	close_objects(&objects);
	section.name = ".cpu_local";
	make_objects(&objects, &section, &symbol, NULL);
	assert_only(&k, "section_align", 1);
	k.sections[KERNEL_PERCPU - 1].align = 64;
	assert_only(&k, NULL, 0);
	close_objects(&objects);
}

/* The load address counts only where area 0 lies on it. */
static void alignment_of_the_load_address(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.symbols[2].value += 8; /* _percpu_start */
	k.symbols[3].value += 8;
	k.segments[2].paddr += 8;
	k.options.levels[CHECK_ID_area_overlap] = LEVEL_ALLOW;
	assert_only(&k, "section_align", 1);
	k.options.layout.placement = PLACEMENT_DYNAMIC;
	add_symbol(&k, (struct elf_symbol){"_percpu_template", SHN_ABS, KERNEL_AREAS + 8, 0,
			       STT_NOTYPE, STB_GLOBAL});
	assert_only(&k, NULL, 0);
}

/* ---- boundary symbols -------------------------------------------------------------------------
 */

static void exact_starts_and_ends(void **state)
{
	struct elf_symbol evidence = {
		"vmm_percpu_init", KERNEL_TEXT, KERNEL_BASE, 8, STT_FUNC, STB_GLOBAL};
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.symbols[START].value += 8;
	assert_only(&k, "bounds_order", 1);
	start_in_place(&k, "xvisor");
	add_symbol(&k, evidence);
	k.symbols[START].value += 8;
	k.symbols[VARIABLE].value += 16;
	assert_only(&k, NULL, 0);
	start_in_place(&k, "linux");
	k.symbols[END].value += 1;
	assert_only(&k, "bounds_order", 1);
	start_in_place(&k, "asterinas"); /* padding up to a line is nobody's */
	k.sections[KERNEL_PERCPU - 1].size = 0x28;
	assert_only(&k, NULL, 0);
	k.symbols[END].value = AT + 0x41;
	assert_only(&k, "bounds_order", 1);
	k.sections[KERNEL_PERCPU - 1].align = 0x100; /* ... or to the section's alignment */
	k.symbols[END].value = AT + 0x100;
	assert_only(&k, NULL, 0);
	k.symbols[END].value = AT + 0x101;
	assert_only(&k, "bounds_order", 1);
}

/* Several sections: the end is that of the last, and the widest alignment pads it. */
static void the_end_of_two_sections(void **state)
{
	struct elf_section *tss;
	struct changed k;

	(void)state;
	start_in_place(&k, "asterinas");
	tss = add_section(&k, (struct elf_section){".cpu_local_tss", SHT_PROGBITS,
				      SHF_ALLOC | SHF_WRITE, AT + 0x40, 0x40, 64, NULL, 0, 0, 0});
	k.segments[2].filesz = k.segments[2].memsz = 0x80;
	k.symbols[END].value = AT + 0x80;
	assert_only(&k, NULL, 0);
	k.symbols[END].value = AT + 0x81;
	assert_only(&k, "bounds_order", 1);
	k.options.levels[CHECK_ID_segment_load] = LEVEL_ALLOW; /* its bytes stay behind */
	tss->addr = AT - 0x40;
	k.symbols[START].value = AT - 0x40;
	assert_only(&k, "bounds_order", 1);
	k.symbols[END].value = AT + 0x40;
	assert_only(&k, NULL, 0);
}

static void missing_bounds(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	assert_findings(&k, NULL, 0, SEVERITY_NOTE); /* __per_cpu_load is optional */
	k.symbols[END].name = "_end";
	assert_findings(&k, "bounds_defined", 1, SEVERITY_NOTE);
	assert_only(&k, NULL, 0);
	k.symbols[END].name = "__per_cpu_load";
	k.symbols[END].section = SHN_UNDEF;
	k.symbols[END].bind = STB_WEAK;
	assert_only(&k, NULL, 0); /* code may ask whether an optional one is there */
	k.symbols[END].name = "__per_cpu_end";
	assert_only(&k, "bounds_defined", 1);
	k.symbols[END].name = "_end";
	k.options.layout.profile = profile_by_name("linux");
	assert_only(&k, "bounds_defined", 1); /* who names the profile means its symbols */
}

/* GNU ld drops undefined weak symbols: that one was wanted, the objects tell. */
static void missing_bounds_that_objects_want(void **state)
{
	struct elf_symbol symbol = {"__per_cpu_end", SHN_UNDEF, 0, 0, STT_NOTYPE, STB_WEAK};
	struct objects objects;
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.symbols[END].name = "_end";
	make_objects(&objects, &input, &symbol, NULL);
	k.inputs = &objects.inputs;
	assert_only(&k, "bounds_defined", 1);
	close_objects(&objects);
	symbol.name = "another";
	make_objects(&objects, &input, &symbol, NULL);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
	symbol.name = "__per_cpu_end"; /* this object has one of its own */
	symbol.section = 1;
	make_objects(&objects, &input, &symbol, NULL);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
}

/* In place the start may stand behind padding, but not behind a variable, nor outside. */
static void starts_behind_padding(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.symbols[START].value = k.symbols[VARIABLE].value = AT + 8;
	k.symbols[OTHER].value = AT + 16;
	assert_only(&k, NULL, 0);
	k.symbols[START].value = AT + 9;
	k.options.levels[CHECK_ID_symbol_in_section] = LEVEL_ALLOW;
	assert_only(&k, "bounds_order", 1);
	k.symbols[START].value = AT - 8;
	assert_only(&k, "bounds_order", 1);
	start_in_place(&k, "linux"); /* without a variable, up to the section's end */
	k.symbols[VARIABLE].type = k.symbols[OTHER].type = STT_NOTYPE;
	k.symbols[VARIABLE].size = k.symbols[OTHER].size = 0;
	k.sections[KERNEL_PERCPU - 1].size = 0x20;
	k.symbols[START].value = k.symbols[END].value = AT + 0x20;
	assert_only(&k, NULL, 0);
	k.symbols[START].value = k.symbols[END].value = AT + 0x21;
	assert_only(&k, "bounds_order", 2);
	start(&k); /* at 0 the padding is a part of every offset */
	k.symbols[4].value = 8;
	k.symbols[6].value = 8;
	k.symbols[6].section = KERNEL_TEXT;
	k.symbols[6].name = "unrelated";
	assert_only(&k, "bounds_order", 1);
	k.options.layout.model = MODEL_NAIVE;
	k.options.levels[CHECK_ID_section_vma] = LEVEL_ALLOW;
	assert_only(&k, NULL, 0);
}

/* In an image that moves, addresses are relative and numbers absolute; at 0 nothing moves. */
static void bounds_that_move(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.spec.type = ET_DYN;
	assert_only(&k, NULL, 0);
	k.symbols[END].section = SHN_ABS;
	assert_only(&k, "bounds_defined", 1);
	k.spec.type = ET_EXEC;
	assert_only(&k, NULL, 0);
	start(&k); /* at 0 the template's addresses are offsets, and the areas' are not */
	k.spec.type = ET_DYN;
	k.symbols[4].section = k.symbols[5].section = SHN_ABS;
	assert_only(&k, "bounds_defined", 2);
	k.symbols[2].section = k.symbols[3].section = KERNEL_BSS;
	add_symbol(&k, (struct elf_symbol){
			       "_percpu_reserve_start", SHN_ABS, 0x40, 0, STT_NOTYPE, STB_GLOBAL});
	add_symbol(&k, (struct elf_symbol){
			       "_percpu_reserve_end", SHN_ABS, 0x40, 0, STT_NOTYPE, STB_GLOBAL});
	assert_only(&k, NULL, 0);
	start_in_place(&k, "unikraft");
	k.spec.type = ET_DYN;
	add_symbol(&k, (struct elf_symbol){
			       "_uk_pcpuvar_tmpl_size", SHN_ABS, 0x40, 0, STT_NOTYPE, STB_GLOBAL});
	add_symbol(&k,
		(struct elf_symbol){"_uk_pcpuvar_align", SHN_ABS, 0x40, 0, STT_NOTYPE, STB_GLOBAL});
	assert_only(&k, NULL, 0);
	k.symbols[4].section = KERNEL_PERCPU;
	assert_only(&k, "bounds_defined", 1);
	k.symbols[5].section = KERNEL_PERCPU;
	assert_only(&k, "bounds_defined", 2);
}

/* ---- segments ---------------------------------------------------------------------------------
 */

static void bytes_of_the_template(void **state)
{
	struct changed k;

	(void)state;
	start(&k); /* areas behind the template, in the section: only the template has bytes */
	k.sections[KERNEL_PERCPU - 1].size = 0x100;
	k.sections[KERNEL_PERCPU - 1].bytes = NULL;
	assert_only(&k, NULL, 0);
	k.segments[2].filesz = 0x3f;
	assert_only(&k, "segment_load", 1);
	k.segments[2].filesz = 0x101;
	assert_only(&k, "segment_load", 1);
	start(&k);
	k.segments[2].section = KERNEL_DATA; /* other bytes */
	assert_only(&k, "segment_load", 1);
	k.sections[KERNEL_PERCPU - 1].type = SHT_NOBITS; /* no bytes at all */
	assert_only(&k, "section_type", 1);
	start(&k);
	k.options.levels[CHECK_ID_area_overlap] = LEVEL_ALLOW;
	k.segments[2].memsz = 0x3f;
	k.segments[2].filesz = 0x3f;
	assert_only(&k, "segment_load", 1);
	k.spec.segment_count = 0;
	assert_only(&k, NULL, 0);
	assert_int_equal(skips(&k, "segment_load"), 1);
}

/* Any other segment's distance will do, if the segment has bytes; and none at all. */
static void load_addresses(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[2].paddr = KERNEL_AREAS;
	assert_only(&k, "segment_lma", 1); /* nothing else is loaded where it runs */
	for (size_t i = 0; i < COUNT(k.segments); i++)
		k.segments[i].paddr = i == 2 ? KERNEL_AREAS : k.segments[i].vaddr;
	assert_only(&k, NULL, 0);
	start(&k);
	k.segments[2].paddr = KERNEL_AREAS - 0x1000;
	assert_only(&k, "segment_load", 1);
	k.segments[0].paddr = KERNEL_BASE - 0x1000;
	assert_only(&k, NULL, 0);
	k.segments[0].memsz = k.segments[0].filesz = 0;
	assert_only(&k, "segment_load", 1);
	start(&k);
	k.segments[2].paddr = KERNEL_AREAS - 0x1000;
	k.segments[3].paddr = KERNEL_BASE + 0x3000 - 0x1000; /* cleared memory proves nothing */
	assert_only(&k, "segment_load", 1);
	start_in_place(&k, "linux");
	k.segments[2].paddr = 0x12345000;
	assert_only(&k, "segment_load", 1);
	k.sections[KERNEL_DATA - 1].addr = AT + 0x40; /* in place, with other data: in flash */
	k.segments[2].memsz = 0x60;
	k.options.levels[CHECK_ID_segment_lma] = LEVEL_ALLOW;
	assert_only(&k, NULL, 0);
	k.sections[KERNEL_DATA - 1].flags = 0;
	assert_only(&k, "segment_load", 1);
	k.segments[0].filesz = k.segments[1].filesz = 0; /* nothing else has a distance */
	assert_only(&k, NULL, 0);
	for (size_t i = 0; i < COUNT(k.segments); i++) /* or any physical address */
		k.segments[i].paddr = 0;
	k.segments[0].filesz = 1;
	assert_only(&k, NULL, 0);
	k.segments[1].paddr = 1;
	assert_only(&k, "segment_load", 1);
}

/* Where start-up reads it may not be known: at 0 that is said, in place it is the section. */
static void unknown_load_addresses(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	assert_int_equal(skips(&k, "segment_load"), 0);
	k.symbols[2].name = "unrelated";
	assert_only(&k, NULL, 0);
	assert_int_equal(skips(&k, "segment_load"), 1);
	start_in_place(&k, "linux");
	assert_int_equal(skips(&k, "segment_load"), 0);
}

static void gaps_in_a_segment(void **state)
{
	static const uint64_t mib = 1024 * 1024;
	struct elf_section *last;
	struct changed k;

	(void)state;
	start(&k); /* moved: the largest page, or the segment's own alignment */
	k.options.levels[CHECK_ID_segment_lma] = LEVEL_ALLOW;
	k.sections[KERNEL_BSS - 1].flags = 0; /* only what is loaded counts */
	k.spec.segment_count = 3;
	k.segments[2].memsz = 8 * mib;
	last = add_section(&k, (struct elf_section){".last", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
				       0x40 + 2 * mib, 8, 8, NULL, 0, 0, 0});
	assert_only(&k, NULL, 0);
	last->addr += 8;
	assert_only(&k, "segment_extent", 1);
	k.segments[2].align = 4 * mib;
	assert_only(&k, NULL, 0);
	last->addr = 0x40 + 4 * mib + 8;
	assert_only(&k, "segment_extent", 1);
	last->flags |= SHF_TLS; /* takes no memory there */
	assert_only(&k, NULL, 0);
	last->flags &= ~(uint64_t)SHF_TLS;
	last->size = 0;
	assert_only(&k, NULL, 0);
}

/* In place the script may reserve a heap: what no memory holds is the limit. */
static void gaps_in_place(void **state)
{
	static const uint64_t tib = UINT64_C(1) << 40;
	struct elf_section *last;
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	k.options.levels[CHECK_ID_segment_lma] = LEVEL_ALLOW;
	k.sections[KERNEL_PERCPU - 1].addr = k.segments[2].vaddr = 0x100000;
	k.segments[2].paddr = 0x100000 - KERNEL_OFFSET;
	for (size_t i = START; i <= OTHER; i++)
		k.symbols[i].value += 0x100000 - AT;
	k.spec.segment_count = 3;
	k.segments[2].memsz = 4 * tib;
	last = add_section(&k, (struct elf_section){".last", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
				       0x100040 + tib, 8, 8, NULL, 0, 0, 0});
	assert_only(&k, NULL, 0);
	last->addr += 8;
	assert_only(&k, "segment_extent", 1);
}

/* Up to the last byte of the address space is no wrap. */
static void segments_at_the_top(void **state)
{
	struct changed k;
	uint64_t top = UINT64_MAX - 0xfff;

	(void)state;
	start_in_place(&k, "linux");
	k.sections[KERNEL_PERCPU - 1].addr = k.segments[2].vaddr = top;
	k.segments[2].paddr = top - KERNEL_OFFSET;
	for (size_t i = START; i <= OTHER; i++)
		k.symbols[i].value += top - AT;
	k.segments[2].memsz = 0x1000;
	assert_only(&k, NULL, 0);
	k.segments[2].memsz = 0x1001;
	assert_only(&k, "segment_extent", 1);
}

/* lld goes on across the top of the address space, down to a template at 0. */
static void a_segment_that_wraps_into_the_template(void **state)
{
	struct elf_file file;
	struct changed k;
	struct checked c;

	(void)state;
	start(&k);
	k.segments[2].vaddr = UINT64_MAX - 0xfff;
	k.segments[2].filesz = 0x20;
	for (size_t i = 0; i < 3; i++) {
		k.segments[2].type = i == 2 ? PT_NOTE : PT_LOAD;
		k.segments[2].memsz = i == 1 ? 0x1000 : 0x1100;
		file = elf_write(&k.spec);
		assert_true(checked_run(&c, elf_span(&file), &k.options));
		assert_int_equal(checked_findings(&c, "segment_load", SEVERITY_ERROR), 1);
		assert_true(!strstr(c.file.findings[0].message, "wraps") == (i != 0));
		checked_release(&c);
		free(file.data);
	}
}

/* Without physical addresses none is wrong; with them no two segments share any. */
static void physical_addresses(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "linux");
	for (size_t i = 0; i < COUNT(k.segments); i++)
		k.segments[i].paddr = 0;
	assert_only(&k, NULL, 0);
	assert_int_equal(skips(&k, "segment_lma"), 1);
	start_in_place(&k, "linux");
	k.segments[3].paddr = k.segments[0].paddr;
	assert_only(&k, "segment_lma", 1);
	k.segments[3].memsz = 0;
	assert_only(&k, NULL, 0);
	k.segments[3].memsz = 0x100;
	k.segments[3].type = PT_NOTE;
	assert_only(&k, NULL, 0);
}

/* The distances of segments behind one that was placed by AT(). */
static void distances(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[3].paddr = k.segments[3].vaddr + k.segments[2].paddr; /* the template's own */
	assert_only(&k, "segment_lma", 1);
	k.segments[3].paddr = 0x70000000; /* nobody's, of cleared memory */
	assert_only(&k, "segment_lma", 1);
	k.segments[1].paddr = 0x70000000 - 0x2000; /* now another's too */
	assert_only(&k, NULL, 0);
	start(&k);
	k.segments[1].paddr = 0x70000000; /* one with bytes may be anywhere */
	assert_only(&k, NULL, 0);
	start_in_place(&k, "linux");
	k.segments[3].paddr = 0x70000000; /* in place AT() does not matter */
	assert_only(&k, NULL, 0);
}

/* ---- areas ------------------------------------------------------------------------------------
 */

static void room(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[2].memsz = 0x200;
	k.options.cpus = (struct maybe){true, 4};
	k.symbols[3].value += 0x3f; /* _percpu_end: less than an area more */
	assert_only(&k, NULL, 0);
	k.symbols[3].value += 1;
	assert_only(&k, "area_room", 1);
	k.symbols[3].value = KERNEL_AREAS + 0xff;
	assert_only(&k, "area_room", 1);
	k.options.cpus.known = false;
	k.symbols[3].value = KERNEL_AREAS + 0x40;
	assert_only(&k, NULL, 0);
	k.symbols[3].value = KERNEL_AREAS + 0x3f;
	assert_only(&k, "area_room", 1);
	start_in_place(&k, "linux"); /* nobody asks, nobody answers */
	assert_int_equal(skips(&k, "area_room"), 0);
	k.options.cpus = (struct maybe){true, 4};
	assert_int_equal(skips(&k, "area_room"), 1);
	start(&k);
	k.options.layout.model = MODEL_NAIVE;
	k.options.levels[CHECK_ID_section_vma] = LEVEL_ALLOW;
	assert_int_equal(skips(&k, "area_room"), 1);
}

/* One end alone says nothing of the areas, nor of the load address. */
static void areas_of_one_end(void **state)
{
	struct changed k;

	(void)state;
	for (size_t i = 2; i <= 3; i++) {
		start(&k);
		k.symbols[i].name = "unrelated";
		assert_only(&k, NULL, 0);
		assert_int_equal(skips(&k, "area_room"), 1);
		assert_int_equal(skips(&k, "segment_load"), 1);
		k.options.layout.placement = PLACEMENT_OVERLAY;
		assert_only(&k, NULL, 0);
		assert_int_equal(skips(&k, "area_room"), 1);
		assert_int_equal(skips(&k, "segment_load"), i == 2);
	}
	start(&k);
	k.symbols[5].value = 0; /* a template, and so a stride, of nothing */
	assert_only(&k, "symbol_in_section", 4);
	assert_int_equal(skips(&k, "area_room"), 0);
	start(&k);
	k.symbols[3].value = KERNEL_AREAS; /* no areas at all */
	k.options.levels[CHECK_ID_area_room] = LEVEL_ALLOW;
	k.segments[2].memsz = 0x40;
	assert_only(&k, NULL, 0);
}

/* The finding's words name the CPU whose area it is. */
static void assert_says(const struct changed *k, const char *words)
{
	struct elf_file file = elf_write(&k->spec);
	struct checked c;

	assert_true(checked_run_with(&c, elf_span(&file), k->inputs, &k->options));
	assert_int_equal(c.file.finding_count, 1);
	assert_non_null(strstr(c.file.findings[0].message, words));
	checked_release(&c);
	free(file.data);
}

/* What relaxation has left of other data is looked at, where that is beside a symbol range too. */
static void relaxed_beside_a_symbol_range(void **state)
{
	/* ld a0, -72(gp); lui a0, AT; c.add a0, gp, or tp; ld a0, 0(a0) */
	uint8_t code[0x20] = {
		0x03, 0xb5, 0x81, 0xfb, 0x37, 0x25, 0x20, 0x80, 0x0e, 0x95, 0x03, 0x35, 5, 0};
	const Elf64_Rela entries[] = {{KERNEL_BASE, ELF64_R_INFO(UINT64_C(5), 47), 0},
		{KERNEL_BASE + 4, ELF64_R_INFO(UINT64_C(VARIABLE + 1), R_RISCV_HI20), 0}};
	struct elf_file file;
	struct checked c;
	struct changed k;

	(void)state;
	for (unsigned tp = 0; tp < 2; tp++) {
		code[8] = tp ? 0x12 : 0x0e;
		start_in_place(&k, "xen");
		k.spec.machine = EM_RISCV;
		k.sections[KERNEL_TEXT - 1].bytes = code;
		add_symbol(&k, (struct elf_symbol){"ordinary", KERNEL_DATA, KERNEL_BASE + 0x1000, 8,
				       STT_OBJECT, STB_GLOBAL});
		add_section(&k, (struct elf_section){".rela.text", SHT_RELA, 0, 0, sizeof(entries),
					8, entries, COUNT(kernel_sections) + 2, KERNEL_TEXT,
					sizeof(entries[0])});
		k.options.layout.model = MODEL_ZERO;
		file = elf_write(&k.spec);
		assert_true(checked_run(&c, elf_span(&file), &k.options));
		assert_int_equal(checked_findings(&c, "reloc_relax", SEVERITY_ERROR), !tp);
		checked_release(&c);
		free(file.data);
	}
}

/* A section's symbol stands for all of it: what is beside a symbol range in it is other data. */
static void words_beside_a_symbol_range(void **state)
{
	enum { SECTION_SYMBOL = 5, WORDS = 4 };
	static const uint64_t targets[WORDS] = {0xf, 0x10, 0x2f, 0x30};
	Elf64_Rela words[WORDS];
	struct changed k;

	(void)state;
	for (size_t i = 0; i < WORDS; i++)
		words[i] = (Elf64_Rela){KERNEL_BASE + 0x1000 + 8 * i,
			ELF64_R_INFO((uint64_t)SECTION_SYMBOL, R_X86_64_64), (int64_t)targets[i]};
	start_in_place(&k, "xen");
	k.symbols[START].value = k.symbols[VARIABLE].value = AT + 0x10;
	k.symbols[OTHER].value = AT + 0x18;
	k.symbols[END].value = AT + 0x30;
	k.symbols[VARIABLE].name = "per_cpu__variable";
	k.symbols[OTHER].name = "per_cpu__other";
	add_symbol(&k, (struct elf_symbol){"", KERNEL_PERCPU, AT, 0, STT_SECTION, STB_LOCAL});
	add_section(&k, (struct elf_section){".rela.data", SHT_RELA, 0, 0, sizeof(words), 8, words,
				COUNT(kernel_sections) + 2, KERNEL_DATA, sizeof(words[0])});
	assert_only(&k, NULL, 0);
	assert_says(&k, "2 words of .data hold addresses");
	/* An object has a section for it, and no ends. */
	start_object(&k);
	k.sections[KERNEL_PERCPU - 1].name = ".bss.percpu";
	k.symbols[0].name = "per_cpu__variable";
	words[0] = (Elf64_Rela){0, ELF64_R_INFO(UINT64_C(1), R_X86_64_64), 0};
	add_section(&k, (struct elf_section){".rela.data", SHT_RELA, 0, 0, sizeof(words[0]), 8,
				words, COUNT(kernel_sections) + 2, KERNEL_DATA, sizeof(words[0])});
	assert_says(&k, "1 word of .data holds addresses");
}

static void whose_area_it_is(void **state)
{
	struct profile own;
	struct elf_section *s;
	struct changed k;

	(void)state;
	start(&k);
	k.spec.symbol_count -= 2; /* without the one of no size */
	s = add_section(&k, (struct elf_section){".noinit", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
				    KERNEL_AREAS + 0x80, 8, 8, NULL, 0, 0, 0});
	assert_says(&k, "the area of CPU 2 overlaps");
	own = *profile_by_name("crate");
	own.stride_align = 0; /* how far they are apart is not known then */
	k.options.layout.profile = &own;
	assert_says(&k, "the area of CPU 0 overlaps");
	k.options.layout.profile = NULL;
	s->addr = KERNEL_AREAS - 8;
	s->size = 0x200;
	assert_says(&k, "the area of CPU 0 overlaps");
	k.spec.section_count--;
	k.segments[2].memsz = 0xc0;
	assert_says(&k, "(CPU 3) the areas lie outside");
}

/* Sections in the areas: of cleared memory that was reserved for them, all of them, and empty. */
static void sections_in_the_areas(void **state)
{
	struct elf_section *s;
	struct elf_symbol *in;
	struct changed k;

	(void)state;
	start(&k);
	s = add_section(&k, (struct elf_section){".noinit", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
				    KERNEL_AREAS, 0x100, 64, NULL, 0, 0, 0});
	assert_only(&k, "area_overlap", 1);
	s->name = ".percpu_areas"; /* made for it */
	assert_only(&k, NULL, 0);
	in = add_symbol(
		&k, (struct elf_symbol){"in", 5, KERNEL_AREAS + 0x80, 8, STT_OBJECT, STB_GLOBAL});
	assert_only(&k, "area_overlap", 1);
	in->type = STT_NOTYPE;
	assert_only(&k, NULL, 0);
	in->type = STT_OBJECT;
	in->value = KERNEL_AREAS + 0x100;
	assert_only(&k, NULL, 0);
	in->value = KERNEL_AREAS;
	in->section = KERNEL_DATA; /* its section is not there */
	assert_only(&k, NULL, 0);
	s->name = ".noinit";
	k.spec.symbol_count--;
	s->flags |= SHF_TLS;
	assert_only(&k, NULL, 0);
	s->flags = 0;
	assert_only(&k, NULL, 0);
	s->flags = SHF_ALLOC | SHF_WRITE;
	s->addr = KERNEL_AREAS + 0x100;
	assert_only(&k, NULL, 0);
	s->addr = KERNEL_AREAS - 8;
	s->size = 8;
	assert_only(&k, NULL, 0);
	s->size = 9;
	assert_only(&k, "area_overlap", 1);
}

/* Separate areas may be anywhere in cleared memory, as long as all of them are. */
static void separate_areas(void **state)
{
	struct elf_section *s;
	struct changed k;

	(void)state;
	start(&k);
	add_symbol(&k, (struct elf_symbol){"_percpu_template", SHN_ABS, KERNEL_AREAS, 0, STT_NOTYPE,
			       STB_GLOBAL});
	k.symbols[2].value = KERNEL_BASE + 0x3000;
	k.symbols[3].value = KERNEL_BASE + 0x3100;
	s = &k.sections[KERNEL_BSS - 1];
	assert_only(&k, NULL, 0);
	s->size = 0xff;
	assert_only(&k, "area_overlap", 1);
	s->size = 0x100;
	s->addr += 1;
	assert_only(&k, "area_overlap", 1);
	s->addr -= 1;
	s->type = SHT_PROGBITS;
	assert_only(&k, "area_overlap", 1);
}

static void areas_outside_of_segments(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[2].memsz = 0xff; /* the load address of the template counts */
	assert_only(&k, "area_overlap", 1);
	k.spec.segment_count = 0;
	assert_only(&k, NULL, 0);
	start(&k);
	k.options.levels[CHECK_ID_segment_lma] = LEVEL_ALLOW;
	k.segments[2].memsz = 0x40;
	k.segments[1].memsz = 0x1100; /* .data's reaches beyond them */
	assert_only(&k, NULL, 0);
	k.segments[1].memsz = 0x10ff;
	assert_only(&k, "area_overlap", 1);
	k.segments[1].memsz = 0x1000; /* two that follow each other */
	k.segments[3].vaddr = KERNEL_AREAS + 0x40;
	k.segments[3].memsz = 0x2000;
	assert_only(&k, NULL, 0);
	k.segments[3].type = PT_NOTE; /* loads nothing */
	assert_only(&k, "area_overlap", 1);
	k.segments[3].type = PT_LOAD;
	k.segments[3].vaddr = KERNEL_AREAS + 0x41;
	assert_only(&k, "area_overlap", 1);
}

/* One CPU has no second area to be misaligned. */
static void alignment_of_areas(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1].align = 0x80;
	assert_only(&k, "area_aligned", 1);
	k.symbols[3].value = KERNEL_AREAS + 0x40;
	assert_only(&k, NULL, 0);
	k.symbols[3].value = KERNEL_AREAS + 0x80;
	assert_only(&k, "area_aligned", 1);
	k.sections[KERNEL_PERCPU - 1].align = 1;
	assert_only(&k, NULL, 0);
	start_object(&k);
	k.sections[KERNEL_PERCPU - 1].align = 0x100; /* in an object only the user knows */
	assert_only(&k, NULL, 0);
	k.options.layout.stride_align = 0x100;
	assert_only(&k, NULL, 0);
	k.options.layout.stride_align = 0x40;
	assert_only(&k, "area_aligned", 1);
}

static void limits(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.options.max_area = (struct maybe){true, 0x40};
	assert_only(&k, NULL, 0);
	k.options.max_area.value = 0x3f;
	assert_only(&k, "area_limit", 1);
	k.options.max_area.known = false;
	k.options.module_reserve = (struct maybe){true, 0x3f}; /* a kernel is no module */
	assert_only(&k, NULL, 0);
	start_object(&k);
	k.options.module_reserve = (struct maybe){true, 0x40};
	assert_only(&k, NULL, 0);
	k.options.module_reserve.value = 0x3f;
	assert_only(&k, "area_limit", 1);
	start(&k);
	k.symbols[5].name = "unrelated"; /* _percpu_load_end */
	assert_int_equal(skips(&k, "area_limit"), 0);
	k.options.max_area = (struct maybe){true, 1};
	assert_int_equal(skips(&k, "area_limit"), 1);
}

/* ---- variables --------------------------------------------------------------------------------
 */

static void aliases_and_weak_pairs(void **state)
{
	struct elf_symbol *one, *two;
	struct changed k;

	(void)state;
	start(&k);
	one = add_symbol(
		&k, (struct elf_symbol){"one", KERNEL_PERCPU, 0x28, 8, STT_OBJECT, STB_WEAK});
	two = add_symbol(
		&k, (struct elf_symbol){"two", KERNEL_PERCPU, 0x28, 8, STT_OBJECT, STB_WEAK});
	assert_only(&k, "symbol_disjoint", 1);
	two->bind = STB_GLOBAL;
	assert_only(&k, NULL, 0);
	two->bind = STB_WEAK;
	one->bind = STB_GLOBAL;
	assert_only(&k, NULL, 0);
	one->bind = STB_WEAK;
	two->value += 4; /* a part of the other */
	two->size = 4;
	assert_only(&k, NULL, 0);
	two->value = 0x28;
	two->size = 0;
	assert_only(&k, NULL, 0);
	two->size = 16;
	two->type = STT_NOTYPE;
	assert_only(&k, NULL, 0);
	two->type = STT_OBJECT;
	two->value = 0x20; /* encloses the other */
	two->size = 0x10;
	assert_only(&k, NULL, 0);
	two->size = 0x0c;
	assert_only(&k, "symbol_disjoint", 1);
}

/* Sections of an object all begin at 0: what stands in different ones does not overlap. */
static void variables_of_two_sections(void **state)
{
	struct elf_symbol *other;
	struct changed k;

	(void)state;
	start_object(&k);
	add_section(&k, (struct elf_section){".percpu.b", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0,
				0x10, 8, NULL, 0, 0, 0});
	other = add_symbol(&k, (struct elf_symbol){"__PERCPU_B", 5, 4, 8, STT_OBJECT, STB_GLOBAL});
	k.options.levels[CHECK_ID_symbol_aligned] = LEVEL_ALLOW;
	assert_only(&k, NULL, 0);
	other->size = 0x10;
	assert_only(&k, "symbol_in_section", 1); /* of its own section */
	other->size = 8;
	other->section = KERNEL_PERCPU;
	assert_only(&k, "symbol_disjoint", 1);
}

/* Two objects that define one weak name. */
static void weak_names(void **state)
{
	const struct elf_symbol weak = {"plain", 1, 0, 8, STT_OBJECT, STB_WEAK};
	struct elf_symbol strong = weak, different = weak;
	struct elf_section section = input;
	struct objects objects;
	struct changed k;

	(void)state;
	strong.bind = STB_GLOBAL;
	different.name = "simple";
	start(&k);
	k.inputs = &objects.inputs;
	make_objects(&objects, &section, &weak, &weak);
	assert_only(&k, "symbol_disjoint", 1);
	close_objects(&objects);
	make_objects(&objects, &section, &weak, &strong);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
	make_objects(&objects, &section, &strong, &weak);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
	make_objects(&objects, &section, &weak, &different);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
	section.flags |= SHF_GROUP; /* one of the group is kept on purpose */
	make_objects(&objects, &section, &weak, &weak);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
	section = input;
	section.name = ".data..percpu"; /* another system's */
	make_objects(&objects, &section, &weak, &weak);
	assert_only(&k, NULL, 0);
	close_objects(&objects);
}

/* Lines are counted from the template's start, wherever that is linked. */
static void cache_lines(void **state)
{
	struct changed k;
	struct elf_section *s;

	(void)state;
	start_in_place(&k, "linux");
	s = &k.sections[KERNEL_PERCPU - 1];
	s->align = 16;
	s->bytes = NULL;
	s->size = 0x80;
	s->addr += 0x30;
	k.segments[2].vaddr += 0x30;
	k.segments[2].paddr += 0x30;
	k.segments[2].filesz = 0x80;
	for (size_t i = START; i <= OTHER; i++)
		k.symbols[i].value += 0x30;
	k.symbols[END].value += 0x40;
	k.symbols[OTHER].size = 0x10; /* over the line that the address is counted from */
	assert_findings(&k, NULL, 0, SEVERITY_NOTE);
	k.symbols[OTHER].value += 0x30; /* up to the line of the template */
	k.symbols[OTHER].size = 8;
	assert_findings(&k, NULL, 0, SEVERITY_NOTE);
	k.symbols[OTHER].size = 0x10;
	assert_findings(&k, "symbol_cacheline", 1, SEVERITY_NOTE);
	k.symbols[OTHER].size = 0x41; /* more than a line: two it must be */
	assert_findings(&k, NULL, 0, SEVERITY_NOTE);
	k.symbols[OTHER].size = 0x10;
	k.symbols[OTHER].type = STT_NOTYPE;
	assert_findings(&k, NULL, 0, SEVERITY_NOTE);
	start_object(&k);
	k.symbols[0].value = 0x38;
	k.symbols[0].size = 0x10;
	k.sections[KERNEL_PERCPU - 1].bytes = NULL;
	k.sections[KERNEL_PERCPU - 1].size = 0x80;
	assert_findings(&k, "symbol_cacheline", 1, SEVERITY_NOTE);
	k.sections[KERNEL_PERCPU - 1].align = 32; /* it may be placed anywhere */
	assert_findings(&k, NULL, 0, SEVERITY_NOTE);
}

/* What stands before the template is told once. */
static void variables_before_the_template(void **state)
{
	struct changed k;

	(void)state;
	start_in_place(&k, "xvisor");
	add_symbol(&k, (struct elf_symbol){"vmm_percpu_init", KERNEL_TEXT, KERNEL_BASE, 8, STT_FUNC,
			       STB_GLOBAL});
	k.symbols[START].value += 8;
	k.symbols[VARIABLE].size = 0x10;
	k.symbols[OTHER].value = AT + 0x10;
	assert_findings(&k, "symbol_in_section", 1, SEVERITY_NOTE);
}

static void natural_alignment(void **state)
{
	struct elf_symbol *s;
	struct changed k;

	(void)state;
	start(&k);
	s = add_symbol(
		&k, (struct elf_symbol){"odd", KERNEL_PERCPU, 0x2c, 12, STT_OBJECT, STB_GLOBAL});
	assert_only(&k, NULL, 0); /* 4 divides 12, 8 does not */
	s->size = 16;
	s->value = 0x28; /* 8 at most */
	assert_only(&k, NULL, 0);
	s->value = 0x2a; /* it may be an array of bytes */
	assert_only(&k, NULL, 0);
	k.options.levels[CHECK_ID_symbol_sized] = LEVEL_ALLOW;
	assert_findings(&k, "symbol_aligned", 1, SEVERITY_NOTE);
	k.sections[KERNEL_PERCPU - 1].align = 8;
	assert_only(&k, NULL, 0);
	k.sections[KERNEL_PERCPU - 1].align = 4; /* but not where the section is packed */
	assert_only(&k, "symbol_aligned", 1);
	s->type = STT_NOTYPE;
	assert_only(&k, NULL, 0);
	s->type = STT_OBJECT;
	s->size = 3;
	s->value = 0x2b;
	assert_only(&k, NULL, 0);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(names_say_percpu),
		T(verdicts),
		T(symbols_without_a_section),
		T(sections_of_no_data),
		T(a_symbol_range),
		T(words_beside_a_symbol_range),
		T(relaxed_beside_a_symbol_range),
		T(empty_templates),
		T(empty_without_a_section),
		T(empty_but_for_objects),
		T(cleared_sections),
		T(flags_of_nothing),
		T(addresses_and_models),
		T(strays_and_orphans),
		T(two_layouts),
		T(input_that_landed_elsewhere),
		T(statics_that_landed_elsewhere),
		T(alignment_of_each_section),
		T(alignment_of_the_load_address),
		T(exact_starts_and_ends),
		T(the_end_of_two_sections),
		T(missing_bounds),
		T(starts_behind_padding),
		T(missing_bounds_that_objects_want),
		T(bounds_that_move),
		T(bytes_of_the_template),
		T(load_addresses),
		T(unknown_load_addresses),
		T(gaps_in_a_segment),
		T(gaps_in_place),
		T(segments_at_the_top),
		T(a_segment_that_wraps_into_the_template),
		T(physical_addresses),
		T(distances),
		T(room),
		T(sections_in_the_areas),
		T(separate_areas),
		T(areas_outside_of_segments),
		T(alignment_of_areas),
		T(limits),
		T(aliases_and_weak_pairs),
		T(variables_of_two_sections),
		T(weak_names),
		T(cache_lines),
		T(natural_alignment),
		T(labels_beside_an_empty_template),
		T(lost_values),
		T(areas_of_one_end),
		T(whose_area_it_is),
		T(variables_before_the_template),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
