#include "lib/ldscript/internal.h"

#include <inttypes.h>

enum { CACHE_LINE_ANY = 64 };

/*
 * What the runtime sorts its variables by, in the order of the template: small and hot ones at low
 * offsets fill the gap before the pages. The plain `.percpu*` comes last because the first pattern
 * that matches takes an input section.
 */
static const struct subsection {
	const char *name;
	bool own_lines; /* shares no cache line with what stands before it */
} subsections[] = {
	{.name = ".percpu.first"},
	{.name = ".percpu.read_mostly", .own_lines = true},
	{.name = ".percpu.shared_aligned", .own_lines = true},
	{.name = ".percpu.page_aligned", .own_lines = true},
};

static void line_align(const struct ldscript_options *options, FILE *to)
{
	fprintf(to, "\t\t. = ALIGN(%" PRIu32 ");\n",
		options->arch ? options->arch->cache_line : (uint32_t)CACHE_LINE_ANY);
}

static void inputs_write(const struct ldscript_options *options, FILE *to)
{
	fputs("\t\t/* KEEP: a variable holds its place in every area, seen in use or not. */\n",
		to);
	for (size_t i = 0; i < sizeof(subsections) / sizeof(subsections[0]); i++) {
		const char *name = subsections[i].name;

		if (subsections[i].own_lines)
			line_align(options, to);
		/* Two statements: bfd and lld order the matches of several patterns differently. */
		fprintf(to,
			"\t\tKEEP(*(SORT_BY_ALIGNMENT(%s)))\n"
			"\t\tKEEP(*(SORT_BY_ALIGNMENT(%s.*)))\n",
			name, name);
	}
	fputs("\t\t/* The rest, whatever its name: an orphan would land outside the areas. */\n"
	      "\t\tKEEP(*(SORT_BY_ALIGNMENT(.percpu*)))\n",
		to);
}

/* Symbols of the place where the template is loaded, as code sees it. */
static void template_symbols(const struct ldscript_options *options, FILE *to)
{
	if (options->placement != PLACEMENT_OVERLAY)
		fputs("\t\t_percpu_template = .;\n", to);
	if (options->placement != PLACEMENT_SEPARATE)
		fputs("\t\t_percpu_start = .;\n", to);
	if (options->placement == PLACEMENT_DYNAMIC)
		fputs("\t\t_percpu_end = .;\n", to);
}

static const char *segment(const struct ldscript_options *options, const char *name)
{
	return options->full ? name : "";
}

/*
 * A mark at the place itself. Symbols set between output sections would belong to a neighbour, and
 * an INSERTed script may hold nothing but output sections: lld does not move the rest.
 */
static void base_write(const struct ldscript_options *options, FILE *to)
{
	fprintf(to,
		"\t/* A byte that ends where .percpu is loaded; bfd has no load address for none. "
		"*/\n\t.percpu_base (ALIGN(. + 1, ALIGNOF(.percpu)) - 1) (TYPE=SHT_NOBITS) : "
		"{\n\t\t. = . + 1;\n");
	template_symbols(options, to);
	fprintf(to, "\t}%s\n", segment(options, " :data"));
}

static void percpu_open(const struct ldscript_options *options, FILE *to)
{
	const char *offset = options->full ? NULL : options->load_offset;

	if (!ldscript_moved(options))
		fprintf(to, "\t.percpu :");
	else
		fprintf(to, "\t.percpu " HEX " :", options->vma);
	if (ldscript_moved(options) && !offset)
		fputs(" AT(LOADADDR(.percpu_base) + 1)", to);
	else if (ldscript_moved(options))
		fprintf(to, " AT(ADDR(.percpu_base) + 1 - (%s))", offset);
	else if (offset)
		fprintf(to, " AT(ADDR(.percpu) - (%s))", offset);
	fprintf(to, " ALIGN(%" PRIu64 ") {\n", options->stride_align);
}

static void percpu_write(const struct ldscript_options *options, FILE *to)
{
	percpu_open(options, to);
	if (!ldscript_moved(options))
		template_symbols(options, to);
	fputs("\t\t_percpu_load_start = .;\n", to);
	inputs_write(options, to);
	/* bfd neither aligns nor loads what is empty; a stride of 0 would be divided by. */
	fputs("\t\t/* Without variables the template is padding: no stride is 0. */\n\t\t. = . + "
	      "(. == _percpu_load_start ? 1 : 0);\n\t\t/* Padded inside: load end - load start "
	      "is a stride aligned for all variables. */\n\t\t. = "
	      "ALIGN(ALIGNOF(.percpu));\n\t\t_percpu_load_end = .;\n",
		to);
	if (options->model == MODEL_NAIVE)
		fputs("\t\t_percpu_end = .;\n", to);
	if (options->reserve)
		fprintf(to,
			"\t\t_percpu_reserve_start = .;\n"
			"\t\t_percpu_reserve_end = . + ALIGN(%" PRIu64 ", ALIGNOF(.percpu));\n",
			options->reserve);
	fprintf(to, "\t}%s\n", segment(options, ldscript_moved(options) ? " :percpu" : " :data"));
}

