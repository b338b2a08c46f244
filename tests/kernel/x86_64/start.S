/*
 * Boot by PVH: 32-bit protected mode, flat, paging off. The other CPUs come by a start-up message
 * in real mode, at TRAMPOLINE. Intel SDM volume 3, "Processor management and initialization".
 */
#include "../machine.h"
#include "percpu_asm.h"
#include "machine.h"

#define PHYS(symbol) (symbol - LOAD_OFFSET)

#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10

#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define CR0_PE_ET_PG 0x80000011

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, 18			/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long PHYS(_start)

/* From paging off to 64-bit mode, in 16 and 32-bit code alike. */
.macro enter_long_mode
	movl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $PHYS(pml4), %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME, %eax
	wrmsr
	movl $CR0_PE_ET_PG, %eax
	movl %eax, %cr0
	ljmpl $CODE_SELECTOR, $PHYS(long_mode)
.endm

	.section .text.boot, "ax", @progbits
	.code32
	.globl _start
_start:
	cli
	cld
	lgdtl PHYS(gdt_pointer)
	enter_long_mode

	.code64
long_mode:
	movabsq $1f, %rax
	jmpq *%rax			/* to where it is linked */
1:
	movl $DATA_SELECTOR, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl $1, %eax
	cpuid
	shrl $24, %ebx			/* initial APIC id */
	movl %ebx, %edi
	leal 1(%rdi), %eax
	imull $STACK_SIZE, %eax, %eax
	movq $stacks, %rsp
	addq %rax, %rsp
	xorl %ebp, %ebp
	callq kernel_entry
2:	hlt
	jmp 2b

	/* Copied to TRAMPOLINE: addresses of its own parts are counted from there. */
	.section .text, "ax", @progbits
	.code16
	.globl trampoline, trampoline_end
trampoline:
	cli
	cld
	xorw %ax, %ax
	movw %ax, %ds
	lgdtl TRAMPOLINE + trampoline_gdt - trampoline
	enter_long_mode
	.balign 4
trampoline_gdt:
	.word gdt_end - gdt - 1
	.long PHYS(gdt)
trampoline_end:

/*
 * Vectors, VECTOR_SIZE bytes apart. Exceptions leave the vector on the stack, over the error code
 * where there is one.
 */
	.code64
	.balign VECTOR_SIZE
	.globl vectors
vectors:
	.set vector, 0
	.rept VECTOR_TIMER
	.balign VECTOR_SIZE
	pushq $vector
	jmp fatal
	.set vector, vector + 1
	.endr
	.balign VECTOR_SIZE
	jmp timer

fatal:
	movq (%rsp), %rdi
	movq 8(%rsp), %rsi
	movq 16(%rsp), %rdx
	andq $-16, %rsp
	callq trap_fatal

timer:
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	cld
	PERCPU_ASM_READ(%rax, entries, %rcx)
	incq %rax
	PERCPU_ASM_WRITE(%rax, entries, %rcx, %rdx)
	callq machine_timer_interrupt
	PERCPU_TRAP_EXIT(%rax, %rsp)
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rax
	iretq

	.section .data, "aw", @progbits
	.balign 8
gdt:
	.quad 0
	.quad 0x00af9a000000ffff	/* code, 64 bits */
	.quad 0x00cf92000000ffff	/* data */
gdt_end:
gdt_pointer:
	.word gdt_end - gdt - 1
	.long PHYS(gdt)

#define PRESENT_WRITABLE 0x03
#define LARGE_PAGE 0x83

/* Physical 0 to 4 GiB at address 0; the first GiB also at 0xffffffff80000000. */
	.balign 4096
pml4:
	.quad PHYS(pdpt_low) + PRESENT_WRITABLE
	.fill 510, 8, 0
	.quad PHYS(pdpt_high) + PRESENT_WRITABLE
pdpt_low:
	.quad PHYS(pages) + PRESENT_WRITABLE
	.quad PHYS(pages) + 0x1000 + PRESENT_WRITABLE
	.quad PHYS(pages) + 0x2000 + PRESENT_WRITABLE
	.quad PHYS(pages) + 0x3000 + PRESENT_WRITABLE
	.fill 508, 8, 0
pdpt_high:
	.fill 510, 8, 0
	.quad PHYS(pages) + PRESENT_WRITABLE
	.quad 0
pages:
	.set page, 0
	.rept 2048
	.quad page << 21 | LARGE_PAGE
	.set page, page + 1
	.endr

	.section .note.GNU-stack, "", @progbits
