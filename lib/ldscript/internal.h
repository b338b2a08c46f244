/* Shared by the files of this folder only. */
#ifndef PERCPU_LDSCRIPT_INTERNAL_H
#define PERCPU_LDSCRIPT_INTERNAL_H

#include "lib/ldscript/ldscript.h"

/* False, with *error set, when the options contradict each other. */
bool ldscript_validate(const struct ldscript_options *options, struct error *error);

/* .percpu has an address of its own, away from where it is loaded. */
bool ldscript_moved(const struct ldscript_options *options);

/* There is an output section .percpu_areas. */
bool ldscript_has_areas(const struct ldscript_options *options);

/* The output sections of the per-CPU data, as they stand inside SECTIONS. */
void ldscript_sections(const struct ldscript_options *options, FILE *to);

/* What must be true of the linked image. */
void ldscript_asserts(const struct ldscript_options *options, FILE *to);

/* A complete script around the two above. */
void ldscript_full(const struct ldscript_options *options, FILE *to);

/* One past the largest offset that code of model zero can use. */
uint64_t ldscript_offset_limit(const struct ldscript_options *options);

/* How addresses are written. */
#define HEX "0x%" PRIx64

#endif
