#include "lib/out/json_writer.h"

#include <inttypes.h>
#include <string.h>

unsigned utf8_length(const unsigned char *s)
{
	unsigned length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3
		: s[0] < 0xf5                                              ? 4
									   : 0;

	for (unsigned i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* No overlong forms, no surrogates, nothing beyond U+10FFFF (RFC 3629). */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return length;
}

static void escape(FILE *to, const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	const unsigned char *const end = s + size;

	while (s < end) {
		unsigned length = utf8_length(s);

		if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(to, "\\u%04x", *s);
		else if (length)
			fwrite(s, 1, length, to);
		else
			fputs("\\ufffd", to);
		s += length ? length : 1;
	}
}

static void start(struct json_writer *w, const char *key)
{
	if (w->depth) {
		if (w->filled[w->depth])
			putc(',', w->to);
		fprintf(w->to, "\n%*s", (int)(2 * w->depth), "");
		w->filled[w->depth] = true;
	}
	if (key) {
		putc('"', w->to);
		escape(w->to, key, strlen(key));
		fputs("\": ", w->to);
	}
}

void json_open(struct json_writer *w, const char *key, char bracket)
{
	start(w, key);
	putc(bracket, w->to);
	w->filled[++w->depth] = false;
}

void json_close(struct json_writer *w, char bracket)
{
	bool filled = w->filled[w->depth--];

	if (filled)
		fprintf(w->to, "\n%*s", (int)(2 * w->depth), "");
	putc(bracket, w->to);
	if (!w->depth)
		putc('\n', w->to);
}

void json_string(struct json_writer *w, const char *key, const char *text)
{
	if (!text) {
		json_null(w, key);
		return;
	}
	json_string_open(w, key);
	json_string_add(w, text, strlen(text));
	json_string_close(w);
}

void json_string_open(struct json_writer *w, const char *key)
{
	start(w, key);
	putc('"', w->to);
}

void json_string_add(struct json_writer *w, const char *text, size_t length)
{
	escape(w->to, text, length);
}

void json_string_close(struct json_writer *w)
{
	putc('"', w->to);
}

void json_number(struct json_writer *w, const char *key, uint64_t value)
{
	start(w, key);
	fprintf(w->to, value <= UINT64_C(1) << 53 ? "%" PRIu64 : "\"%" PRIu64 "\"", value);
}

void json_address(struct json_writer *w, const char *key, uint64_t value)
{
	start(w, key);
	fprintf(w->to, "\"0x%" PRIx64 "\"", value);
}

void json_bool(struct json_writer *w, const char *key, bool value)
{
	start(w, key);
	fputs(value ? "true" : "false", w->to);
}

void json_null(struct json_writer *w, const char *key)
{
	start(w, key);
	fputs("null", w->to);
}
