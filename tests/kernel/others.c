/* What CPUs do beside each other, and to each other's copies. */
#include "check.h"
#include "kernel.h"
#include "variables.h"

/* Of each CPU; the narrow counters wrap, and make fewer. */
enum { INCREMENTS = 1000000, INCREMENTS_NARROW = 100000 };

static uintptr_t allocated[CPUS];

void test_increments(void)
{
	for (uint32_t i = 0; i < INCREMENTS; i++)
		percpu_inc(count8);
	for (uint32_t i = 0; i < INCREMENTS_NARROW; i++) {
		percpu_inc(count4);
		percpu_inc(count2);
		percpu_inc(count1);
	}
	SAME(percpu_read(count8), 8 + INCREMENTS);
	SAME(percpu_read(count4), 4 + INCREMENTS_NARROW);
	SAME(percpu_read(count2), (uint16_t)(2 + INCREMENTS_NARROW));
	SAME(percpu_read(count1), (uint8_t)(1 + INCREMENTS_NARROW));
}

static uint64_t plain_sum(uint64_t each)
{
	uint64_t sum = 0;

	for (size_t cpu = 0; cpu < CPUS; cpu++)
		sum += each;
	return sum;
}

void test_remote(size_t cpu)
{
	size_t visited = 0;

	percpu_write(mine, 100 + cpu);
	percpu_write(array[2], 1000 + cpu);
	meet();
	SAME(percpu_sum(count8), plain_sum(8 + INCREMENTS));
	SAME(percpu_sum(count4), (uint32_t)plain_sum(4 + INCREMENTS_NARROW));
	for_each_percpu(other)
	{
		visited++;
		SAME(*percpu_remote_ptr(mine, other), 100 + other);
		SAME((*percpu_remote_ptr(array, other))[2], 1000 + other);
		SAME(*percpu_remote_ptr(array[2], other), 1000 + other);
#ifndef PERCPU_SP_NAIVE
		SAME((uintptr_t)percpu_remote_ptr(mine, other),
			percpu_area_base(other) + percpu_offset(mine));
#endif
	}
	SAME(visited, CPUS);
	this_cpu()->preempt++;
	SAME((uintptr_t)percpu_ptr(mine), (uintptr_t)percpu_remote_ptr(mine, cpu));
	this_cpu()->preempt--;
	meet();
	*percpu_remote_ptr(shared, (cpu + 1) % CPUS) = 500 + cpu;
	meet();
	SAME(percpu_read(shared), 500 + (cpu + CPUS - 1) % CPUS);
}

#ifdef PERCPU_HAS_TEMPLATE

/* Its own copies by each CPU, and those of the others by the first. */
void test_reset(size_t cpu)
{
	SAME(percpu_reset_to_init(count8), PERCPU_OK);
	SAME(percpu_reset_to_init(array), PERCPU_OK);
	SAME(percpu_reset_to_init(zeroed), PERCPU_OK);
	SAME(percpu_reset_to_init(page), PERCPU_OK);
	SAME(percpu_read(count8), 8);
	SAME(percpu_read(array[0]), 10);
	SAME(percpu_read(array[2]), 12);
	SAME(percpu_read(array[4]), 14);
	SAME(percpu_read(page[4999]), 'q');
	SAME(percpu_read(count4), 4 + INCREMENTS_NARROW);
	meet();
	if (cpu == 0)
		for_each_percpu(other) SAME(percpu_remote_reset_to_init(count4, other), PERCPU_OK);
	meet();
	SAME(percpu_read(count4), 4);
	SAME(percpu_sum(count4), (uint32_t)plain_sum(4));
	SAME(percpu_sum(count8), plain_sum(8));
	SAME(percpu_read(mine), 100 + cpu);
}

#else

void test_reset(size_t cpu)
{
	(void)cpu;
}

#endif

#ifdef PERCPU_ALLOC_LOCK
static bool allocating;

void percpu_alloc_lock(void)
{
	while (__atomic_test_and_set(&allocating, __ATOMIC_ACQUIRE))
		;
}

void percpu_alloc_unlock(void)
{
	__atomic_clear(&allocating, __ATOMIC_RELEASE);
}
#endif

/* Every CPU's room, in this CPU's area: aligned, zero, and nobody else's. */
static void allocated_fill(size_t cpu)
{
	this_cpu()->preempt++;
	for (size_t owner = 0; owner < CPUS; owner++) {
		volatile uint64_t *const words = percpu_alloc_this(allocated[owner]);

		SAME(allocated[owner] >= percpu_area_size(), true);
		SAME(allocated[owner] + 8 * (owner + 1) <= percpu_area_stride(), true);
		SAME((uintptr_t)words % 8, 0);
		for (size_t i = 0; i <= owner; i++) {
			SAME(words[i], 0);
			words[i] = 1 + cpu * 100 + owner * 10 + i;
		}
	}
	this_cpu()->preempt--;
}

static void allocated_compare(void)
{
	for_each_percpu(cpu) for (size_t owner = 0; owner < CPUS; owner++) for (size_t i = 0;
		i <= owner; i++)
		SAME(((volatile uint64_t *)percpu_alloc_ptr(allocated[owner], cpu))[i],
			1 + cpu * 100 + owner * 10 + i);
}

/* All the room there is, in one piece again, and not a byte more. */
static void reserve_exhaust(void)
{
	const size_t room = percpu_area_stride() - percpu_area_size();

	SAME(percpu_alloc(room + 8, 8), 0);
	SAME(percpu_alloc(0, 8), 0);
	SAME(percpu_alloc(8, 3), 0);
	SAME(percpu_alloc(room, 8), percpu_area_size());
	SAME(percpu_alloc(1, 1), 0);
	for_each_percpu(cpu)
	{
		volatile uint64_t *words = percpu_alloc_ptr(percpu_area_size(), cpu);

		for (size_t i = 0; i < room / 8; i++)
			SAME(words[i], 0);
	}
	SAME(percpu_free(percpu_area_size()), PERCPU_OK);
}

void test_allocation(size_t cpu)
{
	if (!PERCPU_RESERVE)
		return;
	allocated[cpu] = percpu_alloc(8 * (cpu + 1), 8);
	SAME(allocated[cpu] != 0, true);
	meet();
	allocated_fill(cpu);
	meet();
	allocated_compare();
	meet();
	SAME(percpu_free(allocated[cpu]), PERCPU_OK);
	SAME(percpu_free(allocated[cpu]), PERCPU_ERROR_NOT_ALLOCATED);
	meet();
	if (cpu == 0)
		reserve_exhaust();
	meet();
}
