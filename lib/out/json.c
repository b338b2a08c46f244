/* --format json: the contract percpu-tool/check/1. */
#include "lib/out/emitter.h"
#include "lib/out/json_writer.h"

static void number(struct json_writer *w, const char *key, struct report_number n)
{
	if (n.present)
		json_number(w, key, n.value);
	else
		json_null(w, key);
}

static void layout(struct json_writer *w, const struct report_layout *l)
{
	json_open(w, NULL, '{');
	json_string(w, "profile", l->profile);
	json_string(w, "model", l->model);
	json_string(w, "model_source", l->model_source);
	json_string(w, "placement", l->placement);
	json_string(w, "section", l->section);
	number(w, "cpus", l->cpus);
	number(w, "area_size", l->area_size);
	number(w, "stride", l->stride);
	json_number(w, "variables", l->variables);
	json_close(w, '}');
}

static void source(struct json_writer *w, const struct report_finding *f)
{
	if (!f->source_file) {
		json_null(w, "source");
		return;
	}
	json_open(w, "source", '{');
	json_string(w, "file", f->source_file);
	number(w, "line", f->source_line);
	json_close(w, '}');
}

static void finding(struct json_writer *w, const struct report_finding *f)
{
	json_open(w, NULL, '{');
	json_string(w, "check", f->check);
	json_string(w, "severity", severity_name(f->severity));
	json_string(w, "layout", f->layout);
	json_string(w, "message", f->message);
	json_string(w, "fix", f->fix);
	json_string(w, "section", f->section);
	json_string(w, "symbol", f->symbol);
	number(w, "offset", f->offset);
	if (f->address.present)
		json_address(w, "address", f->address.value);
	else
		json_null(w, "address");
	json_string(w, "function", f->function);
	json_string(w, "bytes", f->bytes);
	json_string(w, "disassembly", f->disassembly);
	source(w, f);
	json_string(w, "fingerprint", f->fingerprint);
	json_close(w, '}');
}

static void skip(struct json_writer *w, const struct report_skip *s)
{
	json_open(w, NULL, '{');
	json_string(w, "check", s->check);
	json_string(w, "layout", s->layout);
	json_string(w, "reason", s->reason);
	json_close(w, '}');
}

/* Between the calls only "something was written" has to be remembered: emission.state. */
static struct json_writer writer(struct emission *emission)
{
	struct json_writer w = {.to = emission->to, .depth = 2};

	w.filled[1] = true;
	w.filled[2] = emission->state != 0;
	return w;
}

static void begin(struct emission *emission)
{
	struct json_writer w = {.to = emission->to};

	json_open(&w, NULL, '{');
	json_string(&w, "schema", "percpu-tool/check/1");
	json_open(&w, "files", '[');
}

static void file(struct emission *emission, const struct report_file *f)
{
	struct json_writer w = writer(emission);

	emission->state = 1;
	json_open(&w, NULL, '{');
	json_string(&w, "path", f->path);
	json_string(&w, "member", f->member);
	json_string(&w, "machine", f->machine);
	json_string(&w, "type", f->type);
	json_string(&w, "error", f->error);
	json_string(&w, "verdict", f->verdict);
	json_bool(&w, "stripped", f->stripped);
	number(&w, "unread_bytes", f->unread);
	number(&w, "code_bytes", f->code);
	json_open(&w, "layouts", '[');
	for (size_t i = 0; i < f->layout_count; i++)
		layout(&w, &f->layouts[i]);
	json_close(&w, ']');
	json_open(&w, "findings", '[');
	for (size_t i = 0; i < f->finding_count; i++)
		finding(&w, &f->findings[i]);
	json_close(&w, ']');
	json_open(&w, "skipped", '[');
	for (size_t i = 0; i < f->skipped_count; i++)
		skip(&w, &f->skipped[i]);
	json_close(&w, ']');
	json_close(&w, '}');
}

static void end(struct emission *emission, const struct report_summary *summary)
{
	struct json_writer w = writer(emission);

	json_close(&w, ']');
	json_open(&w, "summary", '{');
	for (size_t i = SEVERITY_COUNT; i-- > 0;)
		json_number(&w, severity_name((enum severity)i), summary->count[i]);
	json_number(&w, "unreadable", summary->unreadable);
	json_close(&w, '}');
	json_close(&w, '}');
}

const struct emitter emitter_json = {
	.name = "json",
	.begin = begin,
	.file = file,
	.end = end,
};
