/* What the checks of relocations decide about code that the linkers at hand do not leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <inttypes.h>

#include "tests/unit/changed.h"

enum { ENTRIES = 6, CODE = 0x20, CODE_MAX = 0x400 };

/* Indices in .symtab; those of kernel_symbols, which begin behind the null symbol. */
enum { ORDINARY = 1, VARIABLE = 7, OTHER = 8 };

struct relocated {
	struct changed k;
	uint8_t code[CODE_MAX]; /* of which .text has the first CODE */
	Elf64_Rela entries[ENTRIES];
	size_t count;
};

static struct elf_section *rela_section(struct relocated *r)
{
	return &r->k.sections[COUNT(kernel_sections)];
}

static void begin(struct relocated *r, uint16_t machine, const void *code, size_t size)
{
	*r = (struct relocated){.count = 0};
	start(&r->k);
	memcpy(r->code, code, size);
	r->k.spec.machine = machine;
	r->k.sections[KERNEL_TEXT - 1].bytes = r->code;
	add_section(&r->k, (struct elf_section){".rela.text", SHT_RELA, 0, 0, 0, 8, r->entries,
				   COUNT(kernel_sections) + 2, KERNEL_TEXT, sizeof(Elf64_Rela)});
}

/* Of places behind the area, and of halves that nothing makes, only what relocations say. */
static void leave_code(struct relocated *r)
{
	r->k.options.levels[check_index("access_register")] = LEVEL_ALLOW;
	r->k.options.levels[check_index("access_in_area")] = LEVEL_ALLOW;
}

static void relocation(
	struct relocated *r, uint64_t offset, uint32_t type, uint32_t symbol, int64_t addend)
{
	assert_true(r->count < ENTRIES);
	r->entries[r->count++] =
		(Elf64_Rela){KERNEL_BASE + offset, ELF64_R_INFO((uint64_t)symbol, type), addend};
	rela_section(r)->size = r->count * sizeof(Elf64_Rela);
}

/* What GNU ld 2.40 and 2.44 and lld 19 and 22 call the same leftovers. */
static void leftovers_of_relaxation(void **state)
{
	/* add a0, a0, gp, and behind it: ld a0, 8(zero); li a0, 8; sd a0, 8(zero) */
	static const uint8_t load[] = {0x0e, 0x95, 0x03, 0x35, 0x80, 0x00};
	static const uint8_t constant[] = {0x0e, 0x95, 0x13, 0x05, 0x80, 0x00};
	static const uint8_t store[] = {0x0e, 0x95, 0x23, 0x34, 0xa0, 0x00};
	/* nop; li a0, 8: an offset that is still right */
	static const uint8_t offset[] = {0x01, 0x00, 0x13, 0x05, 0x80, 0x00};
	static const struct {
		uint32_t load, store;
	} numbers[] = {{47, 48}, {68, 69}, {256, 257}, {258, 259}};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		begin(&r, EM_RISCV, load, sizeof(load));
		relocation(&r, 2, numbers[i].load, OTHER, 0);
		assert_only(&r.k, "reloc_relax", 1);
		begin(&r, EM_RISCV, constant, sizeof(constant));
		relocation(&r, 2, numbers[i].load, OTHER, 0);
		assert_only(&r.k, "reloc_relax", 1);
		begin(&r, EM_RISCV, store, sizeof(store));
		relocation(&r, 2, numbers[i].store, OTHER, 0);
		assert_only(&r.k, "reloc_relax", 1);
		begin(&r, EM_RISCV, offset, sizeof(offset));
		relocation(&r, 2, numbers[i].load, OTHER, 0);
		assert_only(&r.k, NULL, 0);
	}
}

/* Ordinary data from gp: wrong where gp is seen to hold the per-CPU base, and only there. */
static void ordinary_data_from_gp(void **state)
{
	/* ld a0, -72(gp); then lui a0, 0; add a0, a0, gp, or tp; ld a0, 0(a0) */
	uint8_t code[] = {0x03, 0xb5, 0x81, 0xfb, 0x37, 0x05, 0, 0, 0x0e, 0x95, 0x03, 0x35, 5, 0};
	struct relocated r;

	(void)state;
	for (unsigned tp = 0; tp < 2; tp++) {
		code[8] = tp ? 0x12 : 0x0e;
		begin(&r, EM_RISCV, code, sizeof(code));
		relocation(&r, 0, 47, ORDINARY, 0);
		relocation(&r, 4, 26, VARIABLE, 0);
		relocation(&r, 10, 27, VARIABLE, 0);
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, tp ? NULL : "reloc_relax", !tp);
	}
}

