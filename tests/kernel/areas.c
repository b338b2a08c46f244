/* Start-up: areas in the image or in memory of the kernel's, the errors, and all of it once more.
 */
#include "check.h"
#include "kernel.h"
#include "variables.h"

#ifdef PERCPU_DYNAMIC
/* What a kernel would allocate: areas in a row, and of the last CPU far from them. */
enum { AREA_BYTES = 128 * 1024, CPUS_IN_A_ROW = CPUS - 1 };
char user_areas[CPUS_IN_A_ROW * AREA_BYTES] __attribute__((aligned(4096)));
char user_gap[AREA_BYTES];
char user_far_area[AREA_BYTES] __attribute__((aligned(4096)));
#endif

/* There is nothing to reset, and no register that a reset could use. */
static void reset_refused(void)
{
#ifdef PERCPU_HAS_TEMPLATE
	SAME(percpu_reset_to_init(array), PERCPU_ERROR_NOT_INITIALISED);
	SAME(percpu_remote_reset_to_init(array, 0), PERCPU_ERROR_NOT_INITIALISED);
#endif
}

#ifdef PERCPU_SP_NAIVE

void areas_init(void)
{
	reset_refused();
	SAME(percpu_init_in_place(), 1);
	SAME(percpu_area_size(), 0);
	SAME(percpu_area_num(), 1);
	SAME(percpu_area_base(0), 0);
}

#elif defined(PERCPU_DYNAMIC)

void areas_init(void)
{
	reset_refused();
	SAME(percpu_init(NULL, CPUS_IN_A_ROW), PERCPU_ERROR_NULL_BASE);
	SAME(percpu_init(user_areas + 8, CPUS_IN_A_ROW), PERCPU_ERROR_UNALIGNED_BASE);
	SAME(percpu_area_num(), 0);
	SAME(percpu_area_layout(CPUS_IN_A_ROW).size <= sizeof(user_areas), true);
	SAME(percpu_area_layout(1).align <= 4096, true);
	SAME(percpu_init(user_areas, CPUS_IN_A_ROW), CPUS_IN_A_ROW);
	SAME(percpu_init_reg(CPUS_IN_A_ROW), PERCPU_ERROR_NOT_INITIALISED);
	SAME(percpu_init_cpu(CPUS_IN_A_ROW, user_far_area), PERCPU_OK);
	SAME(percpu_init_cpu(CPUS_IN_A_ROW, user_far_area), PERCPU_ERROR_ALREADY);
	SAME(percpu_area_base(CPUS_IN_A_ROW), (uintptr_t)user_far_area);
	SAME(percpu_area_num(), CPUS);
}

#else

#if defined(PERCPU_DEBUG) && defined(PERCPU_HAS_TEMPLATE)
/* The last CPU comes later: until then what is reserved for it is nobody's, and poison. */
static void areas_in_place(void)
{
	extern char _percpu_start[];
	volatile char *const last = _percpu_start + (CPUS - 1) * percpu_area_stride();

	SAME(percpu_init_in_place_cpus(0), PERCPU_ERROR_CPU_RANGE);
	SAME(percpu_init_in_place_cpus(CPUS + 1), PERCPU_ERROR_NO_ROOM);
	SAME(percpu_init_in_place_cpus(CPUS - 1), CPUS - 1);
	SAME(percpu_area_num(), CPUS - 1);
	SAME(percpu_area_base(CPUS - 1), 0);
	SAME(percpu_sum(aligned), 256 * (CPUS - 1));
	for (size_t i = 0; i < percpu_area_stride(); i++)
		SAME(last[i], 0x5a);
	SAME(percpu_init_cpu(CPUS - 1, (char *)last), PERCPU_OK);
}
#else
static void areas_in_place(void)
{
	SAME(percpu_init_in_place(), CPUS);
}
#endif

void areas_init(void)
{
	reset_refused();
	SAME(percpu_init_reg(0), PERCPU_ERROR_NOT_INITIALISED);
	SAME(percpu_area_num(), 0);
	areas_in_place();
	SAME(percpu_init_in_place(), PERCPU_ERROR_ALREADY);
	SAME(percpu_area_num(), CPUS);
	SAME(percpu_init_reg(PERCPU_CPUS_MAX), PERCPU_ERROR_CPU_RANGE);
}

#endif

#if defined(PERCPU_DEBUG) && defined(PERCPU_OVERLAY)
/* The boot CPU has an area before start-up, and writes what all CPUs are to begin with. */
void areas_spoil(void)
{
	extern char _percpu_start[];

	percpu_write_reg((uintptr_t)_percpu_start);
	percpu_write(read_mostly, 0);
}
#endif

void test_again(size_t cpu)
{
#ifndef PERCPU_HAS_TEMPLATE
	if (cpu == 0)
		SAME(percpu_reinit(), PERCPU_ERROR_NO_TEMPLATE);
#else
	char *const stale = (char *)percpu_remote_ptr(page, cpu);

	meet();
	if (cpu == 0) {
		SAME(percpu_reinit(), PERCPU_OK);
		SAME(percpu_area_num(), 0);
		SAME(percpu_reinit(), PERCPU_ERROR_NOT_INITIALISED);
#ifdef PERCPU_DEBUG
		SAME(*(volatile char *)stale, 0x5a);
#endif
		areas_init();
	}
	meet();
	SAME((uintptr_t)percpu_remote_ptr(page, cpu), (uintptr_t)stale);
	SAME(percpu_init_reg(cpu), PERCPU_OK);
#endif
	meet();
}
