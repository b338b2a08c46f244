#include "lib/model/names.h"

#include <string.h>

#include <libiberty/demangle.h>

/*
 * Back references let a v0 name of n bytes stand for one of 2^n: names that are long, or could grow
 * by much, are shown as they are.
 */
enum { NAME_LIMIT = 1024, GROWTH_LIMIT = 1 << 16, BACKREF_LIMIT = 16 };

/* A path as it is printed; what does not fit is lost. */
struct path {
	char text[NAME_LIMIT];
	size_t length;
	bool complete;
};

static bool is_mangled(const char *name)
{
	return strncmp(name, "_R", 2) == 0 || strncmp(name, "_ZN", 3) == 0;
}

static bool may_demangle(const char *name)
{
	const size_t length = strnlen(name, NAME_LIMIT);
	size_t backrefs = 0;

	if (!is_mangled(name) || length == NAME_LIMIT)
		return false;
	if (name[1] == 'Z')
		return true;
	for (size_t i = 0; i < length && backrefs <= BACKREF_LIMIT; i++)
		backrefs += name[i] == 'B';
	return backrefs <= BACKREF_LIMIT && length << backrefs <= GROWTH_LIMIT;
}

static void append(const char *text, size_t length, void *context)
{
	struct path *path = context;

	path->complete = path->complete && length < sizeof(path->text) - path->length;
	/* The demangler prints identifiers that are empty, and then has no text. */
	if (!path->complete || !length)
		return;
	memcpy(path->text + path->length, text, length);
	path->length += length;
}

/* Where the last part of a path begins: behind its last "::". */
static char *last_part(char *path)
{
	char *part = path;

	for (char *p = path; (p = strstr(p, "::")) != NULL; p += 2)
		part = p + 2;
	return part;
}

static const char *without_prefix(struct arena *arena, struct path *path, const char *prefix)
{
	char *part;
	size_t length = prefix ? strlen(prefix) : 0;

	path->text[path->length] = '\0';
	part = last_part(path->text);
	if (length && strncmp(part, prefix, length) == 0 && part[length])
		memmove(part, part + length, strlen(part + length) + 1);
	return arena_strndup(arena, path->text, strlen(path->text));
}

const char *name_shown(struct arena *arena, const char *name)
{
	if (strnlen(name, NAME_LIMIT) < NAME_LIMIT)
		return name;
	return arena_printf(arena, "%.*s...", NAME_LIMIT - 1, name);
}

const char *variable_name(struct arena *arena, const char *name, const char *prefix)
{
	struct path path = {.complete = true};

	if (may_demangle(name) && rust_demangle_callback(name, 0, append, &path) && path.complete)
		return without_prefix(arena, &path, prefix);
	if (prefix && strncmp(name, prefix, strlen(prefix)) == 0 && name[strlen(prefix)])
		name += strlen(prefix);
	return name;
}

/* Of C++: variables of a file, of templates and in functions; not what is made of them, as _ZGV. */
static bool is_cpp_variable(const char *name)
{
	return name[0] == '_' && name[1] == 'Z' &&
	       (name[2] == 'L' || name[2] == 'Z' || (name[2] >= '0' && name[2] <= '9'));
}

bool name_has_prefix(const char *name, const char *prefix)
{
	const char *found;

	/* Asked for every symbol of the file: most are told apart by their first character. */
	if (name[0] != prefix[0] && name[0] != '_')
		return false;
	if (strncmp(name, prefix, strlen(prefix)) == 0)
		return true;
	if (!is_mangled(name) && !is_cpp_variable(name))
		return false;
	/* In both manglings an identifier follows its length: `14__PERCPU_COUNT`, `14___PERCPU_`
	 * where v0 puts an underscore before an identifier that begins with one. */
	found = memmem(name, strnlen(name, NAME_LIMIT), prefix, strlen(prefix));
	return found && found > name &&
	       ((found[-1] >= '0' && found[-1] <= '9') ||
		       (found[-1] == '_' && found - 1 > name && found[-2] >= '0' &&
			       found[-2] <= '9'));
}
