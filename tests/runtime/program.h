/* What a program of a user needs without a C library: a start, an end, output, a register. */
#ifndef TESTS_RUNTIME_PROGRAM_H
#define TESTS_RUNTIME_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define SYS_WRITE 1
#define SYS_EXIT 231
#define SYS_ARCH_PRCTL 158
#define ARCH_SET_GS 0x1001
#define START "xorl %ebp, %ebp\n\tandq $-16, %rsp\n\tcall start"
static inline long program_call(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
		: "=a"(result)
		: "a"(number), "D"(a), "S"(b), "d"(c)
		: "rcx", "r11", "memory");
	return result;
}
#else
#define SYS_WRITE 64
#define SYS_EXIT 94
#if defined(__aarch64__)
#define START "mov x29, xzr\n\tbl start"
#define CALL "svc #0"
#define ARGUMENTS "x0", "x1", "x2", "x3", "x4", "x5", "x8"
#define CLOBBERED "memory"
#elif defined(__riscv)
#define START "call start"
#define CALL "ecall"
#define ARGUMENTS "a0", "a1", "a2", "a3", "a4", "a5", "a7"
#define CLOBBERED "memory"
#else
#define START "bl start"
#define CALL "syscall 0"
#define ARGUMENTS "$a0", "$a1", "$a2", "$a3", "$a4", "$a5", "$a7"
#define CLOBBERED "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8", "memory"
#endif
#define IN_(name, register_, value) register long name __asm__(register_) = value
#define CALL_(ra, rb, rc, rd, re, rf, rn)                                                          \
	IN_(in_a, ra, a);                                                                          \
	IN_(in_b, rb, b);                                                                          \
	IN_(in_c, rc, c);                                                                          \
	IN_(in_d, rd, d);                                                                          \
	IN_(in_e, re, e);                                                                          \
	IN_(in_f, rf, f);                                                                          \
	IN_(in_n, rn, number);                                                                     \
	__asm__ volatile(CALL                                                                      \
		: "+r"(in_a)                                                                       \
		: "r"(in_b), "r"(in_c), "r"(in_d), "r"(in_e), "r"(in_f), "r"(in_n)                 \
		: CLOBBERED);                                                                      \
	return in_a
#define CALL_WITH(...) CALL_(__VA_ARGS__)
/* A system call; what is below 0 is an error. */
static inline long program_call6(long number, long a, long b, long c, long d, long e, long f)
{
	CALL_WITH(ARGUMENTS);
}

static inline long program_call(long number, long a, long b, long c)
{
	return program_call6(number, a, b, c, 0, 0, 0);
}
#endif

__asm__(".pushsection .text\n\t.globl _start\n_start:\n\t" START "\n\t.popsection");

static inline void program_say(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	program_call(SYS_WRITE, 1, (long)text, (long)length);
}

static inline void program_say_number(uint64_t number)
{
	char digits[21];
	size_t at = sizeof(digits) - 1;

	digits[at] = 0;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	program_say(digits + at);
}

static inline void program_exit(int code)
{
	for (;;)
		program_call(SYS_EXIT, code, 0, 0);
}

#endif
