#include "arch/x86_64/insn.h"

#include "arch/x86_64/decode.h"
#include "arch/x86_64/width.h"
#include "runtime/percpu_note.h"

#include <stddef.h>
#include <string.h>

/* As ModRM and the masks below number them. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

#define BIT(register) (1u << (register))

/* What an opcode does to its operands; the rows of effects[] say it in full. */
enum effect {
	NONE,	/* writes no general register; its memory is read */
	HINT,	/* likewise, and does not touch the memory it names: nop, invlpg */
	FETCH,	/* likewise, but brings it near, or takes it away: prefetch, clflush */
	STORE,	/* writes memory, or a register that is no general one */
	CHANGE, /* changes memory */
	REG,	/* writes ModRM.reg; memory is read */
	REG8,	/* its 8-bit part */
	RM,	/* changes ModRM.rm, memory too */
	RM8,	/* 8 bits of it */
	PUT,	/* writes ModRM.rm without reading it */
	PUT8,
	BOTH, /* xchg, xadd */
	BOTH8,
	CMPXCHG,
	CMPXCHG_8,
	CMPXCHG_PAIR, /* cmpxchg8b, cmpxchg16b */
	STORE_REG,    /* writes memory and ModRM.reg: cmpccxadd */
	VVVV,	      /* writes the register of VEX.vvvv */
	REG_VVVV,     /* mulx */
	MOV_REG,
	MOV_RM,
	MOV_IMM,
	ADD_REG,
	ADD_RM,
	ADD_IMM,
	ADD_RAX, /* add and sub of an immediate to rax */
	SUB_REG,
	SUB_RM,
	LEA,
	XCHG_RAX,
	PUSH,
	POP,
	LEAVE,
	IN_RAX,
	IN_RCX,
	IN_RDX,
	IN_RAX_RDX,
	IN_RAX_RCX_RDX,
	CPUID,
	XLAT,
	/* String instructions, by what they address: the written one, else the first. */
	TO_RDI,
	FROM_RDI,
	FROM_RSI,
	LODS,
	MOVS,
	CMPS,
	MASKMOV, /* at rdi, which stays */
	GET_BASE,
	PUT_BASE,
	JUMP,	 /* to where no constant says: ret, iret, ud2, through a register or memory */
	GOTO,	 /* jmp */
	BRANCH,	 /* jcc, jrcxz */
	RETURNS, /* int3, xabort outside of a transaction */
	TRAP,	 /* ud0, ud1: touches nothing */
	LOOP,
	CALL,	 /* through a register or memory; to another privilege */
	CALL_TO, /* call, xbegin */
	GROUP,	 /* ModRM.reg, or the prefix, tells: group() */
	EFFECTS,
};

enum access { NO_ACCESS, TOUCH, READ, WRITE, UPDATE };

/* Operands that are written. */
enum { TO_REG = 1, TO_RM = 2, TO_VVVV = 4, EIGHT = 8 };

struct row {
	uint8_t access;	  /* enum access: of the memory operand */
	uint8_t operands; /* TO_* */
	uint8_t implicit; /* BIT() of rax to rdi */
};

static const struct row effects[EFFECTS] = {
	[NONE] = {READ, 0, 0},
	[HINT] = {NO_ACCESS, 0, 0},
	[FETCH] = {TOUCH, 0, 0},
	[STORE] = {WRITE, 0, 0},
	[CHANGE] = {UPDATE, 0, 0},
	[REG] = {READ, TO_REG, 0},
	[REG8] = {READ, TO_REG | EIGHT, 0},
	[RM] = {UPDATE, TO_RM, 0},
	[RM8] = {UPDATE, TO_RM | EIGHT, 0},
	[PUT] = {WRITE, TO_RM, 0},
	[PUT8] = {WRITE, TO_RM | EIGHT, 0},
	[BOTH] = {UPDATE, TO_REG | TO_RM, 0},
	[BOTH8] = {UPDATE, TO_REG | TO_RM | EIGHT, 0},
	[CMPXCHG] = {UPDATE, TO_RM, BIT(RAX)},
	[CMPXCHG_8] = {UPDATE, TO_RM | EIGHT, BIT(RAX)},
	[CMPXCHG_PAIR] = {UPDATE, 0, BIT(RAX) | BIT(RDX)},
	[STORE_REG] = {UPDATE, TO_REG, 0},
	[VVVV] = {READ, TO_VVVV, 0},
	[REG_VVVV] = {READ, TO_REG | TO_VVVV, 0},
	[MOV_REG] = {READ, TO_REG, 0},
	[MOV_RM] = {WRITE, TO_RM, 0},
	[MOV_IMM] = {WRITE, TO_RM, 0},
	[ADD_REG] = {READ, TO_REG, 0},
	[ADD_RM] = {UPDATE, TO_RM, 0},
	[ADD_IMM] = {UPDATE, TO_RM, 0},
	[ADD_RAX] = {NO_ACCESS, 0, BIT(RAX)},
	[SUB_REG] = {READ, TO_REG, 0},
	[SUB_RM] = {UPDATE, TO_RM, 0},
	[LEA] = {NO_ACCESS, TO_REG, 0},
	[XCHG_RAX] = {NO_ACCESS, TO_RM, BIT(RAX)},
	[PUSH] = {READ, 0, BIT(RSP)},
	[POP] = {WRITE, TO_RM, BIT(RSP)},
	[LEAVE] = {NO_ACCESS, 0, BIT(RSP) | BIT(RBP)},
	[IN_RAX] = {READ, 0, BIT(RAX)},
	[IN_RCX] = {READ, 0, BIT(RCX)},
	[IN_RDX] = {READ, 0, BIT(RDX)},
	[IN_RAX_RDX] = {READ, 0, BIT(RAX) | BIT(RDX)},
	[IN_RAX_RCX_RDX] = {READ, 0, BIT(RAX) | BIT(RCX) | BIT(RDX)},
	[CPUID] = {NO_ACCESS, 0, BIT(RAX) | BIT(RBX) | BIT(RCX) | BIT(RDX)},
	[XLAT] = {NO_ACCESS, 0, BIT(RAX)},
	[TO_RDI] = {NO_ACCESS, 0, BIT(RDI)},
	[FROM_RDI] = {NO_ACCESS, 0, BIT(RDI)},
	[FROM_RSI] = {NO_ACCESS, 0, BIT(RSI)},
	[LODS] = {NO_ACCESS, 0, BIT(RAX) | BIT(RSI)},
	[MOVS] = {NO_ACCESS, 0, BIT(RSI) | BIT(RDI)},
	[CMPS] = {NO_ACCESS, 0, BIT(RSI) | BIT(RDI)},
	[MASKMOV] = {NO_ACCESS, 0, 0},
	[GET_BASE] = {NO_ACCESS, TO_RM, 0},
	[PUT_BASE] = {NO_ACCESS, 0, 0},
	[LOOP] = {NO_ACCESS, 0, BIT(RCX)},
	[JUMP] = {READ, 0, 0},
	[GOTO] = {NO_ACCESS, 0, 0},
	[BRANCH] = {NO_ACCESS, 0, 0},
	[RETURNS] = {NO_ACCESS, 0, 0},
	[TRAP] = {NO_ACCESS, 0, 0},
	[CALL] = {READ, 0, 0},
	[CALL_TO] = {NO_ACCESS, 0, 0},
};

/* SDM volume 2, table A-2. Prefixes and escapes never get here; what does not exist is NONE. */
/* clang-format off */
static const uint8_t one_byte[256] = {
	/* 00 */ RM8, ADD_RM, REG8, ADD_REG, IN_RAX, ADD_RAX, NONE, NONE,
	/* 08 */ RM8, RM, REG8, REG, IN_RAX, IN_RAX, NONE, NONE,
	/* 10 */ RM8, RM, REG8, REG, IN_RAX, IN_RAX, NONE, NONE,
	/* 18 */ RM8, RM, REG8, REG, IN_RAX, IN_RAX, NONE, NONE,
	/* 20 */ RM8, RM, REG8, REG, IN_RAX, IN_RAX, NONE, NONE,
	/* 28 */ RM8, SUB_RM, REG8, SUB_REG, IN_RAX, ADD_RAX, NONE, NONE,
	/* 30 */ RM8, RM, REG8, REG, IN_RAX, IN_RAX, NONE, NONE,
	/* 38 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 40 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 48 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 50 */ PUSH, PUSH, PUSH, PUSH, PUSH, PUSH, PUSH, PUSH,
	/* 58 */ POP, POP, POP, POP, POP, POP, POP, POP,
	/* 60 */ NONE, NONE, NONE, REG, NONE, NONE, NONE, NONE,
	/* 68 */ PUSH, REG, PUSH, REG, TO_RDI, TO_RDI, FROM_RSI, FROM_RSI,
	/* 70 */ BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH,
	/* 78 */ BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH,
	/* 80 */ GROUP, GROUP, NONE, GROUP, NONE, NONE, BOTH8, BOTH,
	/* 88 */ PUT8, MOV_RM, REG8, MOV_REG, PUT, LEA, NONE, POP,
	/* 90 */ XCHG_RAX, XCHG_RAX, XCHG_RAX, XCHG_RAX, XCHG_RAX, XCHG_RAX, XCHG_RAX, XCHG_RAX,
	/* 98 */ IN_RAX, IN_RDX, NONE, NONE, PUSH, PUSH, NONE, IN_RAX,
	/* a0 */ IN_RAX, IN_RAX, STORE, STORE, MOVS, MOVS, CMPS, CMPS,
	/* a8 */ NONE, NONE, TO_RDI, TO_RDI, LODS, LODS, FROM_RDI, FROM_RDI,
	/* b0 */ PUT8, PUT8, PUT8, PUT8, PUT8, PUT8, PUT8, PUT8,
	/* b8 */ MOV_IMM, MOV_IMM, MOV_IMM, MOV_IMM, MOV_IMM, MOV_IMM, MOV_IMM, MOV_IMM,
	/* c0 */ RM8, RM, JUMP, JUMP, NONE, NONE, GROUP, GROUP,
	/* c8 */ LEAVE, LEAVE, JUMP, JUMP, RETURNS, CALL, JUMP, JUMP,
	/* d0 */ RM8, RM, RM8, RM, NONE, NONE, NONE, XLAT,
	/* d8 */ GROUP, GROUP, GROUP, GROUP, GROUP, GROUP, GROUP, GROUP,
	/* e0 */ LOOP, LOOP, LOOP, BRANCH, IN_RAX, IN_RAX, NONE, NONE,
	/* e8 */ CALL_TO, GOTO, NONE, GOTO, IN_RAX, IN_RAX, NONE, NONE,
	/* f0 */ NONE, RETURNS, NONE, NONE, NONE, NONE, GROUP, GROUP,
	/* f8 */ NONE, NONE, NONE, NONE, NONE, NONE, GROUP, GROUP,
};

