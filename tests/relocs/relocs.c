/*
 * The relocation tables, shown and put to the proof.
 *
 *   relocs table ARCH                      the rows
 *   relocs numbers ARCH                    an object with every number up to NUMBERS, on stdout
 *   relocs cases ARCH [WITHOUT...]         an object that probes the ranges, on stdout; without
 *                                          these numbers and names of cases
 *   relocs one ARCH NUMBER TEXT VALUE      an object with one relocation, for .text there
 *   relocs judge ARCH {LINKER OUTPUT LOG}  compares what linkers made of the cases with the rows
 *
 * The objects are written here and not assembled: an assembler knows only some numbers.
 */
#include "arch/arch.h"
#include "arch/reloc.h"

#include <elf.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NUMBERS = 1100,
	SLOT = 4096, /* a page each, so that P is its own page */
};

/* Where run.sh has .text linked: so far up that no value near zero is in a PC-relative range. */
static const uint64_t base = UINT64_C(0x10000000000);

/* Values that a row is probed with. */
enum kind { ZERO, LEAST, MOST, UNDER, OVER, UNDER_TWIN, OVER_TWIN, ONES, FIVES, TENS, KINDS };

static const char *const kinds[KINDS] = {
	[ZERO] = "zero",
	[LEAST] = "least",
	[MOST] = "most",
	[UNDER] = "under",
	[OVER] = "over",
	[UNDER_TWIN] = "undertwin", /* what UNDER is indistinguishable from when truncated */
	[OVER_TWIN] = "overtwin",
	[ONES] = "ones",
	[FIVES] = "fives",
	[TENS] = "tens",
};

/* A .text for each slot: a linker may stop at the first bad relocation of a section. */
struct object {
	size_t slots, slot_size;
	unsigned char *text;
	Elf64_Rela *rela; /* all of a slot together, slots in order */
	size_t *rela_slot;
	size_t rela_count;
	Elf64_Sym *sym;
	size_t sym_count;
	char *str;
	size_t str_size;
};

/* What is allocated lives until the program ends. */
static struct block {
	struct block *next;
	max_align_t bytes[];
} * blocks;

static void release(void)
{
	while (blocks) {
		struct block *next = blocks->next;
		free(blocks);
		blocks = next;
	}
}

static void *allocate(size_t count, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + count * size);
	if (!block)
		exit(2);
	block->next = blocks;
	blocks = block;
	return block->bytes;
}

static bool bounded(const struct reloc_info *r)
{
	return r->least != 0 || r->most != 0;
}

/* Its value follows from a symbol's address alone, not from a GOT, TLS or another relocation. */
static bool probed(const struct reloc_info *r)
{
	switch (r->class) {
	case RELOC_OFFSET:
	case RELOC_WORD:
		return r->bytes > 0 && !strstr(r->name, "AUTH");
	case RELOC_DELTA:
	case RELOC_BRANCH:
		return r->bytes > 0;
	case RELOC_PCREL:
		if (strstr(r->name, "GOT") || (r->pc_relative && r->part == PART_LOW) ||
			r->part == PART_LOW_STORE)
			return false;
		return r->bytes > 0;
	default:
		return false;
	}
}

static int64_t step(const struct reloc_info *r)
{
	const char *width = strstr(r->name, "LDST");
	if (width)
		return strtol(width + 4, NULL, 10) / 8;
	if (strstr(r->name, "LD_PREL") || strstr(r->name, "PCREL20_S2"))
		return 4;
	if (r->class != RELOC_BRANCH || r->bytes == 8)
		return strstr(r->name, "CALL36") ? 4 : 1;
	if (strncmp(r->name, "R_X86", 5) == 0 || strcmp(r->name, "R_RISCV_PLT32") == 0)
		return 1;
	return strncmp(r->name, "R_RISCV", 7) == 0 ? 2 : 4;
}

static int64_t round_down(int64_t value, int64_t to)
{
	return value & ~(to - 1);
}

static uint64_t modulus(const struct reloc_info *r)
{
	uint64_t span = (uint64_t)(r->most - r->least), power = 1;
	while (power <= (span >> 1) + (span & 1 ? 1 : 0) && power < UINT64_C(1) << 63)
		power <<= 1;
	return power > span + 1 ? power >> 1 : power;
}

