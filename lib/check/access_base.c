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

/* The registers through which places are reached, a bit a PERCPU_NOTE_REGISTER_*. */
static uint32_t bases_used(const struct check_run *run, const struct accesses *accesses)
{
	uint32_t bases = 0;

	for (size_t i = 0; i < accesses->count; i++)
		if (is_at_place(run, &accesses->items[i]))
			bases |= UINT32_C(1) << accesses->items[i].base;
	return bases;
}

/* The first access that goes through another register than the others, or the note, do. */
static const struct access *odd_one(struct check_run *run, const struct accesses *accesses,
	struct base_reads *reads, uint8_t *expected)
{
	for (size_t i = 0; i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];

		if (!is_at_place(run, access) || access->base == *expected ||
			base_is_patched(run, reads, access))
			continue;
		if (*expected)
			return access;
		*expected = access->base;
	}
	return NULL;
}

static void access_one_register(struct check_run *run)
{
	const struct maybe noted = note_agreed(run->layout->note, NOTE_REGISTER);
	const bool asked = goes_through_register(run) && !rests_on_assumption(run);
	const struct accesses *accesses = asked ? accesses_of(run) : NULL;
	uint8_t expected = noted.known && arch_register_name(run->image->arch, noted.value)
				   ? (uint8_t)noted.value
				   : 0;
	const uint32_t bases = (accesses ? bases_used(run, accesses) : 0) |
			       (expected ? UINT32_C(1) << expected : 0);
	struct base_reads reads;
	const struct access *odd;

	if (!(bases & (bases - 1)) || !base_reads_find(run, &reads))
		return;
	if (!reads.readable) {
		skipped(run, "code is changed at start-up, and .altinstructions does not say where "
			     "in a form that is known");
		return;
	}
	odd = odd_one(run, accesses, &reads, &expected);
	if (odd && run->image->kind == IMAGE_STRIPPED && !noted.known)
		skipped(run, "no symbols: a function that chooses the register while it runs is "
			     "not told from two that read one each");
	else if (odd && run->image->kind != IMAGE_STRIPPED && base_is_chosen(run, &reads))
		skipped(run, "code chooses the register while it runs");
	else if (odd)
		other_register(run, odd, expected,
			noted.known ? "but the note says" : "and others go through");
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
		"declares. Functions are left out in which a kernel changes at start-up which "
		"register is read, as .altinstructions says; and files in which a function reads "
		"one register or the other, on separate paths: they choose while they run.",
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

static bool is_between(struct maybe start, struct maybe end, uint64_t address)
{
	return start.known && end.known && address >= start.value && address < end.value;
}

/* The areas, and a template that is CPU 0's area, may be its own. */
static bool is_area(const struct layout *l, uint64_t address)
{
	return is_between(l->area_start, l->area_end, address) ||
	       is_between(l->template_start, l->template_end, address);
}

/*
 * Is something else in the image there than an area that start-up may have made for itself: what
 * nobody writes, what is smaller than an area, what the psABI has in gp?
 */
static bool is_no_area(struct check_run *run, uint64_t address)
{
	const struct section *s = ordinary_section(run, address);
	const struct functions *functions = s ? functions_of(run) : NULL;
	const struct maybe pointer =
		functions ? symbol_value(run, "__global_pointer$") : (struct maybe){0};
	struct function_extent extent;

	if (!functions)
		return false;
	if (!(s->flags & SHF_WRITE) || (pointer.known && pointer.value == address))
		return true;
	extent = functions_extent(functions, (uint32_t)(s - run->image->sections), address);
	return extent.named && run->layout->area_size.known &&
	       extent.end - address < run->layout->area_size.value;
}

/* In nonzero: does code add the register to variables' addresses, from which nobody has subtracted
 * the load start? */
static bool holds_difference(const struct check_run *run, const struct accesses *accesses)
{
	const struct layout *l = run->layout;
	const bool apart = l->load.known && l->area_size.known && l->template_start.known &&
			   l->template_start.value >= l->area_size.value;

	for (size_t i = 0; apart && l->model == MODEL_NONZERO && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];

		if (is_of_layout(run, access) && is_at_place(run, access))
			return true;
	}
	return false;
}

/* What is known of the values that code puts into the register. */
struct reserved {
	const struct accesses *accesses;
	bool difference; /* in nonzero: it holds the base less the load start */
	bool undecided;	 /* of some value that is not known */
};

enum base_value {
	VALUE_RIGHT,
	VALUE_ELSEWHERE, /* it is the address of something else */
	VALUE_WHOLE,	 /* it is an area's address where the difference is wanted */
	VALUE_UNDECIDED,
};

/* Zero clears it. A number that is nothing of the image may be an area's in memory beside it. */
static enum base_value base_value(
	struct check_run *run, const struct reserved *reserved, uint64_t value)
{
	const struct layout *l = run->layout;
	const bool nonzero = l->model == MODEL_NONZERO;
	const uint64_t sum = value + l->load.value;

