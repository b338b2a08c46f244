#include "arch/x86_64/scan.h"
#include "arch/x86_64/decode.h"
#include "arch/x86_64/insn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_triggers(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {0x65, 0x90, 0x65, 0x65};
	const struct span code = {bytes, sizeof(bytes)};

	assert_int_equal(x86_64_next_base(code, 0, 0), 0);
	assert_int_equal(x86_64_next_base(code, 1, 0), 2);
	assert_int_equal(x86_64_next_base(code, 3, 0), 3);
	assert_int_equal(x86_64_next_base(code, 4, 0), 4);
	assert_int_equal(x86_64_next_base(code, UINT64_MAX, 0), 4);
	assert_int_equal(x86_64_next_base((struct span){bytes + 1, 1}, 0, 0), 1);
	assert_int_equal(x86_64_next_base((struct span){NULL, 0}, 0, 0), 0);
}

/* Code with instructions of 3 bytes before, so that all starts are soon in step. */
struct code {
	uint8_t bytes[256];
	uint64_t at;
	size_t size;
};

static void build(struct code *code, const uint8_t *tail, size_t size)
{
	static const uint8_t before[] = {0x48, 0x89, 0xc3}; /* mov %rax, %rbx */

	for (size_t i = 0; i < 120; i += 3)
		memcpy(code->bytes + i, before, 3);
	memcpy(code->bytes + 120, tail, size);
	code->size = 120 + size;
	code->at = 120;
}

/* -1, or the bytes from the trigger back to the start. */
static int settled(const struct code *code, uint64_t at)
{
	uint64_t start = UINT64_MAX;

	if (!x86_64_settles((struct span){code->bytes, code->size}, at, &start))
		return -1;
	assert_true(start <= at);
	return (int)(at - start);
}

struct form {
	uint8_t bytes[15];
	uint8_t size, trigger;
	int want;
};

