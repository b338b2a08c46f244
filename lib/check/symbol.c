/* Do the variables stand in the template as they were defined? */
#include <string.h>

#include "lib/check/run.h"
#include "lib/model/names.h"
#include "lib/model/note.h"
#include "lib/model/profile.h"

static struct place at_variable(const struct layout *layout, const struct variable *v)
{
	const uint32_t section = v->symbol.section;

	return (struct place){
		.section = section < layout->image->section_count
				   ? &layout->image->sections[section]
				   : NULL,
		.variable = v,
		.address = {true, v->symbol.value},
	};
}

/* A layout of several sections takes each from input of its name: a profile lists both alike. */
static bool lands_in(const struct layout *layout, const struct input_section *input,
	const struct section *output)
{
	const char *name = input->section->name;

	return profile_has_input(layout->profile, name) &&
	       (!output || !profile_has_section(layout->profile, name) ||
		       strcmp(name, output->name) == 0);
}

const struct input_section *strictest_input(
	const struct check_run *run, const struct section *output)
{
	const struct input_section *result = NULL;

	for (size_t i = 0; run->inputs && i < run->inputs->section_count; i++) {
		const struct input_section *s = &run->inputs->sections[i];

		if (s->section->size && lands_in(run->layout, s, output) &&
			(!result || s->section->align > result->section->align))
			result = s;
	}
	return result;
}

/* First and last address that the variable may take, by its own section in an object. */
static bool template_span(
	const struct layout *layout, const struct variable *v, uint64_t *start, uint64_t *end)
{
	const struct section *s;

	if (v->symbol.section >= layout->image->section_count)
		return false;
	s = &layout->image->sections[v->symbol.section];
	if (layout->image->kind == IMAGE_OBJECT) {
		*start = 0;
		*end = s->size;
		return true;
	}
	*start = layout->template_start.known ? layout->template_start.value : s->addr;
	*end = layout->template_end.known ? layout->template_end.value : s->addr + s->size;
	return *start <= *end;
}

/* Of an object: data that is loaded, per-CPU by its name alone. */
static void left_out(struct check_run *run, const struct symbol *symbol)
{
	struct place place = {
		.symbol = symbol->name,
		.address = {.known = true, .value = symbol->value},
	};

	if (symbol->type != STT_OBJECT || !symbol->size ||
		symbol->section >= run->image->section_count)
		return;
	place.section = &run->image->sections[symbol->section];
	if (place.section->flags & SHF_ALLOC)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"a per-CPU variable by its name, but it is defined in %s: no CPU "
				"has a copy of it",
				place.section->name),
			"define it in the per-CPU section; g++ leaves members of class templates, "
			"and variable templates, out of it");
}

/* In naive builds a variable may stand anywhere. */
static bool is_naive(const struct check_run *run)
{
	const struct maybe mode = note_agreed(run->list->note, NOTE_MODE);

	return mode.known && mode.value == PERCPU_NOTE_MODE_NAIVE;
}

/* Without a layout it takes a note to tell that the object has per-CPU variables. */
void symbols_left_out(struct check_run *run)
{
	const struct maybe mode = note_agreed(run->list->note, NOTE_MODE);
	const char *prefix = profile_by_name("crate")->variable_prefix;

	if (run->image->kind != IMAGE_OBJECT || !mode.known ||
		mode.value != PERCPU_NOTE_MODE_PERCPU)
		return;
	for (size_t i = 1; i < run->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(run->image, i, &symbol, run->error))
			return;
		if (name_has_prefix(symbol.name, prefix))
			left_out(run, &symbol);
	}
}

