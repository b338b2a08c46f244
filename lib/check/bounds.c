/* Do the boundary symbols say where the template and the areas are? */
#include "lib/check/run.h"

static const char *bound_name(const struct layout *layout, enum bound_role role)
{
	return layout->profile->bounds[role].name;
}

static bool is_number(enum bound_role role)
{
	return role == BOUND_STRIDE || role == BOUND_SIZE || role == BOUND_ALIGN;
}

static struct place at_bound(const struct layout *layout, enum bound_role role)
{
	const struct bound *bound = &layout->bounds[role];

	return (struct place){
		.section = layout_section(layout),
		.symbol = bound_name(layout, role),
		.address = {.known = bound->state == BOUND_DEFINED, .value = bound->symbol.value},
	};
}

/* In an image that is relocated as a whole, addresses must move with it and numbers must not. */
static void judge_kind(struct check_run *run, enum bound_role role)
{
	const struct bound *bound = &run->layout->bounds[role];
	const bool absolute = bound->symbol.section == SYMBOL_ABSOLUTE;
	struct place place = at_bound(run->layout, role);

	if (run->image->type != ET_DYN || run->layout->model == MODEL_ZERO)
		return;
	if (absolute && !is_number(role))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"%s is absolute in a position-independent image: it does not move "
				"with it",
				place.symbol),
			"define the symbol inside an output section, not as a sum outside of any");
	if (!absolute && is_number(role))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"%s is a number, but defined relative to a section: relocation "
				"changes it",
				place.symbol),
			text(run, "write %s = ABSOLUTE(...)", place.symbol));
}

static void bounds_defined(struct check_run *run)
{
	const struct layout *layout = run->layout;

	for (unsigned i = 0; i < BOUND_COUNT; i++) {
		enum bound_role role = (enum bound_role)i;
		struct place place = at_bound(layout, role);

		if (!bound_name(layout, role))
			continue;
		if (layout->bounds[role].state == BOUND_DEFINED)
			judge_kind(run, role);
		else if (layout->bounds[role].state == BOUND_UNDEFINED)
			found(run, SEVERITY_ERROR, &place,
				text(run, "%s is undefined, and used: weak, it is 0 at run time",
					place.symbol),
				text(run, "define %s in the linker script", place.symbol));
		else if (layout->profile->bounds[role].need == BOUND_EXPECTED)
			found(run, SEVERITY_NOTE, &place,
				text(run, "%s is missing; what needs it is skipped", place.symbol),
				text(run, "define %s in the linker script", place.symbol));
	}
}

const struct check check_bounds_defined = {
	.name = "bounds_defined",
	.severity = SEVERITY_ERROR,
	.where = "RB",
	.run = bounds_defined,
	.summary = "the profile's boundary symbols are defined",
	.what = "A boundary symbol of the profile is in the symbol table but undefined (an error; "
		"a missing one is noted, and what needs it is skipped), or, in a "
		"position-independent image, absolute where it must move with the image or "
		"relative where it is a number.",
	.why = "An undefined weak symbol is 0, which is also the address of the first per-CPU "
	       "variable: start-up copies nothing, or copies from address 0.",
	.example = "extern char _percpu_load_end[] __attribute__((weak)); and a script without it",
	.fix = "Define the symbol in the linker script; percpu-tool ldscript prints a fragment "
	       "that does.",
};

static void judge_pair(struct check_run *run, enum bound_role start, enum bound_role end)
{
	const struct layout *layout = run->layout;
	struct place place = at_bound(layout, start);

	if (layout->bounds[start].state != BOUND_DEFINED ||
		layout->bounds[end].state != BOUND_DEFINED ||
		layout->bounds[start].symbol.value <= layout->bounds[end].symbol.value)
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run, "%s (0x%" PRIx64 ") is behind %s (0x%" PRIx64 ")", place.symbol,
			layout->bounds[start].symbol.value, bound_name(layout, end),
			layout->bounds[end].symbol.value),
		"define the start before, and the end behind, what they enclose");
}

static void judge_start(struct check_run *run, const struct section *s)
{
	const struct bound *start = &run->layout->bounds[BOUND_TEMPLATE_START];
	struct place place = at_bound(run->layout, BOUND_TEMPLATE_START);

	if (!run->layout->profile->start_is_exact || start->state != BOUND_DEFINED ||
		start->symbol.value == s->addr)
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run, "%s is 0x%" PRIx64 ", but section %s begins at 0x%" PRIx64, place.symbol,
			start->symbol.value, s->name, s->addr),
		text(run, "define %s as the first thing inside the output section", place.symbol));
}

/* The padding up to the next cache line or the section's alignment is nobody's: reading it is fine.
 */
static uint64_t end_allowed(const struct layout *layout, uint64_t end, uint64_t align)
{
	if (layout->profile->start_is_exact)
		return end;
	return align_up(end,
		align > layout->image->arch->cache_line ? align : layout->image->arch->cache_line);
}

static void judge_end(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct bound *end = &layout->bounds[BOUND_TEMPLATE_END];
	struct place place = at_bound(layout, BOUND_TEMPLATE_END);
	uint64_t limit = 0, align = 1;

	if (end->state != BOUND_DEFINED)
		return;
	for (size_t i = 0; i < layout->section_count; i++) {
		const struct section *s = &run->image->sections[layout->sections[i]];

		if (s->addr + s->size > limit)
			limit = s->addr + s->size;
		if (s->align > align)
			align = s->align;
	}
	if (end->symbol.value <= end_allowed(layout, limit, align))
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run, "%s is 0x%" PRIx64 ", beyond the end of section %s at 0x%" PRIx64,
			place.symbol, end->symbol.value, layout->name, limit),
		text(run, "define %s inside the output section, behind its input", place.symbol));
}

static void bounds_order(struct check_run *run)
{
	judge_pair(run, BOUND_TEMPLATE_START, BOUND_TEMPLATE_END);
	judge_pair(run, BOUND_AREA_START, BOUND_AREA_END);
	judge_pair(run, BOUND_RESERVE_START, BOUND_RESERVE_END);
	judge_start(run, layout_section(run->layout));
	judge_end(run);
}

const struct check check_bounds_order = {
	.name = "bounds_order",
	.severity = SEVERITY_ERROR,
	.where = "RB",
	.needs = {&check_section_present, &check_bounds_defined},
	.run = bounds_order,
	.summary = "the boundary symbols enclose the template",
	.what = "A start symbol is behind its end symbol, the template's start is not the "
		"section's address, or its end is beyond the section.",
	.why = "Start-up copies end - start bytes: a wrong end copies other data into every area "
	       "or leaves variables out, and a negative size is a very large one.",
	.example = "_percpu_load_end = .; written behind the closing brace and a page alignment",
	.fix = "Define start and end inside the output section, around its input.",
};
