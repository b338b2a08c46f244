/* What allocated data, and a dynamic linker, hold of the template's addresses. */
#include "lib/check/reloc.h"

/* Only whole values are pointers; of a difference, the part that is not taken off again. */
static bool is_pointer(const struct check_run *run, const struct reference *r)
{
	const struct reloc_info *info = reference_info(run->image, r);

	if (!info || r->foreign || r->site.kind != SITE_NONE)
		return false;
	return info->class == RELOC_WORD || info->class == RELOC_PCREL ||
	       info->class == RELOC_OFFSET || info->class == RELOC_DELTA;
}

/* Both ends of a difference name the template, at one place: a size. */
static bool is_difference(const struct references *references, size_t index)
{
	const struct reference *r = &references->items[index];

	return (index && references->items[index - 1].place == r->place &&
		       references->items[index - 1].section == r->section) ||
	       (index + 1 < references->count && references->items[index + 1].place == r->place &&
		       references->items[index + 1].section == r->section);
}

static bool in_template(const struct check_run *run, const struct reference *r)
{
	return layout_has_section(run->layout, r->section);
}

static void report_one(struct check_run *run, const struct reference *r)
{
	const struct place place = at_reference(run, r);

	found(run, SEVERITY_WARNING, &place,
		text(run, "%s at 0x%" PRIx64 " stores its address %s", reference_text(run, r),
			r->place,
			in_template(run, r) ? "in the template: each CPU's copy will point there, "
					      "none at itself"
					    : "in data: that of the template, and no CPU's copy"),
		"store the pointer at start-up, for each CPU, or keep the offset in an integer");
}

static void report_section(struct check_run *run, const struct reference *first, size_t count)
{
	const struct place place = target_of_reference(run, first);

	found(run, SEVERITY_NOTE, &place,
		text(run, "%zu word%s of %.64s hold%s addresses of the template", count,
			count == 1 ? "" : "s", run->image->sections[first->section].name,
			count == 1 ? "s" : ""),
		"none needed where code adds a CPU's offset to them; else set them at start-up");
}

/* Tables of them are what other systems' code expects; the crate and the runtime have none. */
static void reloc_pointer(struct check_run *run)
{
	const struct layout *layout = run->layout;
	const struct references *references = &layout->references;
	const bool ours = layout->profile->has_no_pointers;
	const struct reference *first = NULL;
	size_t count = 0;

	if (layout->model == MODEL_NAIVE)
		return;
	for (size_t i = 0; i < references->count; i++) {
		const struct reference *r = &references->items[i];

		if (!is_pointer(run, r) || is_difference(references, i) || names_bound(run, r))
			continue;
		if (ours) {
			report_one(run, r);
			continue;
		}
		if (first && first->section != r->section) {
			report_section(run, first, count);
			first = NULL;
		}
		if (!first) {
			first = r;
			count = 0;
		}
		count++;
	}
	if (first)
		report_section(run, first, count);
}

const struct check check_reloc_pointer = {
	.name = "reloc_pointer",
	.severity = SEVERITY_WARNING,
	.where = "OR",
	.needs = {&check_section_present},
	.run = reloc_pointer,
	.summary = "no data holds an address of the template",
	.what = "A word of allocated data holds the address, or the distance, of a variable in the "
		"template. A warning for the percpu crate and our runtime, one for each word; a "
		"note for other systems, one for each section.",
	.why = "The variable that a CPU uses stands in its own area. A pointer that the linker "
	       "fills in is that of the template - in model zero an offset - and whoever follows "
	       "it reads initial values, or nothing. Other systems keep such words on purpose: "
	       "Linux has __per_cpu_offset[] and __ksymtab, whose readers add a CPU's offset.",
	.example = "unsigned long *p = &__PERCPU_counter; at file scope",
	.fix = "Store pointers at start-up, for each CPU, or keep the offset in an integer.",
};

struct dynamic {
	const struct section *section; /* of the relocations */
	uint64_t place;
	uint64_t value; /* what it stores, less the load bias */
	bool is_address;
};

/* In the template, from its start to its end; never in an empty one. */
static const struct section *template_holds(const struct layout *layout, uint64_t address)
{
	for (size_t i = 0; i < layout->section_count; i++) {
		const struct section *s = &layout->image->sections[layout->sections[i]];

		if (address >= s->addr && address - s->addr < s->size)
			return s;
	}
	return NULL;
}

