#!/bin/bash
# The matrix: every check, on every architecture, in every kind of file it is decided in, has a
# fault that it finds and nothing else does. README.md beside this says what a .test file is.
#
#   tests/matrix/run.sh              all
#   tests/matrix/run.sh CHECK...     these checks only
#   tests/matrix/run.sh --table      the last run as a table; runs when there was none
#
# PERCPU_TOOL: the binary; LDSCRIPT_TOOL: the one that prints the clean scripts; TEST_DIR: outputs.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=tests/matrix
export LC_ALL=C.UTF-8
export PERCPU_TOOL=${PERCPU_TOOL:-$PWD/build/percpu-tool}
export LDSCRIPT_TOOL=${LDSCRIPT_TOOL:-$PERCPU_TOOL}
export TEST_DIR=${TEST_DIR:-$PWD/build/test}
work=$TEST_DIR/matrix
results=$work/results.tsv
arches='x86_64 aarch64 riscv64 loongarch64'

# ---- toolchains: gcc with GNU ld, and clang with lld ------------------------------------------

# Sets cc, cc_flags, ld, ld_flags and strip.
toolchain() { # arch bfd|lld
	local arch=$1 target machine
	case $1 in
	x86_64) machine=-mno-red-zone target=x86_64-unknown-none ;;
	aarch64) machine=-mgeneral-regs-only target=aarch64-none-elf ;;
	riscv64) machine='-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany'
		target=riscv64-none-elf ;;
	loongarch64) machine=-mabi=lp64s target=loongarch64-unknown-none ;;
	esac
	if [ "$2" = bfd ]; then
		cc=$arch-linux-gnu-gcc ld=$arch-linux-gnu-ld ld_flags='--no-warn-rwx-segments'
		strip=$arch-linux-gnu-strip
		# No flag of its own in clang, which keeps the source's order anyway.
		machine+=' -fno-toplevel-reorder'
	else
		cc="clang-19 --target=$target" ld=ld.lld-19 ld_flags= strip=llvm-strip-19
	fi
	cc_flags="-O1 -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
-fno-common $machine"
	ld_flags+=' -static -z max-page-size=4096 --no-relax --orphan-handling=error'
}

# ---- .test files ------------------------------------------------------------------------------

keys='fault where arch linker script plant-script code cflags ldflags args
	base-c base-asm base-probe base-ld c asm probe ld poke finds section symbol says also skips'

# Reads the next paragraph of `key: value` lines into T[]; a key that comes again adds a line.
# A paragraph that only says `none:` is left in T[none]. False at the end.
next_test() {
	local line key value
	T=()
	while IFS= read -r line; do
		case $line in
		'#'*) continue ;;
		'') [ ${#T[@]} -gt 0 ] && return 0 || continue ;;
		esac
		key=${line%%:*} value=${line#*:} value=${value# }
		case " "$(echo $keys none)" " in
		*" $key "*) ;;
		*) T[error]="unknown key '$key'" ;;
		esac
		T[$key]+=${T[$key]:+$'\n'}$value
	done
	[ ${#T[@]} -gt 0 ]
}

# ---- building, each distinct thing once -------------------------------------------------------

problem() { # why [log]
	why=$1
	[ -n "${2:-}" ] && [ -s "$2" ] && why+=": $(head -n 1 "$2")"
	return 1
}

# A copy with sed's edits; every edit must change something, or it plants nothing.
edited() { # from to edits what
	[ -z "$3" ] && { cp "$1" "$2"; return; }
	local edit log=$dir/sed.log
	cp "$1" "$2"
	while IFS= read -r edit; do
		sed -E -i.before -e "$edit" "$2" 2>"$log" || problem "$4: bad edit" "$log" || return
		! cmp -s "$2" "$2.before" || problem "the edit changes nothing: $4: $edit" || return
	done <<<"$3"
	rm -f "$2.before"
}

# The objects: C and assembly of the compiler edited on the way. Sets `object` and `kernel`.
build_objects() { # c asm cflags code
	local key="$1|$2|$3" log=$dir/cc.log
	object=${made[object|$key]:-}
	if [ -z "$object" ]; then
		object=$dir/o$((++count))
		mkdir -p "$object"
		edited tests/fixtures/base.c "$object/base.c" "$1" c || return
		$cc $cc_flags $3 -S -o "$object/base.s.clean" "$object/base.c" 2>"$log" ||
			{ problem 'the C source does not compile' "$log"; return; }
		edited "$object/base.s.clean" "$object/base.s" "$2" asm || return
		$cc $cc_flags $3 -c -o "$object/O" "$object/base.s" 2>"$log" ||
			{ problem 'the assembler refuses it' "$log"; return; }
		made["object|$key"]=$object
	fi
	kernel=
	[ "$4" = none ] && return
	kernel=$dir/code-$4.o
	[ -f "$kernel" ] && return
	local define=
	[ "$4" = in-place ] && define=-DIN_PLACE
	$cc $cc_flags $define -c -o "$kernel" tests/fixtures/base.S 2>"$log" ||
		problem 'base.S does not assemble' "$log"
}

# The script of `percpu-tool ldscript`. Its assertions refuse most faults, which is their purpose:
# whoever plants one goes without them. Sets `ldscript`.
build_script() { # options edits clean|planted
	local key="$1|$2|$3" log=$dir/script.log options=$1 edits=$2
	ldscript=${made[script|$key]:-}
	[ -n "$ldscript" ] && return
	case " $options " in *' --cpus '*) ;; *) options+=' --cpus 4' ;; esac
	ldscript=$dir/s$((++count)).ld
	"$LDSCRIPT_TOOL" ldscript --full --arch "$arch" $options >"$ldscript.clean" 2>"$log" ||
		{ problem 'percpu-tool ldscript fails' "$log"; return; }
	[ "$3" = planted ] && edits=$(join "/^ASSERT/,/\)\$/d" "$edits")
	edited "$ldscript.clean" "$ldscript" "$edits" ld || return
	made["script|$key"]=$ldscript
}

