// SPDX-License-Identifier: GPL-2.0-only
/* vmalloc() before the series (Linux 6.12): a walk from the root for every block. */
#include "mapper/prior/prior.h"

/* Whether the allocator gave physically contiguous blocks of so many pages. */
static bool has_blocks(struct page_array pages, size_t block)
{
	for (size_t i = 0; i < pages.count; i++) {
		uint64_t head = pages.page[i - i % block];
		if (!PAGE_IS_PFN(head) || pages.page[i] != head + i % block)
			return false;
	}
	return true;
}

/* The block size of the call: the one that was asked for, or what lies below it. */
static unsigned block_shift(const struct target *t, struct page_array pages, unsigned page_shift,
			    unsigned flags)
{
	const unsigned shifts[] = { t->g.pmd_shift, t->g.cont_shift };
	for (unsigned i = 0; i < 2 && flags & MAP_FLAG_HUGE; i++)
		if (shifts[i] <= page_shift && shifts[i] <= t->space->policy->max_shift)
			return has_blocks(pages, (size_t)1 << (shifts[i] - t->g.page_shift))
				       ? shifts[i]
				       : t->g.page_shift;
	return t->g.page_shift;
}

/* Each block on its own, by a walk from the root; only its first page is looked at. */
static int map_blocks(const struct target *t, const uint64_t *page, unsigned shift)
{
	struct target block = *t;
	int error = 0;
	for (uint64_t at = t->start; at < t->end && !error; at = block.end) {
		block.start = at;
		block.end = (t->end - at) >> shift ? at + (UINT64_C(1) << shift) : t->end;
		error = map_physical_range(&block, page[(at - t->start) >> t->g.page_shift], shift);
	}
	return error;
}

int prior_vmalloc(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct target t = target_of(space, call, out);
	unsigned shift = block_shift(&t, call->pages, call->shift, call->flags);
	out->page_shift = (uint8_t)shift;
	int error = shift == t.g.page_shift ? map_small_pages(&t, call->pages.page)
					    : map_blocks(&t, call->pages.page, shift);
	target_finish(&t);
	return error;
}
