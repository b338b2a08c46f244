/* Which layout it is, and what follows from that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "lib/model/layout.h"
#include "tests/unit/kernel.h"

struct found {
	struct elf_file file;
	struct image *image;
	struct arena arena;
	struct layout_list list;
};

static void find(struct found *f, const struct elf_spec *spec, const struct layout_options *options)
{
	static const struct layout_options defaults;
	struct error error = {0};

	*f = (struct found){.file = elf_write(spec)};
	f->image = image_open_bytes("memory", elf_span(&f->file), &error);
	assert_non_null(f->image);
	assert_true(
		layouts_find(f->image, options ? options : &defaults, &f->arena, &f->list, &error));
}

static void release(struct found *f)
{
	image_close(f->image);
	arena_release(&f->arena);
	free(f->file.data);
}

enum { BASE = 0x200000, PERCPU = 1 };

/* What a script would give each boundary symbol: a template of 0x40 bytes in a section of 0x100. */
static uint64_t bound_of(enum bound_role role)
{
	switch (role) {
	case BOUND_TEMPLATE_START:
	case BOUND_LOAD:
	case BOUND_AREA_START:
	case BOUND_BASE:
		return BASE;
	case BOUND_TEMPLATE_END:
	case BOUND_RESERVE_START:
	case BOUND_RESERVE_END:
		return BASE + 0x40;
	case BOUND_AREA_END:
		return BASE + 0x100;
	default:
		return 0x40;
	}
}

/* All symbols of a profile, the evidence undefined in an object, and a variable. */
static size_t profile_symbols(
	const struct profile *p, bool linked, struct elf_symbol *symbols, char *name)
{
	size_t count = 0;

	for (unsigned i = 0; linked && i < BOUND_COUNT; i++)
		if (p->bounds[i].name)
			symbols[count++] = (struct elf_symbol){p->bounds[i].name, PERCPU,
				bound_of((enum bound_role)i), 0, STT_NOTYPE, STB_GLOBAL};
	for (size_t i = 0; i < PROFILE_EVIDENCE && p->evidence[i]; i++)
		symbols[count++] = (struct elf_symbol){p->evidence[i], linked ? PERCPU : SHN_UNDEF,
			linked ? BASE + 0x40 : 0, 0, STT_NOTYPE, STB_WEAK};
	stpcpy(stpcpy(name, p->variable_prefix ? p->variable_prefix : ""), "variable");
	symbols[count++] =
		(struct elf_symbol){name, PERCPU, linked ? BASE + 8 : 8, 8, STT_OBJECT, STB_GLOBAL};
	return count;
}

static void find_profile(struct found *f, const struct profile *p, bool linked)
{
	struct elf_symbol symbols[BOUND_COUNT + PROFILE_EVIDENCE + 1];
	char section_name[64], variable[64];
	struct elf_section section = {section_name, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
		linked ? BASE : 0, 0x100, 64, NULL, 0, 0, 0};
	const struct elf_spec spec = {
		.machine = EM_X86_64,
		.type = linked ? ET_EXEC : ET_REL,
		.sections = &section,
		.section_count = 1,
		.symbols = symbols,
		.symbol_count = profile_symbols(p, linked, symbols, variable),
	};

	strcpy(section_name, linked ? p->sections[0] : p->inputs[0]);
	section_name[strcspn(section_name, "*")] = '\0';
	find(f, &spec, NULL);
	assert_int_equal(f->list.count, 1);
	assert_string_equal(f->list.layouts[0].profile->name, p->name);
	assert_int_equal(f->list.orphan_count, 0);
	assert_int_equal(f->list.layouts[0].variable_count, 1);
	assert_string_equal(f->list.layouts[0].variables[0].name, "variable");
}

struct expected {
	const char *profile;
	enum model model;
	bool assumed;
	enum placement placement;
	uint64_t stride, cpus; /* 0: not known */
};

