/*
 * memcpy() and memset(), which compilers call, freestanding or not: for one file of each image that
 * has no C library.
 */
#ifndef PERCPU_TESTS_MEMORY_H
#define PERCPU_TESTS_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

/* Or a compiler sees a call of the function itself in its loop. */
#define MEMORY_KEEP_LOOP() __asm__ volatile("" : : : "memory")

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
		MEMORY_KEEP_LOOP();
	}
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		((unsigned char *)to)[i] = (unsigned char)byte;
		MEMORY_KEEP_LOOP();
	}
	return to;
}

#endif
