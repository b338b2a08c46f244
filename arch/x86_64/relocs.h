#ifndef PERCPU_ARCH_X86_64_RELOCS_H
#define PERCPU_ARCH_X86_64_RELOCS_H

#include "arch/reloc.h"

/* Indexed by number; a row without a name is a number that nobody has given a meaning. */
#define X86_64_RELOCS 252
extern const struct reloc_info x86_64_relocs[X86_64_RELOCS];

#endif