# The linked files that `where` asks for: $image/R, B and S, and the object O. Sets `image`.
build_image() { # c asm cflags code script ld ldflags poke where clean|planted
	local key="$*" log=$dir/ld.log field to
	image=${made[image|$key]:-}
	[ -n "$image" ] && return
	build_objects "$1" "$2" "$3" "$4" || return
	image=$dir/i$((++count))
	mkdir -p "$image"
	cp "$object/O" "$image/O"
	case $9 in
	*[RBS]*)
		build_script "$5" "$6" "${10}" || return
		inputs="$image/O $kernel" flags="$ld_flags $7"
		case $9 in *R*)
			$ld $flags -q -T "$ldscript" -o "$image/R" $inputs >"$log" 2>&1 ||
				{ problem 'the linker refuses it' "$log"; return; } ;;
		esac
		case $9 in *[BS]*)
			$ld $flags -T "$ldscript" -o "$image/B" $inputs >"$log" 2>&1 ||
				{ problem 'the linker refuses it' "$log"; return; } ;;
		esac
		case $9 in *S*)
			$strip -s -o "$image/S" "$image/B" 2>"$log" ||
				{ problem 'strip fails' "$log"; return; } ;;
		esac ;;
	esac
	while IFS= read -r field; do
		[ -n "$field" ] || continue
		for to in $(kinds "$9"); do
			"$work/poke" "$image/$to" $field 2>"$log" || problem "$to" "$log" || return
		done
	done <<<"$8"
	made["image|$key"]=$image
}

kinds() { # where
	fold -w1 <<<"$1"
}

# One run of the tool over the files of $image. Sets `report`, the JSON, and `command`.
check_image() { # args where
	local args=${1//@objects/$image/O} file files=
	for file in $(kinds "$2"); do files+=" $image/$file"; done
	command="$PERCPU_TOOL check $files $args"
	report=${made[report|$command]:-}
	[ -n "$report" ] && return
	report=$image/$((++count)).json
	$PERCPU_TOOL check --format json $files $args >"$report" 2>"$dir/check.log"
	echo $? >"$report.code"
	[ "$(<"$report.code")" -le 1 ] || { problem 'percpu-tool fails' "$dir/check.log"; return; }
	made["report|$command"]=$report
}

# ---- one fault on one toolchain ---------------------------------------------------------------

record() { # fault where result [why]
	local kind
	for kind in $(kinds "$2"); do
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$check" "$1" "$arch" "$kind" \
			"$linker" "$3" "${4:-}" "${command:-}" >&4
	done
}

matches() { # list word: the list is empty, or has the word
	case " ${1:-$2} " in *" $2 "*) return 0 ;; esac
	return 1
}

