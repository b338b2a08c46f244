/*
 * The runtime's accessors on riscv64: the address is formed from gp (or tp) and the symbol, then
 * one load, store or AMO; cmpxchg, and of 1 and 2 bytes add, sub, add_return and xchg, are loops of
 * LR and SC. A move to another CPU divides all: the register is read before. An interrupt divides
 * no load, store or AMO.
 *
 * A loop is safe against interrupts only if each trap's return executes an SC, for which entry code
 * has PERCPU_TRAP_EXIT of percpu_asm.h: xRET need not clear a reservation (privileged manual,
 * "Trap-Return Instructions"), and what the handler stored as the same hart does not end it.
 * Without that, such operations need interrupts off.
 *
 * Operations of 1 and 2 bytes are on the aligned word around them, as AMO and LR/SC have no smaller
 * ones. Interrupts off would be shorter, but differs between S and M mode and takes a privileged
 * instruction more each way; and stores of other CPUs to the neighbours would be lost.
 *
 * Only runtime/percpu.h includes this; `v` is an lvalue of 1, 2, 4 or 8 bytes in the per-CPU
 * section, `x` and `old` a uint64_t of which the low bytes count, `out` an lvalue of that type.
 * What `out` has above the variable's width is 0 after a read, and else anything.
 */
#ifndef PERCPU_ARCH_RISCV64_ACCESS_H
#define PERCPU_ARCH_RISCV64_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#include "../copy.h"

#if !defined(__riscv_atomic) && !(defined(__riscv_zaamo) && defined(__riscv_zalrsc))
#error "riscv64: accessors that modify need the A extension: -march=rv64ima or more"
#endif

#ifdef PERCPU_RISCV_TP
#define PERCPU_RV_REGISTER_ "tp"
#else
#define PERCPU_RV_REGISTER_ "gp"
#endif

/*
 * The upper part of the address into [at], to which PERCPU_RV_LOW_ is what is left. Zero: of the
 * offset, 32 bits, the low 12 signed. Nonzero: of the symbol, within 2 GiB of the code; the
 * register holds the area less the load start.
 *
 * norelax: GNU ld would turn lui and a load near address 0 into a load off x0, with gp forgotten,
 * and one near __global_pointer$ into a load off gp. No option of the build undoes that.
 *
 * "i" takes a symbol with a constant offset, in PIC too.
 */
#ifdef PERCPU_NON_ZERO_VMA
#define PERCPU_RV_UPPER_ "0:\tauipc %[at], %%pcrel_hi(%[var])\n\t"
#define PERCPU_RV_LOW_ "%%pcrel_lo(0b)"
#else
#define PERCPU_RV_UPPER_ "lui %[at], %%hi(%[var])\n\t"
#define PERCPU_RV_LOW_ "%%lo(%[var])"
#endif
#define PERCPU_RV_IN_(v) [var] "i"(&(v))

#define PERCPU_RV_NORELAX_ ".option push\n\t.option norelax\n\t"
#define PERCPU_RV_RELAX_ "\n\t.option pop\n"
#define PERCPU_RV_AT_                                                                              \
	PERCPU_RV_NORELAX_ PERCPU_RV_UPPER_ "add %[at], %[at], " PERCPU_RV_REGISTER_ "\n\t"
#define PERCPU_RV_ADDRESS_ PERCPU_RV_AT_ "addi %[at], %[at], " PERCPU_RV_LOW_ PERCPU_RV_RELAX_

/* SMALL or LARGE(instruction, unsigned type, v, ...), by the width of `v`. */
#define PERCPU_RV_BY_WIDTH_(SMALL, LARGE, insn, v, ...)                                            \
	do {                                                                                       \
		uint64_t percpu_at_;                                                               \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			SMALL(insn, uint8_t, v, __VA_ARGS__);                                      \
			break;                                                                     \
		case 2:                                                                            \
			SMALL(insn, uint16_t, v, __VA_ARGS__);                                     \
			break;                                                                     \
		case 4:                                                                            \
			LARGE(insn ".w", uint32_t, v, __VA_ARGS__);                                \
			break;                                                                     \
		default:                                                                           \
			LARGE(insn ".d", uint64_t, v, __VA_ARGS__);                                \
		}                                                                                  \
	} while (0)

/* ---- Read and write ----------------------------------------------------------------------- */

