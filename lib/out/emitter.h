/* One interface for every output format; a new one is a file and a row in emitter.c. */
#ifndef PERCPU_OUT_EMITTER_H
#define PERCPU_OUT_EMITTER_H

#include <stdio.h>

#include "lib/out/report.h"

/*
 * Where and how to write. `state` and `later` are the emitter's own, zeroed before begin and
 * released by end; between the two it must stay where it is.
 */
struct emission {
	FILE *to;
	bool color;
	bool quiet; /* text, github: findings only, and of these from `least` on */
	enum severity least;
	const struct report_rule *rules;
	size_t rule_count;
	bool failed; /* set by the emitter when memory ran out: the output is not whole */
	size_t state;
	/* What must wait for the end, as a memory stream. */
	struct {
		FILE *to;
		char *text;
		size_t size;
	} later;
};

struct emitter {
	const char *name; /* for --format */
	void (*begin)(struct emission *emission);
	void (*file)(struct emission *emission, const struct report_file *file);
	void (*end)(struct emission *emission, const struct report_summary *summary);
};

/* NULL-ended names for --format, and the emitter of each. */
extern const char *const emitter_choices[];
const struct emitter *emitter_at(size_t index);

extern const struct emitter emitter_text;
extern const struct emitter emitter_json;
extern const struct emitter emitter_sarif;
extern const struct emitter emitter_github;

#endif
