/* What the instruction at a relocation is, and what becomes of its value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "arch/site.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { CODE_MAX = 32 };

struct site_case {
	const char *arch;
	const char *code; /* in hex, `_` before the relocated field */
	uint32_t type;	  /* R_<machine>_* */
	enum site_kind kind;
	enum site_use use;
	uint8_t length, reach;
};

static const struct site_case cases[] = {
	/* mov %gs:0, %rax; the same by rip; add %gs:0, %rax; incl %gs:0(,%rdi,8) */
	{"x86_64", "65488b0425_00000000", 11, SITE_ACCESS, USE_UNKNOWN, 9, 0},
	{"x86_64", "65488b05_00000000", 2, SITE_ACCESS, USE_UNKNOWN, 8, 0},
	{"x86_64", "6548030425_00000000", 11, SITE_ACCESS, USE_UNKNOWN, 9, 0},
	{"x86_64", "65ff04fd_00000000", 11, SITE_ACCESS, USE_UNKNOWN, 8, 0},
	/* call *%gs:0; jmp *0(%rip); jmp *0(,%rax,8) */
	{"x86_64", "65ff1425_00000000", 11, SITE_ACCESS, USE_UNKNOWN, 8, 0},
	{"x86_64", "ff25_00000000", 2, SITE_DIRECT, USE_UNKNOWN, 6, 0},
	{"x86_64", "ff24c5_00000000", 11, SITE_DIRECT, USE_UNKNOWN, 7, 0},
	/* mov 0(%rip), %rax; mov 0, %eax; movabs 0, %eax; add 0(%rip), %rax */
	{"x86_64", "488b05_00000000", 2, SITE_DIRECT, USE_UNKNOWN, 7, 0},
	{"x86_64", "8b0425_00000000", 11, SITE_DIRECT, USE_UNKNOWN, 7, 0},
	{"x86_64", "a1_0000000000000000", 1, SITE_DIRECT, USE_UNKNOWN, 9, 0},
	{"x86_64", "480305_00000000", 2, SITE_DIRECT, USE_UNKNOWN, 7, 0},
	/* cmpb $0, 0(%rax); add 0(%rdi), %rax; mov 0(,%rdi,8), %rax */
	{"x86_64", "80b8_0000000000", 11, SITE_THROUGH, USE_UNKNOWN, 7, 0},
	{"x86_64", "480387_00000000", 11, SITE_THROUGH, USE_UNKNOWN, 7, 0},
	{"x86_64", "488b04fd_00000000", 11, SITE_DIRECT, USE_UNKNOWN, 8, 0},
	/* the same unscaled: the only register may be the base */
	{"x86_64", "488b043d_00000000", 11, SITE_THROUGH, USE_UNKNOWN, 8, 0},
	/* mov $0, %eax, and behind it: ret; mov (%rax), %rax; mov %gs:(%rax), %rax; add %rdi, %rax;
	 * add %gs:8, %rax; mov %rdi, %rax; mov 0x12345678(%rax), %rax; mov (%rax,%rdi), %rax */
	{"x86_64", "b8_00000000c3", 10, SITE_VALUE, USE_UNKNOWN, 5, 0},
	{"x86_64", "b8_00000000488b00", 10, SITE_VALUE, USE_DIRECT, 5, 0},
	{"x86_64", "b8_0000000065488b00", 10, SITE_VALUE, USE_PERCPU, 5, 0},
	{"x86_64", "b8_000000004801f8488b00", 10, SITE_VALUE, USE_COMBINED, 5, 0},
	{"x86_64", "b8_00000000654803042508000000", 10, SITE_VALUE, USE_PERCPU, 5, 0},
	{"x86_64", "b8_000000004889f8488b00", 10, SITE_VALUE, USE_UNKNOWN, 5, 0},
	{"x86_64", "b8_00000000488b8078563412", 10, SITE_VALUE, USE_COMBINED, 5, 0},
	{"x86_64", "b8_00000000488b0438", 10, SITE_VALUE, USE_COMBINED, 5, 0},
	/* movq $0, (%rsp); movq $0, %gs:8: the field is no displacement */
	{"x86_64", "48c70424_00000000", 11, SITE_VALUE, USE_UNKNOWN, 8, 0},
	{"x86_64", "6548c7042508000000_00000000", 11, SITE_VALUE, USE_UNKNOWN, 13, 0},
	/* lea 0(%rip), %rax: alone; then mov %gs:(%rax), %rcx; then mov (%rax), %rcx */
	{"x86_64", "488d05_00000000c3", 2, SITE_ADDRESS, USE_UNKNOWN, 7, 0},
	{"x86_64", "488d05_0000000065488b08", 2, SITE_ADDRESS, USE_PERCPU, 7, 0},
	{"x86_64", "488d05_00000000488b08", 2, SITE_ADDRESS, USE_DIRECT, 7, 0},
	/* lea 0(%rip), %rax; mov 0x28(%rax,%rdi,8), %rax: an index is no base */
	{"x86_64", "488d05_00000000488b44f828", 2, SITE_ADDRESS, USE_DIRECT, 7, 0},
	/* lea 0(%rip), %rax; add (%rcx,%rdx,8), %rax; mov (%rax), %rax: a base from a table */
	{"x86_64", "488d05_00000000480304d1488b00", 2, SITE_ADDRESS, USE_COMBINED, 7, 0},
	/* add $0, %rax; lea 0(%rax), %rcx; lea 0(%rax,%rdi), %rcx: based on what is there */
	{"x86_64", "4805_00000000488b00", 11, SITE_VALUE, USE_COMBINED, 6, 0},
	{"x86_64", "488d88_00000000488b01", 11, SITE_VALUE, USE_COMBINED, 7, 0},
	{"x86_64", "488d8c38_00000000488b01", 11, SITE_VALUE, USE_COMBINED, 8, 0},
	/* mov $0, %rax; add $0x100000, %rax; lea 0x100000(%rax,%rcx,8), %rax; mov (%rax), %rax */
	{"x86_64", "48c7c0_00000000480500001000488b00", 11, SITE_VALUE, USE_COMBINED, 7, 0},
	{"x86_64", "48c7c0_00000000488d84c800001000488b00", 11, SITE_VALUE, USE_COMBINED, 7, 0},
	/* add x@GOTPCREL(%rip), %rax; mov (%rax), %rax */
	{"x86_64", "480305_00000000488b00", 42, SITE_ADDRESS, USE_COMBINED, 7, 0},
	/* mov x@GOTPCREL(%rip), %rax: the same three; then add %gs:(%rax), %rdx; add (%rax), %rdx;
	 * jmp *%gs:(%rax); jmp *(%rax); jmp *%rax */
	{"x86_64", "488b05_00000000c3", 42, SITE_ADDRESS, USE_UNKNOWN, 7, 0},
	{"x86_64", "488b05_0000000065488b08", 42, SITE_ADDRESS, USE_PERCPU, 7, 0},
	{"x86_64", "488b05_00000000488b08", 42, SITE_ADDRESS, USE_DIRECT, 7, 0},
	{"x86_64", "488b05_0000000065480310", 42, SITE_ADDRESS, USE_PERCPU, 7, 0},
	{"x86_64", "488b05_00000000480310", 42, SITE_ADDRESS, USE_DIRECT, 7, 0},
	{"x86_64", "488b05_0000000065ff20", 42, SITE_ADDRESS, USE_PERCPU, 7, 0},
	{"x86_64", "488b05_00000000ff20", 42, SITE_ADDRESS, USE_DIRECT, 7, 0},
	{"x86_64", "488b05_00000000ffe0", 42, SITE_ADDRESS, USE_UNKNOWN, 7, 0},
	{"x86_64", "e8_00000000", 4, SITE_BRANCH, USE_UNKNOWN, 5, 0},
	{"x86_64", "0606_06060606", 11, SITE_UNREAD, USE_UNKNOWN, 0, 0},

	/* movz x0: ret; mrs x1, tpidr_el1, ldr x0, [x0, x1]; ldr x1, [x0]; movk x0, lsl 16 */
	{"aarch64", "_000080d2c0035fd6", 264, SITE_VALUE, USE_UNKNOWN, 4, 16},
	{"aarch64", "_000080d281d038d5006861f8", 264, SITE_VALUE, USE_PERCPU, 4, 16},
	{"aarch64", "_000080d2010040f9", 264, SITE_VALUE, USE_DIRECT, 4, 16},
	{"aarch64", "_000080d20000a0f2c0035fd6", 264, SITE_VALUE, USE_UNKNOWN, 4, 32},
	/* movz x0, then movk x1: another sequence */
	{"aarch64", "_000080d20100a0f2c0035fd6", 264, SITE_VALUE, USE_UNKNOWN, 4, 16},
	/* adrp x0: ret; ldr x1, [x0]; add x0, x0, 0, add x0, x0, x1 */
	{"aarch64", "_00000090c0035fd6", 275, SITE_ADDRESS, USE_UNKNOWN, 4, 0},
	{"aarch64", "_00000090010040f9", 275, SITE_ADDRESS, USE_DIRECT, 4, 0},
	{"aarch64", "_00000090000000910000018b", 275, SITE_ADDRESS, USE_COMBINED, 4, 0},
	/* adrp x0, ldr x1, [x0, x2, lsl 3]; ldr x1, [x0, w2, uxtw]; add x0, x0, x2, lsl 3, ldr x1,
	   [x0] */
	{"aarch64", "_00000090017862f8", 275, SITE_ADDRESS, USE_DIRECT, 4, 0},
	{"aarch64", "_00000090014862f8", 275, SITE_ADDRESS, USE_DIRECT, 4, 0},
	{"aarch64", "_00000090000c028b010040f9", 275, SITE_ADDRESS, USE_DIRECT, 4, 0},
	/* adrp x0, add x0, x0, x2, lsl 3, ret: an addition reaches no memory */
	{"aarch64", "_00000090000c028bc0035fd6", 275, SITE_ADDRESS, USE_UNKNOWN, 4, 0},
	/* movz x2, add x0, x1, x2, lsl 3, ldr x3, [x0]: that is an index of another's base */
	{"aarch64", "_020080d2200c028b030040f9", 264, SITE_VALUE, USE_UNKNOWN, 4, 16},
	/* movz x0, add x0, x0, x0, ldr x1, [x0]; mov x1, x0, ldr x2, [x0, x1]: to itself, no base
	 */
	{"aarch64", "_000080d20000008b010040f9", 264, SITE_VALUE, USE_DIRECT, 4, 16},
	{"aarch64", "_000080d2e10300aa026861f8", 264, SITE_VALUE, USE_UNKNOWN, 4, 16},
	/* adrp x0, ldr x0, [x0] of the GOT, ldr x1, [x0] */
	{"aarch64", "_00000090000040f9010040f9", 311, SITE_ADDRESS, USE_DIRECT, 4, 0},
	/* add x0, x0, :lo12:0; ldr x0, [x0, x1]; ldr x0, [x0, gotpage_lo15], ldr x1, [x0] */
	{"aarch64", "_00000091006861f8", 277, SITE_VALUE, USE_COMBINED, 4, 0},
	{"aarch64", "_000040f9010040f9", 313, SITE_ADDRESS, USE_DIRECT, 4, 0},
	/* A literal: ldr x0, 8; ldr x1, [x0]; the word. The same with x1 added first. */
	{"aarch64", "40000058010040f9_0000000000000000", 257, SITE_VALUE, USE_DIRECT, 4, 0},
	{"aarch64", "600000580000018b010040f9_0000000000000000", 257, SITE_VALUE, USE_COMBINED, 4,
		0},
	{"aarch64", "600000580000018b010040f9_0000000000000000", 257, SITE_VALUE, USE_COMBINED, 4,
		0},
	{"aarch64", "200080d2010040f9_0000000000000000", 257, SITE_UNREAD, USE_UNKNOWN, 0, 0},
	{"aarch64", "_00000058", 273, SITE_DIRECT, USE_UNKNOWN, 4, 0},
	{"aarch64", "_00000094", 283, SITE_BRANCH, USE_UNKNOWN, 4, 0},
	{"aarch64", "_00000000", 264, SITE_BRANCH, USE_UNKNOWN, 4, 0}, /* udf */

	/* lui a0: c.add a0, gp, ld a0, 0(a0); ld a0, 0(a0); addi a0, a0, 0, c.add; add a0, a0, t0
	 */
	{"riscv64", "_370500000e9503350500", 26, SITE_VALUE, USE_PERCPU, 4, 0},
	{"riscv64", "_3705000003350500", 26, SITE_VALUE, USE_DIRECT, 4, 0},
	{"riscv64", "_37050000130505000e95", 26, SITE_VALUE, USE_PERCPU, 4, 0},
	{"riscv64", "_37050000169503350500", 26, SITE_VALUE, USE_COMBINED, 4, 0},
	/* sh3add a0, a1, a0, ld a0, 0(a0): the same with an index */
	{"riscv64", "_3705000033e5a52003350500", 26, SITE_VALUE, USE_DIRECT, 4, 0},
	/* lui a0, then lui a0 again; c.lui a0 */
	{"riscv64", "_370500003705000003350500", 26, SITE_VALUE, USE_UNKNOWN, 4, 0},
	{"riscv64", "_05650e9503350500", 46, SITE_VALUE, USE_PERCPU, 2, 0},
	/* ld a0, 0(a0); ld a0, 8(zero); auipc a0 */
	{"riscv64", "_03350500", 27, SITE_THROUGH, USE_UNKNOWN, 4, 0},
	{"riscv64", "_03358000", 47, SITE_DIRECT, USE_UNKNOWN, 4, 0},
	{"riscv64", "_1705000003350500", 23, SITE_ADDRESS, USE_DIRECT, 4, 0},

	/* lu12i.w a0, ori: ldx.d a0, a0, $r21; ld.d a0, a0, 0; lu32i.d a0; lu52i.d a0 behind it */
	{"loongarch64", "_040000148400800384540c38", 67, SITE_VALUE, USE_PERCPU, 4, 32},
	{"loongarch64", "_04000014840080038400c028", 67, SITE_VALUE, USE_DIRECT, 4, 32},
	/* The same, and ldx.d a0, zero, a0: the index alone is the address. */
	{"loongarch64", "_040000148400800304100c38", 67, SITE_VALUE, USE_DIRECT, 4, 32},
	{"loongarch64", "_040000148400800304000016", 67, SITE_VALUE, USE_UNKNOWN, 4, 52},
	{"loongarch64", "_04000014840080030400001684000003", 67, SITE_VALUE, USE_UNKNOWN, 4, 64},
	/* pcalau12i a0: addi.d, ldx.d with $r21; ld.d */
	{"loongarch64", "_0400001a8400c00284540c38", 71, SITE_ADDRESS, USE_PERCPU, 4, 0},
	{"loongarch64", "_0400001a8400c028", 71, SITE_ADDRESS, USE_DIRECT, 4, 0},
};

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

