/* The code of a file, function by function. */
#include "lib/code/accesses.h"

#include <stdatomic.h>
#include <string.h>

#include "lib/base/parallel.h"
#include "lib/code/flow.h"
#include "lib/code/trace.h"
#include "lib/model/note.h"

const char *access_kind_name(enum access_kind kind)
{
	static const char *const names[] = {
		[ACCESS_READ] = "read",
		[ACCESS_WRITE] = "write",
		[ACCESS_CHANGE] = "read-modify-write",
		[ACCESS_ADDRESS] = "address",
	};

	return names[kind];
}

const char *access_form_name(enum access_form form)
{
	static const char *const names[] = {
		[ACCESS_ABSOLUTE] = "absolute",
		[ACCESS_RELATIVE] = "pc-relative",
		[ACCESS_INDEXED] = "indexed",
		[ACCESS_REGISTER] = "register",
	};

	return names[form];
}

/* What its note says, else what its system has. */
uint32_t accesses_bases(const struct image *image, const struct layout *layout)
{
	const struct maybe noted = note_agreed(layout->note, NOTE_REGISTER);
	const struct arch *arch = image->arch;
	uint32_t bases = 0;

	if (noted.known && arch_register_name(arch, noted.value))
		return UINT32_C(1) << noted.value;
	if (layout->model == MODEL_NAIVE || layout->profile->remote_machine == arch->machine)
		return 0;
	/* TPIDR_EL0 and tp are threads', unless a note says otherwise. */
	for (const struct arch_register *r = arch->registers; r->number; r++)
		if (r->number != PERCPU_NOTE_REGISTER_TPIDR_EL0 &&
			r->number != PERCPU_NOTE_REGISTER_TP)
			bases |= UINT32_C(1) << r->number;
	return bases;
}

/*
 * At address 0 variables are small numbers, of which code is full: where relocations are kept one
 * stands wherever a variable is meant. What GNU ld makes of accesses through gp has lost its own.
 */
static bool is_related(const struct flow_file *file)
{
	for (size_t i = 0; i < file->list->count; i++)
		if (file->list->layouts[i].model != MODEL_ZERO)
			return false;
	return file->suspects && file->image->kind == IMAGE_RELOCS &&
	       !(file->bases >> PERCPU_NOTE_REGISTER_GP & 1);
}

static void set_entry(struct flow_file *file)
{
	const struct arch *arch = file->image->arch;

	file->entry.put = VALUE_UNKNOWN;
	for (const struct arch_register *r = arch->registers; r->number; r++) {
		const bool ours = file->bases >> r->number & 1;

		if (r->general == INSN_NO_REGISTER || (!ours && !file->suspects))
			continue;
		state_set(&file->entry, r->general, (struct value){.base = (uint8_t)r->number});
		if (ours)
			file->general |= UINT32_C(1) << r->general;
	}
}

/*
 * Linux changes instructions at start-up: .altinstructions says where. What it puts there is in a
 * section of its own on x86_64; elsewhere among the code, behind the functions of an object. No
 * path leads there. Where no code has a name, functions_read() looks it up in .altinstructions.
 */
#define REPLACEMENTS ".altinstr_replacement"

/* Whatever its flags: Linux on x86_64 has had it executable. */
static bool is_data(const struct section *section)
{
	return strncmp(section->name, ".data", strlen(".data")) == 0;
}

static bool is_code(const struct section *section)
{
	return section->type == SHT_PROGBITS && strcmp(section->name, REPLACEMENTS) != 0 &&
	       !is_data(section) &&
	       (section->flags & (SHF_ALLOC | SHF_EXECINSTR)) == (SHF_ALLOC | SHF_EXECINSTR);
}

/* Bytes of a section's code that are read at a time: a thread has the next ones when it is done. */
enum { PART_BYTES = 1 << 18 };

/* Some of what is in a sink. */
struct run {
	size_t first;
	size_t count;
};

/* The regions that begin in a part of a section. */
struct part {
	uint32_t section;
	uint64_t start; /* offsets */
	uint64_t end;
	const struct flow_sink *sink;	/* of the room that it has been read in */
	struct run items, writes;	/* of it */
	size_t item_place, write_place; /* where they go when the parts are joined */
	struct error error;
};

