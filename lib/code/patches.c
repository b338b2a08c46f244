/*
 * What Linux writes over its instructions while it starts, or runs: a jump label is a jump or none,
 * as __jump_table says (struct jump_entry in include/linux/jump_label.h); and what
 * .altinstructions has another form for (struct alt_instr in arch/.../include/asm/alternative.h)
 * may be a jump that is taken out. Both ways are gone.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/code/flow.h"

/* Of an entry both tables have first the distance from itself to the instruction. */
struct table {
	struct span bytes;
	uint64_t address;
};

/* struct jump_entry: where from, where to, each as a distance from its own place; a key. */
enum { LABEL_SIZE = 16, LABEL_TO = 4 };

/* The forms of struct alt_instr: its size, and where the original's length stands. */
static const struct form {
	uint8_t size, length_at;
} forms[] = {
	{12, 10}, /* aarch64, loongarch64, x86_64 */
	{14, 12}, /* x86_64 since 6.3: the flags are 4 bytes */
	{13, 10}, /* x86_64 before 5.13: the length of the padding behind them */
	{16, 10}, /* riscv64: of 2 bytes, of which the second is 0 */
};

static uint64_t at_distance(const struct table *table, uint64_t at)
{
	const int32_t distance = (int32_t)read_le32(table->bytes.data + at);

	return table->address + at + (uint64_t)distance;
}

/* The code from an address on, as far as its section goes; none where there is no code. */
static struct span code_from(const struct image *image, uint64_t address)
{
	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];
		const uint64_t at = address - s->addr;
		struct span code;

		if (!(s->flags & SHF_EXECINSTR) || at >= s->size)
			continue;
		code = image_section_bytes(image, i);
		return at < code.size ? (struct span){code.data + at, code.size - (size_t)at}
				      : (struct span){0};
	}
	return (struct span){0};
}

static bool leads_to_code(const struct image *image, const struct table *table, uint64_t size)
{
	bool fits = table->bytes.size && table->bytes.size % size == 0;

	for (uint64_t at = 0; fits && at < table->bytes.size; at += size)
		fits = code_from(image, at_distance(table, at)).size != 0;
	return fits;
}

static struct table table_of(const struct image *image, const struct section *s)
{
	return s ? (struct table){image_section_bytes(image, s->index), s->addr}
		 : (struct table){{0}, 0};
}

/* From one address to another, where both are in one section. */
static struct table table_between(const struct image *image, uint64_t start, uint64_t end)
{
	for (size_t i = 1; i < image->section_count && start < end; i++) {
		const struct section *s = &image->sections[i];
		const struct span bytes = image_section_bytes(image, i);

		if ((s->flags & SHF_ALLOC) &&
			range_within(start - s->addr, end - start, bytes.size))
			return (struct table){
				{bytes.data + (start - s->addr), (size_t)(end - start)}, start};
	}
	return (struct table){{0}, 0};
}

/* The linker's script has it among the read-only data, between two symbols. */
static struct table label_table(const struct image *image)
{
	const struct section *s = image_section_named(image, "__jump_table");
	struct error ignored = {0};
	uint64_t start = 0, end = 0;

	if (s || !image_section_named(image, "__bug_table"))
		return table_of(image, s);
	for (size_t i = 1; i < image->symbol_count && !(start && end); i++) {
		struct symbol symbol;

		if (!image_symbol(image, i, &symbol, &ignored))
			break;
		if (strcmp(symbol.name, "__start___jump_table") == 0)
			start = symbol.value;
		else if (strcmp(symbol.name, "__stop___jump_table") == 0)
			end = symbol.value;
	}
	return table_between(image, start, end);
}

struct gathered {
	struct patch *items;
	size_t count, room;
	struct arena *arena;
};

static bool add(struct gathered *all, uint64_t address, uint64_t to)
{
	if (!ARENA_GROW(all->arena, all->items, all->count, all->room))
		return false;
	all->items[all->count++] = (struct patch){address, to};
	return true;
}

static bool add_labels(const struct image *image, struct gathered *all)
{
	const struct table table = label_table(image);
	bool ok = true;

	if (!leads_to_code(image, &table, LABEL_SIZE))
		return true;
	for (uint64_t at = 0; ok && at < table.bytes.size; at += LABEL_SIZE)
		ok = add(all, at_distance(&table, at), at_distance(&table, at + LABEL_TO));
	return ok;
}

/* Those of the original's instructions behind which code would end. */
static bool add_original(
	const struct image *image, uint64_t address, uint8_t length, struct gathered *all)
{
	const struct span code = code_from(image, address);
	struct insn insn;

	for (uint64_t at = 0; at < length && at < code.size; at += insn.length) {
		if (!image->arch->decode(
			    (struct span){code.data + at, code.size - (size_t)at}, &insn))
			return true;
		if (insn.kind == INSN_BRANCH && insn.direct && !insn.falls &&
			!add(all, address + at, 0))
			return false;
	}
	return true;
}

static bool add_alternatives(const struct image *image, struct gathered *all)
{
	const struct table table = table_of(image, image_section_named(image, ".altinstructions"));
	const struct form *form = NULL;
	bool ok = true;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && !form; i++)
		if (leads_to_code(image, &table, forms[i].size))
			form = &forms[i];
	for (uint64_t at = 0; form && ok && at < table.bytes.size; at += form->size)
		ok = add_original(image, at_distance(&table, at),
			table.bytes.data[at + form->length_at], all);
	return ok;
}

static int compare(const void *left, const void *right)
{
	const struct patch *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

bool patches_read(const struct image *image, struct arena *arena, struct patches *patches)
{
	struct gathered all = {.arena = arena};

	*patches = (struct patches){0};
	if (image->kind == IMAGE_OBJECT)
		return true;
	if (!add_labels(image, &all) || !add_alternatives(image, &all))
		return false;
	if (all.count)
		qsort(all.items, all.count, sizeof(*all.items), compare);
	*patches = (struct patches){all.items, all.count};
	return true;
}

const struct patch *patches_from(const struct patches *patches, uint64_t address)
{
	size_t low = 0, high = patches->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (patches->items[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return patches->items + low;
}

bool patches_has(const struct patches *patches, uint64_t address)
{
	const struct patch *found = patches_from(patches, address);

	return found != patches->items + patches->count && found->address == address;
}
