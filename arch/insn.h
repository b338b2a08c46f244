/*
 * What one instruction does with addresses: the vocabulary that the four decoders share. Only
 * instructions that carry an address or a base register have a kind of their own; of all others it
 * is known which general registers they write, as far as a register that holds an address matters.
 *
 * Addresses and constants are said by value, as the bytes have them: in an object, before
 * relocations are applied, they are what the assembler left.
 */
#ifndef PERCPU_ARCH_INSN_H
#define PERCPU_ARCH_INSN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/bytes.h"

enum insn_kind {
	INSN_OTHER, /* what it writes in `target` is not followed; nothing else is of interest */
	/*
	 * target = a constant, or an address relative to the program counter: mov imm, lea (%rip);
	 * movz, movn, adr, adrp; lui, auipc, c.lui, li; lu12i.w, pcaddi, pcalau12i, pcaddu12i.
	 */
	INSN_SET,
	/*
	 * target = first and a constant: add and sub imm, lea disp(reg); movk (first is target);
	 * addi, c.addi; ori, addi.d, lu32i.d (first is target), lu52i.d. A lea whose index is
	 * scaled by more than 1 adds that too: it is in `second`, also of INSN_SET, lea disp(,i,8).
	 * andi and bstrins.d where they clear at most 6 low bits: the constant is 0.
	 * The constant may be 0, as in an object before a relocation is applied.
	 */
	INSN_MORE,
	/* target = first + second; with memory on x86_64: second is INSN_MEMORY_OPERAND. */
	INSN_ADD,
	INSN_SUBTRACT, /* target = first - second, both registers as they are */
	INSN_MOVE,     /* target = first */
	/*
	 * target = memory: at first, + second, + a displacement, or relative to pc. Of all that
	 * only reads memory: target is what it computes from that, and none for a compare.
	 */
	INSN_LOAD,
	INSN_STORE, /* memory = something, addressed likewise; read-modify-write of memory too */
	/*
	 * Straight-line code ends here: jump, call, return, trap, conditional or not. Through
	 * memory, first, second, pc_relative and percpu say where that is.
	 */
	INSN_BRANCH,
	/*
	 * target = a register that may be a CPU's base and is no general one, `base_number`: mrs of
	 * TPIDR_ELx, rdgsbase. INSN_PUT_BASE: that register = first: msr, wrgsbase.
	 */
	INSN_GET_BASE,
	INSN_PUT_BASE,
};

/* The mask of the most low bits that INSN_MORE clears: what is in a cache line of 64 bytes. */
#define INSN_MASK_LEAST (-64)

/* What an instruction does with the memory it names. */
enum insn_memory {
	INSN_NO_MEMORY, /* it names none, or only its address counts: lea, prefetch, nop */
	INSN_READS,
	INSN_WRITES,  /* a store-conditional too */
	INSN_CHANGES, /* reads and writes in one: add to memory, xchg, amoadd, swp */
};

/* What of the result gets into the target: of the kinds from INSN_SET to INSN_MOVE. */
enum insn_cut {
	INSN_WHOLE,   /* all 64 bits */
	INSN_ZERO_32, /* 32 bits, zeros above */
	INSN_SIGN_32, /* 32 bits, the highest of them above */
	INSN_PART,    /* 8 or 16 bits of the target are written, the others stay */
};

/* Registers are numbered as the machine encodes them. */
#define INSN_NO_REGISTER 0xff
/* A register that is zero when read: x0, $r0, xzr as an index. Never the target. */
#define INSN_ZERO_REGISTER 0xfe
/* The second addend of INSN_ADD stands in memory. */
#define INSN_MEMORY_OPERAND 0xfd

