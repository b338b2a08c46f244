/* Shared by the files of lib/obj that read debug information. */
#ifndef PERCPU_OBJ_INTERNAL_H
#define PERCPU_OBJ_INTERNAL_H

#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/dwarf.h>
#include <libdwarf/libdwarf.h>
#elif __has_include(<libdwarf.h>)
#include <dwarf.h>
#include <libdwarf.h>
#else
#error "libdwarf.h is missing: install libdwarf with its headers (Debian: libdwarf-dev)"
#endif

#include "lib/obj/debug.h"

/* 0.2 changed names and types; from 0.3 on the header says its version. 0.2 itself does not. */
#ifdef DW_LIBDWARF_VERSION
#define LIBDWARF_NEW 1
typedef Dwarf_Obj_Access_Interface_a debug_interface;
#else
#define LIBDWARF_NEW 0
typedef Dwarf_Obj_Access_Interface debug_interface;
#endif

/* The sections that variables and types need, [0] being the null section; libdwarf sees no other.
 */
enum { DEBUG_INFO = 1, DEBUG_ADDR = 7, DEBUG_SECTIONS = 8 };

/*
 * libdwarf's view of the image. It is used through its object interface alone, with sections that
 * are decompressed and relocated here: what it does by itself differs from version to version.
 */
struct debug_sections {
	struct span bytes[DEBUG_SECTIONS];
	uint64_t file_size; /* bytes; not less than any offset that is read */
	debug_interface interface;
	Dwarf_Debug dwarf; /* NULL while it is not open */
};

/* True when they are there; false without an error: there is no debug information. */
bool debug_sections_read(const struct image *image, struct arena *arena,
	struct debug_sections *sections, struct error *error);

/* Opens libdwarf on what was read. The sections must stay where they are. */
bool debug_sections_open(struct debug_sections *sections, struct error *error);
void debug_sections_close(struct debug_sections *sections);

/* A reference to an entry: an offset in .debug_info or in .debug_types. */
struct debug_place {
	Dwarf_Off offset;
	Dwarf_Bool is_info;
	bool known; /* it is in this file */
};

/* Where a variable is; its type is read when it is asked for. */
struct debug_entry {
	uint64_t address;
	const char *name;
	const char *linkage_name; /* as the symbol is called, where that is another one; or NULL */
	struct debug_place type;
	const struct debug_type *resolved; /* NULL: not yet */
};

struct debug_node;

enum { DEBUG_BUCKETS = 1024 };

struct debug {
	const struct image *image;
	const struct debug_wanted *wanted;
	struct arena *arena;
	struct error *error;
	struct debug_sections sections;
	struct debug_entry *entries; /* by address */
	size_t entry_count, entry_room;
	bool split;				 /* some of it is in .dwo files */
	bool supplementary;			 /* some of it is in a file that dwz has made */
	struct debug_node *types[DEBUG_BUCKETS]; /* those that were read, by place */
};

/* What libdwarf complains about becomes the error; always false. Frees `cause`. */
bool debug_failed(Dwarf_Debug dwarf, Dwarf_Error cause, struct error *error);

/* A number that an attribute may have. */
struct debug_value {
	bool known;
	uint64_t value;
};

/*
 * Attributes of an entry. False with the error set when it cannot be read; what is not there, or
 * has another form, is no error: NULL, nothing known, an empty span.
 */
bool debug_attribute(struct debug *debug, Dwarf_Die die, Dwarf_Half number, Dwarf_Attribute *attr);
bool debug_has(struct debug *debug, Dwarf_Die die, Dwarf_Half number, bool *has);
bool debug_number(struct debug *debug, Dwarf_Die die, Dwarf_Half number, struct debug_value *value);
bool debug_string(struct debug *debug, Dwarf_Die die, Dwarf_Half number, const char **string);
bool debug_reference(
	struct debug *debug, Dwarf_Die die, Dwarf_Half number, struct debug_place *place);
bool debug_expression(
	struct debug *debug, Dwarf_Die die, Dwarf_Half number, struct span *expression);

/* What follows an operation in an expression, as an unsigned LEB128, taken off it. */
uint64_t debug_take_uleb(struct span *expression);

/* Entries, each freed by dwarf_dealloc_die(): the one at a place, the first in another one. */
bool debug_entry_at(struct debug *debug, struct debug_place place, Dwarf_Die *die);
bool debug_child(struct debug *debug, Dwarf_Die die, Dwarf_Die *child);

/*
 * Goes on from *die, which it frees, to the one beside it: NULL when there is none. `offset` is
 * that of *die.
 */
bool debug_next(struct debug *debug, Dwarf_Off *offset, Dwarf_Die *die);

/* The type at `place`; NULL with the error set. */
const struct debug_type *debug_type_at(struct debug *debug, struct debug_place place);

#endif
