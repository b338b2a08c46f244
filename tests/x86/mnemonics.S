# Every mnemonic that the decoder treats on its own, with operands of all widths, registers old and
# new, and memory with and without gs.
	.text

	# Two operands, both directions.
	.macro	both	name
	\name\()b	%ah, %bl
	\name\()b	%sil, %r9b
	\name\()b	%bpl, (%rbx)
	\name\()b	5(%rsp,%rcx,2), %dh
	\name\()w	%si, %r9w
	\name\()w	%gs:8, %ax
	\name\()l	%esi, %edi
	\name\()l	%r8d, %fs:(%r13)
	\name\()l	%gs:(%rax,%rbx), %ecx
	\name\()q	%r15, %rax
	\name\()q	%r15, 0x12345678(,%r12,8)
	\name\()q	%gs:0x100(%rip), %r14
	.endm
	.irp	name, add, or, adc, sbb, and, sub, xor, cmp, mov
	both	\name
	.endr
	.macro	immediate name
	\name\()b	$5, %al
	\name\()b	$5, %ch
	\name\()b	$5, %dil
	\name\()w	$0x1234, %ax
	\name\()w	$5, %r9w
	\name\()l	$0x12345678, %eax
	\name\()l	$5, %ebx
	\name\()q	$-5, %rsp
	\name\()q	$0x12345678, %r11
	\name\()b	$5, (%rsi)
	\name\()l	$5, %gs:(%rip)
	\name\()q	$0x12345678, 8(%rbp,%rdx,4)
	.endm
	.irp	name, add, or, adc, sbb, and, sub, xor, cmp, mov, test
	immediate \name
	.endr
	.macro	one	name
	\name\()b	%bh
	\name\()b	%r12b
	\name\()w	%cx
	\name\()l	%edx
	\name\()q	%r9
	\name\()b	%gs:4
	\name\()w	(%rdi)
	\name\()l	8(%r8,%r9)
	\name\()q	(%rip)
	.endm
	.irp	name, inc, dec, not, neg, mul, imul, div, idiv, rol, ror, rcl, rcr, shl, shr, sar
	one	\name
	.endr
	.macro	shift	name
	\name\()b	$3, %ah
	\name\()b	%cl, %sil
	\name\()w	%cl, %dx
	\name\()l	$3, %r8d
	\name\()q	%cl, (%rax)
	\name\()q	$3, %gs:(%rax)
	.endm
	.irp	name, rol, ror, rcl, rcr, shl, shr, sar
	shift	\name
	.endr
	.macro	double	name
	\name\()l	$3, %eax, %edx
	\name\()q	%cl, %rax, %r9
	\name\()q	%cl, %rax, (%r9)
	.endm
	double	shld
	double	shrd
	.macro	wide	name
	\name\()w	%ax, %bx
	\name\()l	%eax, %r9d
	\name\()q	%r10, %rbx
	\name\()w	(%rcx), %bx
	\name\()l	%gs:(%rcx), %ebx
	\name\()q	(%rip), %rbx
	.endm
	.irp	name, imul, bsf, bsr, popcnt, lzcnt, tzcnt, cmove, cmovg, lar
	wide	\name
	.endr
	imull	$3, %eax, %ebx
	imulq	$0x12345, (%rax), %r9
	imulw	$0x123, %cx, %dx
	.macro	bit	name
	\name\()w	%ax, %bx
	\name\()l	$3, %ebx
	\name\()q	%r9, %r10
	\name\()q	%r9, (%rax)
	\name\()l	$3, %gs:(%rax)
	.endm
	.irp	name, bt, bts, btr, btc
	bit	\name
	.endr
	.irp	name, sete, setl, setnp
	\name	%dh
	\name	%dil
	\name	%gs:(%rax)
	.endr
	movzbl	%ah, %ecx
	movzbq	%sil, %rcx
	movzwl	%ax, %ecx
	movsbl	%bh, %ecx
	movsbw	(%rax), %cx
	movswq	%ax, %rcx
	movslq	%eax, %rcx
	movslq	%gs:(%rax,%rbx,4), %rcx
	movzbl	%gs:3(%rip), %r12d
	movzwq	(%rsp), %r12
	movabsq	$0x123456789abcdef0, %r12
	movabsb	0x123456789abcdef0, %al
	movabsl	%gs:0x123456789abcdef0, %eax
	movabsq	%rax, 0x123456789abcdef0
	movabsw	%ax, %gs:0x123456789abcdef0
	movabsq	%gs:0xffffffff81234567, %rax
	movabsq	$0xffffffff81234567, %r9
	movl	$0x81234567, %r9d
	movq	$0xffffffff81234567, %r9
	addl	$0x81234567, %ebx
	addl	$-128, %ebx
	addq	$128, %rbx
	subq	$-128, %rbx
	subq	$128, %rbx
	subq	$-0x80000000, %rbx
	subl	$0x80000000, %ebx
	subq	$0x1234, %rax
	subl	$0x81234567, %eax
	subq	$0, %rbx
	movq	$-1, %rax
	movl	%ds, %eax
	movw	%ds, (%rax)
	movl	%eax, %es
	movw	(%rax), %es
	movq	%cr3, %rax
	movq	%rbx, %cr4
	movq	%cr8, %r9
	movq	%db7, %rsi
	movq	%rsi, %db7

	leaq	(%rax), %rbx
	leaq	8(%rax,%rbx), %rcx
	leaq	8(%rax,%rbx,4), %rcx
	leaq	8(,%rbx,4), %rcx
	leaq	8(,%rbx,1), %rcx
	leaq	0x1234(%rip), %rcx
	leal	-0x1234(%rip), %ecx
	leaq	-0x12345678, %rcx
	leal	-0x12345678, %ecx
	leal	-8(,%rbx,4), %ecx
	leaq	8(%eax), %rcx
	leal	8(%eax), %ecx
	leaq	-8(%eax,%ebx), %rcx
	leal	0x1234, %ecx
	leal	(%rax,%rbx), %r12d
	leaw	(%rax,%rbx), %r12w
	leaq	(%rsp), %rax
	leaq	(%r12), %rax
	leaq	(%r13), %rax
	leaq	(%rbx,%r12), %rax

	xchgb	%ah, %bl
	xchgb	%sil, (%rax)
	xchgl	%eax, %ebx
	xchgq	%rax, %r8
	xchgq	%r9, %r10
	xchgl	%eax, %gs:8
	xaddb	%ah, %dh
	xaddl	%eax, %ebx
	xaddq	%r9, %gs:(%rip)
	cmpxchgb %bh, %ch
	cmpxchgl %ebx, %ecx
	cmpxchgq %r9, %gs:8(%rax)
	lock cmpxchgl %ebx, (%rcx)
	cmpxchg8b (%rax)
	lock cmpxchg16b %gs:(%rsi)
	bswapl	%eax
	bswapq	%r12
	.irp	reg, %rax, %rsp, %r8, %r15
	pushq	\reg
	popq	\reg
	.endr
	pushq	$5
	pushq	$0x12345678
	pushq	%gs:8(%rax)
	popq	8(%rax)
	pushw	%ax
	popw	%r9w
	pushfq
	popfq
	pushq	%fs
	popq	%gs
	enter	$16, $0
	leave
	cltq
	cwtl
	cbtw
	cqto
	cltd
	cwtd
	lahf
	sahf
	xlatb
	cpuid
	rdtsc
	rdtscp
	rdmsr
	wrmsr
	rdpmc
	xgetbv
	xsetbv
	rdpkru
	wrpkru
	inb	$5, %al
	inl	%dx, %eax
	outb	%al, $5
	outl	%eax, %dx
	.irp	s, b, w, l, q
	movs\s
	rep movs\s
	stos\s
	rep stos\s
	lods\s
	cmps\s
	repe cmps\s
	scas\s
	repne scas\s
	.endr
	insb
	rep insl
	outsb
	rep outsl
	lodsb	%gs:(%rsi), %al
	movsq	%gs:(%rsi), %es:(%rdi)
	cmpsb	%es:(%rdi), %fs:(%rsi)

	movbel	(%rax), %ebx
	movbeq	%rbx, %gs:(%rax)
	crc32b	%ah, %ebx
	crc32q	(%rax), %r9
	adcxl	%eax, %ebx
	adoxq	(%rax), %rbx
	movntiq	%rax, (%rbx)
	rdrand	%eax
	rdrand	%r9
	rdseed	%ebx
	rdfsbase %rax
	rdgsbase %r9
	wrfsbase %rax
	wrgsbase %ebx
	wrgsbase %r9
	rdgsbase %ecx
	rdfsbase %r9d
	rdpid	%rax
	rdsspq	%rax
	incsspq	%rax
	endbr64
	wrssq	%rax, (%rbx)
	sldtl	%eax
	sldtw	(%rax)
	strl	%eax
	smswl	%eax
	smsww	(%rax)
	lmsww	%ax
	lldtw	%ax
	ltrw	(%rax)
	verr	%ax
	verw	(%rax)
	lsll	%eax, %ebx
	sgdtq	(%rax)
	sidtq	(%rax)
	lgdtq	(%rax)
	lidtq	(%rax)
	invlpg	%gs:(%rax)
	swapgs
	fxsave	(%rax)
	fxrstor64 (%rax)
	xsave	(%rax)
	xsaveopt64 (%rax)
	xsavec	(%rax)
	xsaves	(%rax)
	xrstor	(%rax)
	xrstors64 (%rax)
	ldmxcsr	(%rax)
	stmxcsr	%gs:8
	clflush	(%rax)
	clflushopt (%rax)
	clwb	(%rax)
	cldemote (%rax)
	ptwriteq (%rax)
	clrssbsy (%rax)
	rstorssp (%rax)
	prefetcht0 (%rax)
	prefetchnta %gs:(%rax)
	prefetchw (%rax)
	lfence
	mfence
	sfence
	pause
	nop
	nopw	(%rax,%rax)
	nopl	%gs:8(%rax)
	xchgw	%ax, %ax
	monitor
	mwait
	umonitor %rax
	umwait	%eax
	tpause	%ebx
	serialize
	invpcid	(%rax), %rbx
	invept	(%rax), %rbx
	vmreadq	%rax, %rbx
	vmreadq	%rax, (%rbx)
	vmwriteq (%rax), %rbx
	vmptrld	(%rax)
	vmptrst	(%rax)
	vmclear	(%rax)
	vmxon	(%rax)
	movdiri	%rax, (%rbx)
	movdir64b (%rax), %rbx
	enqcmd	(%rax), %rbx
	.byte	0x48, 0x0f, 0xb2, 0x18
	lgs	(%rax), %bx
	lss	(%rax), %ebx
	lfs	(%rax), %ebx
	hlt
	cli
	sti
	cld
	clts
	wbinvd
	emms

	fldl	(%rax)
	fldt	(%rax)
	flds	%gs:8
	fstl	(%rax)
	fstps	(%rax)
	fstpt	(%rax)
	fldcw	(%rax)
	fnstcw	(%rax)
	fldenv	(%rax)
	fnstenv	(%rax)
	fnsave	(%rax)
	frstor	(%rax)
	fnstsw	%ax
	fnstsw	(%rax)
	fildl	(%rax)
	fildll	(%rax)
	filds	(%rax)
	fistl	(%rax)
	fistpl	(%rax)
	fistps	(%rax)
	fistpll	(%rax)
	fisttpl	(%rax)
	fisttps	(%rax)
	fisttpll (%rax)
	fbld	(%rax)
	fbstp	(%rax)
	fadds	(%rax)
	fmull	(%rax)
	fiaddl	(%rax)
	ficoms	(%rax)
	fadd	%st(1), %st
	fxch	%st(2)

	movd	%xmm1, %eax
	movd	%mm1, %r9d
	movq	%xmm1, %rax
	movq	%xmm1, (%rax)
	movq	(%rax), %xmm1
	movd	%eax, %xmm1
	movd	(%rax), %xmm1
	movd	%xmm1, (%rax)
	pmovmskb %xmm1, %eax
	pmovmskb %mm1, %r9d
	movmskps %xmm1, %r9d
	movmskpd %xmm1, %eax
	pextrw	$1, %xmm1, %eax
	pextrw	$1, %xmm1, (%rax)
	pextrw	$1, %mm1, %eax
	pextrb	$1, %xmm1, %eax
	pextrd	$1, %xmm1, %r9d
	pextrq	$1, %xmm1, (%rax)
	extractps $1, %xmm1, %eax
	pinsrd	$1, (%rax), %xmm1
	cvttsd2si %xmm1, %eax
	cvtss2si (%rax), %r9
	cvtsd2si %xmm1, %rax
	cvttps2pi %xmm1, %mm1
	cvtsi2sd %rax, %xmm1
	cvtsi2ssl (%rax), %xmm1
	movaps	%xmm1, (%rax)
	movups	(%rax), %xmm1
	movdqa	%xmm1, %gs:8
	movhps	%xmm1, (%rax)
	movlpd	(%rax), %xmm1
	movntdq	%xmm1, (%rax)
	movntps	%xmm1, (%rax)
	movss	%xmm1, (%rax)
	movsd	(%rax), %xmm1
	ptest	(%rax), %xmm1
	ucomisd	(%rax), %xmm1
	pshufb	(%rax), %xmm1
	pcmpistri $3, %xmm1, %xmm2
	pcmpestri $3, (%rax), %xmm2
	pcmpistrm $3, %xmm1, %xmm2
	maskmovdqu %xmm1, %xmm2
	maskmovq %mm1, %mm2
	lddqu	(%rax), %xmm1

	andnl	(%rax), %ebx, %ecx
	andnq	%r9, %rbx, %rcx
	blsrl	%eax, %ebx
	blsiq	(%rax), %r9
	blsmskl	%gs:8, %ebx
	bextrl	%eax, (%rbx), %ecx
	bzhil	%eax, %ebx, %ecx
	pdepq	%rax, %rbx, %rcx
	pextq	(%rax), %rbx, %r9
	mulxq	%rax, %rbx, %rcx
	mulxl	(%rax), %r9d, %ecx
	rorxl	$3, %eax, %ebx
	rorxq	$3, (%rax), %rbx
	sarxl	%eax, (%rbx), %ecx
	shlxq	%rax, %rbx, %rcx
	shrxl	%eax, %ebx, %r9d

	vmovd	%xmm1, %eax
	vmovq	%xmm1, %r9
	vmovd	%xmm1, (%rax)
	vmovd	%eax, %xmm1
	vmovq	(%rax), %xmm1
	vpextrb	$1, %xmm1, %eax
	vpextrw	$1, %xmm1, %eax
	vpextrq	$1, %xmm1, (%rax)
	vextractps $1, %xmm1, %eax
	vpmovmskb %ymm1, %eax
	vmovmskps %ymm1, %r9d
	vcvttsd2si %xmm1, %eax
	vcvtss2si (%rax), %r9
	vcvtps2dq (%rax), %ymm1
	vcvtps2ph $1, %ymm1, (%rax)
	vcvtph2ps (%rax), %ymm1
	vmovups	%ymm1, %gs:(%rax)
	vmovdqu	(%rax), %ymm1
	vmaskmovps %ymm1, %ymm2, (%rax)
	vpmaskmovd (%rax), %ymm1, %ymm2
	vpmaskmovq %ymm1, %ymm2, (%rax)
	vextracti128 $1, %ymm1, (%rax)
	vextractf128 $1, %ymm1, %xmm2
	vinserti128 $1, (%rax), %ymm1, %ymm2
	vgatherdps %ymm1, (%rax,%ymm2,4), %ymm3
	vpgatherqq %ymm1, (%rax,%ymm2,4), %ymm3
	vpcmpistri $3, (%rax), %xmm2
	vmaskmovdqu %xmm1, %xmm2
	vldmxcsr (%rax)
	vstmxcsr (%rax)
	vzeroupper
	vfmadd231pd (%rax), %ymm1, %ymm2

	kmovw	%k1, %eax
	kmovq	%k1, %r9
	kmovd	%eax, %k1
	kmovw	(%rax), %k1
	kmovq	%k1, (%rax)
	kortestw %k1, %k2
	kandw	%k1, %k2, %k3
	vmovdqu64 (%rax), %zmm1
	vmovdqu64 %zmm17, 64(%rax)
	vmovdqu8 %zmm17, 63(%rax){%k1}
	vmovups	%gs:128(%rip), %zmm1
	vaddpd	8(%rax){1to8}, %zmm1, %zmm2
	vpextrd	$1, %xmm17, %eax
	vpextrw	$1, %xmm17, 2(%rax)
	vmovd	%xmm17, %r9d
	vmovq	%xmm17, 8(%rax)
	vcvttsd2usi %xmm17, %eax
	vcvtss2usi 4(%rax), %r9
	vcvtsd2si %xmm17, %rax
	vcvttpd2udq (%rax), %ymm17
	vcvttps2uqq (%rax), %zmm17
	vextracti64x4 $1, %zmm1, (%rax)
	vextracti32x4 $1, %zmm1, 16(%rax)
	vpmovdb	%zmm1, (%rax)
	vpmovqw	%zmm1, %xmm2
	vpmovqd	%zmm1, (%rax)
	vpmovsqd %zmm1, 32(%rax)
	vpmovusdb %zmm1, 16(%rax)
	vpmovswb %zmm1, (%rax)
	vpmovm2b %k1, %zmm1
	vpcompressd %zmm1, (%rax){%k1}
	vcompresspd %zmm1, 8(%rax){%k1}
	vpcompressb %zmm1, (%rax){%k1}
	vpexpandd (%rax), %zmm1{%k1}
	vpscatterdd %zmm1, (%rax,%zmm2,4){%k1}
	vgatherdpd 8(%rax,%ymm2,8), %zmm1{%k1}
	vpbroadcastd %eax, %zmm1
	vpbroadcastb (%rax), %zmm1
	vpcmpeqd (%rax), %zmm1, %k1
	vptestmd (%rax), %zmm1, %k1
	vmovntdq %zmm1, (%rax)
	vmovsh	%xmm1, 2(%rax)
	vmovw	%xmm1, %eax
	vmovw	(%rax), %xmm1
	vcvtsh2si %xmm1, %rax
	vcvttsh2usi 2(%rax), %eax
	vaddph	(%rax), %zmm1, %zmm2
	tileloadd (%rax,%rbx), %tmm1
	tilestored %tmm1, (%rax,%rbx,2)
	ldtilecfg (%rax)
	sttilecfg (%rax)

	# Prefixes that count for nothing, and those that count.
	.byte	0x2e, 0x65, 0x48, 0x8b, 0x00
	.byte	0x66, 0x48, 0x81, 0xc0, 1, 2, 3, 4
	.byte	0xf3, 0x48, 0x0f, 0xb8, 0xc1
	movl	(%eax), %ebx
	movl	%gs:(%eax,%ebx,2), %ebx
	data16 leaq (%rip), %rdi
	movl	%fs:0, %eax
	movl	%gs:(%r13,%r12), %eax
	movl	%cs:(%rbp), %eax
	movq	%gs:0xffffffff80001000, %rax

1:	jmp	1b
	.byte	0xe9, 0, 0, 0, 0
	je	1b
	.byte	0x0f, 0x84, 0, 0, 0, 0
	jrcxz	1b
	loop	1b
	loope	1b
	loopne	1b
	jmpq	*%rax
	jmpq	*%gs:(%rax,%rbx,8)
	ljmpl	*(%rax)
	ljmpw	*(%rax)
	rex64 ljmpl *(%rax)
	callq	1b
	callq	*%r9
	callq	*%gs:8
	callq	*8(%rip)
	lcalll	*(%rax)
	retq
	retq	$8
	lretq
	iretq
	int3
	int	$0x80
	ud2
	ud1l	%eax, %ebx
	syscall
	sysretq
	sysenter
	sysexitq
	vmcall
	vmlaunch
	vmmcall
	vmrun	%rax
	xbegin	1b
	xend
	xtest
	xabort	$3
	rsm
