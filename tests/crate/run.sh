#!/bin/bash
# The C runtime and the Rust crate `percpu` in one image: for every machine, linker and model one is
# linked of the runtime and of the crate's side - crate.S, and crate.rs where a Rust compiler is
# there. One section holds both sides' variables, `check` finds nothing, and the kernel, booted with
# four CPUs, sees each side read what the other wrote. Images with something wrong on purpose show
# that this is noticed.
#
#   tests/crate/run.sh [WORD...]     only images with one of these words in their name, such as
#                                    riscv64, zero or x86_64/bfd/nonzero
#
# PERCPU_TOOL: the binary; TEST_DIR: where outputs go; JOBS: images at a time; KEEP=1:
# leave the images
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
dir=${TEST_DIR:-$PWD/build/test}/crate
here=tests/crate
export LC_ALL=C.UTF-8

. tests/toolchain.sh

# ---- what there is ------------------------------------------------------------------------------

# bfd means gcc and GNU ld, lld means clang and lld: objects of one compiler for each linker.
compiler() { # machine linker
	local kind=gcc
	[ "$2" = lld ] && kind=clang
	echo "$(kernel_compiler "$1" $kind) -O2 -Wall -Wextra -Werror -I$here"
}

has_toolchain() { # machine linker
	has "$(compiler "$1" "$2")" && has "$(kernel_linker "$1" "$2")"
}

emulator() { echo "qemu-system-$1 $qemu_console -smp 4 ${qemu_options[$1]}"; } # machine

# The Rust target that needs nothing installed, and the one that has a core library.
bare_target() { # machine
	case $1 in
	x86_64) echo x86_64-unknown-none ;;
	aarch64) echo aarch64-unknown-none-softfloat ;;
	riscv64) echo riscv64imac-unknown-none-elf ;;
	loongarch64) echo loongarch64-unknown-none-softfloat ;;
	esac
}
host_target=x86_64-unknown-linux-gnu

# ---- one image ----------------------------------------------------------------------------------

# In nonzero, where the template stands: the crate forms its addresses as numbers, of 16 bits on
# aarch64 and of 31 on riscv64, and the machine's memory begins beyond.
vma_option() { # machine model
	case $1-$2 in
	aarch64-nonzero) echo '--vma 0x4000' ;;
	riscv64-nonzero) echo '--vma 0x400000' ;;
	esac
}

model_macro() { # model
	[ "$1" = zero ] || echo -DPERCPU_NON_ZERO_VMA
}

# The C side: the runtime, and the kernel with what it takes from tests/kernel.
c_side() { # machine linker model directory macros...
	local machine=$1 out=$4 cc source
	cc="$(compiler "$1" "$2") $(model_macro "$3")"
	shift 4
	mkdir -p "$out"
	for source in runtime/percpu.c tests/kernel/{check,common}.c tests/kernel/"$machine"/*.[cS] \
		$here/kernel.c; do
		$cc "$@" -c -o "$out/$(tr /. -- <<<"$source").o" "$source" || return
	done
}

# The crate's side: of assembly, of rust without a core library, of rust-core with the host's.
crate_side() { # machine linker model side output macros...
	local machine=$1 linker=$2 model=$3 side=$4 out=$5 options=
	[ "$model" = nonzero ] && options='--cfg nonzero'
	shift 5
	case $side in
	rust)
		RUSTC_BOOTSTRAP=1 rustc --target "$(bare_target "$machine")" --cfg bare $options \
			"${rustc_flags[@]}" -o "$out" $here/crate.rs ;;
	rust-core)
		rustc --target $host_target $options "${rustc_flags[@]}" -o "$out" $here/crate.rs ;;
	assembly)
		$(compiler "$machine" "$linker") $(model_macro "$model") "$@" -c -o "$out" \
			$here/crate.S ;;
	esac
}
rustc_flags=(--edition 2021 --emit=obj -A warnings -C panic=abort -C opt-level=2
	-C relocation-model=static)

# The image, in the directory of the crate's side.
link() { # machine linker model objects directory script-options linker-options
	"$tool" ldscript --full --arch "$1" --cpus 4 --model "$3" $6 >"$5/script.ld" || return
	$(kernel_linker "$1" "$2") -static -z noexecstack -z max-page-size=4096 $7 --emit-relocs \
		--orphan-handling=error -T "$5/script.ld" -o "$5/kernel" "$4"/*.o "$5/crate.o"
}

# ---- what is asked of an image: each prints what is wrong ---------------------------------------

check_finds() { # image
	local said
	said=$("$tool" check -q --cpus 4 --fail-on warning "$1" 2>&1) || echo "check says: $said"
}

# The section that each variable's symbol is in: one, .percpu, and all of both sides are there.
sections_differ() { # image
	local found
	found=$(llvm-readelf-19 -SsW "$1" | awk '
		/^ *\[ *[0-9]+\] \.percpu / { sub(/^ *\[ */, ""); section = $1 + 0 }
		$4 == "OBJECT" && $8 ~ /__PERCPU_/ {
			if ($7 != section) print $8 " is in section " $7 ", .percpu is " section
			count++
		}
		END { if (count < 15) print count + 0 " variables" }')
	[ -z "$found" ] || echo "not one section: ${found//$'\n'/, }"
}

