/* What people read on a terminal. */
#ifndef PERCPU_OUT_TERMINAL_H
#define PERCPU_OUT_TERMINAL_H

#include <stdio.h>

/*
 * Prints `text`, which comes from a file or names one: bytes that a terminal would obey, line feeds
 * too, and bytes that are no UTF-8 are shown as \xNN.
 */
void terminal_print(FILE *to, const char *text);

/* Length of the character at `text` when it may be printed as it is, else 0. */
unsigned terminal_length(const unsigned char *text);

#endif
