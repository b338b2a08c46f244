/*
 * A program that does every operation of every width to per-CPU variables and the same in plain C,
 * and compares both and what lies around. Its area is one that it sets up itself; the linker script
 * of run.sh places the template. C11 and C++17, no C library.
 */
#include "runtime/percpu.h"

#include "tests/runtime/program.h"

#ifdef __cplusplus
extern "C" {
#endif

static unsigned long checked, failed;
static int disabled;

#ifdef PERCPU_PREEMPT
void percpu_preempt_disable(void)
{
	disabled++;
}

void percpu_preempt_enable(void)
{
	disabled--;
}
#endif

static void complain(const char *what, const char *type, int at, uint64_t got, uint64_t wanted)
{
	failed++;
	program_say("    ");
	program_say(what);
	program_say(" of ");
	program_say(type);
	program_say(", element ");
	program_say_number((uint64_t)at);
	program_say(": ");
	program_say_number(got);
	program_say(", not ");
	program_say_number(wanted);
	program_say("\n");
}

__attribute__((noinline)) static void expect(
	const char *what, const char *type, int at, uint64_t got, uint64_t wanted)
{
	checked++;
	if (got != wanted || disabled)
		complain(what, type, at, got, wanted);
}

static const uint64_t values[] = {0, 1, 0x7f, 0x80, 0xff, 0x8000, 0xffff, 0x12345678, 0x80000000,
	0xffffffff, 0x123456789abcdef0, 0x8000000000000000, 0xffffffffffffffff};
#define VALUES (sizeof(values) / sizeof(values[0]))

/* What is in the array is what plain C made of its twin: the neighbours too. */
#define DO(what, type, i, percpu, plain)                                                           \
	do {                                                                                       \
		percpu;                                                                            \
		twin_##type[i] = (type)(plain);                                                    \
		same_##type(what, i);                                                              \
	} while (0)
#define RESULT(what, type, i, percpu, plain)                                                       \
	do {                                                                                       \
		const type got_ = percpu;                                                          \
		const type was_ = twin_##type[i];                                                  \
		twin_##type[i] = (type)(plain);                                                    \
		expect(what ", result", #type, i, (uint64_t)got_, (uint64_t)was_);                 \
		same_##type(what, i);                                                              \
	} while (0)

/*
 * One element by index, which an access names as a constant; `t` is its twin, x and y are values.
 * Sums are of uint64_t: signed ones of plain C may not overflow.
 */
#define ELEMENT(type, n, i, t, raw)                                                                \
	DO("write", type, i, percpu_write##raw(n[i], x), x);                                       \
	expect("read", #type, i, (uint64_t)percpu_read##raw(n[i]), (uint64_t)x);                   \
	DO("add", type, i, percpu_add##raw(n[i], y), (uint64_t)t + (uint64_t)y);                   \
	DO("add 9", type, i, percpu_add##raw(n[i], 9), (uint64_t)t + 9);                           \
	DO("sub", type, i, percpu_sub##raw(n[i], x), (uint64_t)t - (uint64_t)x);                   \
	DO("or", type, i, percpu_or##raw(n[i], x), t | x);                                         \
	DO("and", type, i, percpu_and##raw(n[i], y), t &y);                                        \
	DO("xor", type, i, percpu_xor##raw(n[i], x), t ^ x);                                       \
	DO("inc", type, i, percpu_inc##raw(n[i]), (uint64_t)t + 1);                                \
	DO("dec", type, i, percpu_dec##raw(n[i]), (uint64_t)t - 1);                                \
	t = (type)((uint64_t)t + (uint64_t)x);                                                     \
	RESULT("add_return", type, i, percpu_add_return##raw(n[i], x), t);                         \
	RESULT("xchg", type, i, percpu_xchg##raw(n[i], y), y);                                     \
	RESULT("cmpxchg", type, i, percpu_cmpxchg##raw(n[i], y, x), x);                            \
	RESULT("cmpxchg, else", type, i, percpu_cmpxchg##raw(n[i], (type)(x ^ 1), y), t);          \
	RESULT("cmpxchg, else by a high bit", type, i,                                             \
		percpu_cmpxchg##raw(n[i], (type)(x ^ (type)((type)1 << (8 * sizeof(x) - 2))), y),  \
		t)

#define NUMBERS(type)                                                                              \
	DEFINE_PERCPU(type[8], numbers_##type);                                                    \
	static type twin_##type[8];                                                                \
	__attribute__((noinline)) static void same_##type(const char *what, int i)                 \
	{                                                                                          \
		for (int j = 0; j < 8; j++)                                                        \
			expect(what, #type, i, (uint64_t)(*percpu_ptr(numbers_##type))[j],         \
				(uint64_t)twin_##type[j]);                                         \
	}                                                                                          \
	static void check_##type(type x, type y)                                                   \
	{                                                                                          \
		ELEMENT(type, numbers_##type, 0, twin_##type[0], );                                \
		ELEMENT(type, numbers_##type, 1, twin_##type[1], _raw);                            \
		ELEMENT(type, numbers_##type, 2, twin_##type[2], );                                \
		ELEMENT(type, numbers_##type, 7, twin_##type[7], _raw);                            \
	}

NUMBERS(uint8_t)
NUMBERS(uint16_t)
NUMBERS(uint32_t)
NUMBERS(uint64_t)
NUMBERS(int8_t)
NUMBERS(int16_t)
NUMBERS(int32_t)
NUMBERS(int64_t)

static void check_numbers(void)
{
	for (size_t i = 0; i < VALUES; i++) {
		for (size_t j = 0; j < VALUES; j++) {
			check_uint8_t((uint8_t)values[i], (uint8_t)values[j]);
			check_uint16_t((uint16_t)values[i], (uint16_t)values[j]);
			check_uint32_t((uint32_t)values[i], (uint32_t)values[j]);
			check_uint64_t(values[i], values[j]);
			check_int8_t((int8_t)values[i], (int8_t)values[j]);
			check_int16_t((int16_t)values[i], (int16_t)values[j]);
			check_int32_t((int32_t)values[i], (int32_t)values[j]);
			check_int64_t((int64_t)values[i], (int64_t)values[j]);
		}
	}
}

enum colour { RED, GREEN, BLUE };

DEFINE_PERCPU(bool[4], bools);
DEFINE_PERCPU(const char *, text);
DEFINE_PERCPU(enum colour, colour);
DEFINE_PERCPU(volatile uint16_t, moving);

/* A bool is one byte among others, of which the other bits do not count. */
static void check_bools(void)
{
	for (int x = 0; x < 2; x++) {
		for (int y = 0; y < 2; y++) {
			percpu_write(bools[1], x);
			percpu_write(bools[2], !x);
			expect("read", "bool", 1, percpu_read(bools[1]), (uint64_t)x);
			expect("xchg", "bool", 1, percpu_xchg(bools[1], y), (uint64_t)x);
			expect("cmpxchg", "bool", 1, percpu_cmpxchg(bools[1], y, x), (uint64_t)y);
			expect("read", "bool", 1, percpu_read(bools[1]), (uint64_t)x);
			expect("cmpxchg, else", "bool", 1, percpu_cmpxchg(bools[1], !x, y),
				(uint64_t)x);
			percpu_xor(bools[1], y);
			expect("xor", "bool", 1, percpu_read(bools[1]), (uint64_t)(x ^ y));
			percpu_or(bools[1], x);
			expect("or", "bool", 1, percpu_read(bools[1]), (uint64_t)((x ^ y) | x));
			percpu_and(bools[1], y);
			expect("and", "bool", 1, percpu_read(bools[1]),
				(uint64_t)(x | y) & (uint64_t)y);
			expect("neighbour", "bool", 2, percpu_read(bools[2]), !x);
			expect("neighbour", "bool", 0, percpu_read(bools[0]), 0);
		}
	}
}

static void check_others(void)
{
	static const char here[] = "here", there[] = "there";

	percpu_write(text, here);
	expect("xchg", "pointer", 0, percpu_xchg(text, there) == here, 1);
	expect("cmpxchg", "pointer", 0, percpu_cmpxchg(text, there, NULL) == there, 1);
	expect("read", "pointer", 0, percpu_read(text) == NULL, 1);
	percpu_write(colour, BLUE);
	expect("xchg", "enum", 0, percpu_xchg(colour, GREEN), BLUE);
	expect("read", "enum", 0, percpu_read(colour), GREEN);
	percpu_write(moving, 7);
	percpu_inc(moving);
	expect("add", "volatile", 0, percpu_read(moving), 8);
	expect("cmpxchg", "volatile", 0, percpu_cmpxchg(moving, 8, 65535), 8);
	expect("add_return", "volatile", 0, percpu_add_return(moving, 2), 1);
}

/*
 * What a pointer stores, an accessor sees, and the other way round: at -O2 the compiler would keep
 * the value in a register, had accessors no clobber.
 */
DEFINE_PERCPU(uint32_t, shared);

#define SEES(what, accessor, wanted)                                                               \
	do {                                                                                       \
		uint32_t *const pointer_ = percpu_ptr(shared);                                     \
		*pointer_ = 1;                                                                     \
		accessor;                                                                          \
		expect("pointer behind " what, "uint32_t", 0, *pointer_, wanted);                  \
	} while (0)

static void check_aliasing(void)
{
	SEES("write", percpu_write_raw(shared, 2), 2);
	SEES("add", percpu_add_raw(shared, 2), 3);
	SEES("sub", percpu_sub_raw(shared, 1), 0);
	SEES("and", percpu_and_raw(shared, 2), 0);
	SEES("or", percpu_or_raw(shared, 4), 5);
	SEES("xor", percpu_xor_raw(shared, 1), 0);
	SEES("add_return", (void)percpu_add_return_raw(shared, 6), 7);
	SEES("xchg", (void)percpu_xchg_raw(shared, 8), 8);
	SEES("cmpxchg", (void)percpu_cmpxchg_raw(shared, 1, 9), 9);
	*percpu_ptr(shared) = 10;
	expect("read behind a pointer", "uint32_t", 0, percpu_read_raw(shared), 10);
	*percpu_ptr(shared) = 11;
	expect("read behind a pointer", "uint32_t", 0, percpu_read_raw(shared), 11);
}

/* Values of the arguments are taken once, and accessors in them are others. */
static void check_arguments(void)
{
	uint32_t n = 0;

	percpu_write(shared, n++);
	percpu_add(shared, ++n);
	expect("argument", "uint32_t", 0, percpu_read(shared), 2);
	n = percpu_xchg(shared, percpu_add_return(shared, percpu_add_return(shared, 1)));
	expect("nested", "uint32_t", 0, n, 6);
	expect("nested", "uint32_t", 0, percpu_read(shared), 6);
}

static int leave(int how)
{
	int turns = 0;

	for (int i = 0; i < 2; i++) {
		percpu_with(shared, p)
		{
#ifdef PERCPU_PREEMPT
			if (!disabled)
				return -1;
#endif
			turns++;
			*p = (uint32_t)turns;
			percpu_with(bools, q)
			{
				(*q)[0] = false;
				if (how == 1)
					break;
				if (how == 2)
					goto out;
				if (how == 3)
					return turns;
			}
			if (how == 4)
				break;
			if (how == 5)
				continue;
		}
	}
out:
	return turns;
}

static void check_with(void)
{
	static const int turns[] = {2, 2, 1, 1, 2, 2};

	for (int how = 0; how < 6; how++) {
		expect("with", "left", how, (uint64_t)leave(how), (uint64_t)turns[how]);
		expect("with", "variable", how, percpu_read(shared), (uint64_t)turns[how]);
	}
}

#ifndef PERCPU_SP_NAIVE
extern char _percpu_load_start[];

static char area[8192] __attribute__((aligned(4096)));

static uintptr_t register_value(void)
{
#ifdef PERCPU_NON_ZERO_VMA
	return (uintptr_t)area - (uintptr_t)_percpu_load_start;
#else
	return (uintptr_t)area;
#endif
}

#ifdef __x86_64__
uintptr_t __PERCPU_SELF_PTR __attribute__((section(".percpu")));
#endif

static void set_register(void)
{
#ifdef __x86_64__
	program_call(SYS_ARCH_PRCTL, ARCH_SET_GS, (long)register_value(), 0);
#else
	percpu_arch_write_reg(register_value());
	expect("register", "read", 0, percpu_arch_read_reg(), register_value());
#endif
	percpu_arch_keep_reg(register_value());
	expect("register", "kept", 0, percpu_arch_register(), register_value());
}

static void check_places(void)
{
	expect("pointer", "address", 0, (uintptr_t)percpu_ptr(shared),
		(uintptr_t)area + percpu_offset(shared));
	expect("pointer", "element", 3, (uintptr_t)percpu_ptr(numbers_uint64_t[3]),
		(uintptr_t)percpu_ptr(numbers_uint64_t) + 24);
	expect("offset", "in the area", 0, percpu_offset(numbers_int64_t) < sizeof(area), 1);
}

/* The macros for assembly, in functions of semantics_asm.S. */
uintptr_t asm_register(void);
uint64_t *asm_address(void);
uint64_t asm_read(void);
void asm_write(uint64_t value);
void asm_set_register(uintptr_t value);

static void check_assembly(void)
{
	percpu_write(numbers_uint64_t[1], 0x1122334455667788);
	expect("assembly", "register", 0, asm_register(), register_value());
	expect("assembly", "address", 0, (uintptr_t)asm_address(),
		(uintptr_t)percpu_ptr(numbers_uint64_t[1]));
	expect("assembly", "read", 0, asm_read(), 0x1122334455667788);
	asm_write(0x99aabbccddeeff00);
	expect("assembly", "write", 0, percpu_read(numbers_uint64_t[1]), 0x99aabbccddeeff00);
	expect("assembly", "write", 1, percpu_read(numbers_uint64_t[2]), 0);
#ifndef __x86_64__
	asm_set_register(0x123450);
	expect("assembly", "set", 0, percpu_arch_read_reg(), 0x123450);
	asm_set_register(register_value());
#endif
}

/* What is copied in one piece, in lines, and a page or more at a time; with what is left of each.
 */
static const struct {
	size_t least, end;
} copied[] = {{0, 130}, {4094, 4099}, {4158, 4163}, {8190, 8195}};

enum { COPIED_MOST = 8194 + 32 };

static void check_copied(size_t at, size_t size)
{
	static unsigned char from[COPIED_MOST], to[COPIED_MOST];
	const size_t start = at * 2 % 9;
	const size_t end = size + 32;

	for (size_t i = 0; i < end; i++) {
		((volatile unsigned char *)from)[i] = (unsigned char)(i % 251 + 1);
		((volatile unsigned char *)to)[i] = 0;
	}
	percpu_arch_copy(to + at, from + start, size);
	for (size_t i = 0; i < end; i++)
		expect("copy", "byte", (int)size, to[i],
			i < at || i >= at + size ? 0u : from[start + i - at]);
}

static void check_copy(void)
{
	for (size_t range = 0; range < sizeof(copied) / sizeof(copied[0]); range++)
		for (size_t at = 0; at < 9; at++)
			for (size_t size = copied[range].least; size < copied[range].end; size++)
				check_copied(at, size);
}
#endif

__attribute__((noreturn, used)) void start(void);
void start(void)
{
#ifndef PERCPU_SP_NAIVE
	set_register();
	check_places();
	check_assembly();
	percpu_write(numbers_uint64_t[1], 0);
	check_copy();
#endif
	check_numbers();
	check_bools();
	check_others();
	check_aliasing();
	check_arguments();
	check_with();
	program_say_number(checked);
	program_say(failed ? " FAIL\n" : " PASS\n");
	program_exit(failed != 0);
	__builtin_unreachable();
}

#ifdef __cplusplus
}
#endif
