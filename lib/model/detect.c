/* Which layouts a file holds: sections claimed by profiles, told apart by symbols. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/names.h"
#include "lib/model/note.h"
#include "lib/model/private.h"

struct finder {
	const struct image *image;
	const struct layout_options *options;
	struct arena *arena;
	struct error *error;
	struct symbol_scan *scan;
	bool *claimed; /* per section */
	struct layout_list *list;
	size_t room;
};

/* A letter or digit goes on with a word: `shelpcpu` is not about `pcpu`. */
static bool continues_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Where -fdata-sections puts the variable that the name goes on with: `.bss.percpu_off`. */
static bool is_of_variable(const char *name)
{
	static const char *const starts[] = {".bss.", ".data.", ".rodata.", ".sbss.", ".sdata.",
		".srodata.", ".tbss.", ".tdata.", ".ldata.", ".lbss.", ".lrodata."};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static bool ends_word(char c, bool whole)
{
	return c == '\0' || c == '.' || (!whole && !continues_word(c));
}

/* `whole`: between full stops. */
static bool has_word(const char *name, const char *word, bool whole)
{
	for (const char *p = name; (p = strstr(p, word)) != NULL; p++)
		if ((p == name || ends_word(p[-1], whole)) && ends_word(p[strlen(word)], whole))
			return true;
	return false;
}

bool name_says_percpu(const char *name)
{
	static const char *const words[] = {"percpu", "per_cpu", "cpu_local", "pcpu", "pcpuvar"};
	static const char *const others[] = {".debug", ".rel", ".note"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has_word(name, words[i], is_of_variable(name)))
			return true;
	return false;
}

/* Would the profile take this section, by its name alone? */
static bool section_fits(
	const struct image *image, const struct profile *profile, const struct section *section)
{
	if (section->type == SHT_RELA || section->type == SHT_REL || section->type == SHT_NULL)
		return false;
	if (image->kind == IMAGE_OBJECT)
		return profile_has_input(profile, section->name);
	return !profile->symbol_range && profile_has_section(profile, section->name);
}

/* Sections whose symbols are worth keeping: every profile's, and whatever looks like per-CPU data.
 */
static bool is_followed(const struct finder *finder, const struct section *section)
{
	const struct profile *profile;

	if (finder->options->profile &&
		section_fits(finder->image, finder->options->profile, section))
		return true;
	for (size_t i = 0; (profile = profile_at(i)) != NULL; i++)
		if (section_fits(finder->image, profile, section))
			return true;
	return false;
}

static bool follow_sections(struct finder *finder)
{
	const struct image *image = finder->image;
	uint32_t *list_of = ARENA_ARRAY(finder->arena, uint32_t, image->section_count + 1);
	uint32_t followed = 0;

	finder->claimed = ARENA_ARRAY(finder->arena, bool, image->section_count + 1);
	if (!list_of || !finder->claimed)
		return error_memory(finder->error);
	for (size_t i = 1; i < image->section_count; i++)
		if (is_followed(finder, &image->sections[i]))
			list_of[i] = ++followed;
	finder->scan->list_of = list_of;
	finder->scan->lists = ARENA_ARRAY(finder->arena, struct symbol_list, followed + 1);
	return finder->scan->lists || error_memory(finder->error);
}

static bool want_names(struct symbol_scan *scan, const struct profile *profile)
{
	bool room = scan_want_prefix(scan, profile->variable_prefix);

	for (size_t i = 0; i < BOUND_COUNT; i++)
		room = scan_want(scan, profile->bounds[i].name) && room;
	for (size_t i = 0; i < PROFILE_EVIDENCE; i++)
		room = scan_want(scan, profile->evidence[i]) && room;
	return room;
}

static bool scan_symbols(struct finder *finder)
{
	const struct profile *profile;
	bool room = true;

	for (size_t i = 0; (profile = profile_at(i)) != NULL; i++)
		room = want_names(finder->scan, profile) && room;
	if (finder->options->profile)
		room = want_names(finder->scan, finder->options->profile) && room;
	if (!room)
		return error_set(finder->error, ERROR_MEMORY,
			"internal: the profiles want more than %d symbols", WANTED_MAX);
	return scan_run(finder->scan, finder->image, finder->arena, finder->error);
}

/* Does a variable in the section bear the profile's prefix? What tells objects apart. */
static bool has_prefixed_variable(
	const struct finder *finder, const struct profile *profile, uint32_t section)
{
	uint32_t index = finder->scan->list_of[section];
	const struct symbol_list *list;
	struct symbol symbol;

	if (!index || !profile->variable_prefix)
		return false;
	list = &finder->scan->lists[index - 1];
	for (size_t i = 0; i < list->count; i++)
		if (image_symbol(finder->image, list->indices[i], &symbol, finder->error) &&
			name_has_prefix(symbol.name, profile->variable_prefix))
			return true;
	return false;
}

/* The evidence symbol that is there (defined, when `defined`), or NULL. */
static const char *evidence_found(
	const struct finder *finder, const struct profile *profile, bool defined)
{
	for (size_t i = 0; i < PROFILE_EVIDENCE && profile->evidence[i]; i++) {
		enum bound_state state = scan_found(finder->scan, profile->evidence[i]).state;

		if (state == BOUND_DEFINED || (!defined && state == BOUND_UNDEFINED))
			return profile->evidence[i];
	}
	return NULL;
}

static bool both_ends_defined(const struct finder *finder, const struct profile *profile)
{
	return scan_found(finder->scan, profile->bounds[BOUND_TEMPLATE_START].name).state ==
		       BOUND_DEFINED &&
	       scan_found(finder->scan, profile->bounds[BOUND_TEMPLATE_END].name).state ==
		       BOUND_DEFINED;
}

static bool sections_of(struct finder *finder, const struct profile *profile, struct layout *layout)
{
	const struct image *image = finder->image;
	uint32_t *sections = NULL;
	size_t count = 0, room = 0, named = 0;

	for (size_t i = 1; i < image->section_count; i++) {
		if (finder->claimed[i] || !section_fits(image, profile, &image->sections[i]))
			continue;
		if (!ARENA_GROW(finder->arena, sections, count, room))
			return error_memory(finder->error);
		if (strcmp(image->sections[i].name, profile->sections[0]) == 0 && !named)
			named = count + 1;
		sections[count++] = (uint32_t)i;
	}
	/* The layout is named after the profile's own section, wherever it stands among them. */
	if (named > 1) {
		uint32_t first = sections[named - 1];

		memmove(sections + 1, sections, (named - 1) * sizeof(*sections));
		sections[0] = first;
	}
	layout->sections = sections;
	layout->section_count = count;
	return true;
}

/* The section that a symbol range lies in (Xen). */
static bool range_section(
	struct finder *finder, const struct profile *profile, struct layout *layout)
{
	struct bound start = scan_found(finder->scan, profile->bounds[BOUND_TEMPLATE_START].name);
	uint32_t *sections;

	if (start.state != BOUND_DEFINED || start.symbol.section >= finder->image->section_count)
		return true;
	sections = ARENA_ARRAY(finder->arena, uint32_t, 1);
	if (!sections)
		return error_memory(finder->error);
	sections[0] = start.symbol.section;
	layout->sections = sections;
	layout->section_count = 1;
	return true;
}

/* Why the profile is this one, in words; NULL when it is not. Fills the layout's sections. */
static const char *recognise(
	struct finder *finder, const struct profile *profile, struct layout *layout)
{
	const bool forced = finder->options->profile == profile;
	const char *symbol;

	if (!sections_of(finder, profile, layout))
		return NULL;
	if (forced && layout->section_count)
		return "option";
	if (layout->section_count) {
		if (!profile->evidence[0])
			return "section name";
		if ((symbol = evidence_found(finder, profile, false)) != NULL)
			return arena_printf(finder->arena, "symbol %s", symbol);
		for (size_t i = 0; i < layout->section_count; i++)
			if (has_prefixed_variable(finder, profile, layout->sections[i]))
				return arena_printf(
					finder->arena, "symbols %s*", profile->variable_prefix);
		if (finder->image->kind == IMAGE_OBJECT &&
			!profile_has_input(&profile_generic, profile->inputs[0]))
			return "section name";
		return NULL;
	}
	if (finder->image->kind == IMAGE_OBJECT)
		return NULL;
	/* No section: defined boundary symbols alone speak of a layout that lost it. */
	symbol = evidence_found(finder, profile, true);
	if (profile->evidence[0] ? !symbol : !both_ends_defined(finder, profile))
		return NULL;
	if (profile->symbol_range)
		return range_section(finder, profile, layout) ? "symbol range" : NULL;
	if (profile->bounds[BOUND_TEMPLATE_START].need != BOUND_EXPECTED && !forced)
		return NULL;
	return arena_printf(finder->arena, "symbol %s",
		symbol ? symbol : profile->bounds[BOUND_TEMPLATE_START].name);
}

static void claim_companions(struct finder *finder, const struct profile *profile)
{
	const struct image *image = finder->image;

	for (size_t i = 1; profile->companions[0] && i < image->section_count; i++)
		if (profile_has_companion(profile, image->sections[i].name))
			finder->claimed[i] = true;
}

static bool add_layout(struct finder *finder, struct layout *layout)
{
	struct layout_list *list = finder->list;

	layout->note = layout->profile->takes_note ? list->note : NULL;
	if (!layout_bind(layout, finder->scan, finder->arena, finder->error))
		return false;
	if (!ARENA_GROW(finder->arena, list->layouts, list->count, finder->room))
		return error_memory(finder->error);
	list->layouts[list->count++] = *layout;
	return true;
}

static bool try_profile(struct finder *finder, const struct profile *profile)
{
	struct layout layout = {.image = finder->image, .profile = profile};

	layout.profile_source = recognise(finder, profile, &layout);
	if (finder->error->kind != ERROR_NONE)
		return false;
	if (!layout.profile_source)
		return true;
	for (size_t i = 0; i < layout.section_count; i++)
		finder->claimed[layout.sections[i]] = true;
	claim_companions(finder, profile);
	return add_layout(finder, &layout);
}

static bool has_stray(const struct finder *finder, const struct profile *profile)
{
	const struct symbol_list *strays = &finder->scan->strays;
	struct symbol symbol;

	for (size_t i = 0; profile->variable_prefix && i < strays->count; i++)
		if (image_symbol(finder->image, strays->indices[i], &symbol, finder->error) &&
			name_has_prefix(symbol.name, profile->variable_prefix))
			return true;
	return false;
}

/*
 * No section and no boundary symbols, but variables that bear a profile's prefix: whether they are
 * per-CPU, or plain globals of a build for one CPU, the code that reaches them says.
 */
static bool try_strays(struct finder *finder)
{
	const struct profile *profile;

	if (finder->image->kind != IMAGE_RELOCS || finder->list->count || finder->options->profile)
		return true;
	for (size_t i = 0; (profile = profile_at(i)) != NULL; i++) {
		struct layout layout = {
			.image = finder->image, .profile = profile, .tentative = true};

		if (!has_stray(finder, profile))
			continue;
		layout.profile_source = arena_printf(finder->arena, "accesses through %s to %s*",
			finder->image->arch->base_register, profile->variable_prefix);
		if (!layout.profile_source)
			return error_memory(finder->error);
		return add_layout(finder, &layout);
	}
	return true;
}

static bool is_reached(const struct layout *layout)
{
	for (size_t i = 0; i < layout->references.count; i++)
		if (reference_is_access(layout->image, &layout->references.items[i]))
			return true;
	return false;
}

static void drop_unreached(struct layout_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!list->layouts[i].tentative || is_reached(&list->layouts[i]))
			list->layouts[kept++] = list->layouts[i];
	list->count = kept;
}

