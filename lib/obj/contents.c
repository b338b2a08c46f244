/* What stands in an open image: bytes of sections, symbols, relocations. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "lib/obj/private.h"

struct span image_bytes(const struct image *image)
{
	return image_file(image)->bytes;
}

const struct section *image_section_named(const struct image *image, const char *name)
{
	for (size_t i = 1; i < image->section_count; i++)
		if (strcmp(image->sections[i].name, name) == 0)
			return &image->sections[i];
	return NULL;
}

struct span image_section_bytes(const struct image *image, size_t index)
{
	const struct section *s;

	if (index >= image->section_count)
		return (struct span){0};
	s = &image->sections[index];
	if (s->type == SHT_NOBITS || s->type == SHT_NULL)
		return (struct span){0};
	return (struct span){image_file(image)->bytes.data + s->offset, (size_t)s->size};
}

struct span image_segment_bytes(const struct image *image, size_t index)
{
	const struct segment *s;

	if (index >= image->segment_count)
		return (struct span){0};
	s = &image->segments[index];
	if (!range_within(s->offset, s->filesz, image->file_size))
		return (struct span){0};
	return (struct span){image_file(image)->bytes.data + s->offset, (size_t)s->filesz};
}

static uint32_t resolve_section(
	const struct image_file *file, size_t index, uint16_t raw, struct error *error)
{
	uint32_t section = raw;

	switch (raw) {
	case SHN_ABS:
		return SYMBOL_ABSOLUTE;
	case SHN_COMMON:
		return SYMBOL_COMMON;
	case SHN_XINDEX:
		if (index >= file->shndx.size / sizeof(uint32_t)) {
			error_set(error, ERROR_INPUT,
				"symbol %zu: st_shndx is SHN_XINDEX, but SHT_SYMTAB_SHNDX has no "
				"entry for it",
				index);
			return SYMBOL_RESERVED;
		}
		section = read_le32(file->shndx.data + index * sizeof(uint32_t));
		break;
	default:
		if (raw >= SHN_LORESERVE)
			return SYMBOL_RESERVED;
	}
	if (section >= file->image.section_count)
		error_set(error, ERROR_INPUT,
			"symbol %zu: st_shndx is %" PRIu32 ", but there are only %zu sections",
			index, section, file->image.section_count);
	return section;
}

bool image_symbol(
	const struct image *image, size_t index, struct symbol *symbol, struct error *error)
{
	const struct image_file *file = image_file(image);
	const uint8_t *entry;
	uint32_t name;

	if (index >= image->symbol_count)
		return error_set(error, ERROR_INPUT, "symbol %zu: there are only %zu", index,
			image->symbol_count);
	/* Read by field: the table need not be aligned in the file. */
	entry = file->symtab.data + index * sizeof(Elf64_Sym);
	name = read_le32(entry + offsetof(Elf64_Sym, st_name));
	*symbol = (struct symbol){
		.name = "",
		.value = read_le64(entry + offsetof(Elf64_Sym, st_value)),
		.size = read_le64(entry + offsetof(Elf64_Sym, st_size)),
		.index = (uint32_t)index,
		.section = resolve_section(
			file, index, read_le16(entry + offsetof(Elf64_Sym, st_shndx)), error),
		.type = ELF64_ST_TYPE(entry[offsetof(Elf64_Sym, st_info)]),
		.bind = ELF64_ST_BIND(entry[offsetof(Elf64_Sym, st_info)]),
	};
	if (name < file->strtab.size)
		symbol->name = (const char *)file->strtab.data + name;
	else if (name)
		error_set(error, ERROR_INPUT,
			"symbol %zu: st_name 0x%" PRIx32 " is outside the names' 0x%zx bytes",
			index, name, file->strtab.size);
	return error->kind == ERROR_NONE;
}

/* The first four bytes of a name, which are there to read, with zeros behind its end. */
static inline uint32_t name_start(const uint8_t *name)
{
	const uint32_t bytes = read_le32(name);
	/* The top bit of each byte that is 0; above the first of them it may be wrong. */
	const uint32_t ends = (bytes - UINT32_C(0x01010101)) & ~bytes & UINT32_C(0x80808080);

	return ends ? bytes & (((ends & -ends) >> 7) - 1) : bytes;
}

