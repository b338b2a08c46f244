#include "arch/x86_64/scan.h"

#include "arch/x86_64/decode.h"
#include "arch/x86_64/insn.h"

#include <string.h>

enum { GS = 0x65 };

/* rdgsbase, wrgsbase and their like: 0f ae with two registers; its second byte. */
static uint64_t next_base_move(struct span code, uint64_t from, uint64_t to)
{
	while (from < to) {
		const uint8_t *found = memchr(code.data + from, 0xae, (size_t)(to - from));
		const uint64_t at = found ? (uint64_t)(found - code.data) : to;

		if (at < to && at && code.data[at - 1] == 0x0f && at + 1 < code.size &&
			code.data[at + 1] >= 0xc0)
			return at;
		from = at + 1;
	}
	return to;
}

/* rdgsbase alone, by its ModRM; the place is that of its second byte, too. */
static uint64_t next_get_base(struct span code, uint64_t from, uint64_t to)
{
	enum { GET_MASK = 0xf8, GET_GS = 0xc8 };
	uint64_t at = next_base_move(code, from, to);

	while (at < to && (code.data[at + 1] & GET_MASK) != GET_GS)
		at = next_base_move(code, at + 1, to);
	return at;
}

uint64_t x86_64_next_base(struct span code, uint64_t from, uint32_t registers)
{
	const uint8_t *found;

	(void)registers;
	if (from >= code.size)
		return code.size;
	found = memchr(code.data + from, GS, code.size - (size_t)from);
	return next_get_base(code, from, found ? (uint64_t)(found - code.data) : code.size);
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

enum {
	MODRM_RELATIVE = 0x05,
	MODRM_MASK = 0xc7, /* but reg */
	/* ModRM that a SIB byte follows, which names no register. */
	ABSOLUTE = 0x2504,
	ABSOLUTE_MASK = 0x3f00 | MODRM_MASK,
	FIELD = 4,
};

/*
 * A field of 4 bytes may begin at every byte: of a block of such places it is asked at once whether
 * one counts, by their upper halves, in vectors, which the compiler makes of what the host has. A
 * host of another byte order than the fields' asks one by one.
 */
typedef uint16_t halves __attribute__((vector_size(16)));

enum {
	VECTOR = sizeof(halves),
	BLOCK = 2 * VECTOR, /* places */
	OTHER_ORDER = __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__,
};

static bool any_bit(halves hits)
{
	uint64_t words[2];

	memcpy(words, &hits, sizeof(words));
	return words[0] | words[1];
}

/* May one of the fields from `bytes` on be of the `size` numbers from `start` on? */
static bool any_counts(const uint8_t *bytes, uint32_t start, uint64_t size)
{
	const uint32_t last = start + (uint32_t)size - 1;
	const uint16_t first = (uint16_t)(start >> 16);
	const uint16_t more = (uint16_t)((last >> 16) - (start >> 16));
	halves hits = {0};

	if (OTHER_ORDER || size >= UINT32_C(0xffff0000))
		return true;
	for (unsigned phase = 0; phase < sizeof(uint16_t); phase++) {
		halves one, other;

		memcpy(&one, bytes + sizeof(uint16_t) + phase, VECTOR);
		memcpy(&other, bytes + sizeof(uint16_t) + phase + VECTOR, VECTOR);
		hits |= (halves)(one - first <= more);
		hits |= (halves)(other - first <= more);
	}
	return any_bit(hits);
}

/* Of what stands two bytes before the fields of a block. */
static bool any_absolute(const uint8_t *bytes)
{
	halves hits = {0};

	for (unsigned phase = 0; phase < sizeof(uint16_t); phase++) {
		halves one, other;

		memcpy(&one, bytes + phase, VECTOR);
		memcpy(&other, bytes + phase + VECTOR, VECTOR);
		hits |= (halves)((one & ABSOLUTE_MASK) == ABSOLUTE);
		hits |= (halves)((other & ABSOLUTE_MASK) == ABSOLUTE);
	}
	return OTHER_ORDER || any_bit(hits);
}

/* Where fields end that begin before `to`, 1 behind the last place of one. */
static uint64_t field_end(struct span code, uint64_t to)
{
	const uint64_t last = code.size < FIELD ? 0 : code.size - FIELD + 1;

	return to < last ? to : last;
}

/* Is what stands before the field a mov of it to a register, or moffs? Of 8 bytes the first ones.
 */
static bool is_moved(struct span code, uint64_t field)
{
	const uint8_t before = code.data[field - 1];

	return before >> 3 == 0xb8 >> 3 || before >> 2 == 0xa0 >> 2 ||
	       (before >> 3 == 0xc0 >> 3 && field > 1 && code.data[field - 2] == 0xc7);
}

static bool is_constant(struct span code, uint64_t at, const struct scan_target *target)
{
	const uint32_t field = read_le32(code.data + at);

	if (at > 1 && (read_le16(code.data + at - 2) & ABSOLUTE_MASK) == ABSOLUTE &&
		scan_has_low(target->addresses, field))
		return true;
	return scan_has_low(target->numbers, field) && is_moved(code, at);
}

/* The next constant that mov loads, or displacement of 4 bytes with no register. */
static uint64_t next_constant(
	struct span code, uint64_t from, uint64_t to, const struct scan_target *target)
{
	const uint64_t end = field_end(code, to);
	uint64_t at = from ? from : 1;

	while (at < end) {
		const uint64_t block_end = end - at < BLOCK ? end : at + BLOCK;

		if (at > 1 && end - at >= BLOCK &&
			!any_counts(code.data + at, (uint32_t)target->numbers.start,
				target->numbers.size) &&
			!any_absolute(code.data + at - 2))
			at = block_end;
		for (; at < block_end; at++)
			if (is_constant(code, at, target))
				return at;
	}
	return to;
}

/* The next displacement of 4 bytes from rip, with room for an immediate behind it. */
static uint64_t next_relative(struct span code, uint64_t from, uint64_t to, uint64_t address,
	const struct scan_target *target)
{
	const struct scan_range range = {
		target->addresses.start - FIELD, target->addresses.size + FIELD};
	const uint64_t end = field_end(code, to);
	uint64_t at = from ? from : 1;

	while (at < end) {
		const uint64_t block_end = end - at < BLOCK ? end : at + BLOCK;

		/* They count from places of their own, of which the last is this much further. */
		if (end - at >= BLOCK &&
			!any_counts(code.data + at,
				(uint32_t)(range.start - (address + at + FIELD + BLOCK)),
				range.size + BLOCK))
			at = block_end;
		for (; at < block_end; at++) {
			const int32_t field = (int32_t)read_le32(code.data + at);

			if ((code.data[at - 1] & MODRM_MASK) == MODRM_RELATIVE &&
				scan_has(range, address + at + FIELD + (uint64_t)(int64_t)field))
				return at;
		}
	}
	return to;
}

uint64_t x86_64_next_suspect(
	struct span code, uint64_t from, uint64_t to, const struct scan_sought *sought)
{
	to = next_base_move(code, from, to);
	for (size_t i = 0; i < sought->count; i++) {
		to = next_constant(code, from, to, &sought->targets[i]);
		to = next_relative(code, from, to, sought->address, &sought->targets[i]);
	}
	return to;
}

/* Addressed by a displacement alone, which no accident looks like. */
static bool is_absolute(struct span code, uint64_t at)
{
	struct x86_insn insn;

	return code.data[at] == GS && !prefixes_before(code, at) && is_plain(code, at, &insn) &&
	       insn.base == X86_NO_REGISTER && is_last_override(code, at);
}

/* The instruction, or the byte that is none, around `at`. */
static void find_place(struct span code, uint64_t known, uint64_t at, struct scan_place *place)
{
	uint64_t end = known;

	while (end <= at) {
		const unsigned length = length_at(code, end);

		place->start = end;
		end += length ? length : 1;
	}
	place->end = end;
}

static bool is_alone(const struct insn *insn)
{
	const bool inside = insn->kind == INSN_ADD;

	return (inside ? insn->base : insn->first) == INSN_NO_REGISTER &&
	       (inside ? insn->index : insn->second) == INSN_NO_REGISTER;
}

enum scan_verdict x86_64_settle(struct span code, uint64_t known, uint64_t at,
	const struct scan_sought *sought, struct scan_place *place)
{
	struct insn *insn = &place->insn;

	find_place(code, is_absolute(code, at) ? at : known, at, place);
	if (!x86_64_decode(
		    (struct span){code.data + place->start, (size_t)(code.size - place->start)},
		    insn))
		return SCAN_NOTHING;
	if (insn->percpu && insn->memory != INSN_NO_MEMORY)
		return is_alone(insn) ? SCAN_ALONE : SCAN_THROUGH;
	if (!scan_is_suspect(insn, sought->address + place->start, sought))
		return SCAN_NOTHING;
	return insn->kind == INSN_SET ? SCAN_NUMBER : SCAN_REGION;
}
