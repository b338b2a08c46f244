/*
 * Instructions of RV64: the RISC-V unprivileged manual, "RV32/64G Instruction Set Listings" and the
 * chapters "C", "Zc*", "B", "V"; the privileged manual for SYSTEM. Major opcodes that are known
 * have a destination at the same place, so that an instruction of an extension that is not is
 * INSN_OTHER with that as its target.
 *
 * A prefetch is an ori to x0, and so INSN_OTHER.
 */
#include "arch/riscv64/insn.h"

#include "arch/decode.h"

enum {
	REGISTER_LINK = 1,
	REGISTER_SP = 2,
};

static uint8_t written(uint32_t word, unsigned at)
{
	return reg5(word, at) == 0 ? INSN_NO_REGISTER : reg5(word, at);
}

static uint8_t read(uint32_t word, unsigned at)
{
	return reg5(word, at) == 0 ? INSN_ZERO_REGISTER : reg5(word, at);
}

/* A register's number of 3 bits in a compressed instruction: x8 to x15. */
static uint8_t reg3(uint32_t word, unsigned at)
{
	return (uint8_t)(8 + (word >> at & 7));
}

static bool stop(struct insn *insn, bool call)
{
	insn->kind = INSN_BRANCH;
	insn->call = call;
	return true;
}

static bool other(struct insn *insn, uint8_t target)
{
	insn->target = target;
	return true;
}

static bool set(struct insn *insn, uint8_t target, bool pc_relative)
{
	insn->kind = INSN_SET;
	insn->target = target;
	insn->pc_relative = pc_relative;
	settle(insn);
	return true;
}

static bool more(struct insn *insn, uint8_t target, uint8_t first)
{
	insn->kind = INSN_MORE;
	insn->target = target;
	insn->first = first;
	insn->keeps = ~UINT64_C(0);
	settle(insn);
	return true;
}

static bool add(struct insn *insn, uint8_t target, uint8_t first, uint8_t second)
{
	insn->kind = INSN_ADD;
	insn->target = target;
	insn->first = first;
	insn->second = second;
	settle(insn);
	return true;
}

static bool load(struct insn *insn, uint8_t target, uint8_t first)
{
	insn->kind = INSN_LOAD;
	insn->target = target;
	insn->first = first;
	return true;
}

static bool store(struct insn *insn, uint8_t first)
{
	insn->kind = INSN_STORE;
	insn->first = first;
	return true;
}

static uint32_t funct3(uint32_t word)
{
	return bits(word, 14, 12);
}

/* OP-IMM and OP-IMM-32: addi, addiw. */
static bool operate_immediate(uint32_t word, struct insn *insn)
{
	if (funct3(word) == 0)
		return more(insn, written(word, 7), read(word, 15));
	return other(insn, written(word, 7));
}

/*
 * OP and OP-32: add and addw; sh1add to sh3add and add.uw change rs1 first, so that rs2 is what may
 * be an address.
 */
static bool operate(uint32_t word, struct insn *insn)
{
	const uint32_t function = word >> 25 << 3 | funct3(word);
	const bool scaled = (function & ~UINT32_C(6)) == 0x80 && funct3(word) != 0;
	const bool unsigned_word = function == 0x20 && bit(word, 3);

	if (function == 0)
		return add(insn, written(word, 7), read(word, 15), read(word, 20));
	if ((scaled || unsigned_word) && reg5(word, 20) != 0) {
		insn->second_is_index = true;
		return add(insn, written(word, 7), read(word, 20), read(word, 15));
	}
	return other(insn, written(word, 7));
}

/* AMO: lr and sc, and all that leave what was there before in rd. */
static bool atomic(uint32_t word, struct insn *insn)
{
	const uint32_t operation = word >> 27;

	/* lr; the load-acquire of Zalasr. */
	if (operation == 2 || operation == 6)
		return load(insn, written(word, 7), read(word, 15));
	insn->also = written(word, 7);
	/* amocas.q: a pair, of which x0 is a whole one. */
	if (operation == 5 && funct3(word) == 4 && reg5(word, 7) != 0 && reg5(word, 7) != 31)
		writes_too(insn, (uint8_t)(reg5(word, 7) + 1));
	return store(insn, read(word, 15));
}

