#include "arch/arch.h"
#include "arch/x86_64/decode.h"
#include "arch/x86_64/insn.h"
#include "runtime/percpu_note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONE INSN_NO_REGISTER

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12 };

struct sample {
	uint8_t bytes[15];
	uint8_t length;
	enum insn_kind kind;
	uint8_t target, also, first, second;
};

static const struct sample samples[] = {
	{{0xb8, 1, 2, 3, 4}, 5, INSN_SET, RAX, NONE, NONE, NONE},
	{{0x49, 0xbc, 1, 2, 3, 4, 5, 6, 7, 8}, 10, INSN_SET, R12, NONE, NONE, NONE},
	{{0x48, 0x8d, 0x05, 1, 2, 3, 4}, 7, INSN_SET, RAX, NONE, NONE, NONE},
	{{0x48, 0x05, 1, 2, 3, 4}, 6, INSN_MORE, RAX, NONE, RAX, NONE},
	{{0x48, 0x83, 0xe9, 8}, 4, INSN_MORE, RCX, NONE, RCX, NONE},
	{{0x66, 0x48, 0x81, 0xc0, 1, 2, 3, 4}, 8, INSN_MORE, RAX, NONE, RAX, NONE},
	{{0x48, 0x8d, 0x43, 8}, 4, INSN_MORE, RAX, NONE, RBX, NONE},
	{{0x48, 0x8d, 0x04, 0xcb}, 4, INSN_MORE, RAX, NONE, RBX, RCX},
	{{0x48, 0x8d, 0x04, 0xcd, 1, 2, 3, 4}, 8, INSN_SET, RAX, NONE, NONE, RCX},
	{{0x48, 0x8d, 0x04, 0x0b}, 4, INSN_ADD, RAX, NONE, RBX, RCX},
	{{0x48, 0x01, 0xd8}, 3, INSN_ADD, RAX, NONE, RAX, RBX},
	{{0x48, 0x29, 0xd8}, 3, INSN_SUBTRACT, RAX, NONE, RAX, RBX},
	{{0x48, 0x2b, 0xd8}, 3, INSN_SUBTRACT, RBX, NONE, RBX, RAX},
	{{0x48, 0x2b, 0x03}, 3, INSN_LOAD, RAX, NONE, RBX, NONE},
	{{0x48, 0x29, 0x03}, 3, INSN_STORE, NONE, NONE, RBX, NONE},
	{{0x48, 0x89, 0xd8}, 3, INSN_MOVE, RAX, NONE, RBX, NONE},
	{{0x66, 0x89, 0xd8}, 3, INSN_OTHER, RAX, NONE, NONE, NONE},
	{{0x65, 0x48, 0x8b, 0x04, 0x25, 1, 2, 3, 4}, 9, INSN_LOAD, RAX, NONE, NONE, NONE},
	{{0x65, 0x48, 0xa1, 1, 2, 3, 4, 5, 6, 7, 8}, 11, INSN_LOAD, RAX, NONE, NONE, NONE},
	{{0x42, 0x8b, 0x04, 0xa3}, 4, INSN_LOAD, RAX, NONE, RBX, R12},
	{{0x39, 0x03}, 2, INSN_LOAD, NONE, NONE, RBX, NONE},
	{{0x39, 0xc3}, 2, INSN_OTHER, NONE, NONE, NONE, NONE},
	{{0x83, 0x03, 1}, 3, INSN_STORE, NONE, NONE, RBX, NONE},
	{{0xf0, 0x0f, 0xc1, 0x03}, 4, INSN_STORE, RAX, NONE, RBX, NONE},
	{{0x87, 0xd9}, 2, INSN_OTHER, RBX, RCX, NONE, NONE},
	{{0xf7, 0xe3}, 2, INSN_OTHER, RAX, RDX, NONE, NONE},
	{{0x5f}, 1, INSN_OTHER, RDI, RSP, NONE, NONE},
	{{0xff, 0x33}, 2, INSN_LOAD, NONE, RSP, RBX, NONE},
	{{0xac}, 1, INSN_LOAD, RAX, RSI, RSI, NONE},
	{{0xe8, 1, 2, 3, 4}, 5, INSN_BRANCH, NONE, NONE, NONE, NONE},
	{{0xff, 0x24, 0xc5, 1, 2, 3, 4}, 7, INSN_BRANCH, NONE, NONE, NONE, RAX},
	{{0x0f, 0x1f, 0x44, 0x00, 0x00}, 5, INSN_OTHER, NONE, NONE, NONE, NONE},
	{{0x0f, 0x20, 0x00}, 3, INSN_OTHER, RAX, NONE, NONE, NONE}, /* mov %cr0: no memory */
	{{0xf4}, 1, INSN_OTHER, NONE, NONE, NONE, NONE},
	{{0xc4, 0xe2, 0xe3, 0xf6, 0xc8}, 5, INSN_OTHER, RCX, RBX, NONE, NONE},
	{{0x62, 0xf1, 0x7c, 0x48, 0x11, 0x40, 0x01}, 7, INSN_STORE, NONE, NONE, RAX, NONE},
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static struct insn decoded(const uint8_t *bytes, size_t size)
{
	struct insn insn;

	assert_true(x86_64_decode((struct span){bytes, size}, &insn));
	return insn;
}

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++) {
		const struct sample *s = &samples[i];
		const struct insn insn = decoded(s->bytes, s->length);

		assert_int_equal(insn.length, s->length);
		assert_int_equal(insn.kind, s->kind);
		assert_int_equal(insn.target, s->target);
		assert_int_equal(insn.also, s->also);
		assert_int_equal(insn.first, s->first);
		assert_int_equal(insn.second, s->second);
		assert_int_equal(insn.percpu, s->bytes[0] == 0x65);
		assert_int_equal(insn.call, s->bytes[0] == 0xe8);
	}
}

