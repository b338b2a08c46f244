/* What one x86_64 instruction does with addresses, and where the one that holds a field begins. */
#ifndef PERCPU_ARCH_X86_64_INSN_H
#define PERCPU_ARCH_X86_64_INSN_H

#include <stdint.h>

#include "arch/insn.h"
#include "lib/base/bytes.h"

/*
 * The contract of arch/insn.h. Registers are 0 (rax) to 15 (r15); ah to bh count as rax to rbx. The
 * stack that push, pop, call and ret use is no memory that they name; string instructions have one
 * of their two memory operands, the written one first.
 *
 * Moves and sums of 8 and 16 bits are INSN_OTHER, with INSN_PART. A lea of 32 bits relative to rip
 * is INSN_SET with INSN_ZERO_32: its constant is the whole distance. Of prefetch and clflush, which
 * are INSN_LOAD, and of invlpg and nop, which are INSN_OTHER, only the address counts:
 * INSN_NO_MEMORY.
 *
 * `width` is 0 with a repeat prefix, of xsave and xrstor, of bt, bts, btr and btc whose bit is in a
 * register, of vectors with a mask or a vector of addresses, of maskmov, compress, expand and
 * tiles. EVEX displacements of one byte are scaled. EVEX forms that only APX has are not known.
 *
 * What comes back falls: int, int3, int1, syscall and calls of a hypervisor; and xabort, which does
 * nothing outside of a transaction. ud2, sysret, sysexit, sysenter, iret and rsm do not.
 */
insn_decode x86_64_decode;

/* The contracts of `locate` and `walk` in arch/arch.h. */
uint64_t x86_64_locate(struct span code, uint64_t field, unsigned size, bool *doubtful);
uint64_t x86_64_walk(struct span code, uint64_t field, unsigned size);

/* `allows_interrupts` of arch/arch.h: sti. */
bool x86_64_allows_interrupts(struct span code);

#endif
