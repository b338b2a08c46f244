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

/* Targets of jumps that are still to come, and what is unknown where the jumps are: of two that
 * would have one place the later one. */
struct trace_jumps {
	struct {
		uint32_t to; /* from the region's start; 0: none */
		uint32_t unknown;
	} items[128];
};

/* How far a region's instructions have been asked what they leave in the registers. */
struct trace_unknown {
	const struct flow_file *file;
	const struct flow_region *region;
	uint64_t at;   /* offset in the section: an instruction begins there */
	uint32_t held; /* a bit a general register: something unknown is in it */
	struct trace_jumps jumps;
};

/* At the start of the region, which is kept as long as *t is used. */
void trace_begin(
	struct trace_unknown *t, const struct flow_file *file, const struct flow_region *region);

/*
 * Is something unknown in the address of the memory operand of `insn`, which stands at offset `at`?
 * The next one that is asked for stands behind it.
 */
bool trace_is_floating(struct trace_unknown *t, uint64_t at, const struct insn *insn);

#endif
