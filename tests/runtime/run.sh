#!/bin/bash
# The runtime's accessors. Every compiler takes every one in every configuration without a warning,
# and `check` finds nothing in the object; raw ones call nothing; what each does is what plain C
# does, in programs that run here or under qemu's user mode; each takes as many instructions as
# limits.txt says; misuse does not compile, and says why; what is position-independent links and runs.
# The unit tests of tests/unit/runtime/ run on the architectures that have no cmocka here, too.
#
#   tests/runtime/run.sh [PART...]     objects misuse quality programs pie inline units limits;
#                                      default: all
#
# PERCPU_TOOL: the binary; TEST_DIR: where outputs go, of them runtime/quality.txt; JOBS: at once.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
here=tests/runtime
dir=${TEST_DIR:-$PWD/build/test}/runtime
export LC_ALL=C.UTF-8
machines='x86_64 aarch64 riscv64 loongarch64'
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'
common="$warnings -I. -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables"

have() { command -v "$1" >/dev/null 2>&1; }

# ---- what there is ------------------------------------------------------------------------------

# What kernels for the machine are compiled with; of gcc and clang where they differ.
machine_flags() { # machine compiler
	case $1 in
	x86_64) echo '-mno-red-zone -mgeneral-regs-only -fcf-protection=none' ;;
	aarch64) echo '-mgeneral-regs-only -mstrict-align' ;;
	riscv64) echo '-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany' ;;
	loongarch64) echo '-mabi=lp64s -msoft-float' "$(case $2 in clang*) echo '-mno-lsx' ;; esac)" ;;
	esac
}

# Empty: there is none here.
compiler() { # machine gcc|g++|clang|clang++
	local target=$1-unknown-none command
	case $1 in aarch64 | riscv64) target=$1-none-elf ;; esac
	case $2 in
	gcc | g++)
		command=$1-linux-gnu-$2
		have "$command" || return ;;
	*)
		have clang-19 || return
		command="clang-19 --target=$target" ;;
	esac
	case $2 in
	*++) echo "$command -x c++ -std=c++17 -fno-exceptions -fno-rtti $(machine_flags "$1" "$2")" ;;
	*) echo "$command -std=c11 $(machine_flags "$1" "$2")" ;;
	esac
}

linker() { # machine gcc|g++|clang|clang++
	case $2 in
	g*) echo "$1-linux-gnu-ld --no-warn-rwx-segments" ;;
	*) echo ld.lld-19 ;;
	esac
}

# Configurations: NAME FLAGS.
configurations() { # machine
	cat <<-'END'
		zero
		nonzero -DPERCPU_NON_ZERO_VMA
		naive -DPERCPU_SP_NAIVE
		preempt -DPERCPU_PREEMPT -DPERCPU_SEPARATE
	END
	case $1 in
	x86_64)
		echo 'nonzero-pic -DPERCPU_NON_ZERO_VMA -fPIC'
		echo 'nonzero-kernel -DPERCPU_NON_ZERO_VMA -mcmodel=kernel'
		echo 'zero-large -mcmodel=large'
		echo 'nonzero-large -DPERCPU_NON_ZERO_VMA -mcmodel=large' ;;
	aarch64)
		echo 'el2 -DPERCPU_ARM_EL2'
		echo 'wide -DPERCPU_WIDE'
		echo 'lse -march=armv8.1-a'
		echo 'lse-nonzero -march=armv8.1-a -DPERCPU_NON_ZERO_VMA' ;;
	riscv64)
		echo 'tp -DPERCPU_RISCV_TP'
		echo 'tp-nonzero -DPERCPU_RISCV_TP -DPERCPU_NON_ZERO_VMA' ;;
	esac
}

# ---- objects ------------------------------------------------------------------------------------

# Calls in functions whose names have "raw".
raw_calls() { # object
	llvm-objdump-19 -d --no-show-raw-insn "$1" | awk '
		/^[0-9a-f]+ <[^.]/ { name = $2; raw = /_raw/ }
		raw && $2 ~ /^(callq?|blr?|jalr?|jirl|call|tail)$/ { print name, $0 }'
}

# Symbols that something else has to define, but for those that a configuration is to need.
undefined() { # object configuration
	llvm-nm-19 -u "$1" | awk -v preempt="$2" '
		$2 == "_percpu_load_start" || $2 == "__PERCPU_SELF_PTR" { next }
		$2 ~ /^(_GLOBAL_OFFSET_TABLE_|percpu_(area_num|area_base|check_area_|remote_base_|initial_values_|reset_))$/ { next }
		preempt ~ /preempt|debug/ && $2 ~ /^percpu_preempt_(en|dis)able$/ { next }
		preempt ~ /debug/ && $2 ~ /^percpu_(preempt_is_disabled|debug_failed)$/ { next }
		preempt ~ /hooks/ && $2 ~ /^(__PERCPU_hooks_count|hooks_failed)$/ { next }
		{ print $2 }'
}

job_object() { # machine compiler level configuration flags...
	local what="$1 $2 $3 $4" object=$dir/objects/$1-$2$3-$4.o machine=$1 kind=$2 level=$3 name=$4
	local found
	shift 4
	if ! $(compiler "$machine" "$kind") $common "$level" "$@" -c -o "$object" $here/every.c \
		2>"$object.log"; then
		fail "$what: does not compile" "$(grep -m3 -E 'error|warning' "$object.log")"
		return
	fi
	pass
	found=$("$tool" check --format json "$object" | jq -r '.files[].findings[] | .message' 2>&1)
	want_none "$what: check" "$found"
	want_none "$what: undefined symbols" "$(undefined "$object" "$name")"
	case $name in debug | hooks*) ;; *) want_none "$what: calls in raw accessors" "$(raw_calls "$object")" ;; esac
	rm -f "$object" "$object.log"
}

list_objects() {
	local machine kind level words
	for machine in $machines; do
		for kind in gcc g++ clang clang++; do
			[ -n "$(compiler $machine $kind)" ] || continue
			for level in -O0 -O1 -O2 -O3 -Os; do
				# C++ has all levels where both compilers have it.
				case $machine:$kind:$level in
				x86_64:* | *:gcc:* | *:clang:* | *:-O[02]) ;;
				*) continue ;;
				esac
				configurations $machine | sed "s/^/object $machine $kind $level /"
			done
			echo "object $machine $kind -O2 debug -DPERCPU_PREEMPT -DPERCPU_DEBUG -DPERCPU_SEPARATE"
			for level in -O0 -O2; do
				words="-DPERCPU_HOOKS -I$here/hooks -DPERCPU_PREEMPT -DPERCPU_DEBUG"
				echo "object $machine $kind $level hooks $words"
				echo "object $machine $kind $level hooks-macros $words -DTEST_HOOKS_MACROS"
			done
		done
	done
}

# ---- misuse -------------------------------------------------------------------------------------

job_misuse() { # machine compiler case flags... -- expectation
	local machine=$1 kind=$2 case=$3 flags= log
	log=$dir/misuse/$1-$2-$3.log
	shift 3
	while [ "$1" != -- ]; do flags="$flags $1"; shift; done
	shift
	if $(compiler "$machine" "$kind") $common -O1 $flags -D"$case" -c -o "${log%.log}.o" \
		$here/misuse.c 2>"$log"; then
		case $case in
		FINE*) pass ;;
		CHECKED*) want_none "$machine $kind: $case" \
			"$("$tool" check -q "${log%.log}.o" 2>&1 | grep -qE "$*" || echo unnamed)" ;;
		*) fail "$machine $kind: $case compiles" ;;
		esac
	elif grep -qE "(error|Error)[: ].*($*)" "$log"; then
		pass
	else
		fail "$machine $kind: $case says nothing of '$*'" "$(grep -m4 -E 'error' "$log")"
	fi
}