static const struct expected expectations[] = {
	{"linux", MODEL_NONZERO, false, PLACEMENT_DYNAMIC, 0, 0},
	{"linux-hyp", MODEL_NONZERO, false, PLACEMENT_DYNAMIC, 0, 0},
	{"xen", MODEL_NONZERO, false, PLACEMENT_DYNAMIC, 0, 0},
	{"asterinas", MODEL_NONZERO, false, PLACEMENT_DYNAMIC, 0, 0},
	{"freebsd", MODEL_NONZERO, false, PLACEMENT_DYNAMIC, 0, 0},
	{"unikraft", MODEL_NONZERO, false, PLACEMENT_OVERLAY, 0x40, 4},
	{"minos", MODEL_NONZERO, false, PLACEMENT_OVERLAY, 0x40, 4},
	{"xvisor", MODEL_NONZERO, false, PLACEMENT_DYNAMIC, 0, 0},
	{"crate", MODEL_NONZERO, true, PLACEMENT_SEPARATE, 0x40, 4},
	{"generic", MODEL_NONZERO, true, PLACEMENT_UNKNOWN, 0, 0},
};

static void every_profile_in_a_linked_file(void **state)
{
	(void)state;
	for (size_t i = 0; profile_at(i); i++) {
		const struct expected *e = &expectations[i];
		const struct layout *l;
		struct found f;

		assert_true(i < COUNT(expectations));
		assert_string_equal(e->profile, profile_at(i)->name);
		find_profile(&f, profile_at(i), true);
		l = f.list.layouts;
		assert_int_equal(l->model, e->model);
		assert_int_equal(l->model_assumed, e->assumed);
		assert_int_equal(l->placement, e->placement);
		assert_true(l->stride.value == e->stride && l->stride.known == (e->stride != 0));
		assert_true(l->cpus.value == e->cpus && l->cpus.known == (e->cpus != 0));
		release(&f);
	}
}

static void every_profile_in_an_object(void **state)
{
	(void)state;
	for (size_t i = 0; profile_at(i); i++) {
		struct found f;

		find_profile(&f, profile_at(i), false);
		assert_int_equal(f.list.layouts[0].area_size.value, 0x100);
		assert_false(f.list.layouts[0].template_start.known);
		release(&f);
	}
}

/* Linux: at address 0 on x86_64 the model is zero; elsewhere and on other machines it is not. */
static void linux_models(void **state)
{
	static const struct {
		uint16_t machine;
		uint64_t addr;
		enum model model;
	} cases[] = {
		{EM_X86_64, 0, MODEL_ZERO},
		{EM_X86_64, BASE, MODEL_NONZERO},
		{EM_AARCH64, 0, MODEL_NONZERO},
		{EM_RISCV, BASE, MODEL_NONZERO},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct elf_section section = {".data..percpu", SHT_PROGBITS,
			SHF_ALLOC | SHF_WRITE, cases[i].addr, 64, 64, NULL, 0, 0, 0};
		const struct elf_spec spec = {.machine = cases[i].machine,
			.type = ET_EXEC,
			.sections = &section,
			.section_count = 1};
		struct found f;

		find(&f, &spec, NULL);
		assert_int_equal(f.list.layouts[0].model, cases[i].model);
		assert_string_equal(f.list.layouts[0].model_source, "profile");
		assert_true(f.list.layouts[0].area_size.value == 64);
		release(&f);
	}
}

