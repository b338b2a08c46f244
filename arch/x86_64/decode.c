#include "arch/x86_64/decode.h"

#include <string.h>

/* What follows an opcode. */
enum follows {
	X,  /* no instruction in 64-bit mode */
	N,  /* nothing */
	I1, /* an immediate or a short jump of 1 byte */
	I2, /* 2 bytes */
	I3, /* enter: 2 and 1 */
	I4, /* 4 bytes, 2 with the operand-size prefix */
	J4, /* 4 bytes always: near jumps and calls */
	IV, /* mov imm: 8 bytes with REX.W, else as I4 */
	MO, /* moffs: 8 bytes, 4 with the address-size prefix */
	M,  /* ModRM */
	M1, /* ModRM, then I1 */
	M4, /* ModRM, then I4 */
	G1, /* ModRM, and I1 when its reg is 0 or 1: test of group 3 */
	G4, /* the same with I4 */
};

/* Prefixes, REX and escapes are taken before the tables are asked: X stands for them here. */
static const uint8_t one_byte[256] = {
	M, M, M, M, I1, I4, X, X, M, M, M, M, I1, I4, X, X, /* 00 */
	M, M, M, M, I1, I4, X, X, M, M, M, M, I1, I4, X, X, /* 10 */
	M, M, M, M, I1, I4, X, X, M, M, M, M, I1, I4, X, X, /* 20 */
	M, M, M, M, I1, I4, X, X, M, M, M, M, I1, I4, X, X, /* 30 */
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, /* 40 */
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, /* 50 */
	X, X, X, M, X, X, X, X, I4, M4, I1, M1, N, N, N, N, /* 60 */
	I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, I1, /* 70 */
	M1, M4, X, M1, M, M, M, M, M, M, M, M, M, M, M, M, /* 80 */
	N, N, N, N, N, N, N, N, N, N, X, N, N, N, N, N, /* 90 */
	MO, MO, MO, MO, N, N, N, N, I1, I4, N, N, N, N, N, N, /* a0 */
	I1, I1, I1, I1, I1, I1, I1, I1, IV, IV, IV, IV, IV, IV, IV, IV, /* b0 */
	M1, M1, I2, N, X, X, M1, M4, I3, N, I2, N, N, I1, X, N, /* c0 */
	M, M, M, M, X, X, X, N, M, M, M, M, M, M, M, M, /* d0 */
	I1, I1, I1, I1, I1, I1, I1, I1, J4, J4, X, I1, N, N, N, N, /* e0 */
	X, N, X, X, N, N, G1, G4, N, N, N, N, N, N, M, M, /* f0 */
};

static const uint8_t two_byte[256] = {
	M, M, M, M, X, N, N, N, N, N, X, N, X, M, N, M1, /* 00 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 10 */
	M, M, M, M, X, X, X, X, M, M, M, M, M, M, M, M, /* 20 */
	N, N, N, N, N, N, X, N, X, X, X, X, X, X, X, X, /* 30 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 40 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 50 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 60 */
	M1, M1, M1, M1, M, M, M, N, M, M, X, X, M, M, M, M, /* 70 */
	J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, J4, /* 80 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* 90 */
	N, N, N, M, M1, M, X, X, N, N, N, M, M1, M, M, M, /* a0 */
	M, M, M, M, M, M, M, M, M, M, M1, M, M, M, M, M, /* b0 */
	M, M, M1, M, M1, M1, M1, M, N, N, N, N, N, N, N, N, /* c0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* d0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* e0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, /* f0 */
};

/* The bytes that are left, and what the prefixes said. */
struct reader {
	struct span code;
	size_t at;
	bool wide;    /* REX.W or its VEX form */
	bool narrow;  /* operand size 16 */
	bool short_address; /* address size 32 */
	uint8_t rex_r, rex_x, rex_b; /* 0 or 8 */
};

static bool take(struct reader *r, uint8_t *byte)
{
	if (r->at >= r->code.size || r->at >= 15)
		return false;
	*byte = r->code.data[r->at++];
	return true;
}

static bool skip(struct reader *r, size_t count)
{
	r->at += count;
	return r->at <= r->code.size && r->at <= 15;
}

static bool is_legacy_prefix(uint8_t byte)
{
	/* lock, repne, rep, the segments, operand and address size. */
	return byte == 0xf0 || byte == 0xf2 || byte == 0xf3 || byte == 0x26 || byte == 0x2e ||
		byte == 0x36 || byte == 0x3e || (byte >= 0x64 && byte <= 0x67);
}

static bool take_prefixes(struct reader *r, struct x86_insn *insn, uint8_t *byte)
{
	do {
		if (!take(r, byte))
			return false;
		insn->gs = insn->gs || *byte == 0x65;
		r->narrow = r->narrow || *byte == 0x66;
		r->short_address = r->short_address || *byte == 0x67;
	} while (is_legacy_prefix(*byte));
	/* REX counts only right before the opcode. */
	if (*byte >> 4 == 4) {
		r->wide = (*byte & 8) != 0;
		r->rex_r = (uint8_t)(*byte << 1 & 8);
		r->rex_x = (uint8_t)(*byte << 2 & 8);
		r->rex_b = (uint8_t)(*byte << 3 & 8);
		return take(r, byte);
	}
	return true;
}

/* VEX (c4, c5) and EVEX (62): their payload carries inverted REX bits and the opcode map. */
static bool take_vex(struct reader *r, struct x86_insn *insn, uint8_t escape)
{
	uint8_t first, second = 0, third;

	if (!take(r, &first))
		return false;
	r->rex_r = first & 0x80 ? 0 : 8;
	insn->map = 1;
	if (escape == 0xc5)
		return take(r, &insn->opcode);
	r->rex_x = first & 0x40 ? 0 : 8;
	r->rex_b = first & 0x20 ? 0 : 8;
	insn->map = first & (escape == 0x62 ? 7 : 31);
	if (!take(r, &second) || (escape == 0x62 && !take(r, &third)))
		return false;
	return take(r, &insn->opcode) && insn->map >= 1;
}

static enum follows vex_follows(const struct x86_insn *insn)
{
	if (insn->map == 3)
		return M1;
	if (insn->map != 1)
		return M;
	return two_byte[insn->opcode] == N ? N : two_byte[insn->opcode] == M1 ? M1 : M;
}

static bool take_opcode(struct reader *r, struct x86_insn *insn, uint8_t byte, enum follows *follows)
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
	insn->displacement_at = (uint8_t)r->at;
	insn->displacement_size = size;
	return skip(r, size);
}

/* SDM volume 2, tables 2-2 and 2-3. */
static bool take_modrm(struct reader *r, struct x86_insn *insn, uint8_t *reg)
{
	uint8_t modrm, sib, mod, rm;

	if (!take(r, &modrm))
		return false;
	mod = modrm >> 6;
	rm = modrm & 7;
	*reg = modrm >> 3 & 7;
	insn->reg = *reg | r->rex_r;
	if (mod == 3)
		return true;
	insn->memory = true;
	insn->base = rm | r->rex_b;
	if (rm == 4) {
		if (!take(r, &sib))
			return false;
		rm = sib & 7;
		insn->base = rm | r->rex_b;
		insn->index = (sib >> 3 & 7) | r->rex_x;
		if (insn->index == 4)
			insn->index = X86_NO_REGISTER;
		if (mod == 0 && rm == 5) {
			insn->base = X86_NO_REGISTER;
			return take_displacement(r, insn, 4);
		}
	} else if (mod == 0 && rm == 5) {
		insn->base = X86_RIP;
		return take_displacement(r, insn, 4);
	}
	return mod == 0 || take_displacement(r, insn, mod == 1 ? 1 : 4);
}

static uint8_t immediate_size(const struct reader *r, enum follows follows, uint8_t reg)
{
	const uint8_t full = r->narrow ? 2 : 4;

	switch (follows) {
	case I1:
	case M1:
		return 1;
	case I2:
		return 2;
	case I3:
		return 3;
	case J4:
		return 4;
	case I4:
	case M4:
		return full;
	case IV:
		return r->wide ? 8 : full;
	case G1:
		return reg < 2 ? 1 : 0;
	case G4:
		return reg < 2 ? full : 0;
	default:
		return 0;
	}
}

static bool has_modrm(enum follows follows)
{
	return follows == M || follows == M1 || follows == M4 || follows == G1 || follows == G4;
}

bool x86_decode(struct span code, struct x86_insn *insn)
{
	struct reader r = {.code = code};
	enum follows follows;
	uint8_t byte, reg = 0;

	*insn = (struct x86_insn){
		.reg = X86_NO_REGISTER, .base = X86_NO_REGISTER, .index = X86_NO_REGISTER};
	if (!take_prefixes(&r, insn, &byte) || !take_opcode(&r, insn, byte, &follows))
		return false;
	if (has_modrm(follows) && !take_modrm(&r, insn, &reg))
		return false;
	if (follows == MO) {
		insn->memory = true;
		if (!take_displacement(&r, insn, r.short_address ? 4 : 8))
			return false;
	}
	insn->immediate_at = (uint8_t)r.at;
	insn->immediate_size = immediate_size(&r, follows, reg);
	if (!skip(&r, insn->immediate_size))
		return false;
	insn->length = (uint8_t)r.at;
	return true;
}
