// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/placement.h"

#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"

static uint64_t pfn_at(const struct placement *p, uint64_t index)
{
	return p->page ? p->page[index] : p->pfn + index;
}

static uint64_t group_pages(const struct placement *p)
{
	return UINT64_C(1) << arm64_contiguous_size(p->g, ARM64_LAST_LEVEL);
}

/* --- blocks -------------------------------------------------------------------- */

/* Pages from `index` on that are consecutive, counted up to `most`. */
static uint64_t consecutive(const struct placement *p, uint64_t index, uint64_t most)
{
	uint64_t n = 1;
	if (!PAGE_IS_PFN(pfn_at(p, index)))
		return 1;
	while (n < most && pfn_at(p, index + n) == pfn_at(p, index) + n)
		n++;
	return n;
}

/* The most pages that a block from `index` on may have, by the alignment of its pfn. */
static uint64_t aligned_pages(const struct placement *p, uint64_t index)
{
	uint64_t pfn = pfn_at(p, index);
	uint64_t most = UINT64_C(1) << min(p->max_shift - p->g->granule, 62);
	return pfn ? min(pfn & -pfn, most) : most;
}

static uint64_t power_of_two_in(uint64_t n)
{
	ASSERT_CMP(n, >, 0);
	return UINT64_C(1) << (63 - __builtin_clzll(n));
}

/* Pages of the block that vmap() finds at `index`; 0 if a single page. */
static uint64_t vmap_block(const struct placement *p, uint64_t index)
{
	uint64_t most = min(aligned_pages(p, index), p->pages - index);
	uint64_t pages = power_of_two_in(consecutive(p, index, most));
	return pages < group_pages(p) ? 0 : pages;
}

static void count_run(struct placement *p, uint64_t size)
{
	if (!p->runs || p->size != size)
		p->runs++;
	p->size = size;
}

/* Finds the block, or the pages up to the next one, that begin where the last ended. */
static void next_vmap_block(struct placement *p)
{
	uint64_t pages = p->stopped ? 0 : vmap_block(p, p->from);
	p->in_block = pages;
	p->to = p->from + pages;
	count_run(p, pages);
	while (!pages && p->to < p->pages) {
		p->stopped |= p->policy->stop_at_order0;
		p->to = p->stopped ? p->pages : p->to + 1;
		if (p->to < p->pages && vmap_block(p, p->to))
			break;
	}
}

static void next_block(struct placement *p)
{
	ASSERT_CMP(p->to, <, p->pages);
	p->from = p->to;
	if (!p->blocks) {
		p->to = p->pages;
		p->in_block = false;
		p->runs = 1;
	} else if (p->block) {
		p->to = min(p->from + p->block, p->pages);
		p->in_block = true;
		p->runs = 1;
	} else {
		next_vmap_block(p);
	}
	ASSERT_CMP(p->to, >, p->from);
	ASSERT_CMP(p->to, <=, p->pages);
}

/* --- leaves -------------------------------------------------------------------- */

/* Whether a leaf of 1 << order pages stands around `index`; *end is its end then. */
static bool window_fits(const struct placement *p, uint64_t index, unsigned order, uint64_t *end)
{
	uint64_t size = UINT64_C(1) << order;
	uint64_t start = (p->first + index) & ~(size - 1);
	if (p->max_shift < order + p->g->granule || start < p->first + p->from ||
	    start + size > p->first + p->to)
		return false;
	*end = start + size - p->first;
	return !(pfn_at(p, start - p->first) & (size - 1));
}

/* Linux has blocks at level 2, and for physical ranges with 4K pages at level 1. */
static bool level_fits(const struct placement *p, int level, uint64_t index, uint64_t *end)
{
	if (p->no_blocks >> level & 1)
		return false;
	if (level < p->g->start_level || (level == 1 && (p->page || p->g->granule != 12)))
		return false;
	return window_fits(p, index, arm64_leaf_order(p->g, level), end);
}

