#include "arch/arch.h"
#include "arch/loongarch64/facts.h"
#include "arch/loongarch64/insn.h"
#include "arch/loongarch64/relocs.h"
#include "arch/loongarch64/scan.h"
#include "runtime/percpu_note.h"

static const char *const keep_sections[] = {NULL};

static const struct arch_register registers[] = {
	{PERCPU_NOTE_REGISTER_R21, "r21", 21},
	{0, NULL, INSN_NO_REGISTER},
};

static const char *const general_names[ARCH_GENERAL] = {"$zero", "$ra", "$tp", "$sp", "$a0", "$a1",
	"$a2", "$a3", "$a4", "$a5", "$a6", "$a7", "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6",
	"$t7", "$t8", "$r21", "$fp", "$s0", "$s1", "$s2", "$s3", "$s4", "$s5", "$s6", "$s7", "$s8"};

const struct arch arch_loongarch64 = {
	.name = "loongarch64",
	.machine = PERCPU_ELF_MACHINE,
	.base_register = "$r21",
	.registers = registers,
	.access_form = "%abs_hi20(symbol), %abs_lo12(symbol) and $r21",
	.wide_form = "lu32i.d and lu52i.d behind it",
	.cache_line = PERCPU_CACHE_LINE,
	.page = PERCPU_PAGE,
	.offset_limit = PERCPU_OFFSET_LIMIT,
	.offset_limit_wide = PERCPU_OFFSET_LIMIT,
	.relocs = loongarch64_relocs,
	.reloc_count = LOONGARCH64_RELOCS,
	.relax_marker = 100, /* R_LARCH_RELAX */
	.insn_unit = 4,
	.decode = loongarch64_decode,
	.general_names = general_names,
	.next_base = loongarch64_next_base,
	.next_suspect = loongarch64_next_suspect,
	.locate = locate_start,
	.percpu_register = 21,
	.stack_register = 3,
	/* $ra, $a0 to $a7, $t0 to $t8: psABI, "General-purpose Registers" */
	.call_clobbers = 0x001ffff2,
	.output_format = "elf64-loongarch",
	.output_arch = "loongarch64",
	.virt_base = PERCPU_VIRT_BASE,
	.keep_sections = keep_sections,
};
