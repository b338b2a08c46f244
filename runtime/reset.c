/* Variables get the values again that they were linked with. */
#include "percpu_private.h"

#ifdef PERCPU_HAS_TEMPLATE

#ifdef PERCPU_DEBUG
static void check(uintptr_t offset, size_t size)
{
#ifdef PERCPU_SP_NAIVE
	const size_t all = (size_t)(_percpu_load_end - _percpu_load_start);
#else
	const size_t all = percpu_area_size();
#endif

	if (offset > all || size > all - offset)
		percpu_debug_failed("a reset of bytes that are no per-CPU variable");
}
#endif

int percpu_reset_(void *copy, uintptr_t offset, size_t size)
{
	const char *values = percpu_initial_values_();

	if (!values)
		return PERCPU_ERROR_NOT_INITIALISED;
#ifdef PERCPU_SP_NAIVE
	/* There, an offset is an address. */
	offset -= PERCPU_TEMPLATE;
#endif
#ifdef PERCPU_DEBUG
	check(offset, size);
#endif
	percpu_copy_(copy, values + offset, size);
	return PERCPU_OK;
}

#endif
