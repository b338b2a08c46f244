/* The ABI note: what is read of it, and that no byte of it is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

#include "lib/model/note.h"
#include "tests/unit/changed.h"

#define HEADER(size, type) {PERCPU_NOTE_NAMESZ, size, type, PERCPU_NOTE_OWNER}

/* Both notes of a kernel of model zero for four CPUs. */
struct notes {
	struct percpu_note_unit unit;
	struct percpu_note_image image;
};

static const struct notes notes = {
	.unit = {HEADER(PERCPU_NOTE_UNIT_SIZE, PERCPU_NOTE_TYPE_UNIT), PERCPU_NOTE_VERSION,
		PERCPU_NOTE_MODE_PERCPU, PERCPU_NOTE_MODEL_ZERO, PERCPU_NOTE_REGISTER_GS_BASE,
		PERCPU_NOTE_PREEMPT_NO, PERCPU_NOTE_WIDE_NARROW},
	.image = {HEADER(PERCPU_NOTE_IMAGE_SIZE, PERCPU_NOTE_TYPE_IMAGE), PERCPU_NOTE_VERSION,
		PERCPU_NOTE_PLACEMENT_OVERLAY, 4, 0x40, 64, PERCPU_NOTE_UNSPECIFIED_64},
};

static struct elf_section note_section(const char *name, const void *bytes, size_t size)
{
	return (struct elf_section){name, SHT_NOTE, 0, 0, size, 4, bytes, 0, 0, 0};
}

/* An image of one section with these bytes, and what was read of it. */
struct reading {
	struct elf_file file;
	struct image *image;
	struct arena arena;
	struct abi_note note;
};

static void read_section(struct reading *r, const struct elf_section *section)
{
	const struct elf_spec spec = {
		.machine = EM_X86_64, .type = ET_REL, .sections = section, .section_count = 1};
	struct error error = {0};

	*r = (struct reading){.file = elf_write(&spec)};
	r->image = image_open_bytes("memory", elf_span(&r->file), &error);
	assert_non_null(r->image);
	assert_true(note_read(r->image, &r->arena, &r->note, &error));
	assert_int_equal(error.kind, ERROR_NONE);
}

static void read_bytes(struct reading *r, const void *bytes, size_t size)
{
	const struct elf_section section = note_section(PERCPU_NOTE_SECTION, bytes, size);

	read_section(r, &section);
}

static void release(struct reading *r)
{
	image_close(r->image);
	arena_release(&r->arena);
	free(r->file.data);
}

/* Damage has a text and stands in the file. */
static bool is_sound(const struct reading *r)
{
	const struct note_damage *damage = &r->note.damage;

	if (!r->note.damage_count)
		return damage->what == NULL;
	return damage->what && *damage->what && damage->image == r->image &&
	       damage->offset < r->file.size;
}

static void assert_value(const struct abi_note *note, enum note_field field, uint64_t value)
{
	const struct maybe agreed = note_agreed(note, field);

	assert_true(agreed.known);
	assert_int_equal(agreed.value, value);
}

static void every_field(void **state)
{
	struct reading r;

	(void)state;
	read_bytes(&r, &notes, sizeof(notes));
	assert_int_equal(r.note.unit_count, 1);
	assert_int_equal(r.note.image_count, 1);
	assert_int_equal(r.note.damage_count, 0);
	assert_string_equal(r.note.section->name, PERCPU_NOTE_SECTION);
	assert_value(&r.note, NOTE_MODE, PERCPU_NOTE_MODE_PERCPU);
	assert_value(&r.note, NOTE_MODEL, PERCPU_NOTE_MODEL_ZERO);
	assert_value(&r.note, NOTE_REGISTER, PERCPU_NOTE_REGISTER_GS_BASE);
	assert_value(&r.note, NOTE_PREEMPT, PERCPU_NOTE_PREEMPT_NO);
	assert_value(&r.note, NOTE_WIDE, PERCPU_NOTE_WIDE_NARROW);
	assert_value(&r.note, NOTE_PLACEMENT, PERCPU_NOTE_PLACEMENT_OVERLAY);
	assert_value(&r.note, NOTE_CPUS, 4);
	assert_value(&r.note, NOTE_STRIDE, 0x40);
	assert_value(&r.note, NOTE_STRIDE_ALIGN, 64);
	assert_false(note_agreed(&r.note, NOTE_RESERVE).known);
	assert_int_equal(note_model(&r.note), MODEL_ZERO);
	assert_int_equal(note_placement(&r.note), PLACEMENT_OVERLAY);
	assert_int_equal(r.note.facts[NOTE_CPUS].first.offset,
		r.image->sections[1].offset + sizeof(notes.unit));
	release(&r);
	assert_false(note_agreed(NULL, NOTE_CPUS).known);
	assert_false(note_present(NULL));
}

static void names_of_values(void **state)
{
	(void)state;
	assert_string_equal(note_word(NOTE_MODE, PERCPU_NOTE_MODE_NAIVE), "naive");
	assert_string_equal(note_word(NOTE_MODEL, PERCPU_NOTE_MODEL_NONZERO), "nonzero");
	assert_null(note_word(NOTE_MODEL, PERCPU_NOTE_MODEL_NONZERO + 1));
	assert_string_equal(note_word(NOTE_PLACEMENT, PERCPU_NOTE_PLACEMENT_DYNAMIC), "dynamic");
	assert_null(note_word(NOTE_PLACEMENT, PERCPU_NOTE_PLACEMENT_DYNAMIC + 1));
	assert_string_equal(note_word(NOTE_PREEMPT, PERCPU_NOTE_PREEMPT_YES), "yes");
	assert_string_equal(note_word(NOTE_WIDE, PERCPU_NOTE_WIDE_WIDE), "wide");
	assert_string_equal(note_word(NOTE_REGISTER, PERCPU_NOTE_REGISTER_GS_BASE), "GS_BASE");
	assert_string_equal(note_word(NOTE_REGISTER, PERCPU_NOTE_REGISTER_R21), "r21");
	assert_null(note_word(NOTE_REGISTER, PERCPU_NOTE_REGISTER_R21 + 1));
	assert_null(note_word(NOTE_MODE, UINT64_MAX));
	assert_null(note_word(NOTE_MODE, 0));
	assert_null(note_word(NOTE_CPUS, 4));
	assert_string_equal(note_field_name(NOTE_STRIDE_ALIGN), "stride_align");
}

/* A section that ends anywhere: nothing is read beyond it, and what is missing is named. */
static void cut_at_each_byte(void **state)
{
	(void)state;
	for (size_t size = 0; size <= sizeof(notes); size++) {
		const bool whole = size == 0 || size == sizeof(notes.unit) || size == sizeof(notes);
		struct reading r;

		read_bytes(&r, &notes, size);
		assert_true(is_sound(&r));
		assert_int_equal(r.note.damage_count, whole ? 0 : 1);
		assert_int_equal(r.note.unit_count, size >= sizeof(notes.unit));
		assert_int_equal(r.note.image_count, size == sizeof(notes));
		release(&r);
	}
}

/* Whatever a byte is, the note is fine or damaged, and the kernel around it is checked. */
static void every_byte_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(notes) * 8; i++) {
		uint8_t bytes[sizeof(notes)];
		struct reading r;
		struct changed k;
		struct elf_file file;
		struct checked c;

		memcpy(bytes, &notes, sizeof(notes));
		bytes[i / 8] ^= (uint8_t)(1U << (i % 8));
		read_bytes(&r, bytes, sizeof(bytes));
		assert_true(is_sound(&r));
		start(&k);
		add_section(&k, note_section(PERCPU_NOTE_SECTION, bytes, sizeof(bytes)));
		file = elf_write(&k.spec);
		assert_true(checked_run(&c, elf_span(&file), &k.options));
		if (r.note.damage_count)
			assert_int_equal(checked_findings(&c, "note_agrees", SEVERITY_ERROR), 1);
		checked_release(&c);
		free(file.data);
		release(&r);
	}
}

static void values_that_do_not_exist(void **state)
{
	static const struct {
		size_t word; /* of a unit note's descriptor */
		uint32_t value;
	} cases[] = {{0, 0}, {1, 3}, {2, 3}, {3, 8}, {4, 3}, {5, UINT32_MAX}};
	struct percpu_note_image image = notes.image;
	struct reading r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct percpu_note_unit unit = notes.unit;

		memcpy((uint8_t *)&unit + PERCPU_NOTE_AT_DESC + 4 * cases[i].word, &cases[i].value,
			4);
		read_bytes(&r, &unit, sizeof(unit));
		assert_int_equal(r.note.damage_count, 1);
		assert_true(is_sound(&r));
		release(&r);
	}
	image.cpus = 0;
	image.stride_align = 48;
	image.placement = 4;
	read_bytes(&r, &image, sizeof(image));
	assert_int_equal(r.note.damage_count, 3);
	assert_non_null(strstr(r.note.damage.what, "placement is 0x4"));
	assert_false(note_agreed(&r.note, NOTE_STRIDE_ALIGN).known);
	assert_value(&r.note, NOTE_STRIDE, 0x40);
	release(&r);
}

