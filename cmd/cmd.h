/* What the subcommands share: their table, their options, their exit codes. */
#ifndef PERCPU_CMD_H
#define PERCPU_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/profile.h"

/* Documented in percpu-tool(1); never a set of bits. */
enum exit_code {
	EXIT_CLEAN = 0,
	EXIT_FINDINGS = 1,   /* findings at or above --fail-on */
	EXIT_USAGE = 2,	     /* the command line is wrong */
	EXIT_UNREADABLE = 3, /* an input cannot be read, or is not what the command works on */
	EXIT_INTERNAL = 4,   /* out of memory, or the output could not be written */
};

/* One option: what --help prints and what the manual page must have. */
struct option_spec {
	const char *name;     /* long name without dashes */
	char letter;	      /* short form, or 0 */
	const char *argument; /* what its argument is called, or NULL when it takes none */
	const char *help;     /* one line */
};

struct command {
	const char *name;
	const char *operands; /* for the usage line */
	const char *summary;  /* one line */
	const struct option_spec *options;
	size_t option_count;
	enum exit_code (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command command_access;
extern const struct command command_check;
extern const struct command command_explain;
extern const struct command command_ldscript;

/*
 * Walks the command line in order. Calls `option` with the index of each option in
 * command->options and its argument, and `operand` for everything else; either returns false after
 * having printed why the command line is wrong. --help is handled here.
 * Returns EXIT_CLEAN to go on, EXIT_USAGE after a mistake; *stop is set when nothing is left to do.
 */
struct option_reader {
	bool (*option)(void *context, size_t index, const char *argument);
	bool (*operand)(void *context, const char *operand);
	void (*options_end)(void *context); /* at "--"; may be NULL */
	void *context;
};
enum exit_code options_read(const struct command *command, int argc, char **argv,
	const struct option_reader *reader, bool *stop);

/* "percpu-tool NAME: ..." on standard error, with a word on where help is; always false. */
bool usage_error(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A number: decimal or 0x, with an optional suffix K, M or G (binary) when `suffix`. Prints why
 * not, naming the option, and returns false.
 */
bool number_read(const struct command *command, const char *option, const char *text, bool suffix,
	uint64_t *value);

/* Index of `text` among `names` (NULL-terminated); prints the choices and returns false. */
bool choice_read(const struct command *command, const char *option, const char *text,
	const char *const *names, size_t *index);

/* The arguments of --profile, --model, --placement and --jobs; each prints what is wrong with one
 * and returns false. */
bool profile_read(const struct command *command, const char *text, const struct profile **profile);
bool model_read(const struct command *command, const char *text, enum model *model);
bool placement_read(const struct command *command, const char *text, enum placement *placement);
bool threads_read(const struct command *command, const char *text, unsigned *threads);

/* One line on standard error, and EXIT_INTERNAL. */
enum exit_code memory_failure(void);

/* One line on standard error, after what standard output has, and the exit code of its kind. */
enum exit_code file_failure(const char *path, const char *member, const struct error *error);

/* Of two exit codes the one that says more. */
enum exit_code worse_code(enum exit_code a, enum exit_code b);

/* Flushes standard output; EXIT_INTERNAL with a line on standard error when that fails. */
enum exit_code output_finish(enum exit_code code);

#endif
