// SPDX-License-Identifier: GPL-2.0-only
/* What the oracle says: the first rule broken, or that all hold. */
#ifndef ORACLE_VERDICT_H
#define ORACLE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "oracle/rules.h"

#define VERDICT_NO_LEVEL 4 /* the rule is about no level of the tables */
#define VERDICT_SIGNATURE_SIZE 128
#define VERDICT_DETAIL_SIZE 128

struct verdict {
	enum rule rule; /* RULE_NONE: all rules hold, and nothing below counts */
	const char *mapper;
	const char *call; /* kind of the call */
	unsigned op;      /* its place in the scenario, from 0 */
	unsigned page_shift;
	int level;
	uint64_t va; /* the first address that shows it */
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
};

/* The stable line that names a failure, without a newline. `line` has VERDICT_SIGNATURE_SIZE bytes. */
void verdict_signature(const struct verdict *v, char *line);

/*
 * Whether two signature lines name one kind of failure: they are equal but
 * for the place of the op among the ops, since those before it may go.
 */
bool verdict_same_kind(const char *signature, const char *other);

/* The signature line, then rule, address, what was expected and what is there. */
void verdict_print(const struct verdict *v, FILE *to);

/* 4k, 16k or 64k. */
const char *granule_name(unsigned page_shift);

#endif