/* Whether a row has a probe of this kind, and its S + A, or S + A - P. */
static bool probe(const struct reloc_info *r, enum kind kind, int64_t *value)
{
	int64_t under = round_down(r->least - 1, step(r));
	int64_t over = round_down(r->most + step(r), step(r));
	int narrow = r->class == RELOC_DELTA ? 64 - 8 * r->bytes : 0;
	switch (kind) {
	case ZERO:
		*value = 0;
		return strstr(r->name, "RVC_LUI") == NULL; /* becomes another instruction */
	case LEAST:
		*value = round_down(r->least + step(r) - 1, step(r));
		return bounded(r);
	case MOST:
		*value = round_down(r->most, step(r));
		return bounded(r);
	case UNDER:
		*value = under;
		return bounded(r);
	case OVER:
		*value = over;
		return bounded(r);
	case UNDER_TWIN:
		*value = (int64_t)((uint64_t)under + modulus(r));
		return bounded(r);
	case OVER_TWIN:
		*value = (int64_t)((uint64_t)over - modulus(r));
		return bounded(r);
	case ONES:
		*value = -1;
		return !bounded(r);
	case FIVES:
		*value = INT64_C(0x5555555555555555) >> narrow;
		return !bounded(r);
	case TENS:
		*value = INT64_C(0x2aaaaaaaaaaaaaaa) >> narrow;
		return !bounded(r);
	case KINDS:
		break;
	}
	return false;
}

/* An instruction that the linkers accept the relocation on; zeros do for most. */
static uint32_t instruction(const struct reloc_info *r)
{
	if (strstr(r->name, "MOVW_PREL") && strstr(r->name, "_NC"))
		return 0xf2800000; /* movk */
	if (strstr(r->name, "MOVW"))
		return 0xd2800000; /* movz */
	if (strstr(r->name, "RVC_LUI"))
		return 0x6501; /* c.lui a0, 0 */
	return 0;
}

/*
 * In a slot and not absolute, as a variable is: GNU ld for LoongArch has rules of its own for
 * absolute symbols. `value` counts from the slot and may well be outside.
 */
static void put_symbol(struct object *o, const char *name, size_t slot, uint64_t value)
{
	Elf64_Sym *sym = &o->sym[o->sym_count++];
	sym->st_name = (Elf64_Word)o->str_size;
	sym->st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	sym->st_shndx = (Elf64_Half)(1 + slot);
	sym->st_value = value;
	strcpy(o->str + o->str_size, name);
	o->str_size += strlen(name) + 1;
}

static void put_reloc(
	struct object *o, size_t slot, uint64_t offset, size_t symbol, uint32_t number)
{
	o->rela_slot[o->rela_count] = slot;
	Elf64_Rela *rela = &o->rela[o->rela_count++];
	rela->r_offset = offset;
	rela->r_info = ELF64_R_INFO((uint64_t)symbol, number);
}

static struct object new_object(size_t slots, size_t slot_size, size_t relocs)
{
	return (struct object){
		.slots = slots,
		.slot_size = slot_size,
		.text = allocate(slots, slot_size),
		.rela = allocate(relocs, sizeof(Elf64_Rela)),
		.rela_slot = allocate(relocs, sizeof(size_t)),
		.sym = allocate(relocs + 3, sizeof(Elf64_Sym)),
		.str = allocate(relocs + 3, 32),
		.sym_count = 1,
		.str_size = 1,
	};
}

static uint32_t flags_of(const struct arch *arch)
{
	switch (arch->machine) {
	case EM_RISCV:
		return EF_RISCV_RVC | EF_RISCV_FLOAT_ABI_DOUBLE;
	case EM_LOONGARCH:
		return 0x43; /* object ABI v1, double floats */
	default:
		return 0;
	}
}

struct part {
	Elf64_Word name, type;
	Elf64_Xword flags;
	const void *bytes;
	size_t size;
	size_t link, info, entry;
};

