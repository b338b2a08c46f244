/*
 * Traps that come back. Linux warns by the instruction that it also dies by - ud2, brk, ebreak,
 * break - and __bug_table says which of them do: struct bug_entry in include/asm-generic/bug.h.
 */
#include <stdlib.h>

#include "lib/code/flow.h"

enum { FLAG_WARNING = 1 }; /* BUGFLAG_WARNING */

/* The forms that the structure has had: of kernels without file and line, with, and with a text. */
static const struct form {
	uint8_t size, flags_at;
} forms[] = {{12, 10}, {16, 14}, {8, 4}};

struct table {
	struct span bytes;
	uint64_t address;
};

/* An entry begins with the distance from itself to the trap. */
static uint64_t trap_of(const struct table *table, uint64_t at)
{
	const int32_t distance = (int32_t)read_le32(table->bytes.data + at);

	return table->address + at + (uint64_t)distance;
}

static bool is_code(const struct image *image, uint64_t address)
{
	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		if ((s->flags & SHF_EXECINSTR) && address - s->addr < s->size)
			return true;
	}
	return false;
}

/* In any other form what is not a distance is taken for one, and leads anywhere. */
static const struct form *form_of(const struct image *image, const struct table *table)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		bool fits = table->bytes.size % forms[i].size == 0;

		for (uint64_t at = 0; fits && at < table->bytes.size; at += forms[i].size)
			fits = is_code(image, trap_of(table, at));
		if (fits)
			return &forms[i];
	}
	return NULL;
}

static int compare(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

bool warnings_read(const struct image *image, struct arena *arena, struct warnings *warnings)
{
	const struct section *s = image_section_named(image, "__bug_table");
	struct table table = {{0}, 0};
	const struct form *form;
	uint64_t *items;

	*warnings = (struct warnings){0};
	if (!s || image->kind == IMAGE_OBJECT)
		return true;
	table = (struct table){image_section_bytes(image, s->index), s->addr};
	form = table.bytes.size ? form_of(image, &table) : NULL;
	if (!form)
		return true;
	items = ARENA_ARRAY(arena, uint64_t, table.bytes.size / form->size);
	if (!items)
		return false;
	for (uint64_t at = 0; at < table.bytes.size; at += form->size)
		if (table.bytes.data[at + form->flags_at] & FLAG_WARNING)
			items[warnings->count++] = trap_of(&table, at);
	qsort(items, warnings->count, sizeof(*items), compare);
	warnings->items = items;
	return true;
}

bool flow_goes_on(const struct flow_file *file, const struct insn *insn, uint64_t address)
{
	if (insn->kind != INSN_BRANCH || insn->falls)
		return true;
	if (insn->direct)
		return file->patches.count && patches_has(&file->patches, address);
	return file->warnings.count && bsearch(&address, file->warnings.items, file->warnings.count,
					       sizeof(address), compare);
}
