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

/*
 * In nonzero the code subtracts two truncated addresses: right as long as what is cut off is the
 * same in both.
 */
static void judge_nonzero(
	struct check_run *run, const struct reference *r, const struct reloc_info *info)
{
	const struct layout *layout = run->layout;
	const struct maybe start =
		layout->bounds[BOUND_BASE].state == BOUND_DEFINED
			? (struct maybe){true, layout->bounds[BOUND_BASE].symbol.value}
			: layout->template_start;
	const unsigned bits = r->site.reach - (info->least < 0 ? 1u : 0u);
	struct place place;

	if (info->checked || !r->site.starts || !r->site.reach || bits >= 64 || !start.known ||
		r->target >> bits == start.value >> bits)
		return;
	place = at_reference(run, r);
	found(run, SEVERITY_ERROR, &place,
		text(run,
			"%s holds the lower %u bits of 0x%" PRIx64 ", and the load start 0x%" PRIx64
			" has others above them: their difference is not the offset",
			reference_text(run, r), bits, r->target, start.value),
		text(run,
			"align the load start so that the template crosses no multiple of "
			"0x%" PRIx64 ", or subtract whole addresses",
			UINT64_C(1) << bits));
}

static void reloc_range(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const bool nonzero = layout->model == MODEL_NONZERO;

	if (layout->model == MODEL_NAIVE)
		return;
	for (size_t i = 0; i < layout->references.count; i++) {
		const struct reference *r = &layout->references.items[i];
		const struct reloc_info *info = reference_info(run->image, r);

		if (!is_offset(r, info))
			continue;
		if (nonzero && run->image->kind != IMAGE_OBJECT)
			judge_nonzero(run, r, info);
		else if (!nonzero)
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
		"variable and that of the load start differ above the bits that are kept.",
	.why = "GNU ld and lld cut R_AARCH64_MOVW_UABS_G0_NC and R_LARCH_ABS_HI20 without a word: "
	       "a variable at 0x12008 is then read at 0x2008, which is another one (arceos 135).",
	.example = "a per-CPU buffer of 64 KiB on aarch64, and a variable behind it",
	.fix = "Make the template smaller, or form offsets by the longer sequence (aarch64: "
	       "abs_g1 and abs_g0_nc); in nonzero align the load start.",
};
