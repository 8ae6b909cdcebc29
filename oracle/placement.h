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
 */
#ifndef ORACLE_PLACEMENT_H
#define ORACLE_PLACEMENT_H

#include "mapper/mapper.h"
#include "oracle/arm64/geometry.h"

/* Where to look, in the pages of a call. */
struct placement {
	const struct arm64_geometry *g;
	const struct policy *policy;
	const uint64_t *page; /* NULL: pfn, pfn + 1, ... */
	uint64_t pfn;
	uint64_t first, pages; /* in the space; of the call */
	uint64_t block;        /* pages of a block if all are alike; 0: as vmap() finds them */
	unsigned max_shift;    /* log2 bytes of the largest leaf */
	bool groups;           /* whether there are contiguous groups */
	bool blocks;           /* whether there are blocks at all */

	/* The block, or the pages between blocks, that were found last: indexes into the call. */
	uint64_t from, to;
	bool in_block;
	bool stopped;  /* no block comes any more */
	uint64_t runs; /* of neighbouring blocks of one size, so far */
	uint64_t size; /* of the last block */
};

/* Large leaves that a call's pages could have been part of, if not for one thing: in pages. */
struct missed {
	uint64_t behind_single; /* the search had stopped at a single page */
	uint64_t skewed;        /* VA and PA are not aligned alike, or the block ends too soon */
	uint64_t unaligned;     /* the pfn's alignment is below a group's */
	uint64_t policy;        /* the policy has no large leaves here */
};

/* Pages [index, end) of the call that are mapped by leaves of one kind. */
struct placed {
	uint64_t end;
	int level;
	bool contiguous;
};

/* What stands at page `index` of the call; to be asked in ascending order. */
struct placed placement_at(struct placement *p, uint64_t index);

/* Adds the pages of [index, end), which are single ones, to the cause that made them so. */
void placement_missed(const struct placement *p, uint64_t index, uint64_t end,
		      struct missed *missed);

#endif
