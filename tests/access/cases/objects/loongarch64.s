# As in riscv64.s.
	.globl	start
	.type	start, @function
start:
	beqz	$a0, .Lother
	lu12i.w	$a1, %abs_hi20(variable)
	ori	$a1, $a1, %abs_lo12(variable)
	add.d	$a1, $a1, $r21		#: address at variable through r21
	b	.Lboth
.Lother:
	lu12i.w	$a1, %abs_hi20(other)
	ori	$a1, $a1, %abs_lo12(other)
	add.d	$a1, $a1, $r21		#: address at other through r21
.Lboth:
	ld.d	$a2, $a1, 0		#: read of 8 bytes, place not known and more through r21
	ret

	.type	near, @function
near:
	lu12i.w	$a1, %abs_hi20(variable)
	ori	$a1, $a1, %abs_lo12(variable)
	add.d	$a1, $a1, $r21
	bne	$a0, $a2, .Lsame
	b	.Lsame
	b	elsewhere
.Lsame:
	ld.d	$a2, $a1, 0		#: read of 8 bytes at variable through r21
	bl	elsewhere
	ld.d	$a2, $a1, 0
	ret

	.section .percpu, "aw", @progbits
	.zero	0x20
	.globl	variable
	.type	variable, @object
	.size	variable, 8
variable:
	.quad	0
	.globl	other
	.type	other, @object
	.size	other, 8
other:
	.quad	0