static bool is_skipped(const struct changed *k, const char *reason)
{
	struct elf_file file = elf_write(&k->spec);
	struct checked c;
	bool found = false;

	assert_true(checked_run(&c, elf_span(&file), &k->options));
	for (size_t i = 0; i < c.file.skipped_count; i++)
		found = found || strstr(c.file.skipped[i].reason, reason) != NULL;
	checked_release(&c);
	free(file.data);
	return found;
}

static void unknown_numbers(void **state)
{
	static const uint32_t types[] = {63, 511, 512, 0x7fffffff, UINT32_MAX};
	static const uint8_t code[] = {0x90, 0x90};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		char reason[64];

		begin(&r, EM_X86_64, code, sizeof(code));
		relocation(&r, 4, types[i], VARIABLE, 0);
		r.k.options.layout.model = MODEL_ZERO;
		snprintf(reason, sizeof(reason), "relocations of type %u are not known", types[i]);
		assert_only(&r.k, NULL, 0);
		assert_true(is_skipped(&r.k, reason));
	}
}

/* Linkers refuse these; another tool may have written them. */
static void offsets_that_linkers_refuse(void **state)
{
	/* mov %gs:0, %rax; lui a0, 0x80000; add a0, a0, gp; ld a0, -0x800(a0): as at 2 GiB. */
	static const uint8_t x86[] = {0x65, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0};
	static const uint8_t riscv[] = {0x37, 0x05, 0, 0x80, 0x0e, 0x95, 0x03, 0x35, 0x05, 0x80};
	struct relocated r;

	(void)state;
	for (int64_t above = 0; above < 2; above++) {
		begin(&r, EM_X86_64, x86, sizeof(x86));
		leave_code(&r);
		relocation(&r, 5, 11, VARIABLE, 0x7fffffff + above);
		assert_only(&r.k, above ? "reloc_range" : NULL, above ? 1 : 0);
		begin(&r, EM_RISCV, riscv, sizeof(riscv));
		leave_code(&r);
		relocation(&r, 0, 26, VARIABLE, 0x7ffff7ff + above);
		relocation(&r, 6, 27, VARIABLE, 0x7ffff7ff + above);
		assert_only(&r.k, above ? "reloc_range" : NULL, above ? 1 : 0);
	}
}

/* The same place twice, as an ADD and a SUB: a size. Once: a pointer. */
static void sizes_and_pointers(void **state)
{
	static const uint8_t code[] = {0};
	struct relocated r;

	(void)state;
	begin(&r, EM_RISCV, code, sizeof(code));
	rela_section(&r)->info = KERNEL_DATA;
	relocation(&r, 0x1000, 36, OTHER, 0);
	relocation(&r, 0x1000, 40, VARIABLE, 0);
	assert_only(&r.k, NULL, 0);
	relocation(&r, 0x1008, 2, VARIABLE, 0);
	assert_only(&r.k, "reloc_pointer", 1);
}

/* ---- reloc_range --------------------------------------------------------------------------------
 */

/* The ends of a range, and what is beside them: signed, and not. */
static void ends_of_ranges(void **state)
{
	/* mov %gs:0, %rax; lui a0, 0, add a0, a0, gp; movz x0, 0; lu12i.w $a0, 0 */
	static const uint8_t x86[] = {0x65, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0};
	static const uint8_t riscv[] = {0x37, 5, 0, 0, 0x0e, 0x95};
	static const uint8_t arm[] = {0, 0, 0x80, 0xd2};
	static const uint8_t loongarch[] = {4, 0, 0, 0x14};
	static const struct {
		uint16_t machine;
		const uint8_t *code;
		size_t size, place;
		uint32_t type;
		int64_t least, most;
	} ranges[] = {
		{EM_X86_64, x86, sizeof(x86), 5, 11, INT32_MIN, INT32_MAX},
		{EM_RISCV, riscv, sizeof(riscv), 0, 26, INT32_MIN - INT64_C(0x800), 0x7ffff7ff},
		{EM_AARCH64, arm, sizeof(arm), 0, 264, 0, 0xffff},
		{EM_LOONGARCH, loongarch, sizeof(loongarch), 0, 67, INT32_MIN, INT32_MAX},
	};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(ranges); i++) {
		const int64_t values[] = {
			ranges[i].least, ranges[i].most, ranges[i].least - 1, ranges[i].most + 1};

		for (size_t j = 0; j < COUNT(values); j++) {
			const uint32_t lui = 0x537 | (((uint32_t)values[j] + 0x800) & ~0xfffU);

			begin(&r, ranges[i].machine, ranges[i].code, ranges[i].size);
			leave_code(&r);
			if (ranges[i].machine == EM_RISCV) /* is read only with what ld writes */
				memcpy(r.code, &lui, sizeof(lui));
			relocation(&r, ranges[i].place, ranges[i].type, VARIABLE, values[j]);
			r.k.options.layout.model = MODEL_ZERO;
			assert_only(&r.k, j < 2 ? NULL : "reloc_range", j < 2 ? 0 : 1);
		}
	}
}

