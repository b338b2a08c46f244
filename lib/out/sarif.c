/* --format sarif: SARIF 2.1.0, one run; section numbers are those of the standard. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/out/emitter.h"
#include "lib/out/json_writer.h"

/* emission.state: what the next call must know. */
enum {
	HAS_RESULT = 1,
	HAS_NOTIFICATION = 2,
	HAS_FAILURE = 4,
};

/* Where results and notifications stand: { runs[ { results[ and { runs[ { invocations[ { ...[ */
enum { RESULT_DEPTH = 4, NOTIFICATION_DEPTH = 6 };

static void add(struct json_writer *w, const char *text)
{
	json_string_add(w, text, strlen(text));
}

/* Into a message string: braces are placeholders (3.11.5), "](" makes a link (3.11.6). */
static void add_prose(struct json_writer *w, const char *text)
{
	while (*text) {
		size_t plain = strcspn(text, "{}]");

		json_string_add(w, text, plain);
		text += plain;
		if (!*text)
			return;
		if (*text != ']')
			json_string_add(w, text, 1);
		else if (text[1] == '(')
			add(w, "\\");
		json_string_add(w, text++, 1);
	}
}

static bool ends_sentence(const char *text)
{
	size_t length = strlen(text);

	return length && strchr(".!?", text[length - 1]);
}

static void add_sentence(struct json_writer *w, const char *text)
{
	add_prose(w, text);
	if (!ends_sentence(text))
		add(w, ".");
}

/* A message object of one sentence. */
static void message(struct json_writer *w, const char *key, const char *text)
{
	json_open(w, key, '{');
	json_string_open(w, "text");
	add_sentence(w, text);
	json_string_close(w);
	json_close(w, '}');
}

enum { PATH_ROOM = 4096 };

/* One part of a path, which begins at `from`, behind `clean`; the new length. */
static size_t add_part(char *clean, size_t used, size_t root, const char *from, size_t length)
{
	if (!length || (length == 1 && *from == '.'))
		return used;
	if (length == 2 && from[0] == '.' && from[1] == '.') {
		size_t last = used;

		while (last > root && clean[last - 1] != '/')
			last--;
		if (used > root && strncmp(clean + last, "..", used - last) != 0)
			return last > root ? last - 1 : root;
		if (root)
			return used;
	}
	if (used > root)
		clean[used++] = '/';
	memcpy(clean + used, from, length);
	return used + length;
}

/*
 * The path without empty parts, "." and, where another part goes before, "..": compilers write
 * such paths, and the validator refuses them. One too long to be opened anywhere stays as it is.
 */
static const char *clean_path(char clean[PATH_ROOM], const char *path)
{
	const size_t root = *path == '/';
	size_t used = root;

	if (strlen(path) >= PATH_ROOM)
		return path;
	clean[0] = '/';
	while (*path) {
		size_t length = strcspn(path, "/");

		used = add_part(clean, used, root, path, length);
		path += length + (path[length] == '/');
	}
	clean[used] = 0;
	return used ? clean : ".";
}

/*
 * An artifact location: the bytes of the path, those that no URI may have percent-encoded. That a
 * relative path has no colon left keeps its first part from being read as a scheme.
 */
static void artifact(struct json_writer *w, const char *key, const char *path)
{
	char clean[PATH_ROOM], encoded[4];

	path = clean_path(clean, path);
	json_open(w, key, '{');
	json_string_open(w, "uri");
	if (*path == '/')
		add(w, "file://");
	for (; *path; path++) {
		const unsigned char c = (unsigned char)*path;

		if (c < 0x80 && (isalnum(c) || strchr("/-._~", c))) {
			json_string_add(w, path, 1);
			continue;
		}
		snprintf(encoded, sizeof(encoded), "%%%02X", c);
		add(w, encoded);
	}
	json_string_close(w);
	json_close(w, '}');
}

/* "symbol_aligned" as SymbolAligned: a rule's name must differ from its id. */
static void rule_name(struct json_writer *w, const char *id)
{
	bool start = true;

	json_string_open(w, "name");
	for (; *id; id++) {
		char c = (char)(start ? toupper((unsigned char)*id) : *id);

		start = *id == '_';
		if (!start)
			json_string_add(w, &c, 1);
	}
	json_string_close(w);
}

static void help(struct json_writer *w, const struct report_rule *r)
{
	json_open(w, "help", '{');
	json_string_open(w, "text");
	add_sentence(w, r->what);
	add(w, "\n\nWhy: ");
	add_sentence(w, r->why);
	add(w, "\n\nExample: ");
	add_prose(w, r->example);
	add(w, "\n\nFix: ");
	add_sentence(w, r->fix);
	json_string_close(w);
	json_close(w, '}');
}