/* SDM volume 2, table A-3. */
static const uint8_t two_byte[256] = {
	/* 00 */ GROUP, GROUP, REG, REG, NONE, CALL, NONE, JUMP,
	/* 08 */ NONE, NONE, NONE, JUMP, NONE, FETCH, NONE, NONE,
	/* 10 */ NONE, STORE, NONE, STORE, NONE, NONE, NONE, STORE,
	/* 18 */ GROUP, HINT, HINT, HINT, HINT, HINT, GROUP, HINT,
	/* 20 */ PUT, PUT, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 28 */ NONE, STORE, NONE, STORE, GROUP, GROUP, NONE, NONE,
	/* 30 */ NONE, IN_RAX_RDX, IN_RAX_RDX, IN_RAX_RDX, JUMP, JUMP, NONE, CALL,
	/* 38 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 40 */ REG, REG, REG, REG, REG, REG, REG, REG,
	/* 48 */ REG, REG, REG, REG, REG, REG, REG, REG,
	/* 50 */ REG, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 58 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 60 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 68 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 70 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* 78 */ PUT, NONE, NONE, NONE, NONE, NONE, GROUP, STORE,
	/* 80 */ BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH,
	/* 88 */ BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH, BRANCH,
	/* 90 */ PUT8, PUT8, PUT8, PUT8, PUT8, PUT8, PUT8, PUT8,
	/* 98 */ PUT8, PUT8, PUT8, PUT8, PUT8, PUT8, PUT8, PUT8,
	/* a0 */ PUSH, PUSH, CPUID, NONE, RM, RM, CALL, CALL,
	/* a8 */ PUSH, PUSH, JUMP, RM, RM, RM, GROUP, REG,
	/* b0 */ CMPXCHG_8, CMPXCHG, REG, RM, REG, REG, REG, REG,
	/* b8 */ REG, TRAP, GROUP, RM, REG, REG, REG, REG,
	/* c0 */ BOTH8, BOTH, NONE, STORE, NONE, REG, NONE, GROUP,
	/* c8 */ RM, RM, RM, RM, RM, RM, RM, RM,
	/* d0 */ NONE, NONE, NONE, NONE, NONE, NONE, STORE, REG,
	/* d8 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* e0 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, STORE,
	/* e8 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	/* f0 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, MASKMOV,
	/* f8 */ NONE, NONE, NONE, NONE, NONE, NONE, NONE, TRAP,
};
/* clang-format on */

/* SDM volume 2, table A-6, by ModRM.reg. */
static const uint8_t group_1_byte[8] = {RM8, RM8, RM8, RM8, RM8, RM8, RM8, NONE};
static const uint8_t group_1[8] = {ADD_IMM, RM, RM, RM, RM, ADD_IMM, RM, NONE};
static const uint8_t group_3_byte[8] = {NONE, NONE, RM8, RM8, IN_RAX, IN_RAX, IN_RAX, IN_RAX};
static const uint8_t group_3[8] = {
	NONE, NONE, RM, RM, IN_RAX_RDX, IN_RAX_RDX, IN_RAX_RDX, IN_RAX_RDX};
static const uint8_t group_5[8] = {ADD_IMM, ADD_IMM, CALL, CALL, JUMP, JUMP, PUSH, NONE};
static const uint8_t group_6[8] = {PUT, PUT, NONE, NONE, NONE, NONE, NONE, NONE};
static const uint8_t group_7_memory[8] = {STORE, STORE, NONE, NONE, PUT, CHANGE, NONE, HINT};
static const uint8_t group_8[8] = {NONE, NONE, NONE, NONE, NONE, RM, RM, RM};
static const uint8_t group_9_memory[8] = {
	NONE, CMPXCHG_PAIR, NONE, NONE, STORE, STORE, NONE, STORE};
static const uint8_t group_15_memory[8] = {STORE, NONE, NONE, STORE, STORE, NONE, STORE, FETCH};

static unsigned group_member(const struct x86_insn *insn)
{
	return insn->reg & 7;
}

static bool is_repeated(const struct x86_insn *insn)
{
	return insn->prefix == 0xf2 || insn->prefix == 0xf3;
}

/* The x87 opcodes d8 to df write memory in these members, and rax in fnstsw. */
static enum effect x87(const struct x86_insn *insn)
{
	static const uint8_t stores[8] = {0, 0xcc, 0, 0x8e, 0, 0xce, 0, 0xce};

	if (insn->memory)
		return stores[insn->opcode & 7] >> group_member(insn) & 1 ? STORE : NONE;
	return insn->opcode == 0xdf && group_member(insn) == 4 ? IN_RAX : NONE;
}

static enum effect one_byte_group(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x80:
		return group_1_byte[group_member(insn)];
	case 0x81:
	case 0x83:
		return group_1[group_member(insn)];
	case 0xc6: /* xabort */
		return group_member(insn) == 7 ? RETURNS : PUT8;
	case 0xc7: /* xbegin */
		return group_member(insn) == 7 ? CALL_TO : MOV_IMM;
	case 0xf6:
		return group_3_byte[group_member(insn)];
	case 0xf7:
		return group_3[group_member(insn)];
	case 0xfe:
		return RM8;
	case 0xff:
		return group_5[group_member(insn)];
	default:
		return x87(insn);
	}
}

