#include "lib/obj/image.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/obj/private.h"

/* Bytes of the file that section header `s` claims; NOBITS claims none. */
static bool section_range_ok(const struct image_file *file, const struct section *s)
{
	if (s->type == SHT_NOBITS || s->type == SHT_NULL)
		return true;
	return range_within(s->offset, s->size, file->bytes.size);
}

static bool section_fill(
	struct image_file *file, size_t names, size_t index, struct section *s, struct error *error)
{
	Elf_Scn *scn = elf_getscn(file->elf, index);
	const Elf64_Shdr *header = scn ? elf64_getshdr(scn) : NULL;

	if (!header)
		return error_set(error, ERROR_INPUT, "section %zu: %s", index, elf_errmsg(-1));
	*s = (struct section){
		.name = "",
		.index = (uint32_t)index,
		.type = header->sh_type,
		.link = header->sh_link,
		.info = header->sh_info,
		.flags = header->sh_flags,
		.addr = header->sh_addr,
		.offset = header->sh_offset,
		.size = header->sh_size,
		.align = header->sh_addralign,
		.entsize = header->sh_entsize,
	};
	/* Section 0 is all zero but for the extended numbers, which validate.c has read. */
	if (index == 0)
		return true;
	if (names)
		s->name = elf_strptr(file->elf, names, header->sh_name);
	if (!s->name)
		return error_set(error, ERROR_INPUT,
			"section %zu: sh_name 0x%" PRIx32 " is outside the section names", index,
			header->sh_name);
	if (!section_range_ok(file, s))
		return error_set(error, ERROR_INPUT,
			"truncated: section %zu (%.64s): sh_offset 0x%" PRIx64 " and sh_size 0x%" PRIx64
			" reach beyond the file's 0x%zx bytes",
			index, s->name, s->offset, s->size, file->bytes.size);
	return true;
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
	size_t count, names = 0;

	if (elf_getshdrnum(file->elf, &count) != 0)
		return error_set(error, ERROR_INPUT, "section headers: %s", elf_errmsg(-1));
	if (count == 0)
		return true;
	if (elf_getshdrstrndx(file->elf, &names) != 0)
		return error_set(error, ERROR_INPUT, "e_shstrndx: %s", elf_errmsg(-1));
	if (names >= count)
		return error_set(error, ERROR_INPUT,
			"e_shstrndx is %zu, but there are only %zu sections", names, count);
	sections = ARENA_ARRAY(&file->arena, struct section, count);
	if (!sections)
		return error_memory(error);
	for (size_t i = 0; i < count; i++)
		if (!section_fill(file, names, i, &sections[i], error))
			return false;
	file->image.sections = sections;
	file->image.section_count = count;
	file->image.debug_only = is_debug_only(&file->image);
	return true;
}

static bool segment_fill(const struct image_file *file, size_t index, const Elf64_Phdr *header,
	struct segment *s, struct error *error)
{
	*s = (struct segment){
		.index = (uint32_t)index,
		.type = header->p_type,
		.flags = header->p_flags,
		.offset = header->p_offset,
		.vaddr = header->p_vaddr,
		.paddr = header->p_paddr,
		.filesz = header->p_filesz,
		.memsz = header->p_memsz,
		.align = header->p_align,
	};
	/* Debug files keep the kernel's program headers but not its bytes: only PT_LOAD matters, and
	 * there segment_load judges; here only what cannot be read at all is refused. */
	if (s->type == PT_LOAD && s->filesz > s->memsz)
		return error_set(error, ERROR_INPUT,
			"program header %zu: p_filesz 0x%" PRIx64 " exceeds p_memsz 0x%" PRIx64, index,
			s->filesz, s->memsz);
	if (s->type == PT_LOAD && !file->image.debug_only &&
		!range_within(s->offset, s->filesz, file->bytes.size))
		return error_set(error, ERROR_INPUT,
			"truncated: program header %zu: p_offset 0x%" PRIx64 " and p_filesz 0x%" PRIx64
			" reach beyond the file's 0x%zx bytes",
			index, s->offset, s->filesz, file->bytes.size);
	return true;
}

static bool segments_read(struct image_file *file, struct error *error)
{
	const Elf64_Phdr *headers;
	struct segment *segments;
	size_t count;

	if (elf_getphdrnum(file->elf, &count) != 0)
		return error_set(error, ERROR_INPUT, "program headers: %s", elf_errmsg(-1));
	if (count == 0)
		return true;
	headers = elf64_getphdr(file->elf);
	if (!headers)
		return error_set(error, ERROR_INPUT, "program headers: %s", elf_errmsg(-1));
	segments = ARENA_ARRAY(&file->arena, struct segment, count);
	if (!segments)
		return error_memory(error);
	for (size_t i = 0; i < count; i++)
		if (!segment_fill(file, i, &headers[i], &segments[i], error))
			return false;
	file->image.segments = segments;
	file->image.segment_count = count;
	return true;
}

