#include "cmd/cmd.h"

#include "lib/base/parallel.h"
#include "lib/out/terminal.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* getopt's codes: letters are themselves, option i without regard to its letter is OPTION_BASE + i.
 */
enum { OPTION_BASE = 256, OPTION_MAX = 48 };

bool usage_error(const struct command *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "percpu-tool %s: ", command->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, " (see 'percpu-tool %s --help')\n", command->name);
	return false;
}

bool number_read(const struct command *command, const char *option, const char *text, bool suffix,
	uint64_t *value)
{
	static const char units[] = "KMG";
	const char *unit;
	char *end;
	unsigned shift = 0;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (end == text || *text == '-' || *text == '+' || *text == ' ')
		return usage_error(command, "--%s: '%s' is not a number", option, text);
	if (suffix && *end && (unit = strchr(units, *end)) != NULL) {
		shift = 10 * (unsigned)(unit - units + 1);
		end++;
	}
	if (*end)
		return usage_error(command, "--%s: '%s' is not a number%s", option, text,
			suffix ? "; suffixes are K, M and G" : "");
	if (errno == ERANGE || (shift && *value >> (64 - shift)))
		return usage_error(command, "--%s: '%s' does not fit in 64 bits", option, text);
	*value <<= shift;
	return true;
}

bool choice_read(const struct command *command, const char *option, const char *text,
	const char *const *names, size_t *index)
{
	char list[256] = "";
	size_t used = 0;

	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], text) == 0) {
			*index = i;
			return true;
		}
		if (used < sizeof(list))
			used += (size_t)snprintf(
				list + used, sizeof(list) - used, "%s%s", i ? ", " : "", names[i]);
	}
	return usage_error(command, "--%s: '%s' is not one of %s", option, text, list);
}

static void help_print(const struct command *command)
{
	printf("usage: percpu-tool %s [OPTION...]%s%s\n%s\n\n", command->name,
		*command->operands ? " " : "", command->operands, command->summary);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct option_spec *spec = &command->options[i];
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", spec->letter ? '-' : ' ',
			spec->letter ? spec->letter : ' ', spec->letter ? ", " : "  ", spec->name,
			spec->argument ? " " : "", spec->argument ? spec->argument : "");
		printf("  %-30s %s\n", left, spec->help);
	}
	printf("  %-30s %s\n", "    --help", "print this and exit");
}

/* Fills getopt's own forms from the command's table. */
static void tables_fill(
	const struct command *command, struct option *longs, char *shorts, size_t shorts_size)
{
	size_t used = 0;

	/* '-': operands are reported in place; ':': a missing argument is told from a wrong option.
	 */
	shorts[used++] = '-';
	shorts[used++] = ':';
	for (size_t i = 0; i < command->option_count && used + 3 < shorts_size; i++) {
		const struct option_spec *spec = &command->options[i];

		longs[i] = (struct option){
			.name = spec->name,
			.has_arg = spec->argument ? required_argument : no_argument,
			.val = OPTION_BASE + (int)i,
		};
		if (spec->letter) {
			shorts[used++] = spec->letter;
			if (spec->argument)
				shorts[used++] = ':';
		}
	}
	shorts[used] = '\0';
	longs[command->option_count] =
		(struct option){.name = "help", .val = OPTION_BASE + (int)command->option_count};
}

static size_t index_of(const struct command *command, int code)
{
	if (code >= OPTION_BASE)
		return (size_t)(code - OPTION_BASE);
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].letter == code)
			return i;
	return command->option_count;
}

enum exit_code options_read(const struct command *command, int argc, char **argv,
	const struct option_reader *reader, bool *stop)
{
	struct option longs[OPTION_MAX] = {{0}};
	char shorts[2 * OPTION_MAX];
	int code;

	*stop = true;
	tables_fill(command, longs, shorts, sizeof(shorts));
	opterr = 0;
	optind = 1;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		bool fine;

		if (code == '?' && optopt == 'h') {
			help_print(command);
			return EXIT_CLEAN;
		}
		if (code == '?')
			fine = usage_error(command, "unknown option '%s'",
				argv[optind - 1] ? argv[optind - 1] : "");
		else if (code == ':')
			fine = usage_error(command, "'%s' needs an argument", argv[optind - 1]);
		else if (code == 1)
			fine = reader->operand(reader->context, optarg);
		else if (index_of(command, code) == command->option_count) {
			help_print(command);
			return EXIT_CLEAN;
		} else
			fine = reader->option(reader->context, index_of(command, code), optarg);
		if (!fine)
			return EXIT_USAGE;
	}
	/* Operands are reported in place: getopt stops before the end at "--" only. */
	if (optind > 1 && strcmp(argv[optind - 1], "--") == 0 && reader->options_end)
		reader->options_end(reader->context);
	for (; optind < argc; optind++)
		if (!reader->operand(reader->context, argv[optind]))
			return EXIT_USAGE;
	*stop = false;
	return EXIT_CLEAN;
}

enum exit_code output_finish(enum exit_code code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "percpu-tool: cannot write standard output: %s\n", strerror(errno));
	return EXIT_INTERNAL;
}

bool profile_read(const struct command *command, const char *text, const struct profile **profile)
{
	char list[256] = "";
	size_t used = 0;

	*profile = profile_by_name(text);
	for (size_t i = 0; profile_at(i) && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
			profile_at(i)->name);
	return *profile || usage_error(command, "--profile: '%s' is not one of %s", text, list);
}

bool model_read(const struct command *command, const char *text, enum model *model)
{
	size_t index;

	if (!choice_read(command, "model", text, model_choices, &index))
		return false;
	*model = (enum model)(index + 1);
	return true;
}

bool placement_read(const struct command *command, const char *text, enum placement *placement)
{
	size_t index;

	if (!choice_read(command, "placement", text, placement_choices, &index))
		return false;
	*placement = (enum placement)(index + 1);
	return true;
}

bool threads_read(const struct command *command, const char *text, unsigned *threads)
{
	uint64_t jobs;

	if (!number_read(command, "jobs", text, false, &jobs))
		return false;
	*threads = jobs < PARALLEL_MAX ? (unsigned)jobs : PARALLEL_MAX;
	return jobs || usage_error(command, "--jobs: there is at least one thread");
}

enum exit_code memory_failure(void)
{
	fprintf(stderr, "percpu-tool: out of memory\n");
	return EXIT_INTERNAL;
}

enum exit_code file_failure(const char *path, const char *member, const struct error *error)
{
	fflush(stdout);
	fputs("percpu-tool: ", stderr);
	terminal_print(stderr, path);
	if (member) {
		putc('(', stderr);
		terminal_print(stderr, member);
		putc(')', stderr);
	}
	fprintf(stderr, ": %s\n", error->text);
	return error->kind == ERROR_INPUT ? EXIT_UNREADABLE : EXIT_INTERNAL;
}

enum exit_code worse_code(enum exit_code a, enum exit_code b)
{
	return a > b ? a : b;
}
