/* Decoders: code that is cut, bytes that are anything, registers that are zero, sp or lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/arch.h"

enum {
	NONE = INSN_NO_REGISTER,
	ZERO = INSN_ZERO_REGISTER,
	A64 = 183,
	RISCV = 243,
	LOONGARCH = 258,
	RANDOM = 300000,
};

/* `keeps` of an addition. */
#define ALL (~UINT64_C(0))

static const uint16_t machines[] = {A64, RISCV, LOONGARCH};

struct sample {
	uint16_t machine;
	uint32_t word;
	const char *text;
	struct insn want;
};

/* Members that are not named are 0: register 0 is written as such, and so is INSN_OTHER. */
#define WANT(kind_, length_, target_, first_, second_, also_, others_, ...)                        \
	{.kind = (kind_),                                                                          \
		.length = (length_),                                                               \
		.target = (target_),                                                               \
		.first = (first_),                                                                 \
		.second = (second_),                                                               \
		.also = (also_),                                                                   \
		.others = (others_),                                                               \
		__VA_ARGS__}

static const struct sample samples[] = {
	{A64, 0xd503201f, "nop", WANT(INSN_OTHER, 4, NONE, NONE, NONE, NONE, 0, )},
	{A64, 0x910003fd, "mov x29, sp", WANT(INSN_MOVE, 4, 29, 31, NONE, NONE, 0, )},
	{A64, 0x9100403f, "add sp, x1, #16",
		WANT(INSN_MORE, 4, 31, 1, NONE, NONE, 0, .constant = 16, .keeps = ALL)},
	{A64, 0x51400420, "sub w0, w1, #1, lsl #12",
		WANT(INSN_MORE, 4, 0, 1, NONE, NONE, 0, .constant = -4096, .keeps = ALL,
			.cut = INSN_ZERO_32)},
	{A64, 0xf100403f, "cmp x1, #16", WANT(INSN_OTHER, 4, NONE, NONE, NONE, NONE, 0, )},
	{A64, 0xf10043e0, "subs x0, sp, #16",
		WANT(INSN_MORE, 4, 0, 31, NONE, NONE, 0, .constant = -16, .keeps = ALL)},
	{A64, 0xaa1f03e0, "mov x0, xzr", WANT(INSN_SET, 4, 0, NONE, NONE, NONE, 0, )},
	{A64, 0xaa0103e0, "mov x0, x1", WANT(INSN_MOVE, 4, 0, 1, NONE, NONE, 0, )},
	{A64, 0x8b0203e0, "add x0, xzr, x2", WANT(INSN_MOVE, 4, 0, 2, NONE, NONE, 0, )},
	{A64, 0x8b020020, "add x0, x1, x2", WANT(INSN_ADD, 4, 0, 1, 2, NONE, 0, )},
	{A64, 0xcb020020, "sub x0, x1, x2", WANT(INSN_SUBTRACT, 4, 0, 1, 2, NONE, 0, )},
	{A64, 0xcb0203e0, "neg x0, x2", WANT(INSN_OTHER, 4, 0, NONE, NONE, NONE, 0, )},
	{A64, 0xcb020c20, "sub x0, x1, x2, lsl #3", WANT(INSN_OTHER, 4, 0, NONE, NONE, NONE, 0, )},
	{A64, 0xeb02003f, "cmp x1, x2", WANT(INSN_OTHER, 4, NONE, NONE, NONE, NONE, 0, )},
	{A64, 0x8b2263e0, "add x0, sp, x2", WANT(INSN_ADD, 4, 0, 31, 2, NONE, 0, )},
	{A64, 0xd2a00020, "movz x0, #1, lsl #16",
		WANT(INSN_SET, 4, 0, NONE, NONE, NONE, 0, .reach = 32, .constant = 0x10000)},
	{A64, 0x12800000, "movn w0, #0",
		WANT(INSN_SET, 4, 0, NONE, NONE, NONE, 0, .reach = 16, .constant = 0xffffffff,
			.cut = INSN_ZERO_32)},
	{A64, 0xb200f3e0, "mov x0, #0x5555555555555555",
		WANT(INSN_SET, 4, 0, NONE, NONE, NONE, 0, .constant = 0x5555555555555555)},
	{A64, 0xf2e00020, "movk x0, #1, lsl #48",
		WANT(INSN_MORE, 4, 0, 0, NONE, NONE, 0, .reach = 64, .by_or = true,
			.constant = INT64_C(1) << 48, .keeps = ~(UINT64_C(0xffff) << 48))},
	{A64, 0xf2e0003f, "movk xzr, #1, lsl #48",
		WANT(INSN_OTHER, 4, NONE, NONE, NONE, NONE, 0, )},
	{A64, 0xf0ffffe1, "adrp x1, -4096",
		WANT(INSN_SET, 4, 1, NONE, NONE, NONE, 0, .pc_relative = true, .page = true,
			.constant = -4096)},
	{A64, 0x58000040, "ldr x0, . + 8",
		WANT(INSN_LOAD, 4, 0, NONE, NONE, NONE, 0, .pc_relative = true, .constant = 8,
			.memory = INSN_READS, .width = 8)},
	{A64, 0xf87f6be0, "ldr x0, [sp, xzr]",
		WANT(INSN_LOAD, 4, 0, 31, ZERO, NONE, 0, .memory = INSN_READS, .width = 8)},
	{A64, 0xf940003f, "ldr xzr, [x1]",
		WANT(INSN_LOAD, 4, NONE, 1, NONE, NONE, 0, .memory = INSN_READS, .width = 8)},
	{A64, 0xa8c10440, "ldp x0, x1, [x2], #16",
		WANT(INSN_LOAD, 4, 0, 2, NONE, 1, 1U << 2, .memory = INSN_READS, .width = 16,
			.pair = true)},
	{A64, 0xa9be7bfd, "stp x29, x30, [sp, #-32]!",
		WANT(INSN_STORE, 4, NONE, 31, NONE, 31, 0, .constant = -32, .memory = INSN_WRITES,
			.width = 16, .pair = true)},
	{A64, 0xc8007c41, "stxr w0, x1, [x2]",
		WANT(INSN_STORE, 4, NONE, 2, NONE, 0, 0, .memory = INSN_WRITES, .width = 8,
			.exclusive = true)},
	{A64, 0x48207c82, "casp x0, x1, x2, x3, [x4]",
		WANT(INSN_STORE, 4, NONE, 4, NONE, 0, 1U << 1, .memory = INSN_CHANGES,
			.width = 16, .pair = true)},
	{A64, 0xd63f0020, "blr x1",
		WANT(INSN_BRANCH, 4, 30, NONE, NONE, NONE, 0, .call = true, .falls = true)},
	{A64, 0x97ffffff, "bl . - 4",
		WANT(INSN_BRANCH, 4, 30, NONE, NONE, NONE, 0, .call = true, .falls = true,
			.direct = true, .constant = -4)},
	{A64, 0x17ffffff, "b . - 4",
		WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, .direct = true, .constant = -4)},
	{A64, 0x540000ee, "b.al . + 28",
		WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, .direct = true, .constant = 28)},
	{A64, 0x3727ffe0, "tbnz w0, #4, . - 4",
		WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, .direct = true, .falls = true,
			.constant = -4)},
	{A64, 0x744100c5, "cbhi w5, w1, . + 24",
		WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, .direct = true, .falls = true,
			.constant = 24)},
	{A64, 0xd538d081, "mrs x1, tpidr_el1",
		WANT(INSN_GET_BASE, 4, 1, NONE, NONE, NONE, 0, .base_number = 2)},
	{A64, 0xd53cd05f, "mrs xzr, tpidr_el2", WANT(INSN_OTHER, 4, NONE, NONE, NONE, NONE, 0, )},
	{A64, 0xd53bd061, "mrs x1, tpidrro_el0", WANT(INSN_OTHER, 4, 1, NONE, NONE, NONE, 0, )},
	{A64, 0xd51bd05f, "msr tpidr_el0, xzr",
		WANT(INSN_PUT_BASE, 4, NONE, ZERO, NONE, NONE, 0, .base_number = 4)},
	{RISCV, 0x00500513, "li a0, 5", WANT(INSN_SET, 4, 10, NONE, NONE, NONE, 0, .constant = 5)},
	{RISCV, 0xfff0051b, "addiw a0, zero, -1",
		WANT(INSN_SET, 4, 10, NONE, NONE, NONE, 0, .constant = -1, .cut = INSN_SIGN_32)},
	{RISCV, 0x0005851b, "sext.w a0, a1",
		WANT(INSN_MORE, 4, 10, 11, NONE, NONE, 0, .keeps = ALL, .cut = INSN_SIGN_32)},
	{RISCV, 0x80000537, "lui a0, 0x80000",
		WANT(INSN_SET, 4, 10, NONE, NONE, NONE, 0, .constant = -INT64_C(0x80000000))},
	{RISCV, 0xfffff517, "auipc a0, -1",
		WANT(INSN_SET, 4, 10, NONE, NONE, NONE, 0, .pc_relative = true, .constant = -4096)},
	{RISCV, 0x00500013, "addi zero, zero, 5", WANT(INSN_OTHER, 4, NONE, NONE, NONE, NONE, 0, )},
	{RISCV, 0x00803503, "ld a0, 8(zero)",
		WANT(INSN_LOAD, 4, 10, ZERO, NONE, NONE, 0, .constant = 8, .memory = INSN_READS,
			.width = 8)},
	{RISCV, 0x00053003, "ld zero, 0(a0)",
		WANT(INSN_LOAD, 4, NONE, 10, NONE, NONE, 0, .memory = INSN_READS, .width = 8)},
	{RISCV, 0x00350533, "add a0, a0, gp", WANT(INSN_ADD, 4, 10, 10, 3, NONE, 0, )},
	{RISCV, 0x00300533, "add a0, zero, gp", WANT(INSN_MOVE, 4, 10, 3, NONE, NONE, 0, )},
	{RISCV, 0x40350533, "sub a0, a0, gp", WANT(INSN_SUBTRACT, 4, 10, 10, 3, NONE, 0, )},
	{RISCV, 0x40a005b3, "neg a1, a0", WANT(INSN_OTHER, 4, 11, NONE, NONE, NONE, 0, )},
	{RISCV, 0x8d0d, "c.sub a0, a1", WANT(INSN_SUBTRACT, 2, 10, 10, 11, NONE, 0, )},
	{RISCV, 0x20b6e533, "sh3add a0, a3, a1", WANT(INSN_ADD, 4, 10, 11, 13, NONE, 0, )},
	{RISCV, 0x950e, "c.add a0, gp", WANT(INSN_ADD, 2, 10, 10, 3, NONE, 0, )},
	{RISCV, 0x858e, "c.mv a1, gp", WANT(INSN_MOVE, 2, 11, 3, NONE, NONE, 0, )},
	{RISCV, 0x6505, "c.lui a0, 1",
		WANT(INSN_SET, 2, 10, NONE, NONE, NONE, 0, .constant = 4096)},
	{RISCV, 0x9502, "c.jalr a0",
		WANT(INSN_BRANCH, 2, 1, NONE, NONE, NONE, 0, .call = true, .falls = true)},
	{RISCV, 0xbffd, "c.j . - 2",
		WANT(INSN_BRANCH, 2, NONE, NONE, NONE, NONE, 0, .direct = true, .constant = -2)},
	{RISCV, 0xfe000ee3, "beq zero, zero, . - 4",
		WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, .direct = true, .falls = true,
			.constant = -4)},
	{RISCV, 0xffdff0ef, "jal ra, . - 4",
		WANT(INSN_BRANCH, 4, 1, NONE, NONE, NONE, 0, .direct = true, .call = true,
			.falls = true, .constant = -4)},
	{RISCV, 0x100526af, "lr.w a3, (a0)",
		WANT(INSN_LOAD, 4, 13, 10, NONE, NONE, 0, .memory = INSN_READS, .width = 4,
			.exclusive = true)},
	{RISCV, 0x18b536af, "sc.d a3, a1, (a0)",
		WANT(INSN_STORE, 4, NONE, 10, NONE, 13, 0, .memory = INSN_WRITES, .width = 8,
			.exclusive = true)},
	{RISCV, 0x00008067, "ret", WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, )},
	{RISCV, 0x00c5b52f, "amoadd.d a0, a2, (a1)",
		WANT(INSN_STORE, 4, NONE, 11, NONE, 10, 0, .memory = INSN_CHANGES, .width = 8)},
	{LOONGARCH, 0x380c5484, "ldx.d $a0, $a0, $r21",
		WANT(INSN_LOAD, 4, 4, 4, 21, NONE, 0, .memory = INSN_READS, .width = 8)},
	{LOONGARCH, 0x03800404, "ori $a0, $zero, 1",
		WANT(INSN_SET, 4, 4, NONE, NONE, NONE, 0, .constant = 1)},
	{LOONGARCH, 0x03bffca4, "ori $a0, $a1, 4095",
		WANT(INSN_MORE, 4, 4, 5, NONE, NONE, 0, .constant = 4095, .keeps = ALL,
			.by_or = true)},
	{LOONGARCH, 0x02bffca4, "addi.w $a0, $a1, -1",
		WANT(INSN_MORE, 4, 4, 5, NONE, NONE, 0, .constant = -1, .keeps = ALL,
			.cut = INSN_SIGN_32)},
	{LOONGARCH, 0x032004a4, "lu52i.d $a0, $a1, -2047",
		WANT(INSN_MORE, 4, 4, 5, NONE, NONE, 0, .reach = 64, .by_or = true,
			.constant = -2047 * (INT64_C(1) << 52), .keeps = ALL >> 12)},
	{LOONGARCH, 0x03200404, "lu52i.d $a0, $zero, -2047",
		WANT(INSN_SET, 4, 4, NONE, NONE, NONE, 0, .reach = 64,
			.constant = -2047 * (INT64_C(1) << 52))},
	{LOONGARCH, 0x1bffffe4, "pcalau12i $a0, -1",
		WANT(INSN_SET, 4, 4, NONE, NONE, NONE, 0, .pc_relative = true, .page = true,
			.constant = -4096)},
	{LOONGARCH, 0x43fffc9f, "beqz $a0, -4",
		WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, .direct = true, .falls = true,
			.constant = -4)},
	{LOONGARCH, 0x220008a4, "ll.d $a0, $a1, 8",
		WANT(INSN_LOAD, 4, 4, 5, NONE, NONE, 0, .constant = 8, .memory = INSN_READS,
			.width = 8, .exclusive = true)},
	{LOONGARCH, 0x2c000080, "vld $vr0, $a0, 0",
		WANT(INSN_LOAD, 4, NONE, 4, NONE, NONE, 0, .memory = INSN_READS, .width = 16)},
	{LOONGARCH, 0x16000004, "lu32i.d $a0, 0",
		WANT(INSN_MORE, 4, 4, 4, NONE, NONE, 0, .reach = 52, .keeps = UINT32_MAX,
			.by_or = true)},
	{LOONGARCH, 0x17ffffe4, "lu32i.d $a0, -1",
		WANT(INSN_MORE, 4, 4, 4, NONE, NONE, 0, .reach = 52, .keeps = UINT32_MAX,
			.by_or = true, .constant = -(INT64_C(1) << 32))},
	{LOONGARCH, 0x16000000, "lu32i.d $zero, 0",
		WANT(INSN_OTHER, 4, NONE, NONE, NONE, NONE, 0, )},
	{LOONGARCH, 0x001500a4, "move $a0, $a1", WANT(INSN_MOVE, 4, 4, 5, NONE, NONE, 0, )},
	{LOONGARCH, 0x0011d4a4, "sub.d $a0, $a1, $r21",
		WANT(INSN_SUBTRACT, 4, 4, 5, 21, NONE, 0, )},
	{LOONGARCH, 0x0010d4a4, "add.d $a0, $a1, $r21", WANT(INSN_ADD, 4, 4, 5, 21, NONE, 0, )},
	{LOONGARCH, 0x54000000, "bl 0",
		WANT(INSN_BRANCH, 4, 1, NONE, NONE, NONE, 0, .call = true, .falls = true,
			.direct = true)},
	{LOONGARCH, 0x4c000020, "ret", WANT(INSN_BRANCH, 4, NONE, NONE, NONE, NONE, 0, )},
	{LOONGARCH, 0x386198a4, "amadd.d $a0, $a2, $a1",
		WANT(INSN_STORE, 4, NONE, 5, NONE, 4, 0, .memory = INSN_CHANGES, .width = 8)},
};

