#include "arch/loongarch64/scan.h"

#include "arch/decode.h"

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
