/*
 * poke FILE section NAME FIELD VALUE      writes a field of the section's header
 * poke FILE segment-of NAME FIELD VALUE   ... of the program header of the PT_LOAD that holds it
 *
 * For faults that no assembler, linker or objcopy makes. ELF64, little-endian, as the host is.
 */
#include <elf.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct field {
	const char *name;
	size_t offset, size;
};

#define FIELD(type, member) {#member, offsetof(type, member), sizeof(((type *)0)->member)}

static const struct field section_fields[] = {
	FIELD(Elf64_Shdr, sh_type), FIELD(Elf64_Shdr, sh_flags), FIELD(Elf64_Shdr, sh_addr),
	FIELD(Elf64_Shdr, sh_size), FIELD(Elf64_Shdr, sh_addralign), {0}};
static const struct field segment_fields[] = {
	FIELD(Elf64_Phdr, p_offset), FIELD(Elf64_Phdr, p_vaddr), FIELD(Elf64_Phdr, p_paddr),
	FIELD(Elf64_Phdr, p_filesz), FIELD(Elf64_Phdr, p_memsz), FIELD(Elf64_Phdr, p_align), {0}};

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "poke: %s: %s\n", what, name);
	exit(1);
}

static unsigned char *read_all(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes = NULL;
	long end;

	if (!file || fseek(file, 0, SEEK_END) || (end = ftell(file)) < (long)sizeof(Elf64_Ehdr))
		fail("cannot read", path);
	rewind(file);
	*size = (size_t)end;
	if (!(bytes = malloc(*size)) || fread(bytes, 1, *size, file) != *size)
		fail("cannot read", path);
	fclose(file);
	return bytes;
}

static Elf64_Shdr *section_named(unsigned char *bytes, const char *name)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
	Elf64_Shdr *sections = (Elf64_Shdr *)(bytes + header->e_shoff);
	const char *names = (const char *)bytes + sections[header->e_shstrndx].sh_offset;

	for (unsigned i = 1; i < header->e_shnum; i++)
		if (strcmp(names + sections[i].sh_name, name) == 0)
			return &sections[i];
	fail("no such section", name);
	return NULL;
}

static Elf64_Phdr *segment_of(unsigned char *bytes, const Elf64_Shdr *section)
{
	Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
	Elf64_Phdr *segments = (Elf64_Phdr *)(bytes + header->e_phoff);

	for (unsigned i = 0; i < header->e_phnum; i++)
		if (segments[i].p_type == PT_LOAD && section->sh_addr >= segments[i].p_vaddr &&
			section->sh_addr - segments[i].p_vaddr < segments[i].p_memsz)
			return &segments[i];
	fail("no PT_LOAD holds", "the section");
	return NULL;
}

static void write_field(
	void *header, const struct field *fields, const char *name, const char *text)
{
	const unsigned long long value = strtoull(text, NULL, 0);

	while (fields->name && strcmp(fields->name, name) != 0)
		fields++;
	if (!fields->name)
		fail("no such field", name);
	memcpy((unsigned char *)header + fields->offset, &value, fields->size);
}

int main(int argc, char **argv)
{
	unsigned char *bytes;
	size_t size;
	FILE *file;

	if (argc != 6)
		fail("usage", "poke FILE section|segment-of NAME FIELD VALUE");
	bytes = read_all(argv[1], &size);
	if (strcmp(argv[2], "section") == 0)
		write_field(section_named(bytes, argv[3]), section_fields, argv[4], argv[5]);
	else
		write_field(segment_of(bytes, section_named(bytes, argv[3])), segment_fields,
			argv[4], argv[5]);
	file = fopen(argv[1], "r+b");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		fail("cannot write", argv[1]);
	free(bytes);
	return 0;
}