/* A newer version is longer, and may have values of which we do not know. */
static void newer_version(void **state)
{
	struct {
		struct percpu_note_unit unit;
		uint32_t more[3];
		struct percpu_note_image image;
	} newer = {notes.unit, {7, 8, 9}, notes.image};
	struct reading r;

	(void)state;
	newer.unit.version = PERCPU_NOTE_VERSION + 1;
	newer.unit.header.descsz += sizeof(newer.more) - 1;
	newer.unit.reg = 77;
	read_bytes(&r, &newer, sizeof(newer));
	assert_int_equal(r.note.damage_count, 0);
	assert_value(&r.note, NOTE_MODEL, PERCPU_NOTE_MODEL_ZERO);
	assert_false(note_agreed(&r.note, NOTE_REGISTER).known);
	assert_value(&r.note, NOTE_CPUS, 4);
	release(&r);

	newer.unit.header.descsz = PERCPU_NOTE_UNIT_SIZE - 4;
	read_bytes(&r, &newer, sizeof(newer.unit));
	assert_int_equal(r.note.unit_count, 0);
	assert_non_null(strstr(r.note.damage.what, "is too small"));
	release(&r);
}

static void notes_of_others(void **state)
{
	struct notes both = notes;
	struct elf_section section;
	struct reading r;

	(void)state;
	both.unit.header.type = 3;
	memcpy(both.image.header.name, "GNU\0\0\0\0", 8);
	read_bytes(&r, &both, sizeof(both));
	assert_false(note_present(&r.note));
	release(&r);

	/* In a section of others, among theirs. */
	both.unit.header.type = PERCPU_NOTE_TYPE_UNIT;
	section = note_section(".notes", &both, sizeof(both));
	read_section(&r, &section);
	assert_int_equal(r.note.unit_count, 1);
	assert_int_equal(r.note.image_count, 0);
	release(&r);

	/* Theirs may be as damaged as they like; ours may not. */
	both.image.header.descsz = 0x1000;
	read_section(&r, &section);
	assert_int_equal(r.note.damage_count, 0);
	release(&r);
	both.image.header = notes.image.header;
	both.image.header.descsz = 0x1000;
	read_section(&r, &section);
	assert_int_equal(r.note.damage_count, 1);
	release(&r);
}

static void sections_that_are_read(void **state)
{
	struct elf_section section = note_section(PERCPU_NOTE_SECTION, &notes, sizeof(notes));
	struct reading r;

	(void)state;
	section.flags = SHF_ALLOC;
	read_section(&r, &section);
	assert_true(note_present(&r.note));
	release(&r);
	section.type = SHT_PROGBITS;
	read_section(&r, &section);
	assert_true(note_present(&r.note));
	release(&r);
	section.type = SHT_NOBITS;
	read_section(&r, &section);
	assert_false(note_present(&r.note));
	release(&r);
	section = note_section(PERCPU_NOTE_SECTION, &notes, sizeof(notes));
	section.flags = SHF_COMPRESSED;
	read_section(&r, &section);
	assert_false(note_present(&r.note));
	release(&r);
}

/* What a linker puts between sections that are aligned to 8, and behind the last. */
static void gaps_of_zeros(void **state)
{
	struct {
		struct percpu_note_unit unit;
		uint32_t gap;
		struct percpu_note_unit second;
		uint32_t end[2];
	} padded = {.unit = notes.unit, .second = notes.unit};
	struct reading r;

	(void)state;
	read_bytes(&r, &padded, sizeof(padded));
	assert_int_equal(r.note.unit_count, 2);
	assert_int_equal(r.note.damage_count, 0);
	release(&r);
}

