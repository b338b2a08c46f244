/*
 * Instructions of A64, by the tables of the Arm Architecture Reference Manual (DDI 0487), C4.1 "A64
 * instruction set encoding"; a function a table. What the tables leave unallocated is refused where
 * it costs nothing to see.
 *
 * A prefetch is INSN_OTHER, and so are cache maintenance, dc zva with it, memory copy and set, and
 * what SVE does with memory: no general register comes from it. What stores tags counts as writing
 * the bytes that they are for.
 *
 * Nothing runs behind brk, hlt, dcps and udf as far as this is concerned: a handler may
 * come back, as Linux does after a warning: lib/code asks its table.
 */
#include "arch/aarch64/insn.h"

#include "arch/decode.h"
#include "runtime/percpu_note.h"

enum {
	REGISTER_SP = 31,
	REGISTER_LINK = 30,
};

/* Register 31 as the zero register: what is written there is lost. */
static uint8_t written(uint32_t word, unsigned at)
{
	return reg5(word, at) == 31 ? INSN_NO_REGISTER : reg5(word, at);
}

static uint8_t read(uint32_t word, unsigned at)
{
	return reg5(word, at) == 31 ? INSN_ZERO_REGISTER : reg5(word, at);
}

/* The second of a pair that is named by its first, an even number. */
static uint8_t next_of(uint8_t reg)
{
	return reg >= 30 ? INSN_NO_REGISTER : (uint8_t)(reg + 1);
}

static bool stop(struct insn *insn, bool call)
{
	insn->kind = INSN_BRANCH;
	insn->call = insn->falls = call;
	return true;
}

/* A branch to `constant` words from here. */
static bool jump(struct insn *insn, int64_t words, bool falls)
{
	insn->kind = INSN_BRANCH;
	insn->direct = true;
	insn->constant = words * 4;
	insn->falls = falls;
	return true;
}

/* What a W register as the target leaves of the result. */
static enum insn_cut cut_of(uint32_t word)
{
	return bit(word, 31) ? INSN_WHOLE : INSN_ZERO_32;
}

/* "Add/subtract (immediate)": 31 is sp, but for the result that comes with flags. */
static bool add_immediate(uint32_t word, struct insn *insn)
{
	const int64_t value = (int64_t)bits(word, 21, 10) << (bit(word, 22) ? 12 : 0);

	insn->kind = INSN_MORE;
	insn->target = bit(word, 29) ? written(word, 0) : reg5(word, 0);
	insn->first = reg5(word, 5);
	insn->constant = bit(word, 30) ? -value : value;
	insn->keeps = ~UINT64_C(0);
	insn->cut = cut_of(word);
	if (bits(word, 30, 29) == 3 && value == 0 && reg5(word, 0) == 31)
		insn->asks = (uint8_t)(1 + reg5(word, 5));
	/* C6.2 "MOV (to/from SP)". */
	if (bits(word, 30, 29) == 0 && bits(word, 22, 10) == 0 &&
		(insn->target == REGISTER_SP || insn->first == REGISTER_SP)) {
		insn->kind = INSN_MOVE;
		insn->keeps = 0;
	}
	settle(insn);
	return true;
}

/* "Add/subtract (immediate, with tags)", "Min/max (immediate)". */
static bool add_tagged(uint32_t word, struct insn *insn)
{
	const int64_t value = (int64_t)bits(word, 21, 16) * 16;

	if (bit(word, 22)) {
		insn->target = written(word, 0);
		return true;
	}
	insn->kind = INSN_MORE;
	insn->target = reg5(word, 0);
	insn->first = reg5(word, 5);
	insn->constant = bit(word, 30) ? -value : value;
	insn->keeps = ~UINT64_C(0);
	return bit(word, 31) && !bit(word, 29);
}

/* N:NOT(imms), of which the highest bit tells the size of the element that is repeated. */
static uint32_t element_bits(uint32_t word)
{
	return bits(word, 22, 22) << 6 | (bits(word, 15, 10) ^ 0x3f);
}

/*
 * J1.3 "DecodeBitMasks": an element of 2 to 64 bits, `ones` of them set, turned right, and repeated
 * over the 64.
 */
