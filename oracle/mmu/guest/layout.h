// SPDX-License-Identifier: GPL-2.0-only
/* What lies where in guests that map: sizes of leaves, addresses, memory, and the random numbers. */
#ifndef ORACLE_MMU_GUEST_LAYOUT_H
#define ORACLE_MMU_GUEST_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "oracle/arm64/granule.h"

#define LAYOUT_BLOCKS 4  /* blocks of the window for blocks, and of the pool */
#define LAYOUT_EDGE 1024 /* pages on each side of the edge */
#define LAYOUT_NEAR 128  /* pages on each side of the end of the linear map's first block */

struct layout {
	struct machine_config config;
	struct arm64_geometry g;
	/* log2 bytes of a page, a group of pages, a level 2 block and a group of those. */
	unsigned page, group, block, block_group;
	uint64_t edge;   /* pages are mapped on both sides of it: where a level 1 entry begins */
	uint64_t blocks; /* LAYOUT_BLOCKS are mapped from here on */
	/* The linear map: a group of level 2 blocks; of 4K a level 1 block, which such groups come from. */
	uint64_t linear, linear_pa, linear_bytes;
	/* Memory that is mapped: the beginning of the linear map's. */
	uint64_t pool_pfn, pool_pages;
};

struct layout layout_of(unsigned page_shift);

/* TCR_EL1 of its machine; TTBR0's half is guest_mmu()'s. */
uint64_t layout_tcr(const struct layout *layout);

/* A number below `limit`, which is not 0; and whether something comes to be, of 100. */
uint64_t below(uint64_t limit);
bool chance(unsigned percent);

#endif
