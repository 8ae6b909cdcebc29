// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that a mapper did, as JSON lines, so that a checker from elsewhere can
 * judge it. regress/FINDING.md says what stands in each line;
 * regress/test/events.schema.json is the schema of one.
 */
#ifndef REGRESS_TOOL_EVENTS_H
#define REGRESS_TOOL_EVENTS_H

#include <stdbool.h>
#include <stdio.h>

#include "fuzz/player.h"

/* Goes up when a member is removed or means something else; new ones may come without. */
#define EVENTS_VERSION 1

/*
 * Plays the prepared scenario on mapper `which`, to its end or to the first
 * rule that breaks, and writes what happened. Each step is written out before
 * the next begins. False if `to` could not be written.
 */
bool events_write(struct player *p, const struct scenario *s, unsigned which, FILE *to);

#endif
