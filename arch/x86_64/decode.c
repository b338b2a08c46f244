#include "arch/x86_64/decode.h"

/* What follows an opcode: bytes of an immediate, 0 to 4, and what else there is to it. */
enum {
	SIZE = 7,
	FULL = 8,  /* the immediate has 4 bytes, 2 with the operand-size prefix; */
	WIDE = 16, /* and 8 with REX.W */
	TEST = 32, /* it is there when ModRM.reg is 0 or 1: test of group 3 */
	MODRM = 64,
	RARE = 128, /* some forms do not exist, or have other operands; or there is none */
};

enum follows {
	N = 0,		  /* nothing */
	I1 = 1,		  /* an immediate or a short jump of 1 byte */
	I2 = 2,		  /* 2 bytes */
	I3 = 3,		  /* enter: 2 and 1 */
	J4 = 4,		  /* 4 bytes always: near jumps and calls */
	I4 = FULL,	  /* 4 bytes or 2 */
	IV = FULL | WIDE, /* mov imm: 8 bytes or as I4 */
	MO = RARE | WIDE, /* moffs: 8 bytes, 4 with the address-size prefix */
	M = MODRM,	  /* ModRM */
	M1 = MODRM | I1,  /* ModRM, then I1 */
	M4 = MODRM | I4,  /* ModRM, then I4 */
	R = RARE | M,	  /* as above */
	R1 = RARE | M1,
	R4 = RARE | M4,
	G1 = R1 | TEST, /* ModRM, and I1 when its reg is 0 or 1 */
	G4 = R4 | TEST, /* the same with I4 */
	X = RARE | 5,	/* no instruction in 64-bit mode, or what follows says it */
	PX = RARE | 6,	/* a prefix */
	RX = RARE | 7,	/* REX */
};

/* Escapes are taken before the tables are asked: X stands for them here. */
/* clang-format off */
static const uint8_t one_byte[256] = {
	M, M, M, M, I1, I4, X, X, M, M, M, M, I1, I4, X, X, /* 00 */
	M, M, M, M, I1, I4, X, X, M, M, M, M, I1, I4, X, X, /* 10 */
	M, M, M, M, I1, I4, PX, X, M, M, M, M, I1, I4, PX, X, /* 20 */
	M, M, M, M, I1, I4, PX, X, M, M, M, M, I1, I4, PX, X, /* 30 */
	RX, RX, RX, RX, RX, RX, RX, RX, RX, RX, RX, RX, RX, RX, RX, RX, /* 40 */
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* 50 */
	X, X, X, M, PX, PX, PX, PX, I4, M4, I1, M1, N, N, N, N, /* 60 */
	I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, /* 70 */
	M1, M4, X, M1, M, M, M, M, M, M, M, M, R, R, R, R, /* 80 */
	N, N, N, N, N, N, N, N, N, N, X, N, N, N, N, N, /* 90 */
	MO, MO, MO, MO, N, N, N, N, I1, I4, N, N, N, N, N, N, /* a0 */
	I1, I1, I1, I1, I1, I1, I1, I1, IV, IV, IV, IV, IV, IV, IV, IV, /* b0 */
	M1, M1, I2, N, X, X, R1, R4, I3, N, I2, N, N, I1, X, N, /* c0 */
	M, M, M, M, X, X, X, N, M, M, M, M, M, M, M, M, /* d0 */
	I1, I1, I1, I1, I1, I1, I1, I1, J4, J4, X, I1, N, N, N, N, /* e0 */
	PX, N, PX, PX, N, N, G1, G4, N, N, N, N, N, N, R, R, /* f0 */
};

static const uint8_t two_byte[256] = {
	R, M, M, M, X, N, N, N, N, N, X, N, X, M, N, M1, /* 00 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 10 */
	R, R, R, R, X, X, X, X, M, M, M, M, M, M, M, M, /* 20 */
	N, N, N, N, N, N, X, N, X, X, X, X, X, X, X, X, /* 30 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 40 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 50 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 60 */
	M1, M1, M1, M1, M, M, M, N, M, M, X, X, M, M, M, M, /* 70 */
	J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, /* 80 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 90 */
	N, N, N, M, M1, M, R, R, N, N, N, M, M1, M, M, M, /* a0 */
	M, M, R, M, R, R, M, M, R, M, R1, M, M, M, M, M, /* b0 */
	M, M, M1, R, M1, M1, M1, R, N, N, N, N, N, N, N, N, /* c0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* d0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* e0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* f0 */
};
/* clang-format on */

/* The code, at most as much of it as an instruction may have, and where the next byte is. */
struct reader {
	const uint8_t *data;
	size_t size;
	size_t at;
	uint8_t rex_r, rex_x, rex_b; /* 0 or 8 */
};