static uint64_t bit_mask(uint32_t word)
{
	unsigned size = 64, ones, turn;
	uint64_t mask;

	while (!(element_bits(word) & size))
		size /= 2;
	ones = bits(word, 15, 10) % size + 1;
	turn = bits(word, 21, 16) % size;
	mask = ~UINT64_C(0) >> (64 - ones);
	if (turn)
		mask = (mask >> turn | mask << (size - turn)) & ~UINT64_C(0) >> (64 - size);
	for (; size < 64; size *= 2)
		mask |= mask << size;
	return mask;
}

/* "Logical (immediate)": and, orr, eor, ands. */
static bool logical_immediate(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 30, 29), element = element_bits(word);

	/* An element of 1 bit, or all of whose bits are set. */
	if ((element & (element - 1)) == 0 || (!bit(word, 31) && bit(word, 22)))
		return false;
	insn->target = operation == 3 ? written(word, 0) : reg5(word, 0);
	if (operation == 1 && reg5(word, 5) == 31) {
		insn->kind = INSN_SET;
		insn->cut = cut_of(word);
		insn->constant = cut_to(insn->cut, (int64_t)bit_mask(word));
	}
	return true;
}

/* "Move wide (immediate)": movn, movz, movk. */
static bool move_wide(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 30, 29), place = bits(word, 22, 21);
	const uint64_t value = (uint64_t)bits(word, 20, 5) << 16 * place;

	if (operation == 1 || (!bit(word, 31) && place > 1))
		return false;
	insn->target = written(word, 0);
	insn->reach = (uint8_t)(16 * (place + 1));
	insn->cut = cut_of(word);
	insn->constant = (int64_t)value;
	insn->kind = INSN_SET;
	if (operation == 3) {
		insn->kind = INSN_MORE;
		insn->first = insn->target;
		insn->keeps = ~(UINT64_C(0xffff) << 16 * place);
		insn->by_or = true;
	} else if (operation == 0) {
		insn->constant = cut_to(insn->cut, (int64_t)~value);
	}
	settle(insn);
	return true;
}

/* "Extract", and "Data-processing (1 source immediate)": autiasppc, which changes x30. */
static bool extract(uint32_t word, struct insn *insn)
{
	insn->target = bits(word, 30, 29) == 3 ? REGISTER_LINK : written(word, 0);
	return true;
}

/* "PC-rel. addressing": adr and adrp. */
static bool address(uint32_t word, struct insn *insn)
{
	const int64_t value = signed_bits(word, 23, 5) * 4 + bits(word, 30, 29);

	insn->kind = INSN_SET;
	insn->pc_relative = true;
	insn->target = written(word, 0);
	insn->page = bit(word, 31);
	insn->constant = insn->page ? value * 4096 : value;
	settle(insn);
	return true;
}

/* "Data Processing -- Immediate". */
static bool immediate(uint32_t word, struct insn *insn)
{
	switch (bits(word, 25, 23)) {
	case 0:
	case 1:
		return address(word, insn);
	case 2:
		return add_immediate(word, insn);
	case 3:
		return add_tagged(word, insn);
	case 4:
		return logical_immediate(word, insn);
	case 5:
		return move_wide(word, insn);
	case 6:
		insn->target = written(word, 0);
		return bits(word, 30, 29) != 3;
	default:
		return extract(word, insn);
	}
}

/* "Hints": pointer authentication without operands, xpaclri, chkfeat. */
static uint8_t hint_target(uint32_t number)
{
	switch (number) {
	case 8:
	case 10:
	case 12:
	case 14:
		return 17;
	case 40:
		return 16;
	case 7:
		return REGISTER_LINK;
	default:
		return number >= 24 && number <= 31 ? REGISTER_LINK : INSN_NO_REGISTER;
	}
}

/* The register that mrs or msr names by op0 to op2, if it may be a CPU's base; 0 for others. */
static uint8_t base_of(uint32_t word)
{
	switch (bits(word, 20, 5)) {
	case AARCH64_TPIDR_EL0:
		return PERCPU_NOTE_REGISTER_TPIDR_EL0;
	case AARCH64_TPIDR_EL1:
		return PERCPU_NOTE_REGISTER_TPIDR_EL1;
	case AARCH64_TPIDR_EL2:
		return PERCPU_NOTE_REGISTER_TPIDR_EL2;
	default:
		return 0;
	}
}

