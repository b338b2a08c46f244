#!/bin/bash
# What `percpu-tool access` lists, against an independent reader of the same files: oracle.py, which
# knows of code only what llvm-objdump prints. On cases that say themselves what each instruction is
# listed as; on kernels of every machine, compiler, level and model; and on each accessor of the
# runtime in a function of its own, of which the source says what it does.
#
# What checks ask for, which passes code over that cannot have it, is compared with a reading of all
# code: suspects.c.
#
#   tests/access/run.sh [PART...]         cases asked objects remote shapes accessors kernels crate; default: all
#   tests/access/run.sh --kernel FILE...  compares on real kernels, some minutes each
#
# PERCPU_TOOL: the binary; TEST_DIR: where outputs go, of them access/accessors.txt; JOBS: at once.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
here=tests/access
dir=${TEST_DIR:-$PWD/build/test}/access
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
machines='x86_64 aarch64 riscv64 loongarch64'

. tests/lib.sh 'access: '
. tests/toolchain.sh
in_lines=1 shown=12

# ---- what there is ------------------------------------------------------------------------------

# Empty: there is none here.
compiler() { # machine gcc|clang
	has "$(kernel_compiler "$@")" && kernel_compiler "$@"
}

# GNU ld for gcc, lld for clang.
linker() { # machine gcc|clang
	case $2 in
	gcc) echo "$(kernel_linker "$1" bfd) --no-warn-rwx-segments" ;;
	clang) kernel_linker "$1" lld ;;
	esac
}

model_macro() { # model
	[ "$1" = zero ] || echo -DPERCPU_NON_ZERO_VMA
}

# ---- comparing ----------------------------------------------------------------------------------

# Lists a file both ways, into FILE.csv and FILE.oracle; prints what is not the same, and where
# there are fewer accesses than there must be.
differences() { # file least oracle-options...
	local file=$1 least=$2 said same
	shift 2
	"$tool" access --format csv "$file" >"$file.csv" 2>"$file.log" ||
		{ echo "access: exit code $?: $(tail -n 1 "$file.log")"; return; }
	$here/oracle.py "$@" "$file" >"$file.oracle" 2>"$file.log" ||
		{ echo "oracle.py: $(tail -n 1 "$file.log")"; return; }
	said=$($here/compare.py "$file" "$file.csv" "$file.oracle" 2>&1) ||
		{ echo "$said"; return; }
	same=$(sed -n 's/^same //p' <<<"$said")
	[ "${same:-0}" -ge "$least" ] || echo "only ${same:-no} accesses, not $least"
	said=$("$dir/suspects" "$file" 2>&1) && [[ $said == same* ]] ||
		echo "what checks ask for: $said"
}

# ---- cases --------------------------------------------------------------------------------------

# A line for each expectation, in the order of the file.
expected() { # source
	grep -oE '(#|//): .*' "$1" | sed -E 's/ *(#|\/\/): */\n/g' | sed -E '/^$/d; s/ +$//'
}

case_options() { # machine
	case $1 in
	aarch64) echo -march=armv8.5-a ;;
	riscv64) echo -march=rv64gc ;;
	loongarch64) echo -mlsx ;;
	esac
}

# A listing without what says that a relocation tells it.
places() { # file
	"$tool" access --format csv "$1" | cut -d, -f3-13
}

job_case() { # machine place
	local machine=$1 out=$dir/case-$1-$2 options
	options=$(case_options "$machine")
	sed "s/PLACE/$2/" $here/cases/percpu.ld >"$out.ld"
	if ! clang-19 --target="$machine-linux-gnu" $options -c -o "$out.o" \
		"$here/cases/$machine.s" 2>"$out.log" ||
		! ld.lld-19 -T "$out.ld" -o "$out" "$out.o" 2>>"$out.log"; then
		fail "$machine: the cases do not build" "$(<"$out.log")"
		return
	fi
	want_none "$machine: the tool's listing of the cases" "$(differences "$out" 25)"
	want_none "$machine: the cases, by oracle.py" \
		"$(diff <(expected "$here/cases/$machine.s") <(cut -d' ' -f2- "$out.oracle"))"
	ld.lld-19 --emit-relocs -T "$out.ld" -o "$out.relocs" "$out.o" 2>"$out.log"
	want_none "$machine: the cases, without relocations (<) and with them (>)" \
		"$(diff <(places "$out") <(places "$out.relocs"))"
}

# What is marked as data in the cases: what the listing and checks say is unread, whatever is looked
# at, and that nobody disassembles it.
job_data() { # machine bytes first-word...
	local out=$dir/data-$1 word=${*:3}
	sed 's/PLACE/0/' $here/cases/percpu.ld >"$out.ld"
	if ! clang-19 --target="$1-linux-gnu" $(case_options "$1") -c -o "$out.o" \
		"$here/cases/$1.s" 2>"$out.log" ||
		! ld.lld-19 -T "$out.ld" -o "$out" "$out.o" 2>>"$out.log"; then
		fail "$1: the cases of data do not build" "$(<"$out.log")"
		return
	fi
	same "$1: bytes unread, of the listing, with --remote and of checks" "$2 $2 $2" \
		"$(echo $("$tool" access --format json "$out" | jq '.files[].unread_bytes') \
			$("$tool" access --remote --format json "$out" | jq '.files[].unread_bytes') \
			$("$tool" check --format json "$out" | jq '.files[].unread_bytes'))"
	same "$1: the first word of data, as shown" "$word" \
		"$("$tool" access --annotate --function pools "$out" |
			sed -nE "s/^ +0x[0-9a-f]+: ($word.*)/\1/p" | head -n 1)"
}