list_misuse() {
	local machine kind case words expectation word languages of flags
	sed -nE -e 's/^#(el)?if defined\(([A-Z0-9_]+)\).*/\2/' -e '/^[A-Z0-9_]+$/h' \
		-e '/^\/\* EXPECT /{' -e 's/^\/\* EXPECT ([^:]*): (.*) \*\/$/\1|\2/;H;x;s/\n/|/;p' -e '}' \
		$here/misuse.c >"$dir/cases"
	while IFS='|' read -r case words expectation; do
		languages= of= flags=
		for word in $words; do
			case $word in
			c | gcc | *++) languages="$languages $word" ;;
			-*) flags="$flags $word" ;;
			*) of="$of $word" ;;
			esac
		done
		for machine in ${of:-$machines}; do
			for kind in gcc g++ clang clang++; do
				case $kind in *++) word=c++ ;; *) word=c ;; esac
				case "$languages " in *" $word "* | *" $kind "*) ;; *) continue ;; esac
				[ -n "$(compiler $machine $kind)" ] || continue
				echo "misuse $machine $kind $case$flags -- $expectation"
			done
		done
	done <"$dir/cases"
}

# ---- quality of code ----------------------------------------------------------------------------

operations='read write add sub and or xor inc dec add_return xchg cmpxchg ptr'

# Instructions of each function of quality.c but its return: OPERATION 1 2 4 8, bytes.
count() { # object
	llvm-objdump-19 -d --no-show-raw-insn "$1" | awk -v operations="$operations" '
		/^[0-9a-f]+ <[^.]/ { gsub(/[<>:]/, "", $2); name = $2; ended = 0; next }
		/^ / && !ended { if ($2 ~ /^ret/) ended = 1; else counts[name]++ }
		END {
			n = split(operations, list, " ")
			for (i = 1; i <= n; i++)
				print list[i], counts[list[i] "_1"], counts[list[i] "_2"],
					counts[list[i] "_4"], counts[list[i] "_8"]
		}'
}

# The limits of a configuration: limits.txt has NAME, then lines of the same form.
limits() { # name
	awk -v wanted="$1" '/^#/ || /^$/ { next } NF == 1 { on = $1 == wanted; next } on' \
		$here/limits.txt
}

quality() {
	local machine kind name flags object=$dir/quality.o title table=$dir/quality.txt over
	printf '%s\n' 'Instructions of each raw accessor, its return not counted, at -O2, by the bytes' \
		'of the variable; generated by tests/runtime/run.sh from llvm-objdump.' >"$table"
	for machine in $machines; do
		while read -r name flags; do
			case $name in naive | preempt | *pic | *kernel | nonzero-large | el2 | tp*) continue ;; esac
			for kind in gcc clang; do
				[ -n "$(compiler "$machine" $kind)" ] || continue
				title=$machine-$name
				if ! $(compiler "$machine" $kind) $common -O2 -fomit-frame-pointer $flags \
					-c -o "$object" $here/quality.c 2>"$dir/log"; then
					fail "$title $kind: does not compile" "$(head -n 3 "$dir/log")"
					continue
				fi
				count "$object" >"$dir/counts"
				{
					printf '\n%s, %s\n%-12s%6s%6s%6s%6s\n' "$title" $kind '' 1 2 4 8
					awk '{ printf "%-12s%6d%6d%6d%6d\n", $1, $2, $3, $4, $5 }' \
						"$dir/counts"
				} >>"$table"
				over=$(limits "$title" | awk '
					NR == FNR { for (i = 2; i <= 5; i++) is[$1, i] = $i; next }
					{ known++ }
					{ for (i = 2; i <= 5; i++) if (!((($1, i) in is) && is[$1, i] > 0) ||
						is[$1, i] > $i)
						print $1 ", " 2 ^ (i - 2) " bytes: " is[$1, i] ", not " $i }
					END { if (known != 13) print "limits.txt has " known + 0 " of 13" }' \
					"$dir/counts" -)
				want_none "$title $kind: quality of code" "$over"
			done
		done < <(configurations "$machine")
	done
}

