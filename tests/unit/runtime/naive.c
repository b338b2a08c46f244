/* One CPU, plain globals: what the crate returns in its sp-naive mode. In order. */
#include "tests/unit/runtime/areas.h"

DEFINE_PERCPU(int, ticks) = 7;

static void returns(void **state)
{
	(void)state;
	assert_int_equal(percpu_reset_to_init(ticks), PERCPU_ERROR_NOT_INITIALISED);
	assert_int_equal(percpu_reinit(), PERCPU_ERROR_NOT_INITIALISED);
	assert_int_equal(percpu_init_in_place(), 1);
	assert_int_equal(percpu_init(NULL, 99), 1);
	assert_int_equal(percpu_init_in_place_cpus(99), 1);
	assert_int_equal(percpu_init_in_place(), 1);
	assert_int_equal(percpu_init_cpu(0, NULL), PERCPU_OK);
	assert_int_equal(percpu_init_cpu(1, NULL), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init_reg(0), PERCPU_OK);
	assert_int_equal(percpu_init_reg(1), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_area_size(), 0);
	assert_int_equal(percpu_area_stride(), 0);
	assert_int_equal(percpu_area_num(), 1);
	assert_int_equal(percpu_area_base(0), 0);
	assert_int_equal(percpu_area_layout(4).size, 0);
	assert_int_equal(percpu_area_layout(4).align, 64);
	percpu_write_reg(1);
	assert_int_equal(percpu_read_reg(), 0);
}

static void reset(void **state)
{
	size_t cpus = 0;

	(void)state;
	percpu_add(ticks, 5);
	assert_int_equal(*percpu_remote_ptr(ticks, 0), 12);
	assert_int_equal(percpu_reset_to_init(ticks), PERCPU_OK);
	assert_int_equal(percpu_read(ticks), 7);
	percpu_write(ticks, 1);
	assert_int_equal(percpu_remote_reset_to_init(ticks, 0), PERCPU_OK);
	assert_int_equal(percpu_read(ticks), 7);
	percpu_write(ticks, 1);
	assert_int_equal(percpu_reinit(), PERCPU_OK);
	for_each_percpu(cpu) cpus++;
	assert_int_equal(cpus, 1);
	assert_int_equal(percpu_sum(ticks), 7);
}

static void allocation(void **state)
{
	const uintptr_t all = percpu_alloc(128, 64);
	unsigned char *bytes = percpu_alloc_this(all);

	(void)state;
	assert_int_not_equal(all, 0);
	assert_ptr_equal(bytes, percpu_alloc_ptr(all, 0));
	assert_int_equal((uintptr_t)bytes % 64, 0);
	memset(bytes, 0xff, 128);
	assert_int_equal(percpu_alloc(1, 1), 0);
	assert_int_equal(percpu_free(all), PERCPU_OK);
	assert_int_equal(percpu_free(all), PERCPU_ERROR_NOT_ALLOCATED);
	assert_int_equal(percpu_alloc(128, 1), all);
	for (size_t i = 0; i < 128; i++)
		assert_int_equal(bytes[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns),
		cmocka_unit_test(reset),
		cmocka_unit_test(allocation),
	};

	return cmocka_run_group_tests_name("runtime: naive", tests, NULL, NULL);
}
