#include "lib/model/note.h"

#include <inttypes.h>
#include <string.h>

/* In the order of the constants of percpu_note.h from 1 on. */
static const char *const modes[] = {"percpu", "naive", NULL};
static const char *const preempts[] = {"no", "yes", NULL};
static const char *const widths[] = {"narrow", "wide", NULL};

/* Where a field stands in its note's descriptor. */
static const struct note_layout {
	const char *name;
	uint32_t type;	/* of the note */
	uint32_t at;	/* bytes from the descriptor's start */
	uint32_t width; /* bytes: 4 of a constant, 8 of a number */
} fields[NOTE_FIELD_COUNT] = {
	[NOTE_MODE] = {"mode", PERCPU_NOTE_TYPE_UNIT, PERCPU_NOTE_UNIT_MODE, 4},
	[NOTE_MODEL] = {"model", PERCPU_NOTE_TYPE_UNIT, PERCPU_NOTE_UNIT_MODEL, 4},
	[NOTE_REGISTER] = {"register", PERCPU_NOTE_TYPE_UNIT, PERCPU_NOTE_UNIT_REGISTER, 4},
	[NOTE_PREEMPT] = {"preempt", PERCPU_NOTE_TYPE_UNIT, PERCPU_NOTE_UNIT_PREEMPT, 4},
	[NOTE_WIDE] = {"wide", PERCPU_NOTE_TYPE_UNIT, PERCPU_NOTE_UNIT_WIDE, 4},
	[NOTE_PLACEMENT] = {"placement", PERCPU_NOTE_TYPE_IMAGE, PERCPU_NOTE_IMAGE_PLACEMENT, 4},
	[NOTE_CPUS] = {"cpus", PERCPU_NOTE_TYPE_IMAGE, PERCPU_NOTE_IMAGE_CPUS, 8},
	[NOTE_STRIDE] = {"stride", PERCPU_NOTE_TYPE_IMAGE, PERCPU_NOTE_IMAGE_STRIDE, 8},
	[NOTE_STRIDE_ALIGN] = {"stride_align", PERCPU_NOTE_TYPE_IMAGE,
		PERCPU_NOTE_IMAGE_STRIDE_ALIGN, 8},
	[NOTE_RESERVE] = {"reserve", PERCPU_NOTE_TYPE_IMAGE, PERCPU_NOTE_IMAGE_RESERVE, 8},
};

/* Where notes are read from. */
struct reader {
	const struct image *image;
	struct arena *arena;
	struct abi_note *note;
	struct error *error;
	struct span bytes; /* of the section or segment at hand */
	uint64_t offset;   /* of them in the file */
	bool own;	   /* nobody else's notes are expected there */
	uint64_t budget;   /* bytes still to be looked at: overlapping headers claim any number */
	const struct section *section;
};

/* One note, all of it inside the bytes. */
struct frame {
	uint32_t type;
	uint32_t descsz;
	const uint8_t *desc;
	bool ours;
	size_t next; /* where the next one begins */
};

static const char *const *words_of(enum note_field field)
{
	switch (field) {
	case NOTE_MODE:
		return modes;
	case NOTE_MODEL:
	case NOTE_PLACEMENT:
		return field == NOTE_MODEL ? model_choices : placement_choices;
	case NOTE_PREEMPT:
		return preempts;
	case NOTE_WIDE:
		return widths;
	default:
		return NULL;
	}
}

const char *note_field_name(enum note_field field)
{
	return fields[field].name;
}

static const char *register_name(uint64_t number)
{
	const char *name = NULL;

	for (size_t i = 0; arch_at(i) && !name; i++)
		name = arch_register_name(arch_at(i), number);
	return name;
}

const char *note_word(enum note_field field, uint64_t value)
{
	const char *const *words = words_of(field);
	uint64_t i = 0;

	if (field == NOTE_REGISTER)
		return register_name(value);

	/* Naive, the last of the models, is a mode here. */
	if (!words || !value || (field == NOTE_MODEL && value > PERCPU_NOTE_MODEL_NONZERO))
		return NULL;
	while (words[i] && i + 1 < value)
		i++;
	return words[i];
}

/* Remembers the first; returns false only when memory runs out. */
static bool damaged(struct reader *r, size_t at, const char *what)
{
	struct note_damage *damage = &r->note->damage;

	if (!what)
		return error_memory(r->error);
	if (!r->note->section)
		r->note->section = r->section;
	if (r->note->damage_count++ == 0)
		*damage = (struct note_damage){
			.what = what, .image = r->image, .offset = r->offset + at};
	return true;
}

