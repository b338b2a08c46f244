/*
 * The runtime's configuration: macros that the kernel's build defines, the same ones for every
 * object. The ABI note of each object says what it was built with, and percpu-tool check compares.
 *
 *	PERCPU_SP_NAIVE		one CPU: variables are plain globals, there is no register
 *	PERCPU_NON_ZERO_VMA	model nonzero: the template is linked where it is loaded
 *	PERCPU_SEPARATE		the areas are reserved elsewhere; the template stays as it is
 *	PERCPU_DYNAMIC		the areas are in memory that the kernel allocates: percpu_init()
 *				(neither: overlay, area 0 lies on the template)
 *	PERCPU_PRISTINE		overlay: the script has a slot for the initial values
 *	PERCPU_RESERVE=BYTES	bytes at each area's end, for percpu_alloc(); the script's --reserve
 *	PERCPU_ALLOC_LOCK	the kernel supplies a lock for percpu_alloc() and percpu_free()
 *	PERCPU_CPUS_MAX=N	CPUs that may have an area, 256 if not given; a word is kept of each
 *	PERCPU_PREEMPT		the kernel is preemptible: accessors disable that around them
 *	PERCPU_HOOKS		what the kernel supplies is in its <percpu_hooks.h>: inline, macros
 *	PERCPU_ARM_EL2		aarch64: TPIDR_EL2 instead of TPIDR_EL1
 *	PERCPU_WIDE		aarch64: offsets of 32 bits instead of 16
 *	PERCPU_RISCV_TP		riscv64: tp instead of gp
 *	PERCPU_X86_FSGSBASE	x86_64: rdgsbase and wrgsbase instead of the MSR
 *	PERCPU_DEBUG		checks that cost time
 *	PERCPU_TEST_USER	aarch64: TPIDR_EL0, for tests that are programs of a user
 *
 * C, C++ and assembler.
 */
#ifndef PERCPU_CONFIG_H
#define PERCPU_CONFIG_H

#include "percpu_note.h"

#if defined(__ILP32__)
#error "percpu: pointers have 64 bits, in x32 and ilp32 they do not"
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "percpu: little-endian only"
#endif
#if defined(PERCPU_SEPARATE) && defined(PERCPU_DYNAMIC)
#error "PERCPU_SEPARATE and PERCPU_DYNAMIC: define one of them"
#endif
#if defined(PERCPU_PRISTINE) && (defined(PERCPU_SEPARATE) || defined(PERCPU_DYNAMIC))
#error "PERCPU_PRISTINE: only overlay needs a slot, elsewhere the template stays as it is"
#endif
#if defined(PERCPU_SP_NAIVE) && (defined(PERCPU_SEPARATE) || defined(PERCPU_DYNAMIC))
#error "PERCPU_SP_NAIVE: one CPU has no areas to place"
#endif
#if defined(PERCPU_SP_NAIVE) && defined(PERCPU_NON_ZERO_VMA)
#error "PERCPU_SP_NAIVE: plain variables have no model, without PERCPU_NON_ZERO_VMA"
#endif
#if defined(PERCPU_WIDE) && !defined(__aarch64__)
#error "PERCPU_WIDE is for aarch64: elsewhere offsets have 31 bits"
#endif
#if defined(PERCPU_ARM_EL2) && !defined(__aarch64__)
#error "PERCPU_ARM_EL2 is for aarch64"
#endif
#if defined(PERCPU_RISCV_TP) && !defined(__riscv)
#error "PERCPU_RISCV_TP is for riscv64"
#endif
#if defined(PERCPU_X86_FSGSBASE) && !defined(__x86_64__)
#error "PERCPU_X86_FSGSBASE is for x86_64"
#endif

/* The bytes an area's size is rounded up to at least; percpu 0.4.0, src/imp.rs, SIZE_64BIT. */
#define PERCPU_AREA_ALIGN 64

