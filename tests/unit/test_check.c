/* What checks decide about files that linkers hardly produce. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/changed.h"

static void the_kernel_is_clean(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	assert_only(&k, NULL, 0);
	k.options.cpus = (struct maybe){true, 4};
	assert_only(&k, NULL, 0);
	k.options.cpus.value = 5;
	assert_only(&k, "area_room", 1);
	k.options.cpus.value = UINT64_MAX; /* times the stride overflows */
	assert_only(&k, "area_room", 1);
}

static void variables_overlap_once_each(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	add_symbol(&k, (struct elf_symbol){"a", KERNEL_PERCPU, 0x28, 8, STT_OBJECT, STB_GLOBAL});
	add_symbol(&k, (struct elf_symbol){"b", KERNEL_PERCPU, 0x2c, 8, STT_OBJECT, STB_GLOBAL});
	k.options.levels[CHECK_ID_symbol_aligned] = LEVEL_ALLOW;
	assert_only(&k, "symbol_disjoint", 1);
	k.symbols[k.spec.symbol_count - 1].size = 4; /* now inside */
	assert_only(&k, NULL, 0);
}

static void a_variable_wraps_around(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	add_symbol(&k, (struct elf_symbol){
			       "w", KERNEL_PERCPU, 0x38, UINT64_MAX - 7, STT_OBJECT, STB_GLOBAL});
	assert_only(&k, "symbol_in_section", 1);
}

static void a_segment_wraps_around(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[3].paddr += UINT64_MAX - 0xff - k.segments[3].vaddr; /* at the same distance */
	k.segments[3].vaddr = UINT64_MAX - 0xff;
	k.segments[3].memsz = 0x1000;
	k.sections[KERNEL_BSS - 1].addr = UINT64_MAX - 0xff;
	assert_only(&k, NULL, 0);
}

static void two_segments_hold_the_template(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[3] = k.segments[2];
	assert_only(&k, "segment_load", 1);
}

static void the_file_lacks_the_end(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[2].filesz = 0x3f;
	assert_only(&k, "segment_load", 1);
}

static void a_section_of_odd_alignment(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1].align = 48;
	k.options.levels[CHECK_ID_area_aligned] = LEVEL_ALLOW;
	assert_only(&k, "section_align", 1);
}

static void a_bound_is_undefined(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.symbols[5].section = SHN_UNDEF; /* _percpu_load_end */
	assert_only(&k, "bounds_defined", 1);
}

static void an_orphan_beside_the_layout(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	add_section(&k, (struct elf_section){".percpu.lost", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				KERNEL_BASE + 0x4000, 8, 8, NULL, 0, 0, 0});
	assert_only(&k, "section_single", 1);
}

/* Silent about what a failed check makes unknowable: bounds first, then areas. */
static void needs_silence(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.symbols[5].value = 0x1000; /* _percpu_load_end */
	k.options.cpus = (struct maybe){true, 1000};
	assert_only(&k, "bounds_order", 1);
}

static void levels(void **state)
{
	struct changed k;

	(void)state;
	start(&k);
	k.segments[2].filesz = 0x3f;
	k.options.levels[CHECK_ID_segment_load] = LEVEL_ALLOW;
	assert_only(&k, NULL, 0);
	k.options.levels[CHECK_ID_segment_load] = LEVEL_WARNING;
	assert_only(&k, "segment_load", 1);
}

/* 5000 misaligned variables: a thousand are said, one line says how many more. */
static void findings_are_bounded(void **state)
{
	enum { MANY = 5000 };
	struct elf_symbol *symbols = calloc(MANY, sizeof(*symbols));
	struct elf_section sections[COUNT(kernel_sections)];
	struct elf_spec spec = kernel_spec;
	struct elf_file file;
	const struct report_finding *last;
	struct checked c;

	(void)state;
	assert_non_null(symbols);
	for (size_t i = 0; i < MANY; i++)
		symbols[i] = (struct elf_symbol){"v", KERNEL_PERCPU, 1, 8, STT_OBJECT, STB_GLOBAL};
	symbols[0] = kernel_symbols[4]; /* _percpu_load_start */
	memcpy(sections, kernel_sections, sizeof(kernel_sections));
	sections[KERNEL_PERCPU - 1].align = 1;
	spec.sections = sections;
	spec.symbols = symbols;
	spec.symbol_count = MANY;
	file = elf_write(&spec);
	assert_true(checked_run(&c, elf_span(&file), NULL));
	assert_int_equal(checked_findings(&c, "symbol_aligned", SEVERITY_WARNING), 1001);
	last = &c.file.findings[c.file.finding_count - 1];
	assert_string_equal(last->message, "and 3999 more like it");
	assert_int_equal(last->severity, SEVERITY_WARNING);
	assert_string_not_equal(last->fingerprint, last[-1].fingerprint);
	checked_release(&c);
	free(file.data);
	free(symbols);
}

