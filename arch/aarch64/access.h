/*
 * The runtime's accessors on aarch64: the address is formed from TPIDR_ELx and the symbol, then one
 * load or store, or a read-modify-write that is one instruction with LSE (Arm ARM, FEAT_LSE) and
 * else a loop of LDXR and STXR. An interrupt divides none of them: the exception's return clears
 * the exclusive monitor (Arm ARM DDI 0487, AArch64.ExceptionReturn(): ClearExclusiveLocal()). A
 * move to another CPU divides all: the register is read before.
 *
 * Exclusives and LSE need Normal memory: with the MMU off only read and write are sure to work.
 *
 * Only runtime/percpu.h includes this; `v` is an lvalue of 1, 2, 4 or 8 bytes in the per-CPU
 * section, `x` and `old` a uint64_t of which the low bytes count, `out` an lvalue of that type.
 * What `out` has above the variable's width is 0 after a read, and else anything.
 */
#ifndef PERCPU_ARCH_AARCH64_ACCESS_H
#define PERCPU_ARCH_AARCH64_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#include "../copy.h"

/* TPIDR_EL0 is for tests that run as programs of a user. */
#if defined(PERCPU_TEST_USER)
#define PERCPU_A64_REGISTER_ "tpidr_el0"
#elif defined(PERCPU_ARM_EL2)
#define PERCPU_A64_REGISTER_ "tpidr_el2"
#else
#define PERCPU_A64_REGISTER_ "tpidr_el1"
#endif

/*
 * The symbol's value into [off]. Zero: the offset, 16 bits that the linker checks
 * (R_AARCH64_MOVW_UABS_G0; _G0_NC would cut silently what is above), or 32 bits of which it checks
 * the upper half. Nonzero: the address, which may be anywhere in the code's 4 GiB; the register
 * holds the area less the load start.
 *
 * "S" takes a symbol with a constant offset, in PIC too, where "i" does not; %c prints it bare.
 */
#if defined(PERCPU_NON_ZERO_VMA)
#define PERCPU_A64_VALUE_                                                                          \
	"adrp %x[off], %c[var]\n\t"                                                                \
	"add %x[off], %x[off], :lo12:%c[var]\n\t"
#elif defined(PERCPU_WIDE)
#define PERCPU_A64_VALUE_                                                                          \
	"movz %x[off], #:abs_g1:%c[var]\n\t"                                                       \
	"movk %x[off], #:abs_g0_nc:%c[var]\n\t"
#else
#define PERCPU_A64_VALUE_ "movz %x[off], #:abs_g0:%c[var]\n\t"
#endif
#define PERCPU_A64_IN_(v) [var] "S"(&(v))

#define PERCPU_A64_AT_ "mrs %x[at], " PERCPU_A64_REGISTER_ "\n\t" PERCPU_A64_VALUE_
#define PERCPU_A64_ADDRESS_ PERCPU_A64_AT_ "add %x[at], %x[at], %x[off]\n"

/* DO(suffix of the instruction, register's modifier, unsigned type, ...), by the width of `v`. */
#define PERCPU_A64_BY_WIDTH_(DO, v, ...)                                                           \
	do {                                                                                       \
		uint64_t percpu_at_, percpu_off_ __attribute__((unused));                          \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			DO("b", "w", uint8_t, v, __VA_ARGS__);                                     \
			break;                                                                     \
		case 2:                                                                            \
			DO("h", "w", uint16_t, v, __VA_ARGS__);                                    \
			break;                                                                     \
		case 4:                                                                            \
			DO("", "w", uint32_t, v, __VA_ARGS__);                                     \
			break;                                                                     \
		default:                                                                           \
			DO("", "x", uint64_t, v, __VA_ARGS__);                                     \
		}                                                                                  \
	} while (0)

#define PERCPU_A64_READ_(suffix, mod, type, v, out)                                                \
	__asm__ volatile(PERCPU_A64_AT_ "ldr" suffix " %" mod "[off], [%x[at], %x[off]]"           \
		: [at] "=&r"(percpu_at_), [off] "=&r"(out)                                         \
		: PERCPU_A64_IN_(v)                                                                \
		: "memory")

#define PERCPU_A64_WRITE_(suffix, mod, type, v, x)                                                 \
	__asm__ volatile(PERCPU_A64_AT_ "str" suffix " %" mod "[val], [%x[at], %x[off]]"           \
		: [at] "=&r"(percpu_at_), [off] "=&r"(percpu_off_)                                 \
		: PERCPU_A64_IN_(v), [val] "rZ"((type)(x))                                         \
		: "memory")

