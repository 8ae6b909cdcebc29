// SPDX-License-Identifier: GPL-2.0-only
/* The first lines of a sanitizer's report, as the same failure gives them in each run. */
#ifndef REGRESS_TOOL_SANITIZER_TEXT_H
#define REGRESS_TOOL_SANITIZER_TEXT_H

#include <stdio.h>

/*
 * Prints of a report what is wrong and, of its first stack, the frames that
 * lie in `tree`, by file and line of the tree; without such frames the first.
 * Process numbers and the host's addresses, which differ from run to run, are
 * left out. Of a text that is not a report: its first lines. A line each, indented.
 */
void sanitizer_text_print(const char *report, const char *tree, FILE *to);

#endif
