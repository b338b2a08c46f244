#include "arch/x86_64/scan.h"

#include "arch/x86_64/decode.h"

#include <string.h>

enum { GS = 0x65 };

uint64_t x86_64_next_base(struct span code, uint64_t from, uint32_t registers)
{
	const uint8_t *found;

	(void)registers;
	if (from >= code.size)
		return code.size;
	found = memchr(code.data + from, GS, code.size - (size_t)from);
	return found ? (uint64_t)(found - code.data) : code.size;
}

static bool is_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66:
	case 0x67:
	case 0xf0:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return false;
	}
}

/* How many prefixes stand before the one at `at`; more than an instruction has are none. */
static unsigned prefixes_before(struct span code, uint64_t at)
{
	unsigned count = 0;

	while (count < X86_LONGEST && count < at && is_prefix(code.data[at - count - 1]))
		count++;
	return count;
}

static unsigned length_at(struct span code, uint64_t at)
{
	const struct span rest = {code.data + at, code.size - (size_t)at};
	const unsigned length = x86_length(rest);
	struct x86_insn insn;

	if (length)
		return length;
	return x86_decode(rest, &insn) ? insn.length : 0;
}

/*
 * Instructions decoded from a wrong start soon fall into step with the right ones. Starts that are
 * far enough before an instruction of real code all arrive at it, and at a place within one hardly
 * any do. One that passes is enough to have the function decoded.
 */
enum {
	NEAR = 80, /* bytes before, from where starts are in step */
	FAR = 96,
	PASSES = 0xfe, /* an instruction across the place */
	STOPS = 0xff,  /* bytes that are no instruction: such a start has no vote */
};

struct arrivals {
	uint8_t seen[FAR + 1]; /* so many bytes before the place was which walk; 0: none */
	uint8_t ends[FAR + 1]; /* of each walk: how many prefixes before it, PASSES, STOPS */
	uint8_t votes[X86_LONGEST + 1]; /* by such a number */
	unsigned voters;
};

/* Where the start so many bytes before arrives: most soon go on as one before did. */
static uint8_t walk(struct arrivals *arrivals, struct span code, uint64_t at, unsigned before,
	unsigned prefixes)
{
	const uint8_t number = (uint8_t)before;

	/* Which of its prefixes is the first is what is asked. */
	while (before > prefixes) {
		unsigned length;

		if (arrivals->seen[before])
			return arrivals->ends[arrivals->seen[before]];
		arrivals->seen[before] = number;
		length = length_at(code, at - before);
		if (!length)
			return STOPS;
		if (length > before)
			return PASSES;
		before -= length;
	}
	return (uint8_t)before;
}

/* The code's first byte is right: where it is as near, no other is asked. */
static void ask(struct arrivals *arrivals, struct span code, uint64_t at, unsigned prefixes)
{
	const unsigned far = at < FAR ? (unsigned)at : FAR;
	const unsigned near = at < FAR ? far : NEAR;

	*arrivals = (struct arrivals){.voters = 0};
	for (unsigned before = far; before && before >= near; before--) {
		const uint8_t end = walk(arrivals, code, at, before, prefixes);

		arrivals->ends[before] = end;
		if (end == STOPS)
			continue;
		arrivals->voters++;
		if (end != PASSES)
			arrivals->votes[end]++;
	}
}

/* The number of prefixes before that most arrive at. */
static unsigned favourite(const struct arrivals *arrivals, unsigned prefixes)
{
	unsigned best = 0;

	for (unsigned i = 1; i <= prefixes; i++)
		if (arrivals->votes[i] > arrivals->votes[best])
			best = i;
	return best;
}

static bool is_unanimous(const struct arrivals *arrivals, unsigned for_what)
{
	return arrivals->voters && arrivals->votes[for_what] == arrivals->voters;
}

/* Another one behind it: that is asked in its turn. */
static bool is_last_override(struct span code, uint64_t at)
{
	for (at++; at < code.size && (is_prefix(code.data[at]) || code.data[at] >> 4 == 4); at++)
		if (code.data[at] == GS)
			return false;
	return true;
}

/* ModRM with a displacement alone, or relative to rip. */
static bool is_plain(struct span code, uint64_t at, struct x86_insn *insn)
{
	const struct span rest = {code.data + at, code.size - (size_t)at};

	if (!x86_decode(rest, insn) || !insn->gs || insn->reg == X86_NO_REGISTER ||
		insn->displacement_size != 4)
		return false;
	return insn->index == X86_NO_REGISTER && insn->scale == 1 &&
	       (insn->base == X86_NO_REGISTER || insn->base == X86_RIP);
}

bool x86_64_settles(struct span code, uint64_t at, uint64_t *start)
{
	struct arrivals arrivals;
	struct x86_insn insn;
	unsigned prefixes, best;

	if (at >= code.size || code.data[at] != GS || !is_plain(code, at, &insn) ||
		!is_last_override(code, at))
		return false;
	*start = at;
	prefixes = prefixes_before(code, at);
	if (insn.base == X86_NO_REGISTER && !prefixes)
		return true;
	ask(&arrivals, code, at, prefixes);
	best = favourite(&arrivals, prefixes);
	*start = at - best;
	if (insn.base == X86_RIP && at && !is_unanimous(&arrivals, best))
		return false;
	return is_plain(code, *start, &insn);
}