# A label `0:` as gas has it in files of loongarch64 and with -L: it begins no function.
job_labels() {
	local out=$dir/labels log
	sed 's/PLACE/0/' $here/cases/percpu.ld >"$out.ld"
	printf '%s\n' '.text' '.globl start' '.type start, @function' 'start: mov $counter, %eax' \
		$'"L0\001": incq %gs:(%rax)' 'ret' '.size start, . - start' '.section .percpu,"aw"' \
		'.zero 8' '.type counter, @object' '.size counter, 8' 'counter: .quad 1' >"$out.s"
	if ! log=$(clang-19 --target=x86_64-linux-gnu -c -o "$out.o" "$out.s" 2>&1 &&
		ld.lld-19 -T "$out.ld" -o "$out" "$out.o" 2>&1); then
		fail "labels: does not build" "$log"
		return
	fi
	same "labels: expected (<) and listed (>)" 'start,5,counter' \
		"$("$tool" access --format csv "$out" | tail -n 1 | cut -d, -f5-7)"
}

# ---- what is asked for --------------------------------------------------------------------------

# Two variables and two functions; the linker script of the cases has no prefix for names.
asked_build() {
	printf '%s\n' .text '.globl get' '.type get, @function' 'get: mov %gs:__PERCPU_counter, %rax' \
		ret '.size get, . - get' '.globl put' '.type put, @function' \
		'.type also, @function' 'also:' 'put: mov %rax, %gs:__PERCPU_counter' \
		'incq %gs:__PERCPU_limit' ret '.size put, . - put' '.size also, . - also' \
		'.section .percpu,"aw"' '.globl __PERCPU_counter, __PERCPU_limit' \
		'.type __PERCPU_counter, @object' '.size __PERCPU_counter, 8' '__PERCPU_counter: .quad 1' \
		'.type __PERCPU_limit, @object' '.size __PERCPU_limit, 8' '__PERCPU_limit: .quad 1' |
		clang-19 --target=x86_64-linux-gnu -x assembler -c -o "$1.o" - &&
		printf '%s\n' '.globl other' 'other: ret' '.section .percpu,"aw"' '.globl __PERCPU_other' \
			'.type __PERCPU_other, @object' '.size __PERCPU_other, 8' '__PERCPU_other: .quad 1' |
		clang-19 --target=x86_64-linux-gnu -x assembler -c -o "$1-other.o" - &&
		ld.lld-19 -e get -o "$1" "$1.o" -T "$1.ld" && llvm-strip-19 -o "$1-stripped" "$1"
}

# Both streams and the exit code of a listing, without the directory.
asked() { # options...
	(cd "$dir" && "$tool" access "$@" 2>&1; echo "exit $?") | sed -E 's/^0x[0-9a-f]+ //
		s/ of 8 bytes at / /; s/ through .*//'
}

unknown_names() {
	local none='0 accesses, 0 bytes of code unread'
	local variables='(percpu-tool access --summary variables lists those that code reaches)'
	local functions='(percpu-tool access --summary functions lists those with accesses)'
	local nameless='(stripped: without symbols nothing has a name; name the file with them)'
	same 'a variable that there is not' "asked: $none
percpu-tool: asked: no per-CPU variable is named 'conter' $variables; did you mean 'counter'?
exit 2" "$(asked --var conter asked)"
	same 'a variable that is like no other' "asked: $none
percpu-tool: asked: no per-CPU variable is named 'runqueues' $variables
exit 2" "$(asked --var runqueues asked)"
	same 'a function that there is not' "asked: $none
percpu-tool: asked: no function is named 'gets' $functions; did you mean 'get'?
exit 2" "$(asked --function gets asked)"
	same 'no name' "percpu-tool access: --var: '' is no name (see 'percpu-tool access --help')
exit 2" "$(asked --var '' asked)"
	same 'a name in a stripped file' "asked-stripped: $none; stripped: by sections alone
percpu-tool: asked-stripped: no per-CPU variable is named 'counter' $nameless
exit 2" "$(asked --var counter asked-stripped)"
	same 'a name of the other file' "asked.o: $none
asked-other.o: $none
exit 0" "$(asked --var other asked.o asked-other.o)"
	same 'a name of neither file' "asked.o: $none
asked-other.o: $none
percpu-tool: none of 2 files has a per-CPU variable named 'nothing' $variables
exit 2" "$(asked --var nothing asked.o asked-other.o)"
	same 'a name, and no file' "percpu-tool: none: cannot open: No such file or directory
exit 3" "$(asked --var counter none)"
}

