/*
 * A kernel on the C runtime, linked with the crate's side: CPUs find their variables, whoever
 * defined them, at the same places by both sides' code, and see what the other side writes. Start,
 * console and exit are those of tests/kernel.
 */
#include "crate.h"

#include "tests/kernel/check.h"
#include "tests/kernel/kernel.h"

#include "runtime/percpu.h"

#define DEFINE(name, bits, type, initial) DEFINE_PERCPU(type, name) = (type)(initial);
#define DECLARE(name, bits, type, initial) DECLARE_PERCPU(type, name);
C_INTEGERS(DEFINE)
CRATE_INTEGERS(DECLARE)
DEFINE_PERCPU(struct pair, both) = {PAIR_FIRST, PAIR_SECOND};
DECLARE_PERCPU(struct pair, PAIR);

/* The crate aligns strides to 64 and no more: the script pads for what needs more. */
DEFINE_PERCPU_ALIGNED(uint64_t, aligned, 256) = 256;

/* Of the interrupt in start.S, which does not happen here. */
DEFINE_PERCPU(uint64_t, entries);

extern char _percpu_start[], _percpu_end[];

enum { ROUNDS = 32, AREA_MAX = 4096 };

static uint64_t random_state[CPUS];

static uint64_t random(void)
{
	return random_next(&random_state[this_cpu()->number]);
}

/* ---- What the crate takes the areas for --------------------------------------------------- */

/* percpu_area_size(), _num() and _base() of the crate, src/imp.rs, from its side's symbols. */
static void test_areas(size_t cpu)
{
	const size_t size = crate_load_end() - crate_load_start();
	const size_t stride = (size + 63) & ~(size_t)63;
	const size_t room = (size_t)(_percpu_end - _percpu_start);

#ifndef PERCPU_NON_ZERO_VMA
	SAME(crate_load_start(), 0);
#endif
	SAME(percpu_area_size(), size);
	SAME(percpu_area_stride(), stride);
	SAME(percpu_area_num(), room / stride);
	SAME(percpu_area_num(), CPUS);
	SAME(percpu_area_base(cpu), (uintptr_t)_percpu_start + cpu * stride);
	SAME(crate_read_reg(), percpu_area_base(cpu));
	SAME(percpu_read_reg(), percpu_area_base(cpu));
}

/* ---- One CPU's variables ------------------------------------------------------------------ */

