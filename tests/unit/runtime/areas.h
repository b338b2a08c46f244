/*
 * What the tests of the runtime share: cmocka, memory for areas, and what is in them. Where there
 * is no C library for the machine, bare.h has as much of both as they use.
 */
#ifndef PERCPU_TESTS_AREAS_H
#define PERCPU_TESTS_AREAS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#if __STDC_HOSTED__
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A multiple of the machine's page. */
enum { HOST_PAGE = 4096 };
#else
#include "tests/unit/runtime/bare.h"
#endif

#include "runtime/percpu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Not zero, so that what was never copied is seen. */
static inline void *areas_alloc(size_t cpus)
{
	const struct percpu_layout layout = percpu_area_layout(cpus);
	void *memory = aligned_alloc(layout.align, layout.size);

	assert_non_null(memory);
	memset(memory, 0xee, layout.size);
	return memory;
}

/*
 * Two threads that call it go on at about the same instant, as those that a barrier wakes do not.
 * It comes to an end on a machine of one CPU, too. What is counted is both threads' calls.
 */
static inline void meet(atomic_uint *calls)
{
	const unsigned even = (atomic_fetch_add(calls, 1) | 1) + 1;

	for (unsigned spins = 0; (int)(atomic_load(calls) - even) < 0; spins++)
		if (spins > 2000)
			sched_yield();
}

/* The script's. */
extern char _percpu_start[], _percpu_end[];

#endif
