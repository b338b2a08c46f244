#!/bin/bash
# The runtime as a library: built for each architecture by each compiler in several configurations,
# what it needs and what it exports; installed; linked into a kernel with the script beside it. Then as
# README.md and percpu-kernel(7) say: their commands, their flags, what pkg-config says.
#
#   PERCPU_TOOL: the binary; TEST_DIR: where outputs go
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}/library
here=tests/library
export LC_ALL=C.UTF-8
. tests/lib.sh 'library: '
. tests/toolchain.sh
shown=12

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

library() { # arch compiler configuration
	local arch=$1 cc=$2 root=$out/$1 log
	rm -rf "$root"
	mkdir -p "$root"
	# The program that is tested is not built again, whatever compiled it.
	if ! log=$(make --no-print-directory -o "$tool" runtime-install ARCH="$arch" CC="$cc" CPPFLAGS="$3" CFLAGS=-O2 CPUS=3 \
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
			"$(grep -q "needs .*PERCPU_PRISTINE" <<<"$log" || echo "$log")"
	fi
	for flag in -DPERCPU_PRISTINE -DPERCPU_SEPARATE -DPERCPU_DYNAMIC; do
		want_none "percpu_reset_to_init() with $flag" \
			"$(gcc $flag -Iruntime -fno-pic -c "$out/reset.c" -o "$out/reset.o" 2>&1)"
	done
}

# The files that percpu-kernel(7) says to copy are all that is needed, whatever the compiler's flags: on
# aarch64 without the one that keeps gcc from calling its library.
copied() { # arch compiler flag...
	local arch=$1 cc=$2 file to=$out/copy what="$1: copied files${3:+, ${*:3}}"
	has "$cc" || { skip "$what: no $cc"; return; }
	rm -rf "$to"
	mkdir -p "$to"
	for file in $(sed -n '/^runtime\/percpu\.h /,/^\.Ed/p' man/percpu-kernel.7 | grep -v '^\.' |
		sed "s/ARCH/$arch/g"); do
		[ ! -f "$file" ] || cp --parents "$file" "$to"
	done
	cp "$here/kernel.c" "$to"
	want_none "$what" "$(cd "$to" && $cc -O2 -ffreestanding -fno-pic "${@:3}" -Iruntime -r \
		-nostdlib -o all.o kernel.c runtime/*.c 2>&1 | grep -v 'is valid for LTO but not for C'
		foreign_names all.o)"
}

# A position-independent kernel, of CFLAGS that say so, as `-pie`, whose text needs no relocation.
position_independent() { # arch compiler flag
	local arch=$1 cc=$2 root=$out/$1 what="$1 $2 $3" log linker flags
	rm -rf "$root"
	mkdir -p "$root"
	log=$(plain_make "runtime-install ARCH=$arch CC='$cc' CPPFLAGS=-DPERCPU_NON_ZERO_VMA \
		CFLAGS='-O2 $3' CPUS=3 PREFIX='$root'") || { fail "$what: make" "$log"; return; }
	want_none "$what: warnings" "$(grep -i warning <<<"$log")"
	flags=$(sed 's/^[^ ]* *//' "build/runtime/$arch/flags")
	# shellcheck disable=SC2086
	$cc $flags -Iruntime -c "$here/kernel.c" -o "$root/kernel.o" || { fail "$what: compile"; return; }
	script "$root/lib/percpu/$arch/percpu.ld" | sed 's/0x40200000;/0x1000 + SIZEOF_HEADERS;/
		s/^.*\.rodata :/.dynamic : { *(.dynamic) } .rela.dyn : { *(.rela.*) } &/' >"$root/kernel.ld"
	for linker in $(linkers "$arch"); do
		has "$linker" || { skip "$arch: no $linker"; continue; }
		log=$($linker -m "${emulation[$arch]}" -pie --no-dynamic-linker -z text -z norelro \
			-z noexecstack --no-relax --emit-relocs -T "$root/kernel.ld" -o "$root/kernel.elf" \
			"$root/kernel.o" "$root/lib/percpu/$arch/libpercpu.a" 2>&1 | grep -v 'RWX perm\|-z norelro ignored')
		want_none "$what, $linker: link" "$log"
		want_none "$what, $linker: check" "$("$tool" check -q --fail-on warning "$root/kernel.elf" 2>&1)"
		rm -f "$root/kernel.elf"
	done
}

