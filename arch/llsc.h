/*
 * The accessors of machines whose atomic operations are of 4 and 8 bytes: LR and SC, or LL and SC,
 * and beside them some that are one instruction. Those of 1 and 2 bytes are on the aligned word
 * around the variable. Only the access.h of such a machine includes this, and defines of it, all
 * of them parts of an assembly template, where [at], [was], [val], [shift] and [tmp] are registers:
 *
 *	PERCPU_LLSC_IN_(v)	the symbol as an input operand
 *	PERCPU_LLSC_ADDRESS_	[at] = the variable's address; whole lines
 *	PERCPU_LLSC_ALIGN_	[shift] = 8 times the address, as shifts of words take it, by the
 *				low five bits; [at] = the word around it; whole lines
 *	PERCPU_LLSC_SLL_, _SRL_, _ADD_	mnemonics, of words
 *	PERCPU_LLSC_NOT_	[val] = ~[val]
 *	PERCPU_LLSC_ZERO_	the register that is zero
 *	PERCPU_LLSC_OP_(op, out, in)	atomically: out = what is at [at], which is then `op` of it
 *				and `in`; op is "add.w", "swap.d" and the like
 *	PERCPU_LLSC_LOAD_(width)	[was] = what is at [at], of width ".w" or ".d"
 *	PERCPU_LLSC_STORE_	[tmp], of 4 bytes, is stored there, or it goes back to 1:
 *	PERCPU_LLSC_STORE_VAL_(width)	likewise [val], with [tmp] free for use
 *
 * and the whole of a read and a write, the latter with percpu_at_ for [at]:
 *
 *	PERCPU_LLSC_READ_(insn, type, v, out), PERCPU_LLSC_WRITE_(insn, type, v, x)
 *	PERCPU_LLSC_LOADS_, PERCPU_LLSC_STORES_	their instructions of 1, 2, 4 and 8 bytes
 *
 * What `v`, `x`, `old` and `out` are, access.h says.
 */
#ifndef PERCPU_ARCH_LLSC_H
#define PERCPU_ARCH_LLSC_H

#include <stdint.h>

/* ---- Read and write ----------------------------------------------------------------------- */

/* Cases of a switch: DO(instruction, unsigned type, v, ...), by the width of `v`. */
#define PERCPU_LLSC_PLAIN_(DO, one, two, four, eight, v, ...)                                      \
	case 1:                                                                                    \
		DO(one, uint8_t, v, __VA_ARGS__);                                                  \
		break;                                                                             \
	case 2:                                                                                    \
		DO(two, uint16_t, v, __VA_ARGS__);                                                 \
		break;                                                                             \
	case 4:                                                                                    \
		DO(four, uint32_t, v, __VA_ARGS__);                                                \
		break;                                                                             \
	default:                                                                                   \
		DO(eight, uint64_t, v, __VA_ARGS__);

/* A list of instructions is one argument here, and four there. */
#define PERCPU_LLSC_EACH_(DO, list, v, x) PERCPU_LLSC_PLAIN_(DO, list, v, x)

#define PERCPU_ARCH_READ(v, out)                                                                   \
	do {                                                                                       \
		switch (sizeof(v)) {                                                               \
			PERCPU_LLSC_EACH_(PERCPU_LLSC_READ_, PERCPU_LLSC_LOADS_, v, out)           \
		}                                                                                  \
	} while (0)
#define PERCPU_ARCH_WRITE(v, x)                                                                    \
	do {                                                                                       \
		uint64_t percpu_at_;                                                               \
		switch (sizeof(v)) {                                                               \
			PERCPU_LLSC_EACH_(PERCPU_LLSC_WRITE_, PERCPU_LLSC_STORES_, v, x)           \
		}                                                                                  \
	} while (0)

/* ---- 4 and 8 bytes ------------------------------------------------------------------------ */

/* SMALL or LARGE(instruction, unsigned type, v, ...), by the width of `v`. */
#define PERCPU_LLSC_BY_WIDTH_(SMALL, LARGE, insn, v, ...)                                          \
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

/* Relaxed: nothing is ordered as other CPUs see it. */
#define PERCPU_LLSC_LARGE_(insn, type, v, x)                                                       \
	__asm__ volatile(PERCPU_LLSC_ADDRESS_                                                      \
		"\t" PERCPU_LLSC_OP_(insn, PERCPU_LLSC_ZERO_, "%z[val]")                           \
		: [at] "=&r"(percpu_at_)                                                           \
		: PERCPU_LLSC_IN_(v), [val] "rJ"((type)(x))                                        \
		: "memory")

