#include "lib/code/flow.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/percpu_note.h"

/* Paths are followed round and round until nothing changes; each round costs the region's length.
 * Loops in loops take the most.
 */
enum { ROUNDS_MAX = 32 };

/* Bytes of an instruction: no machine has longer ones. */
enum { INSN_LONGEST = 16 };

struct step {
	struct insn insn;
	uint32_t offset; /* from the region's start */
	uint32_t leader; /* 1 + index of the state that jumps bring here; 0: no jump comes */
	bool known;	 /* else a byte, or a unit, that is no instruction */
	bool data;	 /* and is said to be none */
	bool passes;	 /* data that changes nothing where control falls into it */
	/* A relocation that stands in it, of the first layout that has one; NULL: none does. */
	const struct reference *reference;
	const struct fixup *fixup; /* the same of all else that an object's relocations say */
	const struct patch *patch; /* the first that is written over it; NULL: none is */
	/* A bit a register: with which it addresses memory, of whose value it makes its own, and
	 * which it writes. */
	uint32_t places;
	uint32_t values;
	uint32_t writes;
	bool elsewhere; /* its memory is no place of interest, unless one of the first says so */
	bool idle;	/* it leaves nothing known where nothing is of the first two */
	uint32_t used;	/* 1 + index of the first step that uses the address which it forms */
};

/* What jumps bring to a place; `seen` when any does so far. */
struct meeting {
	struct state state;
	uint32_t step; /* index */
	bool seen;
};

struct flow {
	const struct flow_file *file;
	const struct flow_region *region;
	struct step *steps;
	size_t step_count;
	uint32_t *step_at; /* by offset: 1 + index of the step that begins there */
	struct meeting *meetings;
	size_t meeting_count;
	size_t again; /* index of the first step that jumps back have brought something new to */
	struct flow_sink *sink;
	struct error *error;
};

static uint64_t address_at(const struct flow *f, const struct step *step)
{
	const struct image *image = f->file->image;
	const uint64_t start =
		image->kind == IMAGE_OBJECT ? 0 : image->sections[f->region->section].addr;

	return start + f->region->start + step->offset;
}

/* Of which operand of the instruction is the reference? On x86_64 the field's place tells. */
static bool is_of_memory(const struct insn *insn, uint64_t place, uint64_t address)
{
	if (insn->memory == INSN_NO_MEMORY)
		return false; /* lea has a displacement too */
	if (insn->displacement_size || insn->immediate_size)
		return insn->displacement_size && place - address == insn->displacement_at;
	return true;
}

static bool says_address(const struct flow *f, const struct reference *r)
{
	const struct reloc_info *info = reference_info(f->file->image, r);

	return info && !r->foreign && !r->misplaced &&
	       (info->class == RELOC_OFFSET || info->class == RELOC_WORD ||
		       info->class == RELOC_PCREL || info->class == RELOC_GOT);
}

/* The relocation of the instruction's memory operand, or of its value; NULL when it has none. */
static const struct reference *reference_of(
	const struct flow *f, const struct step *step, bool of_memory)
{
	const uint64_t address = address_at(f, step);
	const bool one = f->file->list->count == 1;

	for (size_t i = 0; step->reference && i < f->file->list->count; i++) {
		const struct references *all = &f->file->list->layouts[i].references;
		const struct reference *r =
			one ? step->reference : references_from(all, f->region->section, address);

		for (; r && r < all->items + all->count && r->section == f->region->section &&
			r->place < address + step->insn.length;
			r++)
			if (is_of_memory(&step->insn, r->place, address) == of_memory &&
				says_address(f, r))
				return r;
	}
	return NULL;
}

static struct value relocated(const struct flow *f, const struct reference *r)
{
	struct value value = {.constant = r->target, .formed = true, .relocated = true};
	struct error ignored = {0};
	struct symbol symbol;

	if (f->file->image->kind == IMAGE_OBJECT &&
		image_symbol(f->file->image, r->symbol, &symbol, &ignored))
		value.section = symbol.section;
	return value;
}

/* Of a rewritten pair only the value is known. */
static bool names_bound(const struct flow *f, const struct reference *r)
{
	struct error ignored = {0};
	struct symbol symbol;

	if (r->rewritten || !image_symbol(f->file->image, r->symbol, &symbol, &ignored))
		return false;
	for (size_t i = 0; i < f->file->list->count; i++)
		if (layout_is_bound(&f->file->list->layouts[i], symbol.name))
			return true;
	return false;
}

static bool is_got(const struct flow *f, const struct reference *r)
{
	const struct reloc_info *info = r ? reference_info(f->file->image, r) : NULL;

	return info && info->class == RELOC_GOT;
}

/* The value has been formed to its end: all of its constant is what the relocation says. */
static struct value completed(const struct flow *f, struct value value, const struct reference *r)
{
	const struct value said = relocated(f, r);

	value.constant = said.constant;
	value.section = said.section;
	value.formed = value.relocated = true;
	value.bound = value.bound || names_bound(f, r);
	value.entry = is_got(f, r);
	return value;
}

/*
 * Does the relocation of the lower part name this instruction's label, and no variable? In a linked
 * file the code then says the whole, and nothing completes what the upper part has been given.
 */
static bool is_labelled(const struct flow *f, const struct insn *insn, const struct reference *r)
{
	return f->file->image->kind != IMAGE_OBJECT &&
	       (r->rewritten || (insn->pc_relative && !insn->page &&
					reference_info(f->file->image, r)->part == PART_HIGH));
}

/* Memory at something unknown is nobody's that is known, unless a base may be in it. */
static bool is_place(struct value value)
{
	return !value.unknown || value.base || value.word || value.entry;
}

void state_set(struct state *state, uint8_t number, struct value value)
{
	const uint32_t bit = UINT32_C(1) << number;

	state->known &= ~bit;
	if (value_is_nothing(value))
		return;
	state->known |= bit;
	state->places = is_place(value) ? state->places | bit : state->places & ~bit;
	state->reg[number] = value;
}

static bool is_known(const struct state *state, uint8_t number)
{
	return number < FLOW_REGISTERS && (state->known >> number & 1);
}

static struct value register_value(const struct state *state, uint8_t number)
{
	if (number == INSN_NO_REGISTER || number == INSN_ZERO_REGISTER)
		return (struct value){0};
	return is_known(state, number) ? state->reg[number] : VALUE_UNKNOWN;
}

static void copy_state(struct state *to, const struct state *from)
{
	to->known = from->known;
	to->places = from->places;
	to->undefined = from->undefined;
	to->put = from->put;
	for (uint32_t left = from->known; left; left &= left - 1) {
		const int i = __builtin_ctz(left);

		to->reg[i] = from->reg[i];
	}
}

static struct value address_of(uint64_t place)
{
	struct value value = VALUE_NUMBER(place);

	value.placed = true;
	return value;
}

