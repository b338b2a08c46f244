#!/bin/bash
# Scripts in the shape of the systems that have a profile: each is recognised as what it is, with
# its numbers, and clean; one fault in it is found, by the check that is to find it and no other.
#
#   tests/systems/run.sh [SYSTEM...]
#
# PERCPU_TOOL: the binary; TEST_DIR: outputs; KEEP=1: check what the last run has linked.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
work=${TEST_DIR:-$PWD/build/test}/systems
fixtures=tests/fixtures/systems
. tests/lib.sh 'systems: '
only=" $* "
[ -n "${KEEP:-}" ] || rm -rf "$work"
mkdir -p "$work"

# Sets cc and ld; false where there is none.
toolchain() { # arch bfd|lld
	local machine
	case $1 in
	x86_64) machine='-mno-red-zone -mcmodel=large' ;;
	aarch64) machine=-mgeneral-regs-only ;;
	riscv64) machine='-march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany' ;;
	loongarch64) machine=-mabi=lp64s ;;
	esac
	if [ "$2" = bfd ]; then
		cc="$1-linux-gnu-gcc $machine -fno-toplevel-reorder"
		ld="$1-linux-gnu-ld --no-warn-rwx-segments"
	else
		cc="clang-19 --target=$1-unknown-none-elf $machine" ld=ld.lld-19
	fi
	cc+=' -O1 -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables'
	ld+=' -static -z max-page-size=4096 --no-relax'
	command -v "${cc%% *}" >/dev/null && command -v "${ld%% *}" >/dev/null
}

# Compiles and links; sets `object` and `image`. A sed edit of the script must change something.
build() { # name cflags edit
	object=$work/$1.o image=$work/$1.elf
	[ -n "${KEEP:-}" ] && [ -f "$image" ] && return
	local script=$work/$1.ld log=$work/$1.log
	sed -E "$3" "$fixtures/$script_name.ld" >"$script"
	if [ -n "$3" ] && cmp -s "$script" "$fixtures/$script_name.ld"; then
		fail "$1: the edit changes nothing: $3"
		return 1
	fi
	$cc $2 -c -o "$object" "$fixtures/$source_name.c" 2>"$log" &&
		$ld $ldflags -T "$script" -o "$image" "$object" 2>"$log" ||
		{ fail "$1: does not link" "$(head -n 2 "$log")"; return 1; }
}

# Checks the image; sets `report`.
check() { # name args
	report=$work/$1.json
	"$tool" check --format json "$image" ${2//@objects/$object} >"$report" 2>"$work/$1.log" ||
		[ $? = 1 ] || { fail "$1: percpu-tool fails" "$(head -n 2 "$work/$1.log")"; return 1; }
}

# A line a layout, as expectations are written.
describe() {
	jq -r '.files[].layouts[] | [.profile, "\(.model)(\(.model_source))", .placement // "unknown",
		.section, "size", .area_size, "stride", .stride // "-", "cpus", .cpus // "-",
		"variables", .variables] | map(tostring) | join(" ")' "$report"
}

# system NAME SOURCE SCRIPT ARCHES LAYOUTS [FLAG=VALUE...]: the clean one. Then fault ... for faults.
# Flags: cflags, edit (of the script), ldflags, args, linkers, skips (reasons, all of them).
system() {
	name=$1 source_name=$2 script_name=$3 arches=$4
	local want=$5 cflags='' edit='' skips='' arch linker title flag
	args='' ldflags='' linkers='bfd lld' base_cflags='' base_edit=''
	shift 5
	for flag; do printf -v "${flag%%=*}" %s "${flag#*=}"; done
	base_cflags=$cflags base_edit=$edit
	selected || return
	for arch in $arches; do
		for linker in $linkers; do
			title=$name-$arch-$linker
			toolchain "$arch" "$linker" || { skip "$title: no toolchain"; continue; }
			build "$title" "$cflags" "$edit" && check "$title" "$args" || continue
			[ "$(describe)" = "$want" ] && pass ||
				fail "$title: layouts" "is   $(describe)" "not  $want"
			jq -e '.files[0].findings == []' "$report" >/dev/null && pass ||
				fail "$title: not clean" "$(jq -r '.files[0].findings[] |
					"\(.severity) \(.check): \(.message)"' "$report")"
			# Linux on riscv64 has no base in a register.
			local unheld=
			[ "$name-$arch" = linux-in-place-riscv64 ] && unheld='access_in_area access_width'
			[ "$(jq -r '[.files[0].skipped[] | select(.reason | startswith("no register holds")) |
				.check] | join(" ")' "$report")" = "$unheld" ] &&
				pass || fail "$title: skipped" "$(jq -c '.files[0].skipped' "$report")"
			# None of them is linked with --emit-relocs.
			[ "$(jq -r '[.files[0].skipped[].reason |
				select(startswith("no relocations") or startswith("no register holds") | not)] |
				join("; ")' "$report")" = "$skips" ] &&
				pass || fail "$title: skipped" "$(jq -c '.files[0].skipped' "$report")"
		done
	done
}