#define PERCPU_LLSC_LARGE_OUT_(insn, type, v, x, out)                                              \
	__asm__ volatile(PERCPU_LLSC_ADDRESS_ "\t" PERCPU_LLSC_OP_(insn, "%[was]", "%z[val]")      \
		: [at] "=&r"(percpu_at_), [was] "=&r"(out)                                         \
		: PERCPU_LLSC_IN_(v), [val] "rJ"((type)(x))                                        \
		: "memory")

/* LR and LL sign-extend a word, so that `old` is compared as they would. */
#define PERCPU_LLSC_LARGE_CMPXCHG_(width, type, v, old, x, out)                                    \
	__asm__ volatile(PERCPU_LLSC_ADDRESS_ "1:\t" PERCPU_LLSC_LOAD_(                            \
		width) "bne %[was], %z[cmp], 2f\n\t" PERCPU_LLSC_STORE_VAL_(width) "2:"            \
		: [at] "=&r"(percpu_at_), [was] "=&r"(out), [tmp] "=&r"(percpu_tmp_)               \
		: PERCPU_LLSC_IN_(v), [val] "rJ"((type)(x)),                                       \
		[cmp] "rJ"(sizeof(type) == 4 ? (int64_t)(int32_t)(old) : (int64_t)(old))           \
		: "memory")

/* ---- 1 and 2 bytes ------------------------------------------------------------------------ */

/* [at]: the word's address; [shift]: bits to the variable's place in it; [val]: moved there. */
#define PERCPU_LLSC_WORD_                                                                          \
	PERCPU_LLSC_ADDRESS_ PERCPU_LLSC_ALIGN_ "\t" PERCPU_LLSC_SLL_ " %[val], %[val], %[shift]\n"

/* For or and xor: zeros beside the value leave the neighbours as they are. */
#define PERCPU_LLSC_SMALL_BITS_(insn, type, v, x)                                                  \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(type)(x), percpu_shift_;                         \
		__asm__ volatile(PERCPU_LLSC_WORD_                                                 \
			"\t" PERCPU_LLSC_OP_(insn ".w", PERCPU_LLSC_ZERO_, "%[val]")               \
			: [at] "=&r"(percpu_at_), [shift] "=&r"(percpu_shift_),                    \
			[val] "+&r"(percpu_val_)                                                   \
			: PERCPU_LLSC_IN_(v)                                                       \
			: "memory");                                                               \
	} while (0)

/* Ones do for and: what is moved into place is what shall be 0. */
#define PERCPU_LLSC_SMALL_AND_(insn, type, v, x)                                                   \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(type) ~(x), percpu_shift_;                       \
		__asm__ volatile(PERCPU_LLSC_WORD_ "\t" PERCPU_LLSC_NOT_ "\n\t" PERCPU_LLSC_OP_(   \
			insn ".w", PERCPU_LLSC_ZERO_, "%[val]")                                    \
			: [at] "=&r"(percpu_at_), [shift] "=&r"(percpu_shift_),                    \
			[val] "+&r"(percpu_val_)                                                   \
			: PERCPU_LLSC_IN_(v)                                                       \
			: "memory");                                                               \
	} while (0)

/*
 * A loop in which `merge` makes [tmp] of [was] and [val], of which the bits in [mask] are stored,
 * beside the others of [was]: what values have above the width is of no account.
 *
 * It is what RISC-V's manual calls constrained, which succeeds at last: no memory access, no jump
 * but the retry, fewer than 16 instructions.
 */
#define PERCPU_LLSC_MERGE_(merge, type, v, x, out)                                                 \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(x), percpu_shift_, percpu_tmp_;                  \
		uint32_t percpu_mask_ = (uint32_t)(type) ~(type)0;                                 \
		__asm__ volatile(PERCPU_LLSC_WORD_ "\t" PERCPU_LLSC_SLL_                           \
						   " %[mask], %[mask], %[shift]\n"                 \
						   "1:\t" PERCPU_LLSC_LOAD_(".w") merge            \
			"and %[tmp], %[tmp], %[mask]\n\t"                                          \
			"xor %[tmp], %[tmp], %[was]\n\t" PERCPU_LLSC_STORE_ "\t" PERCPU_LLSC_SRL_  \
			" %[was], %[was], %[shift]"                                                \
			: [at] "=&r"(percpu_at_), [was] "=&r"(out), [shift] "=&r"(percpu_shift_),  \
			[tmp] "=&r"(percpu_tmp_), [val] "+&r"(percpu_val_),                        \
			[mask] "+&r"(percpu_mask_)                                                 \
			: PERCPU_LLSC_IN_(v)                                                       \
			: "memory");                                                               \
	} while (0)