/* "System register move". A base that goes nowhere is of no interest. */
static bool move_base(uint32_t word, struct insn *insn)
{
	const bool get = bit(word, 21);

	if (get)
		insn->target = written(word, 0);
	else
		insn->first = read(word, 0);
	if (get && insn->target == INSN_NO_REGISTER)
		return true;
	insn->kind = get ? INSN_GET_BASE : INSN_PUT_BASE;
	insn->base_number = base_of(word);
	return true;
}

/* From "Hints" to "System register move" and its forms of 128 bits. */
static bool system(uint32_t word, struct insn *insn)
{
	const bool wide = bit(word, 22);

	if (bits(word, 23, 22) == 0 && base_of(word))
		return move_base(word, insn);

	if (word >> 12 == 0xd5032)
		insn->target =
			reg5(word, 0) == 31 ? hint_target(bits(word, 11, 5)) : INSN_NO_REGISTER;
	else if (bits(word, 31, 12) == 0xd5233)
		insn->target = written(word, 0); /* tstart, ttest */
	else if (bit(word, 21)) {
		/* sysl, mrs, mrrs. */
		insn->target = written(word, 0);
		if (wide)
			insn->also = next_of(reg5(word, 0));
	}
	return !bit(word, 23);
}

/* "Unconditional branch (register)". */
static bool branch_register(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 24, 21);

	if (operation > 5 && operation != 8 && operation != 9)
		return false;
	if ((operation & 7) == 1)
		insn->target = REGISTER_LINK;
	return bits(word, 20, 16) == 31 && operation != 3 &&
	       stop(insn, insn->target == REGISTER_LINK);
}

/* "Conditional branch (immediate)"; bit 24 is a return, of which the label is where it is signed.
 */
static bool conditional(uint32_t word, struct insn *insn)
{
	if (bit(word, 24))
		return stop(insn, false);
	/* Conditions 14 and 15 are always true. */
	return jump(insn, signed_bits(word, 23, 5), bits(word, 3, 1) != 7);
}

/* "Compare and branch (immediate)", "Test and branch", and comparing two registers: 9 bits. */
static bool compare_and_branch(uint32_t word, struct insn *insn)
{
	switch (bits(word, 30, 24)) {
	case 0x34:
	case 0x35:
		insn->asks = (uint8_t)(1 + reg5(word, 0));
		return jump(insn, signed_bits(word, 23, 5), true);
	case 0x36:
	case 0x37:
		return jump(insn, signed_bits(word, 18, 5), true);
	case 0x74:
	case 0x75:
		return jump(insn, signed_bits(word, 13, 5), true);
	default:
		return false;
	}
}

/* "Exception generation": svc, hvc and smc come back. */
static bool exception(uint32_t word, struct insn *insn)
{
	return bits(word, 4, 2) == 0 &&
	       stop(insn, bits(word, 23, 21) == 0 && bits(word, 1, 0) != 0);
}

/* "Branches, Exception Generating and System instructions". */
static bool branch(uint32_t word, struct insn *insn)
{
	switch (word >> 29) {
	case 0:
		return jump(insn, signed_bits(word, 25, 0), false);
	case 4:
		insn->target = REGISTER_LINK;
		insn->call = true;
		return jump(insn, signed_bits(word, 25, 0), true);
	case 6:
		if (bits(word, 28, 24) == 0x14)
			return exception(word, insn);
		if (bits(word, 28, 24) == 0x15)
			return system(word, insn);
		return branch_register(word, insn);
	case 2:
		return conditional(word, insn);
	default:
		return compare_and_branch(word, insn);
	}
}

/* "Load/store exclusive", ordered, and compare and swap; unprivileged ones with bit 24. */
static bool exclusive(uint32_t word, struct insn *insn)
{
	const bool ordered = bit(word, 23), load = bit(word, 22), pair = bit(word, 21);
	const unsigned width = 1U << (word >> 30);

	insn->kind = load ? INSN_LOAD : INSN_STORE;
	insn->first = reg5(word, 5);
	if (pair && (ordered || !bit(word, 31))) {
		insn->kind = INSN_STORE;
		insn->also = written(word, 16);
		if (ordered) {
			touches(insn, INSN_CHANGES, width);
			return true;
		}
		/* casp: bit 30 tells W from X. */
		touches(insn, INSN_CHANGES, bit(word, 30) ? 16 : 8);
		insn->pair = true;
		writes_too(insn, next_of(reg5(word, 16)));
		return true;
	}
	touches(insn, load ? INSN_READS : INSN_WRITES, pair ? 2 * width : width);
	insn->pair = pair;
	insn->exclusive = !ordered;
	if (load) {
		insn->target = written(word, 0);
		insn->also = pair ? written(word, 10) : INSN_NO_REGISTER;
	} else if (!ordered) {
		insn->also = written(word, 16);
	}
	return true;
}

