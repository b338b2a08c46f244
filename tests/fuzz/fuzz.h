/* What the fuzzer and the plain program run: one file, opened, checked and shown. */
#ifndef PERCPU_TESTS_FUZZ_H
#define PERCPU_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Always 0; whatever is wrong ends the program: a sanitizer, or abort(). */
int fuzz_one(const uint8_t *data, size_t size);

#endif
