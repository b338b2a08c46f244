/* Do the ABI notes agree with each other, with the link and with the options? */
#include <string.h>

#include "lib/check/run.h"
#include "lib/model/note.h"

/* What breaks when two notes differ in a field, and what is to be done; NULL: they may. */
static const struct disagreement {
	const char *harm;
	const char *fix;
} disagreements[NOTE_FIELD_COUNT] = {
	[NOTE_MODE] = {"plain globals and per-CPU areas hold different copies of a variable",
		"build every object for the same mode"},
	[NOTE_MODEL] = {"offsets differ by the section's address",
		"build every object for the same model"},
	[NOTE_REGISTER] = {"they reach different memory",
		"build every object for the same register"},
	[NOTE_PLACEMENT] = {"there is more than one start-up code, for different areas",
		"link one start-up code, with one image note"},
	[NOTE_CPUS] = {"there is more than one start-up code, for different areas",
		"link one start-up code, with one image note"},
	[NOTE_STRIDE] = {"there is more than one start-up code, for different areas",
		"link one start-up code, with one image note"},
	[NOTE_STRIDE_ALIGN] = {"there is more than one start-up code, for different areas",
		"link one start-up code, with one image note"},
	[NOTE_RESERVE] = {"there is more than one start-up code, for different areas",
		"link one start-up code, with one image note"},
};

static struct place at_note(const struct check_run *run)
{
	const struct abi_note *note = run->list->note;

	return (struct place){.section = note ? note->section : NULL};
}

static const char *value_text(struct check_run *run, enum note_field field, uint64_t value)
{
	const char *word = note_word(field, value);

	if (word)
		return word;
	return text(run, field == NOTE_CPUS ? "%" PRIu64 : "0x%" PRIx64, value);
}

/* Where a note is: the file itself goes without saying. */
static const char *note_text(struct check_run *run, const struct image *image, uint64_t offset)
{
	if (image == run->image)
		return text(run, "the note at file offset 0x%" PRIx64, offset);
	return text(run, "the note of %.150s at file offset 0x%" PRIx64, image->label, offset);
}

static void judge_damage(struct check_run *run, const struct abi_note *note)
{
	struct place place = at_note(run);

	if (!note || !note->damage_count)
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run, "%s is damaged: %s%s",
			note_text(run, note->damage.image, note->damage.offset), note->damage.what,
			note->damage_count > 1
				? text(run, " (and %zu more)", note->damage_count - 1)
				: ""),
		"emit notes by percpu_note.h, and let the script put nothing else into "
		".note.percpu");
}

static const struct note_fact *fact_of(const struct abi_note *note, enum note_field field)
{
	return note && note->facts[field].known ? &note->facts[field] : NULL;
}

static void contradiction(struct check_run *run, enum note_field field, const struct note_value *a,
	const struct note_value *b)
{
	const struct disagreement *d = &disagreements[field];
	struct place place = at_note(run);

	found(run, SEVERITY_ERROR, &place,
		text(run, "%s says %s %s, but %s says %s: %s", note_text(run, a->image, a->offset),
			note_field_name(field), value_text(run, field, a->value),
			note_text(run, b->image, b->offset), value_text(run, field, b->value),
			d->harm),
		d->fix);
}

/* The notes of the file, and of the objects that were named: those of archives need not be in it.
 */
static void judge_field(struct check_run *run, enum note_field field)
{
	const struct note_fact *own = fact_of(run->list->note, field);
	const struct note_fact *object = run->inputs ? fact_of(run->inputs->note, field) : NULL;

	if (object && object->contradicted)
		contradiction(run, field, &object->first, &object->other);
	else if (own && own->contradicted)
		contradiction(run, field, &own->first, &own->other);
	else if (own && object && own->first.value != object->first.value)
		contradiction(run, field, &own->first, &object->first);
}

static bool is_naive(const struct abi_note *note)
{
	return note_model(note) == MODEL_NAIVE;
}

/* "TPIDR_EL1, TPIDR_EL2, TPIDR_EL0": those that notes know of the architecture. */
static const char *registers_text(struct check_run *run)
{
	const char *all = "";

	for (const struct arch_register *r = run->image->arch->registers; r->name; r++)
		all = *all ? text(run, "%s, %s", all, r->name) : r->name;
	return all;
}

static void judge_register(struct check_run *run)
{
	const struct abi_note *note = run->list->note;
	const struct maybe reg = note_agreed(note, NOTE_REGISTER);
	struct place place = at_note(run);

	if (!reg.known || arch_register_name(run->image->arch, reg.value))
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run, "%s says register %s, which %s does not have",
			note_text(run, note->facts[NOTE_REGISTER].first.image,
				note->facts[NOTE_REGISTER].first.offset),
			note_word(NOTE_REGISTER, reg.value), run->image->arch->name),
		text(run, "declare the register that the accesses use: %s", registers_text(run)));
}

static bool has_units(const struct abi_note *note)
{
	return note && note->unit_count;
}

