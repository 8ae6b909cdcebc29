// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost: what the series promises, in the machine's own counts. Each leaf
 * entry and each table descriptor is stored once; tables are not walked from
 * the root for every block; the page array is scanned once. And what arm64
 * promises of TLB maintenance: by pages where they are few.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"

/* How often an entry may be read before it is stored, where that is waived. */
#define WAIVED_READS 3

/* What the machine counted in the call. */
static struct machine_counters spent_by(const struct oracle *o)
{
	const struct machine_counters *now = &o->machine->counters, *before = &o->before;
	return (struct machine_counters){
		.stores = now->stores - before->stores,
		.loads = now->loads - before->loads,
		.tables = now->tables - before->tables,
		.pages_scanned = now->pages_scanned - before->pages_scanned,
	};
}

static bool fail_count(struct oracle *o, enum rule rule, uint64_t most, uint64_t count)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "at most %" PRIu64, most);
	snprintf(found, sizeof(found), "%" PRIu64, count);
	return fail(o, rule, VERDICT_NO_LEVEL, o->expected->affected_first, expected, found);
}

/* Entries above the last level that a walk of the range passes. */
static uint64_t entries_above(const struct oracle *o)
{
	const struct expected *e = o->expected;
	uint64_t entries = 0;
	for (int level = o->g.start_level; level < ARM64_LAST_LEVEL; level++) {
		unsigned order = arm64_leaf_order(&o->g, level);
		entries += ((e->affected_end - 1) >> order) - (e->affected_first >> order) + 1;
	}
	return entries;
}

/* An entry above the last level is read to try a block and to descend; runs begin at the root. */
static uint64_t most_loads(const struct oracle *o)
{
	uint64_t levels = (uint64_t)(ARM64_LAST_LEVEL - o->g.start_level);
	uint64_t table = UINT64_C(1) << o->g.stride;
	uint64_t reads = oracle_waives(o, WAIVER_REPEATED_READS) ? WAIVED_READS : 1;
	return reads * o->leaves + 3 * entries_above(o) + 3 * levels * o->placement.runs +
	       4 * table * ((uint64_t)o->summary->frees + o->summary->trylocks);
}

static bool fail_tlbi(struct oracle *o, const struct event *e)
{
	char found[VERDICT_DETAIL_SIZE];
	uint64_t pages = e->all ? affected_pages(o) : e->bytes >> o->g.granule;
	if (e->by_range)
		return fail_count(o, RULE_COST_TLBI, MAX_RANGE_OPS, e->count);
	snprintf(found, sizeof(found), "%s for %" PRIu64 " pages",
		 e->all ? "TLBI of everything" : "TLBI by page", pages);
	if (call_traits(o->call->kind)->lazy)
		return fail(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->expected->affected_first,
			    "no TLBI before vm_unmap_aliases()", found);
	return fail(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->expected->affected_first,
		    e->all ? "TLBI by page" : "TLBI of everything", found);
}

/* set_memory maps nothing: it needs a table for each block that it splits. */
static bool tables_held(struct oracle *o, const struct machine_counters *spent)
{
	if (o->call->kind != CALL_SET_MEMORY || o->out.error)
		return true;
	if (spent->tables)
		oracle_exercised(o, RULE_COST_TABLES);
	return spent->tables <= o->trace.splits ||
	       fail_count(o, RULE_COST_TABLES, o->trace.splits, spent->tables);
}

bool cost_held(struct oracle *o)
{
	const struct machine_counters taken = spent_by(o);
	if (!tables_held(o, &taken))
		return false;
	if (!o->owed->cost)
		return true;
	struct machine_counters spent = spent_by(o);
	ASSERT_CMP(o->before.stores, <=, o->machine->counters.stores);
	ASSERT_CMP(o->before.loads, <=, o->machine->counters.loads);
	uint64_t most = o->leaves + spent.tables + o->summary->frees;
	if (o->summary->tlbis)
		oracle_exercised(o, RULE_COST_TLBI);
	if (o->summary->wasteful_tlbi && !fail_tlbi(o, o->summary->wasteful_tlbi))
		return false;
	if (!call_maps(o->call->kind))
		return true;
	if (spent.pages_scanned)
		oracle_exercised(o, RULE_COST_SCAN);
	if (spent.pages_scanned > o->call->pages.count)
		return fail_count(o, RULE_COST_SCAN, o->call->pages.count, spent.pages_scanned);
	if (!o->placement.pages)
		return true; /* not judged: see placement.c */
	oracle_exercised(o, RULE_COST_STORES);
	if (spent.stores > most)
		return fail_count(o, RULE_COST_STORES, most, spent.stores);
	if (o->tree->walks_again && o->call->kind == CALL_VMALLOC)
		return true;
	oracle_exercised(o, RULE_COST_LOADS);
	if (spent.loads > most_loads(o))
		return fail_count(o, RULE_COST_LOADS, most_loads(o), spent.loads);
	return true;
}
