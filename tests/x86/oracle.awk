# What mnemonics and operands of `llvm-objdump -d --no-show-raw-insn` say, in the form of
# `insns list`: ADDRESS KIND TARGET WRITTEN FIRST SECOND BASE INDEX FLAGS MEMORY CONSTANT ACTION WIDTH
# CUT BRANCH NUMBER. TARGET is only told where a value is followed. A mnemonic without a rule gets the
# kind `?` and `!MNEMONIC` behind. INTEL is the same listing with -M intel, which names the widths of
# memory operands.
function words(text, set, value,    list, n, i) {
	n = split(text, list, " ")
	for (i = 1; i <= n; i++)
		set[list[i]] = value
}
function name(reg, width, text,    list, n, i) {
	n = split(text, list, " ")
	for (i = 1; i <= n; i++) {
		number["%" list[i]] = reg
		bits["%" list[i]] = width
	}
}
BEGIN {
	names64 = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15"
	names32 = "eax ecx edx ebx esp ebp esi edi r8d r9d r10d r11d r12d r13d r14d r15d"
	names16 = "ax cx dx bx sp bp si di r8w r9w r10w r11w r12w r13w r14w r15w"
	names8 = "al cl dl bl spl bpl sil dil r8b r9b r10b r11b r12b r13b r14b r15b"
	split(names64, n64, " "); split(names32, n32, " ")
	split(names16, n16, " "); split(names8, n8, " ")
	for (i = 1; i <= 16; i++) {
		name(i - 1, 64, n64[i]); name(i - 1, 32, n32[i])
		name(i - 1, 16, n16[i]); name(i - 1, 8, n8[i])
		letter[i - 1] = substr("abcdefghijklmnop", i, 1)
	}
	name(0, 8, "ah"); name(1, 8, "ch"); name(2, 8, "dh"); name(3, 8, "bh")
	number["%rip"] = number["%eip"] = "ip"

	words("lock rep repe repz repne repnz data16 cs ds es ss fs gs notrack addr32 rex64 bnd " \
		"xacquire xrelease {evex} {vex} {vex3} {load} {disp8} {disp32}", prefix, 1)
	# The last operand is written; memory there too, and read elsewhere.
	words("mov movabs and or xor adc sbb sub add shl sal shr sar rol ror rcl rcr shld shrd not " \
		"neg inc dec bswap bts btr btc bsf bsr popcnt lzcnt tzcnt crc32 movbe lar lsl sldt " \
		"str smsw rdrand rdseed rdpid rdfsbase rdgsbase rdssp andn bextr blsi blsmsk blsr " \
		"bzhi pdep pext rorx sarx shlx shrx adcx adox movnti pop lss lfs lgs wrss wrssd wrussd wruss " \
		"movdiri vmread encodekey128 encodekey256 cmpxchg", rule, "last")
	words("cmp test bt push out lkgs verr verw ltr lldt lgdt lidt lmsw ldmxcsr vldmxcsr clflush " \
		"clflushopt clwb fxrstor fxrstor64 xrstor xrstor64 xrstors xrstors64 invpcid " \
		"invept invvpid wrfsbase wrgsbase vmptrld vmclear vmxon vmwrite ptwrite movdir64b " \
		"enqcmd enqcmds ldtilecfg prefetch prefetchw prefetchwt1 prefetcht0 prefetcht1 " \
		"prefetcht2 prefetchnta incssp aesencwide128kl " \
		"aesencwide256kl aesdecwide128kl aesdecwide256kl", rule, "read")
	words("fxsave fxsave64 xsave xsave64 xsaveopt xsaveopt64 xsavec xsavec64 xsaves xsaves64 " \
		"stmxcsr vstmxcsr sgdt sidt vmptrst sttilecfg clrssbsy rstorssp", rule, "store")
	words("nop prefetchit0 prefetchit1 invlpg cldemote endbr64 endbr32 pause hlt cli sti cld std clc stc cmc clac stac " \
		"wrmsr lfence mfence sfence wbinvd wbnoinvd invd swapgs emms femms vzeroupper " \
		"vzeroall wait fwait monitor monitorx mwait mwaitx umonitor umwait tpause xsetbv " \
		"wrpkru serialize clts sahf vmxoff vmload vmsave stgi clgi invlpga invlpgb tlbsync " \
		"vmfunc wrmsrns xend xtest saveprevssp setssbsy tilerelease clzero senduipi clui stui " \
		"xresldtrk xsusldtrk hreset pconfig", rule, "none")
	words("ret lret iret int3 int1 ud2 ud1 ud0 sysret sysexit sysenter rsm jmp ljmp xabort " \
		"seamret skinit icebp erets eretu", rule, "jump")
	words("call lcall syscall int vmcall vmmcall vmlaunch vmresume vmrun encls enclu enclv " \
		"tdcall seamcall getsec xbegin montmul xsha1 xsha256 xstore xcryptecb xcryptcbc xcryptctr xcryptcfb " \
		"xcryptofb", rule, "call")
	words("movs stos lods cmps scas ins outs", rule, "string")
	words("xchg xadd", rule, "both")

	# Of what is written in memory last, that which is not read before; all else is changed.
	words("mov movabs pop movbe movnti sldt str smsw vmread wrss wruss wrssd wrussd movdiri", plain, 1)
	# Only the address counts.
	words("clflush clflushopt clwb prefetch prefetchw prefetchwt1 prefetcht0 prefetcht1 " \
		"prefetcht2 prefetchnta", near, 1)
	split("byte 1 word 2 dword 4 fword 6 qword 8 tbyte 10 xmmword 16 ymmword 32 zmmword 64", t, " ")
	for (i = 1; i in t; i += 2)
		size[t[i]] = t[i + 1]
	# The names of widths that the reader does not print, or has wrong.
	words("lgdt lidt sgdt sidt", bytes, 10)
	words("fxsave fxsave64 fxrstor fxrstor64", bytes, 512)
	words("fldenv fnstenv", bytes, 28)
	words("fnsave frstor", bytes, 108)
	words("ldtilecfg sttilecfg enqcmd enqcmds", bytes, 64)
	words("clrssbsy rstorssp", bytes, 8)
	words("xlat", bytes, 1)

	implicit["cpuid"] = "0 1 2 3"
	words("rdtsc rdmsr rdpmc xgetbv rdpkru rdpru", implicit, "0 2")
	words("cwtl cltq cbtw lahf pvalidate rmpadjust rmpupdate psmash", implicit, "0")
	words("cltd cqto cwtd", implicit, "2")
	implicit["rdtscp"] = "0 1 2"
	implicit["leave"] = implicit["enter"] = "4 5"
	implicit["pushf"] = implicit["popf"] = "4"
}