/* Room that threads take turns in: to have it anew for each part takes longer than the reading. */
struct room {
	atomic_bool taken;
	struct arena arena; /* threads share none; until the parts are joined */
	struct flow_scratch scratch;
	struct flow_sink sink;
};

struct reading {
	struct flow_file file;
	struct room *rooms;	   /* PARALLEL_MAX of them */
	struct scan_sought sought; /* for suspects */
	bool thorough;
	bool replaced; /* unnamed code is what Linux may put in place of an instruction */
	struct part *parts;
	size_t part_count;
	struct access *items; /* all parts' */
	struct base_write *writes;
};

/* The region around offset `at`, where an instruction may begin: what a name covers, as much of it
 * as is read at once. Is it to be skipped? */
static struct flow_region region_at(
	const struct reading *r, uint32_t section, uint64_t at, bool *skip)
{
	struct function_extent extent;
	const struct flow_region region =
		flow_region_at(r->file.image, r->file.functions, section, at, &extent);

	*skip = extent.object || (r->replaced && !extent.named);
	return region;
}

/* The section's bytes, as far as a region goes that begins in the part. */
static struct span reachable(const struct reading *r, const struct part *part)
{
	struct span code = image_section_bytes(r->file.image, part->section);

	if (code.size - part->end > FLOW_REGION_MAX)
		code.size = (size_t)(part->end + FLOW_REGION_MAX);
	return code;
}

/* Where the first region in the part begins: an instruction does there, too. */
static uint64_t first_region(const struct reading *r, const struct part *part)
{
	bool skip;
	const struct flow_region region = region_at(r, part->section, part->start, &skip);

	return region.start < part->start ? region.end : region.start;
}

/* One part, from its start to its end. */
struct walk {
	const struct reading *r;
	struct part *part;
	struct span code;	   /* as far as a region goes that begins in the part */
	struct scan_sought sought; /* in its section */
	struct scan_sought hidden; /* of it what no relocation may say */
	struct data_range data;	   /* the next one that has not been passed; offsets */
	struct flow_scratch *scratch;
	struct flow_sink *sink;
	struct flow_region region; /* the last one that something was named in */
	bool skip;
	uint64_t known;	       /* in it: an instruction begins here, and all before it is settled */
	size_t count;	       /* of the sink: where the region's begin */
	uint64_t read, unread; /* likewise */
	struct trace_unknown trace; /* of the region, once it is asked */
	uint64_t reference;	    /* the first relocation from where it was last looked for, */
	uint64_t referring;	    /* and where the instruction begins that it is of */
};

/* The first relocation that says an address in a template. */
static void find_reference(struct walk *w, uint64_t from)
{
	const struct layout_list *list = w->r->file.list;
	const uint32_t section = w->part->section;
	const uint64_t start = w->sought.address;

	w->reference = UINT64_MAX;
	for (size_t i = 0; i < list->count; i++) {
		const struct reference *found =
			references_from(&list->layouts[i].references, section, start + from);

		if (!found || found->section != section || found->place - start >= w->reference)
			continue;
		w->reference = found->place - start;
		w->referring = reference_instruction(found) - start;
	}
}

/* In what is not marked as data; behind that an instruction begins. */
static uint64_t next_named(struct walk *w, uint64_t at)
{
	const struct flow_file *file = &w->r->file;
	const struct arch *arch = file->image->arch;

	while (at < w->code.size) {
		struct span code;
		uint64_t stop, found;

		if (at >= w->data.end)
			w->data =
				flow_data_from(file->image, file->functions, w->part->section, at);
		if (at >= w->data.start) {
			at = w->data.end;
			continue;
		}
		stop = w->data.start < w->code.size ? w->data.start : w->code.size;
		code = (struct span){w->code.data, (size_t)stop};
		found = file->suspects ? arch_next_named(arch, code, at, &w->hidden)
				       : arch->next_base(code, at, file->general);
		if (found < stop)
			return found;
		at = stop;
	}
	return w->code.size;
}

