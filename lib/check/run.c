/* The run: every check on every layout, in order, and what they found as a report. */
#include "lib/check/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/code/accesses.h"
#include "lib/model/names.h"

static const struct check *const checks[CHECK_COUNT] = {
#define CHECK(name) &check_##name,
#include "lib/check/checks.def"
#undef CHECK
};

const struct check *check_at(size_t index)
{
	return index < CHECK_COUNT ? checks[index] : NULL;
}

size_t check_index(const char *name)
{
	size_t i = 0;

	while (i < CHECK_COUNT && strcmp(checks[i]->name, name) != 0)
		i++;
	return i;
}

/*
 * A damaged symbol table makes a finding of every symbol. What nobody reads must not cost memory:
 * behind this many of a check in a layout they are only counted. Texts hold names from the file.
 */
enum { FINDINGS_MAX = 1000, TEXT_MAX = 512 };

static bool is_flooded(const struct check_run *run)
{
	return run->found >= FINDINGS_MAX;
}

const char *text(struct check_run *run, const char *format, ...)
{
	char buffer[TEXT_MAX];
	va_list arguments;
	const char *result;
	int length;

	if (is_flooded(run))
		return "";
	va_start(arguments, format);
	length = vsnprintf(buffer, sizeof(buffer), format, arguments);
	va_end(arguments);
	if (length >= TEXT_MAX)
		memcpy(buffer + sizeof(buffer) - sizeof("..."), "...", sizeof("..."));
	result = length < 0 ? NULL : arena_strndup(run->arena, buffer, strlen(buffer));
	if (!result)
		error_memory(run->error);
	return result ? result : "";
}

/* A name as findings have it; see name_shown(). */
static const char *shown(struct check_run *run, const char *name)
{
	const char *result = name ? name_shown(run->arena, name) : NULL;

	if (name && !result)
		error_memory(run->error);
	return result;
}

const struct functions *functions_of(struct check_run *run)
{
	if (!run->functions)
		run->functions = functions_read(
			run->image, run->options->layout.threads, run->arena, run->error);
	return run->functions;
}

const char *function_at(struct check_run *run, uint32_t section, uint64_t address, uint64_t *offset)
{
	const struct functions *functions = is_flooded(run) ? NULL : functions_of(run);
	const char *name = functions ? functions_at(functions, section, address, offset) : NULL;

	return name ? shown(run, name) : NULL;
}

struct function_extent function_around(struct check_run *run, uint32_t section, uint64_t address)
{
	if (!functions_of(run))
		return (struct function_extent){.start = address, .end = address + 1};
	return functions_extent(run->functions, section, address);
}

/* The instruction of a finding, as bytes and in words. */
static void show_code(struct check_run *run, const struct place *place, struct report_finding *f)
{
	if (!place->code.size)
		return;
	f->bytes = bytes_text(place->code, run->arena);
	if (!f->bytes || !disassemble(&run->disassembler, place->code, place->address.value,
				 run->arena, &f->disassembly))
		error_memory(run->error);
}

static struct report_number number(struct maybe m)
{
	return (struct report_number){.present = m.known, .value = m.value};
}

static uint64_t hash(uint64_t state, const char *word)
{
	/* FNV-1a, 64 bits; a NUL is hashed behind each word, so that words stay apart. */
	for (; word && *word; word++)
		state = (state ^ (unsigned char)*word) * UINT64_C(0x100000001b3);
	return state * UINT64_C(0x100000001b3);
}

struct keyed {
	uint64_t key;
	size_t index;
};

