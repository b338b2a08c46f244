/* Shared by the files of lib/model only. */
#ifndef PERCPU_MODEL_PRIVATE_H
#define PERCPU_MODEL_PRIVATE_H

#include "lib/model/layout.h"
#include "lib/model/symbols.h"

/*
 * Fills everything of a layout that follows from its profile, its sections and the symbols found:
 * bounds, model, placement, spans, variables. False with *error set.
 */
bool layout_derive(struct layout *layout, const struct symbol_scan *scan,
	const struct layout_options *options, struct arena *arena, struct error *error);

/* The variables part of it. */
bool layout_collect(struct layout *layout, const struct symbol_scan *scan, struct arena *arena,
	struct error *error);

#endif
