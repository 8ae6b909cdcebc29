// SPDX-License-Identifier: GPL-2.0-only
/* What a mapper was put through, counted call by call, and how that is told to people. */
#ifndef FUZZ_STATISTICS_H
#define FUZZ_STATISTICS_H

#include <stdio.h>

#include "oracle/oracle.h"

/* Reasons for which calls were not made; when there are more, the last one stands for the rest. */
#define STATISTICS_MAX_REASONS 32
#define STATISTICS_OTHER_REASONS "other reasons"

struct skipped {
	const char *name, *why; /* a word and a sentence; static */
	uint64_t calls;
};

/* All zero: nothing was played. */
struct statistics {
	uint64_t scenarios;   /* played on the mapper */
	uint64_t unsupported; /* scenarios on a machine that it does not have: not played */
	/* Calls of the scenarios, and the unmaps by which callers of failed mappings clean up. */
	uint64_t requested;
	uint64_t calls; /* of them: judged */
	/* Of them: made while two calls met, of which the other one broke a rule or is waived. Not judged. */
	uint64_t unjudged;
	uint64_t skipped_calls; /* of them: not made; no other is left */
	struct skipped
		skipped[STATISTICS_MAX_REASONS]; /* the same by reason, up to the first NULL */
	/* Calls that were made while another ran; and that were to be, and were made after it. */
	uint64_t met, apart;
	struct examined examined; /* by all calls */
};

/* Counts a call that was judged, and what its judging looked at. */
void statistics_add_call(struct statistics *s, const struct examined *examined);

/* Counts what the judging of something else looked at: the rules alone. */
void statistics_add_rules(struct statistics *s, const struct examined *examined);

/* Counts calls that were not made. Borrows the reason's name and sentence for good. */
void statistics_add_skipped(struct statistics *s, const char *name, const char *why,
			    uint64_t calls);

/* Adds what was counted apart. Borrows the reasons of `more` for good. */
void statistics_add(struct statistics *s, const struct statistics *more);

/* Rules that were exercised; of how many. */
unsigned statistics_rules(const struct statistics *s);
#define STATISTICS_RULES (RULE_COUNT - 1)

/* A cause by name, for MISSED_CAUSES. Static. */
const char *statistics_cause(enum missed_cause cause);

/* `WHAT: S scenarios, C calls judged, R of N rules exercised`; names the others if they are few. */
void statistics_print(const char *what, const struct statistics *s, FILE *to);

/* The same, and pages by kind of leaf. */
void statistics_print_pages(const char *what, const struct statistics *s, FILE *to);

/*
 * A table of what became of the calls: judged, or not made by which reason,
 * with shares of all.
 */
void statistics_print_calls(const struct statistics *s, FILE *to);

/* How many pages missed a large leaf, by cause: up to two lines; nothing when none did. */
void statistics_print_missed(const struct missed *missed, FILE *to);

#endif
