/* A64 instructions: Arm Architecture Reference Manual (DDI 0487), C4 and C6. */
#ifndef PERCPU_ARCH_AARCH64_INSN_H
#define PERCPU_ARCH_AARCH64_INSN_H

#include "arch/insn.h"

insn_decode aarch64_decode;

/* Bits 20 to 5 of mrs and msr, op0 to op2, where they name a register that may be a CPU's base. */
enum {
	AARCH64_TPIDR_EL0 = 0xde82,
	AARCH64_TPIDR_EL1 = 0xc684,
	AARCH64_TPIDR_EL2 = 0xe682,
};

/* struct arch's `literal_of`. */
bool aarch64_literal_of(struct span code, uint64_t at, uint64_t *literal);

/* struct arch's `load_of`. */
bool aarch64_load_of(struct span code, uint64_t at, uint64_t *load);

/* struct arch's `allows_interrupts`: msr daifclr, with the bit of IRQs. */
bool aarch64_allows_interrupts(struct span code);

#endif
