/* Do accesses stay inside the member that they begin in? Debug information says where those are. */
#include "lib/check/access.h"
#include "lib/obj/debug.h"

/* Unions of unions have as many readings as somebody likes to write. */
enum { LOOKS_MOST = 4096 };

struct look {
	uint64_t width; /* bytes that are accessed */
	/* Whole aggregates are read or written at once where they are copied, never changed. */
	bool copies;
	/* Bit-fields are read by the aligned word around them, which has their neighbours. */
	bool reads_word;
	unsigned looks;
};

/* A member, or bit-fields side by side, which C has for one place in memory. */
struct location {
	struct debug_range range;
	size_t next; /* index of the member behind */
};

static struct location location_at(const struct debug_type *type, size_t index)
{
	const struct debug_member *members = type->members;
	uint64_t start = members[index].offset, end = range_end(start, members[index].size);
	size_t next = index + 1;

	for (; members[index].bit_field && next < type->member_count && members[next].bit_field;
		next++) {
		const uint64_t behind = range_end(members[next].offset, members[next].size);

		start = members[next].offset < start ? members[next].offset : start;
		end = behind > end ? behind : end;
	}
	return (struct location){{start, end - start}, next};
}

/*
 * What is not described, and an array whose length is not said with nothing behind it, or in a
 * union, may have any place.
 */
static bool is_open_ended(const struct debug_type *type, size_t index)
{
	const struct debug_member *member = &type->members[index];

	if (member->bit_field)
		return false;
	if (member->type->kind == DEBUG_ARRAY && !member->type->size)
		return type->members[type->member_count - 1].offset <= member->offset;
	return member->type->kind == DEBUG_UNKNOWN;
}

static bool fits(struct look *look, const struct debug_type *type, uint64_t offset);

/* Is there a member that has all of it, or none that has its first byte? */
static bool fits_member(struct look *look, const struct debug_type *type, uint64_t offset)
{
	struct location here;
	bool any = false;

	for (size_t i = 0; i < type->member_count; i = here.next) {
		const struct debug_member *member = &type->members[i];
		uint64_t inside;

		here = location_at(type, i);
		inside = offset - here.range.start;
		if (member->bit_field && look->reads_word &&
			ranges_overlap(offset, look->width, here.range.start, here.range.size))
			return true;
		if (offset < here.range.start)
			continue;
		if (is_open_ended(type, i))
			return true;
		if (inside >= here.range.size)
			continue;
		any = true;
		if (member->bit_field ? look->width <= here.range.size - inside
				      : fits(look, member->type, inside))
			return true;
	}
	return !any;
}

/* Does what begins `offset` bytes into the type stay inside one of its innermost members? */
static bool fits(struct look *look, const struct debug_type *type, uint64_t offset)
{
	const struct debug_type *element = type->element;

	if (++look->looks > LOOKS_MOST || type->kind == DEBUG_UNKNOWN)
		return true;
	if (!range_within(offset, look->width, type->size))
		return false;
	switch (type->kind) {
	case DEBUG_AGGREGATE:
		return (look->copies && !offset && look->width == type->size) ||
		       fits_member(look, type, offset);
	case DEBUG_ARRAY:
		if (element->kind != DEBUG_AGGREGATE)
			return true;
		return (look->copies && !(offset % element->size) &&
			       !(look->width % element->size)) ||
		       fits(look, element, offset % element->size);
	default:
		return true;
	}
}

static bool stays_inside(
	const struct access *access, const struct debug_type *type, uint64_t offset)
{
	enum { WORD = 8 }; /* bytes, on all machines */
	struct look whole = {
		.width = access->width,
		.copies = access->kind != ACCESS_CHANGE,
		.reads_word = access->kind == ACCESS_READ && access->width <= WORD &&
			      access->target % access->width == 0,
	};
	struct look half = {.width = access->width / 2, .copies = whole.copies};

	return fits(&whole, type, offset) || (access->pair && fits(&half, type, offset) &&
						     fits(&half, type, offset + half.width));
}

/* The innermost member at a place: the first of those that share it. */
struct member {
	const char *path; /* "queue[2].lock" */
	uint64_t offset;  /* bytes from the variable's start */
	uint64_t size;
};

static const char *path_to(struct check_run *run, const char *path, const char *name)
{
	return *name ? text(run, "%s%s%s", path, *path ? "." : "", name) : path;
}

/* Goes one level down; NULL at the innermost one. */
static const struct debug_type *descend(
	struct check_run *run, const struct debug_type *type, uint64_t at, struct member *member)
{
	const struct debug_type *element = type->element;
	struct location here;

