/* Is the per-CPU section there, and is it what start-up can copy? */
#include <string.h>

#include "lib/check/run.h"
#include "lib/model/names.h"
#include "lib/model/symbols.h"

static struct place at_section(const struct section *section)
{
	return (struct place){
		.section = section,
		.address = {.known = section && section->addr,
			.value = section ? section->addr : 0},
	};
}

static bool bounds_enclose_nothing(const struct layout *layout)
{
	return layout->area_size.known && layout->area_size.value == 0;
}

/* Bytes that the objects of the link have for the template. */
static uint64_t input_bytes(const struct check_run *run)
{
	uint64_t bytes = 0;

	for (size_t i = 0; run->inputs && i < run->inputs->section_count; i++) {
		const struct section *s = run->inputs->sections[i].section;

		if (profile_has_input(run->layout->profile, s->name))
			bytes += s->size;
	}
	return bytes;
}

static uint64_t section_bytes(const struct layout *layout)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < layout->section_count; i++)
		bytes += layout->image->sections[layout->sections[i]].size;
	return bytes;
}

/* A script's symbols - _edata, __bss_start - bear the index of the section that they end. */
static bool stands_inside(const struct section *section, const struct symbol *symbol)
{
	return symbol->value >= section->addr && symbol->value - section->addr < section->size;
}

/* Does a name stand in the template, sized or not, that is no boundary and no mapping symbol? */
static bool has_label(struct check_run *run)
{
	for (size_t i = 1; i < run->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(run->image, i, &symbol, run->error))
			return false;
		if (layout_has_section(run->layout, symbol.section) && symbol.type != STT_SECTION &&
			symbol.type != STT_FILE && symbol.name[0] && symbol.name[0] != '$' &&
			!layout_is_bound(run->layout, symbol.name) &&
			stands_inside(&run->image->sections[symbol.section], &symbol))
			return true;
	}
	return false;
}

static bool is_cleared(const struct image *image, const struct section *section)
{
	const struct span bytes = image_section_bytes(image, section->index);

	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i])
			return false;
	return true;
}

/*
 * No bytes at all, or padding alone: zeros of which neither symbols nor objects know more. lld
 * makes them PROGBITS, and neither linker makes them what they would be with a variable among them.
 */
static bool is_empty(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const uint64_t bytes = section_bytes(layout), input = input_bytes(run);
	bool cleared = true;

	if (!layout->section_count)
		return bounds_enclose_nothing(layout) || layout_is_only_noted(layout);
	if (!bytes)
		return true;
	/* Objects that fit in have perhaps lost their values only: section_type asks. */
	if (run->image->kind == IMAGE_STRIPPED || layout->variable_count ||
		(input && input <= bytes) || has_label(run))
		return false;
	for (size_t i = 0; i < layout->section_count && cleared; i++)
		cleared = is_cleared(layout->image, &layout->image->sections[layout->sections[i]]);
	return cleared;
}

/* " is in SECTION", of the symbol that spoke of the layout; nothing where it is in none. */
static const char *symbols_place(struct check_run *run)
{
	const struct bound *start = &run->layout->bounds[BOUND_TEMPLATE_START];

	if (start->state != BOUND_DEFINED || start->symbol.section >= run->image->section_count ||
		start->symbol.section == SYMBOL_UNDEFINED)
		return "";
	return text(run, " is in %s", run->image->sections[start->symbol.section].name);
}

static void section_present(struct check_run *run)
{
	const struct layout *layout = run->layout;
	struct place place = at_section(layout_section(layout));

	if (is_empty(run) && input_bytes(run)) {
		found(run, SEVERITY_ERROR, &place,
			"the objects hold per-CPU variables, but none was linked",
			"keep the input, or --gc-sections drops what nothing reaches: "
			"KEEP(*(.percpu .percpu.*))");
		return;
	}
	if (is_empty(run)) {
		found(run, SEVERITY_NOTE, &place,
			"the template is empty: no per-CPU variable was linked",
			"expected when there is none; else keep the input: KEEP(*(.percpu "
			".percpu.*))");
		skipped(run, "the template is empty");
		return;
	}
	if (layout->section_count)
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run, "%s of profile %s%s, but there is no section %s", layout->profile_source,
			layout->profile->name, symbols_place(run), layout->name),
		text(run,
			"call the output section %s in the linker script, or name it: --profile %s "
			"--section NAME",
			layout->name, layout->profile->name));
}

