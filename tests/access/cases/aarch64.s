// place 0
// As in x86_64.s.
	.globl	start
	.type	start, %function
start:	// what names memory, and how
	mrs	x9, TPIDR_EL1
	ldr	x0, [x9, #8]		//: read 8 TPIDR_EL1 8 exact
	ldrb	w0, [x9]		//: read 1 TPIDR_EL1 0 exact
	ldrsw	x0, [x9, #4]		//: read 4 TPIDR_EL1 4 exact
	ldrsh	w0, [x9, #4]		//: read 2 TPIDR_EL1 4 exact
	ldur	w0, [x9, #-4]		//: read 4 TPIDR_EL1 fffffffffffffffc exact
	strh	wzr, [x9, #2]		//: write 2 TPIDR_EL1 2 exact
	ldp	x0, x1, [x9, #16]	//: read 16 TPIDR_EL1 10 exact
	stp	w0, w1, [x9, #8]	//: write 8 TPIDR_EL1 8 exact
	ldr	q0, [x9, #16]		//: read 16 TPIDR_EL1 10 exact
	str	d0, [x9, #16]		//: write 8 TPIDR_EL1 10 exact
	ldar	w0, [x9]		//: read 4 TPIDR_EL1 0 exact
	stlr	x0, [x9]		//: write 8 TPIDR_EL1 0 exact
	ldxr	x0, [x9]		//: read 8 TPIDR_EL1 0 exact
	stxr	w1, x0, [x9]		//: write 8 TPIDR_EL1 0 exact
	ldaxrb	w0, [x9]		//: read 1 TPIDR_EL1 0 exact
	stlxrb	w1, w0, [x9]		//: write 1 TPIDR_EL1 0 exact
	ldxp	x0, x1, [x9]		//: read 16 TPIDR_EL1 0 exact
	stxp	w2, x0, x1, [x9]	//: write 16 TPIDR_EL1 0 exact
	ldaddal	w0, w1, [x9]		//: read-modify-write 4 TPIDR_EL1 0 exact
	stsetlb	w0, [x9]		//: read-modify-write 1 TPIDR_EL1 0 exact
	swph	w0, w1, [x9]		//: read-modify-write 2 TPIDR_EL1 0 exact
	cas	x0, x1, [x9]		//: read-modify-write 8 TPIDR_EL1 0 exact
	casp	x0, x1, x2, x3, [x9]	//: read-modify-write 16 TPIDR_EL1 0 exact
	ldr	x0, [x9, x8]		//: read 8 TPIDR_EL1 - floating
	ldr	x0, [x9, x8, lsl #3]	//: read 8 TPIDR_EL1 - floating
	prfm	pldl1keep, [x9]
	dc	zva, x9
	ldr	x0, [x8, #8]
	mrs	x10, TPIDR_EL2
	ldr	x0, [x10, #8]		//: read 8 TPIDR_EL2 8 exact
	mrs	x11, TPIDR_EL0
	ldr	x0, [x11, #8]
	ldr	x0, [x9, #8]!		//: read 8 TPIDR_EL1 8 exact
	ret

	.type	constants, %function
constants:	// constants that the code forms
	mov	x0, #0x18
	mrs	x1, TPIDR_EL1
	ldr	x2, [x0, x1]		//: read 8 TPIDR_EL1 18 exact
	ldr	x2, [x1, x0]		//: read 8 TPIDR_EL1 18 exact
	movk	x0, #1, lsl #16
	strb	w2, [x1, x0]		//: write 1 TPIDR_EL1 10018 exact
	ldr	x2, [x1, w0, uxtw]	//: read 8 TPIDR_EL1 - floating
	adrp	x3, variable
	add	x3, x3, :lo12:variable
	ldr	w2, [x3, x1]		//: read 4 TPIDR_EL1 20 exact
	mov	w19, #0x20
	mov	w4, #0x20
	bl	start
	mrs	x1, TPIDR_EL1
	ldr	w2, [x1, x19]		//: read 4 TPIDR_EL1 20 exact
	ldr	w2, [x1, x4]		//: read 4 TPIDR_EL1 - floating
	lsl	x19, x19, #1
	ldr	w2, [x1, x19]		//: read 4 TPIDR_EL1 - floating
	ret

	.type	addresses, %function
addresses:	// addresses through which nothing is accessed here
	mov	x0, #0x20
	mrs	x1, TPIDR_EL1
	add	x0, x0, x1		//: address - TPIDR_EL1 20 exact
	bl	start
	mov	x0, #0
	mrs	x1, TPIDR_EL1
	add	x0, x0, x1		//: address - TPIDR_EL1 0 exact
	add	x2, x1, #0x10
	add	x2, x2, #8		//: address - TPIDR_EL1 18 exact
	add	x3, x1, #0x18
	str	x4, [x3]		//: write 8 TPIDR_EL1 18 exact
	add	x3, x1, #0x10
	add	x3, x3, x4, lsl #2
	add	x5, x1, #1, lsl #12
	sub	x6, x1, #8
	mov	x7, x1
	ret

	.type	paths, %function
paths:	// where paths meet
	mrs	x1, TPIDR_EL1
	mov	x2, #0x10
	cbz	x0, 1f
	mov	x2, #0x18
	add	x3, x1, #8		//: address - TPIDR_EL1 8 exact
	b	2f
1:	add	x3, x1, #0x10		//: address - TPIDR_EL1 10 exact
2:	ldr	x4, [x1, x2]		//: read 8 TPIDR_EL1 - floating
	tbz	w4, #3, 1b
	ldr	x4, [x3]		//: read 8 TPIDR_EL1 - floating
	ret
	.inst	0
	ldr	x4, [x1]
	ret

	.type	unseen, %function
unseen:	// entered from where nobody knows, and what only that leads to
	br	x0
1:	ldr	x4, [x1, #0x20]		//: read 8 TPIDR_EL1 20 exact
	ret
	mrs	x1, TPIDR_EL1
2:	ldr	x4, [x1, #8]		//: read 8 TPIDR_EL1 8 exact
	cbz	x4, 1b
	b	2b

	.type	pairs, %function
pairs:	// two words that may be of a variable each
	mrs	x9, TPIDR_EL1
	mov	x1, #0x40
	add	x1, x1, x9
	ldp	x2, x3, [x1]		//: read 8 TPIDR_EL1 40 exact //: read 8 TPIDR_EL1 48 exact
	stp	x2, x3, [x1]		//: write 8 TPIDR_EL1 40 exact //: write 8 TPIDR_EL1 48 exact
	ldp	w2, w3, [x1]		//: read 8 TPIDR_EL1 40 exact
	ldp	w2, w3, [x1, #4]	//: read 4 TPIDR_EL1 44 exact //: read 4 TPIDR_EL1 48 exact
	ldpsw	x2, x3, [x1, #4]	//: read 4 TPIDR_EL1 44 exact //: read 4 TPIDR_EL1 48 exact
	ldxp	x2, x3, [x1]		//: read 8 TPIDR_EL1 40 exact //: read 8 TPIDR_EL1 48 exact
	stxp	w4, x2, x3, [x1]	//: write 8 TPIDR_EL1 40 exact //: write 8 TPIDR_EL1 48 exact
	casp	x2, x3, x4, x5, [x1]	//: read-modify-write 16 TPIDR_EL1 40 exact
	ldp	q0, q1, [x1]		//: read 16 TPIDR_EL1 40 exact //: read 16 TPIDR_EL1 50 exact
	ldr	q0, [x1]		//: read 16 TPIDR_EL1 40 exact
	ldp	x2, x3, [x1, #0x10]	//: read 16 TPIDR_EL1 50 exact
	ldp	x2, x3, [x1, #0x18]	//: read 8 TPIDR_EL1 58 exact //: read 8 TPIDR_EL1 60 exact
	ldp	x2, x3, [x1, #0x20]	//: read 16 TPIDR_EL1 60 exact
	ldp	x2, x3, [x1, #-8]	//: read 8 TPIDR_EL1 38 exact //: read 8 TPIDR_EL1 40 exact
	add	x4, x1, x5
	ldp	x2, x3, [x4]		//: read 16 TPIDR_EL1 40 floating
	ret

	.type	levels, %function
levels:	// one of two bases, by the level that code runs at
	mov	x2, #0x20
	mrs	x0, CurrentEL
	cmp	x0, #8
	b.eq	1f
	mrs	x1, TPIDR_EL1
	b	2f
1:	mrs	x1, TPIDR_EL2
2:	ldr	x3, [x1, x2]		//: read 8 TPIDR_EL1 20 exact
	add	x1, x1, x2
	str	x3, [x1]		//: write 8 TPIDR_EL1 20 exact
	ret

	.type	kept, %function
kept:	// on the stack, or chosen: not seen
	mrs	x1, TPIDR_EL1
	str	x1, [sp, #-16]!
	ldr	x2, [sp], #16
	str	x0, [x2]
	mrs	x3, TPIDR_EL1
	csel	x4, x3, x3, eq
	ldr	x0, [x4, #8]
	ret

	.type	patched, %function
patched:	// what Linux writes over: two jump labels, and what has an alternative
	mrs	x1, TPIDR_EL1
3:	b	1f
	ldr	x4, [x1, #0x8]		//: read 8 TPIDR_EL1 8 exact
4:	nop
5:	b	1f
	ldr	x4, [x1, #0x18]		//: read 8 TPIDR_EL1 18 exact
	b	1f
	ldr	x4, [x1, #0x20]
	ret
2:	ldr	x4, [x1, #0x10]		//: read 8 TPIDR_EL1 10 exact
1:	ret

	.pushsection __jump_table, "aw"
	.long	3b - ., 1b - ., 0, 0
	.long	4b - ., 2b - ., 0, 0
	.popsection
	.pushsection .altinstructions, "a"
	.long	5b - ., 0
	.byte	0, 0, 4, 0
	.popsection

	.type	warned, %function
warned:	// traps: Linux comes back from the first one, which its table says
	mrs	x1, TPIDR_EL1
7:	brk	#0x800
	ldr	x4, [x1, #8]		//: read 8 TPIDR_EL1 8 exact
8:	brk	#0x800
	ldr	x4, [x1, #8]
	ret

	.type	pools, %function
pools:	// data among the code, as the assembler marks it
	mrs	x1, TPIDR_EL1
	mov	x2, #8
	b	1f
	.word	0xf9400420		// ldr x0, [x1, #8]
1:	ldr	x0, [x1, x2]		//: read 8 TPIDR_EL1 8 exact
	ldr	x0, =0x123456789abcdef0
	ldr	x0, [x1, #16]		//: read 8 TPIDR_EL1 10 exact
	cbz	x0, 3f
	.word	0xd503201f		// a nop that is run
	ldr	x0, [x1, #16]		//: read 8 TPIDR_EL1 10 exact
	.word	0xd2800001		// mov x1, #0, which is run: it leaves nothing known
	ldr	x0, [x1, #16]
	mrs	x1, TPIDR_EL1
	b	2f
	.word	0x14000002, 0xd65f03c0	// b over the ret
	nop
2:	ldr	x0, [x1, #24]		//: read 8 TPIDR_EL1 18 exact
	ret
3:	ldr	x0, [x1, #32]		//: read 8 TPIDR_EL1 20 exact
	ret
	.ltorg
	.word	0xd538d081, 0xf9400c20	// mrs x1, TPIDR_EL1; ldr x0, [x1, #24]
	.type	behind_data, %function
behind_data:	mrs	x1, TPIDR_EL1
	ldr	x0, [x1, #40]		//: read 8 TPIDR_EL1 28 exact
	ret

	.pushsection __bug_table, "aw"
	.long	7b - ., 0
	.short	0, 1
	.long	8b - ., 0
	.short	0, 0
	.popsection

	.section .percpu, "aw", %progbits
	.zero	0x20
	.globl	variable
	.type	variable, %object
	.size	variable, 8
variable:
	.quad	0
	.zero	0x18
	.macro	data name size
	.globl	\name
	.type	\name, %object
	.size	\name, \size
\name:
	.endm
	data	left 8
	.quad	0
	data	right 8
	.quad	0
	data	both 16
	.quad	0
	data	part 8
	.quad	0
	data	behind 4
	.quad	0
