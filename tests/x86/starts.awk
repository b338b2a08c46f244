# Reads `insns locate` (SECTION PLACE START TYPE) with READING=places, then the oracle's listing of
# the same file with READING=listing, and compares START with the instruction that holds PLACE. Places in no instruction are counted.
function number(hex,    i, value) {
	# The low 48 bits: a double has no more than 53.
	hex = substr(hex, length(hex) > 12 ? length(hex) - 11 : 1)
	for (i = 1; i <= length(hex); i++)
		value = value * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return value
}
function text(value) {
	return sprintf("%.0f", value)
}
function holds(start, end,    at, key) {
	for (at = start; at < end && at < start + 15; at++) {
		key = section " " text(at)
		if (!(key in found))
			continue
		if (found[key] == start && at != start)
			agree[type[key]]++
		else if (shown++ < LIMIT)
			printf "    %s: %s, %s starts at %s: %s\n", key, line[key], type[key], last[1], rest
		different += found[key] != start || at == start
		delete found[key]
	}
}
READING == "places" {
	key = $1 " " text(number($2))
	found[key] = number($3)
	type[key] = $4
	line[key] = $3
	relocs++
	next
}
$1 == "section" {
	if (rest != "")
		holds(number(last[1]), number(last[1]) + 15)
	section = $2
	rest = ""
	next
}
{
	if (rest != "")
		holds(number(last[1]), number($1))
	rest = $2 ~ /^(data|<unknown>)$/ ? "" : $0
	split($0, last, " ")
}
END {
	if (rest != "")
		holds(number(last[1]), number(last[1]) + 15)
	for (t in agree) {
		print t ": " agree[t]
		total += agree[t]
	}
	for (key in found)
		nowhere++
	print "located " total + 0 " " different + 0 " " nowhere + 0
}
