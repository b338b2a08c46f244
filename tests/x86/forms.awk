# Assembly of every opcode of every map, with the prefixes that tell instructions apart and an operand
# in memory: 0x10(%rax), or a scaled displacement of EVEX. Each begins at a multiple of 16, behind
# nops, so that readers meet again where one knows no instruction.
function hex(value) {
	return sprintf("0x%02x", value)
}
function form(bytes) {
	print "\t.byte " bytes
	print "\t.balign 16, 0x90"
}
# Not what is a prefix or an escape itself; nor what the manual does not define and readers see
# differently: branches and most of group 15 with 66, and some other prefixes that select nothing; nor
# with 66 the environment of x87, whose listing is the same.
function is_form(map, opcode, before, reg) {
	if (map == 0 && (opcode in escape_byte || int(opcode / 16) == 4))
		return 0
	if (map == 1 && opcode == 174)
		return before !~ /0x66, 0x48|0xf3, 0x48/ && (before !~ /0x66/ || reg > 5) && \
			(before !~ /0xf3/ || reg == 4 || reg == 6)
	if (map == 1 && opcode == 126 && before ~ /0xf3, 0x48/)
		return 0
	if (map == 2 && opcode == 246 && before ~ /0xf2/)
		return 0
	if (before !~ /0x66/)
		return 1
	return map ? map != 1 || int(opcode / 16) != 8 : \
		opcode != 232 && opcode != 233 && opcode != 217 && opcode != 221 && opcode != 255
}
# Of map 1 the groups 6, 7, P, 16, of moves by a constant, 15, 8 and 9.
function members(map, opcode) {
	return map == 0 || map == 1 && opcode in group || opcode == 216 ? 8 : 1
}
function legacy(   map, escape, opcode, reg, p, text, before, n) {
	split("0x0f|0x0f, 0x38|0x0f, 0x3a", escape, "|")
	n = split("38 46 54 62 98 100 101 102 103 196 197 213 240 242 243 15", p, " ")
	for (; n; n--)
		escape_byte[p[n]] = 1
	n = split("0 1 13 24 30 113 114 115 174 186 199", p, " ")
	for (; n; n--)
		group[p[n]] = 1
	split("|0x66, |0x48, |0x66, 0x48, |0xf3, |0xf2, |0xf3, 0x48, |0xf2, 0x48, |0x66, 0xf2, ", p, "|")
	for (map = 0; map < 4; map++)
		for (opcode = 0; opcode < 256; opcode++)
			for (reg = 0; reg < members(map, opcode); reg++)
				for (before = 1; before <= (map ? map == 2 ? 9 : 8 : 4); before++)
					if (is_form(map, opcode, p[before], reg))
						form(p[before] (map ? escape[map] ", " : "") hex(opcode) \
							", " hex(64 + reg * 8) ", 0x10, 1, 0, 0, 0")
}
# The two-byte escape of VEX is the other one's map 1.
function vex(   map, opcode, w, pp, l, reg) {
	for (map = 1; map <= 3; map++)
		for (opcode = 0; opcode < 256; opcode++)
			for (w = 0; w < 2; w++)
				for (pp = 0; pp < 4; pp++)
					for (l = 0; l < 2; l++)
						for (reg = 1; reg < (opcode >= 174 ? 4 : 2); reg++)
							form("0xc4, " hex(224 + map) ", " \
								hex(w * 128 + 120 + l * 4 + pp) ", " \
								hex(opcode) ", " hex(64 + reg * 8) \
								", 0x10, 1")
}
# What APX has there, whose displacements are not scaled; and the readers' own scale, 1, of
# vgf2p8affine*qb with a broadcast, which in the manual is that of all.
function is_evex_form(map, opcode, b) {
	if (map == 1)
		return opcode != 144 && opcode != 145
	if (map == 2)
		return opcode != 73 && (opcode < 224 || opcode == 255)
	return map != 3 || opcode != 240 && !(b && (opcode == 206 || opcode == 207))
}
function evex(   map, opcode, b) {
	for (map = 1; map <= 6; map++)
		for (opcode = 0; map != 4 && opcode < 256; opcode++)
			for (b = 0; b < 2; b++)
				if (is_evex_form(map, opcode, b))
					evex_opcode(map, opcode, b)
}
function evex_opcode(map, opcode, b,    w, pp, l, reg, regs) {
	regs = map == 1 && opcode >= 113 && opcode <= 115 ? 8 : 1
	for (w = 0; w < 2; w++)
		for (pp = 0; pp < 4; pp++)
			for (l = 0; l < 3; l++)
				for (reg = 0; reg < regs; reg++)
					evex_form(map, opcode, w, pp, l, b, reg)
}
# Gathers and scatters have a mask, and a vector of addresses; some others have a mask, too.
function evex_form(map, opcode, w, pp, l, b, reg,    sparse) {
	sparse = map == 2 && (int(opcode / 4) == 36 || int(opcode / 4) == 40 || int(opcode / 2) == 99)
	form("0x62, " hex(240 + map) ", " hex(w * 128 + 124 + pp) ", " \
		hex(l * 32 + b * 16 + 8 + (sparse || opcode % 16 == 5)) ", " hex(opcode) ", " \
		hex(64 + reg * 8 + (sparse ? 4 : 0)) (sparse ? ", 0x08" : "") ", 0x02, 1")
}
BEGIN {
	print "\t.text"
	legacy()
	vex()
	evex()
}
