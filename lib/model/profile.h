/*
 * Profiles: whose per-CPU section and symbols these are. Const tables, one struct a system; a new
 * one is a struct in profiles.c and a line in profiles.def.
 */
#ifndef PERCPU_MODEL_PROFILE_H
#define PERCPU_MODEL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How code reaches a variable; checks.md, "which layout is it?". */
enum model {
	MODEL_UNKNOWN,
	MODEL_ZERO,    /* offset = symbol value; the register holds the area's base */
	MODEL_NONZERO, /* offset = symbol - load start, or the register holds base - load start */
	MODEL_NAIVE,   /* no register: plain globals, one CPU */
};

/* Where the areas are. */
enum placement {
	PLACEMENT_UNKNOWN,
	PLACEMENT_OVERLAY,  /* area 0 lies on the template, the others behind it */
	PLACEMENT_SEPARATE, /* reserved elsewhere in the image */
	PLACEMENT_DYNAMIC,  /* memory that the image does not know */
};

/* What a boundary symbol says. */
enum bound_role {
	BOUND_TEMPLATE_START, /* virtual address where the template is linked */
	BOUND_TEMPLATE_END,
	BOUND_LOAD,	  /* virtual address where start-up reads the template's bytes */
	BOUND_AREA_START, /* virtual address of the reserved areas */
	BOUND_AREA_END,
	BOUND_RESERVE_START, /* room for dynamic allocation: same addresses as the template's */
	BOUND_RESERVE_END,
	BOUND_BASE, /* what code subtracts from a symbol, where that is not the template's start */
	BOUND_STRIDE, /* a number: bytes from area to area */
	BOUND_SIZE,   /* a number: bytes of the template */
	BOUND_ALIGN,  /* a number: bytes, what areas are aligned to */
	BOUND_COUNT,
};

/* How much a profile's users depend on a symbol. */
enum bound_need {
	BOUND_OPTIONAL, /* often absent; nothing is said */
	BOUND_EXPECTED, /* absent: a note, and what needs it is skipped */
};

struct bound_spec {
	const char *name; /* NULL: the profile has no such symbol */
	enum bound_need need;
};

enum { PROFILE_SECTIONS = 6, PROFILE_COMPANIONS = 4, PROFILE_EVIDENCE = 4 };

struct profile {
	const char *name;  /* for --profile and the output */
	const char *title; /* whose it is, in words */

	/* Output sections of a linked file, the one the layout is named after first; NULL-ended. */
	const char *sections[PROFILE_SECTIONS];
	/* Output sections beside the template that only reserve areas or mark their place;
	 * NULL-ended. */
	const char *companions[PROFILE_COMPANIONS];
	/* Input sections of an object: an entry that ends in '*' is a prefix. NULL-ended. */
	const char *inputs[PROFILE_SECTIONS];
	/* The template is a symbol range inside a section of other data (Xen's .bss). */
	bool symbol_range;

	struct bound_spec bounds[BOUND_COUNT];
	/* Any of these symbols, defined or not, tells this profile from others with its section. */
	const char *evidence[PROFILE_EVIDENCE];
	/* What names of variables begin with (mangled: their last part); NULL for nothing. */
	const char *variable_prefix;

	/* The symbol of the variable that holds what the per-CPU register holds; NULL: none does.
	 */
	const char *self;
	/* e_machine on which no register holds a base: code looks __per_cpu_offset[cpu] up. 0:
	 * none. */
	uint16_t remote_machine;

	enum model model;	 /* the only one the system has, or UNKNOWN when it has several */
	enum model module_model; /* of loadable modules (ET_REL with .modinfo), or UNKNOWN */
	/* e_machine on which a section at address 0 means model zero and any other address nonzero;
	 * on all other machines the model is nonzero. 0: the address tells nothing for certain. */
	uint16_t zero_machine;
	enum placement placement; /* the only one, or UNKNOWN: found from the symbols */
	uint64_t stride_align; /* bytes the system's code rounds the template up to; 0: not fixed */
	bool zero_by_design;   /* start-up clears the areas: NOBITS loses nothing */
	bool has_no_pointers;  /* its code never follows an address of the template kept in data */
	bool takes_note;     /* its code is built with runtime/percpu_note.h: a note speaks of it */
	bool start_is_exact; /* the template's start must be the section's address */
};

/* In detection order: the specific before the general. NULL from `index` on. Static storage. */
const struct profile *profile_at(size_t index);
const struct profile *profile_by_name(const char *name);

/* The profile of a `.percpu` that matches no system. */
extern const struct profile profile_generic;

/* Is `name` one of the output sections, or (inputs) one of the input sections? */
bool profile_has_section(const struct profile *profile, const char *name);
bool profile_has_input(const struct profile *profile, const char *name);
bool profile_has_companion(const struct profile *profile, const char *name);

/* "zero" and so on; "unknown" for the unknown. Static storage. */
const char *model_name(enum model model);
const char *placement_name(enum placement placement);
/* NULL-ended lists of the names that options take, in the order of the enums from 1 on. */
extern const char *const model_choices[];
extern const char *const placement_choices[];

#endif
