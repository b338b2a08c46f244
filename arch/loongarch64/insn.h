/* LA64 instructions: LoongArch Reference Manual, volumes 1 to 3. */
#ifndef PERCPU_ARCH_LOONGARCH64_INSN_H
#define PERCPU_ARCH_LOONGARCH64_INSN_H

#include "arch/insn.h"

insn_decode loongarch64_decode;

#endif