static void symbol_in_section(struct check_run *run)
{
	const struct layout *layout = run->layout;

	/* What linked files have outside, section_single says. */
	if (layout->image->kind == IMAGE_OBJECT && !is_naive(run))
		for (size_t i = 0; i < layout->stray_count; i++)
			left_out(run, &layout->strays[i]);
	for (size_t i = 0; i < layout->variable_count; i++) {
		const struct variable *v = &layout->variables[i];
		struct place place = at_variable(layout, v);
		uint64_t start, end;

		if (!template_span(layout, v, &start, &end))
			continue;
		if (v->symbol.value >= start &&
			range_within(v->symbol.value - start, v->symbol.size, end - start))
			continue;
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"0x%" PRIx64 " bytes at 0x%" PRIx64
				" leave the template (0x%" PRIx64 " to 0x%" PRIx64
				"): start-up does not copy them",
				v->symbol.size, v->symbol.value, start, end),
			"take all per-CPU input between the template's start and end symbols");
	}
}

const struct check check_symbol_in_section = {
	.name = "symbol_in_section",
	.severity = SEVERITY_ERROR,
	.where = "ORB",
	.needs = {&check_section_present, &check_bounds_order},
	.run = symbol_in_section,
	.summary = "every variable lies inside the template",
	.what = "A variable of the section, by its index and value, begins or ends outside the "
		"template; or an object defines one, per-CPU by its name, in another section.",
	.why = "What lies behind the template's end is not copied to any CPU, and with the areas "
	       "behind it belongs to CPU 1.",
	.example = "*(.percpu) before _percpu_load_end = .; and *(.percpu.*) behind it",
	.fix = "Take all per-CPU input between the template's start and end symbols.",
};

/*
 * An array is aligned as its elements, whatever its size: only a section that is aligned to less
 * than the size wants is a sign that the linker or the source has packed it.
 */
static enum severity misaligned(
	const struct check_run *run, const struct symbol *symbol, uint64_t align)
{
	const struct section *s = &run->image->sections[symbol->section];

	return s->align < align ? SEVERITY_WARNING : SEVERITY_NOTE;
}

/* The object that defines the variable, where its name and size leave no doubt; NULL. */
static const struct input_symbol *input_of(const struct check_run *run, const struct variable *v)
{
	const struct inputs *inputs = run->inputs;
	const struct input_symbol *input = inputs ? inputs_symbol(inputs, v->symbol.name) : NULL;
	size_t next;

	if (!input || input->symbol.size != v->symbol.size ||
		!profile_has_input(run->layout->profile, input->section->section->name))
		return NULL;
	next = (size_t)(input - inputs->symbols) + 1;
	if (next < inputs->symbol_count &&
		strcmp(inputs->symbols[next].symbol.name, v->symbol.name) == 0)
		return NULL;
	return input;
}

/* An object's section that does not stand where its alignment wants: SUBALIGN() did that. */
static void judge_input(struct check_run *run, const struct variable *v)
{
	const struct input_symbol *input = input_of(run, v);
	struct place place = at_variable(run->layout, v);
	uint64_t align;

	if (!input || run->image->kind == IMAGE_OBJECT)
		return;
	align = input->section->section->align;
	if (!is_power_of_two(align) || (v->symbol.value - input->symbol.value) % align == 0)
		return;
	found(run, SEVERITY_WARNING, &place,
		text(run,
			"at 0x%" PRIx64 ", but %s aligns its section %s to 0x%" PRIx64
			", where it stands at 0x%" PRIx64,
			v->symbol.value, input->section->object->label,
			input->section->section->name, align, input->symbol.value),
		"take SUBALIGN() off the output section");
}

static void symbol_aligned(struct check_run *run)
{
	const struct layout *layout = run->layout;

	for (size_t i = 0; i < layout->variable_count; i++) {
		const struct variable *v = &layout->variables[i];
		struct place place = at_variable(layout, v);
		const uint64_t lowest = v->symbol.size & (~v->symbol.size + 1);
		const uint64_t align = lowest > 8 ? 8 : lowest;

		judge_input(run, v);
		if (v->symbol.type != STT_OBJECT || align <= 1 || v->symbol.value % align == 0)
			continue;
		found(run, misaligned(run, &v->symbol, align), &place,
			text(run, "0x%" PRIx64 " bytes at 0x%" PRIx64 ", no multiple of %" PRIu64,
				v->symbol.size, v->symbol.value, align),
			"take packed off the variable or SUBALIGN() off its section, or align it: "
			"__attribute__((aligned)); an array of smaller elements may stay");
	}
}

