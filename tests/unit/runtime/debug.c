/* What PERCPU_DEBUG catches, in overlay with a slot. Each test is a process of its own. */
#include "tests/unit/runtime/areas.h"

#include <sys/wait.h>

DEFINE_PERCPU(int, ticks) = 7;

static jmp_buf caught;
static const char *what;
static bool preemptible;

void percpu_debug_failed(const char *text)
{
	what = text;
	longjmp(caught, 1);
}

void percpu_preempt_disable(void)
{
	preemptible = false;
}

void percpu_preempt_enable(void)
{
	preemptible = true;
}

bool percpu_preempt_is_disabled(void)
{
	return !preemptible;
}

/* Runs `body` in a process; what was caught in it, as an exit code: an index of `texts` from 1. */
static const char *const texts[] = {
	"the copy of a CPU that has no area",
	"an offset that percpu_alloc() did not give",
	"a reset of bytes that are no per-CPU variable",
	"a raw per-CPU access while preemption is enabled",
	"a per-CPU variable was written before start-up copied it",
};
enum { NOTHING, ABSENT, OFFSET, RESET, PREEMPTION, EARLY, UNKNOWN = 99 };

static int code_of(const char *text)
{
	for (size_t i = 0; text && i < COUNT(texts); i++)
		if (strcmp(text, texts[i]) == 0)
			return (int)i + 1;
	return text ? UNKNOWN : NOTHING;
}

static int catches(void (*body)(void))
{
	int status = -1;
	const pid_t child = fork();

	if (!child) {
		if (!setjmp(caught))
			body();
		_exit(code_of(what));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void start(void)
{
	percpu_init_in_place();
	percpu_init_reg(0);
}

static void in_order(void)
{
	const uintptr_t offset = (start(), percpu_alloc(16, 8));
	int *there = percpu_remote_ptr(ticks, 1);

	/* All bytes of it, and no others. */
	*(char *)percpu_alloc_ptr(offset + 15, 1) = 1;
	*(char *)percpu_alloc_this(offset) = 1;
	percpu_write(ticks, *there);
	(void)percpu_reset_to_init(ticks);
	percpu_preempt_disable();
	percpu_inc_raw(ticks);
}

static void absent(void)
{
	start();
	(void)percpu_remote_ptr(ticks, 2);
}

static void absent_yet(void)
{
	(void)percpu_remote_ptr(ticks, 0);
}

static void no_offset(void)
{
	start();
	(void)percpu_alloc_ptr(percpu_area_size(), 0);
}

static void freed_offset(void)
{
	const uintptr_t offset = (start(), percpu_alloc(8, 8));

	percpu_free(offset);
	(void)percpu_alloc_this(offset);
}

static void behind_offset(void)
{
	const uintptr_t offset = (start(), percpu_alloc(8, 8));

	(void)percpu_alloc_ptr(offset + 8, 0);
}

static void before_reserve(void)
{
	start();
	(void)percpu_alloc_ptr(0, 0);
}

static void reset_beyond(void)
{
	char byte;

	start();
	percpu_reset_(&byte, percpu_area_size(), 1);
}

static void preempted(void)
{
	start();
	percpu_preempt_enable();
	percpu_inc_raw(ticks);
}

static void early_write(void)
{
	percpu_write_reg((uintptr_t)_percpu_start);
	percpu_write(ticks, 8);
	start();
}

/* Entry code has set the register itself. */
static void early_store(void)
{
	percpu_debug_watch();
	*(volatile int *)&_percpu_start[percpu_offset(ticks)] = 8;
	start();
}

static void early_write_and_one_cpu(void)
{
	percpu_write_reg((uintptr_t)_percpu_start);
	percpu_inc(ticks);
	percpu_init_cpu(0, _percpu_start);
}

static void early_read(void)
{
	percpu_write_reg((uintptr_t)_percpu_start);
	(void)percpu_read(ticks);
	start();
	percpu_inc(ticks);
	/* Which is not early. */
	percpu_init_cpu(2, areas_alloc(1));
}

/* Nor is a hook called, or a CPU missed, before there are areas: the error is returned. */
static void early_reset(void)
{
	preemptible = true;
	if (percpu_reset_to_init_raw(ticks) != PERCPU_ERROR_NOT_INITIALISED ||
		percpu_remote_reset_to_init(ticks, 1) != PERCPU_ERROR_NOT_INITIALISED)
		_exit(UNKNOWN);
}

/* Who kept a pointer does not read what looks right. */
static void forgotten(void)
{
	const int *there = (start(), percpu_remote_ptr(ticks, 1));

	percpu_reinit();
	if (*there != 0x5a5a5a5a)
		_exit(UNKNOWN);
}

static void what_is_caught(void **state)
{
	static const struct {
		void (*body)(void);
		int code;
	} cases[] = {{in_order, NOTHING}, {absent, ABSENT}, {absent_yet, ABSENT},
		{no_offset, OFFSET}, {freed_offset, OFFSET}, {behind_offset, OFFSET},
		{before_reserve, OFFSET}, {reset_beyond, RESET}, {preempted, PREEMPTION},
		{early_write, EARLY}, {early_store, EARLY}, {early_write_and_one_cpu, EARLY},
		{early_read, NOTHING}, {early_reset, NOTHING}, {forgotten, NOTHING}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (catches(cases[i].body) != cases[i].code)
			fail_msg("case %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_caught)};

	return cmocka_run_group_tests_name("runtime: debug", tests, NULL, NULL);
}
