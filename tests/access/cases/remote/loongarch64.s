# As in x86_64.s.
	.globl	start
	.type	start, @function
start:	# __per_cpu_offset[cpu] + symbol
	pcalau12i $t0, %pc_hi20(offsets)
	addi.d	$t0, $t0, %pc_lo12(offsets)
	slli.d	$a0, $a0, 3
	ldx.d	$t0, $t0, $a0
	lu12i.w	$a1, %abs_hi20(variable)
	ori	$a1, $a1, %abs_lo12(variable)
	ldx.w	$a2, $a1, $t0			#: read of 4 bytes at variable
	stx.d	$a2, $t0, $a1			#: write of 8 bytes at variable
	add.d	$a1, $a1, $t0
	ld.d	$a2, $a1, 8			#: read of 8 bytes at other
	pcalau12i $a1, %pc_hi20(other)
	addi.d	$a1, $a1, %pc_lo12(other)
	add.d	$a1, $a1, $t0
	amadd.d	$a3, $a2, $a1			#: read-modify-write of 8 bytes at other
	ret

	.type	pointers, @function
pointers:	# through which nothing is accessed here
	lu12i.w	$a1, %abs_hi20(other)
	ori	$a1, $a1, %abs_lo12(other)
	add.d	$a0, $a0, $a1			#: address at other
	bl	start
	ori	$a1, $zero, 0x20
	add.d	$a0, $a0, $a1			#Z: address at variable
	ret

	.type	own, @function
own:	# this CPU's, a structure's member, an index of an array
	lu12i.w	$a1, %abs_hi20(variable)
	ori	$a1, $a1, %abs_lo12(variable)
	ldx.d	$a2, $a1, $r21
	ld.d	$a2, $a0, 0x20
	addi.d	$a2, $a0, 0x20
	pcalau12i $a1, %pc_hi20(array)
	addi.d	$a1, $a1, %pc_lo12(array)
	ldx.d	$a2, $a1, $a0
	ret

	.section .text
offsets:
	.zero	64
array:
	.zero	64

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
	.zero	0x10
