/*
 * Prints what the library reads of every relocation against per-CPU data, a line each, for run.sh
 * to compare with other readers:
 *   SECTION PLACE TYPE TARGET VARIABLE+OFFSET SITE USE START LENGTH
 * Numbers in hex; START is the instruction's address, `-` where there is none.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/model/layout.h"

static const char *const kinds[] = {
	[SITE_NONE] = "none",
	[SITE_UNREAD] = "unread",
	[SITE_VALUE] = "value",
	[SITE_ACCESS] = "access",
	[SITE_THROUGH] = "through",
	[SITE_DIRECT] = "direct",
	[SITE_ADDRESS] = "address",
	[SITE_BRANCH] = "branch",
};

static const char *const uses[] = {
	[USE_UNKNOWN] = "unknown",
	[USE_PERCPU] = "percpu",
	[USE_COMBINED] = "combined",
	[USE_DIRECT] = "direct",
};

static void print_reference(const struct layout *layout, const struct reference *r)
{
	char number[RELOC_NAME_SIZE];
	const struct variable *variable;
	struct symbol symbol = {0};
	struct error error = {0};
	uint64_t offset = 0;

	if (r->foreign || !image_symbol(layout->image, r->symbol, &symbol, &error))
		return;
	variable = layout_variable_at(layout, symbol.section, r->target, &offset);
	printf("%s %" PRIx64 " %s %" PRIx64 " %s+%" PRIx64 " %s %s ",
		layout->image->sections[r->section].name, r->place,
		reloc_name(layout->image->arch, r->type, number), r->target,
		variable ? variable->symbol.name : "?", offset, kinds[r->site.kind],
		uses[r->site.use]);
	if (r->site.length)
		printf("%" PRIx64 " %u\n", reference_instruction(r), r->site.length);
	else
		puts("- -");
}

static int print_image(const struct image *image)
{
	static const struct layout_options options;
	struct layout_list list;
	struct arena arena = {0};
	struct error error = {0};

	if (!layouts_find(image, &options, &arena, &list, &error)) {
		fprintf(stderr, "%s\n", error.text);
		arena_release(&arena);
		return 3;
	}
	for (size_t i = 0; i < list.count; i++)
		for (size_t j = 0; j < list.layouts[i].references.count; j++)
			print_reference(&list.layouts[i], &list.layouts[i].references.items[j]);
	arena_release(&arena);
	return 0;
}

int main(int argc, char **argv)
{
	const int fd = open(argc > 1 ? argv[1] : "", O_RDONLY);
	struct error error = {0};
	struct image *image;
	struct stat status;
	void *bytes;
	int result = 3;

	if (fd < 0 || fstat(fd, &status) != 0) {
		perror(argc > 1 ? argv[1] : "usage: references FILE");
		return 2;
	}
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return 2;
	image = image_open_bytes(argv[1], (struct span){bytes, (size_t)status.st_size}, &error);
	if (image)
		result = print_image(image);
	else
		fprintf(stderr, "%s\n", error.text);
	image_close(image);
	munmap(bytes, (size_t)status.st_size);
	return result;
}
