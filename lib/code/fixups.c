#include "lib/code/fixups.h"

#include <stdlib.h>
#include <string.h>

struct gathering {
	const struct image *image;
	const struct layout_list *list;
	struct arena *arena;
	struct fixup *items;
	size_t count, room;
	struct error *error;
};

static bool is_wanted(const struct reloc_info *info)
{
	return info && (info->class == RELOC_BRANCH || info->class == RELOC_OFFSET ||
			       info->class == RELOC_WORD || info->class == RELOC_PCREL ||
			       info->class == RELOC_GOT);
}

static bool is_of_template(const struct layout_list *list, const struct symbol *symbol)
{
	for (size_t i = 0; i < list->count; i++)
		if (layout_has_section(&list->layouts[i], symbol->section))
			return true;
	return false;
}

/* What code subtracts from a variable's address to get its offset. */
static bool is_start(const struct layout_list *list, const struct symbol *symbol)
{
	static const enum bound_role starts[] = {BOUND_TEMPLATE_START, BOUND_LOAD, BOUND_BASE};

	for (size_t i = 0; i < list->count; i++)
		for (size_t j = 0; j < sizeof(starts) / sizeof(starts[0]); j++) {
			const char *name = list->layouts[i].profile->bounds[starts[j]].name;

			if (name && strcmp(symbol->name, name) == 0)
				return true;
		}
	return false;
}

static bool gather(struct gathering *g, const struct section *rela)
{
	const size_t count = image_reloc_count(g->image, rela);

	for (size_t i = 0; i < count; i++) {
		const struct reloc reloc = image_reloc(g->image, rela, i);
		const struct reloc_info *info = reloc_info(g->image->arch, reloc.type);
		struct symbol symbol;

		if (!is_wanted(info))
			continue;
		if (!image_symbol(g->image, reloc.symbol, &symbol, g->error))
			return false;
		if (is_of_template(g->list, &symbol))
			continue;
		if (!ARENA_GROW(g->arena, g->items, g->count, g->room))
			return error_memory(g->error);
		g->items[g->count++] = (struct fixup){
			.place = reloc.offset,
			.target = symbol.value + (uint64_t)reloc.addend,
			.section = rela->info,
			.target_section = symbol.section,
			.info = info,
			.start = is_start(g->list, &symbol),
		};
	}
	return true;
}

static bool is_before(const struct fixup *fixup, uint32_t section, uint64_t place)
{
	return fixup->section < section || (fixup->section == section && fixup->place < place);
}

static int compare(const void *left, const void *right)
{
	const struct fixup *a = left, *b = right;

	return is_before(a, b->section, b->place) ? -1 : is_before(b, a->section, a->place);
}

bool fixups_read(const struct image *image, const struct layout_list *list, struct arena *arena,
	struct fixups *fixups, struct error *error)
{
	struct gathering g = {.image = image, .list = list, .arena = arena, .error = error};

	for (size_t i = 1; image->kind == IMAGE_OBJECT && i < image->section_count; i++) {
		const struct section *rela = &image->sections[i];

		if (image_is_link_rela(image, rela) &&
			(image->sections[rela->info].flags & SHF_EXECINSTR) && !gather(&g, rela))
			return false;
	}
	if (g.count)
		qsort(g.items, g.count, sizeof(*g.items), compare);
	*fixups = (struct fixups){g.items, g.count};
	return true;
}

const struct fixup *fixups_from(const struct fixups *fixups, uint32_t section, uint64_t place)
{
	size_t low = 0, high = fixups->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (is_before(&fixups->items[middle], section, place))
			low = middle + 1;
		else
			high = middle;
	}
	return fixups->items + low;
}