const struct check check_section_present = {
	.name = "section_present",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.run = section_present,
	.summary = "the per-CPU section that symbols speak of is in the file",
	.what = "Defined boundary symbols say that there is per-CPU data, the profile wants a "
		"section for it, and the file has none. So does an ABI note where a variable is "
		"there too, by its name, and so do kept relocations by which code reaches such "
		"variables through the per-CPU register. Without one, an empty template is only "
		"noted. Undefined weak symbols say nothing, and Xen's symbol range stands for a "
		"section.",
	.why = "Without the section every access lands in whatever stands at the variable's "
	       "offset. It happens when --gc-sections meets a script without KEEP, or when the "
	       "output section is called something else.",
	.example = ".percpu renamed to .mypercpu in the script, _percpu_load_start still defined",
	.fix = "Name the output section as the profile does and write KEEP(*(.percpu .percpu.*)).",
};

/* Flags that no template may have, and what they do to it. */
static const struct {
	uint64_t flag;
	const char *name;
	const char *harm;
} wrong_flags[] = {
	{SHF_EXECINSTR, "EXECINSTR", "it is mapped executable"},
	{SHF_TLS, "TLS", "the linker treats its symbols as thread-local offsets"},
	{SHF_MERGE, "MERGE", "the linker may merge variables that are equal"},
	{SHF_STRINGS, "STRINGS", "the linker may share the ends of variables as strings"},
	{SHF_COMPRESSED, "COMPRESSED", "start-up copies compressed bytes"},
};

static void flag_wrong(struct check_run *run, const struct section *section, const char *message)
{
	/* An object of an unknown model may be one of a single-CPU build, where little is wrong. */
	enum severity severity =
		run->image->kind == IMAGE_OBJECT && run->layout->model == MODEL_UNKNOWN
			? SEVERITY_WARNING
			: SEVERITY_ERROR;
	struct place place = at_section(section);

	found(run, severity, &place, message,
		"define the variables as writable data: section(\"...\") on a variable that is "
		"neither const nor thread-local, or \"aw\",@progbits in assembly");
}

static void section_flags(struct check_run *run)
{
	for (size_t i = 0; i < run->layout->section_count; i++) {
		const struct section *s = &run->image->sections[run->layout->sections[i]];

		if (!s->size)
			continue;
		if (!(s->flags & SHF_ALLOC))
			flag_wrong(run, s,
				text(run, "section %s is not ALLOC: it is not loaded", s->name));
		if (!(s->flags & SHF_WRITE))
			flag_wrong(run, s,
				text(run,
					"section %s is not WRITE: its variables cannot be written",
					s->name));
		for (size_t j = 0; j < sizeof(wrong_flags) / sizeof(wrong_flags[0]); j++)
			if (s->flags & wrong_flags[j].flag)
				flag_wrong(run, s,
					text(run, "section %s is %s: %s", s->name,
						wrong_flags[j].name, wrong_flags[j].harm));
	}
}

const struct check check_section_flags = {
	.name = "section_flags",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.needs = {&check_section_present},
	.run = section_flags,
	.summary = "the per-CPU section is plain writable data",
	.what = "The section is not ALLOC and WRITE, or it is EXECINSTR, TLS, MERGE, STRINGS or "
		"COMPRESSED. A warning in an object whose model is unknown.",
	.why = "Per-CPU data declared as thread-local, constant or mergeable is linked by rules "
	       "that do not hold for it: TLS gives offsets from the thread pointer, MERGE lets "
	       "two variables share an address.",
	.example =
		"__thread int x __attribute__((section(\".percpu\"))); gives the section SHF_TLS",
	.fix = "Define the variables as writable, not thread-local data.",
};

/*
 * Per section of the image: are relocations kept for it? Such a one is an initial value: something
 * is stored there. NULL when memory runs out.
 */
static const bool *kept_relocations(struct check_run *run)
{
	const struct image *image = run->image;
	bool *kept = ARENA_ARRAY(run->arena, bool, image->section_count + 1);

	if (!kept)
		error_memory(run->error);
	for (size_t i = 1; kept && i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		if (s->type == SHT_RELA && s->size && s->info < image->section_count)
			kept[s->info] = true;
	}
	return kept;
}

