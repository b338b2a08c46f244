#!/usr/bin/env bash
# percpu-tool ldscript: links each script it writes and compares every boundary symbol, the sections
# and the segments with arithmetic on the sizes and alignments of the objects.
#
# Of the full product, covered with every architecture, linker (bfd where Debian has it, lld), model
# and placement: CPUs 1 2 4 8 64 255 1024; variables of alignment 1 2 4 ... 4096; all subsections;
# none at all; with and without --reserve and, where it is taken, --pristine; --stride-align 64 256 4096; --vma given and not; the
# fragment in a script of one address range and in one of the high half, its load offset given and
# not; --insert-after; --full under --orphan-handling=error; clang and gcc; --gc-sections,
# --emit-relocs; a kernel without constants and data. Row by row these vary together with coprime
# periods, so that alignments meet all forms and all CPUs. naive takes neither --placement,
# --reserve, --vma nor more than one CPU: its rows vary the rest.
#
# Usage: run.sh [CASE...]; a CASE is what a FAIL line prints. PERCPU_TOOL, TEST_DIR and JOBS override.
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tool=${PERCPU_TOOL:-$root/build/percpu-tool}
build=${TEST_DIR:-$root/build/test}/ldscript
jobs=${JOBS:-2}
. "$root/tests/toolchain.sh"

arches=(x86_64 aarch64 riscv64 loongarch64)
cpu_counts=(1 2 4 8 64 255 1024)
reserves=(0 100 0 4097 0)
strides=(64 64 256 4096)
forms=(fragment full insert high offset)
flag_sets=(none gc relocs)

declare -A base=([x86_64]=0x100000 [aarch64]=0x40200000 [riscv64]=0x80200000 [loongarch64]=0x200000)
declare -A high=([x86_64]=0xffffffff80000000 [aarch64]=0xffff000000000000
	[riscv64]=0xffffffc000000000 [loongarch64]=0x9000000000000000)
declare -A model_flags=([x86_64]=-mcmodel=kernel [aarch64]="" [riscv64]=-mcmodel=medany
	[loongarch64]=-fdirect-access-external-data)

# Linker and compiler commands; empty where there is none.
linker_of() {
	case $2 in
	lld) echo ld.lld-19 ;;
	bfd) case $1 in
		x86_64) echo x86_64-linux-gnu-ld.bfd ;;
		aarch64 | riscv64) echo "$1-linux-gnu-ld.bfd" ;;
		esac ;;
	esac
}

compiler_of() {
	case $2 in
	clang) echo "clang-19 --target=$1-unknown-none-elf" ;;
	gcc) case $1 in
		x86_64) echo x86_64-linux-gnu-gcc ;;
		aarch64 | riscv64) echo "$1-linux-gnu-gcc" ;;
		esac ;;
	esac
}

