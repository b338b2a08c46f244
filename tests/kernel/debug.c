/* What PERCPU_DEBUG catches is provoked; every CPU can be caught once. */
#include "check.h"
#include "kernel.h"
#include "variables.h"

#ifdef PERCPU_DEBUG

static const char *volatile caught[CPUS];
static volatile bool expected[CPUS];

/* The CPU that did what was to be caught does nothing more; what it was is kept for CPU 0. */
void percpu_debug_failed(const char *what)
{
	const size_t cpu = this_cpu()->number;

	if (!expected[cpu])
		check_failed(__FILE__, __LINE__, what);
#ifdef TEST_EARLY_WRITE
	finish();
#endif
	caught[cpu] = what;
	for (;;)
		;
}

void debug_expect(void)
{
	expected[this_cpu()->number] = true;
}

/* Each of the CPUs but the first does one thing that is wrong. */
static void fault_provoke(size_t cpu)
{
	debug_expect();
	switch (cpu) {
#ifdef PERCPU_HOOKS
	case 1:
		SAME(percpu_init_reg(0), PERCPU_OK);
		break;
	case 2:
		percpu_arch_write_reg(percpu_arch_read_reg() + 64);
		SAME(*percpu_ptr(mine), 0);
		break;
#else
	case 1:
		SAME(percpu_read_raw(mine), 0);
		break;
	case 2:
		*percpu_remote_ptr(mine, CPUS) = 0;
		break;
#endif
	default:
		*(char *)percpu_alloc_ptr(percpu_area_stride(), 0) = 0;
	}
	check_failed(__FILE__, __LINE__, "PERCPU_DEBUG did not catch it");
}

void test_debug(size_t cpu)
{
	if (cpu != 0)
		fault_provoke(cpu);
	for (cpu = 1; cpu < CPUS; cpu++) {
		while (!caught[cpu])
			;
		print_text("debug: ");
		print_text(caught[cpu]);
		print_text("\n");
	}
}

#else

void debug_expect(void)
{
}

void test_debug(size_t cpu)
{
	(void)cpu;
}

#endif
