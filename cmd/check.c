#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/parallel.h"
#include "lib/check/check.h"
#include "lib/out/emitter.h"
#include "lib/out/terminal.h"

enum option {
	OPTION_PROFILE,
	OPTION_MODEL,
	OPTION_PLACEMENT,
	OPTION_SECTION,
	OPTION_START,
	OPTION_END,
	OPTION_LOAD_START,
	OPTION_LOAD_END,
	OPTION_CPUS,
	OPTION_STRIDE_ALIGN,
	OPTION_MAX_AREA,
	OPTION_MODULE_RESERVE,
	OPTION_REGISTER_OWNER,
	OPTION_REQUIRE,
	OPTION_OBJECTS,
	OPTION_ALLOW,
	OPTION_WARN,
	OPTION_ERROR,
	OPTION_WERROR,
	OPTION_FAIL_ON,
	OPTION_FORMAT,
	OPTION_COLOR,
	OPTION_QUIET,
	OPTION_JOBS,
	OPTION_LIST_CHECKS,
	OPTION_COUNT,
};

static const struct option_spec options[OPTION_COUNT] = {
	[OPTION_PROFILE] = {"profile", 0, "NAME", "whose layout it is, instead of detecting it"},
	[OPTION_MODEL] = {"model", 0, "MODEL",
		"how code reaches variables: zero, nonzero or naive"},
	[OPTION_PLACEMENT] = {"placement", 0, "PLACEMENT",
		"where the areas are: overlay, separate or dynamic"},
	[OPTION_SECTION] = {"section", 0, "NAME", "the per-CPU section of a profile of your own"},
	[OPTION_START] = {"start", 0, "SYMBOL", "its symbol for the start of the reserved areas"},
	[OPTION_END] = {"end", 0, "SYMBOL", "its symbol for the end of the reserved areas"},
	[OPTION_LOAD_START] = {"load-start", 0, "SYMBOL",
		"its symbol for the start of the template"},
	[OPTION_LOAD_END] = {"load-end", 0, "SYMBOL", "its symbol for the end of the template"},
	[OPTION_CPUS] = {"cpus", 0, "N", "CPUs that the script is to reserve areas for"},
	[OPTION_STRIDE_ALIGN] = {"stride-align", 0, "BYTES",
		"what the start-up code rounds an area up to"},
	[OPTION_MAX_AREA] = {"max-area", 0, "BYTES", "warn when a CPU's area takes more"},
	[OPTION_MODULE_RESERVE] = {"module-reserve", 0, "BYTES",
		"warn when a module's per-CPU data takes more"},
	[OPTION_REGISTER_OWNER] = {"register-owner", 0, "FUNCTION",
		"only it, and others so named, write the per-CPU register"},
	[OPTION_REQUIRE] = {"require", 0, NULL, "a file without per-CPU data is an error"},
	[OPTION_OBJECTS] = {"objects", 0, "FILE...",
		"the link's inputs, up to the next option: initial values and alignments"},
	[OPTION_ALLOW] = {"allow", 'A', "CHECK", "do not run this check"},
	[OPTION_WARN] = {"warn", 'W', "CHECK", "findings of this check are warnings"},
	[OPTION_ERROR] = {"error", 'E', "CHECK", "findings of this check are errors"},
	[OPTION_WERROR] = {"werror", 0, NULL, "warnings are errors"},
	[OPTION_FAIL_ON] = {"fail-on", 0, "SEVERITY",
		"exit with 1 from this severity on: error (default), warning or note"},
	[OPTION_FORMAT] = {"format", 0, "FORMAT", "text (default), json, sarif or github"},
	[OPTION_COLOR] = {"color", 0, "WHEN", "auto (default), always or never"},
	[OPTION_QUIET] = {"quiet", 'q', NULL,
		"print errors and warnings only, and what --fail-on names"},
	[OPTION_JOBS] = {"jobs", 'j', "N", "threads that read one file (default: the CPUs)"},
	[OPTION_LIST_CHECKS] = {"list-checks", 0, NULL, "print the checks and exit"},
};

/* The command line, read. */
struct request {
	const struct command *command;
	struct check_options check;
	struct profile own; /* when section or symbols are named */
	bool own_used;
	char own_pattern[256];
	const char **files;
	size_t file_count;
	const char **owners; /* --register-owner */
	const char **objects;
	size_t object_count;
	bool taking_objects;
	size_t format;
	size_t color;
	size_t fail_on;
	bool quiet;
	bool list;
};

/* Sizes may end in K, M or G; counts do not. */
static bool take_number(struct request *r, size_t option, const char *argument, struct maybe *to)
{
	to->known = true;
	return number_read(
		r->command, options[option].name, argument, option != OPTION_CPUS, &to->value);
}

