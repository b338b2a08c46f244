/* Which symbols mark data among code, and from where to where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/model/functions.h"
#include "tests/unit/kernel.h"

enum { NOWHERE = 0xffff }; /* for UINT64_MAX */

#define MARK(name, at) {name, KERNEL_TEXT, KERNEL_BASE + (at), 0, STT_NOTYPE, STB_LOCAL}

/* Offsets in .text of the first data that ends behind `at`. */
static void assert_data(
	const struct functions *functions, uint64_t at, uint64_t start, uint64_t end)
{
	const struct data_range data = functions_data(functions, KERNEL_TEXT, KERNEL_BASE + at);

	assert_int_equal(data.start, start == NOWHERE ? UINT64_MAX : KERNEL_BASE + start);
	assert_int_equal(data.end, end == NOWHERE ? UINT64_MAX : KERNEL_BASE + end);
}

struct reading {
	struct elf_file file;
	struct image *image;
	struct arena arena;
	struct functions *functions;
};

static void read_symbols(
	struct reading *r, uint16_t machine, const struct elf_symbol *symbols, size_t count)
{
	struct elf_spec spec = kernel_spec;
	struct error error = {0};

	spec.machine = machine;
	spec.symbols = symbols;
	spec.symbol_count = count;
	*r = (struct reading){.file = elf_write(&spec)};
	r->image = image_open_bytes("memory", elf_span(&r->file), &error);
	assert_non_null(r->image);
	r->functions = functions_read(r->image, 2, &r->arena, &error);
	assert_non_null(r->functions);
}

static void release(struct reading *r)
{
	image_close(r->image);
	arena_release(&r->arena);
	free(r->file.data);
}

/* In no order; where two stand at one place it is code. */
static void test_ranges(void **state)
{
	static const struct elf_symbol symbols[] = {
		MARK("$d", 0x18),
		{"$d", KERNEL_DATA, KERNEL_BASE + 0x1000, 0, STT_NOTYPE, STB_LOCAL},
		MARK("$x", 0x10),
		MARK("$x.7", 0x14),
		MARK("$d.3", 4),
		MARK("$d", 8),
		MARK("$d", 0x14),
		MARK("$x", 0),
	};
	static const uint16_t machines[] = {EM_AARCH64, EM_RISCV};

	(void)state;
	for (size_t i = 0; i < COUNT(machines); i++) {
		struct reading r;

		read_symbols(&r, machines[i], symbols, COUNT(symbols));
		assert_data(r.functions, 0, 4, 0x10);
		assert_data(r.functions, 4, 4, 0x10);
		assert_data(r.functions, 0xf, 4, 0x10);
		assert_data(r.functions, 0x10, 0x18, NOWHERE);
		assert_data(r.functions, 0x20, 0x18, NOWHERE);
		assert_int_equal(functions_data(r.functions, KERNEL_DATA, 0).start, UINT64_MAX);
		assert_int_equal(functions_data(r.functions, 0, 0).start, UINT64_MAX);
		release(&r);
	}
}

/* The ISA may stand behind `$x` on RISC-V. */
static void test_isa(void **state)
{
	static const struct elf_symbol symbols[] = {
		MARK("$d", 0),
		MARK("$xrv64i2p1_m2p0", 8),
	};
	struct reading r;

	(void)state;
	read_symbols(&r, EM_RISCV, symbols, COUNT(symbols));
	assert_data(r.functions, 0, 0, 8);
	release(&r);
}

/* Other names, types and bindings, and machines that have none. */
static void test_none(void **state)
{
	static const struct elf_symbol others[] = {
		MARK("$data", 0),
		MARK("$dx", 0),
		MARK("$", 0),
		MARK("d", 0),
		MARK("$drv64i", 0),
		{"$d", KERNEL_TEXT, KERNEL_BASE, 0, STT_NOTYPE, STB_GLOBAL},
		{"$d", KERNEL_TEXT, KERNEL_BASE, 8, STT_FUNC, STB_LOCAL},
		{"$d", KERNEL_TEXT, KERNEL_BASE, 8, STT_OBJECT, STB_LOCAL},
		{"$d", SHN_ABS, KERNEL_BASE, 0, STT_NOTYPE, STB_LOCAL},
	};
	static const struct elf_symbol mark[] = {MARK("$d", 0)};
	static const uint16_t machines[] = {EM_X86_64, EM_LOONGARCH};
	struct reading r;

	(void)state;
	read_symbols(&r, EM_RISCV, others, COUNT(others));
	assert_data(r.functions, 0, NOWHERE, NOWHERE);
	release(&r);
	for (size_t i = 0; i < COUNT(machines); i++) {
		read_symbols(&r, machines[i], mark, COUNT(mark));
		assert_data(r.functions, 0, NOWHERE, NOWHERE);
		release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_isa),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