selected() {
	[ "$only" = '  ' ] && return
	case "$only" in *" $name "*) return ;; esac
	return 1
}

# fault CHECK SEVERITY [FLAG=VALUE...]: one in the system above. No other check gives an error.
fault() {
	local check=$1 severity=$2 cflags='' edit='' more='' says='' arch linker title flag
	local on=$arches
	shift 2
	for flag; do printf -v "${flag%%=*}" %s "${flag#*=}"; done
	selected || return
	count=$((${count:-0} + 1))
	for arch in $on; do
		for linker in $linkers; do
			title=$name-$arch-$linker-$check-$count
			toolchain "$arch" "$linker" || continue
			build "$title" "$base_cflags $cflags" "${base_edit:+$base_edit${edit:+$'\n'}}$edit" &&
				check "$title" "$args $more" || continue
			jq -e --arg c "$check" --arg s "$severity" --arg says "$says" '.files[0].findings |
				any(.check == $c and .severity == $s and (.message | test($says))) and
				all(.check == $c or .severity != "error")' "$report" >/dev/null && pass ||
				fail "$title: not found, or not alone" "$(jq -r '.files[0].findings[] |
					"\(.severity) \(.check): \(.message)"' "$report")"
		done
	done
}

no_hyp='/\.hyp\.data\.\.percpu :/,/\}/d'
system linux-in-place linux linux_in_place 'aarch64 riscv64 loongarch64' \
	'linux nonzero(profile) dynamic .data..percpu size 256 stride - cpus - variables 4' \
	edit="$no_hyp" args='--objects @objects'