static void rule(struct json_writer *w, const struct report_rule *r)
{
	json_open(w, NULL, '{');
	json_string(w, "id", r->name);
	rule_name(w, r->name);
	message(w, "shortDescription", r->summary);
	message(w, "fullDescription", r->what);
	help(w, r);
	json_open(w, "defaultConfiguration", '{');
	json_string(w, "level", severity_name(r->severity));
	json_close(w, '}');
	json_close(w, '}');
}

static void tool(struct json_writer *w, const struct emission *e)
{
	json_open(w, "tool", '{');
	json_open(w, "driver", '{');
	json_string(w, "name", "percpu-tool");
	json_string(w, "version", PERCPU_TOOL_VERSION);
	json_string(w, "semanticVersion", PERCPU_TOOL_VERSION);
	json_open(w, "rules", '[');
	for (size_t i = 0; i < e->rule_count; i++)
		rule(w, &e->rules[i]);
	json_close(w, ']');
	json_close(w, '}');
	json_close(w, '}');
}

/* Index of a check's rule, rule_count when it has none. */
static size_t rule_index(const struct emission *e, const char *check)
{
	size_t i = 0;

	while (i < e->rule_count && strcmp(e->rules[i].name, check) != 0)
		i++;
	return i;
}

static void add_qualified(
	struct json_writer *w, const struct report_file *file, const struct report_finding *f)
{
	char offset[24];
	const char *section = f->section ? f->section : f->layout;

	if (file->member) {
		add(w, file->member);
		if (section || f->symbol)
			add(w, "/");
	}
	if (section)
		add(w, section);
	if (!f->symbol)
		return;
	if (section)
		add(w, "/");
	add(w, f->symbol);
	if (f->offset.present && f->offset.value) {
		snprintf(offset, sizeof(offset), "+0x%" PRIx64, f->offset.value);
		add(w, offset);
	}
}

/* 3.33.7 has a word for functions, and "object" for what is in data. */
static void logical_function(struct json_writer *w, const struct report_finding *f)
{
	json_open(w, NULL, '{');
	json_string(w, "name", f->function);
	json_string(w, "kind", f->bytes ? "function" : "object");
	json_close(w, '}');
}

static void logical(
	struct json_writer *w, const struct report_file *file, const struct report_finding *f)
{
	const char *section = f->section ? f->section : f->layout;
	const char *name = f->symbol ? f->symbol : section ? section : file->member;

	if (!name)
		return;
	json_open(w, "logicalLocations", '[');
	json_open(w, NULL, '{');
	json_string(w, "name", name);
	json_string_open(w, "fullyQualifiedName");
	add_qualified(w, file, f);
	json_string_close(w);
	/* 3.33.7 has no word for these. */
	json_string(w, "kind", f->symbol ? "symbol" : section ? "section" : "member");
	json_close(w, '}');
	if (f->function)
		logical_function(w, f);
	json_close(w, ']');
}

static void physical(
	struct json_writer *w, const struct report_file *file, const struct report_finding *f)
{
	const bool line = f->source_file && f->source_line.present && f->source_line.value;

	json_open(w, "physicalLocation", '{');
	artifact(w, "artifactLocation", f->source_file ? f->source_file : file->path);
	/* GitHub wants a line in every result; a whole file is shown at its first. */
	json_open(w, "region", '{');
	json_number(w, "startLine", line ? f->source_line.value : 1);
	json_close(w, '}');
	/* Microsoft's SDK reads an int, and drops a log with a larger one; properties has all. */
	if (f->address.present && f->address.value <= INT32_MAX) {
		json_open(w, "address", '{');
		json_number(w, "absoluteAddress", f->address.value);
		json_close(w, '}');
	}
	json_close(w, '}');
}

/* What has no place of its own in the standard. */
static void properties(struct json_writer *w, const struct report_finding *f)
{
	json_open(w, "properties", '{');
	if (f->layout)
		json_string(w, "layout", f->layout);
	if (f->address.present)
		json_address(w, "address", f->address.value);
	if (f->bytes)
		json_string(w, "bytes", f->bytes);
	if (f->disassembly)
		json_string(w, "disassembly", f->disassembly);
	json_close(w, '}');
}

static void result_message(struct json_writer *w, const struct report_finding *f)
{
	json_open(w, "message", '{');
	json_string_open(w, "text");
	if (f->symbol) {
		add(w, "'");
		add_prose(w, f->symbol);
		add(w, "': ");
	}
	add_sentence(w, f->message);
	if (f->fix) {
		add(w, " Fix: ");
		add_sentence(w, f->fix);
	}
	json_string_close(w);
	json_close(w, '}');
}

/*
 * GitHub tells results apart by primaryLocationLineHash alone, and where it is missing hashes the
 * line, which in an ELF file is the same for all.
 */
static void fingerprints(struct json_writer *w, const char *fingerprint)
{
	json_open(w, "partialFingerprints", '{');
	json_string(w, "percpu/v1", fingerprint);
	json_string_open(w, "primaryLocationLineHash");
	add(w, fingerprint);
	add(w, ":1");
	json_string_close(w);
	json_close(w, '}');
}

