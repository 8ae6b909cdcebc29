// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work in numbered chunks, done by processes of this one on all cores, with a
 * result that does not depend on how many there are.
 */
#ifndef REGRESS_TOOL_WORKERS_H
#define REGRESS_TOOL_WORKERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "oracle/rules.h"

#define WORKERS_MAX 256
#define NO_FINDING UINT64_MAX

/* What came of one chunk. */
struct chunk_result {
	uint64_t chunk;
	uint64_t cases;  /* played */
	uint64_t met;    /* calls that the mapper under test made while another ran */
	uint64_t digest; /* of all their verdicts, in order */
	uint64_t
		calls; /* judged, of the mapper under test; and RULE_BIT() of what they exercised */
	rule_set rules;
	uint64_t finding; /* number of the first case that broke a rule, or NO_FINDING */
};

struct work {
	const char *what; /* for lines of progress */
	uint64_t chunks;
	unsigned workers; /* 0: workers_default() */
	/* Plays one chunk, in a process of its own that `begin` has readied. */
	void (*begin)(void *context);
	void (*play)(void *context, uint64_t chunk, struct chunk_result *result);
	/* Takes a result in the parent. Results come in any order: what is made of them must not. */
	void (*take)(void *context, const struct chunk_result *result);
	/* Adds to a line of progress, which the caller ends. NULL: nothing. */
	void (*progress)(void *context, FILE *to);
	void *context;
};

/* The cores that this process may run on, which can be fewer than the machine has; WORKERS_MAX at most. */
unsigned workers_default(void);

/*
 * Does all chunks, or all up to the first one with a finding and perhaps
 * some after it, with a line of progress every few seconds, and after a
 * minute every minute, on standard error. False when a worker died; what it had to say stands there too.
 */
bool workers_run(const struct work *work);

#endif
