// SPDX-License-Identifier: GPL-2.0-only
/* What exhaustive and soak have in common: they play on until the first finding, and show it. */
#ifndef REGRESS_HUNT_H
#define REGRESS_HUNT_H

#include "fuzz/player.h"
#include "regress/workers.h"

struct hunt {
	struct player *player; /* of this process */
	uint64_t cases;
	uint64_t finding; /* number of the first, or NO_FINDING */
};

/* Readies a process for playing; ends it when the host has no memory. */
void hunt_begin(struct hunt *hunt);

/* Counts what one chunk gave. */
void hunt_take(struct hunt *hunt, const struct chunk_result *result);

/*
 * Plays *s again and prints its verdict, the line `where`, the scenario and
 * the next command; writes it to `output` if that is not NULL. An exit code:
 * EXIT_RULE_BROKEN, or EXIT_UNUSABLE after a message when it cannot be
 * written.
 */
int hunt_report(struct hunt *hunt, const struct scenario *s, const char *where, const char *output);

#endif