/* movz x0, lsl 16; movk x0: the latter goes on with what has more bits. */
static void parts_that_go_on(void **state)
{
	static const uint8_t code[] = {0, 0, 0xa0, 0xd2, 0, 0, 0x80, 0xf2};
	struct relocated r;

	(void)state;
	begin(&r, EM_AARCH64, code, sizeof(code));
	relocation(&r, 0, 265, VARIABLE, 0x12340000);
	relocation(&r, 4, 264, VARIABLE, 0x12340000);
	r.k.options.layout.model = MODEL_ZERO;
	assert_only(&r.k, NULL, 0);
}

/* The template in place, at an address of Unikraft, whose code subtracts a symbol of its own. */
static void begin_in_place(struct relocated *r, uint16_t machine, const void *code, size_t size,
	uint64_t address, uint64_t base)
{
	struct elf_symbol *const symbols = r->k.symbols;

	begin(r, machine, code, size);
	r->k.sections[KERNEL_PERCPU - 1].name = ".uk_pcpuvar";
	r->k.sections[KERNEL_PERCPU - 1].addr = address;
	r->k.segments[2].vaddr = address;
	r->k.segments[2].paddr = address - KERNEL_OFFSET;
	symbols[VARIABLE - 1].value = address;
	symbols[OTHER - 1].value = address + 8;
	symbols[2] = (struct elf_symbol){
		"_uk_pcpuvar_tmpl_start", KERNEL_PERCPU, address, 0, STT_NOTYPE, STB_GLOBAL};
	symbols[3] = (struct elf_symbol){
		"_uk_pcpuvar_tmpl_end", KERNEL_PERCPU, address + 0x40, 0, STT_NOTYPE, STB_GLOBAL};
	symbols[4] = (struct elf_symbol){
		base ? "_uk_pcpuvar_base" : "elsewhere", SHN_ABS, base, 0, STT_NOTYPE, STB_GLOBAL};
	symbols[5].name = "elsewhere_too";
	r->k.spec.symbol_count = OTHER;
}

/* What is cut off of the variable's address and of the one that is subtracted has to be the same.
 */
static void differences_of_what_is_cut(void **state)
{
	/* movz x0, 0; lu12i.w $a0, 0 */
	static const uint8_t arm[] = {0, 0, 0x80, 0xd2}, loongarch[] = {4, 0, 0, 0x14};
	enum { AT = 0x18000 };
	static const struct {
		uint16_t machine;
		const uint8_t *code;
		uint32_t type;
		uint64_t base;
		int64_t addend;
		size_t errors;
	} cases[] = {
		{EM_AARCH64, arm, 264, 0, 0, 0},
		{EM_AARCH64, arm, 264, 0, 0x7fff, 0},
		{EM_AARCH64, arm, 264, 0, 0x8000, 1}, /* another 64 KiB */
		{EM_AARCH64, arm, 264, 0, -0x8001, 1},
		{EM_AARCH64, arm, 264, 0x10000, 0, 0}, /* the base is asked, not the start */
		{EM_AARCH64, arm, 264, 0x20000, 0, 1},
		{EM_AARCH64, arm, 264, 0x20000, 0x8000, 0},
		{EM_LOONGARCH, loongarch, 67, 0, 0x7fffffff - AT, 0},
		{EM_LOONGARCH, loongarch, 67, 0, INT64_C(0x80000000) - AT, 1},
		{EM_LOONGARCH, loongarch, 67, 0x80000000, INT64_C(0x80000000) - AT, 0},
		{EM_LOONGARCH, loongarch, 67, 0x100000000, INT64_C(0x80000000) - AT, 1},
	};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin_in_place(&r, cases[i].machine, cases[i].code, 4, AT, cases[i].base);
		relocation(&r, 0, cases[i].type, VARIABLE, cases[i].addend);
		assert_only(&r.k, cases[i].errors ? "reloc_range" : NULL, cases[i].errors);
	}
	/* movk x0 alone: what is above it is not known. */
	begin_in_place(&r, EM_AARCH64, (const uint8_t[]){0, 0, 0x80, 0xf2}, 4, AT, 0);
	relocation(&r, 0, 264, VARIABLE, 0x8000);
	assert_only(&r.k, NULL, 0);
}