/* Beside any system's template: a stripped file does not say whose it is. */
static bool is_companion(const char *name)
{
	const struct profile *profile;

	for (size_t i = 0; (profile = profile_at(i)) != NULL; i++)
		if (profile_has_companion(profile, name))
			return true;
	return false;
}

static bool find_orphans(struct finder *finder)
{
	const struct image *image = finder->image;
	uint32_t *orphans = NULL;
	size_t count = 0, room = 0;

	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		/* A table of constructors or code is nobody's data, whatever its name says. */
		if (finder->claimed[i] || !(s->flags & SHF_ALLOC) || !(s->flags & SHF_WRITE) ||
			(s->flags & SHF_EXECINSTR) || !s->size || !name_says_percpu(s->name) ||
			is_companion(s->name))
			continue;
		if (!ARENA_GROW(finder->arena, orphans, count, room))
			return error_memory(finder->error);
		orphans[count++] = (uint32_t)i;
	}
	finder->list->orphans = orphans;
	finder->list->orphan_count = count;
	return true;
}

static bool read_note(struct finder *finder)
{
	struct abi_note *note = ARENA_NEW(finder->arena, struct abi_note);

	if (!note)
		return error_memory(finder->error);
	if (!note_read(finder->image, finder->arena, note, finder->error))
		return false;
	finder->list->note = note_present(note) ? note : NULL;
	return true;
}

