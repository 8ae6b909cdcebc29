// SPDX-License-Identifier: GPL-2.0-only
/*
 * history.freed_page: what vrealloc() cuts off goes back to the page allocator,
 * which gives it to somebody else. So no walk may find it any more, nor any
 * TLB, and the area may not count it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "oracle/properties/fail.h"
#include "oracle/properties/steps.h"

/* The first page of [page, end) that a table maps; `end` if none does. */
static uint64_t first_mapped(const struct oracle *o, uint64_t page, uint64_t end)
{
	while (page < end) {
		struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
		if (t.mapped)
			return page;
		page = (page | (pages_at(o, t.level) - 1)) + 1;
	}
	return end;
}

void step_free_pages(struct oracle *o, const struct event *e)
{
	uint64_t page = oracle_page(o, e->va), end = page + (e->bytes >> o->g.granule);
	oracle_exercised(o, RULE_HISTORY_FREED_PAGE);
	o->trace.freed_pages += end - page;
	uint64_t mapped = first_mapped(o, page, end);
	const struct tlb_stale *stale = tlb_find(&o->trace.tlb, page, end);
	if (mapped < end) {
		trace_fail(o, RULE_HISTORY_FREED_PAGE, VERDICT_NO_LEVEL, mapped,
			   "pages that no table maps", "a page that is mapped, given back");
	} else if (stale) {
		char found[VERDICT_DETAIL_SIZE];
		tlb_describe(&o->trace.tlb, stale, found, sizeof(found));
		trace_fail(o, RULE_HISTORY_FREED_PAGE, stale->level, stale->page,
			   "DSB, TLBI, DSB before pages are given back", found);
	}
}

/* How many pages the area has, and how many it gave back. */
void freed_pages_judge(struct oracle *o)
{
	if (o->call->kind != CALL_VREALLOC)
		return;
	const struct expected *e = o->expected;
	uint64_t cut = e->idle ? 0 : o->end_page - o->first_page;
	oracle_exercised(o, RULE_HISTORY_FREED_PAGE);
	if (o->out.pages == e->area_pages && o->trace.freed_pages == cut)
		return;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected),
		 "an area of %" PRIu64 " pages, and %" PRIu64 " given back", e->area_pages, cut);
	snprintf(found, sizeof(found), "an area of %" PRIu64 ", and %" PRIu64 " given back",
		 o->out.pages, o->trace.freed_pages);
	trace_fail(o, RULE_HISTORY_FREED_PAGE, VERDICT_NO_LEVEL, o->first_page, expected, found);
}