/* The sum of the registers and the constant that an address or a result is made of. */
static struct value sum_of(const struct flow *f, const struct state *state, const struct step *step,
	uint8_t first, uint8_t second)
{
	const struct insn *insn = &step->insn;
	const uint64_t from = address_at(f, step);
	struct value sum = register_value(state, first);

	if (insn->second_is_index && second != INSN_NO_REGISTER)
		sum = value_add(sum, VALUE_UNKNOWN);
	else
		sum = value_add(sum, register_value(state, second));
	if (insn->pc_relative)
		return value_add(sum, address_of((insn->page ? from & ~UINT64_C(0xfff) : from) +
						 (uint64_t)insn->constant));
	return value_displaced(sum, insn->constant);
}

/* Does the displacement say the place, with no general register? */
static bool forms_alone(const struct insn *insn)
{
	const bool inside = insn->kind == INSN_ADD;
	const uint8_t base = inside ? insn->base : insn->first;
	const uint8_t index = inside ? insn->index : insn->second;

	return insn->memory != INSN_NO_MEMORY &&
	       (base == INSN_NO_REGISTER || base == INSN_ZERO_REGISTER) &&
	       (index == INSN_NO_REGISTER || index == INSN_ZERO_REGISTER);
}

/* The address of the instruction's memory operand, of which `r` is the relocation. */
static struct value memory_of(const struct flow *f, const struct state *state,
	const struct step *step, const struct reference *r)
{
	const struct insn *insn = &step->insn;
	const bool inside = insn->kind == INSN_ADD;
	struct value at = sum_of(f, state, step, inside ? insn->base : insn->first,
		inside ? insn->index : insn->second);

	if (insn->segment)
		return VALUE_UNKNOWN;
	if (insn->percpu)
		at = value_add(at, (struct value){.base = PERCPU_NOTE_REGISTER_GS_BASE});
	/* Something else's address, before it is linked. */
	if (!r && step->fixup && !reloc_is_low(step->fixup->info) &&
		is_of_memory(insn, step->fixup->place, address_at(f, step)))
		return (struct value){.base = at.base, .unknown = true};
	at = r ? completed(f, at, r) : at;
	if (insn->bits) {
		at.formed = at.formed || forms_alone(insn);
		at = value_add(at, VALUE_UNKNOWN);
	}
	return at;
}

bool flow_brings_base(const struct access *access)
{
	const char *self = access->layout ? access->layout->profile->self : NULL;

	return self && access->variable && access->base && access->width == 8 &&
	       !access->floating && access->offset == 0 &&
	       strcmp(access->variable->symbol.name, self) == 0;
}

bool flow_is_constant(const struct section *s)
{
	return s->type == SHT_PROGBITS && (s->flags & SHF_ALLOC) &&
	       (!(s->flags & SHF_WRITE) || strcmp(s->name, ".got") == 0);
}

static int compare_words(const void *left, const void *right)
{
	const struct flow_words *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->bytes.size < b->bytes.size ? -1 : a->bytes.size > b->bytes.size;
}

static bool has_words(const struct image *image, size_t section)
{
	return flow_is_constant(&image->sections[section]) &&
	       image_section_bytes(image, section).size >= sizeof(uint64_t);
}

bool flow_find_words(struct flow_file *file, struct arena *arena)
{
	const struct image *image = file->image;
	struct flow_words *words;
	size_t room = 0;

	for (size_t i = 1; i < image->section_count; i++)
		room += has_words(image, i);
	words = ARENA_ARRAY(arena, struct flow_words, room + 1);
	if (!words)
		return false;
	for (size_t i = 1; i < image->section_count; i++)
		if (has_words(image, i))
			words[file->word_count++] = (struct flow_words){
				.address = image->sections[i].addr,
				.bytes = image_section_bytes(image, i),
				.got = strcmp(image->sections[i].name, ".got") == 0,
			};
	qsort(words, file->word_count, sizeof(*words), compare_words);
	file->words = words;
	return true;
}

const struct flow_words *flow_constant_at(const struct flow_file *file, uint64_t address)
{
	size_t low = 0, high = file->word_count;
	const struct flow_words *last;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (file->words[middle].address > address)
			high = middle;
		else
			low = middle + 1;
	}
	if (!low)
		return NULL;
	last = &file->words[low - 1];
	if (!range_within(address - last->address, sizeof(uint64_t), last->bytes.size))
		return NULL;
	return last;
}

/* What a relocation says is an entry of the GOT is one, in whatever section. */
static struct value entry_at(const struct flow *f, struct value at)
{
	const struct image *image = f->file->image;

	for (uint32_t i = 1; !at.unknown && !at.base && i < image->section_count; i++) {
		const struct section *s = &image->sections[i];
		const struct span bytes = image_section_bytes(image, i);

		if (s->type != SHT_PROGBITS || !(s->flags & SHF_ALLOC) ||
			!range_within(at.constant - s->addr, 8, bytes.size))
			continue;
		at.constant = read_le64(bytes.data + (at.constant - s->addr));
		at.entry = at.slot = false;
		return at;
	}
	return VALUE_UNKNOWN;
}

/* The linker's word at an address; where it is 0 a dynamic linker may have to fill it. */
static struct value word_at(const struct flow_file *file, uint64_t address)
{
	const struct flow_words *words = flow_constant_at(file, address);
	const uint64_t word = words ? read_le64(words->bytes.data + (address - words->address)) : 0;

	if (!word)
		return VALUE_UNKNOWN;
	return words->got ? address_of(word) : VALUE_NUMBER(word);
}

/* A whole word of an area, at an offset that the instruction says. */
static bool is_word(const struct access *access)
{
	return access->width == 8 && access->formed && !access->floating && access->base &&
	       access->target < UINT32_MAX;
}

/* Of most memory the address is a register of which nothing is known. */
static bool is_nowhere(const struct state *state, const struct step *step)
{
	return step->elsewhere && !(step->places & state->known & state->places);
}

/* An instruction's memory, as far as registers and relocations say where it is. */
struct operand {
	bool matters;			   /* else nothing is known of it, or there is none */
	const struct reference *reference; /* its relocation; NULL: it has none */
	struct value at;
};

static struct operand operand_of(
	const struct flow *f, const struct state *state, const struct step *step)
{
	struct operand operand = {
		.matters = step->insn.memory != INSN_NO_MEMORY && !is_nowhere(state, step)};

	if (operand.matters) {
		operand.reference = reference_of(f, step, true);
		operand.at = memory_of(f, state, step, operand.reference);
	}
	return operand;
}

/* The GOT's word with a template's start, in an object. */
static bool is_start_entry(const struct step *step)
{
	return step->fixup && step->fixup->start && step->fixup->info->class == RELOC_GOT;
}

/* What a load brings: the base, from the variable that holds it; an address, from where the linker
 * has put it. */
