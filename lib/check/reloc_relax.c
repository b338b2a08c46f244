/* Has the linker's relaxation taken the per-CPU register out of an access? */
#include "lib/check/reloc.h"

static bool reaches_memory(enum site_kind kind)
{
	return kind == SITE_DIRECT || kind == SITE_THROUGH;
}

static bool read_insn(const struct check_run *run, const struct reference *r, struct insn *insn)
{
	uint64_t offset;
	const struct span code = reference_code(run->image, r, &offset);

	return offset < code.size &&
	       run->image->arch->decode(
		       (struct span){code.data + offset, code.size - (size_t)offset}, insn);
}

/* The addition that ends right before the place; false when none does. */
static bool addition_before(
	const struct check_run *run, const struct reference *r, struct insn *before)
{
	uint64_t offset;
	const struct span code = reference_code(run->image, r, &offset);

	for (unsigned length = 2; length <= 4 && length <= offset; length += 2) {
		const uint64_t at = offset - length;

		if (run->image->arch->decode(
			    (struct span){code.data + at, code.size - (size_t)at}, before) &&
			before->length == length && before->kind == INSN_ADD)
			return true;
	}
	return false;
}

/* Does it set a register from scratch that the instruction right before added into? */
static bool overwrites_sum(const struct check_run *run, const struct reference *r)
{
	struct insn insn, before;

	return read_insn(run, r, &insn) && insn.kind == INSN_SET &&
	       addition_before(run, r, &before) && before.target == insn.target;
}

static bool takes(const struct insn *insn, uint8_t reg)
{
	return insn->first == reg || insn->second == reg || insn->base == reg || insn->index == reg;
}

/* Code around an access in which its addition is looked for. */
enum { SUM_REACH = 64 };

/*
 * Does nobody take the sum that the addition at `from` leaves in `sum`? Up to the place the
 * instructions must neither write it nor use it, so that it was for the access there; behind it
 * none uses it either.
 */
static bool is_in_vain(
	const struct check_run *run, struct span code, uint64_t from, uint64_t place, uint8_t sum)
{
	struct insn insn;

	for (uint64_t at = from; at < place + SUM_REACH && at < code.size; at += insn.length) {
		if (!run->image->arch->decode(
			    (struct span){code.data + at, code.size - (size_t)at}, &insn))
			return at > place;
		/* What is decoded is not what the place is in. */
		if (at < place && at + insn.length > place)
			return false;
		if (at != from && takes(&insn, sum))
			return false;
		if ((at != from && insn.target == sum) || insn.also == sum ||
			(insn.kind == INSN_BRANCH && !insn.falls))
			return at >= place;
	}
	return true;
}

bool follows_base(const struct check_run *run, const struct reference *r)
{
	uint64_t offset;
	const struct span code = reference_code(run->image, r, &offset);

	return follows_base_in(run, code, offset);
}

/* One sum may serve several accesses: the addition is not right before all of them. */
bool follows_base_in(const struct check_run *run, struct span code, uint64_t offset)
{
	const uint8_t base = run->image->arch->percpu_register;
	struct insn before;

	for (uint64_t back = 2; back <= SUM_REACH && back <= offset; back += 2) {
		const uint64_t at = offset - back;

		if (run->image->arch->decode(
			    (struct span){code.data + at, code.size - (size_t)at}, &before) &&
			before.kind == INSN_ADD &&
			(before.first == base || before.second == base) &&
			is_in_vain(run, code, at, offset, before.target))
			return true;
	}
	return false;
}

/*
 * What the linker has left. An offset formed from zero is still right, unless the sum with the
 * per-CPU register was in that register: the add is now in vain. Formed from gp it would be that of
 * `__global_pointer$`, which gp is not.
 */
static const char *lost(const struct check_run *run, const struct reference *r)
{
	struct insn insn;

	if (!read_insn(run, r, &insn))
		return NULL;
	if (insn.first == run->image->arch->percpu_register)
		return "counts from __global_pointer$, but gp is the base of this CPU's area";
	if (r->foreign)
		return NULL;
	/* Without gp before it, it was none: reloc_kind says so. */
	if (reaches_memory(r->site.kind) && insn.first == INSN_ZERO_REGISTER &&
		follows_base(run, r))
		return "reaches memory at the offset itself: the sum with gp is thrown away";
	if (overwrites_sum(run, r))
		return "overwrites the sum with gp by the offset alone";
	return NULL;
}

/* Ordinary data may be addressed from gp where another register holds the per-CPU base. */
static bool uses_register(const struct references *references)
{
	for (size_t i = 0; i < references->count; i++)
		if (!references->items[i].foreign && references->items[i].site.use == USE_PERCPU)
			return true;
	return false;
}

