#!/bin/bash
# The instruction that a finding shows, and those around an access: with capstone, where one is
# installed, and without any; the lines of --annotate against llvm-objdump's.
#
#   PERCPU_TOOL: the binary; TEST_DIR: outputs
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
work=${TEST_DIR:-$PWD/build/test}/annotate
. tests/lib.sh 'annotate: '
rm -rf "$work"
mkdir -p "$work/none" || exit 1

for needed in clang-19 ld.lld-19 llvm-objdump-19 jq python3; do
	command -v $needed >/dev/null && continue
	skip "no $needed"
	finish
done

# What is no library is opened first, and refused.
: >"$work/none/libcapstone.so.4"
: >"$work/none/libcapstone.so.5"
without() { LD_LIBRARY_PATH=$work/none "$@"; }

# The files that the program opens are said by the loader.
opens_capstone() { LD_DEBUG=files "$@" 2>&1 >/dev/null | grep -q 'file=libcapstone\.so\.[45]'; }

# The cases of tests/access, with relocations.
build() { # machine
	local options=
	case $1 in
	aarch64) options=-march=armv8.5-a ;;
	riscv64) options=-march=rv64gc ;;
	loongarch64) options=-mlsx ;;
	esac
	sed "s/PLACE/0/" tests/access/cases/percpu.ld >"$work/percpu.ld"
	clang-19 --target="$1-linux-gnu" $options -c -o "$work/$1.o" tests/access/cases/"$1".s &&
		ld.lld-19 --emit-relocs -T "$work/percpu.ld" -o "$work/$1.elf" "$work/$1.o"
}

lines() { # machine
	local file=$work/$1.elf
	"$tool" access --annotate --format json "$file" >"$file.json"
	same "$1: lines around accesses" \
		"$("$tool" access --format json "$file" | jq '.files[0].accesses | length') accesses" \
		"$(tests/annotate/lines.py "$file" "$file.json" 2>&1)"
	# The same in the text, and in the object.
	same "$1: text (<) and JSON (>) differ" \
		"$("$tool" access --annotate "$file" | sed -n 's/^  [> ] //p')" \
		"$(jq -r '.files[0].accesses[].code[] | .address + ": " + .bytes +
			(if .disassembly then "  " + .disassembly else "" end)' "$file.json")"
	same "$1: accesses that are marked" \
		"$("$tool" access --annotate "$file" | grep -c '^  > ')" \
		"$("$tool" access "$file" | grep -c '^0x')"
	want_none "$1: annotated, the accesses are others" "$(diff \
		<("$tool" access "$file") <("$tool" access --annotate "$file" | grep -v '^  '))"
	want_none "$1: JSON without the option has code" "$("$tool" access --format json "$file" |
		jq -r '.files[0].accesses[] | select(has("code")) | .address')"
	"$tool" access --annotate --format json "$work/$1.o" >"$work/$1.o.json"
	same "$1: lines in the object" \
		"$(jq '.files[0].accesses | length' "$work/$1.o.json") accesses" \
		"$(tests/annotate/lines.py "$work/$1.o" "$work/$1.o.json" 2>&1)"
}

# An access of the cases in x86_64.s, with what stands around it.
shown_lines() {
	"$tool" access --annotate "$work/x86_64.elf" |
		sed -n '/^0x[0-9a-f]* constants+0x27:/,/^0x[0-9a-f]* constants+0x2d:/p' | sed '1d; $d' |
		sed 's/0x[0-9a-f]*: //'
}

