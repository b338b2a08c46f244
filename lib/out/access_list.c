#include "lib/out/access_list.h"

#include <inttypes.h>

#include "lib/out/terminal.h"

const char *const access_format_choices[] = {"text", "json", "csv", NULL};

static const struct access_shape listing_shape = {
	.schema = "percpu-tool/access/1",
	.items = "accesses",
	.columns = "section,address,function,function_offset,variable,offset,floating,kind,width,"
		   "register,form,source",
};

static const struct access_shape *shape_of(const struct access_listing *l)
{
	return l->shape ? l->shape : &listing_shape;
}

void access_list_begin(struct access_listing *l)
{
	l->json.to = l->to;
	if (l->format == ACCESS_JSON) {
		json_open(&l->json, NULL, '{');
		json_string(&l->json, "schema", shape_of(l)->schema);
		json_open(&l->json, "files", '[');
	} else if (l->format == ACCESS_CSV)
		fprintf(l->to, "path,member,%s\r\n", shape_of(l)->columns);
}

void access_list_file(struct access_listing *l, const struct access_file *file)
{
	l->file = file;
	l->rows = 0;
	l->shortened = false;
	if (l->format != ACCESS_JSON)
		return;
	json_open(&l->json, NULL, '{');
	json_string(&l->json, "path", file->path);
	json_string(&l->json, "member", file->member);
	json_string(&l->json, "machine", file->machine);
	json_open(&l->json, shape_of(l)->items, '[');
}

