#include "arch/arch.h"
#include "arch/aarch64/facts.h"
#include "arch/aarch64/insn.h"
#include "arch/aarch64/relocs.h"
#include "arch/aarch64/scan.h"
#include "runtime/percpu_note.h"

static const char *const keep_sections[] = {NULL};

static const struct arch_register registers[] = {
	{PERCPU_NOTE_REGISTER_TPIDR_EL1, "TPIDR_EL1", INSN_NO_REGISTER},
	{PERCPU_NOTE_REGISTER_TPIDR_EL2, "TPIDR_EL2", INSN_NO_REGISTER},
	{PERCPU_NOTE_REGISTER_TPIDR_EL0, "TPIDR_EL0", INSN_NO_REGISTER},
	{0, NULL, INSN_NO_REGISTER},
};

static const char *const general_names[ARCH_GENERAL] = {"x0", "x1", "x2", "x3", "x4", "x5", "x6",
	"x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19",
	"x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp"};

const struct arch arch_aarch64 = {
	.name = "aarch64",
	.machine = PERCPU_ELF_MACHINE,
	.base_register = "TPIDR_EL1 or TPIDR_EL2",
	.registers = registers,
	.access_form = "tpidr_el1 or tpidr_el2 and #:abs_g0:symbol",
	.wide_form = "movz #:abs_g1:symbol and movk #:abs_g0_nc:symbol",
	.cache_line = PERCPU_CACHE_LINE,
	.page = PERCPU_PAGE,
	.offset_limit = PERCPU_OFFSET_LIMIT,
	.offset_limit_wide = PERCPU_OFFSET_LIMIT_WIDE,
	.relocs = aarch64_relocs,
	.reloc_count = AARCH64_RELOCS,
	.literal_of = aarch64_literal_of,
	.load_of = aarch64_load_of,
	.insn_unit = 4,
	.mapping_symbols = true,
	.decode = aarch64_decode,
	.general_names = general_names,
	.capstone = {.known = true, .arch = 1}, /* CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN */
	.next_base = aarch64_next_base,
	.allows_interrupts = aarch64_allows_interrupts,
	.next_suspect = aarch64_next_suspect,
	.locate = locate_start,
	.percpu_register = INSN_NO_REGISTER,
	.stack_register = 31,
	/* x0 to x18 and x30: AAPCS64, 6.1.1 */
	.call_clobbers = 0x4007ffff,
	.output_format = "elf64-littleaarch64",
	.output_arch = "aarch64",
	.virt_base = PERCPU_VIRT_BASE,
	.keep_sections = keep_sections,
};