# percpu-kernel(7), The script: its PHDRS, with what it says of the copy of percpu.ld; and its link, in which
# INCLUDE finds the copy by -L. Of the model zero, with bytes in .data and areas behind them.
segments_as_documented() { # arch
	local arch=$1 root=$out/$1 cc what="$1: PHDRS" linker log
	cc=$(compilers "$arch" | head -n 1)
	library "$arch" "$cc" ""
	{
		echo 'ENTRY(_start)'
		sed -n '/^PHDRS {/,/^}$/p; /^SECTIONS {/,/^}$/p' man/percpu-kernel.7
	} >"$root/kernel.ld"
	mkdir -p "$root/copy"
	awk '/^\t\.percpu / { to = ":percpu" } /^\t\.percpu_areas / { to = ":bss" }
		/^\t}$/ && to { $0 = "\t} " to; to = "" } 1' \
		"$root/lib/percpu/$arch/percpu.ld" >"$root/copy/percpu.ld"
	want_none "$what: words of the copy" "$([ "$(grep -c '^	} :' "$root/copy/percpu.ld")" = 2 ] || echo not 2)"
	for linker in $(linkers "$arch"); do
		log=$($linker -m "${emulation[$arch]}" -static --no-relax --emit-relocs -z noexecstack \
			-L"$root/copy" -T "$root/kernel.ld" -o "$root/kernel.elf" "$root/kernel.o" \
			"$root/lib/percpu/$arch/libpercpu.a" 2>&1 | grep -v 'RWX permissions')
		want_none "$what, $linker: link" "$log"
		want_none "$what, $linker: check" "$("$tool" check -q --cpus 3 --fail-on warning "$root/kernel.elf" 2>&1)"
		want_none "$what, $linker: segments" "$([ "$(readelf -lW "$root/kernel.elf" | sed -nE \
			's/^ +0[0-9] +(\.percpu|\.percpu_areas.*) $/\1/p' | cut -d' ' -f1 | paste -sd' ')" \
			= '.percpu .percpu_areas' ] || readelf -lW "$root/kernel.elf")"
		rm -f "$root/kernel.elf"
	done
}

# Script and library of different reserves: the notes tell, and what they say to run gives a script
# that fits; of a script without any the linker tells.
other_reserve() {
	local root=$out/x86_64 log command
	library x86_64 gcc "-DPERCPU_SEPARATE -DPERCPU_RESERVE=4096 -DPERCPU_ALLOC_LOCK"
	link_with() { # options of percpu-tool ldscript
		"$tool" "$@" >"$root/other.ld"
		script "$root/other.ld" >"$root/kernel.ld"
		ld.bfd -static -z noexecstack --gc-sections --emit-relocs -T "$root/kernel.ld" \
			-o "$root/kernel.elf" "$root/kernel.o" "$root/lib/percpu/x86_64/libpercpu.a" \
			2>/dev/null
		log=$("$tool" check -q --fail-on warning --cpus 3 "$root/kernel.elf" 2>&1)
	}
	link_with ldscript -a x86_64 -c 3 -p separate
	log=$(ld.bfd -static -z noexecstack -T "$root/kernel.ld" -o "$root/kernel.elf" \
		"$root/kernel.o" "$root/lib/percpu/x86_64/libpercpu.a" 2>&1)
	want_none "a script without the library's reserve" \
		"$(grep -q 'undefined.*_percpu_reserve_end' <<<"$log" || echo "links: $log")"
	link_with ldscript -a x86_64 -c 3 -p separate --reserve 64
	want_none "a script of less than the library's reserve" \
		"$(grep -q '\[note_agrees\]' <<<"$log" || echo "check says: $log")"
	want_none "a script of less than the library's reserve: who overwrites" \
		"$(grep 'overwrite what follows' <<<"$log")"
	command='percpu-tool ldscript -a x86_64 -c 3 -p separate --reserve 0x1000'
	want_none "the script that fits: $command" "$(
		[ "$(grep -o 'percpu-tool ldscript [^;]*' <<<"$log" | sed 's/ prints .*//' |
			sort -u)" = "$command" ] || echo "check says: $log")"
	# shellcheck disable=SC2086
	link_with ${command#percpu-tool }
	want_none "the script that fits: check" "$log"
}

# As a user's: with no variable of the make that runs the tests.
users_make() { # words of a command line behind `make`, as in a shell
	env -u MAKEFLAGS -u MFLAGS -u MAKEOVERRIDES -u MAKELEVEL -u CC -u CFLAGS -u CPPFLAGS \
		-u LDFLAGS -u HOSTCC -u HOSTCFLAGS -u HOSTLDFLAGS -u ARCH -u DESTDIR -u PREFIX -u SAN \
		HOME="$out/home" sh -c "make --no-print-directory $1" 2>&1
}

# With the program that is tested, not built again.
plain_make() { # words of a command line behind `make`, as in a shell
	local b
	b=$(realpath --relative-to=. "$(dirname "$tool")")
	users_make "-o '$b/percpu-tool' B='$b' $1"
}

# The commands of percpu-kernel(7) that begin with `make`, without that word, and what README.md has of
# them for the library alone.
documented_commands() {
	sed -e ':more' -e '/\\e$/{N;s/\\e\n[[:space:]]*//;b more' -e '}' man/percpu-kernel.7 |
		sed -n 's/^\$ make //p'
	grep -oE '`make runtime [^`]*' README.md | sed 's/.make //'
}

word_of() { # command variable
	grep -oE "(^| )$2=[^ ]*" <<<"$1" | sed 's/.*=//'
}

# percpu-kernel(7), Flags; the ABI, which a kernel without floating point has, is the library's.
kernel_flags() { # arch compiler
	case $1 in
	x86_64) echo -fno-pic -mcmodel=kernel -mno-red-zone -mgeneral-regs-only ;;
	aarch64) echo -fno-pic -mgeneral-regs-only -mstrict-align ;;
	riscv64) echo -mcmodel=medany -fno-pic -march=rv64imac_zicsr_zifencei -mabi=lp64 ;;
	loongarch64) echo -fno-pic -march=loongarch64 -mabi=lp64s ;;
	esac
	case $1-$2 in
	aarch64-*gcc) echo -mno-outline-atomics ;;
	loongarch64-clang*) echo -fdirect-access-external-data ;;
	esac
	case $2 in clang*) echo "--target=$1-unknown-none" ;; esac
}