static const struct input_section *initialised_input(const struct check_run *run)
{
	for (size_t i = 0; run->inputs && i < run->inputs->section_count; i++) {
		const struct input_section *s = &run->inputs->sections[i];

		if (s->initialised && profile_has_input(run->layout->profile, s->section->name))
			return s;
	}
	return NULL;
}

static void nobits(struct check_run *run, const struct section *s,
	const struct input_section *input, bool has_relocations)
{
	static const char fix[] =
		"take (NOLOAD) off the output section, so that the initial values are in the file";
	struct place place = at_section(s);

	if (input)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"section %s is NOBITS, but %s gives %s initial values: they are "
				"lost",
				s->name, input->object->label,
				input->only_symbol ? input->only_symbol : input->section->name),
			fix);
	else if (has_relocations)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"section %s is NOBITS, but relocations store pointers in it: they "
				"are lost",
				s->name),
			fix);
	else
		found(run, SEVERITY_WARNING, &place,
			text(run,
				"section %s is NOBITS: every variable starts as zero, whatever the "
				"source says",
				s->name),
			fix);
}

static void section_type(struct check_run *run)
{
	const struct input_section *input;
	const bool *kept;

	if (run->layout->profile->zero_by_design)
		return;
	if (run->image->debug_only) {
		skipped(run, "a debug file: its sections have no bytes");
		return;
	}
	input = initialised_input(run);
	kept = kept_relocations(run);
	for (size_t i = 0; kept && i < run->layout->section_count; i++) {
		const struct section *s = &run->image->sections[run->layout->sections[i]];

		if (s->type == SHT_NOBITS && s->size)
			nobits(run, s, input, kept[s->index]);
	}
}

const struct check check_section_type = {
	.name = "section_type",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.needs = {&check_section_present},
	.run = section_type,
	.summary = "the template's initial values are in the file",
	.what = "The section is NOBITS. An error when initial values are known to be lost: an "
		"object of --objects holds bytes that are not zero, or relocations of the section "
		"were kept. Otherwise a warning. Silent for systems that clear the areas by "
		"design.",
	.why = "(NOLOAD) in a linker script makes the section NOBITS with both linkers and says "
	       "nothing: every variable starts as zero.",
	.example = ".percpu 0x0 (NOLOAD) : AT(_percpu_start) { ... }",
	.fix = "Take (NOLOAD) off the output section.",
};

static void section_vma(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct section *s = layout_section(layout);
	struct place place = at_section(s);

	if (layout->model_assumed || !layout->model) {
		skipped(run, "model assumed; --model says which");
		return;
	}
	if (layout->model == MODEL_ZERO && s->addr)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"model zero, but section %s is at 0x%" PRIx64
				": offsets are too large by that much",
				s->name, s->addr),
			text(run, "link the section at address 0: %s 0x0 : AT(...) { ... }",
				s->name));
	if (layout->model != MODEL_ZERO && !s->addr)
		found(run, SEVERITY_ERROR, &place,
			text(run, "model %s, but section %s is at address 0",
				model_name(layout->model), s->name),
			layout->model == MODEL_NAIVE
				? "leave the section in place among the data: plain globals need "
				  "real addresses"
				: "leave the section in place: take the address 0x0 off its line "
				  "in the script");
}

const struct check check_section_vma = {
	.name = "section_vma",
	.severity = SEVERITY_ERROR,
	.where = "RBS",
	.needs = {&check_section_present},
	.run = section_vma,
	.summary = "the section's address fits the model",
	.what = "The model is known, from --model, the ABI note or the profile, and the section's "
		"address contradicts it: not 0 in model zero, 0 in the others. Skipped when the "
		"model is only assumed from the address.",
	.why = "In model zero the symbol's value is the offset; at any other address every access "
	       "is beside its area by that much. In place, address 0 is nobody's memory.",
	.example = "percpu-tool check --model zero on a kernel with .percpu at 0xffffffff80200000",
	.fix = "Give the section the address that its accessors were built for, or build the "
	       "accessors for the address.",
};

/* The orphans are in the order of their indices. */
static bool is_orphan(const struct layout_list *list, uint32_t section)
{
	size_t low = 0, high = list->orphan_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (list->orphans[middle] < section)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->orphan_count && list->orphans[low] == section;
}

