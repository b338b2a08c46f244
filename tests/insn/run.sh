#!/bin/bash
# The decoders of aarch64, riscv64 and loongarch64 against an independent reader: what llvm-objdump
# prints, brought to the same form from mnemonics and operands alone. Compared are every mnemonic
# that a decoder treats specially, random words, our own code by each compiler, and the C libraries.
# The scanners are compared with the decoders on the same.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}/insn
export LC_ALL=C
rm -rf "$out" && mkdir -p "$out/include"
. tests/lib.sh 'insn: '

insns=$out/insns
if ! "${CC:-gcc}" -std=c11 -O2 -g -D_GNU_SOURCE ${SAN:+-fsanitize=address,undefined} -I. \
	-o "$insns" tests/insn/insns.c "$(dirname "$tool")/libpercpu-tool.a" -lelf -liberty \
	>"$out/build.log" 2>&1; then
	cat "$out/build.log"
	fail "tests/insn/insns.c does not build"
	finish
fi

# Extensions that the reader is told of.
features() { # arch
	case $1 in
	aarch64) echo +all ;;
	riscv64)
		printf '+%s,' m a f d c v h zba zbb zbs zbc zbkb zbkx zcb zfh zfa zicond zabha zawrs \
			zicbom zicbop zicboz zimop zcmop svinval zvbb zvbc zvkned zvfh \
			experimental-zacas experimental-zicfiss
		;;
	loongarch64) echo +f,+d,+lsx,+lasx,+lvz,+lbt,+ual ;;
	esac
}

assemble() { # arch source output
	llvm-mc-19 --triple="$1-linux-gnu" --mattr="$(features "$1")" --filetype=obj -o "$3" "$2" \
		2>"$3.log" && llvm-objcopy-19 --strip-all "$3"
}

