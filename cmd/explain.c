#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

#include "lib/check/check.h"

static const struct option_spec options[] = {
	{.name = "mdoc", .help = "print the list of checks of percpu-checks(7) instead"},
};

struct explain {
	const struct command *command;
	const struct check *check;
	bool mdoc;
};

static bool take_option(void *context, size_t index, const char *argument)
{
	struct explain *explain = context;

	(void)index;
	(void)argument;
	explain->mdoc = true;
	return true;
}

static bool take_operand(void *context, const char *name)
{
	struct explain *explain = context;
	size_t index = check_index(name);

	if (index == CHECK_COUNT)
		return usage_error(explain->command,
			"no check '%s'; 'percpu-tool check --list-checks' lists them", name);
	if (explain->check)
		return usage_error(explain->command, "one check at a time, not '%s' too", name);
	explain->check = check_at(index);
	return true;
}

static void paragraph(const char *title, const char *text)
{
	size_t column = 0;

	printf("\n%s\n", title);
	while (*text) {
		size_t length = strcspn(text, " ");

		if (column && column + 1 + length > 76) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%.*s", column ? " " : "  ", (int)length, text);
		text += length + (text[length] == ' ');
	}
	putchar('\n');
}

/* The checks whose error or skip silences this one, separated by commas. */
static void needs(const struct check *check)
{
	for (size_t i = 0; check->needs[i]; i++)
		printf("%s%s", i ? ", " : "", check->needs[i]->name);
}

static void explain_text(const struct check *check)
{
	printf("%s (%s; in %s): %s\n", check->name, severity_name(check->severity), check->where,
		check->summary);
	paragraph("What a finding says", check->what);
	paragraph("Why it matters", check->why);
	paragraph("Example", check->example);
	paragraph("How to put it right", check->fix);
	if (check->needs[0]) {
		fputs("\nNeeds: ", stdout);
		needs(check);
		putchar('\n');
	}
}

/* A dash that begins an option is not a hyphen: roff(7) sets the two differently. */
static bool is_option_dash(const char *text, size_t at)
{
	const char next = text[at + 1];

	return text[at] == '-' && next && next != ' ' &&
	       (at == 0 || strchr(" (-", text[at - 1]) != NULL);
}

/* mdoc takes a dot or a quote at a line's start for a macro, and a backslash for an escape. */
static size_t mdoc_word(const char *text, size_t at, size_t length, bool line_start)
{
	size_t printed = length;

	if (line_start && (text[at] == '.' || text[at] == '\'')) {
		fputs("\\&", stdout);
		printed += 2;
	}
	for (size_t i = at; i < at + length; i++) {
		if (text[i] == '\\')
			printed += (size_t)printf("\\e") - 1;
		else if (text[i] == '(' && text[i + 1] == ')')
			printed += (size_t)printf("\\&(") - 1; /* no manual page is meant */
		else if (is_option_dash(text, i))
			printed += (size_t)printf("\\-") - 1;
		else
			putchar(text[i]);
	}
	return printed;
}

static bool ends_sentence(const char *text, size_t end)
{
	return text[end - 1] == '.' && text[end] == ' ' && text[end + 1] >= 'A' &&
	       text[end + 1] <= 'Z';
}

/* Source lines of at most 80 columns, and a new one for a new sentence: mdoc(7). */
static void mdoc_text(const char *text)
{
	enum { LINE = 78 };
	size_t column = 0;

	for (size_t at = 0, length; text[at]; at += length + (text[at + length] == ' ')) {
		length = strcspn(text + at, " ");
		if (column && column + 1 + length > LINE) {
			putchar('\n');
			column = 0;
		}
		if (column)
			putchar(' ');
		column += mdoc_word(text, at, length, column == 0) + (column != 0);
		if (length && ends_sentence(text, at + length)) {
			putchar('\n');
			column = 0;
		}
	}
	putchar('\n');
}

static void explain_mdoc(const struct check *check)
{
	printf(".It Cm %s Pq %s; in %s\n", check->name, severity_name(check->severity),
		check->where);
	mdoc_text(check->what);
	puts(".Pp");
	mdoc_text(check->why);
	puts(".Pp\nExample:\n.Bd -filled -offset indent -compact");
	mdoc_text(check->example);
	puts(".Ed\n.Pp");
	mdoc_text(check->fix);
	if (check->needs[0]) {
		fputs(".Pp\nNeeds ", stdout);
		needs(check);
		puts(".");
	}
}

static enum exit_code run(const struct command *command, int argc, char **argv)
{
	struct explain explain = {.command = command};
	const struct option_reader reader = {
		.option = take_option,
		.operand = take_operand,
		.context = &explain,
	};
	enum exit_code code;
	bool stop;

	code = options_read(command, argc, argv, &reader, &stop);
	if (stop)
		return code;
	for (size_t i = 0; explain.mdoc && check_at(i); i++)
		explain_mdoc(check_at(i));
	if (explain.mdoc)
		return EXIT_CLEAN;
	if (!explain.check) {
		usage_error(command, "name a check; 'percpu-tool check --list-checks' lists them");
		return EXIT_USAGE;
	}
	explain_text(explain.check);
	return EXIT_CLEAN;
}

const struct command command_explain = {
	.name = "explain",
	.operands = "CHECK",
	.summary = "says what a check looks for, why, and how to put it right",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run,
};