static struct value loaded(const struct flow *f, const struct step *step,
	const struct operand *operand, const struct access *access)
{
	const struct value at = operand->at;

	if (!operand->matters)
		return VALUE_UNKNOWN;
	if (is_got(f, operand->reference)) {
		struct value entry = relocated(f, operand->reference);

		entry.bound = names_bound(f, operand->reference);
		return entry;
	}
	if (is_start_entry(step))
		return (struct value){.section = VALUE_AT_START, .formed = true};
	if (at.slot)
		return entry_at(f, at);
	if (at.entry)
		return (struct value){.bound = at.bound,
			.constant = at.constant,
			.section = at.section,
			.formed = true,
			.relocated = true};
	if (step->insn.width == 8 && at.formed && !at.base && !at.unknown &&
		f->file->image->kind != IMAGE_OBJECT)
		return word_at(f->file, at.constant);
	if (access && flow_brings_base(access))
		return (struct value){.base = access->base};
	if (access && is_word(access))
		return (struct value){.unknown = true, .word = (uint32_t)access->target + 1};
	return VALUE_UNKNOWN;
}

bool flow_taken_whole(const struct variable *variable)
{
	enum { VECTOR_MAX = 64 };

	return is_power_of_two(variable->symbol.size) && variable->symbol.size <= VECTOR_MAX;
}

static const struct layout *layout_at(
	const struct flow_file *file, uint32_t section, uint64_t target)
{
	for (size_t i = 0; i < file->list->count; i++) {
		const struct layout *layout = &file->list->layouts[i];
		const struct section *s = layout_section(layout);

		if (file->image->kind == IMAGE_OBJECT) {
			if (section && layout_has_section(layout, section))
				return layout;
		} else if (layout->template_start.known && layout->template_end.known
				   ? target - layout->template_start.value <
					     layout->template_end.value -
						     layout->template_start.value
				   : s && target - s->addr < s->size)
			return layout;
	}
	return NULL;
}

static uint8_t form_of(const struct insn *insn)
{
	const bool inside = insn->kind == INSN_ADD;

	if (!insn->percpu)
		return ACCESS_REGISTER;
	if (insn->pc_relative)
		return ACCESS_RELATIVE;
	return (inside ? insn->base : insn->first) == INSN_NO_REGISTER &&
			       (inside ? insn->index : insn->second) == INSN_NO_REGISTER
		       ? ACCESS_ABSOLUTE
		       : ACCESS_INDEXED;
}

/*
 * With something unknown in the sum, is the constant a place all the same, and no member of what
 * the unknown points to? Structures are smaller than pages.
 */
static bool says_place(struct value at)
{
	enum { MEMBER_MAX = 0xfff };

	return !at.unknown || at.formed || at.relocated ||
	       at.constant + MEMBER_MAX > 2 * (uint64_t)MEMBER_MAX;
}

/* On x86_64 the displacement of an array is long where a member's would be short. */
static bool has_long_displacement(const struct insn *insn)
{
	const bool is_short = insn->constant >= INT8_MIN && insn->constant <= INT8_MAX;

	return insn->percpu && insn->displacement_size == 4 && !is_short;
}

/*
 * The place in a template that the constant says: an offset from its start where that has been
 * subtracted. Of the first variable the negative is 0 as well.
 */
static uint64_t from_start(const struct flow *f, struct value at)
{
	const struct layout *layout;
	uint64_t target;

	if (!at.less || at.base || f->file->image->kind == IMAGE_OBJECT ||
		layout_at(f->file, 0, at.constant))
		return at.constant;
	layout = &f->file->list->layouts[abs(at.less) - 1];
	target = at.constant + layout->template_start.value;
	return layout_at(f->file, 0, target) == layout ? target : at.constant;
}

static struct access access_at(
	const struct flow *f, const struct step *step, struct value at, enum access_kind kind)
{
	const uint32_t section = at.section == VALUE_AT_START ? 0 : at.section;
	const uint64_t target = from_start(f, at);
	struct access access = {
		.address = address_at(f, step),
		.section = f->region->section,
		.target_section = section,
		.target = target,
		.layout = layout_at(f->file, section, target),
		.kind = (uint8_t)kind,
		.form = form_of(&step->insn),
		.base = at.base,
		.length = step->insn.length,
		.width = kind == ACCESS_ADDRESS ? 0 : step->insn.width,
		.pair = step->insn.pair,
		.bitwise = step->insn.bitwise,
		.exclusive = step->insn.exclusive,
		.floating = at.unknown,
		.relocated = at.relocated,
		.bound = at.bound,
		.placed = at.placed,
		.formed = at.formed || at.relocated || forms_alone(&step->insn),
		.crossed = at.crossed,
		.word = at.word,
		.reach = at.reach,
	};

	if (!says_place(at) && (kind == ACCESS_ADDRESS || !has_long_displacement(&step->insn)))
		access.layout = NULL;
	/* Symbols may speak of a template that there is no section of. */
	if (access.layout && access.layout->section_count)
		access.variable = layout_variable_at(access.layout,
			section ? section : access.layout->sections[0], target, &access.offset);
	return access;
}

static void emit(struct flow *f, const struct access *access)
{
	struct flow_sink *sink = f->sink;

	if (ARENA_GROW(sink->arena, sink->items, sink->count, sink->room))
		sink->items[sink->count++] = *access;
	else
		error_memory(f->error);
}

/* Does the second of two words begin in a variable of its own, and none have both? */
static bool is_of_two(const struct access *whole, const struct access *second)
{
	const struct variable *v = whole->variable;

	return second->variable && second->variable != v &&
	       !(v && layout_variable_around(whole->layout, v,
			      v->symbol.value + whole->offset + whole->width - 1));
}

/*
 * Compilers pair the loads and stores of variables that lie side by side: each of the two is then
 * an access of its own. What changes both words in one is of both, and made by no compiler of two.
 */
static void emit_words(
	struct flow *f, const struct step *step, struct value at, const struct access *whole)
{
	struct access first = *whole, second;

	if (!whole->pair || whole->floating || whole->kind == ACCESS_CHANGE) {
		emit(f, whole);
		return;
	}
	first.width = whole->width / 2;
	second = access_at(f, step, value_displaced(at, first.width), whole->kind);
	if (!is_of_two(whole, &second)) {
		emit(f, whole);
		return;
	}
	second.width = first.width;
	first.pair = second.pair = false;
	emit(f, &first);
	emit(f, &second);
}

static void use(struct flow *f, const struct step *step, uint32_t taken)
{
	if (taken && !f->steps[taken - 1].used)
		f->steps[taken - 1].used = (uint32_t)(step - f->steps) + 1;
}

static bool is_base(const struct flow *f, uint8_t number)
{
	return number && (f->file->bases >> number & 1);
}

static enum access_kind kind_of(enum insn_memory memory)
{
	return memory == INSN_READS    ? ACCESS_READ
	       : memory == INSN_WRITES ? ACCESS_WRITE
				       : ACCESS_CHANGE;
}

/*
 * Something unknown is added to the address of a variable: it may be the base of any CPU, for it is
 * not known to be this one's. Where the template is at address 0 a displacement alone is a member's
 * of what the unknown points to; elsewhere no member stands as far as the template does.
 */
