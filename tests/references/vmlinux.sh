#!/bin/bash
# The references of a real kernel that was linked with --emit-relocs, against the independent reader:
#
#   tests/references/vmlinux.sh VMLINUX
#
# Of Debian's amd64 kernel 6.1 the numbers themselves are known. Of 6.1.192, 6,063 of R_X86_64_32S in
# .text name a symbol with the section's index. 8 of those name __init_begin, which GNU ld puts into
# the section and far outside of it, as it does __per_cpu_load: they are none to per-CPU data, and
# 6,055 are.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

[ $# -eq 1 ] || { echo "usage: vmlinux.sh VMLINUX" >&2; exit 1; }
"${CC:-gcc}" -std=c11 -O2 -D_GNU_SOURCE -I. -o "$work/references" tests/references/references.c \
	"$(dirname "$tool")/libpercpu-tool.a" $(pkg-config --libs libelf) -liberty || exit 1
"$work/references" "$1" >"$work/ours" || exit 1
if [ ! -s "$work/ours" ]; then
	echo "vmlinux.sh: $1 has no relocations against per-CPU data"
	exit 0
fi
# The readers get a copy without the relocations of debug information, ten times as many.
llvm-objcopy-19 --strip-debug "$1" "$work/vmlinux" || exit 1
perl tests/references/compare.pl llvm-readelf-19 llvm-objdump-19 "$work/vmlinux" "$work/ours" \
	.data..percpu .percpu >"$work/compared" || exit 1
grep -v '^[0-9]* \.' "$work/compared" | tail -n 20
grep -q '^[1-9][0-9]* agree, 0 differ$' "$work/compared" || exit 1

grep '^[0-9]* \.' "$work/compared" | sort >"$work/counts"
cat "$work/counts"
case $1 in *vmlinux-6.1.*-amd64) [[ $1 == *-cloud-* || $1 == *-rt-* ]] || exact=1 ;; esac
[ -n "${exact:-}" ] || exit 0
# Debian rebuilds this kernel with every update: what the code is made of changes little.
awk '{ n[$2 " " $3 " " $4] += $1 } END {
	access = n[".text R_X86_64_32S access"]; value = n[".text R_X86_64_32S value"]
	through = n[".text R_X86_64_32S through"]; relative = n[".text R_X86_64_PC32 access"]
	printf "%d relative to rip, all through gs; of %d absolute %d through gs, %d through a register\n",
		relative, access + value + through, access, through
	exit !(relative > 8000 && relative < 8500 && access > 4200 && access < 4500 &&
		value > 1600 && value < 1900 && through == 1 && !n[".text R_X86_64_32S direct"] &&
		!n[".text R_X86_64_PC32 direct"] && !n[".text R_X86_64_PC32 address"]) }' "$work/counts"
