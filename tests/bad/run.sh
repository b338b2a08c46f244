#!/bin/bash
# Bad input and bad command lines: what the command says, where, and its exit code.
set -u
. "$(dirname "$0")/../lib.sh" ''
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
dir=${TEST_DIR:-$PWD/build/test}/bad
rm -rf "$dir" && mkdir -p "$dir" && cd "$dir" || exit 1

have() { command -v "$1" >/dev/null 2>&1; }

# run ARGUMENT...: leaves out, err, code. Twenty seconds: nothing here needs them.
run() { timeout 20 "$tool" "$@" >out 2>err; code=$?; }

# expect NAME CODE STDERR-PATTERN: one line on standard error, which holds the pattern; none for ''.
expect() {
	local name=$1 want=$2 pattern=$3
	if [ "$code" -ne "$want" ]; then
		fail "$name" "exit code $code, not $want" "$(head -c 300 err)"
	elif [ "$(wc -l <err)" -gt 1 ]; then
		fail "$name" "more than a line on standard error" "$(head -n 3 err)"
	elif [ -z "$pattern" ] && [ -s err ]; then
		fail "$name" "standard error is not empty" "$(head -c 300 err)"
	elif [ -n "$pattern" ] && ! grep -q -e "$pattern" err; then
		fail "$name" "standard error lacks '$pattern'" "$(head -c 300 err)"
	else
		pass
	fi
}

# refused NAME FILE PATTERN: exit code 3, one line that names the file, nothing about it on stdout.
refused() {
	run check "$2"
	expect "$1" 3 "^percpu-tool: $2: .*$3"
	run check --format json "$2"
	if jq -e --arg f "$2" '.files | length == 1 and (.[0] | .path == $f and .error != null)' \
		out >/dev/null; then
		pass
	else
		fail "$1 json" "$(head -c 300 out)"
	fi
}

# holds NAME: what jq takes from standard output is true.
holds() {
	if jq -e "$2" out >/dev/null 2>&1; then pass; else fail "$1" "not $2" "$(head -c 400 out)"; fi
}

cat >good.s <<'END'
	.section .percpu, "aw", %progbits
	.balign 8
	.globl __PERCPU_COUNT
	.type __PERCPU_COUNT, %object
	.size __PERCPU_COUNT, 8
__PERCPU_COUNT: .quad 1
END
as --64 -o good.o good.s || { echo "FAIL as: cannot assemble"; exit 1; }

# Files that are none.
: >empty
refused empty empty 'the file is empty'
mkdir directory
refused directory directory 'is a directory'
refused missing missing 'cannot open: No such file'
mkfifo fifo
refused fifo fifo 'not a regular file'
ln -s loop loop
refused loop loop 'cannot open'
printf 'hello\n' >text
refused text text 'not an ELF file'
# Root may read everything: as root, somebody else asks, with a tool and a folder open to all.
cp good.o unreadable && chmod 000 unreadable
if [ "$(id -u)" -ne 0 ]; then
	refused unreadable unreadable 'cannot open: Permission denied'
elif open=$(mktemp -d) && chmod 755 "$open" && cp "$tool" "$open/tool" && cp unreadable "$open" &&
	chmod 000 "$open/unreadable"; then
	(cd "$open" && setpriv --reuid 65534 --regid 65534 --clear-groups \
		./tool check unreadable) >out 2>err
	code=$?
	rm -rf "$open"
	expect unreadable 3 '^percpu-tool: unreadable: cannot open: Permission denied'
else
	skip unreadable "no folder that is open to all"
fi
run check /dev/null
expect device 3 '^percpu-tool: /dev/null: is not a regular file'

# What only the objects tell: GNU ld leaves no trace of an undefined weak symbol.
cat >asks.s <<'END'
	.weak _percpu_load_end
	.text
	.globl _start
_start:	.quad _percpu_load_end
END
cat >asks.ld <<'END'
SECTIONS {
	. = 0x100000;
	.text : { *(.text) }
	_percpu_start = .;
	.percpu 0 : AT(_percpu_start) {
		_percpu_load_start = .; KEEP(*(.percpu)) _percpu_loadend = .; . = ALIGN(64);
	}
	_percpu_end = _percpu_start + 64;
}
END
as --64 -o asks.o asks.s && ld -T asks.ld -o asks.elf asks.o good.o 2>ld.err ||
	fail asks-link "$(head -n 3 ld.err)"
