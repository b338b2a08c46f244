/* What the files of the test kernel share. */
#ifndef TESTS_KERNEL_KERNEL_H
#define TESTS_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* At the bottom of each CPU's stack, which tells without any register which CPU this is. */
struct cpu {
	size_t number;
	int preempt; /* how often preemption is disabled */
};

extern char stacks[CPUS][STACK_SIZE];

static inline struct cpu *this_cpu(void)
{
	/* Less 1: on riscv64 the outermost frame is at the end of the stack. */
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0) - 1;

	return (struct cpu *)(here & ~(uintptr_t)(STACK_SIZE - 1));
}

/* Numbers of no pattern; the same in every run. */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* The tests; each CPU calls them. */
void test_operations(size_t cpu);
void test_timer(void);

#endif
