# place 0
# Each instruction that is to be listed says so behind `#:`, as tests/access/oracle.py prints it
# but for the address.
	.globl	start
	.type	start, @function
start:	# what names memory through gs, and how
	movq	%gs:8, %rax		#: read 8 GS_BASE 8 exact
	movl	%eax, %gs:0x10		#: write 4 GS_BASE 10 exact
	movb	$1, %gs:0x11		#: write 1 GS_BASE 11 exact
	movw	%gs:0x12, %ax		#: read 2 GS_BASE 12 exact
	movzbl	%gs:0x13, %eax		#: read 1 GS_BASE 13 exact
	movslq	%gs:0x14, %rax		#: read 4 GS_BASE 14 exact
	movq	%gs:far(%rip), %rax	#: read 8 GS_BASE 40 exact
	movabsq	%gs:0x18, %rax		#: read 8 GS_BASE 18 exact
	incl	%gs:0x10		#: read-modify-write 4 GS_BASE 10 exact
	lock addq $1, %gs:0x18		#: read-modify-write 8 GS_BASE 18 exact
	xchgq	%rax, %gs:0x18		#: read-modify-write 8 GS_BASE 18 exact
	xaddw	%ax, %gs:0x12		#: read-modify-write 2 GS_BASE 12 exact
	cmpxchgb %cl, %gs:0x11		#: read-modify-write 1 GS_BASE 11 exact
	cmpxchg16b %gs:0x20		#: read-modify-write 16 GS_BASE 20 exact
	shll	$3, %gs:0x10		#: read-modify-write 4 GS_BASE 10 exact
	notq	%gs:8			#: read-modify-write 8 GS_BASE 8 exact
	cmpl	$0, %gs:0x10		#: read 4 GS_BASE 10 exact
	testb	$1, %gs:0x11		#: read 1 GS_BASE 11 exact
	cmpq	%gs:8, %rax		#: read 8 GS_BASE 8 exact
	addq	%gs:8, %rax		#: read 8 GS_BASE 8 exact
	andl	%eax, %gs:0x10		#: read-modify-write 4 GS_BASE 10 exact
	btl	$3, %gs:0x10		#: read 4 GS_BASE 10 exact
	btl	%eax, %gs:0x10		#: read - GS_BASE 10 floating
	btsl	%eax, %gs:0x10		#: read-modify-write - GS_BASE 10 floating
	sete	%gs:0x11		#: write 1 GS_BASE 11 exact
	pushq	%gs:8			#: read 8 GS_BASE 8 exact
	popq	%gs:8			#: write 8 GS_BASE 8 exact
	callq	*%gs:8			#: read 8 GS_BASE 8 exact
	imull	%gs:0x10, %eax		#: read 4 GS_BASE 10 exact
	mull	%gs:0x10		#: read 4 GS_BASE 10 exact
	movsb	%gs:(%rsi), %es:(%rdi)	#: read 1 GS_BASE - floating
	rep movsb %gs:(%rsi), %es:(%rdi)	#: read - GS_BASE - floating
	movq	%gs:0x28(%rax,%rcx,8), %rdx	#: read 8 GS_BASE - floating
	movq	%gs:(%eax), %rdx	#: read 8 GS_BASE - floating
	leaq	%gs:8, %rax
	nopl	%gs:8(%rax)
	prefetcht0 %gs:8
	movq	%fs:8, %rax
	movq	8(%rax), %rax
	jmpq	*%gs:8			#: read 8 GS_BASE 8 exact

	.type	constants, @function
constants:	# constants that the code forms, and what is no longer one
	movl	$0x30, %eax
	movq	%gs:(%rax), %rcx	#: read 8 GS_BASE 30 exact
	movq	%gs:8(%rax), %rcx	#: read 8 GS_BASE 38 exact
	movq	%rax, %rdx
	addq	$8, %rdx
	movq	%gs:(%rdx), %rcx	#: read 8 GS_BASE 38 exact
	movq	%gs:(%rcx,%rdx), %rsi	#: read 8 GS_BASE 38 floating
	movq	%gs:(%rcx,%rdx,2), %rsi	#: read 8 GS_BASE - floating
	leaq	-8(%rdx), %rdx
	movq	%gs:(%rdx), %rcx	#: read 8 GS_BASE 30 exact
	movb	$1, %al
	movq	%gs:(%rax), %rcx	#: read 8 GS_BASE - floating
	movq	$0x40, %rbx
	movq	$0x40, %rcx
	callq	start
	movq	%gs:(%rbx), %rax	#: read 8 GS_BASE 40 exact
	movq	%gs:(%rcx), %rax	#: read 8 GS_BASE - floating
	shlq	$1, %rbx
	movq	%gs:(%rbx), %rax	#: read 8 GS_BASE - floating
	retq

	.type	pointers, @function
pointers:	# the base in a register
	movq	%gs:__PERCPU_SELF_PTR(%rip), %rax	#: read 8 GS_BASE 0 exact
	movl	0x10(%rax), %ecx	#: read 4 GS_BASE 10 exact
	addq	$0x18, %rax
	incq	(%rax)			#: read-modify-write 8 GS_BASE 18 exact
	movq	$0x20, %rdx
	addq	%gs:0, %rdx		#: read 8 GS_BASE 0 exact
	movq	%rcx, 8(%rdx)		#: write 8 GS_BASE 28 exact
	movq	8(%rdx,%rcx,4), %rcx	#: read 8 GS_BASE 28 floating
	movq	%gs:8, %rax		#: read 8 GS_BASE 8 exact
	movq	(%rax), %rcx
	addq	(%rax), %rdx
	movq	%rcx, 8(%rdx)		#: write 8 GS_BASE 28 floating
	retq

	.type	addresses, @function
