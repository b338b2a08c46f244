#include "lib/code/around.h"

#include "lib/code/flow.h"

/* The address of the section's first byte. */
static uint64_t section_start(const struct around *a, uint32_t section)
{
	return a->image->kind == IMAGE_OBJECT ? 0 : a->image->sections[section].addr;
}

/* The run that flow_read() has gone through for this place: it begins an instruction there. */
static void find_run(struct around *a, uint32_t section, uint64_t address)
{
	struct function_extent extent;
	const struct flow_region region = flow_region_at(
		a->image, a->functions, section, address - section_start(a, section), &extent);

	a->section = section;
	a->start = section_start(a, section) + region.start;
	a->end = section_start(a, section) + region.end;
}

static struct span code_of(const struct around *a)
{
	const struct span code = image_section_bytes(a->image, a->section);

	return (struct span){
		code.data + (a->start - section_start(a, a->section)), (size_t)(a->end - a->start)};
}

static bool find_starts(struct around *a)
{
	const struct arch *arch = a->image->arch;
	const struct span code = code_of(a);
	struct data_range data = {0};
	size_t at = 0;

	arena_release(&a->arena);
	a->count = 0;
	a->starts = ARENA_ARRAY(&a->arena, uint32_t, code.size / arch->insn_unit + 2);
	if (!a->starts)
		return false;
	while (at < code.size) {
		struct insn insn;
		uint64_t most;
		bool known;

		if (a->start + at >= data.end)
			data = functions_data(a->functions, a->section, a->start + at);
		most = (a->start + at < data.start ? data.start : data.end) - a->start - at;
		if (most > code.size - at)
			most = code.size - at;
		known = a->start + at < data.start &&
			arch->decode((struct span){code.data + at, (size_t)most}, &insn);
		a->starts[a->count++] = (uint32_t)at;
		at += known ? insn.length : most < arch->insn_unit ? most : arch->insn_unit;
	}
	a->starts[a->count] = (uint32_t)code.size;
	return true;
}

/* Index of the instruction that holds an offset. */
static size_t index_at(const struct around *a, uint64_t offset)
{
	size_t low = 0, high = a->count;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (a->starts[middle] > offset)
			high = middle;
		else
			low = middle;
	}
	return low;
}

static bool is_data(const struct around *a, uint64_t address)
{
	return address >= functions_data(a->functions, a->section, address).start;
}

bool around_read(struct around *a, uint32_t section, uint64_t address,
	struct around_line lines[AROUND_LINES], size_t *count)
{
	struct span code;
	size_t here, first;

	*count = 0;
	if (!a->starts || section != a->section || address < a->start || address >= a->end) {
		find_run(a, section, address);
		if (!find_starts(a))
			return false;
	}
	code = code_of(a);
	here = index_at(a, address - a->start);
	first = here > AROUND ? here - AROUND : 0;
	for (size_t i = first; i < a->count && i <= here + AROUND; i++)
		lines[(*count)++] = (struct around_line){
			.address = a->start + a->starts[i],
			.code = {code.data + a->starts[i], a->starts[i + 1] - a->starts[i]},
			.data = is_data(a, a->start + a->starts[i]),
			.here = i == here,
		};
	return true;
}

void around_release(struct around *a)
{
	arena_release(&a->arena);
	a->starts = NULL;
}