several_names() {
	local read='get: read counter' write='put: write counter' change='put+0x9: read-modify-write limit'
	local none=', 0 bytes of code unread'
	same 'a variable' "$read
$write
asked: 2 accesses$none
exit 0" "$(asked --var counter asked)"
	same "a variable, by its symbol" "$(asked --var counter asked)" "$(asked --var __PERCPU_counter asked)"
	same 'two variables' "$(asked asked)" "$(asked --var limit --var counter asked)"
	same 'a function, by another name' "$write
$change
asked: 2 accesses$none
exit 0" "$(asked --function also asked)"
	same 'two functions' "$(asked asked)" "$(asked --function put --function get asked)"
	same 'a variable in a function' "$write
asked: 1 access$none
exit 0" "$(asked --function put --var counter asked)"
	same 'two kinds' "$read
$write
asked: 2 accesses$none
exit 0" "$(asked --kind write --kind read asked)"
}

# Nothing to list, and why: in text, and in JSON, where it is null elsewhere.
no_answer() { # what reason options...
	same "$1" "${@: -1}: 0 accesses; cannot tell: $2
exit 0" "$(asked "${@:3}")"
	same "$1, JSON" "$2" "$(cd "$dir" && "$tool" access --format json "${@:3}" |
		jq -r '.files[] | select(has("unread_bytes")) | .reason')"
}

no_answers() {
	printf '%s\n' .text '.globl get' get: ret '.section .data..percpu,"aw"' '.globl variable' \
		'.type variable, @object' '.size variable, 8' 'variable: .quad 1' |
		clang-19 --target=riscv64-linux-gnu -x assembler -c -o "$dir/riscv.o" -
	printf '%s\n' .text ret | clang-19 --target=x86_64-linux-gnu -x assembler -c -o "$dir/none.o" -
	no_answer 'no register' 'no register holds the base; --remote lists what reaches variables without one' \
		--profile linux riscv.o
	no_answer 'the model naive' 'the model is naive: no register takes part' --model naive asked
	no_answer 'the model naive, --remote' 'the model is naive: no register takes part' \
		--remote --model naive asked
	no_answer 'no per-CPU data' 'no per-CPU data is known in it' none.o
	no_answer "another's profile" 'the given profile finds no per-CPU data in it' --profile linux none.o
	no_answer 'stripped, --remote' 'without symbols no variable is known' --remote asked-stripped
	same 'an answer has no reason' 'null null null null' "$(cd "$dir" && {
		"$tool" access --format json asked asked-stripped asked-other.o
		"$tool" access --remote --format json asked
	} | jq -r '.files[].reason' | xargs)"
}

# As check has it.
unreadable() {
	echo 'no ELF file' >"$dir/text"
	same 'files that cannot be read' 'missing null null 0 cannot open: No such file or directory
text null null 0 not an ELF file (no \177ELF at its start); name an object or a linked kernel
asked x86_64 null 3 null
exit 3' "$(cd "$dir" && { "$tool" access --format json missing text asked 2>err |
			jq -r '.files[] | "\(.path) \(.machine) \(.reason) \(.accesses | length) \(.error)"'
			echo "exit ${PIPESTATUS[0]}"; })"
	want_none 'check has other errors of unreadable files' "$(cd "$dir" && diff \
		<("$tool" access --format json missing text 2>/dev/null | jq '.files[].error') \
		<("$tool" check --format json missing text 2>/dev/null | jq '.files[].error'))"
	same 'a summary of what cannot be read' '[] not an ELF' "$(cd "$dir" && "$tool" access --summary \
		variables --format json text 2>/dev/null | jq -r '.files[] | "\(.variables) \(.error[:10])"')"
	same 'text of what cannot be read' '' "$("$tool" access "$dir/text" 2>/dev/null)"
}

# A variable that nine functions read; eight are shown.
shortened() {
	local i hint='; --format json or csv lists those behind "more", too'
	{
		for i in 1 2 3 4 5 6 7 8 9; do
			printf '%s\n' ".globl f$i" ".type f$i, @function" "f$i: mov %gs:__PERCPU_all, %rax"
			[ $i = 9 ] || echo 'mov %gs:__PERCPU_eight, %rax'
			echo ret
		done
		for i in all eight; do
			printf '%s\n' '.section .percpu,"aw"' ".globl __PERCPU_$i" ".type __PERCPU_$i, @object" \
				".size __PERCPU_$i, 8" "__PERCPU_$i: .quad 1"
		done
	} | clang-19 --target=x86_64-linux-gnu -x assembler -c -o "$dir/nine.o" -
	same 'a summary that is shortened' "all: 9 read: f1, f2, f3, f4, f5, f6, f7, f8 and 1 more
eight: 8 read: f1, f2, f3, f4, f5, f6, f7, f8
nine.o: 17 accesses, 0 bytes of code unread$hint
exit 0" "$(asked --summary variables nine.o)"
	same 'a summary that is not' 'nine.o: 17 accesses, 0 bytes of code unread' \
		"$("$tool" access --summary functions "$dir/nine.o" | tail -n 1 | sed 's/.*\///')"
	same 'all names, in JSON' 9 "$("$tool" access --summary variables --format json "$dir/nine.o" |
		jq '.files[0].variables[0].functions | length')"
}