objects_build() { # arch compiler
	local cc align out=$build/$1-$2
	cc="$(compiler_of "$1" "$2") -O1 -g -ffreestanding -fno-pic -fno-stack-protector ${model_flags[$1]}
		-fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections -fdata-sections"
	mkdir -p "$out"
	$cc -c "$here/kernel.c" -o "$out/kernel.o" || return 1
	$cc -DBARE -c "$here/kernel.c" -o "$out/bare.o" || return 1
	$cc -c "$here/sorted.c" -o "$out/sorted.o" || return 1
	$cc -c "$here/large.c" -o "$out/large.o" || return 1
	for ((align = 1; align <= 4096; align *= 2)); do
		$cc -DALIGNMENT=$align -c "$here/plain.c" -o "$out/plain$align.o" || return 1
	done
	for align in "$out"/*.o; do layout_compute "$align" >"${align%.o}.layout"; done
}

align_up() { echo $((($1 + $2 - 1) / $2 * $2)); }

# Prints bytes and alignment of the template of one object, before --stride-align, and then offset and
# name of each section: the subsections in their order, each sorted by alignment.
layout_compute() { # object
	local rows at=0 most=1 class name size align
	rows=$(readelf -SW "$1" | while read -r line; do
		[[ $line =~ ^\[\ *[0-9]+\]\ (\.percpu[^ ]*)\ +[A-Z]+\ +[0-9a-f]+\ [0-9a-f]+\ ([0-9a-f]+)\ .*\ ([0-9]+)$ ]] ||
			continue
		case ${BASH_REMATCH[1]} in
		.percpu.first | .percpu.first.*) class=1 ;;
		.percpu.read_mostly | .percpu.read_mostly.*) class=2 ;;
		.percpu.shared_aligned | .percpu.shared_aligned.*) class=3 ;;
		.percpu.page_aligned | .percpu.page_aligned.*) class=4 ;;
		*) class=5 ;;
		esac
		# A plain subsection name comes before its suffixed ones: the patterns' order.
		name=${BASH_REMATCH[1]}
		[[ $class != 5 && $name == .percpu.*.* ]] && class=${class}b
		echo "$class $((16#${BASH_REMATCH[2]})) ${BASH_REMATCH[3]} $name"
	done | sort -s -k1,1 -k3,3nr)
	local seen="" places=""
	while read -r class size align name; do
		[ -n "$class" ] || continue
		case ${class%b} in [234]) [ "$seen" = "${class%b}" ] || at=$(align_up "$at" 64) ;; esac
		# The lines before page_aligned are aligned whether or not it is there.
		[ "$class" = 5 ] && [ "$seen" != 5 ] && [[ $seen =~ ^[123]$ ]] && at=$(align_up "$at" 64)
		seen=${class%b}
		at=$(align_up "$at" "$align")
		places+=$'\n'"$at $name"
		at=$((at + size))
		[ "$align" -gt "$most" ] && most=$align
	done <<<"$rows"
	echo "$at $most$places"
}

# Fails with a reason in $why. Symbols and sections of $image, once read.
declare -A sym sym_index sec_addr sec_size sec_type sec_flags sec_align sec_index
declare -a sec_name load

image_read() { # image
	sym=() sym_index=() sec_addr=() sec_size=() sec_type=() sec_flags=() sec_align=() sec_index=()
	sec_name=() load=()
	local line
	while read -r line; do
		if [[ $line =~ ^\[\ *([0-9]+)\]\ ([^ ]+)\ +([A-Z_]+)\ +([0-9a-f]{16})\ [0-9a-f]+\ ([0-9a-f]+)\ [0-9a-f]+\ +([A-Zlox]*)\ +[0-9]+\ +[0-9]+\ +([0-9]+)$ ]]; then
			local name=${BASH_REMATCH[2]}
			sec_name[BASH_REMATCH[1]]=$name
			sec_index[$name]=${BASH_REMATCH[1]}
			sec_type[$name]=${BASH_REMATCH[3]}
			sec_addr[$name]=$((16#${BASH_REMATCH[4]}))
			sec_size[$name]=$((16#${BASH_REMATCH[5]}))
			sec_flags[$name]=${BASH_REMATCH[6]}
			sec_align[$name]=${BASH_REMATCH[7]}
		elif [[ $line == LOAD* ]]; then
			load+=("$line")
		elif [[ $line =~ ^[0-9]+:\ ([0-9a-f]{16})\ .*\ ([^ ]+)\ (_percpu_[a-z_]+|var_[a-z_]*)$ ]]; then
			sym[${BASH_REMATCH[3]}]=$((16#${BASH_REMATCH[1]}))
			sym_index[${BASH_REMATCH[3]}]=${BASH_REMATCH[2]}
		fi
	done < <(readelf -SlsW "$1" 2>&1)
}

bad() { why="$*"; return 1; }
hex() { printf '0x%x' "$1"; }

symbol_is() { # name value
	[ -n "${sym[$1]+set}" ] || bad "$1 is undefined" || return
	[ "${sym[$1]}" = "$2" ] || bad "$1 is $(hex "${sym[$1]}"), not $(hex "$2")" || return
	[[ ${sym_index[$1]} =~ ^[0-9]+$ ]] || bad "$1 is ${sym_index[$1]}"
}

symbol_absent() { [ -z "${sym[$1]+set}" ] || bad "$1 is defined"; }

# The segments that hold [address, address + size), as "paddr-of-address filesz memsz" lines.
loads_of() { # address size
	local line _ v p f m
	for line in "${load[@]}"; do
		read -r _ _ v p f m _ <<<"$line"
		((m && $1 - v >= 0 && $1 - v + $2 <= m)) && echo "$((p + $1 - v)) $((f)) $((m)) $((v))"
	done
}

# Load addresses may not overlap, or a loader writes one segment over the other.
loads_disjoint() {
	local line _ p m last=-1
	while read -r p m; do
		((m)) || bad "an empty segment" || return
		((p > last)) || bad "segments overlap at $(hex "$p")" || return
		last=$((p + m - 1))
	done < <(for line in "${load[@]}"; do
		read -r _ _ _ p _ m _ <<<"$line"
		echo "$((p)) $((m))"
	done | sort -n)
}

# All that a case expects of its image, from the object's layout alone.
image_check() {
	local content most align template stride base_at end_at prior vma reserve_bytes moved=0 rows
	local name offset places=()
	read -r content most <"$dir/${object}.layout"
	[ "$object" = sorted ] && mapfile -t places < <(tail -n +2 "$dir/sorted.layout")
	align=$((most > stride_align ? most : stride_align))
	# Without variables the template is padding alone.
	template=$(align_up $((content ? content : 1)) $align)
	reserve_bytes=$(align_up "$reserve" $align)
	stride=$((template + reserve_bytes))
	[ "$model" = zero ] || [ "$vma_arg" != none ] && moved=1

	# The place: the first aligned address behind the section before, one byte spared where moved.
	prior=.percpu
	((moved)) && prior=.percpu_base
	prior=${sec_name[${sec_index[$prior]:-0} - 1]:-none}
	[ "$prior" != none ] || bad "no section before .percpu" || return
	# No align_up, which divides: addresses of the high half are negative here.
	base_at=$((sec_addr[$prior] + sec_size[$prior]))
	[ "$flags" = bare ] && base_at=$(((base_at + 4095) & -4096)) # where .data would begin
	base_at=$(((base_at + moved + align - 1) & -align))
	vma=$base_at
	((moved)) && vma=$((vma_arg))
	end_at=$((base_at + template))

	for name in "${places[@]}"; do
		offset=${name%% *} name=${name#*.percpu} name=${name#[._]}
		symbol_is "var_${name//./_}" $((vma + offset)) || return
	done
	symbol_is _percpu_load_start $vma || return
	symbol_is _percpu_load_end $((vma + template)) || return
	# A number, and no address: absolute.
	[ "${sym[_percpu_align]-} ${sym_index[_percpu_align]-}" = "$align ABS" ] ||
		bad "_percpu_align is ${sym[_percpu_align]-} ${sym_index[_percpu_align]-}" || return
	if ((reserve)); then
		symbol_is _percpu_reserve_start $((vma + template)) || return
		symbol_is _percpu_reserve_end $((vma + stride)) || return
	else
		symbol_absent _percpu_reserve_start && symbol_absent _percpu_reserve_end || return
	fi
	case $model-$placement in
	naive-*)
		symbol_absent _percpu_template || return
		symbol_is _percpu_start $base_at && symbol_is _percpu_end $end_at || return ;;
	*-overlay)
		symbol_absent _percpu_template || return
		end_at=$((base_at + cpus * stride))
		symbol_is _percpu_start $base_at && symbol_is _percpu_end $end_at || return ;;
	*-separate)
		symbol_is _percpu_template $base_at || return
		symbol_is _percpu_start $end_at || return
		end_at=$((end_at + cpus * stride))
		symbol_is _percpu_end $end_at || return ;;
	*-dynamic)
		symbol_is _percpu_template $base_at && symbol_is _percpu_start $base_at || return
		symbol_is _percpu_end $base_at || return ;;
	esac

	if ((pristine)); then
		symbol_is _percpu_pristine_start $end_at || return
		end_at=$((end_at + template))
		symbol_is _percpu_pristine_end $end_at || return
	else
		symbol_absent _percpu_pristine_start && symbol_absent _percpu_pristine_end || return
	fi

	[ "${sec_align[.percpu]}" = $align ] || bad ".percpu is aligned to ${sec_align[.percpu]}" || return
	[ "${sec_size[.percpu]}" = "$template" ] || bad ".percpu has ${sec_size[.percpu]} bytes" || return
	[[ ${sec_flags[.percpu]} = WA && (${sec_type[.percpu]} = PROGBITS || $content = 0) ]] ||
		bad ".percpu is ${sec_type[.percpu]} ${sec_flags[.percpu]}" || return
	rows=$(loads_of "$vma" "$template")
	[ "$(wc -l <<<"$rows")" = 1 ] || bad ".percpu is in several segments" || return
	read -r paddr filesz memsz vaddr <<<"$rows"
	[ "$paddr" = $((base_at - delta)) ] || bad ".percpu is loaded at $(hex "${paddr:-0}")" || return
	((content == 0 || filesz >= vma - vaddr + template)) || bad "the file ends in .percpu" || return
	((!moved || memsz == template)) || bad ".percpu shares its segment" || return
	if ((${sec_size[.percpu_areas]-0} > 1)); then
		[ "${sec_type[.percpu_areas]} ${sec_flags[.percpu_areas]}" = "NOBITS WA" ] ||
			bad ".percpu_areas is ${sec_type[.percpu_areas]} ${sec_flags[.percpu_areas]}" || return
		[ $((sec_addr[.percpu_areas] + sec_size[.percpu_areas])) = $((end_at + moved)) ] ||
			bad ".percpu_areas ends elsewhere" || return
	fi
	# What follows stands and is loaded behind it all.
	((sec_addr[.bss] - end_at >= 0)) || bad ".bss at $(hex "${sec_addr[.bss]}") is in the areas" || return
	read -r paddr filesz memsz vaddr <<<"$(loads_of "${sec_addr[.bss]}" "${sec_size[.bss]}")"
	[ "$paddr" = $((sec_addr[.bss] - delta)) ] || bad ".bss is loaded at $(hex "${paddr:-0}")" || return
	((vaddr + memsz <= sec_addr[.bss] + sec_size[.bss] + 4096)) || bad ".bss's segment is too long" || return
	loads_disjoint
}

# The checker must find nothing to warn of, told no more than a user would tell it.
tool_agrees() { # image
	local said
	said=$("$tool" check -q --model "$model" --cpus "$cpus" --fail-on warning "$1" 2>&1) ||
		bad "check says: ${said//$'\n'/; }"
}

# Writes the script of a case; prints what the linker needs to be told of it.
script_write() {
	local options=(--arch "$arch" --model "$model" --stride-align "$stride_align")
	[ "$model" = naive ] || options+=(--placement "$placement")
	[ "$placement" = dynamic ] || options+=(--cpus "$cpus")
	[ "$reserve" = 0 ] || options+=(--reserve "$reserve")
	((pristine)) && options+=(--pristine)
	[ "$vma_arg" = none ] || { [ "$model $vma_arg" = "zero 0" ] || options+=(--vma "$vma_arg"); }
	case $form in
	full) options+=(--full) ;;
	insert) options+=(--insert-after .data) ;;
	offset) options+=(--load-offset host_offset) ;;
	esac
	"$tool" ldscript "${options[@]}" >"$1.inc" || return
	case $form in
	full | insert) cp "$1.inc" "$1.ld" ;;
	*)
		local text
		text=$(<"$here/host.ld.in")
		text=${text//@OFFSET@/$delta}
		text=${text//@BASE@/${base[$arch]}}
		printf '%s\n' "${text//@FRAGMENT@/$1.inc}" >"$1.ld" ;;
	esac
}

# One case; prints its FAIL line or nothing. $2 names its files.
case_run() {
	local arch linker compiler model placement form object cpus reserve stride_align vma_arg flags
	local why="" pristine=0 dir delta=0 out=$build/out/$2 log command paddr filesz memsz vaddr
	read -r arch linker compiler model placement form object cpus reserve stride_align vma_arg flags <<<"$1"
	[[ $flags == *+pristine ]] && pristine=1 flags=${flags%+pristine}
	dir=$build/$arch-$compiler
	case $form in high | offset) delta=$((high[$arch])) ;; esac
	command=("$(linker_of "$arch" "$linker")" -m "${emulation[$arch]}" -static -z noexecstack)
	[ "$form" = full ] && command+=(--orphan-handling=error)
	# Relaxation of accesses is the fragment's user's to switch off: facts of RISC-V, not of layout.
	[ "$arch" = riscv64 ] && command+=(--no-relax)
	case $flags in gc) command+=(--gc-sections -e _start) ;; relocs) command+=(--emit-relocs) ;; esac
	command+=(-T "$out.ld" -o "$out.elf")
	if [ "$flags" = bare ]; then command+=("$dir/bare.o"); else command+=("$dir/kernel.o"); fi
	[ "$object" = empty ] || command+=("$dir/$object.o")

	if ! log=$(script_write "$out" 2>&1); then
		why="no script: $log"
	elif ! log=$("${command[@]}" 2>&1); then
		why="no link: ${log//$'\n'/; }"
	else
		# bfd: scripts without PHDRS that put text and data in one page; no matter of ours.
		log=$(grep -v 'has a LOAD segment with RWX permissions' <<<"$log")
		if [ -n "$log" ]; then
			why="warning: ${log//$'\n'/; }"
		else
			image_read "$out.elf"
			image_check && tool_agrees "$out.elf"
		fi
	fi
	if [ -n "$why" ]; then
		echo "FAIL ldscript $why: $0 '$1'"
		return 1
	fi
	rm -f "$out.elf" "$out.ld" "$out.inc"
}

# The rows of one architecture, linker, model and placement.
rows_print() { # arch linker model placement
	local i compiler vma cpus reserve object row
	local -a compilers=(clang)
	has "$(compiler_of "$1" gcc)" && compilers+=(gcc)
	for ((i = 0; i < 52; i++)); do
		compiler=${compilers[i % ${#compilers[@]}]}
		object=plain$((1 << i % 13))
		((i < 39)) || { object=empty; ((i >= 45)) && object=sorted; }
		cpus=${cpu_counts[i % 7]} reserve=${reserves[(i / 5) % 5]} vma=none
		case $3 in
		zero) vma=0 ;;
		nonzero) ((i % 11 == 5)) && vma=0x70000000 ;;
		naive) cpus=1 reserve=0 ;;
		esac
		row="$1 $2 $compiler $3 $4 ${forms[i % 5]} $object $cpus $reserve ${strides[i % 4]} $vma"
		[ "$4" = overlay ] && (((i / 3) % 2)) && row+=" ${flag_sets[i % 3]}+pristine" ||
			row+=" ${flag_sets[i % 3]}"
		echo "$row"
	done
	# Without constants and data: no segment may be left empty.
	vma=none
	[ "$3" = zero ] && vma=0
	echo "$1 $2 clang $3 $4 full plain64 1 0 64 $vma bare"
}

cases_print() {
	local arch linker
	for arch in "${arches[@]}"; do
		for linker in bfd lld; do
			has "$(linker_of "$arch" $linker)" || continue
			for model in zero nonzero; do
				for placement in overlay separate dynamic; do
					rows_print "$arch" $linker $model $placement
				done
			done
			rows_print "$arch" $linker naive overlay
		done
	done
}

worker() { # file of cases, prefix
	local line n=0
	while read -r line; do
		case_run "$line" "$2-$((n++))" && echo PASS
	done <"$1"
}

# A command line that must be refused: exit 2, one line that holds the word.
refused() { # word options...
	local word=$1 log code
	shift
	log=$("$tool" ldscript "$@" 2>&1)
	code=$?
	if [ $code = 2 ] && [ "$(wc -l <<<"$log")" = 1 ] && [[ $log == *"$word"* ]]; then
		echo PASS
	else
		echo "FAIL ldscript exit $code, said '$log': $tool ldscript $*"
	fi
}

refusals() {
	refused --cpus
	refused --cpus --cpus 0
	refused --cpus --cpus 2000000
	refused "not a number" --cpus four
	refused "not one of" --cpus 4 --arch sparc
	refused "not one of" --cpus 4 --model one
	refused "not one of" --cpus 4 --placement here
	refused --stride-align --cpus 4 --stride-align 96
	refused --stride-align --cpus 4 --stride-align 32
	refused --stride-align --cpus 4 --stride-align 2G
	refused --vma --cpus 4 --model nonzero --vma 0x20
	refused --vma --cpus 4 --vma 0x1000
	refused --vma --cpus 4 --arch aarch64 --vma 0x10000
	refused --vma --model naive --vma 0x1000
	refused --reserve --cpus 4 --reserve 2G
	refused --reserve --model naive --reserve 64
	refused --pristine --cpus 4 --placement separate --pristine
	refused --pristine --placement dynamic --pristine
	refused naive --model naive --cpus 2
	refused naive --model naive --placement separate
	refused "exclude each other" --cpus 4 --arch x86_64 --full --insert-after .data
	refused --arch --cpus 4 --full
	refused --wide --cpus 4 --wide
	refused --wide --cpus 4 --arch x86_64 --wide
	refused --wide --cpus 4 --arch aarch64 --model nonzero --wide
	refused --insert-after --cpus 4 --insert-after '.data; x'
	refused --load-offset --cpus 4 --load-offset '1 */'
	refused "no operands" --cpus 4 file
	refused "unknown option" --cpus 4 --such
}

