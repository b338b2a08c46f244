/*
 * What PERCPU_DEBUG catches ends a process that is there for it alone, with an exit code that says
 * what it was.
 */
#ifndef PERCPU_TESTS_CATCHES_H
#define PERCPU_TESTS_CATCHES_H

#include "tests/unit/runtime/areas.h"

/* Exit codes; UNKNOWN is of whatever else is wrong. */
enum { NOTHING, ABSENT, OFFSET, RESET, PREEMPTION, EARLY, TAKEN, NO_AREA, UNKNOWN = 99 };

/* For percpu_debug_failed(): ends the process with the code of the text. */
__attribute__((noreturn)) static inline void exit_caught(const char *what)
{
	static const char *const texts[] = {
		[ABSENT] = "the copy of a CPU that has no area",
		[OFFSET] = "an offset that percpu_alloc() did not give",
		[RESET] = "a reset of bytes that are no per-CPU variable",
		[PREEMPTION] = "a raw per-CPU access while preemption is enabled",
		[EARLY] = "a per-CPU variable was written before start-up copied it",
		[TAKEN] = "a second CPU took an area: percpu_init_reg() of one number",
		[NO_AREA] = "this CPU has no area: percpu_init_reg() was not called",
	};

	for (int code = NOTHING + 1; code < (int)COUNT(texts); code++)
		if (strcmp(what, texts[code]) == 0)
			_exit(code);
	_exit(UNKNOWN);
}

/* The exit code of a process that does this; NOTHING when it comes to its end. */
static inline int catches(void (*body)(void))
{
	int status = -1;
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		body();
		_exit(NOTHING);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif
