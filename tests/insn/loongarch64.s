# What the decoder of LoongArch treats specially, with $zero and $sp in each place.
	lu12i.w $a0, 1
	lu12i.w $zero, 1
	lu32i.d $a0, 1
	lu32i.d $zero, 1
	lu52i.d $a0, $a1, 1
	lu52i.d $a0, $a0, 1
	lu52i.d $a0, $zero, 1
	pcaddi $a0, 1
	pcalau12i $a0, 1
	pcaddu12i $a0, 1
	pcaddu18i $a0, 1
	pcaddi $zero, 1
	addi.d $a0, $a1, 8
	addi.d $a0, $zero, 8
	addi.d $sp, $sp, -32
	addi.w $a0, $a1, 0
	addi.w $zero, $a1, 0
	addu16i.d $a0, $a1, 1
	addu16i.d $a0, $zero, 1
	ori $a0, $a1, 1
	ori $a0, $zero, 1
	andi $zero, $zero, 0
	xori $a0, $a1, 1
	slti $a0, $a1, 1
	add.d $a0, $a1, $r21
	add.w $a0, $a1, $a2
	add.d $a0, $zero, $a2
	add.d $a0, $a1, $zero
	add.d $a0, $zero, $zero
	add.d $zero, $a0, $a1
	sub.d $a0, $a1, $a2
	alsl.d $a0, $a1, $a2, 3
	alsl.d $a0, $a1, $zero, 3
	alsl.d $a0, $zero, $a2, 3
	alsl.w $a0, $a1, $a2, 1
	alsl.wu $a0, $a1, $a2, 4
	bytepick.d $a0, $a1, $a2, 3
	or $a0, $a1, $zero
	or $a0, $zero, $a2
	or $a0, $a1, $a2
	or $a0, $zero, $zero
	and $a0, $a1, $zero
	masknez $a0, $a1, $a2
	clo.w $a0, $a1
	revb.d $zero, $a1
	rdtime.d $a0, $a1
	rdtimel.w $a0, $zero
	cpucfg $a0, $a1
	asrtle.d $a0, $a1
	asrtgt.d $a0, $a1
	slli.d $a0, $a1, 3
	bstrins.d $a0, $a1, 7, 3
	bstrpick.w $a0, $a1, 7, 3
	break 1
	dbcl 1
	syscall 0
	hvcl 0
	movgr2fr.d $fa0, $a0
	movfr2gr.d $a0, $fa0
	movfr2gr.s $zero, $fa0
	movfrh2gr.s $a0, $fa0
	movgr2fcsr $fcsr0, $a0
	movfcsr2gr $a0, $fcsr0
	movgr2cf $fcc0, $a0
	movcf2gr $a0, $fcc0
	movfr2cf $fcc0, $fa0
	ftint.l.d $fa0, $fa1
	fmadd.d $fa0, $fa1, $fa2, $fa3
	fcmp.ceq.d $fcc0, $fa0, $fa1
	fsel $fa0, $fa1, $fa2, $fcc0
	csrrd $a0, 1
	csrwr $a0, 1
	csrxchg $a0, $a1, 1
	gcsrrd $a0, 1
	cacop 8, $a0, 0
	lddir $a0, $a1, 1
	ldpte $a0, 1
	iocsrrd.d $a0, $a1
	iocsrwr.d $a0, $a1
	tlbsrch
	tlbfill
	invtlb 4, $a0, $a1
	ertn
	idle 0
	ll.d $a0, $a1, 8
	ll.w $zero, $a1, 8
	sc.d $a0, $a1, 8
	sc.w $a0, $sp, 8
	llacq.d $a0, $a1
	screl.d $a0, $a1
	sc.q $a0, $a1, $a2
	ldptr.d $a0, $a1, 8
	ldptr.w $a0, $sp, 8
	stptr.d $a0, $a1, 8
	stptr.w $zero, $a1, 8
	ld.b $a0, $a1, 1
	ld.hu $a0, $a1, 1
	ld.wu $a0, $a1, 1
	ld.d $a0, $sp, 8
	ld.d $a0, $zero, 8
	ld.d $zero, $a0, 8
	st.b $a0, $a1, 1
	st.h $a0, $a1, 1
	st.w $a0, $a1, 1
	st.d $zero, $sp, 8
	st.d $a0, $zero, 8
	fld.d $fa0, $a0, 8
	fst.s $fa0, $sp, 8
	preld 0, $a0, 8
	preldx 0, $a0, $a1
	ldx.d $a0, $a0, $r21
	ldx.bu $a0, $a1, $zero
	ldx.hu $a0, $zero, $a1
	ldx.wu $zero, $a0, $r21
	stx.b $a1, $a0, $r21
	stx.d $zero, $a0, $r21
	fldx.d $fa0, $a0, $a1
	fstx.s $fa0, $a0, $a1
	ldgt.d $a0, $a1, $a2
	ldle.b $a0, $a1, $a2
	stgt.w $a0, $a1, $a2
	stle.d $a0, $a1, $a2
	fldgt.d $fa0, $a1, $a2
	fstle.s $fa0, $a1, $a2
	amswap.d $a0, $a1, $a2
	amadd_db.w $a0, $a1, $a2
	amadd.d $zero, $a1, $sp
	amcas.d $a0, $a1, $a2
	amcas_db.b $a0, $a1, $a2
	amswap.h $a0, $a1, $a2
	ammax.du $a0, $a1, $a2
	dbar 0
	ibar 0
	beqz $a0, .
	bnez $a0, .
	bceqz $fcc0, .
	bcnez $fcc1, .
	jirl $ra, $a0, 0
	jirl $zero, $ra, 0
	jirl $a0, $a1, 8
	b .
	bl .
	beq $a0, $a1, .
	bgeu $a0, $a1, .
	vld $vr0, $a0, 16
	vst $vr0, $sp, 16
	vldx $vr0, $a0, $a1
	vstx $vr0, $a0, $a1
	vldrepl.d $vr0, $a0, 8
	vstelm.d $vr0, $a0, 8, 1
	xvld $xr0, $a0, 32
	xvst $xr0, $a0, 32
	xvldx $xr0, $a0, $a1
	xvstx $xr0, $a0, $a1
	xvldrepl.w $xr0, $a0, 4
	xvstelm.b $xr0, $sp, 1, 1
	vpickve2gr.b $a0, $vr0, 1
	vpickve2gr.h $a0, $vr0, 1
	vpickve2gr.w $a0, $vr0, 1
	vpickve2gr.d $a0, $vr0, 1
	vpickve2gr.bu $a0, $vr0, 1
	vpickve2gr.hu $a0, $vr0, 1
	vpickve2gr.wu $a0, $vr0, 1
	vpickve2gr.du $zero, $vr0, 1
	xvpickve2gr.w $a0, $xr0, 1
	xvpickve2gr.d $a0, $xr0, 1
	xvpickve2gr.wu $a0, $xr0, 1
	xvpickve2gr.du $a0, $xr0, 1
	vinsgr2vr.d $vr0, $a0, 1
	vreplgr2vr.d $vr0, $a0
	vadd.d $vr0, $vr1, $vr2
	vseteqz.v $fcc0, $vr0
	xvadd.d $xr0, $xr1, $xr2
	movscr2gr $a0, $scr0
	movgr2scr $scr0, $a0
	setx86j $a0, 1
	setarmj $a0, 1
	armmove $a0, $a1, 1
	armadd.w $a0, $a1, 1
	x86mfflag $a0, 1
	x86mtflag $a0, 1
	armmfflag $a0, 1
	armmtflag $a0, 1
	x86mftop $a0
	x86mttop 1
	x86add.d $a0, $a1
	x86rotli.d $a0, 3
	x86inc.b $a0
	ldl.d $a0, $a1, 8
	str.w $a0, $a1, 8
	jiscr0 8