#define PERCPU_RV_READ_(insn, v, out)                                                              \
	__asm__ volatile(PERCPU_RV_AT_ insn " %[at], " PERCPU_RV_LOW_ "(%[at])" PERCPU_RV_RELAX_   \
		: [at] "=&r"(out)                                                                  \
		: PERCPU_RV_IN_(v)                                                                 \
		: "memory")

#define PERCPU_ARCH_READ(v, out)                                                                   \
	do {                                                                                       \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_RV_READ_("lbu", v, out);                                            \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_RV_READ_("lhu", v, out);                                            \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_RV_READ_("lwu", v, out);                                            \
			break;                                                                     \
		default:                                                                           \
			PERCPU_RV_READ_("ld", v, out);                                             \
		}                                                                                  \
	} while (0)

#define PERCPU_RV_WRITE_(insn, v, x)                                                               \
	__asm__ volatile(PERCPU_RV_AT_ insn " %z[val], " PERCPU_RV_LOW_ "(%[at])" PERCPU_RV_RELAX_ \
		: [at] "=&r"(percpu_at_)                                                           \
		: PERCPU_RV_IN_(v), [val] "rJ"(x)                                                  \
		: "memory")

#define PERCPU_ARCH_WRITE(v, x)                                                                    \
	do {                                                                                       \
		uint64_t percpu_at_;                                                               \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_RV_WRITE_("sb", v, (uint8_t)(x));                                   \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_RV_WRITE_("sh", v, (uint16_t)(x));                                  \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_RV_WRITE_("sw", v, (uint32_t)(x));                                  \
			break;                                                                     \
		default:                                                                           \
			PERCPU_RV_WRITE_("sd", v, (uint64_t)(x));                                  \
		}                                                                                  \
	} while (0)

/* ---- 4 and 8 bytes ------------------------------------------------------------------------ */

/* Relaxed: nothing is ordered as other CPUs see it. */
#define PERCPU_RV_AMO_(insn, type, v, x)                                                           \
	__asm__ volatile(PERCPU_RV_ADDRESS_ "\t" insn " zero, %z[val], (%[at])"                    \
		: [at] "=&r"(percpu_at_)                                                           \
		: PERCPU_RV_IN_(v), [val] "rJ"((type)(x))                                          \
		: "memory")

#define PERCPU_RV_AMO_OUT_(insn, type, v, x, out)                                                  \
	__asm__ volatile(PERCPU_RV_ADDRESS_ "\t" insn " %[was], %z[val], (%[at])"                  \
		: [at] "=&r"(percpu_at_), [was] "=&r"(out)                                         \
		: PERCPU_RV_IN_(v), [val] "rJ"((type)(x))                                          \
		: "memory")

/* LR sign-extends a word, so that `old` is compared as it would. `width`: ".w" or ".d". */
#define PERCPU_RV_CMPXCHG_(width, type, v, old, x, out)                                            \
	__asm__ volatile(PERCPU_RV_ADDRESS_ "1:\tlr" width " %[was], (%[at])\n\t"                  \
					    "bne %[was], %z[cmp], 2f\n\t"                          \
					    "sc" width " %[tmp], %z[val], (%[at])\n\t"             \
					    "bnez %[tmp], 1b\n"                                    \
					    "2:"                                                   \
		: [at] "=&r"(percpu_at_), [was] "=&r"(out), [tmp] "=&r"(percpu_tmp_)               \
		: PERCPU_RV_IN_(v), [val] "rJ"((type)(x)),                                         \
		[cmp] "rJ"(sizeof(type) == 4 ? (int64_t)(int32_t)(old) : (int64_t)(old))           \
		: "memory")

/* ---- 1 and 2 bytes ------------------------------------------------------------------------ */

/*
 * [at]: the word's address; [shift]: bits to the variable's place in it, as shifts of words take
 * it, by the low five; [val]: moved there.
 */
#define PERCPU_RV_WORD_                                                                            \
	PERCPU_RV_ADDRESS_ "\tslli %[shift], %[at], 3\n\t"                                         \
			   "andi %[at], %[at], -4\n\t"                                             \
			   "sllw %[val], %[val], %[shift]\n"

