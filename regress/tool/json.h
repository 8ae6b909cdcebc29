// SPDX-License-Identifier: GPL-2.0-only
#ifndef REGRESS_TOOL_JSON_H
#define REGRESS_TOOL_JSON_H

#include <stdio.h>

/* Writes text as a JSON string with its quotes; `<` escaped too, so that it may stand in a page. */
void json_text(FILE *to, const char *text);

#endif
