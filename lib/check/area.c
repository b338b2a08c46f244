/* Is there room for every CPU's area, and is it nobody else's? */
#include <stdlib.h>

#include "lib/check/run.h"
#include "lib/model/note.h"

static struct place at_areas(const struct layout *layout)
{
	return (struct place){
		.section = layout_section(layout),
		.symbol = layout->profile->bounds[BOUND_AREA_START].name,
		.address = layout->area_start,
	};
}

/* Areas that the image reserves. Says why not, when somebody asked about CPUs. */
static bool areas_known(struct check_run *run)
{
	const struct layout *layout = run->layout;

	if (layout->area_start.known && layout->area_end.known &&
		layout->area_start.value <= layout->area_end.value)
		return true;
	if (layout->model == MODEL_NAIVE)
		skipped(run, "model naive: there are no areas");
	else if (layout->placement != PLACEMENT_DYNAMIC)
		skipped(run, "where the areas are is not known");
	else if (run->options->cpus.known)
		skipped(run,
			"placement dynamic: the areas are in memory that the image does not know");
	return false;
}

/* Too much is no more than what a script rounds up to: the areas end on the page they end in. */
static bool is_page_rounded(const struct check_run *run, uint64_t reserved, uint64_t need)
{
	const uint64_t start = run->layout->area_start.value;

	return align_up(start + need, run->image->arch->page) == start + reserved;
}

struct maybe wanted_cpus(const struct check_run *run)
{
	if (run->options->cpus.known)
		return run->options->cpus;
	return note_agreed(run->layout->note, NOTE_CPUS);
}

/*
 * Our runtime's note: whatever the number of CPUs, it counts the areas that there is room for, and
 * sets up no other.
 */
static bool counts_areas(const struct layout *layout)
{
	const struct abi_note *note = layout->note;

	return layout->profile->takes_note && note && note->image_count &&
	       note_agreed(note, NOTE_RESERVE).known && !note->facts[NOTE_CPUS].known &&
	       !note->facts[NOTE_STRIDE].known;
}

static const char *room_fix(struct check_run *run, uint64_t cpus, uint64_t stride)
{
	if (!run->layout->profile->takes_note)
		return text(run, "reserve %" PRIu64 " * 0x%" PRIx64 " bytes", cpus, stride);
	return text(run, "reserve %" PRIu64 " * 0x%" PRIx64 " bytes; %s prints a script that does",
		cpus, stride, script_command(run, (struct maybe){true, cpus}));
}

static void judge_cpus(struct check_run *run, uint64_t cpus, uint64_t reserved, uint64_t stride)
{
	const uint64_t need = cpus > UINT64_MAX / stride ? UINT64_MAX : cpus * stride;
	struct place place = at_areas(run->layout);

	if (reserved < need)
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"0x%" PRIx64 " bytes are reserved, but %" PRIu64
				" CPUs with a stride of 0x%" PRIx64 " need 0x%" PRIx64
				": CPU %" PRIu64 " and up %s",
				reserved, cpus, stride, need, reserved / stride,
				counts_areas(run->layout) ? "get no area, start-up refuses them"
							  : "overwrite what follows"),
			room_fix(run, cpus, stride));
	else if (reserved - need >= stride)
		found(run, is_page_rounded(run, reserved, need) ? SEVERITY_NOTE : SEVERITY_ERROR,
			&place,
			text(run,
				"0x%" PRIx64 " bytes are reserved, room for %" PRIu64
				" areas of stride 0x%" PRIx64 ", but there are %" PRIu64 " CPUs",
				reserved, reserved / stride, stride, cpus),
			room_fix(run, cpus, stride));
}

static void area_room(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct maybe cpus = wanted_cpus(run);
	struct place place = at_areas(layout);
	uint64_t reserved;

	if (!areas_known(run))
		return;
	if (!layout->stride.known) {
		skipped(run, "the stride is not known");
		return;
	}
	if (!layout->stride.value)
		return;
	reserved = layout->area_end.value - layout->area_start.value;
	if (cpus.known)
		judge_cpus(run, cpus.value, reserved, layout->stride.value);
	else if (reserved < layout->stride.value)
		found(run, SEVERITY_WARNING, &place,
			text(run,
				"0x%" PRIx64
				" bytes are reserved, less than one area of stride 0x%" PRIx64,
				reserved, layout->stride.value),
			"reserve CPUs * stride bytes in the linker script, or give every area its "
			"memory at run time");
}

