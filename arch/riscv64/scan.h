/* Uses of the registers that may be a CPU's base: the RISC-V unprivileged manual. */
#ifndef PERCPU_ARCH_RISCV64_SCAN_H
#define PERCPU_ARCH_RISCV64_SCAN_H

#include "arch/scan.h"

/*
 * As rs1 or rs2 of additions of registers and constants, sh1add and its like and c.mv with them,
 * and as what memory is addressed with. Instructions are walked by the lengths that they say.
 */
scan_next_base riscv64_next_base;

/* auipc, lui, c.lui; additions to x0, c.li; memory at x0. */
scan_next_suspect riscv64_next_suspect;

#endif
