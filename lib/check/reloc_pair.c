/* Do the parts of an offset that takes several instructions belong together? */
#include "lib/check/reloc.h"

/* How far from a part the other one is looked for, and how often the code between is read. */
enum { ENTRIES_MAX = 48, BYTES_MAX = 512, TRIES_MAX = 6 };

/* One part, of any symbol. */
struct part {
	struct reloc reloc;
	const struct reloc_info *info;
	struct symbol symbol;
	uint64_t target; /* S + A */
};

static bool read_part(
	struct check_run *run, const struct section *rela, size_t entry, struct part *part)
{
	part->reloc = image_reloc(run->image, rela, entry);
	part->info = reloc_info(run->image->arch, part->reloc.type);
	if (!part->info || part->reloc.symbol >= run->image->symbol_count ||
		!image_symbol(run->image, part->reloc.symbol, &part->symbol, run->error))
		return false;
	part->target = part->symbol.value + (uint64_t)part->reloc.addend;
	return true;
}

static bool is_movw(const struct reloc_info *info)
{
	return info->part >= PART_G0 && info->part <= PART_G3;
}

static bool is_split(const struct reloc_info *info)
{
	return info->class == RELOC_OFFSET || info->class == RELOC_PCREL;
}

/* A part that adds to what an instruction before it has set; of movz and movk the latter. */
static bool completes(const struct reloc_info *info, bool starts)
{
	switch (info->part) {
	case PART_LOW:
	case PART_LOW_STORE:
	case PART_64_LOW:
	case PART_64_HIGH:
		return is_split(info);
	default:
		return is_split(info) && is_movw(info) && !starts;
	}
}

/* Can the two be parts of one value? */
static bool go_together(const struct reloc_info *high, const struct reloc_info *low)
{
	return high->class == low->class &&
	       (is_movw(low) ? is_movw(high) : high->part == PART_HIGH);
}

/* Does straight-line code lead from the place of `high` to that of `low`, with the register? */
static bool leads_to(const struct arch *arch, struct span code, uint64_t high, uint64_t low)
{
	struct trail trail;
	struct insn insn;

	if (!trail_begin(&trail, arch, code, high))
		return false;
	while (trail.at < low && trail_read(&trail, &insn))
		trail_pass(&trail, &insn);
	return trail.at == low && trail_read(&trail, &insn) && trail_holds(&trail, insn.first);
}

/* Are the two places, of one section, within reach of each other? */
static bool is_near(uint64_t high, uint64_t low)
{
	return low >= high && low - high <= BYTES_MAX;
}

/* The part that begins the sequence which `r` completes. */
static bool find_high(struct check_run *run, const struct reference *r,
	const struct reloc_info *info, struct part *high)
{
	const struct section *rela = &run->image->sections[r->rela];
	uint64_t offset;
	const struct span code = reference_code(run->image, r, &offset);
	unsigned tries = 0;

	for (uint32_t i = 1; i <= ENTRIES_MAX && i <= r->entry && tries < TRIES_MAX; i++) {
		if (!read_part(run, rela, r->entry - i, high))
			continue;
		if (!is_near(high->reloc.offset, r->place))
			return false;
		if (!go_together(high->info, info))
			continue;
		tries++;
		if (leads_to(run->image->arch, code, offset - (r->place - high->reloc.offset),
			    offset))
			return true;
	}
	return false;
}

/* The part that completes, for whatever symbol, the sequence which `r` begins. */
static bool find_low(struct check_run *run, const struct reference *r,
	const struct reloc_info *info, struct part *low)
{
	const struct section *rela = &run->image->sections[r->rela];
	const size_t count = image_reloc_count(run->image, rela);
	uint64_t offset;
	const struct span code = reference_code(run->image, r, &offset);
	unsigned tries = 0;

	for (size_t i = r->entry + 1; i <= r->entry + ENTRIES_MAX && i < count && tries < TRIES_MAX;
		i++) {
		if (!read_part(run, rela, i, low))
			continue;
		if (!is_near(r->place, low->reloc.offset))
			return false;
		if (!go_together(info, low->info) || !completes(low->info, false) ||
			low->reloc.offset == r->place)
			continue;
		tries++;
		if (leads_to(run->image->arch, code, offset,
			    offset + (low->reloc.offset - r->place)))
			return true;
	}
	return false;
}

