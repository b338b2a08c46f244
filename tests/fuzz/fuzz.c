#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/checked.h"

/* Both formats, thrown away: the emitters are to walk over everything. */
static void show(const struct report_file *file)
{
	static FILE *null;

	if (!null && !(null = fopen("/dev/null", "w")))
		abort();
	for (size_t i = 0; emitter_at(i); i++)
		if (!checked_emit(emitter_at(i), file, null))
			abort();
}

static void check_error(const struct error *error)
{
	if (error->kind != ERROR_INPUT || !*error->text)
		abort();
	for (const char *c = error->text; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
}

/* Every section's content, decompressed or refused, and the variables that relocations name. */
static void read_all(struct image *image)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];
		struct error error = {0};
		struct span content;
		size_t count;

		/* libelf takes what a header claims: leave out what only costs memory. */
		if ((s->flags & SHF_COMPRESSED) && s->size > 65536)
			continue;
		if (!image_section_content(image, i, &content, &error))
			check_error(&error);
		if (s->type != SHT_RELA)
			continue;
		count = image_reloc_count(image, s);
		for (size_t j = 0; j < count && j < 1000; j++)
			image_reloc(image, s, j);
	}
}

static void resolve_all(const struct image *image)
{
	struct layout_options options = {0};
	struct layout_list list;
	struct arena arena = {0};
	struct error error = {0};

	if (!layouts_find(image, &options, &arena, &list, &error))
		list.count = 0;
	for (size_t i = 0; i < list.count; i++)
		for (uint32_t j = 1; j < image->symbol_count && j < 1000; j++) {
			const struct reloc reloc = {.symbol = j, .addend = (int64_t)j - 8};
			struct reloc_target target;

			if (layout_resolve(&list.layouts[i], &reloc, &target, &error) &&
				target.variable && target.variable->symbol.size &&
				target.offset >= target.variable->symbol.size)
				abort();
		}
	arena_release(&arena);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	static const struct check_options options = {
		.cpus = {true, 4}, .max_area = {true, 64}, .module_reserve = {true, 64}, .require = true};
	struct checked c;

	if (checked_run(&c, (struct span){data, size}, &options)) {
		show(&c.file);
		read_all(c.image);
		resolve_all(c.image);
	} else {
		const struct report_file refused = {.path = "memory", .error = c.error.text};

		check_error(&c.error);
		show(&refused);
	}
	checked_release(&c);
	return 0;
}
