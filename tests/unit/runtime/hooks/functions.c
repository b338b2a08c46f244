/* Hooks that are functions of one file, whose raw accessors ask none of them. */
#define PERCPU_RAW_UNCHECKED
#include "runtime/percpu.h"

DECLARE_PERCPU(uint32_t, hooks_count);
extern int hooks_locked[2];
__attribute__((noreturn)) void hooks_failed(const char *what);

void percpu_preempt_disable(void)
{
	percpu_inc_raw(hooks_count);
	__asm__ volatile("" : : : "memory");
}

void percpu_preempt_enable(void)
{
	__asm__ volatile("" : : : "memory");
	percpu_dec_raw(hooks_count);
}

bool percpu_preempt_is_disabled(void)
{
	return *percpu_ptr(hooks_count) > 0;
}

void percpu_debug_failed(const char *what)
{
	hooks_failed(what);
}

void percpu_alloc_lock(void)
{
	hooks_locked[0]++;
}

void percpu_alloc_unlock(void)
{
	hooks_locked[1]--;
}
