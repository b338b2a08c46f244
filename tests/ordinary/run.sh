#!/bin/bash
# Big ordinary code, taken as if it were a kernel: all members of a static library, linked with some
# thousand per-CPU variables that none of it knows. What is found in it is wrong, and what is listed
# of it too; beside it stand accesses that have to be listed, and in a second link a planted fault.
#
#   tests/ordinary/run.sh             the C libraries that came with the compilers
#   tests/ordinary/run.sh --fetched [NAME...]
#                                     those of tests/bench/fetch.sh --list-libraries, each C library
#                                     and all of LLVM; prints what was read and found
#
# PERCPU_TOOL: the binary; TEST_DIR: outputs, of which the images are removed when they are right;
# LINKERS: of bfd and lld.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
here=tests/ordinary
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
work=${TEST_DIR:-$PWD/build/test}/ordinary
. tests/lib.sh 'ordinary: '
. tests/toolchain.sh
shown=12
rm -rf "$work"
mkdir -p "$work"

# Where the template is, and the code: at address 0, right behind .data, and that in the high half.
# At address 0 also with variables of 8, 4 and 2 bytes alone, of which one is at each small number.
layouts='zero zero8 zero4 zero2 place high'
declare -A high=([x86_64]=0xffffffff80000000 [aarch64]=0xffff800080000000
	[riscv64]=0xffffffff80000000 [loongarch64]=0x9000000080000000)

model_of() { # layout
	if [[ $1 = zero* ]]; then echo zero; else echo nonzero; fi
}

# Variables of 1 to 64 bytes, scalars and arrays, side by side: whatever small number code has, some
# variable stands there, and often one of the width of the access. Or 40 KB of one width, in front of
# those that kernel.c uses.
variables_source() { # layout
	awk -v width="$(tr -dc 0-9 <<<"$1")" '
		function variable(section, type, name, rest) {
			printf "__attribute__((section(\"%s\"), used)) %s __PERCPU_%s%s;\n",
				section, type, name, rest
		}
		BEGIN {
			split("uint8_t uint16_t uint32_t uint64_t uint64_t uint8_t uint32_t uint64_t", type)
			split("1 1 1 1 1 24 4 2", length_of)
			print "#include <stdint.h>"
			for (i = 0; width && i < 40000 / width; i++)
				variable(".percpu.first", "uint" 8 * width "_t", "w" i, " = 1")
			for (i = width ? 1000 : 0; i < (width ? 1004 : 4000); i++) {
				k = i % 8 + 1
				n = 1 + int(i / 8) * 7 % length_of[k]
				if (i % 64 == 63)
					n = 8
				variable(".percpu", type[k], "v" i, n == 1 ? " = 1" : "[" n "] = {1}")
			}
		}'
}

# What linkers define where code asks for it.
linkers_symbols='@|^(_GLOBAL_OFFSET_TABLE_|__global_pointer[$])$'
linkers_symbols+='|^(__executable_start|__bss_start|_?_?(end|etext|edata)|_start)$'
linkers_symbols+='|^__((preinit|init|fini)_array|rela_iplt)_(start|end)$|^__(start|stop)_'

# What the members lack: data of unknown contents, as what another file defines is. A weak symbol
# that nobody defines stays one, at address 0, or is in the other file.
stubs_source() { # file, file of weak symbols, archive...
	local strong=$1 weak=$2
	shift 2
	printf '' | tee "$strong" >"$weak"
	llvm-readelf-19 -sW "$@" 2>/dev/null | awk -v linkers="$linkers_symbols" \
		-v strong="$strong" -v weak="$weak" '
		NF < 8 || $1 !~ /^[0-9]+:$/ || $8 == "" { next }
		$5 != "GLOBAL" && $5 != "WEAK" { next }
		$7 != "UND" { defined[$8]; next }
		$5 == "GLOBAL" { wanted[$8] = strong }
		$5 == "WEAK" && !wanted[$8] { wanted[$8] = weak }
		$4 == "TLS" { thread[$8] }
		END {
			for (name in wanted) {
				if (name in defined || name ~ linkers)
					continue
				section = name in thread ? ".tbss,\"awT\"" : ".bss,\"aw\""
				printf "\t.section %s,%%nobits\n\t.globl \"%s\"\n\"%s\":\n\t.zero 64\n",
					section, name, name >wanted[name]
			}
		}'
}

