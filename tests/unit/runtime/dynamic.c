/* Areas in memory of the program's: one by one, all at once, by two threads at a time. */
#include "tests/unit/runtime/areas.h"

DEFINE_PERCPU(int, ticks) = 7;
DEFINE_PERCPU_PAGE_ALIGNED(char, page[4096]) = "page";

/* Areas are forgotten between the tests: the template stays as it is. */
static int forget(void **state)
{
	(void)state;
	return percpu_reinit();
}

static void no_room_in_place(void **state)
{
	(void)state;
	assert_int_equal(percpu_init_in_place(), PERCPU_ERROR_NO_ROOM);
	assert_int_equal(percpu_area_num(), 0);
}

static void all_at_once(void **state)
{
	void *memory = areas_alloc(3);

	(void)state;
	assert_int_equal(percpu_area_align(), 4096);
	assert_int_equal(percpu_init(memory, 3), 3);
	for_each_percpu(cpu)
	{
		assert_int_equal(
			percpu_area_base(cpu), (uintptr_t)memory + cpu * percpu_area_stride());
		assert_int_equal((uintptr_t)percpu_remote_ptr(page, cpu) % 4096, 0);
		assert_string_equal(*percpu_remote_ptr(page, cpu), "page");
		assert_int_equal(percpu_init_reg(cpu), PERCPU_OK);
		percpu_write(ticks, 0);
	}
	assert_int_equal(percpu_sum(ticks), 0);
	assert_int_equal(percpu_reinit(), PERCPU_OK);
	assert_int_equal(percpu_area_num(), 0);
	assert_int_equal(percpu_init_reg(0), PERCPU_ERROR_NOT_INITIALISED);
	/* What was written is gone. */
	assert_int_equal(percpu_init(memory, 3), 3);
	assert_int_equal(percpu_sum(ticks), 21);
}

/* Hotplug and NUMA: any order, any memory, and CPUs that are not there. */
static void one_by_one(void **state)
{
	void *five = areas_alloc(1), *two = areas_alloc(1);
	size_t seen = 0;

	(void)state;
	assert_int_equal(percpu_init_cpu(5, five), PERCPU_OK);
	assert_int_equal(percpu_init_cpu(2, two), PERCPU_OK);
	assert_int_equal(percpu_init_cpu(5, two), PERCPU_ERROR_ALREADY);
	assert_int_equal(percpu_init(two, 1), PERCPU_ERROR_ALREADY);
	assert_int_equal(percpu_area_num(), 6);
	assert_int_equal(percpu_area_base(2), (uintptr_t)two);
	assert_int_equal(percpu_area_base(4), 0);
	assert_int_equal(percpu_init_reg(4), PERCPU_ERROR_NOT_INITIALISED);
	*percpu_remote_ptr(ticks, 5) = 100;
	for_each_percpu(cpu) seen = seen * 10 + cpu;
	assert_int_equal(seen, 25);
	assert_int_equal(percpu_sum(ticks), 107);
	assert_int_equal(percpu_init_cpu(0, areas_alloc(1)), PERCPU_OK);
	assert_int_equal(percpu_sum(ticks), 114);
}

static atomic_int held, go;

/* Whoever writes to the area waits here, and then may. */
static void hold(int signal, siginfo_t *info, void *context)
{
	void *page_of = (void *)((uintptr_t)info->si_addr & ~(uintptr_t)(HOST_PAGE - 1));

	(void)signal;
	(void)context;
	atomic_store(&held, 1);
	while (!atomic_load(&go))
		sched_yield();
	mprotect(page_of, HOST_PAGE, PROT_READ | PROT_WRITE);
}

static void *init_in_thread(void *memory)
{
	return (void *)(intptr_t)percpu_init(memory, 2);
}

