/* What the tests of the runtime share: cmocka, memory for areas, and what is in them. */
#ifndef PERCPU_TESTS_AREAS_H
#define PERCPU_TESTS_AREAS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

/* The script's. */
extern char _percpu_start[], _percpu_end[];

#endif