struct insn {
	enum insn_kind kind;
	uint8_t length; /* bytes */
	uint8_t target; /* the general register it writes, or INSN_NO_REGISTER */
	uint8_t first;	/* of an addition; the base register of memory; INSN_NO_REGISTER for none */
	uint8_t second; /* likewise, the index register of memory */
	uint8_t also;	/* another general register it writes: of ldp, a write-back, xchg, amoadd */
	uint32_t
		others; /* bit n: it writes general register n too: of cpuid, ldp with write-back */
	/* Of the memory of INSN_ADD with INSN_MEMORY_OPERAND; INSN_NO_REGISTER for none. */
	uint8_t base;
	uint8_t index;
	/* On x86_64: where a displacement stands in the instruction, and its bytes; 0 for none. */
	uint8_t displacement_at;
	uint8_t displacement_size;
	uint8_t immediate_size; /* on x86_64, bytes; 0 for none */
	/* INSN_MORE: `constant` is the negative of what stands in the instruction: sub, dec. */
	bool subtracts;
	bool pc_relative; /* INSN_SET, memory operands: relative to the program counter */
	/* `second` is added scaled, shifted or cut to 32 bits: an index, which can be no base. */
	bool second_is_index;
	bool percpu;  /* a gs override on its memory operand */
	bool bits;    /* a register says which bit, and so how far from the address: bt, bts %rax */
	bool segment; /* an fs override: its memory is relative to that segment's base */
	bool call;    /* INSN_BRANCH: it comes back, with registers changed */
	/* INSN_SET and INSN_MORE that place 16 or 20 bits of a constant: how many bits the constant
	 * has when this is the highest of them, sign not counted twice: movz, movk 16, 32, 48, 64;
	 * lu12i.w 32, lu32i.d 52, lu52i.d 64. 0 for all others. */
	uint8_t reach;

	/*
	 * INSN_SET: the value. INSN_MORE and INSN_ADD: what is added to the sum, in two's
	 * complement; INSN_LOAD, INSN_STORE, and the memory operands of INSN_ADD and INSN_BRANCH:
	 * the displacement, which after post-indexing is 0. With pc_relative, and of a branch that
	 * is `direct`, it counts from the instruction's start - with `page`, from the start of the
	 * 4 KiB page that this is in - whatever the machine counts from.
	 */
	int64_t constant;
	/* INSN_MORE: the bits of `first` that count; the others are taken for 0. ~0 for most; movk
	 * and lu32i.d replace bits, andi clears them. */
	uint64_t keeps;
	bool by_or; /* INSN_MORE: the constant is put in by or: ori */
	bool page;  /* adrp, pcalau12i */
	/* INSN_SET: lui, lu12i.w. A number that needs no upper bits is made without. */
	bool upper;
	enum insn_cut cut : 8; /* of INSN_SET, `constant` has it already */
	enum insn_memory memory : 8;
	/*
	 * Bytes of memory that are reached, all of a pair's and of a vector's; 0: none, or a number
	 * that the bytes do not tell: with a repeat prefix, xsave, vectors of unknown length.
	 */
	uint16_t width;
	/* `width` is that of two registers' words side by side: ldp, stp, casp, cmpxchg16b. */
	bool pair;
	/* The store half of ll and sc, ldxr and stxr, or the load half. */
	bool exclusive;
	bool bitwise; /* INSN_CHANGES by an atomic and, or, xor: amoor; not known of x86_64 */
	bool direct;  /* INSN_BRANCH: `constant` says where to */
	bool falls; /* INSN_BRANCH: the next instruction may be run after it: a condition, a call */
	/* 1 + the general register of which it asks whether it is 0: test, cbz, beqz; 0: none. Not
	 * all such instructions are known. */
	uint8_t asks;
	uint8_t base_number; /* PERCPU_NOTE_REGISTER_* of INSN_GET_BASE, INSN_PUT_BASE; else 0 */
};

/*
 * A decoder: the instruction at the start of `code`. False when the bytes are none that the
 * architecture defines, or `code` ends before it does; *insn is then of no use.
 */
typedef bool insn_decode(struct span code, struct insn *insn);

#endif
