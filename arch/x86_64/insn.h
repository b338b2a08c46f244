/* What one x86_64 instruction does with addresses, and where the one that holds a field begins. */
#ifndef PERCPU_ARCH_X86_64_INSN_H
#define PERCPU_ARCH_X86_64_INSN_H

#include <stdint.h>

#include "arch/insn.h"
#include "lib/base/bytes.h"

/*
 * The contract of arch/insn.h. Registers are 0 (rax) to 15 (r15); ah to bh count as rax to rbx. The
 * stack that push, pop, call and ret use, and mov's 8-bit and 16-bit forms between registers, are
 * INSN_OTHER; string instructions have one of their two memory operands, the written one first.
 */
insn_decode x86_64_decode;

/* The contract of `locate` in arch/arch.h. */
uint64_t x86_64_locate(struct span code, uint64_t field, unsigned size);

#endif
