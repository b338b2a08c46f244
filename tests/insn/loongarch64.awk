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

# By the letter behind the dot, and 4 and 8 bytes for s of floating-point; vld and ldl have none.
function access_size(	letter) {
	if (mnemonic ~ /^x?v(ld|st)x?$/) return mnemonic ~ /^x/ ? 32 : 16
	if (mnemonic ~ /^(ld|st)[lr]\./) return 0
	letter = mnemonic
	sub(/.*\./, "", letter)
	letter = substr(letter, 1, 1)
	return letter == "s" ? 4 : 2 ^ (index("bhwdq", letter) - 1)
}

# The operand with the base register, and that of an index or an offset.
function memory(is, base_at, index_at) {
	kind = is
	does = is == "load" ? "reads" : "writes"
	width = access_size()
	first = general(op[base_at])
	if (index_at) second = general(op[index_at])
	else if (op[base_at + 1] ~ /^-?[0-9]/) constant = hex_of(number_of(op[base_at + 1]))
	if (mnemonic ~ /^(ll|sc)(acq|rel)?\./) flags = "x"
	if (is == "load") target = written(op[1])
}

# A constant of 20 bits, which not all versions print with its sign.
function twenty(text,	value) {
	value = number_of(text)
	return value >= 524288 ? value - 1048576 : value
}

function set(letters, scale, bits) {
	kind = "set"
	target = written(op[1])
	flags = letters
	constant = hex_of(twenty(op[2]) * scale)
	reach = bits
}

# The word around a byte: at most 6 low bits are cleared.
function masks(	high) {
	high = number_of(op[3])
	target = written(op[1])
	if (op[2] != "$zero" || number_of(op[4]) != 0 || high > 5) return
	kind = "more"
	first = general(op[1])
	keeps = sprintf("ffffffffffffff%02x", 256 - 2 ^ (high + 1))
	constant = "0"
}

function more(scale) {
	kind = "more"
	target = written(op[1])
	first = general(op[2])
	constant = hex_of(number_of(op[3]) * scale)
	if (mnemonic ~ /\.w$/) cut = "sign"
}

# Bits of a number that is replaced from `low` on, in 16 digits.
function replace(from, text, low, bits,	value) {
	kind = "more"
	target = written(op[1])
	first = general(from)
	value = text + 0
	if (value < 0) value += 4294967296
	value = sprintf("%08x", value)
	constant = signed(low == 32 ? value "00000000" : substr(value, 6) "0000000000000")
	keeps = low == 32 ? "ffffffff" : "fffffffffffff"
	reach = bits
	flags = "o"
}

# .w and .wu; the others are whole.
function cut_word() {
	if (mnemonic ~ /\.w$/) cut = "sign"
	if (mnemonic ~ /\.wu$/) cut = "zero"
}

function add(one, other) {
	kind = "add"
	cut_word()
	target = written(op[1])
	first = general(one)
	second = general(other)
}

function subtract(one, other) {
	add(one, other)
	kind = "subtract"
}

function call(link) {
	branch("")
	target = written(link)
	if (target != "-") flags = "cf"
}

function instruction() {
	if (mnemonic == "b") direct("", number_of(op[1]))
	else if (mnemonic ~ /^(beq|bne|blt|bge|bltu|bgeu|beqz|bnez|bceqz|bcnez)$/) direct("f", number_of(op[n]))
	else if (mnemonic ~ /^(break|dbcl|ertn|jr|ret|jiscr[01])$/) branch("")
	else if (mnemonic == "bl") { call("$ra"); direct(flags, number_of(op[1])) }
	else if (mnemonic == "jirl") call(op[1])
	else if (mnemonic ~ /^(syscall|hvcl)$/) branch("cf")
	else if (mnemonic == "lu12i.w") set("", 4096, 32)
	else if (mnemonic == "pcaddi") set("p", 4, 0)
	else if (mnemonic == "pcalau12i") set("pa", 4096, 0)
	else if (mnemonic == "pcaddu12i") set("p", 4096, 0)
	else if (mnemonic == "pcaddu18i") set("p", 262144, 0)
	else if (mnemonic == "lu32i.d") replace(op[1] == "$zero" ? "" : op[1], op[2], 32, 52)
	else if (mnemonic == "bstrins.d") masks()
	else if (mnemonic == "lu52i.d") replace(op[2], op[3], 52, 64)
	else if (mnemonic ~ /^addi\.[wd]$/) more(1)
	else if (mnemonic == "addu16i.d") more(65536)
	else if (mnemonic == "ori") { more(1); flags = "o" }
	else if (mnemonic ~ /^add\.[wd]$/) add(op[2], op[3])
	else if (mnemonic ~ /^sub\.[wd]$/) subtract(op[2], op[3])
	else if (mnemonic == "or" && (op[2] == "$zero" || op[3] == "$zero")) add(op[2], op[3])
	else if (mnemonic == "move") add(op[2], "$zero")
	else if (mnemonic ~ /^alsl\.(w|wu|d)$/ && op[3] != "$zero") add(op[3], op[2])
	else if (mnemonic ~ /^(ld\.[bhwd]u?|ldptr\.[wd]|ld[lr]\.[wd]|ll\.[wd]|llacq\.[wd]|f?ld(gt|le)\.[bhwds]|fld\.[sd]|x?vld|x?vldrepl\.[bhwd])$/) memory("load", 2)
	else if (mnemonic ~ /^(st\.[bhwd]|stptr\.[wd]|st[lr]\.[wd]|f?st(gt|le)\.[bhwds]|fst\.[sd]|x?vst|x?vstelm\.[bhwd])$/) memory("store", 2)
	else if (mnemonic ~ /^(ldx\.[bhwd]u?|fldx\.[sd]|x?vldx)$/) memory("load", 2, 3)
	else if (mnemonic ~ /^(stx\.[bhwd]|fstx\.[sd]|x?vstx)$/) memory("store", 2, 3)
	else if (mnemonic ~ /^(sc\.[wd]|screl\.[wd])$/) { memory("store", 2); also = written(op[1]) }
	else if (mnemonic ~ /^(am[a-z]+(_db)?\.[bhwd]u?|sc\.q)$/) {
		memory("store", 3)
		if (mnemonic ~ /^am/) does = "changes"
		else flags = "x"
		also = written(op[1])
	}
	else if (mnemonic ~ /^rdtime/) { target = written(op[1]); also = written(op[2]) }
	else if (mnemonic !~ /^(asrt(le|gt)\.d|preldx?|dbar|ibar|cacop|ldpte|iocsrwr\.|tlb|invtlb|gtlb|idle|nop|movgr2|x86mttop|(x86|arm)mtflag|x86[a-ln-z]|x86mul|arm[a-ln-z])/ || mnemonic ~ /^x86settag/)
		target = written(op[1])
}
