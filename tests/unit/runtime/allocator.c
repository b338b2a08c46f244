/*
 * The allocator against a model: a byte a unit, and the first fit looked for at every unit in turn.
 * Each allocation is filled with a pattern of its own on each CPU, and found unharmed when it is
 * freed.
 */
#include "tests/unit/runtime/areas.h"

enum { UNIT = 8, UNITS = PERCPU_RESERVE / UNIT, OPERATIONS = 100000, CPUS = 5 };

DEFINE_PERCPU(char, odd[13]) = "odd";

static unsigned char used[UNITS];
static struct live {
	uintptr_t offset;
	size_t size;
	unsigned pattern;
} live[UNITS];
static size_t live_count;
static atomic_int locked;
static int lock_count;
static atomic_bool both; /* two threads are at it, of which one waits */

void percpu_alloc_lock(void)
{
	while (atomic_exchange(&locked, 1)) {
		assert_true(both);
		sched_yield();
	}
	lock_count++;
}

void percpu_alloc_unlock(void)
{
	assert_int_equal(atomic_exchange(&locked, 0), 1);
}

/* xorshift64, from a fixed start: a failure repeats. */
static size_t below(size_t end)
{
	static uint64_t x = 88172645463325252;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (size_t)(x % end);
}

static size_t units(size_t size)
{
	return (size + UNIT - 1) / UNIT;
}

static int is_free(size_t at, size_t count)
{
	if (at + count > UNITS)
		return 0;
	for (size_t i = at; i < at + count; i++)
		if (used[i])
			return 0;
	return 1;
}

/* The offset that first fit gives, 0 where there is none. */
static uintptr_t model_alloc(size_t size, size_t align)
{
	for (size_t i = 0; i < UNITS; i++) {
		const uintptr_t offset = percpu_area_size() + i * UNIT;

		if (offset % align || !is_free(i, units(size)))
			continue;
		memset(used + i, 1, units(size));
		return offset;
	}
	return 0;
}

static unsigned char byte_of(const struct live *l, size_t cpu, size_t i)
{
	return (unsigned char)(l->pattern + cpu * 31 + i * 7) | 1;
}

static void fill(const struct live *l, size_t cpu)
{
	unsigned char *bytes = percpu_alloc_ptr(l->offset, cpu);

	for (size_t i = 0; i < units(l->size) * UNIT; i++) {
		assert_int_equal(bytes[i], 0);
		bytes[i] = byte_of(l, cpu, i);
	}
}

static void check(const struct live *l, size_t cpu)
{
	const unsigned char *bytes = percpu_alloc_ptr(l->offset, cpu);

	for (size_t i = 0; i < units(l->size) * UNIT; i++)
		assert_int_equal(bytes[i], byte_of(l, cpu, i));
}

static void random_alloc(unsigned pattern)
{
	const size_t size = 1 + below(below(8) ? 64 : 600), align = (size_t)1 << below(7);
	const uintptr_t offset = percpu_alloc(size, align);

	assert_int_equal(offset, model_alloc(size, align));
	if (!offset)
		return;
	assert_true(offset >= percpu_area_size());
	assert_true(offset + size <= percpu_area_stride());
	live[live_count] = (struct live){offset, size, pattern};
	for_each_percpu(cpu) fill(&live[live_count], cpu);
	live_count++;
}

static void random_free(void)
{
	const size_t i = below(live_count);
	const struct live l = live[i];

	for_each_percpu(cpu) check(&l, cpu);
	assert_int_equal(percpu_free(l.offset + UNIT * below(2) + 1), PERCPU_ERROR_NOT_ALLOCATED);
	assert_int_equal(percpu_free(l.offset), PERCPU_OK);
	assert_int_equal(percpu_free(l.offset), PERCPU_ERROR_NOT_ALLOCATED);
	memset(used + (l.offset - percpu_area_size()) / UNIT, 0, units(l.size));
	live[i] = live[--live_count];
}

/* What is allocated is there, and zero. */
static void another_cpu(void)
{
	const size_t cpu = percpu_area_num();

	assert_int_equal(percpu_init_cpu(cpu, areas_alloc(1)), PERCPU_OK);
	for (size_t i = 0; i < live_count; i++)
		fill(&live[i], cpu);
}

static void random_operations(void **state)
{
	size_t refused = 0, most = 0;

	(void)state;
	for (unsigned i = 0; i < OPERATIONS; i++) {
		const size_t count = live_count;

		/* Nothing there yet, and then one CPU after the other. */
		if (i % (OPERATIONS / 8) == 1000 && percpu_area_num() < CPUS)
			another_cpu();
		/* It fills up and empties in turn. */
		if (!live_count || below(100) < (i / 2000 % 2 ? 35u : 65u)) {
			random_alloc(i);
			refused += live_count == count;
		} else {
			random_free();
		}
		most = live_count > most ? live_count : most;
	}
	assert_int_equal(percpu_area_num(), CPUS);
	/* The walk went to the limit, and through many allocations at once. */
	assert_true(refused > 1000 && most > 50);
	while (live_count)
		random_free();
}

