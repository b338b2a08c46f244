/* What is written is data to its reader, whatever bytes it holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/out/emitter.h"
#include "lib/out/json_writer.h"
#include "lib/out/terminal.h"

static char *output;
static size_t output_size;

static FILE *start(void)
{
	FILE *to = open_memstream(&output, &output_size);

	assert_non_null(to);
	return to;
}

static void assert_written(FILE *to, const char *expected)
{
	assert_int_equal(fclose(to), 0);
	assert_string_equal(output, expected);
	free(output);
}

static void assert_string(const char *text, const char *expected)
{
	struct json_writer w = {.to = start()};

	json_string(&w, NULL, text);
	assert_written(w.to, expected);
}

static void strings(void **state)
{
	(void)state;
	assert_string(NULL, "null");
	assert_string("", "\"\"");
	assert_string("a\"b\\c/", "\"a\\\"b\\\\c/\"");
	assert_string("\x01\t\n\x1b[0m\x7f", "\"\\u0001\\u0009\\u000a\\u001b[0m\\u007f\"");
	assert_string("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7",
		"\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7\"");
}

static void invalid_utf8(void **state)
{
	(void)state;
	assert_string("\xff", "\"\\ufffd\"");
	assert_string("\xc3", "\"\\ufffd\"");
	assert_string("\xc3(", "\"\\ufffd(\"");
	assert_string("\xe2\x82", "\"\\ufffd\\ufffd\"");
	assert_string("\xc0\xaf", "\"\\ufffd\\ufffd\"");	    /* overlong */
	assert_string("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""); /* a surrogate */
	assert_string("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	assert_string("\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"");
}

static void numbers(void **state)
{
	struct json_writer w = {.to = start()};

	(void)state;
	json_open(&w, NULL, '[');
	json_number(&w, NULL, 0);
	json_number(&w, NULL, UINT64_C(1) << 53);
	json_number(&w, NULL, (UINT64_C(1) << 53) + 1);
	json_number(&w, NULL, UINT64_MAX);
	json_address(&w, NULL, UINT64_MAX);
	json_null(&w, NULL);
	json_close(&w, ']');
	assert_written(w.to, "[\n  0,\n  9007199254740992,\n  \"9007199254740993\",\n  "
			     "\"18446744073709551615\",\n  \"0xffffffffffffffff\",\n  null\n]\n");
}

static void nesting(void **state)
{
	struct json_writer w = {.to = start()};

	(void)state;
	json_open(&w, NULL, '{');
	json_open(&w, "empty", '[');
	json_close(&w, ']');
	json_open(&w, "a\n", '[');
	json_open(&w, NULL, '{');
	json_string(&w, "k", "v");
	json_close(&w, '}');
	json_number(&w, NULL, 1);
	json_close(&w, ']');
	json_close(&w, '}');
	assert_written(w.to,
		"{\n  \"empty\": [],\n  \"a\\u000a\": [\n    {\n      \"k\": \"v\"\n    },\n    "
		"1\n  ]\n}\n");
}

static void as_deep_as_it_goes(void **state)
{
	struct json_writer w = {.to = start()};
	char *closed;

	(void)state;
	for (unsigned i = 0; i < JSON_DEPTH - 1; i++)
		json_open(&w, NULL, '[');
	for (unsigned i = 0; i < JSON_DEPTH - 1; i++)
		json_close(&w, ']');
	assert_int_equal(fclose(w.to), 0);
	closed = strstr(output, "[]");
	assert_non_null(closed);
	free(output);
}

static void terminal(void **state)
{
	FILE *to = start();

	(void)state;
	terminal_print(to, "a\033[2J\n\x7f \xc2\x9b"
			   "31m \xc2\xa9 \xff\xc3");
	assert_written(to, "a\\x1b[2J\\x0a\\x7f \\xc2\\x9b31m \xc2\xa9 \\xff\\xc3");
}

/* Every name that comes from the file, in every place of the text where one stands. */
static void text_is_safe(void **state)
{
	static const char bad[] = "\033]0;x\a\n\xc2\x9b";
	const struct report_layout layout = {
		.profile = "user", .profile_source = bad, .section = bad, .variables = 1};
	const struct report_finding finding = {.check = "c",
		.layout = bad,
		.message = bad,
		.fix = bad,
		.section = bad,
		.symbol = bad,
		.source_file = bad,
		.fingerprint = "0"};
	const struct report_skip skip = {"c", bad, bad};
	const struct report_file file = {.path = bad,
		.member = bad,
		.verdict = bad,
		.layouts = &layout,
		.layout_count = 1,
		.findings = &finding,
		.finding_count = 1,
		.skipped = &skip,
		.skipped_count = 1};
	struct emission emission = {.to = start()};

	(void)state;
	emitter_text.begin(&emission);
	emitter_text.file(&emission, &file);
	emitter_text.end(&emission, &(struct report_summary){0});
	assert_int_equal(fclose(emission.to), 0);
	assert_null(strpbrk(output, "\033\a"));
	assert_null(strstr(output, "\xc2\x9b"));
	free(output);
}

static void notes_are_counted(void **state)
{
	struct report_finding findings[10];
	const struct report_file file = {.path = "k", .findings = findings, .finding_count = 10};
	struct emission emission = {.to = start()};

	(void)state;
	for (size_t i = 0; i < 10; i++)
		findings[i] = (struct report_finding){
			.check = i < 9 ? "a" : "b", .message = "m", .severity = SEVERITY_NOTE};
	emitter_text.file(&emission, &file);
	assert_written(emission.to,
		"k: note: m [a]\nk: note: m [a]\nk: note: m [a]\nk: note: m [a]\n"
		"k: note: and 5 more like it; --format json lists them [a]\n"
		"k: note: m [b]\nk: clean\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings),
		cmocka_unit_test(invalid_utf8),
		cmocka_unit_test(numbers),
		cmocka_unit_test(nesting),
		cmocka_unit_test(as_deep_as_it_goes),
		cmocka_unit_test(terminal),
		cmocka_unit_test(text_is_safe),
		cmocka_unit_test(notes_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
