#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "lib/model/profile.h"

static void tables_end(void **state)
{
	size_t count = 0;

	(void)state;
	while (profile_at(count))
		count++;
	assert_true(count >= 10);
	assert_null(profile_at(count + 1));
	assert_null(profile_at(SIZE_MAX));
	assert_ptr_equal(profile_at(count - 1), &profile_generic);
	assert_null(profile_by_name("nobody"));
	assert_null(profile_by_name(""));
	assert_string_equal(model_name(MODEL_UNKNOWN), "unknown");
	assert_string_equal(model_name(MODEL_ZERO), "zero");
	assert_string_equal(model_name(MODEL_NAIVE), "naive");
	assert_string_equal(placement_name(PLACEMENT_UNKNOWN), "unknown");
	assert_string_equal(placement_name(PLACEMENT_DYNAMIC), "dynamic");
}

static void names_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; profile_at(i); i++) {
		assert_ptr_equal(profile_by_name(profile_at(i)->name), profile_at(i));
		assert_true(*profile_at(i)->title != '\0');
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(profile_at(i)->name, profile_at(j)->name);
	}
}

/* No symbol is named for two roles of a profile. */
static void bounds_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; profile_at(i); i++) {
		const struct bound_spec *bounds = profile_at(i)->bounds;

		for (size_t j = 0; j < BOUND_COUNT; j++)
			for (size_t k = 0; k < j; k++)
				assert_false(bounds[j].name && bounds[k].name &&
					     strcmp(bounds[j].name, bounds[k].name) == 0);
	}
}

static void sections_match_themselves(void **state)
{
	(void)state;
	for (size_t i = 0; profile_at(i); i++) {
		const struct profile *p = profile_at(i);

		assert_non_null(p->sections[0]);
		assert_null(p->sections[PROFILE_SECTIONS - 1]);
		for (size_t j = 0; p->sections[j]; j++) {
			assert_true(profile_has_section(p, p->sections[j]));
			assert_int_equal(p->sections[j][strcspn(p->sections[j], "*")], '\0');
		}
		assert_false(profile_has_section(p, ""));
		assert_false(profile_has_section(p, ".text"));
		for (size_t j = 0; p->companions[j]; j++) {
			assert_true(profile_has_companion(p, p->companions[j]));
			assert_false(profile_has_section(p, p->companions[j]));
		}
	}
}

static void inputs_match_themselves(void **state)
{
	char name[64];

	(void)state;
	for (size_t i = 0; profile_at(i); i++) {
		const struct profile *p = profile_at(i);

		assert_non_null(p->inputs[0]);
		assert_null(p->inputs[PROFILE_SECTIONS - 1]);
		for (size_t j = 0; p->inputs[j]; j++) {
			const char *pattern = p->inputs[j];
			const size_t length = strlen(pattern);
			const size_t star = strcspn(pattern, "*");

			assert_true(star > 1 && length < sizeof(name) - 8);
			assert_true(star == length || star == length - 1);
			memcpy(name, pattern, star);
			strcpy(name + star, star < length ? ".more" : "");
			assert_true(profile_has_input(p, name));
			name[1] = '#';
			assert_false(profile_has_input(p, name));
		}
		assert_false(profile_has_input(p, ""));
		assert_false(profile_has_input(p, ".text"));
	}
}

struct input_case {
	const char *profile;
	const char *section;
	bool taken;
};

static void inputs_by_hand(void **state)
{
	static const struct input_case cases[] = {
		{"linux", ".data..percpu", true},
		{"linux", ".data..percpu..shared_aligned", true},
		{"linux", ".hyp.data..percpu", false},
		{"linux", ".data", false},
		{"linux-hyp", ".hyp.data..percpu..page_aligned", true},
		{"xen", ".bss.percpu.page_aligned", true},
		{"xen", ".bss", false},
		{"xen", ".bss.percpu", true},
		{"xen", ".bss.percpu.read_mostly", true},
		{"xen", ".bss.percpu_off", false}, /* -fdata-sections, of a variable */
		{"asterinas", ".cpu_local_tss", true},
		{"asterinas", ".cpu_local_ts", false},
		{"freebsd", "set_pcpu", true},
		{"freebsd", "set_pcpus", false},
		{"unikraft", ".uk_pcpuvar.x", true},
		{"minos", ".__percpu", true},
		{"xvisor", ".percpu.x", false},
		{"crate", ".percpu.x", true},
		{"crate", ".percpu", true},
		{"crate", ".percpux", false},
		{"generic", ".percpu.x", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			profile_has_input(profile_by_name(cases[i].profile), cases[i].section),
			cases[i].taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_end),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(bounds_are_unique),
		cmocka_unit_test(sections_match_themselves),
		cmocka_unit_test(inputs_match_themselves),
		cmocka_unit_test(inputs_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
