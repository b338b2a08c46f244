#include "cmd/access_filter.h"

#include <stdio.h>
#include <string.h>

#include "lib/model/names.h"
#include "lib/out/terminal.h"

/* Names that are longer are no slips of the hand that anyone has to be told. */
enum { NEAR_MAX = sizeof(((struct wanted_name *)0)->near) - 1 };

/* How many letters to write, leave out or change make `b` of `a`, both at most NEAR_MAX long. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[NEAR_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			const size_t above = row[j];
			size_t least = diagonal + (a[i - 1] != b[j - 1]);

			if (above + 1 < least)
				least = above + 1;
			if (row[j - 1] + 1 < least)
				least = row[j - 1] + 1;
			row[j] = least;
			diagonal = above;
		}
	}
	return row[b_length];
}

/* A third of the letters may be others, but no more than three. */
static size_t slips(size_t length)
{
	return length < 9 ? length / 3 : 3;
}

/* Remembers `name` where it is nearer to what is wanted than what was found so far. */
static void consider(struct wanted_name *wanted, const char *name)
{
	const size_t length = strlen(wanted->text), other = strnlen(name, NEAR_MAX + 1);
	const size_t most = slips(length);
	const size_t apart = other > length ? other - length : length - other;
	size_t now;

	if (length > NEAR_MAX || !other || other > NEAR_MAX || apart > most)
		return;
	now = distance(wanted->text, length, name, other);
	if (now > most || (wanted->near[0] && now >= distance(wanted->text, length, wanted->near,
							     strlen(wanted->near))))
		return;
	memcpy(wanted->near, name, other + 1);
}

/* As it is shown, as the symbol is, and as that is without its mangling. */
static bool is_called(const struct variable *v, const char *text, struct arena *arena, bool *called)
{
	const char *plain;

	*called = strcmp(v->name, text) == 0 || strcmp(v->symbol.name, text) == 0;
	if (*called)
		return true;
	plain = variable_name(arena, v->symbol.name, NULL);
	*called = plain && strcmp(plain, text) == 0;
	return plain;
}

static bool find_variables(struct access_wish *wish, const struct layout *layout,
	struct arena *arena, struct access_filter *filter, size_t *room)
{
	for (size_t i = 0; i < layout->variable_count; i++)
		for (size_t k = 0; k < wish->name_count; k++) {
			struct wanted_name *wanted = &wish->names[k];
			const struct variable *v = &layout->variables[i];
			bool called;

			if (wanted->function)
				continue;
			if (!is_called(v, wanted->text, arena, &called))
				return false;
			if (!called) {
				consider(wanted, v->name);
				continue;
			}
			wanted->found = true;
			if (!ARENA_GROW(arena, filter->variables, filter->variable_count, *room))
				return false;
			filter->variables[filter->variable_count++] = v;
		}
	return true;
}

/* Several symbols may stand at one place, of which accesses are listed by one. */
static bool find_function(struct access_wish *wish, const struct image *image,
	const struct symbol *symbol, struct arena *arena, struct access_filter *filter,
	size_t *room)
{
	const char *name;

	if (symbol->section >= image->section_count || !symbol->name[0] ||
		!(image->sections[symbol->section].flags & SHF_EXECINSTR))
		return true;
	name = name_shown(arena, symbol->name);
	for (size_t k = 0; name && k < wish->name_count; k++) {
		struct wanted_name *wanted = &wish->names[k];

		if (!wanted->function)
			continue;
		if (strcmp(wanted->text, name) != 0) {
			if (!wanted->found)
				consider(wanted, name);
			continue;
		}
		wanted->found = true;
		if (!ARENA_GROW(arena, filter->functions, filter->function_count, *room))
			return false;
		filter->functions[filter->function_count++] =
			(struct wanted_place){symbol->section, symbol->value};
	}
	return name;
}

bool access_filter_make(struct access_wish *wish, const struct image *image,
	const struct layout_list *list, struct arena *arena, struct access_filter *filter,
	struct error *error)
{
	const bool functions = wish->variable_count < wish->name_count;
	size_t variables_room = 0, functions_room = 0;

	*filter = (struct access_filter){.wish = wish};
	wish->any_read = true;
	wish->any_symbols = wish->any_symbols || image->symbol_count > 0;
	wish->any_layouts = wish->any_layouts || list->count;
	for (size_t i = 0; wish->variable_count && i < list->count; i++)
		if (!find_variables(wish, &list->layouts[i], arena, filter, &variables_room))
			return error_memory(error);
	for (size_t i = 1; functions && i < image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(image, i, &symbol, error))
			return false;
		if (!find_function(wish, image, &symbol, arena, filter, &functions_room))
			return error_memory(error);
	}
	return true;
}

/* The same bytes by another name are the same variable. */
static bool has_variable(const struct access_filter *filter, const struct variable *v)
{
	for (size_t i = 0; v && i < filter->variable_count; i++) {
		const struct symbol *named = &filter->variables[i]->symbol;

		if (named->section == v->symbol.section && named->value == v->symbol.value &&
			named->size == v->symbol.size)
			return true;
	}
	return false;
}

static bool has_function(
	const struct access_filter *filter, uint32_t section, const uint64_t *start)
{
	for (size_t i = 0; start && i < filter->function_count; i++)
		if (filter->functions[i].section == section &&
			filter->functions[i].address == *start)
			return true;
	return false;
}

bool access_filter_has(
	const struct access_filter *filter, const struct access *access, const uint64_t *function)
{
	const struct access_wish *wish = filter->wish;

	return (!wish->kinds || wish->kinds >> access->kind & 1) &&
	       (!wish->variable_count || has_variable(filter, access->variable)) &&
	       (wish->variable_count == wish->name_count ||
		       has_function(filter, access->section, function));
}

/* Why it has none of the name, and what to do. */
static const char *remedy(const struct access_wish *wish, const struct wanted_name *wanted)
{
	if (!wish->any_symbols)
		return " (stripped: without symbols nothing has a name; name the file with them)";
	if (wanted->function)
		return " (percpu-tool access --summary functions lists those with accesses)";
	if (!wish->any_layouts)
		return " (no per-CPU data is known; percpu-tool check says more)";
	return " (percpu-tool access --summary variables lists those that code reaches)";
}

bool access_wish_found(const struct access_wish *wish, const char *path, size_t files)
{
	bool all = true;

	for (size_t i = 0; wish->any_read && i < wish->name_count; i++) {
		const struct wanted_name *wanted = &wish->names[i];
		const char *what = wanted->function ? "function" : "per-CPU variable";

		if (wanted->found)
			continue;
		all = false;
		fflush(stdout);
		fputs("percpu-tool: ", stderr);
		if (path) {
			terminal_print(stderr, path);
			fprintf(stderr, ": no %s is named '", what);
		} else
			fprintf(stderr, "none of %zu files has a %s named '", files, what);
		terminal_print(stderr, wanted->text);
		fprintf(stderr, "'%s", remedy(wish, wanted));
		if (wanted->near[0]) {
			fputs("; did you mean '", stderr);
			terminal_print(stderr, wanted->near);
			fputs("'?", stderr);
		}
		putc('\n', stderr);
	}
	return all;
}