/* 0f 01 with a register operand: most of it is no operand but an opcode. */
static enum effect group_7_register(const struct x86_insn *insn)
{
	switch (group_member(insn) << 3 | (insn->rm & 7)) {
	case 000: /* enclv, vmcall, vmlaunch, vmresume, encls, tdcall, enclu, vmrun, vmmcall */
	case 001:
	case 002:
	case 003:
	case 017:
	case 014:
	case 027:
	case 030:
	case 031:
		return CALL;
	case 012: /* erets, eretu */
		return is_repeated(insn) ? JUMP : NONE;
	case 015: /* seamret, skinit */
	case 036:
		return JUMP;
	case 020: /* xgetbv, rdpkru, rdpru */
	case 056:
	case 075:
		return IN_RAX_RDX;
	case 071:
		return IN_RAX_RCX_RDX; /* rdtscp */
	case 076:		       /* rmpupdate, psmash, pvalidate */
	case 077:
		return is_repeated(insn) ? IN_RAX : NONE;
	default:
		return group_member(insn) == 4 ? PUT : NONE; /* smsw */
	}
}

static enum effect group_9(const struct x86_insn *insn)
{
	if (insn->memory)
		return group_9_memory[group_member(insn)];
	/* rdrand, rdseed, rdpid, but senduipi. */
	return group_member(insn) == 6 && insn->prefix == 0xf3 ? NONE : RM;
}

static enum effect group_15(const struct x86_insn *insn)
{
	/* rdfsbase, rdgsbase, wrfsbase, wrgsbase */
	static const uint8_t registers[8] = {PUT, GET_BASE, NONE, PUT_BASE};

	if (!insn->memory)
		return insn->prefix == 0xf3 ? registers[group_member(insn)] : NONE;
	if (insn->prefix == 0x66) /* clwb, clflushopt */
		return FETCH;
	if (insn->prefix == 0xf3) /* ptwrite, clrssbsy */
		return group_member(insn) == 6 ? CHANGE : NONE;
	return group_15_memory[group_member(insn)];
}

static enum effect two_byte_group(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x00:
		return group_6[group_member(insn)];
	case 0x01:
		return insn->memory ? group_7_memory[group_member(insn)] : group_7_register(insn);
	case 0x18: /* prefetch; the rest is nop */
		return group_member(insn) < 4 ? FETCH : HINT;
	case 0x1e: /* rdssp; the rest is nop and endbr */
		return !insn->memory && insn->prefix == 0xf3 && group_member(insn) == 1 ? PUT
											: HINT;
	case 0x2c: /* cvt*2si to general registers; without the prefix to MMX */
	case 0x2d:
		return is_repeated(insn) ? REG : NONE;
	case 0x7e: /* movd, movq; with f3 to a vector */
		return insn->prefix == 0xf3 ? NONE : PUT;
	case 0xae:
		return group_15(insn);
	case 0xba:
		return group_8[group_member(insn)];
	default:
		return group_9(insn);
	}
}

/* SDM volume 2, table A-4. */
static enum effect map_2(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0xf0: /* movbe, crc32 */
		return REG;
	case 0xf1:
		return insn->prefix == 0xf2 ? REG : STORE;
	case 0xf6: /* adcx, adox; wrss */
		return insn->prefix ? REG : STORE;
	case 0xf5: /* wruss, movdiri */
	case 0xf9:
		return STORE;
	case 0xfc: /* aadd and its kin */
		return CHANGE;
	case 0xfa: /* encodekey */
	case 0xfb:
		return REG;
	default:
		return NONE;
	}
}

/* SDM volume 2, table A-5; VEX and EVEX have these too. */
static enum effect map_3(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x14: /* pextr*, extractps */
	case 0x15:
	case 0x16:
	case 0x17:
		return PUT;
	case 0x61: /* pcmp?stri */
	case 0x63:
		return IN_RCX;
	case 0x19: /* vextract*, vcvtps2ph */
	case 0x1b:
	case 0x1d:
	case 0x39:
	case 0x3b:
		return STORE;
	case 0xf0: /* rorx; hreset */
		return insn->escape ? REG : NONE;
	default:
		return NONE;
	}
}

static enum effect vex_map_1(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x11:
	case 0x13:
	case 0x17:
	case 0x29:
	case 0x2b:
	case 0x7f:
	case 0x91: /* kmov to memory */
	case 0xd6:
	case 0xe7:
		return STORE;
	case 0x2c: /* cvt*2si, and with EVEX cvt*2usi */
	case 0x2d:
	case 0x78:
	case 0x79:
		return is_repeated(insn) ? REG : NONE;
	case 0x50: /* movmsk, kmov, pextrw, pmovmskb */
	case 0x93:
	case 0xc5:
	case 0xd7:
		return REG;
	case 0x7e:
		return insn->prefix == 0xf3 ? NONE : PUT;
	case 0xae: /* vstmxcsr */
		return group_member(insn) == 3 ? STORE : NONE;
	case 0xf7:
		return MASKMOV;
	default:
		return NONE;
	}
}

