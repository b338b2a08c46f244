/* A small kernel, free to be changed, and what the checks say of it. Include behind cmocka.h. */
#ifndef PERCPU_TESTS_CHANGED_H
#define PERCPU_TESTS_CHANGED_H

#include "tests/unit/checked.h"
#include "tests/unit/kernel.h"

struct changed {
	struct elf_section sections[COUNT(kernel_sections) + 4];
	struct elf_symbol symbols[COUNT(kernel_symbols) + 4];
	struct elf_segment segments[COUNT(kernel_segments)];
	struct elf_spec spec;
	struct check_options options;
	const struct inputs *inputs;
};

/* The kernel of kernel.h as it is. */
static inline void start(struct changed *k)
{
	*k = (struct changed){.spec = kernel_spec};
	memcpy(k->sections, kernel_sections, sizeof(kernel_sections));
	memcpy(k->symbols, kernel_symbols, sizeof(kernel_symbols));
	memcpy(k->segments, kernel_segments, sizeof(kernel_segments));
	k->spec.sections = k->sections;
	k->spec.symbols = k->symbols;
	k->spec.segments = k->segments;
}

static inline struct elf_symbol *add_symbol(struct changed *k, struct elf_symbol symbol)
{
	assert_true(k->spec.symbol_count < COUNT(k->symbols));
	k->symbols[k->spec.symbol_count] = symbol;
	return &k->symbols[k->spec.symbol_count++];
}

static inline struct elf_section *add_section(struct changed *k, struct elf_section section)
{
	assert_true(k->spec.section_count < COUNT(k->sections));
	k->sections[k->spec.section_count] = section;
	return &k->sections[k->spec.section_count++];
}

/* `count` findings of this check from `least` on, and of no other; NULL: of none. */
static inline void assert_findings(
	const struct changed *k, const char *check, size_t count, enum severity least)
{
	struct elf_file file = elf_write(&k->spec);
	struct checked c;

	assert_true(checked_run_with(&c, elf_span(&file), k->inputs, &k->options));
	assert_int_equal(checked_findings(&c, check, least), count);
	assert_int_equal(checked_findings(&c, NULL, least), count);
	checked_release(&c);
	free(file.data);
}

/* Only this check says an error or a warning; NULL: none does. */
static inline void assert_only(const struct changed *k, const char *check, size_t count)
{
	assert_findings(k, check, count, SEVERITY_WARNING);
}

#endif