/* OP-FP: comparisons, conversions to integers, fmv.x and fclass end in a general register. */
static bool float_operate(uint32_t word, struct insn *insn)
{
	const uint32_t operation = word >> 27;

	if (operation == 0x14 || operation == 0x18 || operation == 0x1c)
		return other(insn, written(word, 7));
	return true;
}

/* OP-V: vset, and of funct6 VWXUNARY0 vmv.x.s, vcpop.m, vfirst.m. */
static bool vector_operate(uint32_t word, struct insn *insn)
{
	if (funct3(word) == 7 || (funct3(word) == 2 && word >> 26 == 0x10))
		return other(insn, written(word, 7));
	return true;
}

/* SYSTEM with funct3 0: the immediate is the operation. */
static bool environment(uint32_t word, struct insn *insn)
{
	switch (word >> 20) {
	case 0x000: /* ecall */
		return stop(insn, true);
	case 0x001: /* ebreak, uret, sret, mret, mnret, dret */
	case 0x002:
	case 0x102:
	case 0x302:
	case 0x702:
	case 0x7b2:
		return stop(insn, false);
	default:
		return other(insn, written(word, 7));
	}
}

/* SYSTEM with funct3 4: hlv and hsv of the hypervisor; may-be-operations, which write rd. */
static bool hypervisor(uint32_t word, struct insn *insn)
{
	if (bit(word, 31))
		return other(insn, written(word, 7));
	if (bit(word, 25))
		return store(insn, read(word, 15));
	return load(insn, written(word, 7), read(word, 15));
}

static bool system(uint32_t word, struct insn *insn)
{
	/* csrrw x0, cycle, x0: what assemblers make of `unimp`. */
	if (word == 0xc0001073)
		return stop(insn, false);
	if (funct3(word) == 0)
		return environment(word, insn);
	if (funct3(word) == 4)
		return hypervisor(word, insn);
	return other(insn, written(word, 7));
}

static bool branch(uint32_t word, struct insn *insn)
{
	return (funct3(word) & 6) != 2 && stop(insn, false);
}

static bool jump(uint32_t word, struct insn *insn)
{
	insn->target = written(word, 7);
	return stop(insn, insn->target != INSN_NO_REGISTER);
}

/* "RISC-V base opcode map, inst[1:0]=11". */
static bool full(uint32_t word, struct insn *insn)
{
	switch (bits(word, 6, 2)) {
	case 0x00: /* LOAD */
		return funct3(word) != 7 && load(insn, written(word, 7), read(word, 15));
	case 0x01: /* LOAD-FP; vectors too */
		return load(insn, INSN_NO_REGISTER, read(word, 15));
	case 0x03: /* MISC-MEM */
	case 0x10: /* MADD, MSUB, NMSUB, NMADD */
	case 0x11:
	case 0x12:
	case 0x13:
	case 0x1d: /* OP-VE */
		return true;
	case 0x04: /* OP-IMM, OP-IMM-32 */
	case 0x06:
		return operate_immediate(word, insn);
	case 0x05: /* AUIPC, LUI */
	case 0x0d:
		return set(insn, written(word, 7), !bit(word, 5));
	case 0x08: /* STORE */
		return funct3(word) < 4 && store(insn, read(word, 15));
	case 0x09: /* STORE-FP; vectors too */
		return store(insn, read(word, 15));
	case 0x0b: /* AMO */
		return atomic(word, insn);
	case 0x0c: /* OP, OP-32 */
	case 0x0e:
		return operate(word, insn);
	case 0x14: /* OP-FP */
		return float_operate(word, insn);
	case 0x15: /* OP-V */
		return vector_operate(word, insn);
	case 0x18: /* BRANCH */
		return branch(word, insn);
	case 0x19: /* JALR */
		return funct3(word) == 0 && jump(word, insn);
	case 0x1b: /* JAL */
		return jump(word, insn);
	case 0x1c: /* SYSTEM */
		return system(word, insn);
	case 0x02: /* custom */
	case 0x0a:
	case 0x16:
	case 0x1e:
		return other(insn, written(word, 7));
	default: /* reserved, or longer than 32 bits */
		return false;
	}
}