/* All that was freed is one piece again. */
static void coalesced(void **state)
{
	const uintptr_t all = percpu_alloc(PERCPU_RESERVE, UNIT);

	(void)state;
	assert_int_equal(all, percpu_area_size());
	assert_int_equal(percpu_alloc(1, 1), 0);
	assert_int_equal(percpu_free(all), PERCPU_OK);
	for (size_t i = 0; i < UNITS; i++)
		assert_int_equal(percpu_alloc(1, 1), all + i * UNIT);
	assert_int_equal(percpu_alloc(1, 1), 0);
	for (size_t i = 0; i < UNITS; i += 2)
		assert_int_equal(percpu_free(all + i * UNIT), PERCPU_OK);
	assert_int_equal(percpu_alloc(UNIT + 1, 1), 0);
	for (size_t i = 1; i < UNITS; i += 2)
		assert_int_equal(percpu_free(all + i * UNIT), PERCPU_OK);
	assert_int_equal(percpu_alloc(PERCPU_RESERVE, UNIT), all);
	assert_int_equal(percpu_free(all), PERCPU_OK);
}

static void refused(void **state)
{
	(void)state;
	assert_int_equal(percpu_alloc(0, 8), 0);
	assert_int_equal(percpu_alloc(8, 0), 0);
	assert_int_equal(percpu_alloc(8, 24), 0);
	assert_int_equal(percpu_alloc(8, percpu_area_align() * 2), 0);
	assert_int_equal(percpu_alloc(PERCPU_RESERVE + 1, 8), 0);
	assert_int_equal(percpu_alloc(SIZE_MAX, 8), 0);
	assert_int_equal(percpu_free(0), PERCPU_ERROR_NOT_ALLOCATED);
	assert_int_equal(percpu_free(percpu_area_size()), PERCPU_ERROR_NOT_ALLOCATED);
	assert_int_equal(
		percpu_free(percpu_area_size() + PERCPU_RESERVE), PERCPU_ERROR_NOT_ALLOCATED);
	assert_int_equal(percpu_free(UINTPTR_MAX - 7), PERCPU_ERROR_NOT_ALLOCATED);
}

static void this_cpu(void **state)
{
	const uintptr_t offset = percpu_alloc(sizeof(long), sizeof(long));

	(void)state;
	assert_int_equal(percpu_init_reg(3), PERCPU_OK);
	*(long *)percpu_alloc_this(offset) = 33;
	assert_ptr_equal(percpu_alloc_this(offset), percpu_alloc_ptr(offset, 3));
	assert_int_equal(*(long *)percpu_alloc_ptr(offset, 2), 0);
	/* All areas anew, and what is allocated stays so. */
	assert_int_equal(percpu_reinit(), PERCPU_OK);
	assert_int_equal(percpu_init(areas_alloc(4), 4), 4);
	assert_int_equal(*(long *)percpu_alloc_ptr(offset, 3), 0);
	assert_int_not_equal(percpu_alloc(8, 8), offset);
	assert_true(lock_count > OPERATIONS && !locked);
}

enum { ROUNDS = 50000, HELD = 12 };

static struct worker {
	atomic_uint *meeting;
	unsigned char mark;
	size_t harmed, served;
} workers[2];

/* Holds some allocations, the same size for both workers, and each time lets the oldest go. */
static void *work(void *argument)
{
	struct worker *worker = argument;
	uintptr_t held[HELD] = {0};

	for (size_t i = 0; i < ROUNDS; i++) {
		uintptr_t *slot = &held[i % HELD];
		const size_t size = UNIT + i % 5 * UNIT;
		unsigned char *bytes;

		meet(worker->meeting);
		if (*slot) {
			bytes = percpu_alloc_ptr(*slot, 0);
			worker->harmed += *bytes != worker->mark;
			worker->harmed += percpu_free(*slot) != PERCPU_OK;
		}
		*slot = percpu_alloc(size, UNIT);
		if (!*slot)
			continue;
		worker->served++;
		bytes = percpu_alloc_ptr(*slot, 0);
		for (size_t b = 0; b < size; b++)
			worker->harmed += bytes[b] != 0;
		memset(bytes, worker->mark, size);
	}
	for (size_t i = 0; i < HELD; i++)
		worker->harmed += percpu_free(held[i]) != PERCPU_OK;
	return NULL;
}

/* What one has is never the other one's, and all of it comes back. */
static void two_threads(void **state)
{
	atomic_uint meeting = 0;
	pthread_t threads[2];

	(void)state;
	both = true;
	for (size_t i = 0; i < 2; i++) {
		workers[i] = (struct worker){&meeting, (unsigned char)(0xa0 + i), 0, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].harmed, 0);
		assert_int_equal(workers[i].served, ROUNDS);
	}
	both = false;
	coalesced(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),
		cmocka_unit_test(coalesced),
		cmocka_unit_test(refused),
		cmocka_unit_test(two_threads),
		cmocka_unit_test(this_cpu),
	};

	return cmocka_run_group_tests_name("runtime: allocator", tests, NULL, NULL);
}
