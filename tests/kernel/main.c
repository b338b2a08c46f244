/*
 * A kernel that proves the runtime on its machine: every CPU runs every test beside the others, and
 * CPU 0 prints the layout that it saw, which run.sh compares with the file, and PASS.
 */
#include "check.h"
#include "kernel.h"
#include "variables.h"

/* Of each CPU; the narrow counters wrap, and make fewer. */
enum { INCREMENTS = 1000000, INCREMENTS_NARROW = 100000 };

#ifdef TEST_TIMER
enum { TIMER_ONLY = true };
#else
enum { TIMER_ONLY = false };
#endif

char stacks[CPUS][STACK_SIZE] __attribute__((aligned(STACK_SIZE)));

#ifdef PERCPU_DYNAMIC
/* What a kernel would allocate: areas in a row, and of the last CPU far from them. */
enum { AREA_BYTES = 128 * 1024, CPUS_IN_A_ROW = CPUS - 1 };
char user_areas[CPUS_IN_A_ROW * AREA_BYTES] __attribute__((aligned(4096)));
char user_gap[AREA_BYTES];
char user_far_area[AREA_BYTES] __attribute__((aligned(4096)));
#endif

static DEFINE_PERCPU(uint32_t, own) = 7;

#ifdef PERCPU_PREEMPT
void percpu_preempt_disable(void)
{
	this_cpu()->preempt++;
	__asm__ volatile("" : : : "memory");
}

void percpu_preempt_enable(void)
{
	__asm__ volatile("" : : : "memory");
	this_cpu()->preempt--;
}

bool percpu_preempt_is_disabled(void)
{
	return this_cpu()->preempt > 0;
}
#endif

#ifdef PERCPU_DEBUG
static const char *volatile caught[CPUS];
static volatile bool expected[CPUS];

/* What a test provokes is kept for CPU 0, and the CPU that did it does nothing more. */
void percpu_debug_failed(const char *what)
{
	const size_t cpu = this_cpu()->number;

	if (!expected[cpu])
		check_failed(__FILE__, __LINE__, what);
	caught[cpu] = what;
	for (;;)
		;
}
#endif

/* All CPUs come here before any leaves. */
static void meet(void)
{
	static size_t here, round;
	const size_t now = __atomic_load_n(&round, __ATOMIC_ACQUIRE);

	if (__atomic_add_fetch(&here, 1, __ATOMIC_ACQ_REL) == CPUS) {
		__atomic_store_n(&here, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&round, now + 1, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&round, __ATOMIC_ACQUIRE) == now)
		;
}

/* ---- Start-up ----------------------------------------------------------------------------- */

#ifdef PERCPU_SP_NAIVE

static void areas_init(void)
{
	SAME(percpu_init_in_place(), 1);
	SAME(percpu_area_size(), 0);
	SAME(percpu_area_num(), 1);
	SAME(percpu_area_base(0), 0);
}

#elif defined(PERCPU_DYNAMIC)

static void areas_init(void)
{
	SAME(percpu_init(NULL, CPUS_IN_A_ROW), PERCPU_ERROR_NULL_BASE);
	SAME(percpu_init(user_areas + 8, CPUS_IN_A_ROW), PERCPU_ERROR_UNALIGNED_BASE);
	SAME(percpu_area_num(), 0);
	SAME(percpu_area_layout(CPUS_IN_A_ROW).size <= sizeof(user_areas), true);
	SAME(percpu_area_layout(1).align <= 4096, true);
	SAME(percpu_init(user_areas, CPUS_IN_A_ROW), CPUS_IN_A_ROW);
	SAME(percpu_init_reg(CPUS_IN_A_ROW), PERCPU_ERROR_NOT_INITIALISED);
	SAME(percpu_init_cpu(CPUS_IN_A_ROW, user_far_area), PERCPU_OK);
	SAME(percpu_init_cpu(CPUS_IN_A_ROW, user_far_area), PERCPU_ERROR_ALREADY);
	SAME(percpu_area_base(CPUS_IN_A_ROW), (uintptr_t)user_far_area);
	SAME(percpu_area_num(), CPUS);
}

#else

