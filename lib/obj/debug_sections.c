/*
 * The sections of debug information, as libdwarf is to see them: decompressed, of an object in one
 * piece a name and relocated.
 */
#include <inttypes.h>
#include <string.h>

#include "arch/reloc.h"
#include "lib/obj/internal.h"

static const char *const names[DEBUG_SECTIONS] = {"", ".debug_info", ".debug_types",
	".debug_abbrev", ".debug_str", ".debug_line_str", ".debug_str_offsets", ".debug_addr"};

uint64_t debug_address(const struct image *image, uint32_t section, uint64_t address)
{
	/* No section is that large. */
	return image->kind == IMAGE_OBJECT ? ((uint64_t)section << 40) + address : address;
}

/* Of each section of debug information: its content, and where in all of its name that begins. */
struct piece {
	struct span content;
	uint64_t start;
	uint8_t *copy; /* of an object's, which is relocated; else NULL */
};

struct gathering {
	const struct image *image;
	struct arena *arena;
	struct error *error;
	struct piece *pieces; /* by section */
};

static bool is_named(const struct section *section, const char *name)
{
	return section->type != SHT_NOBITS && !(section->flags & SHF_ALLOC) &&
	       strcmp(section->name, name) == 0;
}

/* Of one name an object may have several: a unit of a type is in a group of its own. */
static bool join(const struct gathering *g, const char *name, struct span *whole)
{
	uint8_t *copy = arena_alloc(g->arena, 1, whole->size + 1);

	if (!copy)
		return error_memory(g->error);
	for (size_t i = 1; i < g->image->section_count; i++) {
		struct piece *piece = &g->pieces[i];

		if (!is_named(&g->image->sections[i], name))
			continue;
		piece->copy = copy + piece->start;
		if (piece->content.size)
			memcpy(piece->copy, piece->content.data, piece->content.size);
	}
	whole->data = copy;
	return true;
}

static bool gather(const struct gathering *g, const char *name, struct span *whole)
{
	size_t count = 0;

	for (size_t i = 1; i < g->image->section_count; i++) {
		struct piece *piece = &g->pieces[i];

		if (!is_named(&g->image->sections[i], name))
			continue;
		/* What is decompressed belongs to the image, which does not change by it. */
		if (!image_section_content((struct image *)g->image, i, &piece->content, g->error))
			return false;
		piece->start = whole->size;
		whole->data = piece->content.data;
		whole->size += piece->content.size;
		count++;
	}
	return count == 0 || (count == 1 && g->image->kind != IMAGE_OBJECT) || join(g, name, whole);
}

/* S of a relocation: an address, or an offset in what a section of debug information became. */
static bool symbol_place(const struct gathering *g, uint32_t index, uint64_t *value)
{
	struct symbol symbol;

	if (!image_symbol(g->image, index, &symbol, g->error))
		return false;
	*value = symbol.value;
	if (symbol.section == SYMBOL_UNDEFINED || symbol.section >= g->image->section_count)
		return true;
	if (g->image->sections[symbol.section].flags & SHF_ALLOC)
		*value = debug_address(g->image, symbol.section, symbol.value);
	else
		*value += g->pieces[symbol.section].start;
	return true;
}

/* The new value of a place that holds `old`. The tables have a difference's halves by name. */
static uint64_t relocated(const struct reloc_info *info, uint64_t old, uint64_t value)
{
	const char *operation = strrchr(info->name, '_') + 1;

	if (info->class != RELOC_DELTA || strncmp(operation, "SET", 3) == 0)
		return value;
	return strncmp(operation, "SUB", 3) == 0 ? old - value : old + value;
}

static void apply(const struct reloc_info *info, uint8_t *place, uint64_t value)
{
	uint64_t old = 0, new;

	for (size_t i = 0; i < info->bytes; i++)
		old |= (uint64_t)place[i] << 8 * i;
	new = (old & ~info->field) | (relocated(info, old, value) & info->field);
	for (size_t i = 0; i < info->bytes; i++)
		place[i] = (uint8_t)(new >> 8 * i);
}

/* Of the rest none says where a type or a variable is: thread-local data, the length of code. */
static bool is_applied(const struct reloc_info *info)
{
	return info->bytes && info->bytes <= 8 &&
	       (info->class == RELOC_WORD || info->class == RELOC_OFFSET ||
		       info->class == RELOC_DELTA);
}

static bool relocate(const struct gathering *g, const struct section *rela)
{
	const struct piece *piece = &g->pieces[rela->info];
	const size_t count = image_reloc_count(g->image, rela);

	for (size_t i = 0; i < count; i++) {
		const struct reloc reloc = image_reloc(g->image, rela, i);
		const struct reloc_info *info = reloc_info(g->image->arch, reloc.type);
		uint64_t value;

		if (!info)
			return error_set(g->error, ERROR_INPUT,
				"%.64s: relocation %zu has type %" PRIu32 ", which is not known",
				rela->name, i, reloc.type);
		if (!is_applied(info))
			continue;
		if (!range_within(reloc.offset, info->bytes, piece->content.size))
			return error_set(g->error, ERROR_INPUT,
				"%.64s: relocation %zu is at 0x%" PRIx64
				", but the section has 0x%zx bytes",
				rela->name, i, reloc.offset, piece->content.size);
		if (!symbol_place(g, reloc.symbol, &value))
			return false;
		apply(info, piece->copy + reloc.offset, value + (uint64_t)reloc.addend);
	}
	return true;
}

