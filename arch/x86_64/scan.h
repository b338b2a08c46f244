/* Finding gs instructions in x86_64 code at memory speed, without decoding all of it. */
#ifndef PERCPU_ARCH_X86_64_SCAN_H
#define PERCPU_ARCH_X86_64_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/scan.h"

/*
 * Any byte that may be a gs override: every instruction that has one is found so. Instructions need
 * not start at `from`.
 */
scan_next_base x86_64_next_base;

/*
 * Fields, of 4 bytes and of moffs, that what stands before makes a constant of mov, a displacement
 * without a register or one relative to rip; rdgsbase and its like. Instructions need not start at
 * `from`, and the place is the field's.
 */
scan_next_suspect x86_64_next_suspect;

/*
 * Instructions are walked from the known one, but for those that x86_64_settles() knows by their
 * bytes alone. What goes through gs at an address of its own stands alone.
 */
scan_settle x86_64_settle;

/*
 * Is the byte at `at`, a trigger, the gs override of an instruction, as far as can be told without
 * decoding its function? *start is then where that begins: at other prefixes that stand before, or
 * at `at`. The code's first byte has to begin an instruction.
 *
 * True for an address that is a displacement alone, a form that does not come by accident, and for
 * one relative to rip where decoding from some way before always leads to this instruction. False
 * for all others: no gs instruction, or one with a base or an index register, with a 64-bit address
 * or a string's, or one that is in doubt. Decoding from the function's start tells.
 */
bool x86_64_settles(struct span code, uint64_t at, uint64_t *start);

#endif
