#include "arch/scan.h"

static bool writes(const struct insn *insn, uint32_t registers)
{
	uint32_t written = insn->others;

	if (insn->target < 32)
		written |= UINT32_C(1) << insn->target;
	if (insn->also < 32)
		written |= UINT32_C(1) << insn->also;
	return written & registers;
}

/* Bits 16 to 31 alone: another instruction brings those below. */
static struct scan_range halves(struct scan_range range)
{
	const uint64_t below = range.start & 0xffff;

	return (struct scan_range){range.start - below, range.size ? range.size + below : 0};
}

/* The lower 32 bits of a constant; what is above them says less, and may be put in later. */
static bool forms_number(const struct insn *insn, struct scan_range numbers)
{
	const bool whole = insn->kind == INSN_SET && insn->second == INSN_NO_REGISTER;
	const bool replaces = insn->kind == INSN_MORE && insn->reach && insn->reach <= 32;

	return (whole || replaces) &&
	       scan_has_low(insn->reach < 32 ? numbers : halves(numbers), (uint32_t)insn->constant);
}

static bool names_register(uint8_t number)
{
	return number != INSN_NO_REGISTER && number != INSN_ZERO_REGISTER;
}

/* Memory at a displacement alone. */
static bool is_alone(const struct insn *insn)
{
	const bool inside = insn->kind == INSN_ADD;

	return insn->memory != INSN_NO_MEMORY && !insn->segment &&
	       !names_register(inside ? insn->base : insn->first) &&
	       !names_register(inside ? insn->index : insn->second);
}

static bool is_of(const struct insn *insn, uint64_t address, const struct scan_target *target)
{
	const uint64_t from = insn->page ? address & ~UINT64_C(0xfff) : address;
	const uint64_t constant = (uint64_t)insn->constant;

	if (insn->pc_relative)
		return scan_has(target->addresses, from + constant);
	return forms_number(insn, target->numbers) ||
	       (is_alone(insn) && scan_has(target->addresses, constant));
}

bool scan_is_suspect(const struct insn *insn, uint64_t address, const struct scan_sought *sought)
{
	if (insn->kind == INSN_GET_BASE || insn->kind == INSN_PUT_BASE ||
		writes(insn, sought->registers))
		return true;
	for (size_t i = 0; i < sought->count; i++)
		if (is_of(insn, address, &sought->targets[i]))
			return true;
	return false;
}