static size_t parts_of(const struct object *o, struct part *parts)
{
	static const char names[] = "\0.text\0.rela.text\0.symtab\0.strtab\0.shstrtab";
	size_t n = 1, symtab = 1 + 2 * o->slots, next = 0;
	for (size_t i = 0; i < o->slots; i++)
		parts[n++] = (struct part){1, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR,
			o->text + i * o->slot_size, o->slot_size, 0, 0, 0};
	for (size_t i = 0; i < o->slots; i++) {
		size_t first = next;
		while (next < o->rela_count && o->rela_slot[next] == i)
			next++;
		parts[n++] = (struct part){7, SHT_RELA, SHF_INFO_LINK, &o->rela[first],
			(next - first) * sizeof(*o->rela), symtab, 1 + i, sizeof(*o->rela)};
	}
	parts[n++] = (struct part){18, SHT_SYMTAB, 0, o->sym, o->sym_count * sizeof(*o->sym),
		symtab + 1, 1, sizeof(*o->sym)};
	parts[n++] = (struct part){26, SHT_STRTAB, 0, o->str, o->str_size, 0, 0, 0};
	parts[n++] = (struct part){34, SHT_STRTAB, 0, names, sizeof(names), 0, 0, 0};
	return n;
}

static void write_object(const struct object *o, const struct arch *arch)
{
	struct part *parts = allocate(2 * o->slots + 4, sizeof(*parts));
	size_t count = parts_of(o, parts);
	Elf64_Shdr *sections = allocate(count, sizeof(*sections));
	Elf64_Ehdr header = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_REL,
		.e_machine = arch->machine,
		.e_version = EV_CURRENT,
		.e_shoff = sizeof(header),
		.e_flags = flags_of(arch),
		.e_ehsize = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = (Elf64_Half)count,
		.e_shstrndx = (Elf64_Half)(count - 1),
	};
	uint64_t offset = sizeof(header) + count * sizeof(*sections);
	static const char zeros[8];
	for (size_t i = 1; i < count; i++) {
		sections[i] = (Elf64_Shdr){
			.sh_name = parts[i].name,
			.sh_type = parts[i].type,
			.sh_flags = parts[i].flags,
			.sh_offset = offset,
			.sh_size = parts[i].size,
			.sh_link = (Elf64_Word)parts[i].link,
			.sh_info = (Elf64_Word)parts[i].info,
			.sh_addralign = parts[i].type == SHT_PROGBITS ? SLOT : 8,
			.sh_entsize = parts[i].entry,
		};
		offset += (parts[i].size + 7) & ~UINT64_C(7);
	}
	fwrite(&header, sizeof(header), 1, stdout);
	fwrite(sections, sizeof(*sections), count, stdout);
	for (size_t i = 1; i < count; i++) {
		fwrite(parts[i].bytes, 1, parts[i].size, stdout);
		fwrite(zeros, 1, (8 - parts[i].size % 8) % 8, stdout);
	}
}

static int table(const struct arch *arch)
{
	for (size_t i = 0; i < arch->reloc_count; i++) {
		const struct reloc_info *r = reloc_info(arch, (uint32_t)i);
		if (r)
			printf("%" PRIu32 " %s class=%d part=%d bytes=%u field=%#" PRIx64
			       " pc=%d checked=%d least=%" PRId64 " most=%" PRId64 "\n",
				r->number, r->name, r->class, r->part, r->bytes, r->field,
				r->pc_relative, r->checked, r->least, r->most);
	}
	return 0;
}

static int numbers(const struct arch *arch)
{
	struct object o = new_object(1, NUMBERS, NUMBERS);
	put_symbol(&o, "s", 0, 0);
	for (uint32_t i = 0; i < NUMBERS; i++)
		put_reloc(&o, 0, i, 1, i);
	write_object(&o, arch);
	return 0;
}

static int one(const struct arch *arch, uint32_t number, uint64_t text, uint64_t value)
{
	const struct reloc_info *r = reloc_info(arch, number);
	struct object o = new_object(1, SLOT, 1);
	uint32_t insn = r ? instruction(r) : 0;
	memcpy(o.text, &insn, sizeof(insn));
	put_symbol(&o, "s", 0, value - text);
	put_reloc(&o, 0, 0, 1, number);
	write_object(&o, arch);
	return 0;
}

static void case_name(char *name, const struct reloc_info *r, enum kind kind)
{
	sprintf(name, "s%" PRIu32 "_%s", r->number, kinds[kind]);
}

static bool left_out(uint32_t number, const char *name, char **without, int count)
{
	char digits[16];
	snprintf(digits, sizeof(digits), "%" PRIu32, number);
	for (int i = 0; i < count; i++)
		if (strcmp(without[i], digits) == 0 || strcmp(without[i], name) == 0)
			return true;
	return false;
}

