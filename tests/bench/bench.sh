#!/bin/bash
# Speed, as ratios of one run: of a real kernel against reading it, and of generated files against
# ten times smaller ones. Nothing fails on time; what is printed is to be read.
#
#   VMLINUX=path   the kernel (else Debian's newest amd64 6.1 is fetched)
#   RUNS=15        rounds; each median is of so many
#   MAX=1000000    elements of the largest generated files
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
bench=${BENCH:-$PWD/build/bench}
runs=${RUNS:-15}
max=${MAX:-1000000}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# The most bytes that a run of the tool held from malloc.
peak_of() { # arguments of the tool
	MALLOC_PEAK=$work/peak "$bench/percpu-tool-counted" "$@" >/dev/null 2>&1
	cat "$work/peak"
}

mib() { awk -v bytes="$1" 'BEGIN { printf "%.1f MiB", bytes / 1048576 }'; }

# check without what reads code: sections, symbols and relocations alone.
code_apart() {
	"$tool" check --list-checks | awk '/^(access_|register_reserved|symbol_self)/ { print "-A", $1 }'
}

real_kernel() {
	local vmlinux
	vmlinux=$(tests/bench/fetch.sh amd64-6.1) || return
	echo "$vmlinux, $(mib "$(stat -Lc %s "$vmlinux")"), medians of $runs interleaved runs"
	echo
	printf '%-26s %10s %12s %14s\n' 'process' 'ms' 'ratio to cat' 'resident KiB'
	"$bench/timer" "$runs" cat "$vmlinux" -- "$tool" check "$vmlinux" -- \
		"$tool" check --jobs 1 "$vmlinux" -- \
		"$tool" check $(code_apart) "$vmlinux" -- \
		"$tool" check --format json "$vmlinux" -- readelf -sW "$vmlinux" -- nm "$vmlinux" -- \
		"$tool" --version >"$work/times"
	printf '%s\n' 'cat > /dev/null' check 'check --jobs 1' 'check, code apart' \
		'check --format json' 'readelf -sW' nm '--version (start-up)' |
		paste -d '|' - "$work/times" | tr '|' ' ' | awk '{
			name = $1; for (i = 2; i <= NF - 4; i++) name = name " " $i
			printf "%-26s %10.2f %12.3f %14d\n", name, $(NF - 3) / 1000, $(NF - 2), $(NF - 1) }'
	echo
	slow_readers "$vmlinux"
	echo
	echo "check held at most $(mib "$(peak_of check "$vmlinux")") from malloc (libelf's included; the goal is 64 MiB)"
}

# What else reads relocations, or code: once each, for they take long, beside the median of check of
# relocations.
slow_readers() { # vmlinux
	{
		"$bench/timer" "$runs" "$tool" check $(code_apart) "$1"
		"$bench/timer" 1 readelf -rW "$1" -- objdump -d "$1"
	} | paste -d ' ' <(printf '%s\n' check readelf objdump) - | awk '
		NR == 1 { check = $2 }
		NR > 1 { printf "%s: %.1f s, %.0f times check, code apart\n",
			$1 == "readelf" ? "readelf -rW" : "objdump -d", $2 / 1e6, $2 / check }'
}

# The time of each size less that of a file with no element, by element. A step is that over the
# ten times smaller file's: 1 is linear, 10 quadratic.
sweep() { # shape, what to say, arguments of check: FILE stands for the file
	local shape=$1 title=$2 count=1000 rounds commands before=
	shift 2
	"$bench/make_elf" "$shape" 0 "$work/none" || return
	while [ "$count" -le "$max" ]; do
		"$bench/make_elf" "$shape" "$count" "$work/some" || return
		rounds=$([ "$count" -gt 100000 ] && echo $(((runs + 2) / 3)) || echo "$runs")
		commands=$("$bench/timer" "$rounds" "$tool" check "${@/FILE/$work/none}" -- \
			"$tool" check "${@/FILE/$work/some}")
		before=$(awk -v n="$count" -v title="$title" -v before="$before" \
			-v peak="$(peak_of check "${@/FILE/$work/some}")" 'NR == 1 { base = $1 }
			NR == 2 {
				each = ($1 - base) * 1000 / n
				# Less than a tenth of what starting the process takes is noise.
				seen = $1 > base * 1.1
				printf "%-34s %8d %10.2f %10s %8s %10.1f\n", title, n, $1 / 1000,
					seen ? sprintf("%.0f", each) : "~0",
					seen && before ? sprintf("%.2f", each / before) : "-",
					peak / 1048576 >"/dev/stderr"
				if (seen) print each }' <<<"$commands" 2>&3)
		count=$((count * 10))
	done
} 3>&1

linearity() {
	printf '%-34s %8s %10s %10s %8s %10s\n' 'generated file' 'elements' 'ms' 'ns each' 'step' 'MiB held'
	sweep variables 'variables' FILE
	sweep functions 'symbols outside' FILE
	sweep straddling 'variables, a note each' FILE
	sweep straddling 'the same, JSON' --format json FILE
	sweep sections 'sections of other code' FILE
	sweep orphans 'sections, an error each' FILE
	sweep repeated 'sections of one name, NOBITS' FILE
	sweep object 'object, a section a variable' FILE
	sweep plain 'object, a section a function' FILE
}

with_objects() {
	"$bench/make_elf" object 0 "$work/few.o"
	"$bench/make_elf" object 100000 "$work/many.o"
	"$bench/make_elf" variables 100000 "$work/linked"
	echo 'ratio of check --objects, 10^5 variables in as many sections, to check of the same file alone:'
	"$bench/timer" "$runs" "$tool" check "$work/linked" -- \
		"$tool" check "$work/linked" --objects "$work/few.o" -- \
		"$tool" check "$work/linked" --objects "$work/many.o" |
		paste -d ' ' <(printf '%s\n' alone empty all) - |
		awk '{ printf "%-10s %10.2f ms %8.2f\n", $1, $2 / 1000, $3 }'
	echo
	sweep object '--objects, a section a variable' "$work/linked" --objects FILE
	sweep repeated 'NOBITS sections, 10^5 in objects' FILE --objects "$work/many.o"
}

# The runtime beside what else a program could do; of this machine, so on x86_64 only.
runtime() {
	[ "$(uname -m)" = x86_64 ] || return 0
	"$tool" ldscript --arch x86_64 --model nonzero --placement dynamic --insert-after .data \
		>"$work/runtime.ld" &&
		"${CC:-gcc}" -std=gnu11 -O2 -D_GNU_SOURCE -DPERCPU_NON_ZERO_VMA -DPERCPU_DYNAMIC \
			-DPERCPU_CPUS_MAX=1024 -I. \
			-fno-pie -no-pie -o "$work/runtime" tests/bench/runtime.c runtime/*.c \
			-Wl,-T,"$work/runtime.ld" &&
		"$work/runtime"
}

real_kernel
echo
runtime
echo
linearity
echo
with_objects
echo
tests/bench/code.sh
