/* RV64GC instructions with Zb*, Zc* and vectors: the unprivileged and privileged manuals. */
#ifndef PERCPU_ARCH_RISCV64_INSN_H
#define PERCPU_ARCH_RISCV64_INSN_H

#include "arch/insn.h"

insn_decode riscv64_decode;

/* struct arch's `allows_interrupts`: csrsi of sstatus.SIE and mstatus.MIE. */
bool riscv64_allows_interrupts(struct span code);

#endif
