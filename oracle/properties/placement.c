// SPDX-License-Identifier: GPL-2.0-only
/*
 * placement: after a call that maps, or lays the linear map, and succeeded, each page of its range is
 * mapped by the leaf that the policy prescribes. Large leaves that a policy
 * forgoes are counted, and do not fail.
 *
 * Where the trylock for freeing a table failed, smaller leaves are right too,
 * and nothing is judged.
 */
#include "oracle/properties/properties.h"

#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"

static bool is_judged(const struct oracle *o)
{
	return call_fills(o->call->kind) && !o->out.error && !o->summary->failed_trylocks;
}

void placement_begin(struct oracle *o)
{
	const struct call *call = o->call;
	uint64_t pages = o->end_page - o->first_page;
	o->leaves = 0;
	o->placement = (struct placement){
		.g = &o->g,
		.policy = o->policy,
		.page = call_traits(call->kind)->has_pages ? call->pages.page : NULL,
		.pfn = call->pfn,
		.first = o->first_page,
		.pages = pages,
		.max_shift = oracle_max_shift(o),
		.groups = has_groups(o),
		.no_blocks = o->tree->call[call->kind].no_blocks,
	};
	struct placement *p = &o->placement;
	expect_place(o, p);
	if (!o->owed->large_leaves)
		p->blocks = false;
	if (!is_judged(o))
		p->pages = 0;
	ASSERT_CMP(p->pages, <=, o->end_page - o->first_page);
}

static bool fail_placement(struct oracle *o, const struct arm64_span *span, uint32_t index,
			   uint64_t page, const struct placed *placed)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "level %d %s%s", placed->level,
		 placed->level == ARM64_LAST_LEVEL ? "page" : "block",
		 placed->contiguous ? ", Contiguous" : "");
	oracle_describe(o, span->level, span->table[index], found);
	return fail(o, RULE_PLACEMENT_LEAF, span->level, page, expected, found);
}

/* The first of `count` words whose Contiguous bit is not as it should be; `count` if none. */
static uint32_t first_other(const uint64_t *words, uint32_t count, bool contiguous)
{
	uint64_t want = contiguous ? ARM64_CONTIGUOUS : 0;
	uint64_t differ = 0;
	for (uint32_t i = 0; i < count; i++)
		differ |= words[i] ^ want;
	if (!(differ & ARM64_CONTIGUOUS))
		return count;
	uint32_t i = 0;
	while ((words[i] & ARM64_CONTIGUOUS) == want)
		i++;
	return i;
}

/* Judges the leaves for pages [page, end) of one piece; they begin at entry `index`. */
static bool judge_piece(struct oracle *o, const struct arm64_span *span, uint32_t index,
			uint64_t page, uint64_t end, const struct placed *placed)
{
	unsigned order = arm64_leaf_order(&o->g, span->level);
	uint32_t count = (uint32_t)((end - page + (UINT64_C(1) << order) - 1) >> order);
	if (span->level != placed->level)
		return fail_placement(o, span, index, page, placed);
	uint32_t other = first_other(span->table + index, count, placed->contiguous);
	if (other < count)
		return fail_placement(o, span, index + other, page + ((uint64_t)other << order),
				      placed);
	if (o->owed->counts_missed && placed->level == ARM64_LAST_LEVEL) {
		struct placed piece = *placed;
		piece.end = end - o->first_page;
		placement_missed(&o->placement, page - o->first_page, &piece, &o->examined.missed);
	}
	return true;
}

/* Counts pages of a span that was judged, and of which those in groups were counted piece by piece. */
static void count_pages(struct oracle *o, int level, uint64_t pages, uint64_t grouped)
{
	ASSERT_CMP(grouped, <=, pages);
	if (level == ARM64_LAST_LEVEL)
		o->examined.single_pages += pages - grouped;
	else
		o->examined.block_pages += pages;
}

bool placement_span(struct oracle *o, const struct arm64_span *span)
{
	struct placement *p = &o->placement;
	unsigned order = arm64_leaf_order(&o->g, span->level);
	uint64_t page = span->page, stop = span->page + ((uint64_t)span->count << order);
	if (page < o->first_page)
		page = o->first_page;
	if (stop > o->first_page + p->pages)
		stop = o->first_page + p->pages;
	if (page >= stop)
		return true;
	oracle_exercised(o, RULE_PLACEMENT_LEAF);
	o->leaves += (stop - page + (UINT64_C(1) << order) - 1) >> order;
	const uint64_t pages = stop - page, grouped_before = o->examined.group_pages;
	while (page < stop) {
		struct placed placed = placement_at(p, page - o->first_page);
		uint64_t end = o->first_page + placed.end;
		if (end > stop)
			end = stop;
		if (!judge_piece(o, span, span->index + (uint32_t)((page - span->page) >> order),
				 page, end, &placed))
			return false;
		if (placed.contiguous && placed.level == ARM64_LAST_LEVEL)
			o->examined.group_pages += end - page;
		page = end;
	}
	count_pages(o, span->level, pages, o->examined.group_pages - grouped_before);
	return true;
}