/* A thread is stopped in the middle of it. */
static void while_another_does(void **state)
{
	const struct sigaction action = {.sa_sigaction = hold, .sa_flags = SA_SIGINFO};
	const size_t size = percpu_area_layout(2).size;
	void *memory = areas_alloc(2), *other = areas_alloc(2), *result;
	struct sigaction before;
	pthread_t thread;

	(void)state;
	assert_int_equal(sigaction(SIGSEGV, &action, &before), 0);
	assert_int_equal(mprotect(memory, size, PROT_NONE), 0);
	assert_int_equal(pthread_create(&thread, NULL, init_in_thread, memory), 0);
	while (!atomic_load(&held))
		sched_yield();
	assert_int_equal(percpu_init(other, 2), PERCPU_ERROR_BUSY);
	assert_int_equal(percpu_init_cpu(0, other), PERCPU_ERROR_BUSY);
	assert_int_equal(percpu_reinit(), PERCPU_ERROR_BUSY);
	assert_int_equal(percpu_init_reg(1), PERCPU_ERROR_BUSY);
	assert_int_equal(percpu_area_num(), 0);
	assert_int_equal(percpu_area_base(1), 0);
	atomic_store(&go, 1);
	assert_int_equal(pthread_join(thread, &result), 0);
	sigaction(SIGSEGV, &before, NULL);
	assert_int_equal((intptr_t)result, 2);
	assert_int_equal(percpu_area_base(1), (uintptr_t)memory + percpu_area_stride());
	assert_int_equal(percpu_sum(ticks), 14);
	free(other);
}

enum { ROUNDS = 20000, CPUS = 4 };

static struct racer {
	void *memory;
	pthread_barrier_t *start, *finish;
	atomic_uint *meeting;
	int (*act)(void *memory);
	int result;
} racers[2];

static void *race(void *argument)
{
	struct racer *racer = argument;

	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(racer->start);
		meet(racer->meeting);
		/* One is ahead, then the other, by as much as a call takes to its middle. */
		for (volatile int late = racer == racers ? i % 32 : i / 32 % 32; late; late--)
			continue;
		racer->result = racer->act(racer->memory);
		pthread_barrier_wait(racer->finish);
	}
	return NULL;
}

static void race_all(int (*one)(void *), int (*other)(void *), void (*judge_round)(void))
{
	atomic_uint meeting = 0;
	pthread_barrier_t start, finish;
	pthread_t threads[2];

	pthread_barrier_init(&start, NULL, 3);
	pthread_barrier_init(&finish, NULL, 3);
	for (size_t i = 0; i < 2; i++) {
		racers[i] = (struct racer){
			areas_alloc(CPUS), &start, &finish, &meeting, i ? other : one, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		pthread_barrier_wait(&start);
		pthread_barrier_wait(&finish);
		judge_round();
	}
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static int set_up(void *memory)
{
	return percpu_init(memory, CPUS);
}

/* One of them sets the areas up, all in its memory; the other one is told. */
static void judge_two(void)
{
	const struct racer *winner = &racers[racers[0].result < 0];
	const struct racer *other = &racers[racers[0].result >= 0];

	assert_int_equal(winner->result, CPUS);
	assert_true(other->result == PERCPU_ERROR_BUSY || other->result == PERCPU_ERROR_ALREADY);
	assert_int_equal(percpu_area_num(), CPUS);
	for_each_percpu(cpu)
	{
		assert_int_equal(percpu_area_base(cpu),
			(uintptr_t)winner->memory + cpu * percpu_area_stride());
		assert_int_equal(*percpu_remote_ptr(ticks, cpu), 7);
		*percpu_remote_ptr(ticks, cpu) = 0;
	}
	assert_int_equal(percpu_reinit(), PERCPU_OK);
}

static void two_threads(void **state)
{
	(void)state;
	race_all(set_up, set_up, judge_two);
}

/*
 * The CPU whose area is filled last, behind which start-up ends, has waited while that went on. As
 * meet() it comes to an end on a machine of one CPU.
 */
static int wait_for_area(void *memory)
{
	bool busy = false;
	int error;

	(void)memory;
	for (unsigned spins = 0;; spins++) {
		error = percpu_init_reg(0);
		if (error == PERCPU_ERROR_BUSY)
			busy = true;
		else if (error != PERCPU_ERROR_NOT_INITIALISED || busy)
			return error;
		if (spins > 20000)
			sched_yield();
	}
}

static void judge_waiting(void)
{
	assert_int_equal(racers[0].result, CPUS);
	assert_int_equal(racers[1].result, PERCPU_OK);
	assert_int_equal(percpu_reinit(), PERCPU_OK);
}

static void another_waits(void **state)
{
	(void)state;
	race_all(set_up, wait_for_area, judge_waiting);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_room_in_place),
		cmocka_unit_test_teardown(all_at_once, forget),
		cmocka_unit_test_teardown(one_by_one, forget),
		cmocka_unit_test_teardown(while_another_does, forget),
		cmocka_unit_test(two_threads),
		cmocka_unit_test(another_waits),
	};

	return cmocka_run_group_tests_name("runtime: dynamic", tests, NULL, NULL);
}
