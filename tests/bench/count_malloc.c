/*
 * Linked into a second build of the tool: counts the bytes that it and its libraries hold from
 * malloc, and at exit writes the most there ever were to the file that $MALLOC_PEAK names. Memory
 * that is allocated but never touched counts too, so that this bounds what the process takes.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static size_t held, most;

static void *count(void *block)
{
	held += malloc_usable_size(block);
	if (held > most)
		most = held;
	return block;
}

void *malloc(size_t size)
{
	return count(__libc_malloc(size));
}

void *calloc(size_t number, size_t size)
{
	return count(__libc_calloc(number, size));
}

void *realloc(void *old, size_t size)
{
	const size_t before = malloc_usable_size(old);
	void *block = __libc_realloc(old, size);

	if (!block && size)
		return NULL;
	held -= before;
	return count(block);
}

void free(void *old)
{
	held -= malloc_usable_size(old);
	__libc_free(old);
}

__attribute__((destructor)) static void report(void)
{
	const size_t peak = most;
	const char *path = getenv("MALLOC_PEAK");
	FILE *to = path ? fopen(path, "w") : NULL;

	if (!to)
		return;
	fprintf(to, "%zu\n", peak);
	fclose(to);
}
