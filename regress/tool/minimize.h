// SPDX-License-Identifier: GPL-2.0-only
/* Smaller scenarios that fail in the same way. */
#ifndef REGRESS_TOOL_MINIMIZE_H
#define REGRESS_TOOL_MINIMIZE_H

#include "regress/tool/child_run.h"

/*
 * Makes *s as small as it gets and gives the signature of what it is then.
 * False if all rules hold in it, or, after a message, when the host cannot
 * start a process.
 */
bool minimize_scenario(struct player *player, struct scenario *s, struct child_run *result);

/* Writes *s with its signature on top; to standard output without a path. False after a message. */
bool write_scenario(const struct scenario *s, const char *signature, const char *path);

#endif
