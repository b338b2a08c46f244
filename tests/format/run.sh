#!/bin/bash
# The formats that CI reads: github and sarif. The latter is put to the standard's own validator,
# where npm can fetch it.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=${PERCPU_TOOL:-$PWD/build/percpu-tool}
out=${TEST_DIR:-$PWD/build/test}/format
multitool_version=5.7.0
multitool=$out/npm/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
. tests/lib.sh 'format '
shown=20

expect() { # test actual expected
	if [ "$2" = "$3" ]; then pass; else fail "$1" "got:  $2" "want: $3"; fi
}
holds() { # test file jq-expression
	if jq -e "$3" "$2" >/dev/null 2>"$out/jq.err"; then pass; else fail "$1" "$3" "$(cat "$out/jq.err")"; fi
}

rm -rf "$out/in" && mkdir -p "$out/in" || exit 1
if ! ${CC:-gcc} -std=c11 -I. -g ${SAN:+-fsanitize=address,undefined} -o "$out/emit" \
	tests/format/emit.c "$(dirname "$tool")/libpercpu-tool.a" >"$out/cc.log" 2>&1; then
	fail build "$(cat "$out/cc.log")"
	finish
fi

# Misaligned, overlapping and unsized variables; `pad` moves them.
cat >"$out/in/one.s" <<'S'
	.macro variable name, size
	.globl __PERCPU_\name
	.type __PERCPU_\name, @object
	.size __PERCPU_\name, \size
__PERCPU_\name:
	.endm
	.section .percpu, "aw", @progbits
	.ifdef PAD
	variable FIRST, 64
	.fill 64
	.endif
	variable ODD, 1
	.byte 1
	variable A, 8
	.quad 1
	.globl __PERCPU_B
	.type __PERCPU_B, @object
	.size __PERCPU_B, 8
	.set __PERCPU_B, __PERCPU_A + 4
	variable UNSIZED, 0
	.quad 1
	.type dup, @object
	.size dup, 8
dup:	.quad 1
	.text
	.globl _start
_start:	nop
S
cat >"$out/in/two.s" <<'S'
	.section .percpu, "aw", @progbits
	.type dup, @object
	.size dup, 8
dup:	.quad 2
S
link() { # base output [as-flag...]
	cat >"$out/in/k.lds" <<L
ENTRY(_start)
SECTIONS {
	. = $1;
	.text : { *(.text) }
	. = ALIGN(4096);
	_percpu_start = .;
	.percpu 0 : AT(_percpu_start) { _percpu_load_start = .; *(.percpu) _percpu_load_end = .; }
	. = _percpu_start + 4096;
	_percpu_end = .;
}
L
	clang-19 --target=x86_64-none-elf "${@:3}" -c "$out/in/one.s" -o "$out/in/one.o" &&
		clang-19 --target=x86_64-none-elf -c "$out/in/two.s" -o "$out/in/two.o" &&
		ld.lld-19 -T "$out/in/k.lds" -o "$2" "$out/in/one.o" "$out/in/two.o"
}
mkdir -p "$out/in/a b,c" "$out/in/elsewhere"
low="$out/in/a b,c/50%:k.elf" high=$out/in/elsewhere/high.elf
if ! link 0x100000 "$low" 2>"$out/ld.log" ||
	! link 0xffffffff80000000 "$high" -Wa,-defsym,PAD=1 2>"$out/ld.log"; then
	fail inputs "$(cat "$out/ld.log")"
	finish
fi
cd "$out/in" || exit 1
low="a b,c/50%:k.elf" high=elsewhere/high.elf

# github: every line is one command, whatever the names; the fields can be told apart.
"$tool" check --format github "$low" no:such,file >github.txt 2>/dev/null
expect github-lines "$(grep -cvE '^::(error|warning|notice|debug)( file=[^:,]+(,line=[0-9]+)?,title=[a-z_-]+)?::[^[:cntrl:]]+$' github.txt)" 0
expect github-path "$(grep -c '^::error file=a b%2Cc/50%25%3Ak.elf,title=symbol_disjoint::a b,c/50%25:k.elf: .percpu: B: ' github.txt)" 1
expect github-unreadable "$(grep '^::error file=no%3A' github.txt)" \
	'::error file=no%3Asuch%2Cfile,title=percpu-tool::no:such,file: cannot open: No such file or directory'