static bool is_remote(const struct flow *f, struct value at, const struct access *access)
{
	return f->file->remote && !at.base && at.unknown && access->variable &&
	       access->layout->model != MODEL_NAIVE &&
	       (at.formed || at.relocated || access->layout->model != MODEL_ZERO);
}

/* The other CPU's memory that the instruction reaches. */
static void reach_remote(
	struct flow *f, const struct state *state, const struct step *step, struct value at)
{
	const struct insn *insn = &step->insn;
	const bool inside = insn->kind == INSN_ADD;
	struct access access;

	if (!f->file->remote || insn->segment)
		return;
	access = access_at(f, step, at, kind_of(insn->memory));
	if (!is_remote(f, at, &access))
		return;
	emit_words(f, step, at, &access);
	use(f, step, register_value(state, inside ? insn->base : insn->first).taken);
	use(f, step, register_value(state, inside ? insn->index : insn->second).taken);
}

/*
 * Compilers leave the paths in on which a pointer is null: where the template is at address 0 a
 * number that was in a register is to be the whole of a variable.
 */
static bool says_variable(const struct insn *insn, const struct access *access)
{
	if (access->layout->model == MODEL_NONZERO || access->placed || forms_alone(insn))
		return true;
	return access->variable && access->offset == 0 && flow_taken_whole(access->variable) &&
	       access->width == access->variable->symbol.size;
}

/* Does the code say the place, of a word of the area and a constant, or of a constant alone? */
static bool is_suspect(const struct step *step, struct value at, const struct access *access)
{
	if (at.word)
		return at.formed || at.relocated;
	return access->formed && (access->relocated || says_variable(&step->insn, access));
}

/*
 * Memory of a template without a base, or through a register that is none of the layouts': where
 * the code says the place by itself, for what is added to something unknown may be anybody's. A
 * word of the area may be the base, and stand where nobody has put it.
 */
static void suspect(struct flow *f, const struct step *step, struct value at)
{
	struct access access;

	if (!f->file->suspects || (at.unknown && !at.word) || step->insn.segment)
		return;
	if (f->file->related && !at.relocated && !at.word)
		return;
	access = access_at(f, step, at, kind_of(step->insn.memory));
	if (access.layout && is_suspect(step, at, &access))
		emit_words(f, step, at, &access);
}

/* The access of the instruction's memory operand; false when it reaches no CPU's area. */
static bool reach(struct flow *f, const struct state *state, const struct step *step,
	const struct operand *operand, struct access *access)
{
	const struct insn *insn = &step->insn;
	const bool inside = insn->kind == INSN_ADD;
	struct value at = operand->at;

	if (!operand->matters || at.entry || is_got(f, operand->reference))
		return false;
	if (!is_base(f, at.base)) {
		at.placed = at.placed && !state->undefined;
		suspect(f, step, at);
		reach_remote(f, state, step, at);
		return false;
	}
	*access = access_at(f, step, at, kind_of(insn->memory));
	emit_words(f, step, at, access);
	use(f, step, register_value(state, inside ? insn->base : insn->first).taken);
	use(f, step, register_value(state, inside ? insn->index : insn->second).taken);
	return true;
}

/* The same of an address in another CPU's area. */
static void note_remote(struct flow *f, const struct step *step, struct value *value)
{
	struct access access;

	if (!f->file->remote || value->base || !value->unknown)
		return;
	access = access_at(f, step, *value, ACCESS_ADDRESS);
	if (!is_remote(f, *value, &access))
		return;
	value->taken = (uint32_t)(step - f->steps) + 1;
	access.form = ACCESS_REGISTER;
	emit(f, &access);
}

/* An address in the template's image within an area has come to be: noted until it is used. */
static void note_address(struct flow *f, const struct step *step, struct value *value)
{
	struct access access;

	if (!is_base(f, value->base) || (!value->formed && !value->constant))
		return;
	value->taken = (uint32_t)(step - f->steps) + 1;
	access = access_at(f, step, *value, ACCESS_ADDRESS);
	access.form = ACCESS_REGISTER;
	if (access.layout || (f->file->suspects && !value->unknown))
		emit(f, &access);
}

/* andi of a riscv64 that has only atomics of words: the word around a byte, in the same area. */
static bool clears_low_bits(const struct insn *insn)
{
	return insn->kind == INSN_MORE && !insn->by_or && insn->keeps != UINT64_MAX;
}

static struct value without_low_bits(struct value value, uint64_t keeps)
{
	if (!value.base)
		return VALUE_UNKNOWN;
	value.constant = value.unknown ? 0 : value.constant & keeps;
	value.formed = value.formed && !value.unknown;
	return value;
}

static struct value more(const struct state *state, const struct step *step)
{
	const struct insn *insn = &step->insn;
	struct value value = register_value(state, insn->first);

	if (insn->second != INSN_NO_REGISTER)
		value = value_add(value, VALUE_UNKNOWN);
	if (clears_low_bits(insn))
		return without_low_bits(value, insn->keeps);
	if (insn->keeps != ~UINT64_C(0) || insn->by_or) {
		/* Bits of a base, or of what is not known, are nobody's address. */
		if ((value.base || value.unknown) && insn->keeps != ~UINT64_C(0))
			return VALUE_UNKNOWN;
		value.constant &= insn->keeps;
	}
	if (!insn->by_or)
		return value_displaced(value, insn->constant);
	if (value.base || value.unknown)
		return insn->constant ? VALUE_UNKNOWN : value;
	value.constant |= (uint64_t)insn->constant;
	return value;
}

/* The address of something else, which is no number before it is linked; or the template's start.
 */
static struct value fixed_up(const struct fixup *fixup)
{
	if (!fixup->start)
		return VALUE_UNKNOWN;
	return (struct value){.constant = fixup->target,
		.section = VALUE_AT_START,
		.formed = true,
		.entry = fixup->info->class == RELOC_GOT};
}

/* A constant that is one of these; the lower part of an address adds nothing to what the upper
 * part's relocation has said of it. */
static bool is_fixed_up(const struct step *step)
{
	return step->fixup && step->insn.memory == INSN_NO_MEMORY &&
	       !reloc_is_low(step->fixup->info);
}

static struct value set(const struct flow *f, const struct state *state, const struct step *step)
{
	struct value value = sum_of(f, state, step, INSN_NO_REGISTER, step->insn.second);

	if (is_fixed_up(step))
		return step->insn.second == INSN_NO_REGISTER ? fixed_up(step->fixup)
							     : VALUE_UNKNOWN;
	/* With an index, as in lea, it is a displacement. */
	value.formed = value.formed || !value.unknown;
	return value;
}

/* 1 + index of the layout whose template begins there, and whose code subtracts that; 0: none. */
static int8_t start_at(const struct flow *f, uint64_t address)
{
	for (size_t i = 0; i < f->file->list->count && i < INT8_MAX; i++) {
		const struct layout *layout = &f->file->list->layouts[i];

		if (layout->model == MODEL_NONZERO && layout->template_start.known &&
			layout->template_start.value == address)
			return (int8_t)(i + 1);
	}
	return 0;
}