static bool take_cpus(struct request *r, const char *argument)
{
	if (!take_number(r, OPTION_CPUS, argument, &r->check.cpus))
		return false;
	return r->check.cpus.value || usage_error(r->command, "--cpus: there is at least one CPU");
}

static bool take_stride_align(struct request *r, const char *argument)
{
	struct maybe align;

	if (!take_number(r, OPTION_STRIDE_ALIGN, argument, &align))
		return false;
	r->check.layout.stride_align = align.value;
	return is_power_of_two(align.value) ||
	       usage_error(r->command, "--stride-align: %s is no power of two", argument);
}

static bool take_choice(struct request *r, size_t option, const char *argument)
{
	static const char *const color_choices[] = {"auto", "always", "never", NULL};
	const char *name = options[option].name;

	switch (option) {
	case OPTION_FAIL_ON:
		return choice_read(r->command, name, argument, severity_choices, &r->fail_on);
	case OPTION_FORMAT:
		return choice_read(r->command, name, argument, emitter_choices, &r->format);
	default:
		return choice_read(r->command, name, argument, color_choices, &r->color);
	}
}

static bool take_level(struct request *r, const char *check, enum check_level level)
{
	size_t index = check_index(check);

	if (index == CHECK_COUNT)
		return usage_error(r->command, "no check '%s'; --list-checks lists them", check);
	r->check.levels[index] = level;
	return true;
}

static bool take_own(struct request *r, size_t option, const char *argument)
{
	static const enum bound_role roles[] = {
		[OPTION_START] = BOUND_AREA_START,
		[OPTION_END] = BOUND_AREA_END,
		[OPTION_LOAD_START] = BOUND_TEMPLATE_START,
		[OPTION_LOAD_END] = BOUND_TEMPLATE_END,
	};

	r->own_used = true;
	if (option != OPTION_SECTION) {
		r->own.bounds[roles[option]] = (struct bound_spec){argument, BOUND_EXPECTED};
		return true;
	}
	if (!*argument || strlen(argument) + 3 > sizeof(r->own_pattern))
		return usage_error(r->command, "--section: '%s' is no section name", argument);
	snprintf(r->own_pattern, sizeof(r->own_pattern), "%s.*", argument);
	r->own.sections[0] = argument;
	r->own.inputs[0] = argument;
	r->own.inputs[1] = r->own_pattern;
	return true;
}

static bool take_object(struct request *r, const char *path)
{
	r->objects[r->object_count++] = path;
	return true;
}

static bool take_owner(struct request *r, const char *function)
{
	r->owners[r->check.owner_count++] = function;
	r->check.owners = r->owners;
	return true;
}

static bool take_option(void *context, size_t option, const char *argument)
{
	struct request *r = context;

	r->taking_objects = option == OPTION_OBJECTS;
	switch ((enum option)option) {
	case OPTION_PROFILE:
		return profile_read(r->command, argument, &r->check.layout.profile);
	case OPTION_MODEL:
		return model_read(r->command, argument, &r->check.layout.model);
	case OPTION_PLACEMENT:
		return placement_read(r->command, argument, &r->check.layout.placement);
	case OPTION_SECTION:
	case OPTION_START:
	case OPTION_END:
	case OPTION_LOAD_START:
	case OPTION_LOAD_END:
		return take_own(r, option, argument);
	case OPTION_CPUS:
		return take_cpus(r, argument);
	case OPTION_STRIDE_ALIGN:
		return take_stride_align(r, argument);
	case OPTION_MAX_AREA:
		return take_number(r, option, argument, &r->check.max_area);
	case OPTION_MODULE_RESERVE:
		return take_number(r, option, argument, &r->check.module_reserve);
	case OPTION_JOBS:
		return threads_read(r->command, argument, &r->check.layout.threads);
	case OPTION_OBJECTS:
		return take_object(r, argument);
	case OPTION_REGISTER_OWNER:
		return take_owner(r, argument);
	case OPTION_ALLOW:
		return take_level(r, argument, LEVEL_ALLOW);
	case OPTION_WARN:
		return take_level(r, argument, LEVEL_WARNING);
	case OPTION_ERROR:
		return take_level(r, argument, LEVEL_ERROR);
	case OPTION_REQUIRE:
		return r->check.require = true;
	case OPTION_WERROR:
		return r->check.warnings_are_errors = true;
	case OPTION_QUIET:
		return r->quiet = true;
	case OPTION_LIST_CHECKS:
		return r->list = true;
	default:
		return take_choice(r, option, argument);
	}
}

static bool take_operand(void *context, const char *path)
{
	struct request *r = context;

	if (r->taking_objects)
		return take_object(r, path);
	r->files[r->file_count++] = path;
	return true;
}