/* The bytes from area to area. */
static void stride_write(const struct ldscript_options *options, FILE *to)
{
	if (options->reserve)
		fprintf(to, "(SIZEOF(.percpu) + ALIGN(%" PRIu64 ", ALIGNOF(.percpu)))",
			options->reserve);
	else
		fputs("SIZEOF(.percpu)", to);
}

static void areas_body(const struct ldscript_options *options, FILE *to)
{
	if (options->model == MODEL_NAIVE || options->placement == PLACEMENT_DYNAMIC)
		return;
	if (options->placement == PLACEMENT_SEPARATE)
		fputs("\t\t_percpu_start = .;\n", to);
	else
		fputs("\t\t/* Area 0 is the template itself. */\n", to);
	fprintf(to, "\t\t. = . + %" PRIu64 " * ", options->cpus);
	stride_write(options, to);
	fprintf(to, "%s;\n\t\t_percpu_end = .;\n",
		options->placement == PLACEMENT_OVERLAY ? " - SIZEOF(.percpu)" : "");
}

static void pristine_body(const struct ldscript_options *options, FILE *to)
{
	if (!options->pristine)
		return;
	fputs("\t\t/* Room for the initial values, which area 0 loses. */\n"
	      "\t\t_percpu_pristine_start = .;\n"
	      "\t\t. = . + SIZEOF(.percpu);\n"
	      "\t\t_percpu_pristine_end = .;\n",
		to);
}

/* Apart from the template, so that the room takes no bytes of the file. */
static void areas_write(const struct ldscript_options *options, FILE *to)
{
	if (!ldscript_moved(options)) {
		fputs("\t.percpu_areas (TYPE=SHT_NOBITS) : {\n", to);
		areas_body(options, to);
		pristine_body(options, to);
	} else {
		fputs("\t/* Back behind the loaded template, for this and for all that follows. "
		      "*/\n\t.percpu_areas (ADDR(.percpu_base) + 1 + SIZEOF(.percpu)) "
		      "(TYPE=SHT_NOBITS) :\n\t\tAT(LOADADDR(.percpu) + SIZEOF(.percpu)) {\n",
			to);
		areas_body(options, to);
		pristine_body(options, to);
		fputs("\t\t. = . + 1; /* never empty, or bfd forgets the load address */\n", to);
	}
	fprintf(to, "\t}%s\n", segment(options, " :bss"));
}

void ldscript_sections(const struct ldscript_options *options, FILE *to)
{
	if (ldscript_moved(options))
		base_write(options, to);
	percpu_write(options, to);
	if (ldscript_has_areas(options))
		areas_write(options, to);
}

static void assert_write(FILE *to, const char *condition, const char *message)
{
	fprintf(to, "ASSERT(%s,\n\t\"percpu: %s\")\n", condition, message);
}

static void model_asserts(const struct ldscript_options *options, FILE *to)
{
	uint64_t limit = ldscript_offset_limit(options);

	if (ldscript_moved(options))
		fprintf(to,
			"ASSERT(ABSOLUTE(_percpu_load_start) == " HEX ",\n"
			"\t\"percpu: .percpu does not stand at " HEX "\")\n",
			options->vma, options->vma);
	if (options->model == MODEL_ZERO)
		fprintf(to,
			"ASSERT(ABSOLUTE(_percpu_load_end) <= " HEX ",\n"
			"\t\"percpu: variables beyond offset " HEX
			", which accesses cannot hold%s\")\n",
			limit, limit,
			options->arch && limit < options->arch->offset_limit_wide ? " (see --wide)"
										  : "");
}

void ldscript_asserts(const struct ldscript_options *options, FILE *to)
{
	/* Not inside .percpu, where bfd would make it an address. */
	fputs("/* A number: what areas, and memory for them, are aligned to. */\n"
	      "_percpu_align = ALIGNOF(.percpu);\n",
		to);
	fputs("/* ABSOLUTE: bfd would compare the offset inside the symbol's section. */\n", to);
	model_asserts(options, to);
	assert_write(to, "_percpu_load_end - _percpu_load_start == SIZEOF(.percpu)",
		".percpu holds more than the template");
	assert_write(to, "ABSOLUTE(_percpu_start) % ALIGNOF(.percpu) == 0",
		"_percpu_start is not aligned for the variables");
	assert_write(to, "ABSOLUTE(_percpu_load_start) % ALIGNOF(.percpu) == 0",
		".percpu's address is not aligned for the variables");
	assert_write(to, "LOADADDR(.percpu) % ALIGNOF(.percpu) == 0",
		".percpu's load address is not aligned for the variables");
	if (options->model == MODEL_NAIVE || options->placement == PLACEMENT_DYNAMIC)
		return;
	fprintf(to, "ASSERT(_percpu_end - _percpu_start == %" PRIu64 " * ", options->cpus);
	stride_write(options, to);
	fprintf(to, ",\n\t\"percpu: the areas are not %" PRIu64 " strides long\")\n",
		options->cpus);
}
