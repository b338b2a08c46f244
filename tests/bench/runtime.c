/*
 * The runtime's accessors beside what else a program could do, on x86_64: percpu_add against a
 * thread's variable, a locked addition to a private cache line and a plain global, and the start-up
 * of 1024 areas against memcpy. GS is the process's own to set, and the template stays where it is
 * linked: model nonzero. Ratios of one run; each figure is the least of several rounds, in turns,
 * so that what else the machine does hits all of them alike.
 */
#include <asm/prctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/percpu.h"

enum { ROUNDS = 25, INCREMENTS = 4000000, AREAS = 1024, AREA = 64 * 1024 };

DEFINE_PERCPU(uint64_t, counter);
/* So that the template has about AREA bytes. */
DEFINE_PERCPU(char[AREA - 64], ballast) = {2};
extern char _percpu_template[];
static __thread uint64_t of_thread;
static uint64_t plain;
static uint64_t locked __attribute__((aligned(64)));

/* In memory each time, as accessors are; of a volatile variable compilers make three instructions.
 */
#define STORE(increment)                                                                           \
	do {                                                                                       \
		(increment);                                                                       \
		__asm__ volatile("" : : : "memory");                                               \
	} while (0)

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void add_percpu(void)
{
	for (int i = 0; i < INCREMENTS; i++)
		percpu_add(counter, 1);
}

static void add_thread(void)
{
	for (int i = 0; i < INCREMENTS; i++)
		STORE(of_thread++);
}

static void add_plain(void)
{
	for (int i = 0; i < INCREMENTS; i++)
		STORE(plain++);
}

static void add_locked(void)
{
	for (int i = 0; i < INCREMENTS; i++)
		__asm__ volatile("lock addq $1, %0" : "+m"(locked) : : "memory", "cc");
}

static char *areas;
static uint64_t counted; /* in the areas that have been written over since */
static bool started = true;

static void start_up(void)
{
	counted += percpu_read(counter);
	started = started && percpu_reinit() == PERCPU_OK && percpu_init(areas, AREAS) == AREAS;
}

static void copy_libc(void)
{
	const size_t size = percpu_area_size(), stride = percpu_area_stride();

	counted += percpu_read(counter);
	for (size_t i = 0; i < AREAS; i++)
		memcpy(areas + i * stride, _percpu_template, size);
}

/* What is compared stands with what it is compared to, whose row comes first. */
static struct row {
	const char *name;
	void (*run)(void);
	double divisor; /* of the time, in nanoseconds, for the figure shown */
	const char *unit;
	double least;
} rows[] = {
	{.name = "percpu_add", .run = add_percpu, .divisor = INCREMENTS, .unit = "ns"},
	{.name = "__thread increment", .run = add_thread, .divisor = INCREMENTS, .unit = "ns"},
	{.name = "global increment", .run = add_plain, .divisor = INCREMENTS, .unit = "ns"},
	{.name = "lock add", .run = add_locked, .divisor = INCREMENTS, .unit = "ns"},
	{.name = "start-up", .run = start_up, .divisor = 1e6, .unit = "ms"},
	{.name = "memcpy", .run = copy_libc, .divisor = 1e6, .unit = "ms"},
};

enum { ADD, THREAD, PLAIN, LOCKED, START, MEMCPY, ROW_COUNT };

static void measure(void)
{
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < ROW_COUNT; i++) {
			const double start = now();
			double took;

			rows[i].run();
			took = now() - start;
			if (round == 0 || took < rows[i].least)
				rows[i].least = took;
		}
}

int main(void)
{
	const struct percpu_layout layout = percpu_area_layout(AREAS);

	areas = aligned_alloc(4096, (layout.size + 4095) / 4096 * 4096);
	if (!areas || layout.align > 4096)
		return 1;
	memset(areas, 1, layout.size);
	if (percpu_init(areas, AREAS) != AREAS)
		return 1;
	if (syscall(SYS_arch_prctl, ARCH_SET_GS,
		    percpu_area_base(0) - (uintptr_t)_percpu_load_start))
		return 1;
	measure();
	counted += percpu_read(counter);
	if (!started || counted != (uint64_t)ROUNDS * INCREMENTS) {
		fprintf(stderr, "runtime: %d rounds of %d increments gave %lu%s\n", ROUNDS,
			INCREMENTS, (unsigned long)counted, started ? "" : "; no start-up");
		return 1;
	}
	for (int i = 0; i < ROW_COUNT; i++)
		printf("%-20s %8.3f %s\n", rows[i].name, rows[i].least / rows[i].divisor,
			rows[i].unit);
	printf("percpu_add / __thread: %.2f (goal: at most 1.05)\n",
		rows[ADD].least / rows[THREAD].least);
	printf("percpu_add / global: %.2f (goal: at most 1.1)\n",
		rows[ADD].least / rows[PLAIN].least);
	printf("lock add / percpu_add: %.1f (goal: at least 3)\n",
		rows[LOCKED].least / rows[ADD].least);
	printf("memcpy / start-up: %.2f (goal: at least 0.9)\n",
		rows[MEMCPY].least / rows[START].least);
	return 0;
}
