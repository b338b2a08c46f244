#include "lib/model/names.h"

#include <stdlib.h>
#include <string.h>

#include <libiberty/demangle.h>

/*
 * Back references let a v0 name of n bytes stand for one of 2^n: long names and many references are
 * shown as they are.
 */
enum { NAME_LIMIT = 1024, BACKREF_LIMIT = 24 };

static bool is_rust(const char *name)
{
	size_t backrefs = 0;

	if (strncmp(name, "_R", 2) != 0 && strncmp(name, "_ZN", 3) != 0)
		return false;
	for (const char *p = name; *p; p++)
		backrefs += *p == 'B';
	return strlen(name) <= NAME_LIMIT && (name[1] == 'Z' || backrefs <= BACKREF_LIMIT);
}

/* Where the last part of a path begins: behind its last "::". */
static char *last_part(char *path)
{
	char *part = path;

	for (char *p = path; (p = strstr(p, "::")) != NULL; p += 2)
		part = p + 2;
	return part;
}

static const char *without_prefix(struct arena *arena, char *path, const char *prefix)
{
	char *part = last_part(path);
	size_t length = prefix ? strlen(prefix) : 0;

	if (length && strncmp(part, prefix, length) == 0 && part[length])
		memmove(part, part + length, strlen(part + length) + 1);
	return arena_strndup(arena, path, strlen(path));
}

const char *variable_name(struct arena *arena, const char *name, const char *prefix)
{
	const char *result;
	char *path;

	if (is_rust(name)) {
		path = rust_demangle(name, 0);
		if (path) {
			result = without_prefix(arena, path, prefix);
			free(path);
			return result;
		}
	}
	if (prefix && strncmp(name, prefix, strlen(prefix)) == 0 && name[strlen(prefix)])
		return name + strlen(prefix);
	return name;
}

bool name_has_prefix(const char *name, const char *prefix)
{
	const char *found;

	/* Asked for every symbol of the file: most are told apart by their first character. */
	if (name[0] != prefix[0] && name[0] != '_')
		return false;
	if (strncmp(name, prefix, strlen(prefix)) == 0)
		return true;
	if (strncmp(name, "_R", 2) != 0 && strncmp(name, "_ZN", 3) != 0)
		return false;
	/* In both manglings an identifier follows its length: `14__PERCPU_COUNT`, `14___PERCPU_` where
	 * v0 puts an underscore before an identifier that begins with one. */
	found = strstr(name, prefix);
	return found && found > name &&
		((found[-1] >= '0' && found[-1] <= '9') ||
			(found[-1] == '_' && found - 1 > name && found[-2] >= '0' && found[-2] <= '9'));
}
