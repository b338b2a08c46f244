#include "lib/base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t called; /* there is work, or none will come any more */
	pthread_cond_t rested; /* nobody is at work any more */
	void (*task)(void *context, size_t index);
	void *context;
	size_t count;
	atomic_size_t next;
	/* Written under the lock; who does not hold it has a look, and then takes it. */
	atomic_bool open;  /* there are parts left, for whoever comes */
	atomic_bool ended; /* no work will come */
	atomic_uint busy;  /* threads that may be at a part, the owner's not counted */
	unsigned others;
	pthread_t threads[PARALLEL_MAX - 1];
};

unsigned parallel_cpus(void)
{
	cpu_set_t cpus;

	/* It fails where there are more CPUs than a set holds. */
	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&cpus);
}

/* Who sleeps is woken late: what takes no longer, some microseconds, is waited for awake. */
enum { LOOKS = 1 << 15 };

static void await_work(struct crew *crew)
{
	for (unsigned i = 0; i < LOOKS && !crew->open && !crew->ended; i++)
		continue;
}

static void await_rest(struct crew *crew)
{
	for (unsigned i = 0; i < LOOKS && crew->busy; i++)
		continue;
}

/* The thread is at work from then on. False when none will come. */
static bool join_in(struct crew *crew)
{
	bool wanted;

	await_work(crew);
	pthread_mutex_lock(&crew->lock);
	while (!crew->open && !crew->ended)
		pthread_cond_wait(&crew->called, &crew->lock);
	wanted = !crew->ended;
	crew->busy += wanted;
	pthread_mutex_unlock(&crew->lock);
	return wanted;
}

static void do_parts(struct crew *crew)
{
	size_t i;

	while ((i = atomic_fetch_add(&crew->next, 1)) < crew->count)
		crew->task(crew->context, i);
}

static void leave(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->open = false;
	if (--crew->busy == 0)
		pthread_cond_signal(&crew->rested);
	pthread_mutex_unlock(&crew->lock);
}

static void *serve(void *argument)
{
	struct crew *crew = argument;

	while (join_in(crew)) {
		do_parts(crew);
		leave(crew);
	}
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

static void start_threads(struct crew *crew, unsigned wanted)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return;
	stay_away(&attributes);
	while (crew->others < wanted && crew->others < PARALLEL_MAX - 1 &&
		pthread_create(&crew->threads[crew->others], &attributes, serve, crew) == 0)
		crew->others++;
	pthread_attr_destroy(&attributes);
}

struct crew *crew_begin(unsigned threads)
{
	struct crew *crew = threads > 1 ? calloc(1, sizeof(*crew)) : NULL;

	if (!crew)
		return NULL;
	/* With default attributes none of these can fail: pthread_mutex_init(3). */
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->called, NULL);
	pthread_cond_init(&crew->rested, NULL);
	start_threads(crew, threads - 1);
	return crew;
}

static void call(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->open = true;
	pthread_cond_broadcast(&crew->called);
	pthread_mutex_unlock(&crew->lock);
}

/* Until nobody is at work, and what was not begun will not be. */
static void settle(struct crew *crew)
{
	atomic_store(&crew->next, crew->count);
	await_rest(crew);
	pthread_mutex_lock(&crew->lock);
	crew->open = false;
	while (crew->busy)
		pthread_cond_wait(&crew->rested, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}

static void assign(
	struct crew *crew, size_t count, void (*task)(void *context, size_t index), void *context)
{
	settle(crew);
	crew->task = task;
	crew->context = context;
	crew->count = count;
	crew->next = 0;
	if (count)
		call(crew);
}

void crew_work(
	struct crew *crew, size_t count, void (*task)(void *context, size_t index), void *context)
{
	if (crew) {
		assign(crew, count, task, context);
		do_parts(crew);
		settle(crew);
	} else
		for (size_t i = 0; i < count; i++)
			task(context, i);
}

void crew_meanwhile(
	struct crew *crew, size_t count, void (*task)(void *context, size_t index), void *context)
{
	if (crew)
		assign(crew, count, task, context);
}

void crew_dismiss(struct crew *crew)
{
	if (!crew)
		return;
	settle(crew);
	pthread_mutex_lock(&crew->lock);
	crew->ended = true;
	pthread_cond_broadcast(&crew->called);
	pthread_mutex_unlock(&crew->lock);
}

void crew_end(struct crew *crew)
{
	if (!crew)
		return;
	crew_dismiss(crew);
	for (unsigned i = 0; i < crew->others; i++)
		pthread_join(crew->threads[i], NULL);
	pthread_cond_destroy(&crew->rested);
	pthread_cond_destroy(&crew->called);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}

void parallel_for(
	size_t count, unsigned threads, void (*task)(void *context, size_t index), void *context)
{
	struct crew *crew = crew_begin(count < threads ? (unsigned)count : threads);

	crew_work(crew, count, task, context);
	crew_end(crew);
}