static void misplaced(struct check_run *run, const struct symbol *symbol, const char *why)
{
	struct place place = {
		.section = &run->image->sections[symbol->section],
		.symbol = symbol->name,
		.address = {.known = true, .value = symbol->value},
	};

	found(run, SEVERITY_ERROR, &place,
		text(run, "%s, but it was linked into %s", why, place.section->name),
		text(run, "take its input section into %s in the linker script",
			run->layout->name));
}

static bool in_template(const struct layout *layout, const struct symbol *symbol)
{
	if (!layout->profile->symbol_range)
		return layout_has_section(layout, symbol->section);
	return layout->template_start.known && layout->template_end.known &&
	       symbol->value >= layout->template_start.value &&
	       symbol->value < layout->template_end.value;
}

/* In a section that is loaded, and that orphans() does not name as a whole. */
static bool stands_elsewhere(const struct check_run *run, const struct symbol *symbol)
{
	return symbol->section != SYMBOL_UNDEFINED && symbol->section < run->image->section_count &&
	       (run->image->sections[symbol->section].flags & SHF_ALLOC) &&
	       !in_template(run->layout, symbol) && !is_orphan(run->list, symbol->section);
}

static void strays(struct check_run *run)
{
	for (size_t i = 0; i < run->layout->stray_count; i++)
		if (stands_elsewhere(run, &run->layout->strays[i]))
			misplaced(run, &run->layout->strays[i], "a per-CPU variable by its name");
}

static void orphans(struct check_run *run)
{
	for (size_t i = 0; i < run->list->orphan_count; i++) {
		const struct section *s = &run->image->sections[run->list->orphans[i]];
		struct place place = at_section(s);

		found(run, SEVERITY_ERROR, &place,
			text(run,
				"section %s holds per-CPU data by its name, but no layout has it: "
				"the linker placed it by itself",
				s->name),
			text(run,
				"take it into %s: KEEP(*(%s)), and link with "
				"--orphan-handling=warn",
				run->layout->name, s->name));
	}
}

/* A variable of the layout that a static of this name and size may be after all. */
static bool is_in_layout(const struct layout *layout, const struct symbol *symbol)
{
	for (size_t i = 0; i < layout->variable_count; i++)
		if (layout->variables[i].symbol.size == symbol->size &&
			strcmp(layout->variables[i].symbol.name, symbol->name) == 0)
			return true;
	return false;
}

/* Statics of one name are told apart by their source file and their size. */
static bool is_same(const struct input_symbol *input, const struct symbol *symbol, const char *file)
{
	if (symbol->bind != STB_LOCAL || input->symbol.bind != STB_LOCAL)
		return symbol->bind != STB_LOCAL && input->symbol.bind != STB_LOCAL;
	return input->file && file && strcmp(input->file, file) == 0 &&
	       input->symbol.size == symbol->size;
}

/* Does an object define the symbol in per-CPU input? */
static bool is_input(const struct check_run *run, const struct symbol *symbol, const char *file)
{
	const struct inputs *inputs = run->inputs;
	const struct input_symbol *input = inputs_symbol(inputs, symbol->name);

	for (; input && input < inputs->symbols + inputs->symbol_count &&
		strcmp(input->symbol.name, symbol->name) == 0;
		input++)
		if (is_same(input, symbol, file) &&
			profile_has_input(run->layout->profile, input->section->section->name))
			return true;
	return false;
}

static bool has_prefix(const struct layout *layout, const struct symbol *symbol)
{
	return layout->profile->variable_prefix &&
	       name_has_prefix(symbol->name, layout->profile->variable_prefix);
}

static void inputs_landed(struct check_run *run)
{
	const char *file = NULL; /* what local symbols come from */

	for (size_t i = 1; run->inputs && i < run->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(run->image, i, &symbol, run->error))
			return;
		if (symbol.type == STT_FILE)
			file = symbol.name;
		/* By their names strays() has said it. */
		if (!symbol_is_data(&symbol) || !stands_elsewhere(run, &symbol) ||
			has_prefix(run->layout, &symbol) || !is_input(run, &symbol, file))
			continue;
		if (symbol.bind != STB_LOCAL || !is_in_layout(run->layout, &symbol))
			misplaced(run, &symbol, "an object defines it in a per-CPU section");
	}
}

static void section_single(struct check_run *run)
{
	strays(run);
	/* Nobody's sections are said once, with the first layout. */
	if (run->layout == run->list->layouts)
		orphans(run);
	inputs_landed(run);
}

