/*
 * References: the relocations whose symbol stands in a layout's template, each with what it means
 * and what the code around it does. Of objects, and of files linked with --emit-relocs.
 */
#ifndef PERCPU_MODEL_REFERENCES_H
#define PERCPU_MODEL_REFERENCES_H

#include "arch/reloc.h"
#include "arch/site.h"
#include "lib/obj/image.h"

struct reference {
	uint64_t place;	  /* virtual address; in an object the offset in `section` */
	uint64_t target;  /* S + A; with what a PC-relative field counts from taken off */
	uint32_t section; /* index, where the place is */
	uint32_t symbol;  /* index in .symtab */
	uint32_t type;	  /* R_<machine>_* */
	uint32_t rela;	  /* index of the section with the relocation, and of its entry there */
	uint32_t entry;
	/* A PC-relative pair that GNU ld has made absolute: the target is read from the code, and
	 * `symbol` is 0. */
	bool rewritten;
	bool misplaced; /* the code at the place is not what the linker changed: it is unread */
	bool may_relax; /* the linker may rewrite the instruction (R_RISCV_RELAX) */
	/* The symbol is not of the template: what a linker has left of rewritten code is kept
	 * whatever it names. */
	bool foreign;
	struct site site; /* of SITE_NONE when the place is no code */
};

/* In the order of sections and places. */
struct references {
	const struct reference *items;
	size_t count;
};

/* Is its place before another, in the order of `struct references`? */
bool reference_is_before(const struct reference *reference, uint32_t section, uint64_t place);

/* The first at or behind a place, in the same section or another; NULL when none is. */
const struct reference *references_from(
	const struct references *references, uint32_t section, uint64_t place);

/* Those whose places are in `size` bytes of a section; they stand where `all` has them. */
struct references references_within(
	const struct references *all, uint32_t section, uint64_t from, uint64_t size);

/* The table's row of a reference's relocation; NULL for a number that nobody knows. */
const struct reloc_info *reference_info(
	const struct image *image, const struct reference *reference);

/* An offset of model zero in an instruction, as a value or in an access; the low part of an address
 * is none. Plain C code of a small code model takes addresses in the same way. */
bool reference_is_offset(const struct image *image, const struct reference *reference);

/* The same, where the per-CPU register is seen to take part: no plain C code does that. */
bool reference_is_access(const struct image *image, const struct reference *reference);

/* Where the instruction starts, as `place` counts; the place when it is not recognised. */
uint64_t reference_instruction(const struct reference *reference);

/* The instruction's bytes; empty when it is not recognised. */
struct span reference_bytes(const struct image *image, const struct reference *reference);

/* The bytes of the section with the place, and the place's offset in them. */
struct span reference_code(
	const struct image *image, const struct reference *reference, uint64_t *offset);

#endif
