/* Scanners: nothing that the decoders see is missed, whatever the registers; code that is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/aarch64/insn.h"
#include "arch/aarch64/scan.h"
#include "arch/loongarch64/insn.h"
#include "arch/loongarch64/scan.h"
#include "arch/riscv64/insn.h"
#include "arch/riscv64/scan.h"

enum {
	WORDS = 4096,
	ROUNDS = 16,
	MASKS = 7,
	GP = 1 << 3,
	TP = 1 << 4,
	LOONG_TP = 1 << 2,
	R21 = 1 << 21,
};

static const struct machine {
	const char *name;
	insn_decode *decode;
	scan_next_base *next;
	scan_next_suspect *suspect;
	uint32_t masks[MASKS];
} machines[] = {
	{"aarch64", aarch64_decode, aarch64_next_base, aarch64_next_suspect, {0}},
	{"riscv64", riscv64_decode, riscv64_next_base, riscv64_next_suspect,
		{GP | TP, GP, TP, 1U << 2, 1U << 9, 0xff00, UINT32_MAX - 1}},
	{"loongarch64", loongarch64_decode, loongarch64_next_base, loongarch64_next_suspect,
		{R21 | LOONG_TP, R21, LOONG_TP, 1U << 3, 1U << 31, UINT32_MAX - 1}},
};

static bool among(uint8_t number, uint32_t registers)
{
	return number < 32 && (registers >> number & 1);
}

/* What replaces half of a register in place is no use of it as a base, nor is what masks it. */
static bool uses(const struct insn *insn, uint32_t registers)
{
	if (insn->kind == INSN_GET_BASE || insn->kind == INSN_PUT_BASE)
		return true;
	/* Of a base what is subtracted, or subtracted from it, is no address. */
	if (insn->kind < INSN_MORE || insn->kind > INSN_STORE || insn->kind == INSN_SUBTRACT)
		return false;
	if (insn->kind == INSN_MORE && insn->keeps != UINT64_MAX &&
		(!insn->by_or || insn->keeps == UINT32_MAX))
		return false;
	return among(insn->first, registers) || among(insn->second, registers);
}

/* Instructions where they are none, by the length that they say. */
static size_t length_at(
	const struct machine *machine, struct span code, bool known, const struct insn *insn)
{
	if (known)
		return insn->length;
	return machine->next == riscv64_next_base && code.size && (code.data[0] & 3) != 3 ? 2 : 4;
}

static void compare(const struct machine *machine, struct span code, uint32_t registers)
{
	size_t at = 0;
	uint64_t next = machine->next(code, 0, registers);

	while (at < code.size) {
		const struct span rest = {code.data + at, code.size - at};
		struct insn insn;
		const bool known = machine->decode(rest, &insn);
		const size_t length = length_at(machine, rest, known, &insn);

		if (next < at || (next > at && known && uses(&insn, registers)))
			fail_msg("%s: a use of %08x is missed at %zu: %02x%02x%02x%02x",
				machine->name, registers, at, code.data[at + 3], code.data[at + 2],
				code.data[at + 1], code.data[at]);
		if (next == at)
			next = machine->next(code, at + length, registers);
		at += length;
	}
	assert_int_equal(next, code.size);
}

/* Random words; of RISC-V none that says it is longer. Few are `mrs x0, tpidr_el1` by chance. */
static void fill(uint8_t *bytes, uint64_t *seed)
{
	for (size_t i = 0; i < 4 * (size_t)WORDS; i++) {
		*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		bytes[i] = (uint8_t)(*seed >> 56);
		if (i % 2 == 0 && (bytes[i] & 0x1f) == 0x1f)
			bytes[i] ^= 0x10;
	}
	for (size_t i = 0; i < WORDS; i += 12)
		memcpy(bytes + 4 * i, "\x80\xd0\x38\xd5", 4);
}

static void test_random(void **state)
{
	static uint8_t bytes[4 * WORDS];
	uint64_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		fill(bytes, &seed);
		for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++)
			for (size_t i = 0; i < MASKS; i++)
				if (machines[m].masks[i] || i == 0)
					compare(&machines[m], (struct span){bytes, sizeof(bytes)},
						machines[m].masks[i]);
	}
}

/* Ranges that some of the random constants and distances are in, and that all or none are. */
static const struct scan_target targets[] = {
	{{0, 0x8000}, {0, 0x8000}},
	{{0x12340000, 0x10000}, {0xffff000012340000, 0x10000}},
	{{0xffff800080000000, 0x40000000}, {0xffff800080000000, 0x4000}},
	{{0, 0}, {0xffff80007fff0000, 0x1000000}},
	{{0, UINT64_MAX - 64}, {0, UINT64_MAX - 64}},
	{{0, 0}, {0, 0}},
};

static void compare_suspects(
	const struct machine *machine, struct span code, const struct scan_sought *sought)
{
	uint64_t next = machine->suspect(code, 0, code.size, sought);
	size_t at = 0;

	while (at < code.size) {
		const struct span rest = {code.data + at, code.size - at};
		struct insn insn;
		const bool known = machine->decode(rest, &insn);
		const size_t length = length_at(machine, rest, known, &insn);

		if (next < at || (next > at && known &&
					 scan_is_suspect(&insn, sought->address + at, sought)))
			fail_msg("%s: a suspect is missed at %zu: %02x%02x%02x%02x", machine->name,
				at, code.data[at + 3], code.data[at + 2], code.data[at + 1],
				code.data[at]);
		if (next == at)
			next = machine->suspect(code, at + length, code.size, sought);
		at += length;
	}
	assert_true(next >= code.size);
	assert_int_equal(machine->suspect(code, 0, 0, sought), 0);
}