static bool take(struct reader *r, uint8_t *byte)
{
	if (r->at >= r->size)
		return false;
	*byte = r->data[r->at++];
	return true;
}

static bool skip(struct reader *r, size_t count)
{
	r->at += count;
	return r->at <= r->size;
}

/* Lock, repne, rep, the segments, operand and address size. */
static void take_legacy_prefix(struct x86_insn *insn, uint8_t byte)
{
	switch (byte) {
	case 0x64:
	case 0x65:
		insn->gs = byte == 0x65;
		insn->fs = byte == 0x64;
		break;
	case 0x66:
		insn->narrow = true;
		/* Repeat prefixes win when the two select an instruction. */
		insn->prefix = insn->prefix ? insn->prefix : byte;
		break;
	case 0x67:
		insn->addr32 = true;
		break;
	case 0xf2:
	case 0xf3:
		insn->prefix = byte;
		break;
	default:
		break;
	}
}

static void take_rex(struct reader *r, struct x86_insn *insn, uint8_t rex)
{
	insn->rex = true;
	insn->wide = (rex & 8) != 0;
	insn->narrow = insn->narrow && !insn->wide;
	r->rex_r = (uint8_t)(rex << 1 & 8);
	r->rex_x = (uint8_t)(rex << 2 & 8);
	r->rex_b = (uint8_t)(rex << 3 & 8);
}

/* REX counts only right before the opcode: SDM volume 2, section 2.2.1. */
static bool take_prefixes(struct reader *r, struct x86_insn *insn, uint8_t *byte)
{
	uint8_t rex = 0;

	for (;;) {
		if (!take(r, byte))
			return false;
		if (one_byte[*byte] == RX) {
			rex = *byte;
		} else if (one_byte[*byte] == PX) {
			rex = 0;
			take_legacy_prefix(insn, *byte);
		} else
			break;
	}
	if (rex)
		take_rex(r, insn, rex);
	return true;
}

static bool is_vex_map(uint8_t escape, uint8_t map)
{
	return (map >= 1 && map <= 3) || (escape == 0x62 && (map == 5 || map == 6));
}

/* VEX.vvvv, L and pp, which EVEX has in the same place: SDM volume 2, sections 2.3.5 and 2.7.1. */
static void set_vvvv(struct x86_insn *insn, uint8_t payload)
{
	static const uint8_t prefixes[4] = {0, 0x66, 0xf3, 0xf2};

	insn->vvvv = (uint8_t)(~payload >> 3 & 15);
	insn->prefix = prefixes[payload & 3];
	insn->vector = payload & 4 ? 32 : 16;
}

/* VEX (c4, c5) and EVEX (62): their payload carries inverted REX bits and the opcode map. */
static bool take_vex(struct reader *r, struct x86_insn *insn, uint8_t escape)
{
	uint8_t first, second, third = 0;

	if (insn->prefix || insn->rex || !take(r, &first))
		return false;
	insn->escape = escape;
	insn->map = 1;
	r->rex_r = first & 0x80 ? 0 : 8;
	if (escape == 0xc5) {
		set_vvvv(insn, first);
		return take(r, &insn->opcode);
	}
	r->rex_x = first & 0x40 ? 0 : 8;
	r->rex_b = first & 0x20 ? 0 : 8;
	insn->map = first & (escape == 0x62 ? 7 : 31);
	if (!is_vex_map(escape, insn->map) || !take(r, &second))
		return false;
	set_vvvv(insn, second);
	insn->wide = second >> 7;
	/* EVEX: one bit is always 0 and one always 1. */
	if (escape == 0x62 && ((first & 8) || !(second & 4) || !take(r, &third)))
		return false;
	if (escape == 0x62) {
		insn->vector = (uint8_t)(16 << (third >> 5 & 3));
		insn->broadcast = third >> 4 & 1;
		insn->masked = third & 7;
	}
	return take(r, &insn->opcode);
}

static enum follows vex_follows(const struct x86_insn *insn)
{
	if (insn->map == 3)
		return M1;
	if (insn->map != 1)
		return M;
	return two_byte[insn->opcode] == N ? N : (two_byte[insn->opcode] & ~RARE) == M1 ? M1 : M;
}

static bool take_opcode(
	struct reader *r, struct x86_insn *insn, uint8_t byte, enum follows *follows)
{
	insn->opcode = byte;
	if (byte == 0xc4 || byte == 0xc5 || byte == 0x62) {
		if (!take_vex(r, insn, byte))
			return false;
		*follows = vex_follows(insn);
		return true;
	}
	*follows = one_byte[byte];
	if (byte != 0x0f)
		return *follows != X;
	if (!take(r, &insn->opcode))
		return false;
	insn->map = insn->opcode == 0x38 ? 2 : insn->opcode == 0x3a ? 3 : 1;
	*follows = insn->map == 2 ? M : insn->map == 3 ? M1 : two_byte[insn->opcode];
	if (insn->map != 1 && !take(r, &insn->opcode))
		return false;
	return *follows != X;
}