static int compare_keys(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/*
 * What survives a rebuild that moves addresses: the check, the layout, the section, the symbol and
 * the function as shown (without a compiler's hash), and the how-manieth finding of these it is.
 */
static void assign_fingerprints(struct check_run *run)
{
	struct keyed *keys = ARENA_ARRAY(run->arena, struct keyed, run->finding_count + 1);
	uint64_t same = 0;

	if (!keys) {
		error_memory(run->error);
		return;
	}
	for (size_t i = 0; i < run->finding_count; i++) {
		const struct report_finding *f = &run->findings[i];
		uint64_t key = hash(UINT64_C(0xcbf29ce484222325), f->check);

		key = hash(hash(hash(key, f->layout), f->section), f->symbol);
		keys[i].key = f->function ? hash(key, f->function) : key;
		keys[i].index = i;
	}
	qsort(keys, run->finding_count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < run->finding_count; i++) {
		same = i && keys[i].key == keys[i - 1].key ? same + 1 : 0;
		run->findings[keys[i].index].fingerprint =
			text(run, "%016" PRIx64, keys[i].key + same);
	}
}

static enum severity level_applied(const struct check_run *run, enum severity severity)
{
	switch (run->options->levels[check_index(run->check->name)]) {
	case LEVEL_WARNING:
		return SEVERITY_WARNING;
	case LEVEL_ERROR:
		return SEVERITY_ERROR;
	default:
		if (severity == SEVERITY_WARNING && run->options->warnings_are_errors)
			return SEVERITY_ERROR;
		return severity;
	}
}

static void add(struct check_run *run, const struct report_finding *finding)
{
	if (!ARENA_GROW(run->arena, run->findings, run->finding_count, run->finding_room)) {
		error_memory(run->error);
		return;
	}
	run->findings[run->finding_count++] = *finding;
	run->found++;
}

/* A variable that is none of the layout's is shown as those are. */
static const char *readable(struct check_run *run, const char *symbol)
{
	const char *name;

	if (!symbol || !run->layout)
		return symbol;
	name = variable_name(run->arena, symbol, run->layout->profile->variable_prefix);
	if (!name)
		error_memory(run->error);
	return name;
}

void found(struct check_run *run, enum severity severity, const struct place *place,
	const char *message, const char *fix)
{
	struct report_finding f = {
		.check = run->check->name,
		.severity = level_applied(run, severity),
		.layout = run->layout ? run->layout->name : NULL,
		.message = message,
		.fix = fix,
		.offset = number(place->offset),
		.address = number(place->address),
	};

	if (severity == SEVERITY_ERROR)
		run->outcomes[check_index(run->check->name)] = OUTCOME_FAILED;
	if (is_flooded(run)) {
		run->unsaid++;
		if (severity > run->unsaid_severity)
			run->unsaid_severity = severity;
		return;
	}
	f.section = place->section ? shown(run, place->section->name) : NULL;
	f.symbol =
		shown(run, place->variable ? place->variable->name : readable(run, place->symbol));
	f.function = place->function;
	show_code(run, place, &f);
	add(run, &f);
}

/* Says how many findings of the check that has run were only counted. */
static void end_flood(struct check_run *run)
{
	struct place nowhere = {0};
	const size_t unsaid = run->unsaid;

	run->found = 0;
	run->unsaid = 0;
	if (unsaid)
		found(run, run->unsaid_severity, &nowhere,
			text(run, "and %zu more like it", unsaid),
			"put the first ones right, then check again");
	run->found = 0;
	run->unsaid_severity = SEVERITY_NOTE;
}

void skipped_in_part(struct check_run *run, const char *reason)
{
	if (!ARENA_GROW(run->arena, run->skips, run->skip_count, run->skip_room)) {
		error_memory(run->error);
		return;
	}
	run->skips[run->skip_count++] = (struct report_skip){
		.check = run->check->name,
		.layout = run->layout ? run->layout->name : NULL,
		.reason = reason,
	};
}

void skipped(struct check_run *run, const char *reason)
{
	enum outcome *outcome = &run->outcomes[check_index(run->check->name)];

	if (*outcome == OUTCOME_PASSED)
		*outcome = OUTCOME_SKIPPED;
	skipped_in_part(run, reason);
}

/*
 * Silent where the check has no meaning - what it asks holds trivially there, and silences nothing
 * - and said where it has one but cannot be decided. Symbols and relocations that are not there
 * silence nothing either: checks of the code do without them.
 */
static bool applies(struct check_run *run)
{
	if (strchr(run->check->where, *image_kind_letter(run->image->kind)))
		return true;
	if (run->image->kind == IMAGE_STRIPPED && strchr(run->check->where, 'B'))
		skipped_in_part(run, "no symbol table");
	else if (run->image->kind >= IMAGE_SYMBOLS && !strcmp(run->check->where, "OR") &&
		 run->layout->model != MODEL_NAIVE)
		skipped_in_part(run, "no relocations; link with --emit-relocs");
	return false;
}

static bool needs_met(const struct check_run *run)
{
	/* Whatever needs another check looks at the section, were section_present allowed to fail.
	 */
	if (!run->layout->section_count && run->check->needs[0])
		return false;
	for (size_t i = 0; run->check->needs[i]; i++)
		if (run->outcomes[check_index(run->check->needs[i]->name)] != OUTCOME_PASSED)
			return false;
	return true;
}

static bool is_wanted(const struct check_run *run, size_t index)
{
	const enum check_level level = run->options->levels[index];

	return level != LEVEL_ALLOW && (!checks[index]->off || level != LEVEL_DEFAULT);
}

static void run_layout(struct check_run *run)
{
	memset(run->outcomes, 0, sizeof(run->outcomes));
	for (size_t i = 0; i < CHECK_COUNT && run->error->kind == ERROR_NONE; i++) {
		run->check = checks[i];
		if (!is_wanted(run, i) || !applies(run))
			continue;
		if (needs_met(run)) {
			run->check->run(run);
			end_flood(run);
		} else
			run->outcomes[i] = OUTCOME_SKIPPED;
	}
}

static struct report_layout describe(const struct layout *layout)
{
	return (struct report_layout){
		.profile = layout->profile->name,
		.profile_source = layout->profile_source,
		.model = layout->model ? model_name(layout->model) : NULL,
		.model_source = layout->model_source,
		.placement = layout->placement ? placement_name(layout->placement) : NULL,
		.section = layout->name,
		.cpus = number(layout->cpus),
		.area_size = number(layout->area_size),
		.stride = number(layout->stride),
		.variables = layout->variable_count,
	};
}

/* Programs say so themselves; a kernel whose symbols are gone may hide what only symbols show. */
static bool is_program(const struct image *image)
{
	for (size_t i = 0; i < image->segment_count; i++)
		switch (image->segments[i].type) {
		case PT_INTERP:
		case PT_DYNAMIC:
		case PT_TLS:
			return true;
		}
	return false;
}

/* Variables of any profile that an object refers to and does not define, by their prefix. */
static size_t count_elsewhere(struct check_run *run)
{
	const struct profile *profile;
	size_t count = 0;

	for (size_t i = 1; i < run->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(run->image, i, &symbol, run->error))
			return 0;
		for (size_t j = 0;
			symbol.section == SYMBOL_UNDEFINED && (profile = profile_at(j)) != NULL;
			j++)
			if (profile->variable_prefix &&
				name_has_prefix(symbol.name, profile->variable_prefix)) {
				count++;
				break;
			}
	}
	return count;
}