# Every instruction that the reader knows must be the same. What it does not know is no matter, as
# long as that is little: of random words it is most.
compare() { # arch file least-instructions
	local arch=$1 file=$2 name=$out/$1.${2##*/} aliases="-M no-aliases" same differ
	[ "$arch" = loongarch64 ] && aliases=
	"$insns" "$file" >"$name.ours" || fail "$arch ${file##*/}: insns stopped"
	llvm-objdump-19 -d --print-imm-hex $aliases --mattr="$(features "$arch")" "$file" \
		2>"$name.log" | awk -f tests/insn/common.awk -f "tests/insn/$arch.awk" >"$name.theirs"
	awk 'NR == FNR { ours[$1] = $0; next }
		$3 == "unknown" { next }
		ours[$1] == $0 { same++; next }
		{ differ++; print "    decoder " ours[$1]; print "    reader  " $0 }
		END { print "same", same + 0, differ + 0 }' "$name.ours" "$name.theirs" >"$name.judged"
	read -r _ same differ < <(grep '^same ' "$name.judged")
	if [ "$differ" -ne 0 ]; then
		fail "$arch ${file##*/}: $differ instructions differ from what llvm-objdump reads"
		grep '^    ' "$name.judged" | head -n 20
	elif [ "$same" -lt "$3" ]; then
		fail "$arch ${file##*/}: only $same instructions could be compared, not $3"
	else
		pass
		echo "$arch ${file##*/}: $same instructions are read alike"
	fi
	scans "$arch" "$file" "$name.scan"
}

# The scanner names every use of a base register that the decoder sees.
scans() { # arch file output
	if "$insns" scan "$2" >"$3"; then
		pass
		awk -v name="$1 ${2##*/}" '{ uses += $4; besides += $6 }
			END { print name ": " uses + 0 " uses are found, " besides + 0 " named besides" }' "$3"
	else
		fail "$1 ${2##*/}: the scanner misses uses of a base register"
		grep '^missed' "$3" | head
	fi
}

special() { # arch least
	if assemble "$1" "tests/insn/$1.s" "$out/$1.special.o"; then
		compare "$1" "$out/$1.special.o" "$2"
	else
		head -n 20 "$out/$1.special.o.log"
		fail "tests/insn/$1.s does not assemble"
	fi
}

# Words of the minimal standard generator. For RISC-V of known length each, one of 32 bits or two of
# 16: both readers then stay in step behind what they do not know.
random_words() { # arch count
	awk -v arch="$1" -v count="$2" '
		function draw(limit) {
			state = state * 16807 % 2147483647
			return int(state / 2147483647 * limit)
		}
		BEGIN {
			state = 20240229
			for (i = 0; i < count; i++) {
				high = draw(65536)
				if (arch != "riscv64")
					low = draw(65536)
				else if (draw(2))
					low = draw(2048) * 32 + draw(7) * 4 + 3
				else {
					high = int(high / 4) * 4 + draw(3)
					low = draw(16384) * 4 + draw(3)
				}
				printf ".long 0x%04x%04x\n", high, low
			}
		}'
}

random() { # arch count least
	random_words "$1" "$2" >"$out/$1.random.s"
	assemble "$1" "$out/$1.random.s" "$out/$1.random.o" || fail "$1: no random words"
	compare "$1" "$out/$1.random.o" "$3"
}

# Enough of a C library's headers for our own sources, as the cross compilers bring none.
headers() {
	local include=$out/include
	touch "$include/features.h"
	cat >"$include/string.h" <<'END'
#include <stddef.h>
void *memcpy(void *, const void *, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
void *memchr(const void *, int, size_t);
int memcmp(const void *, const void *, size_t);
int strcmp(const char *, const char *);
int strncmp(const char *, const char *, size_t);
size_t strlen(const char *);
size_t strnlen(const char *, size_t);
char *strchr(const char *, int);
char *strrchr(const char *, int);
char *strstr(const char *, const char *);
char *strdup(const char *);
END
	cat >"$include/stdlib.h" <<'END'
#include <stddef.h>
void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void free(void *);
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
END
	cat >"$include/stdio.h" <<'END'
#include <stddef.h>
typedef struct file FILE;
int printf(const char *, ...);
int fprintf(FILE *, const char *, ...);
int snprintf(char *, size_t, const char *, ...);
int fputs(const char *, FILE *);
int fputc(int, FILE *);
size_t fwrite(const void *, size_t, size_t, FILE *);
END
	cat >"$include/inttypes.h" <<'END'
#include <stdint.h>
#define PRIu64 "lu"
#define PRIx64 "lx"
#define PRIu32 "u"
#define PRIx32 "x"
#define PRId64 "ld"
END
	grep -v '^#include <bits/' /usr/include/elf.h >"$include/elf.h"
}

sources="arch/aarch64/insn.c arch/riscv64/insn.c arch/x86_64/decode.c lib/model/variables.c
	lib/model/derive.c lib/model/detect.c lib/check/bounds.c lib/check/symbol.c
	tests/kernel/operations.c"

# Objects of our own sources by one compiler, in one file.
compile() { # output compiler and options
	local output=$1 source
	shift
	mkdir -p "$output.d"
	for source in $sources; do
		"$@" -std=gnu11 -ffreestanding -w -isystem "$out/include" -I. -Iruntime -c \
			-o "$output.d/$(tr / - <<<"$source").o" "$source" || return
	done
	ld.lld-19 -r -o "$output" "$output.d"/*.o && llvm-objcopy-19 --strip-all "$output"
}

compiled() { # arch name compiler and options
	local arch=$1 name=$2 level
	shift 2
	for level in O0 O2 Os; do
		if compile "$out/$arch.$name.$level.o" "$@" -$level >"$out/$arch.$name.log" 2>&1; then
			compare "$arch" "$out/$arch.$name.$level.o" 2000
		else
			head -n 5 "$out/$arch.$name.log"
			fail "$arch: $name does not compile our sources"
		fi
	done
}

by_gcc() { # arch name options
	local arch=$1 name=$2
	shift 2
	if command -v "$arch-linux-gnu-gcc" >/dev/null; then
		compiled "$arch" "$name" "$arch-linux-gnu-gcc" "$@"
	else
		skip "$arch: no cross gcc"
	fi
}

library() { # arch
	local file=/usr/$1-linux-gnu/lib/libc.so.6
	if [ -f "$file" ]; then
		compare "$1" "$file" 100000
	else
		skip "$1: no $file"
	fi
}

all_of() { # arch
	local clang="clang-19 --target=$1-linux-gnu"
	case $1 in
	aarch64)
		special "$1" 480
		by_gcc "$1" gcc
		compiled "$1" clang $clang
		;;
	riscv64)
		special "$1" 400
		by_gcc "$1" gcc -march=rv64gc -mabi=lp64d
		by_gcc "$1" gcc-long -march=rv64g -mabi=lp64d
		compiled "$1" clang $clang -march=rv64gc
		compiled "$1" clang-long $clang -march=rv64g_zba_zbb_zbs
		;;
	loongarch64)
		special "$1" 270
		compiled "$1" clang $clang
		compiled "$1" clang-lasx $clang -mlasx
		;;
	esac
	random "$1" 60000 "$2"
	[ "$1" = loongarch64 ] || library "$1"
}

headers
# Two at a time; each writes its lines and its counts.
for arch in "aarch64 20000" "riscv64 50000" "loongarch64 15000"; do
	(
		all_of $arch
		finish
	) >"$out/${arch% *}.txt" 2>&1 &
	while [ "$(jobs -r | wc -l)" -ge 2 ]; do wait -n; done
done
wait
for arch in aarch64 riscv64 loongarch64; do
	grep -v ' passed, ' "$out/$arch.txt"
	set -- $(grep ' passed, ' "$out/$arch.txt" | tr -dc '0-9 ')
	passed=$((passed + ${1:-0})) failed=$((failed + ${2:-1})) skipped=$((skipped + ${3:-0}))
done
finish
