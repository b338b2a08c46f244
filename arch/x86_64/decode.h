/*
 * Lengths and operands of x86_64 instructions: as much of them as it takes to know which bytes are
 * an address. Intel SDM volume 2, chapter 2 "Instruction Format" and appendix A "Opcode Map".
 */
#ifndef PERCPU_ARCH_X86_64_DECODE_H
#define PERCPU_ARCH_X86_64_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/bytes.h"

/* General registers are 0 (rax) to 15 (r15), as ModRM and REX number them. */
#define X86_NO_REGISTER 0xff
#define X86_RIP 0xfe

/* Bytes of the longest instruction: SDM volume 2, section 2.3.11. */
#define X86_LONGEST 15

struct x86_insn {
	uint8_t length; /* bytes, 1 to 15 */
	uint8_t escape; /* c4 or c5 of VEX, 62 of EVEX, or 0 */
	uint8_t map;	/* opcode map: 0 one byte, 1 0F, 2 0F 38, 3 0F 3A, 5 and 6 of EVEX */
	uint8_t opcode; /* its last byte */
	uint8_t prefix; /* the one that selects among instructions: 0, 66, f3, f2 */
	bool rex;	/* a REX prefix: 8-bit registers 4 to 7 are spl to dil, not ah to bh */
	bool wide;	/* REX.W, or W of VEX and EVEX */
	bool narrow;	/* operands of 16 bits; never with wide */
	uint8_t reg;	/* ModRM.reg with REX.R, or X86_NO_REGISTER without ModRM */
	uint8_t rm;	/* ModRM.rm with REX.B where mod is 3, without ModRM the opcode's */
	uint8_t vvvv;	/* the third operand of VEX and EVEX */
	bool gs;	/* the GS segment override is there, */
	bool fs;	/* or that of FS: the last one counts */
	uint8_t vector; /* bytes of the vectors of VEX and EVEX: 16, 32, 64; else 0 */
	bool broadcast; /* EVEX: memory has one number, for all of the vector */
	bool masked;	/* EVEX: a mask register says which numbers of the vector count */
	bool memory;	/* there is a memory operand: ModRM's or moffs */
	bool addr32;	/* addresses have 32 bits */
	uint8_t base;	/* of the memory operand; X86_RIP, or X86_NO_REGISTER */
	uint8_t index;	/* likewise, never RIP; a vector of addresses has none here */
	uint8_t scale;	/* 1, 2, 4, 8 */
	uint8_t displacement_at;   /* offset in the instruction, when its size is not 0 */
	uint8_t displacement_size; /* 0, 1 (EVEX scales it), 4; 8 for moffs */
	uint8_t immediate_at;
	uint8_t immediate_size; /* 0, 1, 2, 4, 8; that of enter, 3 */
};

/*
 * Decodes the instruction at the start of `code`. False when the bytes are no instruction of 64-bit
 * mode, or `code` ends before it does.
 */
bool x86_decode(struct span code, struct x86_insn *insn);

/*
 * The length of the instruction at the start of `code`, of the usual ones: in a quarter of the
 * time. 0 where x86_decode() has to be asked, which otherwise says the same.
 */
unsigned x86_length(struct span code);

/* The part of struct x86_insn that says where an instruction's constants stand. */
struct x86_outline {
	uint8_t length;
	uint8_t displacement_at;
	uint8_t displacement_size;
	uint8_t immediate_at;
	uint8_t immediate_size;
	bool gs;
	bool escape; /* VEX or EVEX */
};

/* x86_decode() for that alone, of the usual instructions as fast as x86_length(). */
bool x86_outline(struct span code, struct x86_outline *outline);

/* A field of `size` bytes, 0 for none, with its sign; of enter's 3 the first 2. */
static inline int64_t x86_field(struct span code, unsigned at, unsigned size)
{
	const uint8_t *bytes = code.data + at;

	switch (size) {
	case 0:
		return 0;
	case 1:
		return (int8_t)*bytes;
	case 4:
		return (int32_t)read_le32(bytes);
	case 8:
		return (int64_t)read_le64(bytes);
	default:
		return (int16_t)read_le16(bytes);
	}
}

/*
 * The displacement and the immediate of the instruction at the start of `code`, which x86_decode()
 * has read. EVEX counts a displacement of one byte in units of x86_displacement_unit().
 */
static inline int64_t x86_displacement(struct span code, const struct x86_insn *insn)
{
	return x86_field(code, insn->displacement_at, insn->displacement_size);
}

static inline int64_t x86_immediate(struct span code, const struct x86_insn *insn)
{
	return x86_field(code, insn->immediate_at, insn->immediate_size);
}

#endif
