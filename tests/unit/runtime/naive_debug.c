/* What PERCPU_DEBUG catches where there is one CPU. Each test is a process of its own. */
#include "tests/unit/runtime/catches.h"

DEFINE_PERCPU(int, ticks) = 7;

extern char _percpu_load_start[], _percpu_load_end[];

void percpu_debug_failed(const char *what)
{
	exit_caught(what);
}

static void start(void)
{
	if (percpu_init_in_place() != 1)
		_exit(UNKNOWN);
}

static void in_order(void)
{
	const uintptr_t offset = (start(), percpu_alloc(16, 8));

	*(char *)percpu_alloc_ptr(offset + 15, 0) = 1;
	*(char *)percpu_alloc_this(offset) = 1;
	*percpu_remote_ptr(ticks, 0) = 8;
	if (percpu_reset_to_init(ticks) || percpu_read(ticks) != 7 ||
		percpu_remote_reset_to_init(ticks, 0))
		_exit(UNKNOWN);
}

static void absent(void)
{
	start();
	(void)percpu_remote_ptr(ticks, 7);
}

static void absent_allocation(void)
{
	const uintptr_t offset = (start(), percpu_alloc(16, 8));

	(void)percpu_alloc_ptr(offset, 1);
}

static void no_offset(void)
{
	start();
	(void)percpu_alloc_this(percpu_offset(ticks));
}

static void reset_last(void)
{
	char byte;

	start();
	percpu_reset_(&byte, (uintptr_t)_percpu_load_end - 1, 1);
}

static void reset_beyond(void)
{
	char bytes[2];

	start();
	percpu_reset_(bytes, (uintptr_t)_percpu_load_end - 1, 2);
}

static void reset_before(void)
{
	char byte;

	start();
	percpu_reset_(&byte, (uintptr_t)_percpu_load_start - 1, 1);
}

static void caught(void **state)
{
	(void)state;
	assert_int_equal(catches(in_order), NOTHING);
	assert_int_equal(catches(absent), ABSENT);
	assert_int_equal(catches(absent_allocation), ABSENT);
	assert_int_equal(catches(no_offset), OFFSET);
	assert_int_equal(catches(reset_last), NOTHING);
	assert_int_equal(catches(reset_beyond), RESET);
	assert_int_equal(catches(reset_before), RESET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(caught)};

	return cmocka_run_group_tests_name("runtime: naive_debug", tests, NULL, NULL);
}
