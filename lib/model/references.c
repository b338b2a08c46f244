/* One pass over the relocations of allocated sections, for all layouts of a file. */
#include "lib/model/references.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parallel.h"
#include "lib/model/names.h"
#include "lib/model/private.h"

/*
 * The relocations of a section, or as many of them as are read at a time: a thread has the next
 * ones when it is done with these.
 */
enum { PART_ENTRIES = 1 << 16 };

/* Entries of a part that belong to one layout, and what they say. */
struct gathered {
	uint32_t *entries;
	size_t entry_count, room;
	struct reference *items;
	size_t count;
};

struct part {
	uint32_t rela; /* index of the section */
	struct entry_run run;
	struct gathered *gathered; /* one a layout */
	struct arena arena; /* its own, since threads share none; until the parts are joined */
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

const struct reloc_info *reference_info(
	const struct image *image, const struct reference *reference)
{
	return reloc_info(image->arch, reference->type);
}

bool reference_is_offset(const struct image *image, const struct reference *r)
{
	const struct reloc_info *info = reference_info(image, r);

	return info && !r->foreign && !r->rewritten &&
	       (r->site.kind == SITE_ACCESS ||
		       (r->site.kind == SITE_VALUE &&
			       (info->class == RELOC_OFFSET || info->class == RELOC_WORD)));
}

/* On aarch64 it is read into any register: from offsets of 32 bits at most addresses are far. */
bool reference_is_access(const struct image *image, const struct reference *r)
{
	return reference_is_offset(image, r) &&
	       (r->site.kind == SITE_ACCESS || r->site.use == USE_PERCPU ||
		       (r->site.use == USE_COMBINED && r->site.reach && r->site.reach <= 32));
}

struct span reference_code(
	const struct image *image, const struct reference *reference, uint64_t *offset)
{
	const struct section *s = &image->sections[reference->section];

	*offset = reference->place - (image->kind == IMAGE_OBJECT ? 0 : s->addr);
	return image_section_bytes(image, reference->section);
}

struct span reference_bytes(const struct image *image, const struct reference *reference)
{
	uint64_t offset;
	const struct span code = reference_code(image, reference, &offset);
	const struct site *site = &reference->site;

