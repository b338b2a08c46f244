/* Does the code, as its instructions say, reach per-CPU data in the way the layout wants? */
#include "lib/check/access.h"
#include "lib/check/reloc.h"

#include <string.h>

#include "lib/model/note.h"

/*
 * Up to here all code is read, which takes about as long as linking it; of the largest kernels what
 * cannot have what the checks ask for is passed over. access_preempt and access_member, which are
 * asked for by name, are about all that code does.
 */
enum { THOROUGH_MOST = 8 << 20 };

static bool is_thorough(const struct check_run *run)
{
	const enum check_level *levels = run->options->levels;
	uint64_t code = 0;

	for (size_t i = 1; i < run->image->section_count; i++)
		if (run->image->sections[i].flags & SHF_EXECINSTR)
			code += run->image->sections[i].size;
	return code <= THOROUGH_MOST || levels[CHECK_ID_access_preempt] > LEVEL_ALLOW ||
	       levels[CHECK_ID_access_member] > LEVEL_ALLOW;
}

const struct accesses *accesses_of(struct check_run *run)
{
	struct accesses_options options = {
		.threads = run->options->layout.threads, .suspects = true};
	struct accesses *accesses;

	if (run->accesses)
		return run->accesses;
	options.thorough = is_thorough(run);
	options.functions = functions_of(run);
	accesses = ARENA_NEW(run->arena, struct accesses);
	if (!accesses)
		error_memory(run->error);
	else if (options.functions &&
		 accesses_find(run->image, run->list, &options, run->arena, accesses, run->error))
		run->accesses = accesses;
	return run->accesses;
}

/* The model says that a base is added to what code forms, whether a register holds it or not. */
static bool has_areas(const struct check_run *run)
{
	return run->layout->model == MODEL_ZERO || run->layout->model == MODEL_NONZERO;
}

bool goes_through_register(const struct check_run *run)
{
	return has_areas(run) && accesses_bases(run->image, run->layout);
}

const struct accesses *register_accesses(struct check_run *run)
{
	if (goes_through_register(run))
		return rests_on_assumption(run) ? NULL : accesses_of(run);
	if (has_areas(run))
		skipped(run, "no register holds the base: this CPU's data is reached as another's "
			     "is");
	return NULL;
}

/* A displacement alone may be a member's of what the register has pointed to. */
bool code_confirms_model(struct check_run *run)
{
	const struct accesses *accesses =
		run->image->kind != IMAGE_STRIPPED && goes_through_register(run) ? accesses_of(run)
										 : NULL;

	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];

		if (is_of_layout(run, access) && access->layout == run->layout &&
			access->variable && access->formed && !access->floating)
			return true;
	}
	return false;
}

bool is_of_layout(const struct check_run *run, const struct access *access)
{
	return access->base && (accesses_bases(run->image, run->layout) >> access->base & 1);
}

bool rests_on_assumption(struct check_run *run)
{
	if (run->image->kind != IMAGE_STRIPPED || !run->layout->model_assumed)
		return false;
	skipped(run, "model assumed; --model says which");
	return true;
}

bool is_of_data(const struct check_run *run, const struct access *access)
{
	return access->layout == run->layout &&
	       (access->variable || run->image->kind == IMAGE_STRIPPED);
}

struct maybe symbol_value(struct check_run *run, const char *name)
{
	for (size_t i = 1; i < run->image->symbol_count; i++) {
		struct symbol symbol;

		if (!image_symbol(run->image, i, &symbol, run->error))
			break;
		if (symbol.section != SYMBOL_UNDEFINED && strcmp(symbol.name, name) == 0)
			return (struct maybe){true, symbol.value};
	}
	return (struct maybe){0};
}

struct span code_at(const struct check_run *run, uint32_t section, uint64_t address, uint8_t length)
{
	const struct image *image = run->image;
	const uint64_t start = image->kind == IMAGE_OBJECT ? 0 : image->sections[section].addr;
	const struct span code = image_section_bytes(image, section);

	return (struct span){code.data + (address - start), length};
}

