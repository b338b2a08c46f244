#ifndef PERCPU_ARCH_AARCH64_RELOCS_H
#define PERCPU_ARCH_AARCH64_RELOCS_H

#include "arch/reloc.h"

/* Indexed by number; a row without a name is a number that nobody has given a meaning. */
#define AARCH64_RELOCS 1045
extern const struct reloc_info aarch64_relocs[AARCH64_RELOCS];

#endif