# ---- programs -----------------------------------------------------------------------------------

# Zero: the template has address 0 and no segment, as no program may have a page there; its area
# begins as zeros. Else it is data like other data.
write_scripts() {
	local model place
	for model in zero other; do
		place=':data'
		[ $model = zero ] && place='0 :NONE'
		cat >"$dir/$model.ld" <<-END
			ENTRY(_start)
			PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
			SECTIONS {
				. = 0x400000;
				.text : { *(.text .text.*) *(.rodata .rodata.*) *(.ltext .ltext.* .lrodata .lrodata.*) } :text
				. = ALIGN(0x10000);
				.data : { *(.data .data.* .sdata .sdata.* .got .got.* .ldata .ldata.*) } :data
				.percpu ${place%:*}: {
					_percpu_load_start = .;
					KEEP(*(.percpu.first)) KEEP(*(.percpu .percpu.*))
					_percpu_load_end = .;
				} :${place#*:}
				. = 0x800000;
				.bss : { *(.bss .bss.* .sbss .sbss.* .lbss .lbss.* COMMON) } :data
				/DISCARD/ : { *(.comment .note.* .eh_frame*) }
			}
		END
	done
}

runner() { # machine
	case $1 in
	"$(uname -m)") echo timeout 60 ;;
	*) have "qemu-$1" && echo "timeout 120 qemu-$1" ;;
	esac
}

# How programs are linked: plainly, without what nobody uses, by an optimising linker.
job_program() { # machine compiler level linked configuration flags...
	local what="$1 $2 $3 $4 $5" base=$dir/programs/$1-$2$3-$4-$5 machine=$1 kind=$2 level=$3 how=$4
	local script=$dir/other.ld ld said cc asm
	case $5 in zero | zero-large | wide | lse | tp | preempt) script=$dir/zero.ld ;; esac
	shift 5
	cc="$(compiler "$machine" "$kind") $common -DPERCPU_TEST_USER"
	asm=$(compiler "$machine" "$kind" | sed 's/-x c++//')
	ld="$(linker "$machine" "$kind") -T $script"
	case $how in
	sections) cc="$cc -ffunction-sections -fdata-sections" ld="$ld --gc-sections" ;;
	lto)
		cc="$cc -flto"
		case $kind in g*) ld="${asm%% *} -flto $level -nostdlib -static -no-pie -Wl,--build-id=none
			-Wl,-z,noexecstack $(machine_flags "$machine" "$kind") -T $script" ;; esac ;;
	esac
	if ! $cc "$level" "$@" -c -o "$base.o" $here/semantics.c 2>"$base.log" ||
		! ${asm/-std=c++17/} -I. "$@" -DPERCPU_TEST_USER -x assembler-with-cpp -c \
			-o "$base.asm.o" $here/semantics_asm.S 2>>"$base.log" ||
		! $ld -o "$base" "$base.o" "$base.asm.o" 2>>"$base.log"; then
		fail "$what: does not build" "$(grep -m3 -iE 'error|warning|undefined' "$base.log")"
		return
	fi
	want_none "$what: check of the assembly" \
		"$("$tool" check --format json "$base.asm.o" | jq -r '.files[].findings[].message' 2>&1)"
	said=$($(runner "$machine") "$base" 2>&1)
	case $? in
	0) pass ;;
	*) fail "$what: exit code $?" "$(tail -n 4 <<<"$said")" ;;
	esac
	rm -f "$base" "$base".*
}

