# What the suites of relocations build from: compilers, linkers and scripts, by architecture. Sourced
# from the root of the tree; needs $tool, $work and fail(). bfd means gcc and GNU ld, lld means clang
# and lld.

fixtures=tests/fixtures/references
arches='x86_64 aarch64 riscv64 loongarch64'

# Sets cc, ld and ar; false where there is none.
toolchain() { # arch bfd|lld
	local machine
	case $1 in
	x86_64) machine=-mno-red-zone ;;
	aarch64) machine=-mgeneral-regs-only ;;
	riscv64) machine='-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany' ;;
	loongarch64) machine=-mabi=lp64s ;;
	esac
	ar=llvm-ar-19
	if [ "$2" = bfd ]; then
		cc="$1-linux-gnu-gcc $machine -fno-pic"
		[ "$1" = aarch64 ] && cc+=' -mno-outline-atomics'
		ld="$1-linux-gnu-ld --no-warn-rwx-segments"
	else
		cc="clang-19 --target=$1-unknown-none-elf $machine -fno-pic" ld=ld.lld-19
	fi
	cc+=' -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -w'
	ld+=' -static -z max-page-size=4096'
	command -v "${cc%% *}" >/dev/null && command -v "${ld%% *}" >/dev/null
}

# The clean script of a model, of which code is linked at another address where it has to be.
script() { # arch model base: prints its path
	local file=$work/$1.$2.$3.ld cpus='--cpus 4'
	if [ ! -f "$file" ]; then
		[ "$2" = naive ] && cpus=
		"$tool" ldscript --full --arch "$1" --model "$2" $cpus >"$file.new" || return
		[ -z "$3" ] || sed -i -E "s/^\t\. = 0x[0-9a-f]+;/\t. = $3;/" "$file.new"
		mv "$file.new" "$file"
	fi
	echo "$file"
}

# Commands are collected, and run two at a time: each makes the file that is its last word.
jobs=()
job() { jobs+=("$*"); }
run_jobs() {
	local file
	printf '%s\0' "${jobs[@]}" | xargs -0 -P 2 -n 1 bash -c 'f=${0##* }
		eval "$0" >"$f.log" 2>&1 || rm -f "$f"'
	for file in "${jobs[@]##* }"; do
		[ -s "$file" ] || fail "${file#"$work"/} is not made" "$(head -n 2 "$file.log")"
	done
	jobs=()
}