/* The same of one that may be near the table's end: `rest` is the bytes up to there. */
static uint32_t name_start_within(const uint8_t *name, size_t rest)
{
	uint8_t bytes[SYMBOL_FILTER_START] = {0};

	memcpy(bytes, name, rest < sizeof(bytes) ? rest : sizeof(bytes));
	return name_start(bytes);
}

static uint32_t name_hash(uint32_t start)
{
	return (start * UINT32_C(2654435761)) >> (32 - SYMBOL_FILTER_BITS);
}

static bool has_bit(const uint64_t *bits, uint64_t index)
{
	return bits[index / 64] >> (index % 64) & 1;
}

static uint32_t hash_of(const char *name)
{
	return name_hash(name_start_within((const uint8_t *)name, strlen(name)));
}

void symbol_filter_add(struct symbol_filter *filter, const char *name)
{
	const uint32_t hash = hash_of(name);

	filter->names[hash / 64] |= UINT64_C(1) << (hash % 64);
}

bool symbol_filter_has(const struct symbol_filter *filter, const char *name)
{
	return has_bit(filter->names, hash_of(name));
}

static inline bool has_name(const struct symbol_filter *filter, uint32_t start, bool mangled)
{
	const uint32_t two = start & 0xffff;

	return has_bit(filter->names, name_hash(start)) ||
	       (mangled && (two == ('_' | 'R' << 8) || two == ('_' | 'Z' << 8)));
}

/* Is it one of a section that the filter has, or of one that there is not? */
static inline bool has_section(
	const struct symbol_filter *filter, uint16_t section, size_t section_count)
{
	if (section >= SHN_LORESERVE)
		return section == SHN_XINDEX;
	return section >= section_count || filter->sections[section];
}

/* A hundred thousand times: `entries` are those from the first one on. */
static size_t find_symbol(const uint8_t *entries, struct entry_run run, struct span names,
	size_t section_count, const struct symbol_filter *filter)
{
	const uint8_t *entry = entries,
		      *behind = entries + (run.end - run.first) * sizeof(Elf64_Sym);
	const bool mangled = filter->mangled;

	for (; entry < behind; entry += sizeof(Elf64_Sym)) {
		const uint32_t name = read_le32(entry + offsetof(Elf64_Sym, st_name));
		const uint16_t section = read_le16(entry + offsetof(Elf64_Sym, st_shndx));
		uint32_t start;

		if (name >= names.size)
			break;
		start = names.size - name < SYMBOL_FILTER_START
				? name_start_within(names.data + name, names.size - name)
				: name_start(names.data + name);
		if (has_name(filter, start, mangled) || has_section(filter, section, section_count))
			break;
	}
	return run.first + (size_t)(entry - entries) / sizeof(Elf64_Sym);
}

size_t image_symbol_find(
	const struct image *image, struct entry_run run, const struct symbol_filter *filter)
{
	const struct image_file *file = image_file(image);

	return filter->every ? run.first
			     : find_symbol(file->symtab.data + run.first * sizeof(Elf64_Sym), run,
				       file->strtab, image->section_count, filter);
}

/* zlib never expands by more than this; a header that claims more lies. */
enum { DEFLATE_LIMIT = 1032 };

/* An ELF file of one section, behind the headers that libelf wants to see. */
struct single {
	Elf64_Ehdr header;
	Elf64_Shdr sections[2];
};

/*
 * A copy of a compressed section, as a file of its own. libelf writes into the section headers of
 * what it decompresses, and takes memory for every section of a file: it gets no other.
 */
