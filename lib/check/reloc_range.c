/* Does every offset fit the instructions that hold it? */
#include "lib/check/reloc.h"

static bool fits(uint64_t value, unsigned bits, bool is_signed)
{
	const int64_t most = bits < 64 ? (INT64_C(1) << (bits - is_signed)) - 1 : INT64_MAX;

	if (bits >= 64)
		return true;
	if (!is_signed)
		return value <= (uint64_t)most;
	return (int64_t)value <= most && (int64_t)value >= -most - 1;
}

/*
 * Where no linker refuses, the whole sequence decides: a movz alone holds 16 bits, with a movk 32.
 * Where it is not read from its start, its length is not known.
 */
static bool value_fits(const struct reference *r, const struct reloc_info *info)
{
	if (info->checked || !r->site.reach)
		return (info->least == 0 && info->most == 0) ||
		       ((int64_t)r->target >= info->least && (int64_t)r->target <= info->most);
	return !r->site.starts || fits(r->target, r->site.reach, info->least < 0);
}

/* Does the reference put S + A, or its highest part, into an instruction? */
static bool is_offset(const struct reference *r, const struct reloc_info *info)
{
	return info && !r->foreign && info->class == RELOC_OFFSET &&
	       (r->site.kind == SITE_VALUE || r->site.kind == SITE_ACCESS ||
		       r->site.kind == SITE_THROUGH || r->site.kind == SITE_DIRECT) &&
	       info->part != PART_LOW && info->part != PART_LOW_STORE;
}

static const char *range_fix(struct check_run *run)
{
	const char *wide = run->image->arch->wide_form;

	return wide ? text(run, "make the template smaller, or form the offset by %s", wide)
		    : "make the template smaller";
}

static void judge_zero(
	struct check_run *run, const struct reference *r, const struct reloc_info *info)
{
	const bool object = run->image->kind == IMAGE_OBJECT;
	struct place place;

	if (value_fits(r, info))
		return;
	place = at_reference(run, r);
	found(run, object ? SEVERITY_WARNING : SEVERITY_ERROR, &place,
		text(run, "%s holds no more than %u bits of the offset 0x%" PRIx64 "%s",
			reference_text(run, r), r->site.reach ? r->site.reach : 32u, r->target,
			object ? ", where this section alone already ends up" : ""),
		range_fix(run));
}

/* Model nonzero: what is asked of all references together. */
struct truncation {
	uint64_t start; /* the load start's address */
	/* Of those whose sum with the per-CPU register is right only where the load start that was
	 * subtracted from that is truncated too: the first, and how many there are. */
	const struct reference *first;
	size_t count;
};

/* Does it form all of an address, as far as the link goes through? */
static bool keeps_all(const struct reference *r, const struct reloc_info *info)
{
	return info->class != RELOC_OFFSET || info->checked || r->site.reach >= 64;
}

/* The bits that it keeps of one, the sign left out; 0 where it keeps all, or it is not known. */
static unsigned kept_bits(const struct reference *r, const struct reloc_info *info)
{
	if (keeps_all(r, info) || !r->site.starts || !r->site.reach)
		return 0;
	return r->site.reach - (info->least < 0 ? 1u : 0u);
}

/* What a sequence with so many bits makes of an address. */
static uint64_t kept_of(uint64_t address, unsigned bits, const struct reloc_info *info)
{
	const uint64_t above = UINT64_MAX << bits;

	return info->least < 0 && address >> bits & 1 ? address | above : address & ~above;
}

/* Does code reach memory at the sum of a template's address and the per-CPU register? */
static bool adds_register(const struct reference *r)
{
	return !r->foreign && !r->rewritten && r->site.use == USE_PERCPU && r->site.reaches &&
	       (r->site.kind == SITE_VALUE || r->site.kind == SITE_ADDRESS);
}

/* Is what it forms of the load start's address the whole? */
static bool is_whole(const struct reference *r, const struct reloc_info *info, uint64_t start)
{
	const unsigned bits = kept_bits(r, info);

	if (reloc_is_low(info) || (info->class == RELOC_OFFSET && !r->site.starts))
		return false;
	return keeps_all(r, info) || (bits && kept_of(start, bits, info) == start);
}

/* The first that adds a whole address to the register that `truncated` adds to; NULL for none. */
static const struct reference *whole_beside(
	const struct check_run *run, const struct reference *truncated, uint64_t start)
{
	const struct references *references = &run->layout->references;

	for (size_t i = 0; i < references->count; i++) {
		const struct reference *r = &references->items[i];
		const struct reloc_info *info = reference_info(run->image, r);

		if (info && adds_register(r) && r->site.copied == truncated->site.copied &&
			is_whole(r, info, start) && fits_pc_relative(run, r, info))
			return r;
	}
	return NULL;
}

/*
 * In nonzero the code subtracts two truncated addresses: right as long as what is cut off is the
 * same in both.
 */