static bool symtab_attach(struct image_file *file, const struct section *s, struct error *error)
{
	const struct section *names;

	if (s->entsize != sizeof(Elf64_Sym))
		return error_set(error, ERROR_INPUT,
			"section %u (%.64s): sh_entsize is %" PRIu64 ", a symbol has %zu bytes", s->index,
			s->name, s->entsize, sizeof(Elf64_Sym));
	if (s->link >= file->image.section_count ||
		file->image.sections[s->link].type != SHT_STRTAB)
		return error_set(error, ERROR_INPUT,
			"section %u (%.64s): sh_link %u is no string table", s->index, s->name, s->link);
	names = &file->image.sections[s->link];
	file->symtab = image_section_bytes(&file->image, s->index);
	file->strtab = image_section_bytes(&file->image, names->index);
	if (file->strtab.size && file->strtab.data[file->strtab.size - 1] != '\0')
		return error_set(error, ERROR_INPUT,
			"section %u (%.64s): the last symbol name does not end", names->index, names->name);
	file->image.symbol_count = file->symtab.size / sizeof(Elf64_Sym);
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
		if (image->sections[i].type == SHT_SYMTAB_SHNDX && image->sections[i].link == symtab)
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
		if (image_is_alloc_rela(image, &image->sections[i]) &&
			!(image->sections[i].flags & SHF_ALLOC))
			return IMAGE_RELOCS;
	return IMAGE_SYMBOLS;
}

static bool image_read(struct image_file *file, struct error *error)
{
	if (!image_validate(file, error))
		return false;
	elf_version(EV_CURRENT);
	/* libelf writes only to files that were opened for writing: the cast takes nothing away. */
	file->elf = elf_memory((char *)(uintptr_t)file->bytes.data, file->bytes.size);
	if (!file->elf)
		return error_set(error, ERROR_INPUT, "libelf: %s", elf_errmsg(-1));
	if (!sections_read(file, error) || !segments_read(file, error) || !symtab_read(file, error))
		return false;
	file->image.kind = kind_of(&file->image);
	file->image.allocated = file->arena.bytes;
	return true;
}

/* Takes over `bytes`; on failure they are unmapped when `mapped`. */
static struct image *image_make(
	const char *path, struct span bytes, bool mapped, struct error *error)
{
	struct image_file *file = calloc(1, sizeof(*file));

	if (!file) {
		if (mapped)
			munmap((void *)(uintptr_t)bytes.data, bytes.size);
		error_memory(error);
		return NULL;
	}
	file->bytes = bytes;
	file->mapped = mapped;
	file->image.file_size = bytes.size;
	file->image.path = arena_strndup(&file->arena, path, strlen(path));
	if (!file->image.path)
		error_memory(error);
	if (!file->image.path || !image_read(file, error)) {
		image_close(&file->image);
		return NULL;
	}
	return &file->image;
}

struct image *image_open_bytes(const char *path, struct span bytes, struct error *error)
{
	return image_make(path, bytes, false, error);
}

static bool map_file(const char *path, struct span *bytes, struct error *error)
{
	struct stat status;
	void *map;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return error_set(error, ERROR_INPUT, "cannot open: %s", strerror(errno));
	if (fstat(fd, &status) != 0)
		error_set(error, ERROR_INPUT, "cannot examine: %s", strerror(errno));
	else if (S_ISDIR(status.st_mode))
		error_set(error, ERROR_INPUT, "is a directory; name the ELF files in it");
	else if (!S_ISREG(status.st_mode))
		error_set(error, ERROR_INPUT,
			"is not a regular file; copy it to one first, it has to be mapped");
	else if (status.st_size == 0)
		error_set(error, ERROR_INPUT, "the file is empty");
	else {
		map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			error_set(error, ERROR_INPUT, "cannot map: %s", strerror(errno));
		else
			*bytes = (struct span){map, (size_t)status.st_size};
	}
	close(fd);
	return bytes->data != NULL;
}

struct image *image_open(const char *path, struct error *error)
{
	struct span bytes = {0};

	if (!map_file(path, &bytes, error))
		return NULL;
	return image_make(path, bytes, true, error);
}

void image_close(struct image *image)
{
	struct image_file *file = (struct image_file *)image;

	if (!file)
		return;
	if (file->elf)
		elf_end(file->elf);
	if (file->mapped)
		munmap((void *)(uintptr_t)file->bytes.data, file->bytes.size);
	arena_release(&file->arena);
	free(file);
}
