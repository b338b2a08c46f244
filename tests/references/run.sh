#!/bin/bash
# References to per-CPU data against an independent reader, and innocent code without an error: a
# corpus of C, assembly and Rust in the three models, built by two compilers with the options that
# change how an address is formed, linked by two linkers.
#
#   tests/references/run.sh [FILE...]    these files instead, against the reader only
#
# PERCPU_TOOL: the binary; TEST_DIR: outputs; KEEP=1: what the last run has built.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}
work=$out/references
. tests/lib.sh 'references: '
[ -n "${KEEP:-}" ] || rm -rf "$work"
mkdir -p "$work"

. tests/references/corpus.sh

references=$work/references
if ! "${CC:-gcc}" -std=c11 -O1 -g -D_GNU_SOURCE ${SAN:+-fsanitize=address,undefined} -I. \
	-o "$references" tests/references/references.c "$(dirname "$tool")/libpercpu-tool.a" \
	$(pkg-config --libs libelf) -liberty >"$work/build.log" 2>&1; then
	fail "references.c does not build" "$(head -n 5 "$work/build.log")"
	finish
fi

# ---- the corpus ---------------------------------------------------------------------------------

# Ways to form an address: NAME FLAGS, and where such code is linked when not at the usual place.
variants() { # arch bfd|lld
	case $1 in
	x86_64)
		echo 'kernel -mcmodel=kernel 0xffffffff80200000'
		echo 'medium -mcmodel=medium'
		echo 'large -mcmodel=large'
		echo 'pie -fpie' ;;
	aarch64)
		echo 'tiny -mcmodel=tiny'
		echo 'large -mcmodel=large' ;;
	riscv64)
		echo 'medlow -mcmodel=medlow 0x200000' ;;
	loongarch64)
		echo 'medium -mcmodel=medium'
		echo 'extreme -mcmodel=extreme' ;;
	esac
	echo 'pic -fPIC'
	echo 'anchors -fsection-anchors' | { [ "$2" = bfd ] && cat; }
	echo 'sections -ffunction-sections -fdata-sections'
}

# Assembles or compiles, and links; both are in the lists of their model.
add() { # model name base flags source [more sources]
	local model=$1 name=$arch-$linker-$1-$2 base=$3 flags=$4 object image
	shift 4
	object=$work/$name.o image=$work/$name.elf
	job "$cc $flags -c $1 -o $object"
	links+=("$ld $ldflags -q -T $(script "$arch" "$model" "$base") $object ${2:-} -o $image")
	lists[$model.O]+="$object " lists[$model.R]+="$image "
}

# Optimisation changes which instruction uses what a relocation forms; a variant, how it is formed.
add_all() { # model name flags source [more]
	local level name flags base model=$1 title=$2 common=$3
	shift 3
	for level in 0 1 2 s; do
		add "$model" "$title-O$level" '' "$common -O$level" "$@"
	done
	while read -r name flags base; do
		case $base in -*) flags="$flags $base" base= ;; esac
		for level in 0 2; do
			# gcc 12 drops the segment of what it loads by movabs: tests/faults has it.
			[ "$title-$name-$linker" = segment-large-bfd ] && continue
			add "$model" "$title-$name-O$level" "$base" "$common $flags -O$level" "$@"
		done
	done < <(variants "$arch" "$linker")
}

corpus() {
	local boot=$work/$arch-$linker-boot.o ldflags=
	# No relaxation where the per-CPU register is gp; elsewhere the linker does what it likes.
	local fixed=
	[ "$arch" = riscv64 ] && fixed='-mno-relax'
	job "$cc -c tests/fixtures/base.S -o $boot"
	add zero sequences '' "$fixed" $fixtures/sequences.S
	add_all zero c "$fixed" $fixtures/zero.c "$boot"
	[ "$arch" = x86_64 ] && add_all zero segment -DSEGMENT $fixtures/zero.c "$boot"
	add_all nonzero c '' $fixtures/in_place.c
	add_all naive c '' $fixtures/naive.c
}

# Linux: a section of another name, linked in place by a script of its shape. On aarch64 the kernel
# relocates itself, and the template too.
linux() {
	local script=$work/$arch-linux.ld edit='/\.hyp\.data\.\.percpu :/,/\}/d' common level
	common='-DLINUX -DPOINTERS -DSECTION=\".data..percpu\"'
	[ "$arch" = x86_64 ] && edit+='; s/0xffff000000000000/0xffffffff40000000/' &&
		common+=' -mcmodel=kernel'
	[ -f "$script" ] || sed -E "$edit" tests/fixtures/systems/linux_in_place.ld >"$script"
	for level in 0 2; do
		linux_one c "$common -O$level" "-T $script"
		[ "$arch" = aarch64 ] &&
			linux_one pie "$common -O$level -fpie" "-pie --no-dynamic-linker -z notext -T $script"
	done
}

