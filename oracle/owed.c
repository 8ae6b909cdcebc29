// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/owed.h"

#include "mapper/machine/assert.h"

static const struct owed table[] = {
	[MAPPER_SERIES] = { .large_leaves = true, .cost = true, .counts_missed = true },
	[MAPPER_PRIOR] = { .large_leaves = true, .before_series = true },
	[MAPPER_PAGES] = { 0 },
};

const struct owed *owed_by(enum mapper_kind kind, const struct policy *policy)
{
	if (kind == MAPPER_TREE)
		kind = policy->series == POLICY_PRIOR ? MAPPER_PRIOR : MAPPER_SERIES;
	ASSERT_CMP((unsigned)kind, <, sizeof(table) / sizeof(table[0]));
	return &table[kind];
}