join() { # edits that are not empty, a line each
	local all= one
	for one; do [ -n "$one" ] && all+=${all:+$'\n'}$one; done
	printf %s "$all"
}

# Lines of assembly as a function of the compiler's output: the edit that appends it.
probe_edit() { # function lines
	[ -n "$2" ] || return
	local name=$1 lines=${2//\\/\\\\}
	printf '%s' '$a\\t.text\n\t.globl ' "$name" '\n\t.type ' "$name" ',%function\n' "$name" ':\n\t' \
		"${lines//$'\n'/\\n\\t}" '\n\t.size ' "$name" ', . - ' "$name"
}

# Plants the fault, and links its clean neighbour with the same base and the same options.
plant() {
	local where=${T[where]} code=${T[code]:-}
	local base_c=${T[base-c]:-} base_asm=${T[base-asm]:-} base_ld=${T[base-ld]:-}
	case ${T[script]:-} in *nonzero* | *naive*) code=${code:-in-place} ;; esac
	base_asm=$(join "$base_asm" "$(probe_edit base_probe "${T[base-probe]:-}")")
	T[asm]=$(join "${T[asm]:-}" "$(probe_edit probe "${T[probe]:-}")")
	command=
	build_image "$base_c" "$base_asm" "${T[cflags]:-}" "${code:-zero}" "${T[script]:-}" \
		"$base_ld" "${T[ldflags]:-}" '' "$where" clean ||
		problem "clean neighbour: $why" || return
	check_image "${T[args]:-}" "$where" || return
	local clean=$report
	[ "$(<"$clean.code")" = 0 ] || problem 'the clean neighbour brings exit code 1' || return
	build_image "$(join "$base_c" "${T[c]:-}")" "$(join "$base_asm" "${T[asm]:-}")" \
		"${T[cflags]:-}" "${code:-zero}" "${T[plant-script]:-${T[script]:-}}" \
		"$(join "$base_ld" "${T[ld]:-}")" "${T[ldflags]:-}" "${T[poke]:-}" \
		"$where" planted || return
	check_image "${T[args]:-}" "$where" || return
	[ "${T[finds]:-}" != error ] || [ "$(<"$report.code")" = 1 ] ||
		problem 'exit code 0 in spite of an error' || return
	judge "$clean"
}

# Records what each kind of file came to.
judge() { # the clean neighbour's report
	local file verdict judged=
	while IFS=$'\t' read -r file verdict; do
		judged+=$file
		if [ -z "$verdict" ]; then
			[ "${T[finds]:-}" = nothing ] && verdict=quiet || verdict=pass
			record "${T[fault]}" "$file" "$verdict"
		else
			record "${T[fault]}" "$file" fail "$verdict"
		fi
	done < <(jq -r -f $here/judge.jq --slurpfile clean "$1" --arg check "$check" \
		--arg severity "${T[finds]:-}" --arg section "${T[section]:-}" \
		--arg symbol "${T[symbol]:-}" --arg says "${T[says]:-}" --arg also "${T[also]:-}" \
		--arg skips "${T[skips]:-}" \
		"$report" 2>&1)
	[ "$judged" = "${T[where]}" ] || problem "judge.jq has judged '$judged'"
}