static void judge_linked(struct check_run *run, const struct reference *r)
{
	const struct reloc_info *info = reference_info(run->image, r);
	struct place place;
	const char *why;

	if (!info || info->class != RELOC_RELAXED || (why = lost(run, r)) == NULL)
		return;
	place = at_reference(run, r);
	found(run, SEVERITY_ERROR, &place,
		text(run, "%s was relaxed by the linker and %s", reference_text(run, r), why),
		"link with --no-relax, or put .option norelax around the access");
}

/* The place of the low part behind a high one, as an offset in its code; UINT64_MAX for none. */
static uint64_t low_place(const struct check_run *run, size_t high, uint64_t offset)
{
	const struct references *references = &run->layout->references;
	const struct reference *r = &references->items[high];

	for (size_t i = high + 1; i < references->count; i++) {
		const struct reference *low = &references->items[i];
		const struct reloc_info *info = reference_info(run->image, low);

		if (low->section != r->section)
			break;
		if (info && (info->part == PART_LOW || info->part == PART_LOW_STORE))
			return offset + (low->place - r->place);
	}
	return UINT64_MAX;
}

/*
 * Is another register added before the low part is? Near address 0 lui goes, and the low part
 * counts from zero: what was added is lost. Added behind the low part, it stays.
 */
static bool adds_between(const struct check_run *run, size_t high)
{
	uint64_t offset;
	const struct span code =
		reference_code(run->image, &run->layout->references.items[high], &offset);
	const uint64_t low = low_place(run, high, offset);
	struct trail trail;
	struct insn insn;

	if (low == UINT64_MAX || !trail_begin(&trail, run->image->arch, code, offset))
		return false;
	while (trail.at < low && trail_read(&trail, &insn)) {
		if (insn.kind == INSN_ADD &&
			(trail_holds(&trail, insn.first) || trail_holds(&trail, insn.second)))
			return true;
		trail_pass(&trail, &insn);
	}
	return false;
}

/* An access whose instructions the linker may rewrite so that its register is lost. */
static bool may_be_lost(const struct check_run *run, size_t index)
{
	const struct reference *r = &run->layout->references.items[index];
	const struct reloc_info *info = reference_info(run->image, r);

	return info && !r->foreign && r->may_relax && info->class == RELOC_OFFSET &&
	       info->part == PART_HIGH && r->target < 0x800 && adds_between(run, index);
}

static void judge_object(struct check_run *run)
{
	const struct references *references = &run->layout->references;
	const struct reference *first = NULL;
	struct place place;
	size_t count = 0;

	for (size_t i = 0; i < references->count; i++)
		if (may_be_lost(run, i)) {
			first = first ? first : &references->items[i];
			count++;
		}
	if (!first)
		return;
	place = at_reference(run, first);
	found(run, SEVERITY_WARNING, &place,
		text(run,
			"%s%s may be relaxed: GNU ld takes gp out of an access whose offset ends "
			"up below 0x800",
			reference_text(run, first), one_of(run, count, " accesses,")),
		"put .option norelax around the accesses, or build with -mno-relax");
}

static void reloc_relax(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct references *references = &layout->references;
	bool uses;

	if (layout->model != MODEL_ZERO &&
		!(layout->model == MODEL_UNKNOWN && run->image->kind == IMAGE_OBJECT))
		return;
	if (run->image->kind == IMAGE_OBJECT) {
		judge_object(run);
		return;
	}
	uses = uses_register(references);
	for (size_t i = 0; i < references->count; i++)
		if (uses || !references->items[i].foreign)
			judge_linked(run, &references->items[i]);
}

const struct check check_reloc_relax = {
	.name = "reloc_relax",
	.severity = SEVERITY_ERROR,
	.where = "OR",
	/* Not section_vma: what has lost its register at address 0 is wrong in every model. */
	.needs = {&check_section_present},
	.run = reloc_relax,
	.summary = "relaxation leaves every access its register",
	.what = "riscv64, model zero: the linker has rewritten an access so that gp no longer "
		"takes part, or so that gp stands for __global_pointer$. A warning in an object, "
		"once, whose accesses allow it.",
	.why = "GNU ld turns lui a0, %hi(x); add a0, a0, gp; ld a0, %lo(x)(a0) into add a0, a0, "
	       "gp; ld a0, x(zero) when x is below 0x800, since lui would load 0: every CPU then "
	       "reads the first page of memory. Assemblers allow it by default. With "
	       "__global_pointer$ defined, ordinary data is addressed from gp, which holds the "
	       "per-CPU base (tgoskits 1617).",
	.example = "a kernel built without -mno-relax and linked by GNU ld, variables below 0x800",
	.fix = "Put .option push; .option norelax; ... .option pop around each access, link with "
	       "--no-relax, and define no __global_pointer$.",
};
