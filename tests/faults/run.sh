#!/bin/bash
# Faults that were made before, by real people or compilers, from source to finding: what compiles
# and links without a word, and what percpu-tool says of it, with the symbol and the bytes of the
# code. Beside each an innocent twin, which is clean.
#
#   tests/faults/run.sh
#
# PERCPU_TOOL: the binary; TEST_DIR: outputs.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
work=${TEST_DIR:-$PWD/build/test}/faults
. tests/lib.sh 'faults: '
rm -rf "$work"
mkdir -p "$work"

. tests/references/corpus.sh

# Sources by name; each has its own variables, and `_start` where it is linked alone.
source_of() { # name
	case $1 in
	# 64 KiB of buffer, and a variable behind it; read as the crate does.
	large) cat <<'END'
#define PERCPU __attribute__((section(".percpu"), used))
PERCPU char __PERCPU_buffer[SIZE] = {1};
PERCPU unsigned long __PERCPU_behind = 2;
unsigned long get(void)
{
	unsigned long x, b;
	__asm__ volatile("movz %0, #:abs_g0_nc:__PERCPU_behind\n\tmrs %1, tpidr_el1\n\t"
		"ldr %0, [%1, %0]" : "=&r"(x), "=&r"(b));
	return x;
}
void _start(void) { get(); for (;;); }
END
	;;
	# The difference of two truncated addresses, as the crate's non-zero-vma has it.
	difference) cat <<'END'
#define PERCPU __attribute__((section(".percpu"), used))
PERCPU unsigned long __PERCPU_first = 1;
PERCPU char __PERCPU_buffer[0x8000] = {1};
PERCPU unsigned long __PERCPU_behind = 2;
unsigned long get(void)
{
	unsigned long x, b;
	__asm__ volatile("movz %0, #:abs_g0_nc:__PERCPU_behind\n\t"
		"movz %1, #:abs_g0_nc:_percpu_load_start\n\tsub %0, %0, %1\n\t"
		"mrs %1, tpidr_el1\n\tldr %0, [%1, %0]" : "=&r"(x), "=&r"(b));
	return x;
}
void _start(void) { get(); for (;;); }
END
	;;
	# An access of riscv64; NEAR stands below 0x800, FAR above.
	relax) cat <<'END'
#define PERCPU __attribute__((section(".percpu"), used))
PERCPU unsigned long __PERCPU_near = 1;
PERCPU char __PERCPU_buffer[0x1000] = {1};
PERCPU unsigned long __PERCPU_far = 2;
unsigned long get(void)
{
	unsigned long x;
	__asm__ volatile("lui %0, %%hi(" NAME ")\n\tadd %0, %0, gp\n\tld %0, %%lo(" NAME ")(%0)"
		: "=r"(x));
	return x;
}
void set(unsigned long x)
{
	unsigned long place;
	__asm__ volatile("lui %0, %%hi(" NAME ")\n\tadd %0, %0, gp\n\tsd %1, %%lo(" NAME ")(%0)"
		: "=&r"(place) : "r"(x));
}
#if defined(ORDINARY)
unsigned long ordinary = 3;
void _start(void) { set(get() + ordinary); for (;;); }
#else
void _start(void) { set(get()); for (;;); }
#endif
END
	;;
	# The storage symbol named in C, beside accesses that are right.
	direct) cat <<'END'
#define PERCPU __attribute__((section(".percpu"), used))
PERCPU unsigned long __PERCPU_counter = 1;
PERCPU unsigned long __PERCPU_other = 2;
unsigned long right(void)
{
	unsigned long x;
#if defined(__x86_64__)
	__asm__ volatile("mov %%gs:__PERCPU_other, %0" : "=r"(x));
#elif defined(__aarch64__)
	__asm__ volatile("movz %0, #:abs_g0_nc:__PERCPU_other\n\tmrs x9, tpidr_el1\n\tldr %0, [x9, %0]"
		: "=r"(x) : : "x9");
#elif defined(__riscv)
	__asm__ volatile(".option push\n\t.option norelax\n\tlui %0, %%hi(__PERCPU_other)\n\t"
		"add %0, %0, gp\n\tld %0, %%lo(__PERCPU_other)(%0)\n\t.option pop" : "=r"(x));
#elif defined(__loongarch__)
	__asm__ volatile("lu12i.w %0, %%abs_hi20(__PERCPU_other)\n\t"
		"ori %0, %0, %%abs_lo12(__PERCPU_other)\n\tldx.d %0, %0, $r21" : "=r"(x));
#endif
	return x;
}
unsigned long ordinary = 3;
unsigned long get(void) { return __PERCPU_counter + 1; }
void _start(void) { ordinary += get() + right(); for (;;); }
END
	;;
	# The same variable by its offset: the base is added, or whoever asks for the offset adds it.
	based) cat <<'END'
