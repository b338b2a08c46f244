/*
 * Checks: what a per-CPU layout must satisfy, and the run that asks them all. Every check is a
 * const struct; what a run finds lives in the report only.
 */
#ifndef PERCPU_CHECK_H
#define PERCPU_CHECK_H

#include "lib/model/inputs.h"
#include "lib/model/layout.h"
#include "lib/out/report.h"

struct check_run;

enum { CHECK_NEEDS = 6 };

struct check {
	const char *name;	/* C identifier, flag, tag, manual entry and test, all at once */
	enum severity severity; /* the highest it gives by itself */
	bool off;		/* runs only where -W or -E names it */
	const char *where;	/* kinds of file it is decided in: letters of O, R, B, S */
	/* An error or a skip of one of these silences this check. NULL-ended. */
	const struct check *needs[CHECK_NEEDS + 1];
	void (*run)(struct check_run *run); /* once a layout */

	/* For `explain` and percpu-checks(7). */
	const char *summary; /* one line */
	const char *what;    /* what a finding says */
	const char *why;     /* what breaks, and where it has */
	const char *example; /* input that brings the finding */
	const char *fix;
};

enum {
#define CHECK(name) CHECK_ID_##name,
#include "lib/check/checks.def"
#undef CHECK
	CHECK_COUNT
};

#define CHECK(name) extern const struct check check_##name;
#include "lib/check/checks.def"
#undef CHECK

/* In the order they run; NULL from `index` on where there are no more. Static storage. */
const struct check *check_at(size_t index);
/* Index of a check, CHECK_COUNT when there is none of that name. */
size_t check_index(const char *name);

/* -A, -W and -E. */
enum check_level {
	LEVEL_DEFAULT,
	LEVEL_ALLOW,   /* not run */
	LEVEL_WARNING, /* findings are warnings */
	LEVEL_ERROR,   /* findings are errors */
};

struct check_options {
	struct layout_options layout;
	struct maybe cpus;	     /* CPUs the kernel is to run on */
	struct maybe max_area;	     /* bytes a CPU */
	struct maybe module_reserve; /* bytes */
	const char *const *owners;   /* functions that may write the register of the base */
	size_t owner_count;
	bool require; /* a file without per-CPU data is a finding */
	bool warnings_are_errors;
	enum check_level levels[CHECK_COUNT];
};

/*
 * Runs all checks on an open image and fills `file` (its path, machine, layouts, findings,
 * skipped), everything in `arena` or in the image. `inputs` are the objects of the link, or NULL.
 * False with *error set when the image turns out to be unreadable or memory runs out; `file` is
 * then of no use.
 */
bool check_image(const struct image *image, const struct inputs *inputs,
	const struct check_options *options, struct arena *arena, struct report_file *file,
	struct error *error);

#endif
