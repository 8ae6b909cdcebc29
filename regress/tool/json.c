// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/json.h"

#include <stdbool.h>

/* Bytes of the UTF-8 character at `c`; 0 if there is none (Unicode, table 3-7). */
static unsigned character(const unsigned char *c)
{
	const unsigned more = c[0] >= 0xf0 ? 3 : c[0] >= 0xe0 ? 2 : 1;
	const bool second = c[0] == 0xe0   ? c[1] >= 0xa0
			    : c[0] == 0xed ? c[1] < 0xa0 /* no surrogate */
			    : c[0] == 0xf0 ? c[1] >= 0x90
			    : c[0] == 0xf4 ? c[1] < 0x90
					   : true;
	if (c[0] < 0x80)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4 || !second)
		return 0;
	for (unsigned i = 1; i <= more; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return 1 + more;
}

/* Names of files need not be UTF-8, and JSON is. */
void json_text(FILE *to, const char *text)
{
	unsigned bytes;
	fputc('"', to);
	for (const char *c = text; *c; c += bytes ? bytes : 1) {
		bytes = character((const unsigned char *)c);
		if (*c == '\n')
			fputs("\\n", to);
		else if (*c == '"' || *c == '\\')
			fprintf(to, "\\%c", *c);
		else if ((unsigned char)*c < 0x20 || *c == '<')
			fprintf(to, "\\u%04x", (unsigned char)*c);
		else if (bytes)
			fwrite(c, 1, bytes, to);
		else
			fputs("\\ufffd", to);
	}
	fputc('"', to);
}
