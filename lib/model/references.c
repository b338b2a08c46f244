/* What one relocation means: whose it is, and what the code around it does. */
#include "lib/model/references.h"

#include <inttypes.h>

#include "lib/model/names.h"
#include "lib/model/private.h"

bool reference_is_before(const struct reference *r, uint32_t section, uint64_t place)
{
	return r->section < section || (r->section == section && r->place < place);
}

const struct reference *references_from(
	const struct references *all, uint32_t section, uint64_t place)
{
	size_t low = 0, high = all->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (reference_is_before(&all->items[middle], section, place))
			low = middle + 1;
		else
			high = middle;
	}
	return low < all->count ? &all->items[low] : NULL;
}

struct references references_within(
	const struct references *all, uint32_t section, uint64_t from, uint64_t size)
{
	const struct reference *first = references_from(all, section, from);
	const struct reference *end = first;

	while (end && end < all->items + all->count && end->section == section &&
		end->place - from < size)
		end++;
	return (struct references){first, (size_t)(end - first)};
}

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

uint64_t reference_instruction(const struct reference *reference)
{
	return reference->place - (uint64_t)reference->site.before;
}

struct span reference_bytes(const struct image *image, const struct reference *reference)
{
	uint64_t offset;
	const struct span code = reference_code(image, reference, &offset);
	const struct site *site = &reference->site;

	offset -= (uint64_t)site->before;
	if (!site->length || !range_within(offset, site->length, code.size))
		return (struct span){0};
	return (struct span){code.data + offset, site->length};
}

/*
 * Does the symbol stand in the template? By its section and its value: linkers give boundary
 * symbols the section's index and a value far outside (GNU ld), or the reverse.
 */
bool layout_has_symbol(const struct layout *layout, const struct symbol *symbol)
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
	return target + (r->site.length ? (uint64_t)((int64_t)r->site.length - r->site.before) : 4);
}

static bool has_marker(const struct image *image, const struct section *rela, size_t entry)
{
	const uint32_t marker = image->arch->relax_marker;
	struct reloc here, next;

	if (!marker || entry + 1 >= image_reloc_count(image, rela))
		return false;
	here = image_reloc(image, rela, entry);
	next = image_reloc(image, rela, entry + 1);
	return next.type == marker && next.offset == here.offset && next.symbol == 0;
}

/* Entry of the low part that names the place of `high` by its label; 0 when there is none near. */
static size_t labelled_low(
	const struct image *image, const struct section *rela, size_t entry, uint64_t high)
{
	enum { NEAR = 16 };
	const size_t count = image_reloc_count(image, rela);

	for (size_t i = entry + 1; i < count && i <= entry + NEAR; i++) {
		const struct reloc reloc = image_reloc(image, rela, i);
		const struct reloc_info *info = reloc_info(image->arch, reloc.type);
		struct symbol label;

		if (info && info->class == RELOC_PCREL && info->pc_relative &&
			(info->part == PART_LOW || info->part == PART_LOW_STORE) &&
			image_reloc_symbol(image, rela, reloc.symbol, &label) &&
			label.value == high)
			return i;
	}
	return 0;
}

static bool rewritten_pair(
	const struct image *image, const struct section *rela, size_t entry, uint64_t *target)
{
	const struct arch *arch = image->arch;
	const uint64_t start = image->sections[rela->info].addr;
	const struct reloc high = image_reloc(image, rela, entry);
	size_t low;

	if (high.type != arch->absolute_high)
		return false;
	low = labelled_low(image, rela, entry, high.offset);
	return low && arch->pair_value(image_section_bytes(image, rela->info), high.offset - start,
			      image_reloc(image, rela, low).offset - start, target);
}

/* The address that a pair was given by GNU ld, whose relocations no longer say it. */
bool reference_rewritten(
	const struct image *image, const struct section *rela, size_t entry, uint64_t *target)
{
	return image->kind == IMAGE_RELOCS && image->arch->pair_value &&
	       rewritten_pair(image, rela, entry, target);
}

/*
 * How many bytes before the place an instruction starts for sure: behind a call or a jump, whose
 * field ends it. The whole offset where none is near.
 */
static uint64_t known_start(const struct image *image, const struct section *rela, size_t entry,
	uint64_t place, uint64_t offset)
{
	enum { NEAR = 8, BYTES = 128 };

	if (!image->arch->counts_from_end)
		return offset;
	for (size_t i = 1; i <= NEAR && i <= entry; i++) {
		const struct reloc reloc = image_reloc(image, rela, entry - i);
		const uint64_t distance = place - reloc.offset;
		const struct reloc_info *info;

		if (distance > BYTES || distance > offset)
			continue;
		info = reloc_info(image->arch, reloc.type);
		if (info && info->class == RELOC_BRANCH && distance > info->bytes)
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

/* A function's start, where that is known, is the start of an instruction. */
static struct site site_of(const struct image *image, const struct section *rela,
	const struct reference *r, const uint64_t *function, struct span code, uint64_t offset)
{
	const struct reloc_info *info = reloc_info(image->arch, r->type);
	const uint64_t before = function ? r->place - *function
					 : known_start(image, rela, r->entry, r->place, offset);

	code.data += offset - before;
	code.size -= (size_t)(offset - before);
	return function ? site_walk(image->arch, code, before, info)
			: site_read(image->arch, code, before, info);
}

bool reference_read(const struct image *image, const struct layout *layout,
	const struct section *rela, uint32_t entry, const uint64_t *function, struct reference *r,
	struct error *error)
{
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
	r->rewritten = reference_rewritten(image, rela, entry, &r->target);
	if (r->rewritten) {
		r->symbol = 0;
		r->site = site_read(image->arch, code, offset, info);
		return true;
	}
	if (!image_symbol(image, reloc.symbol, &symbol, error))
		return false;
	r->foreign = !layout_has_symbol(layout, &symbol);
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
	else if (section->flags & SHF_EXECINSTR)
		r->site = site_of(image, rela, r, function, code, offset);
	r->target = target_of(image, r, info, &symbol, reloc.addend);
	r->may_relax = has_marker(image, rela, entry);
	return true;
}

/* A section's symbol stands for all of it, of which a symbol range is a part. */
bool reference_is_beside(const struct layout *layout, const struct reference *r)
{
	const struct bound *start = &layout->bounds[BOUND_TEMPLATE_START];
	const struct bound *end = &layout->bounds[BOUND_TEMPLATE_END];

	return !r->foreign && layout->profile->symbol_range &&
	       layout->image->kind != IMAGE_OBJECT &&
	       (r->target < start->symbol.value || r->target >= end->symbol.value);
}