/* Each prefix of it in memory of its own, so that a sanitizer sees a read behind its end. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLES; i++)
		for (size_t size = 0; size < samples[i].length; size++) {
			uint8_t *copy = malloc(size + !size);
			struct insn insn;

			assert_non_null(copy);
			memcpy(copy, samples[i].bytes, size);
			assert_false(x86_64_decode((struct span){copy, size}, &insn));
			free(copy);
		}
}

/* Writing ah is writing rax, and with REX the same number is rsp. */
static void test_eight_bits(void **state)
{
	(void)state;
	static const struct {
		uint8_t bytes[4], target;
	} cases[] = {
		{{0x88, 0xc4, 0, 0}, RAX},	 /* mov %al, %ah */
		{{0x88, 0xc7, 0, 0}, RBX},	 /* mov %al, %bh */
		{{0x40, 0x88, 0xc4, 0}, RSP},	 /* mov %al, %spl */
		{{0x40, 0x88, 0xc7, 0}, RDI},	 /* mov %al, %dil */
		{{0x41, 0x88, 0xc4, 0}, R12},	 /* mov %al, %r12b */
		{{0x8a, 0x2b, 0, 0}, RCX},	 /* mov (%rbx), %ch */
		{{0x48, 0x8a, 0x2b, 0}, RBP},	 /* mov (%rbx), %bpl */
		{{0xb6, 1, 0, 0}, RDX},		 /* mov $1, %dh */
		{{0x40, 0xb6, 1, 0}, RSI},	 /* mov $1, %sil */
		{{0x0f, 0x94, 0xc5, 0}, RCX},	 /* sete %ch */
		{{0x40, 0x0f, 0x94, 0xc5}, RBP}, /* sete %bpl */
		{{0xc0, 0xe4, 3, 0}, RAX},	 /* shl $3, %ah */
		{{0x0f, 0xb6, 0xe4, 0}, RSP},	 /* movzbl %ah, %esp */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(decoded(cases[i].bytes, 4).target, cases[i].target);
}

static void test_more_than_two_registers(void **state)
{
	(void)state;
	static const uint8_t cpuid[] = {0x0f, 0xa2}, movs[] = {0xf3, 0xa4};
	struct insn insn = decoded(cpuid, sizeof(cpuid));

	assert_int_equal(insn.target, RAX);
	assert_int_equal(insn.also, RCX);
	assert_int_equal(insn.others, 1 << RDX | 1 << RBX);
	insn = decoded(movs, sizeof(movs));
	assert_int_equal(insn.kind, INSN_STORE);
	assert_int_equal(insn.first, RDI);
	assert_int_equal(insn.target, RSI);
	assert_int_equal(insn.also, RDI);
	assert_int_equal(insn.others, 1 << RCX);
}

static void test_add_of_memory(void **state)
{
	(void)state;
	static const uint8_t add[] = {0x65, 0x48, 0x03, 0x04, 0xcb};
	static const uint8_t relative[] = {0x64, 0x03, 0x05, 1, 2, 3, 4};
	struct insn insn = decoded(add, sizeof(add));

	assert_int_equal(insn.kind, INSN_ADD);
	assert_int_equal(insn.target, RAX);
	assert_int_equal(insn.first, RAX);
	assert_int_equal(insn.second, INSN_MEMORY_OPERAND);
	assert_int_equal(insn.base, RBX);
	assert_int_equal(insn.index, RCX);
	assert_true(insn.percpu);
	assert_false(insn.segment);
	insn = decoded(relative, sizeof(relative));
	assert_int_equal(insn.base, NONE);
	assert_true(insn.pc_relative);
	assert_true(insn.segment);
	assert_false(insn.percpu);
}

/* What it says beside the registers; what the reader of tests/x86 cannot print stands here. */
struct effect {
	uint8_t bytes[15];
	enum insn_memory memory;
	uint16_t width;
	int64_t constant;
	enum insn_cut cut;
	unsigned flow;
};

enum { DIRECT = 1, FALLS = 2 };

static const struct effect effects[] = {
	/* Relative ones count from the start, the bytes from the end. */
	{{0x8b, 0x05, 16, 0, 0, 0}, INSN_READS, 4, 16 + 6, INSN_WHOLE, 0},
	{{0x48, 0x8d, 0x05, 0xf0, 0xff, 0xff, 0xff}, 0, 0, -16 + 7, INSN_WHOLE, 0},
	{{0x81, 0x05, 16, 0, 0, 0, 1, 0, 0, 0}, INSN_CHANGES, 4, 16 + 10, INSN_WHOLE, 0},
	{{0xeb, 0xfe}, 0, 0, 0, INSN_WHOLE, DIRECT},
	{{0x74, 0x10}, 0, 0, 18, INSN_WHOLE, DIRECT | FALLS},
	{{0x0f, 0x84, 0xfa, 0xff, 0xff, 0xff}, 0, 0, 0, INSN_WHOLE, DIRECT | FALLS},
	{{0xe2, 0x10}, 0, 0, 18, INSN_WHOLE, DIRECT | FALLS},
	{{0xe8, 16, 0, 0, 0}, 0, 0, 21, INSN_WHOLE, DIRECT | FALLS},
	{{0xc7, 0xf8, 16, 0, 0, 0}, 0, 0, 22, INSN_WHOLE, DIRECT | FALLS},
	{{0xff, 0x10}, INSN_READS, 8, 0, INSN_WHOLE, FALLS},
	{{0xff, 0x60, 8}, INSN_READS, 8, 8, INSN_WHOLE, 0},
	{{0xff, 0x68, 8}, INSN_READS, 6, 8, INSN_WHOLE, 0}, {{0xc2, 8, 0}, 0, 0, 0, INSN_WHOLE, 0},
	{{0x0f, 0x0b}, 0, 0, 0, INSN_WHOLE, 0}, {{0xcc}, 0, 0, 0, INSN_WHOLE, FALLS},
	{{0xcd, 0x80}, 0, 0, 0, INSN_WHOLE, FALLS}, {{0xc6, 0xf8, 1}, 0, 0, 0, INSN_WHOLE, FALLS},
	/* Constants, by value. */
	{{0xb8, 0xff, 0xff, 0xff, 0xff}, 0, 0, 0xffffffff, INSN_ZERO_32, 0},
	{{0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff}, 0, 0, -1, INSN_WHOLE, 0},
	{{0x48, 0xb8, 1, 0, 0, 0, 0, 0, 0, 0x80}, 0, 0, INT64_MIN + 1, INSN_WHOLE, 0},
	{{0x48, 0x2d, 0, 0, 0, 0x80}, 0, 0, INT64_C(0x80000000), INSN_WHOLE, 0},
	{{0x83, 0xe8, 0x80}, 0, 0, 128, INSN_ZERO_32, 0}, {{0xff, 0xc8}, 0, 0, -1, INSN_ZERO_32, 0},
	{{0x8d, 0x04, 0x25, 0xff, 0xff, 0xff, 0xff}, 0, 0, 0xffffffff, INSN_ZERO_32, 0},
	{{0x48, 0x8d, 0x04, 0x25, 0xff, 0xff, 0xff, 0xff}, 0, 0, -1, INSN_WHOLE, 0},
	{{0x67, 0x48, 0x8d, 0x40, 0xff}, 0, 0, -1, INSN_ZERO_32, 0},
	{{0x66, 0xb8, 1, 0}, 0, 0, 0, INSN_PART, 0}, {{0x66, 0x01, 0xc8}, 0, 0, 0, INSN_PART, 0},
	{{0xb0, 1}, 0, 0, 0, INSN_PART, 0},
	/* Displacements: with their sign, but not of addresses of 32 bits; EVEX scales. */
	{{0x8b, 0x04, 0x25, 0, 0, 0, 0x80}, INSN_READS, 4, INT32_MIN, INSN_WHOLE, 0},
	{{0x67, 0x8b, 0x04, 0x25, 0, 0, 0, 0x80}, INSN_READS, 4, 0x80000000, INSN_WHOLE, 0},
	{{0x67, 0xa1, 0, 0, 0, 0x80}, INSN_READS, 4, 0x80000000, INSN_WHOLE, 0},
	{{0x48, 0xa1, 1, 0, 0, 0, 0, 0, 0, 0x80}, INSN_READS, 8, INT64_MIN + 1, INSN_WHOLE, 0},
	{{0x62, 0xf1, 0x7c, 0x48, 0x11, 0x40, 0xff}, INSN_WRITES, 64, -64, INSN_WHOLE, 0},
	{{0x62, 0xf1, 0x7c, 0x49, 0x11, 0x40, 0xff}, INSN_WRITES, 0, -64, INSN_WHOLE, 0},
	/* Sizes that follow no rule, and those that the bytes do not tell. */
	{{0x0f, 0xb3, 0x03}, INSN_CHANGES, 0, 0, INSN_WHOLE, 0},
	{{0x0f, 0xba, 0x33, 3}, INSN_CHANGES, 4, 0, INSN_WHOLE, 0},
	{{0xa5}, INSN_WRITES, 4, 0, INSN_WHOLE, 0},
	{{0xf3, 0xa5}, INSN_WRITES, 0, 0, INSN_WHOLE, 0},
	{{0x0f, 0x01, 0x10}, INSN_READS, 10, 0, INSN_WHOLE, 0},
	{{0x0f, 0xae, 0x00}, INSN_WRITES, 512, 0, INSN_WHOLE, 0},
	{{0x0f, 0xae, 0x20}, INSN_WRITES, 0, 0, INSN_WHOLE, 0},
	{{0xdb, 0x28}, INSN_READS, 10, 0, INSN_WHOLE, 0},
	{{0xd9, 0x20}, INSN_READS, 28, 0, INSN_WHOLE, 0},
	{{0x66, 0xd9, 0x20}, INSN_READS, 14, 0, INSN_WHOLE, 0},
	{{0x66, 0xdd, 0x30}, INSN_WRITES, 94, 0, INSN_WHOLE, 0},
	{{0x48, 0x0f, 0xc7, 0x08}, INSN_CHANGES, 16, 0, INSN_WHOLE, 0},
	{{0x0f, 0xae, 0x38}, INSN_NO_MEMORY, 0, 0, INSN_WHOLE, 0}, /* clflush */
	{{0x0f, 0x0d, 0x08}, INSN_NO_MEMORY, 0, 0, INSN_WHOLE, 0}, /* prefetchw */
};

static void test_effects(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		const struct effect *e = &effects[i];
		const struct insn insn = decoded(e->bytes, sizeof(e->bytes));

		assert_int_equal(insn.memory, e->memory);
		assert_int_equal(insn.width, e->width);
		assert_true(insn.constant == e->constant);
		assert_int_equal(insn.cut, e->cut);
		assert_int_equal(insn.direct, (e->flow & DIRECT) != 0);
		assert_int_equal(insn.falls, (e->flow & FALLS) != 0);
		assert_true(insn.keeps == UINT64_MAX);
		assert_false(insn.by_or || insn.page || insn.exclusive);
		assert_int_equal(insn.base_number, 0);
	}
}

