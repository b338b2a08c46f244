#include "lib/model/profile.h"

#include <elf.h>
#include <string.h>

/*
 * Linux: include/asm-generic/vmlinux.lds.h, PERCPU_SECTION and PERCPU_VADDR. Since 6.15 x86_64 has
 * the section in place like the others and no __per_cpu_load there.
 */
static const struct profile profile_linux = {
	.name = "linux",
	.title = "Linux",
	.sections = {".data..percpu"},
	.inputs = {".data..percpu*"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"__per_cpu_start", BOUND_EXPECTED},
		[BOUND_TEMPLATE_END] = {"__per_cpu_end", BOUND_EXPECTED},
		[BOUND_LOAD] = {"__per_cpu_load", BOUND_OPTIONAL},
	},
	.self = "this_cpu_off",
	/* arch/riscv/include/asm has no percpu.h: tp is the task, which has the CPU's number. */
	.remote_machine = EM_RISCV,
	.module_model = MODEL_NONZERO,
	.zero_machine = EM_X86_64,
	.placement = PLACEMENT_DYNAMIC,
	.start_is_exact = true,
};

/* Linux arm64, KVM's nVHE object: arch/arm64/kernel/vmlinux.lds.S, HYPERVISOR_PERCPU_SECTION. */
static const struct profile profile_linux_hyp = {
	.name = "linux-hyp",
	.title = "Linux arm64 KVM (nVHE)",
	.sections = {".hyp.data..percpu"},
	.inputs = {".hyp.data..percpu*"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"__kvm_nvhe___per_cpu_start", BOUND_OPTIONAL},
		[BOUND_TEMPLATE_END] = {"__kvm_nvhe___per_cpu_end", BOUND_OPTIONAL},
	},
	.model = MODEL_NONZERO,
	.placement = PLACEMENT_DYNAMIC,
	.start_is_exact = true,
};

/* Xen: xen/include/xen/xen.lds.h, PERCPU_BSS; percpu.c clears what it allocates. */
static const struct profile profile_xen = {
	.name = "xen",
	.title = "Xen",
	.sections = {".bss"},
	/* -fdata-sections makes .bss.percpu_x of an ordinary variable. */
	.inputs = {".bss.percpu", ".bss.percpu.*"},
	.symbol_range = true,
	.bounds = {
		[BOUND_TEMPLATE_START] = {"__per_cpu_start", BOUND_EXPECTED},
		[BOUND_TEMPLATE_END] = {"__per_cpu_data_end", BOUND_EXPECTED},
	},
	.evidence = {"__per_cpu_data_end"},
	.variable_prefix = "per_cpu__",
	.model = MODEL_NONZERO,
	.placement = PLACEMENT_DYNAMIC,
	.zero_by_design = true,
};

/* Asterinas: osdk/src/base_crate/x86_64.ld.template; the task state segment comes first. */
static const struct profile profile_asterinas = {
	.name = "asterinas",
	.title = "Asterinas",
	.sections = {".cpu_local", ".cpu_local_tss"},
	.inputs = {".cpu_local", ".cpu_local_tss"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"__cpu_local_start", BOUND_EXPECTED},
		[BOUND_TEMPLATE_END] = {"__cpu_local_end", BOUND_EXPECTED},
	},
	.model = MODEL_NONZERO,
	.placement = PLACEMENT_DYNAMIC,
};

/* FreeBSD: sys/pcpu.h, a linker set; the boundary symbols are the linker's own. */
static const struct profile profile_freebsd = {
	.name = "freebsd",
	.title = "FreeBSD DPCPU",
	.sections = {"set_pcpu"},
	.inputs = {"set_pcpu"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"__start_set_pcpu", BOUND_EXPECTED},
		[BOUND_TEMPLATE_END] = {"__stop_set_pcpu", BOUND_EXPECTED},
	},
	.variable_prefix = "pcpu_entry_",
	.model = MODEL_NONZERO,
	.placement = PLACEMENT_DYNAMIC,
};

/* Unikraft: include/uk/pcpuvar.h; mkukpcpuvar.py copies the template behind itself. */
static const struct profile profile_unikraft = {
	.name = "unikraft",
	.title = "Unikraft",
	.sections = {".uk_pcpuvar"},
	.inputs = {".uk_pcpuvar*"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"_uk_pcpuvar_tmpl_start", BOUND_EXPECTED},
		[BOUND_TEMPLATE_END] = {"_uk_pcpuvar_tmpl_end", BOUND_EXPECTED},
		[BOUND_BASE] = {"_uk_pcpuvar_base", BOUND_OPTIONAL},
		[BOUND_SIZE] = {"_uk_pcpuvar_tmpl_size", BOUND_OPTIONAL},
		[BOUND_ALIGN] = {"_uk_pcpuvar_align", BOUND_OPTIONAL},
	},
	.model = MODEL_NONZERO,
	.placement = PLACEMENT_OVERLAY,
};

