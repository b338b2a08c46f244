#include "lib/base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct work {
	void (*task)(void *context, size_t index);
	void *context;
	size_t count;
	atomic_size_t next;
};

unsigned parallel_cpus(void)
{
	cpu_set_t cpus;

	/* It fails where there are more CPUs than a set holds. */
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&cpus);
}

static void *run(void *argument)
{
	struct work *work = argument;
	size_t i;

	while ((i = atomic_fetch_add(&work->next, 1)) < work->count)
		work->task(work->context, i);
	return NULL;
}

/*
 * Away from the caller's CPU. A new thread is often put there though another one is idle, and is
 * moved at the next tick of the clock: when the work is done.
 */
static void move_away(pthread_t thread)
{
	const int here = sched_getcpu();
	cpu_set_t cpus;

	if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return;
	CPU_CLR((size_t)here, &cpus);
	if (CPU_COUNT(&cpus))
		pthread_setaffinity_np(thread, sizeof(cpus), &cpus);
}

void parallel_for(
	size_t count, unsigned threads, void (*task)(void *context, size_t index), void *context)
{
	struct work work = {.task = task, .context = context, .count = count};
	pthread_t others[PARALLEL_MAX - 1];
	unsigned started = 0;

	while (started + 1 < threads && started + 1 < count && started < PARALLEL_MAX - 1 &&
		pthread_create(&others[started], NULL, run, &work) == 0)
		move_away(others[started++]);
	run(&work);
	for (unsigned i = 0; i < started; i++)
		pthread_join(others[i], NULL);
}
