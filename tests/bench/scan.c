/*
 * How fast the scanners go through code: scan ROUNDS FILE. Prints the bytes of code, the median
 * microseconds of a round on one thread, by its CPU's time and by the clock, and how often it
 * stops.
 *
 * As checks of large files have it: next_base() and next_suspect() over every section of code,
 * going on behind the instruction that one of the two has named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/code/accesses.h"
#include "lib/obj/source.h"

enum { ROOM = 0x2000, TARGETS = 8 };

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;

	return a < b ? -1 : a > b;
}

static uint32_t general_bases(const struct image *image, const struct layout_list *list)
{
	uint32_t bases = 0, general = 0;

	for (size_t i = 0; i < list->count; i++)
		bases |= accesses_bases(image, &list->layouts[i]);
	for (const struct arch_register *r = image->arch->registers; r->number; r++)
		if ((bases >> r->number & 1) && r->general != INSN_NO_REGISTER)
			general |= UINT32_C(1) << r->general;
	return general;
}

/* The templates, with the room that lib/code/accesses.c leaves around them. */
static size_t read_targets(const struct layout_list *list, struct scan_target *targets)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count && count < TARGETS; i++) {
		const struct section *s = layout_section(&list->layouts[i]);
		const uint64_t room = s && s->addr < ROOM ? s->addr : ROOM;

		if (s)
			targets[count++] =
				(struct scan_target){{s->addr - room, s->size + room + ROOM},
					{s->addr - ROOM, s->size + 2 * ROOM}};
	}
	return count;
}

/* Where to go on: instructions of one length begin at multiples of it, on x86_64 anywhere. */
static uint64_t behind(const struct arch *arch, struct span code, uint64_t at)
{
	struct insn insn;

	if (arch->insn_unit == 2 && at < code.size &&
		arch->decode((struct span){code.data + at, code.size - (size_t)at}, &insn))
		return at + insn.length;
	return at + arch->insn_unit;
}

static size_t scan(const struct arch *arch, struct span code, const struct scan_sought *sought)
{
	size_t stops = 0;

	for (uint64_t at = 0; at < code.size; at = behind(arch, code, at), stops++)
		at = arch_next_named(arch, code, at, sought);
	return stops;
}

static size_t scan_all(const struct image *image, struct scan_sought *sought, uint64_t *bytes)
{
	size_t stops = 0;

	*bytes = 0;
	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];
		const struct span code = image_section_bytes(image, i);

		if (!(s->flags & SHF_EXECINSTR) || s->type != SHT_PROGBITS)
			continue;
		sought->address = s->addr;
		*bytes += code.size;
		stops += scan(image->arch, code, sought);
	}
	return stops;
}

static int measure(const struct image *image, size_t rounds)
{
	const struct layout_options options = {.threads = 1};
	struct scan_target targets[TARGETS];
	struct scan_sought sought = {.targets = targets};
	double *times = calloc(2 * rounds, sizeof(*times)), *walls = times + rounds;
	struct arena arena = {0};
	struct error error = {0};
	struct layout_list list;
	uint64_t bytes = 0;
	size_t stops = 0;

	if (!times || !layouts_find(image, &options, &arena, &list, &error))
		return 1;
	sought.count = read_targets(&list, targets);
	sought.registers = general_bases(image, &list);
	scan_all(image, &sought, &bytes);
	for (size_t i = 0; i < rounds; i++) {
		const double wall = now(CLOCK_MONOTONIC);
		const double start = now(CLOCK_PROCESS_CPUTIME_ID);

		stops = scan_all(image, &sought, &bytes);
		times[i] = now(CLOCK_PROCESS_CPUTIME_ID) - start;
		walls[i] = now(CLOCK_MONOTONIC) - wall;
	}
	qsort(times, rounds, sizeof(*times), compare);
	qsort(walls, rounds, sizeof(*walls), compare);
	printf("%llu %.0f %.0f %zu\n", (unsigned long long)bytes, times[rounds / 2],
		walls[rounds / 2], stops);
	arena_release(&arena);
	free(times);
	return 0;
}

int main(int argc, char **argv)
{
	const size_t rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	struct error error = {0};
	struct source_item item;
	struct source *source = rounds ? source_open(argv[2], &error) : NULL;
	int code = 1;

	if (!source || source_next(source, &item, &error) != SOURCE_IMAGE) {
		fprintf(stderr, "scan: usage: scan ROUNDS FILE; %s\n", error.text);
		return 2;
	}
	code = measure(item.image, rounds);
	image_close(item.image);
	source_close(source);
	return code;
}
