/* One pass over the relocations of allocated sections, for all layouts of a file. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/functions.h"
#include "lib/model/private.h"

/* As many relocations as are read at a time: a thread has the next ones when it is done with these.
 */
enum { PART_ENTRIES = 1 << 15 };

struct spot {
	uint32_t rela; /* index of the section, and of the entry in it */
	uint32_t entry;
};

/* Entries of a part that belong to one layout, and what they say. */
struct gathered {
	struct spot *spots;
	size_t spot_count, room;
	struct reference *items; /* room for as many, among those of the other parts */
	size_t count;
};

/* Entries of one section, or of several: files may have very many. */
struct part {
	struct spot first;
	size_t entries;
	struct gathered *gathered; /* one a layout */
	struct arena own;	   /* threads share none; until the parts are joined */
	struct error error;
};

/* What all parts have in common. */
struct gatherer {
	const struct image *image;
	const struct layout_list *list;
	struct reloc_filter filter;
	struct part *parts;
	size_t part_count;
};

static const struct layout *owner_of(
	const struct gatherer *g, const struct symbol *symbol, size_t *index)
{
	for (*index = 0; *index < g->list->count; ++*index)
		if (layout_has_symbol(&g->list->layouts[*index], symbol))
			return &g->list->layouts[*index];
	return NULL;
}

static bool is_marked(const uint64_t *bits, size_t index)
{
	return bits[index / 64] >> (index % 64) & 1;
}

static bool mark(const struct gatherer *g, uint64_t *bits, size_t index, struct error *error)
{
	struct symbol symbol;
	size_t layout;

	if (!image_symbol(g->image, index, &symbol, error))
		return false;
	if (owner_of(g, &symbol, &layout))
		bits[index / 64] |= UINT64_C(1) << (index % 64);
	return true;
}

static bool has_range(const struct layout_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->layouts[i].profile->symbol_range)
			return true;
	return false;
}

static bool mark_list(const struct gatherer *g, uint64_t *bits, const struct symbol_list *list,
	struct error *error)
{
	for (size_t i = 0; i < list->count; i++)
		if (!mark(g, bits, list->indices[i], error))
			return false;
	return true;
}

/* The section of a symbol range is not followed: all symbols are asked. */
static bool mark_all(const struct gatherer *g, uint64_t *bits, struct error *error)
{
	for (size_t i = 0; i < g->image->symbol_count; i++)
		if (!mark(g, bits, i, error))
			return false;
	return true;
}

/* The filter's bits: of every symbol of every layout, and of the numbers that relaxation leaves. */
static bool make_filter(struct gatherer *g, const struct symbol_scan *scan, struct arena *arena,
	struct error *error)
{
	const struct arch *arch = g->image->arch;
	uint64_t *bits = ARENA_ARRAY(arena, uint64_t, g->image->symbol_count / 64 + 1);

	if (!bits)
		return error_memory(error);
	if (has_range(g->list) ? !mark_all(g, bits, error)
			       : !mark_list(g, bits, &scan->inside, error) ||
					 !mark_list(g, bits, &scan->strays, error))
		return false;
	g->filter.symbols = bits;
	for (uint32_t i = 0; i < arch->reloc_count && i < RELOC_FILTER_TYPES; i++)
		if (arch->relocs[i].class == RELOC_RELAXED)
			reloc_filter_add(&g->filter, i);
	if (g->image->kind == IMAGE_RELOCS && arch->absolute_high)
		reloc_filter_add(&g->filter, arch->absolute_high);
	return true;
}

/*
 * The layout at address 0 whose template holds the address; SIZE_MAX for none. 0 itself may as well
 * be the value of a weak symbol that nobody has defined, of which nothing is left.
 */
static size_t owner_of_offset(const struct gatherer *g, uint64_t address)
{
	for (size_t i = 0; i < g->list->count; i++) {
		const struct section *s = layout_section(&g->list->layouts[i]);

		if (s && s->addr == 0 && address && address < s->size)
			return i;
	}
	return SIZE_MAX;
}