/* Only code that takes a base can reach anything through it; suspects need what says a place. */
static uint64_t next_place(struct walk *w, uint64_t at, bool *settled)
{
	uint64_t named;

	*settled = true;
	if (w->r->thorough)
		return at;
	named = next_named(w, at);
	if (!w->r->file.suspects)
		return named;
	*settled = !w->r->file.image->arch->settle;
	if (w->reference < at)
		find_reference(w, at);
	return w->reference < named ? w->reference : named;
}

static void enter_region(struct walk *w, uint64_t at)
{
	w->region = region_at(w->r, w->part->section, at, &w->skip);
	w->known = w->region.start;
	w->count = w->sink->count;
	w->trace.region = NULL;
	w->read = w->sink->read;
	w->unread = w->sink->unread;
}

/* An instruction in a region of its own; false when others have a say: it brings a base, which they
 * may use, or goes without one. */
static bool read_alone(struct walk *w, const struct scan_place *place)
{
	struct flow_region one = w->region;
	const struct flow_sink *sink = w->sink;
	const size_t count = sink->count;

	one.start = place->start;
	one.end = place->end;
	if (!flow_read_alone(&w->r->file, &one, &place->insn, w->reference < place->end, w->sink,
		    &w->part->error))
		return true;
	return sink->count == count || (sink->items[sink->count - 1].base &&
					       !flow_brings_base(&sink->items[sink->count - 1]));
}

/* Is the region around the instruction needed for no more than that? */
static bool read_place(struct walk *w, uint64_t at, struct scan_place *place)
{
	const struct flow_file *file = &w->r->file;
	const struct span code = {w->code.data, (size_t)w->region.end};
	/* What uses a base, and has a relocation, has been found by that. */
	const bool found = at < w->reference && w->known <= w->referring && w->referring <= at;
	const uint64_t known = found ? w->referring : w->known;

	switch (file->image->arch->settle(code, known, at, &w->sought, place)) {
	case SCAN_NOTHING:
		/* What it adds to a register may be an address. */
		return at != w->reference;
	case SCAN_ALONE:
		return read_alone(w, place);
	case SCAN_THROUGH:
		if (!w->trace.region)
			trace_begin(&w->trace, file, &w->region);
		return trace_is_floating(&w->trace, place->start, &place->insn) &&
		       read_alone(w, place);
	case SCAN_NUMBER:
		return trace_is_lost(file, &w->region, place->start);
	default:
		return false;
	}
}

/* Reads as much around `at` as it takes; returns where to go on. */
static uint64_t read_around(struct walk *w, uint64_t at, bool settled)
{
	struct scan_place place;

	if (!settled && read_place(w, at, &place)) {
		w->known = place.end;
		return place.end;
	}
	w->sink->count = w->count;
	w->sink->read = w->read;
	w->sink->unread = w->unread;
	flow_read(&w->r->file, &w->region, w->sink, w->scratch, &w->part->error);
	return w->region.end;
}

/* Of a section's bytes from `start` to `end`. */
static uint64_t data_bytes(const struct walk *w, uint64_t start, uint64_t end)
{
	const struct flow_file *file = &w->r->file;
	uint64_t bytes = 0;

	for (uint64_t at = start; at < end;) {
		const struct data_range data =
			flow_data_from(file->image, file->functions, w->part->section, at);
		const uint64_t to = data.end < end ? data.end : end;

		if (data.start >= end)
			break;
		bytes += to - (data.start > at ? data.start : at);
		at = to;
	}
	return bytes;
}

static void walk_part(struct walk *w)
{
	uint64_t at = first_region(w->r, w->part);
	bool settled;

	while ((at = next_place(w, at, &settled)) < w->code.size &&
		w->part->error.kind == ERROR_NONE) {
		if (at >= w->region.end)
			enter_region(w, at);
		if (w->region.start >= w->part->end)
			break;
		if (!w->skip && w->region.start >= w->part->start) {
			at = read_around(w, at, settled);
			continue;
		}
		if (w->region.start >= w->part->start)
			w->sink->unread += w->region.end - w->region.start -
					   data_bytes(w, w->region.start, w->region.end);
		at = w->region.end;
	}
}

/*
 * A kernel's code has an access in 400 bytes. An array that grows leaves what it was behind, and
 * memory takes longer to come than code to be read; what is not written never comes.
 */
