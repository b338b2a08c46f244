// As in riscv64.s; an empty field leads to the instruction itself.
	.globl	start
	.type	start, %function
start:
	mrs	x9, TPIDR_EL1
	movz	x1, #:abs_g0:variable
	cbz	x0, .Lhere
	b	elsewhere
.Lhere:
	ldr	x2, [x9, x1]		//: read of 8 bytes at variable through TPIDR_EL1
	add	x1, x1, x9
	ldp	x2, x3, [x1]		//: read of 8 bytes at variable through TPIDR_EL1 //: read of 8 bytes at other through TPIDR_EL1
	movz	x1, #:abs_g0:elsewhere
	ldr	x2, [x9, x1]		//: read of 8 bytes, place not known and more through TPIDR_EL1
	adrp	x1, elsewhere
	ldr	x2, [x1, :lo12:elsewhere]
	bl	elsewhere
	ldr	x2, [x9, x1]
	ret

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