static int8_t known_start(const struct flow *f, struct value value)
{
	return value.formed && !value.unknown && !value.base && !value.less
		       ? start_at(f, value.constant)
		       : 0;
}

/* sub of an immediate that is, or will be, an address; all others are negative displacements. */
static bool subtracts_address(const struct flow *f, const struct step *step)
{
	return step->reference || step->fixup || start_at(f, -(uint64_t)step->insn.constant);
}

/* In a linked file the start is a number as others. */
static struct value difference(const struct flow *f, struct value a, struct value b)
{
	const bool linked = f->file->image->kind != IMAGE_OBJECT;

	if (linked && known_start(f, b) && !a.less)
		a.less = known_start(f, b);
	else if (linked && known_start(f, a))
		a.less = (int8_t)-known_start(f, a);
	return value_subtract(a, b);
}

/* What is subtracted is a constant, by its relocation if it has one. */
static struct value less_constant(
	const struct flow *f, const struct state *state, const struct step *step)
{
	const struct value first = register_value(state, step->insn.first);
	const struct reference *r = reference_of(f, step, false);

	if (r)
		return difference(f, first, relocated(f, r));
	if (is_fixed_up(step))
		return value_subtract(first, fixed_up(step->fixup));
	return difference(f, first, VALUE_NUMBER(-(uint64_t)step->insn.constant));
}

/* What the instruction leaves in its target. */
static struct value result(struct flow *f, const struct state *state, const struct step *step,
	const struct operand *operand, const struct access *access)
{
	const struct insn *insn = &step->insn;
	const struct reference *r = NULL;
	struct value value;

	switch (insn->kind) {
	case INSN_SET:
		value = set(f, state, step);
		value.placed = value.placed || (insn->upper && !insn->constant);
		break;
	case INSN_MORE:
		if (insn->subtracts && subtracts_address(f, step))
			return value_cut(less_constant(f, state, step), insn->cut);
		value = more(state, step);
		if (is_fixed_up(step) && value.section != VALUE_AT_START)
			value = value_add(value, fixed_up(step->fixup));
		break;
	case INSN_SUBTRACT:
		if (!f->file->remote)
			return VALUE_UNKNOWN;
		return value_cut(difference(f, register_value(state, insn->first),
					 register_value(state, insn->second)),
			insn->cut);
	case INSN_ADD:
		if (insn->second == INSN_MEMORY_OPERAND)
			value = value_add(register_value(state, insn->first),
				loaded(f, step, operand, access));
		else
			value = sum_of(f, state, step, insn->first, insn->second);
		break;
	case INSN_MOVE:
		return value_cut(register_value(state, insn->first), insn->cut);
	case INSN_LOAD:
		return value_cut(loaded(f, step, operand, access), insn->cut);
	case INSN_GET_BASE:
		return f->file->suspects || is_base(f, insn->base_number)
			       ? (struct value){.base = insn->base_number}
			       : VALUE_UNKNOWN;
	default:
		return VALUE_UNKNOWN;
	}
	r = reference_of(f, step, false);
	/* lea sym(%rax): the displacement is of no memory. */
	if (!r && f->file->remote && insn->kind == INSN_MORE && insn->memory == INSN_NO_MEMORY)
		r = reference_of(f, step, true);
	if (r && is_labelled(f, insn, r)) {
		value.formed = value.relocated = true;
		value.bound = value.bound || names_bound(f, r);
		value.entry = value.slot = is_got(f, r);
	} else if (r)
		value = completed(f, value, r);
	value = value_cut(value, insn->cut);
	if (insn->reach > value.reach)
		value.reach = insn->reach;
	if (!clears_low_bits(insn))
		value.taken = 0;
	return value;
}

/* With the template's start subtracted an address is still one, of another CPU's area. */
static bool forms_address(const struct insn *insn, struct value value)
{
	return (insn->kind == INSN_SUBTRACT && value.less) || insn->kind == INSN_ADD ||
	       (insn->kind == INSN_MORE && !clears_low_bits(insn));
}

/* Another CPU may run what follows: addresses in an area are then of the one before. */
static void cross(const struct flow *f, struct state *state)
{
	for (uint32_t left = state->known & ~f->file->general; left; left &= left - 1) {
		struct value *value = &state->reg[__builtin_ctz(left)];

		value->crossed = value->crossed || value->base;
	}
}

/* What a call leaves unknown, by the psABI: all registers that the callee need not preserve. */
static void forget_call(const struct flow *f, struct state *state)
{
	state->known &= ~f->file->image->arch->call_clobbers;
	cross(f, state);
}

static bool allows_interrupts(const struct flow *f, const struct step *step)
{
	const struct arch *arch = f->file->image->arch;
	const struct span code = f->region->code;
	const uint64_t at = f->region->start + step->offset;

	return f->file->suspects && step->insn.kind == INSN_OTHER && arch->allows_interrupts &&
	       arch->allows_interrupts((struct span){code.data + at, step->insn.length});
}

static bool writes(const struct insn *insn, uint8_t general)
{
	return insn->target == general || insn->also == general || insn->others >> general & 1;
}

static bool may_write_base(const struct flow *f, const struct step *step)
{
	return step->insn.kind == INSN_PUT_BASE || (step->writes & f->file->general);
}

/* The instruction as a writer of a base's register; `value` is what it leaves in its target. */
static void note_write(
	struct flow *f, const struct state *state, const struct step *step, struct value value)
{
	const struct insn *insn = &step->insn;
	struct flow_sink *sink = f->sink;

	for (const struct arch_register *r = f->file->image->arch->registers; r->number; r++) {
		if (!is_base(f, (uint8_t)r->number))
			continue;
		if (r->general != INSN_NO_REGISTER) {
			if (!writes(insn, r->general))
				continue;
			if (insn->target != r->general)
				value = VALUE_UNKNOWN;
		} else if (insn->kind == INSN_PUT_BASE && insn->base_number == r->number)
			value = register_value(state, insn->first);
		else
			continue;
		if (!ARENA_GROW(sink->arena, sink->writes, sink->write_count, sink->write_room)) {
			error_memory(f->error);
			return;
		}
		sink->writes[sink->write_count++] = (struct base_write){
			.address = address_at(f, step),
			.section = f->region->section,
			.base = (uint8_t)r->number,
			.length = insn->length,
			.known = !value.unknown && !value.base,
			.value = value.constant,
		};
	}
}

/*
 * What is put into a base's register is the base from there on, and sums with it are accesses, as
 * in an entry that gets it from the stack. At its start Linux has 0 in r21, and writes the
 * template, of which areas are made.
 */
