// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a Linux tree was measured to do (fuzz/measure.h) and no policy of a
 * scenario says. All zero: it does what the policy says, and all is judged.
 * Only a tree's own code is judged by it; the models keep to the policy.
 */
#ifndef ORACLE_TREE_KNOBS_H
#define ORACLE_TREE_KNOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/mapper.h"
#include "oracle/rules.h"

/* What comes of an entry in use below a block of vmalloc(). */
enum block_busy {
	BLOCK_BUSY_BY_SERIES, /* as the policy's series: -EBUSY, and a BUG() before it */
	BLOCK_BUSY_WARNS,     /* a warning, and -EBUSY */
	BLOCK_BUSY_FLAT,      /* a warning, and -ENOMEM */
	BLOCK_BUSY_BUG,
};

struct tree_knobs {
	struct {
		bool no_groups;         /* it makes no contiguous groups of pages */
		uint8_t no_blocks;      /* it makes no blocks at level n: bit n */
		bool ignores_max_shift; /* its leaves are as large under nohugeiomap */
		rule_set unjudged;      /* RULE_BIT() of what cannot be judged of it */
	} call[CALL_KINDS];
	bool flat_errors; /* -ENOMEM stands for each errno of a page array */
	enum block_busy block_busy;
	bool walks_again; /* vmalloc() walks from the root for each block: its loads are not owed */
	bool splits;      /* set_memory was seen to split a leaf */
	/* set_direct_map leaves a Realm's linear map as it is, where any other kernel was told to. */
	bool realm_keeps_linear_map;
	bool keeps_tail; /* vrealloc() never unmaps what is cut off (Linux 6.12) */
	bool unmarked;   /* what it makes invalid has no mark (nG, PTE_PRESENT_INVALID) */
};

#endif
