/* Opens, checks and shows a file in memory, as the command does. */
#ifndef PERCPU_TESTS_CHECKED_H
#define PERCPU_TESTS_CHECKED_H

#include <stdio.h>
#include <string.h>

#include "lib/check/check.h"
#include "lib/out/emitter.h"

struct checked {
	struct arena arena;
	struct error error;
	struct image *image; /* NULL with error set when it was refused */
	struct report_file file;
};

/* True when it could be checked to the end. checked_release() is due in either case. */
static inline bool checked_run_with(struct checked *c, struct span bytes,
	const struct inputs *inputs, const struct check_options *options)
{
	static const struct check_options defaults;

	*c = (struct checked){.arena = {0}};
	c->image = image_open_bytes("memory", bytes, &c->error);
	return c->image && check_image(c->image, inputs, options ? options : &defaults, &c->arena,
				   &c->file, &c->error);
}

static inline bool checked_run(
	struct checked *c, struct span bytes, const struct check_options *options)
{
	return checked_run_with(c, bytes, NULL, options);
}

static inline void checked_release(struct checked *c)
{
	image_close(c->image);
	arena_release(&c->arena);
}

static inline size_t checked_findings(
	const struct checked *c, const char *check, enum severity least)
{
	size_t count = 0;

	for (size_t i = 0; i < c->file.finding_count; i++)
		count += c->file.findings[i].severity >= least &&
			 (!check || strcmp(c->file.findings[i].check, check) == 0);
	return count;
}

/* Shows a file (or one with an error) in a format; false when the stream failed. */
static inline bool checked_emit(
	const struct emitter *emitter, const struct report_file *file, FILE *to)
{
	struct emission emission = {.to = to};
	struct report_summary summary = {0};

	emitter->begin(&emission);
	emitter->file(&emission, file);
	emitter->end(&emission, &summary);
	return !ferror(to);
}

#endif
