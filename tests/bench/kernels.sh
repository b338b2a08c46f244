#!/bin/bash
# The tool on what others have built: every kernel that fetch.sh knows, and the programs and libraries
# of this machine. A finding above a note on a kernel is wrong until somebody shows otherwise, and so
# is per-CPU data in a program: either makes this exit with 1.
#
#   KERNELS_DIR=dir   kernels and modules that are there already, a folder each; nothing is fetched
#   PROGRAMS="..."    where to look for programs (default /usr/bin /usr/sbin /usr/lib); empty: nowhere
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
bench=${BENCH:-$PWD/build/bench}
programs=${PROGRAMS-/usr/bin /usr/sbin /usr/lib}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# All reports of one kind as one line: what the layouts are, and how much is said by which check.
summary='
	[.[].files[]] as $files | [$files[].layouts[]] as $layouts | [$files[].findings[]] as $findings |
	def values(f): [$layouts[] | f // "unknown"] | unique | if . == [] then "-" else join("/") end;
	def count(s): [$findings[] | select(.severity == s)] | length;
	[($files | length), ($files | map(select(.error)) | length), ($layouts | length),
		values(.profile), values(.model), values(.placement), ([$layouts[].variables] | add // 0),
		count("error"), count("warning"),
		([$findings[].check] | group_by(.) | map("\(.[0]) \(length)") | join(", ") |
			if . == "" then "-" else . end)] | @tsv'

head_line() {
	printf '%-22s %6s %5s %7s %-14s %-12s %-9s %6s %6s %8s %4s  %s\n' WHAT FILES UNREAD LAYOUTS \
		PROFILE MODEL PLACEMENT VARS ERRORS WARNINGS EXIT 'FINDINGS BY CHECK'
}

# Checks the files of a list; the exit code is the worst of them all.
check_list() { # name list
	local code
	xargs -r -d '\n' -n 500 -a "$2" sh -c '"$0" check --format json "$@"; echo $? >>'"$work/codes" \
		"$tool" >"$work/report" 2>"$work/errors"
	code=$(sort -n "$work/codes" | tail -n 1)
	rm -f "$work/codes"
	# unread errors warnings: what decides
	read -r unread layouts errors warnings < <(jq -sr "$summary" "$work/report" |
		tee "$work/line" | cut -f 2,3,8,9)
	tr '\t' '|' <"$work/line" | awk -F '|' -v name="$1" -v code="$code" '{
		printf "%-22s %6d %5d %7d %-14s %-12s %-9s %6d %6d %8d %4d  %s\n", name, $1, $2, $3, $4, $5,
			$6, $7, $8, $9, code, $10 }'
	exit_code=$code
}

show_findings() { # severities, a regular expression
	jq -r --arg severities "$1" '.files[] | .path as $path | .findings[] |
		select(.severity | test($severities)) |
		"    \($path): \(.severity): \(.symbol // .layout // "-"): \(.message) [\(.check)]"' \
		"$work/report" | head -n 20
	head -n 20 "$work/errors"
}

# The kernels and modules of a directory, each once however many links lead to it.
find_kernels() { # directory
	find -L "$1" -type f \( -name 'vmlinux*' -o -name 'xen-syms*' -o -name '*.ko' \) \
		! -name '*.map' | sort | xargs -r -d '\n' realpath | sort -u
}

kernel() { # name, directory or file
	if [ -f "$2" ]; then
		echo "$2"
	else
		find_kernels "$2"
	fi >"$work/files"
	if [ ! -s "$work/files" ]; then
		echo "$1: no kernel and no module in $2"
		bad=1
		return
	fi
	grep -v '\.ko$' "$work/files" >"$work/kernels" && check_kernels "$1" "$work/kernels"
	[ "$1" = amd64-6.1 ] && compare_references "$(<"$work/kernels")" &&
		compare_decoder "$(<"$work/kernels")"
	compare_accesses
	grep '\.ko$' "$work/files" >"$work/modules" && check_kernels "$1 modules" "$work/modules"
}

# The one whose numbers are known, and which was linked with --emit-relocs.
compare_references() { # file
	tests/references/vmlinux.sh "$1" >"$work/compared" || bad=1
	sed 's/^/    /' "$work/compared"
}

# The same one: what its gs instructions are is known too.
compare_decoder() { # file
	VMLINUX=$1 TEST_DIR=$work tests/x86/run.sh >"$work/compared" 2>&1 || bad=1
	grep -E '^(FAIL|vmlinux)|passed' "$work/compared" | sed 's/^/    /'
}

# Of Linux: what its code does with per-CPU data, against an independent reader.
compare_accesses() {
	grep '/vmlinux[^/]*$' "$work/kernels" >"$work/linux" || return
	TEST_DIR=$work xargs -r -d '\n' -a "$work/linux" tests/access/run.sh --kernel \
		>"$work/compared" 2>&1 || bad=1
	sed 's/^/    /' "$work/compared"
}

# A module need not have per-CPU data; a kernel has it.
check_kernels() { # name list
	check_list "$1" "$2"
	if [ "$exit_code" -ne 0 ] || [ "$errors" -ne 0 ] || [ "$warnings" -ne 0 ] ||
		[ "$unread" -ne 0 ] || { [ "$layouts" -eq 0 ] && [[ $1 != *modules ]]; }; then
		bad=1
		show_findings 'error|warning'
	fi
}

ordinary() { # directory
	find "$1" \( -path '*/lib/modules' -o -path '*/lib/debug' \) -prune -o -type f -print |
		"$bench/elf_files" | sort >"$work/files"
	[ -s "$work/files" ] || return
	check_list "$1" "$work/files"
	jq -r '.files[] | select(.layouts != [] or .findings != [] or
		((.verdict // "") | startswith("no per-CPU data") | not) or
		((.verdict // "") | test("looks like it"))) |
		"    \(.path): \(.error // .verdict // "a layout")"' "$work/report" >"$work/odd"
	if [ "$exit_code" -ne 0 ] || [ "$layouts" -ne 0 ] || [ -s "$work/odd" ]; then
		bad=1
		head -n 20 "$work/odd"
		show_findings .
	fi
}

command -v jq >/dev/null || { echo "kernels.sh: jq is missing; make setup installs it" >&2; exit 1; }
head_line
if [ -n "${KERNELS_DIR:-}" ]; then
	for directory in "$KERNELS_DIR"/*/; do
		[ -n "$(find_kernels "$directory")" ] && kernel "$(basename "$directory")" "$directory"
	done
else
	for name in $(tests/bench/fetch.sh --list); do
		if place=$(tests/bench/fetch.sh "$name"); then
			kernel "$name" "$place"
		else
			bad=1
		fi
	done
fi
for directory in $programs; do
	[ -d "$directory" ] && ordinary "$directory"
done
[ "$bad" -eq 0 ] && echo 'no error and no warning on a kernel, no per-CPU data in a program'
exit "$bad"
