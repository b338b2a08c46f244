/*
 * Area 0 on the template, the others behind it, and no copy of the initial values. In order: each
 * test leaves what the next one begins with.
 */
#include "tests/unit/runtime/areas.h"

enum { CPUS = 4 };

DEFINE_PERCPU(int, ticks) = 7;
static DEFINE_PERCPU(long, queue[3]) = {1, 2, 3};
DEFINE_PERCPU_ALIGNED(char, wide, 256) = 'w';

static void nothing_before(void **state)
{
	(void)state;
	assert_int_equal(percpu_area_num(), 0);
	assert_int_equal(percpu_area_base(0), 0);
	assert_int_equal(percpu_init_reg(0), PERCPU_ERROR_NOT_INITIALISED);
	assert_int_equal(percpu_reinit(), PERCPU_ERROR_NOT_INITIALISED);
	for_each_percpu(cpu) fail();
}

static void numbers(void **state)
{
	const struct percpu_layout layout = percpu_area_layout(3);

	(void)state;
	assert_int_equal(percpu_area_align(), 256);
	assert_int_equal(percpu_area_stride() % 256, 0);
	assert_true(percpu_area_stride() >= percpu_area_size());
	assert_true(percpu_area_size() >= sizeof(int) + 3 * sizeof(long) + 1);
	assert_int_equal(_percpu_end - _percpu_start, CPUS * percpu_area_stride());
	assert_int_equal(layout.size, 3 * percpu_area_stride());
	assert_int_equal(layout.align, 256);
	assert_int_equal(percpu_area_layout(0).size, 0);
	assert_int_equal(
		percpu_area_layout(PERCPU_CPUS_MAX).size, PERCPU_CPUS_MAX * percpu_area_stride());
	assert_int_equal(percpu_area_layout(PERCPU_CPUS_MAX + 1).size, 0);
	assert_int_equal(percpu_area_layout(SIZE_MAX).size, 0);
}

static void refused(void **state)
{
	char *memory = areas_alloc(2);
	void *const last = (void *)(uintptr_t)-256; /* aligned, and too near to the end */

	(void)state;
	assert_int_equal(percpu_init(NULL, 2), PERCPU_ERROR_NULL_BASE);
	assert_int_equal(percpu_init_cpu(0, NULL), PERCPU_ERROR_NULL_BASE);
	assert_int_equal(percpu_init(memory + 64, 1), PERCPU_ERROR_UNALIGNED_BASE);
	assert_int_equal(percpu_init_cpu(0, memory + 1), PERCPU_ERROR_UNALIGNED_BASE);
	assert_int_equal(percpu_init(memory, 0), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init(memory, PERCPU_CPUS_MAX + 1), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init_cpu(PERCPU_CPUS_MAX, memory), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init_reg(PERCPU_CPUS_MAX), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init_in_place_cpus(0), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init_in_place_cpus(PERCPU_CPUS_MAX + 1), PERCPU_ERROR_CPU_RANGE);
	assert_int_equal(percpu_init_in_place_cpus(CPUS + 1), PERCPU_ERROR_NO_ROOM);
	assert_int_equal(percpu_init(last, 2), PERCPU_ERROR_NO_ROOM);
	assert_int_equal(percpu_init_cpu(1, last), PERCPU_ERROR_NO_ROOM);
	assert_int_equal(percpu_area_num(), 0);
	for (size_t i = 0; i < percpu_area_layout(2).size; i++)
		assert_int_equal((unsigned char)memory[i], 0xee);
	free(memory);
}

static void in_place(void **state)
{
	(void)state;
	assert_int_equal(percpu_init_in_place(), CPUS);
	assert_int_equal(percpu_area_num(), CPUS);
	for_each_percpu(cpu)
	{
		assert_int_equal(percpu_area_base(cpu),
			(uintptr_t)_percpu_start + cpu * percpu_area_stride());
		assert_int_equal(*percpu_remote_ptr(ticks, cpu), 7);
		assert_int_equal(*percpu_remote_ptr(queue[2], cpu), 3);
		assert_int_equal(*percpu_remote_ptr(wide, cpu), 'w');
		assert_int_equal((uintptr_t)percpu_remote_ptr(wide, cpu) % 256, 0);
	}
	assert_int_equal(percpu_area_base(CPUS), 0);
	assert_int_equal(percpu_area_base(SIZE_MAX), 0);
}