static bool take_displacement(struct reader *r, struct x86_insn *insn, uint8_t size)
{
	insn->memory = true;
	insn->displacement_at = (uint8_t)r->at;
	insn->displacement_size = size;
	return skip(r, size);
}

/* VSIB: the index is a vector. Gather, scatter and their prefetches. */
static bool has_vector_index(const struct x86_insn *insn)
{
	if (!insn->escape || insn->map != 2)
		return false;
	return (insn->opcode & 0xfc) == 0x90 ||
	       (insn->escape == 0x62 &&
		       ((insn->opcode & 0xfc) == 0xa0 || (insn->opcode & 0xfe) == 0xc6));
}

/* SDM volume 2, table 2-3. */
static bool take_sib(struct reader *r, struct x86_insn *insn, uint8_t mod)
{
	uint8_t sib;

	if (!take(r, &sib))
		return false;
	insn->base = (sib & 7) | r->rex_b;
	insn->index = (sib >> 3 & 7) | r->rex_x;
	insn->scale = (uint8_t)(1 << (sib >> 6));
	if (insn->index == 4 || has_vector_index(insn))
		insn->index = X86_NO_REGISTER;
	if (mod != 0 || (sib & 7) != 5)
		return mod == 0 || take_displacement(r, insn, mod == 1 ? 1 : 4);
	insn->base = X86_NO_REGISTER;
	return take_displacement(r, insn, 4);
}

/* Moves from and to control and debug registers have no memory, whatever mod says. */
static bool is_system_move(const struct x86_insn *insn)
{
	return insn->map == 1 && !insn->escape && (insn->opcode & 0xfc) == 0x20;
}

/* SDM volume 2, table 2-2. */
static bool take_modrm(struct reader *r, struct x86_insn *insn, uint8_t *reg)
{
	uint8_t modrm, mod, rm;

	if (!take(r, &modrm))
		return false;
	mod = modrm >> 6;
	rm = modrm & 7;
	*reg = modrm >> 3 & 7;
	insn->reg = *reg | r->rex_r;
	if (mod == 3 || is_system_move(insn)) {
		insn->rm = rm | r->rex_b;
		return true;
	}
	insn->memory = true;
	if (rm == 4)
		return take_sib(r, insn, mod);
	insn->base = rm | r->rex_b;
	if (mod == 0 && rm == 5) {
		insn->base = X86_RIP;
		return take_displacement(r, insn, 4);
	}
	return mod == 0 || take_displacement(r, insn, mod == 1 ? 1 : 4);
}

static inline uint8_t immediate_size(enum follows follows, bool narrow, bool wide, uint8_t reg)
{
	if (follows & TEST && reg > 1)
		return 0;
	if (!(follows & FULL))
		return follows & SIZE;
	if (follows & WIDE && wide)
		return 8;
	return narrow ? 2 : 4;
}

static bool is_defined_two_byte(const struct x86_insn *insn, uint8_t reg)
{
	switch (insn->opcode) {
	case 0x00:
		return reg < 6 || (reg == 6 && insn->prefix == 0xf2);
	case 0xa6: /* VIA PadLock; no SDM has it, but Linux does */
		return !insn->memory && reg < 3 && (insn->rm & 7) == 0;
	case 0xa7:
		return !insn->memory && reg < 6 && (insn->rm & 7) == 0;
	case 0xb2: /* lss, lfs, lgs */
	case 0xb4:
	case 0xb5:
	case 0xc3: /* movnti */
		return insn->memory;
	case 0xb8:
		return insn->prefix == 0xf3;
	case 0xba:
		return reg >= 4;
	case 0xc7:
		return insn->memory ? reg == 1 || reg >= 3 : reg >= 6;
	default:
		return true;
	}
}

/* Members of a group, and forms of an opcode, that do not exist: SDM volume 2, table A-6. */
static bool is_defined(const struct x86_insn *insn, uint8_t reg)
{
	if (insn->escape || insn->map > 1)
		return true;
	if (insn->map == 1)
		return is_defined_two_byte(insn, reg);
	switch (insn->opcode) {
	case 0x8c: /* six segment registers */
	case 0x8e:
		return reg < 6;
	case 0x8d: /* lea */
		return insn->memory;
	case 0x8f:
		return reg == 0;
	case 0xc6: /* xabort and xbegin are c6 f8 and c7 f8 */
	case 0xc7:
		return reg == 0 || (reg == 7 && insn->rm == 0);
	case 0xfe:
		return reg < 2;
	case 0xff: /* call and jmp far want memory */
		return reg < 7 && (insn->memory || (reg != 3 && reg != 5));
	default:
		return true;
	}
}

