/*
 * The ABI note, `.note.percpu`: what an object's per-CPU accesses were built for and what the
 * image's start-up code does, for whoever links or checks them. The tool reads it, the runtime
 * emits it, other runtimes may: percpu-note(5).
 *
 * C11, C++17 and assembler; freestanding; little-endian machines. The constants are preprocessor
 * only, so that all three have them.
 *
 * The form is that of the gABI, "Note Section": three words namesz, descsz and type, the owner's
 * name and the descriptor, each padded to 4 bytes. The section is SHT_NOTE, which compilers and
 * assemblers make of the name `.note.percpu`, allocated and read-only, aligned to 4. Linkers keep
 * such sections under --gc-sections; a script must place them all the same:
 *
 *	.note.percpu : { KEEP(*(.note.percpu)) }
 *
 * A descriptor may grow: a newer version has the members of the older ones at their places, and
 * more behind them.
 */
#ifndef PERCPU_NOTE_H
#define PERCPU_NOTE_H

#define PERCPU_NOTE_SECTION ".note.percpu"

/* Owner's name; bytes of it with its NUL (namesz), and with the padding. */
#define PERCPU_NOTE_OWNER "percpu"
#define PERCPU_NOTE_NAMESZ 7
#define PERCPU_NOTE_NAME_PADDED 8

/* Offsets in a note, bytes from its start. */
#define PERCPU_NOTE_AT_NAMESZ 0
#define PERCPU_NOTE_AT_DESCSZ 4
#define PERCPU_NOTE_AT_TYPE 8
#define PERCPU_NOTE_AT_NAME 12
#define PERCPU_NOTE_AT_DESC 20

/* Types. A unit note is in every object that accesses per-CPU data; an image note at most once in
 * a linked image, beside the start-up code. */
#define PERCPU_NOTE_TYPE_UNIT 1
#define PERCPU_NOTE_TYPE_IMAGE 2

/* The version of both descriptors that this header describes: their first word. */
#define PERCPU_NOTE_VERSION 1

/* Offsets in the descriptor of a unit note; every member is a word of 4 bytes. */
#define PERCPU_NOTE_UNIT_VERSION 0
#define PERCPU_NOTE_UNIT_MODE 4
#define PERCPU_NOTE_UNIT_MODEL 8
#define PERCPU_NOTE_UNIT_REGISTER 12
#define PERCPU_NOTE_UNIT_PREEMPT 16
#define PERCPU_NOTE_UNIT_WIDE 20
#define PERCPU_NOTE_UNIT_SIZE 24 /* descsz of version 1 */

/* Offsets in the descriptor of an image note: two words, then 8 bytes each, aligned to 4 only. */
#define PERCPU_NOTE_IMAGE_VERSION 0
#define PERCPU_NOTE_IMAGE_PLACEMENT 4
#define PERCPU_NOTE_IMAGE_CPUS 8
#define PERCPU_NOTE_IMAGE_STRIDE 16
#define PERCPU_NOTE_IMAGE_STRIDE_ALIGN 24
#define PERCPU_NOTE_IMAGE_RESERVE 32
#define PERCPU_NOTE_IMAGE_SIZE 40 /* descsz of version 1 */

/* In a word: nothing is said. It agrees with everything. */
#define PERCPU_NOTE_UNSPECIFIED 0
/* The same in a member of 8 bytes. */
#define PERCPU_NOTE_UNSPECIFIED_64 0xffffffffffffffff

/* Mode: are there per-CPU areas at all? Naive: one CPU, plain globals, no register. */
#define PERCPU_NOTE_MODE_PERCPU 1
#define PERCPU_NOTE_MODE_NAIVE 2

/* Model: how code reaches a variable; percpu-checks(7), "Model". Naive is a mode. */
#define PERCPU_NOTE_MODEL_ZERO 1
#define PERCPU_NOTE_MODEL_NONZERO 2

/* Register: what holds a CPU's area. x86_64: the GS base. aarch64: a TPIDR. riscv64: gp or tp.
 * loongarch64: r21. */
#define PERCPU_NOTE_REGISTER_GS_BASE 1
#define PERCPU_NOTE_REGISTER_TPIDR_EL1 2
#define PERCPU_NOTE_REGISTER_TPIDR_EL2 3
#define PERCPU_NOTE_REGISTER_TPIDR_EL0 4
#define PERCPU_NOTE_REGISTER_GP 5
#define PERCPU_NOTE_REGISTER_TP 6
#define PERCPU_NOTE_REGISTER_R21 7

/* Preempt: do accessors disable preemption themselves? Objects may differ in it. */
#define PERCPU_NOTE_PREEMPT_NO 1
#define PERCPU_NOTE_PREEMPT_YES 2

/* Wide: do accesses hold offsets beyond the architecture's default limit? Objects may differ. */
#define PERCPU_NOTE_WIDE_NARROW 1
#define PERCPU_NOTE_WIDE_WIDE 2

/* Placement: where the areas are; percpu-checks(7), "Placement". */
#define PERCPU_NOTE_PLACEMENT_OVERLAY 1
#define PERCPU_NOTE_PLACEMENT_SEPARATE 2
#define PERCPU_NOTE_PLACEMENT_DYNAMIC 3

#ifdef __ASSEMBLER__

/* clang-format off */

/* What both notes begin with: the section, the header and the owner's name. */
#define PERCPU_NOTE_OPEN_(descsz, type)                                                            \
	.pushsection .note.percpu, "a", %note ;                                                    \
	.balign 4 ;                                                                                \
	.4byte PERCPU_NOTE_NAMESZ, descsz, type ;                                                  \
	.asciz PERCPU_NOTE_OWNER ;                                                                 \
	.byte 0

