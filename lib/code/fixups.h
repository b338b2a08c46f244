/*
 * What an object's relocations say of its code beside where the template's variables are: where
 * jumps lead to that the linker has yet to fill in, and what is the template's start, or an address
 * of something else, and no number. For lib/code only.
 */
#ifndef PERCPU_CODE_FIXUPS_H
#define PERCPU_CODE_FIXUPS_H

#include "arch/reloc.h"
#include "lib/model/layout.h"

struct fixup {
	uint64_t place;	 /* offset in `section` */
	uint64_t target; /* S + A, as `target_section` counts */
	uint32_t section;
	uint32_t target_section; /* the symbol's: an index, or one of SYMBOL_* */
	const struct reloc_info *info;
	bool start; /* the symbol is a template's start, which the linker defines */
};

/* In the order of sections and places; empty for a linked file. */
struct fixups {
	const struct fixup *items;
	size_t count;
};

/*
 * Those in the executable sections of `image`, without what is in the templates of `list`. They
 * live in `arena`. False with *error set when a symbol cannot be read or memory runs out.
 */
bool fixups_read(const struct image *image, const struct layout_list *list, struct arena *arena,
	struct fixups *fixups, struct error *error);

/* The first at or behind a place of a section, up to the end of all. */
const struct fixup *fixups_from(const struct fixups *fixups, uint32_t section, uint64_t place);

#endif
