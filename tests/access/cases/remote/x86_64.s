# Places of another CPU's area. Each instruction that `access --remote` is to list says so behind
# `#:`, in the words of its text output, without addresses and the form: `#R:` where it is not seen
# without a relocation when the template is at address 0, `#Z:` only when it is there.
	.globl	start
	.type	start, @function
start:	# __per_cpu_offset[cpu] + symbol
	movq	offsets(,%rdi,8), %rax
	movl	variable(%rax), %ecx		#R: read of 4 bytes at variable
	movl	$1, variable+4(%rax)		#R: write of 4 bytes at variable+0x4
	incq	variable(%rax,%rsi,8)		#R: read-modify-write of 8 bytes at variable
	movq	$variable, %rdx
	movq	(%rax,%rdx), %rcx		#: read of 8 bytes at variable
	addq	%rax, %rdx
	movq	%rcx, 8(%rdx)			#: write of 8 bytes at other
	movq	$variable, %rdx
	addq	offsets(,%rdi,8), %rdx
	lock addl $1, (%rdx)			#: read-modify-write of 4 bytes at variable
	retq

	.type	pointers, @function
pointers:	# through which nothing is accessed here
	movq	offsets(,%rdi,8), %rax
	addq	$variable, %rax			#R: address at variable
	callq	start
	leaq	other(%rax), %rax		#R: address at other
	callq	start
	movq	$other, %rcx
	addq	%rcx, %rax			#: address at other
	retq

	.type	own, @function
own:	# this CPU's, a structure's member, an index of an array, nothing of the template's
	movq	%gs:variable, %rax
	movq	%gs:variable(%rdi), %rax
	movq	0x20(%rax), %rcx
	leaq	0x20(%rax), %rcx
	movq	offsets(,%rdi,8), %rcx
	movq	array(,%rdi,8), %rcx
	movq	$array, %rdx
	movq	(%rdx,%rdi), %rcx
	movq	variable, %rcx
	movq	%fs:variable(%rdi), %rcx
	retq

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
