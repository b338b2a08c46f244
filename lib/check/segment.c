/* Does a loader put the template where start-up reads it, and nothing else on top of it? */
#include <stdlib.h>

#include "lib/check/run.h"

/* 2 MiB is the largest page that linker scripts align to; no segment has a hole of 1 TiB. */
#define GAP_MOVED (UINT64_C(1) << 21)
#define GAP_IN_PLACE (UINT64_C(1) << 40)

static bool is_load(const struct segment *segment)
{
	return segment->type == PT_LOAD && segment->memsz;
}

static bool wraps(const struct segment *segment)
{
	return segment->vaddr + segment->memsz < segment->vaddr &&
	       segment->vaddr + segment->memsz != 0;
}

/* Virtual minus physical address; modulo 2^64, as a section at 0 makes it negative. */
static uint64_t distance(const struct segment *segment)
{
	return segment->vaddr - segment->paddr;
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

uint64_t template_address(const struct layout *layout)
{
	const struct section *s = layout_section(layout);

	/* In place it is read where its start symbol stands, sound or not. */
	if (layout->load.known && layout->template_start.known &&
		layout->load.value == layout->template_start.value)
		return layout->load.value;
	return start_is_sound(layout, s) ? layout->template_start.value : s->addr;
}

/* Is the template linked at other addresses than those it is read at? */
static bool is_moved(const struct layout *layout)
{
	const uint64_t address = template_address(layout);

	return layout->load.known ? layout->load.value != address : address == 0;
}

/* Bytes of the section up to the template's end: those the file must have. */
static uint64_t needed_bytes(const struct layout *layout, const struct section *s)
{
	const struct maybe end = layout->template_end;

	if (end.known && end.value >= s->addr && end.value - s->addr < s->size)
		return end.value - s->addr;
	return s->size;
}

/* More sections of one name than any script makes are judged in part: each costs a look at all
 * segments. */
enum { SECTIONS_JUDGED = 64 };

/* The layout's section with this number, or NULL behind the last that is judged. */
static const struct section *section_at(const struct layout *layout, size_t number)
{
	return number < layout->section_count && number < SECTIONS_JUDGED
		       ? &layout->image->sections[layout->sections[number]]
		       : NULL;
}

/* The section that the template begins in; the first where no one has its start. */
static const struct section *first_section(const struct layout *layout)
{
	const uint64_t address = template_address(layout);
	const struct section *s;

	for (size_t i = 0; (s = section_at(layout, i)) != NULL; i++)
		if (address >= s->addr && address - s->addr < s->size)
			return s;
	return layout_section(layout);
}

/* What all checks of this family need; says why when it is missing. */
static bool can_judge(struct check_run *run)
{
	if (run->image->debug_only)
		skipped(run, "a debug file: its program headers describe another file");
	else if (run->image->segment_count == 0)
		skipped(run, "no program headers");
	else
		return true;
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
	if (!range_within(into, needed_bytes(run->layout, s), segment->filesz))
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

static bool is_own(const struct layout *layout, const struct section *s)
{
	return layout_has_section(layout, s->index) ||
	       profile_has_companion(layout->profile, s->name);
}

/* Does the segment hold other data too? It is then loaded as that is. */
static bool is_shared(const struct layout *layout, const struct segment *segment)
{
	for (size_t i = 1; i < layout->image->section_count; i++) {
		const struct section *s = &layout->image->sections[i];

		if ((s->flags & SHF_ALLOC) && s->size && !is_own(layout, s) &&
			holds(segment, s->addr, s->size))
			return true;
	}
	return false;
}

static bool stands_alone(const struct image *image, const struct segment *own)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (&image->segments[i] != own && is_load(&image->segments[i]) &&
			image->segments[i].filesz)
			return false;
	return true;
}

/* Right behind, or before, the bytes of another segment: packed into flash, which start-up copies.
 */
static bool is_packed(const struct image *image, const struct segment *own)
{
	const uint64_t page = own->align > image->arch->page ? own->align : image->arch->page;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *other = &image->segments[i];

		if (other != own && is_load(other) && other->filesz &&
			(own->paddr - (other->paddr + other->filesz) < page ||
				other->paddr - (own->paddr + own->filesz) < page))
			return true;
	}
	return false;
}

