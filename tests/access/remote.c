/* The copies of other CPUs, a function for each use of them. */
#include "runtime/percpu.h"

DEFINE_PERCPU(long, first);
DEFINE_PERCPU(long, second);

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
