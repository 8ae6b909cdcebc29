// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost: what the series promises, in the machine's own counts. Each leaf
 * entry and each table descriptor is stored once; tables are not walked from
 * the root for every block; the page array is scanned once. Neighbouring
 * entries of a table are stored together, whether they are set or cleared. Of
 * TLB maintenance see cost_tlbi.c.
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

/* Tables of pages, or blocks in their place, that pages [first, end) reach into. */
static uint64_t windows(const struct oracle *o)
{
	const struct expected *e = o->expected;
	unsigned order = arm64_leaf_order(&o->g, ARM64_LAST_LEVEL - 1);
	return ((e->affected_end - 1) >> order) - (e->affected_first >> order) + 1;
}

/* What one event need not store more entries than, where they are no series. */
#define LIST 64

/*
 * Store events for the range of a call that clears or changes: what lies in one
 * table at once. A split fills and links a table; of the group at either end
 * of the range and of a table filled the Contiguous bit goes.
 */
static uint64_t most_changes(const struct oracle *o, uint64_t tables)
{
	uint64_t most = windows(o) + affected_pages(o) / LIST;
	uint64_t entries = UINT64_C(1) << o->g.stride;
	most *= changes_of_range(o);
	if (call_effect(o->call->kind) == CALL_CHANGES && oracle_splits_for_set_memory(o))
		most += 2 + (3 + entries / LIST) * tables;
	if (call_effect(o->call->kind) == CALL_REMOVES)
		most += o->summary->frees;
	return most;
}

/*
 * Store events of a mapping call. In a table a run is cut into powers of two,
 * up and down again. Blocks that are not aligned come one by one, each of a
 * group's pages at least, and are cut where a group would begin.
 */
static uint64_t most_batches(const struct oracle *o, uint64_t tables)
{
	unsigned group = arm64_contiguous_size(&o->g, ARM64_LAST_LEVEL);
	return tables + o->summary->frees + 2 * (o->leaves >> group) +
	       2 * (uint64_t)o->g.stride * (o->placement.runs + windows(o));
}

static bool batches_held(struct oracle *o, uint64_t tables)
{
	const struct trace_summary *seen = o->summary;
	bool maps = call_fills(o->call->kind);
	uint64_t events = maps ? seen->stores : seen->range_stores;
	if (!o->owed->batches || !events || (maps && !o->placement.pages))
		return true;
	if (o->call->kind == CALL_SET_DIRECT_MAP)
		return true; /* the kernel's function is for one page */
	uint64_t most = maps ? most_batches(o, tables) : most_changes(o, tables);
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	oracle_exercised(o, RULE_COST_STORES);
	if (events <= most)
		return true;
	snprintf(expected, sizeof(expected),
		 "at most %" PRIu64 " store events: neighbouring entries of a table at once", most);
	snprintf(found, sizeof(found), "%" PRIu64, events);
	return fail(o, RULE_COST_STORES, VERDICT_NO_LEVEL, o->expected->affected_first, expected,
		    found);
}

/* What changes maps nothing: it needs a table for each block that it splits. */
static bool tables_held(struct oracle *o, const struct machine_counters *spent)
{
	if (call_effect(o->call->kind) != CALL_CHANGES || o->out.error)
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
	if (call_lays(o->call->kind) || call_is_of_vmemmap(o->call->kind))
		most += spent.tables; /* each is cleared, which a tree records as a store */
	if (!cost_tlbis_held(o) || !batches_held(o, spent.tables))
		return false;
	if (!call_fills(o->call->kind))
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
	if (call_lays(o->call->kind) || call_is_of_vmemmap(o->call->kind))
		return true; /* an entry is read for the check of each step, and groups in advance */
	if (o->tree->walks_again && o->call->kind == CALL_VMALLOC)
		return true;
	oracle_exercised(o, RULE_COST_LOADS);
	if (spent.loads > most_loads(o))
		return fail_count(o, RULE_COST_LOADS, most_loads(o), spent.loads);
	return true;
}