# An ASSERT that must stop the link, or must not (message empty).
asserted() { # message arch linker object options...
	local message=$1 arch=$2 linker=$3 object=$4 out=$build/out/assert log text
	shift 4
	has "$(linker_of "$arch" "$linker")" || { echo "SKIP ldscript asserted $arch $linker: no linker"; return; }
	"$tool" ldscript --arch "$arch" "$@" >"$out.inc"
	text=$(<"$here/host.ld.in")
	text=${text//@OFFSET@/0}
	text=${text//@BASE@/${base[$arch]}}
	printf '%s\n' "${text//@FRAGMENT@/$out.inc}" >"$out.ld"
	log=$($(linker_of "$arch" "$linker") -m "${emulation[$arch]}" -T "$out.ld" -o "$out.elf" \
		"$build/$arch-clang/kernel.o" "$build/$arch-clang/$object.o" 2>&1)
	if { [ -n "$message" ] && [[ $log == *"percpu: "*"$message"* ]]; } ||
		{ [ -z "$message" ] && [ -s "$out.elf" ]; }; then
		echo PASS
	else
		echo "FAIL ldscript expected '$message', $linker said '$log': $tool ldscript --arch $arch $*"
	fi
	rm -f "$out".*
}

asserts() {
	local linker
	for linker in bfd lld; do
		asserted "see --wide" aarch64 $linker large --cpus 2
		asserted "" aarch64 $linker large --cpus 2 --wide
		asserted "" x86_64 $linker large --cpus 2
		asserted "load address is not aligned" x86_64 $linker plain64 --cpus 2 --load-offset 32
		asserted "load address is not aligned" x86_64 $linker plain64 --cpus 2 --model nonzero \
			--load-offset 32
	done
}

# A user's script with PHDRS, which includes the fragment: sections go into the headers of those before
# them. As segment_load says to write it, it links, and check has nothing to say.
headers() { # linker
	local linker=$1 out=$build/out/headers-$1 log form
	has "$(linker_of x86_64 "$linker")" || return
	"$tool" ldscript -a x86_64 -c 4 >"$out.inherited.ld"
	awk '/^\t\.percpu_areas/ { to = ":bss" } /^\t\.percpu / { to = ":percpu" }
		/^\t}/ && to { $0 = $0 " " to; to = "" } { print }' \
		"$out.inherited.ld" >"$out.own.ld"
	rm -f "$out".{inherited,own}
	for form in inherited own; do
		cat >"$out.$form.user.ld" <<-END
			PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); percpu PT_LOAD FLAGS(6); bss PT_LOAD FLAGS(6); }
			SECTIONS {
				. = 0x200000;
				.text : { *(.text .text.*) } :text
				. = ALIGN(4096);
				.data : { *(.data .data.* .rodata .rodata.*) } :data
				INCLUDE $out.$form.ld
				.bss : { *(.bss .bss.* COMMON) } :bss
				/DISCARD/ : { *(.comment .note.*) }
			}
		END
		log=$($(linker_of x86_64 "$linker") -m "${emulation[x86_64]}" -e 0 \
			-T "$out.$form.user.ld" -o "$out.$form" "$build/x86_64-clang/plain64.o" 2>&1)
		[ -z "$log" ] || [ $form = inherited ] || echo "FAIL ldscript headers $linker: $log"
		[ -f "$out.$form" ] || continue
		log=$("$tool" check -q --cpus 4 "$out.$form" 2>&1)
		if [ $form = own ] && [ -z "$log" ]; then
			echo PASS
		elif [ $form = inherited ] && [[ $log == *\[segment_load\]*"a PT_LOAD of its own"* ]]; then
			echo PASS
		else
			echo "FAIL ldscript headers $linker $form: check says: $log"
		fi
	done
}

