/*
 * Instructions of LA64: LoongArch Reference Manual volume 1, "Instruction Code Table"; those of the
 * vector and binary-translation extensions, which volume 1 leaves out, by what assemblers know.
 *
 * preld and preldx are INSN_OTHER: nothing comes from the memory. The bytes that ldl, ldr, stl and
 * str reach depend on the address.
 *
 * Nothing runs behind break and dbcl as far as this is concerned: a handler may come back, as
 * Linux does after a warning: lib/code asks its table.
 */
#include "arch/loongarch64/insn.h"

#include "arch/decode.h"

enum { REGISTER_LINK = 1 };

static uint8_t written(uint32_t word, unsigned at)
{
	return reg5(word, at) == 0 ? INSN_NO_REGISTER : reg5(word, at);
}

static uint8_t read(uint32_t word, unsigned at)
{
	return reg5(word, at) == 0 ? INSN_ZERO_REGISTER : reg5(word, at);
}

static bool stop(struct insn *insn, bool call)
{
	insn->kind = INSN_BRANCH;
	insn->call = insn->falls = call;
	return true;
}

/* To `words` instructions from here. */
static bool direct(struct insn *insn, int64_t words, bool falls)
{
	insn->kind = INSN_BRANCH;
	insn->direct = true;
	insn->constant = words * 4;
	insn->falls = falls;
	return true;
}

static bool write_rd(uint32_t word, struct insn *insn)
{
	insn->target = written(word, 0);
	return true;
}

/* pcaddi and its like. */
static bool set_relative(uint32_t word, struct insn *insn, int64_t distance)
{
	insn->kind = INSN_SET;
	insn->target = written(word, 0);
	insn->pc_relative = true;
	insn->constant = distance;
	settle(insn);
	return true;
}

static bool more(uint32_t word, struct insn *insn, uint8_t first, int64_t value)
{
	insn->kind = INSN_MORE;
	insn->target = written(word, 0);
	insn->first = first;
	insn->constant = value;
	insn->keeps = ~UINT64_C(0);
	settle(insn);
	return true;
}

static bool add(uint32_t word, struct insn *insn)
{
	insn->kind = INSN_ADD;
	insn->target = written(word, 0);
	insn->first = read(word, 5);
	insn->second = read(word, 10);
	settle(insn);
	return true;
}

static bool subtract(uint32_t word, struct insn *insn, enum insn_cut cut)
{
	insn->kind = INSN_SUBTRACT;
	insn->cut = cut;
	insn->target = written(word, 0);
	insn->first = read(word, 5);
	insn->second = read(word, 10);
	settle(insn);
	return true;
}

/* What a mnemonic of `cut` says of 32 bits: .w has a sign, .wu has none. */
static bool add_cut(uint32_t word, struct insn *insn, enum insn_cut cut)
{
	insn->cut = cut;
	return add(word, insn);
}

/* alsl: rk + (rj << sa), so that rk is what may be an address. */
static bool add_scaled(uint32_t word, struct insn *insn, enum insn_cut cut)
{
	insn->target = written(word, 0);
	if (reg5(word, 10) == 0)
		return true;
	insn->kind = INSN_ADD;
	insn->first = read(word, 10);
	insn->second = read(word, 5);
	insn->second_is_index = true;
	insn->cut = cut;
	settle(insn);
	return true;
}

/* or; with $zero it is what `move` stands for. */
static bool or_registers(uint32_t word, struct insn *insn)
{
	if (reg5(word, 5) == 0 || reg5(word, 10) == 0)
		return add(word, insn);
	return write_rd(word, insn);
}

/* Volume 1, "2R" formats: bits 14 to 10 tell. */
static bool two_registers(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 14, 10);

	if (operation < 2)
		return false;
	/* movgr2scr, x86mttop. */
	if (operation == 2 || operation == 0x1c)
		return true;
	/* rdtimel.w, rdtimeh.w, rdtime.d: the counter's id too. */
	if (operation >= 0x18 && operation <= 0x1a)
		insn->also = written(word, 5);
	return write_rd(word, insn);
}