static void result(struct json_writer *w, const struct emission *e, const struct report_file *file,
	const struct report_finding *f)
{
	const size_t index = rule_index(e, f->check);

	json_open(w, NULL, '{');
	json_string(w, "ruleId", f->check);
	if (index < e->rule_count)
		json_number(w, "ruleIndex", index);
	json_string(w, "level", severity_name(f->severity));
	result_message(w, f);
	if (f->source_file)
		artifact(w, "analysisTarget", file->path);
	json_open(w, "locations", '[');
	json_open(w, NULL, '{');
	physical(w, file, f);
	logical(w, file, f);
	json_close(w, '}');
	json_close(w, ']');
	fingerprints(w, f->fingerprint);
	properties(w, f);
	json_close(w, '}');
}

/* What is said about the run: it stands behind the results, and is set aside until then. */
static void notification(struct emission *e, const struct report_file *file, enum severity level,
	const char *check, const char *text)
{
	struct json_writer w = {.to = e->later.to, .depth = NOTIFICATION_DEPTH};

	if (!e->later.to)
		return;
	w.filled[NOTIFICATION_DEPTH] = e->state & HAS_NOTIFICATION;
	e->state |= HAS_NOTIFICATION;
	json_open(&w, NULL, '{');
	if (check) {
		json_open(&w, "associatedRule", '{');
		json_string(&w, "id", check);
		if (rule_index(e, check) < e->rule_count)
			json_number(&w, "index", rule_index(e, check));
		json_close(&w, '}');
	}
	json_string(&w, "level", severity_name(level));
	json_open(&w, "message", '{');
	json_string_open(&w, "text");
	if (file->member) {
		add_prose(&w, file->member);
		add(&w, ": ");
	}
	if (check) {
		add(&w, "skipped: ");
		add(&w, check);
		add(&w, ": ");
	}
	add_sentence(&w, text);
	json_string_close(&w);
	json_close(&w, '}');
	json_open(&w, "locations", '[');
	json_open(&w, NULL, '{');
	json_open(&w, "physicalLocation", '{');
	artifact(&w, "artifactLocation", file->path);
	json_close(&w, '}');
	json_close(&w, '}');
	json_close(&w, ']');
	json_close(&w, '}');
}

static void begin(struct emission *e)
{
	struct json_writer w = {.to = e->to};

	e->later.to = open_memstream(&e->later.text, &e->later.size);
	e->failed = !e->later.to;
	json_open(&w, NULL, '{');
	json_string(&w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_string(&w, "version", "2.1.0");
	json_open(&w, "runs", '[');
	json_open(&w, NULL, '{');
	tool(&w, e);
	json_open(&w, "results", '[');
}

static void file(struct emission *e, const struct report_file *f)
{
	struct json_writer w = {.to = e->to, .depth = RESULT_DEPTH};

	w.filled[RESULT_DEPTH] = e->state & HAS_RESULT;
	for (size_t i = 0; i < f->finding_count; i++)
		result(&w, e, f, &f->findings[i]);
	if (f->finding_count)
		e->state |= HAS_RESULT;
	if (f->error) {
		e->state |= HAS_FAILURE;
		notification(e, f, SEVERITY_ERROR, NULL, f->error);
	}
	if (f->verdict)
		notification(e, f, SEVERITY_NOTE, NULL, f->verdict);
	for (size_t i = 0; i < f->skipped_count; i++)
		notification(e, f, SEVERITY_NOTE, f->skipped[i].check, f->skipped[i].reason);
}

/* Closes the stream of what was set aside, and writes it. */
static void write_later(struct emission *e)
{
	if (!e->later.to)
		return;
	e->failed |= ferror(e->later.to);
	e->failed |= fclose(e->later.to) != 0;
	if (!e->failed)
		fwrite(e->later.text, 1, e->later.size, e->to);
	free(e->later.text);
}

static void end(struct emission *e, const struct report_summary *summary)
{
	struct json_writer w = {.to = e->to, .depth = RESULT_DEPTH};

	(void)summary;
	w.filled[1] = w.filled[2] = w.filled[3] = true;
	w.filled[RESULT_DEPTH] = e->state & HAS_RESULT;
	json_close(&w, ']');
	json_open(&w, "invocations", '[');
	json_open(&w, NULL, '{');
	json_bool(&w, "executionSuccessful", !(e->state & HAS_FAILURE));
	json_open(&w, "toolExecutionNotifications", '[');
	write_later(e);
	w.filled[NOTIFICATION_DEPTH] = e->state & HAS_NOTIFICATION;
	while (w.depth)
		json_close(&w, w.depth % 2 ? '}' : ']');
}

const struct emitter emitter_sarif = {
	.name = "sarif",
	.begin = begin,
	.file = file,
	.end = end,
};
