#include "arch/x86_64/width.h"

/* Bytes of a memory operand. */
enum size {
	NO, /* none, or not known */
	B1,
	B2,
	B4,
	B8,
	B16,
	B32,
	B64,
	OP,  /* operand size: 2, 4, 8 */
	DQ,  /* 8 with W, else 4, whatever a prefix says */
	VL,  /* a vector */
	V2,  /* its half, */
	V4,  /* quarter, */
	V8,  /* eighth */
	PS,  /* by the prefix: a vector for ps and pd, 4 for ss, 8 for sd */
	MX,  /* 8 for MMX, else a vector */
	EL,  /* elements as the mask has it: how many is not known */
	ASK, /* the prefix, ModRM.reg or the encoding tells: a function below */
};

/* SDM volume 2, tables and B; what has no memory is NO. */
/* clang-format off */
static const uint8_t one_byte[256] = {
	B1, OP, B1, OP, NO, NO, NO, NO, B1, OP, B1, OP, NO, NO, NO, NO, /* 00 */
	B1, OP, B1, OP, NO, NO, NO, NO, B1, OP, B1, OP, NO, NO, NO, NO, /* 10 */
	B1, OP, B1, OP, NO, NO, NO, NO, B1, OP, B1, OP, NO, NO, NO, NO, /* 20 */
	B1, OP, B1, OP, NO, NO, NO, NO, B1, OP, B1, OP, NO, NO, NO, NO, /* 30 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 40 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 50 */
	NO, NO, NO, B4, NO, NO, NO, NO, NO, OP, NO, OP, NO, NO, NO, NO, /* 60 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 70 */
	B1, OP, NO, OP, B1, OP, B1, OP, B1, OP, B1, OP, B2, NO, B2, ASK, /* 80 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 90 */
	B1, OP, B1, OP, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* a0 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* b0 */
	B1, OP, NO, NO, NO, NO, B1, OP, NO, NO, NO, NO, NO, NO, NO, NO, /* c0 */
	B1, OP, B1, OP, NO, NO, NO, NO, ASK, ASK, ASK, ASK, ASK, ASK, ASK, ASK, /* d0 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* e0 */
	NO, NO, NO, NO, NO, NO, B1, OP, NO, NO, NO, NO, NO, NO, B1, ASK, /* f0 */
};

/* Of VEX and EVEX too, but those of ASK, and what only they have. */
static const uint8_t map_1[256] = {
	B2, ASK, B2, B2, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, B8, /* 00 */
	PS, PS, ASK, B8, VL, VL, ASK, B8, NO, NO, NO, NO, NO, NO, NO, NO, /* 10 */
	NO, NO, NO, NO, NO, NO, NO, NO, VL, VL, ASK, ASK, ASK, ASK, ASK, ASK, /* 20 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 30 */
	OP, OP, OP, OP, OP, OP, OP, OP, OP, OP, OP, OP, OP, OP, OP, OP, /* 40 */
	NO, PS, ASK, ASK, VL, VL, VL, VL, PS, PS, ASK, VL, PS, PS, PS, PS, /* 50 */
	ASK, ASK, ASK, MX, MX, MX, MX, MX, MX, MX, MX, MX, VL, VL, DQ, ASK, /* 60 */
	ASK, VL, VL, VL, MX, MX, MX, NO, ASK, ASK, ASK, ASK, VL, VL, ASK, ASK, /* 70 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 80 */
	ASK, ASK, B1, B1, B1, B1, B1, B1, B1, B1, B1, B1, B1, B1, B1, B1, /* 90 */
	NO, NO, NO, NO, OP, OP, NO, NO, NO, NO, NO, NO, OP, OP, ASK, OP, /* a0 */
	B1, OP, ASK, NO, ASK, ASK, B1, B2, OP, NO, OP, NO, OP, OP, B1, B2, /* b0 */
	B1, OP, PS, DQ, B2, NO, VL, ASK, NO, NO, NO, NO, NO, NO, NO, NO, /* c0 */
	VL, ASK, ASK, ASK, MX, MX, B8, NO, MX, MX, MX, MX, MX, MX, MX, MX, /* d0 */
	MX, ASK, ASK, MX, MX, MX, ASK, MX, MX, MX, MX, MX, MX, MX, MX, MX, /* e0 */
	VL, ASK, ASK, ASK, MX, MX, MX, NO, MX, MX, MX, MX, MX, MX, MX, NO, /* f0 */
};