/* In place, a distance of the segment's own is right when its bytes are kept with others'. */
static bool load_address_excused(const struct layout *layout, const struct segment *segment)
{
	return !is_moved(layout) &&
	       (stands_alone(layout->image, segment) || is_shared(layout, segment) ||
		       is_packed(layout->image, segment));
}

static bool all_unset(const struct image *image)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (is_load(&image->segments[i]) && image->segments[i].paddr)
			return false;
	return true;
}

static const char *load_symbol(const struct layout *layout)
{
	return layout->bounds[BOUND_LOAD].state == BOUND_DEFINED
		       ? layout->bounds[BOUND_LOAD].symbol.name
		       : "_percpu_start";
}

/* " - 0x..." where the other segments are loaded elsewhere than they run, else nothing. */
static const char *less_distance(struct check_run *run, const struct segment *own)
{
	for (size_t i = 0; i < run->image->segment_count; i++) {
		const struct segment *other = &run->image->segments[i];

		if (other != own && is_load(other) && other->filesz)
			return distance(other) ? text(run, " - 0x%" PRIx64, distance(other)) : "";
	}
	return "";
}

static void judge_load(
	struct check_run *run, const struct section *s, const struct segment *segment)
{
	const struct maybe load = run->layout->load;
	const uint64_t address = template_address(run->layout);
	const uint64_t physical = segment->paddr + (address - segment->vaddr);
	struct place place = {.section = s, .address = {true, address}};

	if (!load.known && address == 0)
		skipped_in_part(run, "where start-up reads the template is not known");
	/* At 0 in place nothing is read: section_vma says so. */
	if (!load.known || (load.value == 0 && address == 0) ||
		(load.value == address && all_unset(run->image)) ||
		load_address_fits(run->image, segment, physical, load.value) ||
		load_address_excused(run->layout, segment))
		return;
	found(run, SEVERITY_ERROR, &place,
		text(run,
			"the template is loaded at 0x%" PRIx64
			", but start-up reads it at 0x%" PRIx64,
			physical, load.value),
		is_moved(run->layout)
			? text(run, "give the section its load address: %s ... : AT(%s%s)", s->name,
				  load_symbol(run->layout), less_distance(run, segment))
			: text(run, "take AT() off %s, or give it the distance of the others",
				  s->name));
}

/* lld continues the segment before across the top of the address space, down to 0. */
static bool is_wrapped_into(const struct image *image, const struct section *s)
{
	for (size_t i = 0; i < image->segment_count; i++)
		if (is_load(&image->segments[i]) && wraps(&image->segments[i]) &&
			s->addr - image->segments[i].vaddr < image->segments[i].memsz)
			return true;
	return false;
}

/* Of PHDRS: what a template that is moved needs, under GNU ld and under lld. */
static const char own_header[] =
	"give the per-CPU section a PT_LOAD of its own, PHDRS { percpu PT_LOAD; } and } :percpu "
	"behind it, and the areas and .bss one apart from .data's: } :bss";

static void judge_section(struct check_run *run, const struct section *s)
{
	struct place place = {.section = s, .address = {true, s->addr}};
	const struct segment *segment;
	size_t count;

	if (!s->size)
		return;
	segment = segment_of(run->image, s, &count);
	if (count == 0 && is_wrapped_into(run->image, s))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"section %s is reached only by a PT_LOAD that wraps around the "
				"address space",
				s->name),
			text(run,
				"give the section a load address and a program header of its own: "
				"%s ... : AT(...) { ... } :percpu",
				s->name));
	else if (count == 0)
		found(run, SEVERITY_ERROR, &place,
			text(run, "section %s is in no PT_LOAD: it is not loaded", s->name),
			is_moved(run->layout) ? own_header
					      : "put the section into a program header, that of "
						"the data around it: } :data");
	else if (count > 1)
		found(run, SEVERITY_ERROR, &place,
			text(run, "section %s is in %zu PT_LOADs: the last one loaded wins",
				s->name, count),
			"give the section a program header of its own and keep the others off its "
			"addresses");
	else {
		judge_bytes(run, s, segment);
		if (s == first_section(run->layout))
			judge_load(run, s, segment);
	}
}

