/*
 * What the decoder of a file's architecture reads in its executable sections, a line an
 * instruction:
 *
 *   SECTION:ADDRESS LENGTH KIND TARGET FIRST SECOND ALSO OTHERS FLAGS REACH CONSTANT KEEPS CUT
 *   MEMORY WIDTH BASE
 *
 * Registers are numbers, `zero` or `-`, OTHERS of them with commas; flags are p(c-relative), g(s),
 * c(all), (p)a(ge), (by) o(r), (e)x(clusive), d(irect) and f(alls), or `-`. CONSTANT is hexadecimal
 * with a sign, KEEPS hexadecimal, or `-` where it is all bits of an addition's. What is no
 * instruction has the kind `unknown`, and the length that the next one is tried behind.
 *
 *   insns FILE             the lines
 *   insns time FILE        bytes of code a second, and instructions a second
 *   insns scan FILE        the architecture's scanner beside the decoder: instructions that use a
 *                          register of a CPU's base, and what is named besides; fails when one
 *                          is missed
 */
#include "arch/arch.h"
#include "lib/obj/image.h"
#include "lib/obj/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const kinds[] = {
	[INSN_OTHER] = "other",
	[INSN_SET] = "set",
	[INSN_MORE] = "more",
	[INSN_ADD] = "add",
	[INSN_SUBTRACT] = "subtract",
	[INSN_MOVE] = "move",
	[INSN_LOAD] = "load",
	[INSN_STORE] = "store",
	[INSN_BRANCH] = "branch",
	[INSN_GET_BASE] = "get-base",
	[INSN_PUT_BASE] = "put-base",
};

static const char *const cuts[] = {
	[INSN_WHOLE] = "-",
	[INSN_ZERO_32] = "zero",
	[INSN_SIGN_32] = "sign",
	[INSN_PART] = "part",
};

static const char *const memories[] = {
	[INSN_NO_MEMORY] = "-",
	[INSN_READS] = "reads",
	[INSN_WRITES] = "writes",
	[INSN_CHANGES] = "changes",
};

static void print_register(uint8_t number)
{
	if (number == INSN_NO_REGISTER)
		fputs(" -", stdout);
	else if (number == INSN_ZERO_REGISTER)
		fputs(" zero", stdout);
	else if (number == INSN_MEMORY_OPERAND)
		fputs(" memory", stdout);
	else
		printf(" %u", number);
}

static void print_others(uint32_t others)
{
	const char *before = " ";

	if (!others)
		fputs(" -", stdout);
	for (unsigned i = 0; i < 32; i++)
		if (others >> i & 1) {
			printf("%s%u", before, i);
			before = ",";
		}
}

static void print_flags(const struct insn *insn)
{
	const struct {
		char letter;
		bool set;
	} flags[] = {
		{'p', insn->pc_relative},
		{'g', insn->percpu},
		{'c', insn->call},
		{'a', insn->page},
		{'o', insn->by_or},
		{'x', insn->exclusive},
		{'d', insn->direct},
		{'f', insn->falls},
		{'t', insn->pair},
	};
	char text[sizeof(flags) / sizeof(flags[0]) + 1] = "-", *end = text;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].set) {
			*end++ = flags[i].letter;
			*end = '\0';
		}
	printf(" %s", text);
}

static void print_constants(const struct insn *insn)
{
	const uint64_t value = (uint64_t)insn->constant;
	const uint64_t all = insn->kind == INSN_MORE ? ~UINT64_C(0) : 0;

	if (insn->constant < 0)
		printf(" -%" PRIx64, -value);
	else
		printf(" %" PRIx64, value);
	if (insn->keeps == all)
		fputs(" -", stdout);
	else
		printf(" %" PRIx64, insn->keeps);
}

static void print(const struct insn *insn)
{
	printf("%u %s", insn->length, kinds[insn->kind]);
	print_register(insn->target);
	print_register(insn->first);
	print_register(insn->second);
	print_register(insn->also);
	print_others(insn->others);
	print_flags(insn);
	printf(" %u", insn->reach);
	print_constants(insn);
	printf(" %s %s %u %u\n", cuts[insn->cut], memories[insn->memory], insn->width,
		insn->base_number);
}

/* "Expanded Instruction-Length Encoding": the lengths that are reserved for longer instructions. */
static size_t riscv_length(uint16_t half)
{
	if ((half & 3) != 3)
		return 2;
	if ((half & 0x1f) != 0x1f)
		return 4;
	if ((half & 0x7f) != 0x7f)
		return half & 0x20 ? 8 : 6;
	return (half >> 12 & 7) < 7 ? 10 + 2 * (size_t)(half >> 12 & 7) : 22;
}

/* How far the next instruction is to be looked for behind what is none. */
static size_t step(const struct arch *arch, struct span code)
{
	if (strcmp(arch->name, "x86_64") == 0)
		return 1;
	if (strcmp(arch->name, "riscv64") == 0 && code.size >= 2)
		return riscv_length(read_le16(code.data));
	return 4;
}

static void show(const struct image *image, const struct section *section)
{
	const struct span bytes = image_section_bytes(image, section->index);
	size_t at = 0;

	while (at < bytes.size) {
		const struct span code = {bytes.data + at, bytes.size - at};
		struct insn insn;

		printf("%s:%" PRIx64 " ", section->name, section->addr + at);
		if (image->arch->decode(code, &insn)) {
			print(&insn);
			at += insn.length;
		} else {
			printf("%zu unknown\n", step(image->arch, code));
			at += step(image->arch, code);
		}
	}
}

