#!/bin/bash
# Text that no compiler writes, of every machine: data, random bytes, prefixes without end, functions
# that are cut, empty, in each other or larger than the section, branches everywhere, sections that
# overlap. `check` and `access` end with an exit code that their pages have, and say what they could
# not read. That the work is linear tests/unit/test_code_work.c counts; here CPU_MAX seconds end what
# hangs: of the elements of a shape there are so many that each with each would take longer.
#
#   PERCPU_TOOL: the binary; TEST_DIR: where outputs go; JOBS: at once; SAN: it has sanitizers
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
here=tests/text
dir=${TEST_DIR:-$PWD/build/test}/text
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
machines='x86_64 aarch64 riscv64 loongarch64'
CPU_MAX=60
# A sanitizer takes its time.
[ -z "${SAN:-}" ] || CPU_MAX=600

. tests/lib.sh 'text: '
. tests/toolchain.sh
in_lines=1 shown=12

# Elements of each; of some so many bytes.
declare -A counts=(
	[zeros]=8000 [words]=10000 [letters]=8000 [noise_named]=8000 [noise_one]=8000
	[noise_bare]=8000 [noise_relocated]=8000 [prefixes_0]=131072 [prefixes_1]=131072
	[prefixes_2]=131072 [prefixes_3]=131072 [prefixes_mixed]=131072 [prefixes_apart]=80000
	[cut]=4000 [empty]=10000 [beyond]=10000 [overlapping]=100000 [nested]=10000
	[one_place]=10000 [variables]=130000 [branches_back]=10000 [branches_on]=10000
	[branches_here]=10000 [branches_start]=10000 [branches_cross]=10000
	[branches_megabytes]=8388608 [chain]=10000 [numbers]=2000000 [lost]=10000
	[faults]=10000 [named_numbers]=10000 [accesses]=10000 [sections]=10000
	[one_address]=2000 [fill]=67108864
)

# Builds FILE.o, FILE and FILE.r, which keeps its relocations. No mapping symbol says that bytes are
# data: they are to be read as code.
build() { # file machine shape count
	python3 $here/shapes.py "$2" "$3" "$4" >"$1.s" || return
	sed "s/PLACE/0/; s/\. = 0x180000;/. = ALIGN(0x10000);/" tests/access/cases/percpu.ld >"$1.ld"
	[ "$3" != one_address ] ||
		sed -i 's/\. = ALIGN(0x10000);/.over ADDR(.text) : { *(.text.over) } :text &/
			s/\*(.text)/*(.text)/' "$1.ld"
	clang-19 --target="$2-linux-gnu" $([ "$2" = riscv64 ] && echo -march=rv64gc -mno-relax) \
		-c -o "$1.o" "$1.s" &&
		llvm-objcopy-19 -w --strip-symbol='$d*' --strip-symbol='$x*' "$1.o" &&
		ld.lld-19 --no-check-sections --noinhibit-exec -T "$1.ld" -o "$1" "$1.o" &&
		ld.lld-19 --no-check-sections --noinhibit-exec --emit-relocs -T "$1.ld" -o "$1.r" \
			"$1.o"
}

# ran NAME CODES ARGUMENT...: leaves FILE.out, and says what is not as it should be.
ran() {
	local name=$1 codes=$2 code
	shift 2
	(ulimit -t "$CPU_MAX" && exec "$tool" "$@") >"$out.out" 2>"$out.err"
	code=$?
	[[ " $codes " == *" $code "* ]] || echo "$name: exit code $code: $(head -c 200 "$out.err")"
	[ ! -s "$out.err" ] || echo "$name: $(head -c 200 "$out.err")"
}

# The closing line of a listing, its rows and JSON agree; prints what is wrong.
listed() { # file option
	local said rows unread
	ran "access $2" 0 access $2 "$1"
	said=$(tail -n 1 "$out.out")
	[[ $said =~ :\ ([0-9]+)\ access(es)?,\ ([0-9]+)\ bytes\ of\ code\ unread(\ \([0-9.]+\ %\ of\ [0-9]+\))?$ ]] ||
		{ echo "access $2 ends with '$said'"; return; }
	rows=${BASH_REMATCH[1]} unread=${BASH_REMATCH[3]}
	echo "$unread" >"$out.unread"
	ran "access $2 --format csv" 0 access $2 --format csv "$1"
	[ "$(wc -l <"$out.out")" -eq $((rows + 1)) ] || echo "access $2: $rows in text, CSV differs"
	ran "access $2 --format json" 0 access $2 --format json "$1"
	[ "$(jq '.files[0] | (.accesses | length), .unread_bytes' "$out.out" | xargs)" = \
		"$rows $unread" ] || echo "access $2: $rows in text, $unread unread, JSON differs"
}

wrong_of() { # machine shape
	local file
	ran check '0 1' check "$out"
	ran 'access --remote' 0 access --remote "$out"
	# What takes its time for its size alone is not read in all ways.
	[ "${counts[$2]}" -le 20000 ] || { ran access 0 access "$out"; return; }
	listed "$out" ''
	listed "$out" --remote
	for file in "$out.o" "$out.r"; do
		ran "check ${file##*/}" '0 1' check "$file"
		ran "access ${file##*/}" 0 access "$file"
	done
	ran 'check --format json' '0 1' check --format json "$out"
	jq -e '.files[0].error == null' "$out.out" >/dev/null || echo 'check: JSON'
	ran 'access --summary' 0 access --summary variables "$out"
	ran 'access --summary' 0 access --summary functions --format csv "$out"
	ran 'access --annotate' 0 access --annotate "$out"
	case $2 in
	noise_*) [ "$(<"$out.unread")" -gt 0 ] || echo "all of the random bytes are read" ;;
	esac
}

