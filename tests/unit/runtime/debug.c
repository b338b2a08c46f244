/*
 * What PERCPU_DEBUG catches, in overlay with a slot and room for two CPUs more than there are. Each
 * test is a process of its own.
 */
#include "tests/unit/runtime/catches.h"

DEFINE_PERCPU(int, ticks) = 7;

enum { CPUS = 2, ROOM = 4 };

static bool preemptible;

void percpu_preempt_disable(void)
{
	preemptible = false;
}

void percpu_preempt_enable(void)
{
	preemptible = true;
}

bool percpu_preempt_is_disabled(void)
{
	return !preemptible;
}

void percpu_debug_failed(const char *what)
{
	exit_caught(what);
}

/* What is done on the way to a fault. */
static void done(int result)
{
	if (result < 0)
		_exit(UNKNOWN);
}

static void start(void)
{
	done(percpu_init_in_place_cpus(CPUS));
	done(percpu_init_reg(0));
}

static void in_order(void)
{
	const uintptr_t offset = (start(), percpu_alloc(16, 8));
	int *there = percpu_remote_ptr(ticks, 1);

	/* All bytes of it, and no others. */
	*(char *)percpu_alloc_ptr(offset + 15, 1) = 1;
	*(char *)percpu_alloc_this(offset) = 1;
	percpu_write(ticks, *there);
	(void)percpu_reset_to_init(ticks);
	percpu_preempt_disable();
	percpu_inc_raw(ticks);
}

static void absent(void)
{
	start();
	(void)percpu_remote_ptr(ticks, CPUS);
}

static void absent_yet(void)
{
	(void)percpu_remote_ptr(ticks, 0);
}

static void no_offset(void)
{
	start();
	(void)percpu_alloc_ptr(percpu_area_size(), 0);
}

static void freed_offset(void)
{
	const uintptr_t offset = (start(), percpu_alloc(8, 8));

	percpu_free(offset);
	(void)percpu_alloc_this(offset);
}

static void behind_offset(void)
{
	const uintptr_t offset = (start(), percpu_alloc(8, 8));

	(void)percpu_alloc_ptr(offset + 8, 0);
}

static void before_reserve(void)
{
	start();
	(void)percpu_alloc_ptr(0, 0);
}

static void reset_beyond(void)
{
	char byte;

	start();
	percpu_reset_(&byte, percpu_area_size(), 1);
}

static void preempted(void)
{
	start();
	percpu_preempt_enable();
	percpu_inc_raw(ticks);
}

static void early_write(void)
{
	percpu_write_reg((uintptr_t)_percpu_start);
	percpu_write(ticks, 8);
	start();
}

/* Entry code has set the register itself. */
static void early_store(void)
{
	percpu_debug_watch();
	*(volatile int *)&_percpu_start[percpu_offset(ticks)] = 8;
	start();
}

static void early_write_and_one_cpu(void)
{
	percpu_write_reg((uintptr_t)_percpu_start);
	percpu_inc(ticks);
	done(percpu_init_cpu(0, _percpu_start));
}

static void early_read(void)
{
	percpu_write_reg((uintptr_t)_percpu_start);
	(void)percpu_read(ticks);
	start();
	percpu_inc(ticks);
	/* Which is not early. */
	done(percpu_init_cpu(2, areas_alloc(1)));
}

/* Nor is a hook called, or a CPU missed, before there are areas: the error is returned. */
static void early_reset(void)
{
	preemptible = true;
	if (percpu_reset_to_init_raw(ticks) != PERCPU_ERROR_NOT_INITIALISED ||
		percpu_remote_reset_to_init(ticks, 1) != PERCPU_ERROR_NOT_INITIALISED)
		_exit(UNKNOWN);
}

static bool poisoned(uintptr_t from, uintptr_t to)
{
	const unsigned char *byte = (const unsigned char *)from;

	for (; from < to; from++)
		if (*byte++ != 0x5a)
			return false;
	return true;
}

