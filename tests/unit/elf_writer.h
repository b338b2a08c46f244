/* Writes small ELF files into memory, for tests: any field may be what no linker would write. */
#ifndef PERCPU_TESTS_ELF_WRITER_H
#define PERCPU_TESTS_ELF_WRITER_H

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Section i of a spec gets index i + 1; .symtab, .strtab, (.symtab_shndx,) .shstrtab follow. */
struct elf_section {
	const char *name;
	uint32_t type;
	uint64_t flags;
	uint64_t addr;
	uint64_t size;
	uint64_t align;
	const void *bytes; /* NULL: zeros */
	uint32_t link;
	uint32_t info;
	uint64_t entsize;
};

struct elf_symbol {
	const char *name;
	uint32_t section; /* index, or 0xff00 + 0..0xff for the reserved ones */
	uint64_t value;
	uint64_t size;
	uint8_t type;
	uint8_t bind;
};

/* p_offset is that of the section with this index. */
struct elf_segment {
	uint32_t section;
	uint32_t flags;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
	uint32_t type; /* 0: PT_LOAD */
};

struct elf_spec {
	uint16_t machine;
	uint16_t type;
	const struct elf_section *sections;
	size_t section_count;
	const struct elf_symbol *symbols; /* the null symbol is written by itself */
	size_t symbol_count;
	const struct elf_segment *segments;
	size_t segment_count;
	bool extended_segments; /* PN_XNUM, whatever their number */
};

/* `data` is the caller's to free. */
struct elf_file {
	uint8_t *data;
	size_t size;
	size_t room;
	size_t shoff, shnum;
	size_t phoff, phnum;
	size_t symoff, symnum;
};

static inline struct span elf_span(const struct elf_file *file)
{
	return (struct span){file->data, file->size};
}

static inline size_t elf_reserve(struct elf_file *file, size_t size, size_t align)
{
	const size_t offset = (file->size + align - 1) / align * align;

	if (offset + size > file->room) {
		file->room = 2 * (offset + size);
		file->data = realloc(file->data, file->room);
	}
	if (!file->data)
		abort();
	memset(file->data + file->size, 0, offset + size - file->size);
	file->size = offset + size;
	return offset;
}

static inline size_t elf_append(struct elf_file *file, const void *bytes, size_t size, size_t align)
{
	const size_t offset = elf_reserve(file, size, align);

	if (bytes && size)
		memcpy(file->data + offset, bytes, size);
	return offset;
}

/* Adds a name to a string table under way, and returns where it is. */
static inline uint32_t elf_name(struct elf_file *table, const char *name)
{
	if (!name || !*name)
		return 0;
	return (uint32_t)elf_append(table, name, strlen(name) + 1, 1);
}

static inline void elf_place(struct elf_file *file, Elf64_Shdr *header, const void *bytes, size_t size)
{
	header->sh_offset = header->sh_type == SHT_NOBITS ? file->size : elf_append(file, bytes, size, 8);
	header->sh_size = size;
}

static inline void elf_sections(struct elf_file *file, const struct elf_spec *spec, Elf64_Shdr *headers,
	struct elf_file *names)
{
	for (size_t i = 0; i < spec->section_count; i++) {
		const struct elf_section *s = &spec->sections[i];

		headers[i + 1] = (Elf64_Shdr){
			.sh_name = elf_name(names, s->name),
			.sh_type = s->type,
			.sh_flags = s->flags,
			.sh_addr = s->addr,
			.sh_link = s->link,
			.sh_info = s->info,
			.sh_addralign = s->align,
			.sh_entsize = s->entsize,
		};
		elf_place(file, &headers[i + 1], s->bytes, s->size);
	}
}

