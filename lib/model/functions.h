/* The functions and objects of an image, to name what is in code and data by. */
#ifndef PERCPU_MODEL_FUNCTIONS_H
#define PERCPU_MODEL_FUNCTIONS_H

#include "lib/obj/image.h"

struct functions;

/*
 * Reads all symbols of type STT_FUNC and STT_OBJECT, labels of code without a type, and those that
 * mark data among code, once, on `threads` threads at most; of a stripped Linux, as objects without
 * a name, what it puts in place of instructions at start-up. The result lives in `arena`, and asks
 * the image, which has to stay open. NULL with *error set when a symbol cannot be read or memory
 * runs out.
 */
struct functions *functions_read(
	const struct image *image, unsigned threads, struct arena *arena, struct error *error);

/*
 * Name of the function or object that covers `address` (a virtual address; in an object an offset
 * in `section`), in the image; *offset gets the bytes from its start. Of several at one place a
 * global one. NULL when none does.
 */
const char *functions_at(
	const struct functions *functions, uint32_t section, uint64_t address, uint64_t *offset);

/* A run of code, or of data among it, that one name covers, or none. */
struct function_extent {
	uint64_t start; /* as addresses above count; 0 in front of the first named place */
	uint64_t end;	/* UINT64_MAX behind the last one */
	bool named;	/* a function, a label or an object covers it */
	bool object;	/* and it is an object */
};

/* The one that holds `address`. */
struct function_extent functions_extent(
	const struct functions *functions, uint32_t section, uint64_t address);

/* A run of data among code, from a mapping symbol `$d` to the next `$x`. */
struct data_range {
	uint64_t start; /* as addresses above count; UINT64_MAX where there is none */
	uint64_t end;	/* UINT64_MAX where no `$x` follows in the section */
};

/* The first one of an executable section that ends behind `address`. */
struct data_range functions_data(
	const struct functions *functions, uint32_t section, uint64_t address);

#endif