/* Objects have notes, the file that was linked from them has not. */
static void judge_dropped(struct check_run *run)
{
	struct place place = {0};

	if (run->image->kind == IMAGE_OBJECT || !run->inputs || note_present(run->list->note) ||
		(!has_units(run->inputs->note) && !has_units(run->inputs->member_note)))
		return;
	found(run, SEVERITY_NOTE, &place,
		"the objects have ABI notes and the linked file has none: the script discards or "
		"loses them, and with them the model",
		"take them into the script before any other .note.*: .note.percpu : { "
		"KEEP(*(.note.percpu)) }");
}

void note_judge_file(struct check_run *run)
{
	const bool naive =
		is_naive(run->list->note) || (run->inputs && is_naive(run->inputs->note));

	judge_damage(run, run->list->note);
	if (run->inputs) {
		judge_damage(run, run->inputs->note);
		judge_damage(run, run->inputs->member_note);
	}
	for (unsigned i = 0; i < NOTE_FIELD_COUNT; i++) {
		const enum note_field field = (enum note_field)i;

		/* Plain globals have neither. */
		if (naive && (field == NOTE_MODEL || field == NOTE_REGISTER))
			continue;
		if (disagreements[field].harm)
			judge_field(run, field);
	}
	judge_register(run);
	judge_dropped(run);
}

/* An option that says something else than the note. */
static void judge_option(struct check_run *run, const char *option, const char *given,
	const char *what, const char *noted)
{
	struct place place = at_note(run);

	found(run, SEVERITY_ERROR, &place,
		text(run, "%s %s, but the ABI note says %s %s", option, given, what, noted),
		text(run, "leave %s away, or build the kernel for it", option));
}

static void judge_choices(struct check_run *run)
{
	const struct layout_options *options = &run->options->layout;
	const enum model model = note_model(run->layout->note);
	const enum placement placement = note_placement(run->layout->note);

	/* section_vma may say so too, and would have the script changed. */
	if (options->model && model && options->model != model)
		judge_option(run, "--model", model_name(options->model),
			model == MODEL_NAIVE ? "mode" : "model", model_name(model));
	if (options->placement && placement && options->placement != placement)
		judge_option(run, "--placement", placement_name(options->placement), "placement",
			placement_name(placement));
}

static void judge_number(
	struct check_run *run, const char *option, enum note_field field, struct maybe given)
{
	const struct maybe noted = note_agreed(run->layout->note, field);

	if (given.known && noted.known && given.value != noted.value)
		judge_option(run, option, value_text(run, field, given.value),
			note_field_name(field), value_text(run, field, noted.value));
}

/* CPUs of a script that is right: as many as of the one that is wrong, if nobody says. */
static struct maybe script_cpus(const struct check_run *run)
{
	const struct maybe cpus = wanted_cpus(run);

	return cpus.known ? cpus : run->layout->cpus;
}

static void judge_placement(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const enum placement noted = note_placement(layout->note);
	struct place place = at_note(run);

	if (!noted || !layout->placement || noted == layout->placement ||
		strcmp(layout->placement_source, "symbols") != 0)
		return;
	/* Room that nobody uses is lost, no more. */
	found(run, noted == PLACEMENT_DYNAMIC ? SEVERITY_WARNING : SEVERITY_ERROR, &place,
		text(run, "the ABI note says placement %s, but the boundary symbols say %s",
			placement_name(noted), placement_name(layout->placement)),
		text(run, "link with the script for it, %s, or build start-up code for %s",
			script_command(run, script_cpus(run)), placement_name(layout->placement)));
}

static uint64_t template_align(const struct layout *layout)
{
	uint64_t align = 1;

	for (size_t i = 0; i < layout->section_count; i++) {
		const struct section *s = &layout->image->sections[layout->sections[i]];

		if (s->align > align)
			align = s->align;
	}
	return align;
}

static void judge_stride(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct maybe noted = note_agreed(layout->note, NOTE_STRIDE);
	const struct maybe cpus = note_agreed(layout->note, NOTE_CPUS);
	const uint64_t align = template_align(layout);
	struct place place = at_note(run);

	if (!noted.known)
		return;
	if (layout->stride.known && layout->stride.value != noted.value)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"the ABI note says stride 0x%" PRIx64
				", but the areas of the image are 0x%" PRIx64 " bytes apart",
				noted.value, layout->stride.value),
			text(run, "build start-up code and script for the same stride; percpu-tool "
				  "ldscript pads the template to it"));
	else if (layout->area_size.known && layout->area_size.value > noted.value)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"the ABI note says stride 0x%" PRIx64 ", less than the 0x%" PRIx64
				" bytes of the template",
				noted.value, layout->area_size.value),
			"build start-up code for the template that it is linked with");
	else if (noted.value % align && !(cpus.known && cpus.value == 1))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"the ABI note says stride 0x%" PRIx64
				", no multiple of the alignment 0x%" PRIx64
				" of section %s: misaligned from CPU 1 on",
				noted.value, align, layout->name),
			text(run, "round the stride up to a multiple of 0x%" PRIx64, align));
}

