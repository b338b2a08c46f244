/*
 * The crate's side without a Rust compiler: variables as its def_percpu defines them, and each
 * method's instructions as percpu_macros 0.4.0 writes them. Of what is wrong on purpose:
 *
 *	WRONG_BIAS	in nonzero the register is written as if it were zero
 *	WRONG_SECTION	the variables are in .data
 *	WRONG_SELF	the crate's own address is another variable than __PERCPU_SELF_PTR
 *	WRONG_REGISTER	the area is in a register that is not the runtime's
 *	WRONG_NOTE	a note says that all this is for nonzero; the crate has none
 */
#include "crate.h"

/* A static of the crate's that is not to be seen from elsewhere, as rustc names it. */
#define HIDDEN _ZN6kernel15__PERCPU_HIDDEN17h0123456789abcdefE

#ifdef WRONG_NOTE
#include "percpu_note.h"
	PERCPU_NOTE_UNIT(PERCPU_NOTE_MODE_PERCPU, PERCPU_NOTE_MODEL_NONZERO,
		PERCPU_NOTE_UNSPECIFIED, PERCPU_NOTE_UNSPECIFIED, PERCPU_NOTE_UNSPECIFIED)
#endif

/* A macro line of the assembler in one of the preprocessor's: all four take `;` between. */
#define ACCESS(name, bits, type, initial) accessors name, bits ;
#define DEFINE(name, bits, type, initial) define name, bits, initial ;

/* ---- Each machine's instructions ---------------------------------------------------------- */

#if defined(__x86_64__)

#ifdef WRONG_SELF
#define SELF __PERCPU_OTHER_PTR
#else
#define SELF __PERCPU_SELF_PTR
#endif
#ifdef WRONG_REGISTER
#define SEGMENT %fs
#else
#define SEGMENT %gs
#endif

	.macro vma symbol
	movl $\symbol, %eax
	.endm

	.macro less_load_start
	movl $_percpu_load_start, %ecx
	subq %rcx, %rax
	.endm

	.macro pointer symbol
	movq SEGMENT:SELF, %rax
	addq $\symbol, %rax
	.endm

	/* What widens follows the crate's instruction: the compiler's part. */
	.macro read symbol, bits
	.if \bits == 8
	movb SEGMENT:\symbol, %al
	movzbl %al, %eax
	.elseif \bits == 16
	movw SEGMENT:\symbol, %ax
	movzwl %ax, %eax
	.elseif \bits == 32
	movl SEGMENT:\symbol, %eax
	.else
	movq SEGMENT:\symbol, %rax
	.endif
	.endm

	.macro write symbol, bits
	.if \bits == 8
	movb %dil, SEGMENT:\symbol
	.elseif \bits == 16
	movw %di, SEGMENT:\symbol
	.elseif \bits == 32
	movl %edi, SEGMENT:\symbol
	.else
	movq %rdi, SEGMENT:\symbol
	.endif
	.endm

	/* The GS base is MSR C0000101H. */
	.macro read_register
	movl $0xc0000101, %ecx
	rdmsr
	shlq $32, %rdx
	orq %rdx, %rax
	.endm

	.macro plus_load_start
	movl $_percpu_load_start, %ecx
	addq %rcx, %rax
	.endm

	.macro argument
	movq %rdi, %rax
	.endm

	.macro write_register
	movq %rax, %rdi
	movq %rax, %rdx
	shrq $32, %rdx
	movl $0xc0000101, %ecx
	wrmsr
	movq %rdi, SEGMENT:SELF
	.endm

#elif defined(__aarch64__)

#ifdef WRONG_REGISTER
#define REGISTER tpidr_el0
#else
#define REGISTER tpidr_el1
#endif

	.macro vma symbol
	movz x0, #:abs_g0_nc:\symbol
	.endm

	.macro less_load_start
	movz x1, #:abs_g0_nc:_percpu_load_start
	sub x0, x0, x1
	.endm

	.macro plus_load_start
	movz x1, #:abs_g0_nc:_percpu_load_start
	add x0, x0, x1
	.endm

	.macro pointer symbol
	mrs x2, REGISTER
	vma \symbol
	add x0, x2, x0
	.endm

	/* Through the pointer: the crate has no instructions for it. */
	.macro read symbol, bits
	pointer \symbol
	.if \bits == 8
	ldrb w0, [x0]
	.elseif \bits == 16
	ldrh w0, [x0]
	.elseif \bits == 32
	ldr w0, [x0]
	.else
	ldr x0, [x0]
	.endif
	.endm

	.macro write symbol, bits
	mov x3, x0
	pointer \symbol
	.if \bits == 8
	strb w3, [x0]
	.elseif \bits == 16
	strh w3, [x0]
	.elseif \bits == 32
	str w3, [x0]
	.else
	str x3, [x0]
	.endif
	.endm

	.macro read_register
	mrs x0, REGISTER
	.endm

	.macro argument
	.endm

	.macro write_register
	msr REGISTER, x0
	.endm

#elif defined(__riscv)

