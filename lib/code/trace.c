#include "lib/code/trace.h"

/* Paths that are longer are left to flow.h. */
enum { STEPS_MAX = 64 };

/* Registers by what they hold, a bit each; of others nothing is said. */
struct held {
	uint32_t number;  /* what is followed, and what is made of it */
	uint32_t unknown; /* something that is not known, whatever else */
};

struct trace {
	const struct flow_file *file;
	const struct flow_region *region;
	unsigned left; /* steps */
};

static uint32_t address_registers(const struct insn *insn)
{
	return insn->memory == INSN_NO_MEMORY ? 0 : flow_address_registers(insn);
}

/* Is something unknown in the memory's address? What a scaled index adds is, whatever it holds. */
static bool is_floating(const struct insn *insn, uint32_t unknown)
{
	const uint8_t index = insn->kind == INSN_ADD ? insn->index : insn->second;

	return (address_registers(insn) & unknown) ||
	       (insn->memory != INSN_NO_MEMORY && insn->bits) ||
	       (insn->memory != INSN_NO_MEMORY && insn->second_is_index && flow_bit(index));
}

/* A word relative to the program counter that code may write. */
static bool reads_variable(const struct trace *t, const struct insn *insn, uint64_t at)
{
	const struct image *image = t->file->image;
	const uint64_t start = image->sections[t->region->section].addr;

	return insn->pc_relative && !insn->page && image->kind != IMAGE_OBJECT &&
	       !flow_constant_at(t->file, start + at + (uint64_t)insn->constant);
}

/* Is what it reads from memory none of a CPU's area, nor a constant there? */
static bool reads_unknown(
	const struct trace *t, const struct insn *insn, uint64_t at, uint32_t unknown)
{
	return !insn->percpu && (is_floating(insn, unknown) || reads_variable(t, insn, at));
}

/* Has what it leaves in its target something unknown in it? */
static bool makes_unknown(
	const struct trace *t, const struct insn *insn, uint64_t at, uint32_t unknown)
{
	switch (insn->kind) {
	case INSN_MOVE:
	case INSN_MORE:
		return flow_bit(insn->first) & unknown;
	case INSN_ADD:
		if (flow_bit(insn->first) & unknown)
			return true;
		return insn->second == INSN_MEMORY_OPERAND ? reads_unknown(t, insn, at, unknown)
							   : flow_bit(insn->second) & unknown;
	case INSN_LOAD:
		return reads_unknown(t, insn, at, unknown);
	case INSN_SET:
	case INSN_GET_BASE:
		return false;
	default:
		return true;
	}
}

/* Is its target made of the number? */
static bool passes_on(const struct insn *insn, uint32_t number)
{
	switch (insn->kind) {
	case INSN_MOVE:
	case INSN_MORE:
		return flow_bit(insn->first) & number;
	case INSN_ADD:
		return (flow_bit(insn->first) | flow_bit(insn->second)) & number;
	default:
		return false;
	}
}

static void run(const struct trace *t, const struct insn *insn, uint64_t at, struct held *held)
{
	const uint32_t target = flow_bit(insn->target);
	const uint32_t written = target | flow_bit(insn->also) | insn->others;
	const bool unknown = makes_unknown(t, insn, at, held->unknown);
	const bool number = !unknown && passes_on(insn, held->number);

	held->number &= ~written;
	held->unknown |= written;
	if (number)
		held->number |= target;
	if (!unknown)
		held->unknown &= ~target;
	if (insn->kind == INSN_BRANCH && insn->call) {
		held->number &= ~t->file->image->arch->call_clobbers;
		held->unknown |= t->file->image->arch->call_clobbers;
	}
}

static bool decode_at(const struct trace *t, uint64_t at, struct insn *insn)
{
	const struct span rest = {t->region->code.data + at, (size_t)(t->region->end - at)};

	return t->file->image->arch->decode(rest, insn);
}

static uint64_t address_at(const struct trace *t, uint64_t at)
{
	const struct image *image = t->file->image;

	return at + (image->kind == IMAGE_OBJECT ? 0 : image->sections[t->region->section].addr);
}