const struct check check_symbol_aligned = {
	.name = "symbol_aligned",
	.severity = SEVERITY_WARNING,
	.where = "ORB",
	.needs = {&check_section_present, &check_symbol_in_section},
	.run = symbol_aligned,
	.summary = "every variable is aligned as its type wants",
	.what = "A variable's value is no multiple of the power of two in its size, 8 at most. A "
		"warning where the section's own alignment is below that, too, or where an object "
		"of --objects aligns it and the link does not: something was packed. Else a note, "
		"as an array may stand where its elements may.",
	.why = "Misaligned variables tear: another CPU, or an interrupt, sees half of a write. "
	       "Atomic instructions on them trap on AArch64, RISC-V and LoongArch.",
	.example = "a script with SUBALIGN(1), or .balign left out in assembly",
	.fix = "Align the definition, and take SUBALIGN() off the output section.",
};

static uint64_t end_of(const struct variable *v)
{
	return range_end(v->symbol.value, v->symbol.size);
}

/* Does `v` begin before `other` ends? In an object only when they are in the same section. */
static bool still_open(
	const struct layout *layout, const struct variable *other, const struct variable *v)
{
	if (layout->image->kind == IMAGE_OBJECT && other->symbol.section != v->symbol.section)
		return false;
	return v->symbol.value < end_of(other);
}

static void overlap(struct check_run *run, const struct variable *a, const struct variable *b)
{
	struct place place = at_variable(run->layout, b);

	found(run, SEVERITY_ERROR, &place,
		text(run,
			"0x%" PRIx64 " bytes at 0x%" PRIx64 " overlap the end of %.128s (0x%" PRIx64
			" bytes at 0x%" PRIx64 ")",
			b->symbol.size, b->symbol.value, a->name, a->symbol.size, a->symbol.value),
		"let the linker place both: no fixed addresses, no symbols assigned in the script");
}

static void weak_pair(struct check_run *run, const struct variable *a, const struct variable *b)
{
	struct place place = at_variable(run->layout, b);

	if (a->symbol.bind != STB_WEAK || b->symbol.bind != STB_WEAK ||
		a->symbol.value != b->symbol.value || !b->symbol.size)
		return;
	found(run, SEVERITY_WARNING, &place,
		text(run,
			"weak, and at the same place as %.128s, weak too: one variable serves for "
			"both",
			a->name),
		"define per-CPU variables strong, or make one an alias on purpose");
}

/* A COMDAT group's definition is meant to be one of many: C++ inline variables. */
static bool is_weak_here(const struct check_run *run, const struct input_symbol *input)
{
	const struct section *s = input->section->section;

	return input->symbol.bind == STB_WEAK && !(s->flags & SHF_GROUP) &&
	       profile_has_input(run->layout->profile, s->name);
}

/* Objects that define one weak name each: the linker keeps one, and says nothing. */
static void weak_inputs(struct check_run *run)
{
	const struct inputs *inputs = run->inputs;

	for (size_t i = 1; inputs && i < inputs->symbol_count; i++) {
		const struct input_symbol *a = &inputs->symbols[i - 1], *b = &inputs->symbols[i];
		struct place place = {
			.section = layout_section(run->layout), .symbol = b->symbol.name};

		if (!is_weak_here(run, a) || !is_weak_here(run, b) ||
			strcmp(a->symbol.name, b->symbol.name) != 0)
			continue;
		found(run, SEVERITY_WARNING, &place,
			text(run, "%s and %s both define it weak: one variable serves for both",
				a->section->object->label, b->section->object->label),
			"define per-CPU variables strong, so that the linker refuses a second one");
	}
}

/*
 * The variables that are open at an address form a stack, each inside the one below: whoever
 * reaches beyond the top overlaps it in part. One pass, whatever is nested.
 */
