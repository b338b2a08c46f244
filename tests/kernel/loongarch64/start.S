/*
 * Boot on QEMU's virt machine. QEMU up to 7.2 starts all CPUs here at once, later ones park all but
 * the first until there are an address in their mailbox and an interrupt: machine_start_cpu() does
 * what both want. LoongArch reference manual, volume 1, chapters 5 to 7. r21 is the runtime's.
 */
#include "../machine.h"
#include "percpu_asm.h"

#define CSR_CRMD 0x0
#define CSR_ECFG 0x4
#define CSR_ESTAT 0x5
#define CSR_ERA 0x6
#define CSR_BADV 0x7
#define CSR_EENTRY 0xc
#define CSR_CPUID 0x20
#define CSR_DMW0 0x180
#define CSR_DMW1 0x181

#define CRMD_PG_DA_MASK 0x18
#define CRMD_PG 0x10
#define DMW_UNCACHED 0x8000000000000001
#define DMW_CACHED 0x9000000000000011

	.section .text.boot, "ax", @progbits
	.globl _start
_start:
	li.d $t0, DMW_UNCACHED
	csrwr $t0, CSR_DMW0
	li.d $t0, DMW_CACHED
	csrwr $t0, CSR_DMW1
#if LOAD_OFFSET
	la.pcrel $t0, 1f
	li.d $t1, LOAD_OFFSET
	bstrins.d $t0, $zero, 63, 60
	or $t0, $t0, $t1
	/* To where it is linked; so far the upper bits are ignored. */
	jr $t0
1:
	li.w $t1, CRMD_PG
	li.w $t2, CRMD_PG_DA_MASK
	csrxchg $t1, $t2, CSR_CRMD
#endif
	csrwr $zero, CSR_ECFG
	la.pcrel $t0, trap
	csrwr $t0, CSR_EENTRY
	csrrd $s0, CSR_CPUID
	andi $s0, $s0, 0x1ff
	beqz $s0, 3f
	la.pcrel $t0, machine_released
	slli.d $t1, $s0, 3
	add.d $t0, $t0, $t1
2:	ld.d $t1, $t0, 0
	beqz $t1, 2b
	dbar 0
3:	la.pcrel $t0, stacks
	addi.d $t1, $s0, 1
	li.w $t2, STACK_SIZE
	mul.d $t1, $t1, $t2
	add.d $sp, $t0, $t1
	move $fp, $zero
	move $a0, $s0
	bl kernel_entry
4:	idle 0
	b 4b

/* All exceptions and interrupts. What a function call may change is saved, r21 is left alone. */
	.section .text, "ax", @progbits
	.balign 4096
trap:
	addi.d $sp, $sp, -144
	st.d $ra, $sp, 0
	st.d $a0, $sp, 8
	st.d $a1, $sp, 16
	st.d $a2, $sp, 24
	st.d $a3, $sp, 32
	st.d $a4, $sp, 40
	st.d $a5, $sp, 48
	st.d $a6, $sp, 56
	st.d $a7, $sp, 64
	st.d $t0, $sp, 72
	st.d $t1, $sp, 80
	st.d $t2, $sp, 88
	st.d $t3, $sp, 96
	st.d $t4, $sp, 104
	st.d $t5, $sp, 112
	st.d $t6, $sp, 120
	st.d $t7, $sp, 128
	st.d $t8, $sp, 136
	PERCPU_ASM_READ($t0, entries, $t1)
	addi.d $t0, $t0, 1
	PERCPU_ASM_WRITE($t0, entries, $t1, $t2)
	csrrd $a0, CSR_ESTAT
	csrrd $a1, CSR_ERA
	csrrd $a2, CSR_BADV
	bl machine_trap
	PERCPU_TRAP_EXIT($t0, $sp)
	ld.d $ra, $sp, 0
	ld.d $a0, $sp, 8
	ld.d $a1, $sp, 16
	ld.d $a2, $sp, 24
	ld.d $a3, $sp, 32
	ld.d $a4, $sp, 40
	ld.d $a5, $sp, 48
	ld.d $a6, $sp, 56
	ld.d $a7, $sp, 64
	ld.d $t0, $sp, 72
	ld.d $t1, $sp, 80
	ld.d $t2, $sp, 88
	ld.d $t3, $sp, 96
	ld.d $t4, $sp, 104
	ld.d $t5, $sp, 112
	ld.d $t6, $sp, 120
	ld.d $t7, $sp, 128
	ld.d $t8, $sp, 136
	addi.d $sp, $sp, 144
	ertn

	.section .note.GNU-stack, "", @progbits