static char *copy_single(struct image_file *file, struct span raw)
{
	struct single *copy = arena_alloc(&file->arena, 1, sizeof(*copy) + raw.size);

	if (!copy)
		return NULL;
	memcpy(copy->header.e_ident, file->bytes.data, EI_NIDENT);
	copy->header.e_type = ET_REL;
	copy->header.e_machine = file->image.arch->machine;
	copy->header.e_version = EV_CURRENT;
	copy->header.e_ehsize = sizeof(copy->header);
	copy->header.e_shoff = offsetof(struct single, sections);
	copy->header.e_shentsize = sizeof(Elf64_Shdr);
	copy->header.e_shnum = 2;
	copy->sections[1] = (Elf64_Shdr){
		.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_COMPRESSED,
		.sh_offset = sizeof(*copy),
		.sh_size = raw.size,
		.sh_addralign = 8,
	};
	memcpy(copy + 1, raw.data, raw.size);
	return (char *)copy;
}

static bool decompress(
	struct image_file *file, struct span raw, struct span *content, struct error *error)
{
	struct decompressed *d = ARENA_NEW(&file->arena, struct decompressed);
	char *copy = copy_single(file, raw);
	const Elf_Data *data;
	Elf_Scn *scn;

	if (!d || !copy)
		return error_memory(error);
	elf_version(EV_CURRENT);
	d->elf = elf_memory(copy, sizeof(struct single) + raw.size);
	d->next = file->decompressed;
	file->decompressed = d;
	scn = d->elf ? elf_getscn(d->elf, 1) : NULL;
	if (!scn || elf_compress(scn, 0, 0) < 0 || !(data = elf_getdata(scn, NULL)))
		return false;
	*content = (struct span){data->d_buf, data->d_size};
	return true;
}

bool image_section_content(
	struct image *image, size_t index, struct span *content, struct error *error)
{
	const struct span raw = image_section_bytes(image, index);
	uint32_t method;
	uint64_t size;

	*content = raw;
	if (index >= image->section_count || !(image->sections[index].flags & SHF_COMPRESSED))
		return true;
	if (raw.size < sizeof(Elf64_Chdr))
		return error_set(error, ERROR_INPUT,
			"section %zu: too short for its compression header", index);
	/* By field: lld leaves it unaligned. */
	method = read_le32(raw.data + offsetof(Elf64_Chdr, ch_type));
	size = read_le64(raw.data + offsetof(Elf64_Chdr, ch_size));
	if (method != ELFCOMPRESS_ZLIB)
		return error_set(error, ERROR_INPUT,
			"section %zu: ch_type %" PRIu32
			" is not zlib; decompress it first: objcopy --decompress-debug-sections",
			index, method);
	if (size / DEFLATE_LIMIT > raw.size)
		return error_set(error, ERROR_INPUT,
			"section %zu: ch_size 0x%" PRIx64 " cannot come from 0x%zx bytes", index,
			size, raw.size);
	return decompress((struct image_file *)image, raw, content, error) ||
	       error_set(error, ERROR_INPUT, "section %zu: cannot decompress: %s", index,
		       elf_errmsg(-1));
}

bool image_is_alloc_rela(const struct image *image, const struct section *section)
{
	return section->type == SHT_RELA && section->info && section->info < image->section_count &&
	       (image->sections[section->info].flags & SHF_ALLOC) != 0;
}

bool image_is_link_rela(const struct image *image, const struct section *section)
{
	return image_is_alloc_rela(image, section) && !(section->flags & SHF_ALLOC) &&
	       section->link == image->symtab && image->symtab;
}

size_t image_reloc_count(const struct image *image, const struct section *section)
{
	return image_section_bytes(image, section->index).size / sizeof(Elf64_Rela);
}

struct reloc image_reloc(const struct image *image, const struct section *section, size_t index)
{
	const uint8_t *entry =
		image_file(image)->bytes.data + section->offset + index * sizeof(Elf64_Rela);
	uint64_t info = read_le64(entry + offsetof(Elf64_Rela, r_info));

	return (struct reloc){
		.offset = read_le64(entry + offsetof(Elf64_Rela, r_offset)),
		.addend = (int64_t)read_le64(entry + offsetof(Elf64_Rela, r_addend)),
		.type = (uint32_t)ELF64_R_TYPE(info),
		.symbol = (uint32_t)ELF64_R_SYM(info),
	};
}

void reloc_filter_add(struct reloc_filter *filter, uint32_t type)
{
	filter->types[type / 64] |= UINT64_C(1) << (type % 64);
	filter->by_type = true;
}

