/* Does a loader put the template where start-up reads it, and nothing else on top of it? */
#include <stdlib.h>

#include "lib/check/run.h"

/* The larger of 2 MiB - the largest page that linker scripts align to - and the segment's own. */
enum { GAP_MIN = 2 * 1024 * 1024 };

static bool is_load(const struct segment *segment)
{
	return segment->type == PT_LOAD && segment->memsz;
}

static bool wraps(const struct segment *segment)
{
	return segment->vaddr + segment->memsz < segment->vaddr &&
	       segment->vaddr + segment->memsz != 0;
}

/* How far a segment reaches behind its start; one that wraps reaches to the top. */
static uint64_t extent(const struct segment *segment)
{
	return wraps(segment) ? UINT64_MAX - segment->vaddr : segment->memsz;
}

static bool holds(const struct segment *segment, uint64_t address, uint64_t size)
{
	return address >= segment->vaddr &&
	       range_within(address - segment->vaddr, size, extent(segment));
}

const struct segment *segment_of(
	const struct image *image, const struct section *section, size_t *count)
{
	const struct segment *result = NULL;

	*count = 0;
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];

		if (!is_load(segment) || !holds(segment, section->addr, section->size))
			continue;
		result = segment;
		++*count;
	}
	return result;
}

uint64_t template_bytes(const struct layout *layout)
{
	const struct section *s = layout_section(layout);

	return layout->area_size.known && layout->area_size.value <= s->size
		       ? layout->area_size.value
		       : s->size;
}

/* What all checks of this family need; says why when it is missing. */
static bool can_judge(struct check_run *run)
{
	if (run->image->debug_only)
		skipped(run, "a debug file: its program headers describe another file");
	else if (run->image->segment_count == 0)
		skipped(run, "no program headers");
	else
		return layout_section(run->layout)->size != 0;
	return false;
}

static void judge_bytes(
	struct check_run *run, const struct section *s, const struct segment *segment)
{
	const uint64_t into = s->addr - segment->vaddr;
	struct place place = {.section = s, .address = {true, s->addr}};

	if (segment->filesz > segment->memsz)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"program header %u has 0x%" PRIx64
				" bytes in the file, but 0x%" PRIx64
				" in memory: no loader takes it",
				segment->index, segment->filesz, segment->memsz),
			"make every section of the segment ALLOC, or keep it out of the segment");
	if (s->type == SHT_NOBITS)
		return;
	if (!range_within(into, template_bytes(run->layout), segment->filesz))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"program header %u has 0x%" PRIx64
				" bytes in the file, too few for the template: its end is loaded "
				"as zero",
				segment->index, segment->filesz),
			"give the section a program header of its own, or put NOBITS sections "
			"behind it");
	else if (segment->offset + into != s->offset)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"program header %u loads file offset 0x%" PRIx64
				" there, but the section's bytes are at 0x%" PRIx64,
				segment->index, segment->offset + into, s->offset),
			"link again; a tool has moved the section without its segment");
}

/*
 * Physical minus virtual differs by segment in some kernels: any other segment's will do, if it has
 * bytes. One of cleared memory may have been placed behind the section, and then bears its error
 * out.
 */
static bool load_address_fits(
	const struct image *image, const struct segment *own, uint64_t physical, uint64_t read_at)
{
	if (physical == read_at)
		return true;
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *other = &image->segments[i];

		if (other != own && is_load(other) && other->filesz &&
			physical == read_at - (other->vaddr - other->paddr))
			return true;
	}
	return false;
}

static void judge_load(
	struct check_run *run, const struct section *s, const struct segment *segment)
{
	const struct maybe load = run->layout->load;
	const uint64_t physical = segment->paddr + (s->addr - segment->vaddr);
	struct place place = {.section = s, .address = {true, s->addr}};

	if (!load.known && s->addr == 0)
		skipped_in_part(run, "where start-up reads the template is not known");
	/* In place the section is where it is read, whatever it is loaded by. */
	if (!load.known || load.value == s->addr)
		return;
	if (!load_address_fits(run->image, segment, physical, load.value))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"the template is loaded at 0x%" PRIx64
				", but start-up reads it at 0x%" PRIx64,
				physical, load.value),
			text(run, "give the section its load address: %s ... : AT(%s)", s->name,
				run->layout->bounds[BOUND_LOAD].state == BOUND_DEFINED
					? run->layout->bounds[BOUND_LOAD].symbol.name
					: "_percpu_start"));
}