static void areas_init(void)
{
	SAME(percpu_init_reg(0), PERCPU_ERROR_NOT_INITIALISED);
	SAME(percpu_area_num(), 0);
	SAME(percpu_init_in_place(), CPUS);
	SAME(percpu_init_in_place(), PERCPU_ERROR_ALREADY);
	SAME(percpu_area_num(), CPUS);
	SAME(percpu_init_reg(PERCPU_CPUS_MAX), PERCPU_ERROR_CPU_RANGE);
}

#endif

static void test_register(size_t cpu)
{
	SAME(percpu_read_reg(), percpu_area_base(cpu));
#ifndef PERCPU_SP_NAIVE
	SAME(percpu_area_base(cpu) % percpu_area_align(), 0);
	SAME(percpu_area_stride() >= percpu_area_size(), true);
#endif
}

/* Known to one function, which tells where it is. */
static uint64_t block_offset, block_size;

static uint32_t block_next(void)
{
	static DEFINE_PERCPU(uint32_t, block) = 9;

	block_offset = percpu_offset(block);
	block_size = sizeof(__PERCPU_block);
	return percpu_add_return(block, 1);
}

static void test_initial_values(void)
{
	SAME(percpu_read(head), 0x4845414448454144);
	SAME(percpu_read(u8.before), 0x81);
	SAME(percpu_read(u8.value), 0x82);
	SAME(percpu_read(u8.after), 0x83);
	SAME(percpu_read(u16.value), 0x8282);
	SAME(percpu_read(u32.value), 0x82828282);
	SAME(percpu_read(u64.value), 0x8282828282828282);
	SAME(percpu_read(s8.value), -2);
	SAME(percpu_read(s16.value), -2);
	SAME(percpu_read(s32.value), -2);
	SAME(percpu_read(s64.value), -2);
	SAME(percpu_read(flag.before), true);
	SAME(percpu_read(flag.value), false);
	SAME((uintptr_t)percpu_read(pointer.value), 0);
	SAME(percpu_read(record.byte), 1);
	SAME(percpu_read(record.half[1]), 3);
	SAME(percpu_read(record.large[1]), 7);
	SAME(percpu_read(array[4]), 14);
	SAME(percpu_read(aligned), 256);
	SAME(percpu_read(page[0]), 'p');
	SAME(percpu_read(page[1]), 0);
	SAME(percpu_read(page[4999]), 'q');
	SAME(percpu_read(shared), 0x5348);
	SAME(percpu_read(read_mostly), 0x524d);
	SAME(percpu_read(zeroed), 0);
	SAME(percpu_read(own), 7);
	SAME(block_next(), 10);
#ifdef PERCPU_WIDE
	SAME(percpu_read(far[0]), 1);
	SAME(percpu_read(far[19999]), 2);
#endif
}

/* In every area, not in the template alone. */
static void test_alignment(void)
{
	this_cpu()->preempt++;
	SAME((uintptr_t)percpu_ptr(aligned) % 256, 0);
	SAME((uintptr_t)percpu_ptr(page) % 4096, 0);
	SAME((uintptr_t)percpu_ptr(shared) % PERCPU_CACHE_LINE, 0);
	this_cpu()->preempt--;
#ifndef PERCPU_SP_NAIVE
	SAME(percpu_offset(head), 0);
#endif
}

/* ---- Beside the other CPUs ---------------------------------------------------------------- */

static void test_increments(void)
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

static void test_remote(size_t cpu)
{
	size_t visited = 0;

	percpu_write(own, 100 + cpu);
	percpu_write(array[2], 1000 + cpu);
	meet();
	SAME(percpu_sum(count8), plain_sum(8 + INCREMENTS));
	SAME(percpu_sum(count4), (uint32_t)plain_sum(4 + INCREMENTS_NARROW));
	for_each_percpu(other)
	{
		visited++;
		SAME(*percpu_remote_ptr(own, other), 100 + other);
		SAME((*percpu_remote_ptr(array, other))[2], 1000 + other);
		SAME(*percpu_remote_ptr(array[2], other), 1000 + other);
#ifndef PERCPU_SP_NAIVE
		SAME((uintptr_t)percpu_remote_ptr(own, other),
			percpu_area_base(other) + percpu_offset(own));
#endif
	}
	SAME(visited, CPUS);
	this_cpu()->preempt++;
	SAME((uintptr_t)percpu_ptr(own), (uintptr_t)percpu_remote_ptr(own, cpu));
	this_cpu()->preempt--;
	meet();
	*percpu_remote_ptr(shared, (cpu + 1) % CPUS) = 500 + cpu;
	meet();
	SAME(percpu_read(shared), 500 + (cpu + CPUS - 1) % CPUS);
}