static void test_gs_base(void **state)
{
	(void)state;
	static const uint8_t get[] = {0xf3, 0x4d, 0x0f, 0xae, 0xcc};
	static const uint8_t put[] = {0xf3, 0x0f, 0xae, 0xd8};
	static const uint8_t get_fs[] = {0xf3, 0x48, 0x0f, 0xae, 0xc3};
	static const uint8_t put_fs[] = {0xf3, 0x48, 0x0f, 0xae, 0xd3};
	struct insn insn = decoded(get, sizeof(get));

	assert_int_equal(insn.kind, INSN_GET_BASE);
	assert_int_equal(insn.target, R12);
	assert_int_equal(insn.base_number, PERCPU_NOTE_REGISTER_GS_BASE);
	assert_int_equal(insn.cut, INSN_WHOLE);
	insn = decoded(put, sizeof(put));
	assert_int_equal(insn.kind, INSN_PUT_BASE);
	assert_int_equal(insn.first, RAX);
	assert_int_equal(insn.target, NONE);
	assert_int_equal(insn.base_number, PERCPU_NOTE_REGISTER_GS_BASE);
	assert_int_equal(insn.cut, INSN_ZERO_32);
	insn = decoded(get_fs, sizeof(get_fs));
	assert_int_equal(insn.kind, INSN_OTHER);
	assert_int_equal(insn.target, RBX);
	assert_int_equal(decoded(put_fs, sizeof(put_fs)).kind, INSN_OTHER);
}

