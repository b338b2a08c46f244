#!/bin/bash
# Debug information in all the forms that it comes in, by access_member, the check that reads it:
# the member that is said is the source's. What is damaged has one line and exit code 3, and what is
# not asked for is not read.
#
#   PERCPU_TOOL: the binary; TEST_DIR: outputs
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}/debug
. tests/lib.sh 'debug: '
. tests/toolchain.sh
rm -rf "$out" && mkdir -p "$out"

freestanding='-O1 -ffreestanding -fno-pic -mno-red-zone -fno-stack-protector
	-fno-asynchronous-unwind-tables -mcmodel=kernel'

# Variables of many types, and accesses that are 4 bytes too wide, and some that are right.
source_of() { # name
	case $1 in
	types) cat <<'END'
typedef unsigned int word;
struct inner { const word a; volatile word b; word *c; };
union either { word half; unsigned long all; struct { word low, high; }; };
enum color { RED, GREEN };
struct outer {
	struct inner inner;
	union either either;
	struct inner queue[3];
	word grid[2][4];
	enum color color, other;
	word bits : 7, more : 25;
	word behind;
};
#define PERCPU __attribute__((section(".percpu"), used))
PERCPU unsigned long __PERCPU_first = 1;
extern struct outer __PERCPU_outer;
PERCPU struct outer __PERCPU_outer = {{1}};
static PERCPU struct inner __PERCPU_local = {2};
#define WIDE(place) __asm__ volatile("mov %%gs:" place ", %%rax" : : : "rax")
void _start(void)
{
	static PERCPU struct inner __PERCPU_within = {3};

	WIDE("__PERCPU_outer+4");	/* inner.b */
	WIDE("__PERCPU_outer+20");	/* behind either, of which all is the first */
	WIDE("__PERCPU_outer+44");	/* queue[1].b */
	WIDE("__PERCPU_outer+108");	/* other */
	WIDE("__PERCPU_local+4");	/* b */
	__asm__ volatile("mov %%gs:4+%c0, %%rax" : : "i"(&__PERCPU_within) : "rax"); /* b */
	/* Right: a union's largest, elements, a read around bit-fields. */
	WIDE("__PERCPU_outer+16");
	WIDE("__PERCPU_outer+80");
	WIDE("__PERCPU_outer+112");
	for (;;);
}
END
	;;
	# References, a base class, static members, names that a compiler mangles.
	classes) cat <<'END'
struct base { unsigned int id, next; };
struct derived : base {
	static int count;
	unsigned int a, b;
	unsigned int &where;
};
#define PERCPU __attribute__((section(".percpu"), used))
static unsigned int place;
namespace cpu {
	PERCPU derived state = {{1, 2}, 3, 4, place};
	PERCPU unsigned long last = 1;
}
#define WIDE(place) __asm__ volatile("mov %%gs:" place ", %%rax" : : : "rax")
extern "C" void _start()
{
	WIDE("_ZN3cpu5stateE+4");	/* next */
	WIDE("_ZN3cpu5stateE+8");	/* a */
	for (;;);
}
END
	;;
	esac
}

types_wide='0x4 inner.b
0x14 either.all
0x2c queue[1].b
0x6c other
0x4 b
0x4 b'
classes_wide='0x4 next
0x8 a'

compile() { # compiler flags source output
	local language=c
	[ "$3" = classes ] && language='c++ -fno-exceptions -fno-rtti'
	source_of "$3" >"$out/source"
	$1 $freestanding $2 -x $language -c -o "$4" "$out/source" 2>"$out/log"
}

link_object() { # linker flags object output
	"$tool" ldscript --full -a x86_64 --cpus 2 >"$out/script.ld" &&
		$1 $2 -static --no-relax -z max-page-size=4096 -T "$out/script.ld" -o "$4" "$3" 2>"$out/log"
}

check() { # file
	"$tool" check --model zero -W access_member --format json "$1" 2>"$out/err"
}

# "0x4 inner.b", for each finding.
wide_of() { # file
	check "$1" | jq -r '.files[].findings[] | select(.check == "access_member") | .message' |
		sed -E 's/.* at offset (0x\w+) goes beyond the 0x\w+ bytes of member (\S+), which is at 0x\w+$/\1 \2/'
}

skipped_of() { # file
	check "$1" | jq -r '.files[].skipped[] | select(.check == "access_member") | .reason'
}

# The object, and what both linkers make of it, say what the source does.
judge() { # what object members
	local linker flags
	same "$1, the object" "$3" "$(wide_of "$2")"
	for linker in x86_64-linux-gnu-ld.bfd ld.lld-19; do
		has $linker || { skip "$1" "no $linker"; continue; }
		for flags in '' -q; do
			if link_object $linker "$flags" "$2" "$out/linked"; then
				same "$1, $linker $flags" "$3" "$(wide_of "$out/linked")"
			else
				fail "$1: $linker $flags refuses it" "$(cat "$out/log")"
			fi
		done
	done
}

