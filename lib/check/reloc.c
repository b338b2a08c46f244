#include "lib/check/reloc.h"
#include "lib/model/names.h"

#include <stdlib.h>
#include <string.h>

struct place at_reference(const struct check_run *run, const struct reference *r)
{
	const struct image *image = run->image;
	struct place place = {
		.section = &image->sections[r->section],
		.address = {true, r->place - r->site.before},
		.code = reference_bytes(image, r),
	};
	struct symbol symbol;

	if (!image_symbol(image, r->symbol, &symbol, run->error))
		return place;
	if (r->foreign) {
		place.symbol = symbol.name[0] ? symbol.name : NULL;
		return place;
	}
	place.variable =
		layout_variable_at(run->layout, symbol.section, r->target, &place.offset.value);
	place.offset.known = place.variable != NULL;
	if (!place.variable)
		place.symbol = symbol.type == STT_SECTION ? run->layout->name : symbol.name;
	return place;
}

const char *reference_text(struct check_run *run, const struct reference *r)
{
	char number[RELOC_NAME_SIZE];
	const char *name = reloc_name(run->image->arch, r->type, number);
	uint64_t offset;
	const char *function =
		r->site.kind == SITE_NONE ? NULL : function_at(run, r->section, r->place, &offset);

	if (!function)
		return text(run, "%s", name);
	offset -= r->site.before;
	if (!offset)
		return text(run, "%s in %s", name, function);
	return text(run, "%s in %s+0x%" PRIx64, name, function, offset);
}

bool names_bound(const struct check_run *run, const struct reference *r)
{
	struct symbol symbol;

	return image_symbol(run->image, r->symbol, &symbol, run->error) &&
	       layout_is_bound(run->layout, symbol.name);
}

enum severity by_model(const struct check_run *run)
{
	return run->layout->model == MODEL_UNKNOWN ? SEVERITY_WARNING : SEVERITY_ERROR;
}