/* .symtab, .strtab and, where an index needs it, .symtab_shndx; returns the next header. */
static inline size_t elf_symbols(struct elf_file *file, const struct elf_spec *spec, Elf64_Shdr *headers,
	size_t next, struct elf_file *names)
{
	const size_t count = spec->symbol_count + 1;
	Elf64_Sym *table = calloc(count, sizeof(*table));
	uint32_t *wide = calloc(count, sizeof(*wide));
	struct elf_file strings = {0};
	bool extended = false;

	if (!table || !wide)
		abort();
	elf_append(&strings, "", 1, 1);
	for (size_t i = 1; i < count; i++) {
		const struct elf_symbol *s = &spec->symbols[i - 1];
		const bool is_wide = s->section > 0xffff ||
			(s->section >= SHN_LORESERVE && s->section <= spec->section_count &&
				s->section != SHN_ABS && s->section != SHN_COMMON);

		table[i] = (Elf64_Sym){
			.st_name = elf_name(&strings, s->name),
			.st_info = (unsigned char)ELF64_ST_INFO(s->bind, s->type),
			.st_shndx = is_wide ? SHN_XINDEX : (uint16_t)s->section,
			.st_value = s->value,
			.st_size = s->size,
		};
		wide[i] = is_wide ? s->section : 0;
		extended = extended || is_wide;
	}
	headers[next] = (Elf64_Shdr){.sh_name = elf_name(names, ".symtab"), .sh_type = SHT_SYMTAB,
		.sh_link = (uint32_t)next + 1, .sh_info = 1, .sh_addralign = 8,
		.sh_entsize = sizeof(*table)};
	elf_place(file, &headers[next], table, count * sizeof(*table));
	file->symoff = headers[next].sh_offset;
	file->symnum = count;
	headers[next + 1] = (Elf64_Shdr){
		.sh_name = elf_name(names, ".strtab"), .sh_type = SHT_STRTAB, .sh_addralign = 1};
	elf_place(file, &headers[next + 1], strings.data, strings.size);
	if (extended) {
		headers[next + 2] = (Elf64_Shdr){.sh_name = elf_name(names, ".symtab_shndx"),
			.sh_type = SHT_SYMTAB_SHNDX, .sh_link = (uint32_t)next, .sh_addralign = 4,
			.sh_entsize = sizeof(*wide)};
		elf_place(file, &headers[next + 2], wide, count * sizeof(*wide));
	}
	free(table);
	free(wide);
	free(strings.data);
	return next + (extended ? 3 : 2);
}

static inline void elf_segments(
	struct elf_file *file, const struct elf_spec *spec, const Elf64_Shdr *sections)
{
	for (size_t i = 0; i < spec->segment_count; i++) {
		const struct elf_segment *s = &spec->segments[i];
		const Elf64_Phdr header = {
			.p_type = s->type ? s->type : PT_LOAD,
			.p_flags = s->flags,
			.p_offset = sections[s->section].sh_offset,
			.p_vaddr = s->vaddr,
			.p_paddr = s->paddr,
			.p_filesz = s->filesz,
			.p_memsz = s->memsz,
			.p_align = s->align,
		};

		memcpy(file->data + file->phoff + i * sizeof(header), &header, sizeof(header));
	}
}

static inline void elf_header(
	struct elf_file *file, const struct elf_spec *spec, Elf64_Shdr *first, size_t names)
{
	const bool many = file->shnum >= SHN_LORESERVE;
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = spec->type,
		.e_machine = spec->machine,
		.e_version = EV_CURRENT,
		.e_phoff = file->phnum ? file->phoff : 0,
		.e_shoff = file->shoff,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = spec->extended_segments ? PN_XNUM : (uint16_t)file->phnum,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = many ? 0 : (uint16_t)file->shnum,
		.e_shstrndx = names >= SHN_LORESERVE ? SHN_XINDEX : (uint16_t)names,
	};

	first->sh_size = many ? file->shnum : 0;
	first->sh_link = names >= SHN_LORESERVE ? (uint32_t)names : 0;
	first->sh_info = spec->extended_segments ? (uint32_t)file->phnum : 0;
	memcpy(file->data, &header, sizeof(header));
}

static inline struct elf_file elf_write(const struct elf_spec *spec)
{
	struct elf_file file = {.phnum = spec->segment_count}, names = {0};
	Elf64_Shdr *headers = calloc(spec->section_count + 5, sizeof(*headers));
	size_t next = spec->section_count + 1;

	if (!headers)
		abort();
	elf_reserve(&file, sizeof(Elf64_Ehdr), 8);
	file.phoff = elf_reserve(&file, spec->segment_count * sizeof(Elf64_Phdr), 8);
	elf_append(&names, "", 1, 1);
	elf_sections(&file, spec, headers, &names);
	if (spec->symbol_count)
		next = elf_symbols(&file, spec, headers, next, &names);
	headers[next] = (Elf64_Shdr){
		.sh_name = elf_name(&names, ".shstrtab"), .sh_type = SHT_STRTAB, .sh_addralign = 1};
	elf_place(&file, &headers[next], names.data, names.size);
	file.shnum = next + 1;
	file.shoff = (file.size + 7) / 8 * 8;
	elf_segments(&file, spec, headers);
	elf_header(&file, spec, &headers[0], next);
	elf_append(&file, headers, file.shnum * sizeof(*headers), 8);
	free(headers);
	free(names.data);
	return file;
}

#endif
