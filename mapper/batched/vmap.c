// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmap(): finds blocks of contiguous pages in the page array and maps runs of
 * blocks of one size with one walk each (the series' vmap_batched()).
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/pages.h"
#include "mapper/batched/walk.h"

/*
 * A run is mapped when it fills this many tables, even if the next block has
 * the same size: with 4K pages the pages just scanned are still in the cache,
 * which saves more than an extra walk costs. Counted in tables, so that the
 * extra walks stay few among the entries above the last level for every
 * granule.
 */
#define RUN_TABLES 16

/* What is searched for blocks, and how far the policy lets the search go. */
struct search {
	struct machine *machine;
	const struct policy *policy;
	struct page_array pages;
	unsigned group_order;   /* log2 pages of a contiguous group */
	unsigned max_order;     /* 0: this call gets no blocks */
	size_t consecutive_end; /* pages up to here follow those before, as far as looked */
};

/*
 * How many pages from `i` on are physically consecutive, at most `most`. What
 * an earlier search has seen is not looked at again, so that searching is
 * linear in the array under every policy.
 */
static uint64_t contiguous_pages(struct search *s, size_t i, uint64_t most)
{
	const uint64_t *page = s->pages.page;
	size_t from = s->consecutive_end > i ? s->consecutive_end : i;
	size_t end = from;
	if (end < i + most)
		end = pages_follow(page, end, i + most, page[i] + (end - i));
	machine_count_scanned(s->machine, end - from);
	s->consecutive_end = end;
	return end - i < most ? end - i : most;
}

/*
 * log2 pages of the block that starts at index `i`; 0 if a single page does.
 * Bounded by how many pages are consecutive, and by the pfn's alignment, so
 * that every leaf made from the block is aligned in PA where it is in VA.
 */
static unsigned block_order(struct search *s, size_t i)
{
	uint64_t pfn = s->pages.page[i];
	if (!s->max_order || !PAGE_IS_PFN(pfn))
		return 0;
	unsigned align = pfn ? (unsigned)__builtin_ctzll(pfn) : s->max_order;
	if (align > s->max_order)
		align = s->max_order;
	uint64_t most = s->pages.count - i;
	if (s->policy->scan_limit && most > UINT64_C(1) << align)
		most = UINT64_C(1) << align;

	unsigned order = 63 - (unsigned)__builtin_clzll(contiguous_pages(s, i, most));
	if (order > align)
		order = align;
	return order < s->group_order ? 0 : order;
}

static bool wants_blocks(const struct policy *policy, unsigned flags)
{
	switch (policy->vmap_huge) {
	case VMAP_HUGE_ALWAYS:
		return true;
	case VMAP_HUGE_FLAG:
		return flags & MAP_FLAG_HUGE;
	default:
		return false;
	}
}

static int map_blocks(struct walk *w, uint64_t area, const struct search *s, size_t from, size_t to,
		      unsigned order)
{
	return walk_map_run(w, (struct run){
				       .page = s->pages.page + from,
				       .start = area + ((uint64_t)from << w->g.page_shift),
				       .end = area + ((uint64_t)to << w->g.page_shift),
				       .shift = w->g.page_shift + order,
			       });
}

/* Collects neighbouring blocks of equal order into runs and maps each run. */
static int map_in_runs(struct walk *w, uint64_t area, struct search *s)
{
	const size_t longest = (size_t)RUN_TABLES << w->g.table_bits;
	size_t from = 0, i = 0;
	unsigned run_order = 0;
	while (i < s->pages.count) {
		unsigned order = block_order(s, i);
		if (i > from && (order != run_order || i - from >= longest)) {
			int error = map_blocks(w, area, s, from, i, run_order);
			if (error)
				return error;
			from = i;
		}
		run_order = order;
		if (!order && s->policy->stop_at_order0)
			break;
		i += (size_t)1 << order;
	}
	return map_blocks(w, area, s, from, s->pages.count, run_order);
}

static struct search search_begin(const struct walk *w, struct page_array pages, unsigned flags)
{
	const struct policy *policy = w->space->policy;
	bool blocks = wants_blocks(policy, flags) && policy->max_shift >= w->g.cont_shift;
	return (struct search){
		.machine = w->machine,
		.policy = policy,
		.pages = pages,
		.group_order = w->g.cont_shift - w->g.page_shift,
		.max_order = blocks ? policy->max_shift - w->g.page_shift : 0,
	};
}

/* Fewer pages than a group's are not worth a search. */
static int map_array(struct walk *w, uint64_t area, struct page_array pages, unsigned flags)
{
	if (pages.count >> (w->g.cont_shift - w->g.page_shift)) {
		struct search s = search_begin(w, pages, flags);
		return map_in_runs(w, area, &s);
	}
	return walk_map_run(w, (struct run){
				       .page = pages.page,
				       .start = area,
				       .end = area + ((uint64_t)pages.count << w->g.page_shift),
				       .shift = w->g.page_shift,
			       });
}

int batched_vmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct walk w = walk_begin(space, call, out);
	int error = map_array(&w, call->va - w.g.va_base, call->pages, call->flags);
	walk_finish(&w, call->va, call->bytes);
	return walk_error(&w, error);
}
