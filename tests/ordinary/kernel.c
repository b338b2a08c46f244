/*
 * What stands for a kernel beside a library that is none: accesses through the register, each in a
 * function of its own, which `access` has to list; with PLANTED one that lacks it, which `check`
 * has to find. Compiled without a note: the tool is told the model, or sees it in this code.
 */
#define PERCPU_NO_NOTE
#include "runtime/percpu.h"

/* Of those that run.sh makes. */
DECLARE_PERCPU(uint8_t, v1000);
DECLARE_PERCPU(uint32_t, v1002);
DECLARE_PERCPU(uint64_t, v1003);

uint64_t control_read(void);
uint64_t control_read(void)
{
	return percpu_read_raw(v1003);
}

uint32_t control_word(void);
uint32_t control_word(void)
{
	return percpu_read_raw(v1002);
}

void control_write(uint8_t x);
void control_write(uint8_t x)
{
	percpu_write_raw(v1000, x);
}

#ifdef PLANTED
/* As if it were a plain variable. */
uint64_t control_planted(void);
uint64_t control_planted(void)
{
	return __PERCPU_v1003;
}
#endif

/* access_early finds nothing here. */
void _start(void);
void _start(void)
{
	for (;;)
		;
}