run check asks.elf
grep -q 'note: .*_percpu_load_end is missing' out && pass || fail asks "$(cat out)"
run check asks.elf --objects asks.o good.o
expect asks-objects 1 ''
grep -q 'error: .*_percpu_load_end is missing, and asks.o refers to it' out && pass ||
	fail asks-objects "$(cat out)"

# Names that the options give and the file does not have; objects of another machine.
run check --section .nosuch asks.elf
grep -q 'warning: there is no section .nosuch' out && pass || fail named-in-vain "$(cat out)"
run check --section .percpu --load-start _percpu_load_strt asks.elf
grep -q 'warning: .*_percpu_load_strt is missing' out && pass || fail symbol-in-vain "$(cat out)"
run check -A section_present --section .nosuch asks.elf
expect allowed-in-vain 0 ''
printf '.section .percpu,"aw"\n.quad 1\n' | aarch64-linux-gnu-as -o arm.o - &&
	run check asks.elf --objects arm.o
expect objects-foreign 3 'asks.elf: it is x86_64, but arm.o of --objects is aarch64'
run check -h
expect short-help 0 ''
run check good.o empty good.o
grep -q '^3 files, 2 layouts: 0 errors, 0 warnings; 1 could not be read$' out && pass ||
	fail totals "$(cat out)"
run check --format json good.o empty
holds unreadable '.summary.unreadable == 1'
run check -q --fail-on note -E symbol_sized good.o
expect quiet-note 0 ''

# Files of other kinds, each with its remedy.
gzip -c good.o >good.gz
refused gzip good.gz 'gzip -dc'
for packer in xz zstd; do
	if have $packer; then
		$packer -q -c good.o >good.$packer
		refused $packer good.$packer "$packer -dc"
	else
		skip $packer "no $packer"
	fi
done
ar rc good.a good.o
run check --format json good.a
holds archive '.files | length == 1 and (.[0] | .path == "good.a" and .member == "good.o")'
run check good.a
expect archive-text 0 ''
grep -q '^good.a(good.o): clean$' out && pass || fail archive-text "$(cat out)"
cp good.o a_name_of_more_than_fifteen_letters.o
printf 'BC\300\336' >bitcode.o
head -c 100 good.o >cut.o
ar rcS mixed.a a_name_of_more_than_fifteen_letters.o bitcode.o text cut.o good.o
run check --format json mixed.a
expect archive-mixed 3 '^percpu-tool: mixed.a(cut.o): truncated'
holds archive-mixed '[.files[] | [.member, .verdict != null, .error != null]] == [
	["a_name_of_more_than_fifteen_letters.o", false, false], ["bitcode.o", true, false],
	["text", true, false], ["cut.o", false, true], ["good.o", false, false]]'
as --64 -o nothing.o /dev/null && ar rc nothing.a nothing.o
run check nothing.a
expect archive-nothing 0 ''
grep -q '^nothing.a: no per-CPU data in any member$' out && pass || fail archive-nothing "$(cat out)"
head -c $(($(stat -c %s good.a) - 200)) good.a >short.a
run check short.a
expect archive-short 3 '^percpu-tool: short.a(good.o): truncated'
printf '!<arch>\nrubbish that is no header' >rubbish.a
run check rubbish.a
expect archive-rubbish 3 '^percpu-tool: rubbish.a: archive: the header behind member 0 cannot be read'
# The index itself is cut; and an archive that nothing was put into.
ar rcs indexed.a good.o && head -c 70 indexed.a >index-cut.a
run check index-cut.a
expect archive-index 3 '^percpu-tool: index-cut.a.*truncated'
printf '!<arch>\n' >empty.a
run check empty.a
expect archive-empty 0 ''
grep -q '^empty.a: no per-CPU data in any member$' out && pass || fail archive-empty "$(cat out)"
run check good.o --objects mixed.a
expect objects-archive 3 '^percpu-tool: mixed.a(cut.o): truncated'
run check good.o --objects good.a
expect objects-archive-good 0 ''
{ head -c 514 /dev/zero; printf HdrS; head -c 512 /dev/zero; } >bzImage
refused bzImage bzImage 'extract-vmlinux'
{ head -c 56 /dev/zero; printf 'ARM\144'; head -c 64 /dev/zero; } >Image
refused arm64-image Image 'raw arm64 Image'
if have clang-19; then
	echo 'int x;' | clang-19 -x c -emit-llvm -c -o bitcode - && refused bitcode bitcode 'bitcode'
	for target in powerpc64-linux-gnu:'e_type\|EI_DATA is big-endian' arm-linux-gnueabi:'EI_CLASS is 32-bit' \
		s390x-linux-gnu:'EI_DATA is big-endian' powerpc64le-linux-gnu:'e_machine 21 (PowerPC64)' \
		bpfel:'e_machine 247 (BPF)'; do
		name=${target%%:*}
		if echo 'int x;' | clang-19 --target="$name" -x c -c -o "$name.o" - 2>/dev/null; then
			refused "$name" "$name.o" "${target#*:}"
		else
			skip "$name" "clang-19 does not know it"
		fi
	done
