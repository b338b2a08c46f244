/*
 * Preemption is counted in a per-CPU variable, with PERCPU_DEBUG: by static inline hooks,
 * hooks_macros.c by macros, hooks_apart.c by functions of a file of their own.
 */
#include "tests/unit/runtime/catches.h"

/* percpu_hooks.h has more to say of these. */
DEFINE_PERCPU(uint32_t, hooks_count);
int hooks_locked[2];
__attribute__((noreturn)) void hooks_failed(const char *what);

DEFINE_PERCPU(int, ticks) = 7;

void hooks_failed(const char *what)
{
	exit_caught(what);
}

static uint32_t depth(void)
{
	return *percpu_remote_ptr(hooks_count, 0);
}

/* A register that leads nowhere: nothing may be counted there. */
static void before(void **state)
{
	(void)state;
	percpu_arch_write_reg((uintptr_t)1 << 46);
	assert_int_equal(percpu_reset_to_init(ticks), PERCPU_ERROR_NOT_INITIALISED);
	assert_int_equal(percpu_reset_to_init_raw(ticks), PERCPU_ERROR_NOT_INITIALISED);
	assert_int_equal(percpu_init_in_place(), 2);
	assert_int_equal(percpu_init_reg(0), PERCPU_OK);
	assert_int_equal(depth(), 0);
}

static void guards(void **state)
{
	(void)state;
	percpu_with(ticks, p)
	{
		assert_int_equal(depth(), 1);
		percpu_with(ticks, q)
		{
			assert_int_equal(depth(), 2);
			assert_ptr_equal(p, q);
		}
		percpu_inc_raw(ticks);
		assert_int_equal(percpu_reset_to_init(ticks), PERCPU_OK);
		percpu_inc(ticks);
		assert_ptr_equal(percpu_ptr(ticks), p);
		assert_int_equal(depth(), 1);
	}
	assert_int_equal(depth(), 0);
	assert_int_equal(percpu_read(ticks), 8);
}

static void count_raw(void)
{
	percpu_inc_raw(ticks);
}

static void ask_for_absent(void)
{
	(void)percpu_remote_ptr(ticks, 2);
}

/* It is found out before a hook counts there. */
static void block_nowhere(void)
{
	percpu_arch_write_reg((uintptr_t)1 << 46);
	percpu_with(ticks, p) *p = 1;
}

static void reset_nowhere(void)
{
	percpu_arch_write_reg((uintptr_t)1 << 46);
	(void)percpu_reset_to_init(ticks);
}

/* What is no hook is still asked whether it may. */
static void preemptible(void **state)
{
	(void)state;
	assert_int_equal(catches(count_raw), PREEMPTION);
	assert_int_equal(catches(ask_for_absent), ABSENT);
	assert_int_equal(catches(block_nowhere), NO_AREA);
	assert_int_equal(catches(reset_nowhere), NO_AREA);
	assert_int_equal(percpu_read(ticks), 8);
}

static void locks(void **state)
{
	const uintptr_t offset = percpu_alloc(8, 8);

	(void)state;
	assert_int_not_equal(offset, 0);
	assert_int_equal(percpu_free(offset), PERCPU_OK);
	assert_int_equal(hooks_locked[0], 2);
	assert_int_equal(hooks_locked[1], -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before),
		cmocka_unit_test(guards),
		cmocka_unit_test(preemptible),
		cmocka_unit_test(locks),
	};

	return cmocka_run_group_tests_name("runtime: hooks", tests, NULL, NULL);
}
