/* What compilers make of common code: integers of all widths, tables, atomics, calls, floats. */
#include <stdint.h>
#include <string.h>

#ifdef __clang__
#define percpu __attribute__((address_space(256)))
#else
#define percpu __seg_gs
#endif

struct item {
	struct item *next;
	uint8_t small;
	uint16_t middle;
	int32_t count;
	int64_t sum;
	double rate;
};

extern int other(const void *at, long value);
extern percpu int remote_counter;
extern percpu struct item local_item;

percpu int counter;
int32_t table[64];
uint8_t bytes[256];
struct item *head;
int (*handlers[4])(const void *, long) = {other, other, other, other};

int per_cpu(int by, long index)
{
	counter += by;
	counter++;
	local_item.small = (uint8_t)by;
	local_item.sum -= index;
	if (remote_counter > 3 || local_item.middle == 0x1234)
		remote_counter = counter * 3;
	return counter + remote_counter;
}

int64_t walk(const struct item *item, uint8_t mask)
{
	int64_t sum = 0;

	for (; item; item = item->next) {
		sum += item->small & mask ? item->count : -item->count;
		sum ^= (int64_t)item->middle << (item->small & 31);
		sum += (int64_t)(item->rate * 2.5);
	}
	return sum;
}

int tables(unsigned index, int64_t value)
{
	table[index & 63] += (int32_t)value;
	bytes[(uint8_t)value] ^= (uint8_t)index;
	table[5] = 0x12345678;
	bytes[7] = 1;
	if (table[9] == 77)
		head = NULL;
	return table[(index * 5) & 63] + bytes[index & 255] + (int)(uintptr_t)&table[3];
}

int choose(int what, long value)
{
	switch (what) {
	case 0:
		return other(head, value);
	case 1:
		return other("text", value / 7);
	case 2:
		return handlers[value & 3](&bytes[3], value % 10);
	case 3:
		return other(table, value * 1000003);
	case 4:
		return other(&head, value >> 3) + 1;
	case 5:
		return other(handlers, ~value) - 9;
	default:
		return -1;
	}
}

uint64_t bits(uint64_t a, uint32_t b)
{
	a = __builtin_bswap64(a) + (uint64_t)__builtin_popcountll(a) + (a << (b & 63) | a >> 3);
	if (b)
		a += (uint64_t)__builtin_ctz(b) + (uint64_t)__builtin_clz(b);
	return (unsigned __int128)a * b >> 64 | (a == b);
}

int64_t atomics(int64_t *at, int32_t *small)
{
	int64_t old = __atomic_fetch_add(at, 5, __ATOMIC_SEQ_CST);
	int32_t expected = 3;

	__atomic_fetch_or(small, 8, __ATOMIC_SEQ_CST);
	__atomic_compare_exchange_n(small, &expected, 4, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old + __atomic_exchange_n(at, expected, __ATOMIC_SEQ_CST);
}

void copies(struct item *to, const struct item *from, float *x, const double *y, int n)
{
	*to = *from;
	memset(bytes, 0, sizeof(bytes));
	for (int i = 0; i < n; i++)
		x[i] = (float)(y[i] + x[i] * (float)i);
	for (int i = 0; i < n; i++)
		table[i & 63] = (int32_t)y[i];
}
