#!/bin/bash
# The ABI note as runtime/percpu_note.h writes it: the same bytes from C, C++ and assembly, from
# both compilers on every architecture, in a section of the right type; and still there when the
# linkers have collected garbage. Then what `check` makes of it in objects and linked files.
#
#   PERCPU_TOOL: the binary; TEST_DIR: where outputs go
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
here=tests/note
dir=${TEST_DIR:-$PWD/build/test}/note
export LC_ALL=C.UTF-8
rm -rf "$dir" && mkdir -p "$dir" || exit 1
. tests/lib.sh 'note: '
have() { command -v "$1" >/dev/null 2>&1; }

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wunused-const-variable -Werror'
flags="$warnings -I. -ffreestanding"

# namesz, descsz, type and name, as words and characters; then the descriptor.
owner=706572637075 # "percpu"
wanted_unit=07000000180000000100000070657263707500000100000001000000020000000700000002000000
wanted_unit+=01000000
wanted_image=0700000028000000020000007065726370750000
wanted_image+=01000000020000000400000000000000
wanted_image+=88776655443322114000000000000000ffffffffffffffff

# The bytes of the note's section, in hexadecimal; and its type, flags and alignment.
bytes() { # file
	llvm-objcopy-19 -O binary --only-section=.note.percpu "$1" "$1.bin" &&
		od -An -v -tx1 "$1.bin" | tr -d " \n"
}
header() { # file
	llvm-readelf-19 -SW "$1" | sed -n 's/^.*\.note\.percpu  *//p' | awk '{ print $1, $6, $9 }'
}

judge() { # what object note
	local want=wanted_$3
	same "$1, $3: bytes" "${!want}" "$(bytes "$2")"
	same "$1, $3: type, flags, alignment" "NOTE A 4" "$(header "$2")"
}

compile() { # what compiler... : every language, at the levels that move things
	local what=$1 note define language log=$dir/log
	shift
	for note in unit image; do
		define=
		[ $note = image ] && define=-DIMAGE
		for language in 'c -std=c11 -O0' 'c -std=c11 -O2' 'c -std=c11 -Os -fdata-sections' \
			'c++ -std=c++17 -O2' assembler-with-cpp; do
			local source=$here/note.c
			case $language in
			assembler*) source=$here/note.S ;;
			c++*) [ -z "$cxx" ] && continue ;;
			esac
			if "$@" $flags $define -x $language -c -o "$dir/$note.o" $source 2>"$log"; then
				judge "$what, $language" "$dir/$note.o" $note
			else
				fail "$what, $language: does not compile" "$(head -n 3 "$log")"
			fi
		done
	done
}

# A script with no word on notes beyond what keeps them, and the one that ldscript --full writes.
cat >"$dir/plain.ld" <<'END'
ENTRY(_start)
SECTIONS {
	. = 0x100000;
	.note.percpu : { *(.note.percpu) }
	.text : { *(.text .text.*) }
}
END

# The notes of both objects, still there after --gc-sections, from whichever order.
collect() { # what linker script
	local what=$1 linker=$2 script=$3 out=$dir/linked all
	if ! $linker --gc-sections -T "$script" -o "$out" "$dir/start.o" "$dir/image.o" \
		2>"$dir/log"; then
		fail "$what: does not link" "$(head -n 3 "$dir/log")"
		return
	fi
	all=$(bytes "$out")
	case $all in
	"$wanted_unit$wanted_image") pass ;;
	*) fail "$what: after --gc-sections" "$all" ;;
	esac
	same "$what: type" NOTE "$(header "$out" | cut -d' ' -f1)"
	[ "$script" = "$dir/plain.ld" ] && return
	same "$what: segments that hold it" "LOAD NOTE" "$(llvm-readelf-19 -lW "$out" | awk '
		/^ *[A-Z_]+ +0x/ { type[n++] = $1 }
		/^ *[0-9]+ / && / \.note\.percpu / { held = held (held ? " " : "") type[$1 + 0] }
		END { print held }')"
}

