/* Instructions that the bytes before them leave in doubt: what settles them, and what cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/changed.h"

enum { VARIABLE = 7, LONG = 0x14000, NOP = 0x90, ENTRIES = 3 };

/*
 * gcc's, of u16 arithmetic: in the 128 bytes before the last addw $0xdef0, %gs:0x25b6 more starts
 * arrive at its 81 04 25, addl $..., 0x25b6, than at its prefixes.
 */
static const uint8_t body[] = {0xbf, 0xab, 0xe9, 0x10, 0x00, 0xe8, 0x64, 0x81, 0xff, 0xff, 0x65,
	0x66, 0x81, 0x04, 0x25, 0xb6, 0x25, 0x00, 0x00, 0xf0, 0xde, 0x65, 0x66, 0x81, 0x34, 0x25,
	0xb6, 0x25, 0x00, 0x00, 0xf0, 0xde, 0x65, 0x8b, 0x04, 0x25, 0xcc, 0x25, 0x00, 0x00, 0x48,
	0x85, 0xc0, 0x0f, 0x84, 0xfd, 0x09, 0x00, 0x00, 0x65, 0x66, 0x81, 0x0c, 0x25, 0xb6, 0x25,
	0x00, 0x00, 0xf0, 0xde, 0x65, 0x8b, 0x04, 0x25, 0xcc, 0x25, 0x00, 0x00, 0x48, 0x85, 0xc0,
	0x0f, 0x84, 0x81, 0x0a, 0x00, 0x00, 0x65, 0x66, 0x81, 0x2c, 0x25, 0xb6, 0x25, 0x00, 0x00,
	0xf0, 0xde, 0x65, 0x8b, 0x04, 0x25, 0xcc, 0x25, 0x00, 0x00, 0x48, 0x85, 0xc0, 0x0f, 0x84,
	0x45, 0x0a, 0x00, 0x00, 0x65, 0x66, 0x81, 0x24, 0x25, 0xb6, 0x25, 0x00, 0x00, 0x0f, 0x21,
	0x65, 0x8b, 0x04, 0x25, 0xcc, 0x25, 0x00, 0x00, 0x48, 0x85, 0xc0, 0x0f, 0x84, 0x69, 0x0a,
	0x00, 0x00, 0x65, 0x66, 0x81, 0x04, 0x25, 0xb6, 0x25, 0x00, 0x00, 0xf0, 0xde, 0x65, 0x0f,
	0xb7, 0x0c, 0x25, 0xb6, 0x25, 0x00, 0x00, 0xc3};
enum { FIELD = 0x8a };

/* mov %gs:0, %rax: nobody doubts it. */
static const uint8_t plain[] = {0x65, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0};
enum { PLAIN_FIELD = 5 };

/* A kernel with more code in .text: an object, or linked at `address`. */
struct doubts {
	struct changed k;
	uint8_t code[LONG + 2 * sizeof(body)];
	Elf64_Rela entries[ENTRIES];
	size_t count;
	uint64_t address; /* of the code */
};

static void begin(struct doubts *d, uint64_t address)
{
	struct elf_section *text = &d->k.sections[KERNEL_TEXT - 1];

	d->count = 0;
	d->address = address;
	memset(d->code, NOP, sizeof(d->code));
	start(&d->k);
	d->k.options.layout.model = MODEL_ZERO;
	add_section(&d->k, (struct elf_section){".rela.text", SHT_RELA, 0, 0, 0, 8, d->entries,
				   COUNT(kernel_sections) + 2, KERNEL_TEXT, sizeof(Elf64_Rela)});
	text->bytes = d->code;
	text->size = sizeof(d->code);
	text->addr = address;
	/* No name for the code. */
	d->k.symbols[1].section = KERNEL_DATA;
	if (address)
		return;
	for (size_t i = 0; i < d->k.spec.section_count; i++)
		d->k.sections[i].addr = 0;
	for (size_t i = 0; i < COUNT(kernel_symbols); i++)
		if (d->k.symbols[i].value >= KERNEL_BASE)
			d->k.symbols[i].value = 0;
	d->k.spec.type = ET_REL;
	d->k.spec.segment_count = 0;
}

