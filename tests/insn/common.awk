# Lines of llvm-objdump -d as lines of insns.c, by mnemonics and operands alone. The script of an
# architecture, read behind this one, defines instruction(), which sets what differs from `other`.

function none() {
	kind = "other"
	target = first = second = also = others = "-"
	flags = "-"
	reach = 0
}

function trim(text) {
	sub(/^[ \t]+/, "", text)
	sub(/[ \t]+$/, "", text)
	return text
}

# Operands into op[1..n]; what stands in brackets is one operand.
function operands(text,	i, c, depth, word) {
	n = 0
	depth = 0
	word = ""
	split("", op)
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c ~ /[[({]/) depth++
		if (c ~ /[])}]/) depth--
		if (c == "," && depth == 0) {
			op[++n] = trim(word)
			word = ""
		} else
			word = word c
	}
	if (trim(word) != "") op[++n] = trim(word)
}

# The forms of the contract: what is added to zero, and what goes nowhere.
function settle() {
	if (kind == "add" && second == "zero") { kind = "move"; second = "-" }
	if (kind == "add" && first == "zero") { kind = "move"; first = second; second = "-" }
	if (kind ~ /^(move|more)$/ && first == "zero") { kind = "set"; first = "-" }
	if (kind ~ /^(set|more|add|move)$/ && target == "-") none()
}

/^Disassembly of section / {
	section = $4
	sub(/:$/, "", section)
	next
}

/^ *[0-9a-f]+: / {
	split($0, part, "\t")
	at = part[1]
	sub(/^ */, "", at)
	raw = at
	sub(/^[^:]*: */, "", raw)
	gsub(/ /, "", raw)
	sub(/:.*/, "", at)
	mnemonic = part[2]
	line = part[3]
	sub(/ *(\/\/|#) .*/, "", line)
	sub(/ *<[^>]*>$/, "", line)
	none()
	if (mnemonic ~ /^</ || mnemonic ~ /^\./)
		kind = "unknown"
	else {
		operands(line)
		instruction()
		settle()
	}
	if (kind == "unknown")
		print section ":" at, length(raw) / 2, kind
	else
		print section ":" at, length(raw) / 2, kind, target, first, second, also, others, flags, reach
}
