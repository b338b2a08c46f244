/* The code of a file, function by function. */
#include "lib/code/accesses.h"

#include <string.h>

#include "lib/base/parallel.h"
#include "lib/code/flow.h"
#include "lib/model/functions.h"
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

static void set_entry(struct flow_file *file)
{
	const struct arch *arch = file->image->arch;

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
 * path leads there.
 */
#define REPLACEMENTS ".altinstr_replacement"

static bool section_named(const struct image *image, const char *name)
{
	for (size_t i = 0; i < image->section_count; i++)
		if (strcmp(image->sections[i].name, name) == 0)
			return true;
	return false;
}

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

/* The regions that begin in a part of a section. */
struct part {
	uint32_t section;
	uint64_t start; /* offsets */
	uint64_t end;
	struct flow_sink sink;
	struct arena own; /* threads share none; until the parts are joined */
	struct error error;
};

struct reading {
	struct flow_file file;
	const struct functions *functions;
	bool replaced; /* unnamed code is what Linux may put in place of an instruction */
	struct part *parts;
	size_t part_count;
};

/* The region around offset `at`: what a name covers, as much of it as is read at once. Is it to be
 * skipped? */
static struct flow_region region_at(
	const struct reading *r, uint32_t section, uint64_t at, bool *skip)
{
	const struct image *image = r->file.image;
	const uint64_t from = image->kind == IMAGE_OBJECT ? 0 : image->sections[section].addr;
	const struct function_extent extent = functions_extent(r->functions, section, from + at);
	struct flow_region region = {
		.section = section, .code = image_section_bytes(image, section)};

	region.start = extent.start > from ? extent.start - from : 0;
	region.end = extent.end == UINT64_MAX ? region.code.size : extent.end - from;
	if (region.end > region.code.size)
		region.end = region.code.size;
	*skip = extent.object || (r->replaced && !extent.named);
	region.start += (at - region.start) / FLOW_REGION_MAX * FLOW_REGION_MAX;
	if (region.end - region.start > FLOW_REGION_MAX)
		region.end = region.start + FLOW_REGION_MAX;
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

/* Only code that takes a base can reach anything through it; all else is anywhere. */
static uint64_t next_place(const struct reading *r, struct span code, uint64_t at)
{
	return r->file.suspects || r->file.remote
		       ? at
		       : r->file.image->arch->next_base(code, at, r->file.general);
}

static void read_part(void *context, size_t index)
{
	const struct reading *r = context;
	struct part *part = &r->parts[index];
	const struct span code = reachable(r, part);
	struct arena arena = {0};
	struct flow_scratch scratch = {.arena = &arena};
	uint64_t at = first_region(r, part);

	while ((at = next_place(r, code, at)) < code.size) {
		bool skip;
		const struct flow_region region = region_at(r, part->section, at, &skip);

		if (region.start >= part->end)
			break;
		at = region.end;
		if (region.start < part->start)
			continue;
		if (skip)
			part->sink.unread += region.end - region.start;
		else if (!flow_read(&r->file, &region, &part->sink, &scratch, &part->error))
			break;
	}
	arena_release(&arena);
}

static bool divide(struct reading *r, struct arena *arena, struct error *error)
{
	const struct image *image = r->file.image;
	size_t room = 0;

	for (uint32_t i = 1; (r->file.bases || r->file.remote) && i < image->section_count; i++) {
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
	/* They stay where they are from here on. */
	for (size_t i = 0; i < r->part_count; i++)
		r->parts[i].sink.arena = &r->parts[i].own;
	return true;
}

static bool join_writes(const struct reading *r, struct arena *arena, struct accesses *accesses,
	struct error *error)
{
	struct base_write *items, *to;
	size_t count = 0;

	for (size_t i = 0; i < r->part_count; i++)
		count += r->parts[i].sink.write_count;
	items = to = ARENA_ARRAY(arena, struct base_write, count + 1);
	if (!items)
		return error_memory(error);
	accesses->writes = (struct base_writes){items, count};
	for (size_t i = 0; i < r->part_count; i++) {
		const struct flow_sink *from = &r->parts[i].sink;

		if (from->write_count)
			memcpy(to, from->writes, from->write_count * sizeof(*to));
		to += from->write_count;
	}
	return true;
}

/* All parts' accesses in one; the first error in the order of the file. */
static bool join(const struct reading *r, struct arena *arena, struct accesses *accesses,
	struct error *error)
{
	struct access *items, *to;
	size_t count = 0;

	for (size_t i = 0; i < r->part_count; i++) {
		if (r->parts[i].error.kind != ERROR_NONE) {
			*error = r->parts[i].error;
			return false;
		}
		count += r->parts[i].sink.count;
	}
	items = to = ARENA_ARRAY(arena, struct access, count + 1);
	if (!items)
		return error_memory(error);
	*accesses = (struct accesses){.items = items, .count = count};
	for (size_t i = 0; i < r->part_count; i++) {
		const struct flow_sink *from = &r->parts[i].sink;

		if (from->count)
			memcpy(to, from->items, from->count * sizeof(*to));
		to += from->count;
		accesses->unread += from->unread;
		accesses->read += from->read;
	}
	return join_writes(r, arena, accesses, error);
}

bool accesses_find(const struct image *image, const struct layout_list *list,
	const struct accesses_options *options, struct arena *arena, struct accesses *accesses,
	struct error *error)
{
	struct reading r = {.file = {.image = image,
				    .list = list,
				    .suspects = options->suspects,
				    .remote = options->remote && list->count}};
	bool ok;

	for (size_t i = 0; i < list->count; i++)
		r.file.bases |= accesses_bases(image, &list->layouts[i]);
	r.replaced =
		section_named(image, ".altinstructions") && !section_named(image, REPLACEMENTS);
	set_entry(&r.file);
	r.functions = functions_read(image, arena, error);
	if (!r.functions || !divide(&r, arena, error))
		return false;
	parallel_for(r.part_count, options->threads, read_part, &r);
	ok = join(&r, arena, accesses, error);
	for (size_t i = 0; i < r.part_count; i++)
		arena_release(&r.parts[i].own);
	return ok;
}