# What the manual says is not seen: addresses that the stack keeps, or, over a call, registers that
# the psABI does not. And the kinds of what a machine changes by several instructions.
unseen() {
	local cc write='write of 8 bytes at v through TPIDR_EL1' options
	printf '%s\n' .text '.globl f' f: 'mrs x0, tpidr_el1' 'movz x1, #:abs_g0_nc:__PERCPU_v' \
		'add x0, x0, x1' '1: ldxr x2, [x0]' 'stxr w3, x2, [x0]' 'cbnz w3, 1b' 'ldr x2, [x0]' \
		'add x2, x2, #1' 'str x2, [x0]' 'stadd x2, [x0]' ret '.section .percpu,"aw"' \
		'.globl __PERCPU_v' '.type __PERCPU_v, @object' '.size __PERCPU_v, 8' '__PERCPU_v: .quad 1' |
		clang-19 --target=aarch64-linux-gnu -march=armv8.1-a -x assembler -c -o "$dir/kinds.o" -
	same 'kinds of an LL/SC pair, of a load and a store, and of an atomic' \
		'read write read write read-modify-write' \
		"$("$tool" access --format json "$dir/kinds.o" | jq -r '.files[0].accesses[].kind' | xargs)"
	cc=$(compiler aarch64 gcc)
	[ -n "$cc" ] || { skip 'what gcc keeps in registers over calls'; return; }
	cat >"$dir/kept.c" <<-'END'
		__attribute__((section(".percpu"))) long __PERCPU_v[4];
		static __attribute__((noinline)) int leaf(int x) { return x * 3 + 1; }
		int use(int n)
		{
			char *base;
			long at;
			int k;

			asm("mrs %0, tpidr_el1" : "=r"(base));
			asm("movz %0, #:abs_g0_nc:__PERCPU_v" : "=r"(at));
			k = leaf(n);
			*(volatile long *)(base + at) = k;
			return leaf(k);
		}
	END
	for options in '-O0' '-O2' '-O2 -fno-ipa-ra'; do
		$cc $options -c -o "$dir/kept.o" "$dir/kept.c"
		same "gcc $options: an address kept over a call" \
			"$([ "$options" = '-O2 -fno-ipa-ra' ] && echo "$write")" \
			"$("$tool" access "$dir/kept.o" | sed -nE 's/^0x[^:]*: (.*), register.*/\1/p')"
	done
}

job_asked() {
	local out=$dir/asked log
	sed "s/PLACE/0/; s/ENTRY(start)//" $here/cases/percpu.ld >"$out.ld"
	log=$(asked_build "$out" 2>&1) || { fail 'asked: does not build' "$log"; return; }
	unknown_names
	several_names
	no_answers
	unreadable
	shortened
	unseen
}

# ---- objects ------------------------------------------------------------------------------------

access_lines() { # file
	"$tool" access "$1" | sed -nE 's/^0x[0-9a-f]+ [^ ]+: (.*), (absolute|pc-relative|indexed|register).*/\1/p'
}

# What jumps, calls and addresses of an object have is in its relocations alone.
job_object_case() { # machine
	local out=$dir/object-case-$1 assembler
	# clang 19 has no option of its driver for loongarch64.
	case $1 in
	riscv64) assembler='clang-19 --target=riscv64-linux-gnu -march=rv64gc -mrelax -c' ;;
	loongarch64) assembler='clang-19 -cc1as -triple loongarch64-linux-gnu -target-feature +64bit
		-target-feature +d -target-feature +relax -filetype obj' ;;
	*) assembler="clang-19 --target=$1-linux-gnu -c" ;;
	esac
	if ! $assembler -o "$out.o" $here/cases/objects/"$1.s" 2>"$out.log"; then
		fail "$1: the cases of objects do not build" "$(<"$out.log")"
		return
	fi
	same "$1: an object's cases, expected (<) and listed (>)" \
		"$(expected "$here/cases/objects/$1.s")" "$(access_lines "$out.o")"
	want_none "$1: an object's cases" "$(differences "$out.o" 2)"
}

# With variables of its own, and with none: those of another object.
job_object() { # machine compiler level model source least options...
	local machine=$1 kind=$2 level=$3 model=$4 source=$5 least=$6 log
	local out=$dir/object-$1-$2$3-$4-$(basename "$5" .c)
	shift 6
	out+=$(tr -d ' ' <<<"$*")
	if ! log=$($(compiler "$machine" "$kind") "$level" $(model_macro "$model") -DPERCPU_SEPARATE "$@" \
		-w -c -o "$out.o" "$source" 2>&1); then
		fail "$machine $kind $level $model: $source does not compile" "$log"
		return
	fi
	log=$(differences "$out.o" "$least")
	want_none "$machine $kind $level $model $* $source: the object" "$log"
	[ -n "$log" ] || rm -f "$out".*
}

# A member of an archive is listed as the object that it was.
job_archive() { # machine
	local out=$dir/archive-$1 source objects= object log
	for source in accessors remote; do
		objects+=" $out-$source.o"
		log=$($(compiler "$1" clang) -O2 -DPERCPU_SEPARATE -c -o "$out-$source.o" $here/$source.c 2>&1) &&
			continue
		fail "$1: $source.c does not compile for an archive" "$log"
		return
	done
	log=$(llvm-ar-19 rcs "$out.a" $objects 2>&1) || { fail "$1: no archive" "$log"; return; }
	same "$1: an archive (>) and its members (<)" \
		"$(for object in $objects; do
			"$tool" access --format csv "$object" | sed "1d; s|^[^,]*,|$(basename "$object")|"
		done)" "$("$tool" access --format csv "$out.a" | sed '1d; s/^[^,]*,//')"
}