/* Whose the relocation is; SIZE_MAX when nobody's, or when there is an error. */
static size_t owner_of_reloc(
	const struct gatherer *g, const struct section *rela, size_t entry, struct error *error)
{
	const struct reloc reloc = image_reloc(g->image, rela, entry);
	struct symbol symbol;
	uint64_t target;
	size_t layout;

	if (reference_rewritten(g->image, rela, entry, &target))
		return owner_of_offset(g, target);
	if (reloc.symbol >= g->image->symbol_count) {
		error_set(error, ERROR_INPUT,
			"section %u (%.64s): relocation %zu: there is no symbol %" PRIu32
			", only %zu",
			rela->index, rela->name, entry, reloc.symbol, g->image->symbol_count);
		return SIZE_MAX;
	}
	/* Of a single layout are all that were marked. */
	if (g->list->count == 1 && is_marked(g->filter.symbols, reloc.symbol))
		return 0;
	if (!image_symbol(g->image, reloc.symbol, &symbol, error))
		return SIZE_MAX;
	if (owner_of(g, &symbol, &layout))
		return layout;
	/* What relaxation has left of other code is the first layout's to look at. */
	return reloc.type == g->image->arch->absolute_high ? SIZE_MAX : 0;
}

static bool gather_run(const struct gatherer *g, struct part *part, const struct section *rela,
	struct entry_run run)
{
	for (; (run.first = image_reloc_find(g->image, rela, run, &g->filter)) < run.end;
		run.first++) {
		const size_t layout = owner_of_reloc(g, rela, run.first, &part->error);
		struct gathered *to;

		if (layout == SIZE_MAX && part->error.kind != ERROR_NONE)
			return false;
		if (layout == SIZE_MAX)
			continue;
		to = &part->gathered[layout];
		if (!ARENA_GROW(&part->own, to->spots, to->spot_count, to->room))
			return error_memory(&part->error);
		to->spots[to->spot_count++] = (struct spot){rela->index, (uint32_t)run.first};
	}
	return true;
}

static void gather_part(void *context, size_t index)
{
	const struct gatherer *g = context;
	struct part *part = &g->parts[index];
	size_t left = part->entries, first = part->first.entry;

	for (size_t i = part->first.rela; left; i++, first = 0) {
		const struct section *rela = &g->image->sections[i];
		struct entry_run run = {.first = first};

		if (!image_is_link_rela(g->image, rela))
			continue;
		run.end = image_reloc_count(g->image, rela);
		if (run.end - first > left)
			run.end = first + left;
		left -= run.end - first;
		if (!gather_run(g, part, rela, run))
			return;
	}
}

static bool is_behind(const struct reference *a, const struct reference *b)
{
	return a->section != b->section ? a->section > b->section : a->place > b->place;
}

static int compare(const void *left, const void *right)
{
	const struct reference *a = left, *b = right;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	if (a->rela != b->rela)
		return a->rela < b->rela ? -1 : 1;
	return a->entry < b->entry ? -1 : a->entry > b->entry;
}

/* The code around the places is all over the file: it is asked for some references ahead. */
static void prefetch(const struct image *image, const struct gathered *from, size_t next)
{
	enum { ENTRY_AHEAD = 16, CODE_AHEAD = 8, LINE = 64 };
	const struct spot *spot = &from->spots[next];
	struct reference r = {.place = 0};
	uint64_t offset;

	if (next + ENTRY_AHEAD < from->spot_count)
		image_reloc_prefetch(
			image, &image->sections[spot[ENTRY_AHEAD].rela], spot[ENTRY_AHEAD].entry);
	if (next + CODE_AHEAD >= from->spot_count)
		return;
	spot += CODE_AHEAD;
	r.section = image->sections[spot->rela].info;
	r.place = image_reloc(image, &image->sections[spot->rela], spot->entry).offset;
	reference_code(image, &r, &offset);
	image_prefetch(image, r.section, offset);
	/* known_start() and the vote look back. */
	image_prefetch(image, r.section, offset - LINE);
}

static bool read_gathered(const struct image *image, const struct layout *layout, struct part *part,
	struct gathered *from)
{
	for (size_t i = 0; i < from->spot_count; i++) {
		const struct spot *spot = &from->spots[i];
		struct reference *r = &from->items[from->count];

		prefetch(image, from, i);
		if (!reference_read(image, layout, &image->sections[spot->rela], spot->entry, NULL,
			    r, &part->error))
			return false;
		from->count += !reference_is_beside(layout, r);
	}
	return true;
}

