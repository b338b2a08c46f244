/* --format text: for people; one line a fact, each line names its file. */
#include <inttypes.h>
#include <string.h>

#include "lib/out/access_list.h"
#include "lib/out/emitter.h"
#include "lib/out/terminal.h"

/* More notes of one check than this are counted, not printed. */
enum { NOTES_SHOWN = 4 };

static const char *const colors[SEVERITY_COUNT] = {
	[SEVERITY_NOTE] = "\033[36m",
	[SEVERITY_WARNING] = "\033[35m",
	[SEVERITY_ERROR] = "\033[31m",
};

static void file_name(const struct emission *e, const struct report_file *f)
{
	terminal_print(e->to, f->path);
	if (f->member) {
		putc('(', e->to);
		terminal_print(e->to, f->member);
		putc(')', e->to);
	}
	fputs(": ", e->to);
}

static void amount(const struct emission *e, const char *what, struct report_number n)
{
	if (n.present)
		fprintf(e->to, ", %s 0x%" PRIx64, what, n.value);
}

static void layout(
	const struct emission *e, const struct report_file *f, const struct report_layout *l)
{
	file_name(e, f);
	fputs("layout ", e->to);
	terminal_print(e->to, l->section);
	fprintf(e->to, ": profile %s (", l->profile);
	terminal_print(e->to, l->profile_source);
	putc(')', e->to);
	if (l->model)
		fprintf(e->to, ", model %s (%s)", l->model, l->model_source);
	else
		fputs(", model unknown", e->to);
	fprintf(e->to, ", placement %s, %zu variable%s", l->placement ? l->placement : "unknown",
		l->variables, l->variables == 1 ? "" : "s");
	amount(e, "area size", l->area_size);
	amount(e, "stride", l->stride);
	if (l->cpus.present)
		fprintf(e->to, ", room for %" PRIu64 " CPU%s", l->cpus.value,
			l->cpus.value == 1 ? "" : "s");
	putc('\n', e->to);
}

static void place(const struct emission *e, const struct report_finding *f)
{
	if (f->layout) {
		terminal_print(e->to, f->layout);
		fputs(": ", e->to);
	}
	if (!f->symbol)
		return;
	terminal_print(e->to, f->symbol);
	if (f->offset.present && f->offset.value)
		fprintf(e->to, "+0x%" PRIx64, f->offset.value);
	fputs(": ", e->to);
}

static void evidence(const struct emission *e, const struct report_finding *f)
{
	if (f->bytes) {
		fputs("    code: ", e->to);
		if (f->address.present)
			fprintf(e->to, "0x%" PRIx64 ": ", f->address.value);
		fputs(f->bytes, e->to);
		if (f->disassembly)
			fprintf(e->to, "  %s", f->disassembly);
		putc('\n', e->to);
	}
	if (f->source_file) {
		fputs("    source: ", e->to);
		terminal_print(e->to, f->source_file);
		if (f->source_line.present)
			fprintf(e->to, ":%" PRIu64, f->source_line.value);
		putc('\n', e->to);
	}
	if (f->fix) {
		fputs("    fix: ", e->to);
		terminal_print(e->to, f->fix);
		putc('\n', e->to);
	}
}

static void finding(
	const struct emission *e, const struct report_file *file, const struct report_finding *f)
{
	file_name(e, file);
	fprintf(e->to, "%s%s%s: ", e->color ? colors[f->severity] : "", severity_name(f->severity),
		e->color ? "\033[0m" : "");
	place(e, f);
	terminal_print(e->to, f->message);
	fprintf(e->to, " [%s]\n", f->check);
	evidence(e, f);
}

/* How many notes of the same check stand before this one: findings are ordered by check. */
static size_t notes_before(const struct report_file *file, size_t index)
{
	const struct report_finding *f = &file->findings[index];
	size_t count = 0;

	while (index-- > 0 && count <= NOTES_SHOWN &&
		file->findings[index].severity == SEVERITY_NOTE &&
		strcmp(file->findings[index].check, f->check) == 0)
		count++;
	return count;
}

static bool last_of_check(const struct report_file *file, size_t index)
{
	return index + 1 == file->finding_count ||
	       file->findings[index + 1].severity != SEVERITY_NOTE ||
	       strcmp(file->findings[index + 1].check, file->findings[index].check) != 0;
}

