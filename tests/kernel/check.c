#include "check.h"

#include <stdbool.h>

#include "kernel.h"
#include "machine.h"

static bool printing;

/* Never given back by a CPU that fails: what it says is the last that is said. */
void print_lock(void)
{
	while (__atomic_test_and_set(&printing, __ATOMIC_ACQUIRE))
		;
}

void print_unlock(void)
{
	__atomic_clear(&printing, __ATOMIC_RELEASE);
}

void print_text(const char *text)
{
	for (; *text; text++)
		machine_put(*text);
}

static void print_number(uint64_t value, unsigned radix)
{
	char digits[20];
	unsigned count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % radix];
		value /= radix;
	} while (value);
	while (count)
		machine_put(digits[--count]);
}

void print_hex(uint64_t value)
{
	print_text("0x");
	print_number(value, 16);
}

void print_decimal(uint64_t value)
{
	print_number(value, 10);
}

static void print_place(const char *file, int line)
{
	print_lock();
	print_text("FAIL ");
	print_text(file);
	print_text(":");
	print_decimal((uint64_t)line);
	print_text(": CPU ");
	print_decimal(this_cpu()->number);
	print_text(": ");
}

void check_passed(void)
{
	print_text("PASS\n");
	machine_exit(true);
}

void check_failed(const char *file, int line, const char *why)
{
	print_place(file, line);
	print_text(why);
	print_text("\n");
	machine_exit(false);
}

void check_same(const char *file, int line, const char *what, uint64_t got, uint64_t want)
{
	if (got == want)
		return;
	print_place(file, line);
	print_text(what);
	print_text(" is ");
	print_hex(got);
	print_text(", not ");
	print_hex(want);
	print_text("\n");
	machine_exit(false);
}

void trap_fatal(uint64_t cause, uint64_t address, uint64_t detail)
{
	print_place("trap", (int)cause);
	print_text("at ");
	print_hex(address);
	print_text(", detail ");
	print_hex(detail);
	print_text("\n");
	machine_exit(false);
}
