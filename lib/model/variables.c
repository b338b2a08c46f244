/* The variables of a layout, and finding one by address. */
#include <stdlib.h>
#include <string.h>

#include "lib/model/names.h"
#include "lib/model/private.h"

bool layout_has_section(const struct layout *layout, uint32_t index)
{
	return index < layout->image->section_count && layout->member[index];
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

enum { PREFIX_MAX = 64 }; /* bytes that a profile's prefix may have */

/* Variables while they are gathered; there is room for all. */
struct gathered {
	struct variable *variables;
	size_t count;
	uint64_t spent; /* bytes of names that are not the file's own */
};

/*
 * Demangled names of a sound file are few and short. Where all symbols bear one long name, they
 * stay as they are once the others have taken a quarter of the file's size.
 */
static const char *name_of(const struct layout *layout, const struct symbol *symbol,
	struct gathered *gathered, struct arena *arena)
{
	const char *name;

	if (gathered->spent > layout->image->file_size / 4)
		return symbol->name;
	name = variable_name(arena, symbol->name, layout->profile->variable_prefix);
	/* Without a prefix it is still the file's. */
	if (name && (uintptr_t)name - (uintptr_t)symbol->name > PREFIX_MAX)
		gathered->spent += strlen(name) + 1;
	return name;
}

static bool gather(const struct layout *layout, const struct symbol_list *list,
	struct gathered *gathered, struct arena *arena, struct error *error)
{
	for (size_t i = 0; i < list->count; i++) {
		struct variable *v = &gathered->variables[gathered->count];

		if (!image_symbol(layout->image, list->indices[i], &v->symbol, error))
			return false;
		if (layout_is_bound(layout, v->symbol.name))
			continue;
		v->name = name_of(layout, &v->symbol, gathered, arena);
		if (!v->name)
			return error_memory(error);
		gathered->count++;
	}
	return true;
}

bool layout_in_range(const struct layout *layout, const struct symbol *symbol)
{
	const struct bound *start = &layout->bounds[BOUND_TEMPLATE_START];
	const struct bound *end = &layout->bounds[BOUND_TEMPLATE_END];

	return start->state == BOUND_DEFINED && end->state == BOUND_DEFINED &&
	       symbol->value >= start->symbol.value && symbol->value < end->symbol.value;
}

/* An object without a size at the range's start may as well end what stands before it. */
static bool in_range(const struct layout *layout, const struct symbol *symbol)
{
	return symbol_is_data(symbol) && symbol->size && layout_in_range(layout, symbol);
}

/* A symbol range has no section of its own: its variables take a second pass over the table. */
static bool collect_range(
	struct layout *layout, struct symbol_list *list, struct arena *arena, struct error *error)
{
	for (size_t i = 1; i < layout->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(layout->image, i, &symbol, error))
			return false;
		if (!layout_has_section(layout, symbol.section) || !in_range(layout, &symbol))
			continue;
		if (!symbol_list_add(list, &symbol, arena, error))
			return false;
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

/* Where the variable ends; one that wraps ends at the top. */
static uint64_t end_of(const struct variable *v)
{
	return v->symbol.size > UINT64_MAX - v->symbol.value ? UINT64_MAX
							     : v->symbol.value + v->symbol.size;
}

/* Follows the links of those before, each of which skips what ends no later: all in one pass. */
static uint32_t outer_of(const struct variable *variables, size_t index, bool object)
{
	const struct variable *v = &variables[index];
	size_t outer = index;

	while (outer && end_of(&variables[outer - 1]) <= end_of(v))
		outer = variables[outer - 1].outer;
	if (outer && object && variables[outer - 1].symbol.section != v->symbol.section)
		outer = 0;
	return (uint32_t)outer;
}

/* Skips as long as those of the two outer ones together: from there on twice as far. */
static void set_skip(struct variable *variables, size_t index)
{
	struct variable *v = &variables[index];
	const struct variable *outer = v->outer ? &variables[v->outer - 1] : NULL;
	const struct variable *far = outer && outer->skip ? &variables[outer->skip - 1] : NULL;
	const uint32_t far_depth = far ? far->depth : 0, end = far ? far->skip : 0;
	const uint32_t end_depth = end ? variables[end - 1].depth : 0;

	v->depth = outer ? outer->depth + 1 : 1;
	v->skip = v->outer;
	if (far && outer->depth - far_depth == far_depth - end_depth)
		v->skip = end;
}

static void sort(struct layout *layout, struct variable *variables, size_t count)
{
	const bool object = layout->image->kind == IMAGE_OBJECT;

	qsort(variables, count, sizeof(*variables),
		object ? compare_object_variables : compare_variables);
	for (size_t i = 0; i < count; i++) {
		variables[i].outer = outer_of(variables, i, object);
		set_skip(variables, i);
	}
	layout->variables = variables;
	layout->variable_count = count;
}

static bool collect_strays(struct layout *layout, const struct symbol_scan *scan,
	struct arena *arena, struct error *error)
{
	const char *prefix = layout->profile->variable_prefix;
	struct symbol *strays;
	size_t count = 0;

	if (!prefix || !scan->strays.count)
		return true;
	strays = ARENA_ARRAY(arena, struct symbol, scan->strays.count);
	if (!strays)
		return error_memory(error);
	for (size_t i = 0; i < scan->strays.count; i++) {
		struct symbol *symbol = &strays[count];

		if (!image_symbol(layout->image, scan->strays.indices[i], symbol, error))
			return false;
		if (name_has_prefix(symbol->name, prefix) &&
			!layout_is_bound(layout, symbol->name) &&
			!(layout->profile->symbol_range && in_range(layout, symbol)))
			count++;
	}
	layout->strays = strays;
	layout->stray_count = count;
	return true;
}

bool layout_collect(struct layout *layout, const struct symbol_scan *scan, struct arena *arena,
	struct error *error)
{
	const bool range = layout->profile->symbol_range && layout->image->kind != IMAGE_OBJECT;
	const size_t section_count = range ? 0 : layout->section_count;
	struct gathered gathered = {0};
	struct symbol_list list = {0};
	size_t total;

	if (range && !collect_range(layout, &list, arena, error))
		return false;
	total = list.count;
	for (size_t i = 0; i < section_count; i++)
		total += scan->lists[scan->list_of[layout->sections[i]] - 1].count;
	gathered.variables = ARENA_ARRAY(arena, struct variable, total + 1);
	if (!gathered.variables)
		return error_memory(error);
	if (!gather(layout, &list, &gathered, arena, error))
		return false;
	for (size_t i = 0; i < section_count; i++)
		if (!gather(layout, &scan->lists[scan->list_of[layout->sections[i]] - 1], &gathered,
			    arena, error))
			return false;
	sort(layout, gathered.variables, gathered.count);
	return collect_strays(layout, scan, arena, error);
}

static bool starts_behind(const struct layout *layout, const struct variable *variable,
	uint32_t section, uint64_t address)
{
	if (layout->image->kind == IMAGE_OBJECT && variable->symbol.section != section)
		return variable->symbol.section > section;
	return variable->symbol.value > address;
}

static bool covers(const struct variable *v, uint64_t address)
{
	return address - v->symbol.value < v->symbol.size;
}

/* Each ends behind those that it is around. */
const struct variable *layout_variable_around(
	const struct layout *layout, const struct variable *inner, uint64_t address)
{
	const struct variable *all = layout->variables, *v = inner;

	while (!covers(v, address)) {
		const uint32_t next =
			v->skip && !covers(&all[v->skip - 1], address) ? v->skip : v->outer;

		if (!next)
			return NULL;
		v = &all[next - 1];
	}
	return v;
}

const struct variable *layout_variable_at(
	const struct layout *layout, uint32_t section, uint64_t address, uint64_t *offset)
{
	const struct variable *last, *found;
	size_t low = 0, high = layout->variable_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (starts_behind(layout, &layout->variables[middle], section, address))
			high = middle;
		else
			low = middle + 1;
	}
	*offset = 0;
	last = low ? &layout->variables[low - 1] : NULL;
	if (!last || (layout->image->kind == IMAGE_OBJECT && last->symbol.section != section))
		return NULL;
	/* What ends before the one at hand does not reach the address either. */
	found = layout_variable_around(layout, last, address);
	if (found)
		*offset = address - found->symbol.value;
	else if (last->symbol.value == address)
		found = last; /* of size 0 */
	return found;
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
