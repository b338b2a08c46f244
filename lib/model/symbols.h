/* One pass over the symbol table, for everything that detection needs from it. */
#ifndef PERCPU_MODEL_SYMBOLS_H
#define PERCPU_MODEL_SYMBOLS_H

#include "lib/model/layout.h"

/* Symbols that may be variables, by their index in the table: there may be very many. */
struct symbol_list {
	uint32_t *indices;
	size_t count;
	size_t room;
};

/* A name that a profile asks for, and the best symbol that has it. */
struct wanted {
	const char *name;
	struct bound found;
};

enum { WANTED_MAX = 96, PREFIXES_MAX = 16 };

struct symbol_scan {
	struct wanted wanted[WANTED_MAX];
	size_t wanted_count;
	struct symbol_filter filter;	    /* by it most symbols are passed over unread */
	const char *prefixes[PREFIXES_MAX]; /* what names of variables begin with, in any profile */
	size_t prefix_count;

	const uint32_t *list_of; /* per section: 1 + index in lists, 0 when it is not followed */
	struct symbol_list *lists;
	struct symbol_list inside; /* all symbols of followed sections, data or not */
	struct symbol_list strays; /* variables by name that stand in no followed section */
};

/* Adds a name to look for; adding it twice is fine. False when the table is full. */
bool scan_want(struct symbol_scan *scan, const char *name);

/* The same for a prefix of variables' names, by which strays are known. */
bool scan_want_prefix(struct symbol_scan *scan, const char *prefix);

/* Reads the whole table once. False with *error set. */
bool scan_run(struct symbol_scan *scan, const struct image *image, struct arena *arena,
	struct error *error);

/* Adds a symbol to a list. False with *error set when memory runs out. */
bool symbol_list_add(struct symbol_list *list, const struct symbol *symbol, struct arena *arena,
	struct error *error);

/* What was found under a wanted name; missing for NULL and for names never wanted. */
struct bound scan_found(const struct symbol_scan *scan, const char *name);

/* May this symbol be a variable: an object, a thread-local one by mistake, or sized data? */
bool symbol_is_data(const struct symbol *symbol);

#endif