/* Bits 31 to 22 are 0: from clo.w to the binary translation's, told by bits 21 to 15. */
static bool base(uint32_t word, struct insn *insn)
{
	switch (bits(word, 21, 15)) {
	case 0x00:
		return two_registers(word, insn);
	case 0x01: /* x86inc and its like; asrtle.d, asrtgt.d */
	case 0x02:
	case 0x03:
		return true;
	case 0x08: /* alsl.w */
	case 0x09:
	case 0x0a:
	case 0x0b:
		return add_scaled(word, insn, INSN_SIGN_32);
	case 0x0c: /* alsl.wu */
	case 0x0d:
	case 0x0e:
	case 0x0f:
		return add_scaled(word, insn, INSN_ZERO_32);
	case 0x58: /* alsl.d */
	case 0x59:
	case 0x5a:
	case 0x5b:
		return add_scaled(word, insn, INSN_WHOLE);
	case 0x20: /* add.w */
		return add_cut(word, insn, INSN_SIGN_32);
	case 0x21: /* add.d */
		return add(word, insn);
	case 0x22: /* sub.w */
		return subtract(word, insn, INSN_SIGN_32);
	case 0x23: /* sub.d */
		return subtract(word, insn, INSN_WHOLE);
	case 0x2a:
		return or_registers(word, insn);
	case 0x54: /* break, dbcl */
	case 0x55:
		return stop(insn, false);
	case 0x56: /* syscall, hvcl */
	case 0x57:
		return stop(insn, true);
	case 0x6c: /* armmove; armadd and its like write flags alone */
		return !bit(word, 14) || write_rd(word, insn);
	case 0x6d: /* setx86j, setarmj */
		return write_rd(word, insn);
	default:
		return bits(word, 21, 15) >= 0x6c || write_rd(word, insn);
	}
}

/* Bits 31 to 22 are 1: shifts by constants, bstrins.w, bstrpick.w, and x86 and arm flags. */
static bool shifts(uint32_t word, struct insn *insn)
{
	/* x86rotri, x86srli and their like; x86mtflag, armmtflag. */
	if (bits(word, 21, 18) == 5 || (bits(word, 21, 18) == 7 && bit(word, 5)))
		return true;
	return write_rd(word, insn);
}

/* Bits 31 to 22 are 4: floating-point; from 0x0114b4 and 0x0114bc, and flags, to a register. */
static bool floats(uint32_t word, struct insn *insn)
{
	switch (word >> 10) {
	case 0x0452d: /* movfr2gr.s, movfr2gr.d, movfrh2gr.s */
	case 0x0452e:
	case 0x0452f:
	case 0x04532: /* movfcsr2gr */
	case 0x04537: /* movcf2gr */
		return write_rd(word, insn);
	default:
		return true;
	}
}

/* lu52i.d: bits 63 to 52. */
static bool highest(uint32_t word, struct insn *insn)
{
	insn->kind = INSN_MORE;
	insn->target = written(word, 0);
	insn->first = read(word, 5);
	insn->reach = 64;
	insn->constant = signed_bits(word, 21, 10) * (INT64_C(1) << 52);
	insn->keeps = (UINT64_C(1) << 52) - 1;
	insn->by_or = true;
	settle(insn);
	return true;
}

/* bstrins.d; of $zero into the lowest bits, few of them, it makes a word's address of a byte's. */
static bool insert(uint32_t word, struct insn *insn)
{
	const uint64_t keeps = ~((UINT64_C(2) << bits(word, 21, 16)) - 1);

	if (reg5(word, 5) != 0 || bits(word, 15, 10) != 0 || keeps < (uint64_t)INSN_MASK_LEAST)
		return write_rd(word, insn);
	more(word, insn, read(word, 0), 0);
	if (insn->kind == INSN_MORE)
		insn->keeps = keeps;
	return true;
}

/* Bits 31 to 26 are 0: what bits 25 to 22 tell. */
static bool integers(uint32_t word, struct insn *insn)
{
	switch (bits(word, 25, 22)) {
	case 0:
		return base(word, insn);
	case 1:
		return shifts(word, insn);
	case 4:
		return floats(word, insn);
	case 5:
	case 6:
	case 7:
		return false;
	case 10: /* addi.w */
		insn->cut = INSN_SIGN_32;
		return more(word, insn, read(word, 5), signed_bits(word, 21, 10));
	case 11: /* addi.d */
		return more(word, insn, read(word, 5), signed_bits(word, 21, 10));
	case 12:
		return highest(word, insn);
	case 14: /* ori */
		insn->by_or = true;
		return more(word, insn, read(word, 5), bits(word, 21, 10));
	case 2:
		return insert(word, insn);
	default: /* bstrpick.d, slti, sltui, andi, xori */
		return write_rd(word, insn);
	}
}