static size_t parse(const char *hex, uint8_t code[CODE_MAX], uint64_t *place)
{
	size_t size = 0;

	for (; *hex; hex++) {
		if (*hex == '_') {
			*place = size;
			continue;
		}
		code[size++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
		hex++;
	}
	return size;
}

static void sites(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct site_case *c = &cases[i];
		const struct arch *arch = arch_by_name(c->arch);
		uint8_t code[CODE_MAX];
		uint64_t place = 0;
		const size_t size = parse(c->code, code, &place);
		const struct site site = site_read(
			arch, (struct span){code, size}, place, reloc_info(arch, c->type));

		if (site.kind != c->kind || site.use != c->use || site.length != c->length ||
			site.reach != c->reach)
			fail_msg("%s %s type %u: kind %u use %u length %u reach %u", c->arch,
				c->code, c->type, site.kind, site.use, site.length, site.reach);
	}
}

/* Cut anywhere, the code is read as far as it goes. */
static void cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct arch *arch = arch_by_name(cases[i].arch);
		uint8_t code[CODE_MAX];
		uint64_t place = 0;
		size_t size = parse(cases[i].code, code, &place);

		for (; size; size--) {
			const struct site site = site_read(arch, (struct span){code, size}, place,
				reloc_info(arch, cases[i].type));

			if (site.length && place - (uint64_t)site.before + site.length > size)
				fail_msg("%s %s cut to %zu: length %u", cases[i].arch,
					cases[i].code, size, site.length);
		}
	}
}