/* The registers that ld1 to ld4 and st1 to st4 name, by bits 15 to 12; 0: unallocated. */
static const uint8_t structure_registers[16] = {
	[0] = 4,
	[2] = 4,
	[4] = 3,
	[6] = 3,
	[7] = 1,
	[8] = 2,
	[10] = 2,
};

/* Of one element of each of up to four registers: bits 15 and 14 tell its size, of 8 bytes with
 * more bits; 3 is ld1r and its like, whose size stands in bits 11 and 10. */
static unsigned element_size(uint32_t word)
{
	const unsigned scale = bits(word, 15, 14);

	if (scale == 3)
		return 1U << bits(word, 11, 10);
	return scale == 2 && bit(word, 10) ? 8 : 1U << scale;
}

/* "Advanced SIMD load/store multiple structures", "single structure", and post-indexed. */
static bool structures(uint32_t word, struct insn *insn)
{
	const bool load = bit(word, 22);
	unsigned width;

	if (bit(word, 24))
		width = element_size(word) * (bits(word, 13, 13) * 2 + bits(word, 21, 21) + 1);
	else
		width = structure_registers[bits(word, 15, 12)] * (bit(word, 30) ? 16U : 8U);
	insn->kind = load ? INSN_LOAD : INSN_STORE;
	insn->first = reg5(word, 5);
	if (bit(word, 23))
		insn->also = insn->first;
	touches(insn, load ? INSN_READS : INSN_WRITES, width);
	return !bit(word, 31) && width != 0;
}

/* "Load register (literal)". */
static bool literal(uint32_t word, struct insn *insn)
{
	const bool vector = bit(word, 26);

	if (word >> 30 == 3)
		return !vector; /* prfm */
	insn->kind = INSN_LOAD;
	insn->pc_relative = true;
	insn->target = vector ? INSN_NO_REGISTER : written(word, 0);
	insn->constant = signed_bits(word, 23, 5) * 4;
	/* ldrsw, of which opc is 2, reads a word; vectors are of 4, 8 and 16 bytes. */
	if (vector)
		touches(insn, INSN_READS, 4U << (word >> 30));
	else
		touches(insn, INSN_READS, word >> 30 == 1 ? 8 : 4);
	return true;
}

/* Of a register of "Load/store register pair", which its offset is scaled by. */
static unsigned pair_scale(uint32_t word)
{
	const uint32_t size = word >> 30;

	if (bit(word, 26))
		return 4U << size;
	/* ldpsw; stgp, whose offset counts granules of 16 bytes. */
	if (size == 1)
		return bit(word, 22) ? 4 : 16;
	return size ? 8 : 4;
}

/* "Load/store register pair" in its four forms; ldpsw and stgp too. */
static bool pair(uint32_t word, struct insn *insn)
{
	const unsigned scale = pair_scale(word);
	const bool tagged = scale == 16 && !bit(word, 26);

	insn->kind = bit(word, 22) ? INSN_LOAD : INSN_STORE;
	insn->first = reg5(word, 5);
	touches(insn, bit(word, 22) ? INSN_READS : INSN_WRITES, tagged ? 16 : 2 * scale);
	insn->pair = true;
	if (bits(word, 24, 23) != 1) /* not post-indexed */
		insn->constant = signed_bits(word, 21, 15) * (int64_t)scale;
	if (insn->kind == INSN_LOAD && !bit(word, 26)) {
		insn->target = written(word, 0);
		insn->also = written(word, 10);
	}
	if (bit(word, 23)) {
		if (insn->kind == INSN_LOAD && !bit(word, 26))
			writes_too(insn, insn->first);
		else
			insn->also = insn->first;
	}
	return !bit(word, 26) || word >> 30 != 3;
}

/* What size and opc say, which "Load/store register" shares in all its forms. */
static bool access(uint32_t word, struct insn *insn)
{
	const uint32_t size = word >> 30, operation = bits(word, 23, 22);
	const bool vector = bit(word, 26), load = vector ? operation & 1 : operation != 0;

	insn->first = reg5(word, 5);
	insn->kind = load ? INSN_LOAD : INSN_STORE;
	touches(insn, load ? INSN_READS : INSN_WRITES, 1U << size);
	if (vector) {
		if (operation < 2)
			return true;
		insn->width = 16;
		return size == 0;
	}
	if (operation)
		insn->target = written(word, 0);
	return operation < 2 || size < 2 || (size == 2 && operation == 2);
}

