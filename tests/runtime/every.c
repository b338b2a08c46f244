/*
 * Every accessor, of every width and kind of variable, at least once: what all compilers are to
 * take without a warning in every configuration. C11 and C++17. Linked, it is a program without a
 * start.
 */
#include "runtime/percpu.h"

enum colour { RED, GREEN, BLUE };

typedef int function(int);

struct queue {
	uint8_t flag;
	uint16_t ticket;
	int32_t depth;
	uint64_t bytes;
	bool open;
	struct queue *next;
	uint32_t slots[6];
};

DEFINE_PERCPU(uint8_t, u8) = 1;
DEFINE_PERCPU(uint16_t, u16) = 2;
DEFINE_PERCPU(uint32_t, u32) = 3;
DEFINE_PERCPU(uint64_t, u64) = 4;
DEFINE_PERCPU(int8_t, s8) = -1;
DEFINE_PERCPU(int16_t, s16) = -2;
DEFINE_PERCPU(int32_t, s32) = -3;
DEFINE_PERCPU(int64_t, s64) = -4;
DEFINE_PERCPU(bool, yes) = true;
DEFINE_PERCPU(char *, text);
DEFINE_PERCPU(enum colour, colour) = GREEN;
DEFINE_PERCPU(volatile uint32_t, moving);
DEFINE_PERCPU_SHARED(struct queue, queue);
DEFINE_PERCPU_ALIGNED(uint32_t[5], numbers, 32) = {1, 2, 3};
DEFINE_PERCPU_PAGE_ALIGNED(char[100], page);
DEFINE_PERCPU_READ_MOSTLY(uint32_t, rare);
DEFINE_PERCPU_FIRST(uint64_t, first);
static DEFINE_PERCPU(uint16_t, hidden);
static DEFINE_PERCPU(struct queue, hidden_queue);
DECLARE_PERCPU(uint64_t, u64);

DEFINE_PERCPU(enum colour *, colours);
DEFINE_PERCPU(function *, handler);

/* Of each kind of variable a function, with values that the compiler knows and does not know. */
#define NUMBER(of, type, name) NUMBER_(of, type, name, ) NUMBER_(of##_raw, type, name, _raw)
#define NUMBER_(of, type, name, raw)                                                               \
	type number_##of(type x, type y);                                                          \
	type number_##of(type x, type y)                                                           \
	{                                                                                          \
		percpu_write##raw(name, x);                                                        \
		percpu_write##raw(name, 0);                                                        \
		percpu_add##raw(name, x);                                                          \
		percpu_add##raw(name, 100);                                                        \
		percpu_sub##raw(name, y);                                                          \
		percpu_sub##raw(name, 101);                                                        \
		percpu_and##raw(name, x);                                                          \
		percpu_and##raw(name, 15);                                                         \
		percpu_or##raw(name, y);                                                           \
		percpu_or##raw(name, 3);                                                           \
		percpu_xor##raw(name, x);                                                          \
		percpu_xor##raw(name, 5);                                                          \
		percpu_inc##raw(name);                                                             \
		percpu_dec##raw(name);                                                             \
		x = percpu_add_return##raw(name, x);                                               \
		x = percpu_add_return##raw(name, 7);                                               \
		x = percpu_xchg##raw(name, x);                                                     \
		x = percpu_cmpxchg##raw(name, x, y);                                               \
		x = percpu_cmpxchg##raw(                                                           \
			name, 0, percpu_add_return##raw(name, percpu_add_return##raw(name, x)));   \
		percpu_write##raw(name, percpu_xchg##raw(name, percpu_read##raw(name)));           \
		return percpu_read##raw(name);                                                     \
	}

