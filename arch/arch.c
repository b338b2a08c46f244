#include "arch/arch.h"

#include <string.h>

#define ARCH(name) extern const struct arch arch_##name;
#include "arch/arches.def"
#undef ARCH

static const struct arch *const arches[] = {
#define ARCH(name) &arch_##name,
#include "arch/arches.def"
#undef ARCH
};

const struct arch *arch_at(size_t index)
{
	return index < sizeof(arches) / sizeof(arches[0]) ? arches[index] : NULL;
}

const struct arch *arch_by_machine(uint16_t machine)
{
	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++)
		if (arches[i]->machine == machine)
			return arches[i];
	return NULL;
}

const struct arch *arch_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++)
		if (strcmp(arches[i]->name, name) == 0)
			return arches[i];
	return NULL;
}

uint64_t locate_start(struct span code, uint64_t field, unsigned size, bool *doubtful)
{
	(void)code;
	(void)size;
	if (doubtful)
		*doubtful = false;
	return field;
}

const char *arch_register_name(const struct arch *arch, uint64_t number)
{
	const struct arch_register *r = arch->registers;

	while (r->number && r->number != number)
		r++;
	return r->name;
}

/* Looked at together at first: more than an instruction, and less than a function. */
enum { WINDOW = 256, CROSSING = 32 };

/*
 * What each of the two looks for may be far away, and is looked for anew behind what the other has
 * found: so neither is asked for more than twice what it takes.
 */
uint64_t arch_next_named(
	const struct arch *arch, struct span code, uint64_t from, const struct scan_sought *sought)
{
	for (uint64_t at = from, window = WINDOW; at < code.size; window *= 2) {
		const uint64_t left = code.size - at;
		const uint64_t end = left < window ? code.size : at + window;
		const struct span near = {
			code.data, code.size - end < CROSSING ? code.size : (size_t)end + CROSSING};
		const uint64_t base = arch->next_base(near, at, sought->registers);
		const uint64_t to = base < end ? base : end;
		const uint64_t suspect = arch->next_suspect(code, at, to, sought);

		if (suspect < to || base < end)
			return suspect < to ? suspect : base;
		at = suspect;
	}
	return code.size;
}
