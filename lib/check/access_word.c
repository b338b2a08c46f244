/* Words of the area that code expects at a fixed offset: the stack protector's, the self pointer.
 */
#include <string.h>
#include <strings.h>

#include "lib/check/access.h"

/* System V psABI of x86_64 as gcc -mcmodel=kernel and clang have it: bytes from the GS base. */
enum { CANARY_OFFSET = 0x28, CANARY_SIZE = 8 };

static const char *const canary_names[] = {
	"fixed_percpu_data", "irq_stack_union", "__stack_chk_guard", "canary", "stack_guard", NULL};

static bool has_name_of(const char *name, const char *part)
{
	for (; *name; name++)
		if (strncasecmp(name, part, strlen(part)) == 0)
			return true;
	return false;
}

static bool keeps_canary(const struct variable *variable)
{
	for (size_t i = 0; canary_names[i]; i++)
		if (has_name_of(variable->name, canary_names[i]))
			return true;
	return false;
}

/* DEFINE_PERCPU_FIRST, or a structure at an area's start: of its members only uses tell. */
static bool is_reserve(const struct variable *variable)
{
	return variable->symbol.value == 0 && variable->symbol.size >= CANARY_OFFSET + CANARY_SIZE;
}

struct code_place {
	struct span code;
	uint64_t start; /* virtual address of its first byte */
};

static struct code_place code_of(const struct check_run *run, uint32_t section)
{
	return (struct code_place){
		image_section_bytes(run->image, section), run->image->sections[section].addr};
}

static bool decode_at(const struct check_run *run, const struct code_place *in, uint64_t address,
	struct insn *insn)
{
	const uint64_t offset = address - in->start;

	return offset < in->code.size &&
	       run->image->arch->decode(
		       (struct span){in->code.data + offset, in->code.size - (size_t)offset}, insn);
}

/* Is a direct call of __stack_chk_fail at the address? */
static bool calls(const struct check_run *run, const struct code_place *in, uint64_t address,
	uint64_t function)
{
	struct insn insn;

	return decode_at(run, in, address, &insn) && insn.kind == INSN_BRANCH && insn.call &&
	       insn.direct && address + (uint64_t)insn.constant == function;
}

/* Does something else stand where the canary does? */
static bool canary_is_misplaced(const struct check_run *run)
{
	uint64_t offset;
	const struct variable *there =
		layout_variable_at(run->layout, run->layout->sections[0], CANARY_OFFSET, &offset);

	return there && !keeps_canary(there);
}

static bool reads_canary_word(const struct check_run *run, const struct access *access)
{
	return access->form == ACCESS_ABSOLUTE && access->target == CANARY_OFFSET &&
	       access->width == 8 && access->kind == ACCESS_READ && !access->relocated &&
	       access->layout == run->layout && access->variable;
}

/*
 * The end of a protected function: compared with gs:0x28, in one instruction by gcc and in two by
 * clang, and a branch to, or around, the call.
 */
static bool is_canary_test(
	const struct check_run *run, const struct access *access, uint64_t chk_fail)
{
	enum { BETWEEN = 2 };
	const struct code_place in = code_of(run, access->section);
	uint64_t at = access->address;
	struct insn insn;

	for (unsigned i = 0; i <= BETWEEN; i++, at += insn.length)
		if (!decode_at(run, &in, at, &insn) || insn.kind == INSN_BRANCH)
			break;
	if (!decode_at(run, &in, at, &insn) || insn.kind != INSN_BRANCH || !insn.direct ||
		!insn.falls)
		return false;
	return calls(run, &in, at + (uint64_t)insn.constant, chk_fail) ||
	       calls(run, &in, at + insn.length, chk_fail);
}

/* xor and xchg: a canary is mixed with noise so, or changed for the next thread's. */
static bool mixes(struct span code)
{
	enum { ALU_XOR = 6 };
	size_t i = 0;

	while (i + 2 < code.size && (code.data[i] == 0x65 || code.data[i] == 0xf0 ||
					    code.data[i] == 0x66 || code.data[i] >> 4 == 4))
		i++;
	if (i + 1 >= code.size)
		return true;
	if (code.data[i] >> 2 == 0x80 >> 2 && (code.data[i] & 3) != 2)
		return (code.data[i + 1] >> 3 & 7) == ALU_XOR;
	return code.data[i] >> 2 == 0x30 >> 2 || code.data[i] >> 1 == 0x86 >> 1;
}

