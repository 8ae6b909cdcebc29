// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost.tlbi: what arm64 promises of TLB maintenance. A range is invalidated
 * once: by pages where they are few, by everything where they are many, by
 * range instructions where the processor has them. No pages are invalidated
 * that the call does not change, and a mapping call invalidates nothing but the
 * tables that it takes away.
 *
 * A TLBI of a range of which nothing was mapped is not needless: Linux does not
 * look, and neither vunmap_range() nor __change_memory_common() leaves it out.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "oracle/properties/fail.h"

static bool fail_needless(struct oracle *o, const char *expected, const struct event *e)
{
	char found[VERDICT_DETAIL_SIZE];
	if (e->all)
		snprintf(found, sizeof(found), "a TLBI of everything");
	else
		snprintf(found, sizeof(found), "a TLBI of 0x%" PRIx64 " bytes from 0x%016" PRIx64,
			 e->bytes, e->va);
	return fail(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->expected->affected_first, expected,
		    found);
}

/* TLBIs, each of a range: of the call's, of each alias, of each table that makes way for a block. */
static uint64_t most_tlbis(const struct oracle *o)
{
	if (o->expected->idle)
		return 0;
	switch (call_effect(o->call->kind)) {
	case CALL_MAPS:
		return o->summary->frees;
	case CALL_CHANGES:
		if (call_splits(o->call)) /* what TLBs hold means the same */
			return 0;
		return changes_of_range(o) + o->expected->all_aliases;
	case CALL_COPIES:
	case CALL_SETS_UP:
		return 0;
	case CALL_ADDS: /* one where it failed, and took away what it had laid */
		return o->out.error ? 1 + o->summary->frees : 0;
	case CALL_REMOVES: /* and one before each piece of memory is given back */
		return 1 + o->summary->frees + o->trace.returns;
	default:
		return 1;
	}
}

/* The call's TLBIs are too many. */
static bool fail_tlbis(struct oracle *o, uint64_t most, uint64_t count)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "at most %" PRIu64 " for a range", most);
	snprintf(found, sizeof(found), "%" PRIu64 " TLBIs", count);
	return fail(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->expected->affected_first, expected,
		    found);
}

static bool fail_wasteful(struct oracle *o, const struct event *e)
{
	char found[VERDICT_DETAIL_SIZE];
	uint64_t pages = e->all ? affected_pages(o) : e->bytes >> o->g.granule;
	if (e->by_range)
		return fail_tlbis(o, MAX_RANGE_OPS, e->count);
	snprintf(found, sizeof(found), "%s for %" PRIu64 " pages",
		 e->all ? "TLBI of everything" : "TLBI by page", pages);
	if (call_leaves_tlb(o->call))
		return fail(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->expected->affected_first,
			    call_traits(o->call->kind)->lazy ? "no TLBI before vm_unmap_aliases()"
							     : "no TLBI, which is the caller's",
			    found);
	return fail(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->expected->affected_first,
		    e->all ? "TLBI by page" : "TLBI of everything", found);
}

bool cost_tlbis_held(struct oracle *o)
{
	const struct trace_summary *seen = o->summary;
	uint32_t idle = o->trace.idle_tlbi;
	uint64_t most = most_tlbis(o);
	if (!seen->tlbis)
		return true;
	oracle_exercised(o, RULE_COST_TLBI);
	if (seen->wasteful_tlbi)
		return fail_wasteful(o, seen->wasteful_tlbi);
	if (seen->tlbi_elsewhere)
		return fail_needless(o, "no TLBI of pages that the call does not change",
				     seen->tlbi_elsewhere);
	if (call_fills(o->call->kind) && !o->out.error && idle != UINT32_MAX)
		return fail_needless(o, "no TLBI by a mapping call where nothing is stale",
				     &o->machine->log.event[idle]);
	return seen->tlbis <= most || fail_tlbis(o, most, seen->tlbis);
}
