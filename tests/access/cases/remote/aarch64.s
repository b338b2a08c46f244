// As in x86_64.s.
	.globl	start
	.type	start, %function
start:	// __per_cpu_offset[cpu] + symbol
	adrp	x9, offsets
	add	x9, x9, :lo12:offsets
	ldr	x9, [x9, w0, sxtw #3]
	mov	x1, #0x20
	ldr	w2, [x9, x1]			//Z: read of 4 bytes at variable
	movz	x1, #:abs_g0:variable
	str	x2, [x1, x9]			//: write of 8 bytes at variable
	add	x1, x1, x9
	ldr	x2, [x1, #8]			//: read of 8 bytes at other
	adrp	x1, variable
	add	x1, x1, :lo12:variable
	add	x1, x9, x1
	ldaddal	x2, x3, [x1]			//: read-modify-write of 8 bytes at variable
	ret

	.type	pointers, %function
pointers:	// through which nothing is accessed here
	movz	x1, #:abs_g0:other
	add	x0, x0, x1			//: address at other
	bl	start
	movz	x1, #:abs_g0:variable
	add	x0, x0, x1			//: address at variable
	ret

	.type	own, %function
own:	// this CPU's, a structure's member, an index of an array
	mrs	x9, TPIDR_EL1
	movz	x1, #:abs_g0:variable
	ldr	x2, [x9, x1]
	ldr	x2, [x0, #0x20]
	add	x2, x0, #0x20
	adrp	x1, array
	add	x1, x1, :lo12:array
	ldr	x2, [x1, x0]
	ret

	.section .text
offsets:
	.zero	64
array:
	.zero	64

	.section .percpu, "aw", %progbits
	.zero	0x20
	.globl	variable
	.type	variable, %object
	.size	variable, 8
variable:
	.quad	0
	.globl	other
	.type	other, %object
	.size	other, 8
other:
	.quad	0
	.zero	0x10
