#include "lib/model/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "lib/model/symbols.h"

/* What gathering needs at hand. */
struct gatherer {
	struct inputs *inputs;
	const struct profile *own;
	struct arena *arena;
	struct error *error;
	size_t symbol_room;
};

static bool is_percpu_input(const struct profile *own, const struct section *section)
{
	const struct profile *profile;

	if (section->type == SHT_RELA || section->type == SHT_NULL)
		return false;
	if (own && profile_has_input(own, section->name))
		return true;
	for (size_t i = 0; (profile = profile_at(i)) != NULL; i++)
		if (profile_has_input(profile, section->name))
			return true;
	return false;
}

/* Looks at no more than *budget bytes, and takes them off it. */
static bool has_nonzero_byte(
	const struct image *object, const struct section *section, uint64_t *budget)
{
	struct span bytes = image_section_bytes(object, section->index);

	if (bytes.size > *budget)
		bytes.size = (size_t)*budget;
	*budget -= bytes.size;
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i])
			return true;
	return false;
}

/* Fills positions: per section of the object 1 + its index in inputs->sections, or 0. */
static void gather_sections(struct gatherer *g, const struct image *object, size_t *positions)
{
	struct inputs *inputs = g->inputs;
	/* Sections share no bytes of a file, unless it is damaged: together they are no more than
	 * it. */
	uint64_t budget = object->file_size;

	for (size_t i = 1; i < object->section_count; i++) {
		const struct section *section = &object->sections[i];

		if (!is_percpu_input(g->own, section))
			continue;
		inputs->sections[inputs->section_count++] = (struct input_section){
			.object = object,
			.section = section,
			.initialised = has_nonzero_byte(object, section, &budget),
		};
		positions[i] = inputs->section_count;
	}
	for (size_t i = 1; i < object->section_count; i++) {
		const struct section *rela = &object->sections[i];

		if (rela->type == SHT_RELA && rela->size && rela->info < object->section_count &&
			positions[rela->info])
			inputs->sections[positions[rela->info] - 1].initialised = true;
	}
}

static bool gather_symbols(struct gatherer *g, const struct image *object, const size_t *positions)
{
	struct inputs *inputs = g->inputs;
	const char *file = NULL;

	for (size_t i = 1; i < object->symbol_count; i++) {
		struct input_section *section;
		struct symbol symbol;

		if (!image_symbol(object, i, &symbol, g->error))
			return false;
		if (symbol.type == STT_FILE)
			file = symbol.name;
		if (symbol.section >= object->section_count || !positions[symbol.section] ||
			!symbol_is_data(&symbol))
			continue;
		section = &inputs->sections[positions[symbol.section] - 1];
		if (!ARENA_GROW(g->arena, inputs->symbols, inputs->symbol_count, g->symbol_room))
			return error_memory(g->error);
		inputs->symbols[inputs->symbol_count++] =
			(struct input_symbol){.section = section, .symbol = symbol, .file = file};
		section->only_symbol = section->symbol_count++ == 0 ? symbol.name : NULL;
	}
	return true;
}

static bool gather(struct gatherer *g, const struct image *object)
{
	size_t *positions = calloc(object->section_count + 1, sizeof(*positions));
	bool fine;

	if (!positions)
		return error_memory(g->error);
	gather_sections(g, object, positions);
	fine = gather_symbols(g, object, positions);
	free(positions);
	return fine;
}

/* Symbols point at sections, which therefore must not move: room for all of them first. */
static bool make_room(struct gatherer *g)
{
	size_t total = 0;

	for (size_t i = 0; i < g->inputs->image_count; i++) {
		const struct image *object = g->inputs->images[i];

		for (size_t j = 1; j < object->section_count; j++)
			total += is_percpu_input(g->own, &object->sections[j]);
	}
	g->inputs->sections = ARENA_ARRAY(g->arena, struct input_section, total + 1);
	return g->inputs->sections || error_memory(g->error);
}