/* ---- reloc_pair ---------------------------------------------------------------------------------
 */

/* lui a0; nop; ld a0, 8(a0), of two variables: looked for over 512 bytes, and no further. */
static void parts_far_from_each_other(void **state)
{
	enum { FAR = 512 };
	static const uint8_t high[] = {0x37, 5, 0, 0}, nop[] = {0x13, 0, 0, 0},
			     low[] = {3, 0x35, 0x85, 0};
	struct relocated r;

	(void)state;
	for (size_t distance = FAR - 4; distance <= FAR + 4; distance += 4) {
		uint8_t code[FAR + 8];

		for (size_t i = 0; i < sizeof(code); i += 4)
			memcpy(code + i, i == 0 ? high : i == distance ? low : nop, 4);
		begin(&r, EM_RISCV, code, sizeof(code));
		r.k.sections[KERNEL_TEXT - 1].size = sizeof(code);
		r.k.segments[0].filesz = r.k.segments[0].memsz = sizeof(code);
		relocation(&r, 0, 26, VARIABLE, 0);
		relocation(&r, distance, 27, OTHER, 0x2000);
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, distance <= FAR ? "reloc_pair" : NULL, distance <= FAR);
	}
}

/* auipc a0; ld a0, 0(a0): an offset from a base that is an address of its own. */
static void parts_of_two_classes(void **state)
{
	static const uint8_t code[] = {0x17, 5, 0, 0, 3, 0x35, 5, 0};
	struct relocated r;

	(void)state;
	for (unsigned offset = 0; offset < 2; offset++) {
		begin(&r, EM_RISCV, code, sizeof(code));
		leave_code(&r);
		relocation(&r, 0, offset ? 26 : 23, ORDINARY, 0);
		relocation(&r, 4, 27, VARIABLE, 0);
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, offset ? "reloc_pair" : NULL, offset);
	}
}

/* movk x0, lsl 16; movk x0 of something else: what the first one goes on with is not known. */
static void parts_that_begin_nothing(void **state)
{
	uint8_t code[] = {0, 0, 0xa0, 0xf2, 0, 0, 0x80, 0xf2};
	struct relocated r;

	(void)state;
	for (unsigned begins = 0; begins < 2; begins++) {
		code[3] = begins ? 0xd2 : 0xf2;
		begin(&r, EM_AARCH64, code, sizeof(code));
		relocation(&r, 0, 266, VARIABLE, 0);
		relocation(&r, 4, 264, ORDINARY, 0);
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, begins ? "reloc_pair" : NULL, begins);
	}
}

/* ---- reloc_relax --------------------------------------------------------------------------------
 */

/* Before ld a0, 8(zero): what adds gp right there, and what does not. */
static void additions_before(void **state)
{
	static const struct {
		uint8_t code[8];
		size_t place;
		const char *check;
	} cases[] = {
		/* add a0, a0, gp; add a0, gp, a0; add a0, a0, tp */
		{{0x33, 5, 0x35, 0, 3, 0x35, 0x80, 0}, 4, "reloc_relax"},
		{{0x33, 0x85, 0xa1, 0, 3, 0x35, 0x80, 0}, 4, "reloc_relax"},
		{{0x33, 5, 0x45, 0, 3, 0x35, 0x80, 0}, 4, "reloc_kind"},
		/* c.add a0, gp; c.add a0, tp; c.add a0, gp, and c.nop, or c.li a0, 0, which
		 * overwrites it; nothing */
		{{0x0e, 0x95, 3, 0x35, 0x80, 0}, 2, "reloc_relax"},
		{{0x12, 0x95, 3, 0x35, 0x80, 0}, 2, "reloc_kind"},
		{{0x0e, 0x95, 1, 0, 3, 0x35, 0x80, 0}, 4, "reloc_relax"},
		{{0x0e, 0x95, 1, 0x45, 3, 0x35, 0x80, 0}, 4, "reloc_kind"},
		{{3, 0x35, 0x80, 0}, 0, "reloc_kind"},
		/* li a0, 8 behind c.add a0, gp; behind c.add a1, gp */
		{{0x0e, 0x95, 0x13, 5, 0x80, 0}, 2, "reloc_relax"},
		{{0x8e, 0x95, 0x13, 5, 0x80, 0}, 2, NULL},
	};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(&r, EM_RISCV, cases[i].code, sizeof(cases[i].code));
		relocation(&r, cases[i].place, 47, OTHER, 0);
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, cases[i].check, cases[i].check ? 1 : 0);
	}
}