/* "--": what follows are files, whatever came before. */
static void take_options_end(void *context)
{
	struct request *r = context;

	r->taking_objects = false;
}

/* A profile of the user's own, or the one of --profile with other names in it. */
static bool finish_own(struct request *r)
{
	const struct profile *base = r->check.layout.profile;
	struct profile own = r->own;

	if (!r->own_used)
		return true;
	if (!own.sections[0] && !base)
		return usage_error(r->command,
			"--start, --end, --load-start and --load-end go with --section or "
			"--profile");
	if (base) {
		r->own = *base;
		if (own.sections[0]) {
			memcpy(r->own.sections, own.sections, sizeof(own.sections));
			memcpy(r->own.inputs, own.inputs, sizeof(own.inputs));
		}
		for (size_t i = 0; i < BOUND_COUNT; i++)
			if (own.bounds[i].name)
				r->own.bounds[i] = own.bounds[i];
	} else {
		r->own.name = "user";
		r->own.title = "the user's own";
		r->own.takes_note = true;
		r->own.start_is_exact = true;
	}
	r->check.layout.profile = &r->own;
	return true;
}

static void list_checks(void)
{
	printf("%-20s %-8s %-5s %s\n", "CHECK", "SEVERITY", "WHERE", "THE GOOD STATE");
	for (size_t i = 0; check_at(i); i++)
		printf("%-20s %-8s %-5s %s\n", check_at(i)->name,
			check_at(i)->off ? "off" : severity_name(check_at(i)->severity),
			check_at(i)->where, check_at(i)->summary);
}