/* BMI: SDM volume 2, table A-4 and group 17. */
static enum effect vex_map_2(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x2e: /* vmaskmov, vpmaskmov */
	case 0x2f:
	case 0x8e:
		return STORE;
	case 0x49: /* sttilecfg, tilestored */
		return insn->prefix == 0x66 && insn->memory ? STORE : NONE;
	case 0x4b:
		return insn->prefix == 0xf3 ? STORE : NONE;
	case 0xf2: /* andn, bzhi, pdep, pext, bextr, shlx, sarx, shrx */
	case 0xf5:
	case 0xf7:
		return REG;
	case 0xf3: /* blsr, blsmsk, blsi */
		return VVVV;
	case 0xf6: /* mulx */
		return REG_VVVV;
	default:
		return insn->opcode >> 4 == 14 ? STORE_REG : NONE;
	}
}

/* Of EVEX: what stores is vpmov* that narrows, compress and scatter. */
static enum effect evex_map_2(const struct x86_insn *insn)
{
	switch (insn->opcode & 0xf8) {
	case 0x10:
	case 0x20:
	case 0x30:
		return insn->prefix == 0xf3 && (insn->opcode & 7) < 6 ? STORE : NONE;
	case 0xa0:
		return (insn->opcode & 7) < 4 ? STORE : NONE;
	case 0xc0: /* vgatherpf, vscatterpf */
		return (insn->opcode & 7) > 5 ? FETCH : NONE;
	default:
		return insn->opcode == 0x63 || insn->opcode == 0x8a || insn->opcode == 0x8b ? STORE
											    : NONE;
	}
}

/* FP16. */
static enum effect evex_map_5(const struct x86_insn *insn)
{
	switch (insn->opcode) {
	case 0x11:
		return STORE;
	case 0x2c: /* vcvt*sh2si, vcvt*sh2usi */
	case 0x2d:
	case 0x78:
	case 0x79:
		return insn->prefix == 0xf3 ? REG : NONE;
	case 0x7e: /* vmovw */
		return insn->prefix == 0x66 ? PUT : NONE;
	default:
		return NONE;
	}
}

static enum effect vex_effect(const struct x86_insn *insn)
{
	switch (insn->map) {
	case 1:
		return vex_map_1(insn);
	case 2:
		return insn->escape == 0x62 ? evex_map_2(insn) : vex_map_2(insn);
	case 3:
		return map_3(insn);
	case 5:
		return evex_map_5(insn);
	default:
		return NONE;
	}
}

static enum effect effect_of(const struct x86_insn *insn)
{
	enum effect effect;

	if (insn->escape)
		return vex_effect(insn);
	switch (insn->map) {
	case 0:
		effect = one_byte[insn->opcode];
		return effect == GROUP ? one_byte_group(insn) : effect;
	case 1:
		effect = two_byte[insn->opcode];
		return effect == GROUP ? two_byte_group(insn) : effect;
	case 2:
		return map_2(insn);
	default:
		return map_3(insn);
	}
}

static void write_register(struct insn *out, uint8_t reg)
{
	if (out->target == INSN_NO_REGISTER)
		out->target = reg;
	else if (out->target == reg || out->also == reg)
		return;
	else if (out->also == INSN_NO_REGISTER)
		out->also = reg;
	else
		out->others |= BIT(reg);
}

/* SDM volume 2, table 2-2: without REX 4 to 7 are ah, ch, dh, bh. */
static uint8_t whole(const struct x86_insn *insn, const struct row *row, uint8_t reg)
{
	return row->operands & EIGHT && !insn->rex ? reg & 3 : reg;
}

static void write_implicit(struct insn *out, unsigned mask)
{
	for (; mask; mask &= mask - 1)
		write_register(out, (uint8_t)__builtin_ctz(mask));
}

static void write_registers(const struct x86_insn *insn, const struct row *row, struct insn *out)
{
	if (row->operands & TO_REG)
		write_register(out, whole(insn, row, insn->reg));
	if (row->operands & TO_RM && !insn->memory)
		write_register(out, whole(insn, row, insn->rm));
	if (row->operands & TO_VVVV)
		write_register(out, insn->vvvv);
	write_implicit(out, row->implicit);
}

/* The machine counts from the end of the instruction, struct insn from its start. */
static int64_t displacement(struct span code, const struct x86_insn *insn)
{
	int64_t value = x86_displacement(code, insn);

	if (insn->displacement_size == 1 && insn->escape == 0x62)
		value *= (int64_t)x86_displacement_unit(insn);
	if (insn->base == X86_RIP)
		return value + insn->length;
	/* An address of 32 bits has no sign. */
	if (insn->addr32 && insn->base == X86_NO_REGISTER && insn->index == X86_NO_REGISTER)
		return (int64_t)(uint32_t)value;
	return value;
}

/* The registers and the constant of an address: INSN_LOAD, INSN_STORE, INSN_BRANCH and lea. */
static void address(struct span code, const struct x86_insn *insn, struct insn *out)
{
	out->pc_relative = insn->base == X86_RIP;
	out->first = out->pc_relative ? INSN_NO_REGISTER : insn->base;
	out->second = insn->index;
	out->second_is_index = insn->index != X86_NO_REGISTER && insn->scale > 1;
	out->constant = displacement(code, insn);
}

static void access_memory(
	struct span code, const struct x86_insn *insn, const struct row *row, struct insn *out)
{
	static const uint8_t actions[] = {[TOUCH] = INSN_NO_MEMORY,
		[READ] = INSN_READS,
		[WRITE] = INSN_WRITES,
		[UPDATE] = INSN_CHANGES};