static const uint8_t map_2[256] = {
	MX, MX, MX, MX, MX, MX, MX, MX, MX, MX, MX, MX, VL, VL, VL, VL, /* 00 */
	VL, VL, VL, V2, VL, VL, VL, VL, B4, B8, B16, B32, MX, MX, MX, VL, /* 10 */
	V2, V4, V8, V2, V4, V2, VL, VL, VL, VL, VL, VL, ASK, ASK, NO, NO, /* 20 */
	V2, V4, V8, V2, V4, V2, VL, VL, VL, VL, VL, VL, VL, VL, VL, VL, /* 30 */
	VL, VL, VL, DQ, VL, VL, VL, VL, NO, B64, NO, NO, VL, DQ, VL, DQ, /* 40 */
	VL, VL, VL, VL, VL, VL, VL, DQ, B4, B8, B16, B32, NO, NO, NO, NO, /* 50 */
	NO, NO, EL, EL, VL, VL, VL, NO, VL, NO, NO, NO, NO, NO, NO, NO, /* 60 */
	VL, VL, VL, VL, NO, VL, VL, VL, B1, B2, NO, NO, NO, VL, VL, VL, /* 70 */
	B16, B16, B16, VL, NO, NO, NO, NO, EL, EL, EL, EL, ASK, VL, NO, VL, /* 80 */
	EL, EL, EL, EL, NO, NO, VL, VL, VL, DQ, ASK, ASK, VL, DQ, VL, DQ, /* 90 */
	EL, EL, EL, EL, NO, NO, VL, VL, VL, DQ, ASK, ASK, VL, DQ, VL, DQ, /* a0 */
	VL, B2, NO, NO, VL, VL, VL, VL, VL, DQ, VL, DQ, VL, DQ, VL, DQ, /* b0 */
	NO, NO, NO, NO, VL, NO, EL, EL, VL, VL, VL, ASK, VL, ASK, NO, VL, /* c0 */
	NO, NO, VL, VL, NO, NO, VL, DQ, ASK, NO, VL, VL, ASK, ASK, ASK, ASK, /* d0 */
	DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, DQ, /* e0 */
	ASK, ASK, DQ, DQ, NO, DQ, DQ, DQ, B64, DQ, NO, NO, DQ, NO, NO, NO, /* f0 */
};

static const uint8_t map_3[256] = {
	VL, VL, VL, VL, VL, VL, VL, NO, VL, VL, B4, B8, VL, VL, VL, MX, /* 00 */
	NO, NO, NO, NO, B1, B2, DQ, B4, B16, B16, B32, B32, NO, V2, VL, VL, /* 10 */
	B1, B4, DQ, VL, NO, VL, VL, DQ, NO, NO, NO, NO, NO, NO, NO, NO, /* 20 */
	NO, NO, NO, NO, NO, NO, NO, NO, B16, B16, B32, B32, NO, NO, VL, VL, /* 30 */
	VL, B16, VL, VL, VL, NO, VL, NO, VL, VL, VL, VL, VL, NO, NO, NO, /* 40 */
	VL, DQ, NO, NO, VL, DQ, VL, DQ, NO, NO, NO, NO, VL, VL, VL, VL, /* 50 */
	B16, B16, B16, B16, NO, NO, VL, DQ, VL, VL, B4, B8, VL, VL, B4, B8, /* 60 */
	VL, VL, VL, VL, NO, NO, NO, NO, VL, VL, B4, B8, VL, VL, B4, B8, /* 70 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 80 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* 90 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* a0 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* b0 */
	NO, NO, PS, NO, NO, NO, NO, NO, NO, NO, NO, NO, VL, NO, VL, VL, /* c0 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, VL, B16, /* d0 */
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* e0 */
	DQ, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, /* f0 */
};
/* clang-format on */

/* Of EVEX with f3: vpmov* that narrows, to a half, a quarter or an eighth; vptestnm*. */
static const uint8_t narrowed[8] = {V2, V4, V8, V2, V4, V2, VL, VL};

static const uint8_t fixed[] = {
	[NO] = 0, [B1] = 1, [B2] = 2, [B4] = 4, [B8] = 8, [B16] = 16, [B32] = 32, [B64] = 64};

static bool is_evex(const struct x86_insn *insn)
{
	return insn->escape == 0x62;
}

static unsigned operand_size(const struct x86_insn *insn)
{
	return insn->wide ? 8 : insn->narrow ? 2 : 4;
}

