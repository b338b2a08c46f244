/* Each allocation fails once: an error comes back, nothing crashes, nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/alloc.h"
#include "tests/unit/checked.h"
#include "tests/unit/kernel.h"

/* More allocations than any run below makes. */
enum { CALLS_MAX = 20000 };

/* Runs `work` until no allocation fails any more; returns how many runs that took. */
static size_t fail_each(bool (*work)(void *context, struct error *error), void *context)
{
	for (size_t n = 1; n < CALLS_MAX; n++) {
		struct error error = {0};
		const size_t before = alloc.now;
		bool fine;

		alloc.calls = 0;
		alloc.fail_at = n;
		fine = work(context, &error);
		alloc.fail_at = 0;
		assert_int_equal(alloc.now, before);
		if (alloc.calls < n) {
			assert_true(fine);
			return n;
		}
		/* A demangler that has no memory leaves a name as it is. */
		if (!fine)
			assert_int_equal(error.kind, ERROR_MEMORY);
	}
	return CALLS_MAX;
}

static bool check_bytes(void *context, struct error *error)
{
	const struct elf_file *file = context;
	struct checked c;
	bool fine = checked_run(&c, elf_span(file), NULL);

	*error = c.error;
	for (size_t i = 0; fine && emitter_at(i); i++) {
		FILE *to = fopen("/dev/null", "w");

		assert_non_null(to);
		fine = checked_emit(emitter_at(i), &c.file, to);
		fclose(to);
	}
	checked_release(&c);
	return fine;
}

static void sound_kernel(void **state)
{
	struct elf_file file = elf_write(&kernel_spec);

	(void)state;
	assert_in_range(fail_each(check_bytes, &file), 3, CALLS_MAX - 1);
	free(file.data);
}

/* Many variables, each with findings: arrays grow, texts fill blocks. */
static void kernel_of_findings(void **state)
{
	enum { MANY = 3000 };
	struct elf_symbol *symbols = calloc(MANY, sizeof(*symbols));
	struct elf_spec spec = kernel_spec;
	struct elf_file file;

	(void)state;
	assert_non_null(symbols);
	memcpy(symbols, kernel_symbols, sizeof(kernel_symbols));
	for (size_t i = COUNT(kernel_symbols); i < MANY; i++)
		symbols[i] = (struct elf_symbol){.name = "_ZN1a14__PERCPU_TICKS17h0123456789abcdefE",
			.section = i % 2 ? KERNEL_PERCPU : KERNEL_DATA, .value = i % 0x38, .size = 6,
			.type = STT_OBJECT, .bind = STB_GLOBAL};
	spec.symbols = symbols;
	spec.symbol_count = MANY;
	file = elf_write(&spec);
	assert_in_range(fail_each(check_bytes, &file), 20, CALLS_MAX - 1);
	free(file.data);
	free(symbols);
}

/* A path of the file on disk: --objects takes nothing else. */
static bool open_inputs(void *context, struct error *error)
{
	const char *const path = context;
	struct arena arena = {0};
	const char *failed = NULL;
	struct inputs inputs;
	bool fine = inputs_open(&inputs, &path, 1, NULL, &arena, &failed, error);

	inputs_close(&inputs);
	arena_release(&arena);
	return fine;
}

static void objects(void **state)
{
	char path[] = "/tmp/percpu-tool-test-XXXXXX";
	const int fd = mkstemp(path);
	struct elf_spec spec = kernel_spec;
	struct elf_file file;

	(void)state;
	assert_true(fd >= 0);
	spec.type = ET_REL;
	spec.segment_count = 0;
	file = elf_write(&spec);
	assert_int_equal(write(fd, file.data, file.size), file.size);
	close(fd);
	assert_in_range(fail_each(open_inputs, path), 4, CALLS_MAX - 1);
	unlink(path);
	free(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_kernel),
		cmocka_unit_test(kernel_of_findings),
		cmocka_unit_test(objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