# Compiled at -O2 and each in a section of its own; `lto`: by the compiler as linker.
link() { # what arch linker compiler...
	local what=$1 arch=$2 linker=$3
	shift 3
	"$@" $flags -std=c11 -O2 -ffunction-sections -fdata-sections -fno-pic -c -o "$dir/start.o" \
		$here/note.c &&
		"$@" $flags -std=c11 -O2 -fdata-sections -D_start=other -ffunction-sections -fno-pic \
			-DIMAGE -c -o "$dir/image.o" $here/note.c ||
		{ fail "$what: does not compile"; return; }
	"$tool" ldscript --full --cpus 4 --arch "$arch" >"$dir/full.ld" || fail "$what: ldscript"
	collect "$what, a plain script" "$linker" "$dir/plain.ld"
	collect "$what, ldscript --full" "$linker -z noexecstack" "$dir/full.ld"
}

# A linker that optimises sees no more of the note than its attributes.
lto() { # what linker compiler...
	local what=$1 linker=$2
	shift 2
	if "$@" $flags -std=c11 -O2 -fno-pic -flto -c -o "$dir/lto.o" $here/note.c 2>"$dir/log" &&
		$linker -T "$dir/plain.ld" -o "$dir/lto" "$dir/lto.o" 2>>"$dir/log"; then
		same "$what: after LTO" "$wanted_unit" "$(bytes "$dir/lto")"
	else
		fail "$what: LTO" "$(head -n 3 "$dir/log")"
	fi
}

# ---- what check says --------------------------------------------------------------------------

# Runs check, and leaves its report in $dir/report; says NAME: whether jq finds it so.
check() { "$tool" check --format json "$@" >"$dir/report" 2>"$dir/log"; code=$?; }
says() { # what exit-code jq-expression
	if [ "$code" = "$2" ] && jq -e "$3" "$dir/report" >/dev/null; then
		pass
	else
		fail "$1: exit code $code, or not $3" "$(jq -c '.files[] | [.layouts, .findings]' \
			"$dir/report" 2>&1 | head -c 1500)$(head -n 3 "$dir/log")"
	fi
}
notes_found='[.files[].findings[] | select(.check == "note_agrees")]'

# The matrix' kernel with a note of a model, in two units.
kernel() { # arch compiler...
	local unit model file machine=
	[ "$1" = riscv64 ] && machine=-mcmodel=medany
	shift
	for unit in a b; do
		for model in ZERO NONZERO; do
			file=$dir/$unit-$model
			if [ $unit = a ]; then
				cat tests/fixtures/base.c
			else
				echo 'int in_b(void); int in_b(void) { return 1; }'
			fi >"$file.c"
			printf '%s\n' '#include "tests/fixtures/note.h"' "PERCPU_NOTE_UNIT(\
				PERCPU_NOTE_MODE_PERCPU, PERCPU_NOTE_MODEL_$model, OWN_REGISTER, 1, 1);" \
				>>"$file.c"
			"$@" -I. $machine -O1 -ffreestanding -fno-pic -c -o "$file.o" "$file.c" || return
		done
	done
	"$@" -c -o "$dir/code.o" tests/fixtures/base.S
}