/* A rip that is a base, an index that is none, and registers that need a SIB. */
static void test_addresses(void **state)
{
	(void)state;
	static const uint8_t relative[] = {0x8b, 0x05, 1, 2, 3, 4};
	static const uint8_t stack[] = {0x8b, 0x04, 0x24};
	static const uint8_t r12[] = {0x41, 0x8b, 0x04, 0x24};
	static const uint8_t indexed[] = {0x42, 0x8b, 0x04, 0x25, 1, 2, 3, 4};
	struct insn insn = decoded(relative, sizeof(relative));

	assert_true(insn.pc_relative);
	assert_int_equal(insn.first, NONE);
	assert_int_equal(decoded(stack, sizeof(stack)).first, RSP);
	assert_int_equal(decoded(stack, sizeof(stack)).second, NONE);
	assert_int_equal(decoded(r12, sizeof(r12)).first, R12);
	insn = decoded(indexed, sizeof(indexed));
	assert_int_equal(insn.first, NONE);
	assert_int_equal(insn.second, R12);
}

static void test_undefined(void **state)
{
	(void)state;
	static const uint8_t bytes[][6] = {
		{0x06},
		{0x82, 0xc0, 1},
		{0x8d, 0xc0},
		{0x8f, 0xc8},
		{0xc7, 0xc8, 1, 2, 3, 4},
		{0xfe, 0xd0},
		{0xff, 0xf8},
		{0xff, 0xd8},
		{0x0f, 0x04},
		{0x0f, 0xba, 0xd8, 1},
		{0x0f, 0xb8, 0xc0},
		{0xd5, 0x48, 0x01, 0xc0},
		{0x48, 0xc5, 0xf8, 0x77},
		{0xc4, 0xe0, 0x78, 0x77},
	};
	struct insn insn;

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		assert_false(x86_64_decode((struct span){bytes[i], 6}, &insn));
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void assert_register(uint8_t reg)
{
	assert_true(reg < 16 || reg == NONE || reg == INSN_MEMORY_OPERAND);
}

static void test_random_bytes(void **state)
{
	(void)state;
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

	for (int round = 0; round < 200000; round++) {
		uint8_t bytes[16];
		const size_t size = next_random(&seed) % 16;
		struct insn insn;
		uint64_t start;

		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)next_random(&seed);
		start = x86_64_locate((struct span){bytes, size}, size / 2, 4, NULL);
		assert_true(start <= size / 2);
		if (!x86_64_decode((struct span){bytes, size}, &insn))
			continue;
		assert_in_range(insn.length, 1, size);
		assert_register(insn.target);
		assert_register(insn.also);
		assert_register(insn.first);
		assert_register(insn.second);
		assert_register(insn.base);
		assert_register(insn.index);
		assert_int_equal(insn.others >> 16, 0);
		assert_true(insn.width <= 512);
		assert_true(insn.memory || !insn.width);
	}
}