#ifndef PERCPU_RESERVE
#define PERCPU_RESERVE 0
#endif
#ifndef PERCPU_CPUS_MAX
#define PERCPU_CPUS_MAX 256
#endif
#if PERCPU_CPUS_MAX < 1
#error "PERCPU_CPUS_MAX: at least 1 CPU"
#endif

/* The initial values stay somewhere. */
#if defined(PERCPU_SEPARATE) || defined(PERCPU_DYNAMIC) || defined(PERCPU_PRISTINE)
#define PERCPU_HAS_TEMPLATE 1
#endif
#if !defined(PERCPU_SEPARATE) && !defined(PERCPU_DYNAMIC) && !defined(PERCPU_SP_NAIVE)
#define PERCPU_OVERLAY 1
#endif

/* What the notes of this configuration say. */
#ifdef PERCPU_SP_NAIVE
#define PERCPU_NOTE_THIS_MODE PERCPU_NOTE_MODE_NAIVE
#define PERCPU_NOTE_THIS_MODEL PERCPU_NOTE_UNSPECIFIED
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_UNSPECIFIED
#else
#define PERCPU_NOTE_THIS_MODE PERCPU_NOTE_MODE_PERCPU
#ifdef PERCPU_NON_ZERO_VMA
#define PERCPU_NOTE_THIS_MODEL PERCPU_NOTE_MODEL_NONZERO
#else
#define PERCPU_NOTE_THIS_MODEL PERCPU_NOTE_MODEL_ZERO
#endif
#if defined(__x86_64__)
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_REGISTER_GS_BASE
#elif defined(__aarch64__) && defined(PERCPU_TEST_USER)
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_REGISTER_TPIDR_EL0
#elif defined(__aarch64__) && defined(PERCPU_ARM_EL2)
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_REGISTER_TPIDR_EL2
#elif defined(__aarch64__)
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_REGISTER_TPIDR_EL1
#elif defined(__riscv) && defined(PERCPU_RISCV_TP)
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_REGISTER_TP
#elif defined(__riscv)
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_REGISTER_GP
#else
#define PERCPU_NOTE_THIS_REGISTER PERCPU_NOTE_REGISTER_R21
#endif
#endif
#ifdef PERCPU_PREEMPT
#define PERCPU_NOTE_THIS_PREEMPT PERCPU_NOTE_PREEMPT_YES
#else
#define PERCPU_NOTE_THIS_PREEMPT PERCPU_NOTE_PREEMPT_NO
#endif
#ifdef PERCPU_WIDE
#define PERCPU_NOTE_THIS_WIDE PERCPU_NOTE_WIDE_WIDE
#else
#define PERCPU_NOTE_THIS_WIDE PERCPU_NOTE_WIDE_NARROW
#endif
#if defined(PERCPU_SP_NAIVE)
#define PERCPU_NOTE_THIS_PLACEMENT PERCPU_NOTE_UNSPECIFIED
#elif defined(PERCPU_SEPARATE)
#define PERCPU_NOTE_THIS_PLACEMENT PERCPU_NOTE_PLACEMENT_SEPARATE
#elif defined(PERCPU_DYNAMIC)
#define PERCPU_NOTE_THIS_PLACEMENT PERCPU_NOTE_PLACEMENT_DYNAMIC
#else
#define PERCPU_NOTE_THIS_PLACEMENT PERCPU_NOTE_PLACEMENT_OVERLAY
#endif

/* A unit note of this configuration: percpu.h emits it, a .S file with per-CPU accesses must. */
#define PERCPU_NOTE_THIS_UNIT                                                                      \
	PERCPU_NOTE_UNIT(PERCPU_NOTE_THIS_MODE, PERCPU_NOTE_THIS_MODEL, PERCPU_NOTE_THIS_REGISTER, \
		PERCPU_NOTE_THIS_PREEMPT, PERCPU_NOTE_THIS_WIDE)

#endif