list_objects() {
	local machine kind model relax='-Xclang -target-feature -Xclang +relax'
	for machine in $machines; do
		echo "object_case $machine"
		echo "archive $machine"
		for kind in gcc clang; do
			[ -n "$(compiler $machine $kind)" ] || continue
			for model in zero nonzero; do
				echo "object $machine $kind -O2 $model tests/runtime/every.c 200"
				echo "object $machine $kind -O0 $model tests/access/accessors.c 40"
				echo "object $machine $kind -O2 $model tests/kernel/others.c 10"
			done
		done
		case $machine in
		riscv64 | loongarch64)
			for model in zero nonzero; do
				echo "object $machine clang -O2 $model tests/runtime/every.c 200 $relax"
				echo "object $machine clang -O1 $model tests/kernel/operations.c 500 $relax"
			done ;;
		esac
	done
}

# ---- other CPUs ---------------------------------------------------------------------------------

# What is expected where the template stands at `place`, in a file with relocations or without: Z is
# for the template at address 0, R for all but that without relocations.
expected_remote() { # source place relocs
	local tags=
	[ "$2" = 0 ] && tags=Z
	{ [ "$2" != 0 ] || [ -n "$3" ]; } && tags+=R
	sed -nE "s/.*(#|\/\/)[$tags]?: //p" "$1"
}

remote_lines() { # file
	"$tool" access --remote "$1" | sed -nE 's/^0x[0-9a-f]+ [^ ]+: (.*) through an unknown base, .*/\1/p'
}

job_remote() { # machine place
	local source=$here/cases/remote/$1.s out=$dir/remote-$1-$2 relocs
	sed "s/PLACE/$2/" $here/cases/percpu.ld >"$out.ld"
	if ! clang-19 --target="$1-linux-gnu" $(case_options "$1") -c -o "$out.o" "$source" 2>"$out.log"; then
		fail "$1: the cases of other CPUs do not build" "$(<"$out.log")"
		return
	fi
	for relocs in '' --emit-relocs; do
		ld.lld-19 $relocs -T "$out.ld" -o "$out$relocs" "$out.o" 2>"$out.log" ||
			{ fail "$1: the cases of other CPUs do not link" "$(<"$out.log")"; continue; }
		same "$1 at $2 $relocs: expected (<) and listed (>)" \
			"$(expected_remote "$source" "$2" "$relocs")" "$(remote_lines "$out$relocs")"
		want_none "$1 at $2 $relocs: without --remote a base is unknown" \
			"$("$tool" access "$out$relocs" | grep unknown)"
	done
	same "$1: the object" "$(sed -nE 's/.*(#|\/\/)R?: //p' "$source")" "$(remote_lines "$out.o")"
	want_none "$1 at $2: JSON" "$("$tool" access --remote --format json "$out" | jq -r '
		.files[0].accesses[] | select(.register != null or (.floating | not)) | .address')"
}

# The runtime's accessor of other CPUs' copies, called as it is and read through.
job_remote_ptr() { # machine compiler level model
	local out=$dir/remote-ptr-$1-$2$3-$4 log file
	"$tool" ldscript --full --arch "$1" --cpus 4 --model "$4" >"$out.ld"
	if ! log=$($(compiler "$1" "$2") "$3" $(model_macro "$4") -DPERCPU_SEPARATE -c -o "$out.o" $here/remote.c 2>&1 &&
		$(linker "$1" "$2") -static -e 0 -T "$out.ld" -o "$out" "$out.o" 2>&1 &&
		$(linker "$1" "$2") --emit-relocs -static -e 0 -T "$out.ld" -o "$out.relocs" "$out.o" 2>&1); then
		fail "$1 $2 $3 $4: percpu_remote_ptr does not build" "$log"
		return
	fi
	local want='get address second -
read read second 8
write write second 8
element read wide+24 8
byte read small 1
start read first 8
sum read counter 4
reset address wide -
'
	case $1 in
	x86_64) want+='change read-modify-write counter 4' ;;
	*) want+=$'change read counter 4\nchange write counter 4' ;;
	esac
	# Of nonzero the template's start is subtracted: of the base, of the sum, or of the variable's address.
	for file in "$out" "$out.relocs" "$out.o"; do
		same "$1 $2 $3 $4: the accessors of other CPUs, ${file##*/}" "$(sort <<<"$want")" "$("$tool" access \
			--remote --format csv "$file" | awk -F, 'NR > 1 { print $5, $10,
				$7 ($8 == "0" ? "" : "+" $8), $11 == "" ? "-" : $11 }' | sort)"
		want_none "$1 $2 $3 $4: what checks say of another CPU's copy, ${file##*/}" \
			"$("$tool" check --format json "$file" | jq -r '.files[].findings[] |
				select(.check | startswith("access_") or . == "reloc_kind") | .check + ": " + .message')"
	done
}

list_remote() {
	local machine kind place
	for machine in $machines; do
		for place in 0 0x4000; do echo "remote $machine $place"; done
		for kind in gcc clang; do
			[ -n "$(compiler $machine $kind)" ] || continue
			for level in -O1 -O2 -Os; do
				echo "remote_ptr $machine $kind $level zero"
				echo "remote_ptr $machine $kind $level nonzero"
			done
		done
	done
}