# For objects that link with what is compiled for programs.
library_compiler() { # machine
	local flags
	case $1 in
	x86_64) flags=-mcmodel=kernel ;;
	aarch64) flags=-mgeneral-regs-only ;;
	riscv64) flags='-march=rv64gc -mabi=lp64d -mcmodel=medany' ;;
	loongarch64) flags='-mabi=lp64d -fdirect-access-external-data' ;;
	esac
	echo "clang-19 --target=$1-linux-gnu -std=gnu11 -I. -O1 -w -ffreestanding -fno-pic" \
		"-fno-stack-protector -fno-asynchronous-unwind-tables $flags"
}

# Sets `directory`: objects of a library, made once.
objects() { # name machine archive...
	local name=$1 machine=$2 cc model layout
	directory=$work/$name
	shift 2
	cc="$(library_compiler "$machine")"
	mkdir -p "$directory"
	{
		stubs_source "$directory/stubs.s" "$directory/weak.s" "$@" &&
			$cc -c -o "$directory/stubs.o" "$directory/stubs.s" &&
			$cc -c -o "$directory/weak.o" "$directory/weak.s" &&
			for layout in $layouts; do
				variables_source "$layout" >"$directory/$layout.c" &&
					$cc -c -o "$directory/$layout.o" "$directory/$layout.c"
			done &&
			for model in zero nonzero; do
				cc+="$([ $model = nonzero ] && echo ' -DPERCPU_NON_ZERO_VMA')"
				$cc -c -o "$directory/kernel-$model.o" $here/kernel.c &&
					$cc -DPLANTED -c -o "$directory/planted-$model.o" $here/kernel.c
			done
	} 2>"$directory/log" || fail "$name: does not build" "$(<"$directory/log")"
}

# Links $image; false when the linker refuses. Calls of weak symbols that nobody defines, and so stand
# at 0, do not reach from the high half where the machine has no longer ones.
link_image() { # machine linker layout kernel|planted relocs archive...
	local machine=$1 linker=$2 layout=$3 kernel=$4 options=$5 others=$directory/stubs.o model
	model=$(model_of "$3")
	shift 5
	case $machine in riscv64 | loongarch64) options+=' --no-relax' ;; esac
	if [ "$layout" = high ]; then
		case $linker in
		# Not --relax: GNU ld would make 32 bits without a sign of what is in the GOT.
		bfd) options+=" -Ttext-segment=${high[$machine]} --no-relax" ;;
		lld) options+=" --image-base=${high[$machine]}" ;;
		esac
		[ "$machine" = loongarch64 ] && others+=" $directory/weak.o"
	fi
	"$tool" ldscript --arch "$machine" --cpus 2 --model "$model" --insert-after .data \
		>"$image.ld" || return
	$(kernel_linker "$machine" "$linker") -m "${emulation[$machine]}" -static -z muldefs \
		-z noexecstack -e _start $options -T "$image.ld" -o "$image" \
		"$directory/$kernel-$model.o" "$directory/$layout.o" $others \
		--whole-archive "$@" >"$image.log" 2>&1
}

# Errors and warnings: check, function, variable.
findings() { # model options...
	"$tool" check --format json --model "$@" "$image" | jq -r '.files[].findings[] |
		select(.severity != "note") | "\(.check) \(.function // "-") \(.symbol // "-")"'
}

listed='control_read v1003 read 8
control_word v1002 read 4
control_write v1000 write 1'

accesses() { # model
	"$tool" access --format csv --model "$1" "$image" |
		awk -F, 'NR > 1 { print $5, $7, $10, $11 }'
}

