// SPDX-License-Identifier: GPL-2.0-only
/*
 * The leaf that must stand at each address of a mapping call, from page
 * array, address and policy alone.
 *
 * A block is a piece of the call whose pages lie together in memory, and
 * which the policy allows to be mapped with large leaves. Inside of a block,
 * a leaf of some size stands at every window of that size, aligned in VA, that
 * lies in the block and is aligned in PA; the largest size first. Elsewhere
 * are single pages.
 *
 *   vmap      from each page on: as many as are consecutive, at most as many
 *             as the pfn is aligned to, and a power of two; none below a group;
 *             none behind a page without one, if the policy stops there
 *             (facts of the series: vmap_batched())
 *   vmalloc   the blocks that the call says it kept
 *   ioremap   the whole range
 *   linear    the same
 */
#ifndef ORACLE_PLACEMENT_H
#define ORACLE_PLACEMENT_H

#include "mapper/mapper.h"
#include "oracle/arm64/granule.h"

/* Where to look, in the pages of a call. */
struct placement {
	const struct arm64_geometry *g;
	const struct policy *policy;
	const uint64_t *page; /* NULL: pfn, pfn + 1, ... */
	uint64_t pfn;
	uint64_t first, pages; /* in the space; of the call */
	uint64_t block;        /* pages of a block if all are alike; 0: as vmap() finds them */
	unsigned max_shift;    /* log2 bytes of the largest leaf */
	bool groups;           /* whether there are contiguous groups of pages */
	bool block_groups;     /* and of level 2 blocks */
	bool blocks;           /* whether there are blocks at all */
	uint8_t no_blocks;     /* levels, 1 << each, at which the call makes none */

	/* The block, or the pages between blocks, that were found last: indexes into the call. */
	uint64_t from, to;
	bool in_block;
	bool stopped;  /* no block comes any more */
	uint64_t runs; /* of neighbouring blocks of one size, so far */
	uint64_t size; /* of the last block */
};

/* Why a leaf is smaller than the pages' order in memory would allow. */
enum missed_cause {
	MISSED_BEHIND_SINGLE, /* the search had stopped at a single page */
	MISSED_SKEW, /* VA and PA are not aligned alike, or the block begins or ends inside */
	MISSED_PFN_ALIGNMENT, /* the pfns are consecutive, and aligned to less than the leaf */
	MISSED_MAX_SHIFT,     /* the policy allows no leaf so large */
	MISSED_POLICY,        /* the policy has no large leaves for this call */
	MISSED_CAUSES,
};

/* Pages that were mapped one by one where groups might have been, and by groups where blocks might. */
struct missed {
	uint64_t groups[MISSED_CAUSES], blocks[MISSED_CAUSES];
};

/* Pages [index, end) of the call that are mapped by leaves of one kind. */
struct placed {
	uint64_t end;
	int level;
	bool contiguous;
};

/* What stands at page `index` of the call; to be asked in ascending order. */
struct placed placement_at(struct placement *p, uint64_t index);

/* Adds the pages of [index, end), a piece of single pages or of groups, to what they missed. */
void placement_missed(const struct placement *p, uint64_t index, const struct placed *placed,
		      struct missed *missed);

#endif