else
	skip bitcode "no clang-19"
fi
as --32 -o i386.o good.s && refused i386 i386.o 'EI_CLASS is 32-bit'
cp good.o core && printf '\004' | dd of=core bs=1 seek=16 conv=notrunc status=none
refused core core 'e_type is 4 (a core file)'

# Cut, as a download that broke off.
size=$(stat -c %s good.o)
for bytes in 1 4 16 63 64 $((size / 2)) $((size - 1)); do
	head -c "$bytes" good.o >"cut$bytes"
	refused "cut at $bytes" "cut$bytes" 'truncated'
done

# Names that a terminal would obey: in paths, sections and symbols.
esc=$(printf '\033')
cp text "$(printf 'odd\033[2J\nname')"
run check "$(printf 'odd\033[2J\nname')"
expect odd-path 3 '^percpu-tool: odd\\x1b\[2J\\x0aname: not an ELF'
printf '.section "odd%s[2J.percpu","aw"\n.quad 1\n' "$esc" >odd.s
as --64 -o odd.o odd.s
run check odd.o
expect odd-section 0 ''
grep -q "$esc" out && fail odd-section "an escape reached the terminal" || pass
cat >wild.s <<END
	.section .percpu, "aw", %progbits
	.globl "__PERCPU_${esc}]0;owned"
	.type "__PERCPU_${esc}]0;owned", %object
	.size "__PERCPU_${esc}]0;owned", 64
"__PERCPU_${esc}]0;owned": .quad 1
END
as --64 -o wild.o wild.s
run check wild.o
expect odd-symbol 1 ''
grep -q "$esc" out && fail odd-symbol "an escape reached the terminal" || pass
grep -q 'x1b\]0;owned' out && pass || fail odd-symbol "the symbol is not shown" "$(cat out)"
run check --format json wild.o
holds odd-symbol-json '.files[0].findings | any(.symbol == "\u001b]0;owned")'

# Files that say little are no bad files.
objcopy --strip-all good.o stripped.o
run check stripped.o
expect stripped-object 0 ''
ld -r -o linked.o good.o
ld -e 0 -Ttext=0x200000 -o good.elf good.o
run check good.elf
expect linked 0 ''
strip -o stripped.elf good.elf
run check stripped.elf
expect stripped 0 ''
grep -q 'no symbol table' out && pass || fail stripped "does not say what is missing" "$(cat out)"
if have llvm-objcopy-19; then
	llvm-objcopy-19 --strip-sections good.elf sectionless.elf
	run check sectionless.elf
	expect sectionless 0 ''
	grep -q 'cannot tell: no section headers' out && pass || fail sectionless "$(cat out)"
else
	skip sectionless "no llvm-objcopy-19"
fi
for option in --compress-debug-sections=zlib --only-keep-debug; do
	gcc -g -c -x assembler good.s -o debug.o && objcopy $option debug.o debug2.o
	run check debug2.o
	expect "objcopy $option" 0 ''
done

# ABI notes that are damaged are findings, and say where; the file is read all the same.
note() { # descsz type words: an object with a variable and a note
	cat good.s
	printf '.section .note.percpu,"a",%%note\n.long 7,%s,%s\n.asciz "percpu"\n.byte 0\n' "$1" "$2"
	[ -z "$3" ] || printf '.long %s\n' "$3"
}
while IFS='|' read -r name descsz type words pattern; do
	note "$descsz" "$type" "$words" >note.s && as --64 -o "$name.o" note.s
	run check "$name.o"
	expect "$name" 1 ''
	grep -q "error: .percpu: the note at file offset 0x[0-9a-f]* is damaged: $pattern" out &&
		pass || fail "$name" "$(cat out)"
	run check good.o --objects "$name.o"
	grep -q "error: .percpu: the note of $name.o at file offset 0x[0-9a-f]* is damaged: $pattern" out &&
		pass || fail "$name-objects" "$(cat out)"