#define PERCPU __attribute__((section(".percpu"), used))
PERCPU unsigned long __PERCPU_counter = 1;
unsigned long ordinary = 3;
static unsigned long base(void)
{
	unsigned long x;
	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(x));
	return x;
}
unsigned long get(void)
{
	return *(unsigned long *)(base() + (unsigned long)&__PERCPU_counter) + ordinary;
}
unsigned long offset(void) { return (unsigned long)&__PERCPU_counter; }
void _start(void) { ordinary += get() + offset(); for (;;); }
END
	;;
	# What a thread has is not what a CPU has.
	thread) cat <<'END'
__thread unsigned long __PERCPU_counter __attribute__((section(".percpu"), used)) = 1;
unsigned long get(void) { return __PERCPU_counter; }
void _start(void) { get(); for (;;); }
END
	;;
	# gcc 12 -mcmodel=large loads what it knows to be near rax by movabs, and forgets the segment.
	segment) cat <<'END'
#define PERCPU __seg_gs __attribute__((section(".percpu"), used))
PERCPU unsigned long __PERCPU_counter = 1;
PERCPU unsigned long __PERCPU_other = 2;
unsigned long get(void) { return __PERCPU_counter + __PERCPU_other; }
void _start(void) { get(); for (;;); }
END
	;;
	esac
}

# Compiles $source for $arch. Sets `object`.
compile() { # name cflags
	local name=$arch-$linker-$1 order=
	object=$work/$name.o
	source_of "$source" >"$work/$name.c"
	[ $linker = bfd ] && order=-fno-toplevel-reorder
	eval "$cc $order -O1 $2 -c -o $object $work/$name.c" 2>"$work/$name.log" ||
		fail "$name does not compile" "$(head -n 2 "$work/$name.log")"
	[ -s "$object" ]
}

# And links it. Sets `image` too.
build() { # name cflags ldflags script-edit script-options
	local name=$arch-$linker-$1
	image=$work/$name.elf
	compile "$1" "$2" || return
	"$tool" ldscript --full --arch "$arch" --cpus 4 ${5:-} >"$work/$name.ld.clean" ||
		{ fail "$name: no script"; return 1; }
	# The script's assertions refuse what is planted.
	sed -E "/^ASSERT/,/\)\$/d; ${4:-}" "$work/$name.ld.clean" >"$work/$name.ld"
	$ld -q $3 -T "$work/$name.ld" -o "$image" "$object" 2>"$work/$name.log" ||
		{ fail "$name does not link" "$(head -n 2 "$work/$name.log")"; return 1; }
}

