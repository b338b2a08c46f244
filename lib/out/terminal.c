#include "lib/out/terminal.h"

#include "lib/out/json_writer.h"

unsigned terminal_length(const unsigned char *s)
{
	unsigned length = utf8_length(s);

	/* C1 controls are two bytes, c2 80 to c2 9f. */
	if (*s < 0x20 || *s == 0x7f || (length == 2 && *s == 0xc2 && s[1] < 0xa0))
		return 0;
	return length;
}

void terminal_print(FILE *to, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		unsigned length = terminal_length(s);

		if (!length) {
			fprintf(to, "\\x%02x", *s);
			s++;
			continue;
		}
		fwrite(s, 1, length, to);
		s += length;
	}
}