static void read_part(void *context, size_t index)
{
	const struct gatherer *g = context;
	struct part *part = &g->parts[index];

	for (size_t i = 0; part->error.kind == ERROR_NONE && i < g->list->count; i++)
		if (!read_gathered(g->image, &g->list->layouts[i], part, &part->gathered[i]))
			return;
}

static size_t count_entries(const struct image *image)
{
	size_t count = 0;

	for (size_t i = 1; i < image->section_count; i++)
		if (image_is_link_rela(image, &image->sections[i]))
			count += image_reloc_count(image, &image->sections[i]);
	return count;
}

/* Parts of PART_ENTRIES each, the last one of what is left; none without entries. */
static bool divide(struct gatherer *g, struct arena *arena, struct error *error)
{
	const size_t entries = count_entries(g->image), layouts = g->list->count;
	struct gathered *gathered;
	size_t before = 0, at = 0;

	g->part_count = (entries + PART_ENTRIES - 1) / PART_ENTRIES;
	g->parts = ARENA_ARRAY(arena, struct part, g->part_count);
	gathered = ARENA_ARRAY(arena, struct gathered, g->part_count * layouts);
	if (!g->parts || !gathered)
		return error_memory(error);
	for (uint32_t i = 1; i < g->image->section_count; i++) {
		const struct section *rela = &g->image->sections[i];
		const size_t count =
			image_is_link_rela(g->image, rela) ? image_reloc_count(g->image, rela) : 0;

		for (; at < g->part_count && at * PART_ENTRIES < before + count; at++)
			g->parts[at] = (struct part){
				.first = {i, (uint32_t)(at * PART_ENTRIES - before)},
				.entries = at + 1 < g->part_count ? PART_ENTRIES
								  : entries - at * PART_ENTRIES,
				.gathered = &gathered[at * layouts],
			};
		before += count;
	}
	return true;
}

/* The first error in the order of the file, whichever thread was first. */
static bool parts_succeeded(const struct gatherer *g, struct error *error)
{
	for (size_t i = 0; i < g->part_count; i++)
		if (g->parts[i].error.kind != ERROR_NONE) {
			*error = g->parts[i].error;
			return false;
		}
	return true;
}

/* Where each part's references go. */
static bool make_room(const struct gatherer *g, size_t layout, struct arena *arena)
{
	struct reference *items;
	size_t count = 0;

	for (size_t i = 0; i < g->part_count; i++)
		count += g->parts[i].gathered[layout].spot_count;
	items = ARENA_ARRAY(arena, struct reference, count);
	for (size_t i = 0; items && i < g->part_count; i++) {
		g->parts[i].gathered[layout].items = items;
		items += g->parts[i].gathered[layout].spot_count;
	}
	return items != NULL;
}

/* Closes the gaps that what was beside the layout has left: those of all parts follow the first. */
static size_t join_items(const struct gatherer *g, size_t layout)
{
	struct reference *to = g->parts[0].gathered[layout].items;

	for (size_t i = 0; i < g->part_count; i++) {
		const struct gathered *from = &g->parts[i].gathered[layout];

		if (to != from->items)
			memmove(to, from->items, from->count * sizeof(*to));
		to += from->count;
	}
	return (size_t)(to - g->parts[0].gathered[layout].items);
}

/* Code before a doubtful place that is decoded at most; and of one function, for all its places, so
 * many times what is before the last of them: where none begins an instruction that is near. */
enum { WALK_MAX = 1 << 16, WALKS_MAX = 32 };

/* What has been decoded of the function that was asked of last. */
struct walked {
	uint32_t section;
	uint64_t function;
	uint64_t bytes;
};

/*
 * From where the code before the place can be decoded: the function's start, without one the
 * section's, or in the same function the instruction of the reference before. False when none is
 * near enough.
 */
static bool walk_start(const struct image *image, const struct functions *functions,
	const struct reference *r, const struct reference *before, struct walked *walked,
	uint64_t *start)
{
	const uint64_t section = image->kind == IMAGE_OBJECT ? 0 : image->sections[r->section].addr;
	uint64_t function;

	*start = functions_extent(functions, r->section, r->place).start;
	if (*start < section)
		*start = section;
	function = *start;
	if (before && before->section == r->section && before->place < r->place &&
		!before->site.doubtful && before->site.length &&
		reference_instruction(before) > *start)
		*start = reference_instruction(before);
	if (walked->section != r->section || walked->function != function)
		*walked = (struct walked){.section = r->section, .function = function};
	if (r->place - *start > WALK_MAX || walked->bytes / WALKS_MAX > r->place - function)
		return false;
	walked->bytes += r->place - *start;
	return true;
}

