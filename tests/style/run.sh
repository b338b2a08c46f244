#!/bin/bash
# Holds what DESIGN.md says about the code: includes go down, libelf stays in lib/obj, no mutable
# state in the library, short functions and lines, commented headers, sources only.
#
#   PERCPU_TOOL: the binary, with libpercpu-tool.a beside it
set -u
cd "$(dirname "$0")/../.." || exit 1
library=$(dirname "${PERCPU_TOOL:-$PWD/build/percpu-tool}")/libpercpu-tool.a
export LC_ALL=C.UTF-8
. tests/lib.sh 'style: '
shown=${STYLE_SHOWN:-12}

want_none() { # rule, what breaks it
	if [ -z "$2" ]; then pass; else fail "$1 ($(wc -l <<<"$2"))" "$2"; fi
}

# Tracked, and still there.
files() { git ls-files -- "$@" | while read -r file; do [ -f "$file" ] && echo "$file"; done; }
c_files() { files '*.c' '*.h' '*.def' '*.S'; }

# The floor of a file: what it may include of ours, as prefixes. DESIGN.md, "Rooms".
allowed() { # file
	case $1 in
	arch/*) echo arch/ lib/base/ runtime/percpu_note.h ;;
	lib/base/*) echo lib/base/ ;;
	lib/out/*) echo lib/out/ lib/base/ ;;
	lib/obj/*) echo lib/obj/ lib/base/ arch/ ;;
	lib/model/*) echo lib/model/ lib/obj/ lib/base/ arch/ runtime/percpu_note.h ;;
	lib/code/*) echo lib/code/ lib/model/ lib/obj/ lib/base/ arch/ runtime/percpu_note.h ;;
	lib/check/*) echo lib/check/ lib/code/ lib/model/ lib/obj/ lib/out/ lib/base/ arch/ ;;
	lib/ldscript/*) echo lib/ldscript/ lib/model/ lib/base/ arch/ ;;
	lib/patch/*) echo lib/patch/ lib/model/ lib/obj/ lib/base/ arch/ ;;
	cmd/*) echo cmd/ lib/ arch/ ;;
	runtime/*) echo runtime/ arch/ ../arch/ percpu ;; # copied, they stay beside each other
	esac
}

upward_includes() {
	local file include prefix fine
	for file in $(files 'lib/*.[ch]' 'arch/*.[ch]' 'cmd/*.[ch]' 'runtime/*.[ch]'); do
		[ -n "$(allowed "$file")" ] || echo "$file: a room that DESIGN.md does not have"
		sed -n 's/^# *include "\(.*\)"/\1/p' "$file" | while read -r include; do
			# The runtime's are relative: kernels copy its files, and have them installed.
			[ -f "$(dirname "$file")/$include" ] &&
				include=$(realpath --relative-to=. "$(dirname "$file")/$include")
			fine=
			for prefix in $(allowed "$file"); do
				case $include in "$prefix"*) fine=1 ;; esac
			done
			[ -n "$fine" ] || echo "$file includes $include"
		done
	done
}

# Those of one room: for the files of their own folder.
foreign_private_includes() {
	local header
	for header in $(files 'lib/*/private.h' 'lib/*/internal.h' lib/check/{run,reloc}.h \
		lib/code/flow.h); do
		git grep -n "#include \"$header\"" -- lib cmd arch |
			grep -v "^$(dirname "$header")/"
	done
}

# An architecture's own header is for its folder; others ask struct arch.
architecture_names() {
	git grep -nE '#include "arch/[a-z0-9_]+/' -- lib cmd | grep -v '^arch/'
}

libraries_outside() {
	git grep -nE '#include <(libelf|gelf|dwarf|elfutils/.*|capstone/.*)\.h>' -- . |
		grep -v '^lib/obj/'
	git grep -nE '#include <(libiberty/)?(demangle|libiberty)\.h>' -- . |
		grep -v '^lib/model/names\.c:'
}

# tests/ has kernels of its own, which are not the tool's code.
inline_assembly() {
	git grep -nwE '(__)?asm(__)?( +(__)?volatile(__)?)? *\(' -- lib cmd
}

# Variables in .data or .bss; what .data.rel.ro holds is const and has addresses in it.
mutable_state() {
	objdump -t "$library" 2>/dev/null | awk '
		/file format/ { sub(/:.*/, ""); object = $0 }
		/ O +\.(data|bss|tdata|tbss)/ && !/ \.data\.rel\.ro/ { print object ": " $NF }'
}

# Scripts are free: what they expect of a program stands in one piece.
long_lines() {
	local file
	for file in $(c_files); do
		expand -t 8 "$file" | awk -v file="$file" \
			'length($0) > 100 { print file ":" NR ": " length($0) " columns" }'
	done
}

# A function begins with { alone and ends with } alone, both in the first column.
long_functions() {
	local file
	for file in $(files '*.c'); do
		awk -v file="$file" '/^\{$/ { start = NR }
			/^\}$/ && start && NR - start - 1 > 100 {
				print file ":" start ": " NR - start - 1 " lines"
			}
			/^\}$/ { start = 0 }
			' "$file"
	done
}

# In a header of the library every declared function stands in a block of lines - up to the next
# empty one - that begins with, or holds before it, a comment.
bare_declarations() {
	local file
	for file in $(files 'lib/*/*.h' arch/arch.h); do
		awk -v file="$file" '
			/^$/ { commented = 0 }
			/\/\*|^\/\// { commented = 1 }
			/^(typedef|static|extern) / { next }
			/^[a-z].*[a-z_0-9]\(.*[,;]$|^[a-z].*[a-z_0-9]\($/ && !commented {
				print file ":" NR ": " $0
			}' "$file"
	done
}

binaries() {
	files | while read -r file; do
		[ -s "$file" ] && ! grep -qI . "$file" && echo "$file"
	done
}

main() {
	want_none "an include goes up" "$(upward_includes)"
	want_none "a private header is included from elsewhere" "$(foreign_private_includes)"
	want_none "an architecture is named outside arch/" "$(architecture_names)"
	want_none "libelf outside lib/obj, libiberty outside names.c" "$(libraries_outside)"
	want_none "inline assembly outside arch/ and runtime/" "$(inline_assembly)"
	# A sanitizer adds variables of its own.
	if [ -n "${SAN:-}" ]; then
		skip "mutable state: a sanitizer build"
	elif [ ! -f "$library" ]; then
		skip "mutable state: no $library"
	else
		want_none "the library has mutable state" "$(mutable_state)"
	fi
	want_none "a function of more than 100 lines" "$(long_functions)"
	want_none "a line of more than 100 columns, tabs at 8" "$(long_lines)"
	want_none "white space at a line's end" "$(git grep -nIE '[[:space:]]+$' -- .)"
	want_none "a declaration without a comment" "$(bare_declarations)"
	want_none "a file that is no text" "$(binaries)"
	# The brackets keep these lines from finding themselves.
	want_none "a note to self" "$(git grep -nwE 'TOD[O]|FIXM[E]|XX[X]' -- .)"
	want_none "a path of one machine" \
		"$(git grep -nE '(^|[^a-zA-Z])/(wor[k]|hom[e]|tmp/w[t])[/-]' -- .)"
	want_none "words about who made it" "$(git grep -nwiE 'helpe[r]s?|sessio[n]s?' -- .)"
}

main
finish
