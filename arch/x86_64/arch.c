#include "arch/arch.h"
#include "arch/x86_64/facts.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/relocs.h"
#include "arch/x86_64/scan.h"
#include "runtime/percpu_note.h"

static const char *const keep_sections[] = {NULL};

static const struct arch_register registers[] = {
	{PERCPU_NOTE_REGISTER_GS_BASE, "GS_BASE", INSN_NO_REGISTER},
	{0, NULL, INSN_NO_REGISTER},
};

static const char *const general_names[ARCH_GENERAL] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
	"rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"};

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.machine = PERCPU_ELF_MACHINE,
	.base_register = "GS_BASE",
	.registers = registers,
	.access_form = "%gs:symbol",
	.cache_line = PERCPU_CACHE_LINE,
	.page = PERCPU_PAGE,
	.offset_limit = PERCPU_OFFSET_LIMIT,
	.offset_limit_wide = PERCPU_OFFSET_LIMIT,
	.relocs = x86_64_relocs,
	.reloc_count = X86_64_RELOCS,
	.counts_from_end = true,
	.insn_unit = 1,
	.decode = x86_64_decode,
	.general_names = general_names,
	.capstone = {.known = true, .arch = 3, .mode = 8}, /* CS_ARCH_X86, CS_MODE_64 */
	.next_base = x86_64_next_base,
	.allows_interrupts = x86_64_allows_interrupts,
	.next_suspect = x86_64_next_suspect,
	.settle = x86_64_settle,
	.percpu_register = INSN_NO_REGISTER,
	.stack_register = 4,
	/* rax, rcx, rdx, rsi, rdi, r8 to r11: psABI, figure 3.4 */
	.call_clobbers = 0x0fc7,
	.locate = x86_64_locate,
	.walk = x86_64_walk,
	.output_format = "elf64-x86-64",
	.output_arch = "i386:x86-64",
	.virt_base = PERCPU_VIRT_BASE,
	.keep_sections = keep_sections,
};
