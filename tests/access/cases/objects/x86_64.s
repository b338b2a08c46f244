# As in riscv64.s; here an empty field leads to the next instruction, and the address of something
# else is 0.
	.globl	start
	.type	start, @function
start:
	movl	$variable, %eax
	testq	%rdi, %rdi
	je	.Lhere
	jmp	elsewhere
	movq	%gs:8(%rax), %rcx	#: read of 8 bytes, place not known and more through GS_BASE
.Lhere:
	movq	%gs:(%rax), %rcx	#: read of 8 bytes, place not known and more through GS_BASE
	movq	%gs:variable(%rip), %rcx	#: read of 8 bytes at variable through GS_BASE
	movq	%gs:elsewhere, %rcx	#: read of 8 bytes, place not known and more through GS_BASE
	movq	%gs:elsewhere(%rip), %rcx	#: read of 8 bytes, place not known and more through GS_BASE
	movl	$elsewhere, %eax
	movq	%gs:(%rax), %rcx	#: read of 8 bytes, place not known and more through GS_BASE
	movl	$1, %gs:other		#: write of 4 bytes at other through GS_BASE
	movl	$elsewhere, %gs:other	#: write of 4 bytes at other through GS_BASE
	movq	%gs:0x28, %rcx		#: read of 8 bytes at 0x28 through GS_BASE
	retq

	.type	again, @function
again:
	movl	$variable, %eax
	jmp	.Lend
	jmp	again
.Lend:
	movq	%gs:(%rax), %rcx	#: read of 8 bytes at variable through GS_BASE
	retq

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
