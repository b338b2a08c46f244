#include "cmd/cmd.h"

#include <stdio.h>

#include "lib/ldscript/ldscript.h"

enum {
	OPTION_ARCH,
	OPTION_CPUS,
	OPTION_MODEL,
	OPTION_PLACEMENT,
	OPTION_STRIDE_ALIGN,
	OPTION_VMA,
	OPTION_RESERVE,
	OPTION_PRISTINE,
	OPTION_LOAD_OFFSET,
	OPTION_INSERT_AFTER,
	OPTION_FULL,
	OPTION_WIDE,
};

static const struct option_spec options[] = {
	[OPTION_ARCH] = {.name = "arch",
		.letter = 'a',
		.argument = "ARCH",
		.help = "x86_64, aarch64, riscv64 or loongarch64 (default: for any)"},
	[OPTION_CPUS] = {.name = "cpus",
		.letter = 'c',
		.argument = "N",
		.help = "areas to reserve in the image"},
	[OPTION_MODEL] = {.name = "model",
		.letter = 'm',
		.argument = "MODEL",
		.help = "zero (default), nonzero or naive: how code reaches a variable"},
	[OPTION_PLACEMENT] = {.name = "placement",
		.letter = 'p',
		.argument = "WHERE",
		.help = "overlay (default), separate or dynamic: where the areas are"},
	[OPTION_STRIDE_ALIGN] = {.name = "stride-align",
		.argument = "BYTES",
		.help = "least alignment of area and stride, a power of two (default: 64)"},
	[OPTION_VMA] = {.name = "vma",
		.argument = "ADDRESS",
		.help = "address of .percpu (default: 0 in zero, in place otherwise)"},
	[OPTION_RESERVE] = {.name = "reserve",
		.argument = "BYTES",
		.help = "room behind the variables of each area"},
	[OPTION_PRISTINE] = {.name = "pristine",
		.help = "room for a copy of the initial values, in placement overlay"},
	[OPTION_LOAD_OFFSET] = {.name = "load-offset",
		.argument = "EXPR",
		.help = "virtual minus physical address (default: the script's own; 0 with "
			"--full)"},
	[OPTION_INSERT_AFTER] = {.name = "insert-after",
		.argument = "SECTION",
		.help = "a script that adds to the linker's default one"},
	[OPTION_FULL] = {.name = "full", .help = "a complete script for QEMU's virt machine"},
	[OPTION_WIDE] = {.name = "wide",
		.help = "accesses use the architecture's wide sequence (aarch64)"},
};

static bool arch_read(const char *text, struct ldscript_options *out)
{
	/* Room for those there are and the end. */
	const char *names[16] = {NULL};
	size_t index;

	for (size_t i = 0; i + 1 < sizeof(names) / sizeof(names[0]) && arch_at(i); i++)
		names[i] = arch_at(i)->name;
	if (!choice_read(&command_ldscript, "arch", text, names, &index))
		return false;
	out->arch = arch_at(index);
	return true;
}

static bool cpus_read(const char *text, struct ldscript_options *out)
{
	if (!number_read(&command_ldscript, "cpus", text, false, &out->cpus))
		return false;
	return out->cpus || usage_error(&command_ldscript, "--cpus: at least one");
}

static bool layout_read(size_t index, const char *argument, struct ldscript_options *out)
{
	const struct command *command = &command_ldscript;

	switch (index) {
	case OPTION_MODEL:
		return model_read(command, argument, &out->model);
	case OPTION_PLACEMENT:
		return placement_read(command, argument, &out->placement);
	case OPTION_STRIDE_ALIGN:
		return number_read(command, "stride-align", argument, true, &out->stride_align);
	case OPTION_VMA:
		out->vma_given = true;
		return number_read(command, "vma", argument, true, &out->vma);
	default:
		return number_read(command, "reserve", argument, true, &out->reserve);
	}
}

static bool option_read(void *context, size_t index, const char *argument)
{
	struct ldscript_options *out = context;

	switch (index) {
	case OPTION_ARCH:
		return arch_read(argument, out);
	case OPTION_CPUS:
		return cpus_read(argument, out);
	case OPTION_LOAD_OFFSET:
		out->load_offset = argument;
		return true;
	case OPTION_INSERT_AFTER:
		out->insert_after = argument;
		return true;
	case OPTION_PRISTINE:
		out->pristine = true;
		return true;
	case OPTION_FULL:
		out->full = true;
		return true;
	case OPTION_WIDE:
		out->wide = true;
		return true;
	default:
		return layout_read(index, argument, out);
	}
}

static bool operand_read(void *context, const char *operand)
{
	(void)context;
	return usage_error(&command_ldscript, "'%s': no operands are taken", operand);
}

static enum exit_code run(const struct command *command, int argc, char **argv)
{
	struct ldscript_options chosen = {
		.model = MODEL_ZERO,
		.placement = PLACEMENT_OVERLAY,
		.stride_align = LDSCRIPT_STRIDE_ALIGN_MIN,
	};
	const struct option_reader reader = {
		.option = option_read, .operand = operand_read, .context = &chosen};
	struct error error = {.kind = ERROR_NONE};
	enum exit_code code;
	bool stop;

	code = options_read(command, argc, argv, &reader, &stop);
	if (stop)
		return code;
	if (ldscript_write(&chosen, stdout, &error))
		return EXIT_CLEAN;
	usage_error(command, "%s", error.text);
	return EXIT_USAGE;
}

const struct command command_ldscript = {
	.name = "ldscript",
	.operands = "",
	.summary = "writes linker scripts that lay out per-CPU data",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = run,
};