bool x86_decode(struct span code, struct x86_insn *insn)
{
	struct reader r = {
		.data = code.data, .size = code.size < X86_LONGEST ? code.size : X86_LONGEST};
	enum follows follows;
	uint8_t byte, reg = 0;

	*insn = (struct x86_insn){.reg = X86_NO_REGISTER,
		.rm = X86_NO_REGISTER,
		.base = X86_NO_REGISTER,
		.index = X86_NO_REGISTER,
		.scale = 1};
	if (!take_prefixes(&r, insn, &byte) || !take_opcode(&r, insn, byte, &follows))
		return false;
	if (!(follows & MODRM))
		insn->rm = (insn->opcode & 7) | r.rex_b;
	else if (!take_modrm(&r, insn, &reg) || !is_defined(insn, reg))
		return false;
	if (follows == MO && !take_displacement(&r, insn, insn->addr32 ? 4 : 8))
		return false;
	insn->immediate_at = (uint8_t)r.at;
	insn->immediate_size = immediate_size(follows, insn->narrow, insn->wide, reg);
	if (!skip(&r, insn->immediate_size))
		return false;
	insn->length = (uint8_t)r.at;
	return true;
}

/* Bytes of ModRM, SIB and displacement: SDM volume 2, tables 2-2 and 2-3. */
static inline unsigned operand_length(const uint8_t *at)
{
	static const uint8_t lengths[4][8] = {
		{1, 1, 1, 1, 2, 5, 1, 1},
		{2, 2, 2, 2, 3, 2, 2, 2},
		{5, 5, 5, 5, 6, 5, 5, 5},
		{1, 1, 1, 1, 1, 1, 1, 1},
	};
	const uint8_t mod = at[0] >> 6, rm = at[0] & 7;
	const bool absolute = mod == 0 && rm == 4 && (at[1] & 7) == 5;

	return lengths[mod][rm] + (absolute ? 4u : 0);
}

/* Forms that are frequent of opcodes that are RARE: SDM volume 2, table A-6 for the groups. */
static inline bool is_usual_form(uint8_t opcode, uint8_t modrm)
{
	enum { INC_DEC_CALL_JMP_PUSH = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 };
	const uint8_t reg = modrm >> 3 & 7;

	switch (opcode) {
	case 0x8d: /* lea */
		return modrm >> 6 != 3;
	case 0xc6: /* mov */
	case 0xc7:
		return reg == 0;
	case 0xf6: /* all of group 3 */
	case 0xf7:
		return true;
	case 0xff:
		return INC_DEC_CALL_JMP_PUSH >> reg & 1;
	default:
		return false;
	}
}

/* A prefix at most, REX, and no VEX: what nearly all code has. */
static inline bool read_usual(struct span code, struct x86_outline *outline)
{
	const uint8_t *at = code.data;
	uint8_t prefix = 0, rex = 0;
	enum follows follows;

	if (code.size <= X86_LONGEST)
		return false;
	follows = one_byte[*at];
	if (follows == PX) {
		prefix = *at;
		follows = one_byte[*++at];
	}
	if (follows == RX) {
		rex = *at;
		follows = one_byte[*++at];
	}
	if (*at == 0x0f) {
		follows = two_byte[*++at];
		if (follows & RARE)
			return false;
	} else if (follows & RARE && !is_usual_form(at[0], at[1]))
		return false;
	at++;
	*outline = (struct x86_outline){.gs = prefix == 0x65};
	if (follows & MODRM) {
		const unsigned length = operand_length(at);

		outline->displacement_size = length > 4 ? 4 : *at >> 6 == 1;
		outline->displacement_at =
			(uint8_t)(at - code.data + length - outline->displacement_size);
	}
	outline->immediate_size = follows & SIZE;
	if (follows & (FULL | TEST))
		outline->immediate_size = immediate_size(
			follows, prefix == 0x66 && !(rex & 8), rex & 8, *at >> 3 & 7);
	if (follows & MODRM)
		at += operand_length(at);
	outline->immediate_at = (uint8_t)(at - code.data);
	outline->length = (uint8_t)(outline->immediate_at + outline->immediate_size);
	return true;
}

unsigned x86_length(struct span code)
{
	struct x86_outline outline;

	return read_usual(code, &outline) ? outline.length : 0;
}

bool x86_outline(struct span code, struct x86_outline *outline)
{
	struct x86_insn insn;

	if (read_usual(code, outline))
		return true;
	if (!x86_decode(code, &insn))
		return false;
	*outline = (struct x86_outline){
		.length = insn.length,
		.displacement_at = insn.displacement_at,
		.displacement_size = insn.displacement_size,
		.immediate_at = insn.immediate_at,
		.immediate_size = insn.immediate_size,
		.gs = insn.gs,
		.escape = insn.escape != 0,
	};
	return true;
}
