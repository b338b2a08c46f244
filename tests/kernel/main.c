/*
 * A kernel that proves the runtime on its machine: every CPU runs every test beside the others, and
 * CPU 0 prints the layout that it saw, which run.sh compares with the file, and PASS.
 */
#include "check.h"
#include "kernel.h"
#include "variables.h"

static DEFINE_PERCPU(uint32_t, own) = 7;

#ifdef PERCPU_HOOKS
DEFINE_PERCPU(uint32_t, preempt_depth);
#elif defined(PERCPU_PREEMPT)
void percpu_preempt_disable(void)
{
	this_cpu()->preempt++;
	__asm__ volatile("" : : : "memory");
}

void percpu_preempt_enable(void)
{
	__asm__ volatile("" : : : "memory");
	this_cpu()->preempt--;
}

bool percpu_preempt_is_disabled(void)
{
	return this_cpu()->preempt > 0;
}
#endif

static void test_register(size_t cpu)
{
	SAME(percpu_read_reg(), percpu_area_base(cpu));
#ifndef PERCPU_SP_NAIVE
	SAME(percpu_area_base(cpu) % percpu_area_align(), 0);
	SAME(percpu_area_stride() >= percpu_area_size(), true);
#endif
}

/* Known to one function, which tells where it is. */
static uint64_t block_offset, block_size;

static uint32_t block_next(void)
{
	static DEFINE_PERCPU(uint32_t, block) = 9;

	block_offset = percpu_offset(block);
	block_size = sizeof(__PERCPU_block);
	return percpu_add_return(block, 1);
}

static void test_initial_values(void)
{
	SAME(percpu_read(head), 0x4845414448454144);
	SAME(percpu_read(u8.before), 0x81);
	SAME(percpu_read(u8.value), 0x82);
	SAME(percpu_read(u8.after), 0x83);
	SAME(percpu_read(u16.value), 0x8282);
	SAME(percpu_read(u32.value), 0x82828282);
	SAME(percpu_read(u64.value), 0x8282828282828282);
	SAME(percpu_read(s8.value), -2);
	SAME(percpu_read(s16.value), -2);
	SAME(percpu_read(s32.value), -2);
	SAME(percpu_read(s64.value), -2);
	SAME(percpu_read(flag.before), true);
	SAME(percpu_read(flag.value), false);
	SAME((uintptr_t)percpu_read(pointer.value), 0);
	SAME(percpu_read(record.byte), 1);
	SAME(percpu_read(record.half[1]), 3);
	SAME(percpu_read(record.large[1]), 7);
	SAME(percpu_read(array[4]), 14);
	SAME(percpu_read(aligned), 256);
	SAME(percpu_read(page[0]), 'p');
	SAME(percpu_read(page[1]), 0);
	SAME(percpu_read(page[4999]), 'q');
	SAME(percpu_read(shared), 0x5348);
	SAME(percpu_read(read_mostly), 0x524d);
	SAME(percpu_read(zeroed), 0);
	SAME(percpu_read(own), 7);
	SAME(block_next(), 10);
#ifdef PERCPU_WIDE
	SAME(percpu_read(far[0]), 1);
	SAME(percpu_read(far[19999]), 2);
#endif
}

/* In every area, not in the template alone. */
static void test_alignment(void)
{
	this_cpu()->preempt++;
	SAME((uintptr_t)percpu_ptr(aligned) % 256, 0);
	SAME((uintptr_t)percpu_ptr(page) % 4096, 0);
	SAME((uintptr_t)percpu_ptr(shared) % PERCPU_CACHE_LINE, 0);
	this_cpu()->preempt--;
#ifndef PERCPU_SP_NAIVE
	SAME(percpu_offset(head), 0);
#endif
}

/* ---- What the file has, too --------------------------------------------------------------- */

static void print_value(const char *what, uint64_t value)
{
	print_text(what);
	print_text(" ");
	print_hex(value);
	print_text("\n");
}

static void print_variable(const char *name, uint64_t offset, size_t size)
{
	print_text("variable ");
	print_text(name);
	print_text(" ");
	print_hex(offset);
	print_value("", size);
}

static void print_layout(void)
{
	print_lock();
	print_value("size", percpu_area_size());
	print_value("stride", percpu_area_stride());
	print_value("cpus", percpu_area_num());
	for_each_percpu(cpu)
	{
		print_text("base ");
		print_decimal(cpu);
		print_value("", percpu_area_base(cpu));
	}
#define PRINT(name) print_variable(#name, percpu_offset(name), sizeof(__PERCPU_##name));
	VARIABLES(PRINT)
	PRINT(own)
#ifdef PERCPU_HOOKS
	PRINT(preempt_depth)
#endif
	if (block_size)
		print_variable("block", block_offset, block_size);
	print_unlock();
}

void finish(void)
{
	print_layout();
	check_passed();
}

/* ---- Flow --------------------------------------------------------------------------------- */

#ifdef TEST_TIMER

void run(size_t cpu)
{
	test_initial_values();
	test_register(cpu);
	test_alignment();
	test_timer();
}

#else

void run(size_t cpu)
{
	test_register(cpu);
	test_initial_values();
	test_alignment();
	meet();
	SAME(block_next(), 11);
	test_operations(cpu);
	meet();
	test_increments();
	meet();
	test_remote(cpu);
	meet();
	test_reset(cpu);
	meet();
	test_allocation(cpu);
	test_again(cpu);
#ifdef PERCPU_HAS_TEMPLATE
	test_initial_values();
	meet();
#endif
	SAME(this_cpu()->preempt, 0);
#ifdef PERCPU_HOOKS
	SAME(*percpu_remote_ptr(preempt_depth, cpu), 0);
#endif
	test_debug(cpu);
}

void timer_tick(void)
{
	check_failed(__FILE__, __LINE__, "an interrupt that nobody asked for");
}

#endif

void run_first(void)
{
#ifdef TEST_EARLY_WRITE
	debug_expect();
	areas_spoil();
#endif
	areas_init();
	SAME(percpu_init_reg(0), PERCPU_OK);
#ifndef TEST_TIMER
	others_start();
#endif
	run(0);
	finish();
}