/* lui a0; c.add a0, gp; c.mv a1, a0; ld a0, 0(a0); c.li a1, 0: what holds the value, step by step.
 */
static void trails(void **state)
{
	static const uint8_t code[] = {0x37, 0x05, 0, 0, 0x0e, 0x95, 0xaa, 0x85, 0x03, 0x35, 0x05,
		0, 0x81, 0x45, 0x82, 0x80};
	static const uint64_t held[] = {1 << 10, 1 << 10, 1 << 10 | 1 << 11, 1 << 11, 0};
	struct trail trail;
	struct insn insn;

	(void)state;
	assert_true(
		trail_begin(&trail, arch_by_name("riscv64"), (struct span){code, sizeof(code)}, 0));
	for (size_t i = 0; i < COUNT(held); i++) {
		assert_int_equal(trail.held, held[i]);
		assert_int_equal(trail_holds(&trail, 11), held[i] >> 11 & 1);
		if (trail_read(&trail, &insn))
			trail_pass(&trail, &insn);
	}
	assert_int_equal(trail.at, 14);
	assert_false(trail_read(&trail, &insn));
	/* A jump sets no register. */
	assert_false(trail_begin(
		&trail, arch_by_name("riscv64"), (struct span){code, sizeof(code)}, 14));
}

/* Whose register is added, and whether memory is reached at the sum. */
static void copied_registers(void **state)
{
	enum { EL1 = 2, EL2 = 3, EL0 = 4 };
	static const struct {
		const char *arch, *code;
		uint32_t type;
		enum site_use use;
		uint8_t copied;
		bool reaches;
	} sums[] = {
		/* mrs x1, tpidr_el1, movz x0, ldr x0, [x0, x1]; of tpidr_el2; of tpidr_el0;
		   mrs x1, sp_el0 */
		{"aarch64", "81d038d5_000080d2006861f8", 264, USE_PERCPU, EL1, true},
		{"aarch64", "41d03cd5_000080d2006861f8", 264, USE_PERCPU, EL2, true},
		{"aarch64", "41d03bd5_000080d2006861f8", 264, USE_PERCPU, EL0, true},
		{"aarch64", "014138d5_000080d2006861f8", 264, USE_COMBINED, 0, false},
		/* mrs x1, movz x0, add x0, x0, x1: ldr x2, [x0]; ldr x2, [x0, x3]; ret; mov x0, x3,
		   ldr x2, [x0]; sub x0, x0, x3, ldr x2, [x0]; ldr x2, [x1] */
		{"aarch64", "81d038d5_000080d20000018b020040f9", 264, USE_PERCPU, EL1, true},
		{"aarch64", "81d038d5_000080d20000018b026863f8", 264, USE_PERCPU, EL1, true},
		{"aarch64", "81d038d5_000080d20000018bc0035fd6", 264, USE_PERCPU, EL1, false},
		{"aarch64", "81d038d5_000080d20000018be00303aa020040f9", 264, USE_PERCPU, EL1,
			false},
		{"aarch64", "81d038d5_000080d20000018b000003cb020040f9", 264, USE_PERCPU, EL1,
			false},
		{"aarch64", "81d038d5_000080d20000018b220040f9", 264, USE_PERCPU, EL1, false},
		/* mrs x1: nop, movz x0; mov x1, x3; bl; mrs x2: then ldr x0, [x0, x1] */
		{"aarch64", "81d038d51f2003d5_000080d2006861f8", 264, USE_PERCPU, EL1, true},
		{"aarch64", "81d038d5e10303aa_000080d2006861f8", 264, USE_COMBINED, 0, false},
		{"aarch64", "81d038d500000094_000080d2006861f8", 264, USE_COMBINED, 0, false},
		{"aarch64", "82d038d5_000080d2006861f8", 264, USE_COMBINED, 0, false},
		/* mrs x1, ldr x0, 16, add x0, x0, x1, ldr x2, [x0]; the word */
		{"aarch64", "81d038d5600000580000018b020040f9_0000000000000000", 257, USE_PERCPU,
			EL1, true},
		/* Where the area is in a register of its own: add a0, a0, gp: ld a0, 0(a0); ret */
		{"riscv64", "_370500000e9503350500", 26, USE_PERCPU, 0, true},
		{"riscv64", "_370500000e958280", 26, USE_PERCPU, 0, false},
		{"loongarch64", "_040000148400800384540c38", 67, USE_PERCPU, 0, true},
		/* mov $0, %eax: mov %gs:(%rax), %rax; add %gs:8, %rax, mov (%rax), %rax */
		{"x86_64", "b8_0000000065488b00", 10, USE_PERCPU, 0, true},
		{"x86_64", "b8_00000000654803042508000000488b00", 10, USE_PERCPU, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sums); i++) {
		const struct arch *arch = arch_by_name(sums[i].arch);
		uint8_t code[CODE_MAX];
		uint64_t place = 0;
		const size_t size = parse(sums[i].code, code, &place);
		const struct site site = site_read(
			arch, (struct span){code, size}, place, reloc_info(arch, sums[i].type));

		if (site.use != sums[i].use || site.copied != sums[i].copied ||
			site.reaches != sums[i].reaches)
			fail_msg("%s %s: use %u, register %u, reaches %d", sums[i].arch,
				sums[i].code, site.use, site.copied, site.reaches);
	}
}

