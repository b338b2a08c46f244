#include "arch/arch.h"
#include "arch/reloc.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct reloc_info *row(const char *arch, uint32_t number)
{
	const struct reloc_info *info = reloc_info(arch_by_name(arch), number);
	assert_non_null(info);
	return info;
}

static const struct reloc_info *next_row(const struct arch *arch, size_t *i)
{
	while (*i < arch->reloc_count) {
		const struct reloc_info *info = reloc_info(arch, (uint32_t)(*i)++);
		if (info)
			return info;
	}
	return NULL;
}

/* In order, each under its own number: the compiler refuses a second row of one. */
static void test_every_row_is_found_by_its_number(void **state)
{
	(void)state;
	static const size_t rows[] = {54, 150, 73, 128};
	const struct arch *arch;
	for (size_t a = 0; (arch = arch_at(a)) != NULL; a++) {
		size_t count = 0, i = 0;
		const struct reloc_info *info;
		while ((info = next_row(arch, &i)) != NULL) {
			assert_int_equal(info->number, i - 1);
			assert_ptr_equal(info, &arch->relocs[info->number]);
			count++;
		}
		assert_int_equal(count, rows[a]);
		assert_non_null(arch->relocs[arch->reloc_count - 1].name);
	}
}

static void test_every_row_makes_sense(void **state)
{
	(void)state;
	const struct arch *arch;
	for (size_t a = 0; (arch = arch_at(a)) != NULL; a++) {
		const struct reloc_info *info;
		for (size_t i = 0; (info = next_row(arch, &i)) != NULL;) {
			assert_int_equal(strncmp(info->name, "R_", 2), 0);
			assert_int_not_equal(info->class, RELOC_UNKNOWN);
			assert_true(info->least <= info->most);
			assert_int_equal(info->bytes == 0, info->field == 0);
			assert_true(info->bytes == 16 || info->bytes == 8 ||
				    info->field >> (8 * info->bytes) == 0);
			if (info->least != info->most)
				assert_true(info->class == RELOC_OFFSET ||
					    info->class == RELOC_PCREL ||
					    info->class == RELOC_BRANCH);
		}
	}
}

static void test_the_unknown_survives(void **state)
{
	(void)state;
	char buffer[RELOC_NAME_SIZE];
	static const uint32_t gaps[] = {13, 15, 42, 104, 190, 192, 200, 255, 281, 1000, UINT32_MAX};
	const struct arch *riscv = arch_by_name("riscv64");
	assert_null(reloc_info(riscv, 13));
	assert_null(reloc_info(riscv, 42));
	assert_null(reloc_info(riscv, 192));
	assert_null(reloc_info(riscv, 260));
	assert_null(reloc_info(arch_by_name("aarch64"), 281));
	assert_null(reloc_info(arch_by_name("loongarch64"), 104));
	const struct arch *arch;
	for (size_t a = 0; (arch = arch_at(a)) != NULL; a++) {
		for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
			const struct reloc_info *info = reloc_info(arch, gaps[i]);
			const char *name = reloc_name(arch, gaps[i], buffer);
			if (info)
				assert_string_equal(name, info->name);
			else
				assert_string_equal(name, buffer);
		}
		assert_string_equal(reloc_name(arch, UINT32_MAX, buffer), "type 4294967295");
	}
	assert_string_equal(reloc_name(riscv, 200, buffer), "type 200");
	assert_string_equal(reloc_name(riscv, 26, buffer), "R_RISCV_HI20");
}

static void holds(const char *arch, uint32_t number, int64_t least, int64_t most, bool checked)
{
	const struct reloc_info *info = row(arch, number);
	assert_true(info->least == least);
	assert_true(info->most == most);
	assert_int_equal(info->checked, checked);
}

