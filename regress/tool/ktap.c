// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/ktap.h"

#include <string.h>

void ktap_begin(FILE *to, unsigned tests)
{
	fprintf(to, "KTAP version 1\n1..%u\n", tests);
}

static void put_diagnostics(FILE *to, const char *words)
{
	for (const char *line = words; *line;) {
		int length = (int)strcspn(line, "\n");
		if (length)
			fprintf(to, "# %.*s\n", length, line);
		line += length + (line[length] == '\n');
	}
}

/* A `#` in a name would begin a directive. */
static void put_name(FILE *to, const char *name)
{
	for (const char *c = name; *c; c++)
		fputc(*c == '#' || (unsigned char)*c < 0x20 ? '_' : *c, to);
}

void ktap_test(FILE *to, unsigned number, bool passed, const char *name, const char *words)
{
	put_diagnostics(to, words);
	fprintf(to, "%s %u ", passed ? "ok" : "not ok", number);
	put_name(to, name);
	fputc('\n', to);
}

void ktap_end(FILE *to, unsigned passed, unsigned failed, unsigned errors)
{
	fprintf(to, "# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:0 error:%u\n", passed, failed,
		errors);
}
