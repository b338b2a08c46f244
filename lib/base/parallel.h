/* The same work on many parts, on as many threads as there are CPUs for it. */
#ifndef PERCPU_BASE_PARALLEL_H
#define PERCPU_BASE_PARALLEL_H

#include <stddef.h>

/* More threads than these no file is worth. */
enum { PARALLEL_MAX = 64 };

/* The CPUs that the process may run on; at least 1. */
unsigned parallel_cpus(void);

/*
 * Calls task(context, i) once for every i below `count`, on at most `threads` threads, of which the
 * caller's is one, and returns when all are done. In no order: what the parts give is put together
 * by their index. Threads that the system refuses are done without.
 */
void parallel_for(
	size_t count, unsigned threads, void (*task)(void *context, size_t index), void *context);

#endif
