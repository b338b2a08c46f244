/* A kernel that uses all of the library, as far as a link shows it. */
#include <percpu.h>

DEFINE_PERCPU(int, ticks) = 7;
static DEFINE_PERCPU_ALIGNED(long, counts[4], 256) = {1, 2, 3, 4};

void percpu_alloc_lock(void);
void percpu_alloc_unlock(void);
void percpu_alloc_lock(void)
{
}

void percpu_alloc_unlock(void)
{
}

__attribute__((noreturn)) void percpu_debug_failed(const char *what);
__attribute__((noreturn)) void percpu_debug_failed(const char *what)
{
	(void)what;
	for (;;)
		;
}

void percpu_preempt_disable(void);
void percpu_preempt_enable(void);
bool percpu_preempt_is_disabled(void);
void percpu_preempt_disable(void)
{
}

void percpu_preempt_enable(void)
{
}

bool percpu_preempt_is_disabled(void)
{
	return true;
}

void _start(void);
void _start(void)
{
	const int cpus = percpu_init_in_place();
	long sum = cpus;

	sum += percpu_init_reg(0);
	percpu_inc(ticks);
	for_each_percpu(cpu) sum += (*percpu_remote_ptr(counts, cpu))[1];
#ifdef PERCPU_HAS_TEMPLATE
	sum += percpu_reset_to_init(ticks);
#endif
	sum += (long)percpu_alloc(16, 8);
	percpu_write(counts[0], sum);
	for (;;)
		;
}
