/* Moves of the registers that may be a CPU's base: Arm Architecture Reference Manual (DDI 0487). */
#ifndef PERCPU_ARCH_AARCH64_SCAN_H
#define PERCPU_ARCH_AARCH64_SCAN_H

#include "arch/scan.h"

/* mrs and msr of TPIDR_EL0, TPIDR_EL1 and TPIDR_EL2: all that reads or writes them. */
scan_next_base aarch64_next_base;

/*
 * adr and adrp, movz, movn and movk, loads of literals, orr with an immediate, what is found above.
 * General registers are not looked for: none is a base.
 */
scan_next_suspect aarch64_next_suspect;

#endif