static const char *verdict(struct check_run *run, size_t elsewhere)
{
	const struct image *image = run->image;

	if (run->list->orphan_count)
		return text(run,
			"no per-CPU data of a known system; section %s looks like it: name it with "
			"--section",
			image->sections[run->list->orphans[0]].name);
	if (image->section_count == 0)
		return "cannot tell: no section headers and no symbols; check the file before it "
		       "is stripped";
	if (image->kind == IMAGE_STRIPPED && !is_program(image))
		return "no per-CPU data in a section of its own; without symbols nothing else can "
		       "be told";
	if (elsewhere)
		return text(run,
			"no per-CPU data of its own; its references to %zu variable%s defined "
			"elsewhere are judged in the linked file, with --emit-relocs",
			elsewhere, elsewhere == 1 ? "" : "s");
	return "no per-CPU data";
}

/* A layout that the user has named is missed, if there is none: a typing error looks like this. */
static void named_in_vain(struct check_run *run, enum severity severity)
{
	const struct profile *profile = run->options->layout.profile;
	struct place nowhere = {0};

	found(run, severity, &nowhere,
		text(run, "there is no section %s of profile %s, which the options name",
			profile->sections[0], profile->name),
		"name the section as readelf -SW shows it, or leave the profile to detection");
}

static void judge_presence(struct check_run *run)
{
	struct place nowhere = {0};

	run->check = &check_section_present;
	if (run->options->levels[CHECK_ID_section_present] == LEVEL_ALLOW)
		return;
	if (run->options->layout.profile)
		named_in_vain(run, run->options->require ? SEVERITY_ERROR : SEVERITY_WARNING);
	else if (run->options->require)
		found(run, SEVERITY_ERROR, &nowhere,
			"--require is given, and the file has no per-CPU data that is known",
			"check the kernel itself, or name its section: --section NAME");
}

