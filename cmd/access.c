#include "cmd/access_filter.h"
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/parallel.h"
#include "lib/code/accesses.h"
#include "lib/code/around.h"
#include "lib/model/functions.h"
#include "lib/model/names.h"
#include "lib/obj/disassemble.h"
#include "lib/obj/source.h"
#include "lib/out/access_summary.h"

enum option {
	OPTION_PROFILE,
	OPTION_MODEL,
	OPTION_VAR,
	OPTION_FUNCTION,
	OPTION_KIND,
	OPTION_REMOTE,
	OPTION_ANNOTATE,
	OPTION_SUMMARY,
	OPTION_FORMAT,
	OPTION_JOBS,
	OPTION_COUNT,
};

static const struct option_spec options[OPTION_COUNT] = {
	[OPTION_PROFILE] = {"profile", 0, "NAME", "whose layout it is, instead of detecting it"},
	[OPTION_MODEL] = {"model", 0, "MODEL",
		"how code reaches variables: zero, nonzero or naive"},
	[OPTION_VAR] = {"var", 0, "NAME", "only accesses to this variable, or these"},
	[OPTION_FUNCTION] = {"function", 0, "NAME", "only accesses of this function, or these"},
	[OPTION_KIND] = {"kind", 0, "KIND", "only read, write, read-modify-write or address"},
	[OPTION_REMOTE] = {"remote", 0, NULL, "accesses to other CPUs' areas, and no others"},
	[OPTION_ANNOTATE] = {"annotate", 0, NULL, "with the instructions around each access"},
	[OPTION_SUMMARY] = {"summary", 0, "WHAT", "count them instead, by variables or functions"},
	[OPTION_FORMAT] = {"format", 0, "FORMAT", "text (default), json or csv"},
	[OPTION_JOBS] = {"jobs", 'j', "N", "threads that read one file (default: the CPUs)"},
};

/* In the order of enum access_kind. */
static const char *const kind_choices[] = {"read", "write", "read-modify-write", "address", NULL};

/* The command line, read. */
struct request {
	const struct command *command;
	struct layout_options layout;
	struct access_wish wish;
	bool remote;
	bool annotate;
	enum access_summary summary;
	size_t format;
	const char **files;
	size_t file_count;
};

/* One file, while its accesses are written. */
struct listing_file {
	struct request *request;
	const struct image *image;
	struct functions *functions;
	struct arena *arena;
	struct access_listing *listing;
	struct access_filter filter;
	struct around around; /* of --annotate, as the next two */
	struct arena scratch; /* what is shown around one access */
	struct disassembler disassembler;
	struct summary_entry *entries; /* of a summary */
	size_t entry_count, entry_room;
	struct error *error;
};

static bool take_name(struct request *r, size_t option, const char *text)
{
	const bool function = option == OPTION_FUNCTION;

	if (!*text)
		return usage_error(r->command, "--%s: '' is no name", options[option].name);
	r->wish.names[r->wish.name_count++] =
		(struct wanted_name){.text = text, .function = function};
	r->wish.variable_count += !function;
	return true;
}

static bool take_option(void *context, size_t index, const char *argument)
{
	struct request *r = context;
	size_t choice = 0;

	switch (index) {
	case OPTION_PROFILE:
		return profile_read(r->command, argument, &r->layout.profile);
	case OPTION_MODEL:
		return model_read(r->command, argument, &r->layout.model);
	case OPTION_VAR:
	case OPTION_FUNCTION:
		return take_name(r, index, argument);
	case OPTION_KIND:
		if (!choice_read(r->command, "kind", argument, kind_choices, &choice))
			return false;
		r->wish.kinds |= (uint8_t)(1U << choice);
		return true;
	case OPTION_REMOTE:
		return r->remote = true;
	case OPTION_ANNOTATE:
		return r->annotate = true;
	case OPTION_SUMMARY:
		if (!choice_read(r->command, "summary", argument, access_summary_choices, &choice))
			return false;
		r->summary = (enum access_summary)(choice + 1);
		return true;
	case OPTION_FORMAT:
		return choice_read(
			r->command, "format", argument, access_format_choices, &r->format);
	default:
		return threads_read(r->command, argument, &r->layout.threads);
	}
}

static bool take_operand(void *context, const char *operand)
{
	struct request *r = context;

	r->files[r->file_count++] = operand;
	return true;
}

