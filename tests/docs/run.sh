#!/bin/bash
# The manual, README.md and the program say the same: every command has its page, every option its
# entry and the reverse, every check its entry and its fixture; what is shown is what is printed.
#
#   PERCPU_TOOL: the binary, with the pages that make built beside it; TEST_DIR: where outputs go
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
man=$(dirname "$tool")/man
out=${TEST_DIR:-$PWD/build/test}/docs
export LC_ALL=C.UTF-8
unset NO_COLOR
. tests/lib.sh 'docs: '

commands() { "$tool" --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p'; }
checks() { "$tool" check --list-checks | awk 'NR > 1 { print $1 }'; }

# Options of --help, one a line: -A and --allow.
options_of_program() { # command
	"$tool" "$1" --help | sed -n 's/^  *\(-[A-Za-z], \)\{0,1\}\(--[a-z-]*\).*/\1\n\2/p' |
		sed 's/, $//' | grep . | sort -u
}

# The same of a page's entries: .It Fl A Ar check , Fl Fl allow Ar check
options_of_page() { # page
	awk '$1 == ".It" && $2 == "Fl" {
		for (i = 2; i <= NF; i++)
			if ($i == "Fl" && $(i + 1) == "Fl") { print "--" $(i + 2); i += 2 }
			else if ($i == "Fl") { print "-" $(i + 1); i++ }
	}' "$1" | sort -u
}

check_commands() {
	local command
	for command in $(commands); do
		if [ ! -f "man/percpu-tool-$command.1" ]; then
			fail "command $command has no page man/percpu-tool-$command.1"
			continue
		fi
		pass
		same "options of $command: program (<) and page (>) differ" \
			"$(options_of_program "$command")" \
			"$(options_of_page "man/percpu-tool-$command.1")"
		want_none "percpu-tool(1) lacks the command" \
			"$(grep -q "^\.It Cm $command\$" man/percpu-tool.1 || echo "$command")"
	done
	want_none "pages of commands that do not exist" "$(
		for page in man/percpu-tool-*.1; do
			command=${page#man/percpu-tool-}
			commands | grep -qx "${command%.1}" || echo "$page"
		done)"
}

page_entry() { # long option of check
	awk -v option="$1" '/^\.It / { on = $0 ~ "Fl Fl " option "( |$)" } on' \
		man/percpu-tool-check.1
}

check_choices() {
	local names
	names=$("$tool" check --profile '?' x 2>&1 | sed -n 's/.*is not one of \(.*\) (see.*/\1/p')
	same "profiles: program (<) and percpu-tool-check(1) (>) differ" \
		"$(tr -d ' ' <<<"$names" | tr , '\n')" \
		"$(sed -n '/^\.Sh PROFILES/,/^\.El/s/^\.It Cm \([a-z-]*\) Ta.*/\1/p' \
			man/percpu-tool-check.1)"
	for option in model placement format fail-on color; do
		names=$("$tool" check "--$option" '?' x 2>&1 |
			sed -n 's/.*is not one of \(.*\) (see.*/\1/p')
		[ -n "$names" ] || fail "--$option takes anything"
		want_none "percpu-tool-check(1), --$option: not named there" "$(
			for name in ${names//,/}; do
				page_entry "$option" | grep -q "Cm $name\\b" || echo "$name"
			done)"
	done
}

section_text() { # heading; an explanation on standard input
	awk -v heading="$1" '$0 == heading { on = 1; next } /^[^ ]/ { on = 0 } on && NF'
}

check_checks() {
	local check text heading
	for check in $(checks); do
		want_none "percpu-checks(7) lacks an entry of its own" \
			"$(grep -q "^\.It Cm $check " "$man/percpu-checks.7" || echo "$check")"
		if [ -n "$(compgen -G "tests/matrix/$check")" ] ||
			[ -n "$(compgen -G "tests/matrix/$check[.+-]*")" ]; then
			pass
		else
			fail "check $check has no fixture tests/matrix/$check"
		fi
		if ! text=$("$tool" explain "$check"); then
			fail "explain $check exits with $?"
			continue
		fi
		want_none "explain $check: empty" "$(
			for heading in "What a finding says" "Why it matters" Example \
				"How to put it right"; do
				[ -n "$(section_text "$heading" <<<"$text")" ] || echo "$heading"
			done)"
	done
	same "entries of percpu-checks(7) (<) and checks (>) differ" \
		"$(sed -n '/^\.Sh CHECKS/,/^\.Sh SEE/s/^\.It Cm \([a-z_]*\).*/\1/p' \
			"$man/percpu-checks.7")" \
		"$(checks)"
}

