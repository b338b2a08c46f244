/*
 * Instructions of LA64: LoongArch Reference Manual volume 1, "Instruction Code Table"; those of the
 * vector and binary-translation extensions, which volume 1 leaves out, by what assemblers know.
 *
 * preld and preldx are INSN_OTHER: nothing comes from the memory.
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
	insn->call = call;
	return true;
}

static bool write_rd(uint32_t word, struct insn *insn)
{
	insn->target = written(word, 0);
	return true;
}

static bool set(uint32_t word, struct insn *insn, bool pc_relative, uint8_t reach)
{
	insn->kind = INSN_SET;
	insn->target = written(word, 0);
	insn->pc_relative = pc_relative;
	insn->reach = reach;
	settle(insn);
	return true;
}

static bool more(uint32_t word, struct insn *insn, uint8_t first, uint8_t reach)
{
	insn->kind = INSN_MORE;
	insn->target = written(word, 0);
	insn->first = first;
	insn->keeps = ~UINT64_C(0);
	insn->reach = reach;
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

/* alsl: rk + (rj << sa), so that rk is what may be an address. */
static bool add_scaled(uint32_t word, struct insn *insn)
{
	insn->target = written(word, 0);
	if (reg5(word, 10) == 0)
		return true;
	insn->kind = INSN_ADD;
	insn->first = read(word, 10);
	insn->second = read(word, 5);
	insn->second_is_index = true;
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
	case 0x08: /* alsl.w, alsl.wu */
	case 0x09:
	case 0x0a:
	case 0x0b:
	case 0x0c:
	case 0x0d:
	case 0x0e:
	case 0x0f:
	case 0x58: /* alsl.d */
	case 0x59:
	case 0x5a:
	case 0x5b:
		return add_scaled(word, insn);
	case 0x20: /* add.w, add.d */
	case 0x21:
		return add(word, insn);
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
	case 10: /* addi.w, addi.d */
	case 11:
		return more(word, insn, read(word, 5), 0);
	case 12: /* lu52i.d */
		return more(word, insn, read(word, 5), 64);
	case 14: /* ori */
		return more(word, insn, read(word, 5), 0);
	default: /* bstrins.d, bstrpick.d, slti, sltui, andi, xori */
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

static bool load(uint32_t word, struct insn *insn, bool general)
{
	insn->kind = INSN_LOAD;
	insn->first = read(word, 5);
	if (general)
		insn->target = written(word, 0);
	return true;
}

static bool store(uint32_t word, struct insn *insn)
{
	insn->kind = INSN_STORE;
	insn->first = read(word, 5);
	return true;
}

/* A store that leaves its success, or what was there before, in rd. */
static bool exchange(uint32_t word, struct insn *insn)
{
	insn->also = written(word, 0);
	return store(word, insn);
}

/* ll, sc, ldptr, stptr: bits 31 to 24. */
static bool wide_offset(uint32_t word, struct insn *insn)
{
	switch (bits(word, 26, 24)) {
	case 1:
	case 3:
		return exchange(word, insn);
	case 5:
	case 7:
		return store(word, insn);
	default:
		return load(word, insn, true);
	}
}

/* Bits 31 to 27 are 5: ld.b to vst, told by bits 26 to 22. */
static bool offset(uint32_t word, struct insn *insn)
{
	switch (bits(word, 26, 22)) {
	case 0x04: /* st */
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x0d: /* fst */
	case 0x0f:
	case 0x11: /* vst, xvst */
	case 0x13:
	case 0x1c: /* stl, str */
	case 0x1d:
	case 0x1e:
	case 0x1f:
		return store(word, insn);
	case 0x0b: /* preld */
		return true;
	case 0x0c: /* fld */
	case 0x0e:
	case 0x10: /* vld, xvld */
	case 0x12:
		return load(word, insn, false);
	case 0x14:
	case 0x15:
	case 0x16:
	case 0x17:
		return false;
	default:
		return load(word, insn, true);
	}
}

/* Bits 31 to 26 are 0x0c: vldrepl, vstelm and their like. */
static bool elements(uint32_t word, struct insn *insn)
{
	return bit(word, 24) ? store(word, insn) : load(word, insn, false);
}

/* Bits 31 to 18 are 0xe00 to 0xe13: ldx to xvstx, a quarter unused. */
static bool indexed(uint32_t word, struct insn *insn)
{
	insn->second = read(word, 10);
	switch (bits(word, 22, 18)) {
	case 0x04: /* stx */
	case 0x05:
	case 0x06:
	case 0x07:
	case 0x0e: /* fstx */
	case 0x0f:
	case 0x11: /* vstx, xvstx */
	case 0x13:
		return store(word, insn);
	case 0x0b: /* preldx */
		insn->second = INSN_NO_REGISTER;
		return true;
	case 0x0c: /* fldx */
	case 0x0d:
	case 0x10: /* vldx, xvldx */
	case 0x12:
		return load(word, insn, false);
	default:
		return load(word, insn, true);
	}
}

/* llacq, screl: one address and no offset. */
static bool ordered(uint32_t word, struct insn *insn)
{
	if (bits(word, 14, 12) != 0)
		return false;
	return bit(word, 10) ? exchange(word, insn) : load(word, insn, true);
}

/* Bits 31 to 26 are 0x0e; the bound of ldgt and its like, rk, is no part of an address. */
static bool registers(uint32_t word, struct insn *insn)
{
	const uint32_t operation = bits(word, 25, 15);

	if (operation < 0xa0)
		return bits(word, 17, 15) == 0 && indexed(word, insn);
	if (operation == 0xaf)
		return ordered(word, insn);
	if (operation == 0xae || (operation >= 0xb0 && operation < 0xe4))
		return exchange(word, insn); /* sc.q, amcas, amswap and their like */
	if (operation == 0xe4 || operation == 0xe5)
		return true; /* dbar, ibar */
	if (operation < 0xe8 || operation > 0xff)
		return false;
	if (operation < 0xf0) /* fldgt, fldle, fstgt, fstle */
		return operation < 0xec ? load(word, insn, false) : store(word, insn);
	return operation < 0xf8 ? load(word, insn, true) : store(word, insn);
}

/* LSX and LASX: vpickve2gr and xvpickve2gr alone end in a general register. */
static bool vectors(uint32_t word, struct insn *insn)
{
	const uint32_t operation = word & 0xfbff8000;

	if (operation == 0x72ef8000 || operation == 0x72f38000)
		return write_rd(word, insn);
	return true;
}

/* jirl, b, bl, and what depends on a condition: bits 31 to 26. */
static bool branch(uint32_t word, struct insn *insn)
{
	if (word >> 26 == 0x13)
		insn->target = written(word, 0);
	else if (word >> 26 == 0x15)
		insn->target = REGISTER_LINK;
	return stop(insn, insn->target != INSN_NO_REGISTER);
}

static bool constants(uint32_t word, struct insn *insn)
{
	switch (bits(word, 28, 25)) {
	case 8: /* addu16i.d */
	case 9:
		return more(word, insn, read(word, 5), 0);
	case 10: /* lu12i.w */
		return set(word, insn, false, 32);
	case 11: /* lu32i.d */
		return more(word, insn, written(word, 0), 52);
	default: /* pcaddi, pcalau12i, pcaddu12i, pcaddu18i */
		return set(word, insn, true, 0);
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
