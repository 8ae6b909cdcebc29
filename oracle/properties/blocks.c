// SPDX-License-Identifier: GPL-2.0-only
/*
 * The precondition of vmalloc()'s blocks: an area is mapped in blocks of one
 * size only if the pages of each block lie together in memory. A mapper that
 * keeps the size when the allocator fell back to single pages maps the
 * neighbours of each block's first page.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

bool blocks_contiguous(struct oracle *o)
{
	const struct call *call = o->call;
	if (call->kind != CALL_VMALLOC || call->page_shift <= o->g.granule)
		return true;
	uint64_t block = UINT64_C(1) << (call->page_shift - o->g.granule);
	for (uint64_t i = 0; i < call->pages.count; i++) {
		uint64_t head = call->pages.page[i & ~(block - 1)];
		uint64_t want = head + (i & (block - 1));
		if (PAGE_IS_PFN(head) && call->pages.page[i] == want)
			continue;
		bool excused = property_failed(o, RULE_TRANSLATION_BLOCK_CONTIGUITY,
					       VERDICT_NO_LEVEL, o->first_page + i);
		snprintf(o->verdict.expected, VERDICT_DETAIL_SIZE,
			 "pfn 0x%" PRIx64 " at page %" PRIu64 " of blocks of %" PRIu64 " pages",
			 want, i, block);
		snprintf(o->verdict.found, VERDICT_DETAIL_SIZE, "pfn 0x%" PRIx64,
			 call->pages.page[i]);
		return excused;
	}
	return true;
}