list_programs() {
	local machine kind
	for machine in $machines; do
		[ -n "$(runner $machine)" ] || continue
		for kind in gcc g++ clang clang++; do
			[ -n "$(compiler $machine $kind)" ] || continue
			configurations $machine | grep -vE '^(el2|nonzero-pic|nonzero-kernel)' |
				while read -r name flags; do
					case $kind$name in *++zero | *++zero-large | *++nonzero | gcc* | clang[a-z]*)
						echo "program $machine $kind -O2 plain $name $flags" ;;
					esac
					case $kind$name in gcczero | gcczero-large | gccnonzero | clangzero | \
						clangzero-large | clangnonzero)
						echo "program $machine $kind -O0 plain $name $flags"
						echo "program $machine $kind -O3 lto $name $flags"
						echo "program $machine $kind -Os sections $name $flags" ;;
					esac
				done
		done
	done
}

# ---- position-independent images ----------------------------------------------------------------

# The whole runtime, of the model nonzero. The program relocates nothing of its own: the number that
# the script defines stands in the file, and no relocation makes an address of it.
write_pie_scripts() {
	local machine
	for machine in $machines; do
		"$tool" ldscript -a $machine -m nonzero -p separate -c 4 >"$dir/pie/$machine.percpu.ld"
		cat >"$dir/pie/$machine.ld" <<-END
			ENTRY(_start)
			SECTIONS {
				. = 0x10000 + SIZEOF_HEADERS;
				.dynamic : { *(.dynamic) }
				.rela.dyn : { *(.rela.*) }
				.rodata : { *(.rodata .rodata.*) }
				.note.percpu : { KEEP(*(.note.percpu)) }
				. = ALIGN(0x10000);
				.text : { *(.text .text.*) }
				. = ALIGN(0x10000);
				.data : { *(.data .data.* .sdata .sdata.* .got .got.*) }
				INCLUDE $dir/pie/$machine.percpu.ld
				.bss : { *(.bss .bss.* .sbss .sbss.* COMMON) }
			}
		END
	done
}