forms() {
	local compiler flags source
	while IFS='|' read -r compiler flags; do
		has "$compiler" || { skip "$compiler $flags"; continue; }
		for source in types classes; do
			[ $source = classes ] && compiler=${compiler/gcc/g++}
			if compile "$compiler" "$flags" $source "$out/form.o"; then
				judge "$compiler $flags, $source" "$out/form.o" \
					"$(eval echo "\"\$${source}_wide\"")"
			else
				fail "$compiler $flags: $source does not compile" "$(cat "$out/log")"
			fi
		done
	done <<'END'
gcc|-g -gdwarf-5
gcc|-g -gdwarf-4
gcc|-g -gdwarf-3 -gstrict-dwarf
gcc|-g -gdwarf-2 -gstrict-dwarf
gcc|-g -gz
gcc|-g -fdebug-types-section
gcc|-g -gdwarf-4 -fdebug-types-section
clang-19 --target=x86_64-unknown-none|-g -gdwarf-5
clang-19 --target=x86_64-unknown-none|-g -gdwarf-4
clang-19 --target=x86_64-unknown-none|-g -gdwarf-2 -gstrict-dwarf
clang-19 --target=x86_64-unknown-none|-g -gz
clang-19 --target=x86_64-unknown-none|-g -fdebug-types-section
END
}


# What dwz has shared out within a file, and between two.
shared() {
	has dwz || { skip "dwz" "no dwz"; return; }
	local flags linked=$out/shared
	for flags in -gdwarf-5 -gdwarf-4; do
		compile gcc "-g $flags" types "$out/one.o" &&
			link_object x86_64-linux-gnu-ld.bfd '' "$out/one.o" "$linked" ||
			fail "dwz $flags: no kernel" "$(cat "$out/log")"
		# It keeps what gets no smaller, which this might not.
		if ! dwz "$linked" -o "$linked.dwz" 2>"$out/log" || [ ! -s "$linked.dwz" ]; then
			skip "dwz $flags" "$(head -n 1 "$out/log")"
		else
			same "dwz $flags" "$types_wide" "$(wide_of "$linked.dwz")"
		fi
		cp "$linked" "$linked.a" && cp "$linked" "$linked.b"
		if ! dwz -m "$out/common" "$linked.a" "$linked.b" 2>"$out/log"; then
			skip "dwz -m $flags" "$(head -n 1 "$out/log")"
			continue
		fi
		# Types that are elsewhere are not known: nothing is made up.
		want_none "dwz -m $flags: a finding without a type" \
			"$(comm -13 <(sort -u <<<"$types_wide") <(wide_of "$linked.a" | sort -u))"
	done
}

# An object, of which it cannot be told: the reason.
undecided() {
	local flags reason
	while IFS='|' read -r flags reason; do
		compile gcc "$flags" types "$out/undecided.o" ||
			fail "gcc $flags does not compile" "$(cat "$out/log")"
		same "gcc $flags" "$reason" "$(skipped_of "$out/undecided.o")"
		want_none "gcc $flags: a finding" "$(wide_of "$out/undecided.o")"
	done <<'END'
-g0|no debug information; compile with -g
-g -gz=zlib-gnu|the debug information is in .zdebug sections, which are not read; decompress them: objcopy --decompress-debug-sections
-g -gsplit-dwarf|the debug information is in .dwo files, which are not read
-g -gdwarf-4 -gsplit-dwarf|the debug information is in .dwo files, which are not read
END
	compile clang-19\ --target=x86_64-unknown-none -g1 types "$out/undecided.o"
	same "clang -g1" "the debug information has no per-CPU variable" \
		"$(skipped_of "$out/undecided.o")"
}