static void json_lines(struct json_writer *w, const struct access_row *row)
{
	json_open(w, "code", '[');
	for (size_t i = 0; i < row->line_count; i++) {
		const struct access_line *line = &row->lines[i];

		json_open(w, NULL, '{');
		json_address(w, "address", line->address);
		json_string(w, "bytes", line->bytes);
		json_string(w, "disassembly", line->disassembly);
		json_bool(w, "access", line->access);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void json_row(struct json_writer *w, const struct access_row *row)
{
	json_open(w, NULL, '{');
	json_address(w, "address", row->address);
	json_string(w, "section", row->section);
	json_string(w, "function", row->function);
	json_string(w, "variable", row->variable);
	if (row->offset_known)
		json_number(w, "offset", row->offset);
	else
		json_null(w, "offset");
	json_bool(w, "floating", row->floating);
	json_string(w, "kind", row->kind);
	if (row->width)
		json_number(w, "width", row->width);
	else
		json_null(w, "width");
	json_string(w, "register", row->reg);
	json_string(w, "form", row->form);
	json_string(w, "source", row->source);
	if (row->lines)
		json_lines(w, row);
	json_close(w, '}');
}

/* RFC 4180: quoted where it has to be, a quote doubled. */
void csv_text(FILE *to, const char *text)
{
	const char *at = text ? text : "";
	bool quoted = false;

	for (const char *c = at; *c && !quoted; c++)
		quoted = *c == ',' || *c == '"' || *c == '\n' || *c == '\r';
	if (quoted)
		putc('"', to);
	for (; *at; at++) {
		if (*at == '"')
			putc('"', to);
		putc(*at, to);
	}
	if (quoted)
		putc('"', to);
}

static void csv_row(const struct access_listing *l, const struct access_row *row)
{
	csv_text(l->to, l->file->path);
	putc(',', l->to);
	csv_text(l->to, l->file->member);
	putc(',', l->to);
	csv_text(l->to, row->section);
	fprintf(l->to, ",0x%" PRIx64 ",", row->address);
	csv_text(l->to, row->function);
	putc(',', l->to);
	if (row->function)
		fprintf(l->to, "%" PRIu64, row->function_at);
	putc(',', l->to);
	csv_text(l->to, row->variable);
	putc(',', l->to);
	if (row->offset_known)
		fprintf(l->to, "%" PRIu64, row->offset);
	fprintf(l->to, ",%d,%s,", row->floating, row->kind);
	if (row->width)
		fprintf(l->to, "%" PRIu64, row->width);
	fprintf(l->to, ",%s,%s,%s\r\n", row->reg ? row->reg : "", row->form, row->source);
}

static void text_place(FILE *to, const char *name, uint64_t offset)
{
	terminal_print(to, name);
	if (offset)
		fprintf(to, "+0x%" PRIx64, offset);
}

static void text_lines(FILE *to, const struct access_row *row)
{
	for (size_t i = 0; i < row->line_count; i++) {
		const struct access_line *line = &row->lines[i];

		fprintf(to, "  %c 0x%" PRIx64 ": %s", line->access ? '>' : ' ', line->address,
			line->bytes);
		if (line->disassembly)
			fprintf(to, "  %s", line->disassembly);
		putc('\n', to);
	}
}

static void text_row(const struct access_listing *l, const struct access_row *row)
{
	fprintf(l->to, "0x%" PRIx64 " ", row->address);
	if (row->function)
		text_place(l->to, row->function, row->function_at);
	else
		terminal_print(l->to, row->section);
	fprintf(l->to, ": %s", row->kind);
	if (row->width)
		fprintf(l->to, " of %" PRIu64 " byte%s", row->width, row->width == 1 ? "" : "s");
	fputs(row->variable || row->offset_known ? " at " : ", place not known", l->to);
	if (row->variable)
		text_place(l->to, row->variable, row->offset);
	else if (row->offset_known)
		fprintf(l->to, "0x%" PRIx64, row->offset);
	/* Where the base is not known, it is what is added. */
	fprintf(l->to, "%s through %s, %s%s\n", row->floating && row->reg ? " and more" : "",
		row->reg ? row->reg : "an unknown base", row->form,
		*row->source == 'r' ? ", by its relocation" : "");
	text_lines(l->to, row);
}

void access_list_row(struct access_listing *l, const struct access_row *row)
{
	l->rows++;
	if (l->format == ACCESS_JSON)
		json_row(&l->json, row);
	else if (l->format == ACCESS_CSV)
		csv_row(l, row);
	else
		text_row(l, row);
}

void code_unread_write(FILE *to, uint64_t unread, uint64_t code)
{
	fprintf(to, "%" PRIu64 " bytes of code unread", unread);
	if (unread && code)
		fprintf(to, " (%.1f %% of %" PRIu64 ")", 100.0 * (double)unread / (double)code,
			code);
}

void access_list_file_end(struct access_listing *l)
{
	if (l->format == ACCESS_JSON) {
		json_close(&l->json, ']');
		json_number(&l->json, "unread_bytes", l->file->unread);
		json_number(&l->json, "code_bytes", l->file->code);
		json_string(&l->json, "reason", l->file->reason);
		json_string(&l->json, "error", l->file->error);
		json_bool(&l->json, "stripped", l->file->stripped);
		json_close(&l->json, '}');
	} else if (l->format == ACCESS_TEXT && !l->file->error) {
		terminal_print(l->to, l->file->path);
		if (l->file->member) {
			putc('(', l->to);
			terminal_print(l->to, l->file->member);
			putc(')', l->to);
		}
		fprintf(l->to, ": %" PRIu64 " access%s", l->rows, l->rows == 1 ? "" : "es");
		/* None was read at all. */
		if (!l->file->reason || l->file->unread) {
			fputs(", ", l->to);
			code_unread_write(l->to, l->file->unread, l->file->code);
		}
		if (l->file->reason)
			fprintf(l->to, "; cannot tell: %s", l->file->reason);
		else if (l->file->stripped)
			fputs("; stripped: by sections alone", l->to);
		if (l->shortened)
			fputs("; --format json or csv lists those behind \"more\", too", l->to);
		putc('\n', l->to);
	}
}

void access_list_end(struct access_listing *l)
{
	if (l->format != ACCESS_JSON)
		return;
	json_close(&l->json, ']');
	json_close(&l->json, '}');
}
