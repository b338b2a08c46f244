/*
 * THE CONTRACT of an architecture: one const struct, filled in arch/<name>/arch.c from the numbers
 * of arch/<name>/facts.h. Generic code asks this struct and never which architecture it is.
 */
#ifndef PERCPU_ARCH_H
#define PERCPU_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/insn.h"
#include "arch/scan.h"

struct reloc_info;

enum { ARCH_GENERAL = 32 }; /* general registers, at most */

/* A register that may hold a CPU's area. */
struct arch_register {
	uint32_t number;  /* PERCPU_NOTE_REGISTER_* of runtime/percpu_note.h */
	const char *name; /* as the manuals write it */
	uint8_t general;  /* its number among the general ones, or INSN_NO_REGISTER */
};

struct arch {
	const char *name; /* x86_64, aarch64, riscv64, loongarch64: folders, flags, tests */
	uint16_t machine; /* e_machine */
	const char
		*base_register;	 /* the register that holds a CPU's area, as its manual writes it */
	const char *access_form; /* what assembly goes through to reach `symbol` in model zero */
	const char *wide_form;	 /* the same for offsets above offset_limit; NULL: there is none */
	uint32_t cache_line;	 /* bytes two CPUs contend for */
	uint32_t page;		 /* bytes, the smallest translation granule */

	/* The registers that an ABI note may declare; ended by number 0. */
	const struct arch_register *registers;

	/* Model zero: the end of the offsets that the default access sequence holds, and the wide
	 * one. */
	uint64_t offset_limit;
	uint64_t offset_limit_wide;
	/* Indexed by number, with empty rows between: ask reloc_info() of arch/reloc.h. */
	const struct reloc_info *relocs;
	size_t reloc_count;

	/* P of a PC-relative relocation in an instruction is its field, but the machine counts from
	 * the instruction's end: the addend makes up for it. */
	bool counts_from_end;
	/* The relocation that allows the linker to rewrite the instruction at its place; 0: none.
	 */
	uint32_t relax_marker;

	/* Bytes that the length of every instruction is a multiple of; of 4, all are that long. */
	uint8_t insn_unit;
	/*
	 * Do assemblers mark by symbols where code begins among data, `$x`, and data among code,
	 * `$d`? No settle() then: it takes all that it passes over for code.
	 */
	bool mapping_symbols;
	/* Reads one instruction. */
	insn_decode *decode;
	/* Of the general registers, by number, as the psABI has them: ARCH_GENERAL of them, NULL
	 * where there is none. */
	const char *const *general_names;
	/* cs_arch and cs_mode of capstone's header, whichever version knows them. */
	struct {
		bool known; /* capstone has a number for the machine */
		int arch;
		int mode;
	} capstone;
	/* Number of the general register that holds a CPU's area, or INSN_NO_REGISTER where that is
	 * a segment's base or a system register. */
	uint8_t percpu_register;
	uint8_t stack_register; /* the general register of the stack pointer */
	/* Finds where a base may be taken up; on x86_64 that is any gs override. */
	scan_next_base *next_base;
	/* Finds what may reach per-CPU data without a base, or write one. */
	scan_next_suspect *next_suspect;
	/* NULL where what the two name are instructions, around which values may matter. */
	scan_settle *settle;
	/*
	 * Does the instruction at the start of `code` allow interrupts, whatever registers hold?
	 * NULL where no instruction says so by itself.
	 */
	bool (*allows_interrupts)(struct span code);
	/* A bit a general register: those that a function may change, by the psABI. */
	uint32_t call_clobbers;
	/*
	 * Offset in `code` of the instruction whose relocated field of `size` bytes stands at
	 * `field`; `field` itself where none is recognised, and on machines where relocations name
	 * the instruction's start. *doubtful, unless NULL, gets whether others have nearly as much
	 * on their side.
	 */
	uint64_t (*locate)(struct span code, uint64_t field, unsigned size, bool *doubtful);
	/*
	 * The same where the code's first byte is known to begin an instruction: all up to the
	 * field is decoded. NULL where locate() never doubts.
	 */
	uint64_t (*walk)(struct span code, uint64_t field, unsigned size);

	/*
	 * Does the code at `offset` hold what a linker makes of a relocation with the value S + A
	 * at `place`? NULL where the places that linkers leave can be relied on.
	 */
	bool (*holds)(struct span code, uint64_t offset, uint32_t number, uint64_t target,
		uint64_t place);

	/*
	 * The offset in `code` of the literal that the instruction at `at` loads; false for another
	 * instruction. NULL where compilers put no words among the code.
	 */
	bool (*literal_of)(struct span code, uint64_t at, uint64_t *literal);
	/*
	 * The offset in `code` of the instruction that loads a whole literal whose address the one
	 * at `at` completes, as its relocation says: itself, or the next one. False when neither
	 * does. NULL where compilers put no words among the code.
	 */
	bool (*load_of)(struct span code, uint64_t at, uint64_t *load);
	/*
	 * GNU ld makes a PC-relative pair absolute whose symbol is out of reach, and leaves a
	 * relocation of this number with a symbol that means nothing at its high part. The value is
	 * then in the code alone: pair_value() reads it from the two parts at these offsets; false
	 * when they are no such pair. 0 and NULL where no linker does.
	 */
	uint32_t absolute_high;
	bool (*pair_value)(struct span code, uint64_t high, uint64_t low, uint64_t *value);

	/* Linker scripts: what a complete one for QEMU's virt machine states. */
	const char *output_format; /* for OUTPUT_FORMAT */
	const char *output_arch;   /* for OUTPUT_ARCH */
	uint64_t virt_base;	   /* physical address the image is linked at */
	const char *const *
		keep_sections; /* non-allocated or tiny sections of the psABI to keep, NULL-ended */
};

/* The architecture of an e_machine, or of a name; NULL when there is none. Static storage. */
const struct arch *arch_by_machine(uint16_t machine);
const struct arch *arch_by_name(const char *name);

/* `field` as it is: struct arch's `locate` where relocations name the instruction's start. */
uint64_t locate_start(struct span code, uint64_t field, unsigned size, bool *doubtful);

/* A register's name by its number in the ABI note; NULL when the architecture has none of it. */
const char *arch_register_name(const struct arch *arch, uint64_t number);

/*
 * The offset of the next instruction at or after `from`, where one starts, that next_base() or
 * next_suspect() names; code.size when none does. From place to place in time linear in the code.
 */
uint64_t arch_next_named(
	const struct arch *arch, struct span code, uint64_t from, const struct scan_sought *sought);

/* All of them in the order of arches.def; NULL from `index` on where there are no more. */
const struct arch *arch_at(size_t index);

#endif
