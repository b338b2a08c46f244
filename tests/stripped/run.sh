#!/bin/bash
# Files without symbols, and without section headers: what the code is read for, and what is said of
# it. tests/matrix plants faults in them.
#
#   PERCPU_TOOL: the binary; TEST_DIR: outputs
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
work=${TEST_DIR:-$PWD/build/test}/stripped
. tests/lib.sh 'stripped: '
rm -rf "$work"
mkdir -p "$work" || exit 1

for needed in clang-19 ld.lld-19 llvm-objcopy-19 jq; do
	command -v $needed >/dev/null && continue
	skip "no $needed"
	finish
done

# Links assembly from standard input: $work/NAME, with the template at address PLACE; NAME.S is
# stripped, and NAME.N has no section headers.
build() { # name machine place
	local out=$work/$1
	cat >"$out.s"
	sed "s/PLACE/$3/; s/\*(.text)/*(.text) *(.text.*)/; s/\. = 0x180000/.altinstructions : { *(.altinstructions) } :text &/" \
		tests/access/cases/percpu.ld >"$out.ld"
	clang-19 --target="$2-linux-gnu" $([ "$2" = riscv64 ] && echo -march=rv64gc) -c -o "$out.o" \
		"$out.s" 2>"$out.log" && ld.lld-19 --no-relax -e 0 -T "$out.ld" -o "$out" "$out.o" 2>>"$out.log" &&
		llvm-objcopy-19 --strip-all "$out" "$out.S" &&
		llvm-objcopy-19 --strip-sections "$out" "$out.N" && return
	fail "$1: does not build" "$(<"$out.log")"
	return 1
}

# Places, kinds and so on, without what symbols say.
places() { # file
	"$tool" access --format csv "$1" | cut -d, -f4,9-12
}

variable='	.section .percpu, "aw", %progbits
	.type	variable, %object
	.size	variable, 64
variable:
	.zero	64'

# An access to the variable at 8, through the base.
declare -A access=(
	[x86_64]='movq %gs:8, %rax'
	[aarch64]='mrs x1, TPIDR_EL1; ldr x0, [x1, #8]'
	[riscv64]='ld a0, 8(gp)'
	[loongarch64]='ld.d $a0, $r21, 8'
)

# ---- long code is read in pieces, which begin where instructions do --------------------------------

# Where instructions have several lengths none begins at a multiple of 64 KiB behind these; 64 KiB
# of the others hold no half of an access, which would be lost.
declare -A odd=([x86_64]=nop [riscv64]=c.nop)
for machine in x86_64 aarch64 riscv64 loongarch64; do
	build long-$machine $machine 0 <<-END || continue
		.text
		.type	start, %function
	start:
		${odd[$machine]:-}
		.rept	40000
		${access[$machine]}
		.endr
		.size	start, . - start
	$variable
	END
	for kind in '' .S; do
		same "$machine$kind: accesses of long code" 40000 \
			"$(places "$work/long-$machine$kind" | grep -c ',0,read,8,')"
		same "$machine$kind: what is unread of it" 0 "$("$tool" access --format json \
			"$work/long-$machine$kind" | jq '.files[0].unread_bytes')"
	done
	rm -f "$work"/long-$machine*
done

# ---- what Linux puts in place of instructions ------------------------------------------------------

for machine in aarch64 loongarch64; do
	build replaced-$machine $machine 0x4000 <<-END || continue
		.text
		.type	start, %function
	start:
	1:	nop
		nop
		${access[$machine]}
	2:	.size	start, . - start
	3:	${access[$machine]}
		nop
	4:	.type	last, %function
	last:	${access[$machine]}
		.size	last, . - last
		.section .altinstructions, "a"
		.long	1b - ., 3b - .
		.hword	1
		.byte	8, 4b - 3b
	$variable
	END
	same "$machine: replacements, with symbols (<) and without (>)" \
		"$(places "$work/replaced-$machine")" "$(places "$work/replaced-$machine.S")"
	same "$machine: their size" \
		"$("$tool" access --format json "$work/replaced-$machine" | jq '.files[0].unread_bytes')" \
		"$("$tool" access --format json "$work/replaced-$machine.S" | jq '.files[0].unread_bytes')"
	same "$machine: the code around them" 2 "$(places "$work/replaced-$machine.S" | grep -c read)"
