# RISC-V: what an instruction writes is its first operand, but for what is named here.

BEGIN {
	split("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 " \
		"t3 t4 t5 t6", names, " ")
	for (i in names) number[names[i]] = i - 1
	for (i = 2; i <= 64; i *= 2) clears[-i]
}

# The number of a general register, "zero", or "" for anything else.
function general(text) {
	if (!(text in number)) return ""
	return text == "zero" ? "zero" : number[text]
}

function written(text,	r) {
	r = general(text)
	return r == "" || r == "zero" ? "-" : r
}

# Of `8(a0)` or `(a0)`, at the first operand that has it.
function address(	i, inside) {
	for (i = 1; i <= n; i++)
		if (op[i] ~ /\([a-z0-9]+\)$/) {
			inside = op[i]
			sub(/\(.*/, "", inside)
			constant = hex_of(number_of(inside))
			inside = op[i]
			sub(/.*\(/, "", inside)
			sub(/\)/, "", inside)
			first = general(inside)
			return
		}
	kind = "unmatched " mnemonic
}

# By the letter behind l, s and what is before them; of vectors it is not known.
function access_size(	name) {
	name = mnemonic
	if (name ~ /^v/) return 0
	sub(/^c\./, "", name)
	if (name ~ /^(lr|sc|amo[a-z]*|ssamoswap|hlvx?|hsv)\./) sub(/^[a-z]*\./, "", name)
	else sub(/^f?[ls]/, "", name)
	return 2 ^ (index("bhwdq", substr(name, 1, 1)) - 1)
}

function load() {
	kind = "load"
	does = "reads"
	width = access_size()
	if (mnemonic ~ /^lr\./) flags = "x"
	target = written(op[1])
	address()
}

function store() {
	kind = "store"
	does = mnemonic ~ /^(ss)?amo/ ? "changes" : "writes"
	width = access_size()
	if (mnemonic ~ /^sc\./) flags = "x"
	address()
}

# 20 bits for bits 12 to 31, with a sign; and those of c.lui, which are 6.
function upper_of(text,	value) {
	value = number_of(text)
	return hex_of((value >= 524288 ? value - 1048576 : value) * 4096)
}

function set(value) {
	kind = "set"
	target = written(op[1])
	constant = value
}

function cut_word() { if (mnemonic ~ /^(c\.)?(addi?|sub)w$/) cut = "sign" }

function more(from) {
	kind = "more"
	constant = hex_of(number_of(op[n]))
	cut_word()
	target = written(op[1])
	first = general(from)
}

# The word around a byte: at most 6 low bits are cleared.
function masks(	mask) {
	mask = number_of(op[n])
	target = written(op[1])
	if (!(mask in clears)) return
	kind = "more"
	first = general(n == 3 ? op[2] : op[1])
	keeps = sprintf("ffffffffffffff%02x", 256 + mask)
	constant = "0"
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

# c.jalr and c.add have one operand less than what they stand for.
function compressed() {
	if (mnemonic == "c.jalr") call("ra")
	else if (mnemonic == "c.add" || mnemonic == "c.addw") add(op[1], op[2])
	else if (mnemonic == "c.sub" || mnemonic == "c.subw") subtract(op[1], op[2])
	else if (mnemonic == "c.mv") add("zero", op[2])
	else if (mnemonic ~ /^c\.(addi|addiw|addi16sp)$/) more(op[1])
	else if (mnemonic == "c.addi4spn") more(op[2])
	else if (mnemonic == "c.andi") masks()
	# Reserved, which this reader does not say.
	else if (mnemonic == "c.lui" && op[2] ~ /^(0x)?0$/) kind = "unknown"
	else if (mnemonic == "c.lui") set(upper_of(op[2]))
	else if (mnemonic == "c.li") set(hex_of(number_of(op[2])))
	else if (mnemonic ~ /^c\.f?l(b|h|w|d)u?(sp)?$/) load()
	else if (mnemonic ~ /^c\.f?s(b|h|w|d)(sp)?$/) store()
	else if (mnemonic == "c.j") direct("", away(op[1]))
	else if (mnemonic ~ /^c\.(beqz|bnez)$/) direct("f", away(op[2]))
	else if (mnemonic ~ /^c\.(jr|ebreak|unimp)$/) branch("")
	else if (mnemonic !~ /^c\.(nop|mop\.|ssp|ntl)/) target = written(op[1])
}

function instruction() {
	if (mnemonic ~ /^c\./) compressed()
	else if (mnemonic ~ /^(beq|bne|blt|bge|bltu|bgeu)$/) direct("f", away(op[3]))
	else if (mnemonic ~ /^(ebreak|[umsd]ret|mnret|unimp)$/) branch("")
	else if (mnemonic == "csrrw" && op[1] == "zero" && op[2] == "cycle" && op[3] == "zero") branch("")
	else if (mnemonic == "jal") { call(op[1]); direct(flags, away(op[2])) }
	else if (mnemonic == "jalr") call(op[1])
	else if (mnemonic == "ecall") branch("cf")
	else if (mnemonic ~ /^addiw?$/) more(op[2])
	else if (mnemonic == "andi") masks()
	else if (mnemonic == "lui") set(upper_of(op[2]))
	else if (mnemonic == "auipc") { set(upper_of(op[2])); flags = "p" }
	else if (mnemonic ~ /^addw?$/) add(op[2], op[3])
	else if (mnemonic ~ /^subw?$/) subtract(op[2], op[3])
	else if (mnemonic ~ /^(sh[123]add(\.uw)?|add\.uw)$/ && op[3] != "zero") add(op[3], op[2])
	else if (mnemonic ~ /^(l[bhwd](u|\.aq.*)?|fl[hwdq]|lr\.[wd].*|hlvx?\..*|vl([0-9].*|[eosu].*|m\.v))$/) load()
	else if (mnemonic ~ /^(s[bhwd](\.(aq)?rl)?|fs[hwdq]|hsv\..*|vs([0-9]+r\.v|m\.v|e[0-9]+\.v|se[0-9]+\.v|seg.*|sseg.*|[ou]x(seg|ei).*))$/) store()
	else if (mnemonic ~ /^(sc\.|amo|ssamo)/) {
		store()
		also = written(op[1])
		if (mnemonic ~ /^amocas\.q/ && also != "-") others = also + 1
	} else if (mnemonic !~ /^(fence|pause|cbo\.|prefetch\.|[sh]fence|[sh]inval|wrs\.|wfi|sspush|sspopchk)/)
		target = written(op[1])
}
