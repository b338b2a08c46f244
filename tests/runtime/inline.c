/*
 * Variables of inline functions beside others, in C++: two objects of this file, one with OTHER
 * defined, have the functions in common, and so their variables. The template itself is the area: a
 * program begins with a register of 0. run.sh looks where the linker has put what.
 */
#include "runtime/percpu.h"

#ifndef OTHER
#include "tests/runtime/program.h"
#endif

inline uint32_t count(void)
{
	static DEFINE_PERCPU(uint32_t, counted) = 5;

	return percpu_add_return_raw(counted, 1);
}

inline uint64_t others(void)
{
	static DEFINE_PERCPU_READ_MOSTLY(uint64_t, inline_mostly) = 10;
	static DEFINE_PERCPU_SHARED(uint64_t, inline_shared) = 20;
	static DEFINE_PERCPU_PAGE_ALIGNED(uint64_t, inline_page) = 30;

	percpu_inc_raw(inline_shared);
	return percpu_read_raw(inline_mostly) + percpu_read_raw(inline_shared) +
	       percpu_read_raw(inline_page);
}

static DEFINE_PERCPU(uint32_t, own) = 1;

#ifdef OTHER

extern "C" uint64_t other(void)
{
	return percpu_add_return_raw(own, 100) + count() + others();
}

#else

extern "C" uint64_t other(void);

DEFINE_PERCPU_FIRST(uint64_t, plain_first) = 2;
DEFINE_PERCPU_READ_MOSTLY(uint64_t, plain_mostly) = 3;
DEFINE_PERCPU_SHARED(uint64_t, plain_shared) = 4;
DEFINE_PERCPU_PAGE_ALIGNED(uint64_t, plain_page) = 5;

static uint64_t plain(void)
{
	static DEFINE_PERCPU(uint64_t, in_function) = 6;

	return percpu_read_raw(own) + percpu_read_raw(plain_first) + percpu_read_raw(plain_mostly) +
	       percpu_read_raw(plain_shared) + percpu_read_raw(plain_page) +
	       percpu_read_raw(in_function);
}

extern "C" __attribute__((noreturn, used)) void start(void);
extern "C" void start(void)
{
	const uint64_t its = other();
	const uint64_t sum = plain() + count() + others();

	program_exit(its == 101 + 6 + 61 && sum == 21 + 7 + 62 ? 0 : 1);
	__builtin_unreachable();
}

#endif
