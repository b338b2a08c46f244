/*
 * Per-CPU data for entry code and other assembly: .S files, which the C preprocessor reads. Names
 * and configuration are those of percpu.h and percpu_config.h; including this emits the unit note,
 * as percpu.h does.
 *
 *	PERCPU_ASM_REGISTER(reg)		reg = what the machine's register holds: the address
 *						of the area, in nonzero less that of the load start
 *	PERCPU_ASM_SET_REGISTER(reg)		the machine's register = reg
 *	PERCPU_ASM_ADDRESS(reg, name, tmp)	reg = the address of this CPU's copy
 *	PERCPU_ASM_READ(reg, name, tmp)		reg = its 8 bytes
 *	PERCPU_ASM_WRITE(reg, name, tmp, tmp2)	its 8 bytes = reg
 *	PERCPU_TRAP_EXIT(tmp, at)		at the end of a trap's handler: see there
 *
 * `name` is a variable's as DEFINE_PERCPU() has it, or `name + bytes`. The arguments reg, tmp and
 * tmp2 are different general registers of 64 bits; what is in the tmp ones is lost. Nothing may
 * move the code to another CPU meanwhile: in entry code interrupts are off.
 *
 * The machine's register is the kernel's before any of these: on x86_64 behind swapgs, on riscv64
 * and loongarch64 when it has been loaded anew, since user mode has gp, tp and r21 to itself.
 *
 * A naive build has no register: only ADDRESS, READ, WRITE and PERCPU_TRAP_EXIT are defined.
 */
#ifndef PERCPU_ASM_H
#define PERCPU_ASM_H

#ifndef __ASSEMBLER__
#error "percpu_asm.h is for assembly, which the preprocessor reads; C has percpu.h"
#endif

#include "percpu_config.h"

/* clang-format off */

#ifndef PERCPU_NO_NOTE
PERCPU_NOTE_THIS_UNIT
#endif

#define PERCPU_ASM_VAR_(name) __PERCPU_##name

#if defined(__x86_64__)

# ifdef PERCPU_SP_NAIVE
#  define PERCPU_ASM_ADDRESS(reg, name, tmp) leaq PERCPU_ASM_VAR_(name)(%rip), reg
#  define PERCPU_ASM_READ(reg, name, tmp) movq PERCPU_ASM_VAR_(name)(%rip), reg
#  define PERCPU_ASM_WRITE(reg, name, tmp, tmp2) movq reg, PERCPU_ASM_VAR_(name)(%rip)
# else
#  ifdef PERCPU_NON_ZERO_VMA
#   define PERCPU_ASM_GS_(name) %gs:PERCPU_ASM_VAR_(name)(%rip)
#   define PERCPU_ASM_ADDRESS(reg, name, tmp)                                                      \
	PERCPU_ASM_REGISTER(reg) ;                                                                 \
	leaq PERCPU_ASM_VAR_(name)(%rip), tmp ;                                                    \
	leaq (reg, tmp), reg
#  else
#   define PERCPU_ASM_GS_(name) %gs:PERCPU_ASM_VAR_(name)
#   define PERCPU_ASM_ADDRESS(reg, name, tmp)                                                      \
	PERCPU_ASM_REGISTER(reg) ;                                                                 \
	leaq PERCPU_ASM_VAR_(name)(reg), reg
#  endif
#  define PERCPU_ASM_READ(reg, name, tmp) movq PERCPU_ASM_GS_(name), reg
#  define PERCPU_ASM_WRITE(reg, name, tmp, tmp2) movq reg, PERCPU_ASM_GS_(name)

/* From the copy that SET_REGISTER leaves in the area: before that it is not there. */
#  define PERCPU_ASM_REGISTER(reg) movq PERCPU_ASM_GS_(SELF_PTR), reg

/* The flags are lost, and with the MSR rax, rcx and rdx: `reg` is neither rcx nor rdx. */
#  ifdef PERCPU_X86_FSGSBASE
#   define PERCPU_ASM_SET_GS_(reg) wrgsbase reg
#  else
#   define PERCPU_ASM_SET_GS_(reg)                                                                 \
	movq reg, %rax ;                                                                           \
	movq reg, %rdx ;                                                                           \
	shrq $32, %rdx ;                                                                           \
	movl $0xc0000101, %ecx ;                                                                   \
	wrmsr