#define PERCPU_ARCH_READ(v, out) PERCPU_A64_BY_WIDTH_(PERCPU_A64_READ_, v, out)
#define PERCPU_ARCH_WRITE(v, x) PERCPU_A64_BY_WIDTH_(PERCPU_A64_WRITE_, v, x)

#ifdef __ARM_FEATURE_ATOMICS

/*
 * Into a register even where nobody wants what was there: without one (STADD and the like), CPUs
 * may do the operation far from the cache that has the line.
 */
#define PERCPU_A64_ATOMIC_(suffix, mod, type, v, insn, x, out)                                     \
	__asm__ volatile(PERCPU_A64_ADDRESS_ "\t" insn suffix " %" mod "[val], %" mod              \
					     "[off], [%x[at]]"                                     \
		: [at] "=&r"(percpu_at_), [off] "=&r"(out)                                         \
		: PERCPU_A64_IN_(v), [val] "r"((type)(x))                                          \
		: "memory")

#define PERCPU_A64_OP_(v, insn, x)                                                                 \
	do {                                                                                       \
		uint64_t percpu_unused_;                                                           \
		PERCPU_A64_BY_WIDTH_(PERCPU_A64_ATOMIC_, v, insn, x, percpu_unused_);              \
		(void)percpu_unused_;                                                              \
	} while (0)

#define PERCPU_ARCH_ADD(v, x) PERCPU_A64_OP_(v, "ldadd", x)
#define PERCPU_ARCH_SUB(v, x) PERCPU_A64_OP_(v, "ldadd", -(x))
#define PERCPU_ARCH_AND(v, x) PERCPU_A64_OP_(v, "ldclr", ~(x))
#define PERCPU_ARCH_OR(v, x) PERCPU_A64_OP_(v, "ldset", x)
#define PERCPU_ARCH_XOR(v, x) PERCPU_A64_OP_(v, "ldeor", x)
#define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                           \
	PERCPU_A64_BY_WIDTH_(PERCPU_A64_ATOMIC_, v, "ldadd", x, out)
#define PERCPU_ARCH_XCHG(v, x, out) PERCPU_A64_BY_WIDTH_(PERCPU_A64_ATOMIC_, v, "swp", x, out)

#define PERCPU_A64_CAS_(suffix, mod, type, v, x, out)                                              \
	__asm__ volatile(PERCPU_A64_ADDRESS_ "\tcas" suffix " %" mod "[was], %" mod                \
					     "[val], [%x[at]]"                                     \
		: [at] "=&r"(percpu_at_), [off] "=&r"(percpu_off_), [was] "+&r"(out)               \
		: PERCPU_A64_IN_(v), [val] "rZ"((type)(x))                                         \
		: "memory")

#define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                        \
	do {                                                                                       \
		(out) = (old);                                                                     \
		PERCPU_A64_BY_WIDTH_(PERCPU_A64_CAS_, v, x, out);                                  \
	} while (0)

#else

/* The new value forms in [off], whose own is spent. */
#define PERCPU_A64_LOOP_(suffix, mod, type, v, insn, constraint, x)                                \
	__asm__ volatile(PERCPU_A64_ADDRESS_ "1:\tldxr" suffix " %" mod "[off], [%x[at]]\n\t" insn \
					     " %" mod "[off], %" mod "[off], %" mod "[val]\n\t"    \
					     "stxr" suffix " %w[failed], %" mod                    \
					     "[off], [%x[at]]\n\t"                                 \
					     "cbnz %w[failed], 1b"                                 \
		: [at] "=&r"(percpu_at_), [off] "=&r"(percpu_off_), [failed] "=&r"(percpu_failed_) \
		: PERCPU_A64_IN_(v), [val] constraint((type)(x))                                   \
		: "memory")

#define PERCPU_A64_OP_(v, insn, constraint, x)                                                     \
	do {                                                                                       \
		uint32_t percpu_failed_;                                                           \
		PERCPU_A64_BY_WIDTH_(PERCPU_A64_LOOP_, v, insn, constraint, x);                    \
	} while (0)

/* "I" is an immediate operand of add and sub. */
#define PERCPU_ARCH_ADD(v, x) PERCPU_A64_OP_(v, "add", "rI", x)
#define PERCPU_ARCH_SUB(v, x) PERCPU_A64_OP_(v, "sub", "rI", x)
#define PERCPU_ARCH_AND(v, x) PERCPU_A64_OP_(v, "and", "r", x)
#define PERCPU_ARCH_OR(v, x) PERCPU_A64_OP_(v, "orr", "r", x)
#define PERCPU_ARCH_XOR(v, x) PERCPU_A64_OP_(v, "eor", "r", x)

