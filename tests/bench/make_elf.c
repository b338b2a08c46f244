/*
 * Writes an ELF file of a given shape and size: make_elf SHAPE COUNT FILE
 *
 *   variables   linked, COUNT variables in .percpu
 *   functions   linked, COUNT functions in .text
 *   straddling  linked, COUNT variables that straddle a cache line: a finding each
 *   sections    linked, COUNT sections of other code
 *   orphans     linked, COUNT sections whose names say per-CPU: a finding each
 *   repeated    linked, COUNT output sections all called .percpu, NOBITS
 *   object      relocatable, COUNT sections .percpu.vN with a variable each (-fdata-sections)
 *   plain       relocatable, COUNT sections .text.fN with a function each (-ffunction-sections)
 */
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A table that grows, written to the file in one piece. */
struct table {
	char *bytes;
	size_t size, room;
};

struct file {
	struct table sections, symbols, shndx, names, section_names;
	uint64_t address; /* of the next section of a linked file */
	uint64_t data; /* bytes that sections have in the file; all of them share the same zeros */
};

enum { HEADER = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr) };

static const uint64_t base = UINT64_C(0xffffffff80000000);

static void die(const char *what)
{
	fprintf(stderr, "make_elf: %s\n", what);
	exit(2);
}

static void add(struct table *table, const void *bytes, size_t size)
{
	if (table->room - table->size < size) {
		table->room = 2 * table->room + size + 4096;
		table->bytes = realloc(table->bytes, table->room);
		if (!table->bytes)
			die("out of memory");
	}
	memcpy(table->bytes + table->size, bytes, size);
	table->size += size;
}

static uint32_t add_name(struct table *table, const char *name)
{
	const uint32_t offset = (uint32_t)table->size;

	add(table, name, strlen(name) + 1);
	return offset;
}

static uint32_t section_count(const struct file *file)
{
	return (uint32_t)(file->sections.size / sizeof(Elf64_Shdr));
}

/* Adds a section of `size` bytes of zero and returns its index; linked ones follow each other. */
static uint32_t add_section(
	struct file *file, const char *name, uint32_t type, uint64_t flags, uint64_t size)
{
	const Elf64_Shdr section = {
		.sh_name = add_name(&file->section_names, name),
		.sh_type = type,
		.sh_flags = flags,
		.sh_addr = file->address,
		.sh_offset = HEADER,
		.sh_size = size,
		.sh_addralign = 64,
	};

	add(&file->sections, &section, sizeof(section));
	if (file->address)
		file->address += (size + 63) / 64 * 64;
	if (type != SHT_NOBITS && size > file->data)
		file->data = size;
	return section_count(file) - 1;
}

static void add_symbol(struct file *file, const char *name, int type, uint32_t section,
	uint64_t value, uint64_t size)
{
	const Elf64_Sym symbol = {
		.st_name = add_name(&file->names, name),
		.st_info = (unsigned char)((name[0] ? STB_GLOBAL : STB_LOCAL) << 4 | type),
		.st_shndx = section < SHN_LORESERVE ? (uint16_t)section : SHN_XINDEX,
		.st_value = value,
		.st_size = size,
	};
	const uint32_t index = section < SHN_LORESERVE ? 0 : section;

	add(&file->symbols, &symbol, sizeof(symbol));
	add(&file->shndx, &index, sizeof(index));
}

/* `count` symbols of `size` bytes in a section, `step` bytes apart from `start` on. */
static void add_symbols(struct file *file, const char *prefix, int type, uint32_t section,
	uint64_t start, uint64_t step, uint64_t size, size_t count)
{
	char name[64];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s%zu", prefix, i);
		add_symbol(file, name, type, section, start + i * step, size);
	}
}

static void add_percpu(
	struct file *file, uint64_t step, uint64_t shift, uint64_t size, size_t count)
{
	const uint64_t start = file->address, bytes = shift + step * count + 64;
	const uint32_t section =
		add_section(file, ".percpu", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, bytes);

	add_symbols(file, "__PERCPU_v", STT_OBJECT, section, start + shift, step, size, count);
	add_symbol(file, "_percpu_load_start", STT_NOTYPE, section, start, 0);
	add_symbol(file, "_percpu_load_end", STT_NOTYPE, section, start + bytes, 0);
}

/* `count` sections with numbered names, each with a symbol when `symbols` is given. */
static void add_sections(
	struct file *file, const char *prefix, uint64_t flags, const char *symbols, size_t count)
{
	const int type = flags & SHF_EXECINSTR ? STT_FUNC : STT_OBJECT;
	char name[64];

	for (size_t i = 0; i < count; i++) {
		uint32_t section;

		snprintf(name, sizeof(name), "%s%zu", prefix, i);
		section = add_section(file, name, SHT_PROGBITS, flags, 8);
		snprintf(name, sizeof(name), "%s%zu", symbols ? symbols : "", i);
		if (symbols)
			add_symbol(file, name, type, section, 0, 8);
	}
}

static void fill_functions(struct file *file, size_t count)
{
	const uint64_t start = file->address;
	const uint32_t section = add_section(
		file, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 16 * count + 16);

	add_symbols(file, "function", STT_FUNC, section, start, 16, 16, count);
}

static void fill_object(struct file *file, const char *shape, size_t count)
{
	if (strcmp(shape, "object") == 0)
		add_sections(file, ".percpu.v", SHF_ALLOC | SHF_WRITE, "__PERCPU_v", count);
	else
		add_sections(file, ".text.f", SHF_ALLOC | SHF_EXECINSTR, "function", count);
}