/* In [tmp] the bits that change. */
#define PERCPU_LLSC_SMALL_ADD_OUT_(insn, type, v, x, out)                                          \
	PERCPU_LLSC_MERGE_(PERCPU_LLSC_ADD_ " %[tmp], %[was], %[val]\n\t"                          \
					    "xor %[tmp], %[tmp], %[was]\n\t",                      \
		type, v, x, out)
#define PERCPU_LLSC_SMALL_SWAP_(insn, type, v, x, out)                                             \
	PERCPU_LLSC_MERGE_("xor %[tmp], %[was], %[val]\n\t", type, v, x, out)
#define PERCPU_LLSC_SMALL_ADD_(insn, type, v, x)                                                   \
	do {                                                                                       \
		uint64_t percpu_unused_;                                                           \
		PERCPU_LLSC_SMALL_ADD_OUT_(insn, type, v, x, percpu_unused_);                      \
	} while (0)

#define PERCPU_LLSC_SMALL_CMPXCHG_(insn, type, v, old, x, out)                                     \
	do {                                                                                       \
		uint32_t percpu_val_ = (uint32_t)(x), percpu_old_ = (uint32_t)(old),               \
			 percpu_shift_;                                                            \
		uint32_t percpu_mask_ = (uint32_t)(type) ~(type)0;                                 \
		__asm__ volatile(PERCPU_LLSC_WORD_                                                 \
			"\t" PERCPU_LLSC_SLL_ " %[mask], %[mask], %[shift]\n"                      \
			"\t" PERCPU_LLSC_SLL_ " %[cmp], %[cmp], %[shift]\n"                        \
			"1:\t" PERCPU_LLSC_LOAD_(                                                  \
				".w") "xor %[tmp], %[was], %[cmp]\n\t"                             \
				      "and %[tmp], %[tmp], %[mask]\n\t"                            \
				      "bnez %[tmp], 2f\n\t"                                        \
				      "xor %[tmp], %[was], %[val]\n\t"                             \
				      "and %[tmp], %[tmp], %[mask]\n\t"                            \
				      "xor %[tmp], %[tmp], %[was]\n\t" PERCPU_LLSC_STORE_          \
				      "2:\t" PERCPU_LLSC_SRL_ " %[was], %[was], %[shift]"          \
			: [at] "=&r"(percpu_at_), [was] "=&r"(out), [shift] "=&r"(percpu_shift_),  \
			[tmp] "=&r"(percpu_tmp_), [val] "+&r"(percpu_val_),                        \
			[cmp] "+&r"(percpu_old_), [mask] "+&r"(percpu_mask_)                       \
			: PERCPU_LLSC_IN_(v)                                                       \
			: "memory");                                                               \
	} while (0)

/* ---- By width ----------------------------------------------------------------------------- */

#define PERCPU_ARCH_ADD(v, x)                                                                      \
	PERCPU_LLSC_BY_WIDTH_(PERCPU_LLSC_SMALL_ADD_, PERCPU_LLSC_LARGE_, "add", v, x)
#define PERCPU_ARCH_SUB(v, x) PERCPU_ARCH_ADD(v, -(x))
#define PERCPU_ARCH_AND(v, x)                                                                      \
	PERCPU_LLSC_BY_WIDTH_(PERCPU_LLSC_SMALL_AND_, PERCPU_LLSC_LARGE_, "and", v, x)
#define PERCPU_ARCH_OR(v, x)                                                                       \
	PERCPU_LLSC_BY_WIDTH_(PERCPU_LLSC_SMALL_BITS_, PERCPU_LLSC_LARGE_, "or", v, x)
#define PERCPU_ARCH_XOR(v, x)                                                                      \
	PERCPU_LLSC_BY_WIDTH_(PERCPU_LLSC_SMALL_BITS_, PERCPU_LLSC_LARGE_, "xor", v, x)

/* out = what was there. */
#define PERCPU_ARCH_FETCH_ADD(v, x, out)                                                           \
	PERCPU_LLSC_BY_WIDTH_(PERCPU_LLSC_SMALL_ADD_OUT_, PERCPU_LLSC_LARGE_OUT_, "add", v, x, out)
#define PERCPU_ARCH_XCHG(v, x, out)                                                                \
	PERCPU_LLSC_BY_WIDTH_(PERCPU_LLSC_SMALL_SWAP_, PERCPU_LLSC_LARGE_OUT_, "swap", v, x, out)

/* out = what was there; it is now `x` if that was `old`. */
#define PERCPU_ARCH_CMPXCHG(v, old, x, out)                                                        \
	do {                                                                                       \
		uint32_t percpu_tmp_;                                                              \
		PERCPU_LLSC_BY_WIDTH_(PERCPU_LLSC_SMALL_CMPXCHG_, PERCPU_LLSC_LARGE_CMPXCHG_, "",  \
			v, old, x, out);                                                           \
	} while (0)

#endif
