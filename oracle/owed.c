// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/owed.h"

#include "mapper/machine/assert.h"

static const struct owed table[] = {
	[MAPPER_SERIES] = { .large_leaves = true,
			    .cost = true,
			    .batches = true,
			    .counts_missed = true },
	/* Each store of a tree's code is recorded by itself, as a loop makes it. */
	[MAPPER_TREE] = { .large_leaves = true, .cost = true, .counts_missed = true },
	[MAPPER_PRIOR] = { .large_leaves = true, .before_series = true },
	[MAPPER_PAGES] = { 0 },
};

const struct owed *owed_by(enum mapper_kind kind, const struct policy *policy)
{
	if (kind == MAPPER_TREE && policy->series == POLICY_PRIOR)
		kind = MAPPER_PRIOR;
	ASSERT_CMP((unsigned)kind, <, sizeof(table) / sizeof(table[0]));
	return &table[kind];
}
