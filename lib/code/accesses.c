/* The code of a file, function by function. */
#include "lib/code/accesses.h"

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

/* What a layout's code goes through: what its note says, else what its system has. */
static uint32_t bases_of(const struct image *image, const struct layout *layout)
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

	for (size_t i = 0; i < FLOW_REGISTERS; i++)
		file->entry.reg[i] = VALUE_UNKNOWN;
	for (const struct arch_register *r = arch->registers; r->number; r++)
		if (r->general != INSN_NO_REGISTER && (file->bases >> r->number & 1))
			file->entry.reg[r->general] = (struct value){.base = (uint8_t)r->number};
}

static bool is_code(const struct section *section)
{
	return section->type == SHT_PROGBITS &&
	       (section->flags & (SHF_ALLOC | SHF_EXECINSTR)) == (SHF_ALLOC | SHF_EXECINSTR);
}

/* From offset `at` to where the next function begins, or as much of it as is read at once. */
static bool next_region(const struct flow_file *file, const struct functions *functions,
	struct flow_region *region, uint64_t at)
{
	const struct section *s = &file->image->sections[region->section];
	const uint64_t from = file->image->kind == IMAGE_OBJECT ? 0 : s->addr;
	bool object;
	const uint64_t next = functions_next(functions, region->section, from + at, &object);

	region->start = at;
	region->end = region->code.size;
	if (next != UINT64_MAX && next - from < region->end)
		region->end = next - from;
	if (region->end - at > FLOW_REGION_MAX)
		region->end = at + FLOW_REGION_MAX;
	return !object;
}

static bool read_section(const struct flow_file *file, const struct functions *functions,
	uint32_t section, struct flow_sink *sink, struct error *error)
{
	struct flow_region region = {
		.section = section, .code = image_section_bytes(file->image, section)};
	struct arena scratch = {0};
	uint64_t at = 0;
	bool ok = true;

	while (ok && at < region.code.size) {
		if (next_region(file, functions, &region, at))
			ok = flow_read(file, &region, sink, &scratch, error);
		else
			sink->unread += region.end - at;
		arena_release(&scratch);
		at = region.end;
	}
	return ok;
}

bool accesses_find(const struct image *image, const struct layout_list *list, struct arena *arena,
	struct accesses *accesses, struct error *error)
{
	struct flow_file file = {.image = image, .list = list};
	struct flow_sink sink = {.arena = arena};
	struct functions *functions;

	for (size_t i = 0; i < list->count; i++)
		file.bases |= bases_of(image, &list->layouts[i]);
	set_entry(&file);
	functions = functions_read(image, arena, error);
	if (!functions)
		return false;
	for (uint32_t i = 1; file.bases && i < image->section_count; i++)
		if (is_code(&image->sections[i]) &&
			!read_section(&file, functions, i, &sink, error))
			return false;
	*accesses = (struct accesses){sink.items, sink.count, sink.unread, sink.read};
	return true;
}
