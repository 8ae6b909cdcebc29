// SPDX-License-Identifier: GPL-2.0-only
/* Smaller scenarios that fail in the same way. */
#ifndef REGRESS_TOOL_MINIMIZE_H
#define REGRESS_TOOL_MINIMIZE_H

#include "regress/tool/child_run.h"

#define MINIMIZE_TRIALS 1000 /* scenarios that are tried, at most, if nobody says how many */

/* What is said after a result that met the bound. */
#define MINIMIZED_BOUNDED ", which is the bound: it may be larger than needed"

/* What came of minimizing. */
struct minimized {
	struct child_run
		run; /* of the smallest; its signature is empty if all rules hold in what was given */
	unsigned trials; /* scenarios that were played on the way */
	bool is_bounded; /* there was more to try */
};

/*
 * Makes *s as small as it gets by so many trials, which is at least 1, and
 * until an interrupt (interrupt.h); leaves it as it is if all rules hold in it.
 * False, after a message, when the host cannot start a process.
 */
bool minimize_scenario(struct player *player, struct scenario *s, uint64_t max_trials,
		       struct minimized *result);

/* How hard a scenario is to read: by runs, then by pages, then by ops. */
uint64_t scenario_size(const struct scenario *s);

/* Writes *s with its signature on top; to standard output without a path. False after a message. */
bool write_scenario(const struct scenario *s, const char *signature, const char *path);

#endif