static int compare_symbols(const void *left, const void *right)
{
	const struct input_symbol *a = left, *b = right;
	int order = strcmp(a->symbol.name, b->symbol.name);

	if (order)
		return order;
	return a->section < b->section ? -1 : a->section > b->section;
}

/* In an archive other members than objects are no inputs of ours: they are passed over. */
static bool keep(struct gatherer *g, struct image *image, const char **failed)
{
	struct inputs *inputs = g->inputs;

	if (!ARENA_GROW(g->arena, inputs->images, inputs->image_count, inputs->image_room)) {
		image_close(image);
		return error_memory(g->error);
	}
	inputs->images[inputs->image_count++] = image;
	if (image->kind == IMAGE_OBJECT)
		return true;
	*failed = image->label;
	return error_set(g->error, ERROR_INPUT,
		"is %s, not a relocatable object; --objects takes the inputs of the link",
		image_type_name(image->type));
}

static bool open_source(struct gatherer *g, const char *path, const char **failed)
{
	struct inputs *inputs = g->inputs;
	struct source *source = source_open(path, g->error);
	struct source_item item;
	enum source_step step;

	*failed = path;
	if (!source)
		return false;
	inputs->sources[inputs->source_count++] = source;
	while ((step = source_next(source, &item, g->error)) != SOURCE_END) {
		if (step == SOURCE_IMAGE && !keep(g, item.image, failed))
			return false;
		if (step != SOURCE_FAILED)
			continue;
		if (item.member)
			*failed = arena_printf(g->arena, "%s(%s)", path, item.member);
		return *failed ? false : error_memory(g->error);
	}
	return true;
}

static bool open_all(
	struct gatherer *g, const char *const *paths, size_t count, const char **failed)
{
	g->inputs->sources = ARENA_ARRAY(g->arena, struct source *, count + 1);
	if (!g->inputs->sources)
		return error_memory(g->error);
	for (size_t i = 0; i < count; i++)
		if (!open_source(g, paths[i], failed))
			return false;
	return true;
}

static bool gather_notes(struct gatherer *g)
{
	struct abi_note *note = ARENA_NEW(g->arena, struct abi_note);
	struct abi_note *member = ARENA_NEW(g->arena, struct abi_note);

	if (!note || !member)
		return error_memory(g->error);
	for (size_t i = 0; i < g->inputs->image_count; i++) {
		const struct image *object = g->inputs->images[i];

		if (!note_read(object, g->arena, object->member ? member : note, g->error))
			return false;
	}
	g->inputs->note = note;
	g->inputs->member_note = member;
	return true;
}

bool inputs_open(struct inputs *inputs, const char *const *paths, size_t count,
	const struct profile *own, struct arena *arena, const char **failed, struct error *error)
{
	struct gatherer g = {.inputs = inputs, .own = own, .arena = arena, .error = error};

	*inputs = (struct inputs){0};
	if (!open_all(&g, paths, count, failed) || !make_room(&g))
		return false;
	for (size_t i = 0; i < inputs->image_count; i++) {
		*failed = inputs->images[i]->label;
		if (!gather(&g, inputs->images[i]))
			return false;
	}
	*failed = "--objects";
	if (!gather_notes(&g))
		return false;
	if (inputs->symbol_count)
		qsort(inputs->symbols, inputs->symbol_count, sizeof(*inputs->symbols),
			compare_symbols);
	return true;
}

void inputs_close(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->image_count; i++)
		image_close(inputs->images[i]);
	for (size_t i = 0; i < inputs->source_count; i++)
		source_close(inputs->sources[i]);
	inputs->image_count = 0;
	inputs->source_count = 0;
}

const struct input_symbol *inputs_symbol(const struct inputs *inputs, const char *name)
{
	size_t low = 0, high = inputs->symbol_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(inputs->symbols[middle].symbol.name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < inputs->symbol_count && strcmp(inputs->symbols[low].symbol.name, name) == 0)
		return &inputs->symbols[low];
	return NULL;
}
