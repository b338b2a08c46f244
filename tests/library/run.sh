#!/bin/bash
# The runtime as a library: built for each architecture by each compiler in several configurations,
# what it needs and what it exports; installed; linked into a kernel with the script beside it.
#
#   PERCPU_TOOL: the binary; TEST_DIR: where outputs go
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}/library
here=tests/library
export LC_ALL=C.UTF-8
passed=0 failed=0 skipped=0

fail() { # line [detail]
	failed=$((failed + 1))
	echo "FAIL library: $1"
	[ -n "${2:-}" ] && head -n 12 <<<"$2" | sed 's/^/    /'
	return 0
}
skip() {
	skipped=$((skipped + 1))
	echo "SKIP library: $1"
}
want_none() { # what text
	if [ -z "$2" ]; then passed=$((passed + 1)); else fail "$1" "$2"; fi
}
has() { [ -n "$1" ] && command -v "${1%% *}" >/dev/null; }

compilers() { # arch
	case $1 in
	x86_64) echo gcc ;;
	aarch64 | riscv64) echo "$1-linux-gnu-gcc" ;;
	esac
	echo clang-19
}
linkers() { # arch
	case $1 in
	x86_64) echo x86_64-linux-gnu-ld.bfd ;;
	aarch64 | riscv64) echo "$1-linux-gnu-ld.bfd" ;;
	esac
	echo ld.lld-19
}

declare -A emulation=([x86_64]=elf_x86_64 [aarch64]=aarch64elf [riscv64]=elf64lriscv
	[loongarch64]=elf64loongarch)
configurations=(
	""
	"-DPERCPU_SEPARATE -DPERCPU_RESERVE=4096 -DPERCPU_ALLOC_LOCK"
	"-DPERCPU_DYNAMIC -DPERCPU_NON_ZERO_VMA"
	"-DPERCPU_PRISTINE -DPERCPU_DEBUG -DPERCPU_PREEMPT -DPERCPU_RESERVE=64"
	"-DPERCPU_SP_NAIVE -DPERCPU_PRISTINE -DPERCPU_RESERVE=64"
)

# Boundary symbols and hooks; of all that an archive's members need of each other nothing is left.
foreign_names() { # object linked with -r
	llvm-nm-19 -u "$1" | awk '{ print $NF }' | grep -vxE '_percpu_[a-z_]+' |
		grep -vxE 'percpu_(preempt_(disable|enable|is_disabled)|debug_failed|alloc_(un)?lock)'
}
exported_names() {
	llvm-nm-19 -g --defined-only "$1" | awk '{ print $NF }' | grep -vE '^(percpu_|__PERCPU_)'
}

# The script around the fragment, for a kernel that runs where it is loaded.
script() { # fragment
	cat <<-END
		ENTRY(_start)
		SECTIONS {
			. = 0x40200000;
			.text : { *(.text .text.*) }
			.rodata : { *(.rodata .rodata.*) }
			.note.percpu : { KEEP(*(.note.percpu)) }
			.data : { *(.data .data.* .sdata .sdata.* .got .got.*) }
			INCLUDE $1
			.bss : { *(.bss .bss.* .sbss .sbss.* COMMON) }
		}
	END
}

# A kernel from what is installed, and nothing else: check finds nothing to warn of.
link_installed() { # arch compiler configuration where
	local arch=$1 cc=$2 root=$4 linker flags cflags log
	flags=$(PKG_CONFIG_PATH=$root/lib/pkgconfig pkg-config --define-prefix --cflags "percpu-$arch") ||
		{ fail "$arch: no percpu-$arch.pc"; return; }
	cflags=$(sed 's/^[^ ]* *//; s/-I[^ ]*//g' "build/runtime/$arch/flags")
	# shellcheck disable=SC2086
	if ! log=$($cc $cflags $flags -c "$here/kernel.c" -o "$root/kernel.o" 2>&1); then
		fail "$arch $cc $3: no compile" "$log"
		return
	fi
	script "$root/lib/percpu/$arch/percpu.ld" >"$root/kernel.ld"
	for linker in $(linkers "$arch"); do
		has "$linker" || { skip "$arch: no $linker"; continue; }
		log=$($linker -m "${emulation[$arch]}" -static -z noexecstack --no-relax --gc-sections \
			--emit-relocs -T "$root/kernel.ld" -o "$root/kernel.elf" "$root/kernel.o" \
			"$root/lib/percpu/$arch/libpercpu.a" 2>&1 | grep -v 'RWX permissions')
		want_none "$arch $cc $linker $3: link" "$log"
		[ -f "$root/kernel.elf" ] || continue
		want_none "$arch $cc $linker $3: check" "$("$tool" check -q --fail-on warning \
			"$root/kernel.elf" 2>&1)"
		# The image's note, and those of the kernel and of the members that are used.
		log=$(readelf -n "$root/kernel.elf" | grep -cE 'percpu +0x00000028')
		[ "$log" = 1 ] && log=
		want_none "$arch $cc $linker $3: image notes" "$log"
		rm "$root/kernel.elf"
	done
}