# ---- kernels ------------------------------------------------------------------------------------

# As tests/kernel links them, but for what is not compiled: every.c is beside it, alone.
job_kernel() { # machine compiler level model what options...
	local name="$1 $2 $3 $4 $5" machine=$1 kind=$2 level=$3 model=$4 what=$5 source cc sources
	local out=$dir/kernel-$1-$2$3-$4-$5 bases= word least=40
	shift 5
	cc="$(compiler "$machine" "$kind") $level $(model_macro "$model") -DPERCPU_SEPARATE"
	sources='runtime/percpu.c runtime/alloc.c runtime/reset.c'
	case $what in
	test)
		sources+=" tests/kernel/main.c tests/kernel/common.c tests/kernel/areas.c tests/kernel/check.c
			tests/kernel/variables.c tests/kernel/operations.c tests/kernel/others.c
			tests/kernel/debug.c $(echo tests/kernel/"$machine"/*.[cS])" least=500
		cc+=' -DPERCPU_RESERVE=4096 -DPERCPU_ALLOC_LOCK' ;;
	*) sources+=' tests/runtime/every.c' least=200 ;;
	esac
	# The note says so, of which the other reader is told.
	case " $* " in
	*' -DPERCPU_RISCV_TP '*) bases='--bases tp' ;;
	*' -DPERCPU_ARM_EL2 '*) bases='--bases TPIDR_EL2' ;;
	esac
	mkdir -p "$out.d"
	for source in $sources; do
		word=$($cc "$@" -w -c \
			-o "$out.d/$(tr / - <<<"$source").o" "$source" 2>&1) && continue
		fail "$name: $source does not compile" "$word"
		return
	done
	"$tool" ldscript --full --arch "$machine" --cpus 4 --model "$model" --placement separate \
		$([ "$what" = test ] && echo --reserve 4K) >"$out.ld"
	if ! word=$($(linker "$machine" "$kind") -static -z noexecstack -z max-page-size=4096 \
		-e 0 -T "$out.ld" -o "$out" "$out.d"/*.o 2>&1); then
		fail "$name: does not link" "$word"
		return
	fi
	word=$(differences "$out" $least $bases)
	want_none "$name" "$word"
	[ -n "$word" ] || rm -rf "$out" "$out".*
}

list_kernels() {
	local machine kind level model
	for machine in $machines; do
		for kind in gcc clang; do
			[ -n "$(compiler $machine $kind)" ] || continue
			for model in zero nonzero; do
				for level in -O0 -O1 -O2 -Os; do
					echo "kernel $machine $kind $level $model every"
				done
				echo "kernel $machine $kind -O2 $model test"
			done
			case $machine in
			aarch64)
				echo "kernel $machine $kind -O2 zero lse -march=armv8.1-a"
				echo "kernel $machine $kind -O2 zero wide -DPERCPU_WIDE"
				echo "kernel $machine $kind -O2 nonzero el2 -DPERCPU_ARM_EL2" ;;
			riscv64) echo "kernel $machine $kind -O2 zero tp -DPERCPU_RISCV_TP" ;;
			esac
		done
	done
}

# ---- the crate ----------------------------------------------------------------------------------

# Its accessors, as tests/crate has them.
job_crate() { # machine model
	local out=$dir/crate-$1-$2 options= log place=0
	[ "$2" = nonzero ] && options='--cfg nonzero' place=0x4000
	log=$(RUSTC_BOOTSTRAP=1 rustc --target "$1" --cfg bare $options --edition 2021 --emit=obj \
		-A warnings -C panic=abort -C opt-level=2 -C relocation-model=static -o "$out.o" \
		tests/crate/crate.rs 2>&1) || { fail "$1 $2: crate.rs does not compile" "$log"; return; }
	sed "s/PLACE/$place/; s/ENTRY(start)//; s/\*(.text)/*(.text .text.*)/;
		s/\*(.percpu)/*(.percpu .percpu.*)/" $here/cases/percpu.ld >"$out.ld"
	if ! log=$(ld.lld-19 -T "$out.ld" --unresolved-symbols=ignore-all -o "$out" "$out.o" 2>&1); then
		fail "$1 $2: crate.rs does not link" "$log"
		return
	fi
	want_none "crate.rs for $1, $2" "$(differences "$out" 10)"
}

list_crate() {
	local target
	has rustc || return
	for target in x86_64-unknown-none aarch64-unknown-none-softfloat riscv64imac-unknown-none-elf \
		loongarch64-unknown-none-softfloat; do
		echo "crate $target zero"
		echo "crate $target nonzero"
	done
}

# ---- shapes -------------------------------------------------------------------------------------

# The accesses of shapes.c, whatever the compiler makes of its functions; all of them name a variable.
# `made` is a symbol that the compiler must have made: what is outlined may have got the base from
# its callers, and of that nothing is known.
job_shape() { # machine compiler made options...
	local name="$1 $2 shapes ${*:4}" machine=$1 kind=$2 made=$3 log
	local out=$dir/shape-$(tr -c 'a-z0-9\n' - <<<"$*")
	shift 3
	sed 's/PLACE/0x190000/; s/\*(.text)/*(.text .text.*) *(.rodata .rodata.*)/' \
		$here/cases/percpu.ld >"$out.ld"
	if ! log=$($(compiler "$machine" "$kind") "$@" -c -o "$out.o" $here/shapes.c 2>&1 &&
		ld.lld-19 --no-relax -T "$out.ld" -o "$out" "$out.o" 2>&1); then
		fail "$name: does not build" "$log"
		return
	fi
	want_none "$name" "$(differences "$out" 13)"
	if [ "$made" = - ]; then
		want_none "$name: accesses that name no variable" \
			"$("$tool" access "$out" | grep '^0x' | grep -vE ' at (first|second|third)')"
	else
		want_none "$name: no $made" "$(llvm-readelf-19 -sW "$out" | grep -q "$made" || echo none)"
	fi
}

list_shapes() {
	echo 'shape aarch64 clang - -O2 -mllvm -enable-global-merge=1'
	echo 'shape loongarch64 clang - -O2'
	echo 'shape aarch64 clang OUTLINED_FUNCTION -DREPEATED -Oz -mllvm -enable-machine-outliner=always'
	echo 'shape riscv64 clang OUTLINED_FUNCTION -DREPEATED -Oz -mllvm -enable-machine-outliner=always'
	echo 'shape x86_64 clang - -O2 -fpatchable-function-entry=8,4'
	echo 'shape aarch64 clang - -O2 -fpatchable-function-entry=4,2'
	[ -n "$(compiler x86_64 gcc)" ] && {
		echo 'shape x86_64 gcc [.]cold -O2 -freorder-blocks-and-partition'
		echo 'shape x86_64 gcc - -O2'
		echo 'shape x86_64 gcc __x86_ -O2 -mindirect-branch=thunk -mfunction-return=thunk'
	}
	[ -n "$(compiler aarch64 gcc)" ] && echo 'shape aarch64 gcc - -O2 -fsection-anchors'
	[ -n "$(compiler riscv64 gcc)" ] && echo 'shape riscv64 gcc - -O2 -fsection-anchors'
}

# ---- accessors ----------------------------------------------------------------------------------

# What the source of an accessor says that it does to memory: KIND WIDTH of each access in the order
# of addresses. On riscv64 and loongarch64 no instruction modifies 1 or 2 bytes: what does so there
# is on the word around them, and all but and, or and xor are a loop of LR and SC.
accessor_does() { # machine lse accessor bytes
	local word=$4
	case $3 in
	read) echo "read $4"; return ;;
	write) echo "write $4"; return ;;
	esac
	[ "$4" -lt 4 ] && word=4
	case $1-$2-$3 in
	# One that reads, then loops until nothing has come between.
	x86_64-*-xchg) echo "read $4 read-modify-write $4" ;;
	x86_64-* | aarch64-lse-*) echo "read-modify-write $4" ;;
	aarch64-*) echo "read $4 write $4" ;;
	*-cmpxchg) echo "read $word write $word" ;;
	*)
		case $3-$4 in
		and-* | or-* | xor-* | *-[48]) echo "read-modify-write $word" ;;
		*) echo "read $word write $word" ;;
		esac ;;
	esac
}

# FUNCTION KIND WIDTH KIND WIDTH... and the variable's name in each, from a listing.
listed() { # csv
	python3 - "$1" <<-'END'
		import csv, sys
		found = {}
		with open(sys.argv[1], newline="") as text:
		    for row in csv.DictReader(text):
		        found.setdefault(row["function"], []).append(
		            (int(row["address"], 0), row["kind"], row["width"] or "-",
		             row["variable"] + ("" if row["offset"] == "0" else "+" + row["offset"])))
		for name in sorted(found):
		    rows = sorted(found[name])
		    print(name, ",".join(sorted({row[3] for row in rows})),
		          " ".join("%s %s" % row[1:3] for row in rows))
	END
}

job_accessors() { # machine compiler level model lse options...
	local name="$1 $2 $3 $4$5" machine=$1 kind=$2 model=$4 lse=$5 cc out=$dir/accessors-$1-$2$3-$4$5
	local accessor bytes function variable does want log wrong=
	cc="$(compiler "$1" "$2") $3 $(model_macro "$4")"
	shift 5
	"$tool" ldscript --full --arch "$machine" --cpus 4 --model "$model" >"$out.ld"
	if ! log=$($cc "$@" -Wall -Wextra -Werror -c -o "$out.o" $here/accessors.c 2>&1 &&
		$(linker "$machine" "$kind") -static -e 0 -T "$out.ld" -o "$out" "$out.o" 2>&1); then
		fail "$name: the accessors do not build" "$log"
		return
	fi
	want_none "$name: accessors" "$(differences "$out" 48)"
	listed "$out.csv" >"$out.listed"
	for accessor in read write add sub and or xor inc dec add_return xchg cmpxchg; do
		for bytes in 1 2 4 8; do
			does= variable=
			read -r function variable does < <(grep "^${accessor}_$bytes " "$out.listed")
			want=$(accessor_does "$machine" "$lse" $accessor $bytes)
			if [ "$does" != "$want" ] || [ "$variable" != "variable_$bytes" ]; then
				wrong+="${accessor}_$bytes: $variable: $does, not $want"$'\n'
			fi
			echo "$name|$accessor|$bytes|$does" >>"$out.table"
		done
	done
	want_none "$name: what the accessors' source says" "$wrong"
}

list_accessors() {
	local machine kind level
	for machine in $machines; do
		for kind in gcc clang; do
			[ -n "$(compiler $machine $kind)" ] || continue
			for level in -O0 -O2 -Os; do
				echo "accessors $machine $kind $level zero -"
				[ $level = -O2 ] && echo "accessors $machine $kind $level nonzero -"
			done
			[ $machine = aarch64 ] &&
				echo "accessors $machine $kind -O2 zero lse -march=armv8.1-a"
		done
	done
}

# A table of what was listed: a row an accessor, a column for each width.
accessors_table() {
	cat "$dir"/accessors-*.table 2>/dev/null | awk -F '|' '
		BEGIN {
			print "What `percpu-tool access` lists of each accessor, by the bytes of the variable."
			print "riscv64 and loongarch64 modify 1 and 2 bytes in the aligned word around them:"
			print "and, or and xor by an AMO of it, the others by a pair of LR and SC."
		}
		$1 != name { name = $1; print "\n" name }
		$3 == 1 { printf "  %-11s", $2 }
		{ gsub(/read-modify-write/, "modify", $4); printf " %d: %-20s", $3, $4 }
		$3 == 8 { print "" }' | sed 's/ *$//' >"$dir/accessors.txt"
}

# ---- real kernels -------------------------------------------------------------------------------

# Instructions with gs in .text, as another disassembler counts them too. Of Debian 6.1 for amd64 one
# version has 32,671: 22,680 absolute, 8,215 relative, 1,776 with a base or an index; 6.1.0-56 has
# 32,719: 22,707, 8,227 and 1,785.
gs_forms() { # file
	llvm-objdump-19 -d --no-show-raw-insn --section=.text "$1" | awk '
		/%gs:/ {
			if (/%gs:[^ ,]*\(%rip\)/) relative++
			else if (/%gs:[^ ,]*\(/) indexed++
			else absolute++
		}
		END { print absolute + relative + indexed, absolute + 0, relative + 0, indexed + 0 }'
}

of_kernel() { # file
	local copy=$dir/kernels/$(basename "$(dirname "$1")")-$(basename "$1") found machine least=1000
	mkdir -p "$dir/kernels"
	ln -sf "$(realpath "$1")" "$copy"
	machine=$(llvm-readelf-19 -h "$1" | sed -n 's/^ *Machine: *//p')
	# Linux keeps no base in a register there.
	[ "$machine" = RISC-V ] && least=0
	want_none "$1" "$(differences "$copy" $least)"
	[ -s "$copy.csv" ] && echo "    $1: $(($(wc -l <"$copy.csv") - 1)) accesses listed" >&2
	if [[ $machine == *X86-64* ]]; then
		found=$(gs_forms "$1")
		echo "    $1: gs in .text, absolute, relative, indexed: $found" >&2
	fi
}

