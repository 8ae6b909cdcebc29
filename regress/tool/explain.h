// SPDX-License-Identifier: GPL-2.0-only
/* What led to a verdict, for who has a minute to understand it. */
#ifndef REGRESS_TOOL_EXPLAIN_H
#define REGRESS_TOOL_EXPLAIN_H

#include <stdio.h>

#include "fuzz/player.h"

/*
 * Explains the verdict of the scenario that was just played on mapper
 * `which`, up to the op that broke a rule: the op, the page of its array, the
 * events around the step, and a drawing of the group and the block around the
 * first wrong page. Lines of at most 79 columns.
 */
void explain(const struct player *p, const struct scenario *s, unsigned which,
	     const struct verdict *verdict, FILE *to);

/* Where the entry that the verdict is about was stored; NULL if none of that call did. Borrowed. */
const struct source_place *explain_stored(const struct player *p, unsigned which,
					  const struct verdict *verdict);

/*
 * Prints the events of that call, each on a line of its own, with those
 * together that batch.h joins: the number of the first, and what it is. The
 * number, from 0, of the line that the verdict is about; UINT32_MAX if none is.
 */
uint32_t explain_events(const struct player *p, unsigned which, const struct verdict *verdict,
			FILE *to);

#endif
