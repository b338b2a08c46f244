/* Uses of the registers that may be a CPU's base: LoongArch Reference Manual volume 1. */
#ifndef PERCPU_ARCH_LOONGARCH64_SCAN_H
#define PERCPU_ARCH_LOONGARCH64_SCAN_H

#include "arch/scan.h"

/*
 * As rj or rk: of additions of registers and constants, alsl and or with them, and as what memory
 * is addressed with. What replaces the high part of a register in place, lu32i.d, is none.
 */
scan_next_base loongarch64_next_base;

/* lu12i.w, pcaddi, pcalau12i, pcaddu12i, pcaddu18i; additions to $r0; memory at $r0. */
scan_next_suspect loongarch64_next_suspect;

#endif
