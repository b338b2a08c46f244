/* Which register does the code take for the CPU's base, and who else does something with it? */
#include <string.h>

#include "lib/check/access.h"
#include "lib/check/reloc.h"
#include "lib/model/note.h"

static bool has_base(const struct check_run *run, uint32_t number)
{
	return accesses_bases(run->image, run->layout) >> number & 1;
}

static const struct section *ordinary_section(const struct check_run *run, uint64_t address)
{
	for (size_t i = 1; i < run->image->section_count; i++) {
		const struct section *s = &run->image->sections[i];

		if ((s->flags & SHF_ALLOC) && !layout_has_section(run->layout, (uint32_t)i) &&
			address >= s->addr && address - s->addr < s->size)
			return s;
	}
	return NULL;
}

/* Only the offset is left of `lui; add gp; ld`: the sum with gp is made, and nobody takes it. */
static bool lost_sum(const struct check_run *run, const struct access *access)
{
	const struct section *s = &run->image->sections[access->section];
	const uint64_t start = run->image->kind == IMAGE_OBJECT ? 0 : s->addr;

	return !access->base && is_of_data(run, access) &&
	       follows_base_in(run, image_section_bytes(run->image, access->section),
		       access->address - start);
}

/* What the linker has made of an address of ordinary data; it is none in an area then. */
static const struct section *from_gp(const struct check_run *run, const struct access *access,
	struct maybe pointer, uint64_t *address)
{
	if (access->base != PERCPU_NOTE_REGISTER_GP || access->floating || access->formed ||
		access->layout || !pointer.known)
		return NULL;
	*address = pointer.value + access->target;
	return ordinary_section(run, *address);
}

static void judge_relaxed(struct check_run *run, const struct access *access, struct maybe pointer)
{
	uint64_t address;
	const struct section *s = from_gp(run, access, pointer, &address);
	const bool lost = !s && lost_sum(run, access);
	struct place place;

	if (!s && !lost)
		return;
	place = at_access(run, access);
	if (s)
		place.symbol = function_at(
			run, (uint32_t)(s - run->image->sections), address, &place.offset.value);
	place.offset.known = place.symbol || place.variable;
	found(run, SEVERITY_ERROR, &place,
		lost ? text(run, "%s is at the offset alone: the sum with gp is thrown away",
			       access_text(run, access))
		     : text(run,
			       "%s counts from __global_pointer$ to 0x%" PRIx64
			       " in %s, but gp is the base of this CPU's area",
			       access_text(run, access), address, s->name),
		"link with --no-relax, and leave __global_pointer$ undefined");
}

/* Elsewhere gp is the psABI's, and another register holds the base. */
static bool gp_is_base(const struct check_run *run, const struct accesses *accesses)
{
	const struct maybe noted = note_agreed(run->layout->note, NOTE_REGISTER);

	if (noted.known)
		return noted.value == PERCPU_NOTE_REGISTER_GP;
	for (size_t i = 0; i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];

		if (access->base == PERCPU_NOTE_REGISTER_GP && is_of_data(run, access) &&
			access->formed && !access->floating)
			return true;
	}
	return false;
}

static void access_relaxed(struct check_run *run)
{
	const bool by_gp = goes_through_register(run) && has_base(run, PERCPU_NOTE_REGISTER_GP);
	const struct accesses *accesses =
		by_gp && !rests_on_assumption(run) ? accesses_of(run) : NULL;
	struct maybe pointer;

	if (!accesses || !gp_is_base(run, accesses))
		return;
	pointer = symbol_value(run, "__global_pointer$");
	for (size_t i = 0; i < accesses->count; i++)
		judge_relaxed(run, &accesses->items[i], pointer);
}

const struct check check_access_relaxed = {
	.name = "access_relaxed",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.needs = {&check_section_present, &check_section_vma, &check_reloc_kind, &check_reloc_pair,
		&check_reloc_relax},
	.run = access_relaxed,
	.summary = "no access has lost gp to linker relaxation",
	.what = "Where gp is the per-CPU register: an access at the offset of a variable "
		"alone, behind a sum with gp that nobody takes, or an access that counts from gp "
		"to ordinary data, as from __global_pointer$, which stripped files do not tell.",
	.why = "GNU ld rewrites lui; add gp; ld to an access from x0 where the offset is below "
	       "0x800, and any access within 2 KiB of __global_pointer$ to one from gp. It takes "
	       "gp for the psABI's, and says nothing.",
	.example = "riscv64-linux-gnu-ld without --no-relax, code without .option norelax",
	.fix = "Link with --no-relax, or put .option norelax around accesses; do not define "
	       "__global_pointer$.",
};

