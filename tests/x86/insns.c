/*
 * What the tool's decoder says of an ELF file, for a script to compare with another reader.
 *
 *   insns list FILE     every instruction of every executable section, from its start on
 *   insns gs FILE       every gs instruction: its address, and `form` when that settles it,
 * `function` when decoding from the symbol before it, or from the section's start, does insns
 * locate FILE   for every relocation there: the section, its place, where locate() puts it
 */
#include "arch/arch.h"
#include "arch/reloc.h"
#include "arch/x86_64/decode.h"
#include "arch/x86_64/scan.h"
#include "arch/x86_64/width.h"
#include "lib/obj/image.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind_name(const struct insn *insn)
{
	static const char *const names[] = {[INSN_OTHER] = "OTHER",
		[INSN_SET] = "SET",
		[INSN_MORE] = "MORE",
		[INSN_ADD] = "ADD",
		[INSN_SUBTRACT] = "SUB",
		[INSN_MOVE] = "MOVE",
		[INSN_LOAD] = "LOAD",
		[INSN_STORE] = "STORE",
		[INSN_BRANCH] = "JUMP",
		[INSN_GET_BASE] = "GET",
		[INSN_PUT_BASE] = "PUT"};

	return insn->call ? "CALL" : names[insn->kind];
}

static void print_register(uint8_t reg)
{
	if (reg == INSN_NO_REGISTER)
		printf(" -");
	else if (reg == INSN_MEMORY_OPERAND)
		printf(" m");
	else
		printf(" %u", reg);
}

/* Of the others only the set of what they write is of interest. */
static bool is_followed(enum insn_kind kind)
{
	return (kind >= INSN_SET && kind <= INSN_LOAD) || kind == INSN_GET_BASE;
}

static uint32_t bit(uint8_t reg)
{
	return reg == INSN_NO_REGISTER ? 0 : UINT32_C(1) << reg;
}

/* A letter for each: a is rax, p is r15. */
static void print_written(const struct insn *insn)
{
	const uint32_t mask = bit(insn->target) | bit(insn->also) | insn->others;

	putchar(' ');
	if (!mask)
		putchar('-');
	for (int reg = 0; reg < 32; reg++)
		if (mask >> reg & 1)
			putchar('a' + reg);
}

static void print_signed(int64_t value)
{
	printf("%s0x%" PRIx64, value < 0 ? "-" : "",
		value < 0 ? -(uint64_t)value : (uint64_t)value);
}

/* segment:displacement(base,index,scale), registers as numbers, rip as ip. */
static void print_memory(const struct x86_insn *insn, struct span code)
{
	const int64_t unit =
		insn->displacement_size == 1 ? (int64_t)x86_displacement_unit(insn) : 1;

	if (!insn->memory) {
		printf(" -");
		return;
	}
	printf(" %s", insn->gs ? "gs:" : insn->fs ? "fs:" : "");
	print_signed(x86_displacement(code, insn) * unit);
	putchar('(');
	if (insn->base == X86_RIP)
		printf("ip");
	else if (insn->base != X86_NO_REGISTER)
		printf("%u", insn->base);
	if (insn->index != X86_NO_REGISTER)
		printf(",%u,%u", insn->index, insn->scale);
	printf(")");
}

/* Where a branch goes as @ADDRESS; what is relative as the reader has it, from the end. */
static void print_constant(const struct insn *insn, uint64_t addr)
{
	putchar(' ');
	if (insn->direct) {
		printf("@0x%" PRIx64, addr + (uint64_t)insn->constant);
	} else {
		printf("%s", insn->pc_relative ? "end+" : "");
		print_signed(insn->constant - (insn->pc_relative ? insn->length : 0));
	}
}

/* What it does with memory and how many bytes that has; what gets into the target; the rest. */
static void print_rest(const struct insn *insn)
{
	static const char *const memory[] = {[INSN_NO_MEMORY] = "-",
		[INSN_READS] = "R",
		[INSN_WRITES] = "W",
		[INSN_CHANGES] = "RW"};
	static const char *const cuts[] = {[INSN_WHOLE] = "64",
		[INSN_ZERO_32] = "32",
		[INSN_SIGN_32] = "s32",
		[INSN_PART] = "part"};
	const bool value = (insn->kind >= INSN_SET && insn->kind <= INSN_MOVE) ||
			   insn->kind == INSN_GET_BASE || insn->kind == INSN_PUT_BASE;

	printf(" %s %u %s", memory[insn->memory], insn->width, value ? cuts[insn->cut] : "-");
	printf(" %s%s%s%s %u", insn->direct ? "d" : "", insn->falls ? "f" : "",
		insn->pair ? "t" : "", insn->direct || insn->falls || insn->pair ? "" : "-",
		insn->base_number);
	/* Never on this machine. */
	if (insn->keeps != UINT64_MAX || insn->by_or || insn->page || insn->exclusive)
		printf(" odd");
}

static void print_insn(const struct arch *arch, struct span code, uint64_t addr, uint8_t *length)
{
	struct x86_insn x86;
	struct insn insn;

	*length = 1;
	printf("%" PRIx64, addr);
	if (!arch->decode(code, &insn) || !x86_decode(code, &x86) || x86.length != insn.length) {
		printf(" <unknown>\n");
		return;
	}
	*length = insn.length;
	printf(" %s", kind_name(&insn));
	print_register(is_followed(insn.kind) ? insn.target : INSN_NO_REGISTER);
	print_written(&insn);
	print_register(insn.first);
	print_register(insn.second);
	print_register(insn.base);
	print_register(insn.index);
	printf(" %s%s%s%s", insn.percpu ? "g" : "", insn.segment ? "f" : "",
		insn.pc_relative ? "p" : "",
		insn.percpu || insn.segment || insn.pc_relative ? "" : "-");
	print_memory(&x86, code);
	print_constant(&insn, addr);
	print_rest(&insn);
	putchar('\n');
}