/* Volume 1, "iocsr", "tlb" and what is beside them: bits 31 to 15 are 0x0c90 and up. */
static bool privileged(uint32_t word, struct insn *insn)
{
	if (word >> 15 != 0xc90)
		return word >> 17 == 0x0648 >> 1;
	if (bits(word, 14, 10) < 4)
		return write_rd(word, insn); /* iocsrrd */
	if (bits(word, 14, 10) == 14)
		return stop(insn, false); /* ertn */
	return true;
}

/* Bits 31 to 26 are 1: control registers, caches, page tables. */
static bool control(uint32_t word, struct insn *insn)
{
	switch (bits(word, 25, 22)) {
	case 8: /* cacop */
		return true;
	case 9:
		if (bits(word, 21, 18) == 0)
			return write_rd(word, insn); /* lddir */
		return bits(word, 21, 18) == 1 || privileged(word, insn);
	default: /* csrrd, csrwr, csrxchg, and those of a guest */
		return bits(word, 25, 24) < 2 && write_rd(word, insn);
	}
}

/* Loads and stores of `width` bytes; whoever calls has said the displacement. */
static bool load(uint32_t word, struct insn *insn, unsigned width)
{
	insn->kind = INSN_LOAD;
	insn->first = read(word, 5);
	insn->target = written(word, 0);
	touches(insn, INSN_READS, width);
	return true;
}

/* Into a register that is no general one. */
static bool load_float(uint32_t word, struct insn *insn, unsigned width)
{
	insn->kind = INSN_LOAD;
	insn->first = read(word, 5);
	touches(insn, INSN_READS, width);
	return true;
}

static bool store(uint32_t word, struct insn *insn, unsigned width)
{
	insn->kind = INSN_STORE;
	insn->first = read(word, 5);
	touches(insn, INSN_WRITES, width);
	return true;
}

/* A store that leaves its success in rd. */
static bool store_conditional(uint32_t word, struct insn *insn, unsigned width)
{
	insn->also = written(word, 0);
	insn->exclusive = true;
	return store(word, insn, width);
}

static bool load_linked(uint32_t word, struct insn *insn, unsigned width)
{
	insn->exclusive = true;
	return load(word, insn, width);
}

/* Leaves what was there before in rd. */
static bool exchange(uint32_t word, struct insn *insn, unsigned width)
{
	insn->also = written(word, 0);
	store(word, insn, width);
	insn->memory = INSN_CHANGES;
	return true;
}

/* ll, sc, ldptr, stptr: bits 31 to 24. */
static bool wide_offset(uint32_t word, struct insn *insn)
{
	const unsigned width = bit(word, 25) ? 8 : 4;

	insn->constant = signed_bits(word, 23, 10) * 4;
	switch (bits(word, 26, 24)) {
	case 0:
	case 2:
		return load_linked(word, insn, width);
	case 1:
	case 3:
		return store_conditional(word, insn, width);
	case 5:
	case 7:
		return store(word, insn, width);
	default:
		return load(word, insn, width);
	}
}

/* Bits 31 to 27 are 5: ld.b to vst, told by bits 26 to 22. */
static bool offset(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 26, 22);

	if (operation == 0x0b) /* preld */
		return true;
	insn->constant = signed_bits(word, 21, 10);
	switch (operation) {
	case 0x04: /* st.b to st.d */
	case 0x05:
	case 0x06:
	case 0x07:
		return store(word, insn, 1U << (operation & 3));
	case 0x0c: /* fld.s, fld.d */
	case 0x0e:
		return load_float(word, insn, operation == 0x0c ? 4 : 8);
	case 0x0d: /* fst.s, fst.d */
	case 0x0f:
		return store(word, insn, operation == 0x0d ? 4 : 8);
	case 0x10: /* vld, xvld */
	case 0x12:
		return load_float(word, insn, operation == 0x10 ? 16 : 32);
	case 0x11: /* vst, xvst */
	case 0x13:
		return store(word, insn, operation == 0x11 ? 16 : 32);
	case 0x14:
	case 0x15:
	case 0x16:
	case 0x17:
		return false;
	case 0x18: /* ldl, ldr */
	case 0x19:
	case 0x1a:
	case 0x1b:
		return load(word, insn, 0);
	case 0x1c: /* stl, str */
	case 0x1d:
	case 0x1e:
	case 0x1f:
		return store(word, insn, 0);
	default: /* ld.b to ld.d, ld.bu to ld.wu */
		return load(word, insn, 1U << (operation & 3));
	}
}