#ifdef WRONG_REGISTER
#define REGISTER tp
#else
#define REGISTER gp
#endif

	.macro vma symbol
	lui a0, %hi(\symbol)
	addi a0, a0, %lo(\symbol)
	.endm

	.macro load_start
	lui a1, %hi(_percpu_load_start)
	addi a1, a1, %lo(_percpu_load_start)
	.endm

	.macro less_load_start
	load_start
	sub a0, a0, a1
	.endm

	.macro plus_load_start
	load_start
	add a0, a0, a1
	.endm

	.macro pointer symbol
	mv a2, REGISTER
	vma \symbol
	add a0, a2, a0
	.endm

	.macro access insn, value, symbol
	lui a1, %hi(\symbol)
	add a1, a1, REGISTER
	\insn \value, %lo(\symbol)(a1)
	.endm

	.macro read symbol, bits
	.if \bits == 8
	access lbu, a0, \symbol
	.elseif \bits == 16
	access lhu, a0, \symbol
	.elseif \bits == 32
	access lwu, a0, \symbol
	sext.w a0, a0
	.else
	access ld, a0, \symbol
	.endif
	.endm

	.macro write symbol, bits
	.if \bits == 8
	access sb, a0, \symbol
	.elseif \bits == 16
	access sh, a0, \symbol
	.elseif \bits == 32
	access sw, a0, \symbol
	.else
	access sd, a0, \symbol
	.endif
	.endm

	.macro read_register
	mv a0, REGISTER
	.endm

	.macro argument
	.endm

	.macro write_register
	mv REGISTER, a0
	.endm

#else

#ifdef WRONG_REGISTER
#define REGISTER $tp
#else
#define REGISTER $r21
#endif

	.macro vma symbol
	lu12i.w $a0, %abs_hi20(\symbol)
	ori $a0, $a0, %abs_lo12(\symbol)
	.endm

	.macro load_start
	lu12i.w $a1, %abs_hi20(_percpu_load_start)
	ori $a1, $a1, %abs_lo12(_percpu_load_start)
	.endm

	.macro less_load_start
	load_start
	sub.d $a0, $a0, $a1
	.endm

	.macro plus_load_start
	load_start
	add.d $a0, $a0, $a1
	.endm

	.macro pointer symbol
	move $a2, REGISTER
	vma \symbol
	add.d $a0, $a2, $a0
	.endm

	.macro access insn, value, symbol
	lu12i.w $a1, %abs_hi20(\symbol)
	ori $a1, $a1, %abs_lo12(\symbol)
	\insn \value, $a1, REGISTER
	.endm

	.macro read symbol, bits
	.if \bits == 8
	access ldx.bu, $a0, \symbol
	.elseif \bits == 16
	access ldx.hu, $a0, \symbol
	.elseif \bits == 32
	access ldx.wu, $a0, \symbol
	addi.w $a0, $a0, 0
	.else
	access ldx.d, $a0, \symbol
	.endif
	.endm

	.macro write symbol, bits
	.if \bits == 8
	access stx.b, $a0, \symbol
	.elseif \bits == 16
	access stx.h, $a0, \symbol
	.elseif \bits == 32
	access stx.w, $a0, \symbol
	.else
	access stx.d, $a0, \symbol
	.endif
	.endm

	.macro read_register
	move $a0, REGISTER
	.endm

	.macro argument
	.endm

	.macro write_register
	move REGISTER, $a0
	.endm

#endif

/* ---- Functions ---------------------------------------------------------------------------- */

	.macro function name
	.globl \name
	.type \name, %function
\name:
	.endm

	.macro places name
	function crate_vma_\name
	vma __PERCPU_\name
	ret
	function crate_offset_\name
	vma __PERCPU_\name
#ifdef PERCPU_NON_ZERO_VMA
	less_load_start
#endif
	ret
	function crate_ptr_\name
	pointer __PERCPU_\name
	ret
	.endm

	.macro accessors name, bits
	places \name
	function crate_read_\name
	read __PERCPU_\name, \bits
	ret
	function crate_write_\name
	write __PERCPU_\name, \bits
	ret
	.endm

	.text
	CRATE_INTEGERS(ACCESS)
	C_INTEGERS(ACCESS)
	places PAIR
	places both

	function crate_read_HIDDEN
	read HIDDEN, 32
	ret

	function crate_load_start
	vma _percpu_load_start
	ret

	function crate_load_end
	vma _percpu_load_end
	ret

	function crate_read_reg
	read_register
#ifdef PERCPU_NON_ZERO_VMA
	plus_load_start
#endif
	ret

	function crate_write_reg
	argument
#if defined(PERCPU_NON_ZERO_VMA) && !defined(WRONG_BIAS)
	less_load_start
#endif
	write_register
	ret

/* ---- Variables ---------------------------------------------------------------------------- */

#ifdef WRONG_SECTION
	.section .data, "aw", %progbits
#else
	.section .percpu, "aw", %progbits
#endif

	.macro define name, bits, initial
	.balign \bits / 8
	.globl __PERCPU_\name
	.type __PERCPU_\name, %object
	.size __PERCPU_\name, \bits / 8
__PERCPU_\name:
	.if \bits == 8
	.byte \initial
	.elseif \bits == 16
	.2byte \initial
	.elseif \bits == 32
	.4byte \initial
	.else
	.8byte \initial
	.endif
	.endm

	CRATE_INTEGERS(DEFINE)
	.balign 8
	.globl __PERCPU_PAIR
	.type __PERCPU_PAIR, %object
	.size __PERCPU_PAIR, 16
__PERCPU_PAIR:
	.8byte PAIR_FIRST, PAIR_SECOND

	.balign 4
	.type HIDDEN, %object
	.size HIDDEN, 4
HIDDEN:
	.4byte HIDDEN_INITIAL

#ifdef __x86_64__
	.globl SELF
	.type SELF, %object
	.size SELF, 8
SELF:
	.8byte 0
#endif

	.section .note.GNU-stack, "", %progbits