static void a_linux_module(void **state)
{
	static const struct elf_section sections[] = {
		{".data..percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 8, 8, NULL, 0, 0, 0},
		{".modinfo", SHT_PROGBITS, SHF_ALLOC, 0, 8, 1, NULL, 0, 0, 0},
	};
	struct elf_spec spec = {
		.machine = EM_X86_64, .type = ET_REL, .sections = sections, .section_count = 2};
	struct found f;

	(void)state;
	find(&f, &spec, NULL);
	assert_int_equal(f.list.layouts[0].model, MODEL_NONZERO);
	release(&f);
	spec.section_count = 1;
	find(&f, &spec, NULL);
	assert_int_equal(f.list.layouts[0].model, MODEL_UNKNOWN);
	assert_null(f.list.layouts[0].model_source);
	release(&f);
}

static void the_small_kernel(void **state)
{
	struct found f;
	const struct layout *l;

	(void)state;
	find(&f, &kernel_spec, NULL);
	assert_int_equal(f.list.count, 1);
	l = f.list.layouts;
	assert_string_equal(l->profile->name, "crate");
	assert_string_equal(l->profile_source, "symbol _percpu_load_start");
	assert_int_equal(l->model, MODEL_ZERO);
	assert_true(l->model_assumed);
	assert_int_equal(l->placement, PLACEMENT_OVERLAY);
	assert_string_equal(l->placement_source, "symbols");
	assert_true(l->load.known && l->load.value == KERNEL_AREAS);
	assert_int_equal(l->stride.value, 0x40);
	assert_int_equal(l->cpus.value, 4);
	assert_int_equal(l->variable_count, 4);
	assert_string_equal(l->variables[1].name, "kernel::sched::TICKS");
	assert_string_equal(l->variables[2].name, "kernel::mods::COUNT");
	release(&f);
}

static void options_decide(void **state)
{
	const struct layout_options options = {.profile = &profile_generic,
		.model = MODEL_NONZERO,
		.placement = PLACEMENT_SEPARATE,
		.stride_align = 4096};
	struct found f;

	(void)state;
	find(&f, &kernel_spec, &options);
	assert_int_equal(f.list.count, 1);
	assert_string_equal(f.list.layouts[0].profile->name, "generic");
	assert_int_equal(f.list.layouts[0].model, MODEL_NONZERO);
	assert_string_equal(f.list.layouts[0].model_source, "option");
	assert_int_equal(f.list.layouts[0].placement, PLACEMENT_SEPARATE);
	assert_int_equal(f.list.layouts[0].stride.value, 4096);
	release(&f);
}

static void orphans(void **state)
{
	static const struct elf_section sections[] = {
		{".my_pcpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, BASE, 8, 8, NULL, 0, 0, 0},
		{".shelpcpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, BASE, 8, 8, NULL, 0, 0, 0},
		{".debug_pcpu", SHT_PROGBITS, SHF_ALLOC, BASE, 8, 8, NULL, 0, 0, 0},
		{".empty.percpu", SHT_PROGBITS, SHF_ALLOC, BASE, 0, 8, NULL, 0, 0, 0},
	};
	const struct elf_spec spec = {
		.machine = EM_AARCH64, .type = ET_EXEC, .sections = sections, .section_count = 4};
	struct found f;

	(void)state;
	find(&f, &spec, NULL);
	assert_int_equal(f.list.count, 0);
	assert_int_equal(f.list.orphan_count, 1);
	assert_int_equal(f.list.orphans[0], 1);
	release(&f);
	assert_true(name_says_percpu("percpu"));
	assert_true(name_says_percpu(".x.percpu-y"));
	assert_false(name_says_percpu(".percpux"));
	assert_false(name_says_percpu(""));
}

/* An array with members, an alias, a label, a hole, and one whose end wraps. */
static const struct elf_symbol nested[] = {
	{"outer", KERNEL_PERCPU, 0, 0x20, STT_OBJECT, STB_GLOBAL},
	{"member", KERNEL_PERCPU, 8, 8, STT_OBJECT, STB_GLOBAL},
	{"inner", KERNEL_PERCPU, 10, 2, STT_OBJECT, STB_GLOBAL},
	{"label", KERNEL_PERCPU, 0x18, 0, STT_OBJECT, STB_GLOBAL},
	{"twin", KERNEL_PERCPU, 0x28, 8, STT_OBJECT, STB_GLOBAL},
	{"alias", KERNEL_PERCPU, 0x28, 8, STT_OBJECT, STB_GLOBAL},
	{"end", KERNEL_PERCPU, 0x30, 0, STT_OBJECT, STB_GLOBAL},
	{"wraps", KERNEL_PERCPU, 0x38, UINT64_MAX, STT_OBJECT, STB_GLOBAL},
	{"_percpu_load_start", KERNEL_PERCPU, 0, 0, STT_NOTYPE, STB_GLOBAL},
};

static struct elf_spec nested_spec(void)
{
	struct elf_spec spec = kernel_spec;

	spec.symbols = nested;
	spec.symbol_count = COUNT(nested);
	return spec;
}

static void variables_by_address(void **state)
{
	static const struct {
		uint64_t address;
		const char *name;
		uint64_t offset;
	} cases[] = {
		{0, "outer", 0},
		{7, "outer", 7},
		{8, "member", 0},
		{9, "member", 1},
		{11, "inner", 1},
		{12, "member", 4},
		{16, "outer", 16},
		{0x18, "outer", 0x18},
		{0x1f, "outer", 0x1f},
		{0x20, NULL, 0},
		{0x27, NULL, 0},
		{0x28, "alias", 0},
		{0x2f, "alias", 7},
		{0x30, "end", 0},
		{0x31, NULL, 0},
		{0x38, "wraps", 0},
		{0x1000, "wraps", 0xfc8},
		{UINT64_MAX - 1, "wraps", UINT64_MAX - 0x39},
	};
	const struct elf_spec spec = nested_spec();
	struct found f;

	(void)state;
	find(&f, &spec, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t offset = 0;
		const struct variable *v = layout_variable_at(
			f.list.layouts, KERNEL_PERCPU, cases[i].address, &offset);

		if (!cases[i].name) {
			assert_null(v);
			continue;
		}
		assert_non_null(v);
		assert_string_equal(v->name, cases[i].name);
		assert_true(offset == cases[i].offset);
	}
	release(&f);
}

/* In an object every section begins at 0: the section tells variables apart. */
static void variables_of_an_object(void **state)
{
	static const struct elf_section sections[] = {
		{".percpu.a", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 16, 8, NULL, 0, 0, 0},
		{".percpu.b", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 16, 8, NULL, 0, 0, 0},
		{".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 16, 8, NULL, 0, 0, 0},
	};
	static const struct elf_symbol symbols[] = {
		{"__PERCPU_A", 1, 0, 16, STT_OBJECT, STB_GLOBAL},
		{"__PERCPU_B", 2, 0, 8, STT_OBJECT, STB_GLOBAL},
		{"__PERCPU_C", 2, 8, 4, STT_OBJECT, STB_GLOBAL},
	};
	const struct elf_spec spec = {.machine = EM_RISCV,
		.type = ET_REL,
		.sections = sections,
		.section_count = 3,
		.symbols = symbols,
		.symbol_count = 3};
	const struct layout *l;
	struct found f;
	uint64_t offset;

	(void)state;
	find(&f, &spec, NULL);
	l = f.list.layouts;
	assert_string_equal(layout_variable_at(l, 1, 9, &offset)->name, "A");
	assert_string_equal(layout_variable_at(l, 2, 9, &offset)->name, "C");
	assert_int_equal(offset, 1);
	assert_null(layout_variable_at(l, 2, 12, &offset));
	assert_null(layout_variable_at(l, 3, 0, &offset));
	assert_true(layout_has_section(l, 1) && layout_has_section(l, 2));
	assert_false(layout_has_section(l, 0) || layout_has_section(l, 3));
	release(&f);
}

/* Named after the profile's own section, the first of them where an object has several. */
static void named_after_its_own_section(void **state)
{
	static const struct elf_section sections[] = {
		{".percpu.a", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 8, 8, NULL, 0, 0, 0},
		{".percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 8, 8, NULL, 0, 0, 0},
		{".percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 8, 8, NULL, 0, 0, 0},
	};
	const struct elf_spec spec = {
		.machine = EM_RISCV, .type = ET_REL, .sections = sections, .section_count = 3};
	struct found f;

	(void)state;
	find(&f, &spec, NULL);
	assert_int_equal(f.list.layouts[0].section_count, 3);
	assert_int_equal(f.list.layouts[0].sections[0], 2);
	assert_int_equal(f.list.layouts[0].sections[1], 1);
	assert_int_equal(f.list.layouts[0].sections[2], 3);
	release(&f);
}

/* In a linked file the address alone tells, whichever of the layout's sections is given. */
static void variables_of_two_linked_sections(void **state)
{
	static const struct elf_section sections[] = {
		{".cpu_local_tss", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, BASE, 16, 8, NULL, 0, 0, 0},
		{".cpu_local", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, BASE + 16, 16, 8, NULL, 0, 0,
			0},
	};
	static const struct elf_symbol symbols[] = {
		{"tss", 1, BASE, 16, STT_OBJECT, STB_GLOBAL},
		{"id", 2, BASE + 16, 8, STT_OBJECT, STB_GLOBAL},
	};
	const struct elf_spec spec = {.machine = EM_X86_64,
		.type = ET_EXEC,
		.sections = sections,
		.section_count = 2,
		.symbols = symbols,
		.symbol_count = 2};
	struct found f;
	uint64_t offset;

	(void)state;
	find(&f, &spec, NULL);
	for (uint32_t section = 1; section <= 2; section++) {
		assert_string_equal(
			layout_variable_at(f.list.layouts, section, BASE + 8, &offset)->name,
			"tss");
		assert_string_equal(
			layout_variable_at(f.list.layouts, section, BASE + 16, &offset)->name,
			"id");
		assert_null(layout_variable_at(f.list.layouts, section, BASE + 24, &offset));
	}
	release(&f);
}

/* S + A: from a section symbol, from another variable, from one that is not per-CPU. */
static void relocations(void **state)
{
	const struct elf_spec spec = nested_spec();
	struct error error = {0};
	struct reloc_target target;
	struct found f;

	(void)state;
	find(&f, &spec, NULL);
	assert_true(layout_resolve(
		f.list.layouts, &(struct reloc){.symbol = 1, .addend = 11}, &target, &error));
	assert_string_equal(target.variable->name, "inner");
	assert_int_equal(target.offset, 1);
	assert_true(layout_resolve(
		f.list.layouts, &(struct reloc){.symbol = 5, .addend = -0x20}, &target, &error));
	assert_string_equal(target.variable->name, "member");
	assert_int_equal(target.address, 8);
	assert_true(layout_resolve(
		f.list.layouts, &(struct reloc){.symbol = 1, .addend = -1}, &target, &error));
	assert_true(target.address == UINT64_MAX);
	assert_true(layout_resolve(f.list.layouts, &(struct reloc){.symbol = 0}, &target, &error));
	assert_int_equal(target.section, SYMBOL_UNDEFINED);
	assert_null(target.variable);
	assert_false(
		layout_resolve(f.list.layouts, &(struct reloc){.symbol = 99}, &target, &error));
	assert_int_equal(error.kind, ERROR_INPUT);
	release(&f);
}

/* 200000 variables inside one, and an address that only the one covers. */
static void many_inside_one(void **state)
{
	enum { MANY = 200000 };
	struct elf_symbol *symbols = calloc(MANY, sizeof(*symbols));
	struct elf_spec spec = kernel_spec;
	struct found f;
	uint64_t offset;

	(void)state;
	assert_non_null(symbols);
	symbols[0] = (struct elf_symbol){
		"all", KERNEL_PERCPU, 0, UINT64_C(1) << 40, STT_OBJECT, STB_GLOBAL};
	for (size_t i = 1; i < MANY; i++)
		symbols[i] =
			(struct elf_symbol){"one", KERNEL_PERCPU, i * 8, 4, STT_OBJECT, STB_GLOBAL};
	spec.symbols = symbols;
	spec.symbol_count = MANY;
	find(&f, &spec, NULL);
	for (uint64_t i = 1; i < MANY; i++) {
		assert_string_equal(
			layout_variable_at(f.list.layouts, KERNEL_PERCPU, i * 8 + 5, &offset)->name,
			"all");
		assert_string_equal(
			layout_variable_at(f.list.layouts, KERNEL_PERCPU, i * 8 + 3, &offset)->name,
			"one");
	}
	release(&f);
	free(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_profile_in_a_linked_file),
		cmocka_unit_test(every_profile_in_an_object),
		cmocka_unit_test(linux_models),
		cmocka_unit_test(a_linux_module),
		cmocka_unit_test(the_small_kernel),
		cmocka_unit_test(options_decide),
		cmocka_unit_test(orphans),
		cmocka_unit_test(variables_by_address),
		cmocka_unit_test(variables_of_an_object),
		cmocka_unit_test(named_after_its_own_section),
		cmocka_unit_test(variables_of_two_linked_sections),
		cmocka_unit_test(relocations),
		cmocka_unit_test(many_inside_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
