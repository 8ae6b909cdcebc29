// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk down the tables that maps a run of blocks without starting again
 * at the root for each (the series' vmap_pages_range_noflush_walk(); facts of
 * "mm/vmalloc: Speed up ioremap, vmalloc and vmap with contiguous memory").
 */
#ifndef MAPPER_BATCHED_WALK_H
#define MAPPER_BATCHED_WALK_H

#include "mapper/batched/descriptor.h"
#include "mapper/batched/geometry.h"
#include "mapper/mapper.h"

/*
 * Pages whose every naturally counted block of 1 << shift bytes, from `start`
 * on, is physically contiguous and aligned to its size. Nothing holds across
 * blocks.
 */
struct run {
	const uint64_t *page;
	uint64_t start, end; /* offsets in the space */
	unsigned shift;      /* log2 bytes of a block, at least the page's */
};

struct walk {
	struct address_space *space;
	struct machine *machine;
	struct geometry g;
	uint64_t attributes; /* of every leaf of this call */
	bool cont_ptes;      /* whether the policy has groups of contiguous pages */
	struct run run;
};

void walk_begin(struct walk *w, struct address_space *space, enum prot prot);

/* Maps one run. 0, -ENOMEM, -EINVAL or -EBUSY, as vmap of mapper.h has it. */
int walk_map_run(struct walk *w, struct run run);

/* Completes what the walks of one call stored, and tells caches of [va, va + bytes). */
void walk_finish(struct walk *w, uint64_t va, uint64_t bytes);

/* The page for an offset inside the run: a pfn, PAGE_HOLE or PAGE_BAD. */
static inline const uint64_t *run_page(const struct walk *w, uint64_t offset)
{
	return &w->run.page[(offset - w->run.start) >> w->g.page_shift];
}

/* Bytes from `offset` to the end of the verified block it lies in. */
static inline uint64_t block_left(const struct walk *w, uint64_t offset)
{
	uint64_t size = UINT64_C(1) << w->run.shift;
	return size - ((offset - w->run.start) & (size - 1));
}

/*
 * pmd.c: puts a block at PMD level for exactly [offset, end) if it may stand
 * there; false if not, and then smaller leaves are to be tried.
 */
bool walk_try_pmd_block(struct walk *w, table_t table, uint64_t offset, uint64_t end);

/* pte.c: maps [offset, end), which lies in one table of pages. */
int walk_map_ptes(struct walk *w, table_t table, uint64_t offset, uint64_t end);

#endif
