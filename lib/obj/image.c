#include "lib/obj/image.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/obj/private.h"

#define SHDR32(member) read_le32(header + offsetof(Elf64_Shdr, member))
#define SHDR64(member) read_le64(header + offsetof(Elf64_Shdr, member))

/* The fields of a section header, by field: the table need not be aligned in the file. */
static struct section section_header(const struct image_file *file, size_t index)
{
	const uint8_t *header = file->bytes.data + file->shoff + index * sizeof(Elf64_Shdr);

	return (struct section){
		.name = "",
		.index = (uint32_t)index,
		.type = SHDR32(sh_type),
		.link = SHDR32(sh_link),
		.info = SHDR32(sh_info),
		.flags = SHDR64(sh_flags),
		.addr = SHDR64(sh_addr),
		.offset = SHDR64(sh_offset),
		.size = SHDR64(sh_size),
		.align = SHDR64(sh_addralign),
		.entsize = SHDR64(sh_entsize),
	};
}

/* Bytes of the file that section header `s` claims; NOBITS claims none. */
static bool section_range_ok(
	const struct image_file *file, const struct section *s, struct error *error)
{
	if (s->type == SHT_NOBITS || s->type == SHT_NULL ||
		range_within(s->offset, s->size, file->bytes.size))
		return true;
	return error_set(error, ERROR_INPUT,
		"truncated: section %u (%.64s): sh_offset 0x%" PRIx64 " and sh_size 0x%" PRIx64
		" reach beyond the file's 0x%zx bytes",
		s->index, s->name, s->offset, s->size, file->bytes.size);
}

/* The section names, up to the last one that ends. */
static bool names_load(const struct image_file *file, struct span *names, struct error *error)
{
	const struct section s = section_header(file, file->shstrndx);
	const uint8_t *last;

	*names = (struct span){0};
	if (!file->shstrndx)
		return true;
	if (s.type != SHT_STRTAB)
		return error_set(error, ERROR_INPUT,
			"e_shstrndx is %zu, but sh_type %" PRIu32
			" of that section is no string table",
			file->shstrndx, s.type);
	if (!section_range_ok(file, &s, error))
		return false;
	names->data = file->bytes.data + s.offset;
	last = memrchr(names->data, '\0', (size_t)s.size);
	names->size = last ? (size_t)(last - names->data) + 1 : 0;
	return true;
}

static bool section_fill(const struct image_file *file, struct span names, size_t index,
	struct section *s, struct error *error)
{
	const uint32_t name = read_le32(file->bytes.data + file->shoff +
					index * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_name));

	*s = section_header(file, index);
	if (name < names.size)
		s->name = (const char *)names.data + name;
	else if (name && file->shstrndx)
		return error_set(error, ERROR_INPUT,
			"section %zu: sh_name 0x%" PRIx32 " is outside the section names", index,
			name);
	return section_range_ok(file, s, error);
}

static bool is_debug_only(const struct image *image)
{
	bool any = false;

	for (size_t i = 1; i < image->section_count; i++) {
		const struct section *s = &image->sections[i];

		if (!(s->flags & SHF_ALLOC) || s->type == SHT_NOTE || s->size == 0)
			continue;
		if (s->type != SHT_NOBITS)
			return false;
		any = true;
	}
	return any;
}

static bool sections_read(struct image_file *file, struct error *error)
{
	struct section *sections;
	struct span names;

	if (file->shnum == 0)
		return true;
	if (!names_load(file, &names, error))
		return false;
	sections = ARENA_ARRAY(&file->arena, struct section, file->shnum);
	if (!sections)
		return error_memory(error);
	/* Section 0 is no section: what its header holds are the extended numbers (validate.c). */
	sections[0].name = "";
	for (size_t i = 1; i < file->shnum; i++)
		if (!section_fill(file, names, i, &sections[i], error))
			return false;
	file->image.sections = sections;
	file->image.section_count = file->shnum;
	file->image.debug_only = is_debug_only(&file->image);
	return true;
}

#define PHDR32(member) read_le32(header + offsetof(Elf64_Phdr, member))
#define PHDR64(member) read_le64(header + offsetof(Elf64_Phdr, member))

static bool segment_fill(
	const struct image_file *file, size_t index, struct segment *s, struct error *error)
{
	const uint8_t *header = file->bytes.data + file->phoff + index * sizeof(Elf64_Phdr);

	*s = (struct segment){
		.index = (uint32_t)index,
		.type = PHDR32(p_type),
		.flags = PHDR32(p_flags),
		.offset = PHDR64(p_offset),
		.vaddr = PHDR64(p_vaddr),
		.paddr = PHDR64(p_paddr),
		.filesz = PHDR64(p_filesz),
		.memsz = PHDR64(p_memsz),
		.align = PHDR64(p_align),
	};
	/* Debug files keep the kernel's program headers but not its bytes: only PT_LOAD matters,
	 * and there segment_load judges; here only what cannot be read at all is refused. */
	if (s->type == PT_LOAD && !file->image.debug_only &&
		!range_within(s->offset, s->filesz, file->bytes.size))
		return error_set(error, ERROR_INPUT,
			"truncated: program header %zu: p_offset 0x%" PRIx64
			" and p_filesz 0x%" PRIx64 " reach beyond the file's 0x%zx bytes",
			index, s->offset, s->filesz, file->bytes.size);
	return true;
}

