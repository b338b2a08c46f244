#include "lib/out/json_writer.h"

#include <inttypes.h>

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

size_t plain_length(const unsigned char *s)
{
	size_t length = 0;

	while (s[length] >= 0x20 && s[length] < 0x7f && s[length] != '"' && s[length] != '\\')
		length++;
	return length;
}

static void escape(FILE *to, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	putc('"', to);
	while (*s) {
		size_t plain = plain_length(s);
		unsigned length = utf8_length(s);

		if (plain) {
			fwrite(s, 1, plain, to);
			s += plain;
			continue;
		}
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
	putc('"', to);
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
		escape(w->to, key);
		fputs(": ", w->to);
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
	start(w, key);
	if (text)
		escape(w->to, text);
	else
		fputs("null", w->to);
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

void json_null(struct json_writer *w, const char *key)
{
	start(w, key);
	fputs("null", w->to);
}
