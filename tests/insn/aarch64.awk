# A64: what an instruction writes is its first operand, but for what is named here.

# The number of a general register; 31 is sp, "zero" the zero register, "" anything else.
function general(text) {
	sub(/!$/, "", text)
	if (text ~ /^w?sp$/) return 31
	if (text ~ /^[wx]zr$/) return "zero"
	if (text ~ /^[wx][0-9]+$/) return substr(text, 2) + 0
	return ""
}

function written(text,	r) {
	r = general(text)
	return r == "" || r == "zero" ? "-" : r
}

# mov of a constant is movz where one group of 16 bits is not 0, else movn where one is not all ones,
# else an orr, which places no group. Hexadecimal, as numbers of awk have 53 bits.
function mov_reach(text, all,	negative, i, j, value, carry, zeros, ones, place, other_place, count) {
	count = all ? 4 : 2
	negative = text ~ /^#-/
	sub(/^#-?0x/, "", text)
	while (length(text) < 16) text = "0" text
	carry = negative
	zeros = ones = 0
	for (i = 0; i < count; i++) {
		value = 0
		for (j = 0; j < 4; j++)
			value = value * 16 + digit(substr(text, 13 - 4 * i + j, 1))
		if (negative) {
			value = 65535 - value + carry
			carry = value > 65535
			value %= 65536
		}
		if (value == 0) zeros++; else place = i
		if (value == 65535) ones++; else other_place = i
	}
	if (zeros == count) return 16
	if (zeros == count - 1) return 16 * (place + 1)
	if (ones == count) return 16
	if (ones == count - 1) return 16 * (other_place + 1)
	return 0
}

function shifted_reach() {
	return op[n] ~ /^lsl #/ ? 16 + number_of(substr(op[n], 5)) : 16
}

# A constant that a register is set to, in 16 digits.
function value_of(text,	negative, value) {
	sub(/^#/, "", text)
	negative = sub(/^-/, "", text)
	value = wide(substr(text, 3))
	return negative ? negated(value) : value
}

# 16 bits, at the place that `reach` says, of 16 digits.
function placed(text) {
	return wide(substr(text, 4) substr("000000000000", 1, reach / 4 - 4))
}

# What a W register leaves of it.
function narrowed(value) {
	if (op[1] !~ /^w/) return value
	cut = "zero"
	return wide(substr(value, 9))
}

function set(value) {
	kind = "set"
	target = written(op[1])
	constant = signed(narrowed(value))
}

function narrow_target() { if (op[1] ~ /^w/) cut = "zero" }

# The memory operand: its base and its index register; is the base changed?
function address(	i, inside, parts, count) {
	for (i = 1; i <= n; i++)
		if (op[i] ~ /^\[/) {
			inside = op[i]
			sub(/^\[/, "", inside)
			sub(/\].*/, "", inside)
			count = split(inside, parts, /, */)
			first = general(parts[1])
			if (count > 1 && general(parts[2]) != "") second = general(parts[2])
			else if (count > 1 && i == n) constant = hex_of(number_of(parts[2]))
			return op[i] ~ /!$/ || i < n
		}
	return 0
}

function bytes_of(letter) { return 2 ^ (index("bhsdq", letter) - 1) }

# { v0.4s, v1.4s } is of whole registers, { v0.s }[1] and what the mnemonics with r read of elements.
function structure_size(	count, shape, text) {
	text = op[1]
	count = gsub(/v[0-9]+\./, "", text)
	shape = op[1]
	sub(/^[^.]*\./, "", shape)
	sub(/[^0-9a-z].*/, "", shape)
	if (op[1] ~ /\]$/ || mnemonic ~ /r$/) return count * bytes_of(substr(shape, length(shape)))
	return count * (shape + 0) * bytes_of(substr(shape, length(shape)))
}

function general_size(text) {
	if (text ~ /^[wx]/) return text ~ /^w/ ? 4 : 8
	return bytes_of(substr(text, 1, 1))
}

# How many bytes of memory a mnemonic reaches with its operands.
function access_size() {
	if (op[1] ~ /^\{/) return structure_size()
	if (mnemonic ~ /^(ld|st)64b/) return 64
	if (mnemonic ~ /^ldra[ab]$|^gcsstt?r$/) return 8
	if (mnemonic ~ /^stz?gm$/) return 0
	if (mnemonic ~ /^st(z?g|z?2g|gp)$/) return mnemonic ~ /2g/ ? 32 : 16
	if (mnemonic == "ldpsw") return 8
	if (mnemonic ~ /^rcw|^(ld(clr|set)p|swpp)/) return mnemonic ~ /p(al?|l)?$/ && mnemonic !~ /^rcws?swp(al?|l)?$/ ? 16 : 8
	if (mnemonic ~ /^casp|^(ldn?p|ldiapp|stilp|stn?p|lda?xp)/) return 2 * general_size(op[1])
	if (mnemonic ~ /^stl?xp$/) return 2 * general_size(op[2])
	if (mnemonic ~ /[^a]b$/) return 1
	if (mnemonic ~ /h$/) return 2
	if (mnemonic ~ /sw$/) return 4
	return general_size(op[mnemonic ~ /^stl?xr$/ ? 2 : 1])
}

# Two registers' words side by side.
function of_two() {
	return mnemonic ~ /^(ld[nt]?p|ldtnp|ldpsw|ldiapp|lda?xp|st[nt]?p|sttnp|stgp|stilp|stl?xp)$/ ||
		mnemonic ~ /^(rcws?)?casp(al?|l)?$|^(ld(clr|set)|swp|rcws?(clr|swp|set))p(al?|l)?$/
}

function load(	vector, changed) {
	kind = "load"
	does = "reads"
	width = access_size()
	vector = op[1] ~ /^[bhsdq][0-9]|^\{/
	changed = address()
	if (first == "-") {
		flags = "p"
		constant = hex_of(away(op[2]))
	}
	if (mnemonic ~ /^lda?x/) flags = "x"
	if (of_two()) flags = flags "t"
	if (!vector) target = written(op[1])
	if (!vector && mnemonic ~ /^ld(n?p|psw|a?xp|iapp|tn?p)$/) {
		also = written(op[2])
		if (changed) others = first
	} else if (changed)
		also = first
}

function load_64_bytes(	i) {
	load()
	also = target + 1
	others = target + 2
	for (i = 3; i < 8; i++) others = others "," target + i
}

# `wrote`, an operand that a store writes; `next`, one behind it.
function store(wrote, wrote_next,	changed) {
	kind = "store"
	does = "writes"
	width = access_size()
	if (mnemonic ~ /^stl?x/) flags = "x"
	if (of_two()) flags = flags "t"
	changed = address()
	if (wrote) also = written(op[wrote])
	else if (changed) also = first
	if (wrote_next) others = written(op[wrote_next])
}

function is_scalable(	i) {
	for (i = 1; i <= n; i++)
		if (op[i] ~ /^\{? ?(z|p|za|zt|pn)[0-9]/ || op[i] ~ /^\{? ?za[.[{]/ || op[i] ~ /\[z[0-9]/ || op[i] == "za" || op[i] ~ /^\{ ?za ?\}/)
			return 1
	return mnemonic ~ /^prf[bhwd]$/
}

function change(wrote, wrote_next) {
	store(wrote, wrote_next)
	does = "changes"
}

function memory() {
	if (mnemonic ~ /^r?prfu?m$/) return
	if (mnemonic ~ /^ldgm?$/) target = written(op[1])
	else if (mnemonic == "ld64b") load_64_bytes()
	else if (mnemonic ~ /^st64bv0?$/) store(1)
	else if (mnemonic ~ /^(ld(add|clr|eor|set|[su]max|[su]min)|swp|rcws?(clr|swp|set))(al?|l)?[bh]?$/) change(2)
	else if (mnemonic ~ /^(ld(clr|set)p|swpp|rcws?(clr|swp|set)p)(al?|l)?$/) change(1, 2)
	else if (mnemonic ~ /^(casp|rcws?casp)(al?|l)?$/) change(1, 2)
	else if (mnemonic ~ /^(cas|rcws?cas)(al?|l)?[bh]?$/) change(1)
	else if (mnemonic ~ /^stl?xr[bh]?$|^stl?xp$/) store(1)
	else if (mnemonic ~ /^ld/) load()
	else if (mnemonic ~ /^st|^gcsstt?r$/) store()
	else unmatched()
}

# A memory operand that no rule knows: fails the comparison.
function unmatched() { kind = "unmatched " mnemonic }

function copy_or_set(	i) {
	for (i = 1; i <= n; i++) gsub(/[][]/, "", op[i])
	target = written(op[1])
	if (mnemonic ~ /^set/) also = written(op[2])
	else {
		also = written(op[3])
		others = written(op[2])
	}
}

function mov() {
	target = written(op[1])
	if (op[2] ~ /^#/) {
		set(value_of(op[2]))
		reach = mov_reach(op[2], op[1] ~ /^x/)
	} else if (general(op[2]) != "") {
		kind = "move"
		first = general(op[2])
		narrow_target()
	}
	if (op[1] ~ /^w?sp$/) reach = 0
}

# The amount of add and sub, for whichever kind has one.
function amount(	value) {
	value = number_of(op[3])
	if (op[4] ~ /^lsl/) value *= 4096
	return hex_of(mnemonic ~ /^sub/ ? -value : value)
}

function add() {
	target = written(op[1])
	first = general(op[2])
	if (op[3] ~ /^[#:]/) {
		kind = mnemonic ~ /^addg/ || mnemonic !~ /g$/ || mnemonic == "subg" ? "more" : "other"
		# mov to or from sp.
		if (mnemonic == "add" && op[3] ~ /^#(0x)?0$/ && n == 3 && (target == 31 || first == 31))
			kind = "move"
		else
			constant = amount()
		narrow_target()
	} else if (mnemonic ~ /^add/ && !(first == "zero" && n == 4)) {
		kind = "add"
		second = general(op[3])
		narrow_target()
	} else if (mnemonic ~ /^subs?$/ && (n == 3 || op[4] ~ /^(uxtx|(lsl|lsr|asr) #0)$/)) {
		kind = "subtract"
		second = general(op[3])
		narrow_target()
	} else
		first = "-"
}

function hint() {
	number = mnemonic == "hint" ? number_of(op[1]) : -1
	if (number == 40 || mnemonic == "chkfeat") target = 16
	if (number ~ /^(8|10|12|14)$/ || mnemonic ~ /^(paci|auti)[ab]1716$/) target = 17
	if (number == 7 || (number >= 24 && number <= 31) || mnemonic ~ /^(paci|auti)[ab](z|sp)$/ ||
		mnemonic == "xpaclri") target = 30
}

# The register that may be a CPU's base, by PERCPU_NOTE_REGISTER_*.
function base_of(name) {
	if (name !~ /^TPIDR_EL[012]$/) return 0
	return name ~ /1$/ ? 2 : name ~ /2$/ ? 3 : 4
}

function page_or_byte() {
	set("0000000000000000")
	flags = mnemonic == "adrp" ? "pa" : "p"
	constant = hex_of(away(op[2], mnemonic == "adrp"))
}

function movz() {
	reach = shifted_reach()
	set(mnemonic == "movn" ? inverted(placed(op[2])) : placed(op[2]))
}

function movk() {
	reach = shifted_reach()
	kind = "more"
	target = first = written(op[1])
	constant = signed(placed(op[2]))
	keeps = narrow(inverted(placed("#0xffff")))
	flags = "o"
	narrow_target()
}

function instruction() {
	sub(/^0x/, "#0x", op[n])
	if (mnemonic ~ /^(b|bc?\.(al|nv))$/) direct("", away(op[n]))
	else if (mnemonic ~ /^(bc?\..*|cbn?z|tbn?z)$/) direct("f", away(op[n]))
	else if (mnemonic == "bl") { direct("cf", away(op[n])); target = 30 }
	else if (mnemonic ~ /^(br|bra[ab]z?|ret|reta[ab](sppc)?|eret|ereta[ab]|brk|hlt|dcps[123]|drps|udf|tcancel)$/ || mnemonic ~ /^reta[ab]sppcr?$/)
		branch("")
	else if (mnemonic ~ /^(blr|blra[ab]z?)$/) { branch("cf"); target = 30 }
	else if (mnemonic ~ /^(svc|hvc|smc)$/) branch("cf")
	else if (mnemonic == "msr" && base_of(op[1])) { kind = "put-base"; first = general(op[2]); base = base_of(op[1]) }
	else if (mnemonic == "mrs" && base_of(op[2]) && written(op[1]) != "-") {
		kind = "get-base"
		target = written(op[1])
		base = base_of(op[2])
	}
	else if (mnemonic ~ /^adrp?$/ && op[1] !~ /^z/) page_or_byte()
	else if (mnemonic ~ /^(hint|chkfeat|(paci|auti)[ab](1716|z|sp)|xpaclri)$/) hint()
	else if (mnemonic ~ /^(paci|auti)[ab]171615$/) target = 17
	else if (mnemonic ~ /^(pacn?bi?[ab]?sppc|pacn?i[ab]sppc|pacnbi[ab]sppc|auti[ab]sppcr?)$/) target = 30
	else if (is_scalable()) {
		if (mnemonic !~ /^(ctermeq|ctermne|st|ld|prf)/ && general(op[1]) != "") target = written(op[1])
	} else if (mnemonic ~ /^(ctermeq|ctermne|ccmp|ccmn|rmif|setf8|setf16|msr|msrr|wfet|wfit|gcsss1|gcspushm|trcit|setffr)$/) {
	} else if (mnemonic ~ /^(cpyf?[pme]|setg?[pme])(r|w|t)?(t|n|tn|rn|wn)*$/ && op[1] ~ /^\[/) copy_or_set()
	else if (mnemonic ~ /^luti[24]$/) {
	} else if (line ~ /\[/ && line !~ /\][[{]|[bhsdq]\[[0-9]/ && line !~ /v[0-9]+\.[0-9a-z]*\[/ || mnemonic ~ /^(ld|st)[1-4]r?$/) memory()
	else if (mnemonic ~ /^(ldr|ldrsw)$/) load()
	else if (mnemonic == "prfm") {
	} else if (mnemonic == "mov") mov()
	else if (mnemonic == "movz" || mnemonic == "movn") movz()
	else if (mnemonic == "movk") movk()
	else if (mnemonic ~ /^(add|adds|sub|subs|addg|subg|addpt)$/ && general(op[1]) != "") add()
	else if (mnemonic == "orr" && op[2] ~ /^[wx]zr$/ && n == 3) {
		target = written(op[1])
		if (op[3] ~ /^#/) set(value_of(op[3]))
		else {
			kind = "move"
			first = general(op[3])
			narrow_target()
		}
	} else if (mnemonic == "mrrs") { target = written(op[1]); also = written(op[2]) }
	else target = written(op[1])
}
