#include <inttypes.h>
#include <stdio.h>
#include <stddef.h>
#include <string.h>

#include "lib/obj/private.h"

/* What people hand to an ELF tool by mistake, and the command that makes it one. */
static const struct {
	const char *magic;
	size_t length;
	size_t offset; /* of the magic in the file */
	const char *what;
} containers[] = {
	{"\x1f\x8b", 2, 0, "gzip-compressed; unpack it first: gzip -dc FILE > kernel.elf"},
	{"\xfd"
	 "7zXZ",
		5, 0, "xz-compressed; unpack it first: xz -dc FILE > kernel.elf"},
	{"\x28\xb5\x2f\xfd", 4, 0, "zstd-compressed; unpack it first: zstd -dc FILE > kernel.elf"},
	{"\x02\x21\x4c\x18", 4, 0, "lz4-compressed; unpack it first: lz4 -dc FILE > kernel.elf"},
	{"\x04\x22\x4d\x18", 4, 0, "lz4-compressed; unpack it first: lz4 -dc FILE > kernel.elf"},
	{"\x89LZO", 4, 0, "lzo-compressed; unpack it first: lzop -dc FILE > kernel.elf"},
	{"\x5d\0\0", 3, 0,
		"lzma-compressed; unpack it first: xz -dc --format=lzma FILE > kernel.elf"},
	{"zimg", 4, 4,
		"an EFI zboot image; unpack the kernel first: linux/scripts/extract-vmlinux FILE > "
		"vmlinux"},
	{"BZh", 3, 0, "bzip2-compressed; unpack it first: bzip2 -dc FILE > kernel.elf"},
	{"HdrS", 4, 0x202,
		"a bzImage; unpack the kernel first: linux/scripts/extract-vmlinux FILE > vmlinux"},
	{"!<thin>\n", 8, 0, "a thin archive; name its objects instead"},
	{"ARM\x64", 4, 56, "a raw arm64 Image; name the vmlinux it was made from"},
	{"RSC\x05", 4, 56, "a raw riscv64 Image; name the vmlinux it was made from"},
	{"BC\xc0\xde", 4, 0, "LLVM bitcode; compile it to an object first"},
};

/* Machines worth a name in "not supported". */
static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{EM_386, "i386"},
	{EM_68K, "m68k"},
	{EM_MIPS, "MIPS"},
	{EM_PARISC, "PA-RISC"},
	{EM_PPC, "PowerPC"},
	{EM_PPC64, "PowerPC64"},
	{EM_S390, "S/390"},
	{EM_ARM, "ARM (32-bit)"},
	{EM_SH, "SuperH"},
	{EM_SPARCV9, "SPARC V9"},
	{EM_IA_64, "IA-64"},
	{EM_ALPHA, "Alpha"},
	{EM_BPF, "BPF"},
	{EM_CUDA, "CUDA"},
	{EM_AMDGPU, "AMDGPU"},
	{EM_ARCV2, "ARCv2"},
	{EM_AVR, "AVR"},
	{EM_MSP430, "MSP430"},
	{EM_XTENSA, "Xtensa"},
};

static bool reject_foreign(const struct span bytes, struct error *error)
{
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		if (range_within(containers[i].offset, containers[i].length, bytes.size) &&
			memcmp(bytes.data + containers[i].offset, containers[i].magic,
				containers[i].length) == 0)
			return error_set(error, ERROR_INPUT, "not an ELF file: it is %s",
				containers[i].what);
	if (bytes.size == 0)
		return error_set(error, ERROR_INPUT, "the file is empty");
	if (bytes.size < SELFMAG && memcmp(bytes.data, ELFMAG, bytes.size) == 0)
		return error_set(error, ERROR_INPUT,
			"truncated: %zu bytes are too few for an ELF header", bytes.size);
	return error_set(error, ERROR_INPUT,
		"not an ELF file (no \\177ELF at its start); name an object or a linked kernel");
}

enum { SUPPORTED_MAX = 128 };

