/* What happens between start-up, or the taking of an address, and the access? Off by default. */
#include <stdlib.h>
#include <string.h>

#include "lib/check/access.h"

static void access_preempt(struct check_run *run)
{
	const struct accesses *accesses = register_accesses(run);

	for (size_t i = 0; accesses && i < accesses->count; i++) {
		const struct access *access = &accesses->items[i];
		struct place place;

		if (!access->crossed || !is_of_layout(run, access) ||
			access->kind == ACCESS_ADDRESS || access->layout != run->layout)
			continue;
		place = at_access(run, access);
		found(run, SEVERITY_NOTE, &place,
			text(run,
				"%s goes to an address that was taken before a call, or before "
				"interrupts were allowed",
				access_text(run, access)),
			"take the address again, or disable preemption from there to here");
	}
}

const struct check check_access_preempt = {
	.name = "access_preempt",
	.severity = SEVERITY_NOTE,
	.off = true,
	.where = "ORBS",
	.needs = {&check_section_present},
	.run = access_preempt,
	.summary = "per-CPU addresses do not live across calls",
	.what = "The address of a variable in this CPU's area is kept in a register over a call, "
		"or over an instruction that allows interrupts (sti, msr daifclr, csrsi), and used "
		"behind it. Only asked for by -W or -E: code that has disabled preemption does so "
		"rightly. What is kept on the stack is not seen.",
	.why = "The thread may have moved to another CPU meanwhile: it then changes the first "
	       "one's data, beside whoever runs there.",
	.example = "p = percpu_ptr(counter); log(); ++*p;",
	.fix = "Take the address again behind the call, or disable preemption around both.",
};

/* Code that start-up is seen to run before it writes the register of the base. */
struct walk {
	struct check_run *run;
	const struct accesses *accesses;
	uint64_t *seen; /* a bit an insn_unit of the section that is walked in */
	uint32_t section;
	uint64_t *pending; /* addresses that are still to be walked from */
	size_t pending_count, pending_room;
	bool judges; /* else it is only seen where code is reached */
	size_t found;
};

uint64_t virtual_address(const struct check_run *run, uint64_t address)
{
	const struct image *image = run->image;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *s = &image->segments[i];

		if (s->type == PT_LOAD && address - s->vaddr < s->memsz)
			return address;
	}
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct segment *s = &image->segments[i];

		if (s->type == PT_LOAD && address - s->paddr < s->memsz)
			return address - s->paddr + s->vaddr;
	}
	return address;
}

uint32_t code_section(const struct check_run *run, uint64_t address)
{
	for (uint32_t i = 1; i < run->image->section_count; i++) {
		const struct section *s = &run->image->sections[i];

		if ((s->flags & SHF_EXECINSTR) && s->type == SHT_PROGBITS &&
			address - s->addr < s->size)
			return i;
	}
	return 0;
}

struct code_key {
	uint32_t section;
	uint64_t address;
};

static int compare_key(const struct code_key *key, uint32_t section, uint64_t address)
{
	if (key->section != section)
		return key->section < section ? -1 : 1;
	return key->address < address ? -1 : key->address > address;
}

static int compare_access(const void *key, const void *item)
{
	const struct access *access = item;

	return compare_key(key, access->section, access->address);
}

static int compare_write(const void *key, const void *item)
{
	const struct base_write *write = item;

	return compare_key(key, write->section, write->address);
}

/* wrmsr too: what it writes is in registers. */
static bool writes_base(const struct walk *w, uint64_t address, struct span code)
{
	if (w->run->image->arch->machine == EM_X86_64 && code.size >= 2 && code.data[0] == 0x0f &&
		code.data[1] == 0x30)
		return true;
	return bsearch(&(struct code_key){w->section, address}, w->accesses->writes.items,
		       w->accesses->writes.count, sizeof(*w->accesses->writes.items),
		       compare_write) != NULL;
}

static void judge_early(struct walk *w, uint64_t address)
{
	struct check_run *run = w->run;
	const struct access *access =
		bsearch(&(struct code_key){w->section, address}, w->accesses->items,
			w->accesses->count, sizeof(*w->accesses->items), compare_access);
	struct place place;

	if (!w->judges || !access || access->kind == ACCESS_ADDRESS || !is_of_layout(run, access) ||
		access->layout != run->layout)
		return;
	w->found++;
	place = at_access(run, access);
	found(run, SEVERITY_NOTE, &place,
		text(run, "%s is reached from the entry before anything writes %s",
			access_text(run, access),
			arch_register_name(run->image->arch, access->base)),
		"write the register first (percpu_init_reg), or do not access before it");
}