static void test_forms(void **state)
{
	(void)state;
	static const struct form forms[] = {
		{{0x65, 0x48, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 9, 0, 0},
		{{0x65, 0xc7, 0x04, 0x25, 1, 2, 3, 4, 5, 6, 7, 8}, 12, 0, 0},
		{{0x65, 0x48, 0x8b, 0x05, 1, 2, 3, 4}, 8, 0, 0},
		{{0x65, 0xff, 0x05, 1, 2, 3, 4}, 7, 0, 0},
		/* Prefixes behind and before. */
		{{0x65, 0x66, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 9, 0, 0},
		{{0x65, 0xf0, 0x0f, 0xb1, 0x0d, 1, 2, 3, 4}, 9, 0, 0},
		{{0xf0, 0x65, 0x0f, 0xb1, 0x0d, 1, 2, 3, 4}, 9, 1, 1},
		{{0x66, 0x65, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 9, 1, 1},
		{{0x66, 0xf0, 0x65, 0xff, 0x04, 0x25, 1, 2, 3, 4}, 10, 2, 2},
		{{0x65, 0x65, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 9, 1, 1},
		/* The same byte as the end of a jump, and of a displacement behind a prefix. */
		{{0xeb, 0x65, 0x65, 0x48, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 11, 1, -1},
		{{0xeb, 0x65, 0x65, 0x48, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 11, 2, 0},
		{{0x4c, 0x8d, 0x65, 0x40, 0x65, 0x4c, 0x8b, 0x3c, 0x25, 1, 2, 3, 4}, 13, 2, -1},
		{{0x4c, 0x8d, 0x65, 0x40, 0x65, 0x4c, 0x8b, 0x3c, 0x25, 1, 2, 3, 4}, 13, 4, 0},
		{{0xeb, 0xf0, 0x65, 0x8b, 0x05, 1, 2, 3, 4}, 9, 2, 0},
		/* The start of a constant: mov $0x358d965, %r8; jmp; mov %eax, x(%rip) */
		{{0x49, 0xc7, 0xc0, 0x65, 0xd9, 0x35, 0x82, 0xe8, 1, 2, 3, 4}, 12, 3, -1},
		{{0xe9, 0x65, 0x89, 0x05, 0x00, 0x90, 0x90, 0x90, 0x90}, 9, 1, -1},
		/* Bases, an index, 64-bit addresses, strings, another segment, registers. */
		{{0x65, 0x8b, 0x80, 1, 2, 3, 4}, 7, 0, -1},
		{{0x65, 0x8b, 0x00}, 3, 0, -1},
		{{0x65, 0x8b, 0x04, 0xc5, 1, 2, 3, 4}, 8, 0, -1},
		{{0x65, 0x8b, 0x04, 0x65, 1, 2, 3, 4}, 8, 0, -1}, /* no index, but scaled */
		{{0x65, 0xa1, 1, 2, 3, 4, 5, 6, 7, 8}, 10, 0, -1},
		{{0x65, 0x67, 0xa1, 1, 2, 3, 4}, 7, 0, -1},
		{{0x65, 0xac}, 2, 0, -1},
		{{0x65, 0x64, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 9, 0, -1},
		{{0x65, 0x48, 0x8b, 0xc0}, 4, 0, -1},
		{{0x65, 0x90}, 2, 0, -1},
		/* No trigger, none that is an instruction, one that is cut. */
		{{0x64, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 8, 0, -1},
		{{0x65, 0x06}, 2, 0, -1},
		{{0x65, 0x48, 0x8b, 0x04, 0x25, 1, 2, 3}, 8, 0, -1},
		{{0x65}, 1, 0, -1},
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct code code;

		build(&code, forms[i].bytes, forms[i].size);
		assert_int_equal(settled(&code, code.at + forms[i].trigger), forms[i].want);
		assert_int_equal(settled(&code, code.size), -1);
	}
}

/* The code's first byte is an instruction's: near it, that alone is asked. */
static void test_near_the_start(void **state)
{
	(void)state;
	static const uint8_t first[] = {0x65, 0x8b, 0x05, 1, 2, 3, 4};
	static const uint8_t second[] = {0x55, 0x65, 0x8b, 0x05, 1, 2, 3, 4};
	static const uint8_t inside[] = {0xb8, 0x65, 0x8b, 0x05, 1, 2, 3, 4, 0};
	static const uint8_t behind_data[] = {0x06, 0x65, 0x8b, 0x05, 1, 2, 3, 4};
	uint64_t start;

	assert_true(x86_64_settles((struct span){first, sizeof(first)}, 0, &start));
	assert_int_equal(start, 0);
	assert_true(x86_64_settles((struct span){second, sizeof(second)}, 1, &start));
	assert_int_equal(start, 1);
	assert_false(x86_64_settles((struct span){inside, sizeof(inside)}, 1, &start));
	assert_false(x86_64_settles((struct span){behind_data, sizeof(behind_data)}, 1, &start));
	assert_false(x86_64_settles((struct span){NULL, 0}, 0, &start));
	assert_false(x86_64_settles((struct span){first, sizeof(first)}, UINT64_MAX, &start));
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* In memory of its own, so that a sanitizer sees a read outside of it; a start is near its trigger.
 */
static void scan_all(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size + !size);
	uint64_t start = 0;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	for (uint64_t at = 0; at < size; at++) {
		if (!x86_64_settles((struct span){copy, size}, at, &start))
			continue;
		assert_int_equal(copy[at], 0x65);
		assert_in_range(start, at < 15 ? 0 : at - 14, at);
	}
	free(copy);
}

static void test_random_bytes(void **state)
{
	(void)state;
	static const uint8_t likely[] = {0x65, 0x66, 0xf0, 0x48, 0x8b, 0x04, 0x05, 0x25};
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[160];
		const size_t size = next_random(&seed) % sizeof(bytes);

		for (size_t i = 0; i < size; i++) {
			const uint64_t random = next_random(&seed);

			bytes[i] = random & 256 ? likely[random & 7] : (uint8_t)random;
		}
		scan_all(bytes, size);
	}
}

/* Each byte is a trigger, and what is asked of one is bounded. */
static void test_prefixes_without_end(void **state)
{
	(void)state;
	static const uint8_t prefixes[] = {0x65, 0x66, 0x48};
	const size_t size = 1 << 20;
	uint8_t *bytes = malloc(size);
	uint64_t start;

	assert_non_null(bytes);
	for (size_t p = 0; p < sizeof(prefixes); p++) {
		memset(bytes, prefixes[p], size);
		for (size_t at = 0; at < size; at += 16)
			bytes[at] = 0x65;
		for (size_t at = 0; at < size; at++)
			assert_false(x86_64_settles((struct span){bytes, size}, at, &start));
	}
	free(bytes);
}

/* Random bytes with fields and prefixes strewn in, so that all that counts comes up. */
static void strew(uint8_t *bytes, size_t size, uint64_t *seed)
{
	static const uint8_t usual[] = {0x65, 0x48, 0x8b, 0x04, 0x25, 0x05, 0xb8, 0xc7, 0xc0, 0xa1,
		0x0f, 0xae, 0xc8, 0xd8, 0xf3, 0x00, 0x12, 0x34, 0x8d, 0x89};

	for (size_t i = 0; i < size; i++) {
		*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		bytes[i] = (uint8_t)(*seed >> 56);
		if (*seed >> 50 & 1)
			bytes[i] = usual[(*seed >> 40) % sizeof(usual)];
	}
}

/* A vector of addresses and no register: nobody's access to a variable. */
static bool is_gathered(struct span code)
{
	struct x86_insn insn;

	return x86_decode(code, &insn) && insn.escape && insn.memory;
}

/* Decoded from the start: all that counts has a byte named in it, and is settled as what it is. */
static void compare(struct span code, const struct scan_sought *sought)
{
	uint64_t at = 0;

	while (at < code.size) {
		const struct span rest = {code.data + at, code.size - (size_t)at};
		struct insn insn;
		const bool known = x86_64_decode(rest, &insn);
		const uint64_t length = known ? insn.length : 1;
		const bool gs = known && insn.percpu && insn.memory != INSN_NO_MEMORY;
		const bool suspect = known && !insn.percpu && !is_gathered(rest) &&
				     scan_is_suspect(&insn, sought->address + at, sought);
		const uint64_t base = x86_64_next_base(code, at, 0);
		const uint64_t next = x86_64_next_suspect(code, at, base, sought);
		struct scan_place place;

		if (gs || suspect) {
			const enum scan_verdict verdict =
				x86_64_settle(code, at, next, sought, &place);

			assert_true(next >= at && next < at + length);
			/* Here what no code has by accident is met as well. */
			if (place.start != at) {
				assert_int_equal(verdict, SCAN_ALONE);
				assert_int_equal(place.start, next);
				at += length;
				continue;
			}
			assert_int_equal(place.end, at + length);
			assert_int_not_equal(verdict, SCAN_NOTHING);
			assert_true(!gs == (verdict == SCAN_NUMBER || verdict == SCAN_REGION));
		}
		at += length;
	}
}

static void test_suspects(void **state)
{
	static const struct scan_target targets[] = {
		{{0, 0x4000}, {0, 0x4000}},
		{{0x12000, 0x30000}, {0x12000, 0x30000}},
		{{0xffffffff81000000, 0x8000000}, {0xffffffff81000000, 0x8000000}},
		{{0, UINT64_MAX - 64}, {0, UINT64_MAX - 64}},
	};
	static uint8_t bytes[1 << 14];
	uint64_t seed = 3;

	(void)state;
	for (unsigned round = 0; round < 32; round++) {
		strew(bytes, sizeof(bytes), &seed);
		for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
			compare((struct span){bytes, sizeof(bytes)},
				&(struct scan_sought){.targets = &targets[i],
					.count = 1,
					.address = 0xffffffff81000000});
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_triggers),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_near_the_start),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_prefixes_without_end),
		cmocka_unit_test(test_suspects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
