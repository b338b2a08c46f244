#!/bin/bash
# The x86_64 decoder against an independent reader, llvm-objdump: the address and the operands of
# every instruction, what it does to addresses and which general registers it writes; and where the
# instruction begins that holds a relocated field.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}/x86
here=tests/x86
export LC_ALL=C
mkdir -p "$out"
. tests/lib.sh ''

insns=$out/insns
if ! "${CC:-gcc}" -std=c11 -O1 -g -D_GNU_SOURCE ${SAN:+-fsanitize=address,undefined} -I. -o "$insns" \
	$here/insns.c "$(dirname "$tool")/libpercpu-tool.a" $(pkg-config --libs libelf) -liberty \
	>"$out/build.log" 2>&1; then
	cat "$out/build.log"
	fail "$here/insns.c does not build"
	finish
fi

# Both readers' listings of a file; the oracle knows mnemonics, not bytes.
listings() { # name file
	"$insns" list "$2" >"$out/$1.ours" &&
		llvm-objdump-19 -d -z --no-show-raw-insn -M intel "$2" >"$out/$1.intel" &&
		llvm-objdump-19 -d -z --no-show-raw-insn "$2" |
		awk -v INTEL="$out/$1.intel" -f $here/oracle.awk >"$out/$1.theirs"
}

# Two listings, once those are made.
judge() { # name least
	local count different unknown
	awk -v MINE="$out/$1.ours" -v LIMIT=20 -f $here/compare.awk "$out/$1.theirs" \
		>"$out/$1.compared"
	read -r _ count different unknown < <(grep '^compared ' "$out/$1.compared" ||
		echo compared 0 0 0)
	echo "$1: $((count - unknown)) instructions agree, $different differ, $unknown without a rule"
	grep '^no rule ' "$out/$1.compared"
	if [ "$count" -lt "$2" ] || [ "$different" -ne 0 ] || [ $((unknown * 1000)) -gt "$count" ]
	then
		fail "$1: $count instructions, $different differ, $unknown without a rule"
		grep '^    ' "$out/$1.compared"
	else
		pass
	fi
}

# One mnemonic in a thousand may be unknown to the oracle; it is shown, and not counted as agreed.
compare() { # name file least
	listings "$1" "$2" || fail "$1: no listing"
	judge "$1" "$3"
}

# What stands at multiples of 16, of what llvm-objdump knows.
forms() { # name file least
	listings "$1" "$2" || fail "$1: no listing"
	mv "$out/$1.theirs" "$out/$1.theirs.all" && mv "$out/$1.ours" "$out/$1.ours.all"
	awk '/^section/ || $1 ~ /0$/ && $2 != "<unknown>"' "$out/$1.theirs.all" >"$out/$1.theirs"
	awk 'NR == FNR { known[$1] = 1; next } /^section/ || $1 in known' \
		"$out/$1.theirs" "$out/$1.ours.all" >"$out/$1.ours"
	judge "$1" "$3"
}

# Of a file that was compared: every field stands in the instruction that locate() says.
locate() { # name file least
	local right wrong nowhere
	"$insns" locate "$2" >"$out/$1.places"
	awk -v LIMIT=20 -f $here/starts.awk READING=places "$out/$1.places" \
		READING=listing "$out/$1.theirs" >"$out/$1.located"
	read -r _ right wrong nowhere < <(grep '^located ' "$out/$1.located" || echo located 0 0 0)
	echo "$1: $right fields in their instruction, $wrong not, $nowhere in none"
	if [ "$right" -lt "$3" ] || [ "$wrong" -ne 0 ] || [ "$nowhere" -ne 0 ]; then
		fail "$1: $right fields in their instruction, $wrong not, $nowhere in none"
		grep '^    ' "$out/$1.located"
	else
		pass
	fi
}

both() { # name file least-instructions least-fields
	compare "$1" "$2" "$3"
	locate "$1" "$2" "$4"
}

# The types of relocations that code has must have been there, or nothing was shown of them.
types() { # name
	local type
	for type in PC32 PLT32 32 32S 64 GOTPCREL GOTPCRELX REX_GOTPCRELX; do
		grep -q "^R_X86_64_$type: " "$out/$1.located" && pass ||
			fail "$1: no field of R_X86_64_$type"
	done
}

# A C compiler for x86_64.
compiler() { # name
	case $1 in
	clang) echo clang-19 --target=x86_64-linux-gnu ;;
	gcc) command -v x86_64-linux-gnu-gcc || { [ "$(uname -m)" = x86_64 ] && command -v gcc; } ;;
	esac
}

build() { # compiler name source options...
	local with=$1 object=$out/$2 source=$3
	shift 3
	if ! $with "$@" -c -o "$object" "$source" >"$object.log" 2>&1; then
		cat "$object.log"
		fail "$source does not build with $with $*"
		return 1
	fi
}

compiled() { # compiler-name compiler
	local options
	for options in -O0 -O2 -Os "-O3 -march=skylake-avx512" "-O2 -fno-pic -mcmodel=kernel" \
		"-O2 -mcmodel=large"; do
		local name=code.$1${options// /}
		build "$2" "$name" $here/code.c $options && both "$name" "$out/$name" 150 20
	done
}

# The same, linked with the relocations kept.
linked() { # linker-name linker object
	local name=linked.$1.${3##*/}
	if ! "$2" -q -e 0 --unresolved-symbols=ignore-all -o "$out/$name" "$3" \
		>"$out/$name.log" 2>&1; then
		tail -n 5 "$out/$name.log"
		fail "$name does not link"
		return
	fi
	both "$name" "$out/$name" 150 20
}

linkers() { # object
	local ld
	ld=$(command -v x86_64-linux-gnu-ld)
	[ -n "$ld" ] && linked bfd "$ld" "$1"
	linked lld ld.lld-19 "$1"
}

for name in gcc clang; do
	with=$(compiler $name)
	if [ -z "$with" ]; then
		skip "x86: no $name for x86_64"
		continue
	fi
	compiled $name "$with"
	build "$with" mnemonics.$name $here/mnemonics.S &&
		compare mnemonics.$name "$out/mnemonics.$name" 900
	build "$with" relocs.$name $here/relocs.S || continue
	both relocs.$name "$out/relocs.$name" 400 250
	types relocs.$name
	linkers "$out/relocs.$name"
	linkers "$out/code.$name-O2"
done

awk -f $here/forms.awk >"$out/forms.s"
build "$(compiler clang)" forms "$out/forms.s" && forms forms "$out/forms" 13500

# Large programs that are there where this script runs.
if [ "$(uname -m)" = x86_64 ]; then
	compare bash "$(readlink -f "$BASH")" 50000
	# Of the library itself llvm-objdump-19 shows no instruction.
	llvm-objcopy-19 --only-section=.text \
		"$(ldd "$BASH" | awk '$1 == "libc.so.6" { print $3 }')" "$out/libc.text"
	compare libc "$out/libc.text" 100000
else
	skip "x86: no large program"
fi

# VMLINUX: a real kernel. Without its symbols, since one may stand within an instruction: of a thunk
# that is more than one thing.
if [ -n "${VMLINUX:-}" ]; then
	llvm-objcopy-19 --strip-all "$VMLINUX" "$out/vmlinux.stripped"
	compare vmlinux "$out/vmlinux.stripped" 1000000
else
	skip "x86: no real kernel (VMLINUX=path)"
fi
finish