/* "Load/store register (unsigned immediate)": counts what is accessed. */
static bool scaled(uint32_t word, struct insn *insn)
{
	const bool defined = access(word, insn);

	insn->constant = (int64_t)bits(word, 21, 10) * insn->width;
	return defined;
}

/* An offset that is not scaled. */
static bool unscaled(uint32_t word, struct insn *insn)
{
	insn->constant = signed_bits(word, 20, 12);
	return access(word, insn);
}

static bool is_prefetch(uint32_t word)
{
	return !bit(word, 26) && word >> 30 == 3 && bits(word, 23, 22) == 2;
}

/* C6.2 "LD64B": eight registers from an even one on, of which x22 is the last. */
static bool load_64_bytes(uint32_t word, struct insn *insn)
{
	const uint8_t reg = reg5(word, 0);

	insn->kind = INSN_LOAD;
	touches(insn, INSN_READS, 64);
	insn->target = reg;
	insn->also = next_of(reg);
	for (unsigned i = 2; i < 8; i++)
		writes_too(insn, reg + i);
	return !(reg & 1) && reg <= 22;
}

/* "Atomic memory operations". */
static bool atomic(uint32_t word, struct insn *insn)
{
	const uint32_t size = word >> 30, operation = bits(word, 15, 12);

	insn->first = reg5(word, 5);
	insn->kind = INSN_STORE;
	touches(insn, INSN_CHANGES, 1U << size);
	if (bit(word, 26)) {
		if (size == 0)
			insn->width = 2; /* BFloat16 */
		return true;
	}
	if (operation == 12) {
		insn->kind = INSN_LOAD; /* ldapr */
		insn->memory = INSN_READS;
		insn->target = written(word, 0);
	} else if (operation < 9) {
		insn->also = written(word, 0);
	} else if (size != 3) {
		insn->width = 8; /* rcwclr, rcwswp, rcwset, and rcws */
		insn->also = written(word, 0);
	} else if (operation == 13) {
		return load_64_bytes(word, insn);
	} else {
		touches(insn, INSN_WRITES, 64); /* st64b */
		if (operation == 10 || operation == 11)
			insn->also = written(word, 16); /* st64bv0, st64bv: the status */
		else if (operation != 9)
			insn->also = written(word, 0);
	}
	return true;
}

/* "Load/store register (pac)". */
static bool load_authenticated(uint32_t word, struct insn *insn)
{
	insn->kind = INSN_LOAD;
	insn->target = written(word, 0);
	insn->first = reg5(word, 5);
	touches(insn, INSN_READS, 8);
	insn->constant = (signed_bits(word, 22, 22) * 512 + bits(word, 20, 12)) * 8;
	if (bit(word, 11))
		insn->also = insn->first;
	return word >> 30 == 3 && !bit(word, 26);
}

static bool register_offset(uint32_t word, struct insn *insn)
{
	if (is_prefetch(word))
		return true;
	insn->second = read(word, 16);
	/* UXTX and SXTX keep 64 bits; S shifts by the size of what is accessed. */
	insn->second_is_index =
		bits(word, 14, 13) != 3 || (bit(word, 12) && (word >> 30 != 0 || bit(word, 26)));
	return bit(word, 14) && access(word, insn);
}

/* "Load/store register": unscaled, indexed, unprivileged, register offset, and atomics. */
static bool single(uint32_t word, struct insn *insn)
{
	if (bit(word, 21)) {
		if (bits(word, 11, 10) == 2)
			return register_offset(word, insn);
		return bit(word, 10) ? load_authenticated(word, insn) : atomic(word, insn);
	}
	if (bits(word, 11, 10) == 0 && is_prefetch(word))
		return true;
	if (!bit(word, 10))
		return unscaled(word, insn);
	insn->also = reg5(word, 5);
	return bit(word, 11) ? unscaled(word, insn) : access(word, insn);
}