enum { BYTES_AN_ACCESS = 256 };

/* There are no more threads than rooms. */
static struct room *take_room(const struct reading *r)
{
	struct room *room = r->rooms;

	while (atomic_exchange(&room->taken, true))
		room++;
	if (room->sink.arena)
		return room;
	room->scratch.arena = room->sink.arena = &room->arena;
	room->sink.room = r->part_count * (PART_BYTES / BYTES_AN_ACCESS);
	room->sink.items = ARENA_ARRAY(&room->arena, struct access, room->sink.room);
	if (!room->sink.items)
		room->sink.room = 0;
	return room;
}

static void read_part(void *context, size_t index)
{
	const struct reading *r = context;
	struct part *part = &r->parts[index];
	const struct image *image = r->file.image;
	struct room *room = take_room(r);
	struct walk w = {
		.r = r,
		.part = part,
		.code = reachable(r, part),
		.sought = r->sought,
		.scratch = &room->scratch,
		.sink = &room->sink,
	};

	if (image->kind != IMAGE_OBJECT)
		w.sought.address = image->sections[part->section].addr;
	w.hidden = w.sought;
	if (r->file.related)
		w.hidden.count = 0;
	find_reference(&w, part->start);
	/* Marked data is counted whether what is around it is looked at or not. */
	w.sink->unread += data_bytes(&w, part->start, part->end);
	part->sink = w.sink;
	part->items.first = w.sink->count;
	part->writes.first = w.sink->write_count;
	walk_part(&w);
	part->items.count = w.sink->count - part->items.first;
	part->writes.count = w.sink->write_count - part->writes.first;
	atomic_store(&room->taken, false);
}

static bool divide(struct reading *r, struct arena *arena, struct error *error)
{
	const struct image *image = r->file.image;
	size_t room = 0;

	const bool any = r->file.bases || r->file.remote || r->file.suspects;

	for (uint32_t i = 1; any && i < image->section_count; i++) {
		const uint64_t size =
			is_code(&image->sections[i]) ? image_section_bytes(image, i).size : 0;

		for (uint64_t at = 0; at < size; at += PART_BYTES) {
			if (!ARENA_GROW(arena, r->parts, r->part_count, room))
				return error_memory(error);
			r->parts[r->part_count++] = (struct part){
				.section = i,
				.start = at,
				.end = size - at > PART_BYTES ? at + PART_BYTES : size,
			};
		}
	}
	return true;
}

/* Code that no section header speaks of is not read. */
static void count_code(const struct image *image, struct accesses *accesses)
{
	for (size_t i = 1; i < image->section_count; i++)
		if (is_code(&image->sections[i]))
			accesses->code += image_section_bytes(image, i).size;
	for (size_t i = 0; !image->section_count && i < image->segment_count; i++) {
		const struct segment *s = &image->segments[i];

		if (s->type == PT_LOAD && (s->flags & PF_X))
			accesses->code += s->filesz;
	}
	if (!image->section_count)
		accesses->unread = accesses->code;
}

/* The first error in the order of the file. */
static bool all_read(const struct reading *r, struct error *error)
{
	for (size_t i = 0; i < r->part_count; i++)
		if (r->parts[i].error.kind != ERROR_NONE) {
			*error = r->parts[i].error;
			return false;
		}
	return true;
}

/* All parts' accesses in one, in the order of the file. */
static bool make_place(
	struct reading *r, struct arena *arena, struct accesses *accesses, struct error *error)
{
	*accesses = (struct accesses){.count = 0};
	for (size_t i = 0; i < r->part_count; i++) {
		struct part *part = &r->parts[i];

		part->item_place = accesses->count;
		part->write_place = accesses->writes.count;
		accesses->count += part->items.count;
		accesses->writes.count += part->writes.count;
	}
	count_code(r->file.image, accesses);
	for (size_t i = 0; i < PARALLEL_MAX; i++) {
		accesses->unread += r->rooms[i].sink.unread;
		accesses->read += r->rooms[i].sink.read;
	}
	r->items = ARENA_ARRAY(arena, struct access, accesses->count + 1);
	r->writes = ARENA_ARRAY(arena, struct base_write, accesses->writes.count + 1);
	accesses->items = r->items;
	accesses->writes.items = r->writes;
	return (r->items && r->writes) || error_memory(error);
}

