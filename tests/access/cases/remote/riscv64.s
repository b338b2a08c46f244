# As in x86_64.s.
	.option	norelax
	.globl	start
	.type	start, @function
start:	# __per_cpu_offset[cpu] + symbol
	la	a5, offsets
	slli	a0, a0, 3
	add	a5, a5, a0
	ld	a5, 0(a5)
	lui	a1, %hi(variable)
	add	a1, a1, a5
	ld	a2, %lo(variable)(a1)		#: read of 8 bytes at variable
	lui	a1, %hi(variable)
	addi	a1, a1, %lo(variable)
	add	a1, a1, a5
	sw	a2, 0(a1)			#: write of 4 bytes at variable
	sd	a2, 8(a1)			#: write of 8 bytes at other
	amoadd.d a3, a2, (a1)			#: read-modify-write of 8 bytes at variable
1:	auipc	a1, %pcrel_hi(other)
	addi	a1, a1, %pcrel_lo(1b)
	add	a1, a1, a5
	ld	a2, 0(a1)			#: read of 8 bytes at other
	ret

	.type	pointers, @function
pointers:	# through which nothing is accessed here
	lui	a1, %hi(other)
	addi	a1, a1, %lo(other)
	add	a0, a0, a1			#: address at other
	call	start
	li	a1, 0x20
	add	a0, a0, a1			#Z: address at variable
	ret

	.type	own, @function
own:	# this CPU's, a structure's member, an index of an array
	lui	a1, %hi(variable)
	add	a1, a1, gp
	ld	a2, %lo(variable)(a1)
	ld	a2, 0x20(a0)
	addi	a2, a0, 0x20
	la	a1, array
	add	a1, a1, a0
	ld	a2, 0(a1)
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