static void segment_load(struct check_run *run)
{
	const struct section *s = layout_section(run->layout);
	struct place place = {.section = s, .address = {true, s->addr}};
	const struct segment *segment;
	size_t count;

	if (!can_judge(run))
		return;
	segment = segment_of(run->image, s, &count);
	if (count == 0)
		found(run, SEVERITY_ERROR, &place,
			text(run, "section %s is in no PT_LOAD: it is not loaded", s->name),
			"put the section into a program header: } :data, or PHDRS { percpu "
			"PT_LOAD; }");
	else if (count > 1)
		found(run, SEVERITY_ERROR, &place,
			text(run, "section %s is in %zu PT_LOADs: the last one loaded wins",
				s->name, count),
			"give the section a program header of its own and keep the others off its "
			"addresses");
	else {
		judge_bytes(run, s, segment);
		judge_load(run, s, segment);
	}
}

const struct check check_segment_load = {
	.name = "segment_load",
	.severity = SEVERITY_ERROR,
	.where = "RBS",
	.needs = {&check_section_present},
	.run = segment_load,
	.summary = "the template is loaded, once, where start-up reads it",
	.what = "The section is not inside exactly one PT_LOAD; its bytes in the file do not cover "
		"the template; or its load address is not the address T at which start-up reads "
		"the template, neither as it is nor less the virtual-minus-physical distance of "
		"another PT_LOAD.",
	.why = "Without AT() a section at address 0 is loaded at physical 0: QEMU refuses it or "
	       "real mode code overwrites it, and start-up copies other bytes.",
	.example = ".percpu 0x0 : { ... } without AT(_percpu_start)",
	.fix = "Write AT(address) on the output section, and give it a PT_LOAD of its own.",
};

static int by_address(const void *left, const void *right)
{
	const struct section *a = *(const struct section *const *)left;
	const struct section *b = *(const struct section *const *)right;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

/* The allocated sections inside a segment, by address. NULL when memory runs out. */
static const struct section **sections_in(
	struct check_run *run, const struct segment *segment, size_t *count)
{
	const struct image *image = run->image;
	const struct section **list =
		ARENA_ARRAY(run->arena, const struct section *, image->section_count + 1);

	*count = 0;
	if (!list) {
		error_memory(run->error);
		return NULL;
	}
	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		if ((s->flags & SHF_ALLOC) && !(s->flags & SHF_TLS) && s->size &&
			holds(segment, s->addr, s->size))
			list[(*count)++] = s;
	}
	qsort(list, *count, sizeof(const struct section *), by_address);
	return list;
}

static void segment_extent(struct check_run *run)
{
	const struct section *s = layout_section(run->layout), **list;
	struct place place = {.section = s, .address = {true, s->addr}};
	const struct segment *segment;
	uint64_t limit, end = 0;
	size_t count;

	if (!can_judge(run) || !(segment = segment_of(run->image, s, &count)))
		return;
	if (wraps(segment))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"program header %u covers 0x%" PRIx64 " bytes from 0x%" PRIx64
				": the range wraps around",
				segment->index, segment->memsz, segment->vaddr),
			"give the per-CPU section a program header of its own");
	limit = segment->align > GAP_MIN ? segment->align : GAP_MIN;
	list = sections_in(run, segment, &count);
	for (size_t i = 0; list && i < count; i++) {
		if (i && list[i]->addr > end && list[i]->addr - end > limit)
			found(run, SEVERITY_ERROR, &place,
				text(run,
					"program header %u spans 0x%" PRIx64
					" bytes with a gap of 0x%" PRIx64 " between %s and %s",
					segment->index, segment->memsz, list[i]->addr - end,
					list[i - 1]->name, list[i]->name),
				"give the per-CPU section a program header of its own, and put "
				".bss before it");
		if (list[i]->addr + list[i]->size > end)
			end = list[i]->addr + list[i]->size;
	}
}

const struct check check_segment_extent = {
	.name = "segment_extent",
	.severity = SEVERITY_ERROR,
	.where = "RBS",
	.needs = {&check_section_present, &check_segment_load},
	.run = segment_extent,
	.summary = "the section's segment covers no hole of the address space",
	.what = "Between two consecutive sections of the section's PT_LOAD is a gap larger than "
		"its alignment and 2 MiB, or the segment's range wraps around the address space.",
	.why = "lld packs a .bss that follows a section at address 0 into the same PT_LOAD: "
	       "p_memsz is then 0xffffffff80201400, which no loader can give.",
	.example = ".percpu 0x0 : AT(x) { ... } followed by .bss in the same program header",
	.fix = "Use PHDRS with one PT_LOAD for the per-CPU section, or put .bss before it.",
};

static bool all_unset(const struct image *image)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (is_load(&image->segments[i]) && image->segments[i].paddr)
			return false;
	return true;
}

/* Virtual minus physical address; modulo 2^64, as a section at 0 makes it negative. */
static uint64_t distance(const struct segment *segment)
{
	return segment->vaddr - segment->paddr;
}

