// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk down the tables that maps a run without starting again at the
 * root for each block: the series' vmap_pages_range_noflush_walk() for page
 * arrays, and vmap_range_noflush() for a physical range (facts of
 * "mm/vmalloc: Speed up ioremap, vmalloc and vmap with contiguous memory").
 */
#ifndef MAPPER_BATCHED_WALK_H
#define MAPPER_BATCHED_WALK_H

#include "mapper/mapper.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/geometry.h"

/*
 * What is mapped to offsets [start, end) of the space. Of a page array, each
 * block of 1 << shift bytes, counted from `start`, is physically contiguous,
 * and nothing holds across blocks. Without one, all of it is one physical
 * range from `pfn` on, and `shift` bounds the leaves.
 */
struct run {
	const uint64_t *page;
	uint64_t pfn;
	uint64_t start, end;
	unsigned shift; /* log2 bytes, at least the page's */
};

struct walk {
	struct address_space *space;
	struct outcome *out;
	struct machine *machine;
	struct geometry g;
	uint64_t attributes; /* of every leaf of this call */
	bool cont_ptes;      /* whether the policy has groups of contiguous pages */
	bool busy_is_bug;    /* an entry in use is a BUG(), and not only a warning */
	struct run run;
};

/* Starts a mapping call. */
struct walk walk_begin(struct address_space *space, const struct call *call, struct outcome *out);

/* Maps the walk's run. 0, -ENOMEM, -EINVAL or -EBUSY, as vmap of mapper.h has it. */
int walk_map(struct walk *w);

static inline int walk_map_run(struct walk *w, struct run run)
{
	w->run = run;
	return walk_map(w);
}

/* Completes the stores of a call's walks, and flushes the caches of [va, va + bytes). */
void walk_finish(struct walk *w, uint64_t va, uint64_t bytes);

/* The errno of the call for that of a walk: before the series, every warning was -ENOMEM. */
int walk_error(const struct walk *w, int error);

/* Warns, or BUGs, that the entry for `offset` is in use. -EBUSY. */
int walk_busy(struct walk *w, uint64_t offset);

/* Where the run's page array has the page for an offset. */
static inline const uint64_t *run_pages(const struct walk *w, uint64_t offset)
{
	return w->run.page + ((offset - w->run.start) >> w->g.page_shift);
}

/* The page for an offset inside the run: a pfn, PAGE_HOLE or PAGE_BAD. */
static inline uint64_t run_page(const struct walk *w, uint64_t offset)
{
	uint64_t index = (offset - w->run.start) >> w->g.page_shift;
	return w->run.page ? w->run.page[index] : w->run.pfn + index;
}

/* Bytes from `offset` to the end of the contiguous block it lies in. */
static inline uint64_t block_left(const struct walk *w, uint64_t offset)
{
	if (!w->run.page)
		return w->run.end - offset;
	uint64_t size = UINT64_C(1) << w->run.shift;
	return size - ((offset - w->run.start) & (size - 1));
}

/*
 * block.c: stores a block at `level` for exactly [offset, end) if one is
 * possible; false if not, and then smaller leaves are to be tried.
 */
bool walk_try_block(struct walk *w, table_t table, int level, uint64_t offset, uint64_t end);

/* pte.c: maps [offset, end), which lies in one table of pages. */
int walk_map_ptes(struct walk *w, table_t table, uint64_t offset, uint64_t end);

#endif
