#!/bin/bash
# The x86_64 decoder against an independent reader, llvm-objdump: the address and the operands of
# every instruction, what it does to addresses and memory, and which general registers it writes;
# where the instruction begins that holds a relocated field; and which ones have a gs override.
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

# Of a file that was compared: the accesses through gs are found by scanning, all and no other.
overrides() { # name file least-by-form least
	local form function
	"$insns" gs "$2" >"$out/$1.gs"
	awk '$9 ~ /g/ { print $1 }' "$out/$1.theirs" >"$out/$1.gs.theirs"
	form=$(grep -c 'form$' "$out/$1.gs")
	function=$(grep -c 'function$' "$out/$1.gs")
	echo "$1: $form gs instructions are found by their form, $function by decoding a function"
	if ! cut -d' ' -f1 "$out/$1.gs" | cmp -s - "$out/$1.gs.theirs" ||
		[ "$form" -lt "$3" ] || [ $((form + function)) -lt "$4" ]; then
		fail "$1: gs instructions: $form by form, $function by decoding, not the reader's"
		cut -d' ' -f1 "$out/$1.gs" | diff - "$out/$1.gs.theirs" | head -n 20
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
		build "$2" "$name" $here/code.c $options || continue
		both "$name" "$out/$name" 150 20
		overrides "$name" "$out/$name" 0 7
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
	build "$with" mnemonics.$name $here/mnemonics.S || continue
	compare mnemonics.$name "$out/mnemonics.$name" 900
	overrides mnemonics.$name "$out/mnemonics.$name" 50 100
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
	overrides bash "$(readlink -f "$BASH")" 0 0
	# Of the library itself llvm-objdump-19 shows no instruction.
	llvm-objcopy-19 --only-section=.text \
		"$(ldd "$BASH" | awk '$1 == "libc.so.6" { print $3 }')" "$out/libc.text"
	compare libc "$out/libc.text" 100000
	overrides libc "$out/libc.text" 0 0
else
	skip "x86: no large program"
fi

# Of the gs instructions in a kernel's .text: those with an address alone, relative to rip, the rest.
# Debian rebuilds its kernel with every update: what the code is made of changes little. In that of
# which the numbers were first taken there were 22,680, 8,215 and 1,776.
forms_of_text() { # name
	awk -v exact="$(case ${VMLINUX##*/} in vmlinux-6.1.*[0-9]-amd64) echo 1 ;; esac)" '
		$1 == "section" { text = $2 == ".text" }
		text && $9 ~ /g/ { n[$10 ~ /\(\)$/ ? "absolute" : $10 ~ /\(ip\)$/ ? "relative" : "based"]++ }
		END {
			printf "%d absolute, %d relative, %d based\n", n["absolute"], n["relative"], n["based"]
			exit exact && !(n["absolute"] > 22500 && n["absolute"] < 22900 &&
				n["relative"] > 8100 && n["relative"] < 8350 &&
				n["based"] > 1700 && n["based"] < 1850)
		}' "$out/$1.theirs" && pass || fail "$1: gs instructions of other forms than known"
}

# VMLINUX=path: a real kernel as well, which make kernels has. Without its symbols, since one may stand
# within an instruction: of a thunk that is more than one thing.
if [ -n "${VMLINUX:-}" ]; then
	llvm-objcopy-19 --strip-all "$VMLINUX" "$out/vmlinux.stripped"
	compare vmlinux "$out/vmlinux.stripped" 1000000
	overrides vmlinux "$VMLINUX" 20000 20000
	forms_of_text vmlinux
fi
finish
