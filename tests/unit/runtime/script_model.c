/* The library's configuration is one, the script's another: start-up says so, and does nothing. */
#include "tests/unit/runtime/areas.h"

/* Enough for an area that is none, and not filled. */
static char memory[4096] __attribute__((aligned(4096)));

static void refused(void **state)
{
	(void)state;
	assert_int_equal(percpu_init_in_place(), PERCPU_ERROR_OTHER_SCRIPT);
	assert_int_equal(percpu_init_in_place_cpus(1), PERCPU_ERROR_OTHER_SCRIPT);
	assert_int_equal(percpu_init_in_place_cpus(0), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init(memory, 1), PERCPU_ERROR_OTHER_SCRIPT);
	assert_int_equal(percpu_init_cpu(0, memory), PERCPU_ERROR_OTHER_SCRIPT);
	assert_int_equal(percpu_init_reg(0), PERCPU_ERROR_NOT_INITIALISED);
	assert_int_equal(percpu_area_num(), 0);
	assert_string_equal(percpu_error_text(PERCPU_ERROR_OTHER_SCRIPT),
		"the linker script is of another model or reserve");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(refused)};

	return cmocka_run_group_tests_name("runtime: another script", tests, NULL, NULL);
}