#define VALUE(of, type, name, zero)                                                                \
	VALUE_(of, type, name, zero, ) VALUE_(of##_raw, type, name, zero, _raw)
#define VALUE_(of, type, name, zero, raw)                                                          \
	type value_##of(type x, type y);                                                           \
	type value_##of(type x, type y)                                                            \
	{                                                                                          \
		percpu_write##raw(name, x);                                                        \
		percpu_write##raw(name, zero);                                                     \
		x = percpu_xchg##raw(name, x);                                                     \
		x = percpu_xchg##raw(name, zero);                                                  \
		x = percpu_cmpxchg##raw(name, x, y);                                               \
		x = percpu_cmpxchg##raw(name, zero, percpu_xchg##raw(name, x));                    \
		return percpu_read##raw(name);                                                     \
	}

NUMBER(u8, uint8_t, u8)
NUMBER(u16, uint16_t, u16)
NUMBER(u32, uint32_t, u32)
NUMBER(u64, uint64_t, u64)
NUMBER_(s8_raw, int8_t, s8, _raw)
NUMBER_(s16_raw, int16_t, s16, _raw)
NUMBER_(s32_raw, int32_t, s32, _raw)
NUMBER_(s64_raw, int64_t, s64, _raw)
NUMBER_(moving_raw, uint32_t, moving, _raw)
NUMBER_(ticket_raw, uint16_t, queue.ticket, _raw)
NUMBER_(bytes, uint64_t, queue.bytes, )
NUMBER_(slot_raw, uint32_t, queue.slots[3], _raw)
NUMBER_(hidden_raw, uint16_t, hidden, _raw)
NUMBER_(hidden_flag, uint8_t, hidden_queue.flag, )
VALUE(yes, bool, yes, false)
VALUE_(open_raw, bool, queue.open, true, _raw)
VALUE(text, char *, text, NULL)
VALUE_(next_raw, struct queue *, queue.next, NULL, _raw)
VALUE(colour, enum colour, colour, RED)
VALUE_(handler_raw, function *, handler, NULL, _raw)
VALUE_(character_raw, char, page[99], 'x', _raw)

void bools_raw(bool x);
void bools_raw(bool x)
{
	percpu_and_raw(yes, x);
	percpu_or_raw(yes, x);
	percpu_xor_raw(yes, true);
}

uint32_t in_block_raw(uint32_t x);
uint32_t in_block_raw(uint32_t x)
{
	static DEFINE_PERCPU(uint32_t, calls) = 5;
	static DEFINE_PERCPU(uint8_t, flag);

	percpu_or_raw(flag, 1);
	percpu_add_raw(calls, x);
	return percpu_read_raw(calls) + percpu_read_raw(flag);
}

struct queue *pointer_raw(void);
struct queue *pointer_raw(void)
{
	(*percpu_ptr(numbers))[2] = *percpu_ptr(numbers[1]);
	*percpu_ptr(moving) = 1;
	return percpu_ptr(queue);
}

/* Blocks in blocks, left in every way. */
int blocks(int x);
int blocks(int x)
{
	percpu_with(queue, q)
	{
		q->depth++;
		if (x == 1)
			break;
		if (x == 2)
			continue;
		if (x == 3)
			goto out;
		percpu_with(numbers, n)
		{
			if (x == 4)
				return (int)(*n)[1];
			percpu_inc(u32);
			q->slots[0] = percpu_read(u32);
		}
	}
out:
	return percpu_read(s32);
}

uintptr_t numbers_of(void);
uintptr_t numbers_of(void)
{
	return percpu_offset(queue) + percpu_symbol_vma(queue.bytes) + percpu_offset(hidden);
}

uint64_t remote(size_t of);
uint64_t remote(size_t of)
{
	uint64_t total = 0;

	for_each_percpu(cpu) total += *percpu_remote_ptr(u64, cpu);
	total += percpu_remote_ptr(queue, of)->bytes;
	return total + percpu_sum(u64) + percpu_sum(u8) + percpu_sum(moving);
}

#ifdef PERCPU_HAS_TEMPLATE
int resets(size_t of);
int resets(size_t of)
{
	percpu_reset_to_init(queue);
	percpu_remote_reset_to_init(queue.depth, of);
	return percpu_reset_to_init(u8) + percpu_reset_to_init_raw(numbers[2]) +
	       percpu_remote_reset_to_init(hidden, of);
}
#endif
