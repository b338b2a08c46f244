/*
 * Scanners of code: where an instruction stands that may reach per-CPU data, found without decoding
 * what is between. They may name too much, never too little: whoever asks decodes what is named.
 */
#ifndef PERCPU_ARCH_SCAN_H
#define PERCPU_ARCH_SCAN_H

#include <stdint.h>

#include "arch/insn.h"
#include "lib/base/bytes.h"

/*
 * The offset in `code` of the next instruction at or after `from` that may read the register of a
 * CPU's base; code.size when none follows. An instruction starts at `from`. What adds the register
 * or addresses memory with it counts, and where it is no general one, what moves it; what does
 * arithmetic of other kinds with it, or saves it, does not. Of `registers`, bit n stands for the
 * general register n; machines whose bases are in others do without.
 */
typedef uint64_t scan_next_base(struct span code, uint64_t from, uint32_t registers);

/* The numbers from `start` on, modulo 2^64. */
struct scan_range {
	uint64_t start;
	uint64_t size;
};

static inline bool scan_has(struct scan_range range, uint64_t number)
{
	return number - range.start < range.size;
}

/* The lower 32 bits of which many instructions have in one piece. */
static inline bool scan_has_low(struct scan_range range, uint32_t low)
{
	return range.size > UINT32_MAX || low - (uint32_t)range.start < (uint32_t)range.size;
}

/*
 * Memory that code may go to without a base; both ranges leave room for what is added later. No
 * size is above 2^64 - 64.
 */
struct scan_target {
	struct scan_range numbers; /* its addresses as an instruction's constant; 0 is none */
	struct scan_range
		addresses; /* its addresses as the program counter or no register has them */
};

struct scan_sought {
	const struct scan_target *targets;
	size_t count;
	uint64_t address;   /* of the code's first byte */
	uint32_t registers; /* a bit a general register: it is looked for what writes them */
};

/* By an instruction at `address`; all that next_suspect has to find. */
bool scan_is_suspect(const struct insn *insn, uint64_t address, const struct scan_sought *sought);

/*
 * The offset in `code` of the next instruction at or after `from`, and before `to`, that may write
 * one of the registers, or begin to form the address of a target: a constant of its own, one
 * relative to the program counter, or that of memory which it reaches with no register. When none
 * does, `to` or, where an instruction crosses that, its end. An instruction starts at `from`.
 * Constants are the lower 32 bits, or the highest of them where an instruction has 16 or 20; what
 * adds to a register's value is none.
 */
typedef uint64_t scan_next_suspect(
	struct span code, uint64_t from, uint64_t to, const struct scan_sought *sought);

/* What an instruction asks of the region around it. */
enum scan_verdict {
	SCAN_NOTHING,
	SCAN_ALONE,   /* it goes through the base at an address that it says by itself */
	SCAN_THROUGH, /* through the base and general registers */
	SCAN_NUMBER,  /* it does nothing but form an address of a target in a register */
	SCAN_REGION,  /* values of registers may matter */
};

/* An instruction; without one, of which the bytes are none, a byte. */
struct scan_place {
	uint64_t start; /* offsets in the code */
	uint64_t end;
	struct insn insn; /* with a verdict that is not SCAN_NOTHING */
};

/*
 * Where instructions begin at no known places: judges the one that the byte at `at` is of, which
 * one of the two above has named. An instruction begins at `known`, at or before `at`.
 */
typedef enum scan_verdict scan_settle(struct span code, uint64_t known, uint64_t at,
	const struct scan_sought *sought, struct scan_place *place);

#endif