static void judge_difference(
	struct check_run *run, const struct reference *r, unsigned bits, uint64_t start)
{
	struct place place = at_reference(run, r);

	found(run, SEVERITY_ERROR, &place,
		text(run,
			"%s holds the lower %u bits of 0x%" PRIx64 ", and the load start 0x%" PRIx64
			" has others above them: their difference is not the offset",
			reference_text(run, r), bits, r->target, start),
		text(run,
			"align the load start so that the template crosses no multiple of "
			"0x%" PRIx64 ", or subtract whole addresses",
			UINT64_C(1) << bits));
}

static void judge_nonzero(struct check_run *run, const struct reference *r,
	const struct reloc_info *info, struct truncation *truncation)
{
	const unsigned bits = kept_bits(r, info);

	if (!bits)
		return;
	if (r->target >> bits != truncation->start >> bits)
		judge_difference(run, r, bits, truncation->start);
	else if (adds_register(r) && kept_of(truncation->start, bits, info) != truncation->start &&
		 !truncation->count++)
		truncation->first = r;
}

/*
 * The register holds an area's address less one number: the load start's as some code truncates it,
 * or the whole one. Code of both kinds, such as the crate's and C's, cannot share it.
 */
static void judge_register(struct check_run *run, const struct truncation *truncation)
{
	const struct reference *r = truncation->first;
	const struct reference *whole = r ? whole_beside(run, r, truncation->start) : NULL;
	unsigned bits;
	struct place place;

	if (!whole)
		return;
	bits = kept_bits(r, reference_info(run->image, r));
	place = at_reference(run, r);
	found(run, SEVERITY_ERROR, &place,
		text(run,
			"%s%s adds the lower %u bits of 0x%" PRIx64
			" to the per-CPU register, to which %s adds a whole address: the register "
			"cannot be right for both",
			reference_text(run, r), one_of(run, truncation->count, ","), bits,
			r->target, reference_text(run, whole)),
		text(run,
			"link the template below 0x%" PRIx64 ", or let all code form its addresses "
			"alike",
			UINT64_C(1) << bits));
}

static void judge_linked_nonzero(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const bool named = layout->bounds[BOUND_BASE].state == BOUND_DEFINED;
	struct truncation truncation = {
		.start = named ? layout->bounds[BOUND_BASE].symbol.value
			       : layout->template_start.value,
	};

	if (!named && !layout->template_start.known)
		return;
	for (size_t i = 0; i < layout->references.count; i++) {
		const struct reference *r = &layout->references.items[i];
		const struct reloc_info *info = reference_info(run->image, r);

		if (is_offset(r, info))
			judge_nonzero(run, r, info, &truncation);
	}
	judge_register(run, &truncation);
}

static void reloc_range(struct check_run *run)
{
	const struct layout *layout = run->layout;

	/* Of an object in nonzero it is not known where its template will be. */
	if (layout->model == MODEL_NONZERO && run->image->kind != IMAGE_OBJECT)
		judge_linked_nonzero(run);
	if (layout->model == MODEL_NAIVE || layout->model == MODEL_NONZERO)
		return;
	for (size_t i = 0; i < layout->references.count; i++) {
		const struct reference *r = &layout->references.items[i];
		const struct reloc_info *info = reference_info(run->image, r);

		if (is_offset(r, info))
			judge_zero(run, r, info);
	}
}

const struct check check_reloc_range = {
	.name = "reloc_range",
	.severity = SEVERITY_ERROR,
	.where = "OR",
	.needs = {&check_section_present, &check_section_vma},
	.run = reloc_range,
	.summary = "every offset fits the instructions that hold it",
	.what = "Model zero: an offset has more bits than the sequence that materialises it holds: "
		"on aarch64 0x10000 and above in a movz without a movk, on loongarch64 2 GiB and "
		"above without the 64-bit tail, on riscv64 and x86_64 2 GiB and above. A warning "
		"in an object, whose offsets still grow. Model nonzero: the truncated address of a "
		"variable and that of the load start differ above the bits that are kept; or some "
		"code adds truncated addresses to the per-CPU register and other code whole ones, "
		"where the load start has more bits than are kept.",
	.why = "GNU ld and lld cut R_AARCH64_MOVW_UABS_G0_NC and R_LARCH_ABS_HI20 without a word: "
	       "a variable at 0x12008 is then read at 0x2008, which is another one (arceos 135). "
	       "In nonzero the register holds the area's address less the load start, and the "
	       "crate percpu on aarch64 subtracts what the truncation leaves of that.",
	.example = "a per-CPU buffer of 64 KiB on aarch64, and a variable behind it",
	.fix = "Make the template smaller, or form offsets by the longer sequence (aarch64: "
	       "abs_g1 and abs_g0_nc); in nonzero align the load start.",
};
