# Compares two listings of one file, `insns list` in the variable MINE and the oracle's on the input.
# Both have the same sections; an address that only one has is a difference of lengths before it.
function take() {
	if ((getline line < MINE) <= 0)
		line = ""
	split(line, mine, " ")
}
function pad(text) {
	return substr("0000000000000000" text, length(text) + 1)
}
function differ(what) {
	differences++
	if (shown++ < LIMIT)
		print "    " what
}
function behind(address) {
	return line != "" && mine[1] != "section" && pad(mine[1]) < pad(address)
}
BEGIN { take() }
$1 == "section" {
	while (line != "" && mine[1] != "section")
		take()
	if (line != $0)
		differ("sections: " line " and " $0)
	take()
	next
}
$2 == "data" {
	data = 1
	next
}
{
	while (data && behind($1))
		take()
	data = 0
	while (behind($1)) {
		differ("only ours: " line)
		take()
	}
	if (line == "" || mine[1] != $1) {
		differ("only theirs: " $0)
		next
	}
	count++
	if ($2 == "?") {
		unknown++
		kinds[$NF]++
	} else if (line != $0) {
		differ("ours " line "\n      not  " $0)
	}
	take()
}
END {
	while (line != "") {
		if (mine[1] != "section")
			differ("only ours: " line)
		take()
	}
	for (k in kinds)
		print "no rule for " substr(k, 2) ": " kinds[k]
	print "compared " count + 0 " " differences + 0 " " unknown + 0
}