	offset -= site->before;
	if (!site->length || !range_within(offset, site->length, code.size))
		return (struct span){0};
	return (struct span){code.data + offset, site->length};
}

/*
 * Does the symbol stand in the template? By its section and its value: linkers give boundary
 * symbols the section's index and a value far outside (GNU ld), or the reverse.
 */
static bool stands_in(const struct layout *layout, const struct symbol *symbol)
{
	const struct section *s;

	if (layout->tentative)
		return symbol_is_data(symbol) && symbol->section != SYMBOL_UNDEFINED &&
		       name_has_prefix(symbol->name, layout->profile->variable_prefix);
	if (!layout_has_section(layout, symbol->section))
		return false;
	if (layout->image->kind == IMAGE_OBJECT)
		return true;
	s = &layout->image->sections[symbol->section];
	if (layout->profile->symbol_range && symbol->type != STT_SECTION)
		return layout_in_range(layout, symbol);
	return symbol->value >= s->addr && symbol->value - s->addr <= s->size;
}

static const struct layout *owner_of(
	const struct gatherer *g, const struct symbol *symbol, size_t *index)
{
	for (*index = 0; *index < g->list->count; ++*index)
		if (stands_in(&g->list->layouts[*index], symbol))
			return &g->list->layouts[*index];
	return NULL;
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
	for (size_t i = 0; i < arch->reloc_count && i < RELOC_FILTER_TYPES; i++)
		if (arch->relocs[i].class == RELOC_RELAXED)
			g->filter.types[i / 64] |= UINT64_C(1) << (i % 64);
	if (g->image->kind == IMAGE_RELOCS && arch->absolute_high)
		g->filter.types[arch->absolute_high / 64] |= UINT64_C(1)
							     << (arch->absolute_high % 64);
	return true;
}

/*
 * S + A of a field that counts from the end of its instruction is S + A plus what stands from the
 * field on. In data it counts from the place.
 */
static uint64_t target_of(const struct image *image, const struct reference *r,
	const struct reloc_info *info, const struct symbol *symbol, int64_t addend)
{
	const uint64_t target = symbol->value + (uint64_t)addend;

	if (!info || !info->pc_relative || !image->arch->counts_from_end ||
		r->site.kind == SITE_NONE)
		return target;
	return target + (r->site.length ? (uint64_t)(r->site.length - r->site.before) : 4);
}

static bool has_marker(const struct gatherer *g, const struct section *rela, size_t entry)
{
	const uint32_t marker = g->image->arch->relax_marker;
	struct reloc here, next;

	if (!marker || entry + 1 >= image_reloc_count(g->image, rela))
		return false;
	here = image_reloc(g->image, rela, entry);
	next = image_reloc(g->image, rela, entry + 1);
	return next.type == marker && next.offset == here.offset && next.symbol == 0;
}

/* Entry of the low part that names the place of `high` by its label; 0 when there is none near. */
static size_t labelled_low(
	const struct gatherer *g, const struct section *rela, size_t entry, uint64_t high)
{
	enum { NEAR = 16 };
	const size_t count = image_reloc_count(g->image, rela);

	for (size_t i = entry + 1; i < count && i <= entry + NEAR; i++) {
		const struct reloc reloc = image_reloc(g->image, rela, i);
		const struct reloc_info *info = reloc_info(g->image->arch, reloc.type);
		struct symbol label;

		if (info && info->class == RELOC_PCREL && info->pc_relative &&
			(info->part == PART_LOW || info->part == PART_LOW_STORE) &&
			image_reloc_symbol(g->image, rela, reloc.symbol, &label) &&
			label.value == high)
			return i;
	}
	return 0;
}

/* The address that a pair was given by GNU ld, whose relocations no longer say it. */
static bool rewritten_target(
	const struct gatherer *g, const struct section *rela, size_t entry, uint64_t *target)
{
	const struct arch *arch = g->image->arch;
	const uint64_t start = g->image->sections[rela->info].addr;
	struct reloc high;
	size_t low;

	if (g->image->kind != IMAGE_RELOCS || !arch->pair_value)
		return false;
	high = image_reloc(g->image, rela, entry);
	if (high.type != arch->absolute_high)
		return false;
	low = labelled_low(g, rela, entry, high.offset);
	return low &&
	       arch->pair_value(image_section_bytes(g->image, rela->info), high.offset - start,
		       image_reloc(g->image, rela, low).offset - start, target);
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

	if (rewritten_target(g, rela, entry, &target))
		return owner_of_offset(g, target);
	if (reloc.symbol >= g->image->symbol_count) {
		error_set(error, ERROR_INPUT,
			"section %u (%.64s): relocation %zu: there is no symbol %" PRIu32
			", only %zu",
			rela->index, rela->name, entry, reloc.symbol, g->image->symbol_count);
		return SIZE_MAX;
	}
	if (!image_symbol(g->image, reloc.symbol, &symbol, error))
		return SIZE_MAX;
	if (owner_of(g, &symbol, &layout))
		return layout;
	/* What relaxation has left of other code is the first layout's to look at. */
	return reloc.type == g->image->arch->absolute_high ? SIZE_MAX : 0;
}

static bool gather_part(const struct gatherer *g, struct part *part)
{
	const struct section *rela = &g->image->sections[part->rela];
	struct entry_run run = part->run;

	part->gathered = ARENA_ARRAY(&part->arena, struct gathered, g->list->count);
	if (!part->gathered)
		return error_memory(&part->error);
	for (; (run.first = image_reloc_find(g->image, rela, run, &g->filter)) < run.end;
		run.first++) {
		const size_t layout = owner_of_reloc(g, rela, run.first, &part->error);
		struct gathered *to;

		if (layout == SIZE_MAX && part->error.kind != ERROR_NONE)
			return false;
		if (layout == SIZE_MAX)
			continue;
		to = &part->gathered[layout];
		if (!ARENA_GROW(&part->arena, to->entries, to->entry_count, to->room))
			return error_memory(&part->error);
		to->entries[to->entry_count++] = (uint32_t)run.first;
	}
	return true;
}

/*
 * How many bytes before the place an instruction starts for sure: behind a call or a jump, whose
 * field ends it. The whole offset where none is near.
 */
static uint64_t known_start(
	const struct gatherer *g, const struct section *rela, size_t entry, uint64_t offset)
{
	enum { NEAR = 8, BYTES = 128 };
	const uint64_t place = image_reloc(g->image, rela, entry).offset;

	if (!g->image->arch->counts_from_end)
		return offset;
	for (size_t i = 1; i <= NEAR && i <= entry; i++) {
		const struct reloc reloc = image_reloc(g->image, rela, entry - i);
		const struct reloc_info *info = reloc_info(g->image->arch, reloc.type);
		const uint64_t distance = place - reloc.offset;

		if (info && info->class == RELOC_BRANCH && distance > info->bytes &&
			distance <= BYTES && distance <= offset)
			return distance - info->bytes;
	}
	return offset;
}

/* Is a linked file's place beside the code that the linker has changed? */
static bool is_misplaced(
	const struct image *image, const struct reference *r, struct span code, uint64_t offset)
{
	return image->kind == IMAGE_RELOCS && image->arch->holds &&
	       image->sections[r->section].flags & SHF_EXECINSTR &&
	       !image->arch->holds(code, offset, r->type, r->target, r->place);
}

static bool read_reference(const struct gatherer *g, const struct layout *layout,
	const struct section *rela, uint32_t entry, struct reference *r, struct error *error)
{
	const struct image *image = g->image;
	const struct section *section = &image->sections[rela->info];
	const struct reloc reloc = image_reloc(image, rela, entry);
	const struct reloc_info *info = reloc_info(image->arch, reloc.type);
	struct symbol symbol = {.name = ""};
	struct span code;
	uint64_t offset;

	*r = (struct reference){
		.place = reloc.offset,
		.section = rela->info,
		.symbol = reloc.symbol,
		.type = reloc.type,
		.rela = rela->index,
		.entry = entry,
	};
	code = reference_code(image, r, &offset);
	r->rewritten = rewritten_target(g, rela, entry, &r->target);
	if (r->rewritten) {
		r->symbol = 0;
		r->site = site_read(image->arch, code, offset, info);
		return true;
	}
	if (!image_symbol(image, reloc.symbol, &symbol, error))
		return false;
	r->foreign = !stands_in(layout, &symbol);
	r->target = symbol.value + (uint64_t)reloc.addend;
	r->misplaced = !r->foreign && is_misplaced(image, r, code, offset);
	if (!r->misplaced && !range_within(offset, info ? info->bytes : 0, section->size))
		return error_set(error, ERROR_INPUT,
			"section %u (%.64s): relocation %" PRIu32 ": r_offset 0x%" PRIx64
			" lies outside section %u (%.64s)",
			rela->index, rela->name, entry, reloc.offset, rela->info, section->name);
	if (r->misplaced)
		r->site.kind = SITE_UNREAD;
	else if (section->flags & SHF_EXECINSTR && offset >= code.size)
		r->site.kind = SITE_UNREAD; /* NOBITS */
	else if (section->flags & SHF_EXECINSTR) {
		const uint64_t before = known_start(g, rela, entry, offset);

		code.data += offset - before;
		code.size -= (size_t)(offset - before);
		r->site = site_read(image->arch, code, before, info);
	}
	r->target = target_of(image, r, info, &symbol, reloc.addend);
	r->may_relax = has_marker(g, rela, entry);
	return true;
}

/* A section's symbol stands for all of it, of which a symbol range is a part. */
static bool is_beside_range(const struct layout *layout, const struct reference *r)
{
	const struct bound *start = &layout->bounds[BOUND_TEMPLATE_START];
	const struct bound *end = &layout->bounds[BOUND_TEMPLATE_END];

	return !r->foreign && layout->profile->symbol_range &&
	       layout->image->kind != IMAGE_OBJECT &&
	       (r->target < start->symbol.value || r->target >= end->symbol.value);
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
static void prefetch(const struct gatherer *g, const struct section *rela,
	const struct gathered *from, size_t next)
{
	enum { ENTRY_AHEAD = 16, CODE_AHEAD = 8, LINE = 64 };
	struct reference r = {.section = rela->info};
	uint64_t offset;

	if (next + ENTRY_AHEAD < from->entry_count)
		image_reloc_prefetch(g->image, rela, from->entries[next + ENTRY_AHEAD]);
	if (next + CODE_AHEAD >= from->entry_count)
		return;
	r.place = image_reloc(g->image, rela, from->entries[next + CODE_AHEAD]).offset;
	reference_code(g->image, &r, &offset);
	image_prefetch(g->image, r.section, offset);
	/* known_start() and the vote look back. */
	image_prefetch(g->image, r.section, offset - LINE);
}

static bool read_gathered(const struct gatherer *g, const struct layout *layout, struct part *part,
	struct gathered *from)
{
	const struct section *rela = &g->image->sections[part->rela];

	from->items = ARENA_ARRAY(&part->arena, struct reference, from->entry_count);
	if (!from->items)
		return error_memory(&part->error);
	for (size_t i = 0; i < from->entry_count; i++) {
		struct reference *r = &from->items[from->count];

		prefetch(g, rela, from, i);
		if (!read_reference(g, layout, rela, from->entries[i], r, &part->error))
			return false;
		from->count += !is_beside_range(layout, r);
	}
	return true;
}

static void read_part(void *context, size_t index)
{
	const struct gatherer *g = context;
	struct part *part = &g->parts[index];

	if (!gather_part(g, part))
		return;
	for (size_t i = 0; i < g->list->count; i++)
		if (part->gathered[i].entry_count &&
			!read_gathered(g, &g->list->layouts[i], part, &part->gathered[i]))
			return;
}

static size_t count_parts(const struct image *image, struct part *parts)
{
	size_t count = 0;

	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *rela = &image->sections[i];
		size_t end, entries;

		if (!image_is_link_rela(image, rela))
			continue;
		entries = image_reloc_count(image, rela);
		for (size_t first = 0; first < entries; first = end, count++) {
			end = entries - first > PART_ENTRIES ? first + PART_ENTRIES : entries;
			if (parts)
				parts[count] =
					(struct part){.rela = rela->index, .run = {first, end}};
		}
	}
	return count;
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

/* What the parts have of a layout, in one and in order. */
static bool join(const struct gatherer *g, size_t layout, struct arena *arena, struct error *error)
{
	struct reference *items;
	bool sorted = true;
	size_t count = 0;

	for (size_t i = 0; i < g->part_count; i++)
		count += g->parts[i].gathered[layout].count;
	items = ARENA_ARRAY(arena, struct reference, count);
	if (!items)
		return error_memory(error);
	g->list->layouts[layout].references = (struct references){items, count};
	for (size_t i = 0; i < g->part_count; i++) {
		const struct gathered *from = &g->parts[i].gathered[layout];

		if (from->count)
			memcpy(items, from->items, from->count * sizeof(*items));
		items += from->count;
	}
	items -= count;
	for (size_t i = 1; i < count && sorted; i++)
		sorted = !is_behind(&items[i - 1], &items[i]);
	if (!sorted)
		qsort(items, count, sizeof(*items), compare);
	return true;
}

static bool refer(struct gatherer *g, unsigned threads, struct arena *arena, struct error *error)
{
	parallel_for(g->part_count, threads, read_part, g);
	if (!parts_succeeded(g, error))
		return false;
	for (size_t i = 0; i < g->list->count; i++)
		if (!join(g, i, arena, error))
			return false;
	return true;
}

bool layouts_refer(const struct image *image, struct layout_list *list,
	const struct symbol_scan *scan, unsigned threads, struct arena *arena, struct error *error)
{
	struct gatherer g = {.image = image, .list = list};
	bool ok;

	if (!list->count || (image->kind != IMAGE_OBJECT && image->kind != IMAGE_RELOCS))
		return true;
	if (!make_filter(&g, scan, arena, error))
		return false;
	g.part_count = count_parts(image, NULL);
	g.parts = ARENA_ARRAY(arena, struct part, g.part_count);
	if (!g.parts)
		return error_memory(error);
	count_parts(image, g.parts);
	ok = refer(&g, threads, arena, error);
	for (size_t i = 0; i < g.part_count; i++)
		arena_release(&g.parts[i].arena);
	return ok;
}
