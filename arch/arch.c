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
