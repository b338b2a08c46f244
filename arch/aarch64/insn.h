/* A64 instructions: Arm Architecture Reference Manual (DDI 0487), C4 and C6. */
#ifndef PERCPU_ARCH_AARCH64_INSN_H
#define PERCPU_ARCH_AARCH64_INSN_H

#include "arch/insn.h"

insn_decode aarch64_decode;

/* struct arch's `literal_of`. */
bool aarch64_literal_of(struct span code, uint64_t at, uint64_t *literal);

/* struct arch's `copied_register`. */
uint32_t aarch64_copied_register(struct span code, uint64_t at);

/* struct arch's `load_of`. */
bool aarch64_load_of(struct span code, uint64_t at, uint64_t *load);

#endif
