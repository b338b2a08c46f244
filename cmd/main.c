#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

/* A subcommand is a file of this folder and a row here. */
static const struct command *const commands[] = {
	&command_check,
	&command_access,
	&command_explain,
	&command_ldscript,
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void help(FILE *to)
{
	fputs("usage: percpu-tool COMMAND [OPTION...] [OPERAND...]\n"
	      "Inspects and checks the per-CPU data of kernels and hypervisors.\n\n",
		to);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'percpu-tool COMMAND --help' lists a command's options; --version prints the "
	      "version.\n",
		to);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		help(stdout);
		return (int)output_finish(EXIT_CLEAN);
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("percpu-tool " PERCPU_TOOL_VERSION);
		return (int)output_finish(EXIT_CLEAN);
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, argv[1]) == 0)
			return (int)output_finish(
				commands[i]->run(commands[i], argc - 1, argv + 1));
	fprintf(stderr, "percpu-tool: no command '%s' (see 'percpu-tool --help')\n", argv[1]);
	return EXIT_USAGE;
}
