/*
 * Reads the code of files in two ways, all of it and only what may matter, and prints where the two
 * differ in what checks ask for: accesses whose place is known, and writes of a base. One line a
 * file: "same ACCESSES WRITES FILE", or "differ" with the first difference.
 */
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/parallel.h"
#include "lib/code/accesses.h"
#include "lib/obj/source.h"

struct reading {
	struct layout_list list;
	struct accesses accesses;
};

static bool read_code(
	const struct image *image, bool thorough, struct arena *arena, struct reading *reading)
{
	const struct layout_options layout = {.threads = parallel_cpus()};
	struct error error = {0};
	const struct accesses_options how = {.threads = parallel_cpus(),
		.functions = functions_read(image, parallel_cpus(), arena, &error),
		.suspects = true,
		.thorough = thorough};

	return how.functions && layouts_find(image, &layout, arena, &reading->list, &error) &&
	       accesses_find(image, &reading->list, &how, arena, &reading->accesses, &error);
}

/* No check asks where something unknown is added to a base. */
static const struct access *next_known(const struct accesses *all, size_t *at)
{
	while (*at < all->count) {
		const struct access *access = &all->items[(*at)++];

		if (!access->base || !access->floating)
			return access;
	}
	return NULL;
}

static uint64_t offset_of(const struct reading *reading, const struct access *access)
{
	return access->layout ? (uint64_t)(access->layout - reading->list.layouts) + 1 : 0;
}

static bool is_same(const struct reading *a, const struct access *x, const struct reading *b,
	const struct access *y)
{
	return x->address == y->address && x->section == y->section && x->target == y->target &&
	       x->target_section == y->target_section && x->offset == y->offset &&
	       offset_of(a, x) == offset_of(b, y) && !x->variable == !y->variable &&
	       x->kind == y->kind && x->form == y->form && x->base == y->base &&
	       x->length == y->length && x->width == y->width && x->exclusive == y->exclusive &&
	       x->floating == y->floating && x->relocated == y->relocated &&
	       x->formed == y->formed && x->crossed == y->crossed;
}

/* The address of the first difference, in *address. */
static bool same_accesses(const struct reading *a, const struct reading *b, uint64_t *address)
{
	size_t i = 0, j = 0;

	for (;;) {
		const struct access *x = next_known(&a->accesses, &i);
		const struct access *y = next_known(&b->accesses, &j);

		if (!x && !y)
			return true;
		*address = x ? x->address : y->address;
		if (!x || !y || !is_same(a, x, b, y))
			return false;
	}
}

static bool same_writes(const struct reading *a, const struct reading *b, uint64_t *address)
{
	const struct base_writes x = a->accesses.writes, y = b->accesses.writes;

	for (size_t i = 0; i < x.count || i < y.count; i++) {
		*address = i < x.count ? x.items[i].address : y.items[i].address;
		if (i >= x.count || i >= y.count || x.items[i].address != y.items[i].address ||
			x.items[i].base != y.items[i].base || x.items[i].known != y.items[i].known)
			return false;
	}
	return true;
}

static void compare(const struct image *image, const char *path)
{
	struct arena arena = {0};
	struct reading all, some;
	uint64_t address;

	if (!read_code(image, true, &arena, &all) || !read_code(image, false, &arena, &some))
		printf("differ: %s cannot be read\n", path);
	else if (!same_accesses(&all, &some, &address) || !same_writes(&all, &some, &address))
		printf("differ at 0x%" PRIx64 " %s\n", address, path);
	else
		printf("same %zu %zu %s\n", all.accesses.count, all.accesses.writes.count, path);
	arena_release(&arena);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct error error = {0};
		struct source *source = source_open(argv[i], &error);
		struct source_item item;
		enum source_step step;

		while (source && (step = source_next(source, &item, &error)) != SOURCE_END) {
			if (step != SOURCE_IMAGE)
				continue;
			compare(item.image, argv[i]);
			image_close(item.image);
		}
		source_close(source);
	}
	return 0;
}