/* Is what it loads taken for an address? A canary is noise. */
static bool brings_pointer(const struct check_run *run, const struct access *access)
{
	enum { WINDOW = 8 };
	const struct code_place in = code_of(run, access->section);
	uint64_t at = access->address;
	uint8_t pointer = INSN_NO_REGISTER;
	struct insn insn;

	for (unsigned i = 0; i <= WINDOW; i++, at += insn.length) {
		if (!decode_at(run, &in, at, &insn) || insn.kind == INSN_BRANCH)
			return false;
		if (i == 0) {
			pointer = insn.kind == INSN_LOAD ? insn.target : INSN_NO_REGISTER;
			if (pointer == INSN_NO_REGISTER)
				return false;
			continue;
		}
		if (insn.memory != INSN_NO_MEMORY &&
			(insn.kind == INSN_ADD ? insn.base : insn.first) == pointer)
			return true;
		if (insn.target == pointer || insn.also == pointer || (insn.others >> pointer & 1))
			return false;
	}
	return false;
}

/*
 * Is the word used for something else? Whoever keeps a canary there writes it at start-up and with
 * every change of threads, and the compiler's code reads it whole; nobody counts in it, or writes
 * part of it.
 */
static bool is_other_use(const struct check_run *run, const struct access *access)
{
	const bool whole = access->target == CANARY_OFFSET && access->width == CANARY_SIZE;

	if (!is_of_layout(run, access) || access->layout != run->layout || !access->formed ||
		access->floating || !access->width ||
		access->target >= CANARY_OFFSET + CANARY_SIZE ||
		access->target + access->width <= CANARY_OFFSET)
		return false;
	if (access->kind == ACCESS_CHANGE)
		return !mixes(code_at(run, access->section, access->address, access->length));
	if (access->kind != ACCESS_READ)
		return access->kind == ACCESS_WRITE && access->width < CANARY_SIZE;
	return access->width < CANARY_SIZE || (whole && brings_pointer(run, access));
}

/* The first access that shows that functions are protected, by a word that is kept for no canary;
 * NULL: none does. */
static const struct access *canary_test(struct check_run *run, const struct accesses *accesses)
{
	struct maybe chk_fail = {0};

	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];

		if (!reads_canary_word(run, access))
			continue;
		/* All names are gone through for it: seldom, that is. */
		if (!chk_fail.known)
			chk_fail = symbol_value(run, "__stack_chk_fail");
		if (!chk_fail.known)
			return NULL;
		if (is_canary_test(run, access, chk_fail.value))
			return access;
	}
	return NULL;
}

static void access_canary(struct check_run *run)
{
	const bool asked = run->image->arch->machine == EM_X86_64 &&
			   run->layout->model == MODEL_ZERO && goes_through_register(run) &&
			   canary_is_misplaced(run);
	const struct accesses *accesses = asked ? accesses_of(run) : NULL;
	const struct access *test = canary_test(run, accesses);
	struct place place;

	for (size_t i = 0; test && i < accesses->count; i++) {
		if (!is_other_use(run, &accesses->items[i]))
			continue;
		place = at_access(run, test);
		found(run, SEVERITY_ERROR, &place,
			text(run,
				"the stack protector's canary, %%gs:0x28%s, is in this variable: "
				"%s has something else there",
				place_text(run, test->section, test->address),
				access_text(run, &accesses->items[i])),
			"define a variable of 48 bytes first (DEFINE_PERCPU_FIRST), or build with "
			"-fno-stack-protector or -mstack-protector-guard=global");
		return;
	}
	if (test && !is_reserve(test->variable))
		skipped(run,
			text(run,
				"the stack protector's canary, %%gs:0x28, is in %s, and no code "
				"shows whether that is kept for it",
				test->variable->name));
}