build_suspects() {
	local log
	mkdir -p "$dir"
	log=$("${CC:-gcc}" -std=c11 -O2 -g -D_GNU_SOURCE -pthread ${SAN:+-fsanitize=address,undefined} \
		-I. -o "$dir/suspects" $here/suspects.c "$(dirname "$tool")/libpercpu-tool.a" \
		-lelf -liberty 2>&1) && return
	in_lines=
	fail "$here/suspects.c does not build" "$log"
	finish
}

# ---- counting -----------------------------------------------------------------------------------

# What is skipped in several jobs is so once.
count_lines() { # results
	{ grep -v '^SKIP' "$1"; grep '^SKIP' "$1" | sort -u; } >"$1.lines"
	finish_lines "$1.lines"
}

if [ "${1:-}" = --job ]; then
	shift
	job=$1
	shift
	"job_$job" "$@"
	exit
fi

for needed in llvm-objdump-19 llvm-readelf-19 python3 clang-19 ld.lld-19; do
	has $needed && continue
	in_lines=
	skip "no $needed"
	finish
done
if [ "${1:-}" = --kernel ]; then
	shift
	build_suspects
	for file; do of_kernel "$file"; done >"$dir/kernels.results"
	count_lines "$dir/kernels.results"
	exit
fi

parts=${*:-cases asked objects remote shapes accessors kernels crate}
rm -rf "$dir" && mkdir -p "$dir" || exit 1
build_suspects
for part in $parts; do
	case $part in
	cases)
		for machine in $machines; do echo "case $machine 0"; done
		echo "data aarch64 36 20 04 40 f9"
		echo "data riscv64 28 34 12"
		echo labels ;;
	asked) echo asked ;;
	objects | remote | shapes | accessors | kernels | crate) "list_$part" ;;
	esac
done >"$dir/jobs"
{
	for machine in $machines; do
		[ -n "$(compiler $machine gcc)" ] || skip "$machine: no cross gcc"
	done
	has rustc || skip "no rustc for crate.rs"
	tr '\n' '\0' <"$dir/jobs" | PERCPU_TOOL=$tool TEST_DIR=${TEST_DIR:-$PWD/build/test} \
		xargs -0 -P "${JOBS:-$(nproc)}" -I{} \
		bash -c 'out=$(set -f; "$0" --job $1 2>&1); echo "$out"' "$here/run.sh" {}
} >"$dir/results"
accessors_table
count_lines "$dir/results"