const struct check check_area_room = {
	.name = "area_room",
	.severity = SEVERITY_ERROR,
	.where = "RB",
	.needs = {&check_section_present, &check_bounds_order},
	.run = area_room,
	.summary = "the reserved bytes hold every CPU's area",
	.what = "With --cpus, or an ABI note that gives CPUs: fewer bytes are reserved than CPUs * "
		"stride, or a whole stride or more too many. Without: there is not room for a "
		"single area (a warning).",
	.why = "The areas of the last CPUs lie on whatever follows: in ArceOS on the boot stack. "
	       "The runtime counts the areas, and refuses CPUs that there is no room for. "
	       "`. = start + ALIGN(64) * N` inside a section that is not at address 0 reserves "
	       "0x100 bytes with GNU ld and 128 MiB with lld.",
	.example = "a script that reserves 4 areas, and percpu-tool check --cpus 8",
	.fix = "Reserve CPUs * stride bytes; percpu-tool ldscript prints a script that does, with "
	       "the options that the finding names.",
};

/* Which CPU's area an address is in. */
static uint64_t cpu_of(const struct layout *layout, uint64_t address)
{
	if (!layout->stride.known || !layout->stride.value || address < layout->area_start.value)
		return 0;
	return (address - layout->area_start.value) / layout->stride.value;
}

/* A section that exists to hold the areas, or into whose cleared bytes they were reserved. */
static bool hosts_areas(const struct layout *layout, const struct section *s)
{
	if (profile_has_companion(layout->profile, s->name))
		return true;
	/* One of the user's own name, in which the areas end. */
	if (s->type == SHT_NOBITS && layout->bounds[BOUND_AREA_END].state == BOUND_DEFINED &&
		layout->bounds[BOUND_AREA_END].symbol.section == s->index &&
		s->addr >= layout->area_start.value &&
		range_end(s->addr, s->size) - layout->area_end.value < layout->image->arch->page)
		return true;
	if (layout->placement != PLACEMENT_SEPARATE || s->type != SHT_NOBITS)
		return false;
	return layout->area_start.value >= s->addr &&
	       range_within(layout->area_start.value - s->addr,
		       layout->area_end.value - layout->area_start.value, s->size);
}

/* `hosts`, per section: are areas reserved in it? One pass over the symbols, however many are. */
static void judge_hosts(struct check_run *run, const bool *hosts)
{
	const struct layout *layout = run->layout;
	const uint64_t start = layout->area_start.value;

	for (size_t i = 1; i < run->image->symbol_count; i++) {
		struct symbol symbol;
		struct place place;

		if (!image_symbol(run->image, i, &symbol, run->error))
			return;
		if (symbol.section >= run->image->section_count || !hosts[symbol.section] ||
			symbol.type != STT_OBJECT || layout_is_bound(layout, symbol.name) ||
			!ranges_overlap(
				start, layout->area_end.value - start, symbol.value, symbol.size))
			continue;
		place = (struct place){
			.section = &run->image->sections[symbol.section],
			.symbol = symbol.name,
			.address = {true, symbol.value},
		};
		found(run, SEVERITY_ERROR, &place,
			text(run, "lies in the area of CPU %" PRIu64, cpu_of(layout, symbol.value)),
			"reserve the areas behind the section's input, not around it");
	}
}

/* True when areas are reserved in the section: then its symbols are to be judged. */
static bool judge_section(struct check_run *run, const struct section *s)
{
	const struct layout *layout = run->layout;
	const uint64_t start = layout->area_start.value;
	struct place place = {.section = s, .address = {true, s->addr}};

	if (!(s->flags & SHF_ALLOC) || (s->flags & SHF_TLS) ||
		!ranges_overlap(start, layout->area_end.value - start, s->addr, s->size))
		return false;
	if (layout->placement == PLACEMENT_OVERLAY && layout_has_section(layout, s->index))
		return false;
	if (hosts_areas(layout, s))
		return true;
	found(run, SEVERITY_ERROR, &place,
		text(run,
			"the area of CPU %" PRIu64 " overlaps section %s (0x%" PRIx64 ", 0x%" PRIx64
			" bytes)",
			cpu_of(layout, s->addr > start ? s->addr : start), s->name, s->addr,
			s->size),
		text(run, "move the location counter behind the areas before %s: . = %s", s->name,
			layout->profile->bounds[BOUND_AREA_END].name
				? layout->profile->bounds[BOUND_AREA_END].name
				: "their end"));
	return false;
}