/* Does it go on at a place of its own, too? Jumps out of the region take nothing along. */
static bool jumps_to(const struct trace *t, const struct insn *insn, uint64_t at, uint64_t *to)
{
	*to = at + (uint64_t)insn->constant;
	return insn->kind == INSN_BRANCH && insn->direct && !insn->call &&
	       *to - t->region->start < t->region->end - t->region->start;
}

static bool is_lost(struct trace *t, uint64_t at, struct held held);

/* Where a jump label at `at` leads to, as far as that is in the region. */
static bool is_lost_there(struct trace *t, uint64_t at, struct held held)
{
	const struct patches *all = &t->file->patches;
	const uint64_t address = address_at(t, at);
	const struct patch *end = all->items + all->count;

	for (const struct patch *p = patches_from(all, address); p < end && p->address == address;
		p++) {
		const uint64_t to = at + (p->to - address);

		if (p->to && to - t->region->start < t->region->end - t->region->start &&
			!is_lost(t, to, held))
			return false;
	}
	return true;
}

/* From `at` on: true when nothing holds the number any more, however it goes on. */
static bool is_lost(struct trace *t, uint64_t at, struct held held)
{
	while (at < t->region->end && held.number) {
		struct insn insn;
		uint64_t to;

		if (!t->left || !decode_at(t, at, &insn) ||
			((address_registers(&insn) & held.number) &&
				!is_floating(&insn, held.unknown)))
			return false;
		t->left--;
		run(t, &insn, at, &held);
		if (t->file->patches.count && !is_lost_there(t, at, held))
			return false;
		if (jumps_to(t, &insn, at, &to)) {
			if (!flow_goes_on(t->file, &insn, address_at(t, at)))
				at = to;
			else if (!is_lost(t, to, held))
				return false;
			else
				at += insn.length;
			continue;
		}
		if (!flow_goes_on(t->file, &insn, address_at(t, at)))
			return true;
		at += insn.length;
	}
	return true;
}

bool trace_is_lost(const struct flow_file *file, const struct flow_region *region, uint64_t at)
{
	struct trace t = {.file = file, .region = region, .left = STEPS_MAX};
	struct held held = {0};
	struct insn insn;

	if (!decode_at(&t, at, &insn))
		return false;
	held.number = flow_bit(insn.target);
	return held.number && is_lost(&t, at + insn.length, held);
}

enum {
	JUMPS = sizeof(((struct trace_jumps *)0)->items) /
		sizeof(((struct trace_jumps *)0)->items[0])
};

/* One that is forgotten for another: the less is said. */
static void note_jump(struct trace_jumps *jumps, uint32_t to, uint32_t unknown)
{
	const size_t i = to % JUMPS;

	if (jumps->items[i].to != to)
		jumps->items[i].unknown = 0;
	jumps->items[i].to = to;
	jumps->items[i].unknown |= unknown;
}

static uint32_t brought_to(const struct trace_jumps *jumps, uint32_t at)
{
	const size_t i = at % JUMPS;

	return jumps->items[i].to == at ? jumps->items[i].unknown : 0;
}

void trace_begin(
	struct trace_unknown *t, const struct flow_file *file, const struct flow_region *region)
{
	*t = (struct trace_unknown){
		.file = file, .region = region, .at = region->start, .held = ~file->entry.known};
}

/*
 * What is unknown on one path remains so where others join it. Behind the end of a path it is what
 * jumps bring.
 */
bool trace_is_floating(struct trace_unknown *u, uint64_t at, const struct insn *insn)
{
	const struct trace t = {.file = u->file, .region = u->region};

	while (u->at < at) {
		const uint32_t from = (uint32_t)(u->at - u->region->start);
		struct held held = {.unknown = u->held | brought_to(&u->jumps, from)};
		struct insn before;
		uint64_t to;

		if (!decode_at(&t, u->at, &before))
			return false;
		run(&t, &before, u->at, &held);
		if (jumps_to(&t, &before, u->at, &to) && to > u->at)
			note_jump(&u->jumps, (uint32_t)(to - u->region->start), held.unknown);
		u->held = flow_goes_on(u->file, &before, address_at(&t, u->at)) ? held.unknown : 0;
		u->at += before.length;
	}
	return u->at == at &&
	       is_floating(
		       insn, u->held | brought_to(&u->jumps, (uint32_t)(at - u->region->start)));
}