	if (!insn->memory || row->access == NO_ACCESS)
		return;
	out->kind = row->access <= READ ? INSN_LOAD : INSN_STORE;
	out->percpu = insn->gs;
	out->segment = insn->fs;
	address(code, insn, out);
	out->memory = (enum insn_memory)actions[row->access];
	if (out->memory)
		out->width = (uint16_t)x86_width(insn);
}

/* Sums and moves of less than 32 bits make no address. */
static bool is_value(const struct x86_insn *insn, struct insn *out)
{
	out->cut = insn->wide ? INSN_WHOLE : insn->narrow ? INSN_PART : INSN_ZERO_32;
	return !insn->narrow;
}

static bool is_plain(const struct x86_insn *insn, struct insn *out)
{
	return !insn->memory && is_value(insn, out);
}

static void move(const struct x86_insn *insn, struct insn *out, uint8_t from)
{
	if (!is_plain(insn, out))
		return;
	out->kind = INSN_MOVE;
	out->first = from;
}

static void add(const struct x86_insn *insn, struct insn *out, uint8_t with)
{
	if (!is_plain(insn, out))
		return;
	out->kind = INSN_ADD;
	out->first = out->target;
	out->second = with;
}

/* From a register: what is in memory, or is subtracted from there, is no address. */
static void subtract(const struct x86_insn *insn, struct insn *out, uint8_t with)
{
	if (!is_plain(insn, out))
		return;
	out->kind = INSN_SUBTRACT;
	out->first = out->target;
	out->second = with;
}

static void add_memory(const struct x86_insn *insn, struct insn *out)
{
	if (!is_value(insn, out))
		return;
	out->kind = INSN_ADD;
	out->base = out->first;
	out->index = out->second;
	out->first = out->target;
	out->second = INSN_MEMORY_OPERAND;
}

/* mov of 32 bits has zeros above, that of 64 bits the sign of its 4 bytes. */
static void set(struct span code, const struct x86_insn *insn, struct insn *out)
{
	if (!is_plain(insn, out))
		return;
	out->kind = INSN_SET;
	out->constant = x86_immediate(code, insn);
	if (!insn->wide)
		out->constant = (int64_t)(uint32_t)out->constant;
}

/* inc and dec are ff, sub is 2d, or member 5 of group 1. */
static void add_constant(struct span code, const struct x86_insn *insn, struct insn *out)
{
	if (!is_plain(insn, out))
		return;
	out->kind = INSN_MORE;
	out->first = out->target;
	out->constant = insn->opcode == 0xff ? 1 : x86_immediate(code, insn);
	if (insn->opcode == 0xff ? group_member(insn) == 1
				 : insn->opcode == 0x2d || group_member(insn) == 5)
		out->subtracts = true;
	if (out->subtracts)
		out->constant = -out->constant;
}

/* A scaled index is no address: lea disp(base,index,8) is the base and more. */
static void lea(struct span code, const struct x86_insn *insn, struct insn *out)
{
	if (!is_value(insn, out))
		return;
	address(code, insn, out);
	if (insn->addr32)
		out->cut = INSN_ZERO_32;
	if (insn->scale == 1 && out->first == INSN_NO_REGISTER) {
		out->first = out->second;
		out->second = INSN_NO_REGISTER;
	}
	if (out->first == INSN_NO_REGISTER) {
		out->kind = INSN_SET;
		if (out->cut == INSN_ZERO_32 && !out->pc_relative)
			out->constant = (int64_t)(uint32_t)out->constant;
	} else if (out->second == INSN_NO_REGISTER || insn->scale > 1)
		out->kind = INSN_MORE;
	else
		out->kind = INSN_ADD;
}

/* The bytes of one step; ins and outs have no more than 4. */
static uint16_t string_width(const struct x86_insn *insn)
{
	if (!(insn->opcode & 1))
		return 1;
	return insn->wide && insn->opcode > 0x6f ? 8 : insn->narrow ? 2 : 4;
}

/* A segment override is for rsi; rdi is always in ES, whose base is 0. */
static void string(const struct x86_insn *insn, struct insn *out, enum insn_kind kind, uint8_t at)
{
	out->kind = kind;
	out->first = at;
	out->percpu = at == RSI && insn->gs;
	out->segment = at == RSI && insn->fs;
	out->memory = kind == INSN_STORE ? INSN_WRITES : INSN_READS;
	if (is_repeated(insn))
		write_register(out, RCX);
	else
		out->width = string_width(insn);
}

/* An address of registers that no ModRM names. */
static void implicit_address(const struct x86_insn *insn, struct insn *out, enum effect effect)
{
	out->percpu = insn->gs;
	out->segment = insn->fs;
	out->kind = effect == XLAT ? INSN_LOAD : INSN_STORE;
	out->first = effect == XLAT ? RBX : RDI;
	out->second = effect == XLAT ? RAX : INSN_NO_REGISTER;
	out->memory = effect == XLAT ? INSN_READS : INSN_WRITES;
	out->width = effect == XLAT; /* of maskmov a mask tells */
}

static void base_move(const struct x86_insn *insn, struct insn *out, bool get)
{
	out->kind = get ? INSN_GET_BASE : INSN_PUT_BASE;
	out->base_number = PERCPU_NOTE_REGISTER_GS_BASE;
	out->cut = insn->wide ? INSN_WHOLE : INSN_ZERO_32;
	if (!get)
		out->first = insn->rm;
}

