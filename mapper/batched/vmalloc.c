// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmalloc(): maps what was allocated, in blocks of one size (the series'
 * __vmap_pages_range_noflush(); shift choice: __vmalloc_node_range(), Linux
 * 6.12).
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/pages.h"
#include "mapper/batched/walk.h"
#include "mapper/machine/min.h"

/* The largest size of block, of those that vmalloc() knows, that is wanted and allowed. */
static unsigned wanted_shift(const struct walk *w, unsigned page_shift, unsigned flags)
{
	unsigned most = w->space->policy->max_shift;
	if (!(flags & MAP_FLAG_HUGE))
		return w->g.page_shift;
	if (page_shift < most)
		most = page_shift;
	if (most >= w->g.pmd_shift)
		return w->g.pmd_shift;
	return most >= w->g.cont_shift ? w->g.cont_shift : w->g.page_shift;
}

#define CHUNK 256 /* pages that are looked at together, if a block has no more */

/* How many pages are whole contiguous blocks, counted in chunks: in the first that has others, one differs. */
static size_t contiguous_chunks(struct page_array pages, size_t block)
{
	size_t chunk = block > CHUNK ? block : CHUNK, whole = pages.count & ~(block - 1);
	size_t from = 0;
	if (block < PAGES_STRIDE)
		return 0;
	for (size_t part; from < whole; from += part) {
		part = min(whole - from, chunk);
		if (!pages_are_blocks(pages.page + from, part, block))
			break;
	}
	return from;
}

/*
 * Whether every block of the array is physically contiguous. It is not where
 * the allocator fell back to single pages; to keep the blocks then would map
 * the neighbours of their first pages (CVE-2024-45022).
 */
static bool blocks_are_contiguous(const struct walk *w, struct page_array pages, unsigned shift)
{
	size_t block = (size_t)1 << (shift - w->g.page_shift);
	for (size_t head = contiguous_chunks(pages, block), end; head < pages.count; head = end) {
		end = pages.count - head < block ? pages.count : head + block;
		size_t differs = PAGE_IS_PFN(pages.page[head])
					 ? pages_follow(pages.page, head, end, pages.page[head])
					 : head;
		if (differs < end) {
			machine_count_scanned(w->machine, differs + 1);
			return false;
		}
	}
	machine_count_scanned(w->machine, pages.count);
	return true;
}

static unsigned kept_shift(const struct walk *w, struct page_array pages, unsigned wanted)
{
	if (wanted == w->g.page_shift || blocks_are_contiguous(w, pages, wanted))
		return wanted;
	return w->g.page_shift;
}

int batched_vmalloc(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct walk w = walk_begin(space, call, out);
	unsigned shift = kept_shift(&w, call->pages, wanted_shift(&w, call->shift, call->flags));
	bool prior = space->policy->series == POLICY_PRIOR;
	uint64_t start = call->va - w.g.va_base;
	out->page_shift = (uint8_t)shift;
	w.busy_is_bug = prior && shift > w.g.page_shift;
	int error = walk_map_run(&w, (struct run){ .page = call->pages.page,
						   .start = start,
						   .end = start + call->bytes,
						   .shift = shift });
	walk_finish(&w, call->va, call->bytes);
	return walk_error(&w, error);
}