# Operands into op[1..ops]; commas within parentheses belong to one.
function operands(text,    i, c, depth, part) {
	ops = 0; depth = 0; part = ""
	gsub(/\{[^}]*\}/, "", text)
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "," && depth == 0) {
			op[++ops] = part
			part = ""
			continue
		}
		depth += c == "(" ? 1 : c == ")" ? -1 : 0
		if (c != " " && c != "\t")
			part = part c
	}
	if (part != "")
		op[++ops] = part
}
function is_vector(text) {
	return text ~ /%([xyzt]mm|mm|k|bnd)[0-9]/
}
function is_memory(text) {
	return text ~ /\(/ && text !~ /^%st\(/ || text ~ /^\*?%[fg]s:/ || text ~ /^\*?-?0x/ || \
		text ~ /^\*?-?[0-9]/
}
function is_register(text) {
	return text in number
}
# Takes a memory operand apart: segment, disp, base, index_, scale.
function address(text,    i, list, n) {
	sub(/^\*/, "", text)
	segment = "-"; base = index_ = "-"; scale = 1
	short_ = text ~ /%(eip|e[a-ds][xip]|r[0-9]+d)[,)]/
	if (text ~ /^%[c-gs]s:/) {
		segment = substr(text, 2, 1)
		segment = segment == "g" || segment == "f" ? segment : "-"
		text = substr(text, 5)
	}
	i = index(text, "(")
	disp = i ? substr(text, 1, i - 1) : text
	disp = disp == "" || disp == "0" ? "0x0" : disp
	if (!i)
		return
	text = substr(text, i + 1, length(text) - i - 1)
	n = split(text, list, ",")
	if (list[1] != "")
		base = number[list[1]]
	if (n > 1 && list[2] !~ /^%[er]iz$/ && !is_vector(list[2])) {
		index_ = number[list[2]]
		scale = n > 2 ? list[3] : 1
	}
}
function memory_text() {
	return (segment == "-" ? "" : segment "s:") disp "(" (base == "-" ? "" : base) \
		(index_ == "-" ? "" : "," index_ "," scale) ")"
}
function write(reg) {
	if (target == "-")
		target = reg
	written[reg] = 1
}
function write_all(text,    list, n, i) {
	n = split(text, list, " ")
	for (i = 1; i <= n; i++)
		write(list[i])
}
# Kind and registers of an access at the memory operand.
function at_memory(how) {
	kind = how
	action = how == "STORE" ? "W" : "R"
	flags = segment == "-" ? "" : segment
	relative()
	place()
}
# The constant of an address.
function place() {
	constant = (base == "ip" ? "end+" : "") disp
}
function relative() {
	if (base == "ip")
		flags = flags "p"
	first = base == "ip" ? "-" : base
	second = index_
	flags = flags == "" ? "-" : flags
}
function last(   dest) {
	dest = op[ops]
	if (is_register(dest))
		write(number[dest])
	if (memory)
		at_memory(is_memory(dest) ? "STORE" : "LOAD")
	if (action == "W" && !(stem in plain) && mnemonic !~ /^set/)
		action = "RW"
}
function hex(text,    i, value) {
	for (i = 1; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}
# An immediate, with the sign that its highest bit of 32 or 64 is.
function immediate(text) {
	sub(/^\$/, "", text)
	if (width() == 32 && text ~ /^0x[89a-f].......$/)
		return sprintf("-0x%x", 4294967296 - hex(substr(text, 3)))
	return text ~ /^-?0x/ ? text : sprintf("0x%x", text)
}
function negative(text) {
	return text == "0x0" ? text : text ~ /^-/ ? substr(text, 2) : "-" text
}
# The width that suffix and registers tell, where it decides: 8, 16, 32, 64.
function width() {
	if (ops && is_register(op[ops]))
		return bits[op[ops]]
	return suffix == "b" ? 8 : suffix == "w" ? 16 : suffix == "l" ? 32 : 64
}
function arithmetic(   dest) {
	dest = op[ops]
	if (!is_register(dest) || width() < 32)
		return
	if (stem == "add" && memory) {
		kind = "ADD"; base_ = first; index__ = second
		first = target; second = "m"
	} else if (stem == "add" && ops == 2 && is_register(op[1])) {
		kind = "ADD"; first = target; second = number[op[1]]
	} else if (stem == "sub" && !memory && ops == 2 && is_register(op[1])) {
		kind = "SUB"; first = target; second = number[op[1]]
	} else if (!memory && (stem == "inc" || stem == "dec" || op[1] ~ /^\$/)) {
		kind = "MORE"; first = target
		constant = stem == "inc" ? "0x1" : stem == "dec" ? "-0x1" : immediate(op[1])
		if (stem == "sub")
			constant = negative(constant)
	}
}
function move(   from) {
	from = op[1]
	if (memory || width() < 32 || !is_register(op[2]))
		return
	if (from ~ /^\$/) {
		kind = "SET"
		constant = substr(from, 2)
		if (width() == 32 && constant ~ /^-/)
			constant = sprintf("0x%x", 4294967296 - hex(substr(constant, 4)))
	} else if (is_register(from)) {
		kind = "MOVE"; first = number[from]
	}
}
function lea() {
	write(number[op[2]])
	if (width() < 32)
		return
	flags = ""
	relative()
	if (scale == 1 && first == "-") {
		first = second; second = "-"
	}
	kind = first == "-" ? "SET" : second == "-" || scale > 1 ? "MORE" : "ADD"
	place()
	if (kind == "SET" && (width() == 32 || short_) && constant ~ /^-/)
		constant = sprintf("0x%x", 4294967296 - hex(substr(constant, 4)))
}
# Of movs the side that has an override, if one has.
function string(   copies) {
	copies = stem == "movs" && (op[1] op[2]) !~ /%[fg]s:/
	if (stem == "lods")
		write(0)
	if (stem ~ /^(movs|cmps|lods|outs)$/)
		write(6)
	if (stem !~ /^(lods|outs)$/)
		write(7)
	kind = copies || stem ~ /^(stos|ins)$/ ? "STORE" : "LOAD"
	action = kind == "STORE" ? "W" : "R"
	constant = "0x0"
	first = copies || stem ~ /^(stos|ins|scas)$/ ? 7 : 6
	target = stem == "lods" ? 0 : stem ~ /^(movs|cmps|outs)$/ ? 6 : 7
	flags = "-"
	if (first == 6 && (op[1] op[2]) ~ /%gs:/)
		flags = "g"
	if (first == 6 && (op[1] op[2]) ~ /%fs:/)
		flags = "f"
	if (repeated) {
		write(1)
		width_ = 0
	}
	memory = 0
}
function vector(   dest) {
	dest = op[ops]
	if (stem ~ /^v?pcmp[ei]stri/)
		write(1)
	if (stem ~ /^v?maskmov(q|dqu)$/) {
		kind = "STORE"; first = 7; flags = "-"
		action = "W"; constant = "0x0"
		return
	}
	if (is_register(dest))
		write(number[dest])
	if (memory)
		at_memory(is_memory(dest) && ops > 1 ? "STORE" : "LOAD")
}
function x87() {
	if (memory)
		at_memory(stem ~ /^f(n?st(cw|env|sw)|n?save|st|stp|ist|istp|isttp|bstp)[slt]*$/ ? \
			"STORE" : "LOAD")
	if (stem ~ /^fn?stsw$/ && op[1] == "%ax")
		write(0)
}
# mul, div and imul of one operand.
function accumulator() {
	if (memory)
		at_memory("LOAD")
	write(0)
	if (width() > 8)
		write(2)
}
function both() {
	if (op[1] == op[2] && number[op[1]] == 0)
		return
	if (is_register(op[1]))
		write(number[op[1]])
	if (is_register(op[2]))
		write(number[op[2]])
	if (memory) {
		at_memory("STORE")
		action = "RW"
	}
}
function branch(how) {
	if (op[1] ~ /^\*/ && memory)
		at_memory(how)
	kind = how
	if (direct) {
		constant = "@" op[1]
		branch_ = "d"
	}
	if (how == "CALL" || mnemonic ~ /^(j[^m]|int3|int1|xabort)/)
		branch_ = branch_ "f"
	flags = flags == "" ? "-" : flags
}
function stack() {
	if (memory)
		at_memory(stem == "push" ? "LOAD" : "STORE")
	if (stem == "pop" && is_register(op[1]))
		write(number[op[1]])
	if (stem == "push") {
		written[4] = 1
	} else {
		write(4)
	}
}
function apply(how) {
	if (how == "last")
		last()
	else if (how == "read" && memory)
		at_memory("LOAD")
	else if (how == "store" && memory) {
		at_memory("STORE")
		if (stem ~ /ss/ && stem !~ /^x/)
			action = "RW"
	} else if (how == "jump" || how == "call")
		branch(how == "jump" ? "JUMP" : "CALL")
	else if (how == "string")
		string()
	else if (how == "both")
		both()
	if (stem == "add" || stem == "sub" || stem == "inc" || stem == "dec")
		arithmetic()
	else if (stem == "mov" || stem == "movabs")
		move()
	else if (stem == "cmpxchg")
		write(0)
}
function special() {
	if (stem ~ /^(push|pop)$/ && ops && op[1] !~ /^%[c-gs]s$/)
		stack()
	else if (stem ~ /^(push|pop)f?$/)
		written[4] = 1
	else if (stem ~ /^i?(mul|div)$/ && ops == 1)
		accumulator()
	else if (stem == "imul")
		last()
	else if (mnemonic ~ /^lea[wlq]?$/)
		lea()
	else if (mnemonic ~ /^cmpxchg(8|16)b$/) {
		at_memory("STORE"); write(0); write(2); action = "RW"; branch_ = "t"
	} else if (mnemonic == "mulxl" || mnemonic == "mulxq") {
		last(); write(number[op[2]])
	} else if (mnemonic ~ /^in[bwl]$/)
		write(0)
	else if (mnemonic ~ /^v?cvtt?s[sdh]2u?si/ || mnemonic ~ /^mov[sz][bwl][wlq]$/ || mnemonic ~ /^(set|cmov)/ || mnemonic == "movslq")
		last()
	else if (mnemonic ~ /^cmp[a-z]*xadd$/) {
		at_memory("STORE"); write(number[op[2]]); action = "RW"
	} else if (mnemonic ~ /^a(add|and|or|xor)[lq]?$/ && op[2] ~ /\(/) {
		at_memory("STORE"); action = "RW"
	} else if (mnemonic ~ /^loop/) {
		branch("JUMP"); write(1); branch_ = "df"
	} else if (mnemonic ~ /^rdgsbase/) {
		kind = "GET"; write(number[op[1]]); base_number = 1
	} else if (mnemonic ~ /^wrgsbase/) {
		kind = "PUT"; first = number[op[1]]; base_number = 1
	} else if (mnemonic == "xlatb") {
		action = "R"; constant = "0x0"
		kind = "LOAD"; first = 3; second = 0; write(0); flags = "-"
	} else if (mnemonic ~ /^j/)
		branch("JUMP")
	else
		return 0
	return 1
}
# Mnemonic with and without a suffix of AT&T syntax.
function find_stem() {
	stem = mnemonic; suffix = ""
	if (stem in rule || stem in implicit)
		return
	suffix = substr(stem, length(stem))
	if (suffix ~ /[bwlq]/)
		stem = substr(stem, 1, length(stem) - 1)
	else
		suffix = ""
}
function has_vector(   i) {
	for (i = 1; i <= ops; i++)
		if (is_vector(op[i]))
			return 1
	return 0
}
function understand() {
	if (has_vector()) {
		stem = mnemonic
		vector()
		return 1
	}
	find_stem()
	if (special())
		return 1
	if (stem in implicit) {
		write_all(implicit[stem])
		return 1
	}
	if (stem in rule) {
		apply(rule[stem])
		return 1
	}
	if (mnemonic ~ /^f/) {
		stem = mnemonic
		x87()
		return 1
	}
	return 0
}
function instruction(text,    i, token, written_text) {
	repeated = 0
	for (;;) {
		token = text
		sub(/[ \t].*/, "", token)
		if (!(token in prefix) || token == text)
			break
		repeated = repeated || token ~ /^rep/
		text = substr(text, length(token) + 1)
		sub(/^[ \t]+/, "", text)
	}
	mnemonic = token
	text = substr(text, length(token) + 1)
	sub(/^[ \t]+/, "", text)
	masked = text ~ /\{%k[1-7]\}/
	operands(text)
	memory = 0; delete_written()
	kind = "OTHER"; target = first = second = base_ = index__ = "-"; flags = "-"
	action = "-"; branch_ = ""; constant = "0x0"; base_number = 0; short_ = 0
	width_ = token_width()
	direct = mnemonic ~ /^(j|call|loop|xbegin)/ && op[1] !~ /^\*/
	for (i = 1; i <= ops && !direct; i++)
		if (is_memory(op[i])) {
			memory = 1
			address(op[i])
		}
	if (!understand())
		kind = "?"
	written_text = ""
	for (i = 0; i < 16; i++)
		if (i in written)
			written_text = written_text letter[i]
	if (kind !~ /^(SET|MORE|ADD|SUB|MOVE|LOAD|GET)$/)
		target = "-"
	if (stem in near)
		action = "-"
	return kind " " target " " (written_text == "" ? "-" : written_text) " " first " " second \
		" " base_ " " index__ " " flags " " (memory ? memory_text() : "-") " " constant \
		" " action " " (action == "-" ? 0 : reached()) " " cut() " " \
		(branch_ == "" ? "-" : branch_) " " base_number (kind == "?" ? " !" mnemonic : "")
}
# The first width that the other listing names.
function token_width(    token) {
	if (!match(intel, /[a-z]+ ptr /))
		return 0
	token = substr(intel, RSTART, RLENGTH)
	sub(/ .*/, "", token)
	return size[token]
}
# The width of what is accessed, where the bytes tell it.
function reached() {
	if (stem in bytes)
		return bytes[stem]
	if (stem ~ /^l([sfg]s|jmp|call)$/)
		return suffix == "q" ? 10 : suffix == "w" ? 4 : 6
	if (mnemonic ~ /^aes.*kl$/)
		return mnemonic ~ /256/ ? 64 : 48
	if (masked || stem ~ /^bt/ && op[1] !~ /^\$/)
		return 0
	if (mnemonic ~ /^vp?(maskmov|gather|scatter|compress|expand)/)
		return 0
	return width_
}
function cut() {
	if (kind !~ /^(SET|MORE|ADD|SUB|MOVE|GET|PUT)$/)
		return "-"
	return width() == 64 && !(mnemonic ~ /^lea/ && short_) ? 64 : 32
}
function delete_written(   i) {
	for (i in written)
		delete written[i]
}
/^Disassembly of section / {
	section = $4
	sub(/:$/, "", section)
	print "section " section
	next
}
/^ *[0-9a-f]+: / {
	do
		if ((getline intel < INTEL) <= 0)
			break
	while (substr(intel, 1, index(intel, ":")) != substr($0, 1, index($0, ":")))
	where = $1
	sub(/:$/, "", where)
	text = $0
	sub(/^ *[0-9a-f]+:[ \t]*/, "", text)
	if (text ~ /^</) {
		print where " <unknown>"
		next
	}
	# What a symbol of type OBJECT names is shown as bytes.
	if (text ~ /^[0-9a-f][0-9a-f]( |$)/) {
		print where " data"
		next
	}
	sub(/[ \t]*[#<].*/, "", text)
	# A prefix on a line of its own belongs to the next.
	if (text in prefix) {
		held = held == "" ? where : held
		before = before text " "
		next
	}
	if (held != "") {
		where = held
		text = before text
		held = before = ""
	}
	if (text ~ /rip|^[jc][a-z]*[ \t]+0x/) {
		print where " " instruction(text)
		next
	}
	key = text SUBSEP token_width()
	if (!(key in known))
		known[key] = instruction(text)
	print where " " known[key]
}
