/* Shared by the files of lib/model only. */
#ifndef PERCPU_MODEL_PRIVATE_H
#define PERCPU_MODEL_PRIVATE_H

#include "lib/model/layout.h"
#include "lib/model/symbols.h"

/* Fills what a layout is known by: its members, bounds and name. False with *error set. */
bool layout_bind(struct layout *layout, const struct symbol_scan *scan, struct arena *arena,
	struct error *error);

/* Gathers the references of all layouts, which are bound but not derived. False with *error set.
 */
bool layouts_refer(const struct image *image, struct layout_list *list,
	const struct symbol_scan *scan, unsigned threads, struct arena *arena, struct error *error);

/* Of a layout that is a symbol range: does the symbol's value lie in it? */
bool layout_in_range(const struct layout *layout, const struct symbol *symbol);

/*
 * Fills everything else of a bound layout: model, placement, spans, variables. False with *error
 * set.
 */
bool layout_derive(struct layout *layout, const struct symbol_scan *scan,
	const struct layout_options *options, struct arena *arena, struct error *error);

/* The variables part of it. */
bool layout_collect(struct layout *layout, const struct symbol_scan *scan, struct arena *arena,
	struct error *error);

#endif