const struct check check_section_single = {
	.name = "section_single",
	.severity = SEVERITY_ERROR,
	.where = "RBS",
	.needs = {&check_section_present},
	.run = section_single,
	.summary = "all per-CPU input is in the one output section",
	.what = "A variable that is per-CPU by its name, or by an object of --objects, was linked "
		"into another section; or a section that is per-CPU by its name stands beside the "
		"layout and no profile claims it.",
	.why = "A linker places an input section that no pattern takes by itself and silently. The "
	       "variable is then outside the template: it is not copied, and offsets to it are "
	       "addresses.",
	.example = "*(.percpu) in the script, .percpu.counters in the objects",
	.fix = "Take every input section into the output section - KEEP(*(.percpu .percpu.*)) - "
	       "and link with --orphan-handling=error.",
};

static void align_judge(struct check_run *run, const struct section *s)
{
	struct place place = at_section(s);

	if (s->align > 1 && !is_power_of_two(s->align)) {
		found(run, SEVERITY_ERROR, &place,
			text(run, "section %s has alignment 0x%" PRIx64 ", no power of two",
				s->name, s->align),
			"link again; no linker writes this");
		return;
	}
	if (s->align > 1 && run->image->kind != IMAGE_OBJECT && s->addr % s->align)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"section %s is at 0x%" PRIx64
				", no multiple of its alignment 0x%" PRIx64,
				s->name, s->addr, s->align),
			text(run, "put . = ALIGN(ALIGNOF(%s)) or a page alignment before it",
				s->name));
}

static void align_load(struct check_run *run, const struct section *s)
{
	const struct maybe load = run->layout->load;
	struct place place = {.section = s, .address = load};

	if (run->layout->placement != PLACEMENT_OVERLAY || !load.known || s->align <= 1 ||
		!is_power_of_two(s->align) || load.value % s->align == 0)
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run,
			"area 0 lies on the template at 0x%" PRIx64
			", no multiple of the section's alignment 0x%" PRIx64,
			load.value, s->align),
		"align the location counter before the start symbol: . = ALIGN(4K)");
}

static void align_input(
	struct check_run *run, const struct section *s, const struct input_section *input)
{
	struct place place = at_section(s);

	if (!input || input->section->align <= (s->align ? s->align : 1))
		return;
	place.symbol = input->only_symbol;
	found(run, SEVERITY_ERROR, &place,
		text(run,
			"section %s is aligned to 0x%" PRIx64 ", but %s asks for 0x%" PRIx64
			" in %s",
			s->name, s->align, input->object->label, input->section->align,
			input->section->name),
		"take SUBALIGN() or the fixed alignment off the output section");
}

static size_t name_index(const struct profile *profile, const char *name)
{
	size_t i = 0;

	while (i < PROFILE_SECTIONS && profile->sections[i] &&
		strcmp(profile->sections[i], name) != 0)
		i++;
	return i;
}

/* Sections of one name, however many, ask the objects once. */
static void align_inputs(struct check_run *run)
{
	const struct input_section *strictest[PROFILE_SECTIONS + 1] = {NULL};
	bool asked[PROFILE_SECTIONS + 1] = {false};

	for (size_t i = 0; run->inputs && i < run->layout->section_count; i++) {
		const struct section *s = &run->image->sections[run->layout->sections[i]];
		const size_t name = name_index(run->layout->profile, s->name);

		if (!asked[name])
			strictest[name] = strictest_input(run, s);
		asked[name] = true;
		align_input(run, s, strictest[name]);
	}
}

static void section_align(struct check_run *run)
{
	for (size_t i = 0; i < run->layout->section_count; i++)
		align_judge(run, &run->image->sections[run->layout->sections[i]]);
	if (run->image->kind == IMAGE_OBJECT)
		return;
	align_load(run, layout_section(run->layout));
	align_inputs(run);
}

const struct check check_section_align = {
	.name = "section_align",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.needs = {&check_section_present},
	.run = section_align,
	.summary = "the section's addresses keep its alignment",
	.what = "The section's address - where area 0 lies on the template, its load address too - "
		"is no multiple of its alignment, or the alignment is below what an object asks "
		"for.",
	.why = "Every variable's alignment is counted from the start of its area. Misaligned "
	       "atomics trap or tear, and cmpxchg16b faults.",
	.example = "_percpu_start = .; without . = ALIGN(4K) before it",
	.fix = "Align the location counter before the section's start symbol.",
};
