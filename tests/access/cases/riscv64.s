# place 0
# As in x86_64.s.
	.option	norelax
	.globl	start
	.type	start, @function
start:	# what names memory, and how
	ld	a0, 8(gp)		#: read 8 gp 8 exact
	lbu	a0, 0(gp)		#: read 1 gp 0 exact
	lh	a0, -2(gp)		#: read 2 gp fffffffffffffffe exact
	sw	zero, 4(gp)		#: write 4 gp 4 exact
	fld	fa0, 8(gp)		#: read 8 gp 8 exact
	mv	a1, gp
	c.ld	a0, 8(a1)		#: read 8 gp 8 exact
	c.sw	a0, 4(a1)		#: write 4 gp 4 exact
	addi	a2, gp, 0x18
	lr.w	a0, (a2)		#: read 4 gp 18 exact
	sc.w	a0, a3, (a2)		#: write 4 gp 18 exact
	amoadd.d.aqrl a0, a3, (a2)	#: read-modify-write 8 gp 18 exact
	amoswap.w zero, a3, (a2)	#: read-modify-write 4 gp 18 exact
	ld	a0, 8(sp)
	ld	a0, 8(tp)
	ret

	.type	constants, @function
constants:	# constants that the code forms
	lui	a0, 1
	add	a0, a0, gp
	ld	a1, -8(a0)		#: read 8 gp ff8 exact
	lui	a0, %hi(variable)
	add	a0, a0, gp
	ld	a1, %lo(variable)(a0)	#: read 8 gp 20 exact
1:	auipc	a0, %pcrel_hi(variable)
	add	a0, a0, gp
	ld	a1, %pcrel_lo(1b)(a0)	#: read 8 gp 20 exact
	li	s1, 0x20
	li	t0, 0x20
	call	start
	add	a0, s1, gp
	sd	a1, 0(a0)		#: write 8 gp 20 exact
	add	a0, t0, gp
	sd	a1, 0(a0)		#: write 8 gp - floating
	addiw	a0, s1, 8
	add	a0, a0, gp
	sd	a1, 0(a0)		#: write 8 gp 28 exact
	slli	s1, s1, 1
	add	a0, s1, gp
	sd	a1, 4(a0)		#: write 8 gp - floating
	ret

	.type	addresses, @function
addresses:	# addresses through which nothing is accessed here
	li	a0, 0x20
	add	a0, a0, gp		#: address - gp 20 exact
	call	start
	li	a0, 0
	add	a0, a0, gp		#: address - gp 0 exact
	addi	a1, gp, 8
	mv	a2, a1
	sd	a1, 0(a2)		#: write 8 gp 8 exact
	addi	a1, gp, 8
	addi	a1, a1, 8		#: address - gp 10 exact
	add	a3, a4, gp
	ret

	.type	paths, @function
paths:	# where paths meet
	addi	a1, gp, 8		#: address - gp 8 exact
	beqz	a0, 1f
	addi	a1, gp, 0x10		#: address - gp 10 exact
1:	ld	a2, 0(a1)		#: read 8 gp - floating
	addi	a1, a1, 8
	bnez	a2, 1b
	j	2f
	ld	a2, 0(a1)
2:	mv	gp, a2
	ld	a2, 0(gp)		#: read 8 gp 0 exact
	ret

	.type	entered, @function
entered:	# what is written into the base's register is the base
	addi	a1, gp, 8
	sd	gp, 0(sp)
	ld	gp, 8(sp)
	li	a0, 0x20
	add	a0, a0, gp
	ld	a2, 0(a0)		#: read 8 gp 20 exact
	ld	a2, 0(a1)		#: read 8 gp 8 exact
	lui	gp, 0x123
	addi	gp, gp, 0x10
	ld	a2, 8(gp)		#: read 8 gp 8 exact
	call	start
	ld	a2, 8(gp)		#: read 8 gp 8 exact
	sret

	.type	unseen, @function
unseen:	# entered from where nobody knows, and what only that leads to
	jr	a0
1:	ld	a2, 8(a1)		#: read 8 gp 10 exact
	ret
	addi	a1, gp, 8
2:	ld	a2, 0(a1)		#: read 8 gp 8 exact
	beqz	a2, 1b
	j	2b

	.type	patched, @function
patched:	# what Linux writes over: two jump labels, and what has an alternative
	addi	a1, gp, 8
3:	j	1f
	ld	a2, 0x8(a1)		#: read 8 gp 10 exact
4:	nop
5:	j	1f
	ld	a2, 0x18(a1)		#: read 8 gp 20 exact
	j	1f
	ld	a2, 0x20(a1)
	ret
2:	ld	a2, 0x10(a1)		#: read 8 gp 18 exact
1:	ret

	.pushsection __jump_table, "aw"
	.long	3b - ., 1b - ., 0, 0
	.long	4b - ., 2b - ., 0, 0
	.popsection
	.pushsection .altinstructions, "a"
	.long	5b - ., 0
	.short	0, 2
	.long	0
	.popsection

	.type	warned, @function
warned:	# traps: Linux comes back from the first one, which its table says
	addi	a1, gp, 8
7:	ebreak
	ld	a2, 0(a1)		#: read 8 gp 8 exact
8:	ebreak
	ld	a2, 0(a1)
	ret

	.pushsection __bug_table, "aw"
	.long	7b - ., 0
	.short	0, 1
	.long	8b - ., 0
	.short	0, 0
	.popsection

	.type	words, @function
words:	# the word around 1 or 2 bytes
	li	a0, 0x2a
	add	a0, a0, gp
	andi	a1, a0, -4
1:	lr.w	a2, (a1)		#: read 4 gp 28 exact
	sc.w	a2, a3, (a1)		#: write 4 gp 28 exact
	bnez	a2, 1b
	andi	a1, a0, 4
	lw	a2, 0(a1)
	ret

	.type	pools, @function
pools:	# data among the code, as the assembler marks it
	addi	a1, gp, 8
	j	1f
	.half	0x1234
	.word	0x0081b503		# ld a0, 8(gp)
	.half	7			# and what follows: no instruction
1:	ld	a0, 0(a1)		#: read 8 gp 8 exact
	.word	0x0100000f		# pause, which is run
	ld	a0, 0(a1)		#: read 8 gp 8 exact
	.word	0x00100593		# li a1, 1, which is run: it leaves nothing known
	ld	a0, 0(a1)
	ld	a0, 16(gp)		#: read 8 gp 10 exact
	beqz	a0, 2f
	ret
	.half	0x001f			# an instruction of 8 bytes
2:	ld	a0, 24(gp)		#: read 8 gp 18 exact
	ret
	.quad	0x0081b5030081b503
	.half	0x001f
	.type	behind_data, @function
behind_data:	ld	a0, 32(gp)		#: read 8 gp 20 exact
	ret

	.section .percpu, "aw", @progbits
	.zero	0x20
	.globl	variable
	.type	variable, @object
	.size	variable, 8
variable:
	.quad	0
	.zero	0x18