/* How far apart two addresses cannot have the same upper part. */
static uint64_t unit_of(const struct reloc_info *low)
{
	return is_movw(low) ? 0x10000 : 0x1000;
}

/* Bits of the target that the low part leaves to the others; a signed one carries. */
static uint64_t upper(const struct reloc_info *low, uint64_t target)
{
	if (is_movw(low))
		return target >> 16;
	return (target + (low->least < 0 ? 0x800 : 0)) >> 12;
}

/* Do they stand so far apart, or in other sections, that no address makes them agree? */
static bool is_far(const struct part *high, const struct part *low)
{
	const uint64_t distance = low->target - high->target, unit = unit_of(low->info);

	return high->symbol.section != low->symbol.section || distance + unit - 1 > 2 * (unit - 1);
}

/*
 * In an object addresses are not final: parts of one symbol are together what they are now, unless
 * they stand too far apart; parts of two variables are together by accident only.
 */
static bool agree_in_object(
	const struct check_run *run, const struct part *high, const struct part *low)
{
	uint64_t offset;

	if (is_far(high, low))
		return false;
	return high->symbol.index == low->symbol.index ||
	       layout_variable_at(run->layout, high->symbol.section, high->target, &offset) ==
		       layout_variable_at(run->layout, low->symbol.section, low->target, &offset);
}

/* RISC-V ELF psABI, "PC-relative symbol addresses": the low part names the auipc, by its label. */
static bool names_label(const struct part *low)
{
	return low->info->pc_relative &&
	       (low->info->part == PART_LOW || low->info->part == PART_LOW_STORE);
}

static bool agree(const struct check_run *run, const struct part *high, const struct part *low)
{
	if (names_label(low))
		return low->target == high->reloc.offset;
	if (run->image->kind == IMAGE_OBJECT)
		return agree_in_object(run, high, low);
	return upper(low->info, high->target) == upper(low->info, low->target);
}

/* "symbol+0x8", as the source has it. */
static const char *part_text(struct check_run *run, const struct part *part)
{
	const char *name = part->symbol.name[0] ? part->symbol.name : "section";

	return part->reloc.addend ? text(run, "%.80s+0x%" PRIx64, name, part->reloc.addend)
				  : text(run, "%.80s", name);
}

static void report_mismatch(struct check_run *run, const struct reference *r,
	const struct part *high, const struct part *low)
{
	const struct place place = at_reference(run, r);
	/* Whether a page ends between two variables, the link decides. */
	const bool certain = run->image->kind != IMAGE_OBJECT || is_far(high, low);

	found(run, certain ? by_model(run) : SEVERITY_WARNING, &place,
		text(run,
			"%s adds the lower part of 0x%" PRIx64 " (%s) to the upper part of "
			"0x%" PRIx64 " (%s): together they are neither%s",
			reference_text(run, r), low->target, part_text(run, low), high->target,
			part_text(run, high), certain ? "" : ", if a page ends between them"),
		"name the same symbol and addend in both parts");
}

static void report_lone(struct check_run *run, const struct reference *r, const char *other)
{
	const struct place place = at_reference(run, r);

	found(run, SEVERITY_NOTE, &place,
		text(run, "%s has no %s part in straight-line code", reference_text(run, r), other),
		"keep the parts of an access together, in one asm statement");
}

/* Marks the reference at `place` that begins a sequence, if it is one of the layout's. */
static void mark(const struct references *references, size_t from, uint64_t place, bool *paired)
{
	const struct references there =
		references_within(references, references->items[from].section, place, 1);
	const size_t first = (size_t)(there.items - references->items);

	/* All at the place are marked at once. */
	for (size_t i = first; i < first + there.count && i < from && !paired[i]; i++)
		paired[i] = true;
}