/* Notes are in objects that only access variables, too. */
static void judge_notes(struct check_run *run)
{
	run->check = &check_note_agrees;
	if (run->list->note && run->options->levels[CHECK_ID_note_agrees] != LEVEL_ALLOW)
		note_judge_file(run);
}

static void judge_symbols(struct check_run *run)
{
	run->check = &check_symbol_in_section;
	if (run->options->levels[CHECK_ID_symbol_in_section] != LEVEL_ALLOW)
		symbols_left_out(run);
}

static void nothing_there(struct check_run *run, struct report_file *file)
{
	const size_t elsewhere = run->image->kind == IMAGE_OBJECT ? count_elsewhere(run) : 0;

	file->verdict = verdict(run, elsewhere);
	file->refers = elsewhere != 0;
	run->layout = NULL;
	if (!elsewhere || run->options->require)
		judge_presence(run);
	judge_symbols(run);
	judge_notes(run);
}

static void describe_code(const struct accesses *accesses, struct report_file *file)
{
	file->unread = (struct report_number){true, accesses->unread};
	file->code = (struct report_number){true, accesses->code};
}

bool check_image(const struct image *image, const struct inputs *inputs,
	const struct check_options *options, struct arena *arena, struct report_file *file,
	struct error *error)
{
	struct layout_list list;
	struct report_layout *layouts;
	struct check_run run = {
		.image = image,
		.list = &list,
		.inputs = inputs,
		.options = options,
		.arena = arena,
		.error = error,
		.disassembler.arch = image->arch,
	};

	*file = (struct report_file){
		.path = image->path,
		.member = image->member,
		.machine = image->arch->name,
		.type = image_type_name(image->type),
		.stripped = image->kind == IMAGE_STRIPPED,
	};
	for (size_t i = 0; inputs && i < inputs->image_count; i++)
		if (inputs->images[i]->arch != image->arch)
			return error_set(error, ERROR_INPUT,
				"it is %s, but %.200s of --objects is %s; name the objects it was "
				"linked from",
				image->arch->name, inputs->images[i]->label,
				inputs->images[i]->arch->name);
	if (!layouts_find(image, &options->layout, arena, &list, error))
		return false;
	layouts = ARENA_ARRAY(arena, struct report_layout, list.count + 1);
	if (!layouts)
		return error_memory(error);
	for (size_t i = 0; i < list.count; i++) {
		run.layout = &list.layouts[i];
		if (list.layouts[i].model_assumed && code_confirms_model(&run)) {
			list.layouts[i].model_assumed = false;
			list.layouts[i].model_source = "code";
		}
		layouts[i] = describe(&list.layouts[i]);
		run_layout(&run);
	}
	if (!list.count)
		nothing_there(&run, file);
	disassembler_close(&run.disassembler);
	run.found = 0;
	assign_fingerprints(&run);
	if (run.accesses)
		describe_code(run.accesses, file);
	file->layouts = layouts;
	file->layout_count = list.count;
	file->findings = run.findings;
	file->finding_count = run.finding_count;
	file->skipped = run.skips;
	file->skipped_count = run.skip_count;
	return error->kind == ERROR_NONE;
}