/* Who kept a pointer does not read what looks right. */
static void forgotten(void)
{
	const int *there = (start(), percpu_remote_ptr(ticks, 1));
	const uintptr_t base = percpu_area_base(1);

	done(percpu_reinit());
	if (*there != 0x5a5a5a5a || !poisoned(base, base + percpu_area_stride()))
		_exit(UNKNOWN);
}

/* Areas that the script reserves are poison up to their end, and count for nothing, until... */
static void nobodys(void)
{
	const uintptr_t behind = (start(), percpu_area_base(1) + percpu_area_stride());

	if (!poisoned(behind, (uintptr_t)_percpu_end) ||
		(uintptr_t)_percpu_end - behind != (ROOM - CPUS) * percpu_area_stride())
		_exit(UNKNOWN);
	if (percpu_area_num() != CPUS || percpu_area_base(CPUS) || percpu_sum(ticks) != 7 * CPUS)
		_exit(UNKNOWN);
	for_each_percpu(cpu) if (cpu >= CPUS) _exit(UNKNOWN);
}

/* ... their CPU comes. */
static void late(void)
{
	const uintptr_t third = (start(), percpu_area_base(0) + 3 * percpu_area_stride());
	const uintptr_t offset = percpu_alloc(8, 8);

	if (percpu_init_cpu(3, (void *)third) || *percpu_remote_ptr(ticks, 3) != 7 ||
		*(uint64_t *)percpu_alloc_ptr(offset, 3) || percpu_sum(ticks) != 7 * 3 ||
		!poisoned(third - percpu_area_stride(), third))
		_exit(UNKNOWN);
	(void)percpu_remote_ptr(ticks, 2);
}

/* Areas elsewhere leave those of the script to nobody, but for the template. */
static void elsewhere(void)
{
	const uintptr_t first = (uintptr_t)_percpu_start;

	done(percpu_init_cpu(1, areas_alloc(1)));
	if (!poisoned(first + percpu_area_stride(), (uintptr_t)_percpu_end) ||
		*(int *)(first + percpu_offset(ticks)) != 7 || *percpu_remote_ptr(ticks, 1) != 7)
		_exit(UNKNOWN);
}

static void counts_refused(void)
{
	if (percpu_init_in_place_cpus(0) != PERCPU_ERROR_CPU_RANGE ||
		percpu_init_in_place_cpus(PERCPU_CPUS_MAX + 1) != PERCPU_ERROR_CPU_RANGE ||
		percpu_init_in_place_cpus(ROOM + 1) != PERCPU_ERROR_NO_ROOM || percpu_area_num() ||
		poisoned((uintptr_t)_percpu_end - 1, (uintptr_t)_percpu_end) ||
		percpu_init_in_place_cpus(ROOM) != ROOM ||
		percpu_init_in_place_cpus(CPUS) != PERCPU_ERROR_ALREADY)
		_exit(UNKNOWN);
}

/* What another CPU's register may hold: a first one has another area, a late one nothing. */
static void taken_by_first(void)
{
	start();
	done(percpu_init_reg(1));
	done(percpu_init_reg(0));
}

static void taken_by_late(void)
{
	start();
	percpu_write_reg((uintptr_t)areas_alloc(1));
	done(percpu_init_reg(0));
}

/* The same CPU again; and one that has lost its register; and all of them once more. */
static void taken_again(void)
{
	start();
	if (percpu_init_reg(0))
		_exit(UNKNOWN);
	percpu_write_reg((uintptr_t)areas_alloc(1));
	percpu_write_reg(percpu_area_base(0));
	percpu_inc(ticks);
	if (percpu_init_reg(1) || percpu_reinit())
		_exit(UNKNOWN);
	start();
	percpu_inc(ticks);
}

