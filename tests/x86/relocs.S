# Instructions by hand that hold relocations: every place of a field, with and without gs, behind
# instructions that end in what reads as a prefix.
	.text
	.globl	_start
_start:
	incl	%gs:local(,%rdi,8)
	addl	$1, %gs:local
	addl	$0x12345678, %gs:local
	addq	$local, %gs:local
	movb	$1, %gs:local(%rip)
	movw	$0x4848, %gs:local(%rip)
	movl	$0x65656565, %gs:local(%rip)
	cmpxchgq %rcx, %gs:local
	lock incl local(%rip)
	lock cmpxchg16b %gs:local(%rip)
	movabs	$local, %rax
	movabs	$local, %r12
	movabs	local, %al
	movabs	%gs:local, %eax
	movabs	%gs:local, %rax
	movabs	%rax, %gs:local
	cmpl	$0x44444444, local
	cmpl	$local, local
	cmpl	$local, %gs:local
	cmpq	$local, %gs:local(%rip)
	imull	$local, %gs:local, %eax
	imulq	$local, %gs:local(%rip), %r9
	imull	$7, %gs:local(,%rax,4), %r9d
	pushq	$local
	pushq	%gs:local
	popq	%gs:local(%rip)
	movl	$local, %eax
	movq	$local, %rax
	movq	$local, %r15
	movl	$local, %r15d
	addq	$local, %rax
	addq	$local, %rbx
	leaq	local(%rax), %rbx
	leaq	local(,%rax,8), %rbx
	leaq	local(%rip), %rbx
	movq	%gs:local(%rip), %rax
	movq	%gs:local, %rax
	movzbl	%gs:local(%rip), %eax
	movzwl	%gs:local+2(%rax), %eax
	movslq	%gs:local(%rip), %r9
	xaddl	%eax, %gs:local
	btsq	$5, %gs:local
	shrdl	$5, %eax, %gs:local
	movq	other@GOTPCREL(%rip), %rax
	addq	other@GOTPCREL(%rip), %r10
	cmpq	%r10, other@GOTPCREL(%rip)
	movl	other@GOTPCREL(%rip), %eax
	callq	*other@GOTPCREL(%rip)
	callq	other@PLT
	callq	local
	jmp	other
	jne	other
	jmp	*local(,%rax,8)
	callq	*%gs:local(%rip)
	vmovdqu	local(%rip), %ymm1
	vpextrd	$1, %xmm1, local(%rip)
	vaddpd	local(%rax), %zmm1, %zmm3
	rorxl	$3, local(%rip), %eax
	movdqu	%xmm9, local(%r9)
	pinsrw	$3, local, %xmm1
	fldl	local(%rip)
	crc32q	local(%rip), %rax
	movbel	local, %eax

	# What stands before: disp8 and immediates that read as REX, as prefixes and as opcodes.
	.macro	after	value
	movb	$\value, %cl
	movl	local(%rip), %eax
	movb	$\value, %cl
	movq	%gs:local, %rax
	addl	\value(%rax), %ecx
	jmp	other
	addl	$\value, %ecx
	movq	$local, %rdx
	addl	$\value << 24, %ecx
	callq	other
	xorl	\value(%rbx,%rbx), %ecx
	addl	$1, %gs:local
	orb	$\value, %gs:local
	leaq	local(%rip), %rdi
	.endm
	.irp	value, 0x40, 0x41, 0x44, 0x48, 0x49, 0x4c, 0x4f, 0x65, 0x64, 0x66, 0x67, 0x2e, 0x3e
	after	\value
	.endr
	.irp	value, 0x0f, 0x62, 0x70, 0x7f, 0x01, 0x03, 0x05, 0x25, 0x3c, 0x69, 0x6b
	after	\value
	.endr

	# What reads as a gs override, or another prefix, right before one.
	.irp	ends, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x48
	.byte	0x74, \ends
	movq	%gs:local, %rax
	.byte	0x74, \ends
	movw	%gs:local(%rip), %ax
	.byte	0x48, 0x89, \ends | 0xc0
	addl	$1, %gs:local(%rip)
	.endr

	# Zeros that stand for code when a constant is taken for it.
	.rept	16
	movq	$0, local(%rip)
	movl	$0, local
	movq	$0, %gs:local+8(,%rbx,8)
	movb	$0, local(%rip)
	.endr

	andl	$0x2000, %esi
	testb	$2, %cl
	.byte	0x74, 0x31
	imulq	$0x3e80000, 16(%rbx), %rax
	movabsq	$0x7a12000000000, %rdx
	cmpq	%rdx, %rax
	cmovgq	%rdx, %rax
	movabsq	$-0x7a12000000000, %rdx
	cmpq	%rdx, %rax
	cmovlq	%rdx, %rax
	movq	%rax, local(%rip)
	.byte	0x49, 0xc7, 0x87, 0xa8, 0, 0, 0, 0xf0, 0xc5, 0x58, 0x81
	.byte	0x49, 0xc7, 0x87, 0xb0, 0, 0, 0, 0x70, 0xb7, 0x58, 0x81
	movq	0x2c0(%r15), %rbp
	.byte	0x49, 0xc7, 0x87, 0xb8, 0, 0, 0, 0x60, 0xc5, 0x58, 0x81
	.byte	0x49, 0xc7, 0x87, 0xc0, 0, 0, 0, 0x80, 0xc5, 0x58, 0x81
	movq	$local, 0xd0(%r15)

	.section .text.first, "ax", @progbits
	movq	%gs:local, %rax
	.section .text.second, "ax", @progbits
	callq	other
	.section .text.third, "ax", @progbits
	addl	$1, %gs:local(%rip)

	.data
	.globl	other
other:
local:
	.quad	local
	.quad	0