/* A selector and an offset. */
static unsigned far_pointer(const struct x86_insn *insn)
{
	return operand_size(insn) + 2;
}

/* d8 to df, by ModRM.reg: SDM volume 2, tables. */
static unsigned x87(const struct x86_insn *insn)
{
	static const uint8_t sizes[8][8] = {
		{4, 4, 4, 4, 4, 4, 4, 4},
		{4, 0, 4, 4, 28, 2, 28, 2},
		{4, 4, 4, 4, 4, 4, 4, 4},
		{4, 4, 4, 4, 0, 10, 0, 10},
		{8, 8, 8, 8, 8, 8, 8, 8},
		{8, 8, 8, 8, 108, 0, 108, 2},
		{2, 2, 2, 2, 2, 2, 2, 2},
		{2, 2, 2, 2, 10, 8, 10, 8},
	};
	const unsigned size = sizes[insn->opcode & 7][insn->reg & 7];

	/* The environment has half the size, and seven such words, in 16-bit form. */
	return size >= 28 && insn->narrow ? size - 14 : size;
}

static unsigned one_byte_group(const struct x86_insn *insn)
{
	if (insn->opcode >= 0xd8 && insn->opcode <= 0xdf)
		return x87(insn);
	if (insn->opcode == 0x8f)
		return insn->narrow ? 2 : 8;
	switch (insn->reg & 7) { /* ff */
	case 0:
	case 1:
		return operand_size(insn);
	case 3:
	case 5:
		return far_pointer(insn);
	case 6:
		return insn->narrow ? 2 : 8;
	default:
		return 8;
	}
}

/* 0f 01, 0f ae, 0f c7, and the loads of a far pointer. */
static unsigned two_byte_group(const struct x86_insn *insn)
{
	static const uint8_t group_7[8] = {10, 10, 10, 10, 2, 8, 2, 0};
	static const uint16_t group_15[8] = {512, 512, 4, 4, 0, 0, 0, 0};
	const unsigned member = insn->reg & 7;

	switch (insn->opcode) {
	case 0x01:
		return group_7[member];
	case 0xae:
		if (insn->prefix == 0xf3)
			return member == 6 ? 8 : insn->wide ? 8 : 4;
		return insn->prefix == 0x66 ? 0 : group_15[member];
	case 0xc7:
		if (member == 1)
			return insn->wide ? 16 : 8;
		return member >= 6 ? 8 : 0;
	default:
		return far_pointer(insn);
	}
}

/* EVEX: conversions from and to numbers twice as wide. */
static enum size evex_conversion(const struct x86_insn *insn)
{
	switch (insn->prefix) {
	case 0xf2:
		return insn->opcode == 0x7a ? VL : insn->opcode == 0x7b ? DQ : B8;
	case 0xf3:
		if (insn->opcode == 0x7a)
			return insn->wide ? VL : V2;
		return insn->opcode == 0x7b ? DQ : B4;
	case 0x66:
		return insn->wide ? VL : V2;
	default:
		return VL;
	}
}

/* By the prefix that selects the instruction: none, 66, f3, f2. */
static enum size by_prefix(
	const struct x86_insn *insn, enum size none, enum size p66, enum size f3, enum size f2)
{
	switch (insn->prefix) {
	case 0x66:
		return p66;
	case 0xf3:
		return f3;
	case 0xf2:
		return f2;
	default:
		return none;
	}
}