static bool count(struct listing_file *f, const struct access_row *row, uint8_t kind)
{
	const bool by_variable = f->request->summary == SUMMARY_VARIABLES;

	if (!ARENA_GROW(f->arena, f->entries, f->entry_count, f->entry_room))
		return error_memory(f->error);
	f->entries[f->entry_count++] = (struct summary_entry){
		.name = by_variable ? row->variable : row->function,
		.other = by_variable ? row->function : row->variable,
		.kind = kind,
	};
	return true;
}

/* The instructions around it, in the row. Several accesses of an instruction have the same. */
static bool annotate(struct listing_file *f, const struct access *access, struct access_row *row)
{
	struct arena *arena = &f->scratch;
	struct access_line *lines = ARENA_ARRAY(arena, struct access_line, AROUND_LINES);
	struct around_line around[AROUND_LINES];

	if (!lines || !around_read(&f->around, access->section, access->address, around,
			      &row->line_count))
		return error_memory(f->error);
	row->lines = lines;
	for (size_t i = 0; i < row->line_count; i++) {
		lines[i].address = around[i].address;
		lines[i].access = around[i].here;
		lines[i].bytes = bytes_text(around[i].code, arena);
		lines[i].disassembly = NULL;
		if (!lines[i].bytes ||
			(!around[i].data &&
				!disassemble(&f->disassembler, around[i].code, around[i].address,
					arena, &lines[i].disassembly)))
			return error_memory(f->error);
	}
	return true;
}

static bool list_one(struct listing_file *f, const struct access *access)
{
	struct access_row row = {
		.address = access->address,
		.section = f->image->sections[access->section].name,
		.variable = access->variable ? access->variable->name : NULL,
		.offset_known = access->variable || !access->floating,
		.offset = access->variable ? access->offset : access->target,
		.floating = access->floating,
		.kind = access_kind_name(access->kind),
		.width = access->width,
		.reg = arch_register_name(f->image->arch, access->base),
		.form = access_form_name(access->form),
		.source = access->relocated ? "relocation" : "code",
	};

	uint64_t start;

	row.function =
		functions_at(f->functions, access->section, access->address, &row.function_at);
	start = access->address - row.function_at;
	if (!access_filter_has(&f->filter, access, row.function ? &start : NULL))
		return true;
	if (row.function && !(row.function = name_shown(f->arena, row.function)))
		return error_memory(f->error);
	if (f->request->summary)
		return count(f, &row, access->kind);
	if (f->request->annotate && !annotate(f, access, &row))
		return false;
	access_list_row(f->listing, &row);
	arena_release(&f->scratch);
	return true;
}

/* Why no access of the file is known, whatever its code does; NULL: it would be. */
static const char *reason_of(
	const struct listing_file *f, const struct layout_list *list, const struct accesses *found)
{
	const struct layout_options *asked = &f->request->layout;
	bool naive = true, variables = false;

	if (f->image->kind == IMAGE_STRIPPED && !f->image->section_count)
		return "no section headers and no symbols";
	if (!list->count && (f->request->remote || !found->bases))
		return asked->profile ? "the given profile finds no per-CPU data in it"
				      : "no per-CPU data is known in it";
	for (size_t i = 0; i < list->count; i++) {
		naive = naive && list->layouts[i].model == MODEL_NAIVE;
		variables = variables || list->layouts[i].variable_count;
	}
	if (f->request->remote ? list->count && naive : !found->bases && naive)
		return "the model is naive: no register takes part";
	if (!f->request->remote)
		return found->bases ? NULL
				    : "no register holds the base; --remote lists what reaches "
				      "variables without one";
	return variables ? NULL : "without symbols no variable is known";
}

static bool list_rows(
	struct listing_file *f, const struct accesses *accesses, struct access_file *file)
{
	for (size_t i = 0; i < accesses->count; i++) {
		if (f->request->remote == (accesses->items[i].base != 0))
			continue;
		file->reason = NULL;
		if (!list_one(f, &accesses->items[i]))
			return false;
	}
	if (f->request->summary)
		access_summary_write(f->listing, f->request->summary, f->entries, f->entry_count);
	return true;
}

/* What its rows are of, once it has been read. */
static bool read_file(struct listing_file *f, struct access_file *file, struct accesses *accesses)
{
	struct accesses_options how = {
		.threads = f->request->layout.threads, .remote = f->request->remote};
	struct layout_list list;

	if (!layouts_find(f->image, &f->request->layout, f->arena, &list, f->error) ||
		!(f->functions = functions_read(
			  f->image, f->request->layout.threads, f->arena, f->error)) ||
		!access_filter_make(
			&f->request->wish, f->image, &list, f->arena, &f->filter, f->error))
		return false;
	how.functions = f->functions;
	if (!accesses_find(f->image, &list, &how, f->arena, accesses, f->error))
		return false;
	f->around = (struct around){.image = f->image, .functions = f->functions};
	f->disassembler.arch = f->image->arch;
	file->machine = f->image->arch->name;
	file->unread = accesses->unread;
	file->code = accesses->code;
	file->stripped = f->image->kind == IMAGE_STRIPPED;
	file->reason = reason_of(f, &list, accesses);
	return true;
}