static void test_ranges_of_the_access_sequences(void **state)
{
	(void)state;
	holds("x86_64", R_X86_64_32, 0, UINT32_MAX, true);
	holds("x86_64", R_X86_64_32S, INT32_MIN, INT32_MAX, true);
	holds("x86_64", R_X86_64_PC32, INT32_MIN, INT32_MAX, true);
	holds("x86_64", R_X86_64_64, 0, 0, false);
	holds("aarch64", R_AARCH64_MOVW_UABS_G0, 0, 0xffff, true);
	holds("aarch64", R_AARCH64_MOVW_UABS_G0_NC, 0, 0xffff, false);
	holds("aarch64", R_AARCH64_MOVW_UABS_G1, 0, UINT32_MAX, true);
	holds("aarch64", R_AARCH64_MOVW_UABS_G1_NC, 0, UINT32_MAX, false);
	holds("aarch64", R_AARCH64_MOVW_UABS_G2, 0, INT64_C(0xffffffffffff), true);
	holds("aarch64", R_AARCH64_MOVW_UABS_G3, 0, 0, false);
	holds("aarch64", R_AARCH64_MOVW_SABS_G0, -65536, 65535, true);
	holds("aarch64", R_AARCH64_ADR_PREL_PG_HI21, -INT64_C(0x100000000), UINT32_MAX, true);
	holds("riscv64", R_RISCV_HI20, -INT64_C(0x80000800), 0x7ffff7ff, true);
	holds("riscv64", R_RISCV_PCREL_HI20, -INT64_C(0x80000800), 0x7ffff7ff, true);
	holds("riscv64", R_RISCV_LO12_I, -0x800, 0x7ff, false);
	holds("riscv64", R_RISCV_LO12_S, -0x800, 0x7ff, false);
	holds("riscv64", 46, -0x20800, 0x1f7ff, true);
	holds("loongarch64", 67, INT32_MIN, INT32_MAX, false);
	holds("loongarch64", 68, 0, 0xfff, false);
	holds("loongarch64", 69, -(INT64_C(1) << 51), (INT64_C(1) << 51) - 1, false);
	holds("loongarch64", 70, 0, 0, false);
	holds("loongarch64", 71, -INT64_C(0x80000800), 0x7ffff7ff, false);
}

static void test_parts_of_the_access_sequences(void **state)
{
	(void)state;
	assert_int_equal(row("x86_64", R_X86_64_32S)->part, PART_WHOLE);
	assert_int_equal(row("aarch64", 264)->part, PART_G0);
	assert_int_equal(row("aarch64", 269)->part, PART_G3);
	assert_int_equal(row("riscv64", 26)->part, PART_HIGH);
	assert_int_equal(row("riscv64", 27)->part, PART_LOW);
	assert_int_equal(row("riscv64", 28)->part, PART_LOW_STORE);
	assert_int_equal(row("riscv64", 47)->part, PART_LOW);
	assert_int_equal(row("riscv64", 257)->part, PART_LOW_STORE);
	assert_int_equal(row("loongarch64", 67)->part, PART_HIGH);
	assert_int_equal(row("loongarch64", 69)->part, PART_64_LOW);
	assert_int_equal(row("loongarch64", 70)->part, PART_64_HIGH);
}

struct numbers {
	const char *arch;
	enum reloc_class class;
	uint32_t first, last;
};

