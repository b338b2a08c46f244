/* The objects of a link (--objects): what the linked file no longer tells. */
#ifndef PERCPU_MODEL_INPUTS_H
#define PERCPU_MODEL_INPUTS_H

#include "lib/model/note.h"
#include "lib/obj/source.h"

/* A per-CPU-like section of an object. */
struct input_section {
	const struct image *object;
	const struct section *section;
	bool initialised; /* has a byte that is not zero, or a relocation */
	/* The variable, when it is the only one in its section; its alignment is then the
	 * section's. */
	const char *only_symbol;
	size_t symbol_count;
};

/* A symbol that an object defines in such a section. */
struct input_symbol {
	const struct input_section *section;
	struct symbol symbol;
	const char *file; /* the source file that STT_FILE names for a local one; NULL */
};

struct inputs {
	struct source **sources; /* what the paths hold; the images stand in their bytes */
	size_t source_count;
	struct image **images;
	size_t image_count, image_room;
	struct input_section *sections;
	size_t section_count;
	struct input_symbol *symbols; /* by name */
	size_t symbol_count;
	/* The ABI notes of all objects that were named, and those of members of archives, which
	 * need not all be linked. */
	const struct abi_note *note;
	const struct abi_note *member_note;
};

/*
 * Opens the objects, the members of archives too, and gathers their per-CPU sections - those that
 * any profile, or `own`, takes. False with *error set and *failed the path, or "path(member)", when
 * one cannot be read; inputs_close() is due in either case. Everything but the images and their
 * bytes lives in `arena`.
 */
bool inputs_open(struct inputs *inputs, const char *const *paths, size_t count,
	const struct profile *own, struct arena *arena, const char **failed, struct error *error);
void inputs_close(struct inputs *inputs);

/* First of the symbols with this name, or NULL; others of the name follow it in `symbols`. */
const struct input_symbol *inputs_symbol(const struct inputs *inputs, const char *name);

#endif