1:	lu12i.w $a0, -1
	lu12i.w $a0, 0x7ffff
	lu12i.w $a0, -0x80000
	lu32i.d $a0, -1
	lu32i.d $a0, 0x7ffff
	lu32i.d $a0, -0x80000
	lu52i.d $a0, $a1, -1
	lu52i.d $a0, $a1, 2047
	lu52i.d $a0, $zero, -2048
	pcaddi $a0, -1
	pcalau12i $a0, -1
	pcaddu12i $a0, -0x80000
	pcaddu18i $a0, -1
	pcaddu18i $a0, 0x7ffff
	addi.w $a0, $zero, -1
	addi.d $a0, $a1, -2048
	addu16i.d $a0, $a1, -32768
	addu16i.d $a0, $a1, 32767
	ori $a0, $a1, 4095
	add.w $a0, $zero, $a1
	add.w $a0, $zero, $zero
	alsl.wu $a0, $zero, $a1, 1
	ld.b $a0, $a1, -2048
	ld.bu $a0, $a1, 2047
	ld.h $a0, $a1, -2
	ld.w $a0, $a1, -4
	st.h $a0, $a1, -2
	fld.s $fa0, $a1, -4
	fst.d $fa0, $a1, -8
	ll.w $a0, $a1, -32768
	sc.w $a0, $a1, 32764
	ldptr.d $a0, $a1, -4
	stptr.w $a0, $a1, -32768
	llacq.w $a0, $a1
	screl.w $a0, $a1
	ldx.b $a0, $a1, $a2
	ldx.h $a0, $a1, $a2
	ldx.w $a0, $a1, $a2
	stx.h $a0, $a1, $a2
	stx.w $a0, $a1, $a2
	fldx.s $fa0, $a0, $a1
	fstx.d $fa0, $a0, $a1
	amswap.b $a0, $a1, $a2
	amadd.h $a0, $a1, $a2
	amswap_db.h $a0, $a1, $a2
	amadd_db.b $a0, $a1, $a2
	amcas.w $a0, $a1, $a2
	amcas.h $a0, $a1, $a2
	amcas_db.d $a0, $a1, $a2
	amxor.w $a0, $a1, $a2
	ammax.wu $a0, $a1, $a2
	ammin_db.du $a0, $a1, $a2
	amand_db.w $a0, $a1, $a2
	ldgt.h $a0, $a1, $a2
	ldle.w $a0, $a1, $a2
	stgt.b $a0, $a1, $a2
	fldle.s $fa0, $a1, $a2
	fstgt.d $fa0, $a1, $a2
	vldrepl.b $vr0, $a0, -2048
	vldrepl.h $vr0, $a0, -2048
	vldrepl.w $vr0, $a0, 2044
	vldrepl.d $vr0, $a0, -2048
	vstelm.b $vr0, $a0, -128, 15
	vstelm.h $vr0, $a0, 254, 7
	vstelm.w $vr0, $a0, -512, 3
	vstelm.d $vr0, $a0, -1024, 1
	xvldrepl.d $xr0, $a0, 2040
	xvstelm.h $xr0, $a0, -256, 15
	xvstelm.w $xr0, $a0, 508, 7
	xvstelm.d $xr0, $a0, -1024, 3
	vst $vr0, $a0, -2048
	xvld $xr0, $a0, -2048
	beqz $a0, 1b
	bnez $a0, 2f
	bceqz $fcc0, 1b
	beq $a0, $a1, 1b
	bltu $a0, $a1, 2f
	b 1b
	b 2f
	bl 1b
	b 0x7fffffc
	b -0x8000000
	bnez $a0, 0x3ffffc
	bnez $a0, -0x400000
	bne $a0, $a1, 0x1fffc
	bne $a0, $a1, -0x20000
2:	jiscr1 8