kind() { llvm-nm-19 "$1" | awk '$3 == "__PERCPU_SELF_PTR" { print $2 }' | tr -d '\n'; }

# Weak in C, strong in the crate, one in the image; on x86_64 only.
self_differs() { # machine objects directory
	local kinds
	kinds=$(kind "$2/runtime-percpu-c.o")/$(kind "$3/crate.o")/$(kind "$3/kernel")
	case $1:$kinds in
	x86_64:V/D/D | [^x]*://) ;;
	*) echo "__PERCPU_SELF_PTR in C, crate and image: $kinds" ;;
	esac
}

# Mode, model and register of each unit note: words of 4 bytes, as runtime/percpu_note.h has them.
percpu_units() { # image
	llvm-objcopy-19 -O binary --only-section=.note.percpu "$1" "$1.note"
	od -An -v -tu4 -w4 "$1.note" | awk '
		{ word[NR] = $1 }
		END {
			for (i = 1; i <= NR; i += 5 + word[i + 1] / 4)
				if (word[i + 2] == 1)
					print word[i + 6], word[i + 7], word[i + 8]
		}'
}

# All of the image's objects say the same; the crate has no note of its own.
notes_differ() { # machine model image
	local register model=1 found
	case $1 in
	x86_64) register=1 ;;
	aarch64) register=2 ;;
	riscv64) register=5 ;;
	loongarch64) register=7 ;;
	esac
	[ "$2" = nonzero ] && model=2
	found=$(percpu_units "$3" | awk -v want="1 $model $register" '
		{ count++ }
		$0 != want { print "a unit of mode, model and register " $0 ", not " want }
		END { if (count < 3) print count + 0 " units" }')
	[ -z "$found" ] || echo "notes: ${found//$'\n'/, }"
}

boots_not() { # machine directory
	local code
	timeout 60 $(emulator "$1") -kernel "$2/kernel" </dev/null 2>&1 | tr -d '\r' >"$2/out"
	code=${PIPESTATUS[0]}
	[ "$code" = "${exit_passed[$1]}" ] && [ "$(tail -n 1 "$2/out")" = PASS ] && return
	echo "exit code $code, $(tail -n 1 "$2/out" | cut -c 1-200)"
}

# ---- cases --------------------------------------------------------------------------------------

. tests/lib.sh 'crate: '
in_lines=1 shown=4

# Its steps, each a test.
step() { # step machine model objects directory
	case $1 in
	check) check_finds "$5/kernel" ;;
	section) sections_differ "$5/kernel" ;;
	self) self_differs "$2" "$4" "$5" ;;
	notes) notes_differ "$2" "$3" "$5/kernel" ;;
	boot) boots_not "$2" "$5" ;;
	esac
}

image() { # machine linker model side objects
	local name=$1/$2/$3/$4 out=$5-$4 said what
	mkdir -p "$out"
	said=$({ crate_side "$1" "$2" "$3" "$4" "$out/crate.o" &&
		link "$1" "$2" "$3" "$5" "$out" "$(vma_option "$1" "$3")" --no-relax; } 2>&1)
	if [ -n "$said" ] || [ ! -s "$out/kernel" ]; then
		fail "$name: does not build" "$said"
		return
	fi
	for what in check section self notes boot; do
		want_none "$name: $what" "$(step $what "$1" "$3" "$5" "$out")"
	done
}

