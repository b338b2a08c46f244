/* A small kernel as a linker would write it: crate symbols, .percpu at address 0 with AT(). */
#ifndef PERCPU_TESTS_KERNEL_H
#define PERCPU_TESTS_KERNEL_H

#include "tests/unit/elf_writer.h"

#define KERNEL_BASE UINT64_C(0xffffffff80200000)
#define KERNEL_AREAS (KERNEL_BASE + 0x2000)
#define KERNEL_OFFSET UINT64_C(0xffffffff80000000) /* virtual minus physical */

enum { KERNEL_TEXT = 1, KERNEL_DATA, KERNEL_PERCPU, KERNEL_BSS };

/* Longer than .percpu, which some tests make longer. */
static const uint8_t kernel_template[0x1000] = {1, 2, 3, 4};

static const struct elf_section kernel_sections[] = {
	{".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, KERNEL_BASE, 0x20, 16, NULL, 0, 0, 0},
	{".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, KERNEL_BASE + 0x1000, 0x20, 16, NULL, 0, 0,
		0},
	{".percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 0x40, 64, kernel_template, 0, 0, 0},
	{".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, KERNEL_BASE + 0x3000, 0x100, 16, NULL, 0, 0, 0},
};

static const struct elf_symbol kernel_symbols[] = {
	{"local", KERNEL_DATA, KERNEL_BASE + 0x1000, 8, STT_OBJECT, STB_LOCAL},
	{"_start", KERNEL_TEXT, KERNEL_BASE, 0x20, STT_FUNC, STB_GLOBAL},
	{"_percpu_start", SHN_ABS, KERNEL_AREAS, 0, STT_NOTYPE, STB_GLOBAL},
	{"_percpu_end", SHN_ABS, KERNEL_AREAS + 4 * 0x40, 0, STT_NOTYPE, STB_GLOBAL},
	{"_percpu_load_start", KERNEL_PERCPU, 0, 0, STT_NOTYPE, STB_GLOBAL},
	{"_percpu_load_end", KERNEL_PERCPU, 0x40, 0, STT_NOTYPE, STB_GLOBAL},
	{"__PERCPU_CPU_ID", KERNEL_PERCPU, 0, 8, STT_OBJECT, STB_GLOBAL},
	{"_ZN6kernel5sched14__PERCPU_TICKS17h0123456789abcdefE", KERNEL_PERCPU, 8, 8, STT_OBJECT,
		STB_LOCAL},
	{"_RNvNtCs1234_6kernel4mods14___PERCPU_COUNT", KERNEL_PERCPU, 0x10, 0x10, STT_OBJECT,
		STB_WEAK},
	{"__PERCPU_LABEL", KERNEL_PERCPU, 0x20, 0, STT_OBJECT, STB_GLOBAL},
	{"undefined", SHN_UNDEF, 0, 0, STT_NOTYPE, STB_WEAK},
};

static const struct elf_segment kernel_segments[] = {
	{KERNEL_TEXT, PF_R | PF_X, KERNEL_BASE, KERNEL_BASE - KERNEL_OFFSET, 0x20, 0x20, 0x1000, 0},
	{KERNEL_DATA, PF_R | PF_W, KERNEL_BASE + 0x1000, KERNEL_BASE + 0x1000 - KERNEL_OFFSET, 0x20,
		0x20, 0x1000, 0},
	{KERNEL_PERCPU, PF_R | PF_W, 0, KERNEL_AREAS - KERNEL_OFFSET, 0x40, 0x100, 0x1000, 0},
	{KERNEL_BSS, PF_R | PF_W, KERNEL_BASE + 0x3000, KERNEL_BASE + 0x3000 - KERNEL_OFFSET, 0,
		0x100, 0x1000, 0},
};

static const struct elf_spec kernel_spec = {
	.machine = EM_X86_64,
	.type = ET_EXEC,
	.sections = kernel_sections,
	.section_count = COUNT(kernel_sections),
	.symbols = kernel_symbols,
	.symbol_count = COUNT(kernel_symbols),
	.segments = kernel_segments,
	.segment_count = COUNT(kernel_segments),
};

#endif
