#include "arch/site.h"

/* Instructions from the one that forms a value to the one that uses it; compilers spread them. */
enum { STEPS_MAX = 24 };

static uint64_t bit(uint8_t reg)
{
	return reg < 64 ? UINT64_C(1) << reg : 0;
}

static bool decode_at(const struct arch *arch, struct span code, uint64_t at, struct insn *insn)
{
	return at < code.size &&
	       arch->decode((struct span){code.data + at, code.size - (size_t)at}, insn);
}

/* Begins behind the instruction `insn`, at offset `at`. */
static bool begin_behind(struct trail *trail, const struct arch *arch, struct span code,
	uint64_t at, const struct insn *insn)
{
	*trail = (struct trail){
		.arch = arch,
		.code = code,
		.at = at + insn->length,
		.held = bit(insn->target),
	};
	return trail->held != 0;
}

bool trail_begin(struct trail *trail, const struct arch *arch, struct span code, uint64_t at)
{
	struct insn insn;

	*trail = (struct trail){.arch = arch, .code = code};
	return decode_at(arch, code, at, &insn) && begin_behind(trail, arch, code, at, &insn);
}

bool trail_holds(const struct trail *trail, uint8_t reg)
{
	return (trail->held & bit(reg)) != 0;
}

static bool read_any(const struct trail *trail, struct insn *insn)
{
	return trail->held && decode_at(trail->arch, trail->code, trail->at, insn);
}

bool trail_read(const struct trail *trail, struct insn *insn)
{
	return read_any(trail, insn) && insn->kind != INSN_BRANCH;
}

static bool computes(const struct trail *trail, const struct insn *insn)
{
	switch (insn->kind) {
	case INSN_MORE:
		/* What is left of an address without its low bits is lost from sight. */
		return (insn->by_or || insn->keeps == UINT64_MAX) &&
		       trail_holds(trail, insn->first);
	case INSN_MOVE:
		return trail_holds(trail, insn->first);
	case INSN_ADD:
		return trail_holds(trail, insn->first) ||
		       (trail_holds(trail, insn->second) && !insn->second_is_index);
	default:
		return false;
	}
}

void trail_pass(struct trail *trail, const struct insn *insn)
{
	const bool kept = computes(trail, insn);

	trail->held &= ~(bit(insn->target) | bit(insn->also) | insn->others);
	if (kept)
		trail->held |= bit(insn->target);
	trail->at += insn->length;
}

static bool reaches_memory(const struct insn *insn)
{
	return insn->kind == INSN_LOAD || insn->kind == INSN_STORE;
}

static bool adds_memory(const struct insn *insn)
{
	return insn->kind == INSN_ADD && insn->second == INSN_MEMORY_OPERAND;
}

/* The system register that `reg` was copied from before the trail's next instruction; 0: none. */
static uint32_t copied_register(const struct trail *trail, uint8_t reg)
{
	uint64_t at = trail->at;
	struct insn insn;

	for (unsigned steps = 0;
		trail->arch->insn_unit == 4 && bit(reg) && at >= 4 && steps < STEPS_MAX; steps++) {
		at -= 4;
		if (!decode_at(trail->arch, trail->code, at, &insn) || insn.kind == INSN_BRANCH)
			return 0;
		if ((bit(insn.target) | bit(insn.also) | insn.others) & bit(reg))
			return insn.kind == INSN_GET_BASE ? insn.base_number : 0;
	}
	return 0;
}

/*
 * What one instruction does with a held register; UNKNOWN when nothing that decides. *copied gets
 * the number of the per-CPU register that is added by way of another.
 */
static enum site_use use_of(const struct trail *trail, const struct insn *insn, uint8_t *copied)
{
	/* Of what adds from memory, the operand in memory is asked when it is the one held. */
	const bool inside = adds_memory(insn) &&
			    (trail_holds(trail, insn->base) || trail_holds(trail, insn->index));
	const bool memory = inside || reaches_memory(insn) || insn->kind == INSN_BRANCH;
	const uint8_t base = inside ? insn->base : insn->first;
	const uint8_t index = inside ? insn->index : insn->second;
	const bool first = trail_holds(trail, base);
	const bool second = trail_holds(trail, index);
	/* What is added from memory may be a base, however that is addressed. */
	const bool is_index = insn->second_is_index && (inside || !adds_memory(insn));
	const uint8_t other = !first ? base : is_index ? INSN_NO_REGISTER : index;

