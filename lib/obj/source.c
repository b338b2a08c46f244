#include "lib/obj/source.h"

#include <ar.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/obj/private.h"

struct source {
	struct arena arena; /* names */
	const char *path;
	struct span bytes;
	Elf *archive;	/* NULL: one ELF file */
	int fd;		/* of the archive, which libelf asks for at every member; -1 */
	size_t members; /* read so far, indices too */
	bool done;
};

static bool is_archive(const struct span bytes)
{
	return bytes.size >= SARMAG && memcmp(bytes.data, ARMAG, SARMAG) == 0;
}

static bool archive_open(struct source *source, struct error *error)
{
	elf_version(EV_CURRENT);
	source->archive = elf_begin(source->fd, ELF_C_READ_MMAP, NULL);
	if (source->archive && elf_kind(source->archive) == ELF_K_AR)
		return true;
	return error_set(error, ERROR_INPUT, "archive: %s", elf_errmsg(-1));
}

static bool map_file(const char *path, struct source *source, struct error *error)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	void *map;

	source->fd = fd;
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
			source->bytes = (struct span){map, (size_t)status.st_size};
	}
	return source->bytes.data != NULL;
}

struct source *source_open(const char *path, struct error *error)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source) {
		error_memory(error);
		return NULL;
	}
	source->fd = -1;
	source->path = arena_strndup(&source->arena, path, strlen(path));
	if (!source->path)
		error_memory(error);
	else if (map_file(path, source, error) && is_archive(source->bytes))
		archive_open(source, error);
	if (error->kind == ERROR_NONE)
		return source;
	source_close(source);
	return NULL;
}

bool source_is_archive(const struct source *source)
{
	return source->archive != NULL;
}

/* The symbol table and the table of long names are no members of anybody's. */
static bool is_index(const char *name)
{
	return strcmp(name, "/") == 0 || strcmp(name, "//") == 0 || strcmp(name, "/SYM64/") == 0;
}

static const char *foreign_reason(const struct span bytes)
{
	if (bytes.size >= 4 && memcmp(bytes.data, "BC\xc0\xde", 4) == 0)
		return "skipped: LLVM bitcode; compile it to an object first";
	if (bytes.size < SELFMAG || memcmp(bytes.data, ELFMAG, SELFMAG) != 0)
		return "skipped: not an ELF file";
	return NULL;
}

/* The member's bytes in the mapped archive. */
static bool member_bytes(const struct source *source, Elf *member, const Elf_Arhdr *header,
	struct span *bytes, struct error *error)
{
	const int64_t base = elf_getbase(member);

	if (base < 0 || header->ar_size < 0 ||
		!range_within((uint64_t)base, (uint64_t)header->ar_size, source->bytes.size))
		return error_set(error, ERROR_INPUT,
			"truncated: its ar_size reaches beyond the archive's 0x%zx bytes",
			source->bytes.size);
	*bytes = (struct span){source->bytes.data + base, (size_t)header->ar_size};
	return true;
}

static enum source_step member_read(struct source *source, Elf *member, const Elf_Arhdr *header,
	struct source_item *item, struct error *error)
{
	struct span bytes;

	item->member = arena_strndup(&source->arena, header->ar_name, strlen(header->ar_name));
	if (!item->member) {
		error_memory(error);
		return SOURCE_FAILED;
	}
	if (!member_bytes(source, member, header, &bytes, error))
		return SOURCE_FAILED;
	item->reason = foreign_reason(bytes);
	if (item->reason)
		return SOURCE_SKIPPED;
	item->image = image_open_member(source->path, item->member, bytes, error);
	return item->image ? SOURCE_IMAGE : SOURCE_FAILED;
}

/* Does the index, which is the first member, end behind the archive? libelf takes what is there. */
static bool is_index_cut(struct span bytes)
{
	const struct ar_hdr *header = (const void *)(bytes.data + SARMAG);
	char digits[sizeof(header->ar_size) + 1] = "";

	if (bytes.size < SARMAG + sizeof(*header) || header->ar_name[0] != '/')
		return false;
	memcpy(digits, header->ar_size, sizeof(header->ar_size));
	return strtoull(digits, NULL, 10) > bytes.size - SARMAG - sizeof(*header);
}

static enum source_step archive_next(
	struct source *source, struct source_item *item, struct error *error)
{
	enum source_step step = SOURCE_END;
	bool index = true;

	/* One without members is its magic alone. */
	source->done = source->done || source->bytes.size == SARMAG;
	if (!source->members && is_index_cut(source->bytes)) {
		source->done = true;
		error_set(error, ERROR_INPUT,
			"truncated: the archive's index reaches beyond its 0x%zx bytes",
			source->bytes.size);
		return SOURCE_FAILED;
	}

	while (index && !source->done) {
		Elf *member = elf_begin(source->fd, ELF_C_READ_MMAP, source->archive);
		const Elf_Arhdr *header = member ? elf_getarhdr(member) : NULL;

		if (!header || !header->ar_name) {
			/* No member at the end is no fault; without a header nothing behind it is
			 * found. */
			source->done = true;
			if (elf_errno() != 0) {
				error_set(error, ERROR_INPUT,
					"archive: the header behind member %zu cannot be read; "
					"make it again: ar rcs",
					source->members);
				step = SOURCE_FAILED;
			}
		} else {
			source->members++;
			index = is_index(header->ar_name);
			if (!index)
				step = member_read(source, member, header, item, error);
			if (elf_next(member) == ELF_C_NULL)
				source->done = true;
		}
		if (member)
			elf_end(member);
	}
	return step;
}

enum source_step source_next(struct source *source, struct source_item *item, struct error *error)
{
	*item = (struct source_item){0};
	*error = (struct error){0};
	if (source->done)
		return SOURCE_END;
	if (source->archive)
		return archive_next(source, item, error);
	source->done = true;
	item->image = image_open_bytes(source->path, source->bytes, error);
	return item->image ? SOURCE_IMAGE : SOURCE_FAILED;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	if (source->archive)
		elf_end(source->archive);
	if (source->fd >= 0)
		close(source->fd);
	if (source->bytes.data)
		munmap((void *)(uintptr_t)source->bytes.data, source->bytes.size);
	arena_release(&source->arena);
	free(source);
}
