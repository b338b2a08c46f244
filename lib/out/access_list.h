/*
 * The listing of `percpu-tool access`: accesses as plain data, file by file, row by row, written
 * as they come. The JSON form is percpu-tool/access/1; percpu-tool-access(1) describes all three.
 */
#ifndef PERCPU_OUT_ACCESS_LIST_H
#define PERCPU_OUT_ACCESS_LIST_H

#include "lib/out/json_writer.h"

enum access_format { ACCESS_TEXT, ACCESS_JSON, ACCESS_CSV };

/* NULL-ended names of the formats, in the order of the enum. */
extern const char *const access_format_choices[];

/* An instruction at or around an access. */
struct access_line {
	uint64_t address;
	const char *bytes;	 /* in hex */
	const char *disassembly; /* NULL: nothing can be said */
	bool access;		 /* it is the access itself */
};

struct access_row {
	uint64_t address;     /* virtual; in an object the offset in `section` */
	const char *section;  /* of the code */
	const char *function; /* NULL: none covers the address */
	uint64_t function_at; /* bytes from its start */
	const char *variable; /* NULL: none stands there, or it is not known which */
	bool offset_known;    /* of `offset`: bytes from the variable's start; without one, the */
	uint64_t offset;      /* place in the area or template that is reached */
	bool floating;	      /* something unknown is added to the offset */
	const char *kind;     /* "read", "write", "read-modify-write", "address" */
	uint64_t width;	      /* bytes of memory; 0: not known, or none */
	const char *reg;      /* as the manual writes it; NULL: a base that is not known */
	const char *form;     /* "absolute", "pc-relative", "indexed", "register" */
	const char *source;   /* "relocation" or "code" */
	/* What --annotate shows, JSON and text only; NULL without it. */
	const struct access_line *lines;
	size_t line_count;
};

struct access_file {
	const char *path;
	const char *member;  /* of an archive, or NULL */
	const char *machine; /* "x86_64" and so on; NULL: it cannot be read */
	uint64_t unread;     /* bytes of code that are no instructions */
	uint64_t code;	     /* bytes of all code */
	bool stripped;	     /* it has no symbols: its sections alone say where data is */
	const char *reason;  /* why no access can be listed; NULL: any would be */
	const char *error;   /* why it cannot be read; NULL: it can, else only its path counts */
};

/* What a summary has in place of a listing's. */
struct access_shape {
	const char *schema;
	const char *items;
	const char *columns; /* of CSV, behind path and member */
};

struct access_listing {
	FILE *to;
	enum access_format format;
	/* Of a summary: its JSON schema, the member with its items, and its columns; else NULL. */
	const struct access_shape *shape;
	struct json_writer json;	/* zeroed */
	const struct access_file *file; /* the one at hand */
	uint64_t rows;			/* of it */
	bool shortened;			/* of its summary text left names out */
};

/* What stands before all files: the listing has `to`, `format` and `shape` set. */
void access_list_begin(struct access_listing *listing);

/* A file's head; `file` stays the caller's, until access_list_file_end(), which reads it again. */
void access_list_file(struct access_listing *listing, const struct access_file *file);

/* One access of the file at hand. */
void access_list_row(struct access_listing *listing, const struct access_row *row);

/* What is known of the file when all of its rows are written. */
void access_list_file_end(struct access_listing *listing);

/* What stands behind all files. */
void access_list_end(struct access_listing *listing);

/* "12 bytes of code unread (0.3 % of 4096)"; the share is left out where all is read. */
void code_unread_write(FILE *to, uint64_t unread, uint64_t code);

/* A column of a CSV row, quoted where it has to be; NULL is empty. */
void csv_text(FILE *to, const char *text);

#endif