static void join_part(void *context, size_t index)
{
	const struct reading *r = context;
	const struct part *part = &r->parts[index];
	const struct flow_sink *from = part->sink;

	if (part->items.count)
		memcpy(r->items + part->item_place, from->items + part->items.first,
			part->items.count * sizeof(*r->items));
	if (part->writes.count)
		memcpy(r->writes + part->write_place, from->writes + part->writes.first,
			part->writes.count * sizeof(*r->writes));
}

/* What is added later: the lower part of an address, and a member's place. */
enum { ROOM = 0x2000 };

/* Where symbols have the end before the start nearly everything is between. */
static struct scan_range around(uint64_t start, uint64_t size)
{
	const uint64_t most = UINT64_MAX - ROOM, room = 2 * (uint64_t)ROOM;

	return (struct scan_range){start - ROOM, size < most - room ? size + room : most};
}

/* The first variable that an instruction may take the whole of. */
static const struct variable *first_whole(const struct layout *layout)
{
	for (size_t i = 0; i < layout->variable_count; i++)
		if (flow_taken_whole(&layout->variables[i]))
			return &layout->variables[i];
	return NULL;
}

/*
 * The numbers that a working kernel is full of are small, and so are the offsets of a template at
 * address 0: of these only such count as may lead to the whole of a variable.
 */
static struct scan_range numbers_of(const struct layout *layout, uint64_t start, uint64_t size)
{
	const struct variable *first;
	uint64_t from;

	if (layout->model == MODEL_NONZERO || start + size < start)
		return around(start, size);
	first = first_whole(layout);
	if (!first)
		return (struct scan_range){0};
	from = first->symbol.value < ROOM ? 0 : first->symbol.value - ROOM;
	return (struct scan_range){from, start + size + ROOM - from};
}

static struct scan_target target_of(const struct layout *layout)
{
	const struct section *s = layout_section(layout);
	uint64_t start = s ? s->addr : 0, size = s ? s->size : 0;

	if (layout->template_start.known && layout->template_end.known) {
		start = layout->template_start.value;
		size = layout->template_end.value - start;
	}
	if (!size)
		return (struct scan_target){0};
	return (struct scan_target){numbers_of(layout, start, size), around(start, size)};
}

struct targets {
	struct scan_target *items;
	size_t count, room;
	size_t layouts; /* of them */
	struct arena *arena;
};

/* All code is gone through once for each. */
enum { WORD_TARGETS_MAX = 8 };

static bool add_target(struct targets *targets, struct scan_target target)
{
	if (!ARENA_GROW(targets->arena, targets->items, targets->count, targets->room))
		return false;
	targets->items[targets->count++] = target;
	return true;
}

/* A word with an address in a template, which code may load from there; in the order of addresses,
 * section by section. Those that are near each other, or too many, go together. */
static bool add_word(struct targets *targets, uint64_t address)
{
	const struct scan_target target = {{0}, around(address, 8)};
	const size_t words = targets->count - targets->layouts;
	struct scan_range *last = words ? &targets->items[targets->count - 1].addresses : NULL;

	if (!last || (words < WORD_TARGETS_MAX && !scan_has(*last, target.addresses.start)))
		return add_target(targets, target);
	if (!scan_has(*last, address))
		last->size = target.addresses.start + target.addresses.size - last->start;
	return true;
}

/* The linker has filled it. */
static bool add_got(const struct image *image, uint32_t section, struct targets *targets)
{
	const struct span bytes = image_section_bytes(image, section);
	const uint64_t start = image->sections[section].addr;

	for (uint64_t at = 0; range_within(at, 8, bytes.size); at += 8)
		for (size_t i = 0; i < targets->layouts; i++)
			if (scan_has(targets->items[i].numbers, read_le64(bytes.data + at)) &&
				!add_word(targets, start + at))
				return false;
	return true;
}

