/*
 * What an architecture knows about a relocation: the row of a const table in arch/<name>/relocs.c.
 * Numbers that no table has are kept and shown by number; nothing is assumed of them.
 */
#ifndef PERCPU_ARCH_RELOC_H
#define PERCPU_ARCH_RELOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a relocation against a per-CPU symbol means. OFFSET and PCREL say how the value is formed;
 * whether the instruction that holds it materialises, reaches through the base register, or
 * dereferences, only the instruction tells.
 */
enum reloc_class {
	RELOC_UNKNOWN, /* not in the table */
	RELOC_IGNORE,  /* markers: NONE, ALIGN, RELAX, and what only deletes or counts bytes */
	RELOC_OFFSET,  /* S + A, whole or a part, in an instruction or a word of 32 bits or less */
	RELOC_WORD,    /* S + A in 64 bits: a movabs, a literal, or a pointer in data */
	RELOC_PCREL,   /* S + A - P in code or data */
	RELOC_GOT,     /* the address of, or the distance to, a GOT entry, or relative to the GOT */
	RELOC_TLS,
	RELOC_BRANCH,  /* a call or a jump, through a PLT or not */
	RELOC_DELTA,   /* ADD, SUB, SET: one half of a difference in data */
	RELOC_RELAXED, /* only left by a linker that has rewritten the instruction */
	RELOC_SIZE,    /* the symbol's size */
	RELOC_DYNAMIC, /* only for a dynamic linker: RELATIVE, COPY, GLOB_DAT, ... */
};

/* Which part of a value that takes several instructions; 0 for a whole one. */
enum reloc_part {
	PART_WHOLE,
	PART_HIGH,    /* HI20, ABS_HI20, PCREL_HI20, the page */
	PART_LOW,     /* LO12, ABS_LO12, the offset in the page */
	PART_LOW_STORE, /* LO12_S: the same in a store's split field */
	PART_G0,      /* AArch64 movz/movk groups of 16 bits */
	PART_G1,
	PART_G2,
	PART_G3,
	PART_64_LOW,  /* LoongArch bits 32 to 51 */
	PART_64_HIGH, /* LoongArch bits 52 to 63 */
};

struct reloc_info {
	uint32_t number;   /* R_<machine>_* */
	const char *name;  /* as readelf prints it */
	enum reloc_class class;
	enum reloc_part part;
	uint8_t bytes;     /* of the place that is changed: 1, 2, 4, 8; 0 when none */
	bool pc_relative;
	bool checked;      /* the linker refuses a value that does not fit; otherwise it truncates */
	/* Values of the whole S + A (- P) that its sequence can hold; both 0 when not bounded or unknown. */
	int64_t least;
	int64_t most;
};

#endif
