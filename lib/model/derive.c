/* What follows from a profile, its sections and its symbols: model, placement, spans, areas. */
#include <string.h>

#include "lib/model/names.h"
#include "lib/model/note.h"
#include "lib/model/private.h"

static struct maybe known(uint64_t value)
{
	return (struct maybe){.known = true, .value = value};
}

/* The symbol's value, when it is defined. */
static struct maybe bound_value(const struct layout *layout, enum bound_role role)
{
	const struct bound *bound = &layout->bounds[role];

	return bound->state == BOUND_DEFINED ? known(bound->symbol.value) : (struct maybe){0};
}

static bool is_module(const struct image *image)
{
	for (size_t i = 1; i < image->section_count; i++)
		if (strcmp(image->sections[i].name, ".modinfo") == 0)
			return true;
	return false;
}

static void model_set(struct layout *layout, enum model model, const char *source)
{
	layout->model = model;
	layout->model_source = model == MODEL_UNKNOWN ? NULL : source;
	layout->model_assumed = model != MODEL_UNKNOWN && strcmp(source, "assumed") == 0;
}

static enum model model_by_address(const struct layout *layout)
{
	return layout_section(layout)->addr == 0 ? MODEL_ZERO : MODEL_NONZERO;
}

/*
 * Does the instruction reach memory at a variable's own address? Start-up computes with boundary
 * symbols, and what relaxation has rewritten may have been anything.
 */
static bool is_plain_access(const struct layout *layout, const struct reference *r)
{
	const struct reloc_info *info = reference_info(layout->image, r);
	struct error error = {0};
	struct symbol symbol;

	return !r->foreign && info && info->class != RELOC_RELAXED &&
	       (r->site.kind == SITE_DIRECT || r->site.use == USE_DIRECT) &&
	       image_symbol(layout->image, r->symbol, &symbol, &error) &&
	       !layout_is_bound(layout, symbol.name);
}

/*
 * What the code of a file linked at address 0 says: offsets and accesses through the register are
 * of model zero; where there is none of them, and all code is read, plain accesses are of one CPU.
 * At another address both forms of reference are right in nonzero, and tell nothing.
 */
static enum model model_by_code(const struct layout *layout)
{
	const struct references *references = &layout->references;
	size_t plain = 0, unread = 0;

	if (layout_section(layout)->addr != 0)
		return MODEL_UNKNOWN;
	for (size_t i = 0; i < references->count; i++) {
		const struct reference *r = &references->items[i];

		if (reference_is_offset(layout->image, r) ||
			(!r->foreign && r->site.use == USE_PERCPU))
			return MODEL_ZERO;
		plain += is_plain_access(layout, r);
		unread += r->site.kind == SITE_UNREAD;
	}
	return plain && !unread ? MODEL_NAIVE : MODEL_UNKNOWN;
}

/* From the option, the note, the profile, the code, or - assumed - the section's address;
 * checks.md. */
static void derive_model(struct layout *layout, const struct layout_options *options)
{
	const struct profile *profile = layout->profile;
	const struct image *image = layout->image;

	if (options->model)
		model_set(layout, options->model, "option");
	else if (note_model(layout->note))
		model_set(layout, note_model(layout->note), "note");
	else if (profile->model)
		model_set(layout, profile->model, "profile");
	else if (profile->zero_machine && profile->zero_machine != image->arch->machine)
		model_set(layout, MODEL_NONZERO, "profile");
	else if (image->kind == IMAGE_OBJECT)
		model_set(layout, is_module(image) ? profile->module_model : MODEL_UNKNOWN,
			"profile");
	else if (layout_section(layout) && profile->zero_machine)
		model_set(layout, model_by_address(layout), "profile");
	else if (layout_section(layout) && model_by_code(layout))
		model_set(layout, model_by_code(layout), "code");
	else if (layout_section(layout))
		model_set(layout, model_by_address(layout), "assumed");
}

/* _percpu_template apart from the areas says separate; with no areas at all, dynamic. */
static enum placement placement_by_symbols(const struct layout *layout)
{
	const struct bound *start = &layout->bounds[BOUND_AREA_START];
	const struct bound *end = &layout->bounds[BOUND_AREA_END];