/* Of this process: others may keep the machine busy. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* As a kernel's layout asks: of all general registers that may hold a base. */
static uint32_t registers_of(const struct arch *arch)
{
	uint32_t registers = 0;

	for (const struct arch_register *r = arch->registers; r->number; r++)
		if (r->general != INSN_NO_REGISTER)
			registers |= UINT32_C(1) << r->general;
	return registers;
}

/* The scanner alone, with the decoder where it stops; as often as makes a time of it. */
static void measure_scan(const struct image *image, struct span bytes)
{
	const struct arch *arch = image->arch;
	const uint32_t registers = registers_of(arch);
	const double start = seconds();
	size_t rounds = 0;
	double took = 0;

	for (; arch->next_base && took < 0.1; rounds++) {
		for (uint64_t at = 0; (at = arch->next_base(bytes, at, registers)) < bytes.size;) {
			const struct span code = {bytes.data + at, bytes.size - at};
			struct insn insn;

			at += image->arch->decode(code, &insn) ? insn.length
							       : step(image->arch, code);
		}
		took = seconds() - start;
	}
	if (arch->next_base)
		printf(", scanned at %.0f MB/s", (double)(bytes.size * rounds) / took / 1e6);
}

static void measure(const struct image *image, const struct section *section)
{
	const struct span bytes = image_section_bytes(image, section->index);
	size_t count = 0, writes = 0;
	double start, took;

	for (size_t at = 0; at < bytes.size; at += 4096)
		writes += bytes.data[at] == 1; /* the pages come from the file but once */
	start = seconds();

	for (size_t at = 0; at < bytes.size; count++) {
		const struct span code = {bytes.data + at, bytes.size - at};
		struct insn insn;
		const bool known = image->arch->decode(code, &insn);

		writes += known && insn.target != INSN_NO_REGISTER;
		at += known ? insn.length : step(image->arch, code);
	}
	took = seconds() - start;
	printf("%s: %zu bytes, %zu instructions, %zu with a target, %.0f MB/s, %.1f M/s",
		section->name, bytes.size, count, writes, (double)bytes.size / took / 1e6,
		(double)count / took / 1e6);
	measure_scan(image, bytes);
	putchar('\n');
}

static bool among(uint8_t number, uint32_t registers)
{
	return number < 32 && (registers >> number & 1);
}

/* Does what the decoder says of an instruction make it a use? lu32i.d replaces a half in place. */
static bool uses(const struct insn *insn, uint32_t registers)
{
	switch (insn->kind) {
	case INSN_GET_BASE:
	case INSN_PUT_BASE:
		return true;
	case INSN_MORE:
		return (insn->keeps == UINT64_MAX || (insn->by_or && insn->keeps != UINT32_MAX)) &&
		       among(insn->first, registers);
	case INSN_ADD:
	case INSN_MOVE:
	case INSN_LOAD:
	case INSN_STORE:
		return among(insn->first, registers) || among(insn->second, registers);
	default:
		return false;
	}
}

/* The scanner is asked from each instruction that it named on; how many uses it did not name. */
static size_t scan(const struct image *image, const struct section *section)
{
	const struct span bytes = image_section_bytes(image, section->index);
	const struct arch *arch = image->arch;
	const uint32_t registers = registers_of(arch);
	size_t used = 0, named = 0, missed = 0, at = 0;
	uint64_t next = arch->next_base(bytes, 0, registers);

	while (at < bytes.size) {
		const struct span code = {bytes.data + at, bytes.size - at};
		struct insn insn;
		const bool known = image->arch->decode(code, &insn);
		const bool use = known && uses(&insn, registers);
		const size_t length = known ? insn.length : step(image->arch, code);

		used += use;
		if (next < at || (use && next != at)) {
			printf("missed %s:%" PRIx64 "\n", section->name, section->addr + at);
			missed++;
		}
		if (next <= at) {
			named += next == at;
			next = arch->next_base(bytes, at + length, registers);
		}
		at += length;
	}
	printf("%s: %zu bytes, %zu uses, %zu named besides, %zu missed\n", section->name,
		bytes.size, used, named - (used - missed), missed);
	return missed;
}

int main(int argc, char **argv)
{
	const bool timed = argc == 3 && strcmp(argv[1], "time") == 0;
	const bool scanned = argc == 3 && strcmp(argv[1], "scan") == 0;
	struct source_item item;
	struct source *source;
	struct error error = {0};
	size_t missed = 0;

	if (argc != 2 + (timed || scanned))
		return 2;
	source = source_open(argv[argc - 1], &error);
	if (!source || source_next(source, &item, &error) != SOURCE_IMAGE) {
		fprintf(stderr, "%s: %s\n", argv[argc - 1], error.text);
		source_close(source);
		return 1;
	}
	for (size_t i = 0; i < item.image->section_count; i++) {
		const struct section *section = &item.image->sections[i];

		if (section->type == SHT_PROGBITS && (section->flags & SHF_EXECINSTR)) {
			if (scanned)
				missed += scan(item.image, section);
			else
				(timed ? measure : show)(item.image, section);
		}
	}
	image_close(item.image);
	source_close(source);
	return missed != 0;
}