/* Words of read-only data, and of data among the code, that relocations speak of. */
static bool add_literals(
	const struct image *image, const struct layout *layout, struct targets *targets)
{
	for (size_t i = 0; i < layout->references.count; i++) {
		const struct reference *r = &layout->references.items[i];
		const struct reloc_info *info = reference_info(image, r);

		if (info && info->class == RELOC_WORD &&
			flow_is_constant(&image->sections[r->section]) &&
			!add_word(targets, r->place))
			return false;
	}
	return true;
}

/* What code may go to without a base; in objects relocations say it. */
static bool seek(struct reading *r, struct arena *arena, struct error *error)
{
	const struct image *image = r->file.image;
	const struct layout_list *list = r->file.list;
	struct targets targets = {.layouts = list->count, .arena = arena};
	bool ok = true;

	r->sought.registers = r->file.general;
	if (image->kind == IMAGE_OBJECT)
		return true;
	for (size_t i = 0; ok && i < list->count; i++)
		ok = add_target(&targets, target_of(&list->layouts[i]));
	for (size_t i = 0; ok && i < list->count; i++)
		ok = add_literals(image, &list->layouts[i], &targets);
	for (uint32_t i = 1; ok && i < image->section_count; i++)
		if (strcmp(image->sections[i].name, ".got") == 0)
			ok = add_got(image, i, &targets);
	r->sought.targets = targets.items;
	r->sought.count = targets.count;
	return ok || error_memory(error);
}

/* What parts come to is joined by the threads that have read them. */
static bool read_parts(struct reading *r, unsigned threads, struct arena *arena,
	struct accesses *accesses, struct error *error)
{
	struct crew *crew = crew_begin(r->part_count < threads ? (unsigned)r->part_count : threads);
	bool ok;

	crew_work(crew, r->part_count, read_part, r);
	ok = all_read(r, error) && make_place(r, arena, accesses, error);
	if (ok)
		crew_work(crew, r->part_count, join_part, r);
	crew_end(crew);
	return ok;
}

/* Where all variables are other objects', the note alone says through what they are reached. */
static uint32_t bases_of(const struct image *image, const struct layout_list *list)
{
	const struct maybe noted = note_agreed(list->note, NOTE_REGISTER);
	uint32_t bases = 0;

	for (size_t i = 0; i < list->count; i++)
		bases |= accesses_bases(image, &list->layouts[i]);
	if (!list->count && image->kind == IMAGE_OBJECT && noted.known &&
		note_model(list->note) != MODEL_NAIVE &&
		arch_register_name(image->arch, noted.value))
		bases = UINT32_C(1) << noted.value;
	return bases;
}

bool accesses_find(const struct image *image, const struct layout_list *list,
	const struct accesses_options *options, struct arena *arena, struct accesses *accesses,
	struct error *error)
{
	struct reading r = {.file = {.image = image,
				    .list = list,
				    .functions = options->functions,
				    .suspects = options->suspects,
				    .remote = options->remote && list->count},
		/* What jumps of an object lead to its relocations say, which only that asks. */
		.thorough =
			options->remote ||
			(options->suspects && (options->thorough || image->kind == IMAGE_OBJECT))};
	bool ok;

	r.file.bases = bases_of(image, list);
	r.replaced = image->kind != IMAGE_STRIPPED &&
		     image_section_named(image, ".altinstructions") &&
		     !image_section_named(image, REPLACEMENTS);
	r.file.related = is_related(&r.file);
	r.file.sparse = r.file.suspects && !r.thorough;
	set_entry(&r.file);
	if (!warnings_read(image, arena, &r.file.warnings) ||
		!patches_read(image, arena, &r.file.patches))
		return error_memory(error);
	if (!fixups_read(image, list, arena, &r.file.fixups, error))
		return false;
	if (image->kind != IMAGE_OBJECT && !flow_find_words(&r.file, arena))
		return error_memory(error);
	if (!seek(&r, arena, error) || !divide(&r, arena, error))
		return false;
	r.rooms = ARENA_ARRAY(arena, struct room, PARALLEL_MAX);
	if (!r.rooms)
		return error_memory(error);
	ok = read_parts(&r, options->threads, arena, accesses, error);
	accesses->bases = r.file.bases;
	for (size_t i = 0; i < PARALLEL_MAX; i++)
		arena_release(&r.rooms[i].arena);
	return ok;
}