static void put(uint8_t bytes[4], uint32_t word)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(word >> 8 * i);
}

static bool same_values(const struct insn *a, const struct insn *b)
{
	return a->constant == b->constant && a->keeps == b->keeps && a->by_or == b->by_or &&
	       a->page == b->page && a->cut == b->cut && a->memory == b->memory &&
	       a->width == b->width && a->pair == b->pair && a->exclusive == b->exclusive &&
	       a->direct == b->direct && a->falls == b->falls && a->base_number == b->base_number;
}

static bool same(const struct insn *a, const struct insn *b)
{
	return a->kind == b->kind && a->length == b->length && a->target == b->target &&
	       a->first == b->first && a->second == b->second && a->also == b->also &&
	       a->others == b->others && a->pc_relative == b->pc_relative && a->call == b->call &&
	       a->reach == b->reach && !a->percpu && same_values(a, b);
}

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct arch *arch = arch_by_machine(samples[i].machine);
		struct insn insn;
		uint8_t bytes[4];

		put(bytes, samples[i].word);
		if (!arch->decode((struct span){bytes, 4}, &insn) || !same(&insn, &samples[i].want))
			fail_msg("%s: %s is read wrongly", arch->name, samples[i].text);
	}
}

/* Each prefix, in memory of its own so that a sanitizer sees a byte too many. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		for (size_t size = 0; size < samples[i].want.length; size++) {
			const struct arch *arch = arch_by_machine(samples[i].machine);
			uint8_t bytes[4], *copy = test_malloc(size + 1);
			struct insn insn;

			put(bytes, samples[i].word);
			memcpy(copy, bytes, size);
			if (arch->decode((struct span){copy, size}, &insn))
				fail_msg("%s: %s is whole with %zu bytes", arch->name,
					samples[i].text, size);
			test_free(copy);
		}
}

static bool is_register(uint8_t number)
{
	return number < 32 || number == NONE;
}

static int64_t cut_again(const struct insn *insn)
{
	switch (insn->cut) {
	case INSN_ZERO_32:
		return (int64_t)((uint64_t)insn->constant & UINT32_MAX);
	case INSN_SIGN_32:
		return (int32_t)insn->constant;
	default:
		return insn->constant;
	}
}

/* What the members of values may be in what kinds. */
static bool fine_values(const struct insn *insn)
{
	const bool sum = insn->kind >= INSN_SET && insn->kind <= INSN_MOVE;
	const bool base = insn->kind == INSN_GET_BASE || insn->kind == INSN_PUT_BASE;
	enum insn_memory least = INSN_NO_MEMORY, most = INSN_NO_MEMORY;

	if (insn->kind == INSN_LOAD)
		least = most = INSN_READS;
	if (insn->kind == INSN_STORE) {
		least = INSN_WRITES;
		most = INSN_CHANGES;
	}
	return insn->memory >= least && insn->memory <= most && (most || !insn->width) &&
	       insn->width <= 64 && (insn->kind == INSN_MORE) == (insn->keeps != 0) &&
	       (!insn->by_or || insn->kind == INSN_MORE) && (sum || insn->cut == INSN_WHOLE) &&
	       (!insn->page || (insn->kind == INSN_SET && insn->pc_relative)) &&
	       (!insn->exclusive || most) && base == (insn->base_number != 0) &&
	       (insn->kind != INSN_BRANCH ? !insn->direct && !insn->falls
					  : insn->direct || !insn->constant) &&
	       (insn->kind != INSN_BRANCH || !insn->call || insn->falls) &&
	       (insn->kind != INSN_OTHER || !insn->constant) &&
	       (insn->kind != INSN_SET || cut_again(insn) == insn->constant);
}

