/*
 * The ABI notes of a file, or of all objects of a link together: what runtime/percpu_note.h
 * declares, read with nothing believed.
 */
#ifndef PERCPU_MODEL_NOTE_H
#define PERCPU_MODEL_NOTE_H

#include "lib/model/layout.h"
#include "runtime/percpu_note.h"

/* The members of both notes, those of the unit note first. */
enum note_field {
	NOTE_MODE,
	NOTE_MODEL,
	NOTE_REGISTER,
	NOTE_PREEMPT,
	NOTE_WIDE,
	NOTE_PLACEMENT,
	NOTE_CPUS,
	NOTE_STRIDE,
	NOTE_STRIDE_ALIGN,
	NOTE_RESERVE,
	NOTE_FIELD_COUNT,
};

/* What one note says in a field, and where it stands. */
struct note_value {
	uint64_t value; /* a constant of percpu_note.h, or a number in the field's unit */
	const struct image *image;
	uint64_t offset; /* file offset of the note; in an archive, from its member's start */
};

/* What all notes say in a field. Unspecified ones, and values that do not exist, are not asked. */
struct note_fact {
	bool known;
	struct note_value first;
	bool contradicted;
	struct note_value other; /* the first that says something else */
};

/* Why a note, or what follows it in its section, cannot be read. */
struct note_damage {
	const char *what; /* in words; NULL: nothing is damaged */
	const struct image *image;
	uint64_t offset; /* file offset, as above */
};

struct abi_note {
	const struct section *section; /* the first that has a note; NULL: none, or segments */
	size_t unit_count;
	size_t image_count;
	struct note_fact facts[NOTE_FIELD_COUNT];
	struct note_damage damage; /* the first one */
	size_t damage_count;
};

/*
 * Adds all notes of owner percpu of `image` to `note`, which begins zeroed: those of every section
 * `.note.percpu` and of other SHT_NOTE sections, allocated or not; without section headers, of the
 * PT_NOTE segments. Texts live in `arena`. False with *error set when memory runs out.
 */
bool note_read(
	const struct image *image, struct arena *arena, struct abi_note *note, struct error *error);

/* Is there any note, readable or not? `note` may be NULL, here and below. */
bool note_present(const struct abi_note *note);

/* What all notes agree on in a field; not known where they contradict each other. */
struct maybe note_agreed(const struct abi_note *note, enum note_field field);

/* The model, MODEL_NAIVE from the mode, and the placement; UNKNOWN where the note does not say. */
enum model note_model(const struct abi_note *note);
enum placement note_placement(const struct abi_note *note);

/* A field's name, "stride_align"; static storage. */
const char *note_field_name(enum note_field field);

/* A value's name, "zero"; NULL for numbers, and for constants that do not exist. Static storage. */
const char *note_word(enum note_field field, uint64_t value);

#endif