# A kernel from what pkg-config says of an installed tree, with each linker, judged by its program.
link_as_documented() { # what arch compiler prefix
	local what=$1 arch=$2 cc=$3 prefix=$4 flags libs script linker log kernel=$out/documented
	local -x PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	flags=$(pkg-config --cflags "percpu-$arch" 2>&1) || { fail "$what: pkg-config" "$flags"; return; }
	libs=$(pkg-config --libs "percpu-$arch")
	script=$(pkg-config --variable=ldscript "percpu-$arch")
	log=$($cc -ffreestanding -O2 $(kernel_flags "$arch" "$cc") $flags -c $here/kernel.c \
		-o "$kernel.o" 2>&1) || { fail "$what: no compile" "$log"; return; }
	script "$script" >"$kernel.ld"
	for linker in $(linkers "$arch"); do
		has "$linker" || { skip "$arch: no $linker"; continue; }
		rm -f "$kernel.elf"
		log=$($linker -m "${emulation[$arch]}" -static --no-relax -z noexecstack --emit-relocs \
			-T "$kernel.ld" -o "$kernel.elf" "$kernel.o" $libs 2>&1 |
			grep -v 'RWX permissions')
		want_none "$what, $linker: link" "$log"
		want_none "$what, $linker: check" "$("$prefix/bin/percpu-tool" check -q --cpus 8 \
			--fail-on warning "$kernel.elf" --objects "$kernel.o" 2>&1)"
	done
}

# Everything under DESTDIR, and nothing of that name in it: what is moved to its prefix works there.
install_as_documented() { # arch compiler, or nothing for the usual one
	local arch=$1 cc=$2 what="make install ARCH=$1${2:+ CC=$2}" log
	local prefix=$out/prefix stage=$out/stage macros=-DPERCPU_SEPARATE
	# Of these the model is what the notes of all objects have to share.
	macros="$macros -DPERCPU_RESERVE=4096 -DPERCPU_ALLOC_LOCK -DPERCPU_NON_ZERO_VMA"
	rm -rf "$stage" "$prefix"
	log=$(plain_make "install ARCH=$arch ${cc:+CC=$cc} CPPFLAGS='$macros' CPUS=8 \
		PREFIX='$prefix' DESTDIR='$stage'") || { fail "$what" "$log"; return; }
	want_none "$what: outside of DESTDIR" "$(ls -d "$prefix" 2>/dev/null)"
	want_none "$what: DESTDIR is named" "$(grep -rlIF "$stage" "$stage")"
	want_none "$what: no such page" "$(for page in man/*.[1-9]; do
		[ -f "$stage$prefix/share/man/man${page##*.}/${page##*/}" ] || echo "$page"
	done)"
	mv "$stage$prefix" "$prefix"
	link_as_documented "$what" "$arch" "${cc:-$(usual_compiler "$arch")}" "$prefix"
}

