/*
 * percpu_arch_copy() for machines that have no instruction for it. In assembly as far as it takes
 * to keep compilers from making a call of memcpy out of the loop.
 */
#ifndef PERCPU_ARCH_COPY_H
#define PERCPU_ARCH_COPY_H

#include <stddef.h>
#include <stdint.h>

/* Any object as words: what an area holds has other types. */
typedef uint64_t __attribute__((may_alias)) percpu_word_;

#define PERCPU_ARCH_KEEP_LOOP_() __asm__ volatile("" : : : "memory")

/* `size` bytes of areas, or of a variable: these do not overlap. */
static inline void percpu_arch_copy(void *to, const void *from, size_t size)
{
	percpu_word_ *word = (percpu_word_ *)to;
	const percpu_word_ *from_word = (const percpu_word_ *)from;
	size_t i = 0;

	if ((((uintptr_t)to | (uintptr_t)from) & 7) == 0) {
		for (; i + 4 <= size / 8; i += 4) {
			const percpu_word_ a = from_word[i], b = from_word[i + 1];
			const percpu_word_ c = from_word[i + 2], d = from_word[i + 3];

			word[i] = a;
			word[i + 1] = b;
			word[i + 2] = c;
			word[i + 3] = d;
			PERCPU_ARCH_KEEP_LOOP_();
		}
	}
	for (i *= 8; i < size; i++) {
		((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
		PERCPU_ARCH_KEEP_LOOP_();
	}
}

#endif