static bool use_color(const struct request *r)
{
	enum { AUTO, ALWAYS, NEVER };
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (r->color != AUTO)
		return r->color == ALWAYS;
	if (no_color && *no_color)
		return false;
	return isatty(STDOUT_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

static enum exit_code count_findings(
	const struct request *r, const struct report_file *file, struct report_summary *summary)
{
	enum exit_code code = EXIT_CLEAN;

	for (size_t i = 0; i < file->finding_count; i++) {
		summary->count[file->findings[i].severity]++;
		if (file->findings[i].severity >= r->fail_on)
			code = EXIT_FINDINGS;
	}
	return code;
}

/* What checking one file or archive needs at hand. */
struct checking {
	const struct request *request;
	const struct inputs *inputs;
	struct emission *emission;
	struct report_summary *summary;
	size_t members; /* of the archive at hand: how many were checked, and how many have layouts
			 */
	size_t members_with_layouts;
};

static void emit(const struct checking *c, const struct report_file *file)
{
	c->summary->files++;
	c->summary->layouts += file->layout_count;
	c->summary->unreadable += file->error != NULL;
	emitter_at(c->request->format)->file(c->emission, file);
}

static enum exit_code emit_failure(
	const struct checking *c, const char *path, const char *member, const struct error *error)
{
	struct report_file file = {.path = path, .member = member, .error = error->text};

	emit(c, &file);
	return file_failure(path, member, error);
}

static enum exit_code check_one(struct checking *c, const struct image *image)
{
	struct arena arena = {0};
	struct error error = {0};
	struct report_file file;
	enum exit_code code;

	c->members++;
	if (check_image(image, c->inputs, &c->request->check, &arena, &file, &error)) {
		code = count_findings(c->request, &file, c->summary);
		c->members_with_layouts += file.layout_count != 0;
		file.unremarkable =
			image->member && !file.layout_count && !file.finding_count && !file.refers;
		emit(c, &file);
	} else
		code = emit_failure(c, image->path, image->member, &error);
	arena_release(&arena);
	return code;
}

static enum exit_code check_step(struct checking *c, const char *path, enum source_step step,
	const struct source_item *item, const struct error *error)
{
	struct report_file skipped = {
		.path = path, .member = item->member, .verdict = item->reason};
	enum exit_code code;

	switch (step) {
	case SOURCE_IMAGE:
		code = check_one(c, item->image);
		image_close(item->image);
		return code;
	case SOURCE_SKIPPED:
		emit(c, &skipped);
		return EXIT_CLEAN;
	default:
		return emit_failure(c, path, item->member, error);
	}
}

static enum exit_code check_file(struct checking *c, const char *path)
{
	struct error error = {0};
	struct source *source = source_open(path, &error);
	struct report_file whole = {.path = path, .verdict = "no per-CPU data in any member"};
	enum exit_code code = EXIT_CLEAN;
	struct source_item item;
	enum source_step step;
	bool archive;

	if (!source)
		return emit_failure(c, path, NULL, &error);
	archive = source_is_archive(source);
	c->members = c->members_with_layouts = 0;
	while ((step = source_next(source, &item, &error)) != SOURCE_END)
		code = worse_code(code, check_step(c, path, step, &item, &error));
	if (archive && !c->members_with_layouts && code == EXIT_CLEAN)
		emit(c, &whole);
	source_close(source);
	return code;
}

static void describe_rules(struct report_rule rules[CHECK_COUNT])
{
	for (size_t i = 0; i < CHECK_COUNT; i++) {
		const struct check *c = check_at(i);

		rules[i] = (struct report_rule){
			.name = c->name,
			.severity = c->severity,
			.summary = c->summary,
			.what = c->what,
			.why = c->why,
			.example = c->example,
			.fix = c->fix,
		};
	}
}

static void emission_begin(
	const struct request *r, struct report_rule rules[CHECK_COUNT], struct emission *emission)
{
	*emission = (struct emission){
		.to = stdout,
		.color = use_color(r),
		.quiet = r->quiet,
		/* Whatever makes the exit code is printed. */
		.least = r->fail_on < SEVERITY_WARNING ? (enum severity)r->fail_on
						       : SEVERITY_WARNING,
		.rules = rules,
		.rule_count = CHECK_COUNT,
	};

	describe_rules(rules);
	emitter_at(r->format)->begin(emission);
}

static enum exit_code emission_end(const struct request *r, struct emission *emission,
	const struct report_summary *summary, enum exit_code code)
{
	emitter_at(r->format)->end(emission, summary);
	if (!emission->failed)
		return code;
	return memory_failure();
}

static enum exit_code check_files(const struct request *r, const struct inputs *inputs)
{
	struct report_rule rules[CHECK_COUNT];
	struct emission emission;
	struct report_summary summary = {0};
	struct checking checking = {
		.request = r, .inputs = inputs, .emission = &emission, .summary = &summary};
	enum exit_code code = EXIT_CLEAN;

	emission_begin(r, rules, &emission);
	for (size_t i = 0; i < r->file_count; i++)
		code = worse_code(code, check_file(&checking, r->files[i]));
	return emission_end(r, &emission, &summary, code);
}

/* The objects are needed for every file: without one of them none is checked. */
static enum exit_code objects_failed(
	const struct request *r, const char *path, const struct error *error)
{
	struct report_rule rules[CHECK_COUNT];
	struct emission emission;
	struct report_summary summary = {.files = 1, .unreadable = 1};
	struct report_file file = {.path = path, .error = error->text};
	enum exit_code code = file_failure(path, NULL, error);

	emission_begin(r, rules, &emission);
	emitter_at(r->format)->file(&emission, &file);
	return emission_end(r, &emission, &summary, code);
}

static enum exit_code check_all(const struct request *r)
{
	struct arena arena = {0};
	struct error error = {0};
	struct inputs inputs;
	const char *failed = "--objects";
	enum exit_code code;

	if (!r->object_count)
		return check_files(r, NULL);
	if (inputs_open(&inputs, r->objects, r->object_count, r->check.layout.profile, &arena,
		    &failed, &error))
		code = check_files(r, &inputs);
	else
		code = objects_failed(r, failed, &error);
	inputs_close(&inputs);
	arena_release(&arena);
	return code;
}

static enum exit_code run(const struct command *command, int argc, char **argv)
{
	struct request r = {
		.command = command,
		.check.layout.threads = parallel_cpus(),
		.fail_on = SEVERITY_ERROR,
	};
	const struct option_reader reader = {
		.option = take_option,
		.operand = take_operand,
		.options_end = take_options_end,
		.context = &r,
	};
	enum exit_code code;
	bool stop;

	r.files = calloc((size_t)argc + 1, sizeof(*r.files));
	r.objects = calloc((size_t)argc + 1, sizeof(*r.objects));
	r.owners = calloc((size_t)argc + 1, sizeof(*r.owners));
	if (!r.files || !r.objects || !r.owners)
		code = memory_failure();
	else if (code = options_read(command, argc, argv, &reader, &stop), !stop) {
		code = EXIT_USAGE;
		if (r.list) {
			list_checks();
			code = EXIT_CLEAN;
		} else if (!r.file_count)
			usage_error(command,
				r.object_count
					? "name the ELF files to check before --objects, or end "
					  "its list by --"
					: "name the ELF files to check");
		else if (finish_own(&r))
			code = check_all(&r);
	}
	free(r.files);
	free(r.objects);
	free(r.owners);
	return code;
}

const struct command command_check = {
	.name = "check",
	.operands = "FILE...",
	.summary = "checks the per-CPU layouts of ELF files",
	.options = options,
	.option_count = OPTION_COUNT,
	.run = run,
};
