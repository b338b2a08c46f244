/* Every operation of percpu.h on the current CPU, of every width, compared with plain C. */
#include "check.h"
#include "kernel.h"
#include "variables.h"

enum { ROUNDS = 50 };

#define NAME u8
#define TYPE uint8_t
#include "operations.h"
#define NAME u16
#define TYPE uint16_t
#include "operations.h"
#define NAME u32
#define TYPE uint32_t
#include "operations.h"
#define NAME u64
#define TYPE uint64_t
#include "operations.h"
#define NAME s8
#define TYPE int8_t
#include "operations.h"
#define NAME s16
#define TYPE int16_t
#include "operations.h"
#define NAME s32
#define TYPE int32_t
#include "operations.h"
#define NAME s64
#define TYPE int64_t
#include "operations.h"

static void flag_test(void)
{
	percpu_write(flag.value, true);
	SAME(percpu_read(flag.value), true);
	SAME(percpu_xchg(flag.value, false), true);
	SAME(percpu_cmpxchg(flag.value, true, true), false);
	SAME(percpu_read(flag.value), false);
	SAME(percpu_cmpxchg(flag.value, false, true), false);
	SAME(percpu_read(flag.value), true);
	SAME(percpu_read(flag.before), true);
	SAME(percpu_read(flag.after), true);
}

static void pointer_test(size_t cpu)
{
	char *const here = stacks[cpu], *const there = here + 1;

	percpu_write(pointer.value, here);
	SAME((uintptr_t)percpu_read(pointer.value), (uintptr_t)here);
	SAME((uintptr_t)percpu_xchg(pointer.value, there), (uintptr_t)here);
	SAME((uintptr_t)percpu_cmpxchg(pointer.value, here, NULL), (uintptr_t)there);
	SAME((uintptr_t)percpu_cmpxchg(pointer.value, there, NULL), (uintptr_t)there);
	SAME((uintptr_t)percpu_read(pointer.value), 0);
	SAME((uintptr_t)percpu_read(pointer.before), 0);
	SAME((uintptr_t)percpu_read(pointer.after), 0);
}

/* Members and elements, through accessors and through the pointer, each seeing the other's writes.
 */
static void member_test(size_t cpu)
{
	record_type *const own = percpu_ptr(record);

	percpu_add(record.half[1], cpu);
	SAME(own->half[1], 3 + cpu);
	own->large[1] = cpu << 40;
	SAME(percpu_read(record.large[1]), cpu << 40);
	percpu_write(record.large[1], 5);
	SAME(own->large[1], 5);
	percpu_xor(record.byte, 0xff);
	SAME(own->byte, 0xfe);
	SAME(own->half[0], 2);
	percpu_write(array[4], 99);
	SAME((*percpu_ptr(array))[4], 99);
	SAME(percpu_read(array[3]), 13);
	SAME((uintptr_t)percpu_ptr(record.word), (uintptr_t)&own->word);
	SAME(percpu_offset(record.word), percpu_offset(record) + offsetof(record_type, word));
}

static int with_returned(void)
{
	percpu_with(record, own) return own->half[2];
	return -1;
}

/* However the block is left, the guard is released, and the block runs once. */
static void with_test(void)
{
	const int before = this_cpu()->preempt;
	int runs = 0;

	percpu_with(record, own)
	{
		runs++;
		own->word += 4;
#ifdef PERCPU_PREEMPT
		SAME(this_cpu()->preempt, before + 1);
#endif
	}
	SAME(runs, 1);
	SAME(this_cpu()->preempt, before);
	SAME(percpu_read(record.word), 9);
	percpu_with(array, own)
	{
		runs++;
		if ((*own)[0] == 10)
			break;
		runs++;
	}
	SAME(runs, 2);
	SAME(this_cpu()->preempt, before);
	percpu_with(array, own)
	{
		if ((*own)[1] == 11)
			goto out;
		runs++;
	}
	runs++;
out:
	SAME(runs, 2);
	SAME(this_cpu()->preempt, before);
	SAME(with_returned(), 4);
	SAME(this_cpu()->preempt, before);
}

void test_operations(size_t cpu)
{
	const uint64_t seed = 0x9e3779b97f4a7c15 + cpu;

	/* With PERCPU_DEBUG raw accesses want it. */
	this_cpu()->preempt++;
	u8_test(seed);
	u16_test(seed);
	u32_test(seed);
	u64_test(seed);
	s8_test(seed);
	s16_test(seed);
	s32_test(seed);
	s64_test(seed);
	this_cpu()->preempt--;
	flag_test();
	pointer_test(cpu);
	with_test();
	this_cpu()->preempt++;
	member_test(cpu);
	this_cpu()->preempt--;
	SAME(this_cpu()->preempt, 0);
}
