#!/bin/bash
# Large files are read by several threads: what is printed never depends on how many, and where.
set -u
. "$(dirname "$0")/../lib.sh" ''
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
dir=${TEST_DIR:-$PWD/build/test}/threads
rm -rf "$dir" && mkdir -p "$dir" && cd "$dir" || exit 1

check() { if "${@:2}"; then pass; else fail "$1" "${*:2}"; fi; }

# Innocent accesses by the register, three to one place that is none of ours, and faults among them
# in order of their number: func_N accesses var_N directly. Functions are 16,000 accesses long, so
# that parts begin and end anywhere in them; .text.cold stands before .text in the file.
accesses=16000 functions=13
{
	echo '.section .percpu, "aw"'
	echo 'name: .quad 0'
	echo '.type name, @object; .size name, 8'
	for i in $(seq $functions); do
		echo ".type var_$i, @object; .size var_$i, 8; var_$i: .quad 0"
	done
	for section in .text.cold .text; do
		echo ".section $section, \"ax\""
		for i in $(seq $functions); do
			[ $section = .text ] || continue
			echo ".globl func_$i; .type func_$i, @function; func_$i:"
			echo ".rept $accesses; mov %gs:name, %rax; call elsewhere; .endr"
			echo "mov var_$i, %rax; ret; .size func_$i, . - func_$i"
		done
		echo '.rept 70000; mov %gs:name, %rbx; .endr'
	done
} >large.s
for as in as x86_64-linux-gnu-as; do
	command -v $as >/dev/null && $as --64 -o large.o large.s 2>/dev/null && break
done
entries=$(readelf -SW large.o | grep -c 'RELA')
check 'the object has relocations of two sections of code' [ "$entries" -ge 2 ]

# same TITLE FILE: the report of one thread is that of several, in every format.
same() {
	local format jobs
	for format in text json sarif github; do
		"$tool" check -j 1 --format $format "$2" >one.$format 2>one.err
		local code=$?
		for jobs in 2 3 8 64 1000; do
			"$tool" check --jobs $jobs --format $format "$2" >many.$format 2>many.err
			check "$1, $format, $jobs threads: exit code" [ $? -eq $code ]
			check "$1, $format, $jobs threads" cmp one.$format many.$format
			check "$1, $format, $jobs threads: errors" cmp one.err many.err
		done
	done
}

same 'faults in the parts of a section' large.o
found=$(jq -r '.files[].findings[] | select(.check == "reloc_kind") | .symbol' \
	one.json | tr '\n' ' ')
check 'every planted fault, in order' \
	[ "$found" = "$(seq -f 'var_%.0f' -s ' ' $functions) " ]

# The first of two damaged entries is named, whichever thread is first at one.
offset=$((16#$(readelf -SW large.o | sed -n 's/.* \.rela\.text  *RELA  *[0-9a-f]* \([0-9a-f]*\) .*/\1/p')))
for entry in 400000 150000; do
	printf '\xff\xff\xff\x7f' |
		dd of=large.o bs=1 seek=$((offset + entry * 24 + 12)) conv=notrunc status=none
done
same 'damaged entries in two parts' large.o
check 'the first damaged entry' grep -q 'relocation 150000: there is no symbol 2147483647' one.err

# -ffunction-sections makes a section of relocations a function: none costs much by itself. Twenty
# thousand may take a third of what is allowed here.
{
	echo '.section .percpu, "aw"; name: .quad 0; .type name, @object; .size name, 8'
	echo '.altmacro; .macro one n; .section .text.f\n, "ax"; mov %gs:name, %rax; .endm'
	echo '.set i, 0; .rept 20000; one %i; .set i, i + 1; .endr'
} >sections.s
$as --64 -o sections.o sections.s
# The sanitizers' own memory is no measure.
[ -n "${SAN:-}" ] && limit=unlimited || limit=100000
check 'a file of many sections is small' \
	bash -c "ulimit -v $limit"' && "$@"' - "$tool" check -q -j 1 sections.o
same 'many sections' sections.o

"$tool" check -j 0 large.o 2>err
check 'no thread: exit code' [ $? -eq 2 ]
check 'no thread' grep -q -e '--jobs: there is at least one thread' err
"$tool" check --jobs=1K large.o 2>err
check 'a count has no suffix: exit code' [ $? -eq 2 ]

finish