# With capstone, and without: bytes alone where nothing can be said.
words() {
	same 'without capstone' "$(without shown_lines)" '    65 48 8b 0a  read of 8 bytes at GS_BASE + rdx
    65 48 8b 34 11  read of 8 bytes at GS_BASE + rcx + rdx
    65 48 8b 34 51  read of 8 bytes at GS_BASE + rcx + an index in rdx
    48 8d 52 f8  rdx = rdx - 0x8
  > 65 48 8b 0a  read of 8 bytes at GS_BASE + rdx
    b0 01
    65 48 8b 08  read of 8 bytes at GS_BASE + rax
    48 c7 c3 40 00 00 00  rbx = 0x40
    48 c7 c1 40 00 00 00  rcx = 0x40'
	same 'without capstone, JSON' '"b0 01" null' "$(without "$tool" access --annotate \
		--format json "$work/x86_64.elf" | jq -r 'first(.files[0].accesses[].code[] |
			select(.bytes == "b0 01")) | "\(.bytes | tojson) \(.disassembly)"')"
	if ! opens_capstone "$tool" access --annotate "$work/x86_64.elf"; then
		skip 'no capstone is installed'
		return
	fi
	same 'with capstone' "$(shown_lines)" '    65 48 8b 0a  movq %gs:(%rdx), %rcx
    65 48 8b 34 11  movq %gs:(%rcx, %rdx), %rsi
    65 48 8b 34 51  movq %gs:(%rcx, %rdx, 2), %rsi
    48 8d 52 f8  leaq -8(%rdx), %rdx
  > 65 48 8b 0a  movq %gs:(%rdx), %rcx
    b0 01  movb $1, %al
    65 48 8b 08  movq %gs:(%rax), %rcx
    48 c7 c3 40 00 00 00  movq $0x40, %rbx
    48 c7 c1 40 00 00 00  movq $0x40, %rcx'
}

# A variable, and code that reaches it.
object() { # file instruction...
	printf '%s\n' '.section .percpu, "aw", @progbits' '.globl __PERCPU_counter' \
		'.type __PERCPU_counter, @object' '.size __PERCPU_counter, 8' \
		'__PERCPU_counter: .quad 1' .text '.globl get' '.type get, @function' get: \
		"${@:2}" ret | clang-19 --target=x86_64-linux-gnu -c -x assembler -o "$work/$1" -
}

check() { # file options...
	"$tool" check --model zero "${@:2}" "$work/$1"
}

# The instructions of findings; what is clean opens no library.
findings() {
	object wrong.o 'movq __PERCPU_counter(%rip), %rax' 'cmpl $__PERCPU_counter - ., %eax' &&
		object clean.o 'movq %gs:__PERCPU_counter, %rax' ||
		{ fail 'the objects do not build'; return; }
	same 'check, without capstone' "$(without check wrong.o | grep code:)" \
		'    code: 0x0: 48 8b 05 00 00 00 00  read of 8 bytes at 0x7
    code: 0x7: 81 f8 00 00 00 00'
	same 'check, without capstone, JSON' \
		'["48 8b 05 00 00 00 00","read of 8 bytes at 0x7","81 f8 00 00 00 00",null]' \
		"$(without check wrong.o --format json |
			jq -c '[.files[0].findings[] | .bytes, .disassembly]')"
	without check clean.o >/dev/null && pass || fail 'clean.o: exit code'
	if opens_capstone check clean.o; then fail 'clean.o: capstone is opened'; else pass; fi
	if ! opens_capstone check wrong.o; then
		skip 'no capstone is installed'
		return
	fi
	same 'check' "$(check wrong.o | grep code:)" \
		'    code: 0x0: 48 8b 05 00 00 00 00  movq (%rip), %rax
    code: 0x7: 81 f8 00 00 00 00  cmpl $0, %eax'
	# One that is no capstone of a version that is known.
	cc -shared -o "$work/none/libcapstone.so.4" -x c - <<<'int cs_version(void) { return 0x600; }'
	cp "$work/none/libcapstone.so.4" "$work/none/libcapstone.so.5"
	same 'check, with another library' "$(without check wrong.o | grep -c 'read of 8 bytes')" 1
}

refusals() {
	local what
	for what in '--format csv' '--summary variables'; do
		"$tool" access --annotate $what "$work/x86_64.elf" >"$work/out" 2>"$work/err"
		same "--annotate $what: exit code" 2 $?
		want_none "--annotate $what: output" "$(<"$work/out")"
		want_none "--annotate $what: message" "$(grep -v '^percpu-tool access: --annotate: ' "$work/err")"
	done
}

for machine in x86_64 aarch64 riscv64 loongarch64; do
	if build $machine 2>"$work/log"; then
		lines $machine
	else
		fail "$machine: the cases do not build" "$(<"$work/log")"
	fi
done
words
findings
refusals
finish