const struct check check_access_canary = {
	.name = "access_canary",
	.severity = SEVERITY_ERROR,
	.where = "RB",
	.needs = {&check_section_present, &check_section_vma},
	.run = access_canary,
	.summary = "the stack protector has its word to itself (x86_64)",
	.what = "Functions are compiled with a stack protector whose canary is at gs:0x28, and an "
		"ordinary per-CPU variable stands there: other code reads a part of those 8 bytes, "
		"changes them in place other than by xor or xchg, or takes them for an address. "
		"Where only the canary is seen in use, a variable that begins at 0 and holds them, "
		"or is named after a canary, is kept for it; of any other one it cannot be told.",
	.why = "A write to the variable while a protected function runs ends in "
	       "__stack_chk_fail; and what is written to the variable is the canary that an "
	       "attacker has to know.",
	.example = "gcc -mcmodel=kernel -fstack-protector-strong, a template at address 0",
	.fix = "Define a variable of 48 bytes first (DEFINE_PERCPU_FIRST), or build with "
	       "-fno-stack-protector or -mstack-protector-guard=global.",
};

static bool is_self(const struct check_run *run, const struct variable *variable)
{
	return variable && strcmp(variable->symbol.name, run->layout->profile->self) == 0;
}

/* The word whose value is added to offsets as a base, in an access that nothing else explains. */
static bool takes_word_for_base(const struct check_run *run, const struct access *access)
{
	return access->word && !access->base && access->layout == run->layout && access->variable &&
	       access->kind != ACCESS_ADDRESS && (access->relocated || access->offset == 0);
}

/* A kernel may have a variable of its own for it. */
static bool defines_self(const struct check_run *run)
{
	for (size_t i = 0; i < run->layout->variable_count; i++)
		if (is_self(run, &run->layout->variables[i]))
			return true;
	return false;
}

static void symbol_self(struct check_run *run)
{
	const bool asked = run->image->arch->machine == EM_X86_64 && run->layout->profile->self &&
			   run->layout->model == MODEL_ZERO && goes_through_register(run);
	const struct accesses *accesses = asked ? accesses_of(run) : NULL;
	const bool has_self = accesses && defines_self(run);

	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];
		const uint64_t word = access->word - (uint64_t)1;
		const struct variable *there;
		struct place place;
		uint64_t offset;

		if (!takes_word_for_base(run, access))
			continue;
		there = layout_variable_at(run->layout, run->layout->sections[0], word, &offset);
		if (there && (!has_self || (is_self(run, there) && !offset)))
			continue;
		place = at_access(run, access);
		place.variable = there;
		place.symbol = run->layout->profile->self;
		place.offset = (struct maybe){there != NULL, offset};
		found(run, SEVERITY_ERROR, &place,
			text(run, "%s%s takes %%gs:0x%" PRIx64 " for the CPU's base, where %s %s",
				access_kind_name((enum access_kind)access->kind),
				place_text(run, access->section, access->address), word,
				run->layout->profile->self,
				there ? "does not stand" : "is missing"),
			text(run, "define %s, and use its symbol in the code",
				run->layout->profile->self));
		return;
	}
}

const struct check check_symbol_self = {
	.name = "symbol_self",
	.severity = SEVERITY_ERROR,
	.where = "RB",
	.needs = {&check_section_present, &check_section_vma},
	.run = symbol_self,
	.summary = "the self pointer stands where code expects it (x86_64)",
	.what = "Code loads a word of the area, adds the offset of a variable to it and goes "
		"there, but the profile's self pointer stands elsewhere, or nothing stands there. "
		"Where no relocation names the variable the code has to bring its offset in a "
		"register: in incq 0x80(%rax) it may be a member's, of what a pointer in that "
		"word points to, and is no finding. "
		"In images with more than 8 MiB of code only functions are looked at that use gs "
		"in other ways than at a fixed place.",
	.why = "x86_64 cannot read the GS base cheaply: the base is kept in a variable. What "
	       "stands there instead is anybody's number.",
	.example = "mov $counter, %eax; add %gs:0, %rax; incq (%rax), where __PERCPU_SELF_PTR is "
		   "not at 0",
	.fix = "Use the symbol of the self pointer; link the object that defines it.",
};
