/* The linker script that a layout and its notes ask for, as a command. */
#include <string.h>

#include "lib/check/run.h"
#include "lib/model/note.h"

/* What percpu-tool ldscript aligns area and stride to when nothing is said. */
enum { USUAL_ALIGN = 64 };

/* Has the image room for a copy of the initial values? Only our own scripts give it. */
static bool keeps_copy(struct check_run *run)
{
	for (size_t i = 1; i < run->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(run->image, i, &symbol, run->error))
			return false;
		if (symbol.section && strcmp(symbol.name, "_percpu_pristine_start") == 0)
			return true;
	}
	return false;
}

static uint64_t wanted_reserve(const struct layout *layout)
{
	const struct maybe noted = note_agreed(layout->note, NOTE_RESERVE);
	const struct bound *start = &layout->bounds[BOUND_RESERVE_START];
	const struct bound *end = &layout->bounds[BOUND_RESERVE_END];

	if (noted.known)
		return noted.value;
	if (start->state != BOUND_DEFINED || end->state != BOUND_DEFINED ||
		end->symbol.value < start->symbol.value)
		return 0;
	return end->symbol.value - start->symbol.value;
}

static uint64_t wanted_align(const struct check_run *run)
{
	const struct maybe noted = note_agreed(run->layout->note, NOTE_STRIDE_ALIGN);

	if (run->options->layout.stride_align)
		return run->options->layout.stride_align;
	return noted.known ? noted.value : USUAL_ALIGN;
}

static bool is_wide(const struct check_run *run)
{
	const struct maybe noted = note_agreed(run->layout->note, NOTE_WIDE);

	return noted.known && noted.value == PERCPU_NOTE_WIDE_WIDE &&
	       run->image->arch->offset_limit != run->image->arch->offset_limit_wide &&
	       run->layout->model != MODEL_NONZERO;
}

const char *script_command(struct check_run *run, struct maybe cpus)
{
	const struct layout *layout = run->layout;
	const enum placement noted = note_placement(layout->note);
	const enum placement placement = noted ? noted : layout->placement;
	const uint64_t reserve = wanted_reserve(layout), align = wanted_align(run);
	const char *all = text(run, "percpu-tool ldscript -a %s", run->image->arch->name);

	if (placement != PLACEMENT_DYNAMIC && cpus.known && cpus.value)
		all = text(run, "%s -c %" PRIu64, all, cpus.value);
	else if (placement != PLACEMENT_DYNAMIC)
		all = text(run, "%s -c CPUS", all);
	if (layout->model == MODEL_NONZERO)
		all = text(run, "%s -m %s", all, model_name(layout->model));
	if (placement && placement != PLACEMENT_OVERLAY)
		all = text(run, "%s -p %s", all, placement_name(placement));
	if (align > USUAL_ALIGN)
		all = text(run, "%s --stride-align 0x%" PRIx64, all, align);
	if (reserve)
		all = text(run, "%s --reserve 0x%" PRIx64, all, reserve);
	if (placement == PLACEMENT_OVERLAY && keeps_copy(run))
		all = text(run, "%s --pristine", all);
	return is_wide(run) ? text(run, "%s --wide", all) : all;
}
