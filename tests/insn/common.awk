# Lines of llvm-objdump -d as lines of insns.c, by mnemonics and operands alone. The script of an
# architecture, read behind this one, defines instruction(), which sets what differs from `other`.

function none() {
	kind = "other"
	target = first = second = also = others = "-"
	flags = ""
	reach = width = base = 0
	constant = "0"
	keeps = cut = does = "-"
}

function digit(text) { return index("0123456789abcdef", text) - 1 }

# A number as operands have it, up to 2^53.
function number_of(text,	i, value, negative) {
	sub(/^#/, "", text)
	negative = sub(/^-/, "", text)
	value = 0
	if (text !~ /^0x/) value = text + 0
	else for (i = 3; i <= length(text); i++) value = value * 16 + digit(substr(text, i, 1))
	return negative ? -value : value
}

# A number as insns.c prints constants; mawk prints no more than 32 bits.
function hex_of(value) {
	if (value < 0) return "-" hex_of(-value)
	if (value < 4294967296) return sprintf("%x", value)
	return sprintf("%x%08x", int(value / 4294967296), value % 4294967296)
}

# Numbers of 64 bits are texts of 16 digits, as those of awk have 53 bits.
function wide(text) { return substr("0000000000000000", 1, 16 - length(text)) text }

function narrow(text) {
	sub(/^0+/, "", text)
	return text == "" ? "0" : text
}

function inverted(text,	i, result) {
	for (i = 1; i <= 16; i++) result = result sprintf("%x", 15 - digit(substr(text, i, 1)))
	return result
}

function negated(text,	i, d, carry, result) {
	text = inverted(text)
	carry = 1
	for (i = 16; i > 0; i--) {
		d = digit(substr(text, i, 1)) + carry
		carry = d > 15
		result = sprintf("%x", d % 16) result
	}
	return result
}

# As insns.c prints it.
function signed(text) {
	return digit(substr(text, 1, 1)) > 7 ? "-" narrow(negated(text)) : narrow(text)
}

# From this instruction, or from its page, to where an operand says.
function away(text, page,	to, high, low) {
	sub(/^#/, "", text)
	to = wide(substr(text, 3))
	high = number_of("0x" substr(to, 1, 8))
	low = number_of("0x" substr(to, 9))
	to = wide(at)
	high -= number_of("0x" substr(to, 1, 8))
	low -= page ? number_of("0x" substr(to, 9, 5) "000") : number_of("0x" substr(to, 9))
	if (high >= 2147483648) high -= 4294967296
	if (high < -2147483648) high += 4294967296
	return high * 4294967296 + low
}

function branch(how) {
	kind = "branch"
	flags = how
}

function direct(how, distance) {
	branch("d" how)
	constant = hex_of(distance)
}

# In the order of insns.c.
function ordered(text,	i, result) {
	for (i = 1; i <= 9; i++)
		if (index(text, substr("pgcaoxdft", i, 1))) result = result substr("pgcaoxdft", i, 1)
	return result == "" ? "-" : result
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
	if (kind == "subtract" && second == "zero") { kind = "move"; second = "-" }
	if (kind == "subtract" && first == "zero") {
		kind = "other"
		first = second = cut = "-"
	}
	if (kind ~ /^(move|more)$/ && first == "zero") {
		if (kind == "more") {
			sub(/o/, "", flags)
			keeps = "-"
		}
		kind = "set"
		first = "-"
	}
	if (kind ~ /^(set|more|add|subtract|move)$/ && target == "-") none()
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
		print section ":" at, length(raw) / 2, kind, target, first, second, also, others, ordered(flags), reach, constant, keeps, cut, does, width, base
}
