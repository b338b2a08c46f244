/*
 * The summary of `percpu-tool access`: how often each variable, or each function, is met, and by
 * whom. The JSON form is percpu-tool/access-summary/1.
 */
#ifndef PERCPU_OUT_ACCESS_SUMMARY_H
#define PERCPU_OUT_ACCESS_SUMMARY_H

#include "lib/out/access_list.h"

enum access_summary { SUMMARY_NONE, SUMMARY_VARIABLES, SUMMARY_FUNCTIONS };

/* NULL-ended names, in the order of the enum from 1 on. */
extern const char *const access_summary_choices[];

/* What the listing of a summary has to be begun with. */
const struct access_shape *access_summary_shape(enum access_summary summary);

/* One access: of what it is counted, and the other side of it. */
struct summary_entry {
	const char *name;  /* NULL: of none that is known */
	const char *other; /* likewise */
	unsigned kind;	   /* 0 to 3: read, write, read-modify-write, address */
};

/* Sorts the entries, counts them and writes a file's lines or its JSON object. */
void access_summary_write(struct access_listing *listing, enum access_summary summary,
	struct summary_entry *entries, size_t count);

#endif