static void findings(const struct emission *e, const struct report_file *file)
{
	size_t hidden = 0;

	for (size_t i = 0; i < file->finding_count; i++) {
		const struct report_finding *f = &file->findings[i];

		if (e->quiet && f->severity < e->least)
			continue;
		if (f->severity != SEVERITY_NOTE || notes_before(file, i) < NOTES_SHOWN) {
			finding(e, file, f);
			continue;
		}
		hidden++;
		if (!last_of_check(file, i))
			continue;
		file_name(e, file);
		fprintf(e->to, "note: and %zu more like it; --format json lists them [%s]\n",
			hidden, f->check);
		hidden = 0;
	}
}

/* The first skip of a check for a reason, from `from` on: a check is skipped layout by layout. */
static bool is_first(const struct report_file *f, size_t from, size_t index)
{
	const struct report_skip *s = &f->skipped[index];

	for (size_t i = from; i < index; i++)
		if (strcmp(f->skipped[i].reason, s->reason) == 0 &&
			strcmp(f->skipped[i].check, s->check) == 0)
			return false;
	return true;
}

/* Checks skipped for the same reason share a line, each once. */
static void skips(const struct emission *e, const struct report_file *f)
{
	for (size_t i = 0; i < f->skipped_count; i++) {
		const struct report_skip *s = &f->skipped[i];
		bool said = false;

		for (size_t j = 0; j < i && !said; j++)
			said = strcmp(f->skipped[j].reason, s->reason) == 0;
		if (said)
			continue;
		file_name(e, f);
		fprintf(e->to, "skipped: %s", s->check);
		for (size_t j = i + 1; j < f->skipped_count; j++)
			if (strcmp(f->skipped[j].reason, s->reason) == 0 && is_first(f, i, j))
				fprintf(e->to, ", %s", f->skipped[j].check);
		fputs(" (", e->to);
		terminal_print(e->to, s->reason);
		fputs(")\n", e->to);
	}
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void verdict(const struct emission *e, const struct report_file *f)
{
	size_t count[SEVERITY_COUNT] = {0};

	for (size_t i = 0; i < f->finding_count; i++)
		count[f->findings[i].severity]++;
	file_name(e, f);
	if (f->verdict) {
		terminal_print(e->to, f->verdict);
		putc('\n', e->to);
	} else if (!count[SEVERITY_ERROR] && !count[SEVERITY_WARNING])
		fputs("clean\n", e->to);
	else
		fprintf(e->to, "%zu error%s, %zu warning%s\n", count[SEVERITY_ERROR],
			plural(count[SEVERITY_ERROR]), count[SEVERITY_WARNING],
			plural(count[SEVERITY_WARNING]));
}

static void begin(struct emission *emission)
{
	(void)emission;
}

static void file(struct emission *e, const struct report_file *f)
{
	if (f->error || f->unremarkable)
		return; /* an error is said on standard error */
	for (size_t i = 0; i < f->layout_count && !e->quiet; i++)
		layout(e, f, &f->layouts[i]);
	if (f->stripped && f->layout_count && !e->quiet) {
		file_name(e, f);
		fputs("stripped: judged by sections alone; functions and variables have no "
		      "names\n",
			e->to);
	}
	findings(e, f);
	if (e->quiet)
		return;
	skips(e, f);
	if (f->unread.value) {
		file_name(e, f);
		code_unread_write(e->to, f->unread.value, f->code.value);
		putc('\n', e->to);
	}
	verdict(e, f);
}

/* A single file has said it all. */
static void end(struct emission *e, const struct report_summary *summary)
{
	if (summary->files < 2 || e->quiet)
		return;
	fprintf(e->to, "%zu files, %zu layout%s: %zu error%s, %zu warning%s", summary->files,
		summary->layouts, plural(summary->layouts), summary->count[SEVERITY_ERROR],
		plural(summary->count[SEVERITY_ERROR]), summary->count[SEVERITY_WARNING],
		plural(summary->count[SEVERITY_WARNING]));
	if (summary->unreadable)
		fprintf(e->to, "; %zu could not be read", summary->unreadable);
	putc('\n', e->to);
}

const struct emitter emitter_text = {
	.name = "text",
	.begin = begin,
	.file = file,
	.end = end,
};
