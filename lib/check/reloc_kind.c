/* Is per-CPU data reached in a way that model zero allows? */
#include "lib/check/reloc.h"

#include <string.h>

/* What is wrong with a reference of model zero. */
enum fault {
	FAULT_NONE,
	FAULT_TLS,
	FAULT_BRANCH,
	FAULT_GOT,
	FAULT_ADDRESS,
	FAULT_DIRECT,
	FAULT_COUNT,
};

static const struct wording {
	const char *what; /* behind "R_... in f+0x1" */
	const char *fix;  /* before the way to reach variables, where `access` says so */
	bool access;
} wordings[FAULT_COUNT] = {
	[FAULT_TLS] =
		{
			.what = "takes it for thread-local data, at an offset from elsewhere",
			.fix = "take __thread or thread_local off its declaration",
		},
	[FAULT_BRANCH] =
		{
			.what = "jumps or calls into the template",
			.fix = "name a function there",
		},
	[FAULT_GOT] =
		{
			.what = "takes its address from the GOT: nothing adds a CPU's base to it",
			.fix = "build without -fPIC; ",
			.access = true,
		},
	[FAULT_ADDRESS] =
		{
			.what = "takes its address by the program counter: that of no CPU's copy",
			.fix = "",
			.access = true,
		},
	[FAULT_DIRECT] =
		{
			.what = "reaches memory at its offset: nothing adds this CPU's base to it",
			.fix = "",
			.access = true,
		},
};

/* Do the parts behind it hold the upper half of its distance too (LoongArch, extreme)? */
static bool has_upper_half(const struct check_run *run, const struct reference *r)
{
	const struct references *references = &run->layout->references;
	const size_t index = (size_t)(r - references->items);

	for (size_t i = index + 1; i < references->count && i <= index + 3; i++) {
		const struct reference *next = &references->items[i];
		const struct reloc_info *info = reference_info(run->image, next);

		if (info && info->part == PART_64_HIGH && next->section == r->section &&
			next->target == r->target)
			return true;
	}
	return false;
}

bool fits_pc_relative(
	const struct check_run *run, const struct reference *r, const struct reloc_info *info)
{
	const int64_t distance = (int64_t)(r->target - r->place);

	if (info->part == PART_HIGH && has_upper_half(run, r))
		return true;
	return run->image->kind == IMAGE_OBJECT || !info->pc_relative ||
	       (info->least == 0 && info->most == 0) ||
	       (distance >= info->least && distance <= info->most);
}

/* An exact offset is formed in an unusual way, and then used as it should be. */
static bool is_based(
	const struct check_run *run, const struct reference *r, const struct reloc_info *info)
{
	return (r->site.use == USE_PERCPU || r->site.use == USE_COMBINED) &&
	       fits_pc_relative(run, r, info);
}

static enum fault fault_of_code(
	const struct check_run *run, const struct reference *r, const struct reloc_info *info)
{
	/* It completes a higher part, which is judged; unless it counts from the zero register. */
	if (reloc_is_low(info))
		return info->class == RELOC_OFFSET && r->site.kind == SITE_DIRECT ? FAULT_DIRECT
										  : FAULT_NONE;
	if (info->class == RELOC_GOT)
		return is_based(run, r, info) ? FAULT_NONE : FAULT_GOT;
	switch (r->site.kind) {
	case SITE_DIRECT:
		return FAULT_DIRECT;
	case SITE_ADDRESS:
		if (r->site.use == USE_DIRECT)
			return FAULT_DIRECT;
		return is_based(run, r, info) ? FAULT_NONE : FAULT_ADDRESS;
	case SITE_VALUE:
		if (r->site.use == USE_DIRECT)
			return FAULT_DIRECT;
		return (r->rewritten || r->site.distance) && !is_based(run, r, info) ? FAULT_ADDRESS
										     : FAULT_NONE;
	case SITE_BRANCH:
		return info->class == RELOC_PCREL ? FAULT_BRANCH : FAULT_NONE;
	default:
		return FAULT_NONE;
	}
}

static enum fault fault_of(const struct check_run *run, const struct reference *r)
{
	const struct reloc_info *info = reference_info(run->image, r);

	if (!info || r->foreign)
		return FAULT_NONE;
	switch (info->class) {
	case RELOC_TLS:
		return FAULT_TLS;
	case RELOC_BRANCH:
		return FAULT_BRANCH;
	case RELOC_RELAXED: /* an access that had the register is for reloc_relax */
		if (follows_base(run, r))
			return FAULT_NONE;
		return r->site.kind == SITE_DIRECT ||
				       (r->site.kind == SITE_VALUE && r->site.use == USE_DIRECT)
			       ? FAULT_DIRECT
			       : FAULT_NONE;
	case RELOC_GOT:
	case RELOC_PCREL:
	case RELOC_OFFSET:
	case RELOC_WORD:
		return r->site.kind == SITE_NONE ? FAULT_NONE : fault_of_code(run, r, info);
	default:
		return FAULT_NONE;
	}
}

/* One fault, or several of a kind at one variable in one function: a copied structure is one. */
struct group {
	const struct reference *first;
	struct place place;
	enum fault fault;
	size_t count;
};