static bool relocate_all(const struct gathering *g)
{
	for (size_t i = 1; i < g->image->section_count; i++) {
		const struct section *s = &g->image->sections[i];

		if (s->type == SHT_RELA && s->info < g->image->section_count &&
			g->pieces[s->info].copy && s->link == g->image->symtab && s->link &&
			!relocate(g, s))
			return false;
	}
	return true;
}

bool debug_sections_read(const struct image *image, struct arena *arena,
	struct debug_sections *sections, struct error *error)
{
	const struct gathering g = {
		.image = image,
		.arena = arena,
		.error = error,
		.pieces = ARENA_ARRAY(arena, struct piece, image->section_count + 1),
	};

	if (!g.pieces)
		return error_memory(error);
	sections->file_size = image->file_size;
	for (size_t i = 0; i < DEBUG_SECTIONS; i++) {
		if (i && !gather(&g, names[i], &sections->bytes[i]))
			return false;
		sections->file_size += sections->bytes[i].size;
	}
	if (image->kind == IMAGE_OBJECT && !relocate_all(&g))
		return false;
	return sections->bytes[DEBUG_INFO].size != 0;
}

/*
 * libdwarf's object interface. With 0.2 of it its members got other names and section numbers
 * another type, and the size of the file is asked for. The error that its functions may set is a
 * number of libdwarf's; none of ours fails.
 */
#if LIBDWARF_NEW
typedef Dwarf_Unsigned section_number;
typedef Dwarf_Obj_Access_Section_a section_info;
#define FIELD(name) as_##name
#define METHOD(name) om_##name
#else
typedef Dwarf_Half section_number;
typedef Dwarf_Obj_Access_Section section_info;
#define FIELD(name) name
#define METHOD(name) name
#endif

static int section_info_of(void *object, section_number index, section_info *info, int *error)
{
	const struct debug_sections *sections = object;

	(void)error;
	if (index >= DEBUG_SECTIONS)
		return DW_DLV_NO_ENTRY;
	memset(info, 0, sizeof(*info));
	/* One that is there, and empty, is an error to it. */
	info->FIELD(name) = sections->bytes[index].size ? names[index] : "";
	info->FIELD(size) = sections->bytes[index].size;
	info->FIELD(type) = index ? SHT_PROGBITS : SHT_NULL;
	return DW_DLV_OK;
}

/* Never written to: nothing is relocated by libdwarf. */
static int load_section(void *object, section_number index, Dwarf_Small **data, int *error)
{
	const struct debug_sections *sections = object;

	(void)error;
	if (!index || index >= DEBUG_SECTIONS)
		return DW_DLV_NO_ENTRY;
	*data = (Dwarf_Small *)sections->bytes[index].data;
	return DW_DLV_OK;
}

static Dwarf_Small size_of_address(void *object)
{
	(void)object;
	return 8;
}

/* Of 32-bit DWARF, which is what a 64-bit file has too; units say so themselves. */
static Dwarf_Small size_of_length(void *object)
{
	(void)object;
	return 4;
}

static Dwarf_Unsigned section_count(void *object)
{
	(void)object;
	return DEBUG_SECTIONS;
}

#if LIBDWARF_NEW
static Dwarf_Small byte_order(void *object)
{
	(void)object;
	return DW_END_little;
}

static Dwarf_Unsigned file_size(void *object)
{
	return ((const struct debug_sections *)object)->file_size;
}

typedef Dwarf_Obj_Access_Methods_a access_methods;
#else
static Dwarf_Endianness byte_order(void *object)
{
	(void)object;
	return DW_OBJECT_LSB;
}

typedef Dwarf_Obj_Access_Methods access_methods;
#endif

static const access_methods methods = {
	.METHOD(get_section_info) = section_info_of,
	.METHOD(get_byte_order) = byte_order,
	.METHOD(get_length_size) = size_of_length,
	.METHOD(get_pointer_size) = size_of_address,
	.METHOD(get_section_count) = section_count,
	.METHOD(load_section) = load_section,
#if LIBDWARF_NEW
	.om_get_filesize = file_size,
#endif
};

bool debug_sections_open(struct debug_sections *sections, struct error *error)
{
	Dwarf_Error cause = NULL;
	int result;

#if LIBDWARF_NEW
	sections->interface.ai_object = sections;
	sections->interface.ai_methods = &methods;
#else
	sections->interface.object = sections;
	sections->interface.methods = &methods;
#endif
	result = dwarf_object_init_b(
		&sections->interface, NULL, NULL, DW_GROUPNUMBER_ANY, &sections->dwarf, &cause);
	if (result == DW_DLV_OK)
		return true;
	sections->dwarf = NULL;
	return debug_failed(NULL, cause, error);
}

void debug_sections_close(struct debug_sections *sections)
{
	if (!sections->dwarf)
		return;
#if LIBDWARF_NEW
	dwarf_object_finish(sections->dwarf);
#else
	dwarf_object_finish(sections->dwarf, NULL);
#endif
	sections->dwarf = NULL;
}

bool debug_failed(Dwarf_Debug dwarf, Dwarf_Error cause, struct error *error)
{
	if (!cause)
		return error_set(error, ERROR_INPUT, "debug information cannot be read");
	if (dwarf_errno(cause) == DW_DLE_ALLOC_FAIL)
		error_memory(error);
	else
		error_set(error, ERROR_INPUT, "debug information is damaged: libdwarf says %.200s",
			dwarf_errmsg(cause));
	dwarf_dealloc_error(dwarf, cause);
	return false;
}
