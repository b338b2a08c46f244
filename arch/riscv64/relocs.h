#ifndef PERCPU_ARCH_RISCV64_RELOCS_H
#define PERCPU_ARCH_RISCV64_RELOCS_H

#include "arch/reloc.h"
#include "lib/base/bytes.h"

/* Indexed by number; a row without a name is a number that nobody has given a meaning. */
#define RISCV64_RELOCS 260
extern const struct reloc_info riscv64_relocs[RISCV64_RELOCS];

/* struct arch's `holds`: of the numbers that access sequences have; true for others. */
bool riscv64_holds(
	struct span code, uint64_t offset, uint32_t number, uint64_t target, uint64_t place);

/* struct arch's `pair_value`: of lui and the load, store or addi behind it. */
bool riscv64_pair_value(struct span code, uint64_t high, uint64_t low, uint64_t *value);

#endif