# What is the code's own; false when it is not as it should be.
judge_clean() { # name model
	local said option before=$failed
	for option in '' '-W access_preempt' '-W access_early'; do
		said=$(findings "$2" $option)
		want_none "$1: check $option" "$said"
		[ -z "$said" ] || found=$((found + $(wc -l <<<"$said")))
	done
	said=$(accesses "$2")
	same "$1: access, expected (<) and listed (>)" "$listed" "$said"
	[ "$failed" -eq "$before" ]
}

# Relocations tell it to another check, where the model forbids the kind.
judge_planted() { # name layout relocs
	local check=access_register
	[ "$2$3" = zero-q ] && check=reloc_kind
	same "$1: the planted fault, expected (<) and found (>)" \
		"$check control_planted v1003" "$(findings "$(model_of "$2")")"
}

bytes_of_code() {
	llvm-readelf-19 -SW "$image" | sed 's/^ *\[ *[0-9]*\] *//' | awk '
		function number(text,	i, value) {
			for (i = 1; i <= length(text); i++)
				value = value * 16 + index("123456789abcdef", substr(text, i, 1))
			return value
		}
		$7 ~ /X/ { total += number($5) }
		END { printf "%d", total }'
}

# One library in one layout, by one linker, with relocations kept or not.
judge() { # name machine layout linker relocs archive...
	local name="$1 $3 $4${5:+ $5}" layout=$3 relocs=$5 before=$failed kind found=0 code=0
	for kind in kernel planted; do
		image=$work/$(tr ' ' - <<<"$name")-$kind
		if ! link_image "$2" "$4" "$3" $kind "$5" "${@:6}"; then
			fail "$name: does not link" "$(grep -v warning: "$image.log" | tail -n 3)"
			continue
		fi
		code=$(bytes_of_code)
		if [ $kind = kernel ]; then
			judge_clean "$name" "$(model_of "$layout")"
		else
			judge_planted "$name" "$layout" "$relocs"
		fi && rm -f "$image"
	done
	[ -z "$numbers" ] || printf '%-17s %-6s %-6s %-6s %11d %9d %8d %s\n' "$1" "$3" "$4" \
		"${5:-no}" "$code" "$(grep -c attribute "$directory/$layout.c")" "$found" \
		"$([ "$failed" -eq "$before" ] && echo right || echo WRONG)"
}

library() { # name machine archive...
	local layout linker relocs
	objects "$@"
	for layout in $layouts; do
		for linker in ${LINKERS:-bfd lld}; do
			has "$(kernel_linker "$2" $linker)" || continue
			for relocs in '' -q; do
				[[ $layout = zero[0-9] && $linker$relocs != lld ]] && continue
				judge "$1" "$2" "$layout" $linker "$relocs" "${@:3}"
			done
		done
	done
	rm -rf "$directory"
}

# The archives of a folder: of a C library itself, of LLVM all of it that is code, but for what is
# there twice.
archives() { # name directory
	case $1 in
	llvm-*) find -L "$2" -name 'libLLVM*.a' -size +0 | sort ;;
	*) find -L "$2" -name libc.a ;;
	esac
}

installed() {
	local machine archive
	for machine in x86_64 aarch64 riscv64; do
		archive=$("$machine-linux-gnu-gcc" -print-file-name=libc.a 2>/dev/null)
		if [ -f "$archive" ]; then
			library "libc-$machine" "$machine" "$archive"
		else
			skip "libc-$machine" 'the compiler has no libc.a'
		fi
	done
}

fetched() { # name...
	local name place
	[ $# -gt 0 ] || set -- $(tests/bench/fetch.sh --list-libraries)
	printf '%-17s %-6s %-6s %-6s %11s %9s %8s %s\n' LIBRARY LAYOUT LINKER RELOCS CODE \
		VARIABLES FINDINGS PLANTED
	for name; do
		if place=$(tests/bench/fetch.sh "$name"); then
			library "$name" "${name#*-}" $(archives "$name" "$place")
		else
			fail "$name: not fetched"
		fi
	done
}

numbers=
if [ "${1:-}" = --fetched ]; then
	numbers=1
	shift
	fetched "$@"
else
	installed
fi
finish