done <<'END'
note-short|24|1|1,1,1,1|descsz 0x18 reaches beyond
note-small|20|1|1,1,1,1,1|descsz 0x14 is too small
note-endless|0xffffffff|1|1,1,1,1,1,1|descsz 0xffffffff reaches beyond
note-version|24|1|0,1,1,1,1,1|there is no version 0
note-model|24|1|1,1,9,1,1,1|model is 0x9, which version 1 does not have
note-image|40|2|1,1,4,0,0x40,0,48,0,0,0|stride_align is 0x30
END
note 24 1 1,1,1,1,1,1 | as --64 -o noted.o - && run check noted.o
expect note-good 0 ''
grep -q 'model zero (note)' out && pass || fail note-good "$(cat out)"
note 28 1 2,1,1,99,1,1,5 | as --64 -o newer.o - && run check newer.o
expect note-newer 0 ''
grep -q 'model zero (note)' out && pass || fail note-newer "$(cat out)"
note 24 7 5,5,5,5,5,5 | as --64 -o unknown.o - && run check unknown.o
expect note-unknown-type 0 ''
if have llvm-objcopy-19; then
	note 20 1 1,1,1,1,1 | as --64 -o damaged.o - && printf '%s' \
		'PHDRS { all PT_LOAD; note PT_NOTE; } SECTIONS { . = 0x100000;' \
		'.note.percpu : { *(.note.percpu) } :all :note .percpu : { *(.percpu) } :all }' >notes.ld &&
		ld -e 0 -T notes.ld -o damaged.elf damaged.o && llvm-objcopy-19 --strip-sections \
		damaged.elf damaged.img
	run check damaged.img
	expect note-sectionless 1 ''
	grep -q 'error: the note at file offset .* is damaged' out && pass ||
		fail note-sectionless "$(cat out)"
fi

# Several files in one call: one that is bad takes nothing from the others.
run check good.o empty wild.o
expect several 3 '^percpu-tool: empty: '
grep -q '^good.o: clean' out && grep -q '^wild.o: .*error' out && pass || fail several "$(cat out)"
run check --format json good.o empty wild.o missing
[ "$code" -eq 3 ] && pass || fail several-json "exit code $code"
holds several-json '[.files[].error == null] == [true, false, true, false]'
holds several-json '.files[0].layouts | length == 1'
holds several-json '.summary.error == 1'
run access --format json good.o empty missing
[ "$code" -eq 3 ] && pass || fail access-json "exit code $code"
holds access-json '[.files[].error == null] == [true, false, false]'
run check --objects good.o empty --require good.elf
expect bad-object 3 '^percpu-tool: empty: the file is empty'
run check --format json --objects good.o empty --require good.elf
holds bad-object-json '.files | length == 1 and .[0].path == "empty" and .[0].error != null'
run check --objects good.elf --require good.elf
expect linked-object 3 '^percpu-tool: good.elf: is ET_EXEC, not a relocatable object'

# The exit codes, each with its cause.
run check good.o
expect exit-0 0 ''
run check --require text-free.o good.o
expect exit-3-beside-0 3 '^percpu-tool: text-free.o: cannot open'
run check wild.o
expect exit-1 1 ''
run check --fail-on warning --werror good.o
expect exit-0-strict 0 ''
as --64 -o none.o /dev/null
run check none.o
expect no-data 0 ''
run check --require none.o
expect require 1 ''
run check good.o >/dev/null
"$tool" check good.o >/dev/full 2>err
code=$?
expect full-disk 4 'cannot write standard output'

# Wrong command lines: exit code 2 and one line.
while IFS='|' read -r arguments pattern; do
	eval "run $arguments"
	expect "percpu-tool $arguments" 2 "$pattern"
	[ -s out ] && fail "percpu-tool $arguments" "something on standard output" || pass
done <<'END'
check|name the ELF files to check
check --nonsense good.o|unknown option
check -Q good.o|unknown option
check --cpus|needs an argument
check --cpus 0 good.o|at least one CPU
check --cpus -1 good.o|not a number
check --cpus 4x good.o|not a number
check --cpus 99999999999999999999 good.o|does not fit
check --max-area 18446744073709551615G good.o|does not fit
check --stride-align 48 good.o|no power of two
check --stride-align 0 good.o|no power of two
check --model none good.o|not one of zero
check --placement none good.o|not one of overlay
check --profile none good.o|not one of linux
check --format none good.o|not one of text
check --color none good.o|not one of auto
check --fail-on none good.o|not one of note
check -A none good.o|no check 'none'
check --section '' good.o|no section name
check --start s good.o|go with --section
nonsense|no command
access|name the ELF files to read
access --var '' good.o|no name
access --kind none good.o|not one of read
explain|name a check
explain none|no check 'none'
explain section_vma section_type|one check at a time
END

finish
