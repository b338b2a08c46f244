/*
 * Counts and fails allocations of the test and the library, which are linked with
 * --wrap=malloc,calloc,realloc,free. What shared libraries allocate is not seen.
 */
#ifndef PERCPU_TESTS_ALLOC_H
#define PERCPU_TESTS_ALLOC_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Blocks that were counted, hashed by address: what libc allocated for us - an open_memstream's
 * text - is freed by us, but was never counted. */
enum { ALLOC_LIVE = 1 << 18 };

static struct {
	size_t calls;
	size_t fail_at; /* this call fails, counted from 1; 0: none */
	size_t now;	/* bytes */
	size_t peak;
	size_t live_count;
	const void *live[ALLOC_LIVE];
} alloc;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *old);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *old);

static bool alloc_fails(void)
{
	return ++alloc.calls == alloc.fail_at;
}

static size_t alloc_slot(const void *memory)
{
	size_t slot = (uintptr_t)memory / 16 * UINT64_C(0x9e3779b97f4a7c15) >> 46;

	while (alloc.live[slot] && alloc.live[slot] != memory)
		slot = (slot + 1) % ALLOC_LIVE;
	return slot;
}

static void *alloc_counted(void *memory)
{
	if (!memory)
		return NULL;
	/* A full table would be searched for ever. */
	if (++alloc.live_count > ALLOC_LIVE / 2)
		abort();
	alloc.live[alloc_slot(memory)] = memory;
	alloc.now += malloc_usable_size(memory);
	if (alloc.now > alloc.peak)
		alloc.peak = alloc.now;
	return memory;
}

/* Takes a block out of the table; those behind it in its run move up. */
static void alloc_forget(const void *memory)
{
	size_t slot = alloc_slot(memory);

	if (!memory || !alloc.live[slot])
		return;
	alloc.now -= malloc_usable_size((void *)(uintptr_t)memory);
	alloc.live_count--;
	alloc.live[slot] = NULL;
	for (slot = (slot + 1) % ALLOC_LIVE; alloc.live[slot]; slot = (slot + 1) % ALLOC_LIVE) {
		const void *moved = alloc.live[slot];

		alloc.live[slot] = NULL;
		alloc.live[alloc_slot(moved)] = moved;
	}
}

void *__wrap_malloc(size_t size)
{
	return alloc_fails() ? NULL : alloc_counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return alloc_fails() ? NULL : alloc_counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
	void *memory;

	if (alloc_fails())
		return NULL;
	alloc_forget(old);
	memory = __real_realloc(old, size);
	return alloc_counted(memory ? memory : old);
}

void __wrap_free(void *old)
{
	alloc_forget(old);
	__real_free(old);
}

#endif