static void judge_dynamic(struct check_run *run, const struct dynamic *d, const char *name)
{
	const struct layout *layout = run->layout;
	const struct section *place = template_holds(layout, d->place);
	const struct section *value =
		place || !d->is_address ? NULL : template_holds(layout, d->value);
	const uint64_t address = place ? d->place : d->value;
	struct place at = {.section = place ? place : value, .address = {true, d->place}};

	if (!at.section)
		return;
	at.variable = layout_variable_at(layout, at.section->index, address, &at.offset.value);
	at.offset.known = at.variable != NULL;
	found(run, SEVERITY_ERROR, &at,
		text(run,
			place ? "%.64s: %s at 0x%" PRIx64 " changes the template, at 0x%" PRIx64
			      : "%.64s: %s at 0x%" PRIx64 " adds the load address to the offset "
				"0x%" PRIx64,
			d->section->name, name, d->place, address),
		"link without -pie: offsets do not move with the kernel");
}

/*
 * S + A, and whether that is an address: what has no definition here is 0, and a thread-local
 * offset may be any small number.
 */
static void read_value(const struct check_run *run, const struct section *section,
	const struct reloc *reloc, struct dynamic *d)
{
	const struct reloc_info *info = reloc_info(run->image->arch, reloc->type);
	struct symbol symbol;

	d->value = (uint64_t)reloc->addend;
	d->is_address = !info || info->class != RELOC_TLS;
	if (!reloc->symbol)
		return;
	if (image_reloc_symbol(run->image, section, reloc->symbol, &symbol) &&
		symbol.section != SHN_UNDEF)
		d->value += symbol.value;
	else
		d->is_address = false;
}

static void judge_rela(struct check_run *run, const struct section *section)
{
	const size_t count = image_reloc_count(run->image, section);
	char number[RELOC_NAME_SIZE];

	for (size_t i = 0; i < count; i++) {
		const struct reloc reloc = image_reloc(run->image, section, i);
		const struct reloc_info *info = reloc_info(run->image->arch, reloc.type);
		struct dynamic d = {.section = section, .place = reloc.offset};

		/* GNU ld leaves some that are none, with all zeros. */
		if (info && info->class == RELOC_IGNORE)
			continue;
		read_value(run, section, &reloc, &d);
		judge_dynamic(run, &d, reloc_name(run->image->arch, reloc.type, number));
	}
}

/* The word that RELR adds the load address to; zero when the file does not have it. */
static uint64_t word_at(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *s = &image->segments[i];

		if (s->type == PT_LOAD && address >= s->vaddr &&
			range_within(address - s->vaddr, 8, s->filesz))
			return read_le64(
				image_bytes(image).data + s->offset + (address - s->vaddr));
	}
	return 0;
}

static void judge_relr_word(struct check_run *run, const struct section *section, uint64_t place)
{
	const struct dynamic d = {section, place, word_at(run->image, place), true};

	judge_dynamic(run, &d, "relative relocation");
}

/* gABI, "Relative Relocation Table": an even word is an address, an odd one 63 that follow it. */
static void judge_relr(struct check_run *run, const struct section *section)
{
	const struct span words = image_section_bytes(run->image, section->index);
	uint64_t next = 0;

	for (size_t i = 0; i + 8 <= words.size; i += 8) {
		const uint64_t word = read_le64(words.data + i);

		if (!(word & 1)) {
			judge_relr_word(run, section, word);
			next = word + 8;
			continue;
		}
		for (unsigned bit = 1; bit < 64; bit++)
			if (word >> bit & 1)
				judge_relr_word(run, section, next + (bit - 1) * 8);
		next += 63 * UINT64_C(8);
	}
}

/* R_*_RELR and what stands in allocated relocation sections is for a dynamic linker. */
static void reloc_dynamic(struct check_run *run)
{
	enum { RELR = 19 };

	if (run->layout->model != MODEL_ZERO) {
		if (run->layout->model_assumed && run->image->type == ET_DYN)
			skipped(run, "model assumed; --model says which");
		return;
	}
	for (size_t i = 1; i < run->image->section_count; i++) {
		const struct section *s = &run->image->sections[i];

		if (!(s->flags & SHF_ALLOC))
			continue;
		if (s->type == SHT_RELA)
			judge_rela(run, s);
		else if (s->type == RELR)
			judge_relr(run, s);
	}
}

const struct check check_reloc_dynamic = {
	.name = "reloc_dynamic",
	.severity = SEVERITY_ERROR,
	.where = "RB",
	.needs = {&check_section_present, &check_section_vma},
	.run = reloc_dynamic,
	.summary = "no dynamic relocation touches the template or an offset",
	.what = "Model zero: a relocation for a dynamic linker, or for a kernel that relocates "
		"itself, has its place in the template, or stores an address of the template.",
	.why = "Whoever applies it adds the address that the kernel was loaded at. What it changes "
	       "in the template is not at the template's address; and an offset plus that address "
	       "is neither (Linux kallsyms under KASLR, c6bda7c988a5).",
	.example = "a kernel linked with -pie whose data has a pointer to a per-CPU variable",
	.fix = "Link without -pie, or keep pointers out of the template and to it out of data.",
};
