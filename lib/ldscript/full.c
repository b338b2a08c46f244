#include "lib/ldscript/internal.h"

#include <inttypes.h>

enum { BOOT_STACK = 64 * 1024 };

/* Named one by one: an output section keeps its input's name only that way. */
static const char *const debug_sections[] = {".debug_abbrev", ".debug_addr", ".debug_aranges",
	".debug_cu_index", ".debug_frame", ".debug_gdb_scripts", ".debug_gnu_pubnames",
	".debug_gnu_pubtypes", ".debug_info", ".debug_line", ".debug_line_str", ".debug_loc",
	".debug_loclists", ".debug_macinfo", ".debug_macro", ".debug_names", ".debug_pubnames",
	".debug_pubtypes", ".debug_ranges", ".debug_rnglists", ".debug_str", ".debug_str_offsets",
	".debug_sup", ".debug_tu_index", ".debug_types", NULL};
static const char *const table_sections[] = {
	".comment", ".symtab", ".symtab_shndx", ".strtab", ".shstrtab", NULL};

static void unloaded_write(const char *const *names, FILE *to)
{
	for (; *names; names++)
		fprintf(to, "\t%s 0 : { *(%s) }\n", *names, *names);
}

static void segments_write(const struct ldscript_options *options, FILE *to)
{
	fputs("PHDRS {\n"
	      "\ttext PT_LOAD FLAGS(5);\n"
	      "\trodata PT_LOAD FLAGS(4);\n"
	      "\tdata PT_LOAD FLAGS(6);\n",
		to);
	if (ldscript_moved(options))
		fputs("\tpercpu PT_LOAD FLAGS(6);\n", to);
	fputs("\tbss PT_LOAD FLAGS(6);\n"
	      "\tnote PT_NOTE FLAGS(4);\n"
	      "}\n\n",
		to);
}

static void text_write(const struct ldscript_options *options, FILE *to)
{
	fprintf(to, "\t. = " HEX, options->arch->virt_base);
	if (options->load_offset)
		fprintf(to, " + (%s)", options->load_offset);
	fputs(";\n\t_skernel = .;\n", to);
	if (options->load_offset)
		fprintf(to,
			"\t/* What follows without an AT() of its own keeps this distance. */\n"
			"\t.text : AT(ADDR(.text) - (%s)) {\n",
			options->load_offset);
	else
		fputs("\t.text : {\n", to);
	fputs("\t\t/* First: some loaders jump to the start of the image, not to the entry. */\n"
	      "\t\tKEEP(*(.text.boot .text.boot.*))\n"
	      "\t\t*(.text .text.* .ltext .ltext.*)\n"
	      "\t\t*(.plt .iplt)\n"
	      "\t} :text\n"
	      "\t_etext = .;\n",
		to);
}

static void rodata_write(const struct ldscript_options *options, FILE *to)
{
	fprintf(to,
		"\t. = ALIGN(%" PRIu32 ");\n\t/* Of the notes, .note.percpu tells about this "
		"layout and .note.Xen where PVH enters. */\n\t.note.percpu : { "
		"KEEP(*(.note.percpu)) } :rodata :note\n\t.note.Xen : { KEEP(*(.note.Xen)) "
		"} :rodata :note\n\t.note : { *(.note.* .note) } :rodata :note\n\t.rodata "
		": {\n\t\t*(.rodata .rodata.* .srodata .srodata.* .lrodata "
		".lrodata.*)\n\t\tBYTE(0) /* bfd puts an empty segment at address 0, where "
		"loaders take it for code */\n\t} :rodata\n\t.eh_frame_hdr : { "
		"*(.eh_frame_hdr) } :rodata\n\t.eh_frame : { KEEP(*(.eh_frame)) } "
		":rodata\n\t.gcc_except_table : { *(.gcc_except_table .gcc_except_table.*) "
		"} :rodata\n\t/* Only named so that the last ASSERT can see it: nobody "
		"would apply what is in it. */\n\t.rela.dyn : { *(.rela .rela.*) } "
		":rodata\n",
		options->arch->page);
}

static void data_write(const struct ldscript_options *options, FILE *to)
{
	fprintf(to,
		"\t. = ALIGN(%" PRIu32 ");\n"
		"\t.data : {\n"
		"\t\t*(.data .data.* .sdata .sdata.* .ldata .ldata.*)\n"
		"\t} :data\n"
		"\t/* By its name it is known that nobody writes here but the linker. */\n"
		"\t.got : { *(.got .got.plt .igot .igot.plt) } :data\n",
		options->arch->page);
}

static void bss_write(const struct ldscript_options *options, FILE *to)
{
	fprintf(to,
		"\t/* Behind the areas, so that clearing it spares them. */\n"
		"\t.bss : {\n"
		"\t\t__bss_start = .;\n"
		"\t\t*(.sbss .sbss.* .bss .bss.* .dynbss .lbss .lbss.* COMMON)\n"
		"\t\t. = ALIGN(16);\n"
		"\t\t__bss_end = .;\n"
		"\t\t/* Outside what is cleared: the code that clears runs on it. */\n"
		"\t\t__boot_stack_start = .;\n"
		"\t\t. = . + %d;\n"
		"\t\t__boot_stack_end = .;\n"
		"\t} :bss\n"
		"\t. = ALIGN(%" PRIu32 ");\n"
		"\t_end = .;\n"
		"\t_ekernel = .;\n",
		BOOT_STACK, options->arch->page);
}

void ldscript_full(const struct ldscript_options *options, FILE *to)
{
	const struct arch *arch = options->arch;

	fprintf(to, "OUTPUT_FORMAT(\"%s\")\nOUTPUT_ARCH(%s)\nENTRY(_start)\n\n",
		arch->output_format, arch->output_arch);
	segments_write(options, to);
	fputs("SECTIONS {\n"
	      "\t/DISCARD/ : { *(.note.GNU-stack .note.gnu.property .interp) }\n",
		to);
	text_write(options, to);
	rodata_write(options, to);
	data_write(options, to);
	ldscript_sections(options, to);
	bss_write(options, to);
	fputs("\t/* Listed so that an orphan can be an error, never a section at a wrong place. "
	      "*/\n",
		to);
	unloaded_write(table_sections, to);
	unloaded_write(arch->keep_sections, to);
	unloaded_write(debug_sections, to);
	fputs("}\n", to);
	ldscript_asserts(options, to);
	fputs("ASSERT(SIZEOF(.rela.dyn) == 0,\n\t\"percpu: dynamic relocations: compile with "
	      "-fno-pic, link with -static -no-pie\")\n",
		to);
}
