/* The text of instructions: capstone's where one is installed that knows the machine, else ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/obj/disassemble.h"

enum { ADDRESS = 0x1000 };

struct row {
	const char *arch;
	const char *bytes;
	const char *ours;      /* NULL: nothing is said */
	const char *capstones; /* of capstone 4; NULL: it does not know the machine */
};

static const struct row rows[] = {
	{"x86_64", "65 48 8b 04 25 08 00 00 00", "read of 8 bytes at GS_BASE + 0x8",
		"movq %gs:8, %rax"},
	{"x86_64", "65 89 05 10 00 00 00", "write of 4 bytes at GS_BASE + 0x1017",
		"movl %eax, %gs:0x10(%rip)"},
	{"x86_64", "65 ff 04 25 10 00 00 00", "read-modify-write of 4 bytes at GS_BASE + 0x10",
		"incl %gs:0x10"},
	{"x86_64", "65 48 8b 54 c8 28", "read of 8 bytes at GS_BASE + rax + an index in rcx + 0x28",
		"movq %gs:0x28(%rax, %rcx, 8), %rdx"},
	{"x86_64", "64 8b 40 f8", "read of 4 bytes at FS_BASE + rax - 0x8",
		"movl %fs:-8(%rax), %eax"},
	{"x86_64", "48 8d 44 88 10", "rax = rax + an index in rcx + 0x10",
		"leaq 0x10(%rax, %rcx, 4), %rax"},
	{"x86_64", "48 89 c3", "rbx = rax", "movq %rax, %rbx"},
	{"x86_64", "b0 01", NULL, "movb $1, %al"},
	{"x86_64", "74 1e", "jump to 0x1020, on a condition", "je 0x1020"},
	{"x86_64", "e8 00 00 00 00", "call of 0x1005", "callq 0x1005"},
	{"x86_64", "c3", NULL, "retq"},
	{"aarch64", "89 d0 38 d5", "x9 = TPIDR_EL1", "mrs x9, tpidr_el1"},
	{"aarch64", "89 d0 18 d5", "TPIDR_EL1 = x9", "msr tpidr_el1, x9"},
	{"aarch64", "20 09 40 f9", "read of 8 bytes at x9 + 0x10", "ldr x0, [x9, #0x10]"},
	{"aarch64", "20 00 a0 f2", "x0 = (x0 & 0xffffffff0000ffff) | 0x10000",
		"movk x0, #0x1, lsl #16"},
	{"aarch64", "20 7c 01 9b", NULL, "mul x0, x1, x1"},
	{"riscv64", "03 b5 01 01", "read of 8 bytes at gp + 0x10", NULL},
	{"riscv64", "c8 c1", "write of 4 bytes at a1 + 0x4", NULL},
	{"riscv64", "05 65", "a0 = 0x1000", NULL},
	{"riscv64", "17 15 00 00", "a0 = 0x2000", NULL},
	{"riscv64", "0e 95", "a0 = a0 + gp", NULL},
	{"riscv64", "1b 85 85 ff", "a0 = a1 - 0x8, 32 bits and their sign", NULL},
	{"riscv64", "93 75 c5 ff", "a1 = (a0 & 0xfffffffffffffffc)", NULL},
	{"riscv64", "2f 35 b6 00", "read-modify-write of 8 bytes at a2", NULL},
	{"riscv64", "01 c5", "jump to 0x1008, on a condition", NULL},
	{"riscv64", "33 05 b5 02", NULL, NULL},
	{"loongarch64", "a4 42 c0 28", "read of 8 bytes at $r21 + 0x10", NULL},
	{"loongarch64", "24 00 00 14", "$a0 = 0x1000", NULL},
	{"loongarch64", "84 60 80 03", "$a0 = $a0 | 0x18", NULL},
	{"loongarch64", "85 54 0c 38", "read of 8 bytes at $a0 + $r21", NULL},
	{"loongarch64", "84 d4 10 00", "$a0 = $a0 + $r21", NULL},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* As much of it as bytes are written in `text`. */
static struct span bytes_of(const char *text, uint8_t *bytes)
{
	struct span code = {bytes, 0};

	while (*text) {
		char *end;

		bytes[code.size++] = (uint8_t)strtoul(text, &end, 16);
		text = end + (*end == ' ');
	}
	return code;
}

static void assert_text(const struct row *row, bool capstone, const char *expected)
{
	/* Asked already: for none. */
	struct disassembler d = {.arch = arch_by_name(row->arch), .asked = !capstone};
	struct arena arena = {0};
	uint8_t bytes[16];
	const char *text;

	assert_true(disassemble(&d, bytes_of(row->bytes, bytes), ADDRESS, &arena, &text));
	if (!text || !expected || strcmp(text, expected) != 0) {
		if (text || expected)
			print_error("%s %s: %s, not %s\n", row->arch, row->bytes,
				text ? text : "nothing", expected ? expected : "nothing");
		assert_true(!text && !expected);
	}
	disassembler_close(&d);
	arena_release(&arena);
}

static void words_of_our_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		assert_text(&rows[i], false, rows[i].ours);
}

/* Is the capstone installed that the rows are of? */
static bool is_installed(void)
{
	struct disassembler d = {.arch = arch_by_name("x86_64")},
			    r = {.arch = arch_by_name("riscv64")};
	struct arena arena = {0};
	uint8_t nop[] = {0x90}, c_nop[] = {0x01, 0x00};
	const char *text;
	bool four;

	assert_true(disassemble(&d, (struct span){nop, 1}, 0, &arena, &text));
	assert_true(disassemble(&r, (struct span){c_nop, 2}, 0, &arena, &text));
	four = d.capstone && !r.capstone;
	disassembler_close(&d);
	disassembler_close(&r);
	arena_release(&arena);
	return four;
}

static void words_of_capstone(void **state)
{
	(void)state;
	if (!is_installed())
		skip();
	for (size_t i = 0; i < ROWS; i++)
		assert_text(&rows[i], true, rows[i].capstones ? rows[i].capstones : rows[i].ours);
}

/* Bytes that are more, or less, than one instruction. */
static void what_is_no_instruction(void **state)
{
	static const struct row odd[] = {
		{"x86_64", "c3 90", NULL, NULL},
		{"x86_64", "48 8b", NULL, NULL},
		{"x86_64", "06", NULL, NULL},
		{"aarch64", "20 09 40", NULL, NULL},
		{"riscv64", "03 b5", NULL, NULL},
		{"riscv64", "", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_text(&odd[i], false, NULL);
		assert_text(&odd[i], true, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_our_own),
		cmocka_unit_test(words_of_capstone),
		cmocka_unit_test(what_is_no_instruction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
