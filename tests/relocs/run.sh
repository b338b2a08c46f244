#!/bin/bash
# The relocation tables against independent readers (GNU readelf, llvm-readelf, glibc's elf.h), and
# their `checked`, range and field columns against GNU ld and lld.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}/relocs
export LC_ALL=C
mkdir -p "$out"
. tests/lib.sh ''

relocs=$out/relocs
if ! "${CC:-gcc}" -std=c11 -g -D_GNU_SOURCE ${SAN:+-fsanitize=address,undefined} -I. -o "$relocs" \
	tests/relocs/relocs.c "$(dirname "$tool")/libpercpu-tool.a" >"$out/build.log" 2>&1; then
	cat "$out/build.log"
	fail "tests/relocs/relocs.c does not build"
	finish
fi

# Where a reader and the psABI disagree, and why the reader is not followed: ARCH NUMBER NAME.
excused() {
	case "$1 $2 $3" in
	"aarch64 "*" R_AARCH64_P32_"*) ;;      # ELFCLASS32 only
	"aarch64 1028 R_AARCH64_TLS_DTPMOD" | "aarch64 1029 R_AARCH64_TLS_DTPREL" | \
		"aarch64 1030 R_AARCH64_TLS_TPREL") ;; # the psABI's new names, without the width
	"riscv64 41 R_RISCV_GNU_VTINHERIT") ;; # before the psABI gave the number to GOT32_PCREL
	"riscv64 42 R_RISCV_GNU_VTENTRY") ;;   # the same; the number is reserved now
	*) return 1 ;;
	esac
}

# The names that a reader gives, `NUMBER NAME` a line, against ours. A name of theirs that we lack
# fails; one of ours that they lack is newer than they are, or a linker's own.
compare() { # arch reader file
	local arch=$1 reader=$2 number name ours agree=0 alone=0
	declare -A theirs=()
	while read -r number name; do
		theirs[$number]=$name
		ours=${mine[$number]-}
		if [ "$ours" = "$name" ]; then
			agree=$((agree + 1))
			pass
		elif ! excused "$arch" "$number" "$name"; then
			fail "$arch $number: $reader says $name, the table ${ours:-nothing}"
		fi
	done <"$3"
	for number in "${!mine[@]}"; do
		[ -n "${theirs[$number]-}" ] || alone=$((alone + 1))
	done
	echo "$arch: $reader agrees on $agree names and does not know $alone of the table's ${#mine[@]}"
	[ "$agree" -ge 30 ] || fail "$arch: $reader could not be compared"
}

readelf_names() { # reader object
	local offset type
	"$1" -rW "$2" 2>"$out/readelf.log" | while read -r offset _ type _; do
		[[ $offset =~ ^[0-9a-f]{16}$ && $type == R_* ]] && echo "$((16#$offset)) $type"
	done
}

names() { # arch
	local arch=$1 prefix number name
	declare -A mine=()
	"$relocs" table "$arch" >"$out/$arch.table" || fail "$arch: no table"
	while read -r number name _; do mine[$number]=$name; done <"$out/$arch.table"
	"$relocs" numbers "$arch" >"$out/$arch.numbers.o" || fail "$arch: no object of numbers"
	local reader
	for reader in readelf llvm-readelf-19; do
		if [ "$reader" = readelf ] && ! readelf_knows "$arch"; then
			skip "$arch: this readelf does not name relocations of it"
			continue
		fi
		readelf_names $reader "$out/$arch.numbers.o" >"$out/$arch.$reader"
		compare "$arch" $reader "$out/$arch.$reader"
	done
	case $arch in
	x86_64) prefix=R_X86_64_ ;;
	aarch64) prefix=R_AARCH64_ ;;
	riscv64) prefix=R_RISCV_ ;;
	loongarch64) prefix=R_LARCH_ ;;
	esac
	echo '#include <elf.h>' | "${CC:-gcc}" -E -dM - |
		awk -v p="^$prefix" '$2 ~ p && $2 !~ /_NUM$/ && $3 ~ /^[0-9]+$/ { print $3, $2 }' |
		sort -n >"$out/$arch.elf.h"
	compare "$arch" elf.h "$out/$arch.elf.h"
}