#define TEST_PLACE(name)                                                                           \
	SAME(crate_vma_##name(), percpu_symbol_vma(name));                                         \
	SAME(crate_offset_##name(), percpu_offset(name));                                          \
	SAME((uintptr_t)crate_ptr_##name(), (uintptr_t)percpu_ptr(name));                          \
	SAME((uintptr_t)crate_ptr_##name(), percpu_area_base(cpu) + percpu_offset(name));

#define TEST_INITIAL(name, bits, type, initial)                                                    \
	TEST_PLACE(name)                                                                           \
	SAME(crate_read_##name(), (type)(initial));                                                \
	SAME(percpu_read(name), (type)(initial));

static void test_initial(size_t cpu)
{
	CRATE_INTEGERS(TEST_INITIAL)
	C_INTEGERS(TEST_INITIAL)
	TEST_PLACE(PAIR)
	TEST_PLACE(both)
	SAME(crate_read_HIDDEN(), HIDDEN_INITIAL);
	SAME(percpu_read(PAIR.first), PAIR_FIRST);
	SAME(percpu_read(PAIR.second), PAIR_SECOND);
	SAME(crate_ptr_both()->first, PAIR_FIRST);
	SAME(crate_ptr_both()->second, PAIR_SECOND);
	SAME(percpu_read(aligned), 256);
	SAME((uintptr_t)percpu_ptr(aligned) % 256, 0);
}

/* All bits of a value, of bool the only one. */
#define FLIPPED(type, value) ((type)((value) ^ (type) - 1))

/* Each side reads what the other wrote. */
#define TEST_EXCHANGE(name, bits, type, initial)                                                   \
	for (int round = 0; round < ROUNDS; round++) {                                             \
		const type first = (type)(random() & (type) - 1),                                  \
			   second = (type)(random() & (type) - 1), third = FLIPPED(type, second);  \
		crate_write_##name(first);                                                         \
		SAME(percpu_read(name), first);                                                    \
		SAME(crate_read_##name(), first);                                                  \
		percpu_write(name, second);                                                        \
		SAME(crate_read_##name(), second);                                                 \
		SAME(*(const volatile type *)crate_ptr_##name(), second);                          \
		SAME(percpu_xchg(name, third), second);                                            \
		SAME(crate_read_##name(), third);                                                  \
		SAME(*(const volatile type *)percpu_remote_ptr(name, cpu), third);                 \
	}

#define TEST_EXCHANGE_PAIR(name)                                                                   \
	crate_ptr_##name()->first = cpu + 1;                                                       \
	percpu_write(name.second, cpu + 2);                                                        \
	SAME(percpu_read(name.first), cpu + 1);                                                    \
	SAME(((const volatile struct pair *)crate_ptr_##name())->second, cpu + 2);

static void test_exchange(size_t cpu)
{
	CRATE_INTEGERS(TEST_EXCHANGE)
	C_INTEGERS(TEST_EXCHANGE)
	TEST_EXCHANGE_PAIR(PAIR)
	TEST_EXCHANGE_PAIR(both)
}

/* ---- All areas, while the other CPUs wait ------------------------------------------------- */

static uint8_t before[CPUS][AREA_MAX];
static bool may_change[AREA_MAX];

static const volatile uint8_t *area(size_t cpu)
{
	return (const volatile uint8_t *)percpu_area_base(cpu);
}

static void areas_remember(void)
{
	SAME(percpu_area_stride() <= AREA_MAX, true);
	for (size_t other = 0; other < CPUS; other++)
		for (size_t i = 0; i < percpu_area_stride(); i++)
			before[other][i] = area(other)[i];
	for (size_t i = 0; i < AREA_MAX; i++)
		may_change[i] = false;
}

/* Every byte of this CPU's variables that were written has changed, and no other of any area. */
static void areas_compare(size_t cpu)
{
	size_t changed = 0, written = 0;

	for (size_t i = 0; i < AREA_MAX; i++)
		written += may_change[i];
	for (size_t other = 0; other < CPUS; other++)
		for (size_t i = 0; i < percpu_area_stride(); i++) {
			if (area(other)[i] == before[other][i])
				continue;
			SAME(other, cpu);
			SAME(may_change[i], true);
			changed++;
		}
	SAME(changed, written);
}

/* Every byte changes: one that does not would show nothing. */
#define MARK(name, type)                                                                           \
	for (size_t i = 0; i < sizeof(type); i++)                                                  \
		may_change[percpu_offset(name) + i] = true;
#define WRITE_CRATE(name, bits, type, initial)                                                     \
	crate_write_##name(FLIPPED(type, crate_read_##name()));                                    \
	MARK(name, type)
#define WRITE_C(name, bits, type, initial)                                                         \
	percpu_write(name, FLIPPED(type, percpu_read(name)));                                      \
	MARK(name, type)

static void test_others_untouched(size_t cpu)
{
	areas_remember();
	CRATE_INTEGERS(WRITE_CRATE)
	C_INTEGERS(WRITE_CRATE)
	areas_compare(cpu);
	areas_remember();
	CRATE_INTEGERS(WRITE_C)
	C_INTEGERS(WRITE_C)
	areas_compare(cpu);
	SAME(crate_read_HIDDEN(), HIDDEN_INITIAL);
}

/* The crate's side writes the register, C's accessors follow; and back. */
static void test_register(size_t cpu)
{
	for (size_t other = 0; other < CPUS; other++) {
		const uint64_t want = *(const volatile uint64_t *)percpu_remote_ptr(LONG, other);

		crate_write_reg(percpu_area_base(other));
		SAME(percpu_read_reg(), percpu_area_base(other));
		SAME(percpu_read(LONG), want);
		SAME((uintptr_t)percpu_ptr(large), (uintptr_t)percpu_remote_ptr(large, other));
		SAME(crate_read_LONG(), want);
		SAME(percpu_init_reg(cpu), PERCPU_OK);
		SAME(crate_read_reg(), percpu_area_base(cpu));
		SAME((uintptr_t)crate_ptr_large(), (uintptr_t)percpu_remote_ptr(large, cpu));
	}
}

/* ---- Flow --------------------------------------------------------------------------------- */

void run(size_t cpu)
{
	random_state[cpu] = 88172645463325252 + cpu;
	test_areas(cpu);
	test_initial(cpu);
	meet();
	test_exchange(cpu);
	for (size_t turn = 0; turn < CPUS; turn++) {
		meet();
		if (turn == cpu) {
			test_others_untouched(cpu);
			test_register(cpu);
		}
	}
	meet();
}

void run_first(void)
{
	SAME(percpu_init_in_place(), CPUS);
	SAME(percpu_init_reg(0), PERCPU_OK);
	others_start();
	run(0);
	check_passed();
}

void timer_tick(void)
{
}
