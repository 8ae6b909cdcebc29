// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each kind of mapper owes. It is said here, by kind, and not by the
 * mapper: what is under test does not set its own bar.
 */
#ifndef ORACLE_OWED_H
#define ORACLE_OWED_H

#include "mapper/mapper.h"

struct owed {
	bool large_leaves;  /* leaves as large as the policy says; if not, single pages */
	bool before_series; /* shapes and errors of the kernel before the series, under any policy */
	bool cost;          /* the series' bounds on work, and TLB maintenance as arm64 does it */
	bool batches;       /* neighbouring entries of a table are stored by one event */
	bool counts_missed; /* whether large leaves that the policy forgoes are counted */
};

/* What a mapper of that kind owes; a tree, what mappers of its policy do. Static. */
const struct owed *owed_by(enum mapper_kind kind, const struct policy *policy);

#endif