# The check fires at the symbol, as that severity, and shows the instruction: an expression of its
# bytes. Nothing else is an error.
finds() { # file model check severity symbol bytes [says [also]]
	local title=${1#"$work"/} report=$1.json
	"$tool" check --format json --model "$2" "$1" >"$report" 2>&1
	if jq -e --arg check "$3" --arg severity "$4" --arg symbol "$5" --arg bytes "$6" \
		--arg says "${7:-}" --arg also "${8:-}" '.files[0].findings |
		any(.check == $check and .severity == $severity and (.symbol // "") == $symbol and
			((.bytes // "") | test($bytes)) and (.message | test($says)) and .address) and
		all(.severity != "error" or .check == $check or .check == $also)' "$report" >/dev/null; then
		pass
	else
		fail "$title: $3 of $5 is not found, or not alone" "$(show "$report")"
	fi
}

clean() { # file model
	local title=${1#"$work"/} report=$1.json
	"$tool" check --format json --model "$2" "$1" >"$report" 2>&1
	jq -e '.files[0].findings | all(.severity == "note")' "$report" >/dev/null && pass ||
		fail "$title is not clean" "$(show "$report")"
}

show() { # report
	jq -r '.files[0].findings[]? | "\(.severity) \(.check): \(.symbol): \(.message) [\(.bytes)]"' \
		"$1" | head -n 4
}

# ---- the area grows ------------------------------------------------------------------------------

area_over_64k() {
	source=large
	build large -DSIZE=0x10000 '' &&
		finds "$image" zero reloc_range error behind '^.. .. 80 d2$' 'offset 0x10000'
	# In the object its own section is already too large.
	finds "$object" zero reloc_range warning behind '^.. .. 80 d2$'
	build large-fits -DSIZE=0xfff8 '' && clean "$image" zero
}

# The difference of two halves: right while both have the same upper half.
block_of_64k() {
	local at='s/^\t\.percpu : /\t. = ALIGN(0x10000) + OFFSET;\n&/'
	source=difference
	build block '' '' "${at/OFFSET/0x4000}" '--model nonzero' && clean "$image" nonzero
	build boundary '' '' "${at/OFFSET/0xc000}" '--model nonzero' &&
		finds "$image" nonzero reloc_range error behind '^.. .. .. d2$' 'load start'
}

# ---- riscv64 relaxation ----------------------------------------------------------------------------

# GNU ld takes gp out of what stands below 0x800: a load and a store.
relaxation() {
	local near='-DNAME=\"__PERCPU_near\"' far='-DNAME=\"__PERCPU_far\"'
	source=relax
	build relax "$near" --relax
	finds "$object" zero reloc_relax warning near '^37 ' 'one of [24]'
	if [ $linker = bfd ]; then
		finds "$image" zero reloc_relax error near '^03 3|^83 3' 'in get'
		finds "$image" zero reloc_relax error near '^23 3' 'in set'
	else
		clean "$image" zero
	fi
	build relax-not "$near" --no-relax && clean "$image" zero
	build relax-none "$near -mno-relax" --relax && clean "$image" zero && clean "$object" zero
	build relax-far "$far" --relax && clean "$image" zero
	# Ordinary data is addressed from gp where __global_pointer$ is defined.
	source=relax
	[ $linker = bfd ] && build relax-gp "$far -DORDINARY" --relax \
		's/^\t\.data : \{/&\n\t\t__global_pointer$ = . + 0x400;/' &&
		finds "$image" zero reloc_relax error ordinary '^(03|83|13|93) ' __global_pointer
}

# ---- named without an accessor ------------------------------------------------------------------

# CODE: what it is compiled with; KIND: what the finding says; the bytes, and where it is linked.
direct() { # name cflags says bytes [base]
	local base=${5:-}
	source=direct
	build "$1" "$2" --no-relax "${base:+s/^\t\. = 0x[0-9a-f]+;/\t. = $base;/}" || return
	finds "$image" zero reloc_kind error counter "$4" "$3"
	finds "$object" zero reloc_kind error counter "$4" "$3"
}

# aarch64: clang forms an address of 64 bits in a register, gcc loads it by another address from a
# word behind the function: what is shown is that load. lld has ways of its own to link that.
large_model() { # says
	local level ld=$ld by code='^.. .. .. d2$' linkers=("$ld")
	if [ $linker = bfd ]; then
		code='^.. .. 4. f9$'
		by=$(toolchain "$arch" lld && echo "$ld") && linkers+=("$by")
	fi
	for level in 0 1 2 s; do
		for ld in "${linkers[@]}"; do
			by=O$level-${ld%% *}
			direct "large-$by" "-mcmodel=large -O$level" "$1" "$code"
			source=based
			build "large-based-$by" "-mcmodel=large -O$level" '' &&
				clean "$image" zero && clean "$object" zero
		done
	done
}

direct_accesses() {
	local memory='reaches memory at its offset' got='takes its address from the GOT'
	local address='by the program counter|reaches memory at its offset'
	case $arch in
	x86_64)
		direct small '' "$memory" '^48 8b 05 '
		direct kernel -mcmodel=kernel "$memory" '^48 8b 05 ' 0xffffffff80200000
		# A symbol of the large code model: movabs, and a load through the register.
		direct large -mcmodel=large "$memory" '^48 (b8|a1)'
		direct medium -mcmodel=medium "$memory" '^48 (8b 05|b8|a1)'
		direct pic -fPIC "$got" '^48 8[bd] |^48 c7 ' ;;
	aarch64)
		direct small '' "$address" '[9bdf]0$'
		direct tiny -mcmodel=tiny "$address" '(58|10|30|50|70)$' 0x80000
		large_model "$memory" ;;
	riscv64)
		direct medany '' "$address" . 0x200000
		direct medlow -mcmodel=medlow "$memory" '^[3b]7 ' 0x200000
		direct pic -fPIC "$got" '^[19]7 ' ;;
	loongarch64)
		# Far from address 0, where pcalau12i reaches 2 GiB only, and nobody says so.
		direct usual '' "$address" ' 1[ab]$' 0x9000000000200000
		direct extreme -mcmodel=extreme "$address" '( 1[ab]| 03)$' 0x9000000000200000
		direct pic -fPIC "$got" ' 1[ab]$' 0x9000000000200000 ;;
	esac
}

# A link of it goes through with GNU ld only: lld wants a segment of TLS.
threads() {
	source=thread
	if [ $linker = bfd ]; then
		build thread '' --no-relax || return
		finds "$image" zero reloc_kind error counter . thread-local section_flags
	else
		compile thread '' || return
	fi
	finds "$object" zero reloc_kind error counter . thread-local section_flags
}

segment_lost() {
	source=segment
	build segment '-O2 -mcmodel=large' '' || return
	if llvm-objdump-19 -d "$image" | grep -q '%gs:.*other\|movabsq\s*%gs:'; then
		skip 'this gcc keeps the segment of movabs'
	else
		finds "$image" zero reloc_kind error other '^48 a1 ' 'reaches memory'
	fi
}

for arch in $arches; do
	for linker in bfd lld; do
		toolchain "$arch" $linker || { skip "$arch: no compiler or linker for $linker"; continue; }
		if [ "$arch" = aarch64 ]; then
			area_over_64k
			block_of_64k
		fi
		[ "$arch" = riscv64 ] && relaxation
		[ "$arch-$linker" = x86_64-bfd ] && segment_lost
		direct_accesses
		threads
	done
done
finish