/* 15 bytes are read at most, so that a walk over them takes as many steps as there are bytes. */
static void test_prefixes_without_end(void **state)
{
	(void)state;
	static const uint8_t prefixes[] = {0x65, 0x66, 0xf2, 0x48, 0x2e};
	const size_t size = 1 << 20;
	uint8_t *bytes = malloc(size);
	struct insn insn;

	assert_non_null(bytes);
	for (size_t p = 0; p < sizeof(prefixes); p++) {
		memset(bytes, prefixes[p], size);
		for (size_t at = 0; at < size; at++)
			assert_false(x86_64_decode((struct span){bytes + at, size - at}, &insn));
		assert_int_equal(
			x86_64_locate((struct span){bytes, size}, size / 2, 4, NULL), size / 2);
	}
	free(bytes);
}

static void test_fifteen_bytes(void **state)
{
	(void)state;
	uint8_t bytes[16];
	struct insn insn;

	memset(bytes, 0x66, sizeof(bytes));
	bytes[14] = 0x90;
	assert_int_equal(decoded(bytes, sizeof(bytes)).length, 15);
	bytes[14] = 0x66;
	bytes[15] = 0x90;
	assert_false(x86_64_decode((struct span){bytes, sizeof(bytes)}, &insn));
}

static void test_locate_at_the_ends(void **state)
{
	(void)state;
	static const uint8_t code[] = {
		0xe8, 0, 0, 0, 0, 0x90, 0x65, 0x48, 0x8b, 0x04, 0x25, 1, 2, 3, 4};
	const struct span all = {code, sizeof(code)};

	assert_int_equal(x86_64_locate(all, 1, 4, NULL), 0);
	assert_int_equal(x86_64_locate(all, 11, 4, NULL), 6);
	/* A field at the first byte, one that is cut, one behind the end, another size, no code. */
	assert_int_equal(x86_64_locate(all, 0, 4, NULL), 0);
	assert_int_equal(x86_64_locate((struct span){code, 14}, 11, 4, NULL), 11);
	assert_int_equal(x86_64_locate(all, sizeof(code), 4, NULL), sizeof(code));
	assert_int_equal(x86_64_locate(all, UINT64_MAX, 4, NULL), UINT64_MAX);
	assert_int_equal(x86_64_locate(all, 11, 2, NULL), 11);
	assert_int_equal(x86_64_locate((struct span){NULL, 0}, 0, 4, NULL), 0);
}

