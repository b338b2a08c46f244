/*
 * Times whole processes against each other: timer RUNS COMMAND... [-- COMMAND...]...
 *
 * Every round runs each command once, so that whatever else the machine does hits all of them
 * alike. Prints a line a command: median microseconds, ratio to the first command's, peak resident
 * KiB (mapped files included), exit code.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { COMMANDS_MAX = 16 };

struct command {
	char **argv;
	double *microseconds; /* one a round */
	long peak;	      /* KiB */
	int code;
};

extern char **environ;

static void die(const char *what)
{
	fprintf(stderr, "timer: %s\n", what);
	exit(2);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double run_once(struct command *command)
{
	posix_spawn_file_actions_t quiet;
	struct rusage usage;
	double start, end;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	start = now();
	if (posix_spawnp(&child, command->argv[0], &quiet, NULL, command->argv, environ) != 0)
		die(command->argv[0]);
	if (wait4(child, &status, 0, &usage) < 0)
		die("wait4");
	end = now();
	posix_spawn_file_actions_destroy(&quiet);
	if (usage.ru_maxrss > command->peak)
		command->peak = usage.ru_maxrss;
	command->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return end - start;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Splits the command line at each "--". */
static size_t read_commands(char **argv, struct command *commands, size_t runs)
{
	size_t count = 0;

	while (*argv) {
		if (count == COMMANDS_MAX)
			die("too many commands");
		commands[count] = (struct command){.argv = argv};
		commands[count].microseconds = calloc(runs, sizeof(double));
		if (!commands[count].microseconds)
			die("out of memory");
		count++;
		while (*argv && strcmp(*argv, "--") != 0)
			argv++;
		if (*argv)
			*argv++ = NULL;
	}
	return count;
}

int main(int argc, char **argv)
{
	struct command commands[COMMANDS_MAX];
	const size_t runs = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	double first = 0;
	size_t count;

	if (!runs)
		die("usage: timer RUNS COMMAND... [-- COMMAND...]...");
	count = read_commands(argv + 2, commands, runs);
	for (size_t i = 0; i < count; i++)
		run_once(&commands[i]); /* warms the page cache */
	for (size_t run = 0; run < runs; run++)
		for (size_t i = 0; i < count; i++)
			commands[i].microseconds[run] = run_once(&commands[i]);
	for (size_t i = 0; i < count; i++) {
		const double middle = median(commands[i].microseconds, runs);

		first = i ? first : middle;
		printf("%.0f %.3f %ld %d\n", middle, middle / first, commands[i].peak,
			commands[i].code);
		free(commands[i].microseconds);
	}
	return 0;
}
