#include "lib/check/reloc.h"
#include "lib/model/names.h"

#include <stdlib.h>
#include <string.h>

/* Where the target is: of a rewritten pair the symbol means nothing. */
static uint32_t target_section(
	const struct check_run *run, const struct reference *r, const struct symbol *symbol)
{
	return r->rewritten ? run->layout->sections[0] : symbol->section;
}

struct place target_of_reference(struct check_run *run, const struct reference *r)
{
	const struct image *image = run->image;
	struct place place = {
		.section = &image->sections[r->section],
		.address = {true, reference_instruction(r)},
		.code = reference_bytes(image, r),
	};
	struct symbol symbol;

	if (!image_symbol(image, r->symbol, &symbol, run->error))
		return place;
	if (r->foreign) {
		place.symbol = symbol.name[0] ? symbol.name : NULL;
		return place;
	}
	place.variable = layout_variable_at(
		run->layout, target_section(run, r, &symbol), r->target, &place.offset.value);
	place.offset.known = place.variable != NULL;
	if (!place.variable)
		place.symbol = symbol.type == STT_SECTION || r->rewritten ? run->layout->name
									  : symbol.name;
	return place;
}

struct place at_reference(struct check_run *run, const struct reference *r)
{
	struct place place = target_of_reference(run, r);
	uint64_t offset;

	place.function = function_at(run, r->section, reference_instruction(r), &offset);
	return place;
}

const char *reference_text(struct check_run *run, const struct reference *r)
{
	char number[RELOC_NAME_SIZE];
	const char *name = reloc_name(run->image->arch, r->type, number);
	uint64_t offset;
	const char *function = function_at(run, r->section, reference_instruction(r), &offset);

	if (!function)
		return text(run, "%s", name);
	if (!offset)
		return text(run, "%s in %s", name, function);
	return text(run, "%s in %s+0x%" PRIx64, name, function, offset);
}

bool is_bound_value(const struct check_run *run, uint64_t value)
{
	for (size_t i = 0; i < BOUND_COUNT; i++)
		if (run->layout->bounds[i].state == BOUND_DEFINED &&
			run->layout->bounds[i].symbol.value == value)
			return true;
	return false;
}

bool names_bound(const struct check_run *run, const struct reference *r)
{
	struct symbol symbol;

	/* Of a rewritten pair only the value is known; the first variable has the start's. */
	if (r->rewritten)
		return r->site.use != USE_DIRECT && is_bound_value(run, r->target);
	return image_symbol(run->image, r->symbol, &symbol, run->error) &&
	       layout_is_bound(run->layout, symbol.name);
}

const char *one_of(struct check_run *run, size_t count, const char *what)
{
	return count == 1 ? "" : text(run, ", one of %zu%s", count, what);
}

enum severity by_model(const struct check_run *run)
{
	return run->layout->model == MODEL_UNKNOWN ? SEVERITY_WARNING : SEVERITY_ERROR;
}

const char *access_fix(struct check_run *run)
{
	return text(run, "in C go through an accessor, in assembly through %s",
		run->image->arch->access_form);
}
