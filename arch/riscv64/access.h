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
#include "../llsc.h"

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
#define PERCPU_LLSC_IN_(v) [var] "i"(&(v))

#define PERCPU_RV_NORELAX_ ".option push\n\t.option norelax\n\t"
#define PERCPU_RV_RELAX_ "\n\t.option pop\n"
#define PERCPU_RV_AT_                                                                              \
	PERCPU_RV_NORELAX_ PERCPU_RV_UPPER_ "add %[at], %[at], " PERCPU_RV_REGISTER_ "\n\t"
#define PERCPU_LLSC_ADDRESS_ PERCPU_RV_AT_ "addi %[at], %[at], " PERCPU_RV_LOW_ PERCPU_RV_RELAX_

#define PERCPU_LLSC_READ_(insn, type, v, out)                                                      \
	__asm__ volatile(PERCPU_RV_AT_ insn " %[at], " PERCPU_RV_LOW_ "(%[at])" PERCPU_RV_RELAX_   \
		: [at] "=&r"(out)                                                                  \
		: PERCPU_LLSC_IN_(v)                                                               \
		: "memory")
#define PERCPU_LLSC_LOADS_ "lbu", "lhu", "lwu", "ld"

#define PERCPU_LLSC_WRITE_(insn, type, v, x)                                                       \
	__asm__ volatile(PERCPU_RV_AT_ insn " %z[val], " PERCPU_RV_LOW_ "(%[at])" PERCPU_RV_RELAX_ \
		: [at] "=&r"(percpu_at_)                                                           \
		: PERCPU_LLSC_IN_(v), [val] "rJ"((type)(x))                                        \
		: "memory")
#define PERCPU_LLSC_STORES_ "sb", "sh", "sw", "sd"

#define PERCPU_LLSC_ALIGN_                                                                         \
	"\tslli %[shift], %[at], 3\n"                                                              \
	"\tandi %[at], %[at], -4\n"
#define PERCPU_LLSC_SLL_ "sllw"
#define PERCPU_LLSC_SRL_ "srlw"
#define PERCPU_LLSC_ADD_ "add"
#define PERCPU_LLSC_NOT_ "not %[val], %[val]"
#define PERCPU_LLSC_ZERO_ "zero"
#define PERCPU_LLSC_OP_(op, out, in) "amo" op " " out ", " in ", (%[at])"
#define PERCPU_LLSC_LOAD_(width) "lr" width " %[was], (%[at])\n\t"
#define PERCPU_LLSC_STORE_                                                                         \
	"sc.w %[tmp], %[tmp], (%[at])\n\t"                                                         \
	"bnez %[tmp], 1b\n"
#define PERCPU_LLSC_STORE_VAL_(width)                                                              \
	"sc" width " %[tmp], %z[val], (%[at])\n\t"                                                 \
	"bnez %[tmp], 1b\n"

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
		: PERCPU_LLSC_IN_(v))
#endif

/* A symbol's value as a number that the compiler knows nothing of: 0 is an offset like others. */
#define PERCPU_ARCH_VALUE(v, out)                                                                  \
	__asm__(PERCPU_RV_NORELAX_ PERCPU_RV_UPPER_                                                \
		"addi %[at], %[at], " PERCPU_RV_LOW_ PERCPU_RV_RELAX_                              \
		: [at] "=r"(out)                                                                   \
		: PERCPU_LLSC_IN_(v))

#define PERCPU_ARCH_GET_REG_ "mv %0, " PERCPU_RV_REGISTER_
#define PERCPU_ARCH_SET_REG_ "mv " PERCPU_RV_REGISTER_ ", %0"
#include "../register.h"

#endif