#define PERCPU_A64_FETCH_ADD_(suffix, mod, type, v, x, out)                                        \
	__asm__ volatile(PERCPU_A64_ADDRESS_ "1:\tldxr" suffix " %" mod "[was], [%x[at]]\n\t"      \
					     "add %" mod "[off], %" mod "[was], %" mod "[val]\n\t" \
					     "stxr" suffix " %w[failed], %" mod                    \
					     "[off], [%x[at]]\n\t"                                 \
					     "cbnz %w[failed], 1b"                                 \
		: [at] "=&r"(percpu_at_), [off] "=&r"(percpu_off_), [was] "=&r"(out),              \
		[failed] "=&r"(percpu_failed_)                                                     \
		: PERCPU_A64_IN_(v), [val] "rI"((type)(x))                                         \
		: "memory")

#define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                           \
	do {                                                                                       \
		uint32_t percpu_failed_;                                                           \
		PERCPU_A64_BY_WIDTH_(PERCPU_A64_FETCH_ADD_, v, x, out);                            \
	} while (0)

#define PERCPU_A64_SWAP_(suffix, mod, type, v, x, out)                                             \
	__asm__ volatile(PERCPU_A64_ADDRESS_ "1:\tldxr" suffix " %" mod "[was], [%x[at]]\n\t"      \
					     "stxr" suffix " %w[off], %" mod "[val], [%x[at]]\n\t" \
					     "cbnz %w[off], 1b"                                    \
		: [at] "=&r"(percpu_at_), [off] "=&r"(percpu_off_), [was] "=&r"(out)               \
		: PERCPU_A64_IN_(v), [val] "rZ"((type)(x))                                         \
		: "memory")

#define PERCPU_ARCH_XCHG(v, x, out) PERCPU_A64_BY_WIDTH_(PERCPU_A64_SWAP_, v, x, out)

/* The load clears what is above the width, so `old` is compared with that cleared too. */
#define PERCPU_A64_CMPXCHG_(suffix, mod, type, v, old, x, out)                                     \
	__asm__ volatile(PERCPU_A64_ADDRESS_ "1:\tldxr" suffix " %" mod "[was], [%x[at]]\n\t"      \
					     "cmp %" mod "[was], %" mod "[cmp]\n\t"                \
					     "b.ne 2f\n\t"                                         \
					     "stxr" suffix " %w[off], %" mod "[val], [%x[at]]\n\t" \
					     "cbnz %w[off], 1b\n"                                  \
					     "2:"                                                  \
		: [at] "=&r"(percpu_at_), [off] "=&r"(percpu_off_), [was] "=&r"(out)               \
		: PERCPU_A64_IN_(v), [val] "rZ"((type)(x)), [cmp] "r"((uint64_t)(type)(old))       \
		: "memory", "cc")

#define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                        \
	PERCPU_A64_BY_WIDTH_(PERCPU_A64_CMPXCHG_, v, old, x, out)

#endif

/*
 * The value of an absolute symbol, of 32 bits, such as the script's `_percpu_align`. bfd takes its
 * groups for those of an address that moves with a position-independent image; a word is too short
 * for one.
 */
#ifdef __PIC__
#define PERCPU_ARCH_NUMBER(v, out)                                                                 \
	__asm__(".pushsection .rodata.percpu,\"a\"\n\t"                                            \
		".balign 4\n"                                                                      \
		"1:\t.word " #v "\n\t"                                                             \
		".popsection\n\t"                                                                  \
		"adrp %x[o], 1b\n\t"                                                               \
		"ldr %w[o], [%x[o], #:lo12:1b]"                                                    \
		: [o] "=r"(out))
#else
#define PERCPU_ARCH_NUMBER(v, out)                                                                 \
	__asm__("movz %x[o], #:abs_g1:%c[var]\n\t"                                                 \
		"movk %x[o], #:abs_g0_nc:%c[var]"                                                  \
		: [o] "=r"(out)                                                                    \
		: PERCPU_A64_IN_(v))
#endif

/* A symbol's value as a number that the compiler knows nothing of: 0 is an offset like others. */
#define PERCPU_ARCH_VALUE(v, out) __asm__(PERCPU_A64_VALUE_ : [off] "=r"(out) : PERCPU_A64_IN_(v))

#define PERCPU_ARCH_GET_REG_ "mrs %0, " PERCPU_A64_REGISTER_
#define PERCPU_ARCH_SET_REG_ "msr " PERCPU_A64_REGISTER_ ", %0"
#include "../register.h"

#endif