readelf_knows() {
	readelf -rW "$out/$1.numbers.o" 2>/dev/null | grep -q ' R_'
}

# The command of a linker for an architecture, or nothing.
linker() { # arch name
	local prefix=$1-linux-gnu-
	case $2 in
	lld) command -v ld.lld-19 ;;
	bfd) command -v "${prefix}ld" ;;
	esac
}

link_options() { # arch name
	[ "$2" = lld ] && echo --error-limit=0 || echo --verbose
	[ "$1" = riscv64 ] && echo --no-relax
}

# What a linker says it does not know: numbers of relocations.
unknown_to_it() { # log
	local hex
	sed -nE 's/.*unknown relocation \(([0-9]+)\).*/\1/p' "$1" | sort -u
	for hex in $(sed -nE 's/.*(recognized|supported) relocation type (0x[0-9a-f]+).*/\2/p' "$1" |
		sort -u); do
		echo $((hex))
	done
}

# Links the cases without stopping at an error: the output shows what was written. What a linker
# does not know, or gives up at all the same, is left out and tried again without.
link_cases() { # arch name
	local arch=$1 name=$2 ld log=$out/$1.$2.log unknown="" refused="" more
	ld=$(linker "$arch" "$name")
	: >"$log.quoted"
	for _ in $(seq 80); do
		"$relocs" cases "$arch" $unknown $refused >"$out/$arch.$name.o" || return
		rm -f "$out/$arch.$name"
		"$ld" $(link_options "$arch" "$name") --noinhibit-exec -Ttext=0x10000000000 -e 0 \
			-o "$out/$arch.$name" "$out/$arch.$name.o" >"$out/$arch.$name.out" 2>"$log"
		tr '`' "'" <"$log" >>"$log.quoted"
		more=$(unknown_to_it "$log")
		unknown="$unknown ${more//$'\n'/ }"
		[ -z "$more" ] && [ -s "$out/$arch.$name" ] && break
		[ -z "$more" ] && refused="$refused $(grep -oE '\bs[0-9]+_[a-z]+' "$log" | sort -u)"
	done
	echo "$arch: $name does not know" $(wc -w <<<"$unknown"): $unknown
	[ -s "$out/$arch.$name" ]
}

ranges() { # arch
	local arch=$1 name files=""
	for name in bfd lld; do
		if [ -z "$(linker "$arch" $name)" ]; then
			skip "$arch: no linker $name for the ranges"
		elif link_cases "$arch" $name; then
			files="$files $name $out/$arch.$name $out/$arch.$name.log.quoted"
		else
			tail -n 3 "$out/$arch.$name.log"
			fail "$arch: $name made no output of the cases"
		fi
	done
	[ -n "$files" ] || return
	"$relocs" judge "$arch" $files >"$out/$arch.judged" || fail "$arch: judge stopped"
	grep -E '^(FAIL|    )' "$out/$arch.judged"
	read -r _ good bad < <(grep '^judged ' "$out/$arch.judged" || echo judged 0 1)
	passed=$((passed + good)) failed=$((failed + bad))
	echo "$arch: linking proves $good statements on $(grep -cE '^[0-9]+ ' "$out/$arch.judged")" \
		"rows and disproves $bad"
}

