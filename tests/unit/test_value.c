/* What registers are known to hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/code/value.h"

enum { BASE = 3, OTHER_BASE = 5, SECTION = 7, OTHER_SECTION = 9 };

static const struct value number = {.constant = 0x10, .formed = true};
static const struct value base = {.base = BASE};
static const struct value place = {.constant = 0x40, .base = BASE, .formed = true};
static const struct value unknown = {.unknown = true};

static void is(struct value value, struct value expected)
{
	assert_int_equal(value.constant, expected.constant);
	assert_int_equal(value.section, expected.section);
	assert_int_equal(value.base, expected.base);
	assert_int_equal(value.unknown, expected.unknown);
	assert_int_equal(value.formed, expected.formed);
	assert_int_equal(value.relocated, expected.relocated);
	assert_int_equal(value.taken, expected.taken);
	assert_int_equal(value.less, expected.less);
}

static void sums(void **state)
{
	const struct value there = {.constant = 8, .section = SECTION, .formed = true};
	const struct value elsewhere = {.constant = 8, .section = OTHER_SECTION};

	(void)state;
	is(value_add(number, base), (struct value){.constant = 0x10, .base = BASE, .formed = true});
	is(value_add(place, number),
		(struct value){.constant = 0x50, .base = BASE, .formed = true});
	is(value_add(place, unknown),
		(struct value){.constant = 0x40, .base = BASE, .formed = true, .unknown = true});
	/* One base is an address; two are nothing that anybody means. */
	is(value_add(base, base), unknown);
	is(value_add(base, (struct value){.base = OTHER_BASE}), unknown);
	/* Offsets count in one section. */
	is(value_add(there, base),
		(struct value){.constant = 8, .section = SECTION, .base = BASE, .formed = true});
	is(value_add(there, elsewhere), unknown);
	/* A displacement forms no address. */
	is(value_displaced(unknown, 16), (struct value){.constant = 16, .unknown = true});
	is(value_displaced(base, -8), (struct value){.constant = (uint64_t)-8, .base = BASE});
	/* What was noted as taken is the addends', not the sum's. */
	is(value_add((struct value){.base = BASE, .taken = 4}, number),
		(struct value){.constant = 0x10, .base = BASE, .formed = true});
}

static void differences(void **state)
{
	const struct value there = {.constant = 8, .section = SECTION, .formed = true};
	const struct value far = {.constant = 0x28, .section = SECTION, .formed = true};
	const struct value elsewhere = {.constant = 8, .section = OTHER_SECTION};
	const struct value start = {.section = VALUE_AT_START, .formed = true};
	const struct value offset = {.constant = 8, .section = SECTION, .formed = true, .less = 1};
	const struct value remote = {
		.constant = 8, .section = SECTION, .formed = true, .unknown = true, .less = 1};

	(void)state;
	is(value_subtract(place, number),
		(struct value){.constant = 0x30, .base = BASE, .formed = true});
	is(value_subtract(number, base), unknown);
	is(value_subtract(number, unknown), unknown);
	is(value_subtract(unknown, number),
		(struct value){.constant = (uint64_t)-0x10, .formed = true, .unknown = true});
	/* Two places of a section are apart by a number. */
	is(value_subtract(far, there), (struct value){.constant = 0x20, .formed = true});
	is(value_subtract(far, elsewhere), unknown);
	is(value_subtract(number, there), unknown);
	/* A variable's offset in an object, in each order that compilers have. */
	is(value_subtract(there, start), offset);
	is(value_add(offset, unknown), remote);
	is(value_add(value_subtract(unknown, start), there), remote);
	is(value_subtract(value_add(there, unknown), start), remote);
	is(value_subtract(unknown, value_subtract(start, there)), remote);
	/* Of two layouts each counts from its own; one and the other are nothing. */
	is(value_subtract((struct value){.constant = 8, .formed = true, .less = 2},
		   (struct value){.constant = 4, .formed = true, .less = 2}),
		(struct value){.constant = 4, .formed = true});
	is(value_subtract((struct value){.constant = 8, .formed = true, .less = 2},
		   (struct value){.constant = 4, .formed = true, .less = 1}),
		unknown);
	/* Its negative is no place, whatever is added; twice less is nothing. */
	is(value_add(value_subtract(start, there), unknown), unknown);
	is(value_subtract(offset, start), unknown);
}

/* pcalau12i and addi.d of a large code model: a relocation at each says all of it. */
static void halves_of_relocations(void **state)
{
	const struct value half = {.constant = 0x100, .formed = true, .relocated = true};
	const struct value other = {.constant = 0x200, .formed = true, .relocated = true};

	(void)state;
	is(value_add(half, half), half);
	is(value_add(half, other),
		(struct value){.constant = 0x300, .formed = true, .relocated = true});
}

static void meetings(void **state)
{
	const struct value taken = {.constant = 0x40, .base = BASE, .formed = true, .taken = 3};
	const struct value again = {.constant = 0x40, .base = BASE, .formed = true, .taken = 4};

	(void)state;
	is(value_meet(number, number), number);
	is(value_meet(place, base), (struct value){.base = BASE, .unknown = true});
	is(value_meet(base, number), unknown);
	is(value_meet(base, (struct value){.base = OTHER_BASE}), unknown);
	is(value_meet(taken, taken), taken);
	is(value_meet(taken, again), place);
	assert_false(value_same(taken, again));
	assert_true(value_same(taken, taken));
}

static void cuts(void **state)
{
	const struct value wide = {.constant = UINT64_C(0x1ffffffff), .formed = true};
	const struct value high = {.constant = UINT64_C(0xffffffff80000010), .relocated = true};

	(void)state;
	is(value_cut(wide, INSN_WHOLE), wide);
	is(value_cut(wide, INSN_ZERO_32), (struct value){.constant = 0xffffffff, .formed = true});
	is(value_cut(wide, INSN_SIGN_32), (struct value){.constant = UINT64_MAX, .formed = true});
	is(value_cut(number, INSN_SIGN_32), number);
	/* Half of an address is none. */
	is(value_cut(place, INSN_ZERO_32), unknown);
	is(value_cut(unknown, INSN_SIGN_32), unknown);
	is(value_cut(number, INSN_PART), unknown);
	is(value_cut(high, INSN_ZERO_32), high);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(differences),
		cmocka_unit_test(halves_of_relocations),
		cmocka_unit_test(meetings),
		cmocka_unit_test(cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
