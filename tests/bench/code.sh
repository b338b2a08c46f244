#!/bin/bash
# Speed of reading code, machine by machine, beside its goals: of the scanners alone on one thread, of
# check with the checks of code alone, each against llvm-objdump -d of the same file; of two threads
# against one; and the memory of texts of n, 2n and 4n bytes. Nothing fails; what is printed is to be
# read.
#
#   VMLINUX, KERNEL_aarch64, KERNEL_riscv64, KERNEL_loongarch64=path   real kernels; without, those
#   that fetch.sh has brought before, and else code of ours, compiled, as many times as it takes
#   RUNS=15        rounds; each median is of so many
#   TEXT_MB=16     of code of ours, in MB
#   MACHINES=...   of the four
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
bench=${BENCH:-$PWD/build/bench}
runs=${RUNS:-15}
megabytes=${TEXT_MB:-16}
. tests/toolchain.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

declare -A goal=([x86_64]=500 [aarch64]=300 [riscv64]=300 [loongarch64]=300)
declare -A real=([x86_64]=amd64-6.1 [aarch64]=arm64-6.1 [riscv64]=riscv64-6.12
	[loongarch64]=loong64-sid)

# Code of the runtime, again and again, and a template. The code is linked nowhere: it is not run.
build_text() { # machine megabytes file
	local source size
	: >"$work/code"
	for source in runtime/percpu.c runtime/alloc.c runtime/reset.c tests/kernel/common.c; do
		$(kernel_compiler "$1" clang) -O2 -DPERCPU_SEPARATE -w -c -o "$work/code.o" "$source" &&
			llvm-objcopy-19 -O binary --only-section=.text "$work/code.o" "$work/part" &&
			cat "$work/part" >>"$work/code" || return
	done
	truncate -s "%8" "$work/code"
	size=$(stat -c %s "$work/code")
	cat >"$work/text.s" <<-END
		.globl _start
		.type _start, %function
		_start:
		.rept $(($2 * 1000000 / size + 1))
		.incbin "$work/code"
		.endr
		.section .percpu, "aw", %progbits
		.balign 64
		.type __PERCPU_count, %object
		.size __PERCPU_count, 8
		__PERCPU_count: .quad 0
		.balign 64
	END
	clang-19 --target="$1-linux-gnu" -c -o "$work/text.o" "$work/text.s" &&
		sed 's/PLACE/0/; s/ENTRY(start)//; s/\. = 0x180000;/. = ALIGN(0x10000);/' \
			tests/access/cases/percpu.ld >"$work/text.ld" &&
		ld.lld-19 -e 0 -T "$work/text.ld" -o "$3" "$work/text.o"
}

# A real kernel that is there; nothing is fetched for this.
kernel_of() { # machine
	local name=KERNEL_$1
	[ "$1" != x86_64 ] || name=VMLINUX
	if [ -n "${!name:-}" ]; then
		echo "${!name}"
	elif [ -d "build/kernels/${real[$1]}" ]; then
		tests/bench/fetch.sh "${real[$1]}" 2>/dev/null
	fi
}

# All checks but those of code.
code_alone() {
	"$tool" check --list-checks |
		awk 'NR > 1 && !/^(access_|register_reserved|symbol_self|section_present)/ {
			print "-A", $1 }'
}

reached() { # value goal
	awk -v v="$1" -v g="$2" 'BEGIN { print(v >= g ? "reached" : "not reached") }'
}

row() { # what value unit goal
	printf '  %-44s %10s %-5s goal %6s: %s\n' "$1" "$2" "$3" "$4" "$(reached "$2" "$4")"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

measure() { # machine file
	local bytes scan wall stops objdump one two all_one all_two code
	read -r bytes scan wall stops < <("$bench/scan" "$runs" "$2") || return
	{ read -r one _ _ code; read -r two _; read -r all_one _; read -r all_two _; } < <(
		"$bench/timer" "$runs" "$tool" check -j1 $(code_alone) "$2" -- \
			"$tool" check -j2 $(code_alone) "$2" -- \
			"$tool" access -j1 --remote --summary variables "$2" -- \
			"$tool" access -j2 --remote --summary variables "$2")
	[ "$code" -le 1 ] || { echo "$1: check of $2 ends with $code"; return; }
	echo "$1: $2, $bytes bytes of code, $stops stops"
	row 'scan, of one CPU' "$(ratio "$bytes" "$scan")" MB/s "${goal[$1]}"
	read -r objdump _ < <("$bench/timer" 1 llvm-objdump-19 -d "$2")
	row 'llvm-objdump -d : scan' "$(ratio "$objdump" "$wall")" times 200
	row 'llvm-objdump -d : check -j1, of code alone' "$(ratio "$objdump" "$one")" times 200
	printf '  %-44s %10s times\n' 'check of code alone, -j1 : -j2' "$(ratio "$one" "$two")"
	printf '  %-44s %10s times\n' 'all code read (access --remote), -j1 : -j2' \
		"$(ratio "$all_one" "$all_two")"
}

# The most bytes that a run held from malloc: the file is mapped, and none of them.
peak_of() { # arguments of the tool
	MALLOC_PEAK=$work/peak "$bench/percpu-tool-counted" "$@" >/dev/null 2>&1
	cat "$work/peak"
}

memory() { # machine
	local times check access
	for times in 1 2 4; do
		build_text "$1" $((times * megabytes / 4 + 1)) "$work/grown" || return
		check+=" $(peak_of check -j1 "$work/grown")"
		access+=" $(peak_of access -j1 --remote "$work/grown")"
	done
	awk -v machine="$1" '{ printf "  %-44s %10.2f and %.2f times, of %d KiB\n",
			(NR == 1 ? "memory of check" : "memory of access --remote") ", 2n and 4n : n",
			$2 / $1, $3 / $1, $1 / 1024 }' <<<"$check"$'\n'"$access"
}

for machine in ${MACHINES:-x86_64 aarch64 riscv64 loongarch64}; do
	file=$(kernel_of "$machine")
	if [ -z "$file" ]; then
		file=$work/$machine
		build_text "$machine" "$megabytes" "$file" ||
			{ echo "$machine: the text does not build"; continue; }
	fi
	measure "$machine" "$file"
	memory "$machine"
done