static void put_case(struct object *o, const struct reloc_info *r, const char *name, size_t slot,
	int64_t value, bool with_reloc)
{
	uint64_t p = base + slot * SLOT;
	uint32_t insn = instruction(r);
	memcpy(o->text + slot * SLOT, &insn, sizeof(insn));
	put_symbol(o, name, slot, (uint64_t)value - (r->pc_relative ? 0 : p));
	if (with_reloc)
		put_reloc(o, slot, 0, o->sym_count - 1, r->number);
}

static int cases(const struct arch *arch, char **without, int count)
{
	struct object o = new_object(arch->reloc_count * KINDS, SLOT, arch->reloc_count * KINDS);
	size_t slot = 0;
	for (size_t i = 0; i < arch->reloc_count; i++) {
		const struct reloc_info *r = reloc_info(arch, (uint32_t)i);
		if (!r || !probed(r))
			continue;
		for (enum kind kind = 0; kind < KINDS; kind++) {
			int64_t value;
			char name[32];
			if (!probe(r, kind, &value))
				continue;
			case_name(name, r, kind);
			put_case(&o, r, name, slot++, value,
				!left_out(r->number, name, without, count));
		}
	}
	o.slots = slot;
	write_object(&o, arch);
	return 0;
}

struct linked {
	const char *linker;
	const char *image;
	const char *log;
	const unsigned char *text;
	bool probed[KINDS];
	bool refused[KINDS];
	uint64_t place[KINDS];
};

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f) {
		perror(path);
		exit(2);
	}
	fseek(f, 0, SEEK_END);
	size_t size = (size_t)ftell(f);
	char *bytes = allocate(size + 1, 1);
	rewind(f);
	if (fread(bytes, 1, size, f) != size)
		exit(2);
	fclose(f);
	return bytes;
}

static const unsigned char *text_of(const char *image)
{
	const Elf64_Ehdr *header = (const void *)image;
	const Elf64_Shdr *sections = (const void *)(image + header->e_shoff);
	const char *names = image + sections[header->e_shstrndx].sh_offset;
	for (int i = 0; i < header->e_shnum; i++)
		if (strcmp(names + sections[i].sh_name, ".text") == 0 &&
			sections[i].sh_addr == base)
			return (const unsigned char *)image + sections[i].sh_offset;
	fprintf(stderr, "no .text at %#" PRIx64 "\n", base);
	exit(2);
}

static int passed, failed;

static void expect(bool good, const struct reloc_info *r, const char *linker, const char *what)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %" PRIu32 " %s (%s): %s\n", r->number, r->name, linker, what);
}

/* A branch may be sent over a veneer, which is neither a refusal nor a truncation. */
static bool over_veneer(const struct reloc_info *r)
{
	return strstr(r->name, "AARCH64") && (strstr(r->name, "26") || strstr(r->name, "PLT32"));
}

/* GNU ld takes only the unsigned half of what AAELF64 says of these. */
static bool unsigned_to_bfd(const struct reloc_info *r)
{
	return strcmp(r->name, "R_AARCH64_ABS32") == 0 || strcmp(r->name, "R_AARCH64_ABS16") == 0;
}

/* The bits that differ between values that fit. */
static uint64_t changed(const struct linked *l)
{
	uint64_t ones = 0, zeros = 0;
	for (enum kind kind = 0; kind < KINDS; kind++) {
		if (!l->probed[kind] || (kind >= UNDER && kind <= OVER_TWIN))
			continue;
		ones |= l->place[kind];
		zeros |= ~l->place[kind];
	}
	return ones & zeros;
}

static bool refused_what_fits(const struct linked *l, bool stricter)
{
	return l->refused[ZERO] || l->refused[LEAST] != stricter || l->refused[MOST] ||
	       l->refused[ONES] || l->refused[FIVES] || l->refused[TENS];
}

static bool refuses(const struct linked *l)
{
	return l->refused[UNDER] && l->refused[OVER];
}

static void judge_linker(const struct reloc_info *r, const struct linked *l)
{
	bool stricter = strcmp(l->linker, "bfd") == 0 && unsigned_to_bfd(r);
	expect(!refused_what_fits(l, stricter), r, l->linker,
		"refuses a value that the row says fits");
	uint64_t bits = changed(l);
	/* With the sign in bit 30 one bit of the 16 may not show, nor the lowest of a branch. */
	bool hidden = r->part == PART_G3 || over_veneer(r);
	if (bits != r->field && !hidden)
		printf("    changes %#" PRIx64 ", the row says %#" PRIx64 "\n", bits, r->field);
	expect(hidden ? (bits & ~r->field) == 0 : bits == r->field, r, l->linker,
		"changes other bits than the row says");
	if (!bounded(r) || over_veneer(r))
		return;
	expect(l->refused[UNDER] ? true : !r->checked && l->place[UNDER] == l->place[UNDER_TWIN], r,
		l->linker, "takes or holds a value under the row's least");
	expect(l->refused[OVER] ? true : !r->checked && l->place[OVER] == l->place[OVER_TWIN], r,
		l->linker, "takes or holds a value over the row's most");
}

