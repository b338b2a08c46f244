/* How many bytes of memory an x86_64 instruction reaches. */
#ifndef PERCPU_ARCH_X86_64_WIDTH_H
#define PERCPU_ARCH_X86_64_WIDTH_H

#include "arch/x86_64/decode.h"

/*
 * Bytes of the memory operand of ModRM, or of moffs. 0: none, or a number that the bytes do not
 * tell: with a mask or a vector of addresses, xsave, and a bit test whose bit is in a register,
 * which may be in another word.
 */
unsigned x86_width(const struct x86_insn *insn);

/* What EVEX's displacement of one byte counts: SDM volume 2, section 2.7.5; else 1. */
unsigned x86_displacement_unit(const struct x86_insn *insn);

#endif
