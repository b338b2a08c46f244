#include "lib/ldscript/internal.h"

#include <inttypes.h>
#include <string.h>

static void form_options(const struct ldscript_options *options, FILE *to)
{
	if (options->load_offset)
		fprintf(to,
			strpbrk(options->load_offset, "()<>&|~ $") ? " --load-offset '%s'"
								   : " --load-offset %s",
			options->load_offset);
	if (options->insert_after)
		fprintf(to,
			strchr(options->insert_after, '$') ? " --insert-after '%s'"
							   : " --insert-after %s",
			options->insert_after);
	if (options->full)
		fputs(" --full", to);
	if (options->wide)
		fputs(" --wide", to);
}

/* The options that are not at their defaults, in one order: whoever means the same gets the same.
 */
static void command_line(const struct ldscript_options *options, FILE *to)
{
	fputs("percpu-tool ldscript", to);
	if (options->arch)
		fprintf(to, " --arch %s", options->arch->name);
	if (options->cpus)
		fprintf(to, " --cpus %" PRIu64, options->cpus);
	if (options->model != MODEL_ZERO)
		fprintf(to, " --model %s", model_name(options->model));
	if (options->placement != PLACEMENT_OVERLAY)
		fprintf(to, " --placement %s", placement_name(options->placement));
	if (options->stride_align != LDSCRIPT_STRIDE_ALIGN_MIN)
		fprintf(to, " --stride-align %" PRIu64, options->stride_align);
	if (options->vma_given)
		fprintf(to, " --vma " HEX, options->vma);
	if (options->reserve)
		fprintf(to, " --reserve %" PRIu64, options->reserve);
	if (options->pristine)
		fputs(" --pristine", to);
	form_options(options, to);
}

/* How the script is used, by its form. */
static void usage_write(const struct ldscript_options *options, FILE *to)
{
	if (options->full)
		fprintf(to,
			" * A complete script for %s on QEMU's virt machine:\n * ld -T THIS "
			"--orphan-handling=error. Code is not position-independent;\n * .text.boot "
			"stands first, the entry is _start, and the stack to start on\n * ends at "
			"__boot_stack_end.\n",
			options->arch->name);
	else if (options->insert_after)
		fputs(" * Adds to the linker's own script: ld -T THIS.\n"
		      " * In the model zero, code is not position-independent.\n",
			to);
	else
		fputs(" * Paste or INCLUDE it inside SECTIONS { }, behind .data and before .bss. "
		      "In a\n * script with PHDRS, give .percpu a PT_LOAD of its own where it "
		      "has an address\n * of its own, and .percpu_areas that of .bss.\n",
			to);
	if (!options->full && ldscript_moved(options))
		fputs(" * No other section may stand at the addresses of .percpu.\n", to);
	if (options->arch && strcmp(options->arch->base_register, "gp") == 0 &&
		options->model != MODEL_NAIVE)
		fputs(" * gp is the base register: link with --no-relax.\n", to);
	if (options->placement == PLACEMENT_SEPARATE)
		fputs(" * Start-up copies from _percpu_template, not from _percpu_start.\n", to);
	if (options->pristine)
		fputs(" * Start-up first copies the template to _percpu_pristine_start.\n", to);
	if (options->reserve)
		fputs(" * The stride is _percpu_reserve_end - _percpu_load_start.\n", to);
}

static void head_write(const struct ldscript_options *options, FILE *to)
{
	fputs("/*\n * ", to);
	command_line(options, to);
	fputs("\n *\n", to);
	usage_write(options, to);
	fputs(" * Needs GNU ld 2.39 or LLD 15 at least (TYPE=).\n */\n", to);
}

bool ldscript_write(const struct ldscript_options *options, FILE *to, struct error *error)
{
	if (!ldscript_validate(options, error))
		return false;
	head_write(options, to);
	if (options->full) {
		ldscript_full(options, to);
	} else if (options->insert_after) {
		fputs("SECTIONS {\n", to);
		ldscript_sections(options, to);
		fprintf(to, "} INSERT AFTER %s;\n", options->insert_after);
		ldscript_asserts(options, to);
	} else {
		ldscript_sections(options, to);
		ldscript_asserts(options, to);
	}
	return true;
}
