/* What every kernel on these machines has, this one and that of tests/crate. */
#include "check.h"
#include "kernel.h"

#include "runtime/percpu.h"
#include "tests/memory.h"

char stacks[CPUS][STACK_SIZE] __attribute__((aligned(STACK_SIZE)));

/* All CPUs come here before any leaves. */
void meet(void)
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

static bool arrived[CPUS];

void others_start(void)
{
	for (size_t cpu = 1; cpu < CPUS; cpu++) {
		machine_start_cpu(cpu);
		machine_wait_cpu(cpu, &arrived[cpu]);
	}
}

static void other_arrives(size_t cpu)
{
	SAME(percpu_init_reg(cpu), PERCPU_OK);
	__atomic_store_n(&arrived[cpu], true, __ATOMIC_RELEASE);
}

void kernel_entry(size_t cpu)
{
	this_cpu()->number = cpu;
	this_cpu()->preempt = 0;
	machine_init();
	if (CPUS == 1 || cpu == 0)
		run_first();
	other_arrives(cpu);
	run(cpu);
	for (;;)
		;
}
