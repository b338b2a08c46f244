#include "lib/model/functions.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/parallel.h"

/* Of a large kernel there are a hundred thousand: what else there is to one its symbol has. */
struct function {
	uint64_t value;
	uint32_t section;
	uint32_t symbol; /* index; REPLACEMENT and its bytes where it has none */
};

/* What Linux puts in place of instructions, in a file whose symbols are gone. */
enum { REPLACEMENT = 1 << 30 };

/* Data among the code of a section. */
struct data {
	struct data_range range;
	uint32_t section;
};

struct functions {
	const struct image *image;
	struct function *items;
	size_t count;
	struct data *data; /* in the order of sections and places; no two touch */
	size_t data_count;
};

static struct symbol symbol_of(const struct functions *functions, const struct function *f)
{
	struct error ignored = {0}; /* it has been read before */
	struct symbol symbol = {.name = ""};

	if (f->symbol & REPLACEMENT)
		return (struct symbol){.size = f->symbol - REPLACEMENT, .type = STT_OBJECT};
	image_symbol(functions->image, f->symbol, &symbol, &ignored);
	return symbol;
}

/*
 * Labels of assembly have neither type nor size; `$x` and `.L` ones mark no function, nor do those
 * that gas makes of `1:` and for itself, which have a control character: `L0\001`.
 */
static bool is_named(const struct image *image, const struct symbol *symbol)
{
	if (symbol->section >= image->section_count || !symbol->name[0])
		return false;
	if (symbol->type == STT_FUNC || symbol->type == STT_GNU_IFUNC || symbol->type == STT_OBJECT)
		return true;
	return symbol->type == STT_NOTYPE && symbol->name[0] != '$' && symbol->name[0] != '.' &&
	       (image->sections[symbol->section].flags & SHF_EXECINSTR) &&
	       !strpbrk(symbol->name, "\001\002");
}

/* What a mapping symbol says of the bytes from its place on. */
enum mark { MARK_NONE, MARK_CODE, MARK_DATA };

/*
 * ELF for the Arm 64-bit Architecture, "Mapping symbols"; RISC-V psABI, "Mapping Symbol": `$x`,
 * `$d`, behind a point whatever, and on RISC-V the ISA behind `$x`. Names of C that begin so are
 * none: `$data`.
 */
static enum mark mark_of(const struct image *image, const struct symbol *symbol)
{
	const char *name = symbol->name;

	if (name[0] != '$' || (name[1] != 'd' && name[1] != 'x'))
		return MARK_NONE;
	if (!image->arch->mapping_symbols || symbol->section >= image->section_count ||
		symbol->type != STT_NOTYPE || symbol->bind != STB_LOCAL ||
		!(image->sections[symbol->section].flags & SHF_EXECINSTR))
		return MARK_NONE;
	if (name[2] && name[2] != '.' && (name[1] == 'd' || strncmp(name + 2, "rv", 2) != 0))
		return MARK_NONE;
	return name[1] == 'd' ? MARK_DATA : MARK_CODE;
}

/* Local, or without a type. */
static bool is_weaker(const struct symbol *symbol)
{
	return symbol->bind == STB_LOCAL || symbol->type == STT_NOTYPE;
}

/* Of two at one place: the one that gives it its name comes last. */
static int compare(const void *left, const void *right, void *functions)
{
	const struct function *f = left, *g = right;
	const struct symbol a = symbol_of(functions, f), b = symbol_of(functions, g);

	if (f->value != g->value)
		return f->value < g->value ? -1 : 1;
	if (is_weaker(&a) != is_weaker(&b))
		return is_weaker(&a) ? -1 : 1;
	if (a.name != b.name)
		return a.name < b.name ? -1 : 1;
	return f->symbol < g->symbol ? -1 : f->symbol > g->symbol;
}

/*
 * By digits, from the lowest: a comparison of each two would take several times as long. Not so of
 * few.
 */
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FEW = 64 };

