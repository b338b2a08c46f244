#include "arch/riscv64/relocs.h"

#define U_TYPE 0xfffff000
#define I_TYPE 0xfff00000
#define S_TYPE 0xfe000f80
#define B_TYPE 0xfe000f80
#define J_TYPE 0xfffff000
#define CB_TYPE 0x1c7c
#define CJ_TYPE 0x1ffc
#define CI_TYPE 0x107c
#define UI_TYPE ((uint64_t)I_TYPE << 32 | U_TYPE)

/* lui or auipc extends bit 31, and the low half is signed. */
#define HI20_RANGE .least = -INT64_C(0x80000800), .most = 0x7ffff7ff

#define RELOC(n, suffix, ...) [n] = {.number = (n), .name = "R_RISCV_" #suffix, __VA_ARGS__}

/*
 * RISC-V ELF psABI, "ELF Object Files", "Relocations", table "Relocation types"; fields: "Field
 * Symbols". The rows that linkers leave behind come from include/elf/riscv.h and bfd/elfnn-riscv.c
 * of GNU binutils and lld/ELF/Arch/RISCV*: an emitted relocation keeps such a number with -q.
 */
const struct reloc_info riscv64_relocs[RISCV64_RELOCS] = {
	RELOC(0, NONE, .class = RELOC_IGNORE),
	RELOC(1, 32, .class = RELOC_OFFSET, .bytes = 4, .field = UINT32_MAX, RELOC_EITHER(32)),
	RELOC(2, 64, .class = RELOC_WORD, .bytes = 8, .field = UINT64_MAX),
	RELOC(3, RELATIVE, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	RELOC(4, COPY, .class = RELOC_DYNAMIC),
	RELOC(5, JUMP_SLOT, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	RELOC(6, TLS_DTPMOD32, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX),
	RELOC(7, TLS_DTPMOD64, .class = RELOC_TLS, .bytes = 8, .field = UINT64_MAX),
	RELOC(8, TLS_DTPREL32, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX),
	RELOC(9, TLS_DTPREL64, .class = RELOC_TLS, .bytes = 8, .field = UINT64_MAX),
	RELOC(10, TLS_TPREL32, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX),
	RELOC(11, TLS_TPREL64, .class = RELOC_TLS, .bytes = 8, .field = UINT64_MAX),
	RELOC(12, TLSDESC, .class = RELOC_TLS, .bytes = 16, .field = UINT64_MAX),

	/* CALL: the auipc and the jalr behind it. */
	RELOC(16, BRANCH, .class = RELOC_BRANCH, .bytes = 4, .field = B_TYPE, .pc_relative = true,
		.checked = true, RELOC_SIGNED(13)),
	RELOC(17, JAL, .class = RELOC_BRANCH, .bytes = 4, .field = J_TYPE, .pc_relative = true,
		.checked = true, RELOC_SIGNED(21)),
	RELOC(18, CALL, .class = RELOC_BRANCH, .bytes = 8, .field = UI_TYPE, .pc_relative = true,
		.checked = true, HI20_RANGE),
	RELOC(19, CALL_PLT, .class = RELOC_BRANCH, .bytes = 8, .field = UI_TYPE,
		.pc_relative = true, .checked = true, HI20_RANGE),

	/* PCREL_LO12 name the label of their auipc, not the variable: follow it. */
	RELOC(20, GOT_HI20, .class = RELOC_GOT, .part = PART_HIGH, .bytes = 4, .field = U_TYPE,
		.pc_relative = true, .checked = true),
	RELOC(21, TLS_GOT_HI20, .class = RELOC_TLS, .part = PART_HIGH, .bytes = 4, .field = U_TYPE,
		.pc_relative = true, .checked = true),
	RELOC(22, TLS_GD_HI20, .class = RELOC_TLS, .part = PART_HIGH, .bytes = 4, .field = U_TYPE,
		.pc_relative = true, .checked = true),
	RELOC(23, PCREL_HI20, .class = RELOC_PCREL, .part = PART_HIGH, .bytes = 4, .field = U_TYPE,
		.pc_relative = true, .checked = true, HI20_RANGE),
	RELOC(24, PCREL_LO12_I, .class = RELOC_PCREL, .part = PART_LOW, .bytes = 4, .field = I_TYPE,
		.pc_relative = true),
	RELOC(25, PCREL_LO12_S, .class = RELOC_PCREL, .part = PART_LOW_STORE, .bytes = 4,
		.field = S_TYPE, .pc_relative = true),
	RELOC(26, HI20, .class = RELOC_OFFSET, .part = PART_HIGH, .bytes = 4, .field = U_TYPE,
		.checked = true, HI20_RANGE),
	RELOC(27, LO12_I, .class = RELOC_OFFSET, .part = PART_LOW, .bytes = 4, .field = I_TYPE,
		RELOC_SIGNED(12)),
	RELOC(28, LO12_S, .class = RELOC_OFFSET, .part = PART_LOW_STORE, .bytes = 4,
		.field = S_TYPE, RELOC_SIGNED(12)),
	RELOC(29, TPREL_HI20, .class = RELOC_TLS, .part = PART_HIGH, .bytes = 4, .field = U_TYPE,
		.checked = true),
	RELOC(30, TPREL_LO12_I, .class = RELOC_TLS, .part = PART_LOW, .bytes = 4, .field = I_TYPE),
	RELOC(31, TPREL_LO12_S, .class = RELOC_TLS, .part = PART_LOW_STORE, .bytes = 4,
		.field = S_TYPE),
	RELOC(32, TPREL_ADD, .class = RELOC_TLS),

	RELOC(33, ADD8, .class = RELOC_DELTA, .bytes = 1, .field = UINT8_MAX),
	RELOC(34, ADD16, .class = RELOC_DELTA, .bytes = 2, .field = UINT16_MAX),
	RELOC(35, ADD32, .class = RELOC_DELTA, .bytes = 4, .field = UINT32_MAX),
	RELOC(36, ADD64, .class = RELOC_DELTA, .bytes = 8, .field = UINT64_MAX),
	RELOC(37, SUB8, .class = RELOC_DELTA, .bytes = 1, .field = UINT8_MAX),
	RELOC(38, SUB16, .class = RELOC_DELTA, .bytes = 2, .field = UINT16_MAX),
	RELOC(39, SUB32, .class = RELOC_DELTA, .bytes = 4, .field = UINT32_MAX),
	RELOC(40, SUB64, .class = RELOC_DELTA, .bytes = 8, .field = UINT64_MAX),
	RELOC(41, GOT32_PCREL, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(43, ALIGN, .class = RELOC_IGNORE),
	RELOC(44, RVC_BRANCH, .class = RELOC_BRANCH, .bytes = 2, .field = CB_TYPE,
		.pc_relative = true, .checked = true, RELOC_SIGNED(9)),
	RELOC(45, RVC_JUMP, .class = RELOC_BRANCH, .bytes = 2, .field = CJ_TYPE,
		.pc_relative = true, .checked = true, RELOC_SIGNED(12)),

	/* GNU ld 2.40 leaves these where it relaxed; now reserved. GPREL is S + A - gp. */
	RELOC(46, RVC_LUI, .class = RELOC_OFFSET, .part = PART_HIGH, .bytes = 2, .field = CI_TYPE,
		.checked = true, .least = -0x20800, .most = 0x1f7ff),
	RELOC(47, GPREL_I, .class = RELOC_RELAXED, .part = PART_LOW, .bytes = 4, .field = I_TYPE),
	RELOC(48, GPREL_S, .class = RELOC_RELAXED, .part = PART_LOW_STORE, .bytes = 4,
		.field = S_TYPE),
	RELOC(49, TPREL_I, .class = RELOC_TLS, .part = PART_LOW, .bytes = 4, .field = I_TYPE),
	RELOC(50, TPREL_S, .class = RELOC_TLS, .part = PART_LOW_STORE, .bytes = 4, .field = S_TYPE),

	RELOC(51, RELAX, .class = RELOC_IGNORE),
	RELOC(52, SUB6, .class = RELOC_DELTA, .bytes = 1, .field = 0x3f),
	RELOC(53, SET6, .class = RELOC_DELTA, .bytes = 1, .field = 0x3f),
	RELOC(54, SET8, .class = RELOC_DELTA, .bytes = 1, .field = UINT8_MAX),
	RELOC(55, SET16, .class = RELOC_DELTA, .bytes = 2, .field = UINT16_MAX),
	RELOC(56, SET32, .class = RELOC_DELTA, .bytes = 4, .field = UINT32_MAX),
	RELOC(57, 32_PCREL, .class = RELOC_PCREL, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, RELOC_SIGNED(32)),
	RELOC(58, IRELATIVE, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	RELOC(59, PLT32, .class = RELOC_BRANCH, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, RELOC_SIGNED(32)),
	RELOC(60, SET_ULEB128, .class = RELOC_DELTA),
	RELOC(61, SUB_ULEB128, .class = RELOC_DELTA),
	RELOC(62, TLSDESC_HI20, .class = RELOC_TLS, .part = PART_HIGH, .bytes = 4, .field = U_TYPE,
		.pc_relative = true, .checked = true),
	RELOC(63, TLSDESC_LOAD_LO12, .class = RELOC_TLS, .part = PART_LOW, .bytes = 4,
		.field = I_TYPE, .pc_relative = true),
	RELOC(64, TLSDESC_ADD_LO12, .class = RELOC_TLS, .part = PART_LOW, .bytes = 4,
		.field = I_TYPE, .pc_relative = true),
	RELOC(65, TLSDESC_CALL, .class = RELOC_TLS),

	/* GNU ld 2.44 leaves these instead; the psABI reserves the numbers for others. */
	RELOC(66, DELETE, .class = RELOC_IGNORE),
	RELOC(67, RVC_LUI, .class = RELOC_OFFSET, .part = PART_HIGH, .bytes = 2, .field = CI_TYPE,
		.checked = true, .least = -0x20800, .most = 0x1f7ff),
	RELOC(68, GPREL_I, .class = RELOC_RELAXED, .part = PART_LOW, .bytes = 4, .field = I_TYPE),
	RELOC(69, GPREL_S, .class = RELOC_RELAXED, .part = PART_LOW_STORE, .bytes = 4,
		.field = S_TYPE),
	RELOC(70, TPREL_I, .class = RELOC_TLS, .part = PART_LOW, .bytes = 4, .field = I_TYPE),
	RELOC(71, TPREL_S, .class = RELOC_TLS, .part = PART_LOW_STORE, .bytes = 4, .field = S_TYPE),

	/* Names the vendor of the number behind it: 192 to 255 mean what that vendor says. */
	RELOC(191, VENDOR, .class = RELOC_IGNORE),

	/* lld 19 leaves GPREL with --relax-gp, lld 22 X0REL too. No number of the psABI is above
	   255. */
	RELOC(256, GPREL_I, .class = RELOC_RELAXED, .part = PART_LOW, .bytes = 4, .field = I_TYPE),
	RELOC(257, GPREL_S, .class = RELOC_RELAXED, .part = PART_LOW_STORE, .bytes = 4,
		.field = S_TYPE),
	RELOC(258, X0REL_I, .class = RELOC_RELAXED, .part = PART_LOW, .bytes = 4, .field = I_TYPE),
	RELOC(259, X0REL_S, .class = RELOC_RELAXED, .part = PART_LOW_STORE, .bytes = 4,
		.field = S_TYPE),
};

static bool is_upper(uint32_t word, uint32_t opcode, uint64_t value)
{
	return (word & 0x7f) == opcode && (word & U_TYPE) == ((value + 0x800) & U_TYPE);
}

/*
 * lld 19 with --no-relax pads for R_RISCV_ALIGN as it should, and with --emit-relocs leaves the
 * places that were before that.
 */
bool riscv64_holds(
	struct span code, uint64_t offset, uint32_t number, uint64_t target, uint64_t place)
{
	enum { GOT_HI20 = 20, PCREL_HI20 = 23, HI20 = 26, LO12_I = 27, LO12_S = 28 };
	enum { OPCODE_AUIPC = 0x17, OPCODE_LUI = 0x37 };
	uint32_t word;

	if (!range_within(offset, 4, code.size))
		return false;
	word = read_le32(code.data + offset);
	switch (number) {
	case GOT_HI20:
		return (word & 0x7f) == OPCODE_AUIPC;
	case PCREL_HI20:
		return is_upper(word, OPCODE_AUIPC, target - place);
	case HI20:
		return is_upper(word, OPCODE_LUI, target);
	case LO12_I:
		return (word & 3) == 3 && word >> 20 == (target & 0xfff);
	case LO12_S:
		return (word & 3) == 3 &&
		       ((word >> 20 & 0xfe0) | (word >> 7 & 0x1f)) == (target & 0xfff);
	default:
		return true;
	}
}

bool riscv64_pair_value(struct span code, uint64_t high, uint64_t low, uint64_t *value)
{
	enum { OPCODE_LUI = 0x37, OPCODE_STORE = 0x23, OPCODE_STORE_FP = 0x27 };
	uint32_t upper, lower, immediate;

	if (!range_within(high, 4, code.size) || !range_within(low, 4, code.size))
		return false;
	upper = read_le32(code.data + high);
	lower = read_le32(code.data + low);
	if ((upper & 0x7f) != OPCODE_LUI || (lower & 3) != 3)
		return false;
	immediate = lower >> 20;
	if ((lower & 0x7f) == OPCODE_STORE || (lower & 0x7f) == OPCODE_STORE_FP)
		immediate = (lower >> 20 & 0xfe0) | (lower >> 7 & 0x1f);
	/* Both parts are signed. */
	*value = (uint64_t)(int64_t)(int32_t)(upper & U_TYPE) + (immediate ^ 0x800) - 0x800;
	return true;
}