/* "Load/store memory tags". */
static bool tags(uint32_t word, struct insn *insn)
{
	const uint32_t form = bits(word, 11, 10), operation = bits(word, 23, 22);

	/* ldg and ldgm: a register gets tags, nothing comes from the memory. */
	if (form == 0 && (operation & 1)) {
		insn->target = written(word, 0);
		return true;
	}
	insn->kind = INSN_STORE;
	insn->first = reg5(word, 5);
	if (bit(word, 10))
		insn->also = insn->first;
	/* stgm and stzgm: of a size that the CPU has. */
	touches(insn, INSN_WRITES, form == 0 ? 0 : 16U << bit(word, 23));
	if (form >= 2)
		insn->constant = signed_bits(word, 20, 12) * 16;
	return true;
}

/* "Memory Copy and Memory Set": addresses and sizes, all counted on. */
static bool memory_copy(uint32_t word, struct insn *insn)
{
	insn->target = written(word, 0);
	insn->also = written(word, 5);
	if (bits(word, 23, 22) != 3)
		writes_too(insn, written(word, 16));
	return word >> 30 == 0;
}

/* "LDIAPP/STILP", and ldapr and stlr with write-back, which bit 23 tells. */
static bool ordered_pair(uint32_t word, struct insn *insn)
{
	const bool load = bit(word, 22), alone = bit(word, 23);
	const bool write_back = alone || !bit(word, 12);
	const unsigned width = (bit(word, 30) ? 8U : 4U) << (alone ? 0 : 1);

	insn->kind = load ? INSN_LOAD : INSN_STORE;
	insn->first = reg5(word, 5);
	touches(insn, load ? INSN_READS : INSN_WRITES, width);
	insn->pair = !alone;
	/* Loads count on behind, stores before. */
	if (write_back && !load)
		insn->constant = -(int64_t)width;
	if (load) {
		insn->target = written(word, 0);
		insn->also = alone ? INSN_NO_REGISTER : written(word, 16);
	}
	if (write_back && load && !alone)
		writes_too(insn, insn->first);
	else if (write_back)
		insn->also = insn->first;
	return bit(word, 31);
}

/* "128-bit atomic memory operations" and "RCW compare and swap". */
static bool atomic_pair(uint32_t word, struct insn *insn)
{
	const uint32_t form = bits(word, 11, 10);

	insn->kind = INSN_STORE;
	insn->first = reg5(word, 5);
	touches(insn, INSN_CHANGES, form & 1 ? 16 : 8);
	if (form == 1)
		insn->width = bit(word, 30) ? 8 : 4;
	else if (form == 0)
		insn->width = 16;
	insn->pair = insn->width == 16;
	if (form == 0) {
		insn->also = written(word, 0);
		writes_too(insn, written(word, 16));
	} else if (form == 1) {
		insn->also = written(word, 0); /* ldtadd and its like */
	} else {
		insn->also = written(word, 16);
		if (form == 3)
			writes_too(insn, next_of(reg5(word, 16)));
	}
	return true;
}

/* Bits 29 to 24 are 0x19, 0x1d: "LDAPR/STLR (unscaled immediate)" and what shares their place. */
static bool ordered(uint32_t word, struct insn *insn)
{
	const bool vector = bit(word, 26);

	if (bit(word, 21) && !vector)
		return word >> 30 == 3 ? tags(word, insn) : atomic_pair(word, insn);
	switch (bits(word, 11, 10)) {
	case 0:
		return !vector && !is_prefetch(word) && unscaled(word, insn);
	case 1:
		return memory_copy(word, insn);
	case 2:
		return vector ? unscaled(word, insn) : ordered_pair(word, insn);
	default:
		touches(insn, INSN_WRITES, 8);
		insn->kind = INSN_STORE; /* gcsstr */
		insn->first = reg5(word, 5);
		return !vector;
	}
}

/* "Loads and Stores". */
static bool memory(uint32_t word, struct insn *insn)
{
	switch (bits(word, 29, 24)) {
	case 0x08:
	case 0x09:
		return exclusive(word, insn);
	case 0x0c:
	case 0x0d:
		return structures(word, insn);
	case 0x18:
	case 0x1c:
		return literal(word, insn);
	case 0x19:
	case 0x1d:
		return ordered(word, insn);
	case 0x28:
	case 0x29:
	case 0x2c:
	case 0x2d:
		return pair(word, insn);
	case 0x38:
	case 0x3c:
		return single(word, insn);
	case 0x39:
	case 0x3d:
		return is_prefetch(word) || scaled(word, insn);
	default:
		return false;
	}
}

