# Jumps of an object that the linker may relax: their fields are empty, and relocations say where
# they lead. What `access` is to list stands behind `#:`, without addresses and the form.
	.globl	start
	.type	start, @function
start:
	beqz	a0, .Lother
	lui	a1, %hi(variable)
	addi	a1, a1, %lo(variable)
	add	a1, a1, gp		#: address at variable through gp
	j	.Lboth
.Lother:
	lui	a1, %hi(other)
	addi	a1, a1, %lo(other)
	add	a1, a1, gp		#: address at other through gp
.Lboth:
	ld	a2, 0(a1)		#: read of 8 bytes, place not known and more through gp
	ret

	.type	compressed, @function
compressed:
	lui	a1, %hi(variable)
	addi	a1, a1, %lo(variable)
	add	a1, a1, gp
	c.bnez	a0, .Lsame
	c.j	.Lsame
	tail	start
.Lsame:
	ld	a2, 0(a1)		#: read of 8 bytes at variable through gp
	call	elsewhere
	ld	a2, 0(a1)
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
