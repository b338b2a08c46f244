/* What the decoders of machines with instructions of fixed fields share. */
#ifndef PERCPU_ARCH_DECODE_H
#define PERCPU_ARCH_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/insn.h"

/* An instruction of which nothing is of interest. */
#define INSN_PLAIN(bytes)                                                                          \
	((struct insn){                                                                            \
		.kind = INSN_OTHER,                                                                \
		.length = (bytes),                                                                 \
		.target = INSN_NO_REGISTER,                                                        \
		.first = INSN_NO_REGISTER,                                                         \
		.second = INSN_NO_REGISTER,                                                        \
		.also = INSN_NO_REGISTER,                                                          \
		.base = INSN_NO_REGISTER,                                                          \
		.index = INSN_NO_REGISTER,                                                         \
	})

static inline uint32_t bits(uint32_t word, unsigned high, unsigned low)
{
	return word >> low & ((UINT32_C(2) << (high - low)) - 1);
}

static inline bool bit(uint32_t word, unsigned at)
{
	return word >> at & 1;
}

/* Bits `high` to `low` as a number in two's complement. */
static inline int64_t signed_bits(uint32_t word, unsigned high, unsigned low)
{
	const uint64_t sign = UINT64_C(1) << (high - low);

	return (int64_t)((bits(word, high, low) ^ sign) - sign);
}

/* A register's number of 5 bits. */
static inline uint8_t reg5(uint32_t word, unsigned at)
{
	return (uint8_t)(word >> at & 31);
}

/* One more register that it writes, beside `target` and `also`. */
static inline void writes_too(struct insn *insn, unsigned reg)
{
	if (reg < 32)
		insn->others |= UINT32_C(1) << reg;
}

/* Memory is reached: what is done with it, and to how many bytes. */
static inline void touches(struct insn *insn, enum insn_memory memory, unsigned width)
{
	insn->memory = memory;
	insn->width = (uint16_t)width;
}

static inline int64_t cut_to(enum insn_cut cut, int64_t value)
{
	switch (cut) {
	case INSN_ZERO_32:
		return (uint32_t)value;
	case INSN_SIGN_32:
		return (int32_t)(uint32_t)value;
	default:
		return value;
	}
}

/* What is added to zero is the value. */
static inline void only_constant(struct insn *insn)
{
	insn->kind = INSN_SET;
	insn->first = INSN_NO_REGISTER;
	insn->keeps = 0;
	insn->by_or = false;
	insn->constant = cut_to(insn->cut, insn->constant);
}

static inline void keep_first(struct insn *insn, uint8_t first)
{
	insn->first = first;
	insn->second = INSN_NO_REGISTER;
	insn->kind = INSN_MOVE;
	if (first == INSN_ZERO_REGISTER)
		only_constant(insn);
}

/* What is no address whatever it is made of. */
static inline void only_target(struct insn *insn)
{
	const uint8_t target = insn->target;

	*insn = INSN_PLAIN(insn->length);
	insn->target = target;
}

/*
 * One form for what reads the zero register, and for what writes it: an addition to zero is a move
 * or a constant, and a value that goes nowhere is of no interest; nor is a negative one.
 */
static inline void settle(struct insn *insn)
{
	if (insn->kind == INSN_ADD && insn->second == INSN_ZERO_REGISTER)
		keep_first(insn, insn->first);
	else if (insn->kind == INSN_ADD && insn->first == INSN_ZERO_REGISTER)
		keep_first(insn, insn->second);
	else if (insn->kind == INSN_SUBTRACT && insn->second == INSN_ZERO_REGISTER)
		keep_first(insn, insn->first);
	else if (insn->kind == INSN_SUBTRACT && insn->first == INSN_ZERO_REGISTER)
		only_target(insn);
	else if (insn->kind == INSN_MOVE)
		keep_first(insn, insn->first);
	else if (insn->kind == INSN_MORE && insn->first == INSN_ZERO_REGISTER)
		only_constant(insn);
	if (insn->kind >= INSN_SET && insn->kind <= INSN_MOVE && insn->target == INSN_NO_REGISTER)
		*insn = INSN_PLAIN(insn->length);
}

#endif