/* Section or value, whichever is sorted by. */
static inline uint64_t key_of(const struct function *f, bool by_section)
{
	return by_section ? f->section : f->value;
}

/* By one digit, and in the order they were in where it is the same. */
static inline void sort_by_digit(const struct function *from, struct function *to, size_t count,
	bool by_section, unsigned shift)
{
	uint32_t ends[DIGITS] = {0};
	uint32_t before = 0;

	for (size_t i = 0; i < count; i++)
		ends[key_of(&from[i], by_section) >> shift & (DIGITS - 1)]++;
	for (size_t i = 0; i < DIGITS; i++) {
		before += ends[i];
		ends[i] = before;
	}
	for (size_t i = count; i-- > 0;)
		to[--ends[key_of(&from[i], by_section) >> shift & (DIGITS - 1)]] = from[i];
}

/* `room` is as large. */
static void sort_by(struct function *items, struct function *room, size_t count, bool by_section)
{
	struct function *sorted = items;
	uint64_t differ = 0;

	for (size_t i = 1; i < count; i++)
		differ |= key_of(&items[i], by_section) ^ key_of(&items[0], by_section);
	for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
		struct function *to = sorted == items ? room : items;

		if (!(differ >> shift & (DIGITS - 1)))
			continue;
		sort_by_digit(sorted, to, count, by_section, shift);
		sorted = to;
	}
	if (sorted != items)
		memcpy(items, sorted, count * sizeof(*items));
}

/* Those at one place among themselves, in one section that is in order otherwise. */
static void sort_places(struct functions *functions, struct function *items, size_t count)
{
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count && items[next].value == items[i].value; next++)
			;
		if (next - i > 1)
			qsort_r(items + i, next - i, sizeof(*items), compare, functions);
	}
}

/* Section by section: addresses have fewer digits in one. */
static bool sort(struct functions *functions)
{
	struct function *items = functions->items;
	struct arena own = {0};
	struct function *room = ARENA_ARRAY(&own, struct function, functions->count);

	if (!room)
		return false;
	sort_by(items, room, functions->count, true);
	for (size_t i = 0, next; i < functions->count; i = next) {
		for (next = i + 1;
			next < functions->count && items[next].section == items[i].section; next++)
			;
		if (next - i < FEW) {
			qsort_r(items + i, next - i, sizeof(*items), compare, functions);
			continue;
		}
		sort_by(items + i, room, next - i, false);
		sort_places(functions, items + i, next - i);
	}
	arena_release(&own);
	return true;
}

/* Symbols that one thread reads at a time. */
enum { PART_SYMBOLS = 1 << 14 };

/*
 * Some of the symbols; their functions stand where those of all may, one behind the other, and the
 * mapping symbols among them at the end of the same room.
 */
struct part {
	struct function *items;
	size_t count;
	struct function *marks; /* of which `symbol` is an enum mark */
	size_t mark_count;
	struct error error;
};

struct reading {
	const struct image *image;
	struct function *items; /* room for one a symbol */
	struct part *parts;
};

static void read_part(void *context, size_t index)
{
	const struct reading *r = context;
	struct part *part = &r->parts[index];
	const size_t first = index * PART_SYMBOLS, left = r->image->symbol_count - first;
	const size_t end = first + (left < PART_SYMBOLS ? left : PART_SYMBOLS);

	part->items = r->items + first;
	part->marks = r->items + end;
	for (size_t i = first ? first : 1; i < end; i++) {
		struct symbol symbol;
		enum mark mark;

		if (!image_symbol(r->image, i, &symbol, &part->error))
			return;
		mark = mark_of(r->image, &symbol);
		if (mark != MARK_NONE) {
			*--part->marks = (struct function){symbol.value, symbol.section, mark};
			part->mark_count++;
		} else if (is_named(r->image, &symbol))
			part->items[part->count++] =
				(struct function){symbol.value, symbol.section, (uint32_t)i};
	}
}

