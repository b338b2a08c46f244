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

/* All CPUs come here before any leaves. */
void meet(void);

/* CPU 0 starts the others, one by one: each is there when its register is set. */
void others_start(void);

/* A kernel's own: what CPU 0 does, which ends the run; and every CPU that has its register. */
_Noreturn void run_first(void);
void run(size_t cpu);

/* Start-up of the areas, with the mistakes that it refuses; on CPU 0. */
void areas_init(void);

/* A write before it, where PERCPU_DEBUG watches for that. */
void areas_spoil(void);

/* The tests, on each CPU. */
void test_operations(size_t cpu);
void test_increments(void);
void test_remote(size_t cpu);
void test_reset(size_t cpu);
void test_allocation(size_t cpu);
void test_again(size_t cpu);

/* Interrupts; on CPU 0 alone. */
void test_timer(void);

/* This CPU is about to do what PERCPU_DEBUG catches; and does it: only CPU 0 returns. */
void debug_expect(void);
void test_debug(size_t cpu);

/* Prints the layout and PASS, and exits. */
_Noreturn void finish(void);

#endif
