/* Where code reads the registers that may hold the base, and whether it settles at run time which
 * of them does: by a branch, or by changing its own instructions. */
#include <stdlib.h>

#include "lib/check/access.h"

/* Linux for AArch64, struct alt_instr: two offsets that count from themselves - of the code, and of
 * what is put there -, the condition, and the bytes of both. */
enum { ALT_SIZE = 12, ALT_ORIGINAL_BYTES = 10 };

static int compare_read(const void *key, const void *item)
{
	const struct base_read *a = key, *b = item;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static bool read_code(struct check_run *run, uint32_t section, struct base_reads *reads)
{
	const struct arch *arch = run->image->arch;
	const struct span code = image_section_bytes(run->image, section);
	uint64_t at = 0;

	while ((at = arch->next_base(code, at, 0)) < code.size) {
		struct insn insn;

		if (!arch->decode((struct span){code.data + at, code.size - (size_t)at}, &insn)) {
			at += arch->insn_unit;
			continue;
		}
		if (insn.kind == INSN_GET_BASE) {
			if (!ARENA_GROW(run->arena, reads->items, reads->count, reads->room))
				return error_memory(run->error);
			reads->items[reads->count++] = (struct base_read){
				.section = section, .offset = at, .base = insn.base_number};
		}
		at += insn.length;
	}
	return true;
}

/* What is read in `size` bytes there is changed; false where there is no code. */
static bool set_patched(const struct check_run *run, struct base_reads *reads, uint32_t section,
	uint64_t offset, uint8_t size)
{
	const struct image *image = run->image;
	const uint64_t unit = image->arch->insn_unit;

	if (!section || section >= image->section_count ||
		!(image->sections[section].flags & SHF_EXECINSTR) || offset % unit || size % unit ||
		!range_within(offset, size, image->sections[section].size))
		return false;
	for (uint64_t at = offset; at < offset + size; at += unit) {
		struct base_read *read =
			bsearch(&(struct base_read){.section = section, .offset = at}, reads->items,
				reads->count, sizeof(*reads->items), compare_read);

		if (read)
			read->patched = true;
	}
	return true;
}

/* In a linked file the section's bytes say where. */
static bool read_linked(
	const struct check_run *run, const struct section *table, struct base_reads *reads)
{
	const struct image *image = run->image;
	const struct span bytes = image_section_bytes(image, table->index);

	for (size_t at = 0; at < bytes.size; at += ALT_SIZE) {
		const uint64_t address =
			table->addr + at + (uint64_t)(int32_t)read_le32(bytes.data + at);
		uint32_t i = 1;

		while (i < image->section_count &&
			(!(image->sections[i].flags & SHF_EXECINSTR) ||
				address - image->sections[i].addr >= image->sections[i].size))
			i++;
		if (i == image->section_count ||
			!set_patched(run, reads, i, address - image->sections[i].addr,
				bytes.data[at + ALT_ORIGINAL_BYTES]))
			return false;
	}
	return true;
}

/* In an object its relocations do. */
static bool read_relocated(
	const struct check_run *run, const struct section *table, struct base_reads *reads)
{
	const struct image *image = run->image;
	const struct span bytes = image_section_bytes(image, table->index);
	size_t done = 0;

	for (uint32_t i = 1; i < image->section_count; i++) {
		const struct section *rela = &image->sections[i];

		if (rela->info != table->index || !image_is_link_rela(image, rela))
			continue;
		for (size_t j = 0; j < image_reloc_count(image, rela); j++) {
			const struct reloc reloc = image_reloc(image, rela, j);
			struct error ignored = {0};
			struct symbol symbol;

			if (reloc.offset % ALT_SIZE || reloc.offset >= bytes.size)
				continue;
			if (!image_symbol(image, reloc.symbol, &symbol, &ignored) ||
				!set_patched(run, reads, symbol.section,
					symbol.value + (uint64_t)reloc.addend,
					bytes.data[reloc.offset + ALT_ORIGINAL_BYTES]))
				return false;
			done++;
		}
	}
	return done == bytes.size / ALT_SIZE;
}

bool base_reads_find(struct check_run *run, struct base_reads *reads)
{
	const struct image *image = run->image;
	const struct section *table = image_section_named(image, ".altinstructions");

	*reads = (struct base_reads){.readable = true};
	for (uint32_t i = 1; i < image->section_count; i++)
		if (image->sections[i].type == SHT_PROGBITS &&
			(image->sections[i].flags & SHF_EXECINSTR) && !read_code(run, i, reads))
			return false;
	if (!table)
		return true;
	reads->readable = image_section_bytes(image, table->index).size % ALT_SIZE == 0 &&
			  (image->kind == IMAGE_OBJECT ? read_relocated(run, table, reads)
						       : read_linked(run, table, reads));
	return run->error->kind == ERROR_NONE;
}

static uint64_t section_start(const struct check_run *run, uint32_t section)
{
	return run->image->kind == IMAGE_OBJECT ? 0 : run->image->sections[section].addr;
}

/* The first one at or behind the place, or the count. */
static size_t first_from(const struct base_reads *reads, uint32_t section, uint64_t offset)
{
	const struct base_read key = {.section = section, .offset = offset};
	size_t low = 0, high = reads->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare_read(&key, &reads->items[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_patched(
	const struct base_reads *reads, uint32_t section, uint64_t from, uint64_t end)
{
	for (size_t i = first_from(reads, section, from); i < reads->count; i++) {
		if (reads->items[i].section != section || reads->items[i].offset >= end)
			return false;
		if (reads->items[i].patched)
			return true;
	}
	return false;
}

bool base_is_patched(struct check_run *run, struct base_reads *reads, const struct access *access)
{
	const struct functions *functions = functions_of(run);
	const uint64_t start = section_start(run, access->section);

	if (!functions)
		return true;
	if (reads->asked && reads->section == access->section &&
		access->address < reads->extent.end)
		return reads->last;
	reads->asked = true;
	reads->section = access->section;
	reads->extent = functions_extent(functions, access->section, access->address);
	reads->last = has_patched(reads, access->section,
		reads->extent.start > start ? reads->extent.start - start : 0,
		reads->extent.end - start);
	return reads->last;
}

/* As far apart, and so many, are looked at. */
enum { WINDOW = 0x800, NEIGHBOURS = 4 };

static void reach(uint64_t *reached, uint64_t unit)
{
	reached[unit / 64] |= UINT64_C(1) << unit % 64;
}

/*
 * Does a path lead from the one to the other, which stands behind it, without a jump back? Two arms
 * of a choice are in no such order, in a loop either.
 */
static bool leads_to(
	const struct check_run *run, const struct base_read *from, const struct base_read *to)
{
	const struct arch *arch = run->image->arch;
	const struct span code = image_section_bytes(run->image, from->section);
	const uint64_t size = to->offset - from->offset, unit = arch->insn_unit;
	uint64_t reached[WINDOW / 64] = {1};

	for (uint64_t at = 0; at < size; at += unit) {
		const uint64_t offset = from->offset + at;
		struct insn insn;
		uint64_t jump;

		if (!(reached[at / unit / 64] >> at / unit % 64 & 1))
			continue;
		if (!arch->decode(
			    (struct span){code.data + offset, code.size - (size_t)offset}, &insn))
			return true;
		if ((insn.kind != INSN_BRANCH || insn.falls) && at + insn.length <= size)
			reach(reached, (at + insn.length) / unit);
		jump = at + (uint64_t)insn.constant;
		if (insn.kind == INSN_BRANCH && insn.direct && !insn.call && jump > at &&
			jump <= size)
			reach(reached, jump / unit);
	}
	return reached[size / unit / 64] >> size / unit % 64 & 1;
}

static bool is_chosen_from(
	const struct check_run *run, const struct base_reads *reads, size_t i, uint64_t end)
{
	const struct base_read *a = &reads->items[i];
	unsigned others = 0;

	for (i++; i < reads->count && others < NEIGHBOURS; i++) {
		const struct base_read *b = &reads->items[i];

		if (b->section != a->section || b->offset >= end || b->offset - a->offset >= WINDOW)
			return false;
		if (b->base == a->base)
			continue;
		if (!leads_to(run, a, b))
			return true;
		others++;
	}
	return false;
}

bool base_is_chosen(struct check_run *run, const struct base_reads *reads)
{
	const struct functions *functions = functions_of(run);
	uint64_t end = 0;
	uint32_t section = 0;

	for (size_t i = 0; functions && i < reads->count; i++) {
		const struct base_read *a = &reads->items[i];
		const uint64_t start = section_start(run, a->section);

		if (a->section != section || a->offset >= end)
			end = functions_extent(functions, a->section, start + a->offset).end -
			      start;
		section = a->section;
		if (is_chosen_from(run, reads, i, end))
			return true;
	}
	return false;
}