static void put(struct doubts *d, size_t at, const uint8_t *bytes, size_t size, size_t field)
{
	assert_true(d->count < ENTRIES && at + size <= sizeof(d->code));
	memcpy(d->code + at, bytes, size);
	d->entries[d->count++] = (Elf64_Rela){
		d->address + at + field, ELF64_R_INFO((uint64_t)VARIABLE, R_X86_64_32S), 0};
	d->k.sections[COUNT(kernel_sections)].size = d->count * sizeof(Elf64_Rela);
}

static void put_body(struct doubts *d, size_t at)
{
	put(d, at, body, sizeof(body), FIELD);
}

static void put_name(struct doubts *d, uint64_t at, uint64_t size)
{
	add_symbol(&d->k,
		(struct elf_symbol){"f", KERNEL_TEXT, d->address + at, size, STT_FUNC, STB_GLOBAL});
}

/* So many of the instructions are taken for ones that reach memory at an offset. */
static void assert_direct(const struct doubts *d, size_t count)
{
	struct elf_file file = elf_write(&d->k.spec);
	struct checked c;

	assert_true(checked_run(&c, elf_span(&file), &d->k.options));
	assert_int_equal(checked_findings(&c, "reloc_kind", SEVERITY_WARNING), count);
	checked_release(&c);
	free(file.data);
}

static struct doubts doubts;

static void settled_by_a_name(void **state)
{
	(void)state;
	begin(&doubts, 0);
	put_body(&doubts, LONG);
	put_name(&doubts, LONG, sizeof(body));
	assert_direct(&doubts, 0);
	/* And linked. */
	begin(&doubts, KERNEL_BASE);
	put_body(&doubts, LONG);
	put_name(&doubts, LONG, sizeof(body));
	assert_direct(&doubts, 0);
}

/* The section's first byte begins an instruction too, wherever the section stands. */
static void settled_by_the_section(void **state)
{
	(void)state;
	begin(&doubts, 0);
	put_body(&doubts, 0);
	assert_direct(&doubts, 0);
	begin(&doubts, 0);
	put_body(&doubts, 0x8000);
	assert_direct(&doubts, 0);
	begin(&doubts, KERNEL_BASE);
	put_body(&doubts, 0x8000);
	assert_direct(&doubts, 0);
	/* Address 0 is near, and far from the section's start. */
	begin(&doubts, 0x8000);
	put_body(&doubts, 0x1000);
	assert_direct(&doubts, 0);
}

/* Too much code before it: the bytes alone have their way, unless a reference is near. */
static void settled_by_a_reference(void **state)
{
	(void)state;
	for (unsigned near = 0; near < 2; near++) {
		begin(&doubts, 0);
		put_name(&doubts, 0, sizeof(doubts.code));
		if (near)
			put(&doubts, LONG - 0x100, plain, sizeof(plain), PLAIN_FIELD);
		put_body(&doubts, LONG);
		assert_direct(&doubts, near ? 0 : 1);
		/* One in another function says nothing. */
		begin(&doubts, 0);
		put_name(&doubts, 0, LONG - 0x100);
		if (near)
			put(&doubts, LONG - 0x200, plain, sizeof(plain), PLAIN_FIELD);
		put_body(&doubts, LONG);
		assert_direct(&doubts, 0);
	}
}

/* The second is settled from the first, which was in doubt itself. */
static void two_in_one_function(void **state)
{
	(void)state;
	begin(&doubts, 0);
	put_name(&doubts, 0x8000, 0);
	put_body(&doubts, 0x8000);
	put_body(&doubts, LONG);
	assert_direct(&doubts, 0);
	begin(&doubts, 0);
	put_name(&doubts, 0x10, 0);
	put_body(&doubts, 0x8000);
	put_body(&doubts, LONG);
	assert_direct(&doubts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settled_by_a_name),
		cmocka_unit_test(settled_by_the_section),
		cmocka_unit_test(settled_by_a_reference),
		cmocka_unit_test(two_in_one_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