/* What stands before the section in the file is none of its code. */
static void additions_before_the_section(void **state)
{
	static const uint8_t load[CODE + 4] = {3, 0x35, 0x80, 0, 1, 0, 3, 0x35, 0x80, 0};
	struct relocated r;

	(void)state;
	for (size_t size = 2; size <= 4; size += 2) {
		begin(&r, EM_RISCV, load, 0);
		/* c.add a0, gp; add a0, a0, gp */
		memcpy(r.code + CODE - size,
			size == 2 ? (const uint8_t[]){0x0e, 0x95, 0, 0}
				  : (const uint8_t[]){0x33, 5, 0x35, 0},
			size);
		r.k.sections[KERNEL_DATA - 1].flags = SHF_ALLOC | SHF_EXECINSTR;
		r.k.sections[KERNEL_DATA - 1].bytes = load + (size == 2 ? 0 : 4);
		rela_section(&r)->info = KERNEL_DATA;
		relocation(&r, 0x1000 + (size == 2 ? 0 : 2), 47, OTHER, 0);
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, "reloc_kind", 1);
	}
}

/* ---- what is read of the relocations ------------------------------------------------------------
 */

/* The kernel as an object: sections at 0, and places in them. */
static void begin_object(struct relocated *r, uint16_t machine, const void *code, size_t size)
{
	begin(r, machine, code, size);
	for (size_t i = 0; i < r->k.spec.section_count; i++)
		r->k.sections[i].addr = 0;
	for (size_t i = 0; i < COUNT(kernel_symbols); i++)
		if (r->k.symbols[i].value >= KERNEL_BASE)
			r->k.symbols[i].value = 0;
	r->k.spec.type = ET_REL;
	r->k.spec.segment_count = 0;
	r->k.options.layout.model = MODEL_ZERO;
}

/* Another section of relocations, and its entries; all of them name the same symbol table. */
static void add_rela(struct relocated *r, uint32_t section, const Elf64_Rela *entries, size_t count)
{
	struct elf_section *const first = rela_section(r);
	const uint32_t link = first->link + 1;

	add_section(&r->k, (struct elf_section){".rela", SHT_RELA, 0, 0, count * sizeof(*entries),
				   8, entries, 0, section, sizeof(*entries)});
	for (struct elf_section *s = first; s < r->k.sections + r->k.spec.section_count; s++)
		s->link = link;
}

/* A word among the code, loaded through a page and its low part, as both name it. */
static void words_that_code_names(void **state)
{
	/* adrp x0, 0; ldr x0, [x0, #16]; ldr x1, [x0]; ret; the word. */
	static const uint8_t code[] = {
		0, 0, 0, 0x90, 0, 8, 0x40, 0xf9, 1, 0, 0x40, 0xf9, 0xc0, 3, 0x5f, 0xd6, 0, 0, 0, 0};
	enum { START = 2, PAGE = 275, LOW = 286, WORD = 257 };
	static const struct {
		uint64_t word, load;
		uint32_t symbol;
		int64_t addend;
		size_t errors;
	} cases[] = {
		{0x10, 4, START, 0x10, 1},
		{0x10, 4, ORDINARY, 0x10 - 0x1000, 1}, /* whatever it counts from */
		{0x10, 4, START, 0x18, 0},
		{0x18, 4, START, 0x10, 0},
		{0x10, 8, START, 0x10, 0}, /* x1 is not followed any further */
		{0x10, 0x1000, START, 0x10, 0},
		{0x10, -KERNEL_BASE, START, 0x10, 0},
	};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(&r, EM_AARCH64, code, sizeof(code));
		relocation(&r, 0, PAGE, cases[i].symbol, cases[i].addend);
		relocation(&r, cases[i].load, LOW, cases[i].symbol, cases[i].addend);
		relocation(&r, cases[i].word, WORD, VARIABLE, 0);
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, cases[i].errors ? "reloc_kind" : NULL, cases[i].errors);
		/* In another order, and with a word that nothing loads. */
		r.entries[0] = r.entries[2];
		relocation(&r, 0x8, WORD, OTHER, 0);
		assert_only(&r.k, cases[i].errors ? "reloc_kind" : NULL, cases[i].errors);
	}
}

