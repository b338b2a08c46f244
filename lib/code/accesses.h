/*
 * Accesses: what the code of a file does with per-CPU data, read from the instructions; where there
 * are relocations they say the addresses, elsewhere the constants that the code forms do.
 */
#ifndef PERCPU_CODE_ACCESSES_H
#define PERCPU_CODE_ACCESSES_H

#include "lib/model/functions.h"
#include "lib/model/layout.h"

enum access_kind {
	ACCESS_READ,
	ACCESS_WRITE,
	ACCESS_CHANGE,	/* read and written by one instruction */
	ACCESS_ADDRESS, /* an address in an area is formed, through which no access is seen */
};

/* How the instruction says where. */
enum access_form {
	ACCESS_ABSOLUTE, /* through the segment, at a displacement */
	ACCESS_RELATIVE, /* through the segment, relative to the program counter */
	ACCESS_INDEXED,	 /* through the segment and general registers */
	ACCESS_REGISTER, /* through general registers, into which the base was brought */
};

struct access {
	uint64_t address; /* of the instruction: virtual; in an object the offset in `section` */
	uint32_t section; /* index, where the code is */
	uint32_t target_section;     /* in an object: that `target` counts in */
	uint64_t target;	     /* in the template: virtual address, in an object an offset */
	const struct layout *layout; /* NULL: the target is in no template */
	const struct variable *variable; /* NULL: none stands there, or the place is not known */
	uint64_t offset;		 /* bytes from the variable's start */
	uint8_t kind;			 /* enum access_kind */
	uint8_t form;			 /* enum access_form */
	/* PERCPU_NOTE_REGISTER_*: through which register; 0: none, at an address in a template. */
	uint8_t base;
	uint8_t length; /* bytes of the instruction */
	uint16_t width; /* bytes of memory; 0: not known, or none */
	bool pair;	/* of two registers' words, side by side */
	bool bitwise;	/* an atomic and, or, xor */
	bool exclusive; /* a load-linked or store-conditional */
	bool floating;	/* something unknown is added to `target` */
	bool relocated; /* `target` is what a relocation says, not the code */
	bool bound;	/* by a relocation against a boundary symbol: no variable is meant */
	bool placed;	/* struct value: no member of what a null pointer points to */
	bool formed;	/* code forms a constant for it: it is no member's displacement alone */
	bool crossed;	/* the address was kept over a call, or while interrupts were allowed */
	/* Of no base: 1 + the offset in the area of a word that is added to `target`; 0: none is.
	 */
	uint32_t word;
	uint8_t reach; /* bits that code formed `target` for: by movz 16; 0: not known */
};

/* An instruction that writes a register that may hold a base. */
struct base_write {
	uint64_t address; /* as of an access */
	uint32_t section;
	uint8_t base;	/* PERCPU_NOTE_REGISTER_* */
	uint8_t length; /* bytes */
	bool known;	/* it is then an address, or a number, that the code forms */
	uint64_t value;
};

struct base_writes {
	const struct base_write *items;
	size_t count;
};

/* By section, then address; of one instruction first what it does to memory. */
struct accesses {
	const struct access *items;
	size_t count;
	/* Bytes of the code looked at that are no instructions, and of all data marked among it. */
	uint64_t unread;
	uint64_t read; /* bytes that are; of suspects less than the code has */
	uint64_t code; /* bytes of all code */
	/* A bit a PERCPU_NOTE_REGISTER_*: through which the layouts are reached; 0: through none,
	 * and no code was read but for suspects and remote. */
	uint32_t bases;
	struct base_writes writes; /* of suspects only */
};

struct accesses_options {
	unsigned threads;		   /* at most */
	const struct functions *functions; /* the image's: code is read in runs that one covers */
	/*
	 * What no access of a working kernel is counts too: memory of a template reached without a
	 * base, or through a register that is not the layouts'; and what writes a base. Where the
	 * template is not known to be elsewhere than at address 0 a number that was in a register
	 * counts when it is `placed`, or the whole of a variable is read or written there - and
	 * where relocations are kept, with the base elsewhere than in gp, only what one of them
	 * says.
	 *
	 * Code is passed over that has nothing to begin with: no use of a base, no relocation
	 * against a template, no constant within 8 KiB of it - where it is at address 0, of what
	 * may lead to a whole variable - and no load from .got or, on aarch64, from among the code
	 * that brings one. So a number goes unseen that is a sum of others, all of them farther
	 * away, or that is loaded from other read-only data. Where something unknown is in an
	 * address constants are not followed that are added to it: the `target` of such an access
	 * may lack them.
	 */
	bool suspects;
	/*
	 * All code is read, and what reaches a variable, or forms its address, with something
	 * unknown added and no base counts too: that may be another CPU's base. Such an access has
	 * no `base`, and is `floating`.
	 */
	bool remote;
	/* With suspects: no code is passed over. That takes ten times as long. */
	bool thorough;
};

/*
 * Reads the code of `image` for accesses to the data of `list`, which was found in it. Everything
 * lives in `arena`. False with *error set when memory runs out.
 */
bool accesses_find(const struct image *image, const struct layout_list *list,
	const struct accesses_options *options, struct arena *arena, struct accesses *accesses,
	struct error *error);

/* Through which registers code reaches a layout: a bit a PERCPU_NOTE_REGISTER_*; 0: none. */
uint32_t accesses_bases(const struct image *image, const struct layout *layout);

/* "read", "write", "read-modify-write", "address"; "absolute" and so on. Static storage. */
const char *access_kind_name(enum access_kind kind);
const char *access_form_name(enum access_form form);

#endif
