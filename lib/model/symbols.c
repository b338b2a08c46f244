#include "lib/model/symbols.h"

#include <string.h>

#include "lib/model/names.h"

bool scan_want(struct symbol_scan *scan, const char *name)
{
	if (!name)
		return true;
	for (size_t i = 0; i < scan->wanted_count; i++)
		if (strcmp(scan->wanted[i].name, name) == 0)
			return true;
	if (scan->wanted_count == WANTED_MAX)
		return false;
	scan->wanted[scan->wanted_count++].name = name;
	symbol_filter_add(&scan->filter, name);
	return true;
}

bool scan_want_prefix(struct symbol_scan *scan, const char *prefix)
{
	if (!prefix)
		return true;
	for (size_t i = 0; i < scan->prefix_count; i++)
		if (strcmp(scan->prefixes[i], prefix) == 0)
			return true;
	if (scan->prefix_count == PREFIXES_MAX)
		return false;
	scan->prefixes[scan->prefix_count++] = prefix;
	symbol_filter_add(&scan->filter, prefix);
	/* In a mangled name it stands anywhere; of a short one the filter wants more than there is.
	 */
	scan->filter.mangled = true;
	scan->filter.every = scan->filter.every || strlen(prefix) < SYMBOL_FILTER_START;
	return true;
}

struct bound scan_found(const struct symbol_scan *scan, const char *name)
{
	for (size_t i = 0; name && i < scan->wanted_count; i++)
		if (strcmp(scan->wanted[i].name, name) == 0)
			return scan->wanted[i].found;
	return (struct bound){.state = BOUND_MISSING};
}

bool symbol_is_data(const struct symbol *symbol)
{
	switch (symbol->type) {
	case STT_OBJECT:
	case STT_TLS:
	case STT_COMMON:
		return true;
	case STT_NOTYPE:
		return symbol->size != 0;
	default:
		return false;
	}
}

/* A global definition outranks a local one, and any definition an undefined symbol. */
static int rank(const struct bound *bound)
{
	if (bound->state != BOUND_DEFINED)
		return (int)bound->state;
	return bound->symbol.bind == STB_LOCAL ? BOUND_DEFINED : BOUND_DEFINED + 1;
}

static void keep_wanted(struct symbol_scan *scan, const struct symbol *symbol)
{
	struct bound bound = {
		.state = symbol->section == SYMBOL_UNDEFINED ? BOUND_UNDEFINED : BOUND_DEFINED,
		.symbol = *symbol,
	};

	if (!symbol_filter_has(&scan->filter, symbol->name))
		return;
	for (size_t i = 0; i < scan->wanted_count; i++) {
		struct wanted *wanted = &scan->wanted[i];

		if (strcmp(wanted->name, symbol->name) != 0)
			continue;
		if (rank(&bound) > rank(&wanted->found))
			wanted->found = bound;
		return;
	}
}

bool symbol_list_add(struct symbol_list *list, const struct symbol *symbol, struct arena *arena,
	struct error *error)
{
	if (!ARENA_GROW(arena, list->indices, list->count, list->room))
		return error_memory(error);
	list->indices[list->count++] = symbol->index;
	return true;
}

static bool is_stray(const struct symbol_scan *scan, const struct symbol *symbol)
{
	if (symbol->section == SYMBOL_UNDEFINED || symbol->section == SYMBOL_ABSOLUTE)
		return false;
	for (size_t i = 0; i < scan->prefix_count; i++)
		if (name_has_prefix(symbol->name, scan->prefixes[i]))
			return true;
	return false;
}

static bool keep_variable(struct symbol_scan *scan, const struct image *image,
	const struct symbol *symbol, struct arena *arena, struct error *error)
{
	uint32_t list = symbol->section < image->section_count ? scan->list_of[symbol->section] : 0;

	if (list && !symbol_list_add(&scan->inside, symbol, arena, error))
		return false;
	if (!symbol_is_data(symbol))
		return true;
	if (list)
		return symbol_list_add(&scan->lists[list - 1], symbol, arena, error);
	if (is_stray(scan, symbol))
		return symbol_list_add(&scan->strays, symbol, arena, error);
	return true;
}

bool scan_run(struct symbol_scan *scan, const struct image *image, struct arena *arena,
	struct error *error)
{
	struct entry_run run = {1, image->symbol_count};

	scan->filter.sections = scan->list_of;
	for (; (run.first = image_symbol_find(image, run, &scan->filter)) < run.end; run.first++) {
		struct symbol symbol;

		if (!image_symbol(image, run.first, &symbol, error))
			return false;
		keep_wanted(scan, &symbol);
		if (!keep_variable(scan, image, &symbol, arena, error))
			return false;
	}
	return true;
}