/* The text is made once: a damaged file may have very many. */
#define DAMAGED(r, at, ...)                                                                        \
	damaged((r), (at), (r)->note->damage_count ? "" : arena_printf((r)->arena, __VA_ARGS__))

static bool is_clear(struct span bytes, size_t at)
{
	for (; at < bytes.size; at++)
		if (bytes.data[at])
			return false;
	return true;
}

/*
 * Reads the frame at `at`. Sets frame->next to the end where what follows cannot be told; that is
 * damage where the notes are ours. False when memory runs out.
 */
static bool frame_read(struct reader *r, size_t at, struct frame *frame)
{
	const uint64_t room = r->bytes.size - at;
	const uint8_t *note = r->bytes.data + at;
	uint32_t namesz;
	uint64_t desc;

	*frame = (struct frame){.next = r->bytes.size};
	if (room < PERCPU_NOTE_AT_NAME)
		return !r->own || is_clear(r->bytes, at) ||
		       DAMAGED(r, at, "%" PRIu64 " bytes are too few for a note", room);
	namesz = read_le32(note + PERCPU_NOTE_AT_NAMESZ);
	frame->descsz = read_le32(note + PERCPU_NOTE_AT_DESCSZ);
	frame->type = read_le32(note + PERCPU_NOTE_AT_TYPE);
	/* Between sections that a linker aligned to more than 4. */
	if (r->own && !namesz) {
		frame->next = at + sizeof(uint32_t);
		return true;
	}
	desc = PERCPU_NOTE_AT_NAME + align_up(namesz, 4);
	if (namesz > room - PERCPU_NOTE_AT_NAME)
		return !r->own || DAMAGED(r, at,
					  "namesz 0x%" PRIx32 " reaches beyond the 0x%" PRIx64
					  " bytes that are left",
					  namesz, room);
	frame->ours = namesz == PERCPU_NOTE_NAMESZ &&
		      memcmp(note + PERCPU_NOTE_AT_NAME, PERCPU_NOTE_OWNER, namesz) == 0;
	if (!range_within(desc, frame->descsz, room)) {
		const bool said = frame->ours || r->own;

		frame->ours = false;
		return !said || DAMAGED(r, at,
					"descsz 0x%" PRIx32 " reaches beyond the 0x%" PRIx64
					" bytes that are left",
					frame->descsz, room);
	}
	frame->desc = note + desc;
	if (align_up(desc + frame->descsz, 4) < room)
		frame->next = at + (size_t)align_up(desc + frame->descsz, 4);
	return true;
}

static void fact_add(struct note_fact *fact, const struct note_value *value)
{
	if (!fact->known) {
		fact->known = true;
		fact->first = *value;
	} else if (!fact->contradicted && fact->first.value != value->value) {
		fact->contradicted = true;
		fact->other = *value;
	}
}

/* Is there such a constant, or can the number be? */
static bool value_exists(enum note_field field, uint64_t value)
{
	if (fields[field].width == sizeof(uint32_t))
		return note_word(field, value) != NULL;
	if (field == NOTE_STRIDE_ALIGN)
		return is_power_of_two(value);
	return field != NOTE_CPUS || value;
}

static bool field_read(struct reader *r, size_t at, const struct frame *frame,
	enum note_field field, uint32_t version)
{
	const struct note_layout *layout = &fields[field];
	const bool wide = layout->width == sizeof(uint64_t);
	const uint8_t *from = frame->desc + layout->at;
	const struct note_value value = {
		.value = wide ? read_le64(from) : read_le32(from),
		.image = r->image,
		.offset = r->offset + at,
	};

	if (value.value == (wide ? PERCPU_NOTE_UNSPECIFIED_64 : PERCPU_NOTE_UNSPECIFIED))
		return true;
	if (value_exists(field, value.value)) {
		fact_add(&r->note->facts[field], &value);
		return true;
	}
	/* A newer version may have more. */
	return version > PERCPU_NOTE_VERSION ||
	       DAMAGED(r, at, "%s is 0x%" PRIx64 ", which version %d does not have", layout->name,
		       value.value, PERCPU_NOTE_VERSION);
}