#  endif
#  define PERCPU_ASM_SET_REGISTER(reg)                                                             \
	PERCPU_ASM_SET_GS_(reg) ;                                                                  \
	movq reg, PERCPU_ASM_GS_(SELF_PTR)
# endif

#elif defined(__aarch64__)

# if defined(PERCPU_TEST_USER)
#  define PERCPU_ASM_TPIDR_ tpidr_el0
# elif defined(PERCPU_ARM_EL2)
#  define PERCPU_ASM_TPIDR_ tpidr_el2
# else
#  define PERCPU_ASM_TPIDR_ tpidr_el1
# endif

/* reg = the symbol's value; arch/aarch64/access.h says which relocations, and why. */
# if defined(PERCPU_NON_ZERO_VMA) || defined(PERCPU_SP_NAIVE)
#  define PERCPU_ASM_VALUE_(reg, name)                                                             \
	adrp reg, PERCPU_ASM_VAR_(name) ;                                                          \
	add reg, reg, :lo12:PERCPU_ASM_VAR_(name)
# elif defined(PERCPU_WIDE)
#  define PERCPU_ASM_VALUE_(reg, name)                                                             \
	movz reg, :abs_g1:PERCPU_ASM_VAR_(name) ;                                                  \
	movk reg, :abs_g0_nc:PERCPU_ASM_VAR_(name)
# else
#  define PERCPU_ASM_VALUE_(reg, name) movz reg, :abs_g0:PERCPU_ASM_VAR_(name)
# endif

# ifdef PERCPU_SP_NAIVE
#  define PERCPU_ASM_ADDRESS(reg, name, tmp) PERCPU_ASM_VALUE_(reg, name)
#  define PERCPU_ASM_READ(reg, name, tmp) PERCPU_ASM_VALUE_(reg, name) ; ldr reg, [reg]
#  define PERCPU_ASM_WRITE(reg, name, tmp, tmp2) PERCPU_ASM_VALUE_(tmp, name) ; str reg, [tmp]
# else
#  define PERCPU_ASM_REGISTER(reg) mrs reg, PERCPU_ASM_TPIDR_
#  define PERCPU_ASM_SET_REGISTER(reg) msr PERCPU_ASM_TPIDR_, reg
#  define PERCPU_ASM_ADDRESS(reg, name, tmp)                                                       \
	PERCPU_ASM_REGISTER(tmp) ;                                                                 \
	PERCPU_ASM_VALUE_(reg, name) ;                                                             \
	add reg, tmp, reg
#  define PERCPU_ASM_READ(reg, name, tmp)                                                          \
	PERCPU_ASM_REGISTER(tmp) ;                                                                 \
	PERCPU_ASM_VALUE_(reg, name) ;                                                             \
	ldr reg, [tmp, reg]
#  define PERCPU_ASM_WRITE(reg, name, tmp, tmp2)                                                   \
	PERCPU_ASM_REGISTER(tmp) ;                                                                 \
	PERCPU_ASM_VALUE_(tmp2, name) ;                                                            \
	str reg, [tmp, tmp2]
# endif

#elif defined(__riscv)

# ifdef PERCPU_RISCV_TP
#  define PERCPU_ASM_BASE_ tp
# else
#  define PERCPU_ASM_BASE_ gp
# endif

/*
 * reg = the upper part of the address, to which PERCPU_ASM_LOW_() is what is left. Not relaxed:
 * linkers would turn it into an address off the zero register or gp. The label is one that code
 * around this has no use for.
 */
# if defined(PERCPU_SP_NAIVE) || defined(PERCPU_NON_ZERO_VMA)
#  define PERCPU_ASM_UPPER_(reg, name) 77770: auipc reg, %pcrel_hi(PERCPU_ASM_VAR_(name))
#  define PERCPU_ASM_LOW_(name) %pcrel_lo(77770b)
# else
#  define PERCPU_ASM_UPPER_(reg, name) lui reg, %hi(PERCPU_ASM_VAR_(name))
#  define PERCPU_ASM_LOW_(name) %lo(PERCPU_ASM_VAR_(name))
# endif
# ifdef PERCPU_SP_NAIVE
#  define PERCPU_ASM_AT_(reg, name) PERCPU_ASM_UPPER_(reg, name)
# else
#  define PERCPU_ASM_AT_(reg, name)                                                                \
	PERCPU_ASM_UPPER_(reg, name) ;                                                             \
	add reg, reg, PERCPU_ASM_BASE_
