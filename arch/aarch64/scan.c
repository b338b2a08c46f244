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

/* C4.1: all that has a part of an address without a register, and moves of bases. */
static bool may_matter(uint32_t word)
{
	const uint32_t operation = bits(word, 28, 23);

	if (word >> 22 == SYSTEM)
		return true;
	switch (operation) {
	case 0x20: /* adr, adrp */
	case 0x21:
	case 0x25: /* movn, movz, movk */
		return true;
	case 0x24: /* orr of the zero register */
		return bits(word, 9, 5) == 31;
	default:
		return bits(word, 29, 27) == 3 && bits(word, 25, 24) == 0;
	}
}

/* The word that ldr brings from among the code. */
static bool brings_literal(
	const struct insn *insn, struct span code, uint64_t at, const struct scan_sought *sought)
{
	const uint64_t literal = at + (uint64_t)insn->constant;

	if (insn->kind != INSN_LOAD || !insn->pc_relative || insn->width != 8)
		return false;
	if (!range_within(literal, 8, code.size))
		return true;
	for (size_t i = 0; i < sought->count; i++)
		if (scan_has(sought->targets[i].numbers, read_le64(code.data + literal)))
			return true;
	return false;
}

uint64_t aarch64_next_suspect(
	struct span code, uint64_t from, uint64_t to, const struct scan_sought *sought)
{
	for (uint64_t at = from; at < to && range_within(at, 4, code.size); at += 4) {
		struct insn insn;

		if (may_matter(read_le32(code.data + at)) &&
			aarch64_decode((struct span){code.data + at, 4}, &insn) &&
			(scan_is_suspect(&insn, sought->address + at, sought) ||
				brings_literal(&insn, code, at, sought)))
			return at;
	}
	return to;
}
