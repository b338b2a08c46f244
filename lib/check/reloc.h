/* What the checks of relocations share. For the files of lib/check only. */
#ifndef PERCPU_CHECK_RELOC_H
#define PERCPU_CHECK_RELOC_H

#include "lib/check/run.h"

/* Where a reference stands: section and address of its code or data, and what it is against. */
struct place target_of_reference(struct check_run *run, const struct reference *reference);

/* The same with the function or object it stands in. To find the first one takes all symbols. */
struct place at_reference(struct check_run *run, const struct reference *reference);

/* "R_X86_64_PC32 in start+0x12", or without the function (the object, of data) where none covers
 * the place. */
const char *reference_text(struct check_run *run, const struct reference *reference);

/*
 * Does it name a boundary symbol of the layout? Those are numbers that start-up computes with, not
 * variables.
 */
bool names_bound(const struct check_run *run, const struct reference *reference);

/* Has a boundary symbol of the layout, by whatever name, this value? */
bool is_bound_value(const struct check_run *run, uint64_t value);

/*
 * What a fault is in this layout: an error where the model is known; a warning in an object of
 * unknown model.
 */
enum severity by_model(const struct check_run *run);

/* "in C ..., in assembly ...": how to reach a variable in model zero. */
const char *access_fix(struct check_run *run);

/* The value that a PC-relative field forms is exact only if it fits: not all are refused. True of
 * other fields, and in objects. */
bool fits_pc_relative(const struct check_run *run, const struct reference *reference,
	const struct reloc_info *info);

/* ", one of 4" and `what` behind it: how many references a finding is about that names the first.
 * Empty for one. */
const char *one_of(struct check_run *run, size_t count, const char *what);

/*
 * Does an instruction shortly before the place add the per-CPU register, to a sum that nobody else
 * takes? What the linker has relaxed was an access then.
 */
bool follows_base(const struct check_run *run, const struct reference *reference);

/* The same of the instruction at an offset of a section's code. */
bool follows_base_in(const struct check_run *run, struct span code, uint64_t offset);

#endif
