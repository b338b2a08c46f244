/*
 * Counts and fails allocations of the test and the library, which are linked with
 * --wrap=malloc,calloc,realloc,free. What shared libraries allocate is not seen.
 */
#ifndef PERCPU_TESTS_ALLOC_H
#define PERCPU_TESTS_ALLOC_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>

static struct {
	size_t calls;
	size_t fail_at; /* this call fails, counted from 1; 0: none */
	size_t now;	/* bytes */
	size_t peak;
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

static void *alloc_counted(void *memory)
{
	alloc.now += memory ? malloc_usable_size(memory) : 0;
	if (alloc.now > alloc.peak)
		alloc.peak = alloc.now;
	return memory;
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
	const size_t before = old ? malloc_usable_size(old) : 0;
	void *memory;

	if (alloc_fails())
		return NULL;
	memory = __real_realloc(old, size);
	if (memory)
		alloc.now -= before;
	return alloc_counted(memory);
}

void __wrap_free(void *old)
{
	alloc.now -= old ? malloc_usable_size(old) : 0;
	__real_free(old);
}

#endif
