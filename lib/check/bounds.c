/* Do the boundary symbols say where the template and the areas are? */
#include <string.h>

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

/* In model zero the template's addresses are offsets, which stay; the areas' are addresses. */
static bool is_offset(const struct layout *layout, enum bound_role role)
{
	return layout->model == MODEL_ZERO &&
	       (role == BOUND_TEMPLATE_START || role == BOUND_TEMPLATE_END ||
		       role == BOUND_RESERVE_START || role == BOUND_RESERVE_END);
}

/* In an image that is relocated as a whole, addresses must move with it and numbers must not. */
static void judge_kind(struct check_run *run, enum bound_role role)
{
	const struct bound *bound = &run->layout->bounds[role];
	const bool absolute = bound->symbol.section == SYMBOL_ABSOLUTE;
	struct place place = at_bound(run->layout, role);

	if (run->image->type != ET_DYN || is_offset(run->layout, role))
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

/* Code may ask by a weak reference whether an optional symbol is there. */
static enum severity undefined_severity(const struct layout *layout, enum bound_role role)
{
	return layout->profile->bounds[role].need == BOUND_EXPECTED ? SEVERITY_ERROR
								    : SEVERITY_NOTE;
}

/* The object of the link that refers to a symbol it does not define, or NULL. */
static const struct image *who_asks(struct check_run *run, const char *name)
{
	for (size_t i = 0; run->inputs && i < run->inputs->image_count; i++) {
		const struct image *object = run->inputs->images[i];

		for (size_t j = 1; j < object->symbol_count; j++) {
			struct symbol symbol;

			if (!image_symbol(object, j, &symbol, run->error))
				return NULL;
			if (symbol.section == SYMBOL_UNDEFINED && strcmp(symbol.name, name) == 0)
				return object;
		}
	}
	return NULL;
}

/* GNU ld leaves no trace of an undefined weak symbol: the objects tell, or the user who named it.
 */
static void missing(struct check_run *run, const struct place *place)
{
	const struct image *object = who_asks(run, place->symbol);
	const char *fix = text(run, "define %s in the linker script", place->symbol);

	if (object)
		found(run, SEVERITY_ERROR, place,
			text(run, "%s is missing, and %s refers to it: weak, it is 0 at run time",
				place->symbol, object->label),
			fix);
	else
		found(run, run->options->layout.profile ? SEVERITY_WARNING : SEVERITY_NOTE, place,
			text(run, "%s is missing; what needs it is skipped", place->symbol), fix);
}

static void bounds_defined(struct check_run *run)
{
	const struct layout *layout = run->layout;

	/* Start-up code that finds no variable needs none of them. */
	if (layout_is_only_noted(layout))
		return;
	for (unsigned i = 0; i < BOUND_COUNT; i++) {
		enum bound_role role = (enum bound_role)i;
		struct place place = at_bound(layout, role);

		if (!bound_name(layout, role))
			continue;
		if (layout->bounds[role].state == BOUND_DEFINED)
			judge_kind(run, role);
		else if (layout->bounds[role].state == BOUND_UNDEFINED)
			found(run, undefined_severity(layout, role), &place,
				text(run, "%s is undefined, and used: weak, it is 0 at run time",
					place.symbol),
				text(run, "define %s in the linker script", place.symbol));
		else if (layout->profile->bounds[role].need == BOUND_EXPECTED)
			missing(run, &place);
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

bool start_is_sound(const struct layout *layout, const struct section *s)
{
	const struct maybe start = layout->template_start;

	if (!start.known || start.value == s->addr)
		return start.known;
	if (layout->model != MODEL_NONZERO && layout->model != MODEL_NAIVE)
		return false;
	if (start.value < s->addr || start.value - s->addr > s->size)
		return false;
	/* What is copied must be what is counted from. */
	if (layout->load.known && layout->load.value != start.value)
		return false;
	return !layout->variable_count || layout->variables[0].symbol.value >= start.value;
}

static void judge_start(struct check_run *run, const struct section *s)
{
	const struct bound *start = &run->layout->bounds[BOUND_TEMPLATE_START];
	struct place place = at_bound(run->layout, BOUND_TEMPLATE_START);

	if (!run->layout->profile->start_is_exact || start->state != BOUND_DEFINED ||
		start_is_sound(run->layout, s))
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

		if (range_end(s->addr, s->size) > limit)
			limit = range_end(s->addr, s->size);
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
