// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that backs struct pages: none is taken that is not mapped
 * (tables.leak), and all of it is given back once, when no walk finds it any more,
 * nor any TLB (history.freed_page).
 */
#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"
#include "oracle/properties/properties.h"
#include "oracle/properties/steps.h"

/* --- given back ------------------------------------------------------------------------- */

static bool is_returned(const struct oracle *o, uint64_t index)
{
	return o->trace.is_returned[index / 64] >> index % 64 & 1;
}

/* Whether page `page` of the space was backed by frame `pfn` before the call, and it was not given back. */
static bool backs(const struct oracle *o, uint64_t page, uint64_t pfn)
{
	unsigned at = space_find(&o->space, page);
	const struct segment *s = &o->space.segment[at];
	return at < o->space.segments && s->start <= page && segment_pfn(s, page) == pfn &&
	       !is_returned(o, page - o->first_page);
}

/* The page of the range that frame `pfn` backed; the range's end if none. */
static uint64_t backed_by(const struct oracle *o, uint64_t pfn)
{
	uint64_t next = o->first_page + o->trace.returned_pages;
	if (next < o->end_page && backs(o, next, pfn)) /* most often they go in order */
		return next;
	uint64_t page = o->first_page;
	while (page < o->end_page && !backs(o, page, pfn))
		page++;
	return page;
}

/* What is wrong with giving back frame `pfn` now; true if nothing is. */
static bool returns_page(struct oracle *o, uint64_t pfn)
{
	uint64_t page = backed_by(o, pfn);
	char found[VERDICT_DETAIL_SIZE];
	if (page == o->end_page || o->kept.expected.idle || o->kept.expected.refused) {
		snprintf(found, sizeof(found), "pfn 0x%" PRIx64 " given back", pfn);
		trace_fail(o, RULE_HISTORY_FREED_PAGE, VERDICT_NO_LEVEL, o->first_page,
			   "memory of the call's own struct pages, given back once", found);
		return false;
	}
	const struct tlb_stale *stale = tlb_find(&o->trace.tlb, page, page + 1);
	if (arm64_mapped_pages(&o->g, o->machine, page, page + 1)) {
		trace_fail(o, RULE_HISTORY_FREED_PAGE, VERDICT_NO_LEVEL, page,
			   "pages that no table maps", "a page that is mapped, given back");
		return false;
	}
	if (stale) {
		tlb_describe(&o->trace.tlb, stale, found, sizeof(found));
		trace_fail(o, RULE_HISTORY_FREED_PAGE, stale->level, stale->page,
			   "DSB, TLBI, DSB before memory is given back", found);
		return false;
	}
	uint64_t index = page - o->first_page;
	o->trace.is_returned[index / 64] |= UINT64_C(1) << index % 64;
	o->trace.returned_pages++;
	return true;
}

void step_free_memory(struct oracle *o, const struct event *e)
{
	bool frees = o->call->kind == CALL_VMEMMAP_FREE;
	oracle_exercised(o, RULE_HISTORY_FREED_PAGE);
	o->trace.returns++;
	if (!frees)
		trace_fail(o, RULE_HISTORY_FREED_PAGE, VERDICT_NO_LEVEL, o->first_page,
			   "memory that stays until it is freed", "memory given back");
	ASSERT_CMP(o->end_page - o->first_page, <=, 64 * TRACE_RETURNED_WORDS);
	for (uint64_t i = 0; frees && i < e->bytes >> o->g.granule; i++)
		if (!returns_page(o, e->pfn + i))
			return;
}

void returned_memory_judge(struct oracle *o)
{
	if (o->call->kind != CALL_VMEMMAP_FREE)
		return;
	oracle_exercised(o, RULE_HISTORY_FREED_PAGE);
	if (o->trace.returned_pages == o->expected->returned)
		return;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "%" PRIu64 " pages of memory given back",
		 o->expected->returned);
	snprintf(found, sizeof(found), "%" PRIu64, o->trace.returned_pages);
	trace_fail(o, RULE_HISTORY_FREED_PAGE, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

/* --- taken ------------------------------------------------------------------------------- */

bool memory_all_mapped(struct oracle *o)
{
	uint64_t taken = o->machine->counters.memory - o->before.memory;
	if (o->call->kind != CALL_VMEMMAP_POPULATE && !taken)
		return true;
	bool backs = o->call->kind == CALL_VMEMMAP_POPULATE && !o->expected->idle;
	uint64_t mapped =
		backs ? arm64_mapped_pages(&o->g, o->machine, o->first_page, o->end_page) : 0;
	oracle_exercised(o, RULE_TABLES_LEAK);
	if (taken == mapped)
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "%" PRIu64 " pages of memory taken, as are mapped",
		 mapped);
	snprintf(found, sizeof(found), "%" PRIu64, taken);
	return fail(o, RULE_TABLES_LEAK, VERDICT_NO_LEVEL, o->first_page, expected, found);
}