/* What a relocation against a per-CPU symbol means; numbers that nobody uses are passed over. */
static void test_classes(void **state)
{
	(void)state;
	static const struct numbers spans[] = {
		{"x86_64", RELOC_WORD, 1, 1},
		{"x86_64", RELOC_OFFSET, 10, 12},
		{"x86_64", RELOC_PCREL, 2, 2},
		{"x86_64", RELOC_PCREL, 24, 25},
		{"x86_64", RELOC_BRANCH, 4, 4},
		{"x86_64", RELOC_GOT, 3, 3},
		{"x86_64", RELOC_GOT, 9, 9},
		{"x86_64", RELOC_GOT, 26, 31},
		{"x86_64", RELOC_GOT, 41, 43},
		{"x86_64", RELOC_TLS, 16, 23},
		{"x86_64", RELOC_TLS, 34, 36},
		{"x86_64", RELOC_SIZE, 32, 33},
		{"x86_64", RELOC_DYNAMIC, 5, 8},
		{"x86_64", RELOC_DYNAMIC, 37, 38},
		{"aarch64", RELOC_IGNORE, 0, 256},
		{"aarch64", RELOC_WORD, 257, 257},
		{"aarch64", RELOC_OFFSET, 258, 259},
		{"aarch64", RELOC_PCREL, 260, 262},
		{"aarch64", RELOC_OFFSET, 263, 272},
		{"aarch64", RELOC_PCREL, 273, 278},
		{"aarch64", RELOC_BRANCH, 279, 283},
		{"aarch64", RELOC_PCREL, 284, 299},
		{"aarch64", RELOC_GOT, 300, 306},
		{"aarch64", RELOC_GOT, 309, 313},
		{"aarch64", RELOC_BRANCH, 314, 314},
		{"aarch64", RELOC_GOT, 315, 315},
		{"aarch64", RELOC_TLS, 512, 573},
		{"aarch64", RELOC_DYNAMIC, 1024, 1027},
		{"aarch64", RELOC_TLS, 1028, 1031},
		{"aarch64", RELOC_DYNAMIC, 1032, 1042},
		{"riscv64", RELOC_OFFSET, 1, 1},
		{"riscv64", RELOC_WORD, 2, 2},
		{"riscv64", RELOC_BRANCH, 16, 19},
		{"riscv64", RELOC_GOT, 20, 20},
		{"riscv64", RELOC_TLS, 21, 22},
		{"riscv64", RELOC_PCREL, 23, 25},
		{"riscv64", RELOC_OFFSET, 26, 28},
		{"riscv64", RELOC_TLS, 29, 32},
		{"riscv64", RELOC_DELTA, 33, 40},
		{"riscv64", RELOC_GOT, 41, 41},
		{"riscv64", RELOC_IGNORE, 43, 43},
		{"riscv64", RELOC_BRANCH, 44, 45},
		{"riscv64", RELOC_OFFSET, 46, 46},
		{"riscv64", RELOC_RELAXED, 47, 48},
		{"riscv64", RELOC_IGNORE, 51, 51},
		{"riscv64", RELOC_DELTA, 52, 56},
		{"riscv64", RELOC_PCREL, 57, 57},
		{"riscv64", RELOC_BRANCH, 59, 59},
		{"riscv64", RELOC_DELTA, 60, 61},
		{"riscv64", RELOC_TLS, 62, 65},
		{"riscv64", RELOC_OFFSET, 67, 67},
		{"riscv64", RELOC_RELAXED, 68, 69},
		{"riscv64", RELOC_RELAXED, 256, 259},
		{"loongarch64", RELOC_OFFSET, 1, 1},
		{"loongarch64", RELOC_WORD, 2, 2},
		{"loongarch64", RELOC_IGNORE, 20, 21},
		{"loongarch64", RELOC_DELTA, 47, 56},
		{"loongarch64", RELOC_BRANCH, 64, 66},
		{"loongarch64", RELOC_OFFSET, 67, 70},
		{"loongarch64", RELOC_PCREL, 71, 74},
		{"loongarch64", RELOC_GOT, 75, 82},
		{"loongarch64", RELOC_TLS, 83, 98},
		{"loongarch64", RELOC_PCREL, 99, 99},
		{"loongarch64", RELOC_IGNORE, 100, 102},
		{"loongarch64", RELOC_PCREL, 103, 103},
		{"loongarch64", RELOC_DELTA, 105, 108},
		{"loongarch64", RELOC_PCREL, 109, 109},
		{"loongarch64", RELOC_BRANCH, 110, 110},
		{"loongarch64", RELOC_TLS, 111, 126},
	};
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		const struct arch *arch = arch_by_name(spans[i].arch);
		for (uint32_t n = spans[i].first; n <= spans[i].last; n++) {
			const struct reloc_info *info = reloc_info(arch, n);
			if (info && info->class != spans[i].class)
				fail_msg("%s has class %d, not %d", info->name, info->class,
					spans[i].class);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_found_by_its_number),
		cmocka_unit_test(test_every_row_makes_sense),
		cmocka_unit_test(test_the_unknown_survives),
		cmocka_unit_test(test_ranges_of_the_access_sequences),
		cmocka_unit_test(test_parts_of_the_access_sequences),
		cmocka_unit_test(test_classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