/* imul $local, %gs:local, %eax: two fields in one; and what ends in a byte that reads as REX. */
static void test_locate_chooses(void **state)
{
	(void)state;
	static const uint8_t imul[] = {0x90, 0x65, 0x69, 0x04, 0x25, 1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t rex[] = {0x83, 0xc1, 0x48, 0x8b, 0x05, 1, 2, 3, 4};
	static const uint8_t sib[] = {0x65, 0x42, 0xff, 0x04, 0xbd, 1, 2, 3, 4};

	assert_int_equal(x86_64_locate((struct span){imul, sizeof(imul)}, 5, 4, NULL), 1);
	assert_int_equal(x86_64_locate((struct span){imul, sizeof(imul)}, 9, 4, NULL), 1);
	assert_int_equal(x86_64_locate((struct span){rex, sizeof(rex)}, 5, 4, NULL), 3);
	assert_int_equal(x86_64_locate((struct span){sib, sizeof(sib)}, 5, 4, NULL), 0);
}

/* testb $0x40, x(%rip); jne y: where few bytes can vote, the first of the code is known. */
static void test_locate_near_the_start(void **state)
{
	(void)state;
	static const uint8_t code[] = {
		0xf6, 0x05, 0xd0, 0x11, 0xb5, 0xff, 0x40, 0x0f, 0x85, 0xc2, 0x46, 0xf9, 0xff};

	assert_int_equal(x86_64_locate((struct span){code, sizeof(code)}, 9, 4, NULL), 7);
}

static void test_the_architecture_has_them(void **state)
{
	(void)state;
	const struct arch *arch = arch_by_name("x86_64");

	assert_true(arch->decode == x86_64_decode);
	assert_true(arch->locate == x86_64_locate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_eight_bits),
		cmocka_unit_test(test_more_than_two_registers),
		cmocka_unit_test(test_add_of_memory),
		cmocka_unit_test(test_effects),
		cmocka_unit_test(test_gs_base),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_prefixes_without_end),
		cmocka_unit_test(test_fifteen_bytes),
		cmocka_unit_test(test_locate_at_the_ends),
		cmocka_unit_test(test_locate_chooses),
		cmocka_unit_test(test_locate_near_the_start),
		cmocka_unit_test(test_the_architecture_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