static void names_are_bounded(void **state)
{
	char *name = calloc(1, 1 << 16);
	struct elf_file file;
	struct changed k;
	struct checked c;

	(void)state;
	assert_non_null(name);
	memset(name, 'n', (1 << 16) - 1);
	start(&k);
	k.sections[KERNEL_PERCPU - 1].align = 1;
	add_symbol(&k, (struct elf_symbol){name, KERNEL_PERCPU, 0x21, 8, STT_OBJECT, STB_GLOBAL});
	file = elf_write(&k.spec);
	assert_true(checked_run(&c, elf_span(&file), NULL));
	assert_int_equal(checked_findings(&c, "symbol_aligned", SEVERITY_WARNING), 1);
	for (size_t i = 0; i < c.file.finding_count; i++) {
		assert_true(strlen(c.file.findings[i].message) < 512);
		assert_true(!c.file.findings[i].symbol || strlen(c.file.findings[i].symbol) < 1100);
	}
	checked_release(&c);
	free(file.data);
	free(name);
}

/* Fingerprints tell findings apart, also those of one symbol, and others do not change them. */
static void fingerprints(void **state)
{
	char before[4][20]; /* a, b, a, b */
	struct elf_file file;
	struct changed k;
	struct checked c;

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1].align = 1;
	for (size_t i = 0; i < 4; i++)
		add_symbol(&k, (struct elf_symbol){i % 2 ? "b" : "a", KERNEL_PERCPU, 0x21 + i * 2,
				       8, STT_OBJECT, STB_GLOBAL});
	k.options.levels[CHECK_ID_symbol_disjoint] = LEVEL_ALLOW;
	k.options.levels[CHECK_ID_symbol_cacheline] = LEVEL_ALLOW;
	k.options.levels[CHECK_ID_symbol_sized] = LEVEL_ALLOW;
	file = elf_write(&k.spec);
	assert_true(checked_run(&c, elf_span(&file), &k.options));
	assert_int_equal(c.file.finding_count, 4);
	for (size_t i = 0; i < 4; i++) {
		strcpy(before[i], c.file.findings[i].fingerprint);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(before[i], before[j]);
	}
	checked_release(&c);
	free(file.data);
	for (size_t i = 0; i < 2; i++) { /* each alone */
		k.symbols[k.spec.symbol_count - 4] = k.symbols[k.spec.symbol_count - 4 + i];
		k.spec.symbol_count -= 3;
		file = elf_write(&k.spec);
		assert_true(checked_run(&c, elf_span(&file), &k.options));
		assert_int_equal(c.file.finding_count, 1);
		assert_string_equal(before[i], c.file.findings[0].fingerprint);
		checked_release(&c);
		free(file.data);
		k.spec.symbol_count += 3;
	}
}

static void messages_are_bounded(void **state)
{
	char name[1024] = ".percpu.";
	const struct report_finding *f = NULL;
	struct elf_file file;
	struct changed k;
	struct checked c;

	(void)state;
	memset(name + 8, 'n', sizeof(name) - 9);
	start(&k);
	add_section(&k, (struct elf_section){name, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
				KERNEL_BASE + 0x4000, 8, 8, NULL, 0, 0, 0});
	file = elf_write(&k.spec);
	assert_true(checked_run(&c, elf_span(&file), NULL));
	for (size_t i = 0; i < c.file.finding_count; i++)
		if (strcmp(c.file.findings[i].check, "section_single") == 0)
			f = &c.file.findings[i];
	assert_non_null(f);
	assert_int_equal(strlen(f->message), 511);
	assert_string_equal(f->message + 508, "...");
	checked_release(&c);
	free(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_is_clean),
		cmocka_unit_test(variables_overlap_once_each),
		cmocka_unit_test(a_variable_wraps_around),
		cmocka_unit_test(a_segment_wraps_around),
		cmocka_unit_test(two_segments_hold_the_template),
		cmocka_unit_test(the_file_lacks_the_end),
		cmocka_unit_test(a_section_of_odd_alignment),
		cmocka_unit_test(a_bound_is_undefined),
		cmocka_unit_test(an_orphan_beside_the_layout),
		cmocka_unit_test(needs_silence),
		cmocka_unit_test(levels),
		cmocka_unit_test(findings_are_bounded),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(messages_are_bounded),
		cmocka_unit_test(fingerprints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
