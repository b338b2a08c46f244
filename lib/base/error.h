/* How the library reports failure: it never prints and never exits. */
#ifndef PERCPU_BASE_ERROR_H
#define PERCPU_BASE_ERROR_H

#include <stdbool.h>

enum error_kind {
	ERROR_NONE,
	ERROR_INPUT,  /* the input cannot be read: exit 3 */
	ERROR_MEMORY, /* out of memory: exit 4 */
};

/*
 * One line of printable ASCII for the user: the place in the input, what is wrong, and the remedy
 * where there is one.
 */
struct error {
	enum error_kind kind;
	char text[384];
};

/* Records the first error only; always returns false, so that callers can return it. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool error_memory(struct error *error);

#endif
