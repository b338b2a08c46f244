# What the decoder of RISC-V treats specially, with x0 and sp in each place; the operands leave to the
# assembler whether an instruction is compressed.
	.macro both
	lui a0, 1
	lui zero, 1
	auipc a0, 1
	auipc zero, 1
	addi a0, a1, 8
	addi a0, a1, 0
	addi a0, a0, 1
	addi a0, zero, 5
	addi a0, zero, 0
	addi a0, sp, 16
	addi sp, sp, -64
	addi zero, zero, 0
	addi zero, a0, 3
	addiw a0, a0, 1
	addiw a0, a1, 0
	addiw a0, zero, 1
	slti a0, a1, 1
	ori a0, zero, 1
	xori a0, a0, -1
	andi a0, a0, 7
	slli a0, a0, 3
	srli a0, a0, 3
	srai a0, a0, 3
	sraiw a0, a1, 3
	add a0, a1, a2
	add a0, a0, a2
	add a0, a0, gp
	add a0, zero, a1
	add a0, a1, zero
	add a0, zero, zero
	add zero, a0, a1
	addw a0, a0, a1
	addw a0, a3, zero
	sub a0, a0, a1
	sub a0, zero, a1
	subw a0, a0, a1
	and a0, a0, a1
	or a0, a1, zero
	xor a0, a0, a1
	mul a0, a0, a1
	divu a0, a1, a2
	sh1add a0, a1, a2
	sh2add a0, a1, zero
	sh3add a0, zero, a2
	sh3add zero, a1, a2
	sh1add.uw a0, a1, a2
	sh3add.uw a0, a1, zero
	add.uw a0, a1, a2
	add.uw a0, a1, zero
	slli.uw a0, a1, 3
	zext.h a0, a0
	sext.b a0, a0
	bset a0, a1, a2
	czero.eqz a0, a1, a2
	lb a0, 1(a1)
	lbu a0, 1(a1)
	lh a0, 2(a1)
	lhu a0, 2(a1)
	lw a0, 4(a1)
	lwu a0, 4(a1)
	ld a0, 8(a1)
	ld a0, 8(sp)
	lw a0, 8(sp)
	ld a0, 8(zero)
	ld zero, 8(a0)
	sb a0, 1(a1)
	sh a0, 2(a1)
	sw a0, 4(a1)
	sd a0, 8(a1)
	sd a0, 8(sp)
	sw zero, 8(sp)
	sd a0, 8(zero)
	flw fa0, 4(a1)
	fld fa0, 8(a1)
	fld fa0, 8(sp)
	flh fa0, 2(a1)
	fsw fa0, 4(a1)
	fsd fa0, 8(a1)
	fsd fa0, 8(sp)
	fsh fa0, 2(a1)
	lr.d a0, (a1)
	lr.w.aqrl zero, (a1)
	sc.d a0, a2, (a1)
	sc.w zero, a2, (sp)
	amoadd.d a0, a2, (a1)
	amoswap.w.aq zero, a2, (a1)
	amomaxu.d.rl a0, a2, (sp)
	amocas.d a0, a2, (a1)
	amocas.q a0, a2, (a1)
	amocas.q zero, a2, (a1)
	amoadd.b a0, a2, (a1)
	amocas.h a0, a2, (a1)
	fence
	fence.i
	cbo.zero (a0)
	prefetch.w 32(a0)
	fadd.d fa0, fa1, fa2
	fmadd.d fa0, fa1, fa2, fa3
	feq.d a0, fa0, fa1
	fle.s zero, fa0, fa1
	fcvt.l.d a0, fa0
	fcvt.w.s a0, fa0
	fcvt.d.l fa0, a0
	fmv.x.d a0, fa0
	fmv.d.x fa0, a0
	fclass.d a0, fa0
	fcvtmod.w.d a0, fa0, rtz
	csrrw a0, sscratch, a1
	csrrs zero, sstatus, a1
	csrrwi a0, 5, 3
	csrrci zero, sstatus, 2
	ecall
	ebreak
	unimp
	sret
	mret
	wfi
	wrs.nto
	sfence.vma a0, a1
	sinval.vma a0, a1
	hfence.gvma a0, a1
	hlv.d a0, (a1)
	hlvx.wu a0, (a1)
	hsv.b a0, (a1)
	hsv.d a0, (sp)
	mop.r.3 a0, a1
	mop.rr.2 a0, a1, a2
	mop.r.0 zero, a1
	beq a0, a1, .
	bne a0, zero, .
	beq a0, zero, .
	bltu a0, a1, .
	jal ra, .
	jal zero, .
	jal t0, .
	jalr ra, 0(a0)
	jalr zero, 0(a0)
	jalr zero, 0(ra)
	jalr t0, 4(t0)
	vsetvli a0, a1, e32, m1, ta, ma
	vsetivli zero, 4, e32, m1, ta, ma
	vsetvl a0, a1, a2
	vmv.x.s a0, v1
	vcpop.m a0, v1
	vfirst.m a0, v1
	vmv.s.x v1, a0
	vfmv.f.s fa0, v1
	vadd.vx v1, v2, a0
	vadd.vv v1, v2, v3
	vle32.v v1, (a0)
	vlse32.v v1, (a0), a1
	vluxei32.v v1, (a0), v2
	vl1re8.v v1, (a0)
	vse32.v v1, (a0)
	vsse32.v v1, (a0), a1
	vs1r.v v1, (sp)
	vaesz.vs v1, v2
	.endm

	.option arch, -c
	both
	.option arch, +c
	both
	c.nop
	c.addi a0, 1
	c.addiw a0, 0
	c.li a0, 1
	c.li zero, 1
	c.lui a0, 1
	c.addi16sp sp, 32
	c.addi4spn a0, sp, 4
	c.mv a1, gp
	c.add a0, gp
	c.jr a0
	c.jalr a0
	c.ebreak
	c.unimp
	c.j .
	c.beqz a0, .
	c.bnez a0, .
	c.slli a0, 1
	c.lbu a0, 1(a1)
	c.lhu a0, 2(a1)
	c.lh a0, 2(a1)
	c.sb a0, 1(a1)
	c.sh a0, 2(a1)
	c.zext.b a0
	c.sext.h a0
	c.zext.w a0
	c.not a0
	c.mul a0, a1
	c.mop.1
	c.mop.15
	c.addi a0, -32
	c.addiw a0, -1
	c.li a0, -32
	c.lui a0, 0xfffe0
	c.lui a0, 31
	c.addi16sp sp, -512
	c.addi16sp sp, 496
	c.addi4spn a0, sp, 1020
	c.lw a0, 124(a1)
	c.lw a0, 64(a1)
	c.sw a0, 4(a1)
	c.ld a0, 248(a1)
	c.sd a0, 192(a1)
	c.fld fa0, 56(a1)
	c.fsd fa0, 248(a1)
	c.lwsp a0, 252(sp)
	c.lwsp a0, 64(sp)
	c.ldsp a0, 504(sp)
	c.ldsp a0, 64(sp)
	c.swsp a0, 252(sp)
	c.swsp a0, 64(sp)
	c.sdsp a0, 504(sp)
	c.sdsp a0, 64(sp)
	c.fldsp fa0, 32(sp)
	c.fsdsp fa0, 456(sp)
	c.lbu a0, 3(a1)
	c.sb a0, 2(a1)
	.option arch, -c
