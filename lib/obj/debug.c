/*
 * Variables of debug information, by address. Their places are found as bytes first: a location is
 * the operation for an address, behind its length, and of a kernel's millions of entries only those
 * are read that lead to one.
 */
#include "lib/obj/debug.h"

#include <stdlib.h>
#include <string.h>

#include "lib/obj/internal.h"

/* A location's bytes: an address of 8 bytes, behind it at most what DW_OP_plus_uconst takes. */
enum { ADDRESS_BYTES = 9, LOCATION_MOST = ADDRESS_BYTES + 1 + 10 };

/* Functions in functions, and blocks in blocks. */
enum { NESTED_MOST = 64 };

/* Offsets in .debug_info where a location may be, rising. */
struct hits {
	Dwarf_Off *items;
	size_t count, room;
};

static bool is_wanted(const struct debug_wanted *wanted, uint64_t address)
{
	if (!address && !wanted->at_zero)
		return false;
	for (size_t i = 0; i < wanted->range_count; i++)
		if (address - wanted->ranges[i].start < wanted->ranges[i].size)
			return true;
	return false;
}

static bool add_hit(struct debug *debug, struct hits *hits, Dwarf_Off offset)
{
	if (!ARENA_GROW(debug->arena, hits->items, hits->count, hits->room))
		return error_memory(debug->error);
	hits->items[hits->count++] = offset;
	return true;
}

/* Is there a location at `at`, whose length stands before it? Any by index, which says nothing. */
static bool is_location(const struct debug *debug, struct span info, size_t at)
{
	const uint8_t length = info.data[at - 1];

	if (info.data[at] == DW_OP_addrx)
		return length >= 2 && length <= LOCATION_MOST;
	return length >= ADDRESS_BYTES && length <= LOCATION_MOST &&
	       info.size - at >= ADDRESS_BYTES &&
	       is_wanted(debug->wanted, read_le64(info.data + at + 1));
}

static bool find_operations(
	struct debug *debug, struct span info, uint8_t operation, struct hits *hits)
{
	const uint8_t *end = info.data + info.size, *at = info.data;

	while (++at < end && (at = memchr(at, operation, (size_t)(end - at))) != NULL)
		if (is_location(debug, info, (size_t)(at - info.data)) &&
			!add_hit(debug, hits, (Dwarf_Off)(at - info.data)))
			return false;
	return true;
}

static int compare_offsets(const void *left, const void *right)
{
	const Dwarf_Off a = *(const Dwarf_Off *)left, b = *(const Dwarf_Off *)right;

	return a < b ? -1 : a > b;
}

static bool find_hits(struct debug *debug, struct hits *hits)
{
	const struct span info = debug->sections.bytes[DEBUG_INFO];
	const bool indexed = debug->sections.bytes[DEBUG_ADDR].size != 0;

	if (!find_operations(debug, info, DW_OP_addr, hits) ||
		(indexed && !find_operations(debug, info, DW_OP_addrx, hits)))
		return false;
	if (indexed && hits->count)
		qsort(hits->items, hits->count, sizeof(*hits->items), compare_offsets);
	return true;
}

