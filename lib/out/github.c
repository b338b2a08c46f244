/* --format github: workflow commands, which GitHub Actions shows as annotations. */
#include <inttypes.h>
#include <string.h>

#include "lib/out/emitter.h"
#include "lib/out/terminal.h"

static const char *const commands[SEVERITY_COUNT] = {
	[SEVERITY_NOTE] = "notice",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

/*
 * The runner undoes %25, %0D and %0A everywhere, %3A and %2C in properties. What else does not
 * show is written \xNN: the log is a terminal to whoever reads it.
 */
static void escape(FILE *to, const char *text, const char *encoded)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		unsigned length = terminal_length(s);

		if (strchr(encoded, *s))
			fprintf(to, "%%%02X", *s);
		else if (length)
			fwrite(s, 1, length, to);
		else
			fprintf(to, "\\x%02x", *s);
		s += length ? length : 1;
	}
}

static void data(const struct emission *e, const char *text)
{
	escape(e->to, text, "%\r\n");
}

static void property(const struct emission *e, const char *text)
{
	escape(e->to, text, "%\r\n:,");
}

static void command(const struct emission *e, const char *name, const char *path,
	struct report_number line, const char *title)
{
	fprintf(e->to, "::%s file=", name);
	property(e, path);
	if (line.present)
		fprintf(e->to, ",line=%" PRIu64, line.value);
	fputs(",title=", e->to);
	property(e, title);
	fputs("::", e->to);
}

static void file_name(const struct emission *e, const struct report_file *f)
{
	data(e, f->path);
	if (f->member) {
		putc('(', e->to);
		data(e, f->member);
		putc(')', e->to);
	}
	fputs(": ", e->to);
}

static void place(const struct emission *e, const struct report_finding *f)
{
	if (f->layout) {
		data(e, f->layout);
		fputs(": ", e->to);
	}
	if (!f->symbol)
		return;
	data(e, f->symbol);
	if (f->offset.present && f->offset.value)
		fprintf(e->to, "+0x%" PRIx64, f->offset.value);
	fputs(": ", e->to);
}

static void finding(
	const struct emission *e, const struct report_file *file, const struct report_finding *f)
{
	const struct report_number nowhere = {0};

	command(e, commands[f->severity], f->source_file ? f->source_file : file->path,
		f->source_file ? f->source_line : nowhere, f->check);
	file_name(e, file);
	place(e, f);
	data(e, f->message);
	if (f->bytes) {
		fputs("%0Acode: ", e->to);
		data(e, f->bytes);
		if (f->disassembly) {
			fputs("  ", e->to);
			data(e, f->disassembly);
		}
	}
	if (f->fix) {
		fputs("%0Afix: ", e->to);
		data(e, f->fix);
	}
	putc('\n', e->to);
}

static void begin(struct emission *emission)
{
	(void)emission;
}

static void file(struct emission *e, const struct report_file *f)
{
	const struct report_number nowhere = {0};

	if (f->error) {
		command(e, commands[SEVERITY_ERROR], f->path, nowhere, "percpu-tool");
		file_name(e, f);
		data(e, f->error);
		putc('\n', e->to);
	}
	for (size_t i = 0; i < f->finding_count; i++)
		if (!e->quiet || f->findings[i].severity >= e->least)
			finding(e, f, &f->findings[i]);
	/* No annotations: the log shows them when step debugging is on. */
	for (size_t i = 0; i < f->skipped_count; i++) {
		fputs("::debug::", e->to);
		file_name(e, f);
		fprintf(e->to, "skipped: %s (", f->skipped[i].check);
		data(e, f->skipped[i].reason);
		fputs(")\n", e->to);
	}
}

static void end(struct emission *emission, const struct report_summary *summary)
{
	(void)emission;
	(void)summary;
}

const struct emitter emitter_github = {
	.name = "github",
	.begin = begin,
	.file = file,
	.end = end,
};