1:	lui a0, 0x80000
	lui a0, 0xfffff
	auipc a0, 0xfffff
	auipc a0, 0x7ffff
	addi a0, a1, -2048
	addiw a0, zero, -1
	addiw a0, a1, 2047
	addw a0, zero, zero
	lb a0, -2048(a1)
	lwu a0, 2047(a1)
	sd a0, -2048(a1)
	sw a0, 2047(a1)
	sh a0, -1(a1)
	fsd fa0, -8(a1)
	flw fa0, -4(a1)
	beq a0, a1, 1b
	bge a0, a1, 2f
	jal ra, 1b
	jal zero, 2f
	jal zero, . - 0x100000
	jal zero, . + 0xffffe
	bne a0, a1, . - 4096
	bne a0, a1, . + 4094
	amocas.w a0, a2, (a1)
	amocas.b.aqrl a0, a2, (a1)
	amoxor.h a0, a2, (a1)
	ssamoswap.d a0, a2, (a1)
	hlv.hu a0, (a1)
	hlv.w a0, (a1)
	hsv.h a0, (a1)
2:	.option arch, +c
	c.j 1b
	c.beqz a0, 2b
	c.bnez a0, 3f
	c.j 3f
	c.j . - 2048
	c.j . + 2046
	c.beqz a0, . - 256
	c.bnez a0, . + 254
3:	c.nop
