#include "arch/reloc.h"
#include "arch/arch.h"

#include <inttypes.h>
#include <stdio.h>

const struct reloc_info *reloc_info(const struct arch *arch, uint32_t number)
{
	if (number >= arch->reloc_count || !arch->relocs[number].name)
		return NULL;
	return &arch->relocs[number];
}

const char *reloc_name(const struct arch *arch, uint32_t number, char buffer[RELOC_NAME_SIZE])
{
	const struct reloc_info *info = reloc_info(arch, number);
	if (info)
		return info->name;
	snprintf(buffer, RELOC_NAME_SIZE, "type %" PRIu32, number);
	return buffer;
}
