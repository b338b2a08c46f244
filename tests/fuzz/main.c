/* Runs the files that are named: what a fuzzer has found, without the fuzzer. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static int run(const char *path)
{
	FILE *from = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0;
	int c;

	if (!from) {
		perror(path);
		return EXIT_FAILURE;
	}
	for (size_t room = 0; (c = getc(from)) != EOF; data[size++] = (uint8_t)c)
		if (size == room) {
			room = room ? 2 * room : 4096;
			data = realloc(data, room);
			if (!data)
				abort();
		}
	fclose(from);
	fuzz_one(data, size);
	free(data);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int code = EXIT_SUCCESS;

	for (int i = 1; i < argc; i++)
		if (run(argv[i]) != EXIT_SUCCESS)
			code = EXIT_FAILURE;
	return code;
}