# Variables that the linker has dropped are left at address 0, where another one is.
dropped() {
	local linker
	cat >"$out/dropped.c" <<'END'
#define PERCPU(name) __attribute__((section(".percpu." name), aligned(8)))
struct narrow { unsigned char a, b, c, d; unsigned int e; };
struct kept { unsigned long all; unsigned int low, high; };
PERCPU("dropped") struct narrow __PERCPU_dropped = {1};
PERCPU("kept") struct kept __PERCPU_kept = {1};
void _start(void)
{
	__asm__ volatile("mov %%gs:__PERCPU_kept, %%rax" : : : "rax");
	__asm__ volatile("mov %%gs:__PERCPU_kept+8, %%rax" : : : "rax");
	for (;;);
}
END
	cat >"$out/dropped.ld" <<'END'
ENTRY(_start)
SECTIONS {
	. = 0x200000;
	.text : { *(.text*) }
	. = ALIGN(4096);
	_percpu_start = .;
	.percpu 0 : AT(_percpu_start) {
		_percpu_load_start = .;
		*(.percpu.*)
		_percpu_load_end = .;
	}
	. = _percpu_start + ALIGN(_percpu_load_end, 64) * 2;
	_percpu_end = .;
	.data : { *(.data*) }
}
END
	for linker in x86_64-linux-gnu-ld.bfd ld.lld-19; do
		gcc $freestanding -g -c -o "$out/dropped.o" "$out/dropped.c" &&
			$linker --gc-sections -u __PERCPU_kept -T "$out/dropped.ld" \
				-o "$out/dropped" "$out/dropped.o" 2>"$out/log" ||
			fail "dropped: no kernel by $linker" "$(cat "$out/log")"
		want_none "dropped, $linker: the linker has kept it" \
			"$(nm "$out/dropped" | grep __PERCPU_dropped)"
		same "dropped, $linker" '0x8 low' "$(wide_of "$out/dropped")"
	done
}

# One line, and exit code 3; and what did not ask for it does not see it.
refused() { # what file says
	local code
	"$tool" check --model zero -W access_member "$2" >"$out/refused.out" 2>"$out/refused.err"
	code=$?
	same "$1: exit code" 3 "$code"
	same "$1: lines" 1 "$(wc -l <"$out/refused.err")"
	want_none "$1: says something else" "$(grep -vE "$3" "$out/refused.err")"
	"$tool" check --model zero "$2" >"$out/refused.out" 2>"$out/refused.err"
	code=$?
	same "$1: exit code of those who did not ask" 0 "$code"
	want_none "$1: those who did not ask are told" "$(cat "$out/refused.err")"
}

# Overwrites bytes of a section: at which offset, and by what.
overwrite() { # file section offset bytes
	local at
	at=$(readelf -SW "$1" | sed 's/^ *\[ *//' | awk -v name="$2" '$2 == name { print $5; exit }')
	printf "$4" | dd of="$1" bs=1 seek=$((0x$at + $3)) conv=notrunc status=none
}

bad() {
	local file=$out/bad
	compile gcc '-g -gdwarf-5' types "$out/good.o"
	link_object ld.lld-19 '' "$out/good.o" "$out/good" || fail "no kernel" "$(cat "$out/log")"
	cp "$out/good" "$file" && overwrite "$file" .debug_info 4 '\x63'
	refused "a version that there is not" "$file" \
		': debug information is damaged: libdwarf says DW_DLE_[A-Z_]+ \([0-9]+\)'
	cp "$out/good" "$file" && overwrite "$file" .debug_info 0 '\xff\xff\xff\x7f'
	refused "a unit that is too long" "$file" ': debug information is damaged: libdwarf says DW_DLE_'
	cp "$out/good" "$file" && overwrite "$file" .debug_abbrev 0 '\x7f\x7f\x7f\x7f\x7f\x7f'
	refused "abbreviations that are none" "$file" ': debug information is damaged: libdwarf says DW_DLE_'
	if clang-19 --target=x86_64-unknown-none $freestanding -g -gz=zstd -c -o "$file.o" -x c \
		"$out/source" 2>"$out/log"; then
		refused "zstd" "$file.o" 'ch_type 2 is not zlib; decompress it first: objcopy'
	else
		skip "zstd" "$(head -n 1 "$out/log")"
	fi
}

# Bytes changed here and there: it is read or it is refused.
changed() {
	local round source=$1 file=$out/changed section size code
	size=$(size -A "$source" | awk '/^\.debug_(info|abbrev|types)/ { print $1 ":" $2 }')
	RANDOM=1
	for round in $(seq "$2"); do
		cp "$source" "$file"
		for section in $size; do
			overwrite "$file" "${section%:*}" $((RANDOM * 32768 % ${section#*:} + RANDOM % 64)) \
				"\\x$(printf %02x $((RANDOM % 256)))"
		done
		timeout 20 "$tool" check --model zero -W access_member "$file" >"$out/changed.out" \
			2>"$out/changed.err"
		code=$?
		case $code in
		0 | 1) ;;
		3) [ "$(wc -l <"$out/changed.err")" = 1 ] || fail "change $round: not one line" ;;
		*) fail "change $round of $source: exit code $code"
			cp "$file" "$file.$round" ;;
		esac
	done
	pass
}

forms
shared
undecided
dropped
bad
changed "$out/good" 100
changed "$out/good.o" 100
finish
