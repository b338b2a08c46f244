/* Shared by the files of lib/model only. */
#ifndef PERCPU_MODEL_PRIVATE_H
#define PERCPU_MODEL_PRIVATE_H

#include "lib/base/parallel.h"
#include "lib/model/layout.h"
#include "lib/model/symbols.h"

/* Fills what a layout is known by: its members, bounds and name. False with *error set. */
bool layout_bind(struct layout *layout, const struct symbol_scan *scan, struct arena *arena,
	struct error *error);

/*
 * The crew for layouts_refer(), of `threads` threads at most, which until then has the relocations
 * mapped. NULL for a file that is not worth one. The caller ends it.
 */
struct crew *layouts_refer_begin(const struct image *image, unsigned threads);

/*
 * Gathers the references of all layouts, which are bound but not derived: the crew's last work.
 * False with *error set.
 */
bool layouts_refer(const struct image *image, struct layout_list *list,
	const struct symbol_scan *scan, struct crew *crew, struct arena *arena,
	struct error *error);

/*
 * Does the symbol stand in the template? By its section and its value: linkers give boundary
 * symbols the section's index and a value far outside (GNU ld), or the reverse.
 */
bool layout_has_symbol(const struct layout *layout, const struct symbol *symbol);

/* The address that a pair was given by GNU ld, whose relocations no longer say it. False when the
 * entry, of section `rela`, is no high part of such a pair. */
bool reference_rewritten(
	const struct image *image, const struct section *rela, size_t entry, uint64_t *target);

/*
 * Reads entry `entry` of section `rela`, which names a symbol of the layout or is its to look at.
 * *function is where the function begins that has the place, as r_offset counts; NULL: nobody has
 * asked. False with *error set.
 */
bool reference_read(const struct image *image, const struct layout *layout,
	const struct section *rela, uint32_t entry, const uint64_t *function, struct reference *r,
	struct error *error);

/* A section's symbol stands for all of it, of which a symbol range is a part. */
bool reference_is_beside(const struct layout *layout, const struct reference *r);

/*
 * Looks, for the literals among the references, which are sorted, for the instructions whose
 * relocations name their places. False with *error set.
 */
bool references_follow_literals(const struct image *image, struct reference *references,
	size_t count, struct arena *arena, struct error *error);

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