# What the comment on top says makes the same script.
comment_repeats() {
	local line options first
	while read -r options; do
		first=$(eval "'$tool' ldscript $options")
		line=$(sed -n 's/^ \* percpu-tool ldscript //p' <<<"$first")
		if [ -n "$line" ] && [ "$first" = "$(eval "'$tool' ldscript $line")" ]; then
			echo PASS
		else
			echo "FAIL ldscript the comment gives another script: $tool ldscript $options"
		fi
	done <<-'END'
		-c 4
		-c 0x10 --model nonzero --placement separate --vma 1M --reserve 4K --stride-align 4K
		--load-offset 'host_offset + (1 << 4)' --arch aarch64 --cpus 2 --wide
		--insert-after .data --placement dynamic
		--model naive --full --arch riscv64
		--cpus 2 --pristine --reserve 64
	END
}

summary() { # file of result lines
	local passed failed skipped
	grep -hE '^(FAIL|SKIP)' "$1"
	passed=$(grep -c '^PASS' "$1")
	failed=$(grep -c '^FAIL' "$1")
	skipped=$(grep -c '^SKIP' "$1")
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

main() {
	local arch compiler i
	mkdir -p "$build/out"
	for arch in "${arches[@]}"; do
		for compiler in clang gcc; do
			has "$(compiler_of "$arch" $compiler)" || continue
			objects_build "$arch" $compiler || { echo "cannot build the objects" >&2; exit 1; }
			echo "0 1" >"$build/$arch-$compiler/empty.layout"
		done
	done
	if [ $# -gt 0 ]; then
		for i in "$@"; do case_run "$i" single && echo PASS; done >"$build/results"
	else
		cases_print >"$build/cases"
		split -n "r/$jobs" -d "$build/cases" "$build/cases."
		for ((i = 0; i < jobs; i++)); do
			worker "$build/cases.$(printf %02d $i)" $i >"$build/results.$i" &
		done
		{ refusals; asserts; headers bfd; headers lld; comment_repeats; } >"$build/results.rest"
		for arch in "${arches[@]}"; do
			for compiler in bfd lld; do
				has "$(linker_of "$arch" $compiler)" ||
					echo "SKIP ldscript $arch $compiler: no such linker here"
			done
		done >>"$build/results.rest"
		wait
		cat "$build"/results.[0-9]* "$build/results.rest" >"$build/results"
	fi
	summary "$build/results"
}

main "$@"