static void branch(struct insn *out, bool call, bool falls)
{
	out->kind = INSN_BRANCH;
	out->call = call;
	out->falls = falls;
}

static void branch_to(struct span code, const struct x86_insn *insn, struct insn *out)
{
	out->direct = true;
	out->constant = x86_immediate(code, insn) + insn->length;
}

/* 90 is nop, unless REX.B makes it xchg with r8. */
static void exchange(const struct x86_insn *insn, struct insn *out)
{
	if (insn->rm == RAX)
		out->target = INSN_NO_REGISTER;
}

/* What push reads from memory does not go to rsp. */
static void push(struct insn *out)
{
	out->also = out->target;
	out->target = INSN_NO_REGISTER;
}

/* What is special beyond the row. */
static void refine(
	struct span code, const struct x86_insn *insn, enum effect effect, struct insn *out)
{
	switch (effect) {
	case MOV_REG:
		move(insn, out, insn->rm);
		break;
	case MOV_RM:
		move(insn, out, insn->reg);
		break;
	case MOV_IMM:
		set(code, insn, out);
		break;
	case ADD_IMM:
	case ADD_RAX:
		add_constant(code, insn, out);
		break;
	case ADD_RM:
		add(insn, out, insn->reg);
		break;
	case ADD_REG:
		if (insn->memory)
			add_memory(insn, out);
		else
			add(insn, out, insn->rm);
		break;
	case SUB_RM:
		subtract(insn, out, insn->reg);
		break;
	case SUB_REG:
		subtract(insn, out, insn->rm);
		break;
	case LEA:
		lea(code, insn, out);
		break;
	case XCHG_RAX:
		exchange(insn, out);
		break;
	case PUSH:
		push(out);
		break;
	case TO_RDI:
		string(insn, out, INSN_STORE, RDI);
		break;
	case MOVS: /* the side with an override, if one has */
		if (insn->gs || insn->fs)
			string(insn, out, INSN_LOAD, RSI);
		else
			string(insn, out, INSN_STORE, RDI);
		break;
	case FROM_RDI:
		string(insn, out, INSN_LOAD, RDI);
		break;
	case FROM_RSI:
	case LODS:
	case CMPS:
		string(insn, out, INSN_LOAD, RSI);
		break;
	case XLAT:
	case MASKMOV:
		implicit_address(insn, out, effect);
		break;
	case GET_BASE:
	case PUT_BASE:
		base_move(insn, out, effect == GET_BASE);
		break;
	case JUMP:
	case TRAP:
		branch(out, false, false);
		break;
	case RETURNS:
		branch(out, false, true);
		break;
	case CALL:
		branch(out, true, true);
		break;
	case GOTO:
		branch(out, false, false);
		branch_to(code, insn, out);
		break;
	case BRANCH:
	case LOOP:
		branch(out, false, true);
		branch_to(code, insn, out);
		break;
	case CALL_TO:
		branch(out, true, true);
		branch_to(code, insn, out);
		break;
	default:
		break;
	}
}

/* test reg, reg and cmp $0, reg. */
static uint8_t asked(struct span code, const struct x86_insn *insn)
{
	if (insn->map || insn->memory || insn->narrow)
		return 0;
	if (insn->opcode == 0x85)
		return insn->reg == insn->rm ? (uint8_t)(1 + insn->rm) : 0;
	return (insn->opcode == 0x83 || insn->opcode == 0x81) && (insn->reg & 7) == 7 &&
			       x86_immediate(code, insn) == 0
		       ? (uint8_t)(1 + insn->rm)
		       : 0;
}

/* bt, bts, btr, btc with the bit's number in a register, which may be any. */
static bool counts_bits(const struct x86_insn *insn)
{
	return insn->map == 1 && (insn->opcode & 0xe7) == 0xa3;
}

bool x86_64_decode(struct span code, struct insn *out)
{
	struct x86_insn insn;
	const struct row *row;
	enum effect effect;

	if (!x86_decode(code, &insn))
		return false;
	effect = effect_of(&insn);
	row = &effects[effect];
	*out = (struct insn){.kind = INSN_OTHER,
		.length = insn.length,
		.target = INSN_NO_REGISTER,
		.first = INSN_NO_REGISTER,
		.second = INSN_NO_REGISTER,
		.also = INSN_NO_REGISTER,
		.base = INSN_NO_REGISTER,
		.index = INSN_NO_REGISTER,
		.displacement_at = insn.displacement_at,
		.displacement_size = insn.displacement_size,
		.immediate_size = insn.immediate_size,
		.bits = counts_bits(&insn),
		.pair = effect == CMPXCHG_PAIR,
		.keeps = UINT64_MAX};
	access_memory(code, &insn, row, out);
	write_registers(&insn, row, out);
	if (row->operands & EIGHT && out->target != INSN_NO_REGISTER)
		out->cut = INSN_PART;
	refine(code, &insn, effect, out);
	out->asks = asked(code, &insn);
	return true;
}

/*
 * Where the instruction begins that holds a field is a matter of where those before it begin, back
 * to the function. But instructions decoded from a wrong start soon fall into step with the right
 * ones: each start in the bytes before the field has a vote, for the instruction that it arrives
 * at.
 */