/* For or and xor: zeros beside the value leave the neighbours as they are. */
#define PERCPU_RV_SMALL_BITS_(insn, type, v, x)                                                    \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(type)(x), percpu_shift_;                         \
		__asm__ volatile(PERCPU_RV_WORD_ "\t" insn ".w zero, %[val], (%[at])"              \
			: [at] "=&r"(percpu_at_), [shift] "=&r"(percpu_shift_),                    \
			[val] "+&r"(percpu_val_)                                                   \
			: PERCPU_RV_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/* Ones do for and: what is moved into place is what shall be 0. */
#define PERCPU_RV_SMALL_AND_(insn, type, v, x)                                                     \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(type) ~(x), percpu_shift_;                       \
		__asm__ volatile(PERCPU_RV_WORD_ "\tnot %[val], %[val]\n\t" insn                   \
						 ".w zero, %[val], (%[at])"                        \
			: [at] "=&r"(percpu_at_), [shift] "=&r"(percpu_shift_),                    \
			[val] "+&r"(percpu_val_)                                                   \
			: PERCPU_RV_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/*
 * A loop in which `merge` makes [tmp] of [was] and [val], of which the bits in [mask] are stored,
 * beside the others of [was]: what values have above the width is of no account.
 *
 * It is what the manual calls constrained, which succeeds at last: no memory access, no jump but
 * the retry, fewer than 16 instructions.
 */
#define PERCPU_RV_MERGE_(merge, type, v, x, out)                                                   \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(x), percpu_shift_, percpu_tmp_;                  \
		uint32_t percpu_mask_ = (uint32_t)(type) ~(type)0;                                 \
		__asm__ volatile(PERCPU_RV_WORD_ "\tsllw %[mask], %[mask], %[shift]\n"             \
						 "1:\tlr.w %[was], (%[at])\n\t" merge              \
						 "and %[tmp], %[tmp], %[mask]\n\t"                 \
						 "xor %[tmp], %[tmp], %[was]\n\t"                  \
						 "sc.w %[tmp], %[tmp], (%[at])\n\t"                \
						 "bnez %[tmp], 1b\n\t"                             \
						 "srlw %[was], %[was], %[shift]"                   \
			: [at] "=&r"(percpu_at_), [was] "=&r"(out), [shift] "=&r"(percpu_shift_),  \
			[tmp] "=&r"(percpu_tmp_), [val] "+&r"(percpu_val_),                        \
			[mask] "+&r"(percpu_mask_)                                                 \
			: PERCPU_RV_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/* In [tmp] the bits that change. */
#define PERCPU_RV_SMALL_ADD_OUT_(insn, type, v, x, out)                                            \
	PERCPU_RV_MERGE_(                                                                          \
		"add %[tmp], %[was], %[val]\n\txor %[tmp], %[tmp], %[was]\n\t", type, v, x, out)
#define PERCPU_RV_SMALL_SWAP_(insn, type, v, x, out)                                               \
	PERCPU_RV_MERGE_("xor %[tmp], %[was], %[val]\n\t", type, v, x, out)
#define PERCPU_RV_SMALL_ADD_(insn, type, v, x)                                                     \
	do {                                                                                       \
		uint64_t percpu_unused_;                                                           \
		PERCPU_RV_SMALL_ADD_OUT_(insn, type, v, x, percpu_unused_);                        \
	} while (0)

#define PERCPU_RV_SMALL_CMPXCHG_(insn, type, v, old, x, out)                                       \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(x), percpu_old_ = (uint32_t)(old),               \
			 percpu_shift_;                                                            \
		uint32_t percpu_mask_ = (uint32_t)(type) ~(type)0;                                 \
		__asm__ volatile(PERCPU_RV_WORD_ "\tsllw %[mask], %[mask], %[shift]\n\t"           \
						 "sllw %[cmp], %[cmp], %[shift]\n"                 \
						 "1:\tlr.w %[was], (%[at])\n\t"                    \
						 "xor %[tmp], %[was], %[cmp]\n\t"                  \
						 "and %[tmp], %[tmp], %[mask]\n\t"                 \
						 "bnez %[tmp], 2f\n\t"                             \
						 "xor %[tmp], %[was], %[val]\n\t"                  \
						 "and %[tmp], %[tmp], %[mask]\n\t"                 \
						 "xor %[tmp], %[tmp], %[was]\n\t"                  \
						 "sc.w %[tmp], %[tmp], (%[at])\n\t"                \
						 "bnez %[tmp], 1b\n"                               \
						 "2:\tsrlw %[was], %[was], %[shift]"               \
			: [at] "=&r"(percpu_at_), [was] "=&r"(out), [shift] "=&r"(percpu_shift_),  \
			[tmp] "=&r"(percpu_tmp_), [val] "+&r"(percpu_val_),                        \
			[cmp] "+&r"(percpu_old_), [mask] "+&r"(percpu_mask_)                       \
			: PERCPU_RV_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/* ---- By width ----------------------------------------------------------------------------- */

#define PERCPU_ARCH_ADD(v, x)                                                                      \
	PERCPU_RV_BY_WIDTH_(PERCPU_RV_SMALL_ADD_, PERCPU_RV_AMO_, "amoadd", v, x)
#define PERCPU_ARCH_SUB(v, x) PERCPU_ARCH_ADD(v, -(x))
#define PERCPU_ARCH_AND(v, x)                                                                      \
	PERCPU_RV_BY_WIDTH_(PERCPU_RV_SMALL_AND_, PERCPU_RV_AMO_, "amoand", v, x)
#define PERCPU_ARCH_OR(v, x)                                                                       \
	PERCPU_RV_BY_WIDTH_(PERCPU_RV_SMALL_BITS_, PERCPU_RV_AMO_, "amoor", v, x)
#define PERCPU_ARCH_XOR(v, x)                                                                      \
	PERCPU_RV_BY_WIDTH_(PERCPU_RV_SMALL_BITS_, PERCPU_RV_AMO_, "amoxor", v, x)

/* out = what was there. */
#define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                           \
	PERCPU_RV_BY_WIDTH_(PERCPU_RV_SMALL_ADD_OUT_, PERCPU_RV_AMO_OUT_, "amoadd", v, x, out)
#define PERCPU_ARCH_XCHG(v, x, out)                                                                \
	PERCPU_RV_BY_WIDTH_(PERCPU_RV_SMALL_SWAP_, PERCPU_RV_AMO_OUT_, "amoswap", v, x, out)

/* out = what was there; it is now `x` if that was `old`. */
#define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                        \
	do {                                                                                       \
		uint32_t percpu_tmp_;                                                              \
		PERCPU_RV_BY_WIDTH_(                                                               \
			PERCPU_RV_SMALL_CMPXCHG_, PERCPU_RV_CMPXCHG_, "", v, old, x, out);         \
	} while (0)

/* No operation is one instruction: its address is formed before. */
#define PERCPU_ARCH_ONE_INSTRUCTION 0

/*
 * The value of an absolute symbol, of 31 bits, such as the script's `_percpu_align`. bfd takes it
 * for an address that moves with a position-independent image, unless it is a term of a sum.
 */
#ifdef __PIC__
#define PERCPU_ARCH_NUMBER(v, out)                                                                 \
	__asm__(".pushsection .rodata.percpu,\"a\"\n\t"                                            \
		".balign 4\n"                                                                      \
		"1:\t.reloc ., R_RISCV_ADD32, " #v "\n\t"                                          \
		".word 0\n\t"                                                                      \
		".popsection\n\t" PERCPU_RV_NORELAX_ "lw %[at], 1b" PERCPU_RV_RELAX_               \
		: [at] "=r"(out))
#else
#define PERCPU_ARCH_NUMBER(v, out)                                                                 \
	__asm__(PERCPU_RV_NORELAX_ "lui %[at], %%hi(%[var])\n\t"                                   \
				   "addi %[at], %[at], %%lo(%[var])" PERCPU_RV_RELAX_              \
		: [at] "=r"(out)                                                                   \
		: PERCPU_RV_IN_(v))
#endif

/* A symbol's value as a number that the compiler knows nothing of: 0 is an offset like others. */
#define PERCPU_ARCH_VALUE(v, out)                                                                  \
	__asm__(PERCPU_RV_NORELAX_ PERCPU_RV_UPPER_                                                \
		"addi %[at], %[at], " PERCPU_RV_LOW_ PERCPU_RV_RELAX_                              \
		: [at] "=r"(out)                                                                   \
		: PERCPU_RV_IN_(v))

/* Always inline: raw accessors call nothing, at -O0 neither. */
__attribute__((always_inline)) static inline uintptr_t percpu_arch_read_reg(void)
{
	uintptr_t value;

	__asm__ volatile("mv %0, " PERCPU_RV_REGISTER_ : "=r"(value));
	return value;
}

__attribute__((always_inline)) static inline void percpu_arch_write_reg(uintptr_t value)
{
	__asm__ volatile("mv " PERCPU_RV_REGISTER_ ", %0" : : "r"(value) : "memory");
}

/* The register's value, for pointers. */
__attribute__((always_inline)) static inline uintptr_t percpu_arch_register(void)
{
	return percpu_arch_read_reg();
}

/* Nothing but the register keeps it. */
__attribute__((always_inline)) static inline void percpu_arch_keep_reg(uintptr_t value)
{
	(void)value;
}

#endif