	if (start->state != BOUND_DEFINED || end->state != BOUND_DEFINED)
		return PLACEMENT_UNKNOWN;
	if (layout->bounds[BOUND_LOAD].state != BOUND_DEFINED)
		return PLACEMENT_OVERLAY;
	return start->symbol.value == end->symbol.value ? PLACEMENT_DYNAMIC : PLACEMENT_SEPARATE;
}

static void derive_placement(struct layout *layout, const struct layout_options *options)
{
	layout->placement = options->placement;
	layout->placement_source = "option";
	/* Plain globals have no areas to place, whatever symbols a script defines. */
	if (layout->model == MODEL_NAIVE) {
		layout->placement = PLACEMENT_UNKNOWN;
		layout->placement_source = NULL;
	}
	if (options->placement || layout->model == MODEL_NAIVE)
		return;
	layout->placement = layout->profile->placement;
	layout->placement_source = "profile";
	if (layout->placement)
		return;
	layout->placement = placement_by_symbols(layout);
	layout->placement_source = layout->placement ? "symbols" : NULL;
	if (layout->placement || !note_placement(layout->note))
		return;
	layout->placement = note_placement(layout->note);
	layout->placement_source = "note";
}

/* Where the last of the layout's sections ends. */
static uint64_t sections_end(const struct layout *layout)
{
	uint64_t end = 0;

	for (size_t i = 0; i < layout->section_count; i++) {
		const struct section *s = &layout->image->sections[layout->sections[i]];

		if (range_end(s->addr, s->size) > end)
			end = range_end(s->addr, s->size);
	}
	return end;
}

static uint64_t sections_start(const struct layout *layout)
{
	uint64_t start = UINT64_MAX;

	for (size_t i = 0; i < layout->section_count; i++)
		if (layout->image->sections[layout->sections[i]].addr < start)
			start = layout->image->sections[layout->sections[i]].addr;
	return start;
}

/* In an object nothing has an address yet: only the number of bytes is known. */
static void derive_object(struct layout *layout)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < layout->section_count; i++) {
		const struct section *s = &layout->image->sections[layout->sections[i]];

		bytes = align_up(bytes, s->align) + s->size;
	}
	layout->area_size = known(bytes);
}

/* A stripped .percpu may be anybody's: what only symbols tell is not known of it. */
static bool is_anonymous(const struct layout *layout)
{
	return layout->profile == &profile_generic && layout->image->kind == IMAGE_STRIPPED;
}

static void derive_template(struct layout *layout)
{
	const bool may_hold_areas =
		layout->profile->bounds[BOUND_AREA_START].name != NULL || is_anonymous(layout);

	layout->template_start = bound_value(layout, BOUND_TEMPLATE_START);
	layout->template_end = bound_value(layout, BOUND_TEMPLATE_END);
	if (!layout->template_start.known && layout->section_count)
		layout->template_start = known(sections_start(layout));
	/* Where areas may be reserved inside the section, its end is not the template's. */
	if (!layout->template_end.known && layout->section_count && !may_hold_areas)
		layout->template_end = known(sections_end(layout));
	if (layout->template_start.known && layout->template_end.known &&
		layout->template_start.value <= layout->template_end.value)
		layout->area_size =
			known(layout->template_end.value - layout->template_start.value);
}

/* The address start-up copies the template from. */
static void derive_load(struct layout *layout)
{
	if (layout->model == MODEL_NAIVE) {
		layout->load = layout->template_start;
		return;
	}
	layout->load = bound_value(layout, BOUND_LOAD);
	if (layout->load.known)
		return;
	if (layout->profile->bounds[BOUND_AREA_START].name) {
		if (layout->placement == PLACEMENT_OVERLAY)
			layout->load = bound_value(layout, BOUND_AREA_START);
	} else if (layout->section_count && layout->model != MODEL_ZERO && !is_anonymous(layout))
		layout->load = layout->template_start;
}

