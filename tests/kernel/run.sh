#!/bin/bash
# Boots the test kernel under QEMU: every machine, compiler, linker and configuration of the tables
# below, linked with the script that percpu-tool ldscript writes for it. A kernel passes when it is
# clean under percpu-tool check, prints PASS and exits as passed, and the layout that it prints is
# the one that its file has.
#
#   tests/kernel/run.sh [WORD...]    only kernels with one of these words in their name, such as
#                                    riscv64, high or x86_64/q35/gcc/bfd/nonzero
#
#   PERCPU_TOOL: the binary; TEST_DIR: where outputs go; JOBS: kernels at a time; QEMU_PREFIX: before
#   the emulators' names, to use others, as make boot-qemu10 does; KEEP=1: leave the kernels that passed, too
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
build=${TEST_DIR:-$PWD/build/test}/kernel
jobs=${JOBS:-2}
here=tests/kernel
export LC_ALL=C.UTF-8
. tests/toolchain.sh

arches=(x86_64 aarch64 riscv64 loongarch64)

# Of QEMU's machines: macros, of all code and of the machine's own; the emulator's options. RISC-V's begins at
# 0x80000000, where OpenSBI stands: in its place two instructions, to where the script has the kernel.
declare -A machines=([x86_64]="q35" [aarch64]="el1 el2" [riscv64]="smode mmode" [loongarch64]="virt")
declare -A runtime_macros=([aarch64/el2]=PERCPU_ARM_EL2)
declare -A kernel_macros=([riscv64/mmode]=MACHINE_MMODE)
declare -A machine_options=(
	[x86_64/q35]=${qemu_options[x86_64]}
	[aarch64/el1]=${qemu_options[aarch64]}
	[aarch64/el2]=${qemu_options[aarch64]/-M virt/-M virt,virtualization=on}
	[riscv64/smode]=${qemu_options[riscv64]}
	[riscv64/mmode]="${qemu_options[riscv64]} -bios none
		-device loader,addr=0x80000000,data=0x0002806700200297,data-len=8"
	[loongarch64/virt]=${qemu_options[loongarch64]}
)
declare -A high_flags=([x86_64]="-mcmodel=kernel" [aarch64]="" [riscv64]="" [loongarch64]="")
declare -A high_offset=([x86_64]=0xffffffff80000000 [aarch64]=0xffff000000000000
	[riscv64]=0xffffffc000000000 [loongarch64]=0x9000000000000000)