/* In an object the place is one in a section, and the instruction holds nothing of it. */
static void words_that_objects_name(void **state)
{
	/* adrp x0, 0; ldr x0, [x0]; ldr x1, [x0]; ret. ldr x0, 0; ldr x1, [x0]; ret. */
	static const uint8_t by_page[CODE] = {
		0, 0, 0, 0x90, 0, 0, 0x40, 0xf9, 1, 0, 0x40, 0xf9, 0xc0, 3, 0x5f, 0xd6};
	static const uint8_t by_place[CODE] = {
		0x1f, 0x20, 3, 0xd5, 0, 0, 0, 0x58, 1, 0, 0x40, 0xf9, 0xc0, 3, 0x5f, 0xd6};
	enum {
		LOCAL = 1,
		START = 2,
		LOW = 286,
		PLACE = 273,
		GOT = 312,
		DISTANCE = 261,
		WORD = 257
	};
	static const struct {
		const uint8_t *code;
		uint32_t section, type, symbol; /* where it is loaded, and what that names */
		int64_t addend;
		size_t errors;
	} cases[] = {
		{by_page, KERNEL_TEXT, LOW, START, 0x18, 1},
		{by_page, KERNEL_DATA, LOW, LOCAL, 0x10, 1},
		{by_page, KERNEL_TEXT, LOW, START, 0x10, 0},
		{by_page, KERNEL_TEXT, LOW, LOCAL, 0x18, 0}, /* of the other section */
		{by_page, KERNEL_DATA, LOW, START, 0x10, 0},
		{by_place, KERNEL_TEXT, PLACE, START, 0x18, 1},
		{by_page, KERNEL_TEXT, GOT, START, 0x18, 0},	  /* the word's address */
		{by_page, KERNEL_TEXT, DISTANCE, START, 0x18, 0}, /* data that looks like a load */
	};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const uint64_t symbol = cases[i].symbol;
		const Elf64_Rela load = {4, ELF64_R_INFO(symbol, cases[i].type), cases[i].addend};
		Elf64_Rela second[] = {{0x10, ELF64_R_INFO((uint64_t)VARIABLE, WORD), 0}, load};

		begin_object(&r, EM_AARCH64, cases[i].code, CODE);
		r.k.sections[KERNEL_TEXT - 1].addr = 0x4000; /* means nothing in an object */
		r.k.sections[KERNEL_DATA - 1].flags = SHF_ALLOC | SHF_EXECINSTR;
		r.k.sections[KERNEL_DATA - 1].bytes = cases[i].code;
		relocation(&r, 0x18 - KERNEL_BASE, WORD, OTHER, 0);
		if (cases[i].section == KERNEL_TEXT) {
			r.entries[r.count++] = load;
			rela_section(&r)->size = r.count * sizeof(load);
		}
		add_rela(&r, KERNEL_DATA, second, cases[i].section == KERNEL_TEXT ? 1 : 2);
		assert_only(&r.k, cases[i].errors ? "reloc_kind" : NULL, cases[i].errors);
	}
	/* Without a flag it is data, which holds addresses. */
	begin(&r, EM_AARCH64, by_page, CODE);
	r.k.sections[KERNEL_TEXT - 1].flags = SHF_ALLOC;
	relocation(&r, 4, LOW, START, 0x10);
	relocation(&r, 0x10, WORD, VARIABLE, 0);
	r.k.options.layout.model = MODEL_ZERO;
	assert_only(&r.k, "reloc_pointer", 1);
}