/* The descriptor of a note of ours, of a type that is known. */
static bool descriptor_read(struct reader *r, size_t at, const struct frame *frame)
{
	const bool unit = frame->type == PERCPU_NOTE_TYPE_UNIT;
	const uint32_t least = unit ? PERCPU_NOTE_UNIT_SIZE : PERCPU_NOTE_IMAGE_SIZE;
	const uint32_t version = frame->descsz < sizeof(version) ? 0 : read_le32(frame->desc);

	if (frame->descsz < least)
		return DAMAGED(r, at,
			"descsz 0x%" PRIx32 " is too small: type %" PRIu32 " has 0x%" PRIx32
			" bytes",
			frame->descsz, frame->type, least);
	if (version < PERCPU_NOTE_VERSION)
		return DAMAGED(r, at, "there is no version %" PRIu32, version);
	if (unit)
		r->note->unit_count++;
	else
		r->note->image_count++;
	if (!r->note->section)
		r->note->section = r->section;
	for (unsigned i = 0; i < NOTE_FIELD_COUNT; i++)
		if (fields[i].type == frame->type &&
			!field_read(r, at, frame, (enum note_field)i, version))
			return false;
	return true;
}

static bool span_read(struct reader *r)
{
	struct frame frame;

	if (r->bytes.size > r->budget)
		r->bytes.size = (size_t)r->budget;
	r->budget -= r->bytes.size;
	for (size_t at = 0; at < r->bytes.size; at = frame.next) {
		if (!frame_read(r, at, &frame))
			return false;
		if (frame.ours &&
			(frame.type == PERCPU_NOTE_TYPE_UNIT ||
				frame.type == PERCPU_NOTE_TYPE_IMAGE) &&
			!descriptor_read(r, at, &frame))
			return false;
	}
	return true;
}

static bool sections_read(struct reader *r)
{
	for (size_t i = 1; i < r->image->section_count; i++) {
		const struct section *s = &r->image->sections[i];

		r->own = strcmp(s->name, PERCPU_NOTE_SECTION) == 0;
		if ((s->type != SHT_NOTE && !(r->own && s->type == SHT_PROGBITS)) ||
			(s->flags & SHF_COMPRESSED))
			continue;
		r->section = s;
		r->bytes = image_section_bytes(r->image, i);
		r->offset = s->offset;
		if (!span_read(r))
			return false;
	}
	return true;
}

static bool segments_read(struct reader *r)
{
	r->own = false;
	r->section = NULL;
	for (size_t i = 0; i < r->image->segment_count; i++) {
		if (r->image->segments[i].type != PT_NOTE)
			continue;
		r->bytes = image_segment_bytes(r->image, i);
		r->offset = r->image->segments[i].offset;
		if (!span_read(r))
			return false;
	}
	return true;
}

bool note_read(
	const struct image *image, struct arena *arena, struct abi_note *note, struct error *error)
{
	struct reader reader = {
		.image = image,
		.arena = arena,
		.note = note,
		.error = error,
		.budget = image->file_size,
	};

	return image->section_count ? sections_read(&reader) : segments_read(&reader);
}

bool note_present(const struct abi_note *note)
{
	return note && (note->unit_count || note->image_count || note->damage_count);
}

struct maybe note_agreed(const struct abi_note *note, enum note_field field)
{
	if (!note || !note->facts[field].known || note->facts[field].contradicted)
		return (struct maybe){0};
	return (struct maybe){.known = true, .value = note->facts[field].first.value};
}

enum model note_model(const struct abi_note *note)
{
	const struct maybe mode = note_agreed(note, NOTE_MODE),
			   model = note_agreed(note, NOTE_MODEL);

	if (note && note->facts[NOTE_MODE].contradicted)
		return MODEL_UNKNOWN;
	if (mode.known && mode.value == PERCPU_NOTE_MODE_NAIVE)
		return MODEL_NAIVE;
	if (!model.known)
		return MODEL_UNKNOWN;
	return model.value == PERCPU_NOTE_MODEL_ZERO ? MODEL_ZERO : MODEL_NONZERO;
}

enum placement note_placement(const struct abi_note *note)
{
	const struct maybe placement = note_agreed(note, NOTE_PLACEMENT);

	if (!placement.known)
		return PLACEMENT_UNKNOWN;
	switch (placement.value) {
	case PERCPU_NOTE_PLACEMENT_OVERLAY:
		return PLACEMENT_OVERLAY;
	case PERCPU_NOTE_PLACEMENT_SEPARATE:
		return PLACEMENT_SEPARATE;
	default:
		return PLACEMENT_DYNAMIC;
	}
}