job_pie() { # machine compiler linker level flag
	local what="$1 $2 $3 $4 $5 pie" base=$dir/pie/$1-$2-$3$4$5 machine=$1 source said cc
	cc="$(compiler "$1" "$2") $common $4 $5 -DPERCPU_NON_ZERO_VMA -DPERCPU_SEPARATE"
	case $1-$2 in aarch64-gcc) cc="$cc -mno-outline-atomics" ;; esac
	for source in runtime/*.c $here/pie.c; do
		said=$($cc -c -o "$base.$(basename "$source" .c).o" "$source" 2>&1) && continue
		fail "$what: does not compile" "$said"
		return
	done
	said=$("$3" -pie --no-dynamic-linker -z text -z norelro -z noexecstack --no-relax \
		--emit-relocs -T "$dir/pie/$machine.ld" -o "$base" "$base".*.o 2>&1 |
		grep -v 'RWX permissions')
	want_none "$what: link" "$said"
	[ -f "$base" ] || return
	want_none "$what: text relocations" "$(llvm-objdump-19 -p "$base" | grep TEXTREL)"
	# What percpu-kernel(7) says: of GNU ld on x86_64 one is left over, and none elsewhere.
	said=$(llvm-objdump-19 -R "$base" | grep -c '_NONE')
	want_none "$what: relocations that do nothing" "$(case $machine-$3 in
		x86_64-*bfd) [ "$said" = 1 ] ;; *) [ "$said" = 0 ] ;; esac || echo "$said")"
	want_none "$what: the alignment relocated" \
		"$(llvm-objdump-19 -R "$base" | grep -E '_percpu_align|\*ABS\*\+0x200$')"
	want_none "$what: check" "$("$tool" check -q --fail-on warning "$base" 2>&1)"
	if [ -n "$(runner "$machine")" ]; then
		said=$($(runner "$machine") "$base" 2>&1)
		case $? in
		0) pass ;;
		*) fail "$what: the alignment is another" "$said" ;;
		esac
	fi
	rm -f "$base" "$base".*
}

list_pie() {
	local machine kind linker flags
	for machine in $machines; do
		for kind in gcc clang; do
			[ -n "$(compiler $machine $kind)" ] || continue
			for linker in $machine-linux-gnu-ld.bfd ld.lld-19; do
				have $linker || continue
				for flags in '-O0 -fpie' '-O2 -fpie' '-O2 -fPIC'; do
					echo "pie $machine $kind $linker $flags"
				done
			done
		done
	done
}

# ---- variables of inline functions --------------------------------------------------------------

# One copy of each, among those of its kind, in the order of the script of percpu-tool ldscript.
job_inline() { # machine compiler linker level
	local what="$1 $2 $3 $4 inline" base=$dir/inline/$1-$2-$3$4 machine=$1 said cc
	cc="$(compiler "$1" "$2") $common $4 -DPERCPU_NON_ZERO_VMA -DPERCPU_SEPARATE -DPERCPU_TEST_USER"
	if ! $cc -c -o "$base.a.o" $here/inline.c 2>"$base.log" ||
		! $cc -DOTHER -c -o "$base.b.o" $here/inline.c 2>>"$base.log"; then
		fail "$what: does not compile" "$(grep -m3 -E 'error|warning' "$base.log")"
		return
	fi
	said=$("$3" -static -z noexecstack --no-relax --emit-relocs -T "$dir/pie/$machine.ld" \
		-o "$base" "$base".*.o 2>&1 | grep -v 'RWX permissions')
	want_none "$what: link" "$said"
	[ -f "$base" ] || return
	said=$(llvm-nm-19 -n "$base" | sed -nE 's/.*__PERCPU_([a-z]+_(first|mostly|shared|page))$/\2/p' |
		uniq -c | tr -s '\n ' ' ')
	want_none "$what: order" "$([ "$said" = ' 1 first 2 mostly 2 shared 2 page ' ] || echo "$said")"
	said=$(llvm-nm-19 "$base" | grep -c '__PERCPU_counted')
	want_none "$what: copies of a variable" "$([ "$said" = 1 ] || echo "$said")"
	want_none "$what: check" "$("$tool" check -q --fail-on warning "$base" --objects "$base".*.o 2>&1)"
	if [ -n "$(runner "$machine")" ]; then
		$(runner "$machine") "$base"
		want_none "$what: run" "$(case $? in 0) ;; *) echo "exit code $?" ;; esac)"
	fi
	rm -f "$base" "$base".*
}

list_inline() {
	local machine kind linker level
	for machine in $machines; do
		for kind in g++ clang++; do
			[ -n "$(compiler $machine $kind)" ] || continue
			for linker in $machine-linux-gnu-ld.bfd ld.lld-19; do
				have $linker || continue
				for level in -O0 -O2; do echo "inline $machine $kind $linker $level"; done
			done
		done
	done
}

# ---- unit tests ---------------------------------------------------------------------------------

# Start-up, every error, two threads at once, the allocator beside its model: with bare.c in the
# place of cmocka and a C library. The table of programs is the Makefile's, too.
units=tests/unit/runtime

# What a program said in TAP; of those that it ends before nothing is known, which is a failure.
unit_results() { # what exit-code
	awk -v what="FAIL runtime: $1" -v code="$2" '
		/^1\.\./ { plan = substr($0, 4) + 0 }
		/^ok / { done++; print "PASS" }
		/^not ok / { done++; failed++; print what ": " substr($0, 8); if (said) print "    " said }
		/^#/ { said = $0 }
		END {
			if (!plan) { failed++; print what ": no plan, exit code " code }
			for (; done < plan; done++) { failed++; print what ": a test has not run" }
			if (code && !failed) print what ": exit code " code
		}'
}

job_unit() { # machine compiler program
	local what="$1 $2 unit $3" base=$dir/units/$1-$2-$3 machine=$1 kind=$2 name=$3 source cc said
	cc="$(compiler "$machine" "$kind") $common -O2 -DPERCPU_TEST_USER $($units/programs "$name" macros)"
	case $machine-$kind in aarch64-gcc) cc="$cc -mno-outline-atomics" ;; esac
	for source in $units/"$name".c $($units/programs "$name" source) $units/bare.c runtime/*.c; do
		said=$($cc -c -o "$base.$(basename "$source" .c).o" "$source" 2>&1) && continue
		fail "$what: does not compile" "$said"
		return
	done
	"$tool" ldscript -a "$machine" --insert-after .data $($units/programs "$name" options) |
		sed "$($units/programs "$name" script)" >"$base.ld"
	said=$($(linker "$machine" "$kind") -static --no-relax -z noexecstack -T "$base.ld" -o "$base" \
		"$base".*.o 2>&1)
	want_none "$what: link" "$said"
	[ -f "$base" ] || return
	said=$($(runner "$machine") "$base" 2>&1)
	unit_results "$what" $? <<<"$said"
	rm -f "$base" "$base".*
}

list_units() {
	local machine kind
	for machine in ${machines#x86_64}; do
		[ -n "$(runner $machine)" ] || continue
		for kind in gcc clang; do
			[ -n "$(compiler $machine $kind)" ] || continue
			$units/programs | sed "s/^/unit $machine $kind /"
		done
	done
}

# ---- limits of an offset ------------------------------------------------------------------------

# aarch64: an offset that 16 bits do not hold is the linker's error, and no other variable's place.
offset_limit() {
	local kind flag links
	cat >"$dir/far.c" <<-'END'
		#include "runtime/percpu.h"
		DEFINE_PERCPU_FIRST(char[0x10000], before);
		DEFINE_PERCPU(int, beyond);
		int _start(void);
		int _start(void)
		{
			return percpu_read_raw(beyond);
		}
	END
	for kind in gcc clang; do
		[ -n "$(compiler aarch64 $kind)" ] || continue
		for flag in '' -DPERCPU_WIDE; do
			$(compiler aarch64 $kind) $common -O2 $flag -c -o "$dir/far.o" "$dir/far.c"
			links=no
			$(linker aarch64 $kind) -T "$dir/zero.ld" -o "$dir/far" "$dir/far.o" \
				2>"$dir/log" && links=yes
			case $links$flag in
			no | yes-DPERCPU_WIDE) pass ;;
			*) fail "aarch64 $kind: offset 0x10000 ${flag:-narrow}: links: $links" \
				"$(head -n 2 "$dir/log")" ;;
			esac
		done
	done
}

# ---- counting -----------------------------------------------------------------------------------

# What runs beside others leaves its lines in a file.
. tests/lib.sh 'runtime: '
in_lines=1 shown=4

if [ "${1:-}" = --job ]; then
	shift
	job=$1
	shift
	"job_$job" "$@"
	exit
fi

missing() {
	local machine kind
	for machine in $machines; do
		for kind in gcc g++ clang clang++; do
			[ -n "$(compiler $machine $kind)" ] || skip "no $kind for $machine"
		done
		[ -n "$(runner $machine)" ] || skip "no qemu-$machine: its programs do not run"
	done
	[ "$(uname -m)" = x86_64 ] || skip "x86_64: its unit tests run on x86_64 only"
}

mkdir -p "$dir" && cd "$dir" && rm -rf objects misuse programs pie inline units &&
	mkdir objects misuse programs pie inline units || exit 1
cd - >/dev/null || exit 1
parts=${*:-objects misuse quality programs pie inline units limits}
for needed in llvm-objdump-19 llvm-nm-19 jq; do
	have $needed && continue
	skip "no $needed"
	finish
done
write_scripts
write_pie_scripts
for part in $parts; do
	case $part in
	objects | misuse | programs | pie | inline | units) "list_$part" ;;
	esac
done >"$dir/jobs"
{
	missing
	for part in $parts; do
		case $part in
		quality) quality ;;
		limits) offset_limit ;;
		esac
	done
	tr '\n' '\0' <"$dir/jobs" | PERCPU_TOOL=$tool xargs -0 -P "${JOBS:-$(nproc)}" -I{} \
		bash -c 'out=$(set -f; "$0" --job $1); echo "$out"' "$here/run.sh" {}
} >"$dir/results"
finish_lines "$dir/results"