#  define PERCPU_ASM_REGISTER(reg) mv reg, PERCPU_ASM_BASE_
#  define PERCPU_ASM_SET_REGISTER(reg) mv PERCPU_ASM_BASE_, reg
# endif

# define PERCPU_ASM_NORELAX_(reg, name, insn, result)                                              \
	.option push ;                                                                             \
	.option norelax ;                                                                          \
	PERCPU_ASM_AT_(reg, name) ;                                                                \
	insn result, PERCPU_ASM_LOW_(name)(reg) ;                                                  \
	.option pop
# define PERCPU_ASM_READ(reg, name, tmp) PERCPU_ASM_NORELAX_(reg, name, ld, reg)
# define PERCPU_ASM_WRITE(reg, name, tmp, tmp2) PERCPU_ASM_NORELAX_(tmp, name, sd, reg)
# define PERCPU_ASM_ADDRESS(reg, name, tmp)                                                        \
	.option push ;                                                                             \
	.option norelax ;                                                                          \
	PERCPU_ASM_AT_(reg, name) ;                                                                \
	addi reg, reg, PERCPU_ASM_LOW_(name) ;                                                     \
	.option pop

#elif defined(__loongarch64)

# if defined(PERCPU_NON_ZERO_VMA) || defined(PERCPU_SP_NAIVE)
#  define PERCPU_ASM_VALUE_(reg, name)                                                             \
	pcalau12i reg, %pc_hi20(PERCPU_ASM_VAR_(name)) ;                                           \
	addi.d reg, reg, %pc_lo12(PERCPU_ASM_VAR_(name))
# else
#  define PERCPU_ASM_VALUE_(reg, name)                                                             \
	lu12i.w reg, %abs_hi20(PERCPU_ASM_VAR_(name)) ;                                            \
	ori reg, reg, %abs_lo12(PERCPU_ASM_VAR_(name))
# endif

# ifdef PERCPU_SP_NAIVE
#  define PERCPU_ASM_ADDRESS(reg, name, tmp) PERCPU_ASM_VALUE_(reg, name)
#  define PERCPU_ASM_READ(reg, name, tmp) PERCPU_ASM_VALUE_(reg, name) ; ld.d reg, reg, 0
#  define PERCPU_ASM_WRITE(reg, name, tmp, tmp2) PERCPU_ASM_VALUE_(tmp, name) ; st.d reg, tmp, 0
# else
#  define PERCPU_ASM_REGISTER(reg) move reg, $r21
#  define PERCPU_ASM_SET_REGISTER(reg) move $r21, reg
#  define PERCPU_ASM_ADDRESS(reg, name, tmp)                                                       \
	PERCPU_ASM_VALUE_(reg, name) ;                                                             \
	add.d reg, reg, $r21
#  define PERCPU_ASM_READ(reg, name, tmp)                                                          \
	PERCPU_ASM_VALUE_(reg, name) ;                                                             \
	ldx.d reg, reg, $r21
#  define PERCPU_ASM_WRITE(reg, name, tmp, tmp2)                                                   \
	PERCPU_ASM_VALUE_(tmp, name) ;                                                             \
	stx.d reg, tmp, $r21
# endif

#else
# error "percpu: x86_64, aarch64, riscv64 and loongarch64 only"
#endif

/*
 * What the handlers of interrupts and exceptions do before they return, so that an accessor that
 * they divided between its load and its store begins again. riscv64: the return may keep the
 * reservation of an LR, and handlers clear it by an SC (privileged manual, "Trap-Return
 * Instructions"). It goes to `at`, a register with the address of 8 aligned bytes of this trap's
 * own, such as sp with the saved registers; their value stays. Elsewhere the return does it: on
 * aarch64 eret (Arm ARM DDI 0487, AArch64.ExceptionReturn(): ClearExclusiveLocal()), on loongarch64
 * ertn (reference manual volume 1, CSR.LLBCTL, whose KLO the kernel leaves 0). x86_64 has no such
 * pairs.
 */
#ifdef __riscv
# define PERCPU_TRAP_EXIT(tmp, at)                                                                 \
	ld tmp, 0(at) ;                                                                            \
	sc.d zero, tmp, (at)
#else
# define PERCPU_TRAP_EXIT(tmp, at)
#endif

/* clang-format on */

#endif
