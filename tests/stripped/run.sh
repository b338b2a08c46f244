#!/bin/bash
# Files without symbols, and without section headers: what the code is read for, and what is said of
# it. tests/matrix plants faults in them.
#
#   PERCPU_TOOL: the binary; TEST_DIR: outputs
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
work=${TEST_DIR:-$PWD/build/test}/stripped
. tests/lib.sh 'stripped: '
rm -rf "$work"
mkdir -p "$work" || exit 1

for needed in clang-19 ld.lld-19 llvm-objcopy-19 jq; do
	command -v $needed >/dev/null && continue
	skip "no $needed"
	finish
done

# Links assembly from standard input: $work/NAME, with the template at address PLACE; NAME.S is
# stripped, and NAME.N has no section headers.
build() { # name machine place
	local out=$work/$1
	cat >"$out.s"
	sed "s/PLACE/$3/; s/\*(.text)/*(.text) *(.text.*)/; s/\. = 0x180000/.altinstructions : { *(.altinstructions) } :text &/" \
		tests/access/cases/percpu.ld >"$out.ld"
	clang-19 --target="$2-linux-gnu" $([ "$2" = riscv64 ] && echo -march=rv64gc) -c -o "$out.o" \
		"$out.s" 2>"$out.log" && ld.lld-19 --no-relax -e 0 -T "$out.ld" -o "$out" "$out.o" 2>>"$out.log" &&
		llvm-objcopy-19 --strip-all "$out" "$out.S" &&
		llvm-objcopy-19 --strip-sections "$out" "$out.N" && return
	fail "$1: does not build" "$(<"$out.log")"
	return 1
}

# Places, kinds and so on, without what symbols say.
places() { # file
	"$tool" access --format csv "$1" | cut -d, -f4,9-12
}

variable='	.section .percpu, "aw", %progbits
	.type	variable, %object
	.size	variable, 64
variable:
	.zero	64'

# An access to the variable at 8, through the base.
declare -A access=(
	[x86_64]='movq %gs:8, %rax'
	[aarch64]='mrs x1, TPIDR_EL1; ldr x0, [x1, #8]'
	[riscv64]='ld a0, 8(gp)'
	[loongarch64]='ld.d $a0, $r21, 8'
)

# ---- long code is read in pieces, which begin where instructions do --------------------------------

# Where instructions have several lengths none begins at a multiple of 64 KiB behind these; 64 KiB
# of the others hold no half of an access, which would be lost.
declare -A odd=([x86_64]=nop [riscv64]=c.nop)
for machine in x86_64 aarch64 riscv64 loongarch64; do
	build long-$machine $machine 0 <<-END || continue
		.text
		.type	start, %function
	start:
		${odd[$machine]:-}
		.rept	40000
		${access[$machine]}
		.endr
		.size	start, . - start
	$variable
	END
	for kind in '' .S; do
		same "$machine$kind: accesses of long code" 40000 \
			"$(places "$work/long-$machine$kind" | grep -c ',0,read,8,')"
		same "$machine$kind: what is unread of it" 0 "$("$tool" access --format json \
			"$work/long-$machine$kind" | jq '.files[0].unread_bytes')"
	done
	rm -f "$work"/long-$machine*
done

# ---- what Linux puts in place of instructions ------------------------------------------------------

for machine in aarch64 loongarch64; do
	build replaced-$machine $machine 0x4000 <<-END || continue
		.text
		.type	start, %function
	start:
	1:	nop
		nop
		${access[$machine]}
	2:	.size	start, . - start
	3:	${access[$machine]}
		nop
	4:	.type	last, %function
	last:	${access[$machine]}
		.size	last, . - last
		.section .altinstructions, "a"
		.long	1b - ., 3b - .
		.hword	1
		.byte	8, 4b - 3b
	$variable
	END
	same "$machine: replacements, with symbols (<) and without (>)" \
		"$(places "$work/replaced-$machine")" "$(places "$work/replaced-$machine.S")"
	same "$machine: their size" \
		"$("$tool" access --format json "$work/replaced-$machine" | jq '.files[0].unread_bytes')" \
		"$("$tool" access --format json "$work/replaced-$machine.S" | jq '.files[0].unread_bytes')"
	same "$machine: the code around them" 2 "$(places "$work/replaced-$machine.S" | grep -c read)"
done

finish
