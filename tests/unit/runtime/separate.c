/* The template stays as it was linked, and a reset copies from it. */
#include "tests/unit/runtime/areas.h"

enum { CPUS = 3 };

struct pair {
	short first;
	long second;
};

DEFINE_PERCPU(int, ticks) = 7;
static DEFINE_PERCPU(struct pair, pair) = {1, 2};
DEFINE_PERCPU_READ_MOSTLY(unsigned char, bytes[100]) = {[99] = 9};

extern char _percpu_template[];

/* With a register that leads nowhere: a reset that uses it ends the program. */
static bool refused(void)
{
	percpu_arch_write_reg((uintptr_t)1 << 46);
	return percpu_reset_to_init(ticks) == PERCPU_ERROR_NOT_INITIALISED &&
	       percpu_reset_to_init_raw(pair.second) == PERCPU_ERROR_NOT_INITIALISED &&
	       percpu_remote_reset_to_init(ticks, 0) == PERCPU_ERROR_NOT_INITIALISED;
}

static int set_up(void **state)
{
	(void)state;
	return !refused() || percpu_init_in_place() != CPUS || percpu_init_reg(1);
}

static void written(size_t cpu)
{
	*percpu_remote_ptr(ticks, cpu) = 1000;
	*percpu_remote_ptr(pair, cpu) = (struct pair){-1, -1};
	memset(*percpu_remote_ptr(bytes, cpu), 0xff, 100);
}

static void areas_apart(void **state)
{
	(void)state;
	assert_true((uintptr_t)_percpu_template + percpu_area_size() <= percpu_area_base(0));
	for_each_percpu(cpu)
	{
		assert_int_equal(*percpu_remote_ptr(ticks, cpu), 7);
		assert_int_equal((*percpu_remote_ptr(bytes, cpu))[99], 9);
	}
}

static void this_cpu(void **state)
{
	(void)state;
	for_each_percpu(cpu) written(cpu);
	assert_int_equal(percpu_reset_to_init(ticks), PERCPU_OK);
	assert_int_equal(percpu_reset_to_init_raw(pair.second), PERCPU_OK);
	assert_int_equal(percpu_read(ticks), 7);
	assert_int_equal(percpu_read(pair.first), -1);
	assert_int_equal(percpu_read(pair.second), 2);
	assert_int_equal(*percpu_remote_ptr(ticks, 0), 1000);
	assert_int_equal(*percpu_remote_ptr(ticks, 2), 1000);
	assert_int_equal(percpu_reset_to_init(pair), PERCPU_OK);
	assert_int_equal(percpu_read(pair.first), 1);
}

static void other_cpus(void **state)
{
	(void)state;
	for_each_percpu(cpu) written(cpu);
	assert_int_equal(percpu_remote_reset_to_init(bytes, 2), PERCPU_OK);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal((*percpu_remote_ptr(bytes, 2))[i], i == 99 ? 9 : 0);
	assert_int_equal(percpu_remote_reset_to_init(bytes[99], 0), PERCPU_OK);
	assert_int_equal((*percpu_remote_ptr(bytes, 0))[99], 9);
	assert_int_equal((*percpu_remote_ptr(bytes, 0))[98], 0xff);
	assert_int_equal((*percpu_remote_ptr(bytes, 1))[99], 0xff);
}

static void again(void **state)
{
	(void)state;
	for_each_percpu(cpu) written(cpu);
	assert_int_equal(percpu_reinit(), PERCPU_OK);
	assert_true(refused());
	assert_int_equal(percpu_init_in_place(), CPUS);
	assert_int_equal(percpu_init_reg(1), PERCPU_OK);
	areas_apart(state);
}

/* What is there counts, whatever the script has room for; nothing is written behind it. */
static void some(void **state)
{
	const uintptr_t last = percpu_area_base(CPUS - 1);

	(void)state;
	written(CPUS - 1);
	assert_int_equal(percpu_reinit(), PERCPU_OK);
	assert_int_equal(percpu_init_in_place_cpus(CPUS - 1), CPUS - 1);
	assert_int_equal(percpu_area_num(), CPUS - 1);
	assert_int_equal(percpu_area_base(CPUS - 1), 0);
	assert_int_equal(percpu_sum(ticks), 7 * (CPUS - 1));
	assert_int_equal(*(int *)(last + percpu_offset(ticks)), 1000);
	assert_int_equal(percpu_init_cpu(CPUS - 1, (void *)last), PERCPU_OK);
	assert_int_equal(percpu_init_reg(1), PERCPU_OK);
	areas_apart(state);
}

static void one_more(void **state)
{
	void *memory = areas_alloc(1);

	(void)state;
	written(0);
	assert_int_equal(percpu_init_cpu(CPUS, memory), PERCPU_OK);
	assert_int_equal(*percpu_remote_ptr(ticks, CPUS), 7);
	assert_int_equal(*percpu_remote_ptr(ticks, 0), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_apart),
		cmocka_unit_test(this_cpu),
		cmocka_unit_test(other_cpus),
		cmocka_unit_test(again),
		cmocka_unit_test(some),
		cmocka_unit_test(one_more),
	};

	return cmocka_run_group_tests_name("runtime: separate", tests, set_up, NULL);
}
