# What the suites have in common: they count what passes, fails and is skipped, print a line for each
# of the latter two, and end with the line that tests/run adds up. Sourced with what the lines begin
# with behind FAIL or SKIP, such as 'note: ', or with ''. A suite may set
#
#   shown      how many lines of a failure's detail are printed
#   in_lines   1 where several processes count, whose output finish_lines adds up

suite=$1 in_lines= shown=1000
passed=0 failed=0 skipped=0

pass() {
	passed=$((passed + 1))
	[ -z "$in_lines" ] || echo PASS
}

fail() { # what detail...
	failed=$((failed + 1))
	echo "FAIL $suite$1"
	[ -z "${*:2}" ] || printf '%s\n' "${@:2}" | head -n "$shown" | sed 's/^/    /'
}

skip() { # what [why]
	skipped=$((skipped + 1))
	echo "SKIP $suite$1${2:+ ($2)}"
}

want_none() { # what, what there is of it
	if [ -z "$2" ]; then pass; else fail "$1" "$2"; fi
}

same() { # what one other
	if [ "$2" = "$3" ]; then pass; else fail "$1" "$(diff <(echo "$2") <(echo "$3"))"; fi
}

finish() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}

finish_lines() { # file
	grep -vE '^PASS|^$' "$1"
	passed=$(grep -c '^PASS' "$1") failed=$(grep -c '^FAIL' "$1") skipped=$(grep -c '^SKIP' "$1")
	finish
}
