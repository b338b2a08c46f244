/*
 * Boot on QEMU's virt machine: in S-mode behind OpenSBI, on a hart that it chooses, which starts
 * the others by SBI's HSM. Of OpenSBI 1.1, which QEMU 7.2 has, one of these may come to _start all
 * the same, when it wakes before it has been given its address. With MACHINE_MMODE in M-mode, where
 * all harts come at once. RISC-V privileged manual. Nothing here sets gp or tp: one of them is the
 * runtime's.
 */
#include "../machine.h"
#include "percpu_asm.h"

#ifdef MACHINE_MMODE
#define CSR(name) m##name
#define RETURN mret
#else
#define CSR(name) s##name
#define RETURN sret
#endif

/* RISC-V SBI, "Hart State Management". */
#define SBI_HSM 0x48534d
#define SBI_HSM_STOP 1

/* Sv39: valid, readable, writable, executable, accessed, dirty. */
#define PTE_ALL 0xcf
#define SATP_SV39 8

	.section .text.boot, "ax", @progbits
	.globl _start
_start:
#ifdef MACHINE_MMODE
	csrr a1, mhartid		/* the number of the CPU, too */
	beqz a1, start
	la t0, machine_released
	slli t1, a1, 3
	add t0, t0, t1
1:	ld t1, 0(t0)
	beqz t1, 1b
	fence r, rw
	j start
#else
	la t0, machine_booted
	li t1, 1
	amoswap.w.aqrl t1, t1, (t0)
	beqz t1, 2f
1:	li a7, SBI_HSM			/* not the first: machine_wait_cpu() starts it again */
	li a6, SBI_HSM_STOP
	ecall
	j 1b
2:	la t0, machine_boot_hart
	sd a0, 0(t0)
	li a1, 0
	j start

	/* From SBI: a0 the hart, a1 what machine_start_cpu() gave: the number of the CPU. */
	.globl machine_secondary
machine_secondary:
	j start
#endif

start:
	mv s0, a1
#ifndef MACHINE_MMODE
	la t0, pages
	srli t0, t0, 12
	li t1, SATP_SV39
	slli t1, t1, 60
	or t0, t0, t1
	sfence.vma
	csrw satp, t0
	sfence.vma
	la t0, linked
	li t1, LOAD_OFFSET
	add t0, t0, t1
	jr t0				/* to where it is linked */
#endif
linked:
	la t0, trap
	csrw CSR(tvec), t0
	la t0, stacks
	addi t1, s0, 1
	li t2, STACK_SIZE
	mul t1, t1, t2
	add sp, t0, t1
	li fp, 0
	mv a0, a1
	call kernel_entry
1:	wfi
	j 1b

/* All traps. What a function call may change is saved, gp and tp are left alone. */
	.section .text, "ax", @progbits
	.balign 4
trap:
	addi sp, sp, -128
	sd ra, 0(sp)
	sd t0, 8(sp)
	sd t1, 16(sp)
	sd t2, 24(sp)
	sd t3, 32(sp)
	sd t4, 40(sp)
	sd t5, 48(sp)
	sd t6, 56(sp)
	sd a0, 64(sp)
	sd a1, 72(sp)
	sd a2, 80(sp)
	sd a3, 88(sp)
	sd a4, 96(sp)
	sd a5, 104(sp)
	sd a6, 112(sp)
	sd a7, 120(sp)
	PERCPU_ASM_READ(t0, entries, t1)
	addi t0, t0, 1
	PERCPU_ASM_WRITE(t0, entries, t1, t2)
	csrr a0, CSR(cause)
	csrr a1, CSR(epc)
	csrr a2, CSR(tval)
	call machine_trap
	PERCPU_TRAP_EXIT(t0, sp)
	ld ra, 0(sp)
	ld t0, 8(sp)
	ld t1, 16(sp)
	ld t2, 24(sp)
	ld t3, 32(sp)
	ld t4, 40(sp)
	ld t5, 48(sp)
	ld t6, 56(sp)
	ld a0, 64(sp)
	ld a1, 72(sp)
	ld a2, 80(sp)
	ld a3, 88(sp)
	ld a4, 96(sp)
	ld a5, 104(sp)
	ld a6, 112(sp)
	ld a7, 120(sp)
	addi sp, sp, 128
	RETURN

	.section .data, "aw", @progbits
#ifndef MACHINE_MMODE
/*
 * Physical 0 to 1 GiB, the devices, at its own address; 2 to 3 GiB, memory, at its own and at
 * 0xffffffc080000000. Pages of 1 GiB.
 */
	.balign 4096
pages:
	.quad PTE_ALL
	.quad 0
	.quad (0x80000000 >> 2) | PTE_ALL
	.fill 255, 8, 0
	.quad (0x80000000 >> 2) | PTE_ALL
	.fill 253, 8, 0
#endif

	.section .note.GNU-stack, "", @progbits