/* The marker says that the linker may relax: the next entry, at the same place, of no symbol. */
static void markers(void **state)
{
	/* lui a0; c.add a0, gp; ld a0, 0(a0) */
	static const uint8_t code[] = {0x37, 5, 0, 0, 0x0e, 0x95, 3, 0x35, 5, 0};
	enum { HIGH = 26, LOW = 27, MARKER = 51, NONE = 0, BEHIND = 24 };
	static const struct {
		Elf64_Rela entries[3];
		size_t count, warnings;
	} cases[] = {
		{{{0, HIGH, 0}, {0, MARKER, 0}, {6, LOW, 0}}, 3, 1},
		{{{0, HIGH, 0}, {6, LOW, 0}, {0, MARKER, 0}}, 3, 0},
		{{{0, HIGH, 0}, {4, MARKER, 0}, {6, LOW, 0}}, 3, 0},
		{{{0, HIGH, 0}, {0, NONE, 0}, {6, LOW, 0}}, 3, 0},
		{{{0, HIGH, 0}, {0, ELF64_R_INFO(ORDINARY, MARKER), 0}, {6, LOW, 0}}, 3, 0},
		/* The low part first: they are sorted by their places. */
		{{{6, LOW, 0}, {0, HIGH, 0}, {0, MARKER, 0}}, 3, 1},
		/* Behind the section's end stands none. */
		{{{6, LOW, 0}, {0, HIGH, 0}, {0, MARKER, 0}}, 2, 0},
	};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin_object(&r, EM_RISCV, code, sizeof(code));
		memcpy(r.entries, cases[i].entries, sizeof(cases[i].entries));
		for (size_t j = 0; j < 3; j++)
			if (r.entries[j].r_info == HIGH || r.entries[j].r_info == LOW)
				r.entries[j].r_info =
					ELF64_R_INFO((uint64_t)VARIABLE, r.entries[j].r_info);
		rela_section(&r)->size = cases[i].count * sizeof(Elf64_Rela);
		rela_section(&r)->link++;
		add_section(&r.k, (struct elf_section){".behind", SHT_PROGBITS, 0, 0, BEHIND, 8,
					  &r.entries[cases[i].count], 0, 0, 0});
		assert_only(&r.k, cases[i].warnings ? "reloc_relax" : NULL, cases[i].warnings);
	}
}

/* A finding a line of `lines`: what its message begins with, and its address in the kernel. */
static void assert_order(const struct relocated *r, const char *check, const char *const *lines)
{
	struct elf_file file = elf_write(&r->k.spec);
	struct checked c;
	size_t line = 0;

	assert_true(checked_run(&c, elf_span(&file), &r->k.options));
	for (size_t i = 0; i < c.file.finding_count; i++) {
		const struct report_finding *f = &c.file.findings[i];
		char text[80];

		if (strcmp(f->check, check) != 0)
			continue;
		snprintf(text, sizeof(text), "%.*s %" PRIx64, (int)strcspn(f->message, " "),
			f->message, f->address.value - KERNEL_BASE);
		assert_non_null(lines[line]);
		assert_string_equal(text, lines[line++]);
	}
	assert_null(lines[line]);
	checked_release(&c);
	free(file.data);
}

/* In whatever order entries and sections are: findings stand in that of sections and places. */
static void entries_out_of_order(void **state)
{
	/* mov 0(%rip), %rax, three times */
	static const uint8_t code[] = {
		0x48, 0x8b, 5, 0, 0, 0, 0, 0x48, 0x8b, 5, 0, 0, 0, 0, 0x48, 0x8b, 5, 0, 0, 0, 0};
	enum { PC32 = 2, GOTPCREL = 9, WORD = 1 };
	const uint64_t variable = (uint64_t)VARIABLE << 32;
	const Elf64_Rela first = {KERNEL_BASE + 3, variable | PC32, -4},
			 second = {KERNEL_BASE + 3, variable | GOTPCREL, -4},
			 third = {KERNEL_BASE + 10, variable | PC32, -4},
			 last = {KERNEL_BASE + 17, variable | GOTPCREL, -4};
	const Elf64_Rela orders[][4] = {
		{first, second, third, last},
		{last, third, first, second},
		{third, first, last, second},
	};
	static const char *const wanted[] = {"R_X86_64_PC32 0", "R_X86_64_GOTPCREL 0",
		"R_X86_64_PC32 7", "R_X86_64_GOTPCREL e", NULL};
	static const char *const words[] = {"R_X86_64_64 8", "R_X86_64_64 1000", NULL};
	const Elf64_Rela word = {KERNEL_BASE + 0x1000, variable | WORD, 0};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++)
		for (size_t split = 1; split <= 4; split++) {
			begin(&r, EM_X86_64, code, sizeof(code));
			memcpy(r.entries, orders[i], sizeof(orders[i]));
			rela_section(&r)->size = split * sizeof(Elf64_Rela);
			if (split < 4)
				add_rela(&r, KERNEL_TEXT, orders[i] + split, 4 - split);
			r.k.options.layout.model = MODEL_ZERO;
			assert_order(&r, "reloc_kind", wanted);
		}
	begin(&r, EM_X86_64, code, sizeof(code));
	r.k.sections[KERNEL_TEXT - 1].flags = SHF_ALLOC;
	rela_section(&r)->info = KERNEL_DATA;
	r.entries[r.count++] = word;
	rela_section(&r)->size = sizeof(word);
	add_rela(&r, KERNEL_TEXT, &(Elf64_Rela){KERNEL_BASE + 8, variable | WORD, 0}, 1);
	r.k.options.layout.model = MODEL_ZERO;
	assert_order(&r, "reloc_pointer", words);
}

