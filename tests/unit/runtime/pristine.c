/* Area 0 on the template, whose values are kept in the script's slot. In order. */
#include "tests/unit/runtime/areas.h"

enum { CPUS = 2 };

DEFINE_PERCPU(int, ticks) = 7;
DEFINE_PERCPU(uint64_t, words[9]) = {[8] = 88};

static void before(void **state)
{
	(void)state;
	assert_int_equal(percpu_remote_base_(0) >> 47 != 0, 1);
	assert_int_equal(percpu_reset_(&(int){0}, 0, 1), PERCPU_ERROR_NOT_INITIALISED);
	assert_int_equal(percpu_init_in_place(), CPUS);
	assert_int_equal(percpu_area_base(0), (uintptr_t)_percpu_start);
	assert_int_equal(percpu_init_reg(0), PERCPU_OK);
}

static void reset_on_cpu_0(void **state)
{
	(void)state;
	percpu_write(ticks, 1000);
	percpu_write(words[8], 1);
	assert_int_equal(percpu_reset_to_init(ticks), PERCPU_OK);
	assert_int_equal(percpu_read(ticks), 7);
	assert_int_equal(percpu_read(words[8]), 1);
	assert_int_equal(percpu_reset_to_init(words), PERCPU_OK);
	assert_int_equal(percpu_read(words[8]), 88);
}

/* Not what CPU 0 has made of them. */
static void one_more(void **state)
{
	(void)state;
	percpu_write(ticks, 1000);
	assert_int_equal(percpu_init_cpu(CPUS, areas_alloc(1)), PERCPU_OK);
	assert_int_equal(*percpu_remote_ptr(ticks, CPUS), 7);
	assert_int_equal(*percpu_remote_ptr(words[8], CPUS), 88);
}

static void again(void **state)
{
	(void)state;
	percpu_write(ticks, 1000);
	percpu_write(words[0], 1000);
	assert_int_equal(percpu_reinit(), PERCPU_OK);
	assert_int_equal(percpu_init_in_place(), CPUS);
	for_each_percpu(cpu)
	{
		assert_int_equal(*percpu_remote_ptr(ticks, cpu), 7);
		assert_int_equal(*percpu_remote_ptr(words[0], cpu), 0);
	}
	assert_int_equal(percpu_area_base(CPUS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before),
		cmocka_unit_test(reset_on_cpu_0),
		cmocka_unit_test(one_more),
		cmocka_unit_test(again),
	};

	return cmocka_run_group_tests_name("runtime: pristine", tests, NULL, NULL);
}