fault bounds_order error edit='s/^\t\t__per_cpu_start = \.;//; s/\*\(\.data\.\.percpu\.\.first\)/& __per_cpu_start = .;/' says='but section'
fault bounds_order error edit='s/\t__per_cpu_end = \.;/\t__per_cpu_end = . + 8;/' says='beyond the end'
fault segment_load error edit='s/__per_cpu_load = \.;/__per_cpu_load = . + 64;/' says='start-up reads'
fault section_type error edit='s/^\t\.data\.\.percpu :/\t.data..percpu (NOLOAD) :/'
fault symbol_in_section error says='leave the template' edit='s/\t__per_cpu_end = \.;//
	s/\*\(\.data\.\.percpu \.data/__per_cpu_end = .; &/'

# KVM's template beside the kernel's: each is judged by itself.
several='the file has several layouts, and the code does not say whose it is'
system linux-nvhe linux linux_in_place aarch64 \
	'linux nonzero(profile) dynamic .data..percpu size 256 stride - cpus - variables 4
linux-hyp nonzero(profile) dynamic .hyp.data..percpu size 16 stride - cpus - variables 2' \
	cflags=-DNVHE args='--objects @objects' skips="$several; $several"
fault bounds_order error edit='s/(__kvm_nvhe___per_cpu_start = \.);/\1 + 8;/' says='__kvm_nvhe'
fault bounds_order error edit='s/(\t__per_cpu_start = \.);/\1 + 8;/' says='^__per_cpu_start'

system linux-zero linux linux_zero x86_64 \
	'linux zero(profile) dynamic .data..percpu size 4288 stride - cpus - variables 4' \
	args='--objects @objects'
fault segment_load error edit='s/ AT\(__per_cpu_load - OFFSET\)//' says='start-up reads'
fault segment_load error edit='s/ AT\(__per_cpu_load - OFFSET\)/ AT(0x40000000)/' says='start-up reads'
fault segment_lma warning says=inherits \
	edit='s/ AT\(ADDR\((\.bss|\.init\.data)\) - OFFSET\)/ AT(ADDR(\1) + ABSOLUTE(__per_cpu_load - OFFSET))/'

# Since 6.15: in place, without __per_cpu_load.
system linux-6.15 linux linux_in_place x86_64 \
	'linux nonzero(profile) dynamic .data..percpu size 256 stride - cpus - variables 4' \
	cflags=-D__per_cpu_load=__per_cpu_start \
	edit="$no_hyp; /__per_cpu_load/d; s/0xffff000000000000/0xffffffff40000000/"
fault bounds_order error edit='s/\t__per_cpu_end = \.;/\t__per_cpu_end = . - 1024;/' says='is behind'

system xen xen xen x86_64 \
	'xen nonzero(profile) dynamic .bss size 256 stride - cpus - variables 3' args='--objects @objects'
fault section_single error cflags=-DSTRAY says='by its name'
fault symbol_in_section error edit='s/(__per_cpu_data_end =) \.;/\1 __per_cpu_start + 4;/' \
	more='-A section_single' says='leave the template'

system asterinas asterinas asterinas x86_64 \
	'asterinas nonzero(profile) dynamic .cpu_local size 112 stride - cpus - variables 3' \
	args='--objects @objects'
fault bounds_order error edit='s/__cpu_local_end = \.;/__cpu_local_end = . + 4096;/' says='beyond the end'
fault symbol_in_section error says='leave the template' \
	edit='s/^\t__cpu_local_end = \.;//; s/^\t\.cpu_local :/\t__cpu_local_end = .;&/'

system freebsd freebsd freebsd 'x86_64 aarch64' \
	'freebsd nonzero(profile) dynamic set_pcpu size 16 stride - cpus - variables 2' args='--objects @objects'
fault section_single error cflags=-DSTRAY says='by its name'

system unikraft unikraft unikraft 'x86_64 aarch64' \
	'unikraft nonzero(profile) overlay .uk_pcpuvar size 16 stride 64 cpus 4 variables 2' \
	args='--cpus 4 --objects @objects'
fault area_room error edit='s/3 \* 64/2 * 64/' says='CPU 3 and up'
fault area_room error edit='s/3 \* 64/4 * 64/' says='room for 5'

system minos minos minos aarch64 \
	'minos nonzero(profile) overlay .percpu_0 size 64 stride 64 cpus 4 variables 2' \
	args='--cpus 4 --objects @objects'
fault area_overlap error says='area of CPU 1' \
	edit='s/__percpu_section_size \* 3;/0;/; s/__percpu_end = \.;/__percpu_end = . + 192;/'
fault bounds_order error edit='s/__percpu_cpu_0_end = \./& + 64/' more='-A area_room' says='beyond'

system xvisor xvisor xvisor 'aarch64 riscv64 x86_64' \
	'xvisor nonzero(profile) dynamic .percpu size 16 stride - cpus - variables 2' cflags=-DUSE
fault bounds_order error edit='s/_percpu_end = \.\)/_percpu_end = . + 8192)/' says='beyond'
fault symbol_in_section error edit='s/_percpu_start = \.\)/_percpu_start = . + 8)/' says='leave the template'

# Nobody uses its symbols: the linker does not define them.
system xvisor-unused xvisor xvisor 'aarch64 riscv64' \
	'xvisor nonzero(profile) dynamic .percpu size 16 stride - cpus - variables 2' \
	edit='/\.idt/d; s/^\t\t\. = ALIGN\(4K\);//'
fault section_single error cflags=-DLOST says='no layout has it'

system crate crate crate 'x86_64 aarch64 riscv64' \
	'crate zero(assumed) overlay .percpu size 16 stride 64 cpus 4 variables 2' \
	args='--cpus 4 --objects @objects' skips='model assumed; --model says which'
fault section_type error edit='s/0x0 :/0x0 (NOLOAD) :/'
fault segment_load error edit='s/AT\(_percpu_start\)//' says='start-up reads'
fault area_room error edit='s/ALIGN\(64\) \* 4/ALIGN(64) * 3/' says='CPU 3 and up'

own='--section .cpu_private --start areas_begin --end areas_end --load-start private_begin
	--load-end private_end --stride-align 64 --model nonzero --placement separate --cpus 4'
system own own own 'x86_64 aarch64 riscv64' \
	'user nonzero(option) separate .cpu_private size 64 stride 64 cpus 4 variables 2' \
	args="$own --objects @objects"
fault area_room error edit='s/4 \* 64/3 * 64/' says='CPU 3 and up'
fault section_single error cflags=-DLOST says='an object defines' \
	edit='s/(\.data : \{ \*\()\.data/\1.cpu_private.lost .data/'

finish
