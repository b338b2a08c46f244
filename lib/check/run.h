/* What a check sees while it runs. For the files of lib/check only. */
#ifndef PERCPU_CHECK_RUN_H
#define PERCPU_CHECK_RUN_H

#include <inttypes.h>

#include "lib/check/check.h"
#include "lib/model/functions.h"
#include "lib/obj/disassemble.h"

enum outcome {
	OUTCOME_PASSED,
	OUTCOME_FAILED, /* an error was found */
	OUTCOME_SKIPPED,
};

struct accesses;
struct early_code;

struct check_run {
	const struct image *image;
	const struct layout *layout;
	const struct layout_list *list;
	const struct inputs *inputs; /* NULL without --objects */
	const struct check_options *options;
	const struct check *check;	    /* the one that runs */
	enum outcome outcomes[CHECK_COUNT]; /* of this layout */
	struct arena *arena;
	struct error *error;

	struct report_finding *findings;
	size_t finding_count, finding_room;
	struct report_skip *skips;
	size_t skip_count, skip_room;

	struct functions *functions;	 /* NULL until somebody asks; see functions_of() */
	const struct accesses *accesses; /* likewise; see accesses_of() in lib/check/access.h */
	const struct early_code *early;	 /* likewise; see access_is_early() there */

	struct disassembler disassembler; /* of the bytes that findings have */

	size_t found;		       /* by the running check */
	size_t unsaid;		       /* findings of it that were only counted */
	enum severity unsaid_severity; /* the highest of them */
};

/* Where a finding stands; members that do not apply stay zero. */
struct place {
	const struct section *section;
	const struct variable *variable;
	const char *symbol;   /* when there is no variable: the symbol's name */
	struct maybe offset;  /* from the symbol, bytes */
	struct maybe address; /* virtual address */
	struct span code;     /* the instruction's bytes */
	const char *function; /* that the address is in; or the object, of data */
};

/*
 * Formatted text in the run's arena, at most 511 bytes of it; "" when memory runs out, which ends
 * the run, and when no more findings are taken.
 */
const char *text(struct check_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Adds a finding of the running check. `message` and `fix` are one line each. Behind a thousand
 * findings of a check in a layout the others are counted, and said in one.
 */
void found(struct check_run *run, enum severity severity, const struct place *place,
	const char *message, const char *fix);

/* The image's functions; read when somebody first asks. NULL with the run's error set on failure.
 */
const struct functions *functions_of(struct check_run *run);

/*
 * The function, or the object in data, that covers `address` of section `section` (in an object
 * file: the offset), as shown, and in *offset how far behind its start; NULL when none does, or
 * when no more findings are taken.
 */
const char *function_at(
	struct check_run *run, uint32_t section, uint64_t address, uint64_t *offset);

/* The run of code that one name covers, or none, and that holds the address. */
struct function_extent function_around(struct check_run *run, uint32_t section, uint64_t address);

/* The running check could not be decided here: those that need it are silent. */
void skipped(struct check_run *run, const char *reason);

/* A part of it could not be decided; the rest stands, and those that need it run. */
void skipped_in_part(struct check_run *run, const char *reason);

/* The PT_LOAD that holds all of [section.addr, +size), or NULL; *count gets how many there are. */
const struct segment *segment_of(
	const struct image *image, const struct section *section, size_t *count);

/*
 * The input section of the link's objects with the largest alignment, or NULL: of those that go
 * into `output`, or, without one, anywhere in this layout.
 */
const struct input_section *strictest_input(
	const struct check_run *run, const struct section *output);

/*
 * Does the template begin where its start says? At the section's address; where code subtracts the
 * start, behind padding too, which is nobody's - but not behind a variable, which is then not
 * copied.
 */
bool start_is_sound(const struct layout *layout, const struct section *section);

/*
 * The part of note_agrees that concerns the file as a whole, whatever layouts it has: also of a
 * file that has none.
 */
void note_judge_file(struct check_run *run);

/* CPUs that the image is built for, by the user or by the note. */
struct maybe wanted_cpus(const struct check_run *run);

/*
 * The percpu-tool ldscript with the options that the layout, its notes and the command line ask for
 * and that are not its defaults; `CPUS` stands for their number where it is not known. In the run's
 * arena. Only for profiles with takes_note: a script has their names.
 */
const char *script_command(struct check_run *run, struct maybe cpus);

/*
 * Does code reach a variable of the layout through the per-CPU register in the way of the model
 * that is assumed so far?
 */
bool code_confirms_model(struct check_run *run);

/*
 * The part of symbol_in_section that concerns an object without a layout: variables that its
 * compiler left out of the per-CPU section, all of them.
 */
void symbols_left_out(struct check_run *run);

/* Virtual address where the template is linked: its start if sound, else where its section begins.
 */
uint64_t template_address(const struct layout *layout);

#endif
