/*
 * Scanners of code: where an instruction stands that may reach per-CPU data, found without decoding
 * what is between. They may name too much, never too little: whoever asks decodes what is named.
 */
#ifndef PERCPU_ARCH_SCAN_H
#define PERCPU_ARCH_SCAN_H

#include <stdint.h>

#include "lib/base/bytes.h"

/*
 * The offset in `code` of the next instruction at or after `from` that may read the register of a
 * CPU's base; code.size when none follows. An instruction starts at `from`. What adds the register
 * or addresses memory with it counts, and where it is no general one, what moves it; what does
 * arithmetic of other kinds with it, or saves it, does not. Of `registers`, bit n stands for the
 * general register n; machines whose bases are in others do without.
 */
typedef uint64_t scan_next_base(struct span code, uint64_t from, uint32_t registers);

#endif