static void fill_linked(struct file *file, const char *shape, size_t count)
{
	const uint64_t data = SHF_ALLOC | SHF_WRITE;

	if (strcmp(shape, "straddling") == 0)
		add_percpu(file, 64, 40, 48, count);
	else
		add_percpu(file, 8, 0, 8, strcmp(shape, "variables") == 0 ? count : 1);
	if (strcmp(shape, "functions") == 0)
		fill_functions(file, count);
	else if (strcmp(shape, "sections") == 0)
		add_sections(file, ".text.f", SHF_ALLOC | SHF_EXECINSTR, NULL, count);
	else if (strcmp(shape, "orphans") == 0)
		add_sections(file, ".percpu.v", data, NULL, count);
	for (size_t i = 0; strcmp(shape, "repeated") == 0 && i < count; i++)
		add_section(file, ".percpu", SHT_NOBITS, data, 8);
}

static void add_table(struct file *file, const char *name, uint32_t type, uint64_t *offset,
	const struct table *table, uint32_t link, uint64_t entsize)
{
	const Elf64_Shdr section = {
		.sh_name = add_name(&file->section_names, name),
		.sh_type = type,
		.sh_offset = *offset,
		.sh_size = table->size,
		.sh_link = link,
		.sh_info = type == SHT_SYMTAB ? 1 : 0,
		.sh_addralign = 8,
		.sh_entsize = entsize,
	};

	add(&file->sections, &section, sizeof(section));
	*offset += table->size;
}

/* The tables behind the data, in the order in which put() writes them. */
static uint64_t add_tables(struct file *file)
{
	const uint32_t first = section_count(file);
	uint64_t offset = HEADER + file->data;

	add_table(
		file, ".symtab", SHT_SYMTAB, &offset, &file->symbols, first + 2, sizeof(Elf64_Sym));
	add_table(file, ".symtab_shndx", SHT_SYMTAB_SHNDX, &offset, &file->shndx, first, 4);
	add_table(file, ".strtab", SHT_STRTAB, &offset, &file->names, 0, 0);
	/* Its own name has to be in it before its size is known. */
	add_name(&file->section_names, "");
	add_table(file, ".shstrtab", SHT_STRTAB, &offset, &file->section_names, 0, 0);
	((Elf64_Shdr *)(void *)file->sections.bytes)[first + 3].sh_size = file->section_names.size;
	return HEADER + file->data + file->symbols.size + file->shndx.size + file->names.size +
	       file->section_names.size;
}

static void put(FILE *to, const struct table *table)
{
	if (table->size && fwrite(table->bytes, table->size, 1, to) != 1)
		die("cannot write");
}

static void put_headers(FILE *to, struct file *file, uint64_t tables, bool linked)
{
	const uint32_t count = section_count(file);
	Elf64_Shdr *first = (Elf64_Shdr *)(void *)file->sections.bytes;
	const Elf64_Phdr load = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W | PF_X,
		.p_offset = HEADER,
		.p_vaddr = base,
		.p_paddr = base,
		.p_filesz = file->data,
		.p_memsz = file->data > file->address - base ? file->data : file->address - base,
		.p_align = 64,
	};
	const Elf64_Phdr none = {.p_type = PT_NULL};
	const Elf64_Ehdr header = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = linked ? ET_EXEC : ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = linked ? sizeof(Elf64_Ehdr) : 0,
		.e_shoff = tables,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = linked ? sizeof(Elf64_Phdr) : 0,
		.e_phnum = linked ? 1 : 0,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = count < SHN_LORESERVE ? (uint16_t)count : 0,
		.e_shstrndx = count - 1 < SHN_LORESERVE ? (uint16_t)(count - 1) : SHN_XINDEX,
	};

	/* gABI, "Extended numbering": what does not fit in the header. */
	first->sh_size = header.e_shnum ? 0 : count;
	first->sh_link = header.e_shstrndx == SHN_XINDEX ? count - 1 : 0;
	if (fwrite(&header, sizeof(header), 1, to) != 1 ||
		fwrite(&load, sizeof(load), 1, to) != 1 || fwrite(&none, sizeof(none), 1, to) != 1)
		die("cannot write");
}

static void put_file(FILE *to, struct file *file, bool linked)
{
	const uint64_t tables = add_tables(file);
	char *zeros = calloc(1, file->data + 1);

	if (!zeros)
		die("out of memory");
	put_headers(to, file, tables, linked);
	put(to, &(struct table){.bytes = zeros, .size = file->data});
	put(to, &file->symbols);
	put(to, &file->shndx);
	put(to, &file->names);
	put(to, &file->section_names);
	put(to, &file->sections);
	free(zeros);
}

int main(int argc, char **argv)
{
	const Elf64_Shdr null = {0};
	struct file file = {.address = 0};
	bool linked;
	FILE *to;

	if (argc != 4)
		die("usage: make_elf SHAPE COUNT FILE");
	linked = strcmp(argv[1], "object") != 0 && strcmp(argv[1], "plain") != 0;
	file.address = linked ? base : 0;
	add(&file.sections, &null, sizeof(null));
	add_name(&file.section_names, "");
	add_symbol(&file, "", STT_NOTYPE, SHN_UNDEF, 0, 0);
	(linked ? fill_linked : fill_object)(&file, argv[1], strtoul(argv[2], NULL, 10));
	to = fopen(argv[3], "wb");
	if (!to)
		die(argv[3]);
	put_file(to, &file, linked);
	if (fclose(to) != 0)
		die("cannot write");
	free(file.sections.bytes);
	free(file.symbols.bytes);
	free(file.shndx.bytes);
	free(file.names.bytes);
	free(file.section_names.bytes);
	return 0;
}
