/* The kernel's hooks as static inline functions, which count in a per-CPU variable as well. */
#ifndef TESTS_KERNEL_PERCPU_HOOKS_H
#define TESTS_KERNEL_PERCPU_HOOKS_H

#include "tests/kernel/kernel.h"

DECLARE_PERCPU(uint32_t, preempt_depth);

__attribute__((noreturn)) void percpu_debug_failed(const char *what);
void percpu_alloc_lock(void);
void percpu_alloc_unlock(void);

static inline void percpu_preempt_disable(void)
{
	percpu_inc_raw(preempt_depth);
	this_cpu()->preempt++;
}

static inline void percpu_preempt_enable(void)
{
	this_cpu()->preempt--;
	percpu_dec_raw(preempt_depth);
}

/* Tests that exclude it themselves do so by the other count. */
static inline bool percpu_preempt_is_disabled(void)
{
	return percpu_read_raw(preempt_depth) > 0 || this_cpu()->preempt > 0;
}

#endif