/* ---- reloc_dynamic ------------------------------------------------------------------------------
 */

/* Its first and last byte are in the template, and what is beside them is not. */
static void dynamic_beside_the_template(void **state)
{
	enum { RELATIVE = 8, ELSEWHERE = 0x1000 };
	static const struct {
		uint64_t place;
		int64_t value;
		uint64_t size;
		size_t errors;
	} cases[] = {
		{0, ELSEWHERE, 0x40, 1}, {0x3f, ELSEWHERE, 0x40, 1}, {0x40, ELSEWHERE, 0x40, 0},
		{UINT64_MAX, ELSEWHERE, 0x40, 0}, {ELSEWHERE, 0, 0x40, 1},
		{ELSEWHERE, 0x3f, 0x40, 1}, {ELSEWHERE, 0x40, 0x40, 0}, {ELSEWHERE, -1, 0x40, 0},
		{0, 0, 0, 0}, /* there is no first byte */
	};
	struct relocated r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(&r, EM_X86_64, "", 0);
		r.entries[0] = (Elf64_Rela){cases[i].place, RELATIVE, cases[i].value};
		*rela_section(&r) =
			(struct elf_section){".rela.dyn", SHT_RELA, SHF_ALLOC, KERNEL_BASE + 0x800,
				sizeof(Elf64_Rela), 8, r.entries, 0, 0, sizeof(Elf64_Rela)};
		if (!cases[i].size) {
			r.k.sections[KERNEL_PERCPU - 1].size = 0;
			r.k.segments[2].filesz = r.k.segments[2].memsz = 0;
			r.k.symbols[5].value = 0;
			r.k.spec.symbol_count = 6;
		}
		r.k.options.layout.model = MODEL_ZERO;
		assert_only(&r.k, cases[i].errors ? "reloc_dynamic" : NULL, cases[i].errors);
	}
}

static void a_place_outside(void **state)
{
	static const uint8_t code[] = {0};
	struct elf_file file;
	struct relocated r;
	struct checked c;

	(void)state;
	begin(&r, EM_X86_64, code, sizeof(code));
	relocation(&r, 0x1d, 11, VARIABLE, 0);
	file = elf_write(&r.k.spec);
	assert_false(checked_run(&c, elf_span(&file), NULL));
	assert_string_equal(c.error.text,
		"section 5 (.rela.text): relocation 0: r_offset 0xffffffff8020001d lies outside "
		"section 1 (.text)");
	checked_release(&c);
	free(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leftovers_of_relaxation),
		cmocka_unit_test(ordinary_data_from_gp),
		cmocka_unit_test(unknown_numbers),
		cmocka_unit_test(offsets_that_linkers_refuse),
		cmocka_unit_test(sizes_and_pointers),
		cmocka_unit_test(words_that_code_names),
		cmocka_unit_test(words_that_objects_name),
		cmocka_unit_test(ends_of_ranges),
		cmocka_unit_test(parts_that_go_on),
		cmocka_unit_test(differences_of_what_is_cut),
		cmocka_unit_test(parts_far_from_each_other),
		cmocka_unit_test(parts_of_two_classes),
		cmocka_unit_test(parts_that_begin_nothing),
		cmocka_unit_test(additions_before),
		cmocka_unit_test(additions_before_the_section),
		cmocka_unit_test(markers),
		cmocka_unit_test(entries_out_of_order),
		cmocka_unit_test(dynamic_beside_the_template),
		cmocka_unit_test(a_place_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
