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

#include "oracle/properties/fail.h"

struct spent {
	uint64_t stores, loads, scanned, tables, frees, trylocks;
	const struct event *tlbi; /* the first that is not as arm64 does it; NULL if all are */
};

/* A TLBI of table descriptors too is for one entry, whatever it maps. */
static bool is_wasteful(const struct oracle *o, const struct event *e)
{
	uint64_t most = UINT64_C(1) << o->g.stride;
	if (e->kind != EVENT_TLBI)
		return false;
	return e->all ? o->end_page - o->first_page <= most
		      : e->last_level_only && e->bytes >> o->g.granule > most;
}

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
		const struct event *e = &m->log.event[i];
		spent.frees += e->kind == EVENT_FREE;
		spent.trylocks += e->kind == EVENT_TRYLOCK;
		if (!spent.tlbi && is_wasteful(o, e))
			spent.tlbi = e;
	}
	return spent;
}

static bool fail_count(struct oracle *o, enum rule rule, uint64_t most, uint64_t count)
{
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "at most %" PRIu64, most);
	snprintf(found, sizeof(found), "%" PRIu64, count);
	return fail(o, rule, VERDICT_NO_LEVEL, o->first_page, expected, found);
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
	uint64_t reads = o->mapper->reads_an_entry ? o->mapper->reads_an_entry : 1;
	return reads * o->leaves + 3 * entries_above(o) + 3 * levels * o->placement.runs +
	       4 * table * (spent->frees + spent->trylocks);
}

static bool fail_tlbi(struct oracle *o, const struct event *e)
{
	char found[VERDICT_DETAIL_SIZE];
	uint64_t pages = e->all ? o->end_page - o->first_page : e->bytes >> o->g.granule;
	snprintf(found, sizeof(found), "%s for %" PRIu64 " pages",
		 e->all ? "TLBI of everything" : "TLBI by page", pages);
	return fail(o, RULE_COST_TLBI, VERDICT_NO_LEVEL, o->first_page,
		    e->all ? "TLBI by page" : "TLBI of everything", found);
}

bool cost_held(struct oracle *o)
{
	if (o->mapper->kind != MAPPER_SERIES)
		return true;
	struct spent spent = spent_by(o);
	uint64_t most = o->leaves + spent.tables + spent.frees;
	if (spent.tlbi && !fail_tlbi(o, spent.tlbi))
		return false;
	if (o->call->kind > CALL_IOREMAP)
		return true;
	if (spent.scanned > o->call->pages.count)
		return fail_count(o, RULE_COST_SCAN, o->call->pages.count, spent.scanned);
	if (!o->placement.pages)
		return true; /* not judged: see placement.c */
	if (spent.stores > most)
		return fail_count(o, RULE_COST_STORES, most, spent.stores);
	if (spent.loads > most_loads(o, &spent))
		return fail_count(o, RULE_COST_LOADS, most_loads(o, &spent), spent.loads);
	return true;
}