/* "RVC Quadrant 0"; funct3 4 is Zcb. */
static bool quadrant0(uint32_t word, struct insn *insn)
{
	const uint8_t base = reg3(word, 7), rd = reg3(word, 2);

	switch (bits(word, 15, 13)) {
	case 0: /* c.addi4spn; all bits zero is an illegal instruction for good, a trap */
		if (word == 0)
			return stop(insn, false);
		return bits(word, 12, 5) != 0 && more(insn, rd, REGISTER_SP);
	case 1: /* c.fld */
		return load(insn, INSN_NO_REGISTER, base);
	case 2: /* c.lw, c.ld */
	case 3:
		return load(insn, rd, base);
	case 4: /* c.lbu, c.lhu, c.lh; c.sb, c.sh */
		if (bits(word, 12, 10) < 2)
			return load(insn, rd, base);
		return (bits(word, 12, 10) == 2 || (word & 0x1c40) == 0x0c00) && store(insn, base);
	default: /* c.fsd, c.sw, c.sd */
		return store(insn, base);
	}
}

/* "RVC Quadrant 1", funct3 4; the last of it is Zcb. */
static bool compressed_operate(uint32_t word, struct insn *insn)
{
	const uint8_t rd = reg3(word, 7);

	if (bits(word, 11, 10) == 3 && bit(word, 12)) {
		if (bits(word, 6, 5) == 1) /* c.addw */
			return add(insn, rd, rd, reg3(word, 2));
		if (bits(word, 6, 5) == 3 && bits(word, 4, 2) > 5)
			return false;
	}
	return other(insn, rd);
}

/* c.addi16sp, c.lui, and where its constant would be 0, c.mop. */
static bool upper(uint32_t word, struct insn *insn)
{
	const bool zero = !bit(word, 12) && bits(word, 6, 2) == 0;

	if (zero)
		return bit(word, 7) && reg5(word, 7) < 16;
	if (reg5(word, 7) == REGISTER_SP)
		return more(insn, REGISTER_SP, REGISTER_SP);
	return set(insn, written(word, 7), false);
}

/* "RVC Quadrant 1". */
static bool quadrant1(uint32_t word, struct insn *insn)
{
	const uint8_t rd = written(word, 7);

	switch (bits(word, 15, 13)) {
	case 0: /* c.addi, c.addiw */
		return more(insn, rd, rd);
	case 1:
		return rd != INSN_NO_REGISTER && more(insn, rd, rd);
	case 2: /* c.li */
		return set(insn, rd, false);
	case 3:
		return upper(word, insn);
	case 4:
		return compressed_operate(word, insn);
	default: /* c.j, c.beqz, c.bnez */
		return stop(insn, false);
	}
}

/* c.jr, c.mv, c.ebreak, c.jalr, c.add. */
static bool compressed_move(uint32_t word, struct insn *insn)
{
	const uint8_t rd = written(word, 7), rs2 = reg5(word, 2);

	if (rs2 && bit(word, 12))
		return add(insn, rd, rd, rs2);
	if (rs2)
		return add(insn, rd, INSN_ZERO_REGISTER, rs2);
	if (bit(word, 12) && rd != INSN_NO_REGISTER) {
		insn->target = REGISTER_LINK;
		return stop(insn, true);
	}
	return (bit(word, 12) || rd != INSN_NO_REGISTER) && stop(insn, false);
}

/* "RVC Quadrant 2". */
static bool quadrant2(uint32_t word, struct insn *insn)
{
	const uint8_t rd = written(word, 7);

	switch (bits(word, 15, 13)) {
	case 0: /* c.slli */
		return other(insn, rd);
	case 1: /* c.fldsp */
		return load(insn, INSN_NO_REGISTER, REGISTER_SP);
	case 2: /* c.lwsp, c.ldsp */
	case 3:
		return rd != INSN_NO_REGISTER && load(insn, rd, REGISTER_SP);
	case 4:
		return compressed_move(word, insn);
	default: /* c.fsdsp, c.swsp, c.sdsp */
		return store(insn, REGISTER_SP);
	}
}

bool riscv64_decode(struct span code, struct insn *insn)
{
	uint32_t half;

	*insn = INSN_PLAIN(2);
	if (code.size < 2)
		return false;
	half = read_le16(code.data);
	switch (half & 3) {
	case 0:
		return quadrant0(half, insn);
	case 1:
		return quadrant1(half, insn);
	case 2:
		return quadrant2(half, insn);
	default:
		insn->length = 4;
		return code.size >= 4 && full(read_le32(code.data), insn);
	}
}