static void symbol_disjoint(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct variable **open =
		ARENA_ARRAY(run->arena, const struct variable *, layout->variable_count + 1);
	size_t depth = 0;

	if (!open) {
		error_memory(run->error);
		return;
	}
	for (size_t i = 0; i < layout->variable_count; i++) {
		const struct variable *v = &layout->variables[i];

		if (v->symbol.type != STT_OBJECT || !v->symbol.size)
			continue;
		while (depth && !still_open(layout, open[depth - 1], v))
			depth--;
		if (depth) {
			if (end_of(v) > end_of(open[depth - 1]))
				overlap(run, open[depth - 1], v);
			else
				weak_pair(run, open[depth - 1], v);
		}
		open[depth++] = v;
	}
	weak_inputs(run);
}

const struct check check_symbol_disjoint = {
	.name = "symbol_disjoint",
	.severity = SEVERITY_ERROR,
	.where = "ORB",
	.needs = {&check_section_present},
	.run = symbol_disjoint,
	.summary = "no two variables share bytes",
	.what = "Two variables overlap in part; or (a warning) two weak definitions stand at the "
		"same place, or two objects of --objects define the same weak name. Aliases, "
		"members with a symbol of their own and variables of size 0 are fine.",
	.why = "Writing one changes the other, on every CPU.",
	.example = ".set __PERCPU_B, __PERCPU_A + 4 in assembly, both with .size 8",
	.fix = "Let the linker place both.",
};

static void symbol_sized(struct check_run *run)
{
	const struct layout *layout = run->layout;

	for (size_t i = 0; i < layout->variable_count; i++) {
		const struct variable *v = &layout->variables[i];
		struct place place = at_variable(layout, v);

		if (v->symbol.type == STT_OBJECT && !v->symbol.size)
			found(run, SEVERITY_NOTE, &place,
				"an object without a size: tools cannot tell where the variable "
				"ends",
				"in assembly: .size name, bytes");
	}
}

const struct check check_symbol_sized = {
	.name = "symbol_sized",
	.severity = SEVERITY_NOTE,
	.where = "ORB",
	.needs = {&check_section_present},
	.run = symbol_sized,
	.summary = "every variable says its size",
	.what = "An STT_OBJECT symbol of the template has size 0.",
	.why = "Debuggers, and this tool, cannot tell which variable an offset belongs to.",
	.example = ".type counter, @object without .size counter, 8",
	.fix = "Write .size in assembly.",
};

/*
 * Where the variable stands counted from a line's start: areas begin on one, so that the offset
 * from the template's start tells. An object's section may be placed anywhere its alignment allows.
 */
static bool line_offset(
	const struct layout *layout, const struct variable *v, uint64_t line, uint64_t *offset)
{
	uint64_t start, end;

	if (!template_span(layout, v, &start, &end) || v->symbol.value < start)
		return false;
	*offset = (v->symbol.value - start) % line;
	return layout->image->kind != IMAGE_OBJECT ||
	       layout->image->sections[v->symbol.section].align >= line;
}

static void symbol_cacheline(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const uint64_t line = layout->image->arch->cache_line;

	for (size_t i = 0; i < layout->variable_count; i++) {
		const struct variable *v = &layout->variables[i];
		struct place place = at_variable(layout, v);
		uint64_t offset;

		if (v->symbol.type != STT_OBJECT || v->symbol.size > line || !v->symbol.size ||
			!line_offset(layout, v, line, &offset) || offset + v->symbol.size <= line)
			continue;
		found(run, SEVERITY_NOTE, &place,
			text(run,
				"0x%" PRIx64 " bytes at 0x%" PRIx64
				" straddle two cache lines of %" PRIu64 " bytes",
				v->symbol.size, v->symbol.value, line),
			"align the variable to the power of two at or above its size");
	}
}

const struct check check_symbol_cacheline = {
	.name = "symbol_cacheline",
	.severity = SEVERITY_NOTE,
	.where = "ORB",
	.needs = {&check_section_present},
	.run = symbol_cacheline,
	.summary = "a small variable lies in one cache line",
	.what = "A variable of at most a cache line straddles two.",
	.why = "Each access then touches two lines, and one that should be atomic is not.",
	.example = "a variable of 48 bytes at offset 0x30",
	.fix = "Align the variable to the power of two at or above its size.",
};
