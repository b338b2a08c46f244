#include "lib/code/value.h"

/* A section and no other: an offset in it, and a number or a base, are such. */
static bool one_section(struct value a, struct value b)
{
	return !a.section || !b.section;
}

/* Of two words neither is an address. */
static uint32_t word_of(struct value a, struct value b)
{
	if (a.word && b.word)
		return 0;
	return a.word ? a.word : b.word;
}

struct value value_add(struct value a, struct value b)
{
	/* Where a relocation at each of two addends says the sum: pcalau12i and the low part of
	 * a large code model, which is formed beside it. */
	if (a.relocated && b.relocated && !a.base && !b.base && a.constant == b.constant &&
		a.section == b.section)
		return a;
	if ((a.base && b.base) || !one_section(a, b))
		return VALUE_UNKNOWN;
	return (struct value){
		.constant = a.constant + b.constant,
		.section = a.section ? a.section : b.section,
		.base = a.base ? a.base : b.base,
		.unknown = a.unknown || b.unknown,
		.formed = a.formed || b.formed,
		.relocated = a.relocated || b.relocated,
		.entry = a.entry || b.entry,
		.crossed = a.crossed || b.crossed,
		.word = word_of(a, b),
		.reach = a.reach > b.reach ? a.reach : b.reach,
	};
}

struct value value_displaced(struct value a, int64_t number)
{
	a.constant += (uint64_t)number;
	return a;
}

bool value_same(struct value a, struct value b)
{
	return a.constant == b.constant && a.section == b.section && a.base == b.base &&
	       a.unknown == b.unknown && a.formed == b.formed && a.relocated == b.relocated &&
	       a.taken == b.taken && a.crossed == b.crossed && a.word == b.word &&
	       a.entry == b.entry;
}

struct value value_meet(struct value a, struct value b)
{
	if (a.taken != b.taken)
		a.taken = b.taken = 0;
	a.crossed = b.crossed = a.crossed || b.crossed;
	if (a.reach < b.reach)
		a.reach = b.reach;
	if (value_same(a, b))
		return a;
	/* Of one area still, but where in it is not known. */
	return (struct value){.unknown = true,
		.base = a.base == b.base ? a.base : 0,
		.crossed = a.crossed && a.base && a.base == b.base};
}

struct value value_cut(struct value a, enum insn_cut cut)
{
	const uint64_t low = a.constant & UINT32_MAX;

	switch (cut) {
	case INSN_WHOLE:
		return a;
	case INSN_ZERO_32:
	case INSN_SIGN_32:
		if (a.base || a.unknown)
			return VALUE_UNKNOWN;
		/* What a relocation says is right as it is: the linker sees to that. */
		if (!a.relocated)
			a.constant = cut == INSN_ZERO_32 ? low : (low ^ 0x80000000) - 0x80000000;
		return a;
	default:
		return VALUE_UNKNOWN;
	}
}