done

# ---- what is said ----------------------------------------------------------------------------------

holds() { # what file jq-condition
	if "$tool" check --format json "$2" | jq -e ".files[0] | $3" >/dev/null; then
		pass
	else
		fail "$1: not $3" "$("$tool" check --format json "$2" | head -n 60)"
	fi
}

says() { # what pattern command...
	local out code
	out=$("${@:3}" 2>&1)
	code=$?
	if grep -qE "$2" <<<"$out" && [ $code = 0 ]; then pass; else fail "$1: exit code $code" "$out"; fi
}

# Bytes that are no instructions on any of the machines.
declare -A unread=([x86_64]='.fill 12, 1, 0x06' [aarch64]='.fill 3, 4, 0x10000'
	[riscv64]='.fill 3, 4, 0xffffffff' [loongarch64]='.fill 3, 4, 0xffffffff')
for machine in x86_64 aarch64 riscv64 loongarch64; do
	build said-$machine $machine 0x4000 <<-END || continue
		.text
		.type	start, %function
	start:	${access[$machine]}
		${unread[$machine]}
		.size	start, . - start
	$variable
	END
	file=$work/said-$machine
	bytes=$("$tool" access --format json "$file" | jq '.files[0].code_bytes')
	share="12 bytes of code unread \\($(awk "BEGIN { printf \"%.1f\", 1200 / $bytes }") % of $bytes\\)"
	same "$machine: bytes of code" $bytes "$((16#$(llvm-readelf-19 -SW "$file" |
		sed -nE 's/.* \.text +PROGBITS +\w+ \w+ (\w+).*/\1/p')))"
	says "$machine: access says what is unread" ": 1 access, $share$" "$tool" access "$file"
	says "$machine: check says what is unread" ": $share$" "$tool" check "$file" --model nonzero
	holds "$machine: JSON of check" "$file" \
		".unread_bytes == 12 and .code_bytes == $bytes and (.stripped | not)"
	says "$machine: stripped, access says so" ": 1 access, $share; stripped: by sections alone$" \
		"$tool" access "$file.S"
	says "$machine: stripped, check says so" \
		': stripped: judged by sections alone; functions and variables have no names$' \
		"$tool" check "$file.S"
	says "$machine: stripped, what is skipped" \
		'skipped: bounds_defined, .*, access_width, .*symbol_self \(no symbol table\)$' \
		"$tool" check "$file.S"
	says "$machine: stripped, what an assumed model leaves undecided" \
		'skipped: section_vma, access_in_area, access_one_register.* \(model assumed; --model says which\)$' \
		"$tool" check "$file.S"
	want_none "$machine: stripped, the model is known" \
		"$("$tool" check --model nonzero "$file.S" | grep assumed)"
	holds "$machine: stripped, JSON" "$file.S" '.stripped and .verdict == null'
	same "$machine: stripped, JSON of access" true \
		"$("$tool" access --format json "$file.S" | jq '.files[0].stripped')"
	says "$machine: no section headers, access" \
		": 0 accesses, ([0-9]+) bytes of code unread \\(100.0 % of \\1\\); cannot tell: no section headers and no symbols$" \
		"$tool" access "$file.N"
	says "$machine: no section headers, check" ': cannot tell: no section headers and no symbols' \
		"$tool" check "$file.N"
	holds "$machine: no section headers, JSON" "$file.N" '.stripped and .unread_bytes == null'
done

# A check of two layouts is named once where it is skipped in both for one reason.
build two aarch64 0x4000 <<-END && {
	.text
	.globl	start
start:	nop
	.section .data..percpu, "aw", %progbits
	.zero	64
	.section .hyp.data..percpu, "aw", %progbits
	.zero	64
END
	for kind in '' .S; do
		"$tool" check "$work/two$kind" >"$work/two.out"
		same "two layouts and the script's$kind" 3 "$(grep -c ': layout ' "$work/two.out")"
		want_none "two layouts$kind: checks that are named twice" "$(sed -nE \
			's/.*: skipped: ([^(]*) \(.*/\1/p' "$work/two.out" | tr -d , | tr ' ' '\n' | sort | uniq -d)"
	done
}

finish
