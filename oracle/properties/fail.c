// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/properties/fail.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/properties.h"

static struct verdict verdict_of(const struct oracle *o, enum rule rule, int level, uint64_t page,
				 const char *expected, const char *found)
{
	ASSERT_CMP(rule, >, RULE_NONE);
	ASSERT_CMP(rule, <, RULE_COUNT);
	ASSERT_CMP(level, >=, ARM64_FIRST_LEVEL);
	ASSERT_CMP(level, <=, VERDICT_NO_LEVEL);
	struct verdict v = {
		.rule = rule,
		.mapper = o->mapper->name,
		.call = call_traits(o->call->kind)->name,
		.op = o->in.op,
		.page_shift = o->g.granule,
		.level = level,
		.va = oracle_va(o, page),
	};
	snprintf(v.expected, sizeof(v.expected), "%s", expected);
	snprintf(v.found, sizeof(v.found), "%s", found);
	return v;
}

_Static_assert(VERDICT_NO_LEVEL == ARM64_LAST_LEVEL + 1, "no level of the tables");

/*
 * Whether the rule is waived, of which note is taken. Of a rule that cannot be
 * judged none is: nothing went wrong as far as is known, and the scenario goes on.
 */
static bool waive(struct oracle *o, enum rule rule)
{
	if (o->tree->call[o->call->kind].unjudged & RULE_BIT(rule))
		return true;
	bool waived = waives_rule(&o->waivers, rule);
	o->waived |= waived;
	return waived;
}

bool fail(struct oracle *o, enum rule rule, int level, uint64_t page, const char *expected,
	  const char *found)
{
	ASSERT_CMP(o->verdict.rule, ==, RULE_NONE); /* a broken rule ends the judging of its call */
	ASSERT(o->examined.rules & RULE_BIT(rule)); /* oracle_exercised() came before */
	if (waive(o, rule))
		return true;
	o->verdict = verdict_of(o, rule, level, page, expected, found);
	return false;
}

void trace_fail(struct oracle *o, enum rule rule, int level, uint64_t page, const char *expected,
		const char *found)
{
	if (!o->trace.judging || o->trace.verdict.rule != RULE_NONE)
		return;
	ASSERT(o->examined.rules & RULE_BIT(rule)); /* oracle_exercised() came before */
	if (waive(o, rule))
		return;
	o->trace.verdict = verdict_of(o, rule, level, page, expected, found);
}

void oracle_describe(const struct oracle *o, int level, uint64_t desc, char *text)
{
	const char *contiguous = desc & ARM64_CONTIGUOUS ? ", Contiguous" : "";
	switch (arm64_kind(&o->g, level, desc)) {
	case ARM64_TABLE:
		snprintf(text, VERDICT_DETAIL_SIZE, "a table below level %d: 0x%016" PRIx64, level,
			 desc);
		return;
	case ARM64_LEAF:
		snprintf(text, VERDICT_DETAIL_SIZE, "level %d %s%s: 0x%016" PRIx64, level,
			 level == ARM64_LAST_LEVEL ? "page" : "block", contiguous, desc);
		return;
	case ARM64_INVALID:
		snprintf(text, VERDICT_DETAIL_SIZE, "a fault at level %d: 0x%016" PRIx64, level,
			 desc);
		return;
	}
}
