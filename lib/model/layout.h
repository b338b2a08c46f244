/*
 * A layout: one system's per-CPU data in one file, with everything the checks judge. Derived from
 * an image once, then read-only.
 */
#ifndef PERCPU_MODEL_LAYOUT_H
#define PERCPU_MODEL_LAYOUT_H

#include "lib/model/profile.h"
#include "lib/model/references.h"
#include "lib/obj/image.h"

/* A number that may not be known. */
struct maybe {
	bool known;
	uint64_t value;
};

enum bound_state {
	BOUND_MISSING,	 /* no such symbol */
	BOUND_UNDEFINED, /* in the table, but undefined (weak) */
	BOUND_DEFINED,
};

struct bound {
	enum bound_state state;
	struct symbol symbol; /* unless missing */
};

/* A per-CPU variable: an STT_OBJECT symbol, or a sized one without type, in the template's section.
 */
struct variable {
	const char *name; /* as shown: demangled, without the profile's prefix */
	struct symbol symbol;
	uint32_t outer; /* 1 + index of the last one before it that ends behind it; 0: none */
	/* Those around it are gone through in steps: 1 + index of one far out, 0: behind the
	 * outermost; and how many there are. */
	uint32_t skip;
	uint32_t depth;
};

struct abi_note;

struct layout {
	const struct image *image;
	const struct profile *profile;
	const char *profile_source; /* what told the profile, in words */
	/* Nothing but variables' names speaks of it so far; it stays only if code reaches them
	 * through the per-CPU register. */
	bool tentative;
	const struct abi_note *note; /* what the file's ABI notes say of it; NULL when none does */
	enum model model;
	const char *model_source; /* "option", "note", "profile", "code", "assumed", or NULL */
	bool model_assumed;
	enum placement placement;
	const char *placement_source; /* "option", "profile", "symbols", "note", or NULL */

	/* Sections that hold the template, [0] the one the layout is named after; empty when the
	 * section that the symbols speak of is missing. Behind [0] they are in the order of the
	 * section headers. */
	const uint32_t *sections;
	size_t section_count;
	const bool *member; /* per section of the image: is it one of these? */
	const char *name;   /* the section's name, or what it should be */

	struct bound bounds[BOUND_COUNT];

	struct maybe template_start; /* virtual address */
	struct maybe template_end;
	struct maybe load; /* virtual address where start-up reads the template */
	struct maybe
		area_start; /* virtual addresses of the reserved areas, when the image has them */
	struct maybe area_end;
	struct maybe area_size; /* bytes of the template, what start-up copies */
	struct maybe stride;	/* bytes from area to area */
	struct maybe cpus;	/* areas that fit in the reserved bytes */

	/* By value (in objects by section first), then size falling, then place in the table. */
	const struct variable *variables;
	size_t variable_count;
	struct references references; /* what relocations of allocated sections say of it */
	const struct symbol
		*strays; /* per-CPU by name (the profile's prefix), elsewhere by section */
	size_t stray_count;
};

/* What the command line fixes. Zeroed: detect everything. */
struct layout_options {
	const struct profile *profile; /* NULL: detect; the user's own too */
	enum model model;
	enum placement placement;
	uint64_t stride_align; /* bytes; 0: the profile's */
	unsigned threads;      /* that read one file, at most; 0 and 1: the caller's alone */
};

struct layout_list {
	struct layout *layouts;
	size_t count;
	const uint32_t
		*orphans; /* allocated sections whose names say per-CPU, claimed by no layout */
	size_t orphan_count;
	const struct abi_note *note; /* the file's own; NULL when it has none */
};

/*
 * Finds every layout of `image` and fills `list`; everything lives in `arena`, names in the image.
 * False with *error set when a symbol cannot be read or memory runs out.
 */
bool layouts_find(const struct image *image, const struct layout_options *options,
	struct arena *arena, struct layout_list *list, struct error *error);

/* True when a section's name says per-CPU data, whoever's: what an orphan is recognised by. */
bool name_says_percpu(const char *section_name);

/* Is section `index` one of the layout's? */
bool layout_has_section(const struct layout *layout, uint32_t index);

/* The layout's first section, or NULL when it is missing. */
const struct section *layout_section(const struct layout *layout);

/*
 * Does nothing but an ABI note speak of the layout? A file whose code was compiled for per-CPU data
 * and that has no variable.
 */
bool layout_is_only_noted(const struct layout *layout);

/* Is `symbol` a boundary symbol of the layout's profile? By name, in any state. */
bool layout_is_bound(const struct layout *layout, const char *symbol_name);

/*
 * The variable that covers `address` in section `section` (in linked files any of the layout's
 * sections may be given), or NULL; *offset gets the bytes from the variable's start. The innermost
 * one where several do; one of size 0 that stands there where none does.
 */
const struct variable *layout_variable_at(
	const struct layout *layout, uint32_t section, uint64_t address, uint64_t *offset);

/*
 * The variable that covers `address`: `inner`, or the innermost of those around it; NULL when none
 * does. `inner` begins at or before the address.
 */
const struct variable *layout_variable_around(
	const struct layout *layout, const struct variable *inner, uint64_t address);

/* S + A of a relocation, resolved by address: symbols may be sections, merged globals, anchors. */
struct reloc_target {
	uint32_t section;		 /* of the symbol; one of SYMBOL_* when it is in none */
	uint64_t address;		 /* S + A, modulo 2^64 */
	const struct variable *variable; /* NULL when none covers the address */
	uint64_t offset;		 /* into the variable */
};

/* False with *error set when the relocation's symbol cannot be read. */
bool layout_resolve(const struct layout *layout, const struct reloc *reloc,
	struct reloc_target *target, struct error *error);

#endif
