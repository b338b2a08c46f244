/*
 * Boot on QEMU's virt machine, at EL1, or with PERCPU_ARM_EL2 at EL2. QEMU and PSCI enter at
 * physical addresses with the MMU off; from there on memory is cached, as exclusive accesses want
 * it. Arm ARM, DDI 0487, chapters D8 and D24.
 */
#include "../machine.h"
#include "percpu_asm.h"

#define PHYS(symbol) (symbol - LOAD_OFFSET)

#ifdef PERCPU_ARM_EL2
#define EL(reg) reg##_el2
/* RES1 bits 31 and 23; PS: 40 bits; SH0 inner, ORGN0 and IRGN0 write-back, T0SZ: 48 bits. */
#define TCR 0x80823510
#define SCTLR_RES1 0x30c50830
#else
#define EL(reg) reg##_el1
/* IPS: 40 bits; TG1: 4 KiB; SH, ORGN, IRGN and TSZ of both halves as above. */
#define TCR 0x2b5103510
#define SCTLR_RES1 0x30d00800
#endif

#define SCTLR_M_C_I 0x1005
#define MAIR 0xff00			/* 0: device nGnRnE; 1: normal, write-back */

	.section .text.boot, "ax", @progbits
	.globl _start
_start:
	ldr x1, =MAIR
	msr EL(mair), x1
	ldr x1, =TCR
	msr EL(tcr), x1
	adrp x1, level0
	add x1, x1, :lo12:level0
	msr EL(ttbr0), x1
#ifndef PERCPU_ARM_EL2
	msr ttbr1_el1, x1
#endif
	isb
	ldr x1, =SCTLR_RES1 | SCTLR_M_C_I
	msr EL(sctlr), x1
	isb
	ldr x1, =linked
	br x1				/* to where it is linked */
linked:
	ldr x1, =vectors
	msr EL(vbar), x1
	mrs x0, mpidr_el1
	and x0, x0, #0xff
	ldr x1, =stacks + STACK_SIZE
	mov x2, #STACK_SIZE
	madd x1, x0, x2, x1
	msr spsel, #1
	mov sp, x1
	mov x29, xzr
	bl kernel_entry
1:	wfi
	b 1b
	.ltorg

/* What a function may change, in 160 bytes of the stack: stp or ldp. */
	.macro each_saved pair
	\pair x0, x1, [sp]
	\pair x2, x3, [sp, #16]
	\pair x4, x5, [sp, #32]
	\pair x6, x7, [sp, #48]
	\pair x8, x9, [sp, #64]
	\pair x10, x11, [sp, #80]
	\pair x12, x13, [sp, #96]
	\pair x14, x15, [sp, #112]
	\pair x16, x17, [sp, #128]
	\pair x18, x30, [sp, #144]
	.endm

/* Of the 16 vectors, 0x80 bytes apart, the IRQ of this exception level is at 0x280. */
	.section .text, "ax", @progbits
	.balign 2048
vectors:
	.rept 5
	.balign 0x80
	b fatal
	.endr
	.balign 0x80
	sub sp, sp, #160
	each_saved stp
	b interrupt
	.rept 10
	.balign 0x80
	b fatal
	.endr

interrupt:
	PERCPU_ASM_READ(x0, entries, x1)
	add x0, x0, #1
	PERCPU_ASM_WRITE(x0, entries, x1, x2)
	bl machine_timer_interrupt
	PERCPU_TRAP_EXIT(x0, sp)
	each_saved ldp
	add sp, sp, #160
	eret

fatal:
	mrs x0, EL(esr)
	lsr x0, x0, #26			/* the exception class */
	mrs x1, EL(elr)
	mrs x2, EL(far)
	bl trap_fatal

#define TABLE 0x3
#define BLOCK_DEVICE 0x0060000000000401	/* not executable, accessed, attribute 0 */
#define BLOCK_NORMAL 0x705		/* accessed, inner shareable, attribute 1 */

/* Physical 0 to 2 GiB, devices and memory, at address 0 and at the start of the upper half. */
	.section .data, "aw", @progbits
	.balign 4096
level0:
	.quad PHYS(level1) + TABLE
	.fill 511, 8, 0
level1:
	.quad BLOCK_DEVICE
	.quad 0x40000000 + BLOCK_NORMAL
	.fill 510, 8, 0

	.section .note.GNU-stack, "", @progbits