	if (type->kind == DEBUG_ARRAY && element->kind == DEBUG_AGGREGATE) {
		const uint64_t index = (at - member->offset) / element->size;

		member->path = text(run, "%s[%" PRIu64 "]", member->path, index);
		member->offset += index * element->size;
		member->size = element->size;
		return element;
	}
	for (size_t i = 0; i < type->member_count; i = here.next) {
		here = location_at(type, i);
		if (at - member->offset - here.range.start >= here.range.size)
			continue;
		member->path = path_to(run, member->path, type->members[i].name);
		member->offset += here.range.start;
		member->size = here.range.size;
		return type->members[i].bit_field ? NULL : type->members[i].type;
	}
	return NULL;
}

static struct member innermost(
	struct check_run *run, const struct debug_type *type, uint64_t offset)
{
	struct member member = {"", 0, type->size};

	while (type)
		type = descend(run, type, offset, &member);
	return member;
}

static void judge(struct check_run *run, struct debug *debug, const struct access *access)
{
	const uint64_t at = debug_address(run->image, access->target_section, access->target);
	struct debug_variable variable;
	struct member member;
	struct place place;
	uint64_t offset;

	if (!debug_variable_at(debug, at, &variable))
		return;
	offset = at - variable.address;
	/* What leaves the variable is for access_width. */
	if (!range_within(offset, access->width, variable.type->size) ||
		stays_inside(access, variable.type, offset))
		return;
	place = at_access(run, access);
	member = innermost(run, variable.type, offset);
	found(run, SEVERITY_NOTE, &place,
		text(run,
			"%s at offset 0x%" PRIx64 " goes beyond the 0x%" PRIx64
			" bytes of member %s, which is at 0x%" PRIx64,
			access_text(run, access), offset, member.size, member.path, member.offset),
		"access the member with its own type; none needed where a compiler has joined "
		"accesses to members side by side");
}

/* The template, which variables are looked for in. */
static bool wanted_of(struct check_run *run, struct debug_wanted *wanted)
{
	const struct layout *layout = run->layout;
	struct debug_range *ranges =
		ARENA_ARRAY(run->arena, struct debug_range, layout->section_count + 1);

	if (!ranges)
		return error_memory(run->error);
	for (size_t i = 0; i < layout->section_count; i++) {
		const struct section *s = &run->image->sections[layout->sections[i]];

		ranges[i].start = debug_address(run->image, s->index, s->addr);
		ranges[i].size = s->size;
	}
	*wanted = (struct debug_wanted){.ranges = ranges, .range_count = layout->section_count};
	if (layout->variable_count && !layout->variables[0].symbol.value)
		wanted->at_zero = layout->variables[0].symbol.name;
	return true;
}

static void access_member(struct check_run *run)
{
	const struct accesses *accesses = goes_through_register(run) ? accesses_of(run) : NULL;
	struct debug_wanted wanted;
	const char *missing;
	struct debug *debug;

	if (!accesses || !accesses->count || !wanted_of(run, &wanted))
		return;
	debug = debug_open(run->image, &wanted, run->arena, &missing, run->error);
	if (missing)
		skipped(run, missing);
	for (size_t i = 0; debug && i < accesses->count && !run->error->kind; i++) {
		const struct access *access = &accesses->items[i];

		if (is_of_layout(run, access) && access->layout == run->layout &&
			access->variable && access->width && !access->floating &&
			!is_emulation(run, access))
			judge(run, debug, access);
	}
	debug_close(debug);
}

const struct check check_access_member = {
	.name = "access_member",
	.severity = SEVERITY_NOTE,
	.off = true,
	.where = "ORB",
	.needs = {&check_section_present, &check_symbol_in_section},
	.run = access_member,
	.summary = "accesses stay inside their member",
	.what = "An access begins inside a member of a variable that is a structure, and ends "
		"behind the member. Debug information says where members are: the file has to be "
		"compiled with -g. Only asked for by -W or -E: compilers join accesses to members "
		"side by side, and then it is right. Not said of elements of an array side by "
		"side, of bit-fields side by side or the aligned word that they are read by, of "
		"structures that are copied whole, and of two registers' words for two members: "
		"ldp, cmpxchg16b.",
	.why = "The next member is read along, or changed, in the same variable: no symbol's "
	       "size tells, and a declaration in assembly or in another language that has "
	       "another type is seen by no compiler.",
	.example = "incq %gs:stats+4, where the member at 4 is 4 bytes wide",
	.fix = "Use the width of the member's type: l for 4 bytes, w for 2, b for 1.",
};
