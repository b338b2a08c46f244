/* The functions and objects of an image, to name what is in code and data by. */
#ifndef PERCPU_MODEL_FUNCTIONS_H
#define PERCPU_MODEL_FUNCTIONS_H

#include "lib/obj/image.h"

struct functions;

/*
 * Reads all symbols of type STT_FUNC and STT_OBJECT, and labels of code without a type, once. The
 * result lives in `arena`. NULL with *error set when a symbol cannot be read or memory runs out.
 */
struct functions *functions_read(
	const struct image *image, struct arena *arena, struct error *error);

/*
 * Name of the function or object that covers `address` (a virtual address; in an object an offset
 * in `section`), in the image; *offset gets the bytes from its start. Of several at one place a
 * global one. NULL when none does.
 */
const char *functions_at(
	const struct functions *functions, uint32_t section, uint64_t address, uint64_t *offset);

/*
 * The first place behind `address`, which counts as above, where a function, a label of code or an
 * object begins; UINT64_MAX when none does in that section. *object says whether `address` itself
 * lies in an object.
 */
uint64_t functions_next(
	const struct functions *functions, uint32_t section, uint64_t address, bool *object);

#endif
