#include "lib/model/functions.h"

#include <stdlib.h>

struct function {
	const char *name;
	uint64_t value;
	uint64_t size; /* bytes; 0: up to the next one */
	uint32_t section;
	bool weaker; /* local, or without a type */
	bool object;
};

struct functions {
	struct function *items;
	size_t count;
};

/* Labels of assembly have neither type nor size; `$x` and `.L` ones mark no function. */
static bool is_named(const struct image *image, const struct symbol *symbol)
{
	if (symbol->section >= image->section_count || !symbol->name[0])
		return false;
	if (symbol->type == STT_FUNC || symbol->type == STT_GNU_IFUNC || symbol->type == STT_OBJECT)
		return true;
	return symbol->type == STT_NOTYPE && symbol->name[0] != '$' && symbol->name[0] != '.' &&
	       (image->sections[symbol->section].flags & SHF_EXECINSTR);
}

static int compare(const void *left, const void *right)
{
	const struct function *a = left, *b = right;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	if (a->weaker != b->weaker)
		return a->weaker ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

/*
 * Digits of the places, from the lowest: a comparison of each two would take several times as long.
 */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

struct key {
	uint64_t place; /* section or value */
	uint32_t index;
};

/* By one digit, and in the order they were in where it is the same. */
static void sort_by_digit(const struct key *from, struct key *to, size_t count, unsigned shift)
{
	uint32_t ends[DIGITS] = {0};
	uint32_t before = 0;

	for (size_t i = 0; i < count; i++)
		ends[from[i].place >> shift & (DIGITS - 1)]++;
	for (size_t i = 0; i < DIGITS; i++) {
		before += ends[i];
		ends[i] = before;
	}
	for (size_t i = count; i-- > 0;)
		to[--ends[from[i].place >> shift & (DIGITS - 1)]] = from[i];
}

/* `room` is as large; the result is in one of the two. */
static struct key *sort_keys(struct key *keys, struct key *room, size_t count)
{
	uint64_t differ = 0;

	for (size_t i = 1; i < count; i++)
		differ |= keys[i].place ^ keys[0].place;
	for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
		struct key *sorted = room;

		if (!(differ >> shift & (DIGITS - 1)))
			continue;
		sort_by_digit(keys, sorted, count, shift);
		room = keys;
		keys = sorted;
	}
	return keys;
}

static bool at_one_place(const struct function *a, const struct function *b)
{
	return a->section == b->section && a->value == b->value;
}

/* Those of one place among themselves. */
static void sort_places(struct function *items, size_t count)
{
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count && at_one_place(&items[i], &items[next]); next++)
			;
		if (next - i > 1)
			qsort(items + i, next - i, sizeof(*items), compare);
	}
}

/* Each item to its place, round by round: there is no room for all of them twice. */
static void put_in_order(struct function *items, struct key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct function first = items[i];
		size_t at = i;

		while (keys[at].index != i) {
			const uint32_t from = keys[at].index;

			items[at] = items[from];
			keys[at].index = (uint32_t)at;
			at = from;
		}
		items[at] = first;
		keys[at].index = (uint32_t)at;
	}
}

static bool sort(struct functions *functions)
{
	const size_t count = functions->count;
	struct arena own = {0};
	struct key *keys = ARENA_ARRAY(&own, struct key, count);
	struct key *room = ARENA_ARRAY(&own, struct key, count);
	const bool ok = keys && room;

	for (size_t i = 0; ok && i < count; i++)
		keys[i] = (struct key){functions->items[i].value, (uint32_t)i};
	if (ok) {
		struct key *by_value = sort_keys(keys, room, count);

		room = by_value == keys ? room : keys;
		for (size_t i = 0; i < count; i++)
			by_value[i].place = functions->items[by_value[i].index].section;
		keys = sort_keys(by_value, room, count);
		put_in_order(functions->items, keys, count);
		sort_places(functions->items, count);
	}
	arena_release(&own);
	return ok;
}

struct functions *functions_read(
	const struct image *image, struct arena *arena, struct error *error)
{
	struct functions *functions = ARENA_NEW(arena, struct functions);
	size_t room = 0;

	for (size_t i = 1; functions && i < image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(image, i, &symbol, error))
			return NULL;
		if (!is_named(image, &symbol))
			continue;
		if (!ARENA_GROW(arena, functions->items, functions->count, room)) {
			error_memory(error);
			return NULL;
		}
		functions->items[functions->count++] = (struct function){
			.name = symbol.name,
			.value = symbol.value,
			.size = symbol.size,
			.section = symbol.section,
			.weaker = symbol.bind == STB_LOCAL || symbol.type == STT_NOTYPE,
			.object = symbol.type == STT_OBJECT,
		};
	}
	if (functions && functions->count && !sort(functions))
		functions = NULL;
	if (!functions)
		error_memory(error);
	return functions;
}

static bool starts_behind(const struct function *f, uint32_t section, uint64_t address)
{
	return f->section != section ? f->section > section : f->value > address;
}

/* How many begin at the address or before it. */
static size_t count_before(const struct functions *functions, uint32_t section, uint64_t address)
{
	size_t low = 0, high = functions->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (starts_behind(&functions->items[middle], section, address))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* What has no size reaches to the next name. */
struct function_extent functions_extent(
	const struct functions *functions, uint32_t section, uint64_t address)
{
	const size_t next = count_before(functions, section, address);
	const struct function *f = next ? &functions->items[next - 1] : NULL;
	struct function_extent extent = {.end = UINT64_MAX};

	if (next < functions->count && functions->items[next].section == section)
		extent.end = functions->items[next].value;
	if (!f || f->section != section)
		return extent;
	extent.named = !f->size || address - f->value < f->size;
	extent.object = extent.named && f->object;
	extent.start = extent.named ? f->value : f->value + f->size;
	if (extent.named && f->size && f->size < extent.end - f->value)
		extent.end = f->value + f->size;
	return extent;
}

const char *functions_at(
	const struct functions *functions, uint32_t section, uint64_t address, uint64_t *offset)
{
	const size_t low = count_before(functions, section, address);
	const struct function *f;

	if (!low)
		return NULL;
	f = &functions->items[low - 1];
	*offset = address - f->value;
	if (f->section != section || (f->size && *offset >= f->size))
		return NULL;
	return f->name;
}