static void report(struct check_run *run, const struct group *group)
{
	const struct wording *wording = &wordings[group->fault];
	const char *more = group->count > 1 ? text(run, ", one of %zu there,", group->count) : "";
	const char *fix =
		wording->access ? text(run, "%s%s", wording->fix, access_fix(run)) : wording->fix;

	if (group->count)
		found(run, by_model(run), &group->place,
			text(run, "%s%s %s", reference_text(run, group->first), more,
				wording->what),
			fix);
}

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Adds the fault to the group, or reports that and begins another. */
static void collect(
	struct check_run *run, struct group *group, const struct reference *r, enum fault fault)
{
	const struct place place = at_reference(run, r);

	if (group->count && group->fault == fault && place.variable == group->place.variable &&
		place.section == group->place.section &&
		is_same(place.function, group->place.function)) {
		group->count++;
		return;
	}
	report(run, group);
	*group = (struct group){.first = r, .place = place, .fault = fault, .count = 1};
}

static void say_misplaced(struct check_run *run)
{
	const struct references *references = &run->layout->references;

	for (size_t i = 0; i < references->count; i++)
		if (references->items[i].misplaced) {
			skipped_in_part(run, "relocations are not at the code that the linker has "
					     "changed: lld --no-relax --emit-relocs");
			return;
		}
}

/* Relocations whose numbers nobody knows are not judged, and that is said. */
static void say_unknown(struct check_run *run)
{
	const struct references *references = &run->layout->references;
	char number[RELOC_NAME_SIZE];

	for (size_t i = 0; i < references->count; i++)
		if (!reference_info(run->image, &references->items[i])) {
			skipped_in_part(run, text(run, "relocations of %s are not known",
						     reloc_name(run->image->arch,
							     references->items[i].type, number)));
			return;
		}
}

/* Is any of the object's code seen to use the per-CPU register? */
static bool has_accesses(const struct check_run *run)
{
	const struct references *references = &run->layout->references;

	for (size_t i = 0; i < references->count; i++)
		if (reference_is_access(run->image, &references->items[i]))
			return true;
	return false;
}

/*
 * An object whose code only ever takes addresses is one of nonzero or naive, or wrong throughout:
 * which of them, it does not say. That is said once.
 */
static void report_together(struct check_run *run, const struct reference *first, size_t count)
{
	const struct place place = at_reference(run, first);

	found(run, SEVERITY_WARNING, &place,
		text(run,
			"%s takes the template's address%s: right in models nonzero and naive "
			"only, and the object does not say its model",
			reference_text(run, first), one_of(run, count, " that do")),
		"say it: --model, or link a note (percpu_note.h); in model zero use accessors");
}

static bool takes_address(enum fault fault)
{
	return fault == FAULT_GOT || fault == FAULT_ADDRESS || fault == FAULT_DIRECT;
}

static void reloc_kind(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct references *references = &layout->references;
	const bool together = layout->model == MODEL_UNKNOWN && !has_accesses(run);
	const struct reference *first = NULL;
	struct group group = {.count = 0};
	size_t count = 0;

	if (layout->model != MODEL_ZERO && layout->model != MODEL_UNKNOWN) {
		if (layout->model_assumed && references->count)
			skipped(run, "model assumed; --model says which");
		return;
	}
	for (size_t i = 0; i < references->count; i++) {
		const struct reference *r = &references->items[i];
		const enum fault fault = fault_of(run, r);

		if (fault == FAULT_NONE || (takes_address(fault) && names_bound(run, r)))
			continue;
		if (!together || !takes_address(fault)) {
			collect(run, &group, r, fault);
			continue;
		}
		first = first ? first : r;
		count++;
	}
	report(run, &group);
	if (count)
		report_together(run, first, count);
	say_unknown(run);
	say_misplaced(run);
}

const struct check check_reloc_kind = {
	.name = "reloc_kind",
	.severity = SEVERITY_ERROR,
	.where = "OR",
	.needs = {&check_section_present, &check_section_vma},
	.run = reloc_kind,
	.summary = "code refers to per-CPU data in a way that its model allows",
	.what = "Model zero: a relocation against per-CPU data is of the GOT, of TLS, of a branch, "
		"or is direct: the address is formed relative to the program counter, or memory is "
		"reached at the offset itself, and no register is added to it. A warning in an "
		"object whose model is not known. GOT and PC-relative forms whose value is then "
		"used through the per-CPU register, or added to another one, are right. An "
		"offset that is formed as a number is right too: what becomes of it beyond "
		"straight-line code is not followed.",
	.why = "In model zero a symbol's value is an offset. Code that takes it for an address "
	       "reads and writes the first pages of memory, the same ones on every CPU; where "
	       "they are mapped, nothing faults. Linkers say nothing: a kernel in the top 2 GiB "
	       "wraps to address 0 within reach of a PC-relative field. Compilers drop the "
	       "segment too: clang for a locally defined stack guard (ClangBuiltLinux 1854).",
	.example = "unsigned long n = __PERCPU_counter; in C, instead of an accessor",
	.fix = "Reach per-CPU data with accessors only: in C the storage symbol is never named.",
};