enum {
	LOOK_BACK = 12, /* bytes before a field: prefixes, REX, escapes, opcode, ModRM, SIB, disp */
	HISTORY = 128,	/* bytes that are asked at most */
	LEAD = 32,	/* votes more than any other are enough */
	LEAD_GS = 10,	/* the same for a gs override, which seldom comes by accident */
};

struct ballot {
	uint8_t votes[X86_LONGEST]; /* by bytes from an instruction's start to the field */
	uint8_t ranks[X86_LONGEST];
	uint8_t arrives[HISTORY + 1]; /* for whom the byte so far before the field votes; 0: none */
};

static bool holds_displacement(const struct x86_outline *insn, unsigned before, unsigned size)
{
	return insn->displacement_size == size && insn->displacement_at == before;
}

static bool holds_immediate(const struct x86_outline *insn, unsigned before, unsigned size)
{
	return insn->immediate_size == size && insn->immediate_at == before;
}

enum { RANK_ESCAPE = 1, RANK_PLAIN, RANK_GS };

/*
 * 0 for none that can hold the field. A gs override is what per-CPU code has, VEX and EVEX are what
 * kernels do not have there.
 */
static uint8_t rank(const struct x86_outline *insn, unsigned before, unsigned size)
{
	if (holds_displacement(insn, before, size))
		return insn->gs ? RANK_GS : insn->escape ? RANK_ESCAPE : RANK_PLAIN;
	return holds_immediate(insn, before, size) ? RANK_PLAIN : 0;
}

/* The vote of the start so many bytes before the field; those nearer have voted. */
static uint8_t arrival(struct ballot *ballot, struct span from, unsigned before, unsigned size)
{
	struct x86_outline insn;
	unsigned length;
	uint8_t its;

	/* add %al, (%rax): no code has that, but constants do. */
	if (from.size >= 2 && from.data[0] == 0 && from.data[1] == 0)
		return 0;
	/* Most instructions end before the field. */
	length = x86_length(from);
	if (length && length <= before)
		return length < before ? ballot->arrives[before - length] : 0;
	if (!x86_outline(from, &insn))
		return 0;
	if (insn.length < before)
		return ballot->arrives[before - insn.length];
	its = insn.length > before ? rank(&insn, before, size) : 0;
	if (!its)
		return 0;
	ballot->ranks[before] = its;
	return (uint8_t)before;
}

static bool is_ahead(const struct ballot *ballot, unsigned i, unsigned best)
{
	if (ballot->votes[i] != ballot->votes[best])
		return ballot->votes[i] > ballot->votes[best];
	return ballot->ranks[i] >= ballot->ranks[best];
}

/* Of equal ones the longest: what is shorter starts inside of it. */
static unsigned leader(const struct ballot *ballot)
{
	unsigned best = 0;

	for (unsigned i = 1; i < X86_LONGEST; i++)
		if (ballot->votes[i] && is_ahead(ballot, i, best))
			best = i;
	return best;
}

static bool leads(const struct ballot *ballot, unsigned first)
{
	const unsigned lead = ballot->ranks[first] == RANK_GS ? LEAD_GS : LEAD;

	for (unsigned i = 1; i < X86_LONGEST; i++)
		if (i != first && ballot->votes[i] + lead > ballot->votes[first])
			return false;
	return true;
}

/* From the code's first byte, an instruction's start: where the one with the field is; or SIZE_MAX.
 */
static uint64_t walk(struct span code, uint64_t field, unsigned size)
{
	uint64_t at = 0;

	while (at < field) {
		const struct span rest = {code.data + at, code.size - (size_t)at};
		unsigned length = x86_length(rest);
		struct x86_outline insn;

		if (!length || length > field - at) {
			if (!x86_outline(rest, &insn))
				return SIZE_MAX;
			length = insn.length;
			if (length > field - at)
				return rank(&insn, (unsigned)(field - at), size) ? at : SIZE_MAX;
		}
		at += length;
	}
	return SIZE_MAX;
}

uint64_t x86_64_walk(struct span code, uint64_t field, unsigned size)
{
	const uint64_t start = field < code.size ? walk(code, field, size) : SIZE_MAX;

	return start == SIZE_MAX ? field : start;
}

uint64_t x86_64_locate(struct span code, uint64_t field, unsigned size, bool *doubtful)
{
	const unsigned history = field < HISTORY ? (unsigned)field : HISTORY;
	struct ballot ballot;
	uint8_t vote = 0;

	memset(&ballot, 0, offsetof(struct ballot, arrives));
	if (doubtful)
		*doubtful = false;
	if (field >= code.size)
		return field;
	if (field <= HISTORY) {
		const uint64_t start = walk(code, field, size);

		if (start != SIZE_MAX)
			return start;
	}
	for (unsigned before = 1; before <= history; before++) {
		const uint64_t start = field - before;

		vote = arrival(
			&ballot, (struct span){code.data + start, code.size - start}, before, size);
		ballot.arrives[before] = vote;
		if (vote)
			ballot.votes[vote]++;
		if (before >= LOOK_BACK && ballot.votes[vote] >= LEAD_GS && leads(&ballot, vote))
			return field - vote;
	}
	if (doubtful)
		*doubtful = history < field;
	/* The code's first byte is a right start. */
	return field - (history == field && vote ? vote : leader(&ballot));
}

bool x86_64_allows_interrupts(struct span code)
{
	/* Intel SDM volume 2, STI */
	return code.size >= 1 && code.data[0] == 0xfb;
}
