#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "lib/model/names.h"

static void assert_shown(const char *name, const char *prefix, const char *expected)
{
	struct arena arena = {0};

	assert_string_equal(variable_name(&arena, name, prefix), expected);
	arena_release(&arena);
}

static void plain_names(void **state)
{
	(void)state;
	assert_shown("counter", NULL, "counter");
	assert_shown("__PERCPU_X", "__PERCPU_", "X");
	assert_shown("__PERCPU_X", NULL, "__PERCPU_X");
	assert_shown("per_cpu__runqueue", "per_cpu__", "runqueue");
	/* A prefix alone is a name of its own. */
	assert_shown("__PERCPU_", "__PERCPU_", "__PERCPU_");
	assert_shown("", "__PERCPU_", "");
}

static void rust_names(void **state)
{
	(void)state;
	assert_shown("_ZN6kernel5sched14__PERCPU_TICKS17h0123456789abcdefE", "__PERCPU_",
		"kernel::sched::TICKS");
	assert_shown("_ZN6kernel5sched14__PERCPU_TICKS17h0123456789abcdefE", NULL,
		"kernel::sched::__PERCPU_TICKS");
	assert_shown(
		"_RNvNtCs1234_6kernel4mods14___PERCPU_COUNT", "__PERCPU_", "kernel::mods::COUNT");
	assert_shown("_RNvCs1234_6kernel3CPU", "__PERCPU_", "kernel::CPU");
	/* C++, damaged, and what only looks like it. */
	assert_shown("_ZN3foo3barE", NULL, "_ZN3foo3barE");
	assert_shown("_ZN99kernelE", NULL, "_ZN99kernelE");
	assert_shown("_R", NULL, "_R");
	assert_shown("_RNv", NULL, "_RNv");
	/* The demangler prints an empty identifier without any text. */
	assert_shown("_RNvC0kernel3CPU", NULL, "_RNvC0kernel3CPU");
}

static void prefixes(void **state)
{
	(void)state;
	assert_true(name_has_prefix("__PERCPU_X", "__PERCPU_"));
	assert_false(name_has_prefix("MY__PERCPU_X", "__PERCPU_"));
	assert_true(name_has_prefix("_ZN1a10__PERCPU_X17h0123456789abcdefE", "__PERCPU_"));
	assert_true(name_has_prefix("_RNvCs1_1a10___PERCPU_X", "__PERCPU_"));
	assert_false(name_has_prefix("_ZN1a12MY__PERCPU_X17h0123456789abcdefE", "__PERCPU_"));
	assert_true(name_has_prefix("_Z10__PERCPU_vIlE", "__PERCPU_"));
	assert_true(name_has_prefix("_ZL10__PERCPU_v", "__PERCPU_"));
	assert_true(name_has_prefix("_ZZ1fvE10__PERCPU_v", "__PERCPU_"));
	assert_true(name_has_prefix("_ZN1CIiE10__PERCPU_vE", "__PERCPU_"));
	assert_false(name_has_prefix("_ZGVZ1fvE10__PERCPU_v", "__PERCPU_"));
	assert_false(name_has_prefix("_Z", "__PERCPU_"));
	assert_false(name_has_prefix("", "__PERCPU_"));
}

/* v0, a tuple of a tuple of ...: each level holds the one before twice, by a back reference. */
static void bomb(char *name, unsigned levels)
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char head[] = "INvC1a1b";
	char *end = name;

	end = stpcpy(end, "_R");
	end = stpcpy(end, head);
	memset(end, 'T', levels);
	end += levels;
	*end++ = 'a';
	for (unsigned i = 0; i < levels; i++) {
		*end++ = 'B';
		*end++ = digits[strlen(head) + levels - i - 1];
		*end++ = '_';
		*end++ = 'E';
	}
	strcpy(end, "E");
}

static void names_that_explode(void **state)
{
	char name[512];

	(void)state;
	bomb(name, 2);
	assert_shown(name, NULL, "a::b::<((i8, i8), (i8, i8))>");
	for (unsigned levels = 8; levels < 50; levels++) {
		bomb(name, levels);
		assert_shown(name, NULL, name);
	}
}

static void long_names(void **state)
{
	static char name[1 << 20];
	struct arena arena = {0};
	const char *shown;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	assert_ptr_equal(variable_name(&arena, name, "__PERCPU_"), name);
	assert_int_equal(arena.bytes, 0);
	shown = name_shown(&arena, name);
	assert_int_equal(strlen(shown), 1023 + 3);
	assert_string_equal(shown + 1023, "...");
	assert_string_equal(name_shown(&arena, "short"), "short");
	memcpy(name, "_ZN4", 4);
	assert_ptr_equal(variable_name(&arena, name, NULL), name);
	memcpy(name + sizeof(name) - 20, "10__PERCPU_X", 12);
	assert_false(name_has_prefix(name, "__PERCPU_"));
	memcpy(name + 100, "10__PERCPU_X", 12);
	assert_true(name_has_prefix(name, "__PERCPU_"));
	arena_release(&arena);
}

/* A name of 1000 bytes that prints as more than is shown. */
static void names_that_grow(void **state)
{
	char name[1024] = "_ZN";

	(void)state;
	for (unsigned i = 0; i < 480; i++)
		strcat(name, "1a");
	strcat(name, "17h0123456789abcdefE");
	assert_shown(name, NULL, name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_names),
		cmocka_unit_test(rust_names),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(names_that_explode),
		cmocka_unit_test(long_names),
		cmocka_unit_test(names_that_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
