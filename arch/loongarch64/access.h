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
#include "../llsc.h"

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
#define PERCPU_LLSC_IN_(v) [var] "i"(&(v))
#define PERCPU_LLSC_ADDRESS_ PERCPU_LA_VALUE_ "add.d %[at], %[at], $r21\n"

#define PERCPU_LLSC_READ_(insn, type, v, out)                                                      \
	__asm__ volatile(PERCPU_LA_VALUE_ insn " %[at], %[at], $r21"                               \
		: [at] "=&r"(out)                                                                  \
		: PERCPU_LLSC_IN_(v)                                                               \
		: "memory")
#define PERCPU_LLSC_LOADS_ "ldx.bu", "ldx.hu", "ldx.wu", "ldx.d"

#define PERCPU_LLSC_WRITE_(insn, type, v, x)                                                       \
	__asm__ volatile(PERCPU_LA_VALUE_ insn " %z[val], %[at], $r21"                             \
		: [at] "=&r"(percpu_at_)                                                           \
		: PERCPU_LLSC_IN_(v), [val] "rJ"((type)(x))                                        \
		: "memory")
#define PERCPU_LLSC_STORES_ "stx.b", "stx.h", "stx.w", "stx.d"

#define PERCPU_LLSC_ALIGN_                                                                         \
	"\tslli.w %[shift], %[at], 3\n"                                                            \
	"\tbstrins.d %[at], $zero, 1, 0\n"
#define PERCPU_LLSC_SLL_ "sll.w"
#define PERCPU_LLSC_SRL_ "srl.w"
#define PERCPU_LLSC_ADD_ "add.w"
#define PERCPU_LLSC_NOT_ "nor %[val], %[val], $zero"
#define PERCPU_LLSC_ZERO_ "$zero"
#define PERCPU_LLSC_OP_(op, out, in) "am" op " " out ", " in ", %[at]"
#define PERCPU_LLSC_LOAD_(width) "ll" width " %[was], %[at], 0\n\t"
#define PERCPU_LLSC_STORE_                                                                         \
	"sc.w %[tmp], %[at], 0\n\t"                                                                \
	"beqz %[tmp], 1b\n"
#define PERCPU_LLSC_STORE_VAL_(width)                                                              \
	"move %[tmp], %z[val]\n\t"                                                                 \
	"sc" width " %[tmp], %[at], 0\n\t"                                                         \
	"beqz %[tmp], 1b\n"

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
		: PERCPU_LLSC_IN_(v))
#endif

/* A symbol's value as a number that the compiler knows nothing of: 0 is an offset like others. */
#define PERCPU_ARCH_VALUE(v, out) __asm__(PERCPU_LA_VALUE_ : [at] "=r"(out) : PERCPU_LLSC_IN_(v))

#define PERCPU_ARCH_GET_REG_ "move %0, $r21"
#define PERCPU_ARCH_SET_REG_ "move $r21, %0"
#include "../register.h"

#endif