# Names of the runtime's headers: macros and functions that no underscore marks as its own.
api_names() {
	sed -nE 's/^#? *define ((for_each_percpu|percpu_[a-z0-9_]*[a-z0-9]|D[A-Z]*_PERCPU[A-Z_]*))\(.*/\1/p' \
		runtime/percpu.h
	grep -oE '^(PERCPU_RESULT_ )?[a-z_].*[ *]percpu_[a-z0-9_]*[a-z0-9]\(' runtime/percpu.h | grep -v '^#' |
		grep -oE 'percpu_[a-z0-9_]*[a-z0-9]\(' | tr -d '('
}

# The crate's functions and methods, which the page's table names.
crate_names="offset symbol_vma current_ptr current_ref_raw current_ref_mut_raw with_current
	read_current read_current_raw write_current write_current_raw remote_ptr remote_ref_raw
	remote_ref_mut_raw reset_to_init init init_in_place init_percpu_reg read_percpu_reg
	write_percpu_reg percpu_area_num percpu_area_size percpu_area_base
	percpu_area_layout_expected"

check_runtime() {
	local name page=man/percpu.3
	want_none "percpu(3) lacks a name of percpu.h" "$(
		for name in $(api_names | sed 's/_raw$//' | sort -u); do
			grep -qE "(^|[^a-z_])$name([^a-z_]|\$)" $page || echo "$name"
		done)"
	want_none "percpu(3) names what percpu.h does not have" "$(
		grep -oE '(Fn|Ns Fn) percpu_[a-z_]+' $page | sed 's/.* //' | sort -u |
			while read -r name; do
				api_names | grep -qxE "$name" || echo "$name"
			done)"
	want_none "percpu(3) lacks a macro of the configuration" "$(
		sed -nE 's/^ \*\t(PERCPU_[A-Z0-9_]+).*/\1/p' runtime/percpu_config.h |
			while read -r name; do
				grep -q "^\.It Dv $name\b" $page || echo "$name"
			done)"
	same "errors of percpu.h (<) and percpu(3) (>) differ" \
		"$(sed -nE 's/^\t(PERCPU_ERROR_[A-Z_]+) = .*/\1/p' runtime/percpu.h)" \
		"$(sed -nE '/^\.Sh RETURN/,/^\.Sh EX/s/^\.It Dv (PERCPU_ERROR_[A-Z_]+)$/\1/p' $page)"
	want_none "percpu(3) lacks a name of the crate" "$(
		for name in $crate_names; do
			grep -qE "^\.It $name\(\) Ta " $page || echo "$name"
		done)"
	want_none "percpu-kernel(7) does not name a file of the runtime" "$(
		for name in runtime/*.[ch] arch/{copy,llsc,register}.h; do
			[ ! -f "$name" ] || grep -qF "$name" man/percpu-kernel.7 || echo "$name"
		done)"
}

# The statements that the pages have for start-up, each block a function, as a kernel has them.
check_start_up() {
	local page
	for page in percpu.3 percpu-kernel.7; do
		{
			printf '%s\n' '#include "runtime/percpu.h"' 'extern size_t number, my_number, cpus;' \
				'_Noreturn void panic(const char *what);' \
				'void *boot_alloc(size_t size, size_t align);' 'void start_other_cpus(int cpus);'
			awk '/^\.S[hs] / { on = /Start-up$/ } !on { next }
				/^\.Bd -literal/ { n++; print "void start_" n "(void)\n{"; in_block = 1; next }
				/^\.Ed/ && in_block { print "}"; in_block = 0; next }
				in_block' "man/$page"
		} >"$out/start-up.c"
		same "$page: blocks of start-up" "$(case $page in percpu.3) echo 1 ;; *) echo 4 ;; esac)" \
			"$(grep -c '^void start_[0-9]*(void)$' "$out/start-up.c")"
		want_none "$page: start-up does not compile" "$(cc -I. -std=c11 -ffreestanding -fno-pic -Wall \
			-Wextra -Werror -DPERCPU_DYNAMIC -c -o "$out/start-up.o" "$out/start-up.c" 2>&1)"
	done
}

# A kernel for the scripts of percpu-kernel(7): one variable with initial values, one without, and
# what their .data and .bss have to take.
build_runtime() { # folder
	local source
	cat >"$1/kernel.c" <<'C'
#include "runtime/percpu.h"
DEFINE_PERCPU(unsigned long, counter) = 7;
DEFINE_PERCPU(unsigned int, other);
unsigned long shared = 3, cleared;
void _start(void);
void _start(void) { percpu_inc(counter); percpu_write(other, (unsigned)shared); cleared++; }
C
	for source in "$1/kernel.c" runtime/*.c; do
		riscv64-linux-gnu-gcc -I. -std=c11 -O2 -ffreestanding -fno-pic -mcmodel=medany \
			-DPERCPU_SEPARATE -c -o "$1/$(basename "$source" .c).o" "$source" || return
	done
}

# The script that the page shows from a line on, as mdoc prints it.
script_of_page() { # first line, as an extended regular expression
	awk -v first="$1" '$0 ~ first { on = 1 } on && /^\.Ed/ { exit } on' man/percpu-kernel.7 |
		sed 's/^\\&//'
}

# The scripts that the page shows, linked and checked, beside the percpu.ld that it tells to make.
check_scripts() {
	local dir=$out/scripts linker script
	mkdir -p "$dir/plain" "$dir/phdrs" || return
	if ! command -v riscv64-linux-gnu-gcc >/dev/null; then
		skip "no gcc for riscv64: scripts of percpu-kernel(7)"
		return
	fi
	want_none "the runtime does not compile" "$(build_runtime "$dir" 2>&1)"
	"$tool" ldscript -a riscv64 -c 8 -p separate >"$dir/plain/percpu.ld"
	awk '/^\t\.percpu 0x0/ { to = " :percpu" } /^\t\.percpu_areas/ { to = " :bss" }
		/^\t}$/ { $0 = $0 to; to = "" } { print }' "$dir/plain/percpu.ld" >"$dir/phdrs/percpu.ld"
	{
		printf 'SECTIONS {\n. = 0x40200000;\n.text : { *(.text .text.*) }\n'
		script_of_page '^..\.rodata : '
		echo '}'
	} >"$dir/plain/kernel.ld"
	script_of_page '^PHDRS' >"$dir/phdrs/kernel.ld"
	for linker in riscv64-linux-gnu-ld ld.lld-19; do
		for script in plain phdrs; do
			rm -f "$dir/$script/kernel.elf"
			want_none "percpu-kernel(7), $script, $linker" "$(cd "$dir/$script" &&
				"$linker" -static --no-relax --emit-relocs -T kernel.ld \
					-o kernel.elf ../*.o 2>&1 | grep -v 'RWX permissions')"
			same "percpu-kernel(7), $script, $linker: clean (<) and check (>)" \
				"kernel.elf: clean" "$(cd "$dir/$script" &&
					"$tool" check --cpus 8 --fail-on note kernel.elf 2>&1 | tail -1)"
		done
	done
}

check_lint() {
	local page
	for page in "$man"/*.[0-9]; do
		want_none "mandoc -Tlint ${page##*/}" "$(mandoc -Tlint -Wwarning "$page" 2>&1)"
	done
	# Every page that another one names is there, but for those of the system.
	want_none "pages that are named and not there" "$(
		sed -n 's/^\.Xr \(percpu[a-z-]*\) \([0-9]\).*/\1.\2/p' "$man"/*.[0-9] | sort -u |
			while read -r page; do [ -f "$man/$page" ] || echo "$page"; done)"
}

# The kernel of make demo, with a script that loses its initial values, and without that fault.
build_kernels() {
	local fixture=tests/fixtures/demo
	command -v x86_64-linux-gnu-gcc >/dev/null || return
	command -v x86_64-linux-gnu-ld >/dev/null || return
	x86_64-linux-gnu-gcc -c -O2 -ffreestanding -fno-pic -mcmodel=kernel \
		-fno-asynchronous-unwind-tables -o "$out/kernel.o" $fixture/kernel.c &&
		x86_64-linux-gnu-ld -T $fixture/noload.ld -o "$out/kernel.elf" "$out/kernel.o" &&
		sed 's/ (NOLOAD)//' $fixture/noload.ld >"$out/good.ld" &&
		x86_64-linux-gnu-ld -T "$out/good.ld" -o "$out/good.elf" "$out/kernel.o" &&
		x86_64-linux-gnu-gcc -c -O2 -ffreestanding -fno-pic -mcmodel=kernel \
			-fno-asynchronous-unwind-tables -o "$out/direct.o" $fixture/direct.c &&
		x86_64-linux-gnu-ld -q -T "$out/good.ld" -o "$out/direct.elf" "$out/kernel.o" \
			"$out/direct.o" &&
		x86_64-linux-gnu-ld -T "$out/good.ld" -o "$out/shipped.elf" "$out/kernel.o" \
			"$out/direct.o"
}

# Paths of a JSON text without the numbers of array elements.
json_shape() {
	jq -r '[paths | map(if type == "number" then "[]" else . end) | join(".")] | unique[]'
}

check_json() {
	local contract actual page=man/percpu-tool-check.1
	contract=$(sed -n '/^\.\\" contract begin/,/^\.\\" contract end/p' $page | grep -v '^\.' |
		json_shape)
	[ -n "$contract" ] || fail "the contract in percpu-tool-check(1) is no JSON"
	"$tool" check --format json --objects "$out/kernel.o" -- "$out/kernel.elf" \
		>"$out/check.json"
	actual=$(json_shape <"$out/check.json")
	# null has no keys inside.
	grep -q '\.source\.' <<<"$actual" || contract=$(grep -v '\.source\.' <<<"$contract")
	same "JSON keys of the page (<) and of check (>) differ" "$contract" "$actual"
	want_none "JSON values that are not what the page says" "$(jq -r '
		[ (if .schema == "percpu-tool/check/1" then empty else "schema" end),
		  (.files[] | (.layouts[] | .cpus, .area_size, .stride, .variables) |
			select(type != "number" and . != null) | "layout: no number: \(.)"),
		  (.files[].layouts[].model_source |
			select(IN("option", "note", "code", "profile", "assumed", null) | not) |
			"model_source: \(.)"),
		  (.files[].findings[] |
			select(.address != null and (.address | test("^0x[0-9a-f]+$") | not)) |
			"address: \(.address)"),
		  (.files[].findings[].fingerprint | select(test("^[0-9a-f]{16}$") | not) |
			"fingerprint: \(.)"),
		  (if .files[0].findings | length > 0 then empty else "no finding" end) ] | .[]
		' "$out/check.json" 2>&1)"
}

# Blocks of README.md behind <!-- run: NAME -->: the command behind "$ ", then its output.
check_readme_outputs() {
	local name block
	for name in $(sed -n 's/^<!-- run: \(.*\) -->$/\1/p' README.md); do
		block=$(awk -v mark="<!-- run: $name -->" '$0 == mark { on = 1; next }
			on && /^```/ { if (++fence == 2) exit; next } on' README.md)
		same "README.md, $name: shown (<) and printed (>) differ" \
			"$(tail -n +2 <<<"$block")" \
			"$(cd "$out" && PATH="$(dirname "$tool"):$PATH" bash -c \
				"$(sed -n '1s/^\$ //p' <<<"$block")" 2>&1)"
	done
}

check_readme_commands() {
	want_none "README.md names commands that do not exist" "$(
		grep -oE '(^\$ |`)percpu-tool [a-z]+' README.md | sed 's/.*tool //' | sort -u |
			while read -r command; do
				commands | grep -qx "$command" || echo "percpu-tool $command"
			done
		grep -oE '(^|`)make [a-z]+' README.md | sed 's/.*make //' | sort -u |
			while read -r target; do
				grep -qE "^(\.PHONY:.* )?$target[: ]" Makefile tests/*.mk runtime/*.mk ||
					grep -qE "^\.PHONY:.* $target( |\$)" Makefile tests/*.mk runtime/*.mk ||
					echo "make $target"
			done)"
	want_none "commands that README.md does not show" "$(
		for command in $(commands); do
			grep -q "^\$ percpu-tool $command" README.md || echo "$command"
		done)"
}

check_links() {
	want_none "links that lead nowhere" "$(
		git ls-files '*.md' | while read -r file; do
			grep -oE '\]\([^)#]+' "$file" | sed 's/](//' | grep -v '^https\{0,1\}:' |
				while read -r link; do
					[ -e "$(dirname "$file")/$link" ] || echo "$file: $link"
				done
		done)"
}

mkdir -p "$out" || exit 1
check_commands
check_choices
check_checks
check_runtime
check_start_up
check_scripts
if command -v mandoc >/dev/null; then check_lint; else skip "no mandoc"; fi
if ! build_kernels; then
	skip "no gcc and binutils for x86_64: JSON and the outputs of README.md"
else
	check_readme_outputs
	if command -v jq >/dev/null; then check_json; else skip "no jq"; fi
fi
check_readme_commands
check_links
finish