/* movz x0, then nop, and ldr x1, [x0]: the 24th instruction behind is the last one asked. */
static void steps(void **state)
{
	enum { STEPS = 24 };
	static const uint8_t movz[] = {0, 0, 0x80, 0xd2}, nop[] = {0x1f, 0x20, 3, 0xd5},
			     load[] = {1, 0, 0x40, 0xf9};
	const struct arch *arch = arch_by_name("aarch64");

	(void)state;
	for (size_t at = STEPS - 1; at <= STEPS + 1; at++) {
		uint8_t code[4 * (STEPS + 2)];
		struct site site;

		for (size_t i = 0; i < COUNT(code) / 4; i++)
			memcpy(code + 4 * i, i == 0 ? movz : i == at ? load : nop, 4);
		site = site_read(arch, (struct span){code, sizeof(code)}, 0, reloc_info(arch, 264));
		assert_int_equal(site.use, at <= STEPS ? USE_DIRECT : USE_UNKNOWN);
	}
}

enum { NO_LOAD = 99 };

/* Which instruction loads the literal whose address the first one completes. */
static void loads_of_literals(void **state)
{
	static const struct {
		const char *code;
		uint64_t load;
	} loads[] = {
		/* ldr x0, [x0]; ldr x0, [x0, #24]; ldr x0, literal */
		{"000040f9", 0},
		{"000c40f9", 0},
		{"40000058", 0},
		/* ldr w0, [x0]; ldr w0, literal; ldrsw x0, literal; ldur x0, [x0]; str x0, [x0] */
		{"000040b9", NO_LOAD},
		{"40000018", NO_LOAD},
		{"40000098", NO_LOAD},
		{"000040f8", NO_LOAD},
		{"000000f9", NO_LOAD},
		/* add x0, x0, #24: ldr x1, [x0]; the same cut; ldr x1, [x0, #8]; ldr x1, [x2];
		   ldr w1, [x0]; str x1, [x0] */
		{"00600091010040f9", 4},
		{"00600091010040", NO_LOAD},
		{"00600091010440f9", NO_LOAD},
		{"00600091410040f9", NO_LOAD},
		{"00600091010040b9", NO_LOAD},
		{"00600091010000f9", NO_LOAD},
		/* adr x3: ldr x3, [x3]; adrp x3, a page alone */
		{"03000010630040f9", 4},
		{"03000090630040f9", NO_LOAD},
		/* add x0, x0, #24, lsl 12; add w0, w0, #24; sub x0, x0, #24: ldr x1, [x0] */
		{"00604091010040f9", NO_LOAD},
		{"00600011010040f9", NO_LOAD},
		{"006000d1010040f9", NO_LOAD},
		{"000040", NO_LOAD},
	};
	const struct arch *arch = arch_by_name("aarch64");

	(void)state;
	for (size_t i = 0; i < COUNT(loads); i++) {
		uint8_t code[CODE_MAX];
		uint64_t none = 0, load = 0;
		const size_t size = parse(loads[i].code, code, &none);

		if (!arch->load_of((struct span){code, size}, 0, &load))
			load = NO_LOAD;
		if (load != loads[i].load)
			fail_msg("%s: %u", loads[i].code, (unsigned)load);
		assert_false(arch->load_of((struct span){code, size}, size, &load));
		assert_false(arch->load_of((struct span){code, size}, UINT64_MAX, &load));
	}
}