struct place at_access(struct check_run *run, const struct access *access)
{
	uint64_t offset;

	return (struct place){
		.section = &run->image->sections[access->section],
		.variable = access->variable,
		.offset = {access->variable != NULL, access->offset},
		.address = {true, access->address},
		.code = code_at(run, access->section, access->address, access->length),
		.function = function_at(run, access->section, access->address, &offset),
	};
}

const char *place_text(struct check_run *run, uint32_t section, uint64_t address)
{
	uint64_t offset;
	const char *function = function_at(run, section, address, &offset);

	if (!function)
		return "";
	if (!offset)
		return text(run, " in %s", function);
	return text(run, " in %s+0x%" PRIx64, function, offset);
}

const char *access_text(struct check_run *run, const struct access *access)
{
	const char *kind = access_kind_name((enum access_kind)access->kind);
	const char *place = place_text(run, access->section, access->address);

	if (!access->width)
		return text(run, "%s%s", kind, place);
	return text(run, "%s of %u byte%s%s", kind, access->width, access->width == 1 ? "" : "s",
		place);
}

/* Does it take the whole of a variable, as an access of its type does? */
static bool is_whole(const struct access *access)
{
	return access->offset == 0 && access->width == access->variable->symbol.size;
}

/* Of the function that was asked of last: accesses are in order. */
struct function_bounds {
	bool known;
	uint32_t section;
	struct function_extent extent;
	bool named; /* a relocation in it names a boundary symbol */
};

static void find_bounds(
	struct check_run *run, const struct access *access, struct function_bounds *last)
{
	const struct references *all = &run->layout->references;
	const struct reference *r;

	*last = (struct function_bounds){.known = true,
		.section = access->section,
		.extent = function_around(run, access->section, access->address)};
	r = references_from(all, last->section, last->extent.start);
	for (; r && r < all->items + all->count && r->section == last->section &&
		r->place < last->extent.end && !last->named;
		r++)
		last->named = names_bound(run, r);
}

/* Is it a read in the same function, of a place in the template without a base? */
static bool is_such_read(
	struct check_run *run, const struct access *access, const struct access *other)
{
	uint64_t offset;
	const char *function;

	if (other->section != access->section || other->base || other->floating ||
		other->layout != run->layout || other->kind != ACCESS_READ)
		return false;
	function = function_at(run, access->section, access->address, &offset);
	return function && function == function_at(run, other->section, other->address, &offset);
}

/* Of the function's reads the one that ends where `target` is; NULL: none does. */
static const struct access *read_before(
	struct check_run *run, const struct access *access, uint64_t target)
{
	const struct accesses *all = accesses_of(run);
	const size_t at = (size_t)(access - all->items);

	for (size_t i = at; i-- > 0 && is_such_read(run, access, &all->items[i]);)
		if (all->items[i].target + all->items[i].width == target)
			return &all->items[i];
	for (size_t i = at + 1; i < all->count && is_such_read(run, access, &all->items[i]); i++)
		if (all->items[i].target + all->items[i].width == target)
			return &all->items[i];
	return NULL;
}

/*
 * A copy of the template, unrolled: from its start on. Whoever reads the first variable alone
 * looks the same.
 */
static bool is_copy(struct check_run *run, const struct access *access)
{
	enum { READS_MOST = 64 };
	const struct access *read = access;

	if (run->image->kind == IMAGE_RELOCS || access->kind != ACCESS_READ)
		return false;
	for (unsigned i = 0; read && i < READS_MOST; i++) {
		if (is_bound_value(run, read->target))
			return true;
		read = read->width ? read_before(run, access, read->target) : NULL;
	}
	return false;
}

/*
 * In place the first variable is where areas are copied from, and where area 0 of an overlay is: as
 * the linker has left it, only a relocation tells an access to it from one to a boundary symbol.
 */
static bool may_be_bound(
	struct check_run *run, const struct access *access, struct function_bounds *last)
{
	const struct maybe start = run->layout->template_start;

