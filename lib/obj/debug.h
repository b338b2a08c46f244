/*
 * Debug information, DWARF 2 to 5: where an image's variables stand, and how their types are laid
 * out. libdwarf reads it, from the sections that lib/obj hands over; it is included nowhere else.
 * Nothing of it is touched before debug_open().
 */
#ifndef PERCPU_OBJ_DEBUG_H
#define PERCPU_OBJ_DEBUG_H

#include "lib/obj/image.h"

struct debug_type;

enum debug_kind {
	DEBUG_UNKNOWN,	 /* not described here, or in a way that is not read: nothing is known */
	DEBUG_SCALAR,	 /* a number, a pointer, an enumeration, a vector: nothing inside */
	DEBUG_AGGREGATE, /* a structure, a class, a union, variants: members, which may overlap */
	DEBUG_ARRAY,
};

struct debug_member {
	const char *name; /* "" when it has none: an anonymous structure, a base class */
	uint64_t offset;  /* bytes from the start of what it is a member of */
	/* Bytes; of a bit-field, of the units of its declared type that it is in. */
	uint64_t size;
	bool bit_field;
	const struct debug_type *type; /* never NULL */
};

/*
 * A type without its names: typedefs and qualifiers are gone through. No type is part of itself, as
 * pointers are scalars. Lives in the arena of debug_open().
 */
struct debug_type {
	enum debug_kind kind;
	uint64_t size; /* bytes; of an array 0 when its length is not said */
	/* Of an array, all dimensions together: never itself an array. */
	const struct debug_type *element;
	uint64_t count;
	const struct debug_member *members; /* of an aggregate, as declared */
	size_t member_count;
};

/* Addresses, as debug_address() has them, that variables are looked for at. */
struct debug_range {
	uint64_t start;
	uint64_t size;
};

struct debug_wanted {
	const struct debug_range *ranges;
	size_t range_count;
	/*
	 * The symbol at address 0, or NULL. Linkers leave 0 as the address of variables that they
	 * have dropped: only by its name one at 0 is told from those.
	 */
	const char *at_zero;
};

struct debug_variable {
	uint64_t address; /* as debug_address() has it */
	const char *name; /* as in the source; "" when it has none */
	const struct debug_type *type;
};

struct debug;

/*
 * An address as ranges and variables have it: the virtual one; in an object, where all sections
 * begin at 0, one of its own for each section.
 */
uint64_t debug_address(const struct image *image, uint32_t section, uint64_t address);

/*
 * Finds the variables in `wanted` that the image's debug information places there. NULL without an
 * error when it has none of them: *missing then says why, in static storage. NULL with *error set
 * when what there is cannot be read. Everything but libdwarf's own lives in `arena`, which is to
 * outlive it, as are the image, `wanted` and `error`, which later calls set as well.
 */
struct debug *debug_open(const struct image *image, const struct debug_wanted *wanted,
	struct arena *arena, const char **missing, struct error *error);

/*
 * The variable that covers `address`, with its type in *variable; false when there is none, or its
 * type is not known, or with the error of debug_open() set.
 */
bool debug_variable_at(struct debug *debug, uint64_t address, struct debug_variable *variable);

/* Returns libdwarf's memory. NULL is fine. */
void debug_close(struct debug *debug);

#endif
