/*
 * Shows a report that no fixture gives: source lines, code, archive members, names that mean
 * something to a terminal, to GitHub or to SARIF. For run.sh; argument: the format.
 */
#include <string.h>

#include "lib/out/emitter.h"

#define HOSTILE "a%b\r\n::error file=x::y,z:[t](1){0}{{c}}\033[31m\xff\"\\"

static const struct report_rule rules[] = {
	{"first_one", SEVERITY_ERROR, "the {good} state", "What [it](1) says.", "Why", "{ . = 0; }",
		"Do it"},
	{"second_one", SEVERITY_NOTE, "another", "It says.", "Because.", "none", "Do that."},
};

static const struct report_finding findings[] = {
	{
		.check = "first_one",
		.severity = SEVERITY_ERROR,
		.layout = ".percpu",
		.message = "message " HOSTILE,
		.fix = "fix " HOSTILE,
		.section = ".text",
		.symbol = HOSTILE,
		.offset = {true, 0x1c},
		.address = {true, 0xffffffff81000010},
		.function = "start",
		.bytes = "65 48 8b",
		.disassembly = "movq %gs:0, %rax",
		.source_file = "src/a b,c:d.c",
		.source_line = {true, 42},
		.fingerprint = "0123456789abcdef",
	},
	{
		.check = "second_one",
		.severity = SEVERITY_NOTE,
		.message = "of the whole file",
		.source_file = "/src/./gen/../no line.c",
		.fingerprint = "0123456789abcdee",
	},
	{
		.check = "no_such_rule",
		.severity = SEVERITY_WARNING,
		.message = "unknown rule",
		.address = {true, 0x1000},
		.fingerprint = "0123456789abcded",
	},
};

static const struct report_skip skips[] = {
	{.check = "first_one", .layout = ".percpu", .reason = "model " HOSTILE},
	{.check = "second_one", .reason = "no symbol table"},
};

static const struct report_file files[] = {
	{
		.path = "./out/lib x.a",
		.member = "m,1.o",
		.machine = "x86_64",
		.type = "relocatable",
		.findings = findings,
		.finding_count = 3,
		.skipped = skips,
		.skipped_count = 2,
	},
	{
		.path = "//abs/k:1",
		.machine = "riscv64",
		.type = "executable",
		.verdict = "no per-CPU data",
	},
	{.path = "bad\n,\xfe", .member = "deep.o", .error = "truncated: " HOSTILE},
};

int main(int argc, char **argv)
{
	struct emission e = {.to = stdout, .rules = rules, .rule_count = 2};
	struct report_summary summary = {.count = {1, 1, 1}};
	const struct emitter *emitter = NULL;

	for (size_t i = 0; argc > 1 && emitter_at(i); i++)
		if (strcmp(emitter_at(i)->name, argv[1]) == 0)
			emitter = emitter_at(i);
	if (!emitter)
		return 2;
	e.quiet = argc > 2;
	emitter->begin(&e);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		emitter->file(&e, &files[i]);
	emitter->end(&e, &summary);
	return e.failed;
}