/* Of several at one place code has it, as LLVM sees it: a run of no bytes ends there. */
static void find_data(struct functions *functions, const struct function *marks, size_t count)
{
	struct data *last = NULL; /* that has no end so far */

	for (size_t i = 0, next; i < count; i = next) {
		bool code = false;

		for (next = i; next < count && marks[next].section == marks[i].section &&
			       marks[next].value == marks[i].value;
			next++)
			code = code || marks[next].symbol == MARK_CODE;
		if (last && last->section != marks[i].section)
			last = NULL;
		if (code && last) {
			last->range.end = marks[i].value;
			last = NULL;
		} else if (!code && !last) {
			last = &functions->data[functions->data_count++];
			*last = (struct data){{marks[i].value, UINT64_MAX}, marks[i].section};
		}
	}
}

/* Before the functions are joined, which may be put where marks stand. */
static bool join_marks(
	const struct reading *r, size_t parts, struct functions *functions, struct arena *arena)
{
	struct arena own = {0};
	struct function *marks, *room;
	size_t count = 0, data = 0;
	bool ok;

	for (size_t i = 0; i < parts; i++) {
		count += r->parts[i].mark_count;
		for (size_t j = 0; j < r->parts[i].mark_count; j++)
			data += r->parts[i].marks[j].symbol == MARK_DATA;
	}
	if (!data)
		return true;
	marks = ARENA_ARRAY(&own, struct function, count);
	room = ARENA_ARRAY(&own, struct function, count);
	functions->data = ARENA_ARRAY(arena, struct data, data);
	ok = marks && room && functions->data;
	for (size_t i = 0, at = 0; ok && i < parts; at += r->parts[i++].mark_count)
		memcpy(marks + at, r->parts[i].marks, r->parts[i].mark_count * sizeof(*marks));
	if (ok) {
		sort_by(marks, room, count, false);
		sort_by(marks, room, count, true);
		find_data(functions, marks, count);
	}
	arena_release(&own);
	return ok;
}

/* All parts' functions without what is between them; the first error in the order of the file. */
static bool join(
	const struct reading *r, size_t parts, struct functions *functions, struct error *error)
{
	for (size_t i = 0; i < parts; i++) {
		const struct part *part = &r->parts[i];

		if (part->error.kind != ERROR_NONE) {
			*error = part->error;
			return false;
		}
		memmove(functions->items + functions->count, part->items,
			part->count * sizeof(*part->items));
		functions->count += part->count;
	}
	return true;
}

static uint32_t code_section(const struct image *image, uint64_t address)
{
	for (uint32_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		if ((s->flags & SHF_EXECINSTR) && address - s->addr < s->size)
			return i;
	}
	return 0;
}

/* The table of those, where it is read; NULL elsewhere. */
static const struct section *replacements_of(const struct image *image)
{
	const bool known =
		image->arch->machine == EM_AARCH64 || image->arch->machine == EM_LOONGARCH;

	return image->kind == IMAGE_STRIPPED && known
		       ? image_section_named(image, ".altinstructions")
		       : NULL;
}

enum { ENTRY = 12, DISTANCE_AT = 4, SIZE_AT = 11 };

static size_t replacement_count(const struct image *image)
{
	const struct section *table = replacements_of(image);

	return table ? image_section_bytes(image, table->index).size / ENTRY : 0;
}

/*
 * Where symbols are gone: what Linux puts in place of instructions at start-up, where that stands
 * among the code. An entry of .altinstructions on AArch64 and LoongArch (struct alt_instr in
 * arch/.../include/asm/alternative.h) has the distance to it, from where the distance stands, and
 * its size. There is room for them.
 */
