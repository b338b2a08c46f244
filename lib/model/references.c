/* One pass over the relocations of allocated sections, for all layouts of a file. */
#include "lib/model/references.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/model/names.h"
#include "lib/model/private.h"

/* Where the relocations are, before they are read: there may be very many. */
struct gathered {
	struct spot {
		uint32_t rela; /* index of the section, and of the entry in it */
		uint32_t entry;
	} *spots;
	size_t count, room;
};

struct gatherer {
	const struct image *image;
	const struct layout_list *list;
	struct gathered *gathered; /* one a layout */
	struct arena *arena;
	struct error *error;
	struct reloc_filter filter;
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

static bool mark(struct gatherer *g, uint64_t *bits, size_t index)
{
	struct symbol symbol;
	size_t layout;

	if (!image_symbol(g->image, index, &symbol, g->error))
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

static bool mark_list(struct gatherer *g, uint64_t *bits, const struct symbol_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!mark(g, bits, list->indices[i]))
			return false;
	return true;
}

/* The section of a symbol range is not followed: all symbols are asked. */
static bool mark_all(struct gatherer *g, uint64_t *bits)
{
	for (size_t i = 0; i < g->image->symbol_count; i++)
		if (!mark(g, bits, i))
			return false;
	return true;
}

/* The filter's bits: of every symbol of every layout, and of the numbers that relaxation leaves. */
static bool make_filter(struct gatherer *g, const struct symbol_scan *scan)
{
	const struct arch *arch = g->image->arch;
	uint64_t *bits = ARENA_ARRAY(g->arena, uint64_t, g->image->symbol_count / 64 + 1);

	if (!bits)
		return error_memory(g->error);
	if (has_range(g->list)
			? !mark_all(g, bits)
			: !mark_list(g, bits, &scan->inside) || !mark_list(g, bits, &scan->strays))
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
	const struct reloc here = image_reloc(g->image, rela, entry);
	struct reloc next;

	if (!marker || entry + 1 >= image_reloc_count(g->image, rela))
		return false;
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
	const struct reloc high = image_reloc(g->image, rela, entry);
	const uint64_t start = g->image->sections[rela->info].addr;
	size_t low;

	if (g->image->kind != IMAGE_RELOCS || high.type != arch->absolute_high || !arch->pair_value)
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
static size_t owner_of_reloc(struct gatherer *g, const struct section *rela, size_t entry)
{
	const struct reloc reloc = image_reloc(g->image, rela, entry);
	struct symbol symbol;
	uint64_t target;
	size_t layout;

	if (rewritten_target(g, rela, entry, &target))
		return owner_of_offset(g, target);
	if (reloc.symbol >= g->image->symbol_count) {
		error_set(g->error, ERROR_INPUT,
			"section %u (%.64s): relocation %zu: there is no symbol %" PRIu32
			", only %zu",
			rela->index, rela->name, entry, reloc.symbol, g->image->symbol_count);
		return SIZE_MAX;
	}
	if (!image_symbol(g->image, reloc.symbol, &symbol, g->error))
		return SIZE_MAX;
	if (owner_of(g, &symbol, &layout))
		return layout;
	/* What relaxation has left of other code is the first layout's to look at. */
	return reloc.type == g->image->arch->absolute_high ? SIZE_MAX : 0;
}

static bool gather_section(struct gatherer *g, const struct section *rela)
{
	const size_t count = image_reloc_count(g->image, rela);

	for (size_t i = 0; (i = image_reloc_find(g->image, rela, i, &g->filter)) < count; i++) {
		const size_t layout = owner_of_reloc(g, rela, i);
		struct gathered *to;

		if (layout == SIZE_MAX && g->error->kind != ERROR_NONE)
			return false;
		if (layout == SIZE_MAX)
			continue;
		to = &g->gathered[layout];
		if (!ARENA_GROW(g->arena, to->spots, to->count, to->room))
			return error_memory(g->error);
		to->spots[to->count++] = (struct spot){rela->index, (uint32_t)i};
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

static bool read_reference(
	struct gatherer *g, const struct layout *layout, struct spot spot, struct reference *r)
{
	const struct image *image = g->image;
	const struct section *rela = &image->sections[spot.rela];
	const struct section *section = &image->sections[rela->info];
	const struct reloc reloc = image_reloc(image, rela, spot.entry);
	const struct reloc_info *info = reloc_info(image->arch, reloc.type);
	struct symbol symbol = {.name = ""};
	struct span code;
	uint64_t offset;

	*r = (struct reference){
		.place = reloc.offset,
		.section = rela->info,
		.symbol = reloc.symbol,
		.type = reloc.type,
		.rela = spot.rela,
		.entry = spot.entry,
	};
	code = reference_code(image, r, &offset);
	r->rewritten = rewritten_target(g, rela, spot.entry, &r->target);
	if (r->rewritten) {
		r->symbol = 0;
		r->site = site_read(image->arch, code, offset, info);
		return true;
	}
	if (!image_symbol(image, reloc.symbol, &symbol, g->error))
		return false;
	r->foreign = !stands_in(layout, &symbol);
	r->target = symbol.value + (uint64_t)reloc.addend;
	r->misplaced = !r->foreign && is_misplaced(image, r, code, offset);
	if (!r->misplaced && !range_within(offset, info ? info->bytes : 0, section->size))
		return error_set(g->error, ERROR_INPUT,
			"section %u (%.64s): relocation %" PRIu32 ": r_offset 0x%" PRIx64
			" lies outside section %u (%.64s)",
			rela->index, rela->name, spot.entry, reloc.offset, rela->info,
			section->name);
	if (r->misplaced)
		r->site.kind = SITE_UNREAD;
	else if (section->flags & SHF_EXECINSTR && offset >= code.size)
		r->site.kind = SITE_UNREAD; /* NOBITS */
	else if (section->flags & SHF_EXECINSTR) {
		const uint64_t before = known_start(g, rela, spot.entry, offset);

		code.data += offset - before;
		code.size -= (size_t)(offset - before);
		r->site = site_read(image->arch, code, before, info);
	}
	r->target = target_of(image, r, info, &symbol, reloc.addend);
	r->may_relax = has_marker(g, rela, spot.entry);
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

static bool read_references(struct gatherer *g, const struct gathered *from, struct layout *layout)
{
	struct reference *items = ARENA_ARRAY(g->arena, struct reference, from->count);
	bool sorted = true;
	size_t count = 0;

	if (from->count && !items)
		return error_memory(g->error);
	for (size_t i = 0; i < from->count; i++) {
		if (!read_reference(g, layout, from->spots[i], &items[count]))
			return false;
		if (is_beside_range(layout, &items[count]))
			continue;
		if (count && is_behind(&items[count - 1], &items[count]))
			sorted = false;
		count++;
	}
	if (!sorted)
		qsort(items, count, sizeof(*items), compare);
	layout->references = (struct references){items, count};
	return true;
}

bool layouts_refer(const struct image *image, struct layout_list *list,
	const struct symbol_scan *scan, struct arena *arena, struct error *error)
{
	struct gatherer g = {.image = image, .list = list, .arena = arena, .error = error};

	if (!list->count || (image->kind != IMAGE_OBJECT && image->kind != IMAGE_RELOCS))
		return true;
	g.gathered = ARENA_ARRAY(arena, struct gathered, list->count);
	if (!g.gathered)
		return error_memory(error);
	if (!make_filter(&g, scan))
		return false;
	for (size_t i = 1; i < image->section_count; i++)
		if (image_is_link_rela(image, &image->sections[i]) &&
			!gather_section(&g, &image->sections[i]))
			return false;
	for (size_t i = 0; i < list->count; i++)
		if (!read_references(&g, &g.gathered[i], &list->layouts[i]))
			return false;
	return true;
}