static void check_form(const struct arch *arch, uint32_t word, const struct insn *insn)
{
	const bool fixed = arch->machine != A64;
	bool fine = insn->length == 4 || (arch->machine == RISCV && insn->length == 2);

	fine = fine && is_register(insn->target) && is_register(insn->also) && !insn->percpu;
	/* Register 0 is never written where it is zero. */
	if (fixed)
		fine = fine && insn->target && insn->also && !(insn->others & 1) && insn->first &&
		       insn->second;
	if (insn->kind >= INSN_SET && insn->kind <= INSN_MOVE)
		fine = fine && insn->target != NONE &&
		       (insn->first < 32 || (insn->kind == INSN_SET && insn->first == NONE)) &&
		       (insn->kind == INSN_ADD || insn->kind == INSN_SUBTRACT
				       ? insn->second < 32
				       : insn->second == NONE);
	if (insn->kind == INSN_STORE)
		fine = fine && insn->target == NONE;
	if (insn->kind == INSN_OTHER)
		fine = fine && insn->first == NONE && insn->second == NONE && !insn->reach;
	fine = fine && fine_values(insn);
	if (!fine)
		fail_msg("%s: %08x is in no form of the contract", arch->name, word);
}

static void test_random(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < RANDOM; i++) {
		uint8_t bytes[4];

		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		put(bytes, (uint32_t)(seed >> 32));
		for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++) {
			const struct arch *arch = arch_by_machine(machines[m]);
			struct insn insn;

			if (arch->decode((struct span){bytes, 4}, &insn))
				check_form(arch, (uint32_t)(seed >> 32), &insn);
		}
	}
}

/* Every compressed instruction there is. */
static void test_compressed(void **state)
{
	const struct arch *arch = arch_by_machine(RISCV);

	(void)state;
	for (uint32_t half = 0; half < 0x10000; half++) {
		uint8_t bytes[4];
		struct insn insn;

		put(bytes, half);
		if ((half & 3) != 3 && arch->decode((struct span){bytes, 2}, &insn))
			check_form(arch, half, &insn);
	}
}

static void test_locate(void **state)
{
	const uint8_t bytes[8] = {0};

	(void)state;
	for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++)
		assert_int_equal(
			arch_by_machine(machines[m])->locate((struct span){bytes, 8}, 4, 4, NULL),
			4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_locate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