/*
 * Bits 31 to 26 are 0x0c: vldrepl, vstelm and their like. The highest bit of 23 to 20 tells the
 * element, of 1 to 8 bytes, which the offset counts: it has 12 bits less those, and 8 beside the
 * number of an element.
 */
static bool elements(uint32_t word, struct insn *insn)
{
	unsigned shift = 0;

	while (shift < 3 && !bit(word, 23 - shift))
		shift++;
	insn->constant = signed_bits(word, bit(word, 24) ? 17 : 21 - shift, 10) * (1 << shift);
	return bit(word, 24) ? store(word, insn, 1U << shift) : load_float(word, insn, 1U << shift);
}

/* Bits 31 to 18 are 0xe00 to 0xe13: ldx to xvstx, a quarter unused. */
static bool indexed(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 22, 18);

	if (operation == 0x0b) /* preldx */
		return true;
	insn->second = read(word, 10);
	switch (operation) {
	case 0x04: /* stx.b to stx.d */
	case 0x05:
	case 0x06:
	case 0x07:
		return store(word, insn, 1U << (operation & 3));
	case 0x0c: /* fldx.s, fldx.d */
	case 0x0d:
		return load_float(word, insn, operation == 0x0c ? 4 : 8);
	case 0x0e: /* fstx.s, fstx.d */
	case 0x0f:
		return store(word, insn, operation == 0x0e ? 4 : 8);
	case 0x10: /* vldx, xvldx */
	case 0x12:
		return load_float(word, insn, operation == 0x10 ? 16 : 32);
	case 0x11: /* vstx, xvstx */
	case 0x13:
		return store(word, insn, operation == 0x11 ? 16 : 32);
	default: /* ldx.b to ldx.d, ldx.bu to ldx.wu */
		return load(word, insn, 1U << (operation & 3));
	}
}

/* llacq, screl: one address and no offset. */
static bool ordered(uint32_t word, struct insn *insn)
{
	const unsigned width = bit(word, 11) ? 8 : 4;

	if (bits(word, 14, 12) != 0)
		return false;
	return bit(word, 10) ? store_conditional(word, insn, width)
			     : load_linked(word, insn, width);
}

/* amcas, amswap and their like: of all widths up to 0xb7, bytes and halves up to 0xbf. */
static unsigned exchanged(uint32_t operation)
{
	if (operation < 0xb8)
		return 1U << (operation & 3);
	return (operation < 0xc0 ? 1U : 4U) << (operation & 1);
}

/* fldgt to fstle, ldgt to stle. */
static bool bounded(uint32_t word, struct insn *insn, uint32_t operation)
{
	const unsigned width = 1U << (operation & 3), width_float = 4U << (operation & 1);

	if (operation < 0xec)
		return load_float(word, insn, width_float);
	if (operation < 0xf0)
		return store(word, insn, width_float);
	return operation < 0xf8 ? load(word, insn, width) : store(word, insn, width);
}

/* Bits 31 to 26 are 0x0e; the bound of ldgt and its like, rk, is no part of an address. */
static bool registers(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 25, 15);

	if (operation < 0xa0)
		return bits(word, 17, 15) == 0 && indexed(word, insn);
	if (operation == 0xaf)
		return ordered(word, insn);
	if (operation == 0xae) /* sc.q */
		return store_conditional(word, insn, 16);
	/* amand, amor, amxor; and with _db. */
	insn->bitwise = (operation >= 0xc4 && operation <= 0xc9) ||
			(operation >= 0xd6 && operation <= 0xdb);
	if (operation >= 0xb0 && operation < 0xe4)
		return exchange(word, insn, exchanged(operation));
	if (operation == 0xe4 || operation == 0xe5)
		return true; /* dbar, ibar */
	return operation >= 0xe8 && operation <= 0xff && bounded(word, insn, operation);
}

/* LSX and LASX: vpickve2gr and xvpickve2gr alone end in a general register. */
static bool vectors(uint32_t word, struct insn *insn)
{
	const uint32_t operation = word & 0xfbff8000;

	if (operation == 0x72ef8000 || operation == 0x72f38000)
		return write_rd(word, insn);
	return true;
}