# name | architectures or machines | compilers and linkers: all of them, or each with its own | options of
# percpu-tool ldscript | macros and options of the compiler. A name with `high` in it: in the high half. With `timer` in it: the
# interrupts alone, with one instruction in each block of the emulator.
configurations='
overlay       | all | all | |
pristine      | all | all | --pristine --reserve 4K | PERCPU_PRISTINE @RESERVE@
separate      | all | all | --placement separate --reserve 4K | PERCPU_SEPARATE @RESERVE@
nonzero       | all | all | --model nonzero --pristine | PERCPU_NON_ZERO_VMA PERCPU_PRISTINE
user          | all | all | --placement dynamic --reserve 4K | PERCPU_DYNAMIC @RESERVE@
preempt       | all | all | --reserve 4K | PERCPU_PREEMPT @RESERVE@
wide          | aarch64 | all | --wide --pristine | PERCPU_WIDE PERCPU_PRISTINE
debug         | all | all | --placement separate --reserve 4K | @DEBUG@ PERCPU_SEPARATE @RESERVE@
debug-early   | all | own | | @DEBUG@ TEST_EARLY_WRITE
hooks         | all | own | --placement separate | @DEBUG@ PERCPU_HOOKS -Itests/kernel/hooks PERCPU_SEPARATE
naive         | all | all | --model naive | PERCPU_SP_NAIVE
high          | @HIGH@ | all | --pristine --reserve 4K | PERCPU_PRISTINE @RESERVE@
high-nonzero  | @HIGH@ | all | --model nonzero --placement separate | PERCPU_NON_ZERO_VMA PERCPU_SEPARATE
reserve-nonzero | all | all | --model nonzero --placement separate --reserve 4K | PERCPU_NON_ZERO_VMA PERCPU_SEPARATE @RESERVE@
user-nonzero  | all | own | --model nonzero --placement dynamic | PERCPU_NON_ZERO_VMA PERCPU_DYNAMIC
O0            | all | own | --placement separate | PERCPU_SEPARATE -O0
fsgsbase      | x86_64 | own | | PERCPU_X86_FSGSBASE
large         | x86_64 | all | --pristine --reserve 4K | PERCPU_PRISTINE @RESERVE@ -mcmodel=large
lse           | aarch64/el1 | own | | -march=armv8.1-a
tp            | riscv64 | own | | PERCPU_RISCV_TP
astray        | riscv64/smode | own | | TEST_ASTRAY
timer         | all | own | | TEST_TIMER
timer-nonzero | all | own | --model nonzero | TEST_TIMER PERCPU_NON_ZERO_VMA
timer-preempt | all | own | | TEST_TIMER PERCPU_PREEMPT
timer-wide    | aarch64 | own | --wide | TEST_TIMER PERCPU_WIDE
timer-lse     | aarch64/el1 | own | | TEST_TIMER -march=armv8.1-a
timer-tp      | riscv64 | own | | TEST_TIMER PERCPU_RISCV_TP
'
# What several rows have.
configurations=${configurations//@RESERVE@/PERCPU_RESERVE=4096 PERCPU_ALLOC_LOCK}
configurations=${configurations//@DEBUG@/PERCPU_DEBUG PERCPU_PREEMPT}
configurations=${configurations//@HIGH@/x86_64 aarch64\/el1 riscv64\/smode loongarch64}

emulator_of() { echo "${QEMU_PREFIX:-}qemu-system-$1"; }

# The fields of a row, without the blanks around them.
field() { # row number
	local text
	text=$(cut -d'|' -f"$2" <<<"$1")
	text=${text#"${text%%[! ]*}"}
	echo "${text%"${text##*[! ]}"}"
}

row_of() { grep "^$1 *|" <<<"$configurations"; }

# What a row adds for the compiler: macros, or options as they are.
defines() { # word...
	local word
	for word; do case $word in -*) printf '%s ' "$word" ;; *) printf -- '-D%s ' "$word" ;; esac done
}

# ---- Building ----------------------------------------------------------------------------------

# The sources of a configuration; those that are the same on all machines of an architecture first.
sources_of() { # configuration
	echo runtime/percpu.c runtime/alloc.c runtime/reset.c
	echo $here/main.c $here/common.c $here/areas.c $here/check.c $here/variables.c
	case $1 in
	timer*) echo $here/timer.c ;;
	*) echo $here/operations.c $here/others.c $here/debug.c ;;
	esac
}

# The objects of one configuration, which both linkers take; those of the machine beside them.
objects_build() { # arch macros-of-the-runtime compiler configuration
	local arch=$1 machine config=$4 row out command source
	row=$(row_of "$config")
	# No -g: GNU ld 2.40 crashes on relocation 60 of RISC-V, which clang has in its line tables.
	command="$(kernel_compiler "$arch" "$3") -O2 -Wall -Wextra -Werror
		$(defines ${2/none/} $(field "$row" 5))"
	[[ $config == *high* ]] &&
		command+=" ${high_flags[$arch]} -DLOAD_OFFSET=${high_offset[$arch]}"
	out=$build/objects/$arch/$2/$3/$config
	mkdir -p "$out"
	{
		for source in $(sources_of "$config"); do
			$command -c "$source" -o "$out/$(tr / - <<<"${source#tests/}").o" || break
		done
		for machine in ${machines[$arch]}; do
			[ "${runtime_macros[$arch/$machine]:-none}" = "$2" ] || continue
			mkdir -p "$out/$machine"
			for source in "$here/$arch"/*.[cS]; do
				$command $(defines ${kernel_macros[$arch/$machine]:-}) -c "$source" \
					-o "$out/$machine/${source##*/}.o" || break
			done
		done
	} >"$out/log" 2>&1
}

objects_at() { # arch machine compiler configuration
	echo "$build/objects/$1/${runtime_macros[$1/$2]:-none}/$3/$4"
}

link() { # arch machine compiler linker configuration output [option]
	local arch=$1 config=$5 options
	options="--full --arch $arch $(field "$(row_of "$config")" 4)"
	[[ $options == *dynamic* || $config == naive ]] || options+=" --cpus 4"
	[[ $config == *high* ]] && options+=" --load-offset ${high_offset[$arch]}"
	"$tool" ldscript $options >"$6.ld" || return 1
	"$(kernel_linker "$arch" "$4")" -m "${emulation[$arch]}" -static -z noexecstack \
		-z max-page-size=4096 --orphan-handling=error --emit-relocs ${7:-} -T "$6.ld" -o "$6" \
		"$(objects_at "$arch" "$2" "$3" "$config")"/{,"$2"/}*.o
}

# ---- The layout of the file --------------------------------------------------------------------

# Declares `symbol` and `size` of every object and boundary symbol; addresses are signed here.
symbols_read() { # kernel
	local value bytes name
	while read -r value bytes name; do
		symbol[$name]=$((16#$value))
		case $bytes in 0x*) size[$name]=$((bytes)) ;; *) size[$name]=$((10#$bytes)) ;; esac
	done < <(readelf -sW "$1" | awk '$8 ~ /__PERCPU_|^_percpu_|^user_/ { print $2, $3, $8 }')
}

# The lines that the kernel is to print, from what percpu-tool and the symbol table say.
layout_expect() { # configuration kernel
	local -A symbol=() size=()
	local name plain stride cpu cpus count base start=0
	symbols_read "$2"
	[ "$1" = naive ] || start=${symbol[_percpu_load_start]}
	for name in "${!symbol[@]}"; do
		[[ $name == *__PERCPU_* ]] || continue
		plain=${name##*__PERCPU_}
		printf 'variable %s 0x%x 0x%x\n' "${plain%.[0-9]*}" $((symbol[$name] - start)) "${size[$name]}"
	done
	if [ "$1" = naive ]; then
		printf '%s\n' 'size 0x0' 'stride 0x0' 'cpus 0x1' 'base 0 0x0'
		echo "count $("$tool" check --format json "$2" | jq '.files[0].layouts[0].variables')"
		return
	fi
	# Areas that the kernel allocates are not in the file: there are as many as it has CPUs.
	read -r name stride cpus count < <("$tool" check --format json "$2" | jq -r \
		'.files[0].layouts[0] | "\(.area_size) \(.stride) \(.cpus // 4) \(.variables)"')
	printf 'size 0x%x\nstride 0x%x\ncpus 0x%x\ncount %d\n' "$name" "$stride" "$cpus" "$count"
	for cpu in 0 1 2 3; do
		base=$((${symbol[_percpu_start]} + cpu * stride))
		if [ -n "${symbol[user_areas]+set}" ]; then
			base=$((symbol[user_areas] + cpu * stride))
			[ $cpu = 3 ] && base=${symbol[user_far_area]}
		fi
		printf 'base %d 0x%x\n' $cpu "$base"
	done
}

# ---- One kernel --------------------------------------------------------------------------------

boot() { # arch machine configuration kernel
	local options=${machine_options[$1/$2]} cpus=4
	# Interrupts are a matter of one CPU; the areas are there for four all the same.
	[[ $3 == timer* ]] && options+=" $(<"$build/single.$1")" cpus=1
	case $3 in fsgsbase | *lse) options+=" -cpu max" ;; esac
	timeout 60 "$(emulator_of "$1")" $options -smp $cpus $qemu_console -kernel "$4" </dev/null 2>&1
}

# RISC-V's relaxation, which nothing here switches off, destroys accesses to what stands below 0x800,
# where they allow it: there must be something, and the linker must have relaxed the code around.
trap_laid() { # kernel, and as for link
	local -A symbol=() size=()
	local name below=0
	symbols_read "$1"
	for name in "${!symbol[@]}"; do
		[[ $name == __PERCPU_* ]] && ((symbol[$name] > 0 && symbol[$name] < 0x800)) && below=1
	done
	((below)) || { echo "no variable below 0x800"; return; }
	link "${@:2:5}" "$1.unrelaxed" --no-relax || return
	(($(text_size "$1") < $(text_size "$1.unrelaxed"))) || echo "the linker relaxed nothing"
}

text_size() { readelf -SW "$1" | awk '$2 == ".text" || $3 == ".text" { sub(/.*PROGBITS/, ""); print "0x" $3 }'; }

# Prints why it failed, or nothing.
kernel_run() { # arch machine compiler linker configuration output
	local log code want arch=$1 out=$6
	log=$(link "$@" 2>&1) || { echo "no link: $log"; return; }
	[ -z "$log" ] || { echo "the linker says: $log"; return; }
	want=4
	[ "$5" = naive ] && want=1
	log=$("$tool" check -q --cpus $want --fail-on warning "$out" 2>&1) ||
		{ echo "check says: $log"; return; }
	if [ "$arch-$5" = riscv64-overlay ]; then
		log=$(trap_laid "$out" "$@" 2>&1)
		[ -z "$log" ] || { echo "$log"; return; }
	fi
	boot "$arch" "$2" "$5" "$out" | tr -d '\r' >"$out.out"
	code=${PIPESTATUS[0]}
	if [ "$code" != "${exit_passed[$arch]}" ] || [ "$(tail -n 1 "$out.out")" != PASS ]; then
		echo "exit code $code, $(tail -n 1 "$out.out" | cut -c 1-300)"
		return
	fi
	{
		grep -E '^(size|stride|cpus|base|variable) ' "$out.out"
		echo "count $(grep -c '^variable ' "$out.out")"
	} | sort >"$out.printed"
	layout_expect "$5" "$out" >"$out.expected"
	# Where a write before start-up was caught there are no areas, and not all functions have run.
	[ "$5" = debug-early ] &&
		sed -i '/^base /d; /^count /d; /^variable block /d; s/^cpus .*/cpus 0x0/' "$out.expected" &&
		sed -i '/^count /d' "$out.printed"
	sort -o "$out.expected" "$out.expected"
	cmp -s "$out.printed" "$out.expected" ||
		echo "printed and expected differ: $(diff "$out.printed" "$out.expected" | sed -n 2p)"
}

# A line of results: what happened, the name, seconds.
case_run() { # arch/machine/compiler/linker/configuration
	local arch machine compiler linker config why out log start=$EPOCHREALTIME
	IFS=/ read -r arch machine compiler linker config <<<"$1"
	out=$build/kernels/$(tr / - <<<"$1")
	log=$(objects_at "$arch" "$machine" "$compiler" "$config")/log
	if [ -s "$log" ]; then
		why="does not compile: $(grep -m 1 -E 'error|warning' "$log")"
	else
		why=$(kernel_run "$arch" "$machine" "$compiler" "$linker" "$config" "$out")
	fi
	if [ -n "$why" ]; then
		echo "FAIL kernel $1: ${why//$'\n'/; }"
		return
	fi
	echo "PASS $1 $(((${EPOCHREALTIME//.} - ${start//.}) / 1000))"
	[ -n "${KEEP:-}" ] || rm -f "$out" "$out".*
}

# ---- The run -----------------------------------------------------------------------------------

cases_print() {
	local arch machine row config compiler linker
	for arch in "${arches[@]}"; do
		for machine in ${machines[$arch]}; do
			while read -r row; do
				[ -n "$row" ] || continue
				config=$(field "$row" 1)
				[[ " $(field "$row" 2) " =~ \ (all|$arch|$arch/$machine)\  ]] || continue
				for compiler in gcc clang; do
					for linker in bfd lld; do
						[ "$(field "$row" 3)" = own ] &&
							case $compiler-$linker in gcc-lld | clang-bfd) continue ;; esac
						echo "$arch/$machine/$compiler/$linker/$config"
					done
				done
			done <<<"$configurations"
		done
	done
}

chosen() { # words; names on standard input
	local name word
	while read -r name; do
		[ $# = 0 ] && echo "$name"
		for word; do
			[[ /$name/ == *"/$word/"* || $name == "$word" ]] && echo "$name" && break
		done
	done
}

# Takes what can run here; says what cannot.
available() { # names on standard input
	local name arch machine compiler linker config what command
	while read -r name; do
		IFS=/ read -r arch machine compiler linker config <<<"$name"
		what=
		has "$(emulator_of "$arch")" || what="no $(emulator_of "$arch")"
		has "$(kernel_linker "$arch" "$linker")" || what="no $(kernel_linker "$arch" "$linker")"
		command=$(kernel_compiler "$arch" "$compiler")
		has "$command" || what="no ${command%% *}"
		[[ $config == timer* ]] && [ -f "$build/single.$arch.none" ] &&
			what="$(emulator_of "$arch") cannot run one instruction a block"
		if [ -n "$what" ]; then echo "$name: $what" >>"$build/missing"; else echo "$name"; fi
	done
}

# How this QEMU is told to have one instruction in each translation block: each version rejects the
# other's spelling.
single_probe() { # arch
	local options
	for options in "-accel tcg,one-insn-per-tb=on" "-singlestep"; do
		if echo quit | timeout 10 "$(emulator_of "$1")" -M none $options -display none \
			-serial none -monitor stdio >/dev/null 2>&1; then
			echo "$options" >"$build/single.$1"
			return
		fi
	done
	: >"$build/single.$1.none"
}

# Runs a command with each line of standard input, so many at a time.
in_parallel() { # function
	local line
	while read -r line; do
		while [ "$(jobs -pr | wc -l)" -ge "$jobs" ]; do wait -n; done
		"$1" "$line" &
	done
	wait
}

objects_of() { # "arch macros compiler configuration"
	objects_build $1
}

result_of() {
	case_run "$1" >"$build/results/$(tr / - <<<"$1")"
}

# A row for each machine and configuration, a column for each compiler and linker.
table_print() {
	sort "$build/all" | awk '
		$1 == "PASS" { name = $2; cell = sprintf("%.1fs", $3 / 1000) }
		$1 == "FAIL" { name = $3; sub(/:$/, "", name); cell = "FAIL" }
		$1 == "SKIP" { name = $3; sub(/:$/, "", name); cell = "skip" }
		{
			n = split(name, part, "/")
			row = sprintf("%-20s %-14s", part[1] "/" part[2], part[5])
			if (!(row in seen)) { seen[row] = 1; rows[++count] = row }
			cells[row, part[3] "/" part[4]] = cell
		}
		END {
			split("gcc/bfd gcc/lld clang/bfd clang/lld", columns, " ")
			printf "%-35s", ""
			for (i = 1; i <= 4; i++) printf " %10s", columns[i]
			print ""
			for (r = 1; r <= count; r++) {
				printf "%s", rows[r]
				for (i = 1; i <= 4; i++) printf " %10s", cells[rows[r], columns[i]]
				print ""
			}
		}'
}

main() {
	local arch machine compiler linker config
	rm -rf "$build"
	mkdir -p "$build/results" "$build/kernels"
	: >"$build/missing"
	for arch in "${arches[@]}"; do has "$(emulator_of "$arch")" && single_probe "$arch"; done
	cases_print | chosen "$@" | available >"$build/cases"
	[ -s "$build/cases" ] || [ -s "$build/missing" ] || { echo "no such kernel: $*" >&2; exit 1; }
	while IFS=/ read -r arch machine compiler linker config; do
		echo "$arch ${runtime_macros[$arch/$machine]:-none} $compiler $config"
	done <"$build/cases" | sort -u >"$build/compilations"
	in_parallel objects_of <"$build/compilations"
	in_parallel result_of <"$build/cases"
	sed 's/^/SKIP kernel /' "$build/missing" >"$build/results/missing"
	cat "$build/results"/* >"$build/all"
	table_print
	grep '^FAIL' "$build/all"
	sed 's/^[^:]*: //' "$build/missing" | sort | uniq -c |
		while read -r count what; do echo "SKIP kernel $what: $count kernels"; done
	echo "$(grep -c ^PASS "$build/all") passed, $(grep -c ^FAIL "$build/all") failed," \
		"$(grep -c ^SKIP "$build/all") skipped"
	! grep -q ^FAIL "$build/all"
}

main "$@"
