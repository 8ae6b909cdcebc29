// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a scenario fails, and how, played in a child process of its own,
 * so that a scenario on which a mapper crashes is judged like any other.
 */
#ifndef REGRESS_TOOL_CHILD_RUN_H
#define REGRESS_TOOL_CHILD_RUN_H

#include "fuzz/player.h"

/* A signature line; empty when all rules hold. */
struct child_run {
	char signature[VERDICT_SIGNATURE_SIZE];
};

/* Plays *s on all mappers. False, after a message, when the host cannot start a process. */
bool child_run_play(struct player *p, const struct scenario *s, struct child_run *result);

/* Whether two runs failed in the same way: verdict_same_kind(). */
bool child_run_same(const struct child_run *a, const struct child_run *b);

#endif
