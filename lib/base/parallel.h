/* The same work on many parts, on as many threads as there are CPUs for it. */
#ifndef PERCPU_BASE_PARALLEL_H
#define PERCPU_BASE_PARALLEL_H

#include <stddef.h>

/* More threads than these no file is worth. */
enum { PARALLEL_MAX = 64 };

/* The CPUs that the process may run on; at least 1. */
unsigned parallel_cpus(void);

/*
 * Threads that work for their owner, now and again. A thread takes long to start: a crew that is
 * begun before there is work for it has come when there is.
 */
struct crew;

/*
 * A crew for work on `threads` threads, the owner's counted, PARALLEL_MAX at most. Threads that the
 * system refuses are done without. NULL where the owner would be alone, or memory is short: all
 * that is below takes that for a crew of nobody.
 */
struct crew *crew_begin(unsigned threads);

/*
 * Calls task(context, i) once for every i below `count`, on the crew's threads and the owner's, and
 * returns when all are done. In no order: what the parts give is put together by their index.
 */
void crew_work(
	struct crew *crew, size_t count, void (*task)(void *context, size_t index), void *context);

/*
 * The same for what may as well be left undone, on the crew's threads alone while the owner does
 * something else. Returns at once. No part is begun after the next call for this crew, nor is one
 * at work when that returns: as long `context` is used.
 */
void crew_meanwhile(
	struct crew *crew, size_t count, void (*task)(void *context, size_t index), void *context);

/* The last call but crew_end() for a crew: its threads end while the owner does something else. */
void crew_dismiss(struct crew *crew);

/* Ends the threads and frees the crew. */
void crew_end(struct crew *crew);

/* crew_work() by a crew of that work alone. */
void parallel_for(
	size_t count, unsigned threads, void (*task)(void *context, size_t index), void *context);

#endif