static bool list_all(struct listing_file *f)
{
	struct access_file file = {.path = f->image->path, .member = f->image->member};
	struct accesses accesses = {0};
	bool ok = read_file(f, &file, &accesses);

	access_list_file(f->listing, &file);
	ok = ok && list_rows(f, &accesses, &file);
	if (!ok)
		file.error = f->error->text;
	access_list_file_end(f->listing);
	return ok;
}

/* A file of which nothing can be listed has an entry all the same. */
static enum exit_code list_failure(struct access_listing *listing, const char *path,
	const char *member, const struct error *error)
{
	const struct access_file file = {.path = path, .member = member, .error = error->text};

	access_list_file(listing, &file);
	access_list_file_end(listing);
	return file_failure(path, member, error);
}

static enum exit_code list_image(
	struct request *r, const struct image *image, struct access_listing *listing)
{
	struct arena arena = {0};
	struct error error = {0};
	struct listing_file f = {
		.request = r, .image = image, .arena = &arena, .listing = listing, .error = &error};
	enum exit_code code = EXIT_CLEAN;

	if (!list_all(&f))
		code = file_failure(image->path, image->member, &error);
	around_release(&f.around);
	arena_release(&f.scratch);
	disassembler_close(&f.disassembler);
	arena_release(&arena);
	return code;
}

static enum exit_code list_file(struct request *r, const char *path, struct access_listing *listing)
{
	struct error error = {0};
	struct source *source = source_open(path, &error);
	enum exit_code code = EXIT_CLEAN;
	struct source_item item;
	enum source_step step;

	if (!source)
		return list_failure(listing, path, NULL, &error);
	while ((step = source_next(source, &item, &error)) != SOURCE_END) {
		if (step == SOURCE_IMAGE) {
			code = worse_code(code, list_image(r, item.image, listing));
			image_close(item.image);
		} else if (step == SOURCE_FAILED)
			code = worse_code(code, list_failure(listing, path, item.member, &error));
	}
	source_close(source);
	return code;
}

static enum exit_code list_files(struct request *r)
{
	struct access_listing listing = {.to = stdout,
		.format = (enum access_format)r->format,
		.shape = access_summary_shape(r->summary)};
	enum exit_code code = EXIT_CLEAN;

	access_list_begin(&listing);
	for (size_t i = 0; i < r->file_count; i++)
		code = worse_code(code, list_file(r, r->files[i], &listing));
	access_list_end(&listing);
	if (!access_wish_found(&r->wish, r->file_count == 1 ? r->files[0] : NULL, r->file_count))
		code = worse_code(code, EXIT_USAGE);
	return code;
}

static bool fits_together(const struct request *r)
{
	if (!r->file_count)
		return usage_error(r->command, "name the ELF files to read");
	if (r->annotate && r->summary)
		return usage_error(r->command, "--annotate: a summary shows no access");
	if (r->annotate && r->format == ACCESS_CSV)
		return usage_error(
			r->command, "--annotate: CSV has a row an access; choose text or json");
	return true;
}

static enum exit_code run(const struct command *command, int argc, char **argv)
{
	struct request r = {.command = command, .layout.threads = parallel_cpus()};
	const struct option_reader reader = {
		.option = take_option, .operand = take_operand, .context = &r};
	enum exit_code code;
	bool stop;

	r.files = calloc((size_t)argc + 1, sizeof(*r.files));
	r.wish.names = calloc((size_t)argc + 1, sizeof(*r.wish.names));
	if (!r.files || !r.wish.names)
		code = memory_failure();
	else {
		code = options_read(command, argc, argv, &reader, &stop);
		if (!stop)
			code = fits_together(&r) ? list_files(&r) : EXIT_USAGE;
	}
	free(r.wish.names);
	free(r.files);
	return code;
}

const struct command command_access = {
	.name = "access",
	.operands = "FILE...",
	.summary = "lists what the code of ELF files does with per-CPU data",
	.options = options,
	.option_count = OPTION_COUNT,
	.run = run,
};
