// SPDX-License-Identifier: GPL-2.0-only
/* What exhaustive and soak have in common: they play on until the first finding, and show it. */
#ifndef REGRESS_TOOL_SEARCH_H
#define REGRESS_TOOL_SEARCH_H

#include "fuzz/player.h"
#include "regress/tool/workers.h"

struct search {
	struct player *player; /* of this process */
	uint64_t cases,
		met;      /* the latter: calls that the mapper under test made while another ran */
	uint64_t finding; /* number of the first, or NO_FINDING */
};

/* Readies a process for playing; ends it when the host has no memory. */
void search_begin(struct search *search);

/* Counts what one chunk gave. */
void search_take(struct search *search, const struct chunk_result *result);

/*
 * Plays *s again and prints its verdict, the line `where`, the scenario and
 * the next command; writes it to `output` if that is not NULL. An exit code:
 * EXIT_RULE_BROKEN, or EXIT_UNUSABLE after a message when it cannot be
 * written.
 */
int search_report(struct search *search, const struct scenario *s, const char *where,
		  const char *output);

#endif