/* "Logical (shifted register)"; tst is ands to the zero register. */
static bool logical_register(uint32_t word, struct insn *insn)
{
	insn->target = written(word, 0);
	/* C6.2 "MOV (register)": orr with the zero register, not inverted and not shifted. */
	if (bits(word, 30, 29) == 1 && reg5(word, 5) == 31 && bits(word, 23, 21) == 0 &&
		bits(word, 15, 10) == 0) {
		insn->kind = INSN_MOVE;
		insn->first = read(word, 16);
		insn->cut = cut_of(word);
		settle(insn);
	}
	return bit(word, 31) || !bit(word, 15);
}

/* "Add/subtract (shifted register)" and "(extended register)", where 31 is sp but as an index. */
static bool add_register(uint32_t word, struct insn *insn)
{
	const bool extended = bit(word, 21), subtracts = bit(word, 30);
	const bool whole = extended ? bits(word, 14, 13) == 3 && bits(word, 12, 10) == 0
				    : bits(word, 15, 10) == 0;

	insn->target = extended && !bit(word, 29) ? reg5(word, 0) : written(word, 0);
	insn->first = extended ? reg5(word, 5) : read(word, 5);
	insn->second = read(word, 16);
	/* Shifted and subtracted, or added to nothing. */
	if (!whole && (subtracts || insn->first == INSN_ZERO_REGISTER))
		insn->first = insn->second = INSN_NO_REGISTER;
	else {
		insn->kind = subtracts ? INSN_SUBTRACT : INSN_ADD;
		insn->cut = cut_of(word);
	}
	insn->second_is_index = !whole && !subtracts;
	settle(insn);
	return extended ? bits(word, 23, 22) == 0 && bits(word, 12, 10) <= 4
			: bits(word, 23, 22) != 3 && (bit(word, 31) || !bit(word, 15));
}

/* "Add/subtract (with carry)" and what follows it: addpt, rmif, setf8. */
static bool add_with_carry(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 15, 10);

	if (operation == 0) {
		insn->target = written(word, 0);
	} else if (operation >> 3 == 1) {
		insn->target = reg5(word, 0);
		if (bit(word, 30))
			return bit(word, 31);
		insn->kind = INSN_ADD;
		insn->first = reg5(word, 5);
		insn->second = read(word, 16);
		settle(insn);
	}
	return true;
}

/* "Data-processing (1 source)" and "(2 source)". */
static bool one_or_two_sources(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 15, 10);

	insn->target = written(word, 0);
	if (bit(word, 30)) {
		/* pacia171615, pacib171615, autia171615, autib171615. */
		if (bits(word, 20, 16) == 1 &&
			((operation & 62) == 0x22 || (operation & 62) == 0x2e))
			insn->target = 17;
	} else if (operation == 4) {
		insn->target = reg5(word, 0); /* irg */
	}
	return true;
}

/* "Data Processing -- Register". */
static bool registers(uint32_t word, struct insn *insn)
{
	if (!bit(word, 28))
		return bit(word, 24) ? add_register(word, insn) : logical_register(word, insn);
	switch (bits(word, 24, 21)) {
	case 0:
		return add_with_carry(word, insn);
	case 2: /* ccmp, ccmn */
		return true;
	case 4: /* csel and its like */
		insn->target = written(word, 0);
		return true;
	case 6:
		return one_or_two_sources(word, insn);
	case 1:
	case 3:
	case 5:
	case 7:
		return false;
	default: /* madd and its like */
		insn->target = written(word, 0);
		return bits(word, 30, 29) == 0;
	}
}

/* "Conversion between floating-point and integer", and fixed-point: those that end in a register.
 */
static bool from_float(uint32_t word)
{
	const uint32_t mode = bits(word, 20, 19), operation = bits(word, 18, 16);

	if (!bit(word, 21))
		return mode == 3 && operation < 2;
	if (bits(word, 15, 10) != 0)
		return false;
	switch (operation) {
	case 0: /* fcvtns, fcvtps, fcvtms, fcvtzs */
	case 1:
		return true;
	case 4: /* fcvtas, fcvtau */
	case 5:
		return mode == 0;
	case 6: /* fmov, fjcvtzs */
		return mode != 2;
	default:
		return false;
	}
}

