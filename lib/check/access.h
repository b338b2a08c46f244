/* What the checks of accesses share. For the files of lib/check only. */
#ifndef PERCPU_CHECK_ACCESS_H
#define PERCPU_CHECK_ACCESS_H

#include "lib/check/run.h"
#include "lib/code/accesses.h"

/*
 * The accesses of the image's code, suspects among them; read when the first check asks. NULL with
 * the run's error set when that fails.
 */
const struct accesses *accesses_of(struct check_run *run);

/* Is the layout's code to go through a register, and is that known? The model says it. */
bool goes_through_register(const struct check_run *run);

/*
 * Of a stripped image it is known where the template is, and of what is in it and behind it
 * nothing: what the running check asks of the code rests on the model alone, which is then not to
 * be assumed. True, and said, when it is.
 */
bool rests_on_assumption(struct check_run *run);

/* Does it reach a variable of the layout? Where they have no names: its section. */
bool is_of_data(const struct check_run *run, const struct access *access);

/*
 * The accesses, for a check of those through a register; NULL where the model is another, where no
 * register holds the base, which is said to be skipped, or with the run's error set.
 */
const struct accesses *register_accesses(struct check_run *run);

/* Is it through one of the layout's own registers? */
bool is_of_layout(const struct check_run *run, const struct access *access);

/*
 * Is its instruction seen to be run, from the entry on, before anything writes a base? In linked
 * files; false where the entry is in no code, or with the run's error set when memory runs out.
 */
bool access_is_early(struct check_run *run, const struct access *access);

/*
 * Where an access stands: section, address, bytes and function of its instruction; and the variable
 * that it reaches, with the place in it.
 */
struct place at_access(struct check_run *run, const struct access *access);

/* "read of 8 bytes in start+0x12"; the function is left out where none covers the place. */
const char *access_text(struct check_run *run, const struct access *access);

/* " in start+0x12", or nothing. */
const char *place_text(struct check_run *run, uint32_t section, uint64_t address);

/*
 * Does it take the word around something smaller? Machines without atomics of 8 and 16 bits change
 * the aligned word around: by ll and sc, or, as long as the other bytes stay, by an atomic and, or,
 * xor of the word.
 */
bool is_emulation(const struct check_run *run, const struct access *access);

/* The value of the symbol of that name that the image defines. */
struct maybe symbol_value(struct check_run *run, const char *name);

/* The bytes of an instruction at a virtual address, in an object an offset in `section`. */
struct span code_at(
	const struct check_run *run, uint32_t section, uint64_t address, uint8_t length);

/* An instruction that reads a register, no general one, that may hold the base. */
struct base_read {
	uint32_t section;
	uint64_t offset; /* in the section, bytes */
	uint8_t base;	 /* PERCPU_NOTE_REGISTER_* */
	bool patched;	 /* the kernel puts something else there at start-up (.altinstructions) */
};

/* All of them, in the order of the file; in the run's arena. */
struct base_reads {
	struct base_read *items;
	size_t count, room;
	bool readable; /* .altinstructions is in the form that is known, or there is none */
	/* Of base_is_patched(): what was asked last, and the answer. */
	bool asked, last;
	uint32_t section;
	struct function_extent extent;
};

/* Finds them. False with the run's error set when that fails. */
bool base_reads_find(struct check_run *run, struct base_reads *reads);

/* Is any of those patched that are in the access's function? Ask in the order of the file. */
bool base_is_patched(struct check_run *run, struct base_reads *reads, const struct access *access);

/* Does any function read one register on one path, and another one on another? */
bool base_is_chosen(struct check_run *run, const struct base_reads *reads);

/* Where control gets in 32-bit code on x86_64, a bit a byte of each section; zeroed before use. */
struct mode_32 {
	uint64_t **seen;
	uint64_t *pending; /* addresses that are still to be walked from */
	size_t count, room;
};

/*
 * Is the access, which goes to a variable without a base, what 64-bit decoders make of an absolute
 * address in 32-bit code? It is taken for that in functions that load the GDT, in those that are
 * reached from a 32-bit entry, and, with relocations, where none says the distance; a part of a
 * variable also in functions that nothing shows to be of 64 bits.
 */
bool is_32_bit(struct check_run *run, struct mode_32 *mode, const struct access *access);

/* What is loaded at an address that may be a physical one. */
uint64_t virtual_address(const struct check_run *run, uint64_t address);

/* The section of code that a virtual address is in; 0: none. */
uint32_t code_section(const struct check_run *run, uint64_t address);

#endif