/* The script places the areas of the other placements itself, and area_aligned judges them. */
static void judge_stride_align(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct maybe noted = note_agreed(layout->note, NOTE_STRIDE_ALIGN);
	const uint64_t align = template_align(layout);
	struct place place = at_note(run);

	if (!noted.known || layout->placement != PLACEMENT_DYNAMIC || noted.value >= align ||
		(layout->stride.known && layout->stride.value % align))
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run,
			"the ABI note says stride_align 0x%" PRIx64
			": areas are allocated with it, but section %s is aligned to 0x%" PRIx64,
			noted.value, layout->name, align),
		text(run, "allocate areas aligned to 0x%" PRIx64 " or more, and say so in the note",
			align));
}

/* Is there less room than the areas take, those of all CPUs that are asked for or else one? */
static bool is_short(const struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct maybe cpus = wanted_cpus(run);
	const uint64_t room = layout->area_end.value - layout->area_start.value;

	return layout->area_start.known && layout->area_end.known && layout->stride.known &&
	       layout->stride.value && layout->area_start.value <= layout->area_end.value &&
	       room / layout->stride.value < (cpus.known ? cpus.value : 1);
}

/* A user's own script, which has not the symbols of ours, may have reserved enough. */
static void judge_reserve(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct bound *start = &layout->bounds[BOUND_RESERVE_START];
	const struct bound *end = &layout->bounds[BOUND_RESERVE_END];
	const struct maybe noted = note_agreed(layout->note, NOTE_RESERVE);
	const bool left = start->state == BOUND_DEFINED && end->state == BOUND_DEFINED;
	const uint64_t bytes = left ? end->symbol.value - start->symbol.value : 0;
	struct place place = at_note(run);

	if (!noted.known || bytes >= noted.value || (!left && !is_short(run)))
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run, "the ABI note says reserve 0x%" PRIx64 ", but the script leaves %s",
			noted.value,
			left ? text(run, "0x%" PRIx64 " bytes at each area's end", bytes)
			     : text(run,
				       "none: 0x%" PRIx64 " bytes for areas of 0x%" PRIx64 " each",
				       layout->area_end.value - layout->area_start.value,
				       layout->stride.value)),
		text(run, "reserve them: %s", script_command(run, script_cpus(run))));
}

static void judge_link(struct check_run *run)
{
	const struct layout_options *options = &run->options->layout;
	const struct maybe align = {
		.known = options->stride_align != 0, .value = options->stride_align};

	judge_choices(run);
	if (run->layout->model == MODEL_NAIVE)
		return;
	judge_number(run, "--cpus", NOTE_CPUS, run->options->cpus);
	judge_number(run, "--stride-align", NOTE_STRIDE_ALIGN, align);
	/* Of symbols that enclose nothing, or not the template, nothing can be told. */
	if (run->outcomes[CHECK_ID_section_present] != OUTCOME_PASSED ||
		run->outcomes[CHECK_ID_bounds_order] == OUTCOME_FAILED)
		return;
	judge_placement(run);
	judge_stride(run);
	judge_stride_align(run);
	judge_reserve(run);
}

/* What concerns the file is said once, with the first layout that notes may be about. */
static bool is_first(const struct check_run *run)
{
	const struct layout *layout = run->list->layouts;

	while (layout < run->layout && !layout->profile->takes_note)
		layout++;
	return layout == run->layout;
}

static void note_agrees(struct check_run *run)
{
	if (!run->layout->profile->takes_note)
		return;
	if (is_first(run))
		note_judge_file(run);
	if (run->layout->note)
		judge_link(run);
}

const struct check check_note_agrees = {
	.name = "note_agrees",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.run = note_agrees,
	.summary = "the ABI notes agree with each other and with the link",
	.what = "Notes in .note.percpu contradict each other - objects were built for "
		"different modes, models or registers, or there are two image notes - or they "
		"contradict the link or the options: the register is another architecture's, "
		"the placement is not that of the boundary symbols, the stride is not the "
		"image's, less than the template or no multiple of the section's alignment, "
		"areas are allocated with less than that alignment, fewer bytes are reserved "
		"in an area than are handed out, or --model, --placement, --cpus or --stride-align "
		"says something else. A note that cannot be read is named by its file "
		"offset. Reserved areas that dynamic placement does not use are a warning. "
		"Where the objects of --objects have notes and the linked file has none, that "
		"is noted. What a note does not specify contradicts nothing; preempt and wide "
		"may differ.",
	.why = "Objects that were built for different models or registers link without a word and "
	       "reach each other's memory at run time. Where start-up code and script count with "
	       "different strides, the last areas lie on what follows them.",
	.example = "an object built with PERCPU_SP_NAIVE beside others that were built without",
	.fix = "Build every object with the same configuration, and the script for what the "
	       "start-up code does. Keep the notes: .note.percpu : { KEEP(*(.note.percpu)) }.",
};
