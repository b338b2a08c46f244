/* What the checks of relocations decide about code that the linkers at hand do not leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/changed.h"

enum { ENTRIES = 4, CODE = 0x20 };

/* Indices in .symtab; those of kernel_symbols, which begin behind the null symbol. */
enum { ORDINARY = 1, VARIABLE = 7, OTHER = 8 };

struct relocated {
	struct changed k;
	uint8_t code[CODE];
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
		relocation(&r, 5, 11, VARIABLE, 0x7fffffff + above);
		assert_only(&r.k, above ? "reloc_range" : NULL, above ? 1 : 0);
		begin(&r, EM_RISCV, riscv, sizeof(riscv));
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
		cmocka_unit_test(a_place_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