static void put_bases(
	const struct flow *f, struct state *state, const struct step *step, struct value value)
{
	const uint32_t general = step->writes & f->file->general;

	if (!general)
		return;
	state->put = (flow_bit(step->insn.target) & general) && !value.base && !value.unknown
			     ? value
			     : VALUE_UNKNOWN;
	for (const struct arch_register *r = f->file->image->arch->registers; r->number; r++)
		if (flow_bit(r->general) & general)
			state_set(state, r->general, (struct value){.base = (uint8_t)r->number});
}

/* What the instruction leaves in its target; a base's register may be set by two of them. */
static struct value left_in_target(struct flow *f, const struct state *state,
	const struct step *step, const struct operand *operand, const struct access *access)
{
	const uint8_t target = step->insn.target;
	struct state with;

	if (target >= FLOW_REGISTERS)
		return VALUE_UNKNOWN;
	if (state->put.unknown || !(flow_bit(target) & f->file->general))
		return result(f, state, step, operand, access);
	copy_state(&with, state);
	state_set(&with, target, state->put);
	return result(f, &with, step, operand, access);
}

/* Stacks grow down from the end of an area's or of another's room: what is on one is no fault. */
static bool is_stack(const struct flow *f, const struct insn *insn, struct value value)
{
	return insn->target == f->file->image->arch->stack_register && !value.base;
}

static void pass(struct flow *f, struct state *state, const struct step *step)
{
	const struct insn *insn = &step->insn;
	const struct operand operand = operand_of(f, state, step);
	struct access access;
	const bool reached = reach(f, state, step, &operand, &access);
	struct value value = left_in_target(f, state, step, &operand, reached ? &access : NULL);

	if (f->file->suspects && is_stack(f, insn, value))
		value = VALUE_UNKNOWN;
	if (forms_address(insn, value) && !(step->writes & f->file->general)) {
		/* The address goes on in what is formed of it. */
		use(f, step, register_value(state, insn->first).taken);
		if (insn->kind != INSN_MORE)
			use(f, step, register_value(state, insn->second).taken);
		note_address(f, step, &value);
		note_remote(f, step, &value);
	}
	if (f->file->suspects && may_write_base(f, step))
		note_write(f, state, step, value);
	state->known &= ~step->writes;
	if (insn->target < FLOW_REGISTERS)
		state_set(state, insn->target, value);
	put_bases(f, state, step, value);
	if (allows_interrupts(f, step))
		cross(f, state);
}

/*
 * Do registers alone say whether its memory matters? What is sought of other CPUs may have its
 * place in the displacement, and what no relocation says may be in the code's data.
 */
static bool is_elsewhere(const struct flow *f, const struct step *step)
{
	const struct insn *insn = &step->insn;

	if (f->file->remote || insn->percpu || step->reference)
		return false;
	if (!insn->pc_relative)
		return step->places;
	return f->file->related && !insn->page &&
	       !flow_constant_at(f->file, address_at(f, step) + (uint64_t)insn->constant);
}

/* The registers of whose values it makes its own. */
static uint32_t values_of(const struct insn *insn)
{
	switch (insn->kind) {
	case INSN_MOVE:
	case INSN_MORE:
	case INSN_PUT_BASE:
		return flow_bit(insn->first);
	case INSN_ADD:
		return flow_bit(insn->first) | flow_bit(insn->second);
	default:
		return 0;
	}
}

/* A constant that is added to something unknown is left, for those that ask. */
static bool leaves_nothing(const struct flow *f, const struct insn *insn)
{
	switch (insn->kind) {
	case INSN_OTHER:
	case INSN_MOVE:
	case INSN_LOAD:
	case INSN_STORE:
	case INSN_BRANCH:
		return true;
	case INSN_ADD:
		return f->file->sparse || insn->second == INSN_MEMORY_OPERAND || !insn->constant;
	case INSN_MORE:
		return f->file->sparse;
	default:
		return false;
	}
}

/* Most steps do nothing that matters, most of the time: what it takes to see that. */
static void sum_up(const struct flow *f, struct step *step)
{
	const struct insn *insn = &step->insn;

	step->places = insn->memory == INSN_NO_MEMORY ? 0 : flow_address_registers(insn);
	step->values = values_of(insn);
	step->writes = flow_bit(insn->target) | flow_bit(insn->also) | insn->others;
	step->elsewhere = insn->memory != INSN_NO_MEMORY && is_elsewhere(f, step);
	step->idle = leaves_nothing(f, insn) && !step->reference && !f->file->remote &&
		     !may_write_base(f, step) && !allows_interrupts(f, step) &&
		     (insn->memory == INSN_NO_MEMORY || step->elsewhere);
}

static bool is_idle(const struct state *state, const struct step *step)
{
	return step->idle && !(state->known & (step->values | (step->places & state->places)));
}

/* Where a direct jump leads to, from the region's start; in an object the linker may have to say.
 */
static uint64_t jump_offset(const struct flow *f, const struct step *step)
{
	const struct fixup *fixup = step->fixup;
	uint64_t to;

	if (!fixup)
		return step->offset + (uint64_t)step->insn.constant;
	if (fixup->target_section != f->region->section)
		return UINT64_MAX;
	to = fixup->target - f->region->start;
	if (f->file->image->arch->counts_from_end)
		to += f->region->start + step->offset + step->insn.length - fixup->place;
	return to;
}

/* The step that a direct jump leads to; NULL when that is outside of the region. */
static struct step *destination(const struct flow *f, const struct step *step)
{
	uint64_t to;

	if (step->insn.kind != INSN_BRANCH || !step->insn.direct || step->insn.call)
		return NULL;
	to = jump_offset(f, step);
	if (to >= f->region->end - f->region->start || !f->step_at[to])
		return NULL;
	return &f->steps[f->step_at[to] - 1];
}

/* Of two registers that may have the base one is taken for both: where code asks what it runs on.
 */
static struct value with_one_base(const struct flow *f, struct value value, struct value other)
{
	if (is_base(f, value.base) && is_base(f, other.base) && other.base < value.base)
		value.base = other.base;
	return value;
}

/* `back`: the place has been gone through in this round. */
static void meet(struct flow *f, const struct step *at, const struct state *state, bool back)
{
	struct meeting *m = &f->meetings[at->leader - 1];
	bool changed = !m->seen;

	if (!m->seen)
		copy_state(&m->state, state);
	/* Of what is not known on one of the paths nothing is. */
	for (uint32_t left = m->seen ? m->state.known : 0; left; left &= left - 1) {
		const uint8_t i = (uint8_t)__builtin_ctz(left);
		const struct value before = m->state.reg[i], now = register_value(state, i);
		const struct value met =
			value_meet(with_one_base(f, before, now), with_one_base(f, now, before));

		changed = changed || !value_same(met, m->state.reg[i]);
		state_set(&m->state, i, met);
	}
	if (state->undefined && !m->state.undefined)
		changed = m->state.undefined = true;
	if (m->seen && !m->state.put.unknown && !value_same(m->state.put, state->put)) {
		m->state.put = VALUE_UNKNOWN;
		changed = true;
	}
	m->seen = true;
	if (changed && back && m->step < f->again)
		f->again = m->step;
}