/* A unit note, once in a .S file; each argument is a PERCPU_NOTE_* constant of its member. */
#define PERCPU_NOTE_UNIT(mode, model, reg, preempt, wide)                                          \
	PERCPU_NOTE_OPEN_(PERCPU_NOTE_UNIT_SIZE, PERCPU_NOTE_TYPE_UNIT) ;                          \
	.4byte PERCPU_NOTE_VERSION, mode, model, reg, preempt, wide ;                              \
	.popsection

/* The image note, once in an image; see struct percpu_note_image for units. */
#define PERCPU_NOTE_IMAGE(placement, cpus, stride, stride_align, reserve)                          \
	PERCPU_NOTE_OPEN_(PERCPU_NOTE_IMAGE_SIZE, PERCPU_NOTE_TYPE_IMAGE) ;                        \
	.4byte PERCPU_NOTE_VERSION, placement ;                                                    \
	.8byte cpus, stride, stride_align, reserve ;                                               \
	.popsection

/* clang-format on */

#else

#include <stdint.h>

#ifdef __cplusplus
#define PERCPU_NOTE_ASSERT_(condition, message) static_assert(condition, message)
#else
#define PERCPU_NOTE_ASSERT_(condition, message) _Static_assert(condition, message)
#endif

/* What every note begins with; gABI, "Note Section". */
struct percpu_note_header {
	uint32_t namesz; /* bytes of the name with its NUL: PERCPU_NOTE_NAMESZ */
	uint32_t descsz; /* bytes of the descriptor */
	uint32_t type;	 /* PERCPU_NOTE_TYPE_* */
	char name[PERCPU_NOTE_NAME_PADDED];
};

/* Of a translation unit: what its accesses were built for. 0: unspecified. */
struct percpu_note_unit {
	struct percpu_note_header header;
	uint32_t version; /* PERCPU_NOTE_VERSION */
	uint32_t mode;	  /* PERCPU_NOTE_MODE_* */
	uint32_t model;	  /* PERCPU_NOTE_MODEL_* */
	uint32_t reg;	  /* PERCPU_NOTE_REGISTER_* */
	uint32_t preempt; /* PERCPU_NOTE_PREEMPT_* */
	uint32_t wide;	  /* PERCPU_NOTE_WIDE_* */
};

/* Of the image: what its start-up code does. All ones in a member of 8 bytes: unspecified. */
struct percpu_note_image {
	struct percpu_note_header header;
	uint32_t version;   /* PERCPU_NOTE_VERSION */
	uint32_t placement; /* PERCPU_NOTE_PLACEMENT_*; 0: unspecified */
	uint64_t cpus;	    /* areas that are set up at most */
	uint64_t stride;    /* bytes from area to area */
	/* Bytes, a power of two: what the size of an area is rounded up to, and what memory that
	 * is allocated for areas is aligned to. */
	uint64_t stride_align;
	uint64_t reserve; /* bytes at each area's end, for dynamic allocation */
} __attribute__((packed, aligned(4)));

PERCPU_NOTE_ASSERT_(sizeof(struct percpu_note_header) == PERCPU_NOTE_AT_DESC, "percpu note header");
PERCPU_NOTE_ASSERT_(sizeof(struct percpu_note_unit) == PERCPU_NOTE_AT_DESC + PERCPU_NOTE_UNIT_SIZE,
	"percpu unit note");
PERCPU_NOTE_ASSERT_(
	sizeof(struct percpu_note_image) == PERCPU_NOTE_AT_DESC + PERCPU_NOTE_IMAGE_SIZE,
	"percpu image note");

/*
 * const: the section is to be read-only. used: nobody refers to it. Section groups are collected
 * as a whole: no definition in an inline function or a template.
 */
#define PERCPU_NOTE_ATTRIBUTES_                                                                    \
	__attribute__((section(PERCPU_NOTE_SECTION), used, aligned(PERCPU_NOTE_ALIGN_)))
#define PERCPU_NOTE_ALIGN_ 4

/* clang-format off */

/*
 * Defines the unit note, at file scope, once in a translation unit; each argument is a
 * PERCPU_NOTE_* constant of its member. A semicolon ends it.
 */
#define PERCPU_NOTE_UNIT(mode, model, reg, preempt, wide)                                          \
	PERCPU_NOTE_UNIT_AS_(percpu_note_of_unit, mode, model, reg, preempt, wide)
#define PERCPU_NOTE_UNIT_AS_(name, mode, model, reg, preempt, wide)                                \
	static const struct percpu_note_unit name PERCPU_NOTE_ATTRIBUTES_ = {                      \
		{PERCPU_NOTE_NAMESZ, PERCPU_NOTE_UNIT_SIZE, PERCPU_NOTE_TYPE_UNIT,                 \
			PERCPU_NOTE_OWNER},                                                        \
		PERCPU_NOTE_VERSION, mode, model, reg, preempt, wide}

/* Defines the image note, at file scope, once in an image; see struct percpu_note_image. */
#define PERCPU_NOTE_IMAGE(placement, cpus, stride, stride_align, reserve)                          \
	PERCPU_NOTE_IMAGE_AS_(                                                                     \
		percpu_note_of_image, placement, cpus, stride, stride_align, reserve)
#define PERCPU_NOTE_IMAGE_AS_(name, placement, cpus, stride, stride_align, reserve)                \
	static const struct percpu_note_image name PERCPU_NOTE_ATTRIBUTES_ = {                     \
		{PERCPU_NOTE_NAMESZ, PERCPU_NOTE_IMAGE_SIZE, PERCPU_NOTE_TYPE_IMAGE,               \
			PERCPU_NOTE_OWNER},                                                        \
		PERCPU_NOTE_VERSION, placement, cpus, stride, stride_align, reserve}

/* clang-format on */

#endif
#endif