/* Notes of per-CPU code in a linked file that has nothing else of it: the section is lost, or was
 * never needed. */
static bool find_noted(struct finder *finder)
{
	struct layout layout = {
		.image = finder->image,
		.profile = profile_by_name("crate"),
		.profile_source = "ABI note",
	};
	const struct maybe mode = note_agreed(finder->list->note, NOTE_MODE);
	struct layout_list *list = finder->list;

	if (list->count || list->orphan_count || finder->options->profile ||
		finder->image->kind == IMAGE_OBJECT || !finder->image->section_count ||
		!mode.known || mode.value != PERCPU_NOTE_MODE_PERCPU)
		return true;
	return add_layout(finder, &layout) &&
	       layout_derive(&list->layouts[0], finder->scan, finder->options, finder->arena,
		       finder->error);
}

static bool try_profiles(struct finder *finder)
{
	const struct profile *profile;

	if (finder->options->profile)
		return try_profile(finder, finder->options->profile);
	for (size_t i = 0; (profile = profile_at(i)) != NULL; i++)
		if (!try_profile(finder, profile))
			return false;
	return true;
}

/* What relocations say is asked once, for all layouts, and tells the model. */
static bool find_with_references(struct finder *finder, struct crew *crew)
{
	return follow_sections(finder) && scan_symbols(finder) && read_note(finder) &&
	       try_profiles(finder) && try_strays(finder) &&
	       layouts_refer(finder->image, finder->list, finder->scan, crew, finder->arena,
		       finder->error);
}

bool layouts_find(const struct image *image, const struct layout_options *options,
	struct arena *arena, struct layout_list *list, struct error *error)
{
	struct finder finder = {
		.image = image,
		.options = options,
		.arena = arena,
		.error = error,
		.scan = ARENA_NEW(arena, struct symbol_scan),
		.list = list,
	};
	struct crew *crew;
	bool ok;

	*list = (struct layout_list){0};
	if (!finder.scan)
		return error_memory(error);
	crew = layouts_refer_begin(image, options->threads);
	ok = find_with_references(&finder, crew);
	crew_end(crew);
	if (!ok)
		return false;
	drop_unreached(list);
	for (size_t i = 0; i < list->count; i++)
		if (!layout_derive(&list->layouts[i], finder.scan, options, arena, error))
			return false;
	return find_orphans(&finder) && find_noted(&finder);
}