	if (!value || (nonzero && l->load.known && is_area(l, sum)) ||
		(!reserved->difference && is_area(l, value)))
		return VALUE_RIGHT;
	if (l->placement == PLACEMENT_DYNAMIC || !l->area_start.known || !l->area_end.known ||
		(nonzero &&
			(!l->load.known || (ordinary_section(run, sum) && !is_no_area(run, sum)))))
		return VALUE_UNDECIDED;
	if (is_area(l, value))
		return VALUE_WHOLE;
	return is_no_area(run, value) ? VALUE_ELSEWHERE : VALUE_UNDECIDED;
}

/* Does the next write make it up, without a jump or data between: lui and addi of one constant? */
static bool is_completed(const struct check_run *run, const struct accesses *accesses,
	const struct base_write *write)
{
	const struct base_write *next = write + 1;
	const uint64_t start = run->image->sections[write->section].addr;
	const struct span code = image_section_bytes(run->image, write->section);
	uint64_t at = write->address + write->length;
	struct insn insn;

	if (next >= accesses->writes.items + accesses->writes.count ||
		next->section != write->section || next->base != write->base ||
		functions_data(run->functions, write->section, at).start < next->address)
		return false;
	for (; at < next->address; at += insn.length)
		if (!run->image->arch->decode((struct span){code.data + (at - start),
						      code.size - (size_t)(at - start)},
			    &insn) ||
			insn.kind == INSN_BRANCH)
			return false;
	return at == next->address;
}

static void found_write(
	struct check_run *run, const struct base_write *write, const char *message, const char *fix)
{
	uint64_t offset;
	const struct place place = {
		.section = &run->image->sections[write->section],
		.address = {true, write->address},
		.function = function_at(run, write->section, write->address, &offset),
		.code = code_at(run, write->section, write->address, write->length),
	};

	found(run, SEVERITY_ERROR, &place, message, fix);
}

static void judge_owner(struct check_run *run, const struct base_write *write)
{
	const char *name = arch_register_name(run->image->arch, write->base);
	uint64_t offset;
	const char *function = function_at(run, write->section, write->address, &offset);

	if (!function || is_owner(run, function))
		return;
	found_write(run, write,
		text(run, "%s is written%s, which --register-owner does not name", name,
			place_text(run, write->section, write->address)),
		text(run, "leave %s to per-CPU data, or name the function by --register-owner",
			name));
}

static void judge_value(
	struct check_run *run, struct reserved *reserved, const struct base_write *write)
{
	const char *name = arch_register_name(run->image->arch, write->base);
	const char *place = place_text(run, write->section, write->address);
	const enum base_value value =
		write->known ? base_value(run, reserved, write->value) : VALUE_RIGHT;

	if (value == VALUE_RIGHT || is_completed(run, reserved->accesses, write))
		return;
	if (value == VALUE_UNDECIDED)
		reserved->undecided = true;
	else if (value == VALUE_WHOLE)
		found_write(run, write,
			text(run,
				"%s is set to 0x%" PRIx64 "%s, the address of an area, but code "
				"adds it to the addresses of variables",
				name, write->value, place),
			text(run, "set it to the area's address less the load start, 0x%" PRIx64,
				run->layout->load.value));
	else
		found_write(run, write,
			text(run,
				"%s is set to 0x%" PRIx64 "%s: no CPU's area is there, and the "
				"note says that it holds the base",
				name, write->value, place),
			text(run,
				"leave %s to per-CPU data, or name the function by "
				"--register-owner",
				name));
}

static void register_reserved(struct check_run *run)
{
	const struct maybe noted = note_agreed(run->layout->note, NOTE_REGISTER);
	const bool owned = run->options->owner_count != 0;
	const bool asked = goes_through_register(run) && (noted.known || owned);
	struct reserved reserved = {.accesses = asked ? accesses_of(run) : NULL};
	const struct accesses *accesses = reserved.accesses;

	if (!accesses || (!owned && run->image->kind == IMAGE_OBJECT))
		return;
	reserved.difference = holds_difference(run, accesses);
	for (size_t i = 0; i < accesses->writes.count; i++) {
		if (!has_base(run, accesses->writes.items[i].base))
			continue;
		if (owned)
			judge_owner(run, &accesses->writes.items[i]);
		else
			judge_value(run, &reserved, &accesses->writes.items[i]);
	}
	if (reserved.undecided)
		skipped_in_part(run, "the register is set to a number that may be the address of "
				     "an area which the image does not have");
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
		"code sets it to the address of something else than an area, as start-up code of "
		"the psABI sets gp to __global_pointer$; or, where code adds it to the addresses "
		"of variables (nonzero), to the area's address itself. Not where the areas are "
		"dynamic, or not known, and of no number that is nothing of the image: an area "
		"may be there. On x86_64 wrgsbase is seen; wrmsr and what "
		"loads gs are not.",
	.why = "From there on every access of that CPU goes to other data.",
	.example = "la gp, __global_pointer$ in a kernel whose gp holds the base",
	.fix = "Leave the register to per-CPU data; name the functions that set it by "
	       "--register-owner.",
};
