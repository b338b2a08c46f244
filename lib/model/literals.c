/*
 * Words among the code that are loaded by an address which several instructions form, each with a
 * relocation: literals of gcc -mcmodel=large on aarch64. Neither part of the address names per-CPU
 * data, and in an object the instructions hold none of it.
 *
 * Most files have no such word, and then nothing is read. Where there is one, the relocations of
 * its section are gone through once, for all of its literals together: the pool stands behind its
 * function, and functions have no largest size to search backwards through. A load in another
 * section than its literal is not looked for: gcc writes none.
 */
#include "lib/model/private.h"

/* In the order of sections and places. */
struct literals {
	struct reference **items;
	size_t count, room;
};

static bool is_literal(const struct image *image, const struct reference *r)
{
	const struct reloc_info *info = reference_info(image, r);

	return image->sections[r->section].flags & SHF_EXECINSTR && info &&
	       site_is_word(image->arch, info);
}

/* The first literal from the place on; `count` when there is none. */
static size_t literal_from(const struct literals *literals, uint32_t section, uint64_t place)
{
	size_t low = 0, high = literals->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (reference_is_before(literals->items[middle], section, place))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_literals(const struct literals *literals, uint32_t section)
{
	const size_t first = literal_from(literals, section, 0);

	return first < literals->count && literals->items[first]->section == section;
}

static struct reference *literal_at(
	const struct literals *literals, uint32_t section, uint64_t place)
{
	const size_t first = literal_from(literals, section, place);
	struct reference *r = first < literals->count ? literals->items[first] : NULL;

	return r && r->section == section && r->place == place ? r : NULL;
}

/* Whatever the symbol, the relocations that say a whole address: the last part of it, or all. */
static bool make_filter(const struct image *image, struct reloc_filter *filter, struct arena *arena,
	struct error *error)
{
	const struct arch *arch = image->arch;

	*filter = (struct reloc_filter){
		.symbols = ARENA_ARRAY(arena, uint64_t, image->symbol_count / 64 + 1),
	};
	if (!filter->symbols)
		return error_memory(error);
	for (uint32_t i = 0; i < arch->reloc_count && i < RELOC_FILTER_TYPES; i++) {
		const struct reloc_info *info = &arch->relocs[i];

		if (info->class == RELOC_PCREL &&
			(info->part == PART_WHOLE || reloc_is_low(info)) &&
			!site_is_word(arch, info))
			reloc_filter_add(filter, i);
	}
	return true;
}

static bool read_loads(const struct literals *literals, const struct image *image,
	const struct section *rela, const struct reloc_filter *filter, struct error *error)
{
	const bool object = image->kind == IMAGE_OBJECT;
	const uint64_t start = object ? 0 : image->sections[rela->info].addr;
	const struct span code = image_section_bytes(image, rela->info);
	struct entry_run run = {0, image_reloc_count(image, rela)};

	for (; (run.first = image_reloc_find(image, rela, run, filter)) < run.end; run.first++) {
		const struct reloc reloc = image_reloc(image, rela, run.first);
		struct reference *literal;
		struct symbol symbol;
		uint64_t load;

		if (!image_symbol(image, reloc.symbol, &symbol, error))
			return false;
		if (object && symbol.section != rela->info)
			continue;
		literal = literal_at(literals, rela->info, symbol.value + (uint64_t)reloc.addend);
		if (literal && image->arch->load_of(code, reloc.offset - start, &load))
			site_add_load(
				&literal->site, image->arch, code, literal->place - start, load);
	}
	return true;
}

bool references_follow_literals(const struct image *image, struct reference *references,
	size_t count, struct arena *arena, struct error *error)
{
	struct literals literals = {.count = 0};
	struct reloc_filter filter;

	for (size_t i = 0; image->arch->load_of && i < count; i++) {
		if (!is_literal(image, &references[i]))
			continue;
		if (!ARENA_GROW(arena, literals.items, literals.count, literals.room))
			return error_memory(error);
		literals.items[literals.count++] = &references[i];
	}
	if (!literals.count)
		return true;
	if (!make_filter(image, &filter, arena, error))
		return false;
	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		if (image_is_link_rela(image, s) && has_literals(&literals, s->info) &&
			!read_loads(&literals, image, s, &filter, error))
			return false;
	}
	return true;
}
