/* Shared by the files of lib/obj only. */
#ifndef PERCPU_OBJ_PRIVATE_H
#define PERCPU_OBJ_PRIVATE_H

#include <libelf.h>

#include "lib/obj/image.h"

/* A section that libelf has decompressed, and keeps until elf_end(). */
struct decompressed {
	struct decompressed *next;
	Elf *elf; /* NULL when libelf had no memory */
};

/* An image and what stays hidden behind it. */
struct image_file {
	struct image image; /* first, so that the public pointer is the private one */
	struct arena arena;
	struct span bytes; /* the whole file */
	uint64_t shoff;	   /* file offsets of the header tables, which lie inside the file */
	uint64_t phoff;
	size_t shnum; /* entries, extended numbering resolved */
	size_t phnum;
	size_t shstrndx; /* below shnum; 0 when sections have no names */
	struct decompressed *decompressed;
	struct span symtab; /* entries of .symtab */
	struct span strtab; /* its names; the last byte is NUL */
	struct span shndx;  /* SHT_SYMTAB_SHNDX, empty when there is none */
};

static inline const struct image_file *image_file(const struct image *image)
{
	return (const struct image_file *)image;
}

/*
 * Checks the ELF header and the extents of the header tables, so that each mistake is named by its
 * field. Fills arch and type of the image, and where the tables are.
 */
bool image_validate(struct image_file *file, struct error *error);

/*
 * disassemble() without capstone: what struct insn says of the one instruction that `code` is.
 * *text gets NULL where that is nothing. False when memory runs out.
 */
bool insn_print(const struct arch *arch, struct span code, uint64_t address, struct arena *arena,
	const char **text);

#endif
