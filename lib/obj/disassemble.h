/* The text of one instruction: evidence, for people. Nothing is decided by it. */
#ifndef PERCPU_OBJ_DISASSEMBLE_H
#define PERCPU_OBJ_DISASSEMBLE_H

#include "arch/arch.h"
#include "lib/base/arena.h"

struct capstone;

/* Zeroed but for `arch` before use; released by disassembler_close(). */
struct disassembler {
	const struct arch *arch;
	struct arena own;
	struct capstone *capstone; /* NULL: not asked for yet, or there is none */
	bool asked;
};

/*
 * The one instruction that `code` is, at `address`: as capstone prints it, in AT&T's syntax on
 * x86_64, where a capstone is installed that knows the machine and the instruction; else what the
 * instruction does with memory and addresses, as far as struct insn says. *text, in `arena`, gets
 * NULL where neither says anything. False when memory runs out.
 */
bool disassemble(struct disassembler *disassembler, struct span code, uint64_t address,
	struct arena *arena, const char **text);

/*
 * Bytes as `65 48 8b 04 25`; of what is longer than an instruction the first 16. In `arena`; NULL
 * when memory runs out.
 */
const char *bytes_text(struct span bytes, struct arena *arena);

/* Closes capstone, where it was opened. The disassembler may be used again. */
void disassembler_close(struct disassembler *disassembler);

#endif
