#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/bytes.h"
#include "lib/base/error.h"
#include "lib/base/parallel.h"

static void arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena arena = {0};

	(void)state;
	for (size_t size = 1; size < 70000; size = size * 3 + 1) {
		unsigned char *bytes = arena_alloc(&arena, size, 1);

		assert_non_null(bytes);
		assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xff, size);
	}
	assert_true(arena.bytes > 70000 / 3);
	arena_release(&arena);
	assert_int_equal(arena.bytes, 0);
	assert_non_null(arena_alloc(&arena, 1, 1));
	arena_release(&arena);
}

static void arena_refuses_what_overflows(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_null(arena_alloc(&arena, SIZE_MAX, 1));
	assert_null(arena_alloc(&arena, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(&arena, 2, SIZE_MAX / 2 + 1));
	assert_null(arena_alloc(&arena, 1, SIZE_MAX - 8));
	assert_non_null(arena_alloc(&arena, 0, SIZE_MAX));
	assert_non_null(arena_alloc(&arena, SIZE_MAX, 0));
	arena_release(&arena);
}

static void arena_arrays_grow(void **state)
{
	struct arena arena = {0};
	size_t *numbers = NULL, count = 0, room = 0;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		assert_true(ARENA_GROW(&arena, numbers, count, room));
		numbers[count++] = i;
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(numbers[i], i);
	assert_true(arena.bytes < 10000 * sizeof(*numbers) * 5);
	arena_release(&arena);
}

static void arena_copies_text(void **state)
{
	struct arena arena = {0};

	(void)state;
	assert_string_equal(arena_strndup(&arena, "percpu", 3), "per");
	assert_string_equal(arena_strndup(&arena, "", 0), "");
	assert_string_equal(arena_printf(&arena, "%s %d", "cpu", 3), "cpu 3");
	arena_release(&arena);
}

static void ranges(void **state)
{
	(void)state;
	assert_true(range_within(0, 0, 0));
	assert_true(range_within(4, 4, 8));
	assert_false(range_within(5, 4, 8));
	assert_false(range_within(UINT64_MAX, 2, 8));
	assert_false(range_within(1, UINT64_MAX, 8));
	assert_true(ranges_overlap(0, 2, 1, 2));
	assert_true(ranges_overlap(UINT64_MAX - 1, 1, 0, UINT64_MAX));
	assert_false(ranges_overlap(0, 2, 2, 2));
	assert_false(ranges_overlap(0, 0, 0, 4));
}

static void reads(void **state)
{
	static const uint8_t bytes[] = {0, 0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88};

	(void)state;
	assert_int_equal(read_le16(bytes + 1), 0x8201);
	assert_int_equal(read_le32(bytes + 1), 0x84038201);
	assert_true(read_le64(bytes + 1) == UINT64_C(0x8807860584038201));
}

static void alignment(void **state)
{
	(void)state;
	assert_int_equal(align_up(65, 64), 128);
	assert_int_equal(align_up(64, 64), 64);
	assert_int_equal(align_up(5, 0), 5);
	assert_int_equal(align_up(5, 3), 6);
	assert_true(align_up(UINT64_MAX, 16) == 0);
	assert_true(is_power_of_two(1) && is_power_of_two(UINT64_C(1) << 63));
	assert_false(is_power_of_two(0) || is_power_of_two(6));
}

static void errors_keep_the_first(void **state)
{
	struct error error = {0};

	(void)state;
	assert_false(error_set(&error, ERROR_INPUT, "field %d", 1));
	assert_false(error_memory(&error));
	assert_int_equal(error.kind, ERROR_INPUT);
	assert_string_equal(error.text, "field 1");
}

static void errors_are_one_line(void **state)
{
	struct error error = {0};
	char name[1000];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	error_set(&error, ERROR_INPUT, "section \n\033[2J\xff %s", name);
	assert_int_equal(strncmp(error.text, "section ??[2J? nnn", 18), 0);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

static void count_call(void *context, size_t index)
{
	atomic_uint *calls = context;

	atomic_fetch_add(&calls[index], 1);
}

static void parallel_does_each_part_once(void **state)
{
	static const unsigned threads[] = {0, 1, 2, 3, PARALLEL_MAX, PARALLEL_MAX + 1, 1000000};
	enum { PARTS = 500 };

	(void)state;
	assert_true(parallel_cpus() >= 1);
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++)
		for (size_t count = 0; count <= PARTS; count += count < 4 ? 1 : 124) {
			atomic_uint calls[PARTS + 1] = {0};

			parallel_for(count, threads[i], count_call, calls);
			for (size_t k = 0; k <= PARTS; k++)
				assert_int_equal(atomic_load(&calls[k]), k < count);
		}
}

/* One crew for much work, some of which is not worth waiting for. */
static void crews_work_again(void **state)
{
	static const unsigned threads[] = {0, 1, 2, 3, PARALLEL_MAX, 1000000};
	enum { PARTS = 300, TIMES = 40 };

	(void)state;
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		struct crew *crew = crew_begin(threads[i]);

		assert_int_equal(crew == NULL, threads[i] < 2);
		for (size_t time = 0; time < TIMES; time++) {
			atomic_uint beside[PARTS] = {0}, calls[PARTS + 1] = {0};
			const size_t count = time % 4 ? PARTS : time % 3;

			crew_meanwhile(crew, time % 2 ? PARTS : 1, count_call, beside);
			crew_work(crew, count, count_call, calls);
			for (size_t k = 0; k <= PARTS; k++)
				assert_int_equal(atomic_load(&calls[k]), k < count);
			/* In order, and none twice: what is left undone is at the end. */
			for (size_t k = 0; k < PARTS; k++)
				assert_true(atomic_load(&beside[k]) <= (k ? beside[k - 1] : 1));
		}
		crew_end(crew);
	}
}

static void crews_end_in_the_middle(void **state)
{
	static atomic_uint calls[1 << 16];

	(void)state;
	for (size_t time = 0; time < 50; time++) {
		struct crew *crew = crew_begin(2 + (unsigned)time % 3);
		unsigned done, sum = 0;

		memset(calls, 0, sizeof(calls));
		crew_meanwhile(crew, sizeof(calls) / sizeof(calls[0]), count_call, calls);
		if (time % 2)
			crew_dismiss(crew);
		crew_end(crew);
		for (done = 0; done < sizeof(calls) / sizeof(calls[0]) && calls[done]; done++)
			assert_int_equal(calls[done], 1);
		for (size_t k = done; k < sizeof(calls) / sizeof(calls[0]); k++)
			sum += calls[k];
		assert_int_equal(sum, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(arena_refuses_what_overflows),
		cmocka_unit_test(arena_arrays_grow),
		cmocka_unit_test(arena_copies_text),
		cmocka_unit_test(ranges),
		cmocka_unit_test(reads),
		cmocka_unit_test(alignment),
		cmocka_unit_test(errors_keep_the_first),
		cmocka_unit_test(errors_are_one_line),
		cmocka_unit_test(parallel_does_each_part_once),
		cmocka_unit_test(crews_work_again),
		cmocka_unit_test(crews_end_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