addresses:	# addresses through which nothing is accessed here
	movq	$0x20, %rdi
	addq	%gs:0, %rdi		#: address - GS_BASE 20 exact #: read 8 GS_BASE 0 exact
	callq	start
	movq	%gs:0, %rax		#: read 8 GS_BASE 0 exact
	leaq	0x30(%rax), %rsi	#: address - GS_BASE 30 exact
	leaq	0x38(%rax), %rdx
	leaq	8(%rdx), %rdx		#: address - GS_BASE 40 exact
	leaq	0x1000(%rax), %rcx
	leaq	0x20(%rax,%rbx,8), %r8
	leaq	0x28(%rax), %r9
	movq	%r9, %r10
	movq	(%r10), %r10		#: read 8 GS_BASE 28 exact
	retq

	.type	paths, @function
paths:	# where paths meet
	movl	$0x10, %eax
	movl	$0x20, %ebx
	testl	%edi, %edi
	je	1f
	movl	$0x18, %eax
1:	movl	%gs:(%rax), %ecx	#: read 4 GS_BASE - floating
	movl	%gs:(%rbx), %ecx	#: read 4 GS_BASE 20 exact
	movq	%gs:0, %rdx		#: read 8 GS_BASE 0 exact
	addq	$8, %rdx		#: address - GS_BASE 8 exact
2:	movl	(%rdx), %ecx		#: read 4 GS_BASE - floating
	addq	$4, %rdx
	testl	%ecx, %ecx
	jne	2b
	jmp	3f
	movl	%gs:(%rbx), %ecx	#: read 4 GS_BASE - floating
3:	movl	%gs:(%rbx), %ecx	#: read 4 GS_BASE - floating
	retq

	.type	unseen, @function
unseen:	# entered from where nobody knows, and what only that leads to
	jmpq	*%rdi
1:	movl	%gs:(%rbx), %ecx	#: read 4 GS_BASE 20 exact
	retq
	movl	$0x20, %ebx
2:	movl	%gs:(%rbx), %ecx	#: read 4 GS_BASE 20 exact
	testl	%ecx, %ecx
	je	1b
	jmp	2b

	.type	moved, @function
moved:	# the base from its register, in a function without an override
	rdgsbaseq	%rdi
	movl	$0x20, %eax
	incl	(%rdi,%rax)		#: read-modify-write 4 GS_BASE 20 exact
	lfence
	movq	8(%rdi), %rcx		#: read 8 GS_BASE 8 exact
	retq

	.type	bits, @function
bits:	# a register says which bit, and how far that is
	btq	%rax, %gs:0x20		#: read - GS_BASE 20 floating
	btsl	%eax, %gs:0x20		#: read-modify-write - GS_BASE 20 floating
	btq	$5, %gs:0x20		#: read 8 GS_BASE 20 exact
	movl	$0x20, %ebx
	btrq	%rax, %gs:(%rbx)	#: read-modify-write - GS_BASE 20 floating
	retq

	.type	kept, @function
kept:	# on the stack, exchanged, or chosen: not seen
	rdgsbaseq	%rdi
	pushq	%rdi
	popq	%rsi
	movl	8(%rsi), %eax
	movq	%rdi, %rdx
	xchgq	%rdx, %rcx
	movl	8(%rcx), %eax
	cmoveq	%rdi, %r8
	movl	8(%r8), %eax
	movl	8(%rdi), %eax		#: read 4 GS_BASE 8 exact
	retq

	.type	patched, @function
patched:	# what Linux writes over: two jump labels, and what has an alternative
	movl	$0x20, %ebx
3:	jmp	1f
	movl	%gs:0x8(%rbx), %ecx		#: read 4 GS_BASE 28 exact
4:	nop
5:	jmp	1f
	movl	%gs:0x18(%rbx), %ecx		#: read 4 GS_BASE 38 exact
	jmp	1f
	movl	%gs:0x20(%rbx), %ecx		#: read 4 GS_BASE - floating
	retq
2:	movl	%gs:0x10(%rbx), %ecx		#: read 4 GS_BASE 30 exact
1:	retq

	.pushsection __jump_table, "aw"
	.long	3b - ., 1b - ., 0, 0
	.long	4b - ., 2b - ., 0, 0
	.popsection
	.pushsection .altinstructions, "a"
	.long	5b - ., 0
	.byte	0, 0, 2, 0
	.popsection

	.type	warned, @function
warned:	# traps: Linux comes back from the first one, which its table says
	movl	$0x20, %ebx
7:	ud2
	movl	%gs:(%rbx), %ecx	#: read 4 GS_BASE 20 exact
8:	ud2
	movl	%gs:(%rbx), %ecx	#: read 4 GS_BASE - floating
	retq

	.pushsection __bug_table, "aw"
	.long	7b - ., 0
	.short	0, 1
	.long	8b - ., 0
	.short	0, 0
	.popsection

	.section .percpu, "aw", @progbits
	.globl	__PERCPU_SELF_PTR
	.type	__PERCPU_SELF_PTR, @object
	.size	__PERCPU_SELF_PTR, 8
__PERCPU_SELF_PTR:
	.quad	0
	.zero	0x38
	.type	far, @object
	.size	far, 8
far:
	.quad	0