/* Of several loads of a word one that reaches memory decides, in whatever order they come. */
static void several_loads(void **state)
{
	/* ldr x0, [x0], ldr x1, [x0]; ldr x0, [x0], add x0, x0, x1; ldr x0, [x0], ret; str */
	static const uint8_t code[] = {0, 0, 0x40, 0xf9, 1, 0, 0x40, 0xf9, 0, 0, 0x40, 0xf9, 0, 0,
		1, 0x8b, 0, 0, 0x40, 0xf9, 0xc0, 3, 0x5f, 0xd6, 0, 0, 0, 0xf9};
	enum { DIRECT = 0, COMBINED = 8, UNKNOWN = 16, NONE = 24, END = sizeof(code), PLACE = 12 };
	static const struct {
		uint64_t loads[2];
		enum site_kind kind;
		enum site_use use;
		int64_t says; /* the load that decides */
	} words[] = {
		{{NONE, END}, SITE_UNREAD, USE_UNKNOWN, PLACE},
		{{UNKNOWN, NONE}, SITE_VALUE, USE_UNKNOWN, UNKNOWN},
		{{NONE, COMBINED}, SITE_VALUE, USE_COMBINED, COMBINED},
		{{DIRECT, COMBINED}, SITE_VALUE, USE_DIRECT, DIRECT},
		{{COMBINED, DIRECT}, SITE_VALUE, USE_DIRECT, DIRECT},
		{{COMBINED, UNKNOWN}, SITE_VALUE, USE_COMBINED, COMBINED},
		{{DIRECT, DIRECT}, SITE_VALUE, USE_DIRECT, DIRECT},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		struct site word = {.kind = SITE_UNREAD};

		for (size_t j = 0; j < COUNT(words[i].loads); j++)
			site_add_load(&word, arch_by_name("aarch64"),
				(struct span){code, sizeof(code)}, PLACE, words[i].loads[j]);
		assert_int_equal(word.kind, words[i].kind);
		assert_int_equal(word.use, words[i].use);
		assert_int_equal(word.length, word.kind == SITE_UNREAD ? 0 : 4);
		assert_int_equal(word.before, PLACE - words[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sites),
		cmocka_unit_test(cut),
		cmocka_unit_test(trails),
		cmocka_unit_test(copied_registers),
		cmocka_unit_test(steps),
		cmocka_unit_test(loads_of_literals),
		cmocka_unit_test(several_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