# Without -g: GNU ld 2.40 crashes on debug information of clang for riscv64, whose R_RISCV_SET_ULEB128
# it does not know.
library() { # arch compiler configuration
	local arch=$1 cc=$2 root=$out/$1 log
	rm -rf "$root"
	mkdir -p "$root"
	if ! log=$(make --no-print-directory runtime-install ARCH="$arch" CC="$cc" CPPFLAGS="$3" CFLAGS=-O2 CPUS=3 \
		DESTDIR= PREFIX="$root" TOOL="$tool" 2>&1); then
		fail "make runtime ARCH=$arch CC=$cc CPPFLAGS='$3'" "$log"
		return
	fi
	want_none "$arch $cc $3: warnings" "$(grep -i warning <<<"$log")"
	log=$(sed -n "s/^pkg-config finds percpu-$arch with //p" <<<"$log")
	want_none "$arch $cc $3: what install says of pkg-config" "$(
		env ${log:-none} pkg-config --cflags "percpu-$arch" 2>&1 | grep -vF -- "-I$root/")"
	ld.lld-19 -m "${emulation[$arch]}" -r --whole-archive "$root/lib/percpu/$arch/libpercpu.a" \
		-o "$root/all.o"
	want_none "$arch $cc $3: needs" "$(foreign_names "$root/all.o")"
	want_none "$arch $cc $3: exports" "$(exported_names "$root/all.o")"
	link_installed "$arch" "$cc" "$3" "$root"
}

# A library for other placements has no template to reset from.
no_template() {
	local log
	printf '#include <percpu.h>\nDEFINE_PERCPU(int, x);\nint f(void);\n%s\n' \
		'int f(void) { return percpu_reset_to_init(x); }' >"$out/reset.c"
	if log=$(gcc -Iruntime -fno-pic -c "$out/reset.c" -o "$out/reset.o" 2>&1); then
		fail "percpu_reset_to_init() compiles without a template"
	else
		want_none "percpu_reset_to_init() without a template" \
			"$(grep -q percpu_reset_to_init <<<"$log" || echo "$log")"
	fi
	for flag in -DPERCPU_PRISTINE -DPERCPU_SEPARATE -DPERCPU_DYNAMIC; do
		want_none "percpu_reset_to_init() with $flag" \
			"$(gcc $flag -Iruntime -fno-pic -c "$out/reset.c" -o "$out/reset.o" 2>&1)"
	done
}

# The files that percpu-kernel(7) says to copy are all that is needed.
copied() {
	local file to=$out/copy
	rm -rf "$to"
	mkdir -p "$to"
	for file in $(sed -n '/^runtime\/percpu\.h /,/^\.Ed/p' man/percpu-kernel.7 | grep -v '^\.' |
		sed 's/ARCH/x86_64/g'); do
		[ ! -f "$file" ] || cp --parents "$file" "$to"
	done
	cp "$here/kernel.c" "$to"
	want_none "copied files" "$(cd "$to" && gcc -O2 -ffreestanding -fno-pic -Iruntime -r \
		-nostdlib -o all.o kernel.c runtime/*.c 2>&1 && foreign_names all.o)"
}

# Script and library of different reserves: the notes tell.
other_reserve() {
	local root=$out/x86_64 log
	library x86_64 gcc "-DPERCPU_RESERVE=4096"
	"$tool" ldscript -a x86_64 -c 3 >"$root/other.ld"
	script "$root/other.ld" >"$root/kernel.ld"
	ld.bfd -static -z noexecstack -T "$root/kernel.ld" -o "$root/kernel.elf" "$root/kernel.o" \
		"$root/lib/percpu/x86_64/libpercpu.a" 2>/dev/null
	log=$("$tool" check -q "$root/kernel.elf" 2>&1)
	want_none "a script without the library's reserve" \
		"$(grep -q '\[area_room\]\|\[note_agrees\]' <<<"$log" || echo "check says: $log")"
}

mkdir -p "$out" || exit 1
for arch in x86_64 aarch64 riscv64 loongarch64; do
	[ -f "arch/$arch/access.h" ] || { skip "$arch: no accessors"; continue; }
	for cc in $(compilers "$arch"); do
		has "$cc" || { skip "$arch: no $cc"; continue; }
		for configuration in "${configurations[@]}"; do
			library "$arch" "$cc" "$configuration"
		done
	done
done
no_template
copied
other_reserve
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
