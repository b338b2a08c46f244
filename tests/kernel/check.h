/* How the test kernel compares and prints. The first difference on any CPU ends the run. */
#ifndef TESTS_KERNEL_CHECK_H
#define TESTS_KERNEL_CHECK_H

#include <stdint.h>

/* Two values of at most 8 bytes, each evaluated once. */
#define SAME(got, want) check_same(__FILE__, __LINE__, #got, (uint64_t)(got), (uint64_t)(want))

void check_same(const char *file, int line, const char *what, uint64_t got, uint64_t want);

/* The run has passed, which is the last that is said. */
_Noreturn void check_passed(void);

/* The run has failed, of a reason in words. */
_Noreturn void check_failed(const char *file, int line, const char *why);

/* A line of words and numbers, CPU by CPU unmixed: print("base ", 1, text), ... */
void print_text(const char *text);
void print_hex(uint64_t value);
void print_decimal(uint64_t value);
void print_lock(void);
void print_unlock(void);

#endif