expect github-quiet "$("$tool" check -q --format github "$low" | grep -c ^::notice)" 0
hostile='a%25b%0D%0A::error file=x::y,z:[t](1){0}{{c}}\x1b[31m\xff"\'
expect github-hostile "$("$out/emit" github)" "::error file=src/a b%2Cc%3Ad.c,line=42,title=first_one::./out/lib x.a(m,1.o): .percpu: $hostile+0x1c: message $hostile%0Acode: 65 48 8b  movq %25gs:0, %25rax%0Afix: fix $hostile
::notice file=/src/./gen/../no line.c,title=second_one::./out/lib x.a(m,1.o): of the whole file
::warning file=./out/lib x.a,title=no_such_rule::./out/lib x.a(m,1.o): unknown rule
::debug::./out/lib x.a(m,1.o): skipped: first_one (model $hostile)
::debug::./out/lib x.a(m,1.o): skipped: second_one (no symbol table)
::error file=bad%0A%2C\\xfe,title=percpu-tool::bad%0A,\\xfe(deep.o): truncated: $hostile"

# sarif: what every log must have.
"$tool" check --format sarif "$low" "$high" one.o >check.sarif 2>/dev/null
"$tool" check --format sarif "$low" no-such-file >unreadable.sarif 2>/dev/null
"$tool" check --format sarif no-such-file >nothing.sarif 2>/dev/null
"$tool" check --format sarif "$low" --objects no-such-object >objects.sarif 2>/dev/null
expect sarif-exit "$("$tool" check --format sarif no-such-file >/dev/null 2>&1; echo $?)" 3
"$out/emit" sarif >emit.sarif || fail sarif-emit "exit code $?"
for log in check unreadable nothing objects emit; do
	holds "sarif-$log-run" $log.sarif '.version == "2.1.0" and (.runs | length) == 1 and
		.runs[0].tool.driver.name == "percpu-tool"'
	holds "sarif-$log-location" $log.sarif '[.runs[].results[].locations |
		length == 1 and (.[0].physicalLocation | (.artifactLocation.uri | length) > 0 and
		.region.startLine >= 1)] | all'
	holds "sarif-$log-uri" $log.sarif '[.. | .uri? | strings |
		test("^(file:///)?([-._~/A-Za-z0-9]|%[0-9A-F]{2})+$")] | all'
	holds "sarif-$log-fingerprint" $log.sarif '[.runs[].results[].partialFingerprints["percpu/v1"] |
		test("^[0-9a-f]{16}$")] | all'
	holds "sarif-$log-level" $log.sarif '[.runs[].results[].level | IN("note", "warning", "error")] | all'
done
for log in check unreadable; do
	holds "sarif-$log-rules" $log.sarif '.runs[0] | .tool.driver.rules as $rules |
		(.results | length) > 0 and ([.results[] | $rules[.ruleIndex].id == .ruleId] | all)'
done
expect sarif-rules "$(jq -r '.runs[0].tool.driver.rules[].id' check.sarif | sort)" \
	"$("$tool" check --list-checks | sed 1d | cut -d' ' -f1 | sort)"
holds sarif-texts check.sarif '[.runs[0].tool.driver.rules[] | .name, .shortDescription.text,
	.fullDescription.text, .help.text, .defaultConfiguration.level | type == "string"] | all'
holds sarif-whole check.sarif '.runs[0].invocations[0].executionSuccessful'
holds sarif-skipped check.sarif '[.runs[0].invocations[0].toolExecutionNotifications[] |
	select(.level == "note" and .associatedRule.id == "section_vma")] | length > 0'
holds sarif-unreadable unreadable.sarif '.runs[0].invocations[0] | (.executionSuccessful | not) and
	([.toolExecutionNotifications[] | select(.level == "error")] | length == 1 and
	.[0].locations[0].physicalLocation.artifactLocation.uri == "no-such-file")'
holds sarif-objects objects.sarif '.runs[0] | (.invocations[0].executionSuccessful | not) and
	(.tool.driver.rules | length) > 0'
expect sarif-path "$(jq -r '[.runs[0].results[].locations[0].physicalLocation.artifactLocation.uri] |
	unique[]' unreadable.sarif)" a%20b%2Cc/50%25%3Ak.elf
expect sarif-absolute "$("$tool" check --format sarif "$PWD/$high" | jq -r \
	'.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri')" "file://$PWD/$high"
clean=$(for path in /a/./b//../c a/../../b ../../x/.. /../.. ./. a/b/../..; do
	"$tool" check --format sarif "x" "$path" 2>/dev/null | jq -r \
		'.runs[0].invocations[0].toolExecutionNotifications[1].locations[0].physicalLocation.artifactLocation.uri'
done)
expect sarif-clean "$(echo $clean)" "file:///a/c ../b ../.. file:/// . ."
expect sarif-again "$("$tool" check --format sarif "$low" "$high" one.o | cksum)" "$(cksum <check.sarif)"
holds sarif-counts check.sarif "(.runs[0].results | length) == $("$tool" check --format json "$low" "$high" one.o |
	jq '.summary | add')"