scenarios() { # what arch linker compiler...
	local what=$1 arch=$2 linker="$3 -z noexecstack"
	local a=$dir/a-ZERO.o b=$dir/b-ZERO.o other=$dir/b-NONZERO.o boot=$dir/code.o out=$dir/kernel
	shift 3
	kernel "$arch" "$@" || { fail "$what: the kernel does not compile"; return; }
	"$tool" ldscript --full --cpus 4 --arch "$arch" >"$dir/full.ld"
	sed 's|^\t\.note\.percpu :.*||; s|^\t/DISCARD/ : {|& *(.note.*)|' "$dir/full.ld" \
		>"$dir/discard.ld"

	check "$a"
	says "$what: an object's model" 0 '.files[0].layouts[0] | .model == "zero" and
		.model_source == "note"'
	$linker -T "$dir/full.ld" -o "$out" "$a" "$b" "$boot" 2>"$dir/log" ||
		{ fail "$what: does not link" "$(head -n 3 "$dir/log")"; return; }
	check "$out" --objects "$a" "$b" "$boot"
	says "$what: clean" 0 ".files[0].layouts[0].model_source == \"note\" and
		($notes_found | length == 0)"
	llvm-objcopy-19 --strip-all "$out" "$out-stripped"
	check "$out-stripped"
	says "$what: stripped" 0 '.files[0].layouts[0] | .model == "zero" and
		.model_source == "note"'

	$linker -T "$dir/discard.ld" -o "$out" "$a" "$b" "$boot" 2>"$dir/log" ||
		fail "$what: does not link without notes" "$(head -n 3 "$dir/log")"
	check "$out"
	says "$what: dropped" 0 ".files[0].layouts[0].model_source == \"code\" and
		($notes_found | length == 0)"
	check "$out" --objects "$a" "$b" "$boot"
	says "$what: dropped, seen from the objects" 0 "$notes_found | length == 1 and
		.[0].severity == \"note\" and (.[0].message | test(\"discards or loses\")) and
		(.[0].fix | test(\"note.percpu : { KEEP\"))"
	check "$out" --objects "$a" "$other" "$boot"
	says "$what: dropped, and contradictory" 1 "$notes_found | any(.severity == \"error\" and
		(.message | test(\"a-ZERO.o .*b-NONZERO.o\")))"

	$linker -T "$dir/full.ld" -o "$out" "$a" "$other" "$boot" 2>"$dir/log"
	check "$out"
	says "$what: contradictory" 1 "$notes_found | length == 1 and
		(.[0].message | test(\"at file offset .* says model .*nonzero\"))"
	check "$out" --objects "$a" "$other" "$boot"
	says "$what: contradictory, by object" 1 "$notes_found | length == 1 and
		(.[0].message | test(\"a-ZERO.o .* says model zero.*b-NONZERO.o\"))"

	# A member that was not linked.
	rm -f "$dir/b.a" && llvm-ar-19 rc "$dir/b.a" "$other"
	$linker -T "$dir/full.ld" -o "$out" "$a" "$boot" "$dir/b.a" 2>"$dir/log"
	check "$out" --objects "$a" "$boot" "$dir/b.a"
	says "$what: an archive" 0 "$notes_found | length == 0"
}

for tool_needed in clang-19 llvm-objcopy-19 llvm-readelf-19 llvm-ar-19 ld.lld-19 jq; do
	have $tool_needed && continue
	skip "no $tool_needed"
	finish
done
case $wanted_unit in *"$owner"*) pass ;; *) fail "the owner in the bytes" ;; esac
for arch in x86_64 aarch64 riscv64 loongarch64; do
	case $arch in
	x86_64 | loongarch64) target=$arch-unknown-none ;;
	*) target=$arch-none-elf ;;
	esac
	cxx=1
	compile "clang $arch" clang-19 -Wno-unused-command-line-argument --target=$target
	link "lld $arch" $arch ld.lld-19 clang-19 --target=$target
	scenarios "lld $arch" $arch ld.lld-19 clang-19 --target=$target
	lto "clang $arch" "ld.lld-19 --gc-sections" clang-19 --target=$target
	if ! have $arch-linux-gnu-gcc; then
		skip "no gcc for $arch"
		continue
	fi
	cxx=
	[ $arch = x86_64 ] && have g++ && cxx=1
	compile "gcc $arch" $arch-linux-gnu-gcc
	link "bfd $arch" $arch $arch-linux-gnu-ld $arch-linux-gnu-gcc
	scenarios "bfd $arch" $arch $arch-linux-gnu-ld $arch-linux-gnu-gcc
	lto "gcc $arch" "$arch-linux-gnu-gcc -nostdlib -static -Wl,--gc-sections,--build-id=none" \
		$arch-linux-gnu-gcc
done
finish
