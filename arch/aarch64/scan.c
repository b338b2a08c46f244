#include "arch/aarch64/scan.h"

#include "arch/aarch64/insn.h"
#include "arch/decode.h"

/* C4.1 "System instructions": bits 31 to 22 of mrs and msr, which bit 21 tells apart. */
enum { SYSTEM = 0xd5000000U >> 22 };

uint64_t aarch64_next_base(struct span code, uint64_t from, uint32_t registers)
{
	(void)registers;
	for (uint64_t at = from; range_within(at, 4, code.size); at += 4) {
		const uint32_t word = read_le32(code.data + at);
		const uint32_t name = bits(word, 20, 5);

		if (word >> 22 != SYSTEM)
			continue;
		if (name == AARCH64_TPIDR_EL0 || name == AARCH64_TPIDR_EL1 ||
			name == AARCH64_TPIDR_EL2)
			return at;
	}
	return code.size;
}