/* "x86_64, aarch64 and so on", from arches.def. */
static const char *supported(char list[SUPPORTED_MAX])
{
	size_t used = 0;

	list[0] = '\0';
	for (size_t i = 0; arch_at(i) && used < SUPPORTED_MAX; i++)
		used += (size_t)snprintf(list + used, SUPPORTED_MAX - used, "%s%s",
			i == 0		 ? ""
			: arch_at(i + 1) ? ", "
					 : " and ",
			arch_at(i)->name);
	return list;
}

static bool check_machine(struct image_file *file, uint16_t machine, struct error *error)
{
	char list[SUPPORTED_MAX];

	file->image.arch = arch_by_machine(machine);
	if (file->image.arch)
		return true;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == machine)
			return error_set(error, ERROR_INPUT,
				"e_machine %u (%s) is not supported; %s are", machine,
				machines[i].name, supported(list));
	return error_set(error, ERROR_INPUT, "e_machine %u is not supported; %s are", machine,
		supported(list));
}

static bool check_ident(struct image_file *file, struct error *error)
{
	const struct span bytes = file->bytes;
	const uint8_t *ident = bytes.data;

	if (bytes.size < SELFMAG || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return reject_foreign(bytes, error);
	if (bytes.size < sizeof(Elf64_Ehdr))
		return error_set(error, ERROR_INPUT,
			"truncated: %zu bytes are too few for an ELF header", bytes.size);
	if (ident[EI_CLASS] == ELFCLASS32)
		return error_set(
			error, ERROR_INPUT, "EI_CLASS is 32-bit; only 64-bit is supported");
	if (ident[EI_CLASS] != ELFCLASS64)
		return error_set(
			error, ERROR_INPUT, "EI_CLASS is %u, no class there is", ident[EI_CLASS]);
	if (ident[EI_DATA] == ELFDATA2MSB)
		return error_set(error, ERROR_INPUT,
			"EI_DATA is big-endian; only little-endian is supported");
	if (ident[EI_DATA] != ELFDATA2LSB)
		return error_set(
			error, ERROR_INPUT, "EI_DATA is %u, no encoding there is", ident[EI_DATA]);
	if (ident[EI_VERSION] != EV_CURRENT)
		return error_set(error, ERROR_INPUT, "EI_VERSION is %u, not 1", ident[EI_VERSION]);
	return true;
}

#define EHDR16(member) read_le16(bytes.data + offsetof(Elf64_Ehdr, member))

/* The fields that are judged below, and the entry; the identification is done. */
static Elf64_Ehdr read_header(const struct span bytes)
{
	return (Elf64_Ehdr){
		.e_type = EHDR16(e_type),
		.e_machine = EHDR16(e_machine),
		.e_entry = read_le64(bytes.data + offsetof(Elf64_Ehdr, e_entry)),
		.e_version = read_le32(bytes.data + offsetof(Elf64_Ehdr, e_version)),
		.e_phoff = read_le64(bytes.data + offsetof(Elf64_Ehdr, e_phoff)),
		.e_shoff = read_le64(bytes.data + offsetof(Elf64_Ehdr, e_shoff)),
		.e_ehsize = EHDR16(e_ehsize),
		.e_phentsize = EHDR16(e_phentsize),
		.e_phnum = EHDR16(e_phnum),
		.e_shentsize = EHDR16(e_shentsize),
		.e_shnum = EHDR16(e_shnum),
		.e_shstrndx = EHDR16(e_shstrndx),
	};
}

/* The first section header holds what does not fit in the ELF header (gABI, "Extended numbering").
 */
static void resolve_numbers(const struct image_file *file, const Elf64_Ehdr *header,
	uint64_t *shnum, uint64_t *shstrndx, uint64_t *phnum)
{
	const uint8_t *first = file->bytes.data + header->e_shoff;

	if (*shnum == 0)
		*shnum = read_le64(first + offsetof(Elf64_Shdr, sh_size));
	if (*shstrndx == SHN_XINDEX)
		*shstrndx = read_le32(first + offsetof(Elf64_Shdr, sh_link));
	if (*phnum == PN_XNUM)
		*phnum = read_le32(first + offsetof(Elf64_Shdr, sh_info));
}

static bool check_sections(
	struct image_file *file, const Elf64_Ehdr *header, uint64_t *phnum, struct error *error)
{
	const uint64_t size = file->bytes.size;
	uint64_t count = header->e_shnum, names = header->e_shstrndx;

	*phnum = header->e_phnum;
	if (header->e_shoff == 0) {
		if (count)
			return error_set(error, ERROR_INPUT,
				"e_shnum is %u but e_shoff is 0: no section headers",
				header->e_shnum);
		if (*phnum == PN_XNUM)
			return error_set(error, ERROR_INPUT,
				"e_phnum is PN_XNUM but there is no section header to hold it");
		return true;
	}
	if (header->e_shentsize != sizeof(Elf64_Shdr))
		return error_set(error, ERROR_INPUT, "e_shentsize is %u, not %zu",
			header->e_shentsize, sizeof(Elf64_Shdr));
	if (!range_within(header->e_shoff, sizeof(Elf64_Shdr), size))
		return error_set(error, ERROR_INPUT,
			"truncated: e_shoff 0x%" PRIx64
			" leaves no section header in a file of 0x%" PRIx64 " bytes",
			header->e_shoff, size);
	resolve_numbers(file, header, &count, &names, phnum);
	if (count == 0)
		return error_set(error, ERROR_INPUT,
			"e_shnum and section 0's sh_size are 0 although e_shoff is set");
	if (count > size / sizeof(Elf64_Shdr) ||
		!range_within(header->e_shoff, count * sizeof(Elf64_Shdr), size))
		return error_set(error, ERROR_INPUT,
			"truncated: e_shoff 0x%" PRIx64 " and %" PRIu64
			" section headers reach beyond the file's 0x%" PRIx64 " bytes",
			header->e_shoff, count, size);
	if (names >= count)
		return error_set(error, ERROR_INPUT,
			"e_shstrndx is %" PRIu64 ", but there are only %" PRIu64 " sections", names,
			count);
	file->shoff = header->e_shoff;
	file->shnum = (size_t)count;
	file->shstrndx = (size_t)names;
	return true;
}

static bool check_program_headers(
	struct image_file *file, const Elf64_Ehdr *header, uint64_t count, struct error *error)
{
	if (count == 0)
		return true;
	if (header->e_phoff == 0)
		return error_set(
			error, ERROR_INPUT, "e_phnum is %" PRIu64 " but e_phoff is 0", count);
	if (header->e_phentsize != sizeof(Elf64_Phdr))
		return error_set(error, ERROR_INPUT, "e_phentsize is %u, not %zu",
			header->e_phentsize, sizeof(Elf64_Phdr));
	if (!range_within(header->e_phoff, count * sizeof(Elf64_Phdr), file->bytes.size))
		return error_set(error, ERROR_INPUT,
			"truncated: e_phoff 0x%" PRIx64 " and %" PRIu64
			" program headers reach beyond the file's 0x%zx bytes",
			header->e_phoff, count, file->bytes.size);
	file->phoff = header->e_phoff;
	file->phnum = (size_t)count;
	return true;
}

bool image_validate(struct image_file *file, struct error *error)
{
	Elf64_Ehdr header;
	uint64_t phnum;

	if (!check_ident(file, error))
		return false;
	header = read_header(file->bytes);
	if (!check_machine(file, header.e_machine, error))
		return false;
	if (header.e_version != EV_CURRENT)
		return error_set(error, ERROR_INPUT, "e_version is %u, not 1", header.e_version);
	if (header.e_type == ET_NONE || header.e_type == ET_CORE || header.e_type > ET_CORE)
		return error_set(error, ERROR_INPUT,
			"e_type is %u%s; objects, executables and shared objects are read",
			header.e_type, header.e_type == ET_CORE ? " (a core file)" : "");
	if (header.e_ehsize < sizeof(header))
		return error_set(error, ERROR_INPUT,
			"e_ehsize is %u, less than an ELF header's %zu", header.e_ehsize,
			sizeof(header));
	file->image.type = header.e_type;
	file->image.entry = header.e_entry;
	return check_sections(file, &header, &phnum, error) &&
	       check_program_headers(file, &header, phnum, error);
}
