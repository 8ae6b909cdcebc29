// SPDX-License-Identifier: GPL-2.0-only
/*
 * Findings of many scenarios, grouped by signature: how many scenarios each
 * has, and how its smallest is made again. They are plain memory without
 * pointers, so that processes can share them.
 */
#ifndef REGRESS_TOOL_FINDINGS_H
#define REGRESS_TOOL_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fuzz/rng.h"
#include "oracle/verdict.h"

#define FINDINGS_MAX 512
#define FINDING_NAME_SIZE VERDICT_SIGNATURE_SIZE

/* What a scenario is made from: its number, and the generator's state before it. */
struct origin {
	uint64_t item;
	struct rng rng;
};

struct finding {
	char signature[VERDICT_SIGNATURE_SIZE];
	uint64_t scenarios;
	uint64_t size; /* scenario_size() of the smallest; the first of several that are as small */
	struct origin smallest;
};

/* In the order of their first scenarios. All zero: none. */
struct findings {
	unsigned count;
	uint64_t failing;   /* scenarios, with and without a place in a group */
	uint64_t ungrouped; /* scenarios of signatures for which there was no room */
	struct finding finding[FINDINGS_MAX];
};

/* Adds a scenario that fails by the signature line, in the order of their numbers. */
void findings_add(struct findings *f, const char *signature, uint64_t size,
		  const struct origin *origin);

/* Whether a scenario of that size would be the smallest of its signature's. */
bool findings_would_keep(const struct findings *f, const char *signature, uint64_t size);

/*
 * A name for a signature's file, without an extension: its words, of letters,
 * digits, '.' and '-'. `tested` is the mapper that a name does not mention.
 */
void finding_name(const char *signature, const char *tested, char name[FINDING_NAME_SIZE]);

#endif
