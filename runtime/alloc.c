/*
 * Bytes in every area, at one offset. A bit a unit says that it is taken, another that an
 * allocation begins there: both stand here and not in the areas, so that no stray write of a CPU
 * ruins them, and what is freed joins what is free beside it by itself.
 */
#include "percpu_private.h"

#if PERCPU_RESERVE

enum {
	UNITS = (PERCPU_RESERVE + PERCPU_UNIT - 1) / PERCPU_UNIT,
	WORD = 64,
	WORDS = (UNITS + WORD - 1) / WORD,
};

static uint64_t taken[WORDS], begins[WORDS];

static bool bit(const uint64_t *bits, size_t at)
{
	return bits[at / WORD] >> at % WORD & 1;
}

static void bit_set(uint64_t *bits, size_t at)
{
	bits[at / WORD] |= UINT64_C(1) << at % WORD;
}

static void bit_clear(uint64_t *bits, size_t at)
{
	bits[at / WORD] &= ~(UINT64_C(1) << at % WORD);
}

#ifdef PERCPU_SP_NAIVE
static uint64_t reserve[UNITS] __attribute__((aligned(PERCPU_AREA_ALIGN)));
#endif

/* The offset of unit 0; never 0, which is no offset of an allocation. In naive an address. */
static uintptr_t reserve_start(void)
{
#ifdef PERCPU_SP_NAIVE
	return (uintptr_t)reserve;
#else
	const size_t size = percpu_area_size();

	return percpu_align_up_(size ? size : 1, PERCPU_UNIT);
#endif
}

/* How many units there are: of a script whose template ends at an odd place one less. */
static size_t limit(void)
{
#ifdef PERCPU_SP_NAIVE
	return UNITS;
#else
	const size_t room = (percpu_area_stride() - reserve_start()) / PERCPU_UNIT;

	return room < UNITS ? room : UNITS;
#endif
}

static void lock(void)
{
#ifdef PERCPU_ALLOC_LOCK
	percpu_alloc_lock();
#endif
}

static void unlock(void)
{
#ifdef PERCPU_ALLOC_LOCK
	percpu_alloc_unlock();
#endif
}

/* The first of `units` free ones, at a multiple of `align` bytes; UNITS when there are none. */
static size_t find(size_t units, size_t align)
{
	const uintptr_t start = reserve_start();
	const size_t last = limit();
	size_t from = 0, end = 0;

	while (end < last) {
		if (end == from) {
			from = (percpu_align_up_(start + from * PERCPU_UNIT, align) - start) /
			       PERCPU_UNIT;
			end = from;
			if (from >= last)
				break;
		}
		if (bit(taken, end))
			from = end + 1;
		end++;
		if (end - from == units)
			return from;
	}
	return UNITS;
}

static void take(size_t from, size_t units)
{
	bit_set(begins, from);
	for (size_t i = from; i < from + units; i++)
		bit_set(taken, i);
}

/* Of CPUs that have none yet, the area is cleared before they get it. */
static void clear(uintptr_t offset, size_t size)
{
	for_each_percpu(cpu) percpu_clear_(percpu_area_base(cpu) + offset, size);
}

uintptr_t percpu_alloc(size_t size, size_t align)
{
	const size_t units = size / PERCPU_UNIT + (size % PERCPU_UNIT != 0);
	uintptr_t offset;
	size_t from;

	if (!size || !align || (align & (align - 1)) || align > percpu_area_align())
		return 0;
	lock();
	from = find(units, align < PERCPU_UNIT ? PERCPU_UNIT : align);
	if (from < UNITS)
		take(from, units);
	unlock();
	if (from == UNITS)
		return 0;
	offset = reserve_start() + from * PERCPU_UNIT;
	clear(offset, units * PERCPU_UNIT);
	return offset;
}

/* The unit that an allocation begins with; UNITS for an offset that is none. */
static size_t unit_of(uintptr_t offset)
{
	const uintptr_t bytes = offset - reserve_start();

	if (bytes % PERCPU_UNIT || bytes / PERCPU_UNIT >= UNITS)
		return UNITS;
	return bit(begins, bytes / PERCPU_UNIT) ? bytes / PERCPU_UNIT : UNITS;
}

static void give_back(size_t unit)
{
	bit_clear(begins, unit);
	do
		bit_clear(taken, unit++);
	while (unit < UNITS && bit(taken, unit) && !bit(begins, unit));
}

int percpu_free(uintptr_t offset)
{
	size_t unit;

	lock();
	unit = unit_of(offset);
	if (unit < UNITS)
		give_back(unit);
	unlock();
	return unit < UNITS ? PERCPU_OK : PERCPU_ERROR_NOT_ALLOCATED;
}

#ifdef PERCPU_DEBUG

/* Any byte of an allocation will do. */
uintptr_t percpu_allocated_(uintptr_t offset)
{
	const uintptr_t bytes = offset - reserve_start();

	if (bytes / PERCPU_UNIT >= UNITS || !bit(taken, bytes / PERCPU_UNIT))
		percpu_debug_failed("an offset that percpu_alloc() did not give");
	return offset;
}

#endif

#else

uintptr_t percpu_alloc(size_t size, size_t align)
{
	(void)size;
	(void)align;
	return 0;
}

int percpu_free(uintptr_t offset)
{
	(void)offset;
	return PERCPU_ERROR_NOT_ALLOCATED;
}

#ifdef PERCPU_DEBUG

uintptr_t percpu_allocated_(uintptr_t offset)
{
	(void)offset;
	percpu_debug_failed("an offset that percpu_alloc() did not give");
}

#endif
#endif
