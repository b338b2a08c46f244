/*
 * The runtime's accessors on loongarch64: the address is formed from r21 and the symbol, then one
 * load, store or AM*; cmpxchg, and of 1 and 2 bytes add, sub, add_return and xchg, are loops of LL
 * and SC. A move to another CPU divides all: the register is read before. An interrupt divides
 * none: ertn ends what LL began (reference manual volume 1, CSR.LLBCTL, whose KLO the kernel leaves
 * 0).
 *
 * Operations of 1 and 2 bytes are on the aligned word around them, as the base architecture has no
 * smaller ones, and on 4 and 8 bytes no compare-and-swap: LAM_BH and LAMCAS came later.
 *
 * Only runtime/percpu.h includes this; `v` is an lvalue of 1, 2, 4 or 8 bytes in the per-CPU
 * section, `x` and `old` a uint64_t of which the low bytes count, `out` an lvalue of that type.
 * What `out` has above the variable's width is 0 after a read, and else anything.
 */
#ifndef PERCPU_ARCH_LOONGARCH64_ACCESS_H
#define PERCPU_ARCH_LOONGARCH64_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#include "../copy.h"

/*
 * The symbol's value into [at]. Zero: the offset, of 31 bits; no linker checks it. Nonzero: the
 * address, within 2 GiB of the code, which no linker checks either; the register holds the area
 * less the load start. The register, r21, is reserved in the psABI.
 *
 * "i" takes a symbol with a constant offset, in PIC too.
 */
#ifdef PERCPU_NON_ZERO_VMA
#define PERCPU_LA_VALUE_                                                                           \
	"pcalau12i %[at], %%pc_hi20(%[var])\n\t"                                                   \
	"addi.d %[at], %[at], %%pc_lo12(%[var])\n\t"
#else
#define PERCPU_LA_VALUE_                                                                           \
	"lu12i.w %[at], %%abs_hi20(%[var])\n\t"                                                    \
	"ori %[at], %[at], %%abs_lo12(%[var])\n\t"
#endif
#define PERCPU_LA_IN_(v) [var] "i"(&(v))
#define PERCPU_LA_ADDRESS_ PERCPU_LA_VALUE_ "add.d %[at], %[at], $r21\n"

/* SMALL or LARGE(instruction, unsigned type, v, ...), by the width of `v`. */
#define PERCPU_LA_BY_WIDTH_(SMALL, LARGE, insn, v, ...)                                            \
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

#define PERCPU_LA_READ_(insn, v, out)                                                              \
	__asm__ volatile(PERCPU_LA_VALUE_ insn " %[at], %[at], $r21"                               \
		: [at] "=&r"(out)                                                                  \
		: PERCPU_LA_IN_(v)                                                                 \
		: "memory")

#define PERCPU_ARCH_READ(v, out)                                                                   \
	do {                                                                                       \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_LA_READ_("ldx.bu", v, out);                                         \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_LA_READ_("ldx.hu", v, out);                                         \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_LA_READ_("ldx.wu", v, out);                                         \
			break;                                                                     \
		default:                                                                           \
			PERCPU_LA_READ_("ldx.d", v, out);                                          \
		}                                                                                  \
	} while (0)

#define PERCPU_LA_WRITE_(insn, v, x)                                                               \
	__asm__ volatile(PERCPU_LA_VALUE_ insn " %z[val], %[at], $r21"                             \
		: [at] "=&r"(percpu_at_)                                                           \
		: PERCPU_LA_IN_(v), [val] "rJ"(x)                                                  \
		: "memory")

#define PERCPU_ARCH_WRITE(v, x)                                                                    \
	do {                                                                                       \
		uint64_t percpu_at_;                                                               \
		switch (sizeof(v)) {                                                               \
		case 1:                                                                            \
			PERCPU_LA_WRITE_("stx.b", v, (uint8_t)(x));                                \
			break;                                                                     \
		case 2:                                                                            \
			PERCPU_LA_WRITE_("stx.h", v, (uint16_t)(x));                               \
			break;                                                                     \
		case 4:                                                                            \
			PERCPU_LA_WRITE_("stx.w", v, (uint32_t)(x));                               \
			break;                                                                     \
		default:                                                                           \
			PERCPU_LA_WRITE_("stx.d", v, (uint64_t)(x));                               \
		}                                                                                  \
	} while (0)

/* ---- 4 and 8 bytes ------------------------------------------------------------------------ */

/* Relaxed: nothing is ordered as other CPUs see it. */
#define PERCPU_LA_AMO_(insn, type, v, x)                                                           \
	__asm__ volatile(PERCPU_LA_ADDRESS_ "\t" insn " $zero, %z[val], %[at]"                     \
		: [at] "=&r"(percpu_at_)                                                           \
		: PERCPU_LA_IN_(v), [val] "rJ"((type)(x))                                          \
		: "memory")