# In C++ the headers' casts are warned of, but with the line of percpu-kernel(7), of CXXFLAGS, they are not.
casts_as_documented() { # compiler
	local line what="$1: C's casts in C++" cxx log
	local -x PKG_CONFIG_PATH=$out/x86_64/lib/pkgconfig
	has "${1%% *}" || { skip "$what: no compiler"; return; }
	library x86_64 gcc -DPERCPU_NON_ZERO_VMA
	printf '%s\n' '#include <percpu.h>' 'DEFINE_PERCPU(int, x) = 1;' 'DEFINE_PERCPU(char *, p);' \
		'int f(char *q);' 'int f(char *q) { percpu_inc(x); percpu_write(p, q);' \
		'return percpu_xchg(x, 2) + *percpu_remote_ptr(x, 1) + percpu_sum(x); }' >"$out/casts.cc"
	line=$(sed -n 's/^CXXFLAGS += \(.*\)(shell \(.*\)riscv64)$/\1(\2x86_64)/p' man/percpu-kernel.7)
	cxx="$1 -std=c++17 -Wall -Wextra -Wold-style-cast -Werror $(pkg-config --cflags percpu-x86_64)"
	log=$($cxx -c -o "$out/casts.o" "$out/casts.cc" 2>&1) && fail "$what: none is warned of"
	want_none "$what: of the kernel's headers" "$(grep -q 'error.*old-style' <<<"$log" || echo "$log")"
	want_none "$what: of the system's headers" "$(
		eval "$cxx $line -c -o '$out/casts.o' '$out/casts.cc'" 2>&1)"
}

usual_compiler() { # arch
	sed -n 's/^RT_CC_USUAL *:= //p' "arch/$1/runtime.mk"
}

as_documented() {
	local command arch cc
	rm -rf "$out/home"
	while read -r command; do
		arch=$(word_of "$command" ARCH) cc=$(word_of "$command" CC)
		has "${cc:-$(usual_compiler "$arch")}" || { skip "no compiler for: make $command"; continue; }
		rm -rf "build/runtime/$arch"
		want_none "make $command" "$(plain_make "$command" | grep -v '^install\|^for\|^	\|^pkg-config finds')"
		want_none "make $command: no library" "$(ls "build/runtime/$arch/libpercpu.a" 2>&1 >/dev/null)"
		case $command in install*) link_as_documented "make $command" "$arch" \
			"${cc:-$(usual_compiler "$arch")}" "$out/home/percpu" ;; esac
	done < <(documented_commands)
	[ -d "$out/home/percpu" ] || fail "percpu-kernel(7) installs nothing into \$HOME/percpu"
	for arch in "${!emulation[@]}"; do
		for cc in "" $(compilers "$arch"); do
			has "${cc:-$(usual_compiler "$arch")}" || { skip "$arch: no $cc"; continue; }
			install_as_documented "$arch" "$cc"
		done
	done
}

machine_of() { # object or archive
	llvm-readelf-19 -h "$1" 2>&1 | sed -n 's/^ *Machine: *//p' | sort -u
}

# A program of this machine, whatever the kernel's compiler and its flags are; and `make` thereafter has
# nothing to compile.
kernels_compiler() { # compiler
	local cc=$1 what="make install ARCH=riscv64 CC=$1 CFLAGS=..., clean tree" log
	rm -rf "$out/prefix"
	log=$(users_make "install ARCH=riscv64 CC=$cc PREFIX='$out/prefix' CPPFLAGS=-DPERCPU_SEPARATE \
		LDFLAGS=-nostdlib CFLAGS='-O2 -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany'") ||
		{ fail "$what" "$log"; return; }
	want_none "$what: program" "$("$out/prefix/bin/percpu-tool" --version 2>&1 >/dev/null)"
	same "$what: library" RISC-V "$(machine_of "$out/prefix/lib/percpu/riscv64/libpercpu.a")"
	want_none "$what: flags" "$(grep -qE "^$cc .*-O2 -march=[^ ]* -mabi=lp64 -mcmodel=medany" \
		build/runtime/riscv64/flags || cat build/runtime/riscv64/flags)"
	touch "$out/stamp"
	want_none "make behind $what" "$(users_make all)"
	want_none "make behind $what: built again" "$(find build -newer "$out/stamp" -type f)"
}