/* The variable that reaches farthest of those that 16 bits of offset do not. */
static const struct variable *farthest(const struct layout *layout, uint64_t limit)
{
	const struct variable *best = NULL;

	for (size_t i = 0; i < layout->variable_count; i++) {
		const struct variable *v = &layout->variables[i];

		if (v->symbol.value >= limit && (!best || v->symbol.value > best->symbol.value))
			best = v;
	}
	return best;
}

static bool says_offset(const struct check_run *run, const struct access *access)
{
	return is_of_layout(run, access) && access->layout == run->layout && access->formed &&
	       !access->floating;
}

static void access_reachable(struct check_run *run)
{
	const struct arch *arch = run->image->arch;
	const struct variable *far = farthest(run->layout, arch->offset_limit);
	const struct accesses *accesses = arch->offset_limit_wide > arch->offset_limit &&
							  run->layout->model == MODEL_ZERO && far &&
							  goes_through_register(run)
						  ? accesses_of(run)
						  : NULL;
	struct place place = {.section = layout_section(run->layout), .variable = far};
	size_t lone = 0;

	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];

		if (!says_offset(run, access))
			continue;
		if ((UINT64_C(1) << (access->reach & 63)) != arch->offset_limit)
			return;
		lone++;
	}
	if (!lone)
		return;
	place.address = (struct maybe){true, far->symbol.value};
	found(run, SEVERITY_WARNING, &place,
		text(run,
			"its offset 0x%" PRIx64
			" takes more than the 16 bits of a lone movz, which "
			"all %zu offsets in the code are",
			far->symbol.value, lone),
		"build with PERCPU_WIDE, or form offsets by :abs_g1: and :abs_g0_nc:");
}

const struct check check_access_reachable = {
	.name = "access_reachable",
	.severity = SEVERITY_WARNING,
	.where = "B",
	.needs = {&check_section_present, &check_section_vma},
	.run = access_reachable,
	.summary = "the code's sequences reach all variables (AArch64)",
	.what = "A variable stands at an offset of 64 KiB or more, and every offset that the code "
		"forms is a lone movz of 16 bits.",
	.why = "With :abs_g0_nc: the linker cuts the offset without a word: the access goes to "
	       "another variable. Relocations show which; without them only the code's shape "
	       "does.",
	.example = "movz x1, #:abs_g0_nc:far; 64 KiB of variables before it",
	.fix = "Build with PERCPU_WIDE, or form offsets by :abs_g1: and :abs_g0_nc:.",
};

/* tp and TPIDR_EL0 are threads': only a relocation tells a variable's offset from theirs. */
static bool may_be_base(const struct access *access)
{
	return access->base && access->kind != ACCESS_ADDRESS &&
	       (access->relocated || (access->base != PERCPU_NOTE_REGISTER_TPIDR_EL0 &&
					     access->base != PERCPU_NOTE_REGISTER_TP));
}

static bool is_at_place(const struct check_run *run, const struct access *access)
{
	return is_of_data(run, access) && access->formed && !access->floating &&
	       may_be_base(access);
}

static void other_register(
	struct check_run *run, const struct access *access, uint8_t expected, const char *source)
{
	const struct arch *arch = run->image->arch;
	const struct place place = at_access(run, access);

	found(run, SEVERITY_ERROR, &place,
		text(run, "%s goes through %s, %s %s", access_text(run, access),
			arch_register_name(arch, access->base), source,
			arch_register_name(arch, expected)),
		"build all code for one register: on AArch64, PERCPU_ARM_EL2 says which");
}