static bool segments_read(struct image_file *file, struct error *error)
{
	struct segment *segments;

	if (file->phnum == 0)
		return true;
	segments = ARENA_ARRAY(&file->arena, struct segment, file->phnum);
	if (!segments)
		return error_memory(error);
	for (size_t i = 0; i < file->phnum; i++)
		if (!segment_fill(file, i, &segments[i], error))
			return false;
	file->image.segments = segments;
	file->image.segment_count = file->phnum;
	return true;
}

static bool symtab_attach(struct image_file *file, const struct section *s, struct error *error)
{
	const struct section *names;

	if (s->entsize != sizeof(Elf64_Sym))
		return error_set(error, ERROR_INPUT,
			"section %u (%.64s): sh_entsize is %" PRIu64 ", a symbol has %zu bytes",
			s->index, s->name, s->entsize, sizeof(Elf64_Sym));
	if (s->link >= file->image.section_count ||
		file->image.sections[s->link].type != SHT_STRTAB)
		return error_set(error, ERROR_INPUT,
			"section %u (%.64s): sh_link %u is no string table", s->index, s->name,
			s->link);
	names = &file->image.sections[s->link];
	file->symtab = image_section_bytes(&file->image, s->index);
	file->strtab = image_section_bytes(&file->image, names->index);
	if (file->strtab.size && file->strtab.data[file->strtab.size - 1] != '\0')
		return error_set(error, ERROR_INPUT,
			"section %u (%.64s): the last symbol name does not end", names->index,
			names->name);
	file->image.symbol_count = file->symtab.size / sizeof(Elf64_Sym);
	file->image.symtab = s->index;
	return true;
}

static bool symtab_read(struct image_file *file, struct error *error)
{
	const struct image *image = &file->image;
	size_t symtab = 0;

	for (size_t i = 1; i < image->section_count && !symtab; i++)
		if (image->sections[i].type == SHT_SYMTAB)
			symtab = i;
	if (!symtab)
		return true;
	for (size_t i = 1; i < image->section_count; i++)
		if (image->sections[i].type == SHT_SYMTAB_SHNDX &&
			image->sections[i].link == symtab)
			file->shndx = image_section_bytes(image, i);
	return symtab_attach(file, &image->sections[symtab], error);
}

static enum image_kind kind_of(const struct image *image)
{
	if (image->type == ET_REL)
		return IMAGE_OBJECT;
	if (image->symbol_count == 0)
		return IMAGE_STRIPPED;
	for (size_t i = 1; i < image->section_count; i++)
		if (image_is_link_rela(image, &image->sections[i]))
			return IMAGE_RELOCS;
	return IMAGE_SYMBOLS;
}

static bool image_read(struct image_file *file, struct error *error)
{
	if (!image_validate(file, error))
		return false;
	if (!sections_read(file, error) || !segments_read(file, error) || !symtab_read(file, error))
		return false;
	file->image.kind = kind_of(&file->image);
	file->image.allocated = file->arena.bytes;
	return true;
}

static bool name(struct image_file *file, const char *path, const char *member, struct error *error)
{
	struct image *image = &file->image;

	image->path = arena_strndup(&file->arena, path, strlen(path));
	image->label = image->path;
	if (member) {
		image->member = arena_strndup(&file->arena, member, strlen(member));
		image->label = arena_printf(&file->arena, "%s(%s)", path, member);
	}
	return (image->path && image->label && (!member || image->member)) || error_memory(error);
}

struct image *image_open_member(
	const char *path, const char *member, struct span bytes, struct error *error)
{
	struct image_file *file = calloc(1, sizeof(*file));

	if (!file) {
		error_memory(error);
		return NULL;
	}
	file->bytes = bytes;
	file->image.file_size = bytes.size;
	if (name(file, path, member, error) && image_read(file, error))
		return &file->image;
	image_close(&file->image);
	return NULL;
}

struct image *image_open_bytes(const char *path, struct span bytes, struct error *error)
{
	return image_open_member(path, NULL, bytes, error);
}

void image_close(struct image *image)
{
	struct image_file *file = (struct image_file *)image;

	if (!file)
		return;
	for (struct decompressed *d = file->decompressed; d; d = d->next)
		elf_end(d->elf);
	arena_release(&file->arena);
	free(file);
}
