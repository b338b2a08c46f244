/*
 * An ELF file, opened once and never changed. The headers are read from the mapped bytes; libelf,
 * which only lib/obj includes, is called for sections that have to be decompressed. What is handed
 * out are plain structs, and bytes that stay in the mapped file.
 */
#ifndef PERCPU_OBJ_IMAGE_H
#define PERCPU_OBJ_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <elf.h>

#include "arch/arch.h"
#include "lib/base/arena.h"
#include "lib/base/bytes.h"
#include "lib/base/error.h"

/* A section header; see the gABI, "Section Header". */
struct section {
	const char *name; /* in the mapped file; "" when it has none */
	uint32_t index;
	uint32_t type; /* SHT_* */
	uint32_t link;
	uint32_t info;
	uint64_t flags;	 /* SHF_* */
	uint64_t addr;	 /* virtual address; 0 in relocatable objects */
	uint64_t offset; /* file offset */
	uint64_t size;	 /* bytes in memory; in the file too, unless NOBITS or compressed */
	uint64_t align;	 /* bytes; 0 and 1 mean none */
	uint64_t entsize;
};

/* A program header; see the gABI, "Program Header". */
struct segment {
	uint32_t index;
	uint32_t type;	 /* PT_* */
	uint32_t flags;	 /* PF_* */
	uint64_t offset; /* file offset */
	uint64_t vaddr;	 /* virtual address */
	uint64_t paddr;	 /* load (physical) address */
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

/* struct symbol.section of symbols that stand in no section. */
#define SYMBOL_UNDEFINED UINT32_C(0)
#define SYMBOL_ABSOLUTE UINT32_C(0xffffffff)
#define SYMBOL_COMMON UINT32_C(0xfffffffe)
#define SYMBOL_RESERVED UINT32_C(0xfffffffd) /* another value of the reserved range */

struct symbol {
	const char *name; /* in the mapped file */
	uint64_t value;	  /* virtual address; in a relocatable object the offset in its section */
	uint64_t size;	  /* bytes; 0 when unknown */
	uint32_t index;	  /* in the symbol table */
	uint32_t section; /* index, SHN_XINDEX already resolved, or one of SYMBOL_* */
	uint8_t type;	  /* STT_* */
	uint8_t bind;	  /* STB_* */
};

/* One entry of a relocation section of type SHT_RELA. */
struct reloc {
	uint64_t offset; /* virtual address; in a relocatable object the offset in the target
			    section */
	int64_t addend;
	uint32_t type;	 /* R_<machine>_*; numbers unknown to us are kept */
	uint32_t symbol; /* index in the symbol table, 0 for none */
};

/* What can be known about the file: decides which checks can run (checks.md, column "where"). */
enum image_kind {
	IMAGE_OBJECT,	/* O: ET_REL */
	IMAGE_RELOCS,	/* R: linked with --emit-relocs */
	IMAGE_SYMBOLS,	/* B: linked, with a symbol table */
	IMAGE_STRIPPED, /* S: linked, without one */
};

/*
 * The file as it was opened. All members are read-only; pointers in them live until image_close().
 */
struct image {
	const char *path;
	const char *member; /* of the archive `path`; NULL: a file of its own */
	const char *label;  /* for messages: the path, or "path(member)" */
	const struct arch *arch;
	enum image_kind kind;
	uint16_t type;	    /* ET_REL, ET_EXEC, ET_DYN, ... */
	uint64_t entry;	    /* where start-up begins: an address, often a physical one */
	uint64_t file_size; /* bytes */
	const struct section
		*sections; /* [0] is the null section; empty when there are no headers */
	size_t section_count;
	const struct segment *segments;
	size_t segment_count;
	size_t symbol_count; /* of .symtab, with the null symbol; 0 when stripped */
	uint32_t symtab;     /* index of .symtab; 0 when stripped */
	/*
	 * No allocated section but notes has bytes in the file: what `objcopy --only-keep-debug`
	 * leaves. Section types and file ranges then say nothing about the kernel.
	 */
	bool debug_only;
	size_t allocated; /* bytes of memory the image itself took, the mapped file not counted */
};

/*
 * Checks the headers of the ELF file in `bytes`, which the caller keeps unchanged until
 * image_close(): every index and file range that is used later is inside. `path` only names it.
 * NULL with *error set (kind ERROR_INPUT names the field and the remedy, without the path) when it
 * is no 64-bit little-endian ELF file of an architecture that arches.def lists, or is cut.
 */
struct image *image_open_bytes(const char *path, struct span bytes, struct error *error);

/* The same for a member of the archive `path`. */
struct image *image_open_member(
	const char *path, const char *member, struct span bytes, struct error *error);

/* Frees the image and what was decompressed for it, not the bytes it was opened over. NULL is fine.
 */
void image_close(struct image *image);

/*
 * Symbol `index` of .symtab. False with *error set when its name or section index lies outside
 * their tables, or index >= symbol_count.
 */
bool image_symbol(
	const struct image *image, size_t index, struct symbol *symbol, struct error *error);

/* Symbols to look for: those of these sections, and those whose names may be among these. */
enum { SYMBOL_FILTER_BITS = 12, SYMBOL_FILTER_START = 4 };
struct symbol_filter {
	const uint32_t *sections; /* by section: not 0 when all of its symbols are wanted */
	uint64_t names[(1 << SYMBOL_FILTER_BITS) / 64]; /* by a hash of the first bytes */
	bool mangled; /* all names that a Rust or C++ compiler has mangled */
	bool every;   /* all symbols */
};

/* May the name be among those that were added? */
bool symbol_filter_has(const struct symbol_filter *filter, const char *name);

/* Adds the names whose first SYMBOL_FILTER_START bytes - all when there are fewer - are `name`'s.
 */
void symbol_filter_add(struct symbol_filter *filter, const char *name);

/* Some entries of a table, by index: from the first one to before the end. */
struct entry_run {
	size_t first;
	size_t end;
};

/*
 * Index of the first symbol in `run`, which lies within the table, that the filter has or that
 * image_symbol() may refuse; run.end when there is none. Names that were not added may be among
 * them.
 */
size_t image_symbol_find(
	const struct image *image, struct entry_run run, const struct symbol_filter *filter);

/* All bytes of the file. */
struct span image_bytes(const struct image *image);

/* The first section of that name, or NULL. */
const struct section *image_section_named(const struct image *image, const char *name);

/* The file's bytes of a section as they stand; empty for NOBITS and for an index out of range. */
struct span image_section_bytes(const struct image *image, size_t index);

/* The file's bytes of a segment; empty where they reach beyond the file, and out of range. */
struct span image_segment_bytes(const struct image *image, size_t index);

/*
 * The section's content, decompressed when SHF_COMPRESSED - with every call anew - and owned by the
 * image. False with *error set when it cannot be decompressed.
 */
bool image_section_content(
	struct image *image, size_t index, struct span *content, struct error *error);

/* True for a section that holds relocations (SHT_RELA) for an allocated section. */
bool image_is_alloc_rela(const struct image *image, const struct section *section);

/*
 * True for one whose relocations the linker has yet to apply, or has applied and kept: their
 * symbols are those of .symtab. What a dynamic linker is to apply has others.
 */
bool image_is_link_rela(const struct image *image, const struct section *section);

/* Number of entries of a SHT_RELA section, and entry `index` of it (index below that number). */
size_t image_reloc_count(const struct image *image, const struct section *section);
struct reloc image_reloc(const struct image *image, const struct section *section, size_t index);

/* Relocations to look for: those against these symbols, and those of these numbers. */
enum { RELOC_FILTER_TYPES = 512 };
struct reloc_filter {
	const uint64_t *symbols; /* a bit a symbol of .symtab, from the least significant on */
	uint64_t types[RELOC_FILTER_TYPES / 64]; /* a bit a number, likewise */
	bool by_type;				 /* there is one */
};

/* Adds the relocations of a number, which is below RELOC_FILTER_TYPES. */
void reloc_filter_add(struct reloc_filter *filter, uint32_t type);

/*
 * Index of the first entry in `run`, which lies within the section's, that the filter has, or whose
 * symbol lies outside the table; run.end when there is none.
 */
size_t image_reloc_find(const struct image *image, const struct section *section,
	struct entry_run run, const struct reloc_filter *filter);

/* Has the system map the entries in `run`, of a large file, ahead of their reading. */
void image_reloc_map(
	const struct image *image, const struct section *section, struct entry_run run);

/* Asks the CPU for the entry, or the section's bytes at the offset, ahead of their reading. */
void image_reloc_prefetch(const struct image *image, const struct section *section, size_t index);
void image_prefetch(const struct image *image, size_t section, uint64_t offset);

/*
 * The symbol that an entry of `section` names, from the table that its sh_link has: .dynsym for
 * what a dynamic linker applies. False when there is none; its name is "" then, and always here.
 */
bool image_reloc_symbol(const struct image *image, const struct section *section, uint32_t index,
	struct symbol *symbol);

/* "O", "R", "B" or "S", and in words. Static storage. */
const char *image_kind_letter(enum image_kind kind);
const char *image_type_name(uint16_t type);

#endif
