# place 0
# As in x86_64.s.
	.globl	start
	.type	start, @function
start:	# what names memory, and how
	ld.d	$a0, $r21, 8		#: read 8 r21 8 exact
	ld.bu	$a0, $r21, 0		#: read 1 r21 0 exact
	ld.h	$a0, $r21, -2		#: read 2 r21 fffffffffffffffe exact
	st.w	$zero, $r21, 4		#: write 4 r21 4 exact
	ldptr.d	$a0, $r21, 16		#: read 8 r21 10 exact
	stptr.w	$a0, $r21, 16		#: write 4 r21 10 exact
	ldx.d	$a0, $r21, $a1		#: read 8 r21 - floating
	stx.b	$a0, $a1, $r21		#: write 1 r21 - floating
	fld.d	$fa0, $r21, 8		#: read 8 r21 8 exact
	vld	$vr0, $r21, 16		#: read 16 r21 10 exact
	ll.w	$a0, $r21, 8		#: read 4 r21 8 exact
	sc.w	$a0, $r21, 8		#: write 4 r21 8 exact
	addi.d	$a1, $r21, 0x18
	amadd.d	$a0, $a2, $a1		#: read-modify-write 8 r21 18 exact
	amswap_db.w $a0, $a2, $a1	#: read-modify-write 4 r21 18 exact
	preld	0, $r21, 8
	ld.d	$a0, $tp, 8
	ret

	.type	constants, @function
constants:	# constants that the code forms
	lu12i.w	$a0, 1
	ori	$a0, $a0, 0x18
	ldx.d	$a1, $a0, $r21		#: read 8 r21 1018 exact
	lu32i.d	$a0, 1
	lu52i.d	$a0, $a0, 0
	ldx.d	$a1, $a0, $r21		#: read 8 r21 100001018 exact
	pcalau12i $a0, %pc_hi20(variable)
	addi.d	$a0, $a0, %pc_lo12(variable)
	ldx.w	$a1, $a0, $r21		#: read 4 r21 20 exact
	ori	$s0, $zero, 0x20
	ori	$t0, $zero, 0x20
	bl	start
	ldx.w	$a1, $s0, $r21		#: read 4 r21 20 exact
	ldx.w	$a1, $t0, $r21		#: read 4 r21 - floating
	addi.w	$a0, $s0, 8
	ldx.w	$a1, $a0, $r21		#: read 4 r21 28 exact
	slli.d	$s0, $s0, 1
	ldx.w	$a1, $s0, $r21		#: read 4 r21 - floating
	ret

	.type	addresses, @function
addresses:	# addresses through which nothing is accessed here
	ori	$a0, $zero, 0x20
	add.d	$a0, $a0, $r21		#: address - r21 20 exact
	bl	start
	move	$a0, $zero
	ori	$a0, $zero, 0
	add.d	$a0, $a0, $r21		#: address - r21 0 exact
	addi.d	$a1, $r21, 8
	move	$a2, $a1
	st.d	$a1, $a2, 0		#: write 8 r21 8 exact
	addi.d	$a1, $r21, 8
	addi.d	$a1, $a1, 8		#: address - r21 10 exact
	addi.d	$a3, $r21, 0x10
	alsl.d	$a3, $a4, $a3, 2
	add.d	$a3, $a4, $r21
	ret

	.type	paths, @function
paths:	# where paths meet
	addi.d	$a1, $r21, 8		#: address - r21 8 exact
	beqz	$a0, 1f
	addi.d	$a1, $r21, 0x10		#: address - r21 10 exact
1:	ld.d	$a2, $a1, 0		#: read 8 r21 - floating
	addi.d	$a1, $a1, 8
	bnez	$a2, 1b
	b	2f
	ld.d	$a2, $a1, 0
2:	move	$r21, $a2
	ld.d	$a2, $r21, 0		#: read 8 r21 0 exact
	ret

	.type	entered, @function
entered:	# what is written into the base's register is the base
	st.d	$r21, $sp, 0
	ld.d	$r21, $sp, 8
	li.w	$a0, 0x20
	ldx.d	$a2, $a0, $r21		#: read 8 r21 20 exact
	move	$r21, $zero
	ld.d	$a2, $r21, 8		#: read 8 r21 8 exact
	lu12i.w	$r21, 0x123
	ori	$r21, $r21, 0x10
	ld.d	$a2, $r21, 8		#: read 8 r21 8 exact
	ertn

	.type	unseen, @function
unseen:	# entered from where nobody knows, and what only that leads to
	jr	$a0
1:	ld.d	$a2, $a1, 8		#: read 8 r21 10 exact
	ret
	addi.d	$a1, $r21, 8
2:	ld.d	$a2, $a1, 0		#: read 8 r21 8 exact
	beqz	$a2, 1b
	b	2b

	.type	patched, @function
patched:	# what Linux writes over: two jump labels, and what has an alternative
	addi.d	$a1, $r21, 8
3:	b	1f
	ld.d	$a2, $a1, 0x8		#: read 8 r21 10 exact
4:	nop
5:	b	1f
	ld.d	$a2, $a1, 0x18		#: read 8 r21 20 exact
	b	1f
	ld.d	$a2, $a1, 0x20
	ret
2:	ld.d	$a2, $a1, 0x10		#: read 8 r21 18 exact
1:	ret

	.pushsection __jump_table, "aw"
	.long	3b - ., 1b - ., 0, 0
	.long	4b - ., 2b - ., 0, 0
	.popsection
	.pushsection .altinstructions, "a"
	.long	5b - ., 0
	.byte	0, 0, 4, 0
	.popsection

	.type	warned, @function
warned:	# traps: Linux comes back from the first one, which its table says
	addi.d	$a1, $r21, 8
7:	break	1
	ld.d	$a2, $a1, 0		#: read 8 r21 8 exact
8:	break	1
	ld.d	$a2, $a1, 0
	ret

	.pushsection __bug_table, "aw"
	.long	7b - ., 0
	.short	0, 1
	.long	8b - ., 0
	.short	0, 0
	.popsection

	.type	words, @function
words:	# the word around 1 or 2 bytes
	addi.d	$a0, $r21, 0x2a
	bstrins.d $a0, $zero, 1, 0
1:	ll.w	$a2, $a0, 0		#: read 4 r21 28 exact
	sc.w	$a2, $a0, 0		#: write 4 r21 28 exact
	beqz	$a2, 1b
	ret

	.section .percpu, "aw", @progbits
	.zero	0x20
	.globl	variable
	.type	variable, @object
	.size	variable, 8
variable:
	.quad	0
	.zero	0x18
