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

struct spent {
	uint64_t stores, loads, scanned, tables, frees, trylocks;
};

static struct spent spent_by(const struct oracle *o)
{
	const struct machine *m = o->machine;
	struct spent spent = {
		.stores = m->counters.stores - o->before.stores,
		.loads = m->counters.loads - o->before.loads,
		.scanned = m->counters.pages_scanned - o->before.pages_scanned,
		.tables = m->counters.tables - o->before.tables,
	};
	for (uint32_t i = 0; i < m->log.events; i++) {
		spent.frees += m->log.event[i].kind == EVENT_FREE;
		spent.trylocks += m->log.event[i].kind == EVENT_TRYLOCK;
	}
	return spent;
}

static bool failed(struct oracle *o, enum rule rule, uint64_t most, uint64_t found)
{
	bool excused = property_failed(o, rule, VERDICT_NO_LEVEL, o->first_page);
	snprintf(o->verdict.expected, VERDICT_DETAIL_SIZE, "at most %" PRIu64, most);
	snprintf(o->verdict.found, VERDICT_DETAIL_SIZE, "%" PRIu64, found);
	return excused;
}

/* Entries above the last level that a walk of the range passes. */
static uint64_t entries_above(const struct oracle *o)
{
	uint64_t entries = 0;
	for (int level = o->g.start_level; level < ARM64_LAST_LEVEL; level++) {
		unsigned order = arm64_leaf_order(&o->g, level);
		entries += ((o->end_page - 1) >> order) - (o->first_page >> order) + 1;
	}
	return entries;
}

/* An entry above the last level is read to try a block and to descend; runs begin at the root. */
static uint64_t most_loads(const struct oracle *o, const struct spent *spent)
{
	uint64_t levels = (uint64_t)(ARM64_LAST_LEVEL - o->g.start_level);
	uint64_t table = UINT64_C(1) << o->g.stride;
	return o->leaves + 3 * entries_above(o) + 3 * levels * o->placement.runs +
	       4 * table * (spent->frees + spent->trylocks);
}

static bool tlbi_failed(struct oracle *o, const char *expected, uint64_t pages, bool all)
{
	bool excused = property_failed(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->first_page);
	snprintf(o->verdict.expected, VERDICT_DETAIL_SIZE, "%s", expected);
	snprintf(o->verdict.found, VERDICT_DETAIL_SIZE, "%s for %" PRIu64 " pages",
		 all ? "TLBI of everything" : "TLBI by page", pages);
	return excused;
}

/* A TLBI of table descriptors too is for one entry, whatever it maps. */
static bool tlbi_held(struct oracle *o)
{
	const struct event_log *log = &o->machine->log;
	uint64_t most = UINT64_C(1) << o->g.stride;
	uint64_t range = o->end_page - o->first_page;
	for (uint32_t i = 0; i < log->events; i++) {
		const struct event *e = &log->event[i];
		uint64_t pages = e->bytes >> o->g.granule;
		if (e->kind != EVENT_TLBI)
			continue;
		if (e->all && range <= most && !tlbi_failed(o, "TLBI by page", range, true))
			return false;
		if (!e->all && e->last_level_only && pages > most &&
		    !tlbi_failed(o, "TLBI of everything", pages, false))
			return false;
	}
	return true;
}

bool cost_held(struct oracle *o)
{
	struct spent spent = spent_by(o);
	uint64_t most = o->leaves + spent.tables + spent.frees;
	if (o->mapper->kind != MAPPER_SERIES)
		return true;
	if (!tlbi_held(o))
		return false;
	if (o->call->kind > CALL_IOREMAP)
		return true;
	if (spent.scanned > o->call->pages.count)
		return failed(o, RULE_COST_SCAN, o->call->pages.count, spent.scanned);
	if (!o->placement.pages)
		return true; /* not judged: see placement.c */
	if (spent.stores > most)
		return failed(o, RULE_COST_STORES, most, spent.stores);
	if (spent.loads > most_loads(o, &spent))
		return failed(o, RULE_COST_LOADS, most_loads(o, &spent), spent.loads);
	return true;
}