static void only_once(void **state)
{
	void *memory = areas_alloc(1);

	(void)state;
	assert_int_equal(percpu_init_in_place(), PERCPU_ERROR_ALREADY);
	assert_int_equal(percpu_init_in_place_cpus(1), PERCPU_ERROR_ALREADY);
	assert_int_equal(percpu_init(memory, 1), PERCPU_ERROR_ALREADY);
	assert_int_equal(percpu_init_cpu(1, memory), PERCPU_ERROR_ALREADY);
	/* CPU 0 may have written: its values are no initial ones. */
	assert_int_equal(percpu_init_cpu(CPUS, memory), PERCPU_ERROR_NO_TEMPLATE);
	assert_int_equal(percpu_reinit(), PERCPU_ERROR_NO_TEMPLATE);
	assert_int_equal(percpu_area_num(), CPUS);
	free(memory);
}

static void registers(void **state)
{
	(void)state;
	assert_int_equal(percpu_init_reg(CPUS), PERCPU_ERROR_NOT_INITIALISED);
	for (size_t cpu = CPUS; cpu-- > 0;) {
		assert_int_equal(percpu_init_reg(cpu), PERCPU_OK);
		assert_int_equal(percpu_read_reg(), percpu_area_base(cpu));
		assert_ptr_equal(percpu_ptr(ticks), percpu_remote_ptr(ticks, cpu));
		percpu_write(ticks, (int)cpu + 10);
		percpu_add(queue[1], 5);
	}
	for_each_percpu(cpu)
	{
		assert_int_equal(*percpu_remote_ptr(ticks, cpu), cpu + 10);
		assert_int_equal(*percpu_remote_ptr(queue[1], cpu), 7);
	}
	assert_int_equal(percpu_sum(ticks), 10 + 11 + 12 + 13);
	percpu_write_reg(percpu_area_base(2));
	assert_int_equal(percpu_read(ticks), 12);
}

/* No CPU's low memory: bits 47 and up of an address of x86_64 are alike. */
static void absent_cpus(void **state)
{
	const uintptr_t high = (uintptr_t)percpu_remote_ptr(ticks, CPUS) >> 47;

	(void)state;
	assert_true(high != 0 && high != 0x1ffff);
}

static void no_reserve(void **state)
{
	(void)state;
	assert_int_equal(percpu_alloc(8, 8), 0);
	assert_int_equal(percpu_free(percpu_area_size()), PERCPU_ERROR_NOT_ALLOCATED);
}

static void texts(void **state)
{
	(void)state;
	for (int a = PERCPU_ERROR_OTHER_SCRIPT; a <= PERCPU_OK; a++)
		for (int b = PERCPU_ERROR_OTHER_SCRIPT; b < a; b++)
			assert_string_not_equal(percpu_error_text(a), percpu_error_text(b));
	assert_string_equal(
		percpu_error_text(PERCPU_ERROR_BUSY), "another CPU is setting areas up");
	assert_string_equal(percpu_error_text(1), "unknown error");
	assert_string_equal(percpu_error_text(PERCPU_ERROR_OTHER_SCRIPT - 1), "unknown error");
	assert_string_equal(percpu_error_text(INT32_MIN), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_before),
		cmocka_unit_test(numbers),
		cmocka_unit_test(refused),
		cmocka_unit_test(in_place),
		cmocka_unit_test(only_once),
		cmocka_unit_test(registers),
		cmocka_unit_test(absent_cpus),
		cmocka_unit_test(no_reserve),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("runtime: overlay", tests, NULL, NULL);
}
