/* A streaming JSON writer: commas and indentation are its business, nesting the caller's. */
#ifndef PERCPU_OUT_JSON_WRITER_H
#define PERCPU_OUT_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 16 };

/* Zeroed but for `to` before use. */
struct json_writer {
	FILE *to;
	unsigned depth;
	bool filled[JSON_DEPTH]; /* something was written at this depth */
};

/* `key` is NULL inside arrays and at the top. */
void json_open(struct json_writer *w, const char *key, char bracket);
void json_close(struct json_writer *w, char bracket);

/* A string, or null for NULL. Bytes that are no UTF-8 become U+FFFD. */
void json_string(struct json_writer *w, const char *key, const char *text);

/* A string in pieces, cut anywhere but inside a character. */
void json_string_open(struct json_writer *w, const char *key);
void json_string_add(struct json_writer *w, const char *text, size_t length);
void json_string_close(struct json_writer *w);

/* A number; above 2^53 a string, as readers that use doubles would change it. */
void json_number(struct json_writer *w, const char *key, uint64_t value);

/* "0x..." */
void json_address(struct json_writer *w, const char *key, uint64_t value);

/* true or false */
void json_bool(struct json_writer *w, const char *key, bool value);

/* null: the fact is absent. */
void json_null(struct json_writer *w, const char *key);

/* Length of the UTF-8 sequence at `text`, 0 when its first byte begins none. */
unsigned utf8_length(const unsigned char *text);

#endif
