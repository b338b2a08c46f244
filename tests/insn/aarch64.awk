# A64: what an instruction writes is its first operand, but for what is named here.

BEGIN { groups = "0123456789abcdef" }

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

function digit(text) { return index(groups, text) - 1 }

# mov of a constant is movz where one group of 16 bits is not 0, else movn where one is not all ones,
# else an orr, which places no group. Hexadecimal, as numbers of awk have 53 bits.
function mov_reach(text, wide,	negative, i, j, value, carry, zeros, ones, place, other_place, count) {
	count = wide ? 4 : 2
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
	return op[n] ~ /^lsl #/ ? 16 + hex(substr(op[n], 6)) : 16
}

function hex(text,	i, value) {
	if (text !~ /^0x/) return text + 0
	value = 0
	for (i = 3; i <= length(text); i++) value = value * 16 + digit(substr(text, i, 1))
	return value
}

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
			return op[i] ~ /!$/ || i < n
		}
	return 0
}

function load(	vector, changed) {
	kind = "load"
	vector = op[1] ~ /^[bhsdq][0-9]|^\{/
	changed = address()
	if (first == "-") flags = "p"
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

function memory() {
	if (mnemonic ~ /^r?prfu?m$/) return
	if (mnemonic ~ /^ldgm?$/) target = written(op[1])
	else if (mnemonic == "ld64b") load_64_bytes()
	else if (mnemonic ~ /^st64bv0?$/) store(1)
	else if (mnemonic ~ /^(ld(add|clr|eor|set|[su]max|[su]min)|swp|rcws?(clr|swp|set))(al?|l)?[bh]?$/) store(2)
	else if (mnemonic ~ /^(ld(clr|set)p|swpp|rcws?(clr|swp|set)p)(al?|l)?$/) store(1, 2)
	else if (mnemonic ~ /^(casp|rcws?casp)(al?|l)?$/) store(1, 2)
	else if (mnemonic ~ /^(cas|rcws?cas)(al?|l)?[bh]?$/) store(1)
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
		kind = "set"
		reach = mov_reach(op[2], op[1] ~ /^x/)
	} else if (general(op[2]) != "") {
		kind = "move"
		first = general(op[2])
	}
	if (op[1] ~ /^w?sp$/) reach = 0
}

function add() {
	target = written(op[1])
	first = general(op[2])
	if (op[3] ~ /^[#:]/) {
		kind = mnemonic ~ /^addg/ || mnemonic !~ /g$/ || mnemonic == "subg" ? "more" : "other"
		# mov to or from sp.
		if (mnemonic == "add" && op[3] ~ /^#(0x)?0$/ && n == 3 && (target == 31 || first == 31))
			kind = "move"
	} else if (mnemonic ~ /^add/ && !(first == "zero" && n == 4)) {
		kind = "add"
		second = general(op[3])
	} else
		first = "-"
}

function hint() {
	number = mnemonic == "hint" ? hex(substr(op[1], 2)) : -1
	if (number == 40 || mnemonic == "chkfeat") target = 16
	if (number ~ /^(8|10|12|14)$/ || mnemonic ~ /^(paci|auti)[ab]1716$/) target = 17
	if (number == 7 || (number >= 24 && number <= 31) || mnemonic ~ /^(paci|auti)[ab](z|sp)$/ ||
		mnemonic == "xpaclri") target = 30
}

function instruction() {
	sub(/^0x/, "#0x", op[n])
	if (mnemonic ~ /^(b|b\..*|bc\..*|br|bra[ab]z?|ret|reta[ab](sppc)?|eret|ereta[ab]|cbn?z|tbn?z|brk|hlt|dcps[123]|drps|udf|tcancel)$/ || mnemonic ~ /^reta[ab]sppcr?$/)
		kind = "branch"
	else if (mnemonic ~ /^(bl|blr|blra[ab]z?)$/) { kind = "branch"; target = 30; flags = "c" }
	else if (mnemonic ~ /^(svc|hvc|smc)$/) { kind = "branch"; flags = "c" }
	else if (mnemonic ~ /^adrp?$/ && op[1] !~ /^z/) { kind = "set"; target = written(op[1]); flags = "p" }
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
	else if (mnemonic == "movz" || mnemonic == "movn") { kind = "set"; target = written(op[1]); reach = shifted_reach() }
	else if (mnemonic == "movk") { kind = "more"; target = first = written(op[1]); reach = shifted_reach() }
	else if (mnemonic ~ /^(add|adds|sub|subs|addg|subg|addpt)$/ && general(op[1]) != "") add()
	else if (mnemonic == "orr" && op[2] ~ /^[wx]zr$/ && n == 3) {
		target = written(op[1])
		kind = op[3] ~ /^#/ ? "set" : "move"
		first = op[3] ~ /^#/ ? "-" : general(op[3])
	} else if (mnemonic == "mrrs") { target = written(op[1]); also = written(op[2]) }
	else target = written(op[1])
}