/* Whether the level 2 block around `index` is in a contiguous group; *end is the group's end then. */
static bool in_block_group(const struct placement *p, int level, uint64_t index, uint64_t *end)
{
	unsigned order = arm64_leaf_order(p->g, level) + arm64_contiguous_size(p->g, level);
	return p->block_groups && level == ARM64_LAST_LEVEL - 1 &&
	       window_fits(p, index, order, end);
}

struct placed placement_at(struct placement *p, uint64_t index)
{
	struct placed placed = { .level = ARM64_LAST_LEVEL };
	ASSERT_CMP(index, <, p->pages);
	ASSERT_CMP(index, >=, p->from); /* asked in ascending order */
	while (index >= p->to)
		next_block(p);
	placed.end = p->to;
	if (!p->in_block)
		return placed;
	for (int level = 1; level < ARM64_LAST_LEVEL; level++) {
		placed.level = level;
		if (!level_fits(p, level, index, &placed.end))
			continue;
		placed.contiguous = in_block_group(p, level, index, &placed.end);
		return placed;
	}
	placed.level = ARM64_LAST_LEVEL;
	placed.contiguous =
		p->groups &&
		window_fits(p, index, arm64_contiguous_size(p->g, ARM64_LAST_LEVEL), &placed.end);
	if (!placed.contiguous) {
		uint64_t group = group_pages(p);
		placed.end = min(((p->first + index) | (group - 1)) + 1 - p->first, p->to);
	}
	return placed;
}

/* --- what was missed -------------------------------------------------------------- */

/* Why pages from `index` on, which follow each other, are in no block that holds a group. */
static enum missed_cause cause_of_single(const struct placement *p, uint64_t index)
{
	unsigned group_shift = p->g->granule + arm64_contiguous_size(p->g, ARM64_LAST_LEVEL);
	if (p->max_shift < group_shift)
		return MISSED_MAX_SHIFT;
	if (!p->blocks || !p->groups)
		return MISSED_POLICY;
	if (p->in_block)
		return MISSED_SKEW;
	return vmap_block(p, index) ? MISSED_BEHIND_SINGLE : MISSED_PFN_ALIGNMENT;
}

static void missed_groups(const struct placement *p, uint64_t index, uint64_t end, uint64_t *missed)
{
	while (index < end) {
		uint64_t pages = consecutive(p, index, end - index);
		if (p->in_block || pages >= group_pages(p))
			missed[cause_of_single(p, index)] += pages;
		index += pages;
	}
}

/* Whether the block's pages go on in memory before or behind it. */
static bool run_is_longer(const struct placement *p)
{
	return (p->from && pfn_at(p, p->from - 1) + 1 == pfn_at(p, p->from)) ||
	       (p->to < p->pages && pfn_at(p, p->to - 1) + 1 == pfn_at(p, p->to));
}

/* A group in a run of memory that is shorter than a block has missed nothing. */
static void missed_blocks(const struct placement *p, uint64_t pages, uint64_t *missed)
{
	const int level = ARM64_LAST_LEVEL - 1;
	bool short_block = p->to - p->from < UINT64_C(1) << arm64_leaf_order(p->g, level);
	if (short_block && !run_is_longer(p))
		return;
	if (p->max_shift < arm64_leaf_bits(p->g, level))
		missed[MISSED_MAX_SHIFT] += pages;
	else
		missed[short_block ? MISSED_PFN_ALIGNMENT : MISSED_SKEW] += pages;
}

void placement_missed(const struct placement *p, uint64_t index, const struct placed *placed,
		      struct missed *missed)
{
	ASSERT_CMP(index, <, placed->end);
	ASSERT_CMP(placed->end, <=, p->pages);
	if (placed->level != ARM64_LAST_LEVEL)
		return;
	if (placed->contiguous)
		missed_blocks(p, placed->end - index, missed->blocks);
	else
		missed_groups(p, index, placed->end, missed->groups);
}
