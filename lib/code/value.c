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

static bool is_place(struct value a)
{
	return a.section && a.section != VALUE_AT_START;
}

/* A place in an object that is subtracted: what it is added to is no address any more. */
static bool is_negative(struct value a)
{
	return is_place(a) && a.less < 0;
}

struct value value_add(struct value a, struct value b)
{
	/* Where a relocation at each of two addends says the sum: pcalau12i and the low part of
	 * a large code model, which is formed beside it. */
	if (a.relocated && b.relocated && !a.base && !b.base && a.constant == b.constant &&
		a.section == b.section)
		return a;
	if ((a.base && b.base) || !one_section(a, b) || is_negative(a) || is_negative(b))
		return VALUE_UNKNOWN;
	return (struct value){
		.constant = a.constant + b.constant,
		.section = a.section ? a.section : b.section,
		.base = a.base ? a.base : b.base,
		.unknown = a.unknown || b.unknown,
		.formed = a.formed || b.formed,
		.relocated = a.relocated || b.relocated,
		.bound = a.bound || b.bound,
		.placed = a.placed || b.placed,
		.entry = a.entry || b.entry,
		.less = a.less ? a.less : b.less,
		.slot = a.slot || b.slot,
		.crossed = a.crossed || b.crossed,
		.word = word_of(a, b),
		.reach = a.reach > b.reach ? a.reach : b.reach,
	};
}

/* The start less a place in an object, of which the linker knows both. */
static struct value below_start(struct value start, struct value place)
{
	return (struct value){.constant = place.constant - start.constant,
		.section = place.section,
		.less = -1,
		.formed = true};
}

struct value value_subtract(struct value a, struct value b)
{
	const bool negative = is_negative(b);
	const int8_t taken_off = b.section == VALUE_AT_START ? 1 : (int8_t)-b.less;

	/* More than one start makes no sense, unless they cancel. */
	if (b.base || b.unknown || b.entry || (a.less && taken_off && a.less != -taken_off))
		return VALUE_UNKNOWN;
	if (a.section == VALUE_AT_START && is_place(b) && !b.less && !a.base && !a.unknown)
		return below_start(a, b);
	if (is_place(b) &&
		(negative ? a.section != 0 : a.section != b.section || a.base || a.unknown))
		return VALUE_UNKNOWN;
	a.constant += negative ? b.constant : -b.constant;
	a.formed = a.formed || b.formed;
	a.less = (int8_t)(a.less + taken_off);
	a.taken = 0;
	if (is_place(b)) {
		a.section = negative ? b.section : 0;
		a.relocated = false;
	}
	return a;
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
	       a.entry == b.entry && a.slot == b.slot && a.less == b.less && a.placed == b.placed &&
	       a.bound == b.bound;
}

struct value value_meet(struct value a, struct value b)
{
	if (a.taken != b.taken)
		a.taken = b.taken = 0;
	a.crossed = b.crossed = a.crossed || b.crossed;
	a.placed = b.placed = a.placed && b.placed;
	a.bound = b.bound = a.bound || b.bound;
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