static void segment_load(struct check_run *run)
{
	const struct section *s;

	if (!can_judge(run))
		return;
	for (size_t i = 0; (s = section_at(run->layout, i)) != NULL; i++)
		judge_section(run, s);
	if (run->layout->section_count > SECTIONS_JUDGED)
		skipped_in_part(run, text(run, "of %zu sections the first %d were judged",
					     run->layout->section_count, SECTIONS_JUDGED));
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
	.fix = "Write AT(address) on the output section, and give it a PT_LOAD of its own: with "
	       "PHDRS { percpu PT_LOAD; bss PT_LOAD; } write } :percpu behind it, and } :bss "
	       "behind .percpu_areas and .bss.",
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

/*
 * A template in place may stand behind a heap that the script reserves: memory is then all that
 * bounds a gap. One that is moved shares its segment only by mistake.
 */
static uint64_t gap_allowed(const struct layout *layout, const struct segment *segment)
{
	const uint64_t least = is_moved(layout) ? GAP_MOVED : GAP_IN_PLACE;

	return segment->align > least ? segment->align : least;
}

static void judge_extent(
	struct check_run *run, const struct section *s, const struct segment *segment)
{
	const uint64_t limit = gap_allowed(run->layout, segment);
	struct place place = {.section = s, .address = {true, s->addr}};
	const struct section **list;
	uint64_t end = 0;
	size_t count;

	if (wraps(segment))
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"program header %u covers 0x%" PRIx64 " bytes from 0x%" PRIx64
				": the range wraps around",
				segment->index, segment->memsz, segment->vaddr),
			"give the per-CPU section a program header of its own");
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

