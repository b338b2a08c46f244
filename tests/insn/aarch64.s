// What the decoder of A64 treats specially, with sp and the zero register in each place.
	adr x0, . + 8
	adrp x1, . + 4096
	adr xzr, . + 8
	add x0, x1, #0
	add x0, x1, #16
	add x0, x1, #16, lsl #12
	add x0, sp, #0
	add sp, x0, #0
	add x0, sp, #0, lsl #12
	add w0, wsp, #0
	add sp, sp, #32
	sub sp, sp, #32
	sub x0, x1, #8
	adds x0, sp, #8
	adds xzr, x1, #8
	subs xzr, sp, #8
	subs x2, x1, #0
	addg x0, x1, #16, #2
	subg sp, x1, #16, #2
	smax x0, x1, #3
	umin wzr, w1, #3
	and x0, x1, #0xff
	and sp, x1, #0xff
	ands xzr, x1, #0xff
	orr x0, x1, #0xff
	orr x0, xzr, #0x5555555555555555
	orr sp, xzr, #0xff00ff00ff00ff
	orr x0, xzr, #1
	eor w3, w4, #1
	movz x0, #1
	movz x0, #0
	movz x0, #2, lsl #16
	movz x0, #2, lsl #32
	movz x0, #0xffff, lsl #48
	movz w0, #0x8000, lsl #16
	movz xzr, #1
	movn x0, #0
	movn x0, #1, lsl #16
	movn x0, #0xfff, lsl #32
	movn x0, #0x7fff, lsl #48
	movn w0, #0x7fff, lsl #16
	movn w0, #3
	movk x0, #1
	movk x0, #1, lsl #16
	movk x0, #1, lsl #32
	movk x0, #1, lsl #48
	movk xzr, #1
	ubfm x0, x1, #3, #5
	bfm xzr, x1, #3, #5
	extr x0, x1, x2, #5
	autiasppc .
	autibsppc .
	autiasppcr x3
	pacia171615
	pacib171615
	autia171615
	autib171615
	paciasppc
	pacibsppc
	pacnbiasppc
	pacnbibsppc
	b .
	bl .
	b.eq .
	bc.ne .
	cbz x0, .
	cbnz w0, .
	tbz x0, #3, .
	tbnz x0, #33, .
	br x1
	blr x1
	ret
	ret x3
	eret
	drps
	braa x1, sp
	brabz x2
	blraa x1, sp
	blraaz x2
	retaa
	retab
	retaasppc .
	retabsppcr x2
	eretaa
	svc #0
	hvc #1
	smc #2
	brk #0x800
	hlt #3
	dcps1 #1
	udf #0
	udf #77
	nop
	yield
	wfe
	wfi
	sev
	xpaclri
	pacia1716
	pacib1716
	autia1716
	autib1716
	paciaz
	paciasp
	pacibz
	pacibsp
	autiaz
	autiasp
	autibz
	autibsp
	bti c
	chkfeat x16
	esb
	wfet x3
	wfit x3
	isb
	dsb sy
	dmb ish
	sb
	clrex
	msr daifset, #2
	mrs x1, tpidr_el1
	mrs x2, tpidr_el2
	mrs xzr, tpidr_el0
	msr tpidr_el1, x1
	mrrs x0, x1, ttbr0_el1
	msrr ttbr0_el1, x0, x1
	sysl x5, #0, c7, c8, #2
	dc cvac, x3
	tlbi vmalle1
	at s1e1r, x2
	tstart x3
	ttest x4
	tcommit
	tcancel #3
	gcspushm x2
	gcspopm x2
	gcsss1 x2
	gcsss2 x2
	gcsstr x2, [x3]
	gcssttr x2, [sp]
	ldxr x0, [x1]
	ldaxrb w0, [sp]
	ldxr xzr, [x1]
	stxr w0, x1, [x2]
	stlxrh w0, w1, [sp]
	stxr wzr, x1, [x2]
	ldxp x0, x1, [x2]
	ldaxp xzr, x1, [x2]
	stxp w0, x1, x2, [x3]
	stlxp w0, xzr, x2, [sp]
	ldar x0, [x1]
	ldlarb w0, [x1]
	stlr x0, [x1]
	stllr w0, [sp]
	cas x0, x1, [x2]
	casalb w0, w1, [sp]
	cas xzr, x1, [x2]
	casp x0, x1, x2, x3, [x4]
	caspal w8, w9, w2, w3, [sp]
	casp x30, xzr, x2, x3, [x4]
	ld1 {v0.16b}, [x0]
	ld1 {v0.16b}, [x0], #16
	ld4 {v0.8b, v1.8b, v2.8b, v3.8b}, [sp], x3
	ld1 {v0.s}[1], [x0]
	ld1r {v0.4s}, [x1], #4
	st1 {v0.16b}, [x0], #16
	st2 {v0.d, v1.d}[1], [sp], x4
	st3 {v0.4s, v1.4s, v2.4s}, [x7]
	ldap1 {v0.d}[0], [x1]
	stl1 {v0.d}[0], [x1]
	ldr x0, . + 8
	ldr w0, . + 8
	ldr xzr, . + 8
	ldrsw x0, . + 8
	ldr q0, . + 16
	prfm pldl1keep, . + 16
	ldapur x0, [x1, #8]
	ldapursb w0, [sp]
	ldapursw x0, [x2]
	stlur x0, [x1, #8]
	stlurb wzr, [sp]
	ldapur q0, [x1]
	stlur d0, [sp]
	ldiapp x0, x1, [x2]
	ldiapp x0, x1, [x2], #16
	ldiapp w0, wzr, [sp], #8
	stilp x0, x1, [x2]
	stilp x0, x1, [x2, #-16]!
	ldapr x0, [x1], #8
	stlr x0, [x1, #-8]!
	ldapr w0, [x1]
	cpyfp [x0]!, [x1]!, x2!
	cpye [x3]!, [x4]!, x5!
	setp [x0]!, x1!, x2
	setgm [x0]!, x1!, xzr
	stg x0, [x1]
	stg x0, [x1], #16
	stg sp, [sp, #-16]!
	stzg x0, [x1]
	st2g x0, [x1, #32]!
	stz2g x0, [x1], #32
	ldg x0, [x1]
	ldgm x0, [x1]
	stgm x0, [x1]
	stzgm x0, [x1]
	stgp x0, x1, [x2]
	stgp x0, x1, [x2], #16
	stgp x0, x1, [sp, #16]!
	swpp x0, x1, [x2]
	ldclrp x0, x1, [sp]
	ldsetpal x3, x4, [x5]
	rcwcas x0, x1, [x2]
	rcwscasp x0, x1, x2, x3, [x4]
	rcwclr x0, x1, [x2]
	rcwset x0, x1, [sp]
	rcwswp x0, xzr, [x2]
	rcwswpp x0, x1, [x2]
	rcwclrp x0, x1, [x2]
	ldp x0, x1, [x2]
	ldp x0, x1, [x2], #16
	ldp x0, x1, [sp, #16]!
	ldp x29, x30, [sp], #32
	ldp xzr, x1, [x2], #16
	ldp x0, xzr, [x2]
	ldnp w0, w1, [x2]
	ldpsw x0, x1, [x2, #8]!
	ldp q0, q1, [x2]
	ldp d0, d1, [x2], #16
	stp x0, x1, [x2]
	stp x29, x30, [sp, #-32]!
	stp xzr, xzr, [x0], #16
	stnp x0, x1, [x2]
	stp q0, q1, [sp], #32
	ldr x0, [x1]
	ldr x0, [sp, #8]
	ldr xzr, [x1]
	ldr x0, [x1], #8
	ldr x0, [x1, #8]!
	ldr w0, [sp], #4
	ldr xzr, [x1, #8]!
	ldur x0, [x1, #-8]
	ldtr x0, [x1]
	ldrb w0, [x1, x2]
	ldrsb x0, [x1]
	ldrsh w0, [x1, w2, sxtw #1]
	ldrsw x0, [x1, x2, lsl #2]
	ldr x0, [x1, x2]
	ldr x0, [sp, xzr]
	ldr q0, [x1, x2]
	ldr d0, [x1, #8]!
	ldr b0, [sp], #1
	str x0, [x1]
	str xzr, [sp, #8]
	str x0, [x1], #8
	str x0, [sp, #-16]!
	sttr x0, [x1]
	strb w0, [x1, x2]
	strh w0, [x1, wzr, uxtw]
	str q0, [x1, #16]!
	str s0, [x1, x2]
	prfm pldl1keep, [x1]
	prfm pldl1keep, [x1, x2]
	prfum pldl1keep, [x1, #-1]
	rprfm pldkeep, x1, [x2]
	ldraa x0, [x1]
	ldrab x0, [x1, #8]!
	ldraa xzr, [sp, #8]!
	ldadd x0, x1, [x2]
	ldaddalb w0, w1, [sp]
	stadd x0, [x2]
	ldclr x0, x1, [x2]
	ldeora x0, x1, [x2]
	ldsetl x0, x1, [x2]
	ldsmax x0, x1, [x2]
	ldumin x0, x1, [x2]
	swp x0, x1, [x2]
	swp x0, xzr, [x2]
	swpalh w0, w1, [sp]
	ld64b x0, [x10]
	st64b x0, [x10]
	st64bv x12, x0, [x10]
	st64bv0 x12, x0, [x10]
	mov x0, x1
	mov x0, xzr
	mov w0, w1
	mov xzr, x1
	orr x0, xzr, x1, lsl #1
	orn x0, xzr, x1
	orr x0, x1, x2
	orr x0, x1, xzr
	ands xzr, x1, x2
	bics x0, x1, x2
	add x0, x1, x2
	add x0, x1, x2, lsl #3
	add x0, xzr, x2
	add x0, xzr, x2, lsl #3
	add x0, x1, xzr
	add x0, xzr, xzr
	add xzr, x1, x2
	add w0, w1, w2
	adds x0, x1, x2
	adds xzr, x1, x2
	sub x0, x1, x2
	subs xzr, x1, x2
	sub x0, xzr, x2
	add x0, sp, x2
	add sp, sp, x2
	add sp, x1, w2, uxtw #2
	add x0, x1, w2, sxtw
	add x0, sp, xzr
	adds x0, sp, x2
	subs xzr, sp, x2
	sub sp, sp, x2
	adc x0, x1, x2
	sbcs xzr, x1, x2
	addpt x0, x1, x2
	addpt sp, sp, x2, lsl #3
	subpt sp, sp, x2
	rmif x0, #3, #4
	setf8 w1
	setf16 w1
	ccmp x0, x1, #0, eq
	ccmn x0, #3, #0, ne
	csel x0, x1, x2, eq
	csinc xzr, x1, x2, eq
	udiv x0, x1, x2
	lslv x0, x1, x2
	crc32x w0, w1, x2
	irg x0, x1
	irg sp, sp
	gmi x0, sp, x2
	subp x0, sp, x1
	subps xzr, sp, x1
	pacga x0, x1, sp
	rbit x0, x1
	clz xzr, x1
	pacia x0, sp
	xpaci x3
	ctz x0, x1
	madd x0, x1, x2, x3
	smulh x0, x1, x2
	umaddl xzr, w1, w2, x3
	fmov x0, d1
	fmov w0, s1
	fmov x0, v1.d[1]
	fmov d1, x0
	fmov v1.d[1], x0
	fmov d0, #1.0
	fcvtzs x0, d1
	fcvtas w0, s1
	fcvtau xzr, d1
	fcvtmu x0, h1
	fcvtzu x0, d1, #3
	fjcvtzs w0, d1
	scvtf d0, x1
	ucvtf s0, w1, #4
	umov w0, v1.b[3]
	umov x0, v1.d[1]
	smov x0, v1.h[3]
	smov wzr, v1.b[3]
	dup v0.4s, w1
	ins v0.s[1], w2
	cntb x0
	cntd xzr, all, mul #2
	incd x0
	decw x3, all, mul #4
	sqincb x0, w0
	uqdecd w2
	incd z0.d
	rdvl x0, #1
	rdsvl x1, #2
	addvl sp, sp, #-1
	addpl x0, sp, #3
	addsvl x2, sp, #1
	addspl sp, x2, #1
	lasta x0, p1, z2.d
	lastb w0, p1, z2.b
	clasta x0, p1, x0, z2.d
	clastb wzr, p1, wzr, z2.s
	cntp x0, p1, p2.b
	cntp x0, pn2.b, vlx2
	incp x0, p1.b
	decp xzr, p1.d
	sqincp x0, p1.b, w0
	uqdecp w0, p1.b
	incp z0.d, p1
	ctermeq x0, x1
	ctermne w0, w1
	whilelo p0.b, x0, x1
	whilege p1.s, w3, wzr
	dup z0.d, x1
	insr z0.d, x1
	index z0.d, x1, x2
	ld1d {z0.d}, p1/z, [x0, x1, lsl #3]
	ld1d {z0.d}, p1/z, [x0, z1.d]
	st1b {z0.b}, p1, [sp]
	ldr z0, [x0]
	str p0, [sp]
	prfb pldl1keep, p0, [x0]
	movt x0, zt0[0]
	movt zt0[0], x0
	ldr zt0, [x0]
	zero {za}
	add w0, w1, #0xfff, lsl #12
	sub x0, x1, #1, lsl #12
	subs w0, wsp, #4095
	orr w0, wzr, #0x33333333
	orr x0, xzr, #0xfffffffe00000001
	orr x0, xzr, #0x8000000000000001
	movk w0, #0xffff, lsl #16
	movz x0, #0, lsl #48
	movn x0, #0, lsl #32
	movn w0, #0xffff
	movz x0, #0x8000, lsl #48
	adds w0, w1, w2
	add w0, wsp, w2
	mrs x3, tpidr_el0
	mrs x3, tpidrro_el0
	mrs xzr, tpidr_el1
	mrs x3, esr_el1
	msr tpidr_el0, x3
	msr tpidr_el2, xzr
	msr tpidr_el1, xzr
	msr tpidrro_el0, x3
1:	b 1b
	bl 1b
	b 2f
	b.al 1b
	b.nv 1b
	b.lo 2f
	bc.hi 1b
	cbz w0, 1b
	tbz x0, #63, 1b
	adr x0, 1b
	adr x0, 2f + 3
	adrp x0, 1b - 4096
	ldr w0, 1b
	ldr s0, 1b
	ldr d0, 2f
	ldr q0, 1b
	ldrsw x0, 1b
2:	ldp s0, s1, [x0, #-8]
	ldp d0, d1, [x0, #504]
	ldp q0, q1, [x0, #-1024]!
	ldp w0, w1, [x2, #-256]
	ldpsw x0, x1, [x2, #-4]
	ldpsw x0, x1, [x2], #-4
	stnp q0, q1, [x2, #32]
	stgp x0, x1, [x2, #-1024]
	casp w0, w1, w2, w3, [x4]
	ldxp w0, w1, [x2]
	stxp w0, w1, w2, [x3]
	ldaxrh w0, [x1]
	ldr b0, [x1, #4095]
	ldr h0, [x1, #8190]
	ldr s0, [x1, #16380]
	ldr d0, [x1, #32760]
	ldr q0, [x1, #65520]
	ldrh w0, [x1, #2]
	ldrsh x0, [x1, #8190]
	ldrsw x0, [x1, #16380]
	ldurh w0, [x1, #-256]
	stur q0, [x1, #-256]
	ldtrsb x0, [x1, #-1]
	ldapursh w0, [x1, #-256]
	stlur q0, [x1, #-256]
	ldraa x0, [x1, #-4096]
	ldrab x0, [x1, #4088]!
	stilp w0, w1, [x2, #-8]!
	stlr w0, [x1, #-4]!
	ldapr w0, [x1], #4
	stg x0, [x1, #-4096]
	st2g x0, [x1], #-32
	stz2g x0, [x1, #4080]
	ld1 {v0.8b, v1.8b, v2.8b}, [x0]
	ld1 {v0.1d, v1.1d, v2.1d, v3.1d}, [x0]
	ld2 {v0.8h, v1.8h}, [x0], #32
	ld3r {v0.8h, v1.8h, v2.8h}, [x0]
	ld4 {v0.b, v1.b, v2.b, v3.b}[15], [x0]
	st3 {v0.h, v1.h, v2.h}[7], [x0]
	st4 {v0.d, v1.d, v2.d, v3.d}[1], [x0], #32
	ld4r {v0.1d, v1.1d, v2.1d, v3.1d}, [x0]
	swph w0, w1, [x2]
	ldaprb w0, [x1]
	rcwscas x0, x1, [x2]
	rcwsclr x0, x1, [x2]
	dc zva, x3
