/* What of a section's code is read at once. */
#include "lib/code/flow.h"

/* How far before a cut it is looked for where instructions begin. */
enum { CUT_BEFORE = 256 };

struct data_range flow_data_from(const struct image *image, const struct functions *functions,
	uint32_t section, uint64_t offset)
{
	const uint64_t from = image->kind == IMAGE_OBJECT ? 0 : image->sections[section].addr;
	struct data_range data = functions_data(functions, section, from + offset);

	if (data.start != UINT64_MAX)
		data.start = data.start > from ? data.start - from : 0;
	if (data.end != UINT64_MAX)
		data.end -= from;
	/* Where addresses of a damaged file wrap around names are anywhere. */
	if (data.end <= offset)
		data = (struct data_range){UINT64_MAX, UINT64_MAX};
	return data;
}

/*
 * Where a long run of code is cut: at `at` or behind it, where an instruction begins, or in data.
 * Read from anywhere, instructions of several lengths soon begin where they do.
 */
static uint64_t cut_at(const struct image *image, const struct functions *functions,
	const struct flow_region *all, uint64_t at)
{
	const struct arch *arch = image->arch;
	uint64_t from = at - all->start > CUT_BEFORE ? at - CUT_BEFORE : all->start;
	struct data_range data;

	if (at >= all->end)
		return all->end;
	data = flow_data_from(image, functions, all->section, from);
	while (from < at) {
		const uint64_t end = data.start < all->end ? data.start : all->end;
		struct insn insn;

		if (from >= data.start) {
			from = data.end < at ? data.end : at;
			data = flow_data_from(image, functions, all->section, from);
			continue;
		}
		from += arch->decode(
				(struct span){all->code.data + from, (size_t)(end - from)}, &insn)
				? insn.length
				: arch->insn_unit;
	}
	return from < all->end ? from : all->end;
}

/* The piece of `*region` that holds `at`. */
static void cut(const struct image *image, const struct functions *functions,
	struct flow_region *region, uint64_t at)
{
	const struct flow_region all = *region;
	uint64_t start = all.start + (at - all.start) / FLOW_PIECE * FLOW_PIECE;

	if (cut_at(image, functions, &all, start) > at)
		start -= FLOW_PIECE;
	region->start = cut_at(image, functions, &all, start);
	region->end = cut_at(image, functions, &all, start + FLOW_PIECE);
}

/* Names begin and end where they like, instructions do not. */
static uint64_t round_up(uint64_t offset, uint64_t unit)
{
	return (offset + unit - 1) / unit * unit;
}

struct flow_region flow_region_at(const struct image *image, const struct functions *functions,
	uint32_t section, uint64_t at, struct function_extent *extent)
{
	const uint64_t from = image->kind == IMAGE_OBJECT ? 0 : image->sections[section].addr;
	const uint64_t unit = image->arch->insn_unit;
	struct flow_region region = {
		.section = section, .code = image_section_bytes(image, section)};

	*extent = functions_extent(functions, section, from + at);
	region.start = extent->start > from ? round_up(extent->start - from, unit) : 0;
	region.end = extent->end - from < region.code.size ? round_up(extent->end - from, unit)
							   : region.code.size;
	if (region.end > region.code.size)
		region.end = region.code.size;
	/* Where addresses of a damaged file wrap around names are anywhere: it has none there. */
	if (at < region.start || at >= region.end) {
		region.start = 0;
		region.end = region.code.size;
		*extent = (struct function_extent){.end = UINT64_MAX};
	}
	if (region.end - region.start > FLOW_PIECE)
		cut(image, functions, &region, at);
	return region;
}