# Single values: ARCH NUMBER TEXT VALUE BFD LLD; an outcome is `error` or what the place holds.
# They state what the ranges mean for a kernel; `truncated` rows are what no linker tells.
values() {
	cat <<'END'
x86_64 10 0x1000000 0 00000000 00000000
x86_64 10 0x1000000 0xffffffff ffffffff ffffffff
x86_64 10 0x1000000 0x100000000 error error
x86_64 10 0x1000000 0xffffffff80000000 error error
x86_64 11 0x1000000 0x7fffffff 7fffffff 7fffffff
x86_64 11 0x1000000 0x80000000 error error
x86_64 11 0x1000000 0xffffffff80000000 80000000 80000000
x86_64 2 0xffffffff80200000 0 7fe00000 7fe00000
x86_64 2 0xffff800000200000 0 error error
aarch64 264 0x40080000 0x10008 d2800100 d2800100 truncated
aarch64 264 0x40080000 0x12348765 d290eca0 d290eca0 truncated
aarch64 263 0x40080000 0x10008 error error
aarch64 270 0x40080000 0xffffffffffff0000 929fffe0 929fffe0
aarch64 270 0x40080000 0xffff d29fffe0 d29fffe0
aarch64 270 0x40080000 0x10000 error error
aarch64 265 0x40080000 0xffffffff d29fffe0 d29fffe0
aarch64 265 0x40080000 0x100000000 error error
aarch64 275 0x40080000 0 00dffc00 00dffc00
aarch64 275 0xffff800040080000 0 error error
riscv64 26 0x80200000 0x7ffff7ff 7ffff000 7ffff000
riscv64 26 0x80200000 0x7ffff800 error error
riscv64 26 0x80200000 0xffffffff7ffff800 80000000 80000000
riscv64 23 0xffffffff80200000 0 7fe00000 7fe00000
riscv64 23 0xffffffc000200000 0 00000037 error
loongarch64 67 0x9000000000200000 0x80000000 01000000 01000000 truncated
loongarch64 67 0x9000000000200000 0x100000008 00000000 00000000 truncated
loongarch64 68 0x9000000000200000 0x100000008 00002000 00002000 truncated
loongarch64 71 0x9000000000200000 0x1000 01ffc020 01ffc020 truncated
END
}

word_at() { # file address-of-text: the first word of .text
	local offset
	offset=$(readelf -SW "$1" | sed -nE 's/.* \.text +PROGBITS +[0-9a-f]+ ([0-9a-f]+).*/\1/p')
	od -An -tx4 -j $((16#$offset)) -N4 "$1" | tr -d ' '
}

single() { # arch number text value expected-by-bfd expected-by-lld
	local name want got ld file=$out/single
	"$relocs" one "$1" "$2" "$3" "$4" >"$file.o"
	for name in bfd lld; do
		[ $name = bfd ] && want=$5 || want=$6
		ld=$(linker "$1" $name)
		[ -n "$ld" ] || continue
		rm -f "$file"
		if "$ld" $(link_options "$1" $name) -Ttext="$3" -e "$3" -o "$file" "$file.o" \
			>"$file.log" 2>&1; then
			got=$(word_at "$file")
		else
			got=error
		fi
		[ "$got" = "$want" ] && pass || fail "$1 $2 at $3 of $4 ($name): $got, not $want"
	done
}

# What a RISC-V linker leaves where it has rewritten the sequence: the numbers of the table's rows.
leftovers() {
	local ld file=$out/relaxed
	cat >"$file.s" <<'END'
	.globl _start
_start:	lui a0, %hi(near)
	add a0, a0, gp
	ld a1, %lo(near)(a0)
	lui a0, %hi(near)
	add a0, a0, gp
	sd a1, %lo(near)(a0)
	lui a0, %hi(page)
	add a0, a0, gp
	ld a1, %lo(page)(a0)
END
	clang-19 --target=riscv64-unknown-elf -march=rv64gc -c "$file.s" -o "$file.o" || return
	kept() { # number of entries with this type in the linked file
		readelf -rW "$file" 2>/dev/null | awk '{ print $2 }' |
			grep -c "$(printf '%08x' "$1")\$"
	}
	ld=$(linker riscv64 bfd)
	if "$ld" -q --defsym near=8 --defsym page=0x1000 -o "$file" "$file.o" 2>"$file.log"; then
		for number in 46 47 48; do
			[ "$(kept $number)" = 1 ] && pass || fail "riscv64: bfd leaves no $number"
		done
	else
		fail "riscv64: bfd does not link the relaxed sequence"
	fi
	ld=$(linker riscv64 lld)
	if "$ld" -q --relax-gp --defsym near=8 --defsym page=0x1000 --defsym '__global_pointer$=0' \
		-o "$file" "$file.o" 2>"$file.log"; then
		for number in 256 257; do
			[ "$(kept $number)" = 1 ] && pass || fail "riscv64: lld leaves no $number"
		done
	else
		fail "riscv64: lld does not link the relaxed sequence"
	fi
}

for arch in x86_64 aarch64 riscv64 loongarch64; do
	names $arch
	ranges $arch
done
while read -r arch number text value bfd lld _; do
	single $arch $number $text $value $bfd $lld
done < <(values)
leftovers
finish
