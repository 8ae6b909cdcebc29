// SPDX-License-Identifier: GPL-2.0-only
/*
 * The blocks of vmalloc(): an area is mapped in blocks of one size if that
 * was asked for and allowed, and if the pages of each block lie together in
 * memory. A mapper that keeps the size when the allocator fell back to single
 * pages maps the neighbours of each block's first page; one that keeps none
 * maps in small pages what was allocated in large ones.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "oracle/properties/fail.h"

/* The first page that does not follow the head of its block in memory; the count if all do. */
static uint64_t first_noncontiguous(struct page_array pages, uint64_t block)
{
	for (uint64_t i = 0; i < pages.count; i++) {
		uint64_t head = pages.page[i & ~(block - 1)];
		if (!PAGE_IS_PFN(head) || pages.page[i] != head + (i & (block - 1)))
			return i;
	}
	return pages.count;
}

static bool fail_contiguity(struct oracle *o, uint64_t i, uint64_t block)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	const uint64_t *page = o->call->pages.page;
	snprintf(expected, sizeof(expected),
		 "pfn 0x%" PRIx64 " at page %" PRIu64 " of blocks of %" PRIu64 " pages",
		 page[i & ~(block - 1)] + (i & (block - 1)), i, block);
	snprintf(found, sizeof(found), "pfn 0x%" PRIx64, page[i]);
	return fail(o, RULE_TRANSLATION_BLOCK_CONTIGUITY, VERDICT_NO_LEVEL, o->first_page + i,
		    expected, found);
}

static bool fail_size(struct oracle *o, unsigned shift)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "blocks of 1 << %u bytes", shift);
	snprintf(found, sizeof(found), "1 << %u", o->out.page_shift);
	return fail(o, RULE_PLACEMENT_BLOCK_SIZE, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

/* log2 bytes of the largest blocks that were asked for and are allowed. */
static unsigned wanted_shift(const struct oracle *o)
{
	const struct call *call = o->call;
	unsigned most = o->policy->max_shift < call->shift ? o->policy->max_shift : call->shift;
	if (!(call->flags & MAP_FLAG_HUGE) || !o->owed->large_leaves)
		return o->g.granule;
	unsigned block = arm64_leaf_bits(&o->g, 2);
	unsigned group = o->g.granule + arm64_contiguous_size(&o->g, ARM64_LAST_LEVEL);
	return most >= block ? block : most >= group ? group : o->g.granule;
}

uint64_t vmalloc_block_pages(const struct oracle *o)
{
	unsigned order = (unsigned)o->out.page_shift - o->g.granule;
	return o->out.page_shift > o->g.granule && order < 64 ? UINT64_C(1) << order : 1;
}

bool blocks_held(struct oracle *o)
{
	const struct call *call = o->call;
	if (!call_has_field(call->kind, FIELD_SHIFT))
		return true;
	uint64_t kept = vmalloc_block_pages(o);
	if (kept > 1)
		oracle_exercised(o, RULE_TRANSLATION_BLOCK_CONTIGUITY);
	uint64_t odd = kept > 1 ? first_noncontiguous(call->pages, kept) : call->pages.count;
	if (odd < call->pages.count && !fail_contiguity(o, odd, kept))
		return false;
	unsigned wanted = wanted_shift(o);
	if (wanted > o->g.granule && wanted != o->out.page_shift &&
	    first_noncontiguous(call->pages, UINT64_C(1) << (wanted - o->g.granule)) <
		    call->pages.count)
		wanted = o->g.granule;
	oracle_exercised(o, RULE_PLACEMENT_BLOCK_SIZE);
	return wanted == o->out.page_shift || fail_size(o, wanted);
}