static int compare_numbers(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* The distances of the segments that have bytes, the template's own left out; sorted. */
static uint64_t *distances_of(struct check_run *run, const struct segment *own, size_t *count)
{
	const struct image *image = run->image;
	uint64_t *list = ARENA_ARRAY(run->arena, uint64_t, image->segment_count + 1);

	*count = 0;
	if (!list) {
		error_memory(run->error);
		return NULL;
	}
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *s = &image->segments[i];

		if (s != own && is_load(s) && s->filesz)
			list[(*count)++] = distance(s);
	}
	qsort(list, *count, sizeof(*list), compare_numbers);
	return list;
}

/*
 * bfd carries the distance that AT() made over to the sections that follow in the script; it sorts
 * program headers by load address, so that their order tells nothing. A segment without bytes at a
 * distance of its own was placed by an AT() that went wrong.
 */
static void judge_distance(struct check_run *run, const struct segment *own)
{
	static const char fix[] =
		"give the section that follows its own load address, AT(ADDR(.bss)), or put it "
		"before";
	const struct image *image = run->image;
	size_t count;
	const uint64_t *usual = distances_of(run, own, &count);

	for (size_t i = 0; usual && i < image->segment_count; i++) {
		const struct segment *s = &image->segments[i];
		const uint64_t its = distance(s);
		struct place place = {.address = {true, s->vaddr}};

		if (s == own || !is_load(s))
			continue;
		if (its == distance(own))
			found(run, SEVERITY_WARNING, &place,
				text(run,
					"program header %u inherits the per-CPU section's "
					"distance: 0x%" PRIx64 " is loaded at 0x%" PRIx64,
					s->index, s->vaddr, s->paddr),
				fix);
		else if (!s->filesz && count &&
			 !bsearch(&its, usual, count, sizeof(its), compare_numbers))
			found(run, SEVERITY_WARNING, &place,
				text(run,
					"program header %u, cleared memory at 0x%" PRIx64
					", is loaded at 0x%" PRIx64
					", at no other segment's distance",
					s->index, s->vaddr, s->paddr),
				fix);
	}
}

static int by_physical(const void *left, const void *right)
{
	const struct segment *a = *(const struct segment *const *)left;
	const struct segment *b = *(const struct segment *const *)right;

	if (a->paddr != b->paddr)
		return a->paddr < b->paddr ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static void judge_overlap(struct check_run *run)
{
	const struct image *image = run->image;
	const struct segment **list =
		ARENA_ARRAY(run->arena, const struct segment *, image->segment_count + 1);
	const struct segment *furthest = NULL;
	size_t count = 0;

	if (!list) {
		error_memory(run->error);
		return;
	}
	for (size_t i = 0; i < image->segment_count; i++)
		if (is_load(&image->segments[i]))
			list[count++] = &image->segments[i];
	qsort(list, count, sizeof(const struct segment *), by_physical);
	for (size_t i = 0; i < count; i++) {
		struct place place = {.address = {true, list[i]->vaddr}};

		if (furthest && ranges_overlap(furthest->paddr, furthest->memsz, list[i]->paddr,
					list[i]->memsz))
			found(run, SEVERITY_WARNING, &place,
				text(run,
					"program headers %u and %u overlap in physical memory at "
					"0x%" PRIx64,
					furthest->index, list[i]->index, list[i]->paddr),
				"restore the location counter behind the per-CPU section: . = load "
				"end");
		if (!furthest ||
			list[i]->paddr + list[i]->memsz > furthest->paddr + furthest->memsz)
			furthest = list[i];
	}
}

static void segment_lma(struct check_run *run)
{
	const struct section *s = layout_section(run->layout);
	const struct segment *own;
	size_t count;

	if (!can_judge(run) || !(own = segment_of(run->image, s, &count)))
		return;
	if (all_unset(run->image)) {
		skipped(run, "the program headers state no physical addresses");
		return;
	}
	if (run->layout->load.known && run->layout->load.value != s->addr)
		judge_distance(run, own);
	judge_overlap(run);
}

const struct check check_segment_lma = {
	.name = "segment_lma",
	.severity = SEVERITY_WARNING,
	.where = "RBS",
	.needs = {&check_section_present, &check_segment_load, &check_segment_extent},
	.run = segment_lma,
	.summary = "load addresses are each segment's own",
	.what = "A segment has inherited the distance between the per-CPU section's virtual and "
		"load address, a segment of cleared memory has a distance that no other has, or "
		"two segments overlap in physical memory.",
	.why = "After AT() GNU ld keeps the distance for the sections that follow: .bss is then "
	       "cleared or loaded somewhere else. A loader that gets overlapping segments loses "
	       "one of them.",
	.example =
		".percpu 0x0 : AT(_percpu_start) { ... } followed by .bss : { ... } under GNU ld",
	.fix = "Write AT() on the section that follows, or put it before the per-CPU section.",
};
