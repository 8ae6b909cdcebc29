// SPDX-License-Identifier: GPL-2.0-only
/* How a broken rule is reported: by fail() at the end of a call, by trace_fail() while it runs. */
#ifndef ORACLE_PROPERTIES_FAIL_H
#define ORACLE_PROPERTIES_FAIL_H

#include "oracle/oracle.h"

/*
 * Reports that `rule` is broken at `page` of the space and `level` of the
 * tables, or VERDICT_NO_LEVEL. The texts are copied. Returns false, which ends
 * the judging of the call; true where the rule is waived, and judging goes on.
 * oracle_exercised() was called for the rule before.
 */
bool fail(struct oracle *o, enum rule rule, int level, uint64_t page, const char *expected,
	  const char *found);

/* The same of a step of the call. The first one is kept until the end of the call is judged. */
void trace_fail(struct oracle *o, enum rule rule, int level, uint64_t page, const char *expected,
		const char *found);

#endif