static void contradictions(void **state)
{
	struct percpu_note_unit units[3] = {notes.unit, notes.unit, notes.unit};
	struct reading r;

	(void)state;
	units[0].reg = PERCPU_NOTE_UNSPECIFIED;
	units[2].model = PERCPU_NOTE_MODEL_NONZERO;
	read_bytes(&r, units, sizeof(units));
	assert_true(r.note.facts[NOTE_MODEL].contradicted);
	assert_int_equal(r.note.facts[NOTE_MODEL].other.value, PERCPU_NOTE_MODEL_NONZERO);
	assert_int_equal(r.note.facts[NOTE_MODEL].other.offset,
		r.image->sections[1].offset + 2 * sizeof(units[0]));
	assert_false(note_agreed(&r.note, NOTE_MODEL).known);
	assert_int_equal(note_model(&r.note), MODEL_UNKNOWN);
	assert_value(&r.note, NOTE_REGISTER, PERCPU_NOTE_REGISTER_GS_BASE);
	release(&r);

	units[2] = notes.unit;
	units[2].mode = PERCPU_NOTE_MODE_NAIVE;
	read_bytes(&r, units, sizeof(units));
	assert_int_equal(note_model(&r.note), MODEL_UNKNOWN);
	release(&r);
	read_bytes(&r, &units[2], sizeof(units[2]));
	assert_int_equal(note_model(&r.note), MODEL_NAIVE);
	release(&r);
}

/* Ten thousand headers that claim the same bytes cost no more than the bytes. */
static void overlapping_sections(void **state)
{
	enum { HEADERS = 10000 };
	struct elf_section *sections = calloc(HEADERS, sizeof(*sections));
	struct elf_spec spec = {.machine = EM_X86_64,
		.type = ET_REL,
		.sections = sections,
		.section_count = HEADERS};
	struct elf_file file;
	struct abi_note note = {0};
	struct arena arena = {0};
	struct error error = {0};
	struct image *image;
	Elf64_Shdr *headers;

	(void)state;
	assert_non_null(sections);
	for (size_t i = 0; i < HEADERS; i++)
		sections[i] = note_section(PERCPU_NOTE_SECTION, NULL, 0);
	file = elf_write(&spec);
	headers = (Elf64_Shdr *)(void *)(file.data + file.shoff);
	for (size_t i = 1; i <= HEADERS; i++) {
		headers[i].sh_offset = 0;
		headers[i].sh_size = file.size;
	}
	image = image_open_bytes("memory", elf_span(&file), &error);
	assert_non_null(image);
	assert_true(note_read(image, &arena, &note, &error));
	assert_true(note.damage_count <= file.size);
	image_close(image);
	arena_release(&arena);
	free(file.data);
	free(sections);
}

/* ---- what follows for a layout ----------------------------------------------------------------
 */

static size_t findings(const struct changed *k, const char *check, enum severity least)
{
	struct elf_file file = elf_write(&k->spec);
	struct checked c;
	size_t count;

	assert_true(checked_run_with(&c, elf_span(&file), k->inputs, &k->options));
	count = checked_findings(&c, check, least);
	checked_release(&c);
	free(file.data);
	return count;
}

static const struct percpu_note_unit *unit_of_model(struct percpu_note_unit *unit, uint32_t model)
{
	*unit = notes.unit;
	unit->model = model;
	return unit;
}

/* The first layout's model and what told it. */
static void assert_model(const struct changed *k, const char *model, const char *source)
{
	struct elf_file file = elf_write(&k->spec);
	struct checked c;

	assert_true(checked_run(&c, elf_span(&file), &k->options));
	assert_int_equal(c.file.layout_count, 1);
	if (model)
		assert_string_equal(c.file.layouts[0].model, model);
	else
		assert_null(c.file.layouts[0].model);
	if (source)
		assert_string_equal(c.file.layouts[0].model_source, source);
	checked_release(&c);
	free(file.data);
}

static void model_of_kernel(void **state)
{
	struct percpu_note_unit unit;
	struct changed k;

	(void)state;
	start(&k);
	assert_model(&k, "zero", "assumed");
	add_section(&k, note_section(PERCPU_NOTE_SECTION, &notes, sizeof(notes)));
	assert_model(&k, "zero", "note");
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 0);
	k.options.layout.model = MODEL_ZERO;
	assert_model(&k, "zero", "option");
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 0);

	start(&k);
	add_section(&k, note_section(PERCPU_NOTE_SECTION,
				unit_of_model(&unit, PERCPU_NOTE_MODEL_NONZERO), sizeof(unit)));
	assert_model(&k, "nonzero", "note");
	assert_only(&k, "section_vma", 1);
	/* The address fits the option: it is the note that does not. */
	k.options.layout.model = MODEL_ZERO;
	assert_only(&k, "note_agrees", 1);
	unit_of_model(&unit, PERCPU_NOTE_UNSPECIFIED);
	k.options.layout.model = MODEL_UNKNOWN;
	assert_model(&k, "zero", "assumed");
}

