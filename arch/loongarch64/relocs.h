#ifndef PERCPU_ARCH_LOONGARCH64_RELOCS_H
#define PERCPU_ARCH_LOONGARCH64_RELOCS_H

#include "arch/reloc.h"

/* Indexed by number; a row without a name is a number that nobody has given a meaning. */
#define LOONGARCH64_RELOCS 140
extern const struct reloc_info loongarch64_relocs[LOONGARCH64_RELOCS];

#endif