/* ---- What debugging catches --------------------------------------------------------------- */

#ifdef PERCPU_DEBUG
/* On CPUs but the first: each does one thing that is wrong. */
static void faults_provoke(size_t cpu)
{
	expected[cpu] = true;
	switch (cpu) {
	case 1:
		SAME(percpu_read_raw(own), 0);
		break;
	case 2:
		percpu_write_raw(own, 0);
		break;
	default:
		SAME((uintptr_t)percpu_ptr(own), 0);
	}
	check_failed(__FILE__, __LINE__, "PERCPU_DEBUG did not catch it");
}

static void test_debug(size_t cpu)
{
	if (cpu != 0)
		faults_provoke(cpu);
	for (cpu = 1; cpu < CPUS; cpu++) {
		while (!caught[cpu])
			;
		print_text("debug: ");
		print_text(caught[cpu]);
		print_text("\n");
	}
}
#endif

/* ---- What the file has, too --------------------------------------------------------------- */

static void print_value(const char *what, uint64_t value)
{
	print_text(what);
	print_text(" ");
	print_hex(value);
	print_text("\n");
}

static void print_variable(const char *name, uint64_t offset, size_t size)
{
	print_text("variable ");
	print_text(name);
	print_text(" ");
	print_hex(offset);
	print_value("", size);
}

static void print_layout(void)
{
	print_lock();
	print_value("size", percpu_area_size());
	print_value("stride", percpu_area_stride());
	print_value("cpus", percpu_area_num());
	for_each_percpu(cpu)
	{
		print_text("base ");
		print_decimal(cpu);
		print_value("", percpu_area_base(cpu));
	}
#define PRINT(name) print_variable(#name, percpu_offset(name), sizeof(__PERCPU_##name));
	VARIABLES(PRINT)
	PRINT(own)
	print_variable("block", block_offset, block_size);
	print_unlock();
}

/* ---- Flow --------------------------------------------------------------------------------- */

static void run(size_t cpu)
{
	test_register(cpu);
	test_initial_values();
	test_alignment();
	meet();
	SAME(block_next(), 11);
	test_operations(cpu);
	meet();
	test_increments();
	meet();
	test_remote(cpu);
	meet();
	SAME(this_cpu()->preempt, 0);
#ifdef PERCPU_DEBUG
	test_debug(cpu);
#endif
}

#if CPUS > 1
static bool arrived[CPUS];

static void others_start(void)
{
	for (size_t cpu = 1; cpu < CPUS; cpu++) {
		machine_start_cpu(cpu);
		machine_wait_cpu(cpu, &arrived[cpu]);
	}
}

static void run_other(size_t cpu)
{
	SAME(percpu_init_reg(cpu), PERCPU_OK);
	__atomic_store_n(&arrived[cpu], true, __ATOMIC_RELEASE);
	run(cpu);
	for (;;)
		;
}
#else
static void others_start(void)
{
}

static void run_other(size_t cpu)
{
	(void)cpu;
}
#endif

static void run_first(void)
{
	areas_init();
	SAME(percpu_init_reg(0), PERCPU_OK);
	if (TIMER_ONLY) {
		test_initial_values();
		test_timer();
	} else {
		others_start();
		run(0);
	}
	print_layout();
	print_text("PASS\n");
	machine_exit(true);
}

void kernel_entry(size_t cpu)
{
	this_cpu()->number = cpu;
	this_cpu()->preempt = 0;
	machine_init();
	if (cpu == 0)
		run_first();
	run_other(cpu);
}

/* Compilers call these for structures, freestanding or not. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	char *out = to;
	const char *in = from;

	for (; size; size--) {
		*out++ = *in++;
		__asm__ volatile("" : : : "memory"); /* or a compiler sees a call of memcpy in it */
	}
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	char *out = to;

	for (; size; size--) {
		*out++ = (char)byte;
		__asm__ volatile("" : : : "memory");
	}
	return to;
}