static void model_of_object(void **state)
{
	static const struct elf_symbol variable = {
		"__PERCPU_COUNT", 1, 0, 8, STT_OBJECT, STB_GLOBAL};
	struct elf_section sections[2] = {
		{".percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 8, 8, NULL, 0, 0, 0}};
	struct percpu_note_unit unit;
	struct changed k = {.spec = {.machine = EM_X86_64,
				    .type = ET_REL,
				    .sections = sections,
				    .section_count = 1,
				    .symbols = &variable,
				    .symbol_count = 1}};

	(void)state;
	assert_model(&k, NULL, NULL);
	sections[1] = note_section(
		PERCPU_NOTE_SECTION, unit_of_model(&unit, PERCPU_NOTE_MODEL_ZERO), sizeof(unit));
	k.spec.section_count = 2;
	assert_model(&k, "zero", "note");
	unit.mode = PERCPU_NOTE_MODE_NAIVE;
	assert_model(&k, "naive", "note");
}

static const struct layout *first_layout(const struct reading *r, struct layout_list *list)
{
	static const struct layout_options defaults;
	struct arena *arena = (struct arena *)&r->arena;
	struct error error = {0};

	assert_true(layouts_find(r->image, &defaults, arena, list, &error));
	assert_true(list->count == 1);
	return list->layouts;
}

static void open_changed(struct reading *r, const struct changed *k)
{
	struct error error = {0};

	*r = (struct reading){.file = elf_write(&k->spec)};
	r->image = image_open_bytes("memory", elf_span(&r->file), &error);
	assert_non_null(r->image);
}

static void rest_of_layout(void **state)
{
	struct notes both = notes;
	const struct layout *layout;
	struct layout_list list;
	struct reading r;
	struct changed k;

	(void)state;
	start(&k);
	both.image.stride_align = 128;
	both.image.stride = PERCPU_NOTE_UNSPECIFIED_64;
	both.image.reserve = 0x100;
	add_section(&k, note_section(PERCPU_NOTE_SECTION, &both, sizeof(both)));
	open_changed(&r, &k);
	layout = first_layout(&r, &list);
	assert_non_null(layout->note);
	assert_int_equal(
		note_agreed(layout->note, NOTE_REGISTER).value, PERCPU_NOTE_REGISTER_GS_BASE);
	assert_string_equal(layout->placement_source, "symbols");
	/* 0x40 bytes and the reserve, rounded up. */
	assert_int_equal(layout->stride.value, 0x180);
	release(&r);

	/* Without symbols the note says where the areas are, but not at which address. */
	k.spec.symbol_count = 0;
	open_changed(&r, &k);
	layout = first_layout(&r, &list);
	assert_string_equal(layout->profile->name, "generic");
	assert_int_equal(layout->placement, PLACEMENT_OVERLAY);
	assert_string_equal(layout->placement_source, "note");
	assert_false(layout->area_start.known);
	release(&r);
}

/* Whoever put a note in a kernel of Linux: it is not about Linux's section. */
static void other_systems(void **state)
{
	struct percpu_note_unit unit;
	struct changed k;

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1].name = ".data..percpu";
	k.symbols[4].name = "__per_cpu_start";
	k.symbols[5].name = "__per_cpu_end";
	k.spec.symbol_count = 6;
	add_section(&k, note_section(PERCPU_NOTE_SECTION,
				unit_of_model(&unit, PERCPU_NOTE_MODEL_NONZERO), 30));
	assert_model(&k, "zero", "profile");
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 0);
}

/* Code for per-CPU data, and no section: an error where a variable is there after all. */
static void section_that_is_lost(void **state)
{
	struct notes both = notes;
	struct changed k;

	(void)state;
	start(&k);
	k.sections[KERNEL_PERCPU - 1] = note_section(PERCPU_NOTE_SECTION, &both, sizeof(both));
	k.spec.segment_count = 2;
	k.spec.symbol_count = 2;
	assert_int_equal(findings(&k, NULL, SEVERITY_WARNING), 0);
	assert_int_equal(findings(&k, NULL, SEVERITY_NOTE), 1);
	assert_int_equal(findings(&k, "section_present", SEVERITY_NOTE), 1);
	add_symbol(&k,
		(struct elf_symbol){"_percpu_load_start", SHN_UNDEF, 0, 0, STT_NOTYPE, STB_WEAK});
	assert_int_equal(findings(&k, "bounds_defined", SEVERITY_ERROR), 0);
	k.spec.symbol_count = 2;
	add_symbol(&k, (struct elf_symbol){"__PERCPU_COUNT", KERNEL_DATA, KERNEL_BASE + 0x1008, 8,
			       STT_OBJECT, STB_GLOBAL});
	assert_int_equal(findings(&k, "section_present", SEVERITY_ERROR), 1);
	assert_int_equal(findings(&k, NULL, SEVERITY_ERROR), 1);
	/* Plain globals are where they are. */
	both.unit.mode = PERCPU_NOTE_MODE_NAIVE;
	assert_int_equal(findings(&k, NULL, SEVERITY_NOTE), 0);
}