# Something is wrong with the image: each step named notices it, and says so with the words given.
# Where the linker is the one that does, there is no image.
#
#	control MACHINE LINKER MODEL NAME OBJECTS SCRIPT-OPTIONS LINKER-OPTIONS [MACRO...] --
#		{STEP WORDS}...
control() {
	local machine=$1 linker=$2 model=$3 name=$1/$2/$3/$4 objects=$5 out=$5-$4
	local script=$6 options=$7
	local said linked macros=
	shift 7
	while [ "$1" != -- ]; do macros+=" $1"; shift; done
	shift
	mkdir -p "$out"
	linked=$({ crate_side "$machine" "$linker" "$model" assembly "$out/crate.o" $macros &&
		link "$machine" "$linker" "$model" "$objects" "$out" "$script" "$options"; } 2>&1)
	while [ $# -gt 0 ]; do
		said=$linked
		[ "$1" = link ] || said=$([ -s "$out/kernel" ] &&
			step "$1" "$machine" "$model" "$objects" "$out")
		if grep -qE -- "$2" <<<"$said"; then
			pass
		else
			fail "$name: $1 does not notice it" "$linked$said"
		fi
		shift 2
	done
}

# In the assembly; what rustc makes of the same instructions is no different.
controls() { # machine linker model objects
	local vma far
	vma=$(vma_option "$1" "$3")
	if [ "$3" = nonzero ]; then
		control "$1" "$2" "$3" bias "$4" "$vma" --no-relax -DWRONG_BIAS -- \
			boot 'FAIL .*percpu_read_reg\(\) is'
		# Where the template is loaded, these two cannot form its addresses.
		case $1 in
		aarch64) control "$1" "$2" "$3" in-place "$4" '' --no-relax -- \
			boot 'FAIL .*crate_read_reg\(\) is' \
			check 'one of 21, adds the lower 16 bits' ;;
		riscv64) control "$1" "$2" "$3" in-place "$4" '' --no-relax -- link R_RISCV_HI20 ;;
		esac
		return
	fi
	# Beyond an offset's bits the linker refuses it, where there are few of them.
	case $1 in
	aarch64) far='link R_AARCH64_MOVW_UABS_G0' ;;
	riscv64) far='link R_RISCV_HI20' ;;
	*) far='section __PERCPU_FLAG.is.in.section check section_single boot FAIL' ;;
	esac
	control "$1" "$2" "$3" section "$4" '' --no-relax -DWRONG_SECTION -- $far
	control "$1" "$2" "$3" register "$4" '' --no-relax -DWRONG_REGISTER -- boot 'FAIL .*crate_'
	control "$1" "$2" "$3" note "$4" '' --no-relax -DWRONG_NOTE -- \
		notes 'mode, model' check note_agrees
	case $1-$2 in
	x86_64-*)
		control_reserve "$@"
		control "$1" "$2" "$3" self "$4" '' --no-relax -DWRONG_SELF -- \
		self V//V boot 'FAIL .*crate_ptr' ;;
	riscv64-bfd) control "$1" "$2" "$3" relax "$4" '' '' -- check reloc_relax boot FAIL ;;
	esac
}

# The crate knows no reserve: its strides are those of areas without one.
control_reserve() { # machine linker model objects
	if ! c_side "$1" "$2" "$3" "$4-reserve-c" -DPERCPU_RESERVE=4096; then
		fail "$1/$2/$3/reserve: does not build"
		return
	fi
	control "$1" "$2" "$3" reserve "$4-reserve-c" '--reserve 4K' --no-relax -- \
		boot 'FAIL .*percpu_area_stride\(\) is'
}

job() { # machine linker model sides...
	local machine=$1 linker=$2 model=$3 objects=$dir/images/$1-$2-$3 said side
	shift 3
	said=$(c_side "$machine" "$linker" "$model" "$objects" 2>&1)
	if [ -n "$said" ]; then
		fail "$machine/$linker/$model: the C side does not build" "$said"
		return
	fi
	for side; do image "$machine" "$linker" "$model" "$side" "$objects"; done
	# What is wrong is in the objects: one linker will do where there are two.
	if [ "$linker" = bfd ] || ! has_toolchain "$machine" bfd; then
		controls "$machine" "$linker" "$model" "$objects"
	fi
	[ -n "${KEEP:-}" ] || rm -rf "$objects" "$objects"-*
}

# ---- the run ------------------------------------------------------------------------------------

if [ "${1:-}" = --job ]; then
	shift
	job "$@"
	exit
fi

# What Rust compiles here: without a core library crate.rs stands on what a compiler may not have.
rust_sides() { # machine
	local side
	has rustc || return
	for side in rust rust-core; do
		[ $side-"$1" = rust-core-"${host_target%%-*}" ] || [ $side = rust ] || continue
		crate_side "$1" - zero $side "$dir/probe.o" >"$dir/$1-$side.log" 2>&1 && echo $side
	done
}

# Lines for job(), and for what is not there SKIP.
list_jobs() { # words
	local machine linker model rust
	for machine in x86_64 aarch64 riscv64 loongarch64; do
		rust=$(rust_sides $machine | tr '\n' ' ')
		for linker in bfd lld; do
			for model in zero nonzero; do
				chosen $machine/$linker/$model "$@" || continue
				if ! has_toolchain $machine $linker; then
					skip "$machine/$linker/$model: no compiler or linker"
				elif ! has "$(emulator $machine)"; then
					skip "$machine/$linker/$model: no emulator"
				else
					[ -n "$rust" ] || skip \
						"$machine/$linker/$model: no rustc for crate.rs"
					echo "$machine $linker $model assembly $rust"
				fi
			done
		done
	done
}

chosen() { # name words
	local name=$1 word
	shift
	[ $# = 0 ] && return
	for word; do [[ /$name/ == *"/$word/"* ]] && return; done
	return 1
}

for needed in llvm-readelf-19 llvm-nm-19 llvm-objcopy-19; do
	has $needed && continue
	skip "no $needed"
	finish
done
rm -rf "$dir" && mkdir -p "$dir/images" || exit 1
list_jobs "$@" >"$dir/listed"
{
	grep ^SKIP "$dir/listed"
	grep -v ^SKIP "$dir/listed" | tr '\n' '\0' |
		PERCPU_TOOL=$tool xargs -0 -P "${JOBS:-$(nproc)}" -I{} \
			bash -c 'out=$("$0" --job $1 2>&1); echo "$out"' "$here/run.sh" {}
} >"$dir/results"
grep -q ^PASS "$dir/results" || fail "nothing has passed" >>"$dir/results"
finish_lines "$dir/results"
