/* Which accesses `percpu-tool access` is asked for: names and kinds, each option any number of
 * times, and whether the files have what is named. */
#ifndef PERCPU_CMD_ACCESS_FILTER_H
#define PERCPU_CMD_ACCESS_FILTER_H

#include "lib/code/accesses.h"

/* A name that the command line gives. */
struct wanted_name {
	const char *text;
	bool function; /* else a variable */
	bool found;    /* a file has it */
	char near[96]; /* a name that a file has, and that is much like it; "": none */
};

/* What the command line asks for, and what the files read so far have of it. */
struct access_wish {
	struct wanted_name *names;
	size_t name_count;
	size_t variable_count; /* of the names; 0: all variables. The others are functions. */
	uint8_t kinds;	       /* a bit an enum access_kind; 0: all */
	bool any_read;	       /* a file was read, */
	bool any_symbols;      /* one that has symbols, */
	bool any_layouts;      /* and one that has per-CPU data */
};

/* Where a function stands that is named. */
struct wanted_place {
	uint32_t section;
	uint64_t address; /* as of an access */
};

/* The wish, in one file: its own variables and functions that have one of the names. */
struct access_filter {
	const struct access_wish *wish;
	const struct variable **variables;
	size_t variable_count;
	struct wanted_place *functions;
	size_t function_count;
};

/*
 * Looks the names up in a file, and notes in `wish` which it has. A variable is named as it is
 * shown, or as its symbol is, mangled or not. The filter lives in `arena`. False with *error set
 * when a symbol cannot be read or memory runs out.
 */
bool access_filter_make(struct access_wish *wish, const struct image *image,
	const struct layout_list *list, struct arena *arena, struct access_filter *filter,
	struct error *error);

/* Is it asked for? `function` is where the function starts that it is in; NULL: in none. */
bool access_filter_has(
	const struct access_filter *filter, const struct access *access, const uint64_t *function);

/*
 * A line on standard error for each name that no file has; true when there is none. `path` is the
 * file, NULL where there are several. Where no file could be read nothing is said.
 */
bool access_wish_found(const struct access_wish *wish, const char *path, size_t files);

#endif
