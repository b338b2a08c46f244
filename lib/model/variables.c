/* The variables of a layout, and finding one by address. */
#include <stdlib.h>
#include <string.h>

#include "lib/model/names.h"
#include "lib/model/private.h"

bool layout_has_section(const struct layout *layout, uint32_t index)
{
	size_t low = 1, high = layout->section_count;

	if (high && layout->sections[0] == index)
		return true;
	/* Asked for every symbol and relocation; with -fdata-sections there are many sections. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (layout->sections[middle] < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < layout->section_count && layout->sections[low] == index;
}

const struct section *layout_section(const struct layout *layout)
{
	return layout->section_count ? &layout->image->sections[layout->sections[0]] : NULL;
}

bool layout_is_bound(const struct layout *layout, const char *name)
{
	for (size_t i = 0; i < BOUND_COUNT; i++)
		if (layout->profile->bounds[i].name &&
			strcmp(layout->profile->bounds[i].name, name) == 0)
			return true;
	return false;
}

static bool add(struct layout *layout, struct variable *variables, size_t *count,
	const struct symbol *symbol, struct arena *arena)
{
	if (layout_is_bound(layout, symbol->name))
		return true;
	variables[*count].symbol = *symbol;
	variables[*count].name =
		variable_name(arena, symbol->name, layout->profile->variable_prefix);
	return variables[(*count)++].name != NULL;
}

static bool in_range(const struct layout *layout, const struct symbol *symbol)
{
	return symbol_is_data(symbol) && layout->template_start.known &&
		layout->template_end.known && symbol->value >= layout->template_start.value &&
		symbol->value < layout->template_end.value;
}

/* A symbol range has no section of its own: its variables take a second pass over the table. */
static bool collect_range(struct layout *layout, struct symbol_list *list, struct arena *arena,
	struct error *error)
{
	for (size_t i = 1; i < layout->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(layout->image, i, &symbol, error))
			return false;
		if (!layout_has_section(layout, symbol.section) || !in_range(layout, &symbol))
			continue;
		if (!ARENA_GROW(arena, list->symbols, list->count, list->room))
			return error_memory(error);
		list->symbols[list->count++] = symbol;
	}
	return true;
}

static int compare_variables(const void *left, const void *right)
{
	const struct symbol *a = &((const struct variable *)left)->symbol;
	const struct symbol *b = &((const struct variable *)right)->symbol;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* In objects every section starts at 0, so that the section comes first. */
static int compare_object_variables(const void *left, const void *right)
{
	const struct symbol *a = &((const struct variable *)left)->symbol;
	const struct symbol *b = &((const struct variable *)right)->symbol;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return compare_variables(left, right);
}

static void sort(struct layout *layout, struct variable *variables, size_t count)
{
	const bool object = layout->image->kind == IMAGE_OBJECT;
	uint64_t reach = 0;

	qsort(variables, count, sizeof(*variables),
		object ? compare_object_variables : compare_variables);
	for (size_t i = 0; i < count; i++) {
		const struct symbol *symbol = &variables[i].symbol;
		uint64_t end = symbol->value + symbol->size;

		if (i == 0 || (object && symbol->section != variables[i - 1].symbol.section))
			reach = 0;
		if (end >= symbol->value && end > reach)
			reach = end;
		variables[i].reach = reach;
	}
	layout->variables = variables;
	layout->variable_count = count;
}

static bool collect_strays(struct layout *layout, const struct symbol_scan *scan,
	struct arena *arena, struct error *error)
{
	const char *prefix = layout->profile->variable_prefix;
	struct symbol_list list = {0};

	for (size_t i = 0; prefix && i < scan->strays.count; i++) {
		const struct symbol *symbol = &scan->strays.symbols[i];

		if (!name_has_prefix(symbol->name, prefix) || layout_is_bound(layout, symbol->name))
			continue;
		if (layout->profile->symbol_range && in_range(layout, symbol))
			continue;
		if (!ARENA_GROW(arena, list.symbols, list.count, list.room))
			return error_memory(error);
		list.symbols[list.count++] = *symbol;
	}
	layout->strays = list.symbols;
	layout->stray_count = list.count;
	return true;
}

bool layout_collect(struct layout *layout, const struct symbol_scan *scan, struct arena *arena,
	struct error *error)
{
	const bool range = layout->profile->symbol_range && layout->image->kind != IMAGE_OBJECT;
	struct symbol_list list = {0};
	struct variable *variables;
	size_t total = 0, count = 0;

	if (range && !collect_range(layout, &list, arena, error))
		return false;
	for (size_t i = 0; !range && i < layout->section_count; i++)
		total += scan->lists[scan->list_of[layout->sections[i]] - 1].count;
	variables = ARENA_ARRAY(arena, struct variable, total + list.count + 1);
	if (!variables)
		return error_memory(error);
	for (size_t i = 0; i < list.count; i++)
		if (!add(layout, variables, &count, &list.symbols[i], arena))
			return error_memory(error);
	for (size_t i = 0; !range && i < layout->section_count; i++) {
		const struct symbol_list *own =
			&scan->lists[scan->list_of[layout->sections[i]] - 1];

		for (size_t j = 0; j < own->count; j++)
			if (!add(layout, variables, &count, &own->symbols[j], arena))
				return error_memory(error);
	}
	sort(layout, variables, count);
	return collect_strays(layout, scan, arena, error);
}

static bool starts_behind(const struct layout *layout, const struct variable *variable,
	uint32_t section, uint64_t address)
{
	if (layout->image->kind == IMAGE_OBJECT && variable->symbol.section != section)
		return variable->symbol.section > section;
	return variable->symbol.value > address;
}

const struct variable *layout_variable_at(
	const struct layout *layout, uint32_t section, uint64_t address, uint64_t *offset)
{
	size_t low = 0, high = layout->variable_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (starts_behind(layout, &layout->variables[middle], section, address))
			high = middle;
		else
			low = middle + 1;
	}
	/* Walk back only as long as something before still reaches the address. */
	while (low-- > 0) {
		const struct variable *v = &layout->variables[low];

		if (layout->image->kind == IMAGE_OBJECT && v->symbol.section != section)
			break;
		*offset = address - v->symbol.value;
		if (*offset < v->symbol.size || (*offset == 0 && v->symbol.size == 0))
			return v;
		if (v->reach <= address)
			break;
	}
	return NULL;
}

bool layout_resolve(const struct layout *layout, const struct reloc *reloc,
	struct reloc_target *target, struct error *error)
{
	struct symbol symbol;

	*target = (struct reloc_target){.section = SYMBOL_UNDEFINED};
	if (!image_symbol(layout->image, reloc->symbol, &symbol, error))
		return false;
	target->section = symbol.section;
	target->address = symbol.value + (uint64_t)reloc->addend;
	/* By section and address: by the address alone anything discarded would look per-CPU. */
	if (layout_has_section(layout, symbol.section))
		target->variable = layout_variable_at(
			layout, symbol.section, target->address, &target->offset);
	return true;
}