/* Of a file without a layout its notes are judged all the same. */
static void file_without_layout(void **state)
{
	struct elf_section section = note_section(PERCPU_NOTE_SECTION, &notes, 40);
	struct changed k = {.spec = {.machine = EM_X86_64,
				    .type = ET_REL,
				    .sections = &section,
				    .section_count = 1}};

	(void)state;
	assert_findings(&k, "note_agrees", 1, SEVERITY_ERROR);
	k.options.levels[CHECK_ID_note_agrees] = LEVEL_ALLOW;
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 0);
	k.options.levels[CHECK_ID_note_agrees] = LEVEL_DEFAULT;
	section.size = sizeof(notes);
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 0);
}

/* Without section headers the segments have it. */
static void without_section_headers(void **state)
{
	const struct elf_section section = note_section(PERCPU_NOTE_SECTION, &notes, sizeof(notes));
	const struct elf_segment segment = {
		1, PF_R, 0, 0, sizeof(notes), sizeof(notes), 4, PT_NOTE};
	const struct elf_spec spec = {.machine = EM_X86_64,
		.type = ET_EXEC,
		.sections = &section,
		.section_count = 1,
		.segments = &segment,
		.segment_count = 1};
	struct elf_file file = elf_write(&spec);
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)file.data;
	Elf64_Phdr *program = (Elf64_Phdr *)(void *)(file.data + file.phoff);
	struct error error = {0};

	(void)state;
	header->e_shoff = 0;
	header->e_shnum = header->e_shstrndx = 0;
	for (unsigned beyond = 0; beyond < 2; beyond++) {
		struct abi_note note = {0};
		struct arena arena = {0};
		struct image *image;

		program->p_filesz = beyond ? file.size + 1 : sizeof(notes);
		image = image_open_bytes("memory", elf_span(&file), &error);
		assert_non_null(image);
		assert_true(note_read(image, &arena, &note, &error));
		assert_int_equal(note.image_count, beyond ? 0 : 1);
		image_close(image);
		arena_release(&arena);
	}
	free(file.data);
}

/* ---- the objects of the link ------------------------------------------------------------------
 */

static void notes_of_objects(void **state)
{
	struct percpu_note_unit unit = notes.unit;
	struct abi_note nothing = {0};
	struct inputs inputs = {0};
	struct reading r;
	struct changed k;

	(void)state;
	start(&k);
	unit.reg = PERCPU_NOTE_REGISTER_TP;
	read_bytes(&r, &unit, sizeof(unit));
	inputs.note = &r.note;
	inputs.member_note = &nothing;
	k.inputs = &inputs;
	/* The linked file has lost them. */
	assert_findings(&k, "note_agrees", 0, SEVERITY_WARNING);
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 1);
	add_section(&k, note_section(PERCPU_NOTE_SECTION, &notes, sizeof(notes)));
	assert_only(&k, "note_agrees", 1);
	/* Members of an archive need not be in it. */
	inputs.note = &nothing;
	inputs.member_note = &r.note;
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 0);
	k.spec.section_count--;
	assert_int_equal(findings(&k, "note_agrees", SEVERITY_NOTE), 1);
	release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field),
		cmocka_unit_test(names_of_values),
		cmocka_unit_test(cut_at_each_byte),
		cmocka_unit_test(every_byte_changed),
		cmocka_unit_test(values_that_do_not_exist),
		cmocka_unit_test(newer_version),
		cmocka_unit_test(notes_of_others),
		cmocka_unit_test(sections_that_are_read),
		cmocka_unit_test(gaps_of_zeros),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(overlapping_sections),
		cmocka_unit_test(model_of_kernel),
		cmocka_unit_test(model_of_object),
		cmocka_unit_test(rest_of_layout),
		cmocka_unit_test(other_systems),
		cmocka_unit_test(section_that_is_lost),
		cmocka_unit_test(file_without_layout),
		cmocka_unit_test(without_section_headers),
		cmocka_unit_test(notes_of_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