/* Nothing is known where paths meet: what remains true however they go. */
static void meet_nothing(struct flow *f)
{
	for (size_t i = 0; i < f->meeting_count; i++) {
		copy_state(&f->meetings[i].state, &f->file->entry);
		f->meetings[i].seen = true;
	}
}

/* What stands between the end of one path and the start of another: nop, int3. */
static bool is_padding(const struct step *step)
{
	const struct insn *insn = &step->insn;
	const bool writes =
		insn->target != INSN_NO_REGISTER || insn->also != INSN_NO_REGISTER || insn->others;

	if (!step->known || writes || insn->memory != INSN_NO_MEMORY)
		return false;
	return insn->kind == INSN_OTHER ||
	       (insn->kind == INSN_BRANCH && insn->falls && !insn->direct && !insn->call);
}

/* The state at a step where jumps lead to, of `*state` behind the one before it; false while none
 * is known to. */
static bool arrive(struct flow *f, const struct step *step, struct state *state, bool falls)
{
	if (falls)
		meet(f, step, state, false);
	if (f->meetings[step->leader - 1].seen)
		copy_state(state, &f->meetings[step->leader - 1].state);
	return f->meetings[step->leader - 1].seen;
}

/* The step that a jump leads to which may be written over another; NULL as destination(). */
static struct step *patched_to(const struct flow *f, const struct patch *patch)
{
	const uint64_t to = patch->to - address_at(f, &f->steps[0]);

	if (!patch->to || to >= f->region->end - f->region->start || !f->step_at[to])
		return NULL;
	return &f->steps[f->step_at[to] - 1];
}

/* The next one that is written over the same step; NULL: that was the last. */
static const struct patch *next_patch(const struct flow *f, const struct patch *patch)
{
	const struct patches *all = &f->file->patches;

	return patch + 1 < all->items + all->count && patch[1].address == patch->address ? patch + 1
											 : NULL;
}

/* Where a jump leads to its state comes. */
static void leave(struct flow *f, const struct step *step, struct state *state)
{
	struct step *to = destination(f, step);

	if (step->insn.call)
		forget_call(f, state);
	if (to)
		meet(f, to, state, to->offset <= step->offset);
	for (const struct patch *p = step->patch; p; p = next_patch(f, p)) {
		to = patched_to(f, p);
		if (to)
			meet(f, to, state, to->offset <= step->offset);
	}
}

static bool ends_path(const struct flow *f, const struct step *step)
{
	return step->known && !flow_goes_on(f->file, &step->insn, address_at(f, step));
}

/*
 * Whether the address of something defined is 0 compilers do not ask. On x86_64 such an address may
 * be a number like others.
 */
static bool asks_of_undefined(
	const struct flow *f, const struct state *state, const struct insn *insn)
{
	struct value value;

	if (!insn->asks)
		return false;
	value = register_value(state, insn->asks - 1);
	return !value.unknown && !value.base && !value.constant && value.formed &&
	       (value.placed || f->file->image->arch->machine == EM_X86_64);
}

/* From a step on: the first one, or one that jumps have been seen to lead to. */
static void go_through(struct flow *f, size_t from)
{
	bool ended = from != 0, reached = true;
	struct state state;

	f->again = f->step_count;
	copy_state(&state, &f->file->entry);
	for (size_t i = from; i < f->step_count && f->error->kind == ERROR_NONE; i++) {
		struct step *step = &f->steps[i];

		if (step->leader)
			reached = arrive(f, step, &state, reached && !ended);
		else if (ended && (step->data || is_padding(step)))
			continue;
		else if (ended) {
			/* No direct jump leads here: it is entered from where nobody knows. */
			copy_state(&state, &f->file->entry);
			reached = true;
		}
		ended = ends_path(f, step);
		if (!reached)
			continue;
		if (step->passes)
			continue;
		if (!step->known) {
			copy_state(&state, &f->file->entry);
			continue;
		}
		if (is_idle(&state, step))
			state.known &= ~step->writes;
		else
			pass(f, &state, step);
		state.undefined = state.undefined || asks_of_undefined(f, &state, &step->insn);
		if (step->insn.kind == INSN_BRANCH || step->patch)
			leave(f, step, &state);
	}
}

/* Places that only jumps from places like them lead to: they are entered as well. */
static void enter_unseen(struct flow *f)
{
	for (size_t i = 0; i < f->meeting_count; i++) {
		struct meeting *m = &f->meetings[i];

		if (m->seen)
			continue;
		copy_state(&m->state, &f->file->entry);
		m->seen = true;
		if (m->step < f->again)
			f->again = m->step;
	}
}

/* Where the sink was before the region. */
struct mark {
	size_t count;
	size_t write_count;
};

/* What a round has found from a step on is found again. */
static void forget_from(struct flow *f, size_t from, const struct mark *before)
{
	const uint64_t address = address_at(f, &f->steps[from]);
	struct flow_sink *sink = f->sink;

	while (sink->count > before->count && sink->items[sink->count - 1].address >= address)
		sink->count--;
	while (sink->write_count > before->write_count &&
		sink->writes[sink->write_count - 1].address >= address)
		sink->write_count--;
	for (size_t i = 0; i < f->step_count; i++)
		if (f->steps[i].used > from)
			f->steps[i].used = 0;
}

/* Until no round brings anything new: most need but one, and loops a part of another. */
static void follow_paths(struct flow *f, const struct mark *before)
{
	size_t from = 0;

	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		go_through(f, from);
		if (f->again == f->step_count)
			enter_unseen(f);
		if (f->again == f->step_count)
			return;
		from = f->again;
		forget_from(f, from, before);
	}
	meet_nothing(f);
	forget_from(f, 0, before);
	go_through(f, 0);
}

/* Room for so many of what has been used for another region, or more; what it holds is left. */
static bool make_room(struct arena *arena, void **items, size_t *room, size_t need, size_t size)
{
	if (need <= *room)
		return true;
	*room = need + need / 2;
	*items = arena_alloc(arena, *room, size);
	if (!*items)
		*room = 0;
	return *items;
}

/* The data among the code that ends behind an offset, and counts as that does. */
static struct data_range data_from(const struct flow *f, uint64_t at)
{
	const uint64_t start = f->region->start;
	struct data_range data =
		flow_data_from(f->file->image, f->file->functions, f->region->section, start + at);

	data.start = data.start > start ? data.start - start : 0;
	data.end -= start;
	return data;
}

/* Where control falls into data it is an instruction written as a word: Linux' pause on riscv64. */
static bool changes_nothing(const struct insn *insn)
{
	return insn->kind == INSN_OTHER && insn->target == INSN_NO_REGISTER &&
	       insn->also == INSN_NO_REGISTER && !insn->others && insn->memory == INSN_NO_MEMORY;
}