static void access_one_register(struct check_run *run)
{
	const struct maybe noted = note_agreed(run->layout->note, NOTE_REGISTER);
	const bool patched = image_section_named(run->image, ".altinstructions") != NULL;
	const bool asked = !patched && goes_through_register(run) && !rests_on_assumption(run);
	const struct accesses *accesses = asked ? accesses_of(run) : NULL;
	uint8_t expected = noted.known && arch_register_name(run->image->arch, noted.value)
				   ? (uint8_t)noted.value
				   : 0;

	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];

		if (!is_at_place(run, access))
			continue;
		if (!expected)
			expected = access->base;
		else if (access->base != expected) {
			other_register(run, access, expected,
				noted.known ? "but the note says" : "and others go through");
			return;
		}
	}
}

const struct check check_access_one_register = {
	.name = "access_one_register",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.needs = {&check_section_present},
	.run = access_one_register,
	.summary = "all code goes through one register",
	.what = "Accesses to the layout's variables go through two registers that are not each "
		"other's, as TPIDR_EL1 and TPIDR_EL2, or through another one than the ABI note "
		"declares. Kernels that patch themselves (.altinstructions) are left out.",
	.why = "Start-up writes one of them: through the other one, code reaches whatever a "
	       "firmware or a guest has left there.",
	.example = "a hypervisor at EL2 linked with a library that reads TPIDR_EL1",
	.fix = "Build all code for one register: on AArch64, PERCPU_ARM_EL2 says which.",
};

static bool is_owner(const struct check_run *run, const char *function)
{
	for (size_t i = 0; i < run->options->owner_count; i++)
		if (strcmp(run->options->owners[i], function) == 0)
			return true;
	return false;
}

/* Zero clears it; the areas, and a template that is CPU 0's area, may be its own. */
static bool is_base_value(const struct check_run *run, uint64_t value)
{
	const struct layout *l = run->layout;

	return !value ||
	       (l->area_start.known && l->area_end.known && value >= l->area_start.value &&
		       value < l->area_end.value) ||
	       (l->template_start.known && l->template_end.known &&
		       value - l->template_start.value <
			       l->template_end.value - l->template_start.value);
}

static void judge_write(struct check_run *run, const struct base_write *write)
{
	const char *name = arch_register_name(run->image->arch, write->base);
	uint64_t offset;
	const char *function = function_at(run, write->section, write->address, &offset);
	struct place place = {
		.section = &run->image->sections[write->section],
		.address = {true, write->address},
		.function = function,
		.code = code_at(run, write->section, write->address, write->length),
	};

	if (run->options->owner_count) {
		if (!function || is_owner(run, function))
			return;
	} else if (!write->known || is_base_value(run, write->value) ||
		   run->image->kind == IMAGE_OBJECT)
		return;
	found(run, SEVERITY_ERROR, &place,
		run->options->owner_count
			? text(run, "%s is written%s, which --register-owner does not name", name,
				  place_text(run, write->section, write->address))
			: text(run,
				  "%s is set to 0x%" PRIx64 "%s: no CPU's area is there, and the "
				  "note says that it holds the base",
				  name, write->value,
				  place_text(run, write->section, write->address)),
		text(run, "leave %s to per-CPU data, or name the function by --register-owner",
			name));
}

static void register_reserved(struct check_run *run)
{
	const struct maybe noted = note_agreed(run->layout->note, NOTE_REGISTER);
	const struct accesses *accesses = NULL;

	if (!goes_through_register(run))
		return;
	if (noted.known || run->options->owner_count)
		accesses = accesses_of(run);
	for (size_t i = 0; accesses && i < accesses->writes.count; i++)
		if (has_base(run, accesses->writes.items[i].base))
			judge_write(run, &accesses->writes.items[i]);
}

const struct check check_register_reserved = {
	.name = "register_reserved",
	.severity = SEVERITY_ERROR,
	.where = "ORB",
	.needs = {&check_section_present},
	.run = register_reserved,
	.summary = "nobody else writes the per-CPU register",
	.what = "With --register-owner: a function that it does not name writes the register of "
		"the CPU's base. With an ABI note alone, which says which register that is: linked "
		"code sets it to an address or a number where no area is, as start-up code of the "
		"psABI sets gp to __global_pointer$. On x86_64 wrgsbase is seen, wrmsr is not.",
	.why = "From there on every access of that CPU goes to other data.",
	.example = "la gp, __global_pointer$ in a kernel whose gp holds the base",
	.fix = "Leave the register to per-CPU data; name the functions that set it by "
	       "--register-owner.",
};