static const char *verdict(const struct reloc_info *r, const struct linked *l, bool known)
{
	if (!known)
		return "unknown";
	if (!bounded(r))
		return "unbounded";
	if (refuses(l))
		return "refuses";
	if (over_veneer(r))
		return "veneer";
	return l->refused[UNDER]  ? "refuses-under"
	       : l->refused[OVER] ? "refuses-over"
				  : "truncates";
}

/* Reads what became of the row's slots; false when the linker did not do the relocation at all. */
static bool read_row(const struct reloc_info *r, struct linked *l, size_t slot)
{
	bool known = false;
	char name[40];
	for (enum kind kind = 0; kind < KINDS; kind++) {
		int64_t value;
		l->refused[kind] = false;
		l->place[kind] = 0;
		l->probed[kind] = probe(r, kind, &value);
		if (!l->probed[kind])
			continue;
		memcpy(&l->place[kind], l->text + slot++ * SLOT, r->bytes);
		case_name(name, r, kind);
		strcat(name, "'"); /* both linkers quote a symbol */
		l->refused[kind] = strstr(l->log, name) != NULL;
		known |= l->place[kind] != instruction(r) || l->refused[kind];
	}
	return known;
}

static size_t slots_of(const struct reloc_info *r)
{
	size_t count = 0;
	int64_t value;
	for (enum kind kind = 0; kind < KINDS; kind++)
		count += probe(r, kind, &value);
	return count;
}

static void judge_row(const struct reloc_info *r, struct linked *l, int links, size_t slot)
{
	bool all_refuse = true, all_know = true;
	printf("%-4" PRIu32 " %-32s", r->number, r->name);
	for (int i = 0; i < links; i++) {
		bool known = read_row(r, &l[i], slot);
		all_know &= known;
		all_refuse &= refuses(&l[i]);
		printf(" %s:%s", l[i].linker, verdict(r, &l[i], known));
	}
	printf("\n");
	for (int i = 0; i < links; i++)
		if (read_row(r, &l[i], slot))
			judge_linker(r, &l[i]);
	/* One linker alone cannot show that the other truncates. */
	if (links > 1 && all_know && bounded(r) && !over_veneer(r))
		expect(all_refuse == r->checked, r, "all", "checked is not what the linkers do");
}

static int judge(const struct arch *arch, char **files, int count)
{
	struct linked l[8];
	int links = 0;
	size_t slot = 0;
	for (; count >= 3 && links < 8; files += 3, count -= 3, links++) {
		l[links].linker = files[0];
		l[links].image = slurp(files[1]);
		l[links].log = slurp(files[2]);
		l[links].text = text_of(l[links].image);
	}
	for (size_t i = 0; i < arch->reloc_count; i++) {
		const struct reloc_info *r = reloc_info(arch, (uint32_t)i);
		if (!r || !probed(r))
			continue;
		judge_row(r, l, links, slot);
		slot += slots_of(r);
	}
	printf("judged %d %d\n", passed, failed);
	return 0;
}

int main(int argc, char **argv)
{
	const struct arch *arch = argc > 2 ? arch_by_name(argv[2]) : NULL;
	if (!arch) {
		fprintf(stderr, "usage: relocs table|numbers|cases|one|judge ARCH ...\n");
		return 2;
	}
	atexit(release);
	if (strcmp(argv[1], "table") == 0)
		return table(arch);
	if (strcmp(argv[1], "numbers") == 0)
		return numbers(arch);
	if (strcmp(argv[1], "cases") == 0)
		return cases(arch, argv + 3, argc - 3);
	if (strcmp(argv[1], "one") == 0 && argc == 6)
		return one(arch, (uint32_t)strtoul(argv[3], NULL, 10), strtoull(argv[4], NULL, 0),
			strtoull(argv[5], NULL, 0));
	if (strcmp(argv[1], "judge") == 0)
		return judge(arch, argv + 3, argc - 3);
	return 2;
}
