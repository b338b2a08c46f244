/* The copies of other CPUs, a function for each use of them; with PERCPU_SEPARATE. */
#include "runtime/percpu.h"

DEFINE_PERCPU(long, first);
DEFINE_PERCPU(long, second);
DEFINE_PERCPU(uint64_t[8], wide);
DEFINE_PERCPU(uint32_t, counter);
DEFINE_PERCPU(uint8_t, small);

/* So that the linker keeps it, and `second` stands behind the template's start. */
long own(void)
{
	return percpu_read(first);
}

uintptr_t percpu_remote_base_(size_t cpu)
{
	static uintptr_t bases[4];

	return *(volatile uintptr_t *)&bases[cpu];
}

/* In place of runtime/percpu.c and reset.c; weak, so that callers know nothing of them. */
static volatile uintptr_t something;

__attribute__((weak)) uintptr_t percpu_area_base(size_t cpu)
{
	return something + cpu;
}

__attribute__((weak)) size_t percpu_area_num(void)
{
	return something;
}

__attribute__((weak)) const char *percpu_initial_values_(void)
{
	return (const char *)something;
}

__attribute__((weak)) int percpu_reset_(void *copy, uintptr_t offset, size_t size)
{
	return (int)(something + (uintptr_t)copy + offset + size);
}

long *get(size_t cpu)
{
	return percpu_remote_ptr(second, cpu);
}

long read(size_t cpu)
{
	return *percpu_remote_ptr(second, cpu);
}

void write(size_t cpu, long value)
{
	*percpu_remote_ptr(second, cpu) = value;
}

void change(size_t cpu)
{
	++*percpu_remote_ptr(counter, cpu);
}

uint64_t element(size_t cpu)
{
	return (*percpu_remote_ptr(wide, cpu))[3];
}

uint8_t byte(size_t cpu)
{
	return *percpu_remote_ptr(small, cpu);
}

/* At the template's start. */
long start(size_t cpu)
{
	return *percpu_remote_ptr(first, cpu);
}

uint32_t sum(void)
{
	return percpu_sum(counter);
}

int reset(size_t cpu)
{
	return percpu_remote_reset_to_init(wide, cpu);
}