static void derive_areas(struct layout *layout)
{
	if (layout->placement == PLACEMENT_DYNAMIC || layout->placement == PLACEMENT_UNKNOWN ||
		layout->model == MODEL_NAIVE)
		return;
	layout->area_start = bound_value(layout, BOUND_AREA_START);
	layout->area_end = bound_value(layout, BOUND_AREA_END);
	/* Without symbols of their own the areas fill the section behind the template, where the
	 * system is known to do it that way: a note does not say. */
	if (!layout->profile->bounds[BOUND_AREA_START].name && layout->section_count &&
		strcmp(layout->placement_source, "note") != 0) {
		layout->area_start = layout->template_start;
		layout->area_end = known(sections_end(layout));
	}
}

/* What start-up is said to round the size of an area up to. */
static struct maybe stated_align(const struct layout *layout, const struct layout_options *options)
{
	if (options->stride_align)
		return known(options->stride_align);
	return note_agreed(layout->note, NOTE_STRIDE_ALIGN);
}

/* What the system is known to round it up to. */
static struct maybe usual_align(const struct layout *layout)
{
	const struct maybe bound = bound_value(layout, BOUND_ALIGN);

	if (!bound.known && layout->profile->stride_align)
		return known(layout->profile->stride_align);
	return bound;
}

static struct maybe rounded(struct maybe bytes, struct maybe align)
{
	if (!bytes.known || !align.known)
		return (struct maybe){0};
	return known(align_up(bytes.value, align.value));
}

/* Bytes of an area, before they are rounded up: the template and the room behind it. */
static struct maybe area_bytes(const struct layout *layout)
{
	const struct maybe end = bound_value(layout, BOUND_RESERVE_END);
	const struct maybe reserve = note_agreed(layout->note, NOTE_RESERVE);

	if (end.known && layout->template_start.known && end.value >= layout->template_start.value)
		return known(end.value - layout->template_start.value);
	if (layout->area_size.known && reserve.known &&
		reserve.value <= UINT64_MAX - layout->area_size.value)
		return known(layout->area_size.value + reserve.value);
	return layout->area_size;
}

static void derive_stride(struct layout *layout, const struct layout_options *options)
{
	const struct maybe bytes = area_bytes(layout);

	if (layout->model == MODEL_NAIVE)
		return;
	layout->stride = bound_value(layout, BOUND_STRIDE);
	if (!layout->stride.known)
		layout->stride = rounded(bytes, stated_align(layout, options));
	if (!layout->stride.known)
		layout->stride = note_agreed(layout->note, NOTE_STRIDE);
	if (!layout->stride.known)
		layout->stride = rounded(bytes, usual_align(layout));
	if (layout->area_start.known && layout->area_end.known && layout->stride.known &&
		layout->stride.value && layout->area_end.value >= layout->area_start.value)
		layout->cpus = known(
			(layout->area_end.value - layout->area_start.value) / layout->stride.value);
}

bool layout_is_only_noted(const struct layout *layout)
{
	return layout->note && !layout->section_count && !layout->stray_count &&
	       layout->bounds[BOUND_TEMPLATE_START].state != BOUND_DEFINED &&
	       layout->bounds[BOUND_TEMPLATE_END].state != BOUND_DEFINED;
}

bool layout_bind(struct layout *layout, const struct symbol_scan *scan, struct arena *arena,
	struct error *error)
{
	bool *member = ARENA_ARRAY(arena, bool, layout->image->section_count + 1);

	if (!member)
		return error_memory(error);
	for (size_t i = 0; i < layout->section_count; i++)
		member[layout->sections[i]] = true;
	layout->member = member;
	for (size_t i = 0; i < BOUND_COUNT; i++)
		layout->bounds[i] = scan_found(scan, layout->profile->bounds[i].name);
	layout->name = name_shown(arena, layout->section_count ? layout_section(layout)->name
							       : layout->profile->sections[0]);
	return layout->name || error_memory(error);
}

bool layout_derive(struct layout *layout, const struct symbol_scan *scan,
	const struct layout_options *options, struct arena *arena, struct error *error)
{
	derive_model(layout, options);
	derive_placement(layout, options);
	if (layout->image->kind == IMAGE_OBJECT)
		derive_object(layout);
	else {
		derive_template(layout);
		derive_load(layout);
		derive_areas(layout);
		derive_stride(layout, options);
	}
	return layout_collect(layout, scan, arena, error);
}