static void judge_low(struct check_run *run, size_t index, bool *paired)
{
	const struct references *references = &run->layout->references;
	const struct reference *r = &references->items[index];
	struct part high, low;

	if (!find_high(run, r, reference_info(run->image, r), &high) ||
		!read_part(run, &run->image->sections[r->rela], r->entry, &low))
		return;
	paired[index] = true;
	mark(references, index, high.reloc.offset, paired);
	if (!agree(run, &high, &low))
		report_mismatch(run, r, &high, &low);
}

/* Its other part is none of the layout's: it names something else. */
static void judge_high(struct check_run *run, size_t index, bool *paired)
{
	const struct reference *r = &run->layout->references.items[index];
	struct part high, low;

	if (!find_low(run, r, reference_info(run->image, r), &low) ||
		!read_part(run, &run->image->sections[r->rela], r->entry, &high))
		return;
	paired[index] = true;
	if (!agree(run, &high, &low))
		report_mismatch(run, r, &high, &low);
}

/* Of the layout, in code that is read, and one of several parts? */
static bool is_part(const struct check_run *run, const struct reference *r)
{
	const struct reloc_info *info = reference_info(run->image, r);

	return info && !r->foreign && !r->rewritten && r->site.length && is_split(info) &&
	       info->part != PART_WHOLE;
}

static void judge_all(struct check_run *run, bool *paired)
{
	const struct references *references = &run->layout->references;

	for (size_t i = 0; i < references->count; i++) {
		const struct reference *r = &references->items[i];

		if (is_part(run, r) && completes(reference_info(run->image, r), r->site.starts))
			judge_low(run, i, paired);
	}
	for (size_t i = 0; i < references->count; i++)
		if (is_part(run, &references->items[i]) && !paired[i] &&
			references->items[i].site.starts)
			judge_high(run, i, paired);
}

/*
 * Compilers share and hoist the halves of ordinary addresses, across branches too. Offsets that are
 * materialised by hand, or by an accessor, stand together.
 */
static void report_lone_ones(struct check_run *run, const bool *paired)
{
	const struct references *references = &run->layout->references;

	for (size_t i = 0; i < references->count; i++) {
		const struct reference *r = &references->items[i];
		const struct reloc_info *info = reference_info(run->image, r);

		if (paired[i] || !is_part(run, r) || info->class != RELOC_OFFSET)
			continue;
		if (info->part == PART_HIGH)
			report_lone(run, r, "lower");
		else if (completes(info, r->site.starts))
			report_lone(run, r, "upper");
	}
}

/* x86_64 has no values that take several instructions. */
static bool has_parts(const struct arch *arch)
{
	for (size_t i = 0; i < arch->reloc_count; i++)
		if (is_split(&arch->relocs[i]) && arch->relocs[i].part != PART_WHOLE)
			return true;
	return false;
}

static void reloc_pair(struct check_run *run)
{
	const struct layout *layout = run->layout;
	bool *paired;

	if (!has_parts(run->image->arch))
		return;
	paired = ARENA_ARRAY(run->arena, bool, layout->references.count + 1);
	if (!paired) {
		error_memory(run->error);
		return;
	}
	judge_all(run, paired);
	if (layout->model == MODEL_ZERO)
		report_lone_ones(run, paired);
}

const struct check check_reloc_pair = {
	.name = "reloc_pair",
	.severity = SEVERITY_ERROR,
	.where = "OR",
	.needs = {&check_section_present},
	.run = reloc_pair,
	.summary = "the parts of an offset belong together",
	.what = "An instruction adds the lower part of one address to the upper part of another, "
		"and the sum is neither: two variables, or a displacement that carries into the "
		"upper part. A note for an offset of model zero of which only one part is there. A "
		"shared upper part, and %hi(x) with %lo(x+4), are fine as long as the sum is.",
	.why = "Each part is right by itself, and no linker compares them. The access then reaches "
	       "another variable, or none, a page or more away.",
	.example = "lui a0, %hi(a); add a0, a0, gp; ld a0, %lo(b)(a0), and b is a page away",
	.fix = "Name the same symbol and addend in both parts.",
};