job() { # machine shape
	local log
	out=$dir/$1-$2
	if ! log=$(build "$out" "$1" "$2" "${counts[$2]}" 2>&1 | grep -v '^ld.lld-19: warning') &&
		[ ! -s "$out.r" ]; then
		fail "$1 $2 does not build" "$log"
		return
	fi
	want_none "$1 $2" "$(wrong_of "$1" "$2")"
	rm -f "$out" "$out".*
}

# A section that the file does not hold.
job_sized() { # machine
	local shape size
	out=$dir/$1-sized
	build "$out" "$1" accesses 10 2>/dev/null
	for size in 0x100000 0x7fffffffffffffff 0xffffffffffffffff; do
		cp "$out" "$out.sized" && "$dir/poke" "$out.sized" section .text sh_size $size
		for shape in check access; do
			"$tool" $shape "$out.sized" >"$out.out" 2>"$out.err"
			same "$1: $shape of a section of $size bytes" "3 1" "$? $(grep -c \
				"section 1 (.text).*beyond the file\|truncated" "$out.err")"
		done
	done
}

if [ "${1:-}" = --job ]; then
	shift
	if [ "$2" = sized ]; then job_sized "$1"; else job "$@"; fi
	exit
fi

for needed in clang-19 ld.lld-19 python3 jq; do
	has $needed && continue
	in_lines=
	skip "no $needed"
	finish
done
rm -rf "$dir" && mkdir -p "$dir" || exit 1
"${CC:-gcc}" -std=c11 -O2 -o "$dir/poke" tests/tools/poke.c || exit 1
for machine in $machines; do
	for shape in ${*:-sized "${!counts[@]}"}; do echo "$machine $shape"; done
done >"$dir/jobs"
tr '\n' '\0' <"$dir/jobs" | PERCPU_TOOL=$tool TEST_DIR=${TEST_DIR:-$PWD/build/test} \
	xargs -0 -P "${JOBS:-$(nproc)}" -I{} \
	bash -c 'out=$(set -f; "$0" --job $1 2>&1); echo "$out"' "$here/run.sh" {} >"$dir/results"
finish_lines "$dir/results"
