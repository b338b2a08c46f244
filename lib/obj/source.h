/*
 * What a path on the command line holds: one ELF file, or an archive (.a, .rlib) with an image a
 * member. Members are read in place, from the mapped archive.
 */
#ifndef PERCPU_OBJ_SOURCE_H
#define PERCPU_OBJ_SOURCE_H

#include "lib/obj/image.h"

struct source;

enum source_step {
	SOURCE_IMAGE,	/* *image is open; the caller closes it, before the source */
	SOURCE_SKIPPED, /* a member that is no ELF file: *reason says which kind */
	SOURCE_FAILED,	/* *error is set; in an archive the next member may be read all the same */
	SOURCE_END,
};

/* What a step is about. `member` is NULL outside archives, and lives as long as the source. */
struct source_item {
	struct image *image;
	const char *member;
	const char *reason;
};

/*
 * Maps `path`. NULL with *error set when it cannot be mapped, or is an archive that cannot be read;
 * what is no ELF file at all is said by the first step. The caller closes it.
 */
struct source *source_open(const char *path, struct error *error);

/* Is it an archive, whose images have members? */
bool source_is_archive(const struct source *source);

/* The next image; *item and *error are overwritten. */
enum source_step source_next(struct source *source, struct source_item *item, struct error *error);

/* Unmaps the path's bytes: no image of it may be open. NULL is fine. */
void source_close(struct source *source);

#endif
