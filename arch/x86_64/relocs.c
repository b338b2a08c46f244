#include "arch/x86_64/relocs.h"

#define RELOC(n, suffix, ...) [n] = {.number = (n), .name = "R_X86_64_" #suffix, __VA_ARGS__}

/*
 * System V ABI, AMD64 Architecture Processor Supplement, chapter 4 "Object Files", section
 * "Relocation", "Relocation Types", whose table says number, field and calculation.
 * Some GNU binutils print 47 and 48 with each other's names; both are TLS.
 */
const struct reloc_info x86_64_relocs[X86_64_RELOCS] = {
	RELOC(0, NONE, .class = RELOC_IGNORE),
	RELOC(1, 64, .class = RELOC_WORD, .bytes = 8, .field = UINT64_MAX),
	RELOC(2, PC32, .class = RELOC_PCREL, .bytes = 4, .field = UINT32_MAX, .pc_relative = true,
		.checked = true, RELOC_SIGNED(32)),
	RELOC(3, GOT32, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX, .checked = true),
	RELOC(4, PLT32, .class = RELOC_BRANCH, .bytes = 4, .field = UINT32_MAX, .pc_relative = true,
		.checked = true, RELOC_SIGNED(32)),
	RELOC(5, COPY, .class = RELOC_DYNAMIC),
	RELOC(6, GLOB_DAT, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	RELOC(7, JUMP_SLOT, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	RELOC(8, RELATIVE, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	RELOC(9, GOTPCREL, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX, .pc_relative = true,
		.checked = true),
	RELOC(10, 32, .class = RELOC_OFFSET, .bytes = 4, .field = UINT32_MAX, .checked = true,
		RELOC_UNSIGNED(32)),
	RELOC(11, 32S, .class = RELOC_OFFSET, .bytes = 4, .field = UINT32_MAX, .checked = true,
		RELOC_SIGNED(32)),
	/* GNU ld takes 8, 16 and PC16 either way and truncates more below; it checks the others. */
	RELOC(12, 16, .class = RELOC_OFFSET, .bytes = 2, .field = UINT16_MAX, RELOC_EITHER(16)),
	RELOC(13, PC16, .class = RELOC_PCREL, .bytes = 2, .field = UINT16_MAX, .pc_relative = true,
		RELOC_SIGNED(16)),
	RELOC(14, 8, .class = RELOC_OFFSET, .bytes = 1, .field = UINT8_MAX, RELOC_EITHER(8)),
	RELOC(15, PC8, .class = RELOC_PCREL, .bytes = 1, .field = UINT8_MAX, .pc_relative = true,
		.checked = true, RELOC_SIGNED(8)),

	/* Section "Thread-Local Storage" of the same chapter. */
	RELOC(16, DTPMOD64, .class = RELOC_TLS, .bytes = 8, .field = UINT64_MAX),
	RELOC(17, DTPOFF64, .class = RELOC_TLS, .bytes = 8, .field = UINT64_MAX),
	RELOC(18, TPOFF64, .class = RELOC_TLS, .bytes = 8, .field = UINT64_MAX),
	RELOC(19, TLSGD, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX, .pc_relative = true,
		.checked = true),
	RELOC(20, TLSLD, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX, .pc_relative = true,
		.checked = true),
	RELOC(21, DTPOFF32, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX, .checked = true),
	RELOC(22, GOTTPOFF, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(23, TPOFF32, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX, .checked = true),

	/* Section "Large Models". GOTOFF64 is S + A - GOT: nothing is loaded from the GOT. */
	RELOC(24, PC64, .class = RELOC_PCREL, .bytes = 8, .field = UINT64_MAX, .pc_relative = true),
	RELOC(25, GOTOFF64, .class = RELOC_PCREL, .bytes = 8, .field = UINT64_MAX),
	RELOC(26, GOTPC32, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX, .pc_relative = true,
		.checked = true),
	RELOC(27, GOT64, .class = RELOC_GOT, .bytes = 8, .field = UINT64_MAX),
	RELOC(28, GOTPCREL64, .class = RELOC_GOT, .bytes = 8, .field = UINT64_MAX,
		.pc_relative = true),
	RELOC(29, GOTPC64, .class = RELOC_GOT, .bytes = 8, .field = UINT64_MAX,
		.pc_relative = true),
	RELOC(30, GOTPLT64, .class = RELOC_GOT, .bytes = 8, .field = UINT64_MAX),
	RELOC(31, PLTOFF64, .class = RELOC_GOT, .bytes = 8, .field = UINT64_MAX),

	RELOC(32, SIZE32, .class = RELOC_SIZE, .bytes = 4, .field = UINT32_MAX, .checked = true),
	RELOC(33, SIZE64, .class = RELOC_SIZE, .bytes = 8, .field = UINT64_MAX),
	RELOC(34, GOTPC32_TLSDESC, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(35, TLSDESC_CALL, .class = RELOC_TLS),
	RELOC(36, TLSDESC, .class = RELOC_TLS, .bytes = 16, .field = UINT64_MAX),
	RELOC(37, IRELATIVE, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	RELOC(38, RELATIVE64, .class = RELOC_DYNAMIC, .bytes = 8, .field = UINT64_MAX),
	/* Deprecated with MPX. */
	RELOC(39, PC32_BND, .class = RELOC_PCREL, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true, RELOC_SIGNED(32)),
	RELOC(40, PLT32_BND, .class = RELOC_BRANCH, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true, RELOC_SIGNED(32)),

	/* A linker may rewrite these. CODE_<n>: the instruction starts n bytes before the place
	   (APX). */
	RELOC(41, GOTPCRELX, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(42, REX_GOTPCRELX, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(43, CODE_4_GOTPCRELX, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(44, CODE_4_GOTTPOFF, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(45, CODE_4_GOTPC32_TLSDESC, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(46, CODE_5_GOTPCRELX, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(47, CODE_5_GOTTPOFF, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(48, CODE_5_GOTPC32_TLSDESC, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(49, CODE_6_GOTPCRELX, .class = RELOC_GOT, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(50, CODE_6_GOTTPOFF, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),
	RELOC(51, CODE_6_GOTPC32_TLSDESC, .class = RELOC_TLS, .bytes = 4, .field = UINT32_MAX,
		.pc_relative = true, .checked = true),

	/* GNU: for the collection of unused virtual functions. */
	RELOC(250, GNU_VTINHERIT, .class = RELOC_IGNORE),
	RELOC(251, GNU_VTENTRY, .class = RELOC_IGNORE),
};
