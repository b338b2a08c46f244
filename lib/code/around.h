/* The instructions around one, in its function: what people want to see of an access. */
#ifndef PERCPU_CODE_AROUND_H
#define PERCPU_CODE_AROUND_H

#include "lib/base/arena.h"
#include "lib/model/functions.h"

/* So many before it and as many behind it, where the function has them. */
enum { AROUND = 4, AROUND_LINES = 2 * AROUND + 1 };

struct around_line {
	uint64_t address; /* virtual; in an object an offset in the section */
	struct span code; /* of one instruction, or at most a unit of what is none */
	bool data;	  /* it is marked as data */
	bool here;	  /* it is the one that was asked for */
};

/*
 * Zeroed but for `image` and `functions`, which have to outlive it, before use; released by
 * around_release(). It keeps where the instructions of the last function begin: ask in the order
 * of addresses.
 */
struct around {
	const struct image *image;
	const struct functions *functions;
	struct arena arena;
	uint32_t section;
	uint64_t start, end; /* addresses */
	uint32_t *starts;    /* offsets from `start`, of instructions; behind them the end */
	size_t count;
};

/* The lines around the instruction at `address`, *count of them. False when memory runs out. */
bool around_read(struct around *around, uint32_t section, uint64_t address,
	struct around_line lines[AROUND_LINES], size_t *count);

/* Forgets the last function; it may be used again. */
void around_release(struct around *around);

#endif