	if (run->image->kind == IMAGE_STRIPPED)
		return start.known && access->target == start.value;
	if (run->image->kind == IMAGE_OBJECT || run->layout->model == MODEL_ZERO)
		return false;
	if (access->bound || is_copy(run, access))
		return true;
	if (run->image->kind != IMAGE_RELOCS || !is_bound_value(run, access->target))
		return false;
	if (!last->known || last->section != access->section ||
		access->address < last->extent.start || access->address >= last->extent.end)
		find_bounds(run, access, last);
	return last->named;
}

/* Before start-up has written the register area 0 of an overlay is set up where the template is. */
static bool may_be_start_up(struct check_run *run, const struct access *access)
{
	return run->layout->model == MODEL_NONZERO && run->layout->placement == PLACEMENT_OVERLAY &&
	       access_is_early(run, access);
}

/* Addresses that are formed for such a symbol, and its members', are those from 0 on. */
static bool has_undefined_weak(struct check_run *run)
{
	struct symbol symbol;

	for (size_t i = 1; i < run->image->symbol_count; i++)
		if (!image_symbol(run->image, i, &symbol, run->error))
			break;
		else if (symbol.section == SYMBOL_UNDEFINED && symbol.bind == STB_WEAK &&
			 symbol.type != STT_FUNC)
			return true;
	return false;
}

/* Is another section linked there, too: code that is copied to low memory? */
static bool is_of_others(const struct check_run *run, uint64_t address)
{
	for (uint32_t i = 1; i < run->image->section_count; i++) {
		const struct section *s = &run->image->sections[i];

		if ((s->flags & SHF_ALLOC) && !(s->flags & SHF_TLS) &&
			address - s->addr < s->size && !layout_has_section(run->layout, i))
			return true;
	}
	return false;
}

/*
 * Compilers leave the paths in on which a pointer is null, and its members stand at small numbers
 * as variables of a template at address 0 do. Without relocations such a place is the variable's
 * where it is formed as addresses are; farther away than members are, the access has to fit it.
 */
static bool is_certain(struct check_run *run, const struct access *access)
{
	if (access->relocated || run->layout->model != MODEL_ZERO)
		return true;
	if (run->image->kind == IMAGE_RELOCS || is_of_others(run, access->target))
		return false;
	if (access->target >= run->image->arch->page && is_whole(access))
		return true;
	return access->placed && !has_undefined_weak(run);
}

/* A base that is not known may be any CPU's: only a place that the code says by itself is a fault.
 */
static bool lacks_register(
	struct check_run *run, const struct access *access, struct function_bounds *last)
{
	return !access->base && !access->floating && is_of_data(run, access) &&
	       access->kind != ACCESS_ADDRESS && !may_be_bound(run, access, last) &&
	       is_certain(run, access) && !may_be_start_up(run, access);
}

/* Accesses of one variable in one function are one fault. */
static bool is_same_fault(
	struct check_run *run, const struct access *before, const struct access *access)
{
	uint64_t offset;
	const char *function;

	if (!before || before->variable != access->variable || before->section != access->section)
		return false;
	function = function_at(run, access->section, access->address, &offset);
	return function && function == function_at(run, before->section, before->address, &offset);
}

static void access_register(struct check_run *run)
{
	const bool asked = has_areas(run) && !rests_on_assumption(run);
	const struct accesses *accesses;
	struct function_bounds last = {.known = false};
	const struct access *before = NULL;
	struct mode_32 mode = {0};

	if (asked && run->image->kind == IMAGE_STRIPPED && run->layout->model == MODEL_ZERO) {
		skipped(run, "no symbols: a small number is a variable's offset, or anybody's");
		return;
	}
	accesses = asked ? accesses_of(run) : NULL;
	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];
		struct place place;

		if (!lacks_register(run, access, &last) || is_same_fault(run, before, access) ||
			is_32_bit(run, &mode, access))
			continue;
		before = access;
		place = at_access(run, access);
		found(run, SEVERITY_ERROR, &place,
			text(run, "%s reaches 0x%" PRIx64 " without the CPU's base: %s",
				access_text(run, access), access->target,
				run->layout->model == MODEL_ZERO
					? "its offset is taken for an address"
					: "all CPUs share the template's bytes"),
			goes_through_register(run) ? access_fix(run)
						   : "go through an accessor of the kernel");
	}
}

