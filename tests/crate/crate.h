/*
 * What the test kernel wants of the crate's side, crate.S or crate.rs: for each variable below what
 * the crate's def_percpu makes methods of, by the same instructions. C and assembly.
 */
#ifndef TESTS_CRATE_CRATE_H
#define TESTS_CRATE_CRATE_H

/* X(name, bits, type, initial value): what the crate's side defines, and what C does. */
/* clang-format off */
#define CRATE_INTEGERS(X)                                                                          \
	X(FLAG, 8, bool, 1)                                                                        \
	X(BYTE, 8, uint8_t, 0x81)                                                                  \
	X(HALF, 16, uint16_t, 0x8283)                                                              \
	X(WORD, 32, uint32_t, 0x84858687)                                                          \
	X(LONG, 64, uint64_t, 0x88898a8b8c8d8e8f)
#define C_INTEGERS(X)                                                                              \
	X(flag, 8, bool, 1)                                                                        \
	X(byte, 8, uint8_t, 0x91)                                                                  \
	X(half, 16, uint16_t, 0x9293)                                                              \
	X(word, 32, uint32_t, 0x94959697)                                                          \
	X(large, 64, uint64_t, 0x98999a9b9c9d9e9f)
/* clang-format on */

/* Of the crate's PAIR and of the C side's `both`, which have no read and write of their own. */
#define PAIR_FIRST 0x1011121314151617
#define PAIR_SECOND 0x18191a1b1c1d1e1f

/* Of a variable that only the crate's side can name. */
#define HIDDEN_INITIAL 0xa0a1a2a3

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

struct pair {
	uint64_t first, second;
};

/* symbol_vma, offset and current_ptr of each; read_current_raw and write_current_raw of integers.
 */
#define CRATE_PLACE(name, type)                                                                    \
	uintptr_t crate_vma_##name(void);                                                          \
	uintptr_t crate_offset_##name(void);                                                       \
	type *crate_ptr_##name(void);
#define CRATE_INTEGER(name, bits, type, initial)                                                   \
	CRATE_PLACE(name, type)                                                                    \
	type crate_read_##name(void);                                                              \
	void crate_write_##name(type value);

CRATE_INTEGERS(CRATE_INTEGER)
C_INTEGERS(CRATE_INTEGER)
CRATE_PLACE(PAIR, struct pair)
CRATE_PLACE(both, struct pair)

uint32_t crate_read_HIDDEN(void);

/* percpu_symbol_vma!() of the script's symbols; read_percpu_reg() and write_percpu_reg(). */
uintptr_t crate_load_start(void);
uintptr_t crate_load_end(void);
uintptr_t crate_read_reg(void);
void crate_write_reg(uintptr_t base);

#endif
#endif