# `none: ARCHES WHERE LINKERS: reason`, * for all.
record_none() {
	local line arches_ where_ linkers_ reason command=
	while IFS= read -r line; do
		reason=${line#*: }
		read -r arches_ where_ linkers_ <<<"${line%%: *}"
		[ "$arches_" = '*' ] || matches "${arches_//,/ }" "$arch" || continue
		[ "$linkers_" = '*' ] || matches "${linkers_//,/ }" "$linker" || continue
		record - "$where_" none "$reason"
	done <<<"$1"
}

# All faults of the checks on one architecture with one linker: run in parallel with other such.
worker() { # arch linker checks...
	arch=$1 linker=$2
	shift 2
	dir=$work/$arch-$linker
	rm -rf "$dir"
	mkdir -p "$dir"
	declare -gA made=() T=()
	declare -g count=0
	toolchain "$arch" "$linker"
	exec 4>"$dir/results.tsv"
	for check; do
		while next_test; do
			[ -n "${T[none]:-}" ] && { record_none "${T[none]}"; continue; }
			matches "${T[arch]:-}" "$arch" || continue
			matches "${T[linker]:-}" "$linker" || continue
			why=${T[error]:-}
			[ -z "$why" ] && plant && continue
			record "${T[fault]}" "${T[where]}" fail "$why"
		done <$here/$check.test 3<&-
	done
	exec 4>&-
}

# ---- completeness and reports -----------------------------------------------------------------

# Which checks there are, and where each is decided: from the tool itself.
required() {
	"$PERCPU_TOOL" check --list-checks | awk 'NR > 1 { print $1, $3 }'
}

linkers_of() { # arch
	if command -v "$1-linux-gnu-gcc" >/dev/null && command -v "$1-linux-gnu-ld" >/dev/null; then
		echo bfd
	fi
	echo lld
}

# A cell that is decided but has neither fault nor reason; a fault of a check that is no more.
find_missed() { # checks...
	awk -F'\t' -v OFS='\t' -v cells="$(for arch in $arches; do
		for linker in $(linkers_of "$arch"); do echo "$arch $linker"; done; done)" '
		FILENAME == ARGV[1] && $6 == "quiet" { next }
		FILENAME == ARGV[1] { done[$1, $3, $4, $5] = 1; next }
		{
			n = split(cells, cell, "\n")
			for (i = 1; i <= n; i++)
				for (w = 1; w <= length($2); w++) {
					split(cell[i], at, " ")
					where = substr($2, w, 1)
					if (!(($1, at[1], where, at[2]) in done))
						print $1, "-", at[1], where, at[2], "missed",
							"no test plants a fault here", ""
				}
		}' "$results" <(required | grep -wE "^($(tr ' ' '|' <<<"$*"))" | tr ' ' '\t')
}

report_results() {
	awk -F'\t' '$6 == "fail" || $6 == "missed" {
		printf "FAIL matrix %s/%s %s %s %s: %s\n", $1, $2, $3, $4, $5, $7
		if ($8 != "") printf "    %s\n", $8
	}
	{ count[$6]++ }
	END {
		failed = count["fail"] + count["missed"]
		printf "%d passed, %d failed, 0 skipped\n", count["pass"] + count["quiet"], failed
		exit failed > 0
	}' "$results"
}

print_table() {
	local without=
	for arch in $arches; do
		linkers_of "$arch" | grep -q bfd || without+=" $arch"
	done
	awk -F'\t' -v no_bfd="${without:+No GNU toolchain is installed for$without.}" \
		-f $here/table.awk "$results" $here/later
}

stale() { # check why
	printf '%s\t-\t-\t-\t-\tfail\t%s\t\n' "$1" "$2" >>"$results"
}

run() { # checks...
	local check
	mkdir -p "$work"
	gcc -O1 -o "$work/poke" tests/tools/poke.c || exit 1
	rm -rf "$results" "$work"/*-*/
	for arch in $arches; do
		for linker in $(linkers_of "$arch"); do echo "$arch $linker $*"; done
	done | xargs -P "${JOBS:-2}" -L 1 "$0" --worker
	cat "$work"/*-*/results.tsv >"$results"
	find_missed "$@" >"$work/missed.tsv"
	cat "$work/missed.tsv" >>"$results"
	for check in $(cd $here && ls -- *.test); do
		required | grep -q "^${check%.test} " ||
			stale "${check%.test}" 'the tool has no such check'
	done
	while read -r check _; do
		required | grep -q "^$check " &&
			stale "$check" 'the tool has it: take it out of later'
	done < <(grep -v '^#' $here/later)
	sort -o "$results" "$results"
	report_results
}

case ${1:-} in
--worker)
	shift
	arch=$1 linker=$2
	shift 2
	have=()
	for check; do [ -f "$here/$check.test" ] && have+=("$check"); done
	worker "$arch" "$linker" ${have[@]+"${have[@]}"}
	;;
--table)
	[ -f "$results" ] || run $(required | cut -d' ' -f1) >/dev/null
	print_table
	;;
'') run $(required | cut -d' ' -f1) ;;
*)
	results=$work/some.tsv
	run "$@"
	;;
esac
