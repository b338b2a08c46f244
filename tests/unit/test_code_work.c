/*
 * How much reading code comes to, counted: calls of the decoder, and bytes that the scanners may
 * have looked at. Whatever the code is, of twice as much it is twice the work, and so many times
 * the bytes at most.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/code/accesses.h"
#include "tests/unit/kernel.h"

enum {
	TEXT = 1 << 14,	 /* bytes; within one part of the reading, and */
	PARTS = 1 << 19, /* of several */
	EACH = 1 << 10,	 /* work a byte, at most: every instruction looks at a window, and on */
	SLACK = 1 << 16, /* what does not grow */
	PATTERN = 16,
};

static const struct arch *real;
static uint64_t work;

static bool count_decode(struct span code, struct insn *insn)
{
	work++;
	return real->decode(code, insn);
}

static uint64_t count_base(struct span code, uint64_t from, uint32_t registers)
{
	const uint64_t found = real->next_base(code, from, registers);

	work += found - from;
	return found;
}

static uint64_t count_suspect(
	struct span code, uint64_t from, uint64_t to, const struct scan_sought *sought)
{
	work += to - from;
	return real->next_suspect(code, from, to, sought);
}

static enum scan_verdict count_settle(struct span code, uint64_t known, uint64_t at,
	const struct scan_sought *sought, struct scan_place *place)
{
	const enum scan_verdict verdict = real->settle(code, known, at, sought, place);

	work += place->end - (known < place->start ? known : place->start);
	return verdict;
}

/* One unit of code after the other; `size` 0: random bytes. */
struct pattern {
	uint16_t machine;
	const char *text;
	uint8_t size;
	uint8_t bytes[PATTERN];
};

static const struct pattern patterns[] = {
	{EM_X86_64, "random", 0, {0}},
	{EM_X86_64, "zeros", 1, {0}},
	{EM_X86_64, "gs", 1, {0x65}},
	{EM_X86_64, "data16", 1, {0x66}},
	{EM_X86_64, "lock and REX", 2, {0xf0, 0x48}},
	{EM_X86_64, "gs behind 13 prefixes", 14,
		{0x66, 0x2e, 0x66, 0x2e, 0x66, 0x2e, 0x66, 0x2e, 0x66, 0x2e, 0x66, 0x2e, 0x66,
			0x65}},
	{EM_X86_64, "mov $0x10, %eax", 5, {0xb8, 0x10, 0, 0, 0}},
	{EM_X86_64, "mov $0x10, %eax; mov (%rax), %rax", 8, {0xb8, 0x10, 0, 0, 0, 0x48, 0x8b, 0}},
	{EM_X86_64, "wrgsbase %rax", 5, {0xf3, 0x48, 0x0f, 0xae, 0xd8}},
	{EM_X86_64, "mov %gs:(%rax), %rcx", 4, {0x65, 0x48, 0x8b, 0x08}},
	{EM_X86_64, "mov %gs:8, %rax", 9, {0x65, 0x48, 0x8b, 0x04, 0x25, 8, 0, 0, 0}},
	{EM_X86_64, "jne to the next", 2, {0x75, 0}},
	{EM_X86_64, "jne to itself", 2, {0x75, 0xfe}},
	{EM_X86_64, "jne to the last", 2, {0x75, 0xfc}},
	{EM_X86_64, "jne back, over 100 bytes", 2, {0x75, 0x9c}},
	{EM_X86_64, "mov $0x10, %eax; jmp back, over two", 7, {0xb8, 0x10, 0, 0, 0, 0xeb, 0xf0}},
	{EM_AARCH64, "random", 0, {0}},
	{EM_AARCH64, "zeros", 4, {0}},
	{EM_AARCH64, "mov x0, #16", 4, {0x00, 0x02, 0x80, 0xd2}},
	{EM_AARCH64, "mrs x0, tpidr_el1", 4, {0x80, 0xd0, 0x38, 0xd5}},
	{EM_AARCH64, "b.ne to itself", 4, {0x01, 0, 0, 0x54}},
	{EM_AARCH64, "b.ne to the last", 4, {0xe1, 0xff, 0xff, 0x54}},
	{EM_AARCH64, "mov x0, #16; b to the last but one", 8,
		{0x00, 0x02, 0x80, 0xd2, 0xfd, 0xff, 0xff, 0x17}},
	{EM_RISCV, "random", 0, {0}},
	{EM_RISCV, "zeros", 2, {0}},
	{EM_RISCV, "instructions of 22 bytes", 2, {0xff, 0xff}},
	{EM_RISCV, "li a0, 16", 2, {0x41, 0x45}},
	{EM_RISCV, "ld a0, 8(gp)", 4, {0x03, 0xb5, 0x81, 0x00}},
	{EM_RISCV, "mv gp, a0", 2, {0xaa, 0x81}},
	{EM_RISCV, "bnez a5 to itself", 2, {0x81, 0xe3}},
	{EM_RISCV, "j to the last", 2, {0xfd, 0xbf}},
	{EM_LOONGARCH, "random", 0, {0}},
	{EM_LOONGARCH, "zeros", 4, {0}},
	{EM_LOONGARCH, "li.w $a0, 16", 4, {0x04, 0x40, 0x80, 0x03}},
	{EM_LOONGARCH, "ld.d $a0, $r21, 8", 4, {0xa4, 0x22, 0xc0, 0x28}},
	{EM_LOONGARCH, "move $r21, $a0", 4, {0x95, 0x00, 0x15, 0x00}},
	{EM_LOONGARCH, "bnez $a1 to itself", 4, {0xa0, 0, 0, 0x44}},
};