/* The register of a CPU that has not called: whatever it was, which is memory here. */
static void astray(void)
{
	done(percpu_init_in_place_cpus(CPUS));
	percpu_write_reg((uintptr_t)areas_alloc(1));
	percpu_preempt_disable();
}

static void pointer_astray(void)
{
	astray();
	*percpu_ptr(ticks) = 1;
}

static void block_astray(void)
{
	astray();
	percpu_with(ticks, p) *p = 1;
}

static void allocated_astray(void)
{
	const uintptr_t offset = (astray(), percpu_alloc(8, 8));

	*(char *)percpu_alloc_this(offset) = 1;
}

static void reset_astray(void)
{
	astray();
	(void)percpu_reset_to_init(ticks);
}

/* Or no memory at all. */
static void pointer_nowhere(void)
{
	done(percpu_init_in_place_cpus(CPUS));
	percpu_arch_write_reg((uintptr_t)1 << 46);
	percpu_preempt_disable();
	*percpu_ptr(ticks) = 1;
}

/* Reserved for a CPU that has not come. */
static void pointer_nobodys(void)
{
	start();
	percpu_write_reg(percpu_area_base(0) + CPUS * percpu_area_stride());
	percpu_preempt_disable();
	*percpu_ptr(ticks) = 1;
}

/* Area 0 is there before start-up, in overlay. */
static void pointer_early(void)
{
	percpu_write_reg((uintptr_t)_percpu_start);
	percpu_preempt_disable();
	if (*percpu_ptr(ticks) != 7)
		_exit(UNKNOWN);
}

static atomic_uint meeting;

static void *start_beside(void *unused)
{
	meet(&meeting);
	done(percpu_init_in_place_cpus(CPUS));
	return unused;
}

/* The same while another CPU sets the areas up: at no instant is it no area. */
static void pointer_beside(void)
{
	pthread_t thread;

	percpu_write_reg((uintptr_t)_percpu_start);
	done(-pthread_create(&thread, NULL, start_beside, NULL));
	meet(&meeting);
	for (unsigned spins = 0; !percpu_area_base(0); spins++) {
		(void)percpu_ptr(ticks);
		if (spins > 20000)
			sched_yield();
	}
	(void)percpu_ptr(ticks);
	done(-pthread_join(thread, NULL));
}

static void what_is_caught(void **state)
{
	static const struct {
		void (*body)(void);
		int code;
	} cases[] = {{in_order, NOTHING}, {absent, ABSENT}, {absent_yet, ABSENT},
		{no_offset, OFFSET}, {freed_offset, OFFSET}, {behind_offset, OFFSET},
		{before_reserve, OFFSET}, {reset_beyond, RESET}, {preempted, PREEMPTION},
		{early_write, EARLY}, {early_store, EARLY}, {early_write_and_one_cpu, EARLY},
		{early_read, NOTHING}, {early_reset, NOTHING}, {forgotten, NOTHING},
		{nobodys, NOTHING}, {late, ABSENT}, {elsewhere, NOTHING}, {counts_refused, NOTHING},
		{taken_by_first, TAKEN}, {taken_by_late, TAKEN}, {taken_again, NOTHING},
		{pointer_astray, NO_AREA}, {block_astray, NO_AREA}, {allocated_astray, NO_AREA},
		{reset_astray, NO_AREA}, {pointer_nowhere, NO_AREA}, {pointer_nobodys, NO_AREA},
		{pointer_early, NOTHING}};

	(void)state;
	/* Of a failure the hundreds say which case it is. */
	for (int i = 0; i < (int)COUNT(cases); i++)
		assert_int_equal(i * 100 + catches(cases[i].body), i * 100 + cases[i].code);
}

enum { ROUNDS = 1000 };

static void nothing_beside(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++)
		assert_int_equal(catches(pointer_beside), NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_caught), cmocka_unit_test(nothing_beside)};

	return cmocka_run_group_tests_name("runtime: debug", tests, NULL, NULL);
}
