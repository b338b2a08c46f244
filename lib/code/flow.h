/*
 * The values of general registers along the paths of one function, and what its instructions do
 * with memory whose address is then known. For lib/code only.
 */
#ifndef PERCPU_CODE_FLOW_H
#define PERCPU_CODE_FLOW_H

#include "lib/code/accesses.h"
#include "lib/code/fixups.h"
#include "lib/code/value.h"
#include "lib/model/functions.h"

enum { FLOW_REGISTERS = 32 };

/* What is known of the general registers at one place: of most of them, mostly, nothing. */
struct state {
	uint32_t known; /* a bit a register; of the others nothing, and what is in `reg` is of no
			   use */
	/*
	 * It has been asked whether an address is 0 that is: of a symbol which nobody defines, and
	 * what is meant from 0 on may be that.
	 */
	bool undefined;
	uint32_t places; /* likewise, of those that are known: memory at such a value may matter */
	struct value reg[FLOW_REGISTERS];
	/* What a general register that is a base's was set to, a constant, last; the register has
	 * the base, whatever that is. VALUE_UNKNOWN: nobody knows. */
	struct value put;
};

/* Virtual addresses of traps behind which code goes on, in their order. */
struct warnings {
	const uint64_t *items;
	size_t count;
};

/* An instruction that is written over: code goes on behind it, whatever it is. */
struct patch {
	uint64_t address; /* virtual */
	uint64_t to;	  /* likewise, where a jump leads to that may stand there; 0: none may */
};

/* By address; one may have several. */
struct patches {
	const struct patch *items;
	size_t count;
};

/* A section of a linked file that the linker alone has written. */
struct flow_words {
	uint64_t address;
	struct span bytes;
	bool got;
};

/* What stays the same for all code of a file. */
struct flow_file {
	const struct image *image;
	const struct layout_list *list;
	const struct functions *functions; /* the image's */
	struct fixups fixups;
	struct state entry; /* at a function's start: the base where a general register has it */
	uint32_t bases;	    /* a bit a PERCPU_NOTE_REGISTER_*: those that hold a base here */
	uint32_t general;   /* a bit a general register: those of them that are such */
	struct warnings warnings;
	struct patches patches;
	/* Sections whose words are constants, by address, with their bytes. */
	const struct flow_words *words;
	size_t word_count;
	bool suspects; /* struct accesses_options */
	bool related;  /* of suspects: a place without a base is one that a relocation says */
	bool sparse;   /* of suspects: nobody asks what is added to something unknown */
	bool remote;   /* struct accesses_options */
};

/* A run of code that control enters at its start, and by jumps from within. */
struct flow_region {
	uint32_t section;
	struct span code; /* the section's bytes */
	uint64_t start;	  /* offsets in it */
	uint64_t end;
};

/* What is longer is read in pieces of about this many bytes, of which none is longer than the most.
 */
enum { FLOW_PIECE = 1 << 16, FLOW_REGION_MAX = FLOW_PIECE + 16 };

/*
 * The region around offset `at` of a section, or the piece of it: it begins and ends where
 * instructions do. *extent gets what name covers it, if any does.
 */
struct flow_region flow_region_at(const struct image *image, const struct functions *functions,
	uint32_t section, uint64_t at, struct function_extent *extent);

/* functions_data(), with offsets in the section. */
struct data_range flow_data_from(const struct image *image, const struct functions *functions,
	uint32_t section, uint64_t offset);

/* What the regions of one part come to. */
struct flow_sink {
	struct access *items;
	size_t count, room;
	struct base_write *writes;
	size_t write_count, write_room;
	struct arena *arena;
	uint64_t unread, read; /* bytes; flow_read() leaves it to others to count marked data */
};

struct step;
struct meeting;

/* Room for one region after the other, in an arena. Zero-initialise it; the arena's owner frees. */
struct flow_scratch {
	struct arena *arena;
	struct step *steps;
	size_t step_room;
	uint32_t *step_at;
	size_t step_at_room;
	struct meeting *meetings;
	size_t meeting_room;
};

/* Those of a linked Linux, in `arena`; of other files there are none. False without memory. */
bool warnings_read(const struct image *image, struct arena *arena, struct warnings *warnings);

/* The same of what Linux writes over. */
bool patches_read(const struct image *image, struct arena *arena, struct patches *patches);

/* The first one at an address or behind it, or the end of `items`. */
const struct patch *patches_from(const struct patches *patches, uint64_t address);

/* Is there one at the address? */
bool patches_has(const struct patches *patches, uint64_t address);

/* May what stands behind the instruction at `address` be run after it? */
bool flow_goes_on(const struct flow_file *file, const struct insn *insn, uint64_t address);

/* Has `value` for the register's, unless it says nothing. */
void state_set(struct state *state, uint8_t number, struct value value);

/* Its bit in such a set, none for what stands for no register. */
static inline uint32_t flow_bit(uint8_t number)
{
	return number < FLOW_REGISTERS ? UINT32_C(1) << number : 0;
}

/* The registers that its memory is addressed with. */
static inline uint32_t flow_address_registers(const struct insn *insn)
{
	const bool inside = insn->kind == INSN_ADD;

	return flow_bit(inside ? insn->base : insn->first) |
	       flow_bit(inside ? insn->index : insn->second);
}

/* Does it load the base from the variable that keeps it? */
bool flow_brings_base(const struct access *access);

/* Is the section written by the linker alone: literals among the code, the GOT? */
bool flow_is_constant(const struct section *section);

/* The section of those 8 bytes at a virtual address that the linker alone writes; NULL: code may.
 */
const struct flow_words *flow_constant_at(const struct flow_file *file, uint64_t address);

/* Sets `file->words` of its image, in `arena`. False when memory runs out. */
bool flow_find_words(struct flow_file *file, struct arena *arena);

/* Is it of a size that one instruction reads or writes? */
bool flow_taken_whole(const struct variable *variable);

/*
 * Reads a region and adds its accesses to the sink, in the order of addresses; of an address that
 * is used, the accesses through it only. False with *error set when memory runs out.
 */
bool flow_read(const struct flow_file *file, const struct flow_region *region,
	struct flow_sink *sink, struct flow_scratch *scratch, struct error *error);

/*
 * The same for a region of one instruction, which has been decoded: what it does where nothing is
 * known but what is at a function's start. False in `referring`: no relocation against a template
 * stands in it.
 */
bool flow_read_alone(const struct flow_file *file, const struct flow_region *region,
	const struct insn *insn, bool referring, struct flow_sink *sink, struct error *error);

#endif
