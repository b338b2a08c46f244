/*
 * The instruction that holds a relocation: what it does with the value, and what the code behind it
 * does with the register the value is in. Straight-line code only: what a jump brings in, or a call
 * changes, is not known.
 */
#ifndef PERCPU_ARCH_SITE_H
#define PERCPU_ARCH_SITE_H

#include <stdint.h>

#include "arch/arch.h"
#include "arch/reloc.h"
#include "lib/base/bytes.h"

enum site_kind {
	SITE_NONE,    /* the place is data */
	SITE_UNREAD,  /* no instruction was recognised */
	SITE_VALUE,   /* the value, or a part of it, goes into a register or an operand */
	SITE_ACCESS,  /* memory is reached at the value through the per-CPU segment */
	SITE_THROUGH, /* memory is reached at the value and another register: a part, or remote */
	SITE_DIRECT,  /* memory is reached at the value itself: no register takes part */
	SITE_ADDRESS, /* the address is formed relative to the program counter */
	SITE_BRANCH,  /* a call or a jump */
};

/* What becomes of a register that a SITE_VALUE, SITE_ADDRESS or a load from the GOT has set. */
enum site_use {
	USE_UNKNOWN,  /* it is lost from sight */
	USE_PERCPU,   /* the per-CPU register is added, or memory reached through both */
	USE_COMBINED, /* another register is added, or memory reached through both */
	USE_DIRECT,   /* memory is reached through it alone */
};

struct site {
	uint8_t kind;	/* enum site_kind */
	uint8_t use;	/* enum site_use */
	uint8_t length; /* bytes of the instruction; 0 when it is not recognised */
	uint8_t reach;	/* bits of the constant that the sequence from here on sets; 0: not known */
	/* Of USE_PERCPU: the PERCPU_NOTE_REGISTER_* that was copied to the register that is added;
	 * 0 where the area is in a general register or a segment. */
	uint8_t copied;
	/* A bit each: kernels have ten thousands of sites. */
	bool reaches : 1;  /* of USE_PERCPU: memory is seen to be reached at the sum */
	bool doubtful : 1; /* another instruction has nearly as much on its side: site_walk() knows
			    */
	bool distance : 1; /* the constant is one from the GOT or the place: it takes an addition */
	bool starts : 1;   /* it sets the register whatever it held: no part of a sequence before it
			    */
	/*
	 * Bytes from the instruction's start to the relocated field, of which a word among the code
	 * is none: its instruction is the one that loads it, before the word or behind it.
	 */
	int64_t before;
};

/*
 * Reads the instruction whose field at offset `place` of `code` holds a relocation of the row
 * `info`; NULL for a number nobody knows.
 */
struct site site_read(
	const struct arch *arch, struct span code, uint64_t place, const struct reloc_info *info);

/* The same where an instruction begins at the code's first byte: never doubtful. */
struct site site_walk(
	const struct arch *arch, struct span code, uint64_t place, const struct reloc_info *info);

/*
 * Is a relocation of this row that of a word, also among the code? Where relocations name the
 * instruction's start, a field that fills its bytes is no instruction's.
 */
bool site_is_word(const struct arch *arch, const struct reloc_info *info);

/*
 * Takes into the site of the word at offset `place` of `code` what becomes of its value when the
 * instruction at offset `at` loads it. Of several loads one that reaches memory at the value
 * decides.
 */
void site_add_load(
	struct site *word, const struct arch *arch, struct span code, uint64_t place, uint64_t at);

/*
 * Registers, a bit each, that hold a value or a part of it, while straight-line code is read from
 * the instruction that sets them.
 */
struct trail {
	const struct arch *arch;
	struct span code;
	uint64_t at; /* offset of the next instruction */
	uint64_t held;
};

/* Begins behind the instruction at offset `at`. False when it sets no register. */
bool trail_begin(struct trail *trail, const struct arch *arch, struct span code, uint64_t at);

/* Is the register one of those? */
bool trail_holds(const struct trail *trail, uint8_t reg);

/*
 * The next instruction, before it takes effect. False at a branch, at what is no instruction, and
 * when no register holds the value any more.
 */
bool trail_read(const struct trail *trail, struct insn *insn);

/*
 * Takes that instruction's effect: what is computed from a held register is held, what is
 * overwritten is not. A load gives another value, which is not held.
 */
void trail_pass(struct trail *trail, const struct insn *insn);

#endif
