/*
 * What a register is known to hold while code is read: a sum of at most a constant, a CPU's base
 * and something unknown. Sums with a base in them are addresses in an area, whatever the constant.
 */
#ifndef PERCPU_CODE_VALUE_H
#define PERCPU_CODE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/insn.h"

struct value {
	uint64_t constant; /* modulo 2^64; 0 when there is none */
	/* In an object: index of the section that the constant counts in, or VALUE_AT_START; 0: it
	 * is a number. */
	uint32_t section;
	/* 1 + index of the step that formed this address; 0: it is none, or of several steps. */
	uint32_t taken;
	uint8_t base; /* PERCPU_NOTE_REGISTER_* of the register whose value is added; 0: none */
	bool unknown; /* something else is added */
	/*
	 * The constant is one that code forms: an immediate, an address relative to the program
	 * counter, a relocation. The displacement of an access to some structure is none.
	 */
	bool formed;
	bool relocated; /* a relocation says the whole of it */
	bool bound;	/* one in it is against a boundary symbol, and no variable's */
	/*
	 * The constant is of an address that no number in C comes to: relative to the program
	 * counter, from the GOT, or with upper bits that are 0 and set all the same (lui a0, 0).
	 */
	bool placed;
	bool entry; /* it is the GOT's word with that in it: a load brings the rest */
	bool slot;  /* of such: the constant is where the word is, and not yet what is in it */
	/*
	 * 1 + index of the layout whose template's start has been subtracted: the constant may be
	 * an offset from there; the negative of that: it is subtracted from, and the constant the
	 * negative of an offset. 0: neither. In an object it is 1 or -1 whatever the layout, and
	 * the start is not counted in the constant, which is then of the offset, with the sign it
	 * has.
	 */
	int8_t less;
	/* An address in an area, kept over a call or over an instruction that allows interrupts. */
	bool crossed;
	/*
	 * 1 + the offset in a CPU's area of the word that is the unknown part; 0: it is not known
	 * to be one. Such a word may be the base itself.
	 */
	uint32_t word;
	/* Bits that the code which formed the constant leaves room for: movz 16; 0: not known. */
	uint8_t reach;
};

/* What an object's code forms of the symbol of a template's start, which is in no section yet. */
#define VALUE_AT_START UINT32_MAX

#define VALUE_UNKNOWN ((struct value){.unknown = true})
#define VALUE_NUMBER(number) ((struct value){.constant = (number), .formed = true})

/* a + b. Two bases, and what counts in two sections, are something unknown. */
struct value value_add(struct value a, struct value b);

/*
 * a - b: of a number, or of two places in one section; with a template's start subtracted the rest
 * is what it was, and `less`. All else is something unknown.
 */
struct value value_subtract(struct value a, struct value b);

/* With `number` added, which makes no constant that code forms. */
struct value value_displaced(struct value a, int64_t number);

/* What is known where paths meet of which one brings a and one b. */
struct value value_meet(struct value a, struct value b);

/* What remains when an instruction writes it as `cut` says. */
struct value value_cut(struct value a, enum insn_cut cut);

/* Does it say nothing at all? */
static inline bool value_is_nothing(struct value a)
{
	return a.unknown && !a.base && !a.constant && !a.section && !a.formed && !a.relocated &&
	       !a.word && !a.entry && !a.less;
}

/* Do they say the same? */
bool value_same(struct value a, struct value b);

#endif
