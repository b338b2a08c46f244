#include "arch/arch.h"
#include "arch/riscv64/facts.h"
#include "arch/riscv64/insn.h"
#include "arch/riscv64/relocs.h"
#include "arch/riscv64/scan.h"
#include "runtime/percpu_note.h"

static const char *const keep_sections[] = {".riscv.attributes", NULL};

static const struct arch_register registers[] = {
	{PERCPU_NOTE_REGISTER_GP, "gp", 3},
	{PERCPU_NOTE_REGISTER_TP, "tp", 4},
	{0, NULL, INSN_NO_REGISTER},
};

static const char *const general_names[ARCH_GENERAL] = {"zero", "ra", "sp", "gp", "tp", "t0", "t1",
	"t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5",
	"s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

const struct arch arch_riscv64 = {
	.name = "riscv64",
	.machine = PERCPU_ELF_MACHINE,
	.base_register = "gp",
	.registers = registers,
	.access_form = "%hi(symbol), add gp, %lo(symbol)",
	.cache_line = PERCPU_CACHE_LINE,
	.page = PERCPU_PAGE,
	.offset_limit = PERCPU_OFFSET_LIMIT,
	.offset_limit_wide = PERCPU_OFFSET_LIMIT,
	.relocs = riscv64_relocs,
	.reloc_count = RISCV64_RELOCS,
	.relax_marker = 51, /* R_RISCV_RELAX */
	.insn_unit = 2,
	.mapping_symbols = true,
	.decode = riscv64_decode,
	.general_names = general_names,
	/* From capstone 5 on: CS_ARCH_RISCV; CS_MODE_RISCV64 and CS_MODE_RISCVC. */
	.capstone = {.known = true, .arch = 15, .mode = 2 | 4},
	.next_base = riscv64_next_base,
	.allows_interrupts = riscv64_allows_interrupts,
	.next_suspect = riscv64_next_suspect,
	.locate = locate_start,
	.holds = riscv64_holds,
	.absolute_high = 26, /* R_RISCV_HI20 */
	.pair_value = riscv64_pair_value,
	.percpu_register = 3,
	.stack_register = 2,
	/* ra, t0 to t6, a0 to a7: psABI, "Integer Register Convention" */
	.call_clobbers = 0xf003fce2,
	.output_format = "elf64-littleriscv",
	.output_arch = "riscv",
	.virt_base = PERCPU_VIRT_BASE,
	.keep_sections = keep_sections,
};
