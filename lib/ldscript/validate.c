#include "lib/ldscript/internal.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/bytes.h"

bool ldscript_moved(const struct ldscript_options *options)
{
	return options->model == MODEL_ZERO || options->vma_given;
}

bool ldscript_has_areas(const struct ldscript_options *options)
{
	/* With an address of its own, .percpu needs a section behind it in any case: see
	 * sections.c. */
	if (ldscript_moved(options))
		return true;
	if (options->model == MODEL_NAIVE)
		return options->pristine;
	return options->placement != PLACEMENT_DYNAMIC;
}

uint64_t ldscript_offset_limit(const struct ldscript_options *options)
{
	const struct arch *arch = options->arch;
	uint64_t limit = UINT64_MAX;

	if (arch)
		return options->wide ? arch->offset_limit_wide : arch->offset_limit;
	/* For any architecture: what every one of them can hold, a narrow sequence aside. */
	for (size_t i = 0; (arch = arch_at(i)) != NULL; i++)
		if (arch->offset_limit_wide < limit)
			limit = arch->offset_limit_wide;
	return limit;
}

/* Both go into the script and into a comment: nothing that ends a statement or a comment. */
static bool text_harmless(const char *text, const char *others)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$";

	for (; *text; text++)
		if (!strchr(letters, *text) && !strchr(others, *text))
			return false;
	return true;
}

static bool naive_validate(const struct ldscript_options *options, struct error *error)
{
	if (options->cpus > 1)
		return error_set(error, ERROR_INPUT,
			"--cpus %" PRIu64 ": the naive model has one copy of the variables",
			options->cpus);
	if (options->placement != PLACEMENT_OVERLAY)
		return error_set(error, ERROR_INPUT,
			"--placement %s: the naive model has no areas to place",
			placement_name(options->placement));
	if (options->reserve)
		return error_set(error, ERROR_INPUT,
			"--reserve: the naive model has no areas to reserve room in");
	if (options->vma_given)
		return error_set(error, ERROR_INPUT,
			"--vma: the naive model's variables run where they are loaded");
	return true;
}

static bool areas_validate(const struct ldscript_options *options, struct error *error)
{
	if (!options->cpus && options->placement != PLACEMENT_DYNAMIC)
		return error_set(error, ERROR_INPUT,
			"--cpus is needed: --placement %s reserves the areas in the image",
			placement_name(options->placement));
	if (options->cpus > LDSCRIPT_CPUS_MAX)
		return error_set(error, ERROR_INPUT, "--cpus %" PRIu64 ": at most %d",
			options->cpus, LDSCRIPT_CPUS_MAX);
	if (options->reserve > LDSCRIPT_RESERVE_MAX)
		return error_set(error, ERROR_INPUT, "--reserve %" PRIu64 ": at most %d bytes",
			options->reserve, LDSCRIPT_RESERVE_MAX);
	if (options->pristine && options->placement != PLACEMENT_OVERLAY)
		return error_set(error, ERROR_INPUT,
			"--pristine: with --placement %s the template stays as it was linked",
			placement_name(options->placement));
	if (options->vma % options->stride_align)
		return error_set(error, ERROR_INPUT,
			"--vma " HEX ": not a multiple of --stride-align %" PRIu64, options->vma,
			options->stride_align);
	return true;
}

static bool reach_validate(const struct ldscript_options *options, struct error *error)
{
	const struct arch *arch = options->arch;

	if (options->wide && !arch)
		return error_set(error, ERROR_INPUT, "--wide needs --arch");
	if (options->wide && arch->offset_limit == arch->offset_limit_wide)
		return error_set(
			error, ERROR_INPUT, "--wide: %s has one access sequence only", arch->name);
	if (options->wide && options->model != MODEL_ZERO)
		return error_set(
			error, ERROR_INPUT, "--wide: only --model zero has a limit to lift");
	if (options->model == MODEL_ZERO && options->vma)
		return error_set(error, ERROR_INPUT,
			"--vma " HEX
			": model zero stands at 0, an offset is a symbol's value; for another "
			"address there is --model nonzero",
			options->vma);
	return true;
}

static bool form_validate(const struct ldscript_options *options, struct error *error)
{
	if (options->full && options->insert_after)
		return error_set(
			error, ERROR_INPUT, "--full and --insert-after exclude each other");
	if (options->full && !options->arch)
		return error_set(error, ERROR_INPUT, "--full needs --arch");
	if (options->insert_after &&
		(!*options->insert_after || !text_harmless(options->insert_after, "-")))
		return error_set(error, ERROR_INPUT, "--insert-after '%s': not a section's name",
			options->insert_after);
	/* No '*' and '/': they could end the comment that repeats the command line. */
	if (options->load_offset &&
		(!*options->load_offset || !text_harmless(options->load_offset, "+-()<>&|~ ")))
		return error_set(error, ERROR_INPUT,
			"--load-offset '%s': neither a number nor a sum of symbols",
			options->load_offset);
	return true;
}

bool ldscript_validate(const struct ldscript_options *options, struct error *error)
{
	if (!is_power_of_two(options->stride_align) ||
		options->stride_align < LDSCRIPT_STRIDE_ALIGN_MIN ||
		options->stride_align > LDSCRIPT_STRIDE_ALIGN_MAX)
		return error_set(error, ERROR_INPUT,
			"--stride-align %" PRIu64 ": a power of two from %d to %d is needed",
			options->stride_align, LDSCRIPT_STRIDE_ALIGN_MIN,
			LDSCRIPT_STRIDE_ALIGN_MAX);
	if (!form_validate(options, error))
		return false;
	if (options->model == MODEL_NAIVE && !naive_validate(options, error))
		return false;
	if (options->model != MODEL_NAIVE && !areas_validate(options, error))
		return false;
	return reach_validate(options, error);
}
