# The matrix as a table: check and architecture down, kind of file across. A cell says how many
# faults are planted and with which linkers, or `-` and the number of a reason below the table.
# Input: results.tsv, then the list of later checks.
BEGIN {
	split("x86_64 aarch64 riscv64 loongarch64", arches, " ")
	split("O R B S", kinds, " ")
	title["O"] = "object"
	title["R"] = "emit-relocs"
	title["B"] = "linked"
	title["S"] = "stripped"
}

FILENAME ~ /results\.tsv$/ && $3 != "-" {
	if (!($1 in seen)) {
		seen[$1] = 1
		checks[++check_count] = $1
	}
	cell = $1 SUBSEP $3 SUBSEP $4
	decided[$1, $4] = 1
	if ($6 == "pass" && !((cell, $2) in counted)) {
		counted[cell, $2] = 1
		faults[cell]++
	}
	if ($6 == "pass")
		linkers[cell, $5] = 1
	if ($6 == "fail")
		failed[cell] = 1
	if ($6 == "missed")
		missed[cell] = missed[cell] " " $5
	if ($6 == "none") {
		if (!($7 in reason)) {
			reason[$7] = ++reason_count
			reasons[reason_count] = $7
		}
		why[cell] = why[cell] "," reason[$7]
	}
	next
}

FILENAME ~ /later$/ {
	split($0, word, " ")
	if (word[1] !~ /^#/ && NF) {
		later[++later_count] = word[1]
		later_where[later_count] = word[2]
		later_arches[later_count] = word[3]
		later_issue[later_count] = word[4]
	}
}

# Why a check is not decided in a kind of file, by its definition.
function not_decided(check, kind) {
	if (kind == "O")
		return check == "access_reachable" ? "- (d)" : "- (a)"
	if (kind == "S")
		return "- (b)"
	return check == "access_reachable" ? "- (d)" : "- (c)"
}

function show(check, arch, kind,    cell, text) {
	cell = check SUBSEP arch SUBSEP kind
	if (cell in failed)
		return "FAILED"
	if (cell in missed)
		return "missed" missed[cell]
	if (cell in faults)
		text = faults[cell] " " ((cell, "bfd") in linkers ? "bfd" : "") \
			(((cell, "bfd") in linkers) && ((cell, "lld") in linkers) ? "+" : "") \
			((cell, "lld") in linkers ? "lld" : "")
	else if (cell in why)
		text = "-"
	else
		return not_decided(check, kind)
	return text (cell in why ? " [" substr(why[cell], 2) "]" : "")
}

function line(check, arch, o, r, b, s) {
	printf "%-19s %-11s  %-16s %-16s %-16s %s\n", check, arch, o, r, b, s
}

function when(number, kind) {
	return index(later_where[number], kind) ? "later: issue " later_issue[number] \
		: not_decided(later[number], kind)
}

END {
	line("CHECK", "", title["O"], title["R"], title["B"], title["S"])
	for (c = 1; c <= check_count; c++)
		for (a = 1; a <= 4; a++) {
			for (k = 1; k <= 4; k++)
				text[k] = show(checks[c], arches[a], kinds[k])
			line(a == 1 ? checks[c] : "", arches[a], text[1], text[2], text[3], text[4])
		}
	for (i = 1; i <= later_count; i++)
		if (!(later[i] in seen))
			for (a = 1; a <= 4; a++)
				if (later_arches[i] == "*" || later_arches[i] == arches[a]) {
					for (k = 1; k <= 4; k++)
						text[k] = when(i, kinds[k])
					name = a == 1 || later_arches[i] != "*" ? later[i] : ""
					line(name, arches[a], text[1], text[2], text[3], text[4])
				}
	print ""
	print "A number: faults planted, with these linkers, each beside a neighbour that stays clean."
	print "A check does not concern an architecture that is not listed with it."
	print "bfd: gcc, gas, GNU ld; lld: clang, lld. " no_bfd
	print "(a) an object has no addresses, segments and boundaries yet; the check needs them"
	print "(b) strip takes away what the check judges: symbols, relocations, debug information"
	print "(c) a link without --emit-relocs keeps no relocations"
	print "(d) where relocations are kept, reloc_range decides it"
	for (i = 1; i <= reason_count; i++)
		printf "[%d] %s\n", i, reasons[i]
}