/* What bytes alone leave in doubt, the functions' names settle; they are read when one is. */
static bool settle_doubts(const struct gatherer *g, size_t layout, struct reference *items,
	size_t count, struct arena *arena, struct error *error)
{
	struct functions *functions = NULL;
	struct walked walked = {.section = 0};

	for (size_t i = 0; i < count; i++) {
		const struct section *rela = &g->image->sections[items[i].rela];
		uint64_t start;

		if (!items[i].site.doubtful)
			continue;
		if (!functions && !(functions = functions_read(g->image, 1, arena, error)))
			return false;
		if (walk_start(g->image, functions, &items[i], i ? &items[i - 1] : NULL, &walked,
			    &start) &&
			!reference_read(g->image, &g->list->layouts[layout], rela, items[i].entry,
				&start, &items[i], error))
			return false;
	}
	return true;
}

/* What the parts have of a layout, in one and in order. */
static bool join(const struct gatherer *g, size_t layout, struct arena *arena, struct error *error)
{
	const size_t count = join_items(g, layout);
	struct reference *items = g->parts[0].gathered[layout].items;
	bool sorted = true;

	if (!count)
		return true;
	g->list->layouts[layout].references = (struct references){items, count};
	for (size_t i = 1; i < count && sorted; i++)
		sorted = !is_behind(&items[i - 1], &items[i]);
	if (!sorted)
		qsort(items, count, sizeof(*items), compare);
	return settle_doubts(g, layout, items, count, arena, error) &&
	       references_follow_literals(g->image, items, count, arena, error);
}

/* A part that could not be gathered is not read, but those before it are: they may be at fault. */
static bool refer(struct gatherer *g, struct crew *crew, struct arena *arena, struct error *error)
{
	crew_work(crew, g->part_count, gather_part, g);
	for (size_t i = 0; i < g->list->count; i++)
		if (!make_room(g, i, arena))
			return error_memory(error);
	crew_work(crew, g->part_count, read_part, g);
	crew_dismiss(crew);
	if (!parts_succeeded(g, error))
		return false;
	for (size_t i = 0; i < g->list->count; i++)
		if (!join(g, i, arena, error))
			return false;
	return true;
}

/* Has the relocations mapped: as many as are a part, counted over all sections. */
static void map_part(void *context, size_t index)
{
	const struct image *image = context;
	size_t before = 0;

	for (uint32_t i = 1; i < image->section_count; i++) {
		const struct section *rela = &image->sections[i];
		const size_t count =
			image_is_link_rela(image, rela) ? image_reloc_count(image, rela) : 0;
		struct entry_run run = {index * PART_ENTRIES, (index + 1) * PART_ENTRIES};

		run.first = run.first > before ? run.first - before : 0;
		run.end = run.end > before ? run.end - before : 0;
		if (run.end > count)
			run.end = count;
		if (run.first < run.end)
			image_reloc_map(image, rela, run);
		before += count;
	}
}

struct crew *layouts_refer_begin(const struct image *image, unsigned threads)
{
	const size_t parts = count_entries(image) / PART_ENTRIES;
	struct crew *crew =
		parts > 1 ? crew_begin(parts < threads ? (unsigned)parts : threads) : NULL;

	crew_meanwhile(crew, parts, map_part, (void *)(uintptr_t)image);
	return crew;
}

bool layouts_refer(const struct image *image, struct layout_list *list,
	const struct symbol_scan *scan, struct crew *crew, struct arena *arena, struct error *error)
{
	struct gatherer g = {.image = image, .list = list};
	bool ok;

	if (!list->count || (image->kind != IMAGE_OBJECT && image->kind != IMAGE_RELOCS))
		return true;
	if (!make_filter(&g, scan, arena, error) || !divide(&g, arena, error))
		return false;
	if (!g.part_count)
		return true;
	ok = refer(&g, crew, arena, error);
	for (size_t i = 0; i < g.part_count; i++)
		arena_release(&g.parts[i].own);
	return ok;
}
