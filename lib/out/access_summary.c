#include "lib/out/access_summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/out/terminal.h"

enum { KINDS = 4 };

static const char *const kinds[KINDS] = {"read", "write", "read-modify-write", "address"};

const char *const access_summary_choices[] = {"variables", "functions", NULL};

const struct access_shape *access_summary_shape(enum access_summary summary)
{
	static const struct access_shape shapes[] = {
		[SUMMARY_VARIABLES] = {"percpu-tool/access-summary/1", "variables",
			"variable,function,read,write,read-modify-write,address"},
		[SUMMARY_FUNCTIONS] = {"percpu-tool/access-summary/1", "functions",
			"function,variable,read,write,read-modify-write,address"},
	};

	return summary == SUMMARY_NONE ? NULL : &shapes[summary];
}

/* Entries of one name. */
struct group {
	const struct summary_entry *first;
	size_t count;
	uint64_t counts[KINDS];
};

static int compare_names(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare(const void *left, const void *right)
{
	const struct summary_entry *a = left, *b = right;
	const int order = compare_names(a->name, b->name);

	return order ? order : compare_names(a->other, b->other);
}

static struct group group_at(const struct summary_entry *entries, size_t count)
{
	struct group group = {.first = entries};

	for (; group.count < count && !compare_names(entries[group.count].name, entries->name);
		group.count++)
		group.counts[entries[group.count].kind]++;
	return group;
}

/* The next entry of the group that names another one than the entry `at`; group->count at the end.
 */
static size_t next_other(const struct group *group, size_t at)
{
	size_t next = at + 1;

	while (next < group->count &&
		!compare_names(group->first[next].other, group->first[at].other))
		next++;
	return next;
}

static const char *shown(const char *name)
{
	return name ? name : "(not known)";
}

/* The first few; JSON and CSV have all. Are some left out? */
static bool text_others(FILE *to, const struct group *group)
{
	enum { SHOWN = 8 };
	const char *before = ": ";
	size_t count = 0;

	for (size_t i = 0; i < group->count; i = next_other(group, i), count++) {
		if (count >= SHOWN)
			continue;
		fputs(before, to);
		terminal_print(to, shown(group->first[i].other));
		before = ", ";
	}
	if (count > SHOWN)
		fprintf(to, " and %zu more", count - SHOWN);
	putc('\n', to);
	return count > SHOWN;
}

static bool text_group(FILE *to, const struct group *group)
{
	const char *before = "";

	terminal_print(to, shown(group->first->name));
	fputs(": ", to);
	for (size_t i = 0; i < KINDS; i++)
		if (group->counts[i]) {
			fprintf(to, "%s%" PRIu64 " %s", before, group->counts[i], kinds[i]);
			before = ", ";
		}
	return text_others(to, group);
}

static void json_group(
	struct json_writer *w, enum access_summary summary, const struct group *group)
{
	json_open(w, NULL, '{');
	json_string(w, summary == SUMMARY_VARIABLES ? "variable" : "function", group->first->name);
	for (size_t i = 0; i < KINDS; i++)
		json_number(w, kinds[i], group->counts[i]);
	json_open(w, summary == SUMMARY_VARIABLES ? "functions" : "variables", '[');
	for (size_t i = 0; i < group->count; i = next_other(group, i))
		json_string(w, NULL, group->first[i].other);
	json_close(w, ']');
	json_close(w, '}');
}

/* A row a pair: spreadsheets sum what they want. */
static void csv_group(struct access_listing *l, const struct group *group)
{
	for (size_t i = 0, next; i < group->count; i = next) {
		uint64_t counts[KINDS] = {0};

		next = next_other(group, i);
		for (size_t k = i; k < next; k++)
			counts[group->first[k].kind]++;
		csv_text(l->to, l->file->path);
		putc(',', l->to);
		csv_text(l->to, l->file->member);
		putc(',', l->to);
		csv_text(l->to, group->first->name);
		putc(',', l->to);
		csv_text(l->to, group->first[i].other);
		for (size_t k = 0; k < KINDS; k++)
			fprintf(l->to, ",%" PRIu64, counts[k]);
		fputs("\r\n", l->to);
	}
}

void access_summary_write(struct access_listing *l, enum access_summary summary,
	struct summary_entry *entries, size_t count)
{
	if (count)
		qsort(entries, count, sizeof(*entries), compare);
	for (size_t at = 0; at < count;) {
		const struct group group = group_at(entries + at, count - at);

		if (l->format == ACCESS_JSON)
			json_group(&l->json, summary, &group);
		else if (l->format == ACCESS_CSV)
			csv_group(l, &group);
		else
			l->shortened = text_group(l->to, &group) || l->shortened;
		at += group.count;
	}
	l->rows = count;
}
