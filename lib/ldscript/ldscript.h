/* Linker fragments and scripts that lay out per-CPU data, for bfd and lld alike. */
#ifndef PERCPU_LDSCRIPT_H
#define PERCPU_LDSCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "arch/arch.h"
#include "lib/base/error.h"
#include "lib/model/profile.h"

enum {
	LDSCRIPT_STRIDE_ALIGN_MIN = 64,
	LDSCRIPT_STRIDE_ALIGN_MAX = 1 << 30,
	LDSCRIPT_CPUS_MAX = 1 << 20,
	LDSCRIPT_RESERVE_MAX = 1 << 30,
};

struct ldscript_options {
	const struct arch *arch; /* NULL: for any; `full` needs one */
	enum model model;
	enum placement placement;
	uint64_t cpus;	       /* 0: not given */
	uint64_t stride_align; /* a power of two */
	uint64_t vma;	       /* where `vma_given`; otherwise in place. Model zero stands at 0. */
	bool vma_given;
	uint64_t reserve; /* bytes behind the template in each area, before rounding up */
	/* Virtual minus physical, an expression; NULL: that of the script around it. */
	const char *load_offset;
	/* An output section of the linker's own script; NULL: a fragment to paste. */
	const char *insert_after;
	bool pristine; /* room behind the areas for a copy of the template */
	bool full;     /* a complete script */
	bool wide;     /* accesses use the architecture's wide sequence */
};

/*
 * Writes the script. The same options give the same bytes. False for options that no script can
 * fulfil: then nothing was written, and *error says which. A failed write shows in ferror(to).
 */
bool ldscript_write(const struct ldscript_options *options, FILE *to, struct error *error);

#endif
