/* A position-independent program that ends well if the runtime knows how areas are aligned. */
#include "runtime/percpu.h"

#include "tests/runtime/program.h"

static DEFINE_PERCPU_ALIGNED(long, table[4], 512) = {1, 2, 3, 4};
static volatile int accesses;

void start(void);
void start(void)
{
	/* The register is not set up: only what a link makes of the access is tested. */
	if (accesses)
		percpu_inc(table[1]);
	program_exit(percpu_area_align() == 512 ? 0 : 1);
}