/* Is one of them in [start, end)? */
static bool has_hit(const struct hits *hits, Dwarf_Off start, Dwarf_Off end)
{
	size_t low = 0, high = hits->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (hits->items[middle] < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < hits->count && hits->items[low] < end;
}

/* The address that a location says by itself; one that takes a register, or a value, says none. */
static bool location_of(struct debug *debug, Dwarf_Die die, struct debug_value *address)
{
	Dwarf_Error cause = NULL;
	Dwarf_Addr there = 0;
	struct span e;
	uint8_t operation;

	*address = (struct debug_value){0};
	if (!debug_expression(debug, die, DW_AT_location, &e))
		return false;
	if (!e.size)
		return true;
	operation = *e.data;
	e = (struct span){e.data + 1, e.size - 1};
	if (operation == DW_OP_addr && e.size >= 8) {
		there = read_le64(e.data);
		e = (struct span){e.data + 8, e.size - 8};
	} else if (operation != DW_OP_addrx ||
		   dwarf_debug_addr_index_to_addr(die, debug_take_uleb(&e), &there, &cause) !=
			   DW_DLV_OK)
		return !cause || debug_failed(debug->sections.dwarf, cause, debug->error);
	if (e.size && *e.data == DW_OP_plus_uconst) {
		e = (struct span){e.data + 1, e.size - 1};
		there += debug_take_uleb(&e);
	}
	*address = (struct debug_value){!e.size, there};
	return true;
}

/* Names and type, which may be those of the declaration that this is the definition of. */
static bool describe(struct debug *debug, Dwarf_Die die, struct debug_entry *entry, unsigned hops)
{
	struct debug_place origin;
	Dwarf_Die declaration;
	bool ok = true;

	if (!entry->linkage_name &&
		!debug_string(debug, die, DW_AT_linkage_name, &entry->linkage_name))
		return false;
	if (!entry->linkage_name &&
		!debug_string(debug, die, DW_AT_MIPS_linkage_name, &entry->linkage_name))
		return false;
	if (!entry->name && !debug_string(debug, die, DW_AT_name, &entry->name))
		return false;
	if (!entry->type.known && !debug_reference(debug, die, DW_AT_type, &entry->type))
		return false;
	if (!debug_reference(debug, die, DW_AT_specification, &origin) ||
		(!origin.known && !debug_reference(debug, die, DW_AT_abstract_origin, &origin)))
		return false;
	if (!origin.known || !hops)
		return true;
	if (!debug_entry_at(debug, origin, &declaration))
		return false;
	ok = describe(debug, declaration, entry, hops - 1);
	dwarf_dealloc_die(declaration);
	return ok;
}

/* A compiler puts a dot and a number behind the name of a static one, or a suffix of its own. */
static bool is_called(const struct debug_entry *entry, const char *symbol)
{
	const size_t length = entry->name ? strlen(entry->name) : 0;

	if (entry->linkage_name && strcmp(entry->linkage_name, symbol) == 0)
		return true;
	return length && strncmp(entry->name, symbol, length) == 0 &&
	       (symbol[length] == '\0' || symbol[length] == '.');
}

static bool add_variable(struct debug *debug, Dwarf_Die die)
{
	enum { HOPS = 4 };
	struct debug_entry entry = {0};
	struct debug_value address;

	if (!location_of(debug, die, &address))
		return false;
	if (!address.known || !is_wanted(debug->wanted, address.value))
		return true;
	entry.address = address.value;
	if (!describe(debug, die, &entry, HOPS))
		return false;
	if (!address.value && !is_called(&entry, debug->wanted->at_zero))
		return true;
	if (!ARENA_GROW(debug->arena, debug->entries, debug->entry_count, debug->entry_room))
		return error_memory(debug->error);
	debug->entries[debug->entry_count++] = entry;
	return true;
}

/* Reads what leads to a hit, from *die, which it frees, to the last one beside it. */
static bool walk(
	struct debug *debug, const struct hits *hits, Dwarf_Die *die, Dwarf_Off end, unsigned depth)
{
	Dwarf_Error cause = NULL;
	Dwarf_Off offset = 0, next;
	bool ok = true;

	if (*die && dwarf_dieoffset(*die, &offset, &cause) != DW_DLV_OK)
		return debug_failed(debug->sections.dwarf, cause, debug->error);
	for (next = offset; ok && *die; offset = next) {
		const struct debug_place here = {offset, true, true};
		Dwarf_Die child = NULL, self = NULL;
		Dwarf_Half tag = 0;

		if (!debug_next(debug, &next, die))
			return false;
		if (!has_hit(hits, offset, *die ? next : end))
			continue;
		if (!debug_entry_at(debug, here, &self))
			return false;
		if (dwarf_tag(self, &tag, &cause) != DW_DLV_OK)
			ok = debug_failed(debug->sections.dwarf, cause, debug->error);
		else if (tag == DW_TAG_variable)
			ok = add_variable(debug, self);
		else
			ok = !depth ||
			     (debug_child(debug, self, &child) &&
				     walk(debug, hits, &child, *die ? next : end, depth - 1));
		dwarf_dealloc_die(self);
		if (child)
			dwarf_dealloc_die(child);
	}
	return ok;
}

/* A unit whose entries are in another file is as good as empty. */
static bool note_split(struct debug *debug, Dwarf_Die unit)
{
	bool dwo = false, gnu = false;

	if (!debug_has(debug, unit, DW_AT_dwo_name, &dwo) ||
		!debug_has(debug, unit, DW_AT_GNU_dwo_name, &gnu))
		return false;
	debug->split |= dwo || gnu;
	return true;
}

static bool read_unit(struct debug *debug, const struct hits *hits, Dwarf_Off start, Dwarf_Off end)
{
	enum { SKELETON_MOST = 256 }; /* bytes */
	const bool wanted = has_hit(hits, start, end);
	Dwarf_Error cause = NULL;
	Dwarf_Die unit = NULL, child = NULL;
	bool ok;

	if (!wanted && (debug->split || end - start > SKELETON_MOST))
		return true;
	switch (dwarf_siblingof_b(debug->sections.dwarf, NULL, true, &unit, &cause)) {
	case DW_DLV_OK:
		break;
	case DW_DLV_NO_ENTRY:
		return true;
	default:
		return debug_failed(debug->sections.dwarf, cause, debug->error);
	}
	ok = note_split(debug, unit);
	if (ok && wanted)
		ok = debug_child(debug, unit, &child) &&
		     walk(debug, hits, &child, end, NESTED_MOST);
	if (child)
		dwarf_dealloc_die(child);
	dwarf_dealloc_die(unit);
	return ok;
}

static bool read_units(struct debug *debug, const struct hits *hits)
{
	Dwarf_Off start = 0;
	Dwarf_Unsigned next = 0;

	for (;; start = next) {
		Dwarf_Error cause = NULL;
		Dwarf_Unsigned length, type_offset;
		Dwarf_Half version, address_size, length_size, extension_size, kind;
		Dwarf_Off abbreviations;
		Dwarf_Sig8 signature;
		const int result = dwarf_next_cu_header_d(debug->sections.dwarf, true, &length,
			&version, &abbreviations, &address_size, &length_size, &extension_size,
			&signature, &type_offset, &next, &kind, &cause);

		if (result == DW_DLV_NO_ENTRY)
			return true;
		if (result != DW_DLV_OK)
			return debug_failed(debug->sections.dwarf, cause, debug->error);
		if (!read_unit(debug, hits, start, next))
			return false;
	}
}

static int compare_entries(const void *left, const void *right)
{
	const struct debug_entry *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	/* As they were read: two definitions of one variable are told from others by that. */
	return a->type.offset < b->type.offset ? -1 : a->type.offset > b->type.offset;
}

static bool read_variables(struct debug *debug)
{
	struct hits hits = {0};

	if (!debug_sections_open(&debug->sections, debug->error) || !find_hits(debug, &hits) ||
		!read_units(debug, &hits))
		return false;
	if (debug->entry_count)
		qsort(debug->entries, debug->entry_count, sizeof(*debug->entries), compare_entries);
	return true;
}

static const char *why_none(const struct image *image)
{
	/* What GNU tools did before there was SHF_COMPRESSED. */
	if (image_section_named(image, ".zdebug_info"))
		return "the debug information is in .zdebug sections, which are not read; "
		       "decompress them: objcopy --decompress-debug-sections";
	return "no debug information; compile with -g";
}

static const char *why_empty(const struct debug *debug)
{
	if (debug->split)
		return "the debug information is in .dwo files, which are not read";
	if (debug->supplementary)
		return "the debug information is in a file that dwz has made, which is not read";
	return "the debug information has no per-CPU variable";
}

struct debug *debug_open(const struct image *image, const struct debug_wanted *wanted,
	struct arena *arena, const char **missing, struct error *error)
{
	struct debug *debug = ARENA_NEW(arena, struct debug);

	*missing = NULL;
	if (!debug) {
		error_memory(error);
		return NULL;
	}
	debug->image = image;
	debug->wanted = wanted;
	debug->arena = arena;
	debug->error = error;
	if (!debug_sections_read(image, arena, &debug->sections, error))
		*missing = error->kind ? NULL : why_none(image);
	else if (read_variables(debug) && !debug->entry_count)
		*missing = why_empty(debug);
	if (!*missing && !error->kind)
		return debug;
	debug_close(debug);
	return NULL;
}

static bool covers(struct debug *debug, struct debug_entry *entry, uint64_t address)
{
	if (!entry->resolved && entry->type.known)
		entry->resolved = debug_type_at(debug, entry->type);
	return entry->resolved && address - entry->address < entry->resolved->size;
}

bool debug_variable_at(struct debug *debug, uint64_t address, struct debug_variable *variable)
{
	size_t low = 0, high = debug->entry_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (debug->entries[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* Variables do not overlap: the last one that begins before it, or an alias of that. */
	for (size_t i = low;
		i-- > 0 && debug->entries[i].address == debug->entries[low - 1].address;) {
		struct debug_entry *entry = &debug->entries[i];

		if (covers(debug, entry, address)) {
			*variable = (struct debug_variable){
				.address = entry->address,
				.name = entry->name ? entry->name : "",
				.type = entry->resolved,
			};
			return true;
		}
		if (debug->error->kind)
			return false;
	}
	return false;
}

void debug_close(struct debug *debug)
{
	if (debug)
		debug_sections_close(&debug->sections);
}
