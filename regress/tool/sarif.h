// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings as SARIF 2.1.0 (OASIS, 2020), which code hosts show beside the
 * code: every rule that there is, and a result for each scenario that fails.
 */
#ifndef REGRESS_TOOL_SARIF_H
#define REGRESS_TOOL_SARIF_H

#include <stdbool.h>
#include <stdio.h>

#include "mapper/machine/event.h"
#include "oracle/verdict.h"
#include "regress/tool/output.h"

struct sarif {
	struct output out;
	unsigned results;
};

/* Opens the report; false after a message when it cannot be written. */
bool sarif_begin(struct sarif *sarif, const char *path);

/* Where the op at fault stands. */
struct sarif_place {
	const char *file; /* of the scenario */
	unsigned line;    /* from 1 */
};

/*
 * One finding: in the scenario, at its op; where a tree is played, first of
 * all in the tree, at the warning (see player.warning) if there is one, or
 * else at the function that was called. `stored` is where the entry at
 * fault was stored, or NULL: it is a related location.
 */
void sarif_result(struct sarif *sarif, const struct verdict *verdict, const struct sarif_place *op,
		  const char *warning, const struct source_place *stored);

/* Closes it; false after a message when something was not written. */
bool sarif_end(struct sarif *sarif);

#endif
