/* Shared by the runtime's own files: the script's symbols, and where the initial values are. */
#ifndef PERCPU_PRIVATE_H
#define PERCPU_PRIVATE_H

/* Unless told otherwise, gcc calls functions of its library for atomic operations. */
#if defined(__aarch64__) && !defined(__clang__)
#pragma GCC target("no-outline-atomics")
#endif

#include "percpu.h"

/*
 * Those of the template are numbers to a kernel whose template is at address 0: only
 * PERCPU_ARCH_NUMBER() may read them then. The others lie near the code.
 */
extern char _percpu_load_start[], _percpu_load_end[];
extern char _percpu_reserve_end[]; /* PERCPU_RESERVE: less _percpu_load_start the script's stride */
extern char _percpu_align[];	   /* a number */
extern char _percpu_start[], _percpu_end[];
extern char _percpu_template[];	      /* separate, dynamic */
extern char _percpu_pristine_start[]; /* PERCPU_PRISTINE */

/* Where the template is loaded. */
#if defined(PERCPU_SP_NAIVE)
#define PERCPU_TEMPLATE ((uintptr_t)_percpu_load_start)
#elif defined(PERCPU_SEPARATE) || defined(PERCPU_DYNAMIC)
#define PERCPU_TEMPLATE ((uintptr_t)_percpu_template)
#else
#define PERCPU_TEMPLATE ((uintptr_t)_percpu_start)
#endif

/* What percpu_alloc() hands out in: metadata is kept, and bytes are cleared, in units of it. */
#define PERCPU_UNIT 8

static inline size_t percpu_align_up_(size_t value, size_t align)
{
	return (value + align - 1) & ~(align - 1);
}

/* Any object as words: what an area holds has other types. */
typedef volatile uint64_t __attribute__((may_alias)) percpu_clear_word_;

/*
 * Volatile: no compiler may make a call of memset() of it. Aligned to PERCPU_UNIT, as is the size.
 */
static inline void percpu_clear_(uintptr_t at, size_t size)
{
	percpu_clear_word_ *word = (percpu_clear_word_ *)at;

	for (; size; size -= PERCPU_UNIT)
		*word++ = 0;
}

/* Of bytes that do not overlap. */
static inline void percpu_copy_(void *to, const char *from, size_t size)
{
#ifdef PERCPU_SP_NAIVE
	for (volatile char *byte = (volatile char *)to; size; size--)
		*byte++ = *from++;
#else
	percpu_arch_copy(to, from, size);
#endif
}

#endif
