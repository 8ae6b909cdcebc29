// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/json.h"

void json_text(FILE *to, const char *text)
{
	fputc('"', to);
	for (const char *c = text; *c; c++) {
		if (*c == '\n')
			fputs("\\n", to);
		else if (*c == '"' || *c == '\\')
			fprintf(to, "\\%c", *c);
		else if ((unsigned char)*c < 0x20 || *c == '<')
			fprintf(to, "\\u%04x", (unsigned char)*c);
		else
			fputc(*c, to);
	}
	fputc('"', to);
}