#define PERCPU_LA_AMO_OUT_(insn, type, v, x, out)                                                  \
	__asm__ volatile(PERCPU_LA_ADDRESS_ "\t" insn " %[was], %z[val], %[at]"                    \
		: [at] "=&r"(percpu_at_), [was] "=&r"(out)                                         \
		: PERCPU_LA_IN_(v), [val] "rJ"((type)(x))                                          \
		: "memory")

/* LL sign-extends a word, so that `old` is compared as it would. `width`: ".w" or ".d". */
#define PERCPU_LA_CMPXCHG_(width, type, v, old, x, out)                                            \
	__asm__ volatile(PERCPU_LA_ADDRESS_ "1:\tll" width " %[was], %[at], 0\n\t"                 \
					    "bne %[was], %z[cmp], 2f\n\t"                          \
					    "move %[tmp], %z[val]\n\t"                             \
					    "sc" width " %[tmp], %[at], 0\n\t"                     \
					    "beqz %[tmp], 1b\n"                                    \
					    "2:"                                                   \
		: [at] "=&r"(percpu_at_), [was] "=&r"(out), [tmp] "=&r"(percpu_tmp_)               \
		: PERCPU_LA_IN_(v), [val] "rJ"((type)(x)),                                         \
		[cmp] "rJ"(sizeof(type) == 4 ? (int64_t)(int32_t)(old) : (int64_t)(old))           \
		: "memory")

/* ---- 1 and 2 bytes ------------------------------------------------------------------------ */

/*
 * [at]: the word's address; [shift]: bits to the variable's place in it, as shifts of words take
 * it, by the low five; [val]: moved there.
 */
#define PERCPU_LA_WORD_                                                                            \
	PERCPU_LA_ADDRESS_ "\tslli.w %[shift], %[at], 3\n\t"                                       \
			   "bstrins.d %[at], $zero, 1, 0\n\t"                                      \
			   "sll.w %[val], %[val], %[shift]\n"

