/* No variables at all: areas have a stride all the same, and what is allocated stays in them. */
#include "tests/unit/runtime/areas.h"

static void areas_of_nothing(void **state)
{
	char *memory = areas_alloc(3);
	const size_t stride = percpu_area_stride();

	(void)state;
	assert_int_equal(percpu_area_size(), 0);
	assert_int_equal(stride, 64);
	assert_int_equal(percpu_area_layout(3).size, 3 * 64);
	assert_int_equal(percpu_init(memory, 3), 3);
	for_each_percpu(cpu)
		assert_int_equal(percpu_area_base(cpu), (uintptr_t)memory + cpu * stride);
}

static void allocation(void **state)
{
	uintptr_t offset, last = 0;

	(void)state;
	assert_int_equal(percpu_alloc(PERCPU_RESERVE, 8), 0);
	while ((offset = percpu_alloc(8, 8)) != 0) {
		assert_true(offset + 8 <= percpu_area_stride());
		assert_true(offset > last);
		last = offset;
	}
	assert_int_equal(last, 56);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_of_nothing),
		cmocka_unit_test(allocation),
	};

	return cmocka_run_group_tests_name("runtime: empty", tests, NULL, NULL);
}