static enum size ask_map_1(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x12: /* movlp*, movddup, movsldup */
		return by_prefix(insn, B8, B8, VL, insn->vector > 16 ? VL : B8);
	case 0x16:
		return insn->prefix == 0xf3 ? VL : B8;
	case 0x2a: /* cvtpi2p*, cvtsi2s* */
		return by_prefix(insn, B8, B8, DQ, DQ);
	case 0x2b: /* movntp*; movntss and movntsd of SSE4a */
		return by_prefix(insn, VL, VL, B4, B8);
	case 0x2c:
	case 0x2d:
		return by_prefix(insn, B8, VL, B4, B8);
	case 0x2e:
	case 0x2f:
		return insn->prefix == 0x66 ? B8 : B4;
	case 0x52: /* rsqrt, rcp */
	case 0x53:
		return insn->prefix == 0xf3 ? B4 : VL;
	case 0x5a:
		return by_prefix(insn, insn->escape ? V2 : B8, VL, B4, B8);
	case 0x60: /* punpckl* of MMX reads half */
	case 0x61:
	case 0x62:
		return insn->escape || insn->prefix == 0x66 ? VL : B4;
	case 0x6f: /* movq, movdqa, movdqu */
	case 0x7f:
		return insn->escape ? VL : by_prefix(insn, B8, VL, VL, B8);
	case 0x70: /* pshuf* */
		return insn->escape || insn->prefix ? VL : B8;
	case 0x78: /* vmread, vmwrite */
	case 0x79:
		return insn->escape ? evex_conversion(insn) : B8;
	case 0x7a:
	case 0x7b:
		return evex_conversion(insn);
	case 0x7e:
		return insn->prefix == 0xf3 ? B8 : DQ;
	case 0xae: /* vldmxcsr, vstmxcsr */
		return B4;
	case 0x90: /* kmov; set of a condition */
	case 0x91:
		if (!insn->escape)
			return B1;
		return insn->prefix ? (insn->wide ? B4 : B1) : (insn->wide ? B8 : B2);
	case 0xe6: /* cvtdq2pd and back */
		return insn->prefix == 0xf3 && !(is_evex(insn) && insn->wide) ? V2 : VL;
	default: /* shifts by a count in memory: that has 16 bytes, whatever is shifted */
		return insn->escape || insn->prefix == 0x66 ? B16 : B8;
	}
}

static enum size ask_map_2(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x2c: /* vmaskmov; vscalef */
		return is_evex(insn) ? VL : NO;
	case 0x2d:
		return is_evex(insn) ? DQ : NO;
	case 0x8c: /* vpmaskmov */
		return NO;
	case 0xcb: /* sha256rnds2, vrcp28ss; sha256msg2, vrsqrt28ss */
	case 0xcd:
		return is_evex(insn) ? DQ : VL;
	case 0x9a: /* v4fmaddps and its kin read four numbers */
	case 0xaa:
		return insn->prefix == 0xf2 ? B16 : VL;
	case 0x9b:
	case 0xab:
		return insn->prefix == 0xf2 ? B16 : DQ;
	case 0xf0: /* movbe, crc32 */
		return insn->prefix == 0xf2 ? B1 : OP;
	case 0xf1:
		return OP;
	default:
		return VL;
	}
}

/* EVEX has other instructions than VEX at some opcodes. */
static enum size evex_map_2(const struct x86_insn *insn)
{
	const unsigned opcode = insn->opcode;

	if (insn->prefix == 0xf3 && opcode >= 0x10 && opcode < 0x38)
		return (opcode & 8) ? VL : narrowed[opcode & 7];
	if (insn->prefix == 0xf2 && (opcode == 0x52 || opcode == 0x53)) /* vp4dpwssd */
		return B16;
	return map_2[opcode];
}

/* Map 5: FP16, at the opcodes of map 1. */
static enum size evex_map_5(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x10: /* scalars */
	case 0x11:
	case 0x2e:
	case 0x2f:
	case 0x6e:
	case 0x7e:
		return B2;
	case 0x1d: /* vcvtps2phx, vcvtss2sh */
		return insn->prefix ? VL : B4;
	case 0x2a:
		return DQ;
	case 0x2c:
	case 0x2d:
		return B2;
	case 0x5a: /* vcvtph2pd, vcvtpd2ph, vcvtsh2sd, vcvtsd2sh */
		return by_prefix(insn, V4, VL, B2, B8);
	case 0x5b: /* vcvtdq2ph, vcvtph2dq */
		return insn->prefix ? V2 : VL;
	case 0x78:
	case 0x79:
		return by_prefix(insn, V2, V4, B2, B2);
	case 0x7a:
		return insn->prefix == 0x66 ? V4 : VL;
	case 0x7b:
		return insn->prefix == 0x66 ? V4 : DQ;
	case 0x7c:
	case 0x7d:
		return VL;
	default:
		return insn->prefix == 0xf3 ? B2 : VL;
	}
}

/* Map 6: FP16, at the opcodes of map 2. */
static enum size evex_map_6(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x13: /* vcvtph2psx, vcvtsh2ss */
		return insn->prefix ? V2 : B2;
	case 0x56: /* complex numbers, of two halves each */
	case 0xd6:
		return VL;
	case 0x57:
	case 0xd7:
		return B4;
	case 0x2c:
		return VL;
	case 0x2d:
	case 0x9b:
	case 0xab:
		return B2;
	default:
		return map_2[insn->opcode] == DQ ? B2 : VL;
	}
}