# What only a report made by hand has.
holds sarif-source emit.sarif '.runs[0].results[0] | .analysisTarget.uri == "out/lib%20x.a" and
	(.locations[0] | .physicalLocation.artifactLocation.uri == "src/a%20b%2Cc%3Ad.c" and
	.physicalLocation.region.startLine == 42 and .physicalLocation.address == null and
	.logicalLocations[1].kind == "function") and .properties.address == "0xffffffff81000010"'
expect sarif-name "$(jq '.runs[0].results[0].locations[0].logicalLocations[0].fullyQualifiedName' emit.sarif)" \
	'"m,1.o/.text/a%b\r\n::error file=x::y,z:[t](1){0}{{c}}\u001b[31m�\"\\+0x1c"'
holds sarif-message emit.sarif '.runs[0].results[0].message.text | contains("[t\\](1){{0}}{{{{c}}}}")'
holds sarif-address emit.sarif '.runs[0].results[2] | .ruleIndex == null and
	.locations[0].physicalLocation.address.absoluteAddress == 4096'
expect sarif-notifications "$(jq -c '[.runs[0].invocations[0].toolExecutionNotifications[] |
	[.level, .associatedRule.index, .locations[0].physicalLocation.artifactLocation.uri]]' emit.sarif)" \
	'[["note",0,"out/lib%20x.a"],["note",1,"out/lib%20x.a"],["note",null,"file:///abs/k%3A1"],["error",null,"bad%0A%2C%FE"]]'

# A fingerprint outlives a rebuild that moves everything; no two findings of a file share one.
prints() { # file
	"$tool" check --format sarif "$1" | jq -r '.runs[0].results[] |
		[.ruleId, .locations[0].logicalLocations[0].name, .partialFingerprints["percpu/v1"]] | @tsv'
}
addresses() { # file
	"$tool" check --format sarif "$1" | jq -r '.runs[0].results[].properties.address'
}
expect fingerprint-rebuild "$(prints $high)" "$(prints "$low")"
[ "$(addresses $high)" != "$(addresses "$low")" ] && pass || fail fingerprint-moved "no address has moved"
expect fingerprint-unique "$(prints "$low" | cut -f3 | sort | uniq -d)" ""
expect fingerprint-same-symbol "$(prints "$low" | grep -cP '^symbol_(aligned|disjoint)\tB\t')" 2
expect fingerprint-same-check "$(prints "$low" | grep -P '^symbol_aligned\tdup\t' | sort -u | wc -l)" 2

# The validator. It passes over what it cannot read without a word, and exits with 0 whatever it
# finds: a remark that it makes on every log of ours, and a log that is wrong, show that it reads.
validator_missing() {
	[ -x "$multitool" ] && return 1
	command -v npm >/dev/null 2>&1 || { echo "no npm here to fetch it"; return 0; }
	timeout 180 npm install --prefix "$out/npm" --ignore-scripts --no-save --no-audit --no-fund \
		"@microsoft/sarif-multitool@$multitool_version" \
		"@microsoft/sarif-multitool-linux@$multitool_version" >"$out/npm.log" 2>&1 ||
		{ echo "npm could not fetch it (see format/npm.log in the test outputs)"; return 0; }
	# All that the package's own script does.
	chmod u+x "$multitool"
	DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$multitool" --version >>"$out/npm.log" 2>&1 ||
		{ echo "it does not run on this machine"; return 0; }
	return 1
}
validate() { # log
	DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 timeout 120 "$multitool" validate "$1" \
		--rule-kind 'Sarif;Ghas' --level 'Error;Warning;Note' 2>&1
}
if why=$(validator_missing); then
	skip "sarif-validate: @microsoft/sarif-multitool: $why"
	finish
fi
for log in check unreadable nothing objects emit; do
	validate $log.sarif >$log.txt
	expect "sarif-validate-$log" "$(grep -E 'error [A-Z]+[0-9]+:' $log.txt | head -n 5)" ""
	grep -q 'note SARIF2009:' $log.txt && pass || fail "sarif-validate-$log-read" "$(cat $log.txt)"
	# No page of ours to point at is the one warning that is known.
	expect "sarif-validate-$log-warnings" \
		"$(grep -E 'warning [A-Z]+[0-9]+:' $log.txt | grep -v SARIF2005 | head -n 5)" ""
done
jq '.runs[0].results[0].ruleIndex = 999' check.sarif >wrong.sarif
expect sarif-validate-wrong "$(validate wrong.sarif | grep -o 'error SARIF1009')" 'error SARIF1009'
finish