/* For or and xor: zeros beside the value leave the neighbours as they are. */
#define PERCPU_LA_SMALL_BITS_(insn, type, v, x)                                                    \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(type)(x), percpu_shift_;                         \
		__asm__ volatile(PERCPU_LA_WORD_ "\t" insn ".w $zero, %[val], %[at]"               \
			: [at] "=&r"(percpu_at_), [shift] "=&r"(percpu_shift_),                    \
			[val] "+&r"(percpu_val_)                                                   \
			: PERCPU_LA_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/* Ones do for and: what is moved into place is what shall be 0. */
#define PERCPU_LA_SMALL_AND_(insn, type, v, x)                                                     \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(type) ~(x), percpu_shift_;                       \
		__asm__ volatile(PERCPU_LA_WORD_ "\tnor %[val], %[val], $zero\n\t" insn            \
						 ".w $zero, %[val], %[at]"                         \
			: [at] "=&r"(percpu_at_), [shift] "=&r"(percpu_shift_),                    \
			[val] "+&r"(percpu_val_)                                                   \
			: PERCPU_LA_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/*
 * A loop in which `merge` makes [tmp] of [was] and [val], of which the bits in [mask] are stored,
 * beside the others of [was]: what values have above the width is of no account.
 */
#define PERCPU_LA_MERGE_(merge, type, v, x, out)                                                   \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(x), percpu_shift_, percpu_tmp_;                  \
		uint32_t percpu_mask_ = (uint32_t)(type) ~(type)0;                                 \
		__asm__ volatile(PERCPU_LA_WORD_ "\tsll.w %[mask], %[mask], %[shift]\n"            \
						 "1:\tll.w %[was], %[at], 0\n\t" merge             \
						 "and %[tmp], %[tmp], %[mask]\n\t"                 \
						 "xor %[tmp], %[tmp], %[was]\n\t"                  \
						 "sc.w %[tmp], %[at], 0\n\t"                       \
						 "beqz %[tmp], 1b\n\t"                             \
						 "srl.w %[was], %[was], %[shift]"                  \
			: [at] "=&r"(percpu_at_), [was] "=&r"(out), [shift] "=&r"(percpu_shift_),  \
			[tmp] "=&r"(percpu_tmp_), [val] "+&r"(percpu_val_),                        \
			[mask] "+&r"(percpu_mask_)                                                 \
			: PERCPU_LA_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/* In [tmp] the bits that change. */
#define PERCPU_LA_SMALL_ADD_OUT_(insn, type, v, x, out)                                            \
	PERCPU_LA_MERGE_(                                                                          \
		"add.w %[tmp], %[was], %[val]\n\txor %[tmp], %[tmp], %[was]\n\t", type, v, x, out)
#define PERCPU_LA_SMALL_SWAP_(insn, type, v, x, out)                                               \
	PERCPU_LA_MERGE_("xor %[tmp], %[was], %[val]\n\t", type, v, x, out)
#define PERCPU_LA_SMALL_ADD_(insn, type, v, x)                                                     \
	do {                                                                                       \
		uint64_t percpu_unused_;                                                           \
		PERCPU_LA_SMALL_ADD_OUT_(insn, type, v, x, percpu_unused_);                        \
	} while (0)

#define PERCPU_LA_SMALL_CMPXCHG_(insn, type, v, old, x, out)                                       \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(x), percpu_old_ = (uint32_t)(old),               \
			 percpu_shift_;                                                            \
		uint32_t percpu_mask_ = (uint32_t)(type) ~(type)0;                                 \
		__asm__ volatile(PERCPU_LA_WORD_ "\tsll.w %[mask], %[mask], %[shift]\n\t"          \
						 "sll.w %[cmp], %[cmp], %[shift]\n"                \
						 "1:\tll.w %[was], %[at], 0\n\t"                   \
						 "xor %[tmp], %[was], %[cmp]\n\t"                  \
						 "and %[tmp], %[tmp], %[mask]\n\t"                 \
						 "bnez %[tmp], 2f\n\t"                             \
						 "xor %[tmp], %[was], %[val]\n\t"                  \
						 "and %[tmp], %[tmp], %[mask]\n\t"                 \
						 "xor %[tmp], %[tmp], %[was]\n\t"                  \
						 "sc.w %[tmp], %[at], 0\n\t"                       \
						 "beqz %[tmp], 1b\n"                               \
						 "2:\tsrl.w %[was], %[was], %[shift]"              \
			: [at] "=&r"(percpu_at_), [was] "=&r"(out), [shift] "=&r"(percpu_shift_),  \
			[tmp] "=&r"(percpu_tmp_), [val] "+&r"(percpu_val_),                        \
			[cmp] "+&r"(percpu_old_), [mask] "+&r"(percpu_mask_)                       \
			: PERCPU_LA_IN_(v)                                                         \
			: "memory");                                                               \
	} while (0)

/* ---- By width ----------------------------------------------------------------------------- */

#define PERCPU_ARCH_ADD(v, x)                                                                      \
	PERCPU_LA_BY_WIDTH_(PERCPU_LA_SMALL_ADD_, PERCPU_LA_AMO_, "amadd", v, x)
#define PERCPU_ARCH_SUB(v, x) PERCPU_ARCH_ADD(v, -(x))
#define PERCPU_ARCH_AND(v, x)                                                                      \
	PERCPU_LA_BY_WIDTH_(PERCPU_LA_SMALL_AND_, PERCPU_LA_AMO_, "amand", v, x)
#define PERCPU_ARCH_OR(v, x)                                                                       \
	PERCPU_LA_BY_WIDTH_(PERCPU_LA_SMALL_BITS_, PERCPU_LA_AMO_, "amor", v, x)
#define PERCPU_ARCH_XOR(v, x)                                                                      \
	PERCPU_LA_BY_WIDTH_(PERCPU_LA_SMALL_BITS_, PERCPU_LA_AMO_, "amxor", v, x)

/* out = what was there. */
#define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                           \
	PERCPU_LA_BY_WIDTH_(PERCPU_LA_SMALL_ADD_OUT_, PERCPU_LA_AMO_OUT_, "amadd", v, x, out)
#define PERCPU_ARCH_XCHG(v, x, out)                                                                \
	PERCPU_LA_BY_WIDTH_(PERCPU_LA_SMALL_SWAP_, PERCPU_LA_AMO_OUT_, "amswap", v, x, out)

/* out = what was there; it is now `x` if that was `old`. */
#define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                        \
	do {                                                                                       \
		uint32_t percpu_tmp_;                                                              \
		PERCPU_LA_BY_WIDTH_(                                                               \
			PERCPU_LA_SMALL_CMPXCHG_, PERCPU_LA_CMPXCHG_, "", v, old, x, out);         \
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
		"1:\t.reloc ., R_LARCH_ADD32, " #v "\n\t"                                          \
		".word 0\n\t"                                                                      \
		".popsection\n\t"                                                                  \
		"pcalau12i %[at], %%pc_hi20(1b)\n\t"                                               \
		"ld.w %[at], %[at], %%pc_lo12(1b)"                                                 \
		: [at] "=r"(out))
#else
#define PERCPU_ARCH_NUMBER(v, out)                                                                 \
	__asm__("lu12i.w %[at], %%abs_hi20(%[var])\n\t"                                            \
		"ori %[at], %[at], %%abs_lo12(%[var])"                                             \
		: [at] "=r"(out)                                                                   \
		: PERCPU_LA_IN_(v))
#endif

/* A symbol's value as a number that the compiler knows nothing of: 0 is an offset like others. */
#define PERCPU_ARCH_VALUE(v, out) __asm__(PERCPU_LA_VALUE_ : [at] "=r"(out) : PERCPU_LA_IN_(v))

/* Always inline: raw accessors call nothing, at -O0 neither. */
__attribute__((always_inline)) static inline uintptr_t percpu_arch_read_reg(void)
{
	uintptr_t value;

	__asm__ volatile("move %0, $r21" : "=r"(value));
	return value;
}

__attribute__((always_inline)) static inline void percpu_arch_write_reg(uintptr_t value)
{
	__asm__ volatile("move $r21, %0" : : "r"(value) : "memory");
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