/* "Data Processing -- Scalar Floating-Point and Advanced SIMD". */
static bool vectors(uint32_t word, struct insn *insn)
{
	/* C7.2 "SMOV", "UMOV". */
	const bool moves = (word & 0xbfe0ec00) == 0x0e002c00;

	if (moves || ((word & 0x7f000000) == 0x1e000000 && from_float(word)))
		insn->target = written(word, 0);
	return true;
}

/* C4.1 "SVE encodings": counts, sizes and elements that end in a general register. */
static bool scalable(uint32_t word, struct insn *insn)
{
	switch (word >> 24) {
	case 0x04:
		if ((word & 0xff20e000) == 0x0420e000) /* cntb, incb, sqincb and their like */
			insn->target = written(word, 0);
		else if ((word & 0xffbff000) == 0x04bf5000) /* rdvl, rdsvl */
			insn->target = written(word, 0);
		else if ((word & 0xffa0f000) == 0x04205000) /* addvl, addpl, and streaming */
			insn->target = reg5(word, 0);
		break;
	case 0x05: /* lasta, lastb, clasta, clastb */
		if ((word & 0xff2ee000) == 0x0520a000)
			insn->target = written(word, 0);
		break;
	case 0x25: /* cntp; incp, decp, sqincp and their like */
		if ((word & 0xff38c000) == 0x25208000 || (word & 0xff38f800) == 0x25288800)
			insn->target = written(word, 0);
		break;
	default:
		break;
	}
	return true;
}

/* C4.1 "Reserved", and "SME encodings", of which movt alone writes a general register. */
static bool reserved(uint32_t word, struct insn *insn)
{
	if (bit(word, 31)) {
		if ((word & 0xffff8fe0) == 0xc04c03e0)
			insn->target = written(word, 0);
		return true;
	}
	return word >> 16 == 0 && stop(insn, false);
}

bool aarch64_decode(struct span code, struct insn *insn)
{
	uint32_t word;

	*insn = INSN_PLAIN(4);
	if (code.size < 4)
		return false;
	word = read_le32(code.data);
	switch (bits(word, 28, 25)) {
	case 0:
		return reserved(word, insn);
	case 2:
		return scalable(word, insn);
	case 4:
	case 6:
	case 12:
	case 14:
		return memory(word, insn);
	case 5:
	case 13:
		return registers(word, insn);
	case 7:
	case 15:
		return vectors(word, insn);
	case 8:
	case 9:
		return immediate(word, insn);
	case 10:
	case 11:
		return branch(word, insn);
	default:
		return false;
	}
}

bool aarch64_literal_of(struct span code, uint64_t at, uint64_t *literal)
{
	uint32_t word;

	if (!range_within(at, 4, code.size))
		return false;
	word = read_le32(code.data + at);
	/* C6.2 "LDR (literal)": 64 bits, imm19 is signed and counts words. */
	if (word >> 24 != 0x58)
		return false;
	*literal = at + (((uint64_t)bits(word, 23, 5) ^ 0x40000) - 0x40000) * 4;
	return true;
}

/*
 * What gcc -mcmodel=large has behind adrp: ldr with the low bits, or add with them and ldr next to
 * it, without optimisation. lld makes adr of that add. A displacement on top would be the address
 * of another word.
 */
bool aarch64_load_of(struct span code, uint64_t at, uint64_t *load)
{
	uint32_t word;

	if (!range_within(at, 4, code.size))
		return false;
	word = read_le32(code.data + at);
	*load = at;
	/* C6.2 "LDR (immediate)", unsigned offset, and "LDR (literal)": 64 bits. */
	if (word >> 22 == 0x3e5 || word >> 24 == 0x58)
		return true;
	*load = at + 4;
	/* C6.2 "ADD (immediate)", 64 bits, not shifted, and "ADR". */
	return (word >> 22 == 0x244 || (word & 0x9f000000) == 0x10000000) &&
	       range_within(*load, 4, code.size) &&
	       read_le32(code.data + *load) >> 5 == (0xf9400000 >> 5 | bits(word, 4, 0));
}

bool aarch64_allows_interrupts(struct span code)
{
	const uint32_t word = code.size >= 4 ? read_le32(code.data) : 0;

	/* C5.2.3 "DAIF", C6.2 "MSR (immediate)": op1 3, op2 7; bit 1 of CRm is I. */
	return (word & 0xfffff0ff) == 0xd50340ff && (word & 0x200);
}
