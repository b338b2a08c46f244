/*
 * Instructions of RV64: the RISC-V unprivileged manual, "RV32/64G Instruction Set Listings" and the
 * chapters "C", "Zc*", "B", "V"; the privileged manual for SYSTEM. Major opcodes that are known
 * have a destination at the same place, so that an instruction of an extension that is not is
 * INSN_OTHER with that as its target.
 *
 * A prefetch is an ori to x0, and so INSN_OTHER; cache operations and the shadow stack's are too.
 * Of vectors the memory has no width: vl and vtype say it.
 *
 * Nothing runs behind ebreak, unimp and xret as far as this is concerned: a handler may
 * come back, as Linux does after a warning: lib/code asks its table.
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
	insn->call = insn->falls = call;
	return true;
}

/* To `distance` bytes from here. */
static bool direct(struct insn *insn, int64_t distance, bool falls)
{
	insn->kind = INSN_BRANCH;
	insn->direct = true;
	insn->constant = distance;
	insn->falls = falls;
	return true;
}

static bool other(struct insn *insn, uint8_t target)
{
	insn->target = target;
	return true;
}

static bool set(struct insn *insn, uint8_t target, int64_t value)
{
	insn->kind = INSN_SET;
	insn->target = target;
	insn->constant = value;
	settle(insn);
	return true;
}

static bool more(struct insn *insn, uint8_t target, uint8_t first, int64_t value)
{
	insn->kind = INSN_MORE;
	insn->target = target;
	insn->first = first;
	insn->constant = value;
	insn->keeps = ~UINT64_C(0);
	settle(insn);
	return true;
}

