/* Variables get the values again that they were linked with. */
#include "percpu_private.h"

#ifdef PERCPU_HAS_TEMPLATE

int percpu_reset_(void *copy, uintptr_t offset, size_t size)
{
	const char *values = percpu_initial_values_();

	if (!values)
		return PERCPU_ERROR_NOT_INITIALISED;
#ifdef PERCPU_SP_NAIVE
	/* There, an offset is an address. */
	offset -= PERCPU_TEMPLATE;
#elif defined(PERCPU_DEBUG)
	if (offset > percpu_area_size() || size > percpu_area_size() - offset)
		percpu_debug_failed("a reset of bytes that are no per-CPU variable");
#endif
	percpu_copy_(copy, values + offset, size);
	return PERCPU_OK;
}

#endif