	if (!first && (!second || is_index))
		return USE_UNKNOWN;
	/* A constant that long may be a base: a symbol's address. */
	if (insn->kind == INSN_MORE && first &&
		(insn->displacement_size > 1 || insn->immediate_size > 1))
		return USE_COMBINED;
	if (insn->kind != INSN_ADD && !memory)
		return USE_UNKNOWN;
	if (insn->percpu || (other != INSN_NO_REGISTER && other == trail->arch->percpu_register))
		return USE_PERCPU;
	*copied = (uint8_t)copied_register(trail, other);
	if (*copied)
		return USE_PERCPU;
	/* A displacement that long may be the base. */
	if (insn->displacement_size > 1)
		return USE_COMBINED;
	if (first && second)
		return USE_UNKNOWN;
	if (other != INSN_NO_REGISTER && other != INSN_ZERO_REGISTER)
		return USE_COMBINED;
	return memory ? USE_DIRECT : USE_UNKNOWN;
}

/* What stands between a register and the value itself. */
struct distance {
	unsigned sums;	/* additions: of the GOT's address, or the place's, to a distance from it */
	unsigned loads; /* from the GOT */
};

/* Does the instruction reach memory at a sum, or form one that memory is reached at behind it? */
static bool reaches_sum(struct trail *trail, struct insn insn)
{
	if (insn.kind != INSN_ADD)
		return true;
	trail->held = bit(insn.target);
	trail->at += insn.length;
	for (unsigned steps = 0; steps < STEPS_MAX && trail_read(trail, &insn); steps++) {
		if (reaches_memory(&insn) && trail_holds(trail, insn.first))
			return true;
		trail_pass(trail, &insn);
	}
	return false;
}

/*
 * Follows the register, to a jump through memory at most. Of the site, `reach`, `copied` and
 * `reaches` are what comes of it.
 */
static enum site_use follow(struct trail *trail, struct distance left, struct site *site)
{
	struct insn insn;

	for (unsigned steps = 0; steps < STEPS_MAX && read_any(trail, &insn); steps++) {
		const enum site_use use = use_of(trail, &insn, &site->copied);

		if (use == USE_COMBINED && left.sums && insn.kind == INSN_ADD) {
			left.sums--;
			trail_pass(trail, &insn);
			continue;
		}
		/* With its index the distance from the GOT may be a load's address, too. */
		if ((use == USE_DIRECT || (use == USE_COMBINED && left.sums)) && left.loads &&
			insn.kind == INSN_LOAD) {
			left = (struct distance){.loads = left.loads - 1};
			trail->held = bit(insn.target);
			trail->at += insn.length;
			continue;
		}
		/* Or that of the variable itself. */
		if (use == USE_COMBINED && left.sums)
			return USE_DIRECT;
		if (use == USE_PERCPU)
			site->reaches = reaches_sum(trail, insn);
		if (use != USE_UNKNOWN || insn.kind == INSN_BRANCH)
			return use;
		if (insn.kind == INSN_MORE && trail_holds(trail, insn.first) &&
			insn.reach > site->reach)
			site->reach = insn.reach;
		trail_pass(trail, &insn);
	}
	return USE_UNKNOWN;
}

/* Is memory reached at the displacement alone? */
static bool is_alone(const struct insn *insn)
{
	const uint8_t base = adds_memory(insn) ? insn->base : insn->first;
	const uint8_t index = adds_memory(insn) ? insn->index : insn->second;

	return insn->pc_relative || base == INSN_ZERO_REGISTER ||
	       (base == INSN_NO_REGISTER && (index == INSN_NO_REGISTER || insn->second_is_index));
}

/* A jump through memory reaches that like a load. */
static bool is_target(const struct insn *insn, bool displacement)
{
	return insn->kind == INSN_BRANCH && !(displacement && insn->displacement_size);
}

/* By what the instruction does with the field: a displacement, or a constant. */
static enum site_kind kind_of(const struct insn *insn, bool displacement)
{
	if (is_target(insn, displacement))
		return SITE_BRANCH;
	if (!displacement)
		return SITE_VALUE;
	if (insn->percpu)
		return SITE_ACCESS;
	if (insn->kind == INSN_SET)
		return insn->pc_relative ? SITE_ADDRESS : SITE_VALUE;
	if (!reaches_memory(insn) && !adds_memory(insn) && insn->kind != INSN_BRANCH)
		return SITE_VALUE;
	return is_alone(insn) ? SITE_DIRECT : SITE_THROUGH;
}

bool site_is_word(const struct arch *arch, const struct reloc_info *info)
{
	return !arch->counts_from_end && info && info->bytes && info->bytes <= 8 &&
	       info->field == UINT64_MAX >> (64 - 8 * info->bytes);
}

/* Is the constant in the code a distance, which takes an addition to be an address? */
static bool is_distance(const struct site *site, const struct reloc_info *info)
{
	if (site->kind != SITE_VALUE || !info || reloc_is_low(info))
		return false;
	return info->class == RELOC_PCREL ||
	       (info->class == RELOC_GOT && (!info->pc_relative || info->part == PART_64_HIGH));
}