static void test_suspects(void **state)
{
	static uint8_t bytes[4 * WORDS];
	const struct span code = {bytes, sizeof(bytes)};
	uint64_t seed = 2;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		fill(bytes, &seed);
		for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++)
			for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
				compare_suspects(&machines[m], code,
					&(struct scan_sought){.targets = &targets[i],
						.count = 1,
						.address = 0xffff800080000000,
						.registers = machines[m].masks[i]});
	}
}

/* Each instruction of 16 bits alone, which is the last there is, and before another. */
static void test_compressed(void **state)
{
	const struct machine *riscv = &machines[1];

	(void)state;
	for (uint32_t half = 0; half < 0x10000; half++)
		for (size_t i = 0; i < MASKS; i++) {
			const uint8_t bytes[4] = {(uint8_t)half, (uint8_t)(half >> 8), 1, 0};
			const uint32_t mask = riscv->masks[i];

			if ((half & 3) == 3)
				continue;
			compare(riscv, (struct span){bytes, 4}, mask);
			assert_int_equal(riscv->next((struct span){bytes, 2}, 0, mask) == 0,
				riscv->next((struct span){bytes, 4}, 0, mask) == 0);
		}
}

struct sample {
	size_t machine; /* of `machines` */
	uint32_t word;
	const char *text;
	bool named;
};

static const struct sample samples[] = {
	{0, 0xd53bd041, "mrs x1, tpidr_el0", true},
	{0, 0xd538d081, "mrs x1, tpidr_el1", true},
	{0, 0xd53cd041, "mrs x1, tpidr_el2", true},
	{0, 0xd51bd041, "msr tpidr_el0, x1", true},
	{0, 0xd518d081, "msr tpidr_el1, x1", true},
	{0, 0xd51cd041, "msr tpidr_el2, x1", true},
	{0, 0xd53bd061, "mrs x1, tpidrro_el0", false},
	{0, 0xd5385201, "mrs x1, esr_el1", false},
	{0, 0xd57bd041, "mrrs of no register of ours", false},
	{1, 0x00350533, "add a0, a0, gp", true},
	{1, 0x40350533, "sub a0, a0, gp", false},
	{1, 0x0081b503, "ld a0, 8(gp)", true},
	{1, 0x00353423, "sd gp, 8(a0)", false},
	{1, 0x00a1b423, "sd a0, 8(gp)", true},
	{1, 0x00820513, "addi a0, tp, 8", true},
	{1, 0x00827513, "andi a0, tp, 8", false},
	{1, 0x18b2252f, "sc.w a0, a1, (tp)", true},
	{1, 0x0042052f, "amoadd.w a0, tp, (tp)", true},
	{1, 0x20352533, "sh1add a0, a0, gp", true},
	{1, 0x00020067, "jr tp", false},
	{1, 0x00010000U | 0x950e, "c.add a0, gp", true},
	{1, 0x00010000U | 0x858e, "c.mv a1, gp", true},
	{1, 0x00010000U | 0x8512, "c.mv a0, tp", true},
	{1, 0x00010000U | 0x852e, "c.mv a0, a1", false},
	{2, 0x380c5484, "ldx.d $a0, $a0, $r21", true},
	{2, 0x0010d4a4, "add.d $a0, $a1, $r21", true},
	{2, 0x0010d6a4, "add.d $a0, $r21, $r21", true},
	{2, 0x001502a4, "move $a0, $r21", true},
	{2, 0x02c022a4, "addi.d $a0, $r21, 8", true},
	{2, 0x28c022a4, "ld.d $a0, $r21, 8", true},
	{2, 0x29c02095, "st.d $r21, $a0, 8", false},
	{2, 0x386192a4, "amadd.d $a0, $a0, $r21", true},
	{2, 0x3861d4a4, "amadd.d $a0, $r21, $a1", false},
	{2, 0x034002a4, "andi $a0, $r21, 0", false},
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct machine *machine = &machines[samples[i].machine];
		const uint32_t word = samples[i].word;
		const uint8_t bytes[4] = {(uint8_t)word, (uint8_t)(word >> 8),
			(uint8_t)(word >> 16), (uint8_t)(word >> 24)};
		const uint64_t next = machine->next((struct span){bytes, 4}, 0, machine->masks[0]);

		if (next != (samples[i].named ? 0 : 4))
			fail_msg("%s: %s is %s", machine->name, samples[i].text,
				samples[i].named ? "missed" : "named");
	}
}

/* Cut code, in memory of its own so that a sanitizer sees a byte too many; and behind its end. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		for (size_t size = 0; size < 4; size++) {
			const struct machine *machine = &machines[samples[i].machine];
			const uint32_t word = samples[i].word, mask = machine->masks[0];
			const bool half = samples[i].machine == 1 && (word & 3) != 3;
			uint8_t *copy = test_malloc(size + 1);
			const struct span code = {copy + 1, size};

			for (size_t b = 0; b < size; b++)
				copy[b + 1] = (uint8_t)(word >> 8 * b);
			assert_int_equal(machine->next(code, 0, mask),
				half && samples[i].named && size >= 2 ? 0 : size);
			assert_int_equal(machine->next(code, size, mask), size);
			assert_int_equal(machine->next(code, size + 4, mask), size);
			assert_int_equal(machine->next(code, UINT64_MAX - 1, mask), size);
			test_free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_suspects),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