/* A million times: made twice, so that files without types to look for do not ask for them. */
static inline size_t find_reloc(const uint8_t *entries, struct entry_run run,
	const struct reloc_filter *filter, uint64_t symbol_count, bool by_type)
{
	const uint8_t *infos = entries + offsetof(Elf64_Rela, r_info);
	const uint64_t *symbols = filter->symbols;

	/* The type is the lower half of r_info, the symbol the upper one. */
	for (size_t i = run.first; i < run.end; i++) {
		const uint64_t info = read_le64(infos + i * sizeof(Elf64_Rela));
		const uint64_t type = ELF64_R_TYPE(info), symbol = ELF64_R_SYM(info);

		if (symbol >= symbol_count || has_bit(symbols, symbol) ||
			(by_type && type < RELOC_FILTER_TYPES && has_bit(filter->types, type)))
			return i;
	}
	return run.end;
}

size_t image_reloc_find(const struct image *image, const struct section *section,
	struct entry_run run, const struct reloc_filter *filter)
{
	const uint8_t *entries = image_section_bytes(image, section->index).data;

	return filter->by_type ? find_reloc(entries, run, filter, image->symbol_count, true)
			       : find_reloc(entries, run, filter, image->symbol_count, false);
}

/* A byte of each run of pages that Linux maps at one fault; where it maps fewer, those at least. */
void image_reloc_map(const struct image *image, const struct section *section, struct entry_run run)
{
	enum { AROUND = 1 << 16 };
	const uint8_t *entries = image_section_bytes(image, section->index).data;
	const size_t end = run.end * sizeof(Elf64_Rela);

	for (size_t at = run.first * sizeof(Elf64_Rela); at < end; at += AROUND)
		(void)*(const volatile uint8_t *)(entries + at);
}

void image_reloc_prefetch(const struct image *image, const struct section *section, size_t index)
{
	__builtin_prefetch(
		image_file(image)->bytes.data + section->offset + index * sizeof(Elf64_Rela));
}

void image_prefetch(const struct image *image, size_t section, uint64_t offset)
{
	const struct span bytes = image_section_bytes(image, section);

	if (offset < bytes.size)
		__builtin_prefetch(bytes.data + offset);
}

bool image_reloc_symbol(const struct image *image, const struct section *section, uint32_t index,
	struct symbol *symbol)
{
	const struct span table = image_section_bytes(image, section->link);
	const uint8_t *entry = table.data + (size_t)index * sizeof(Elf64_Sym);
	uint16_t raw;

	if (index >= table.size / sizeof(Elf64_Sym) ||
		(image->sections[section->link].type != SHT_SYMTAB &&
			image->sections[section->link].type != SHT_DYNSYM))
		return false;
	raw = read_le16(entry + offsetof(Elf64_Sym, st_shndx));
	*symbol = (struct symbol){
		.name = "",
		.value = read_le64(entry + offsetof(Elf64_Sym, st_value)),
		.size = read_le64(entry + offsetof(Elf64_Sym, st_size)),
		.index = index,
		.section = raw < image->section_count ? raw : SYMBOL_RESERVED,
		.type = ELF64_ST_TYPE(entry[offsetof(Elf64_Sym, st_info)]),
		.bind = ELF64_ST_BIND(entry[offsetof(Elf64_Sym, st_info)]),
	};
	return true;
}

const char *image_kind_letter(enum image_kind kind)
{
	static const char *const letters[] = {
		[IMAGE_OBJECT] = "O",
		[IMAGE_RELOCS] = "R",
		[IMAGE_SYMBOLS] = "B",
		[IMAGE_STRIPPED] = "S",
	};

	return letters[kind];
}

const char *image_type_name(uint16_t type)
{
	static const char *const names[] = {
		[ET_NONE] = "ET_NONE",
		[ET_REL] = "ET_REL",
		[ET_EXEC] = "ET_EXEC",
		[ET_DYN] = "ET_DYN",
		[ET_CORE] = "ET_CORE",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "ET_?";
}