/* The step at an offset, of so many bytes at most; the bytes that it has. */
static uint64_t decode_step(struct flow *f, struct step *step, uint64_t at, uint64_t most)
{
	const struct arch *arch = f->file->image->arch;
	const uint8_t *code = f->region->code.data + f->region->start + at;
	const uint64_t unit = most < arch->insn_unit ? most : arch->insn_unit;

	step->offset = (uint32_t)at;
	step->leader = 0;
	step->reference = NULL;
	step->fixup = NULL;
	step->patch = NULL;
	step->used = 0;
	step->known = arch->decode((struct span){code, (size_t)most}, &step->insn);
	step->passes = step->data && step->known && changes_nothing(&step->insn);
	if (step->passes)
		return step->insn.length;
	step->known = step->known && !step->data;
	if (step->known)
		f->sink->read += step->insn.length;
	else if (!step->data)
		f->sink->unread += unit;
	return step->known ? step->insn.length : unit;
}

static bool decode(struct flow *f, struct flow_scratch *scratch)
{
	const uint64_t size = f->region->end - f->region->start;
	struct data_range data = data_from(f, 0);
	uint64_t at = 0;

	if (!make_room(scratch->arena, (void **)&scratch->step_at, &scratch->step_at_room,
		    (size_t)size, sizeof(*scratch->step_at)))
		return error_memory(f->error);
	f->step_at = scratch->step_at;
	memset(f->step_at, 0, (size_t)size * sizeof(*f->step_at));
	while (at < size) {
		struct step *step;
		uint64_t end;

		if (!ARENA_GROW(scratch->arena, scratch->steps, f->step_count, scratch->step_room))
			return error_memory(f->error);
		step = &scratch->steps[f->step_count++];
		f->step_at[at] = (uint32_t)f->step_count;
		if (at >= data.end)
			data = data_from(f, at);
		step->data = at >= data.start;
		end = step->data ? data.end : data.start;
		at += decode_step(f, step, at, (end < size ? end : size) - at);
	}
	f->steps = scratch->steps;
	return true;
}

/* Of most steps there is then no need to ask. */
static void mark_references(struct flow *f)
{
	const uint64_t start = address_at(f, &f->steps[0]);
	const uint64_t size = f->region->end - f->region->start;

	for (size_t i = 0; i < f->file->list->count; i++) {
		const struct references *all = &f->file->list->layouts[i].references;
		const struct reference *r = references_from(all, f->region->section, start);

		for (; r && r < all->items + all->count && r->section == f->region->section &&
			r->place - start < size;
			r++) {
			const uint64_t at = reference_instruction(r) - start;
			struct step *step =
				at < size && f->step_at[at] ? &f->steps[f->step_at[at] - 1] : NULL;

			if (step && !step->reference)
				step->reference = r;
		}
	}
}

/* The step's start may be before the place: fields of x86_64 stand behind the opcode. */
static void mark_fixups(struct flow *f)
{
	const struct fixups *all = &f->file->fixups;
	const struct fixup *next, *end;

	if (!all->count)
		return;
	next = fixups_from(all, f->region->section, f->region->start);
	end = all->items + all->count;
	for (size_t i = 0; i < f->step_count; i++) {
		struct step *step = &f->steps[i];
		const uint64_t at = f->region->start + step->offset;

		while (next < end && next->section == f->region->section && next->place < at)
			next++;
		if (next == end || next->section != f->region->section)
			return;
		if (step->known && next->place < at + step->insn.length)
			step->fixup = next;
	}
}

static void mark_patches(struct flow *f)
{
	const struct patches *all = &f->file->patches;
	const uint64_t start = address_at(f, &f->steps[0]);
	const uint64_t size = f->region->end - f->region->start;
	const struct patch *p = all->count ? patches_from(all, start) : NULL;

	for (; p && p < all->items + all->count && p->address - start < size; p++) {
		const uint64_t at = p->address - start;
		struct step *step = f->step_at[at] ? &f->steps[f->step_at[at] - 1] : NULL;

		if (step && step->known && !step->patch)
			step->patch = p;
	}
}

static void make_leader(struct flow *f, struct step *to)
{
	if (to && !to->leader)
		to->leader = (uint32_t)++f->meeting_count;
}

static bool find_leaders(struct flow *f, struct flow_scratch *scratch)
{
	for (size_t i = 0; i < f->step_count; i++) {
		if (f->steps[i].known)
			make_leader(f, destination(f, &f->steps[i]));
		for (const struct patch *p = f->steps[i].patch; p; p = next_patch(f, p))
			make_leader(f, patched_to(f, p));
	}
	if (!make_room(scratch->arena, (void **)&scratch->meetings, &scratch->meeting_room,
		    f->meeting_count, sizeof(*scratch->meetings)))
		return error_memory(f->error);
	f->meetings = scratch->meetings;
	for (uint32_t i = 0; i < f->step_count; i++)
		if (f->steps[i].leader) {
			struct meeting *m = &f->meetings[f->steps[i].leader - 1];

			m->seen = false;
			m->step = i;
		}
	return true;
}

/* Addresses that were used go: the accesses through them say it. */
static void drop_used(struct flow *f, size_t first)
{
	struct flow_sink *sink = f->sink;
	const uint64_t start = address_at(f, &f->steps[0]);
	size_t kept = first;

	for (size_t i = first; i < sink->count; i++) {
		const struct access *access = &sink->items[i];

		if (access->kind != ACCESS_ADDRESS ||
			!f->steps[f->step_at[access->address - start] - 1].used)
			sink->items[kept++] = *access;
	}
	sink->count = kept;
}

bool flow_read(const struct flow_file *file, const struct flow_region *region,
	struct flow_sink *sink, struct flow_scratch *scratch, struct error *error)
{
	struct flow f = {
		.file = file,
		.region = region,
		.sink = sink,
		.error = error,
	};
	const struct mark before = {sink->count, sink->write_count};

	if (region->start == region->end)
		return true;
	if (!decode(&f, scratch))
		return false;
	mark_references(&f);
	mark_fixups(&f);
	mark_patches(&f);
	if (!find_leaders(&f, scratch))
		return false;
	for (size_t i = 0; i < f.step_count; i++)
		if (f.steps[i].known)
			sum_up(&f, &f.steps[i]);
	follow_paths(&f, &before);
	drop_used(&f, before.count);
	return error->kind == ERROR_NONE;
}

bool flow_read_alone(const struct flow_file *file, const struct flow_region *region,
	const struct insn *insn, bool referring, struct flow_sink *sink, struct error *error)
{
	struct step step = {.insn = *insn, .known = true};
	uint32_t step_at[INSN_LONGEST] = {1};
	struct flow f = {
		.file = file,
		.region = region,
		.steps = &step,
		.step_count = 1,
		.step_at = step_at,
		.sink = sink,
		.error = error,
	};
	struct state state;

	copy_state(&state, &file->entry);
	if (referring)
		mark_references(&f);
	sum_up(&f, &step);
	pass(&f, &state, &step);
	sink->read += insn->length;
	return error->kind == ERROR_NONE;
}
