#ifndef PERCPU_ARCH_RISCV64_RELOCS_H
#define PERCPU_ARCH_RISCV64_RELOCS_H

#include "arch/reloc.h"

/* Indexed by number; a row without a name is a number that nobody has given a meaning. */
#define RISCV64_RELOCS 260
extern const struct reloc_info riscv64_relocs[RISCV64_RELOCS];

#endif