/* Minos: arch/aarch64/lds/minos.lds.S; percpus_init clears all areas. */
static const struct profile profile_minos = {
	.name = "minos",
	.title = "Minos",
	.sections = {".percpu_0"},
	.companions = {".__percpu_others"},
	.inputs = {".__percpu"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"__percpu_cpu_0_start", BOUND_EXPECTED},
		[BOUND_TEMPLATE_END] = {"__percpu_cpu_0_end", BOUND_EXPECTED},
		[BOUND_AREA_START] = {"__percpu_start", BOUND_EXPECTED},
		[BOUND_AREA_END] = {"__percpu_end", BOUND_EXPECTED},
		[BOUND_STRIDE] = {"__percpu_section_size", BOUND_EXPECTED},
	},
	.model = MODEL_NONZERO,
	.placement = PLACEMENT_OVERLAY,
	.zero_by_design = true,
};

/*
 * Xvisor: arch/<cpu>/linker.ld. PROVIDEs its symbols, so that they are there only when used; the
 * section may begin before its first symbol (x86_64 aligns inside it).
 */
static const struct profile profile_xvisor = {
	.name = "xvisor",
	.title = "Xvisor",
	.sections = {".percpu"},
	.inputs = {".percpu"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"_percpu_start", BOUND_OPTIONAL},
		[BOUND_TEMPLATE_END] = {"_percpu_end", BOUND_OPTIONAL},
	},
	.evidence = {"vmm_percpu_init", "__percpu_vaddr"},
	.model = MODEL_NONZERO,
	.placement = PLACEMENT_DYNAMIC,
	.zero_by_design = true,
};

/*
 * The Rust crate percpu of ArceOS, and our runtime, which has its names. _percpu_template says
 * that the template is not area 0; see percpu-tool-ldscript(1).
 */
static const struct profile profile_crate = {
	.name = "crate",
	.title = "percpu crate or runtime",
	.sections = {".percpu"},
	.companions = {".percpu_base", ".percpu_areas"},
	.inputs = {".percpu", ".percpu.*"},
	.bounds = {
		[BOUND_TEMPLATE_START] = {"_percpu_load_start", BOUND_EXPECTED},
		[BOUND_TEMPLATE_END] = {"_percpu_load_end", BOUND_EXPECTED},
		[BOUND_LOAD] = {"_percpu_template", BOUND_OPTIONAL},
		[BOUND_AREA_START] = {"_percpu_start", BOUND_EXPECTED},
		[BOUND_AREA_END] = {"_percpu_end", BOUND_EXPECTED},
		[BOUND_RESERVE_START] = {"_percpu_reserve_start", BOUND_OPTIONAL},
		[BOUND_RESERVE_END] = {"_percpu_reserve_end", BOUND_OPTIONAL},
	},
	.evidence = {"_percpu_load_start", "_percpu_load_end"},
	.self = "__PERCPU_SELF_PTR",
	.variable_prefix = "__PERCPU_",
	.stride_align = 64, /* percpu 0.4.0, src/imp.rs, align_up_64 */
	.has_no_pointers = true,
	.takes_note = true,
	.start_is_exact = true,
};

const struct profile profile_generic = {
	.name = "generic",
	.title = "no known system",
	.sections = {".percpu"},
	.inputs = {".percpu", ".percpu.*"},
	.takes_note = true,
	.start_is_exact = true,
};

static const struct profile *const profiles[] = {
#define PROFILE(name) &profile_##name,
#include "lib/model/profiles.def"
#undef PROFILE
};

const struct profile *profile_at(size_t index)
{
	return index < sizeof(profiles) / sizeof(profiles[0]) ? profiles[index] : NULL;
}

const struct profile *profile_by_name(const char *name)
{
	/* What users of the crate call it. */
	if (strcmp(name, "arceos") == 0 || strcmp(name, "runtime") == 0)
		name = profile_crate.name;
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (strcmp(profiles[i]->name, name) == 0)
			return profiles[i];
	return NULL;
}

bool profile_has_section(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < PROFILE_SECTIONS && profile->sections[i]; i++)
		if (strcmp(profile->sections[i], name) == 0)
			return true;
	return false;
}

bool profile_has_companion(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < PROFILE_COMPANIONS && profile->companions[i]; i++)
		if (strcmp(profile->companions[i], name) == 0)
			return true;
	return false;
}

bool profile_has_input(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < PROFILE_SECTIONS && profile->inputs[i]; i++) {
		const char *pattern = profile->inputs[i];
		size_t length = strlen(pattern);

		if (pattern[length - 1] == '*' ? strncmp(pattern, name, length - 1) == 0
					       : strcmp(pattern, name) == 0)
			return true;
	}
	return false;
}

const char *const model_choices[] = {"zero", "nonzero", "naive", NULL};
const char *const placement_choices[] = {"overlay", "separate", "dynamic", NULL};

const char *model_name(enum model model)
{
	return model == MODEL_UNKNOWN ? "unknown" : model_choices[model - 1];
}

const char *placement_name(enum placement placement)
{
	return placement == PLACEMENT_UNKNOWN ? "unknown" : placement_choices[placement - 1];
}