/*
 * What becomes of the register that the instruction at `start` has set. A constant that it adds to
 * another register is based on that; a movk, or an lu32i.d, goes on with the constant.
 */
static enum site_use use_of_target(struct trail *trail, const struct insn *insn,
	const struct reloc_info *info, struct site *site)
{
	const bool got = info && info->class == RELOC_GOT;
	const struct distance left = {
		.sums = site->distance,
		.loads = got && insn->kind != INSN_LOAD,
	};

	if (!left.sums && !(info && info->part) &&
		(insn->kind == INSN_ADD || (insn->kind == INSN_MORE && !insn->reach)))
		return USE_COMBINED;
	return follow(trail, left, site);
}

void site_add_load(
	struct site *word, const struct arch *arch, struct span code, uint64_t place, uint64_t at)
{
	struct trail trail;
	struct insn insn;
	enum site_use use;
	struct site load = {.kind = SITE_VALUE};

	if (!decode_at(arch, code, at, &insn) || !begin_behind(&trail, arch, code, at, &insn))
		return;
	use = follow(&trail, (struct distance){0}, &load);
	if (word->kind == SITE_UNREAD || (use == USE_DIRECT && word->use != USE_DIRECT)) {
		word->use = (uint8_t)use;
		word->copied = load.copied;
		word->reaches = load.reaches;
		word->before = (int64_t)(place - at);
		word->length = insn.length;
	}
	word->kind = SITE_VALUE;
}

/*
 * A word among the code, of a literal pool: the loads that name it stand before it, in its
 * function.
 */
static struct site read_word(const struct arch *arch, struct span code, uint64_t place)
{
	enum { FUNCTION_MAX = 0x1000 };
	struct site site = {.kind = SITE_UNREAD};
	uint64_t at = place < FUNCTION_MAX ? place % 4 : place - FUNCTION_MAX;

	for (; arch->literal_of && at < place; at += 4) {
		uint64_t literal;

		if (arch->literal_of(code, at, &literal) && literal == place)
			site_add_load(&site, arch, code, place, at);
	}
	return site;
}

/*
 * A movk, or the low half, may stand behind the instruction that begins its sequence: whether that
 * is so is for who pairs them. One that begins says how far its own sequence reaches.
 */
static struct site read_at(const struct arch *arch, struct span code, uint64_t place,
	const struct reloc_info *info, uint64_t start)
{
	struct site site = {.kind = SITE_UNREAD};
	struct trail trail;
	struct insn insn;

	if (!decode_at(arch, code, start, &insn) || (arch->counts_from_end && start == place))
		return site;
	site.before = (int64_t)(place - start);
	site.length = insn.length;
	site.kind = (uint8_t)kind_of(&insn,
		insn.displacement_size ? insn.displacement_at == place - start : start == place);
	site.starts = insn.kind == INSN_SET;
	site.reach = insn.reach;
	/* On x86_64 the instruction itself loads from the GOT. */
	if (info && info->class == RELOC_GOT &&
		(site.kind == SITE_DIRECT ||
			(site.kind == SITE_THROUGH && info->part == PART_WHOLE)))
		site.kind = SITE_ADDRESS;
	site.distance = is_distance(&site, info);
	if (site.kind == SITE_THROUGH && arch->percpu_register != INSN_NO_REGISTER &&
		(insn.first == arch->percpu_register || insn.second == arch->percpu_register))
		site.use = USE_PERCPU;
	if ((site.kind == SITE_VALUE || site.kind == SITE_ADDRESS) &&
		begin_behind(&trail, arch, code, start, &insn))
		site.use = (uint8_t)use_of_target(&trail, &insn, info, &site);
	return site;
}

/* Bytes of the field that is relocated. */
static unsigned field_size(const struct reloc_info *info)
{
	return info && info->bytes ? info->bytes : 4;
}

struct site site_read(
	const struct arch *arch, struct span code, uint64_t place, const struct reloc_info *info)
{
	bool doubtful;
	const uint64_t start = arch->locate(code, place, field_size(info), &doubtful);
	struct site site;

	if (site_is_word(arch, info))
		return read_word(arch, code, place);
	site = read_at(arch, code, place, info, start);
	site.doubtful = doubtful;
	return site;
}

struct site site_walk(
	const struct arch *arch, struct span code, uint64_t place, const struct reloc_info *info)
{
	if (!arch->walk || site_is_word(arch, info))
		return site_read(arch, code, place, info);
	return read_at(arch, code, place, info, arch->walk(code, place, field_size(info)));
}