static bool later(struct walk *w, uint64_t address)
{
	if (!ARENA_GROW(w->run->arena, w->pending, w->pending_count, w->pending_room))
		return error_memory(w->run->error);
	w->pending[w->pending_count++] = address;
	return true;
}

/* From one place on until the base is written, or control is lost sight of. */
static void walk_from(struct walk *w, uint64_t address)
{
	const struct section *s = &w->run->image->sections[w->section];
	const struct arch *arch = w->run->image->arch;
	const struct span code = image_section_bytes(w->run->image, w->section);
	struct data_range data = {0};

	for (;;) {
		const uint64_t offset = address - s->addr;
		const uint64_t bit = offset / arch->insn_unit;
		struct insn insn;
		struct span rest;

		if (address >= data.end)
			data = functions_data(w->run->functions, w->section, address);
		if (address >= data.start || offset >= code.size ||
			(w->seen[bit / 64] >> bit % 64 & 1))
			return;
		w->seen[bit / 64] |= UINT64_C(1) << bit % 64;
		rest = (struct span){code.data + offset, code.size - (size_t)offset};
		if (!arch->decode(rest, &insn) || writes_base(w, address, rest))
			return;
		judge_early(w, address);
		/* What is called may write it: the code behind the call is not looked at. */
		if (insn.kind == INSN_BRANCH && insn.direct &&
			!later(w, address + (uint64_t)insn.constant))
			return;
		if (insn.kind == INSN_BRANCH && (insn.call || !insn.falls))
			return;
		address += insn.length;
	}
}

/* From the entry; false with the run's error set when memory runs out. */
static bool walk_from_entry(struct walk *w)
{
	struct check_run *run = w->run;

	w->accesses = accesses_of(run);
	w->seen = ARENA_ARRAY(run->arena, uint64_t,
		run->image->sections[w->section].size / run->image->arch->insn_unit / 64 + 1);
	if (!w->accesses || !w->seen)
		return error_memory(run->error);
	if (!later(w, virtual_address(run, run->image->entry)))
		return false;
	while (w->pending_count && !w->found)
		walk_from(w, w->pending[--w->pending_count]);
	return true;
}

static void access_early(struct check_run *run)
{
	struct walk w = {.run = run, .judges = true};

	if (!goes_through_register(run) || run->image->type == ET_REL || rests_on_assumption(run))
		return;
	w.section = code_section(run, virtual_address(run, run->image->entry));
	if (w.section)
		walk_from_entry(&w);
	else
		skipped(run, "the entry is in no code");
}

/* What a walk has seen. */
struct early_code {
	const uint64_t *seen;
	uint32_t section; /* 0: the entry is in no code */
};

static const struct early_code *early_code(struct check_run *run)
{
	struct walk w = {
		.run = run, .section = code_section(run, virtual_address(run, run->image->entry))};
	struct early_code *early = ARENA_NEW(run->arena, struct early_code);

	if (!early) {
		error_memory(run->error);
		return NULL;
	}
	if (w.section && !walk_from_entry(&w))
		return NULL;
	*early = (struct early_code){w.seen, w.section};
	return early;
}

bool access_is_early(struct check_run *run, const struct access *access)
{
	uint64_t unit;

	if (!run->early)
		run->early = run->image->type == ET_REL ? NULL : early_code(run);
	if (!run->early || !run->early->section || access->section != run->early->section)
		return false;
	unit = (access->address - run->image->sections[access->section].addr) /
	       run->image->arch->insn_unit;
	return run->early->seen[unit / 64] >> unit % 64 & 1;
}

const struct check check_access_early = {
	.name = "access_early",
	.severity = SEVERITY_NOTE,
	.off = true,
	.where = "RBS",
	.needs = {&check_section_present},
	.run = access_early,
	.summary = "no access is seen to come before the register is written",
	.what = "From the entry, along jumps and into the first calls, an access is reached before "
		"an instruction that writes the register of the base. Only asked for by -W or -E: "
		"a boot loader may have written it. Other sections, and what comes behind a call, "
		"are not followed.",
	.why = "The register holds what the firmware has left: the access goes anywhere.",
	.example = "a kernel that counts in a per-CPU variable, or locks, before percpu_init_reg()",
	.fix = "Write the register first, or keep early code away from per-CPU variables.",
};
