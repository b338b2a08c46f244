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
 * Has new threads begin on another CPU than the caller's. They are often put there though another
 * one is idle, and moved at the next tick of the clock: when the work is done. Once a thread runs
 * it is too late to say so: when it has ended, its number means the caller.
 */
static void stay_away(pthread_attr_t *attributes)
{
	const int here = sched_getcpu();
	cpu_set_t cpus;

	if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return;
	CPU_CLR((size_t)here, &cpus);
	if (CPU_COUNT(&cpus))
		pthread_attr_setaffinity_np(attributes, sizeof(cpus), &cpus);
}

void parallel_for(
	size_t count, unsigned threads, void (*task)(void *context, size_t index), void *context)
{
	struct work work = {.task = task, .context = context, .count = count};
	pthread_t others[PARALLEL_MAX - 1];
	pthread_attr_t attributes;
	unsigned started = 0;

	if (threads > 1 && count > 1 && pthread_attr_init(&attributes) == 0) {
		stay_away(&attributes);
		while (started + 1 < threads && started + 1 < count && started < PARALLEL_MAX - 1 &&
			pthread_create(&others[started], &attributes, run, &work) == 0)
			started++;
		pthread_attr_destroy(&attributes);
	}
	run(&work);
	for (unsigned i = 0; i < started; i++)
		pthread_join(others[i], NULL);
}
