# LoongArch: what an instruction writes is its first operand, but for what is named here.

BEGIN {
	split("zero ra tp sp a0 a1 a2 a3 a4 a5 a6 a7 t0 t1 t2 t3 t4 t5 t6 t7 t8 r21 fp s0 s1 s2 s3 s4 s5 " \
		"s6 s7 s8", names, " ")
	for (i in names) number["$" names[i]] = i - 1
}

# The number of a general register, "zero", or "" for anything else.
function general(text) {
	if (!(text in number)) return ""
	return text == "$zero" ? "zero" : number[text]
}

function written(text,	r) {
	r = general(text)
	return r == "" || r == "zero" ? "-" : r
}

# The operand with the base register, and that of an index.
function memory(is, base, index_at) {
	kind = is
	first = general(op[base])
	if (index_at) second = general(op[index_at])
	if (is == "load") target = written(op[1])
}

function set(relative, bits) {
	kind = "set"
	target = written(op[1])
	if (target != "-" && relative) flags = "p"
	reach = bits
}

function more(from, bits) {
	kind = "more"
	target = written(op[1])
	first = general(from)
	reach = bits
}

function add(one, other) {
	kind = "add"
	target = written(op[1])
	first = general(one)
	second = general(other)
}

function call(link) {
	kind = "branch"
	target = written(link)
	if (target != "-") flags = "c"
}

function instruction() {
	if (mnemonic ~ /^(b|beq|bne|blt|bge|bltu|bgeu|beqz|bnez|bceqz|bcnez|break|dbcl|ertn|jr|ret|jiscr[01])$/) kind = "branch"
	else if (mnemonic == "bl") call("$ra")
	else if (mnemonic == "jirl") call(op[1])
	else if (mnemonic ~ /^(syscall|hvcl)$/) { kind = "branch"; flags = "c" }
	else if (mnemonic == "lu12i.w") set(0, 32)
	else if (mnemonic ~ /^(pcaddi|pcalau12i|pcaddu12i|pcaddu18i)$/) set(1, 0)
	else if (mnemonic == "lu32i.d") more(op[1] == "$zero" ? "" : op[1], 52)
	else if (mnemonic == "lu52i.d") more(op[2], 64)
	else if (mnemonic ~ /^(addi\.[wd]|addu16i\.d|ori)$/) more(op[2], 0)
	else if (mnemonic ~ /^add\.[wd]$/) add(op[2], op[3])
	else if (mnemonic == "or" && (op[2] == "$zero" || op[3] == "$zero")) add(op[2], op[3])
	else if (mnemonic == "move") add(op[2], "$zero")
	else if (mnemonic ~ /^alsl\.(w|wu|d)$/ && op[3] != "$zero") add(op[3], op[2])
	else if (mnemonic ~ /^(ld\.[bhwd]u?|ldptr\.[wd]|ld[lr]\.[wd]|ll\.[wd]|llacq\.[wd]|f?ld(gt|le)\.[bhwds]|fld\.[sd]|x?vld|x?vldrepl\.[bhwd])$/) memory("load", 2)
	else if (mnemonic ~ /^(st\.[bhwd]|stptr\.[wd]|st[lr]\.[wd]|f?st(gt|le)\.[bhwds]|fst\.[sd]|x?vst|x?vstelm\.[bhwd])$/) memory("store", 2)
	else if (mnemonic ~ /^(ldx\.[bhwd]u?|fldx\.[sd]|x?vldx)$/) memory("load", 2, 3)
	else if (mnemonic ~ /^(stx\.[bhwd]|fstx\.[sd]|x?vstx)$/) memory("store", 2, 3)
	else if (mnemonic ~ /^(sc\.[wd]|screl\.[wd])$/) { memory("store", 2); also = written(op[1]) }
	else if (mnemonic ~ /^(am[a-z]+(_db)?\.[bhwd]u?|sc\.q)$/) { memory("store", 3); also = written(op[1]) }
	else if (mnemonic ~ /^rdtime/) { target = written(op[1]); also = written(op[2]) }
	else if (mnemonic !~ /^(asrt(le|gt)\.d|preldx?|dbar|ibar|cacop|ldpte|iocsrwr\.|tlb|invtlb|gtlb|idle|nop|movgr2|x86mttop|(x86|arm)mtflag|x86[a-ln-z]|x86mul|arm[a-ln-z])/ || mnemonic ~ /^x86settag/)
		target = written(op[1])
}
