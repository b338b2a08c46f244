/*
 * What becomes of one value, and what is certainly not known at one place, without the values of a
 * whole region: most are settled by a few instructions. Where in doubt, flow.h tells. For lib/code
 * only.
 */
#ifndef PERCPU_CODE_TRACE_H
#define PERCPU_CODE_TRACE_H

#include "lib/code/flow.h"

/*
 * Is the number that the instruction at offset `at` of the region's section sets a register to lost
 * on every path, before memory is reached with it? Added to something that is not known it is no
 * place any more.
 */
bool trace_is_lost(const struct flow_file *file, const struct flow_region *region, uint64_t at);

/*
 * Is something unknown in the address of the memory operand of the instruction at `at`? All of
 * the region's instructions before it are asked what they leave in the registers.
 */
bool trace_is_floating(const struct flow_file *file, const struct flow_region *region, uint64_t at);

#endif