/* How symbols cover the code. */
enum shape { BARE, ONE, EACH_8, OVERLAPPING, NESTED, BEYOND, MARKED, SHAPES };

static struct elf_symbol symbol_of(enum shape shape, size_t index, uint64_t size)
{
	struct elf_symbol symbol = {"f", 1, KERNEL_BASE + 8 * index, 8, STT_FUNC, STB_LOCAL};

	switch (shape) {
	case ONE:
		symbol.size = size;
		break;
	case OVERLAPPING:
		symbol.size = size / 2;
		break;
	case NESTED:
		symbol.size = size - 16 * index;
		break;
	case BEYOND:
		symbol.size = UINT64_MAX - index;
		break;
	case MARKED:
		symbol = (struct elf_symbol){
			index & 1 ? "$x" : "$d", 1, symbol.value, 0, STT_NOTYPE, STB_LOCAL};
		break;
	default:
		break;
	}
	return symbol;
}

static size_t symbol_count(enum shape shape, uint64_t size)
{
	return shape == BARE ? 0 : shape == ONE ? 1 : shape == NESTED ? size / 16 : size / 8;
}

static void fill(uint8_t *code, size_t size, const struct pattern *pattern)
{
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < size; i++) {
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		code[i] =
			pattern->size ? pattern->bytes[i % pattern->size] : (uint8_t)(random >> 56);
	}
}

/* Behind the code, as far as that may reach. */
static struct elf_file write_file(const struct pattern *pattern, enum shape shape, size_t size)
{
	const size_t functions = symbol_count(shape, size);
	struct elf_section sections[COUNT(kernel_sections)];
	struct elf_symbol *symbols = calloc(functions + COUNT(kernel_symbols), sizeof(*symbols));
	uint8_t *code = malloc(size);
	struct elf_spec spec = kernel_spec;
	struct elf_file file;

	assert_non_null(symbols);
	assert_non_null(code);
	fill(code, size, pattern);
	memcpy(sections, kernel_sections, sizeof(sections));
	sections[KERNEL_TEXT - 1].size = size;
	sections[KERNEL_TEXT - 1].bytes = code;
	memcpy(symbols, kernel_symbols, sizeof(kernel_symbols));
	for (size_t i = 0; i < functions; i++)
		symbols[COUNT(kernel_symbols) + i] = symbol_of(shape, i, size);
	/* _start covers the code where nothing else does. */
	symbols[1].size = shape == BARE ? 1 : 0x20;
	spec.machine = pattern->machine;
	spec.sections = sections;
	spec.symbols = symbols;
	spec.symbol_count = functions + COUNT(kernel_symbols);
	spec.segment_count = 0;
	file = elf_write(&spec);
	free(symbols);
	free(code);
	return file;
}

static uint64_t work_of(const struct pattern *pattern, enum shape shape, size_t size,
	const struct accesses_options *way)
{
	struct accesses_options how = *way;
	const struct layout_options options = {.threads = 1, .model = MODEL_ZERO};
	struct elf_file file = write_file(pattern, shape, size);
	struct error error = {0};
	struct arena arena = {0};
	struct layout_list list;
	struct accesses accesses;
	struct image *image = image_open_bytes("memory", elf_span(&file), &error);
	struct arch counting;

	assert_non_null(image);
	real = image->arch;
	counting = *real;
	counting.decode = count_decode;
	counting.next_base = count_base;
	counting.next_suspect = count_suspect;
	counting.settle = real->settle ? count_settle : NULL;
	image->arch = &counting;
	assert_true(layouts_find(image, &options, &arena, &list, &error));
	assert_int_equal(list.count, 1);
	how.functions = functions_read(image, 1, &arena, &error);
	assert_non_null(how.functions);
	work = 0;
	assert_true(accesses_find(image, &list, &how, &arena, &accesses, &error));
	/* What is no instruction is counted, and nothing twice. */
	if (accesses.read + accesses.unread > size)
		fail_msg("machine %u, %s, shape %d: %zu bytes, %llu read, %llu unread",
			pattern->machine, pattern->text, (int)shape, size,
			(unsigned long long)accesses.read, (unsigned long long)accesses.unread);
	if (how.thorough)
		assert_int_equal(accesses.read + accesses.unread, size);
	image->arch = real;
	image_close(image);
	arena_release(&arena);
	free(file.data);
	return work;
}

static const struct accesses_options ways[] = {
	{.threads = 1},
	{.threads = 1, .remote = true},
	{.threads = 1, .suspects = true},
	{.threads = 1, .suspects = true, .thorough = true},
};

static void assert_linear(size_t size, enum shape end)
{
	for (size_t i = 0; i < COUNT(patterns); i++)
		for (enum shape shape = BARE; shape < end; shape++)
			for (size_t way = 0; way < COUNT(ways); way++) {
				const struct pattern *p = &patterns[i];
				const uint64_t one = work_of(p, shape, size, &ways[way]);
				const uint64_t two = work_of(p, shape, 2 * size, &ways[way]);

				if (two > 2 * one + one / 4 + SLACK || two > EACH * 2 * size)
					fail_msg("machine %u, %s, shape %d, way %zu: %zu bytes "
						 "take %llu, twice as many %llu",
						p->machine, p->text, (int)shape, way, size,
						(unsigned long long)one, (unsigned long long)two);
			}
}

static void test_one_part(void **state)
{
	(void)state;
	assert_linear(TEXT, SHAPES);
}

static void test_parts(void **state)
{
	(void)state;
	assert_linear(PARTS, ONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_part),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