linux_one() { # name flags ldflags
	local name=$arch-$linker-linux-$1-O$level
	job "$cc $2 -c $fixtures/in_place.c -o $work/$name.o"
	links+=("$ld -q $3 $work/$name.o -o $work/$name.elf")
	lists[linux.O]+="$work/$name.o " lists[linux.R]+="$work/$name.elf "
}

# ---- Rust, where it is there: what the percpu crate makes ---------------------------------------

targets='x86_64:x86_64-unknown-none aarch64:aarch64-unknown-none-softfloat
	riscv64:riscv64imac-unknown-none-elf loongarch64:loongarch64-unknown-none-softfloat'

rust() { # model
	local model=$1 target level name options start=
	for target in $targets; do
		arch=${target%%:*} target=${target#*:}
		for level in 0 2 s; do
			name=$arch-rust-$model-O$level
			job "RUSTC_BOOTSTRAP=1 rustc --edition 2021 --emit=obj --target $target" \
				"-C panic=abort -C overflow-checks=off -C opt-level=$level" \
				"--cfg 'model=\"$model\"'" \
				"$fixtures/percpu.rs -o $work/$name.o"
			lists[$model.O]+="$work/$name.o "
			for linker in bfd lld; do
				toolchain "$arch" $linker || continue
				[ "$model" = zero ] && start=$work/$arch-$linker-boot.o
				options="--no-relax -T $(script "$arch" "$model" '')"
				links+=("$ld -q $options $work/$name.o $start -o $work/$name-$linker.elf")
				lists[$model.R]+="$work/$name-$linker.elf "
			done
		done
	done
}

# The fixture stands on what the compiler calls unstable: what one release compiles, another may not.
has_rust() {
	command -v rustc >/dev/null && RUSTC_BOOTSTRAP=1 rustc --edition 2021 --emit=obj \
		--target x86_64-unknown-none -C panic=abort -C overflow-checks=off \
		--cfg 'model="zero"' -o "$work/probe.o" \
		$fixtures/percpu.rs >"$work/rust.log" 2>&1
}

build() {
	local arch linker model links=()
	for arch in $arches; do
		for linker in bfd lld; do
			if toolchain "$arch" $linker; then
				corpus
				linux
			else
				skip "$arch: no compiler or linker for $linker"
			fi
		done
	done
	if has_rust; then
		for model in zero nonzero naive; do rust $model; done
	else
		skip 'no rustc, or not one that compiles percpu.rs'
	fi
	run_jobs
	jobs=("${links[@]}")
	run_jobs
}

# ---- the independent reader ---------------------------------------------------------------------

# One file: what differs, or nothing. Run in a shell of its own, two at a time.
compare() { # reader file result
	"$references" "$2" >"$3.ours" 2>"$3.err" || { head -n 1 "$3.err"; return; }
	perl tests/references/compare.pl "$1" llvm-objdump-19 "$2" "$3.ours" \
		.percpu .data..percpu >"$3.compared" 2>&1
	grep -q '^[0-9]* agree, 0 differ$' "$3.compared" || head -n 3 "$3.compared"
}
export references
export -f compare

# Both readers in turn: what one of them does not print right would be seen in half of the files.
read_all() { # least number of references in a file, files
	local file result least=$1 turn=0 all=0 count reader differs
	shift
	for file; do
		reader=readelf
		[ $((turn % 2)) = 0 ] && reader=llvm-readelf-19
		printf '%s\0' "$reader" "$file" "$work/read-$((turn++))"
	done | xargs -0 -P 2 -n 3 bash -c 'text=$(compare "$0" "$1" "$2")
		echo "$text" >"$2.differs"'
	turn=0
	for file; do
		result=$work/read-$((turn++))
		differs=$(<"$result.differs")
		count=$(awk '/ agree, / { print $1 }' "$result.compared")
		[ -n "$differs" ] || [ "${count:-0}" -ge "$least" ] || differs='no reference is read'
		all=$((all + ${count:-0}))
		[ -z "$differs" ] && pass || fail "${file#"$work"/}: read otherwise" "$differs"
	done
	echo "$# files: the readers agree on $all references"
}

# ---- innocent code ------------------------------------------------------------------------------

# No error in any of them, and no warning but one of the expression; but for what the fixtures do, and
# checks of accesses rightly say:
#
#   access_register      set_up() of in_place.c is C that names four variables: it reads one and writes three
#                        at the template's addresses, where no CPU's base takes part. Before there are areas
#                        that may be meant; no instruction tells, and afterwards it is the fault itself.
#   access_one_register  _start of sequences.S, on aarch64, goes through TPIDR_EL1, and through TPIDR_EL2, of
#                        which a kernel has one. Said once a file.
#   access_width         there, on x86_64, for each of two variables of 24 and 16 bytes, and for their second
#                        halves: of vmovdqu and vpaddd the 32 bytes go beyond all four, of movups, vinserti128
#                        and cmpxchg16b the 16 bytes beyond the last one: 11.
#
# What is said of these places is nothing else, and of stated objects it is all of that.
judged='^access_register: (__PERCPU_)?(counter|queue|handler): write of [48] bytes in set_up(\+| )'
judged+='|^access_register: (__PERCPU_)?private: read of 8 bytes in set_up(\+| )'
judged+='|^access_one_register: global: .* in _start\+.* goes through TPIDR_EL2, and others go through TPIDR_EL1$'
judged+='|^access_width: (global|local): (read|write|read-modify-write) of (16|32) bytes in _start\+'
judgement='.check + ": " + (.symbol // "-") + ": " + .message'

# Of each stated object: so many of them there have to be.
judges() { # model
	local path found want
	while IFS=$'\t' read -r path found; do
		case ${path##*/} in
		x86_64-*-zero-sequences.o) want='11 access_width' ;;
		aarch64-*-zero-sequences.o) want='1 access_one_register' ;;
		# gcc loads addresses from literals, of which in an object only a relocation tells.
		*-rust-* | aarch64-bfd-nonzero-c-large-*) want= ;;
		*-nonzero-*.o) want='4 access_register' ;;
		*) want= ;;
		esac
		[ "$found" = "$want" ] && pass || fail "${path##*/}: what checks of accesses say" "$found, not $want"
	done < <(jq -r --arg judged "$judged" '.files[] | .path + "\t" + ([.findings[] |
		select('"$judgement"' | test($judged)) | .check] | group_by(.) |
		map("\(length) \(.[0])") | join(", "))' "$work/$1-objects-stated.json")
}