/* The address of the word around a byte is that of the byte, and -4: few bits are cleared then. */
static bool mask(struct insn *insn, uint8_t target, uint8_t first, int64_t bits_kept)
{
	if (bits_kept < INSN_MASK_LEAST || bits_kept > -2 || (-bits_kept & (-bits_kept - 1)))
		return other(insn, target);
	more(insn, target, first, 0);
	if (insn->kind == INSN_MORE)
		insn->keeps = (uint64_t)bits_kept;
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

static bool subtract(struct insn *insn, uint8_t target, uint8_t first, uint8_t second)
{
	insn->kind = INSN_SUBTRACT;
	insn->target = target;
	insn->first = first;
	insn->second = second;
	settle(insn);
	return true;
}

/* Loads and stores: `width` bytes at the register `first` and `offset`. */
static bool load(struct insn *insn, uint8_t target, uint8_t first, int64_t offset, unsigned width)
{
	insn->kind = INSN_LOAD;
	insn->target = target;
	insn->first = first;
	insn->constant = offset;
	touches(insn, INSN_READS, width);
	return true;
}

static bool store(struct insn *insn, uint8_t first, int64_t offset, unsigned width)
{
	insn->kind = INSN_STORE;
	insn->first = first;
	insn->constant = offset;
	touches(insn, INSN_WRITES, width);
	return true;
}

static uint32_t funct3(uint32_t word)
{
	return bits(word, 14, 12);
}

/* "Immediate Encoding Variants": I, S, B, U and J. */
static int64_t immediate_i(uint32_t word)
{
	return signed_bits(word, 31, 20);
}

static int64_t immediate_s(uint32_t word)
{
	return signed_bits(word, 31, 25) * 32 + bits(word, 11, 7);
}

static int64_t immediate_b(uint32_t word)
{
	return signed_bits(word, 31, 31) * 4096 + bits(word, 7, 7) * 2048 +
	       bits(word, 30, 25) * 32 + bits(word, 11, 8) * 2;
}

static int64_t immediate_u(uint32_t word)
{
	return signed_bits(word, 31, 12) * 4096;
}

static int64_t immediate_j(uint32_t word)
{
	return signed_bits(word, 31, 31) * 0x100000 + bits(word, 19, 12) * 4096 +
	       bits(word, 20, 20) * 2048 + bits(word, 30, 21) * 2;
}

/* OP and OP-32, OP-IMM and OP-IMM-32 differ in bit 3. */
static enum insn_cut cut_of(uint32_t word)
{
	return bit(word, 3) ? INSN_SIGN_32 : INSN_WHOLE;
}

/* OP-IMM and OP-IMM-32: addi, addiw, andi. */
static bool operate_immediate(uint32_t word, struct insn *insn)
{
	if (funct3(word) == 7 && !bit(word, 3))
		return mask(insn, written(word, 7), read(word, 15), immediate_i(word));
	if (funct3(word) != 0)
		return other(insn, written(word, 7));
	insn->cut = cut_of(word);
	return more(insn, written(word, 7), read(word, 15), immediate_i(word));
}

/* AUIPC, LUI. */
static bool upper_immediate(uint32_t word, struct insn *insn)
{
	insn->pc_relative = !bit(word, 5);
	insn->upper = true;
	return set(insn, written(word, 7), immediate_u(word));
}

/*
 * OP and OP-32: add and sub, addw and subw; sh1add to sh3add and add.uw change rs1 first, so that
 * rs2 is what may be an address.
 */
static bool operate(uint32_t word, struct insn *insn)
{
	const uint32_t function = word >> 25 << 3 | funct3(word);
	const bool scaled = (function & ~UINT32_C(6)) == 0x80 && funct3(word) != 0;
	const bool unsigned_word = function == 0x20 && bit(word, 3);

	if (function == 0) {
		insn->cut = cut_of(word);
		return add(insn, written(word, 7), read(word, 15), read(word, 20));
	}
	if (function == 0x100) {
		insn->cut = cut_of(word);
		return subtract(insn, written(word, 7), read(word, 15), read(word, 20));
	}
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
	const unsigned width = funct3(word) < 5 ? 1U << funct3(word) : 0;

	/* lr and sc. */
	insn->exclusive = operation == 2 || operation == 3;
	/* lr; the load-acquire of Zalasr. */
	if (operation == 2 || operation == 6)
		return load(insn, written(word, 7), read(word, 15), 0, width);
	store(insn, read(word, 15), 0, width);
	/* sc; the store-release of Zalasr. */
	if (operation != 3 && operation != 7)
		insn->memory = INSN_CHANGES;
	insn->bitwise = operation == 4 || operation == 8 || operation == 12;
	insn->also = written(word, 7);
	/* amocas.q: a pair, of which x0 is a whole one. */
	if (operation == 5 && funct3(word) == 4 && reg5(word, 7) != 0 && reg5(word, 7) != 31)
		writes_too(insn, (uint8_t)(reg5(word, 7) + 1));
	return true;
}

/* LOAD-FP, STORE-FP: of 2 to 16 bytes; with other widths, vectors without a displacement. */
static bool float_memory(uint32_t word, struct insn *insn)
{
	const bool vector = funct3(word) == 0 || funct3(word) > 4;
	const unsigned width = vector ? 0 : 1U << funct3(word);

	if (bit(word, 5))
		return store(insn, read(word, 15), vector ? 0 : immediate_s(word), width);
	return load(insn, INSN_NO_REGISTER, read(word, 15), vector ? 0 : immediate_i(word), width);
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
	const unsigned width = 1U << bits(word, 27, 26);

	if (bit(word, 31))
		return other(insn, written(word, 7));
	if (bit(word, 25))
		return store(insn, read(word, 15), 0, width);
	return load(insn, written(word, 7), read(word, 15), 0, width);
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

/* beq and bne; x0 is 0. */
static bool branch(uint32_t word, struct insn *insn)
{
	if (funct3(word) < 2 && (reg5(word, 15) == 0 || reg5(word, 20) == 0))
		insn->asks = (uint8_t)(1 + (reg5(word, 15) | reg5(word, 20)));
	return (funct3(word) & 6) != 2 && direct(insn, immediate_b(word), true);
}

/* JAL, JALR. */
static bool jump(uint32_t word, struct insn *insn)
{
	insn->target = written(word, 7);
	insn->call = insn->target != INSN_NO_REGISTER;
	if (bit(word, 3))
		return direct(insn, immediate_j(word), insn->call);
	return stop(insn, insn->call);
}

/* "RISC-V base opcode map, inst[1:0]=11". */
static bool full(uint32_t word, struct insn *insn)
{
	switch (bits(word, 6, 2)) {
	case 0x00: /* LOAD */
		return funct3(word) != 7 && load(insn, written(word, 7), read(word, 15),
						    immediate_i(word), 1U << (funct3(word) & 3));
	case 0x01: /* LOAD-FP, STORE-FP; vectors too */
	case 0x09:
		return float_memory(word, insn);
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
		return upper_immediate(word, insn);
	case 0x08: /* STORE */
		return funct3(word) < 4 &&
		       store(insn, read(word, 15), immediate_s(word), 1U << funct3(word));
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

/* Offsets of c.lw and c.sw, of c.ld and c.sd, and of Zcb's: in bytes, and by halves. */
static int64_t offset_of_4(uint32_t word)
{
	return bits(word, 12, 10) * 8 + bits(word, 6, 6) * 4 + bits(word, 5, 5) * 64;
}

static int64_t offset_of_8(uint32_t word)
{
	return bits(word, 12, 10) * 8 + bits(word, 6, 5) * 64;
}

static int64_t offset_of_1(uint32_t word)
{
	return bits(word, 6, 6) + bits(word, 5, 5) * 2;
}

static int64_t offset_of_2(uint32_t word)
{
	return bits(word, 5, 5) * 2;
}

/* Zcb: c.lbu, c.lhu and c.lh, c.sb, c.sh. */
static bool small_memory(uint32_t word, struct insn *insn)
{
	const uint8_t base = reg3(word, 7), rd = reg3(word, 2);

	switch (bits(word, 12, 10)) {
	case 0:
		return load(insn, rd, base, offset_of_1(word), 1);
	case 1:
		return load(insn, rd, base, offset_of_2(word), 2);
	case 2:
		return store(insn, base, offset_of_1(word), 1);
	case 3:
		return !bit(word, 6) && store(insn, base, offset_of_2(word), 2);
	default:
		return false;
	}
}

/* c.addi4spn. */
static int64_t stack_address(uint32_t word)
{
	return bits(word, 12, 11) * 16 + bits(word, 10, 7) * 64 + bits(word, 6, 6) * 4 +
	       bits(word, 5, 5) * 8;
}

/* "RVC Quadrant 0"; funct3 4 is Zcb. */
static bool quadrant0(uint32_t word, struct insn *insn)
{
	const uint8_t base = reg3(word, 7), rd = reg3(word, 2);

	switch (bits(word, 15, 13)) {
	case 0: /* c.addi4spn; all bits zero is an illegal instruction for good, a trap */
		if (word == 0)
			return stop(insn, false);
		return bits(word, 12, 5) != 0 && more(insn, rd, REGISTER_SP, stack_address(word));
	case 1: /* c.fld */
		return load(insn, INSN_NO_REGISTER, base, offset_of_8(word), 8);
	case 2: /* c.lw */
		return load(insn, rd, base, offset_of_4(word), 4);
	case 3: /* c.ld */
		return load(insn, rd, base, offset_of_8(word), 8);
	case 4:
		return small_memory(word, insn);
	case 6: /* c.sw */
		return store(insn, base, offset_of_4(word), 4);
	default: /* c.fsd, c.sd */
		return store(insn, base, offset_of_8(word), 8);
	}
}

/* The immediate of CI, 6 bits with a sign. */
static int64_t immediate_6(uint32_t word)
{
	return signed_bits(word, 12, 12) * 32 + bits(word, 6, 2);
}

/* "RVC Quadrant 1", funct3 4; the last of it is Zcb. */
static bool compressed_operate(uint32_t word, struct insn *insn)
{
	const uint8_t rd = reg3(word, 7);

	if (bits(word, 11, 10) == 2) /* c.andi */
		return mask(insn, rd, rd, immediate_6(word));
	if (bits(word, 11, 10) == 3 && bits(word, 6, 5) == 0) { /* c.sub, c.subw */
		insn->cut = bit(word, 12) ? INSN_SIGN_32 : INSN_WHOLE;
		return subtract(insn, rd, rd, reg3(word, 2));
	}
	if (bits(word, 11, 10) == 3 && bit(word, 12)) {
		if (bits(word, 6, 5) == 1) { /* c.addw */
			insn->cut = INSN_SIGN_32;
			return add(insn, rd, rd, reg3(word, 2));
		}
		if (bits(word, 6, 5) == 3 && bits(word, 4, 2) > 5)
			return false;
	}
	return other(insn, rd);
}

static int64_t stack_step(uint32_t word)
{
	return signed_bits(word, 12, 12) * 512 + bits(word, 6, 6) * 16 + bits(word, 5, 5) * 64 +
	       bits(word, 4, 3) * 128 + bits(word, 2, 2) * 32;
}

/* c.addi16sp, c.lui, and where its constant would be 0, c.mop. */
static bool upper(uint32_t word, struct insn *insn)
{
	const bool zero = !bit(word, 12) && bits(word, 6, 2) == 0;

	if (zero)
		return bit(word, 7) && reg5(word, 7) < 16;
	if (reg5(word, 7) == REGISTER_SP)
		return more(insn, REGISTER_SP, REGISTER_SP, stack_step(word));
	return set(insn, written(word, 7), immediate_6(word) * 4096);
}

/* c.j. */
static int64_t jump_distance(uint32_t word)
{
	return signed_bits(word, 12, 12) * 2048 + bits(word, 11, 11) * 16 +
	       bits(word, 10, 9) * 256 + bits(word, 8, 8) * 1024 + bits(word, 7, 7) * 64 +
	       bits(word, 6, 6) * 128 + bits(word, 5, 3) * 2 + bits(word, 2, 2) * 32;
}

/* c.beqz, c.bnez. */
static int64_t branch_distance(uint32_t word)
{
	return signed_bits(word, 12, 12) * 256 + bits(word, 11, 10) * 8 + bits(word, 6, 5) * 64 +
	       bits(word, 4, 3) * 2 + bits(word, 2, 2) * 32;
}

/* "RVC Quadrant 1". */
static bool quadrant1(uint32_t word, struct insn *insn)
{
	const uint8_t rd = written(word, 7);

	switch (bits(word, 15, 13)) {
	case 0: /* c.addi, c.addiw */
		return more(insn, rd, rd, immediate_6(word));
	case 1:
		insn->cut = INSN_SIGN_32;
		return rd != INSN_NO_REGISTER && more(insn, rd, rd, immediate_6(word));
	case 2: /* c.li */
		return set(insn, rd, immediate_6(word));
	case 3:
		return upper(word, insn);
	case 4:
		return compressed_operate(word, insn);
	case 5: /* c.j */
		return direct(insn, jump_distance(word), false);
	default: /* c.beqz, c.bnez */
		insn->asks = (uint8_t)(1 + 8 + bits(word, 9, 7));
		return direct(insn, branch_distance(word), true);
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

/* Offsets from sp: of loads, CI, and of stores, CSS, of 4 and of 8 bytes. */
static int64_t stack_load_4(uint32_t word)
{
	return bits(word, 12, 12) * 32 + bits(word, 6, 4) * 4 + bits(word, 3, 2) * 64;
}

static int64_t stack_load_8(uint32_t word)
{
	return bits(word, 12, 12) * 32 + bits(word, 6, 5) * 8 + bits(word, 4, 2) * 64;
}

static int64_t stack_store_4(uint32_t word)
{
	return bits(word, 12, 9) * 4 + bits(word, 8, 7) * 64;
}

static int64_t stack_store_8(uint32_t word)
{
	return bits(word, 12, 10) * 8 + bits(word, 9, 7) * 64;
}

/* "RVC Quadrant 2". */
static bool quadrant2(uint32_t word, struct insn *insn)
{
	const uint8_t rd = written(word, 7);

	switch (bits(word, 15, 13)) {
	case 0: /* c.slli */
		return other(insn, rd);
	case 1: /* c.fldsp */
		return load(insn, INSN_NO_REGISTER, REGISTER_SP, stack_load_8(word), 8);
	case 2: /* c.lwsp */
		return rd != INSN_NO_REGISTER && load(insn, rd, REGISTER_SP, stack_load_4(word), 4);
	case 3: /* c.ldsp */
		return rd != INSN_NO_REGISTER && load(insn, rd, REGISTER_SP, stack_load_8(word), 8);
	case 4:
		return compressed_move(word, insn);
	case 6: /* c.swsp */
		return store(insn, REGISTER_SP, stack_store_4(word), 4);
	default: /* c.fsdsp, c.sdsp */
		return store(insn, REGISTER_SP, stack_store_8(word), 8);
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

bool riscv64_allows_interrupts(struct span code)
{
	enum { CSRRSI = 0x6073, SSTATUS = 0x100, SIE = 1 << 1, MSTATUS = 0x300, MIE = 1 << 3 };
	const uint32_t word = code.size >= 4 ? read_le32(code.data) : 0;
	const uint32_t bits = word >> 15 & 0x1f;

	/* Unprivileged manual, "Zicsr"; privileged manual, 3.1.6 and 10.1.1. */
	if ((word & 0x707f) != CSRRSI)
		return false;
	return (word >> 20 == SSTATUS && (bits & SIE)) || (word >> 20 == MSTATUS && (bits & MIE));
}
