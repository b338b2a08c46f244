#include "arch/riscv64/scan.h"

#include "arch/decode.h"
#include "arch/riscv64/insn.h"

enum {
	REGISTER_SP = 2,
	/* sp, and x8 to x15: what compressed instructions name with less than 5 bits, or not. */
	SHORT_REGISTERS = 0xff04,
};

static uint32_t has(uint32_t registers, unsigned number)
{
	return registers >> number & 1;
}

/* A register's number of 3 bits in a compressed instruction: x8 to x15. */
static unsigned reg3(uint32_t word, unsigned at)
{
	return 8 + (word >> at & 7);
}

/* OP, OP-32: add, addw; sh1add to sh3add; add.uw. */
static bool adds(uint32_t word)
{
	const uint32_t function = word >> 25 << 3 | bits(word, 14, 12);

	return function == 0 || (function & ~UINT32_C(6)) == 0x80 || function == 0x20;
}

/* "RISC-V base opcode map, inst[1:0]=11". */
static bool uses_full(uint32_t word, uint32_t registers)
{
	const bool rs1 = has(registers, reg5(word, 15)), rs2 = has(registers, reg5(word, 20));

	switch (bits(word, 6, 2)) {
	case 0x00: /* LOAD, LOAD-FP, STORE, STORE-FP, AMO */
	case 0x01:
	case 0x08:
	case 0x09:
	case 0x0b:
		return rs1;
	case 0x04: /* OP-IMM, OP-IMM-32 */
	case 0x06:
		return rs1 && bits(word, 14, 12) == 0;
	case 0x0c: /* OP, OP-32 */
	case 0x0e:
		return (rs1 || rs2) && adds(word);
	case 0x1c: /* SYSTEM: the hypervisor's loads and stores */
		return rs1 && bits(word, 14, 12) == 4;
	default:
		return false;
	}
}

/* "RVC Quadrant 1": c.addi, c.addiw; c.addi16sp; c.addw. */
static bool uses_quadrant1(uint32_t word, uint32_t registers)
{
	switch (bits(word, 15, 13)) {
	case 0:
	case 1:
		return has(registers, reg5(word, 7));
	case 3:
		return reg5(word, 7) == REGISTER_SP && has(registers, REGISTER_SP);
	case 4:
		return (word & 0x1c60) == 0x1c20 &&
		       (has(registers, reg3(word, 7)) || has(registers, reg3(word, 2)));
	default:
		return false;
	}
}

/* "RVC Quadrant 2": c.add, c.mv; loads and stores from sp. */
static bool uses_quadrant2(uint32_t word, uint32_t registers)
{
	switch (bits(word, 15, 13)) {
	case 0:
		return false;
	case 4:
		return reg5(word, 2) != 0 &&
		       (has(registers, reg5(word, 2)) ||
			       (bit(word, 12) && has(registers, reg5(word, 7))));
	default:
		return has(registers, REGISTER_SP);
	}
}

static bool uses(uint32_t word, uint32_t registers)
{
	switch (word & 3) {
	case 0: /* c.addi4spn, and else what a register of 3 bits addresses */
		if (bits(word, 15, 13) == 0)
			return has(registers, REGISTER_SP);
		return has(registers, reg3(word, 7));
	case 1:
		return uses_quadrant1(word, registers);
	case 2:
		return uses_quadrant2(word, registers);
	default:
		return uses_full(word, registers);
	}
}

/* "Expanded Instruction-Length Encoding": what begins as no instruction of 16 or 32 bits. */
static uint64_t long_length(uint32_t word)
{
	if ((word & 0x7f) != 0x7f)
		return bit(word, 5) ? 8 : 6;
	return bits(word, 14, 12) < 7 ? 10 + 2 * (uint64_t)bits(word, 14, 12) : 22;
}

/* Of the fields where an instruction may name a register: can it be one of those? */
static bool may_use(uint32_t word, uint32_t registers)
{
	const uint32_t full = has(registers, reg5(word, 15)) | has(registers, reg5(word, 20));
	const uint32_t half = has(registers, reg5(word, 7)) | has(registers, reg5(word, 2));

	return (word & 3) == 3 ? full : half | (registers & SHORT_REGISTERS);
}

uint64_t riscv64_next_base(struct span code, uint64_t from, uint32_t registers)
{
	uint64_t at = from;

	while (range_within(at, 4, code.size)) {
		const uint32_t word = read_le32(code.data + at);

		if ((word & 0x1f) == 0x1f) {
			at += long_length(word);
			continue;
		}
		if (may_use(word, registers) && uses(word, registers))
			return at;
		at += (word & 3) == 3 ? 4 : 2;
	}
	/* The last 16 bits. */
	if (range_within(at, 2, code.size)) {
		const uint32_t half = read_le16(code.data + at);

		if ((half & 3) != 3 && uses(half, registers))
			return at;
	}
	return code.size;
}

static uint64_t length_of(uint32_t word)
{
	if ((word & 0x1f) == 0x1f)
		return long_length(word);
	return (word & 3) == 3 ? 4 : 2;
}

/* auipc, lui, c.li, c.lui; x0 as rs1; one of the registers as rd; all AMOs, for some write two. */
static bool may_matter(uint32_t word, uint32_t registers)
{
	const uint32_t opcode = bits(word, 6, 2);

	if ((word & 3) != 3)
		return (word & 0xe003) == 0x4001 || (word & 0xe003) == 0x6001 ||
		       has(registers, reg5(word, 7)) || has(registers, reg3(word, 7)) ||
		       has(registers, reg3(word, 2));
	return opcode == 0x05 || opcode == 0x0d || opcode == 0x0b || reg5(word, 15) == 0 ||
	       has(registers, reg5(word, 7));
}

uint64_t riscv64_next_suspect(
	struct span code, uint64_t from, uint64_t to, const struct scan_sought *sought)
{
	uint64_t next = from;

	for (uint64_t at = from; at < to && range_within(at, 2, code.size);) {
		const struct span rest = {code.data + at, code.size - (size_t)at};
		const uint32_t word = rest.size < 4 ? read_le16(rest.data) : read_le32(rest.data);
		struct insn insn;

		if (may_matter(word, sought->registers) && riscv64_decode(rest, &insn) &&
			scan_is_suspect(&insn, sought->address + at, sought))
			return at;
		at += length_of(word);
		next = at;
	}
	return next > to ? next : to;
}