static void judge_sections(struct check_run *run)
{
	const size_t count = run->image->section_count;
	bool *hosts = ARENA_ARRAY(run->arena, bool, count + 1), any = false;

	if (!hosts)
		error_memory(run->error);
	for (size_t i = 1; hosts && i < count; i++) {
		hosts[i] = judge_section(run, &run->image->sections[i]);
		any = any || hosts[i];
	}
	if (any)
		judge_hosts(run, hosts);
}

/* An address range that a loader fills or clears. */
struct extent {
	uint64_t start;
	uint64_t end;
};

static int by_start(const void *left, const void *right)
{
	const struct extent *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* The PT_LOADs by virtual address; the template's own also by where start-up reads it. */
static struct extent *loaded_extents(struct check_run *run, size_t *count)
{
	const struct section *s = layout_section(run->layout);
	struct extent *list = ARENA_ARRAY(run->arena, struct extent, run->image->segment_count + 1);
	const struct segment *own;
	size_t own_count;

	*count = 0;
	if (!list) {
		error_memory(run->error);
		return NULL;
	}
	for (size_t i = 0; i < run->image->segment_count; i++) {
		const struct segment *segment = &run->image->segments[i];

		if (segment->type == PT_LOAD && segment->memsz)
			list[(*count)++] =
				(struct extent){segment->vaddr, segment->vaddr + segment->memsz};
	}
	own = segment_of(run->image, s, &own_count);
	if (own && run->layout->load.known) {
		uint64_t start =
			run->layout->load.value - (template_address(run->layout) - own->vaddr);

		list[(*count)++] = (struct extent){start, start + own->memsz};
	}
	qsort(list, *count, sizeof(*list), by_start);
	return list;
}

static void judge_loaded(struct check_run *run)
{
	const struct layout *layout = run->layout;
	uint64_t covered = layout->area_start.value;
	struct place place = at_areas(layout);
	struct extent *list;
	size_t count;

	if (!run->image->segment_count || run->image->debug_only)
		return;
	list = loaded_extents(run, &count);
	for (size_t i = 0; list && i < count && list[i].start <= covered; i++)
		if (list[i].end > covered)
			covered = list[i].end;
	if (!list || covered >= layout->area_end.value)
		return;
	found(run, SEVERITY_WARNING, &place,
		text(run,
			"from 0x%" PRIx64 " on (CPU %" PRIu64
			") the areas lie outside every PT_LOAD: the loader does not know that they "
			"are taken",
			covered, cpu_of(layout, covered)),
		"reserve the areas inside an output section, so that its PT_LOAD covers them");
}

static void area_overlap(struct check_run *run)
{
	const struct layout *layout = run->layout;

	if (!areas_known(run) || layout->area_start.value == layout->area_end.value)
		return;
	judge_sections(run);
	judge_loaded(run);
}

const struct check check_area_overlap = {
	.name = "area_overlap",
	.severity = SEVERITY_ERROR,
	.where = "RB",
	.needs = {&check_section_present, &check_bounds_order},
	.run = area_overlap,
	.summary = "no area lies on other data",
	.what = "An area overlaps another allocated section, or a variable of the section it was "
		"reserved in; or (a warning) it lies outside every PT_LOAD.",
	.why = "One CPU's variables and other data share bytes. Outside every PT_LOAD the boot "
	       "loader is free to put an initrd or a device tree there.",
	.example =
		"_percpu_end = _percpu_start + SIZEOF(.percpu); without . = _percpu_end; behind it",
	.fix = "Reserve the areas inside an output section, and move the location counter behind "
	       "them.",
};

/* Alignment that areas must keep, and whose it is. */
struct demand {
	uint64_t align;
	enum severity severity;
	const char *whose;
	const char *symbol;
};

static struct demand strictest(struct check_run *run)
{
	const struct section *s = layout_section(run->layout);
	const struct input_section *input = strictest_input(run, NULL);

	if (run->image->kind == IMAGE_OBJECT)
		return (struct demand){
			s->align, SEVERITY_ERROR, text(run, "section %s", s->name), NULL};
	if (input && input->section->align > 1)
		return (struct demand){input->section->align, SEVERITY_ERROR,
			text(run, "%s", input->object->label), input->only_symbol};
	return (struct demand){s->align, SEVERITY_WARNING, text(run, "section %s", s->name), NULL};
}

/*
 * In an object only an alignment that the user states is known to hold for the areas. A stride that
 * a note states is judged by note_agrees.
 */
static struct maybe area_step(const struct check_run *run)
{
	if (note_agreed(run->layout->note, NOTE_STRIDE).known)
		return (struct maybe){0};
	if (run->image->kind != IMAGE_OBJECT)
		return run->layout->stride;
	return (struct maybe){.known = run->options->layout.stride_align != 0,
		.value = run->options->layout.stride_align};
}

static void area_aligned(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct demand demand = strictest(run);
	const struct maybe step = area_step(run);
	struct place place = at_areas(layout);

	if (demand.align <= 1 || layout->model == MODEL_NAIVE)
		return;
	if (demand.symbol)
		place.symbol = demand.symbol;
	if (step.known && step.value % demand.align &&
		!(layout->cpus.known && layout->cpus.value == 1))
		found(run, demand.severity, &place,
			text(run,
				"%s is aligned to 0x%" PRIx64 ", but areas are 0x%" PRIx64
				" bytes apart: misaligned from CPU 1 on",
				demand.whose, demand.align, step.value),
			text(run,
				"pad the template inside the load range, . = ALIGN(0x%" PRIx64
				") before its end symbol, or say by --stride-align what the "
				"start-up code rounds up to",
				demand.align));
	if (layout->area_start.known && layout->area_start.value % demand.align)
		found(run, demand.severity, &place,
			text(run,
				"%s is aligned to 0x%" PRIx64 ", but the areas begin at 0x%" PRIx64,
				demand.whose, demand.align, layout->area_start.value),
			"align the location counter before the areas: . = ALIGN(4K)");
}

const struct check check_area_aligned = {
	.name = "area_aligned",
	.severity = SEVERITY_ERROR,
	.where = "ORB",
	.needs = {&check_section_present, &check_section_align},
	.run = area_aligned,
	.summary = "the areas keep every variable's alignment",
	.what = "Where the profile, its symbols, the ABI note or --stride-align fix the stride: a "
		"variable's alignment does not divide the areas' base and stride. An error when an "
		"object says it, a warning when only the section's alignment does. A stride that "
		"the note itself states is judged by note_agrees.",
	.why = "A variable aligned to 128 in areas 64 bytes apart is aligned on every other CPU "
	       "only. The percpu crate rounds areas up to 64, whatever the variables need.",
	.example = "a variable of alignment 4096 in a template of 0x1040 bytes, stride 0x1040",
	.fix = "Round the template up to the largest alignment inside the load range, as "
	       "percpu-tool ldscript does, or lower the variable's alignment.",
};

static void area_limit(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct maybe bytes = layout->stride.known ? layout->stride : layout->area_size;
	const struct check_options *o = run->options;
	struct place place = {.section = layout_section(layout)};

	if ((o->max_area.known || o->module_reserve.known) && !bytes.known)
		skipped(run, "the area's size is not known");
	else if (o->max_area.known && bytes.value > o->max_area.value)
		found(run, SEVERITY_WARNING, &place,
			text(run, "0x%" PRIx64 " bytes a CPU, more than --max-area 0x%" PRIx64,
				bytes.value, o->max_area.value),
			"allocate large variables at run time, or raise the limit");
	if (o->module_reserve.known && run->image->kind != IMAGE_OBJECT)
		skipped_in_part(run, "--module-reserve holds for relocatable modules only");
	else if (bytes.known && o->module_reserve.known && bytes.value > o->module_reserve.value)
		found(run, SEVERITY_WARNING, &place,
			text(run,
				"0x%" PRIx64 " bytes a CPU, more than --module-reserve 0x%" PRIx64
				": the module does not load",
				bytes.value, o->module_reserve.value),
			"allocate large variables at run time (alloc_percpu), or raise the "
			"reserve");
}

const struct check check_area_limit = {
	.name = "area_limit",
	.severity = SEVERITY_WARNING,
	.where = "ORB",
	.needs = {&check_section_present},
	.run = area_limit,
	.summary = "the bytes per CPU keep the limits that were given",
	.what = "The bytes per CPU are above --max-area, or those of an object above "
		"--module-reserve. Says nothing without these options.",
	.why = "Linux refuses a module whose per-CPU data exceeds its reserve "
	       "(PERCPU_MODULE_RESERVE), and platforms bound what an area may take.",
	.example = "percpu-tool check --module-reserve 8K driver.ko",
	.fix = "Allocate large variables at run time.",
};