static void segment_extent(struct check_run *run)
{
	const struct segment *segment, *last = NULL;
	const struct section *s;
	size_t count;

	if (!can_judge(run))
		return;
	for (size_t i = 0; (s = section_at(run->layout, i)) != NULL; i++) {
		segment = s->size ? segment_of(run->image, s, &count) : NULL;
		if (segment && segment != last)
			judge_extent(run, s, segment);
		last = segment ? segment : last;
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

static int compare_numbers(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* The distances of the segments that have bytes, the template's own left out; sorted. */
struct distances {
	uint64_t *list;
	size_t count;
};

static bool distances_of(
	struct check_run *run, const struct segment *own, struct distances *distances)
{
	const struct image *image = run->image;

	distances->count = 0;
	distances->list = ARENA_ARRAY(run->arena, uint64_t, image->segment_count + 1);
	if (!distances->list)
		return error_memory(run->error);
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *s = &image->segments[i];

		if (s != own && is_load(s) && s->filesz)
			distances->list[distances->count++] = distance(s);
	}
	qsort(distances->list, distances->count, sizeof(*distances->list), compare_numbers);
	return true;
}

/* Right behind a template that was moved: the location counter was not restored. */
static bool is_behind_template(const struct layout *layout, uint64_t address, uint64_t align)
{
	const struct section *s = first_section(layout);
	const uint64_t end = s->addr + s->size;
	const uint64_t page = layout->image->arch->page;

	return is_moved(layout) && address >= end && address - end < (align > page ? align : page);
}

/* Cleared memory there. */
static bool follows_template(const struct layout *layout, const struct segment *segment)
{
	return !segment->filesz && is_behind_template(layout, segment->vaddr, segment->align);
}

/* What to call a segment by: the first section in it. */
static const char *first_name(const struct image *image, const struct segment *segment)
{
	for (size_t i = 1; i < image->section_count; i++)
		if ((image->sections[i].flags & SHF_ALLOC) && image->sections[i].size &&
			holds(segment, image->sections[i].addr, image->sections[i].size))
			return image->sections[i].name;
	return "no section";
}

/*
 * bfd carries the distance that AT() made over to the sections that follow in the script; it sorts
 * program headers by load address, so that their order tells nothing. A segment without bytes at a
 * distance of its own was placed by an AT() that went wrong. NULL: nothing is wrong.
 */
static const char *distance_fault(struct check_run *run, const struct segment *own,
	const struct segment *s, const struct distances *usual)
{
	const uint64_t its = distance(s);

	if (its == distance(own))
		return "it inherits the per-CPU section's distance";
	if (follows_template(run->layout, s))
		return "it stands right behind the per-CPU section's address";
	if (!s->filesz && usual->count &&
		!bsearch(&its, usual->list, usual->count, sizeof(its), compare_numbers))
		return "it is cleared memory at no other segment's distance";
	return NULL;
}

/* One fault of a script brings them all; each has to be named by a section. */
enum { DISTANCES_SAID = 16 };

static void judge_distances(struct check_run *run, const struct segment *own)
{
	const struct image *image = run->image;
	struct distances usual;
	size_t said = 0;

	if (!distances_of(run, own, &usual))
		return;
	for (size_t i = 0; i < image->segment_count && said < DISTANCES_SAID; i++) {
		const struct segment *s = &image->segments[i];
		struct place place = {.address = {true, s->vaddr}};
		const char *fault, *name;

		if (s == own || !is_load(s) || !(fault = distance_fault(run, own, s, &usual)))
			continue;
		said++;
		name = first_name(image, s);
		found(run, SEVERITY_WARNING, &place,
			text(run,
				"program header %u (%s) at 0x%" PRIx64 " is loaded at 0x%" PRIx64
				": %s",
				s->index, name, s->vaddr, s->paddr, fault),
			text(run, "%s %s its own load address: AT(ADDR(%s)%s); with PHDRS, %s",
				is_behind_template(run->layout, s->vaddr, s->align)
					? "restore the location counter behind the per-CPU "
					  "section, and give"
					: "give",
				name, name, less_distance(run, own), own_header));
	}
}

/* AT(_percpu_start) is right only where the kernel runs at the addresses that it is loaded at. */
static void judge_own(struct check_run *run, const struct section *s, const struct segment *own)
{
	const struct maybe load = run->layout->load;
	const char *less = less_distance(run, own);
	struct place place = {.section = s, .address = {true, s->addr}};
	bool usual = true;

	for (size_t i = 0; i < run->image->segment_count; i++) {
		const struct segment *other = &run->image->segments[i];

		if (other != own && is_load(other) && other->filesz && !distance(other))
			usual = false;
	}
	if (!usual || !*less || !load.known ||
		own->paddr + (template_address(run->layout) - own->vaddr) != load.value)
		return;
	found(run, SEVERITY_WARNING, &place,
		text(run,
			"the template is loaded at its virtual address 0x%" PRIx64
			", all other segments at a distance from theirs",
			load.value),
		text(run, "give the section its physical load address: %s ... : AT(%s%s)", s->name,
			load_symbol(run->layout), less));
}

/* What a moved template's segment holds beside it runs at the template's addresses, by mistake. */
static void judge_intruders(struct check_run *run, const struct segment *own)
{
	size_t count;
	const struct section **list = sections_in(run, own, &count);

	for (size_t i = 0; list && i < count; i++) {
		struct place place = {.section = list[i], .address = {true, list[i]->addr}};

		if (is_own(run->layout, list[i]))
			continue;
		found(run, SEVERITY_WARNING, &place,
			text(run,
				"section %s shares the template's segment: it stands at 0x%" PRIx64
				", behind an address that is an offset",
				list[i]->name, list[i]->addr),
			is_behind_template(run->layout, list[i]->addr, list[i]->align)
				? "restore the location counter behind the per-CPU section, give "
				  "it a program header of its own, and link with "
				  "--orphan-handling=error"
				: own_header);
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

/* Cleared tails may share physical memory where data is kept in flash: they run elsewhere. */
static bool overlap_loses_bytes(const struct segment *a, const struct segment *b)
{
	return ranges_overlap(a->paddr, a->filesz, b->paddr, b->memsz) ||
	       ranges_overlap(a->paddr, a->memsz, b->paddr, b->filesz);
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

		if (furthest && overlap_loses_bytes(furthest, list[i]))
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
	const struct section *s = first_section(run->layout);
	const struct segment *own;
	size_t count;

	if (!can_judge(run) || !s->size || !(own = segment_of(run->image, s, &count)))
		return;
	if (all_unset(run->image)) {
		skipped(run, "the program headers state no physical addresses");
		return;
	}
	if (is_moved(run->layout)) {
		judge_own(run, s, own);
		judge_distances(run, own);
		judge_intruders(run, own);
	}
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
	.fix = "Write AT() on the section that follows, or put it before the per-CPU section. With "
	       "PHDRS, give the section a PT_LOAD of its own, and .bss one apart from .data's.",
};