static bool is_code(const struct section *section)
{
	return section->flags & SHF_EXECINSTR && section->type == SHT_PROGBITS;
}

static void list(const struct image *image)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct section *section = &image->sections[i];
		const struct span code = image_section_bytes(image, i);
		uint8_t length = 1;

		if (!is_code(section) || !code.size)
			continue;
		printf("section %s\n", section->name);
		for (size_t at = 0; at < code.size; at += length)
			print_insn(image->arch, (struct span){code.data + at, code.size - at},
				section->addr + at, &length);
	}
}

static void locate(const struct image *image)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct section *rela = &image->sections[i], *target;
		struct span code;

		if (!image_is_alloc_rela(image, rela) || rela->info >= image->section_count ||
			!is_code(&image->sections[rela->info]))
			continue;
		target = &image->sections[rela->info];
		code = image_section_bytes(image, rela->info);
		for (size_t n = 0; n < image_reloc_count(image, rela); n++) {
			const struct reloc reloc = image_reloc(image, rela, n);
			const struct reloc_info *info = reloc_info(image->arch, reloc.type);
			const uint64_t field = reloc.offset - target->addr;

			if (info && info->bytes)
				printf("%s %" PRIx64 " %" PRIx64 " %s\n", target->name,
					reloc.offset,
					target->addr +
						image->arch->locate(code, field, info->bytes, NULL),
					info->name);
		}
	}
}

/* The section's symbols, and its start, as offsets in it; sorted. */
struct starts {
	uint64_t *at;
	size_t count;
};

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static struct starts starts_of(const struct image *image, const struct section *section)
{
	struct starts starts = {calloc(image->symbol_count + 1, sizeof(uint64_t)), 1};

	if (!starts.at)
		exit(1);
	for (size_t i = 1; i < image->symbol_count; i++) {
		struct symbol symbol;
		struct error error;

		if (image_symbol(image, i, &symbol, &error) && symbol.section == section->index &&
			symbol.type == STT_FUNC && symbol.value - section->addr < section->size)
			starts.at[starts.count++] = symbol.value - section->addr;
	}
	qsort(starts.at, starts.count, sizeof(uint64_t), by_value);
	return starts;
}

static uint64_t start_before(const struct starts *starts, uint64_t at)
{
	size_t low = 0, high = starts->count;

	while (high - low > 1) {
		const size_t middle = (low + high) / 2;

		if (starts->at[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return starts->at[low];
}

/* Decodes from `from` until an instruction holds the byte at `at`: where that begins. */
static uint64_t decode_to(
	const struct arch *arch, struct span code, uint64_t from, uint64_t at, struct insn *insn)
{
	for (;;) {
		const bool known =
			arch->decode((struct span){code.data + from, code.size - from}, insn);

		if (from + (known ? insn->length : 1) > at) {
			insn->percpu = insn->percpu && known;
			return from;
		}
		from += known ? insn->length : 1;
	}
}

static void find_gs(const struct image *image, const struct section *section)
{
	const struct span code = image_section_bytes(image, section->index);
	struct starts starts = starts_of(image, section);
	uint64_t from = 0, start = 0, last = UINT64_MAX;

	for (uint64_t at = x86_64_next_base(code, 0, 0); at < code.size;
		at = x86_64_next_base(code, at + 1, 0)) {
		const bool settled = x86_64_settles(code, at, &start);

		if (!settled) {
			struct insn insn;
			const uint64_t function = start_before(&starts, at);

			from = decode_to(
				image->arch, code, from > function ? from : function, at, &insn);
			start = from;
			if (!insn.percpu)
				continue;
		}
		if (start != last)
			printf("%" PRIx64 " %s\n", section->addr + start,
				settled ? "form" : "function");
		last = start;
	}
	free(starts.at);
}

static void gs(const struct image *image)
{
	for (size_t i = 0; i < image->section_count; i++)
		if (is_code(&image->sections[i]))
			find_gs(image, &image->sections[i]);
}

static int run(const char *what, const char *path, struct span bytes)
{
	struct error error;
	struct image *image = image_open_bytes(path, bytes, &error);

	if (!image) {
		fprintf(stderr, "%s: no image\n", path);
		return 1;
	}
	if (strcmp(what, "list") == 0)
		list(image);
	else if (strcmp(what, "gs") == 0)
		gs(image);
	else
		locate(image);
	image_close(image);
	return 0;
}

int main(int argc, char **argv)
{
	struct stat status;
	void *data;
	int fd, code;

	if (argc != 3) {
		fprintf(stderr, "usage: insns list|gs|locate FILE\n");
		return 2;
	}
	fd = open(argv[2], O_RDONLY);
	if (fd < 0 || fstat(fd, &status) != 0) {
		perror(argv[2]);
		return 1;
	}
	data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		perror(argv[2]);
		return 1;
	}
	code = run(argv[1], argv[2], (struct span){data, (size_t)status.st_size});
	munmap(data, (size_t)status.st_size);
	close(fd);
	return code;
}
