#include "arch/loongarch64/scan.h"

#include "arch/decode.h"
#include "arch/loongarch64/insn.h"

enum {
	/* What of an instruction's registers counts. */
	USES_RJ = 1,
	USES_RK = 2,
};

/* Bits 31 to 26 are 0, and bits 25 to 22: alsl, add, or. */
static unsigned of_two(uint32_t word)
{
	const uint32_t operation = bits(word, 21, 15);

	if ((operation >= 0x08 && operation <= 0x0f) || (operation >= 0x58 && operation <= 0x5b) ||
		operation == 0x20 || operation == 0x21 || operation == 0x2a)
		return USES_RJ | USES_RK;
	return 0;
}

/* Bits 31 to 26 are 0: addi.w, addi.d, lu52i.d, ori. */
static unsigned of_integers(uint32_t word)
{
	switch (bits(word, 25, 22)) {
	case 0:
		return of_two(word);
	case 10:
	case 11:
	case 12:
	case 14:
		return USES_RJ;
	default:
		return 0;
	}
}

static unsigned uses(uint32_t word)
{
	switch (word >> 26) {
	case 0x00:
		return of_integers(word);
	case 0x04: /* addu16i.d */
	case 0x08: /* ll, sc, ldptr, stptr */
	case 0x09:
	case 0x0a: /* ld to vst */
	case 0x0b:
	case 0x0c: /* vldrepl, vstelm */
		return USES_RJ;
	case 0x0e: /* ldx to xvstx; amswap and its like, whose rk is what they store */
		return bits(word, 25, 15) < 0xa0 ? USES_RJ | USES_RK : USES_RJ;
	default:
		return 0;
	}
}

uint64_t loongarch64_next_base(struct span code, uint64_t from, uint32_t registers)
{
	for (uint64_t at = from; range_within(at, 4, code.size); at += 4) {
		const uint32_t word = read_le32(code.data + at);
		const uint32_t rj = registers >> reg5(word, 5) & 1;
		const uint32_t rk = registers >> reg5(word, 10) & 1;

		if ((rj | rk) && (uses(word) & (rj * USES_RJ | rk * USES_RK)))
			return at;
	}
	return code.size;
}

/* A constant's upper part, $r0 as rj, one of the registers as rd, or that of bl. */
static bool may_matter(uint32_t word, uint32_t registers)
{
	const uint32_t operation = word >> 26;

	return (operation >= 0x05 && operation <= 0x07) || operation == 0x15 ||
	       reg5(word, 5) == 0 || (registers >> reg5(word, 0) & 1);
}

uint64_t loongarch64_next_suspect(
	struct span code, uint64_t from, uint64_t to, const struct scan_sought *sought)
{
	for (uint64_t at = from; at < to && range_within(at, 4, code.size); at += 4) {
		struct insn insn;

		if (may_matter(read_le32(code.data + at), sought->registers) &&
			loongarch64_decode((struct span){code.data + at, 4}, &insn) &&
			scan_is_suspect(&insn, sought->address + at, sought))
			return at;
	}
	return to;
}
