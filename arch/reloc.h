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
	RELOC_IGNORE, /* markers, what deletes or counts bytes, and a stack machine's inner steps */
	RELOC_OFFSET, /* S + A, whole or a part, in an instruction or a word of 32 bits or less */
	RELOC_WORD,   /* S + A in 64 bits: a movabs, a literal, or a pointer in data */
	RELOC_PCREL, /* S + A - P in code or data, the low bits that complete it, and S + A - GOT */
	RELOC_GOT,   /* the address of, or the distance to, a GOT entry or the GOT */
	RELOC_TLS,   /* static and dynamic */
	RELOC_BRANCH,  /* a call or a jump, through a PLT or not */
	RELOC_DELTA,   /* ADD, SUB, SET: one half of a difference in data */
	RELOC_RELAXED, /* only left by a linker that has rewritten the instruction */
	RELOC_SIZE,    /* the symbol's size */
	RELOC_DYNAMIC, /* only for a dynamic linker: RELATIVE, COPY, GLOB_DAT, ... */
};

/* Which part of a value that takes several instructions; 0 for a whole one. */
enum reloc_part {
	PART_WHOLE,
	PART_HIGH,	/* HI20, ABS_HI20, PCREL_HI20, the page */
	PART_LOW,	/* LO12, ABS_LO12, the offset in the page */
	PART_LOW_STORE, /* LO12_S: the same in a store's split field */
	PART_G0,	/* AArch64 movz/movk groups of 16 bits */
	PART_G1,
	PART_G2,
	PART_G3,
	PART_64_LOW,  /* LoongArch bits 32 to 51 */
	PART_64_HIGH, /* LoongArch bits 52 to 63 */
};

struct reloc_info {
	uint32_t number;  /* R_<machine>_* */
	const char *name; /* as readelf prints it; a leftover as the linker that left it calls it */
	enum reloc_class class;
	enum reloc_part part;
	uint8_t bytes; /* of the place that is changed: 1 to 4, 8, 16; 0 when none, or any number */
	bool pc_relative; /* P is subtracted, or what stands for it: its page, its label */
	/*
	 * GNU ld and lld both refuse a value that does not fit. Otherwise at least one of them
	 * truncates without a word: what it then writes cannot be told from a value that fits.
	 */
	bool checked;
	/* Bits of the place, read little-endian, that hold the value; of 16 bytes, of each half. */
	uint64_t field;
	/*
	 * The least and the most that S + A can be, or S + A - P (of the page that the instruction
	 * takes it from), for a sequence in which this part is the highest; both 0 when nothing
	 * bounds it. All modulo 2^64, as the linkers compute. So the row that decides is that of
	 * the highest part present, and a low part on its own proves nothing: it may share a high
	 * part that stands afar.
	 */
	int64_t least;
	int64_t most;
};

/* The range of a field of so many bits; EITHER when its reader may take it signed or unsigned. */
#define RELOC_SIGNED(bits)                                                                         \
	.least = -(INT64_C(1) << ((bits) - 1)), .most = (INT64_C(1) << ((bits) - 1)) - 1
#define RELOC_UNSIGNED(bits) .least = 0, .most = (INT64_C(1) << (bits)) - 1
#define RELOC_EITHER(bits)                                                                         \
	.least = -(INT64_C(1) << ((bits) - 1)), .most = (INT64_C(1) << (bits)) - 1

/* A part that completes a higher one, which says what becomes of the value. */
static inline bool reloc_is_low(const struct reloc_info *info)
{
	return info->part == PART_LOW || info->part == PART_LOW_STORE || info->part == PART_64_LOW;
}

struct arch;

/* The row of a number, or NULL when nobody has given it a meaning. Static storage. */
const struct reloc_info *reloc_info(const struct arch *arch, uint32_t number);

/*
 * The name of a number; `type <number>`, written to the buffer, when it has none. Valid as long as
 * the buffer is.
 */
#define RELOC_NAME_SIZE 16
const char *reloc_name(const struct arch *arch, uint32_t number, char buffer[RELOC_NAME_SIZE]);

#endif
