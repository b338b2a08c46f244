/*
 * What a run says, as plain data: lib/check fills it, every emitter shows it. Knows no ELF. All
 * pointers belong to the arena of whoever fills the report and live as long as that.
 */
#ifndef PERCPU_OUT_REPORT_H
#define PERCPU_OUT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum severity {
	SEVERITY_NOTE,
	SEVERITY_WARNING,
	SEVERITY_ERROR,
	SEVERITY_COUNT,
};

/* A number that may be absent: JSON null. */
struct report_number {
	bool present;
	uint64_t value;
};

struct report_layout {
	const char *profile;
	const char *profile_source;
	const char *model;	  /* NULL: unknown */
	const char *model_source; /* NULL: unknown */
	const char *placement;	  /* NULL: unknown */
	const char *section;
	struct report_number cpus;	/* areas that fit in the reserved bytes */
	struct report_number area_size; /* bytes */
	struct report_number stride;	/* bytes */
	size_t variables;
};

struct report_finding {
	const char *check;
	enum severity severity;
	const char *layout;  /* section the layout is named after; NULL: of the whole file */
	const char *message; /* why it is wrong; one line */
	const char *fix;     /* how to put it right; one line */
	const char *section; /* NULL: none */
	const char *symbol;  /* as shown; NULL: none */
	struct report_number offset;  /* bytes from the symbol */
	struct report_number address; /* virtual address */
	const char *function;	      /* that the address is in, or the object; NULL: not known */
	const char *bytes;	      /* the instruction's, in hex; NULL: no code */
	const char *disassembly;      /* NULL: no code */
	const char *source_file;      /* NULL: not known */
	struct report_number source_line;
	const char *fingerprint; /* the same in the next build, unless the finding changes */
};

struct report_skip {
	const char *check;
	const char *layout; /* NULL: of the whole file */
	const char *reason;
};

struct report_file {
	const char *path;
	const char *member;  /* of an archive; NULL: a file of its own */
	const char *machine; /* NULL: unreadable */
	const char *type;
	const char *error;   /* why it cannot be read; NULL: it can */
	const char *verdict; /* in words when there is no layout: "no per-CPU data"; else NULL */
	bool stripped;	     /* it has no symbols: its sections alone say where per-CPU data is */
	struct report_number unread; /* bytes of code that are no instructions; absent: none read */
	struct report_number code;   /* bytes of all code; likewise */
	bool refers;	   /* there is no layout, but per-CPU variables of others are referred to */
	bool unremarkable; /* text says nothing of it: a member of an archive without a layout */
	const struct report_layout *layouts;
	size_t layout_count;
	const struct report_finding *findings;
	size_t finding_count;
	const struct report_skip *skipped;
	size_t skipped_count;
};

/* What a check looks for, for formats that carry an index of rules. */
struct report_rule {
	const char *name;
	enum severity severity; /* the highest it gives by itself */
	const char *summary;	/* the good state; one line */
	const char *what;	/* what a finding says */
	const char *why;
	const char *example;
	const char *fix;
};

struct report_summary {
	size_t files; /* read or not, members of archives each */
	size_t layouts;
	size_t unreadable; /* files */
	size_t count[SEVERITY_COUNT];
};

/* "note", "warning", "error". Static storage. */
const char *severity_name(enum severity severity);
extern const char *const severity_choices[]; /* NULL-ended, in the order of the enum */

#endif
