// SPDX-License-Identifier: GPL-2.0-only
/* What the forms of an export share. */
#ifndef REGRESS_TOOL_EXPORT_H
#define REGRESS_TOOL_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "fuzz/player.h"
#include "fuzz/scenario.h"

struct finding {
	struct player *player;
	const struct scenario *scenario;
	struct verdict verdict; /* RULE_NONE: all rules hold */
	unsigned which;         /* mapper */
	const struct op *op;    /* at which it broke, or the last */
};

/* Whether C can make the finding's call: its row says how, and every page is a real one. Else a message. */
bool is_callable(const struct finding *f, const char *as);

/* The scenario's text, each line of it after `indent`. */
void print_indented_scenario(const struct scenario *s, const char *indent, FILE *to);

/* A file for a kernel, with a suite of KUnit. False after a message when no caller can make the finding. */
bool export_kunit(const struct finding *f, FILE *to);

#endif