const struct check check_access_register = {
	.name = "access_register",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.needs = {&check_section_present, &check_section_vma, &check_reloc_kind, &check_reloc_pair,
		&check_reloc_relax, &check_access_relaxed},
	.run = access_register,
	.summary = "code reaches per-CPU variables through the register",
	.what = "An instruction is seen to read or write a per-CPU variable at an address that has "
		"no CPU's base in it: the code forms the variable's offset, or its address in the "
		"template, and goes there. An address in which something is not known is no "
		"finding: it may hold another CPU's base. Where the template is at address 0 and "
		"no relocation names the variable, what a null pointer leads to is none, nor what "
		"a weak symbol does that nobody defines: the address has to be formed relative to "
		"the program counter, with upper bits of 0, or be from .got, in a file without "
		"such a symbol and a function that does not ask whether it is there; or the access "
		"takes the whole of a variable that is a page or more away. A number is not looked "
		"for there that is a sum of others which are all 8 KiB or more away from any whole "
		"variable, or that is loaded from read-only data other than .got. "
		"Elsewhere what a relocation against a boundary symbol says is none, what is on a "
		"stack, nor, where area 0 is the template, what is seen to be run from the entry "
		"before the register is written. Without relocations a read of the first variable "
		"may be one through a boundary symbol, and so may what is read from there on "
		"without a gap: these are none. "
		"In a stripped file only the model nonzero is judged: any place in the section "
		"but its start is a variable's. "
		"On x86_64 code is left out whose addresses may be those of 32-bit code: "
		"functions that load the GDT, and what is reached from a Multiboot or PVH entry, "
		"or from a function with lgdt and a far jump.",
	.why = "Where the template is at address 0 the access faults or, where low memory is "
	       "mapped, changes somebody else's bytes; elsewhere all CPUs change the same bytes, "
	       "which none of them reads. Without relocations only the instructions show it.",
	.example = "mov $counter, %eax; incq (%rax)",
	.fix = "Go through an accessor of the library, or add the per-CPU register to the offset.",
};

/*
 * Where symbols are gone: behind the section, which holds the template, and what the note says that
 * is reserved behind that.
 */
static struct maybe end_of_section(const struct layout *layout)
{
	const struct section *s = layout_section(layout);
	const struct maybe reserve = note_agreed(layout->note, NOTE_RESERVE);

	if (!s || !reserve.known)
		return (struct maybe){0};
	return (struct maybe){true, s->addr + s->size + reserve.value};
}

/* The first offset, or address, behind what an area holds. */
static struct maybe area_end(const struct layout *layout)
{
	const struct bound *reserve = &layout->bounds[BOUND_RESERVE_END];
	struct maybe end = layout->template_end;

	if (!end.known && layout->image->kind == IMAGE_STRIPPED)
		end = end_of_section(layout);
	if (end.known && reserve->state == BOUND_DEFINED && reserve->symbol.value > end.value)
		end.value = reserve->symbol.value;
	if (end.known && layout->stride.known && layout->template_start.known &&
		layout->template_start.value + layout->stride.value > end.value)
		end.value = layout->template_start.value + layout->stride.value;
	return end;
}

/* In objects: behind its section, which the linker puts others' variables behind. */
static bool leaves_section(const struct check_run *run, const struct access *access)
{
	return access->relocated && access->target_section &&
	       layout_has_section(run->layout, access->target_section) &&
	       access->target >= run->image->sections[access->target_section].size;
}

/* A displacement alone is a member's of whatever else the register has pointed to. */
static bool leaves_area(const struct check_run *run, const struct access *access)
{
	const struct maybe end = area_end(run->layout);

	if (!is_of_layout(run, access) || access->floating || !access->formed)
		return false;
	if (run->image->kind == IMAGE_OBJECT)
		return leaves_section(run, access);
	return !access->layout && end.known && access->target >= end.value;
}