# Nobody's runtime: refused in one line before anything is built, or, on such a machine, left out.
no_runtime() {
	local all="aarch64 loongarch64 riscv64 x86_64" log arch
	rm -rf "$out/prefix"
	for arch in ppc64le "'riscv64 aarch64'" ""; do
		log=$(users_make "install ARCH=$arch PREFIX='$out/prefix'") && fail "make install ARCH=$arch"
		want_none "make install ARCH=$arch" "$(
			grep -v "ARCH=${arch//\'/}: there is a runtime for $all\. *Stop\.\$" <<<"$log")"
		want_none "make install ARCH=$arch: built" "$(ls -d build "$out/prefix" 2>/dev/null)"
		rm -rf build "$out/prefix"
	done
}

machine_without_runtime() {
	local all="aarch64 loongarch64 riscv64 x86_64" log page what="make install on ppc64le"
	rm -rf "$out/prefix" "$out/uname"
	mkdir -p "$out/uname"
	printf '#!/bin/sh\necho ppc64le\n' >"$out/uname/uname"
	chmod +x "$out/uname/uname"
	log=$(PATH=$out/uname:$PATH users_make "install PREFIX='$out/prefix'") || fail "$what" "$log"
	same "$what: says" "no runtime is installed, ppc64le has none; make install ARCH= has $all" \
		"$(grep -E "^no runtime|libpercpu" <<<"$log")"
	want_none "$what: program" "$("$out/prefix/bin/percpu-tool" --version 2>&1 >/dev/null)"
	for page in man/*.[1-9]; do
		[ -f "$out/prefix/share/man/man${page##*.}/${page##*/}" ] || fail "$what: no ${page##*/}"
	done
	want_none "$what: runtime" "$(ls -d "$out"/prefix/lib/p* 2>/dev/null)"
}

# HOSTCC is the program's, and what another compiler has left in the tree does not stay.
other_compilers() { # compiler of riscv64
	local main=build/obj/cmd/main.o machine
	machine=$(machine_of $main)
	want_none "make HOSTCC=clang-19" "$(users_make "$main runtime ARCH=riscv64 \
		CC=$1 HOSTCC=clang-19 HOSTCFLAGS=-O1 HOSTLDFLAGS=-s")"
	same "make HOSTCC=clang-19: machine" "$machine" "$(machine_of $main)"
	want_none "make HOSTCC=clang-19: compiler" "$(
		llvm-readelf-19 -p .comment $main | grep -q clang || echo "not clang's")"
	want_none "make HOSTCC=clang-19: flags" "$(
		grep -q '^clang-19 .* -O1 .* -s$' build/obj/flags || cat build/obj/flags)"
	want_none "make CC=$1" "$(users_make "$main CC=$1")"
	same "make CC=$1: machine" RISC-V "$(machine_of $main)"
	want_none "make behind make CC=$1" "$(users_make $main)"
	same "make behind make CC=$1: machine" "$machine" "$(machine_of $main)"
}

# In a tree that nobody has built.
clean_tree() {
	local cc=riscv64-linux-gnu-gcc
	rm -rf "$out/tree"
	mkdir -p "$out/tree"
	cp -r --parents Makefile arch cmd lib man runtime tests/tests.mk tests/unit/runtime/programs \
		"$out/tree" || { fail "no copy of the tree"; return; }
	pushd "$out/tree" >/dev/null || return
	no_runtime
	if has $cc; then
		kernels_compiler $cc
		machine_without_runtime
		other_compilers $cc
	else
		skip "clean tree: no $cc"
	fi
	popd >/dev/null || return
}

# What pkg-config's file would say of it has no place: one line, and nothing is built.
relative_prefix() {
	local goal log
	for goal in install runtime-install; do
		log=$(plain_make "$goal PREFIX=relative DESTDIR='$out/stage'")
		want_none "make $goal PREFIX=relative" "$(grep -qx \
			'Makefile:[0-9]*: \*\*\* PREFIX=relative: one absolute path .*' <<<"$log" &&
			[ "$(wc -l <<<"$log")" = 1 ] || echo "$log")"
	done
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
for arch in "${!emulation[@]}"; do
	for cc in $(compilers "$arch"); do
		has "$cc" || continue
		for flag in -fpie -fPIC '-fno-pie -fPIE'; do position_independent "$arch" "$cc" "$flag"; done
	done
done
no_template
copied x86_64 gcc
copied aarch64 aarch64-linux-gnu-gcc
copied aarch64 aarch64-linux-gnu-gcc -flto -flinker-output=nolto-rel
other_reserve
for arch in "${!emulation[@]}"; do segments_as_documented "$arch"; done
relative_prefix
casts_as_documented g++
casts_as_documented clang++-19
as_documented
clean_tree
finish