static void add_replacements(const struct image *image, struct functions *functions)
{
	const struct section *table = replacements_of(image);
	const struct span bytes =
		table ? image_section_bytes(image, table->index) : (struct span){0};

	for (uint64_t at = 0; range_within(at, ENTRY, bytes.size); at += ENTRY) {
		const uint8_t *entry = bytes.data + at;
		const int32_t distance = (int32_t)read_le32(entry + DISTANCE_AT);
		const uint64_t start = table->addr + at + DISTANCE_AT + (uint64_t)distance;
		const uint32_t section = code_section(image, start);

		if (entry[SIZE_AT] && section)
			functions->items[functions->count++] =
				(struct function){start, section, REPLACEMENT | entry[SIZE_AT]};
	}
}

struct functions *functions_read(
	const struct image *image, unsigned threads, struct arena *arena, struct error *error)
{
	const size_t parts = (image->symbol_count + PART_SYMBOLS - 1) / PART_SYMBOLS;
	struct functions *functions = ARENA_NEW(arena, struct functions);
	struct arena own = {0};
	struct reading r = {
		.image = image,
		/* Of a large table the system gives what is written, not what there is room for. */
		.items = ARENA_ARRAY(
			arena, struct function, image->symbol_count + 1 + replacement_count(image)),
		.parts = ARENA_ARRAY(&own, struct part, parts + 1),
	};
	bool ok = functions && r.items && r.parts;

	if (ok) {
		*functions = (struct functions){.image = image, .items = r.items};
		parallel_for(parts, threads, read_part, &r);
		ok = join_marks(&r, parts, functions, arena) && join(&r, parts, functions, error);
		add_replacements(image, functions);
		ok = ok && sort(functions);
	}
	arena_release(&own);
	if (!ok && error->kind == ERROR_NONE)
		error_memory(error);
	return ok ? functions : NULL;
}

static bool starts_behind(const struct function *f, uint32_t section, uint64_t address)
{
	return f->section != section ? f->section > section : f->value > address;
}

/* How many begin at the address or before it. */
static size_t count_before(const struct functions *functions, uint32_t section, uint64_t address)
{
	size_t low = 0, high = functions->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (starts_behind(&functions->items[middle], section, address))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* What has no size reaches to the next name. */
struct function_extent functions_extent(
	const struct functions *functions, uint32_t section, uint64_t address)
{
	const size_t next = count_before(functions, section, address);
	const struct function *f = next ? &functions->items[next - 1] : NULL;
	struct function_extent extent = {.end = UINT64_MAX};
	struct symbol symbol;

	if (next < functions->count && functions->items[next].section == section)
		extent.end = functions->items[next].value;
	if (!f || f->section != section)
		return extent;
	symbol = symbol_of(functions, f);
	extent.named = !symbol.size || address - f->value < symbol.size;
	extent.object = extent.named && symbol.type == STT_OBJECT;
	extent.start = extent.named ? f->value : f->value + symbol.size;
	if (extent.named && symbol.size && symbol.size < extent.end - f->value)
		extent.end = f->value + symbol.size;
	return extent;
}

struct data_range functions_data(
	const struct functions *functions, uint32_t section, uint64_t address)
{
	size_t low = 0, high = functions->data_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct data *data = &functions->data[middle];

		if (data->section != section ? data->section > section : data->range.end > address)
			high = middle;
		else
			low = middle + 1;
	}
	if (low < functions->data_count && functions->data[low].section == section)
		return functions->data[low].range;
	return (struct data_range){UINT64_MAX, UINT64_MAX};
}

const char *functions_at(
	const struct functions *functions, uint32_t section, uint64_t address, uint64_t *offset)
{
	const size_t low = count_before(functions, section, address);
	const struct function *f = low ? &functions->items[low - 1] : NULL;
	struct symbol symbol;

	if (!f)
		return NULL;
	symbol = symbol_of(functions, f);
	*offset = address - f->value;
	if (f->section != section || (symbol.size && *offset >= symbol.size))
		return NULL;
	return symbol.name;
}