quiet() { # title allowed-warnings options files
	local title=$1 allowed=$2 options=$3 report=$work/$(tr ' ' - <<<"$1").json
	shift 3
	"$tool" check --format json $options "$@" >"$report" 2>"$work/check.log"
	[ $? -le 1 ] || fail "$title: percpu-tool fails" "$(head -n 2 "$work/check.log")"
	jq -r --arg allowed "$allowed" --arg judged "$judged" '.files[] | .path as $path | if .error then "\($path)\t\(.error)"
		elif .layouts == [] then "\($path)\tno layout" else empty end,
		(.findings[] | select(('"$judgement"' | test($judged)) | not) |
			select(.severity == "error" or (.severity == "warning" and
			(($allowed != "" and (.check + ": " + .message | test($allowed))) | not))) |
			"\($path)\t\(.severity) \(.check): \(.symbol // "-"): \(.message)")' "$report" \
		>"$report.loud"
	local count
	count=$(jq '.files | length' "$report")
	passed=$((passed + count - $(cut -f 1 "$report.loud" | sort -u | wc -l)))
	while read -r path; do
		fail "$title: ${path#"$work"/} is not quiet" \
			"$(grep -F "$path"$'\t' "$report.loud" | cut -f 2- | head -n 2)"
	done < <(cut -f 1 "$report.loud" | sort -u)
}

# The objects of a model once more, as members of archives.
archives() { # model
	local arch files=
	for arch in $arches; do
		rm -f "$work/$arch-$1.a"
		"$ar" rcs "$work/$arch-$1.a" $(tr ' ' '\n' <<<"${lists[$1.O]}" | grep "/$arch-") ||
			fail "$arch-$1.a is not made"
		files+=" $work/$arch-$1.a"
	done
	quiet "$1 archives stated" '' "--model $1" $files
	quiet "$1 archives" "$allowed" '' $files
}

declare -A lists=()
if [ $# -gt 0 ]; then
	read_all 0 "$@"
	finish
fi
build
read_all 1 ${lists[*]}
for model in zero nonzero naive; do
	# An object that does not say its model, and takes addresses, may be one of zero gone wrong.
	allowed='^reloc_kind: '
	[ $model = zero ] && allowed=
	quiet "$model objects stated" '' "--model $model" ${lists[$model.O]}
	judges $model
	quiet "$model kernels stated" '' "--model $model" ${lists[$model.R]}
	quiet "$model objects" "$allowed" '' ${lists[$model.O]}
	quiet "$model kernels" '' '' ${lists[$model.R]}
	archives $model
done
quiet 'linux objects' '^reloc_kind: ' '' ${lists[linux.O]}
quiet 'linux kernels' '' '' ${lists[linux.R]}
finish