/* Numbers of 16 bits, in map 3 without a prefix. */
static enum size evex_map_3(const struct x86_insn *insn)
{
	const enum size size = map_3[insn->opcode];

	if (insn->opcode == 0xc2)
		return insn->prefix == 0xf3 ? B2 : VL;
	if (insn->opcode == 0x0a)
		return insn->prefix ? B4 : B2;
	return !insn->prefix && size == DQ ? B2 : size;
}

/* Key locker: its handles have 48 or 64 bytes. */
static unsigned key_handle(const struct x86_insn *insn)
{
	if (insn->opcode == 0xd8)
		return insn->reg & 2 ? 64 : 48;
	return insn->opcode >= 0xde ? 64 : 48;
}

static bool has_key_handle(const struct x86_insn *insn)
{
	return insn->map == 2 && !insn->escape && insn->prefix == 0xf3 && insn->opcode >= 0xd8 &&
	       insn->opcode <= 0xdf;
}

static enum size size_of(const struct x86_insn *insn)
{
	enum size size;

	switch (insn->map) {
	case 1:
		size = map_1[insn->opcode];
		return size == ASK ? ask_map_1(insn) : size;
	case 2:
		size = is_evex(insn) ? evex_map_2(insn) : map_2[insn->opcode];
		return size == ASK ? ask_map_2(insn) : size;
	case 3:
		return is_evex(insn) ? evex_map_3(insn) : map_3[insn->opcode];
	case 5:
		return evex_map_5(insn);
	default:
		return evex_map_6(insn);
	}
}

/* One number of those that EVEX's broadcast spreads. */
static unsigned element(const struct x86_insn *insn)
{
	const uint8_t opcode = insn->opcode;

	if (insn->wide)
		return 8;
	if (insn->map == 3)
		return insn->prefix ? 4 : 2;
	if (insn->map == 5)
		return (opcode == 0x5b && !insn->prefix) || (opcode == 0x1d && insn->prefix) ||
				       (opcode == 0x7a && insn->prefix == 0xf2)
			       ? 4
			       : 2;
	if (insn->map == 6)
		return opcode == 0x56 || opcode == 0xd6 ? 4 : 2;
	return 4;
}

/* The bytes of ModRM's operand, with no regard to masks. */
static unsigned bytes_of(const struct x86_insn *insn, enum size size)
{
	const unsigned vector = insn->vector ? insn->vector : 16;

	switch (size) {
	case OP:
		return operand_size(insn);
	case DQ:
		return insn->wide ? 8 : 4;
	case PS:
		if (insn->prefix == 0xf3)
			return 4;
		if (insn->prefix == 0xf2)
			return 8;
		break;
	case MX:
		if (!insn->escape && insn->prefix != 0x66)
			return 8;
		break;
	case VL:
	case V2:
	case V4:
	case V8:
		break;
	case EL:
	case ASK:
		return 0;
	default:
		return fixed[size];
	}
	if (insn->broadcast)
		return element(insn);
	return size >= V2 && size <= V8 ? vector >> (size - VL) : vector;
}

/* Of map 1: the rest of ASK tells by its prefix. */
static bool is_group(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x01:
	case 0xae:
	case 0xb2:
	case 0xb4:
	case 0xb5:
	case 0xc7:
		return !insn->escape;
	default:
		return false;
	}
}

unsigned x86_width(const struct x86_insn *insn)
{
	enum size size;

	if (!insn->memory || insn->masked)
		return 0;
	if (insn->map == 0) {
		size = one_byte[insn->opcode];
		if (size == OP)
			return operand_size(insn);
		return size == ASK ? one_byte_group(insn) : fixed[size];
	}
	if (insn->map == 1 && is_group(insn))
		return two_byte_group(insn);
	if (has_key_handle(insn))
		return key_handle(insn);
	size = size_of(insn);
	return bytes_of(insn, size);
}

unsigned x86_displacement_unit(const struct x86_insn *insn)
{
	enum size size;

	if (!is_evex(insn))
		return 1;
	size = size_of(insn);
	if (size != EL)
		return size == NO ? 1 : bytes_of(insn, size);
	/* vpcompressb and vpcompressw, and what expands */
	if (insn->opcode == 0x62 || insn->opcode == 0x63)
		return insn->wide ? 2 : 1;
	return insn->wide ? 8 : 4;
}