static void access_in_area(struct check_run *run)
{
	const struct accesses *accesses = register_accesses(run);

	if (accesses && run->list->count > 1) {
		skipped(run, "the file has several layouts, and the code does not say whose it is");
		return;
	}
	if (accesses && run->image->kind == IMAGE_STRIPPED && !area_end(run->layout).known) {
		skipped(run, "no symbols: what is reserved behind the section is not known");
		return;
	}
	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];
		struct place place;

		if (!leaves_area(run, access))
			continue;
		place = at_access(run, access);
		place.symbol = run->layout->name;
		found(run, SEVERITY_ERROR, &place,
			text(run, "%s is at 0x%" PRIx64 ", behind the area's end",
				access_text(run, access), access->target),
			"another CPU's data, or nobody's, is there: correct the index or the "
			"offset");
	}
}

const struct check check_access_in_area = {
	.name = "access_in_area",
	.severity = SEVERITY_ERROR,
	.where = "ORBS",
	.needs = {&check_section_present, &check_bounds_order, &check_reloc_kind,
		&check_reloc_range, &check_reloc_pair, &check_reloc_relax},
	.run = access_in_area,
	.summary = "accesses stay inside a CPU's area",
	.what = "An access through the per-CPU register goes to an offset at or beyond the end of "
		"the area, its reserve for dynamic allocation included: in objects, of the "
		"variable's section; in stripped files of the template's, with the reserve "
		"that an ABI note says.",
	.why = "Behind one CPU's area is the next CPU's: it reads and changes that one's data, and "
	       "no linker looks.",
	.example = "mov %gs:counter + 0x10000, %rax",
	.fix = "Correct the offset; an array's index has to be below its length.",
};

/* The largest of those that stand around the place: names may be given to parts of a variable. */
static bool stays_inside(const struct check_run *run, const struct access *access)
{
	const struct variable *v = access->variable;
	const uint64_t end = v->symbol.value + access->offset + access->width;

	return !v->symbol.size || !access->width || layout_variable_around(run->layout, v, end - 1);
}

bool is_emulation(const struct check_run *run, const struct access *access)
{
	const bool has_only_words =
		run->image->arch->machine == EM_RISCV || run->image->arch->machine == EM_LOONGARCH;

	return has_only_words && access->width == 4 && access->target % 4 == 0 &&
	       (access->exclusive || access->bitwise);
}

static void access_width(struct check_run *run)
{
	const struct accesses *accesses = register_accesses(run);

	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];
		struct place place;

		if (!is_of_layout(run, access) || access->layout != run->layout ||
			!access->variable || access->floating || is_emulation(run, access) ||
			!access->formed || stays_inside(run, access))
			continue;
		place = at_access(run, access);
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"%s at offset 0x%" PRIx64 " goes beyond the variable's 0x%" PRIx64
				" bytes",
				access_text(run, access), access->offset,
				access->variable->symbol.size),
			"access the variable with its own type, or correct the offset");
	}
}

const struct check check_access_width = {
	.name = "access_width",
	.severity = SEVERITY_ERROR,
	.where = "ORB",
	.needs = {&check_section_present, &check_symbol_in_section},
	.run = access_width,
	.summary = "accesses stay inside their variable",
	.what = "An access begins inside a variable and ends behind it. The word around a smaller "
		"variable that a load-linked and store-conditional pair takes, or an atomic and, "
		"or, xor, is none on riscv64 and loongarch64: what is done with it is not seen. "
		"Of two registers' words side by side, as of ldp, each is judged in its own "
		"variable.",
	.why = "The variable behind it is read along, or changed: with a declaration of another "
	       "type in assembly or in another language no compiler sees it.",
	.example = "incq %gs:flag, where flag is 4 bytes wide",
	.fix = "Use the width of the variable's type: l for 4 bytes, w for 2, b for 1. Of members "
	       "of a structure -W access_member says the same, from debug information.",
};