/* bl, b: the high 10 bits of 26 stand behind the low 16; those of conditions, 5 of 21, likewise. */
static bool far(uint32_t word, struct insn *insn, bool call)
{
	insn->call = call;
	return direct(insn, signed_bits(word, 9, 0) * 0x10000 + bits(word, 25, 10), call);
}

/* beqz, bnez; bceqz, bcnez, and with bit 9 jiscr0, jiscr1, which add to a register. */
static bool on_one(uint32_t word, struct insn *insn)
{
	if (word >> 26 == 0x12 && bit(word, 9))
		return stop(insn, false);
	if (word >> 26 != 0x12)
		insn->asks = (uint8_t)(1 + reg5(word, 5));
	return direct(insn, signed_bits(word, 4, 0) * 0x10000 + bits(word, 25, 10), true);
}

/* jirl, b, bl, and what depends on a condition: bits 31 to 26. */
static bool branch(uint32_t word, struct insn *insn)
{
	switch (word >> 26) {
	case 0x10:
	case 0x11:
	case 0x12:
		return on_one(word, insn);
	case 0x13:
		insn->target = written(word, 0);
		return stop(insn, insn->target != INSN_NO_REGISTER);
	case 0x14:
		return far(word, insn, false);
	case 0x15:
		insn->target = REGISTER_LINK;
		return far(word, insn, true);
	default: /* beq, bne, blt, bge, bltu, bgeu */
		if (word >> 27 == 0xb && (reg5(word, 0) == 0 || reg5(word, 5) == 0))
			insn->asks = (uint8_t)(1 + (reg5(word, 0) | reg5(word, 5)));
		return direct(insn, signed_bits(word, 25, 10), true);
	}
}

/* lu12i.w and lu32i.d: `value` counts their lowest bit. */
static bool upper(uint32_t word, struct insn *insn, int64_t value)
{
	const bool replaces = bit(word, 25);

	insn->target = written(word, 0);
	insn->kind = replaces ? INSN_MORE : INSN_SET;
	insn->upper = !replaces;
	insn->reach = replaces ? 52 : 32;
	insn->constant = value * (INT64_C(1) << (replaces ? 32 : 12));
	if (replaces) {
		insn->first = insn->target;
		insn->keeps = UINT32_MAX;
		insn->by_or = true;
	}
	settle(insn);
	return true;
}

static bool constants(uint32_t word, struct insn *insn)
{
	const int64_t value = signed_bits(word, 24, 5);

	switch (bits(word, 28, 25)) {
	case 8: /* addu16i.d */
	case 9:
		return more(word, insn, read(word, 5), signed_bits(word, 25, 10) * 0x10000);
	case 10: /* lu12i.w */
	case 11: /* lu32i.d */
		return upper(word, insn, value);
	case 12: /* pcaddi */
		return set_relative(word, insn, value * 4);
	case 13: /* pcalau12i */
		insn->page = true;
		return set_relative(word, insn, value * 0x1000);
	case 14: /* pcaddu12i */
		return set_relative(word, insn, value * 0x1000);
	default: /* pcaddu18i */
		return set_relative(word, insn, value * 0x40000);
	}
}

static bool decode(uint32_t word, struct insn *insn)
{
	switch (word >> 26) {
	case 0x00:
		return integers(word, insn);
	case 0x01:
		return control(word, insn);
	case 0x02: /* fmadd and its like */
	case 0x03: /* fcmp, fsel, vshuf and their like */
		return true;
	case 0x04:
	case 0x05:
	case 0x06:
	case 0x07:
		return constants(word, insn);
	case 0x08:
	case 0x09:
		return wide_offset(word, insn);
	case 0x0a:
	case 0x0b:
		return offset(word, insn);
	case 0x0c:
		return elements(word, insn);
	case 0x0e:
		return registers(word, insn);
	case 0x1c:
	case 0x1d:
		return vectors(word, insn);
	default:
		return word >> 26 >= 0x10 && word >> 26 <= 0x1b && branch(word, insn);
	}
}

bool loongarch64_decode(struct span code, struct insn *insn)
{
	*insn = INSN_PLAIN(4);
	return code.size >= 4 && decode(read_le32(code.data), insn);
}
