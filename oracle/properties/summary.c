// SPDX-License-Identifier: GPL-2.0-only
/* The one pass over a call's record that gathers what several properties count. */
#include "mapper/machine/assert.h"
#include "oracle/properties/properties.h"

/*
 * Whether a TLBI by address is for pages that the call does not change. vfree() that resets permissions
 * has one of all that lies between an area and its aliases.
 */
static bool is_elsewhere(const struct oracle *o, const struct event *e)
{
	if (o->call->reset)
		return false;
	uint64_t page = (e->va - arm64_va_base(&o->g)) >> o->g.granule;
	uint64_t pages = e->bytes >> o->g.granule;
	bool alias = pages == 1 && page < oracle_linear_pages(o) && o->expected->all_aliases;
	return !alias &&
	       (page < o->expected->affected_first || page + pages > o->expected->affected_end);
}

/*
 * arm64 invalidates a range page by page up to as many pages as a table has
 * entries, or to one fewer, and everything above. A TLBI of table descriptors too is for one
 * entry, whatever it maps. A lazy call leaves all of it to vm_unmap_aliases(), another to its caller.
 */
static bool is_wasteful(const struct oracle *o, const struct event *e)
{
	uint64_t most = UINT64_C(1) << o->g.stride;
	if (oracle_waives(o, WAIVER_FLUSHES_AT_LIMIT))
		most--;
	if (call_leaves_tlb(o->call))
		return true;
	if (o->call->kind == CALL_VFREE) /* of an area and its aliases: what lies apart, at once */
		return !e->all && !e->by_range && e->bytes >> o->g.granule > most;
	if (e->local)
		return false; /* a broadcast one must follow, and is judged */
	if (e->by_range)
		return e->count > MAX_RANGE_OPS;
	return e->all ? affected_pages(o) <= most
		      : e->last_level_only && e->bytes >> o->g.granule > most;
}

/* The table that was last stored to: most stores are to the one before. */
struct stored_table {
	table_t table;
	bool linked, freed;
	uint32_t level; /* MODIFIED_LEVEL() */
	uint64_t page;
	unsigned order; /* of its leaves */
};

static struct stored_table stored_table_of(const struct oracle *o, table_t table)
{
	ASSERT_CMP(table, <, o->machine->tables);
	const struct table_place *place = &o->trace.place[table];
	return (struct stored_table){ .table = table,
				      .linked = place->linked,
				      .freed = o->machine->table[table].freed,
				      .level = MODIFIED_LEVEL(place->level),
				      .page = place->page,
				      .order = arm64_leaf_order(&o->g, place->level) };
}

/* Whether the entries of a store map some of the pages that the call changes. */
static bool is_in_range(const struct oracle *o, const struct event *e, const struct stored_table *t)
{
	uint64_t first = t->page + ((uint64_t)e->index << t->order);
	uint64_t end = first + ((uint64_t)e->count << t->order);
	return t->linked && first < o->expected->affected_end && o->expected->affected_first < end;
}

static void count_store(const struct oracle *o, const struct event *e, uint32_t at,
			struct stored_table *t, struct trace_summary *s)
{
	if (e->table != t->table)
		*t = stored_table_of(o, e->table);
	bool in_range = is_in_range(o, e, t);
	if (!s->stores++)
		s->first_store = at;
	s->last_store = at;
	if (in_range || o->call->kind != CALL_VFREE) /* of the linear map it has no mask */
		*(t->freed ? &s->freed_levels : &s->levels) |= t->level;
	if (in_range && !s->range_stores++)
		s->first_range_store = at;
}

/* Whether a TLBI by range, or the single page that is over, belongs to the one before it. */
static bool goes_on(const struct event *before, const struct event *e)
{
	return before->kind == EVENT_TLBI && (before->by_range || e->by_range) && !e->all &&
	       before->va + before->bytes == e->va;
}

static void count_other(const struct oracle *o, const struct event *e, uint32_t at,
			struct trace_summary *s)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_TLBI:
		s->tlbis += !at || !goes_on(e - 1, e);
		if (!s->tlbi_elsewhere && !e->all && is_elsewhere(o, e))
			s->tlbi_elsewhere = e;
		if (!s->wasteful_tlbi && is_wasteful(o, e))
			s->wasteful_tlbi = e;
		return;
	case EVENT_FREE:
		s->frees++;
		return;
	case EVENT_CACHE_FLUSH:
		s->flushes++;
		s->last_flush = at;
		s->flush = e;
		return;
	case EVENT_TRYLOCK:
		s->trylocks++;
		s->failed_trylocks += !e->what;
		return;
	case EVENT_WARN:
		s->warnings++;
		return;
	case EVENT_BUG:
		s->bugs++;
		return;
	case EVENT_UNMAP_ALIASES:
		if (!s->unmapped_aliases++)
			s->first_unmapped_aliases = at;
		return;
	case EVENT_TRAP:
		if (!s->trap)
			s->trap = e;
		return;
	case EVENT_STORE:
	case EVENT_BARRIER:
	case EVENT_ALLOC:
	case EVENT_UNLOCK:
	case EVENT_LEFT_LAZY:
	case EVENT_FREE_PAGES:
	case EVENT_TAKE:
	case EVENT_RELEASE:
	case EVENT_READ: /* of a reader, not of a call */
	case EVENT_FREE_MEMORY:
		return;
	}
}

struct trace_summary trace_summarize(const struct oracle *o)
{
	const struct event_log *log = &o->machine->log;
	struct trace_summary s = { .first_store = UINT32_MAX, .first_range_store = UINT32_MAX };
	struct stored_table t = { .table = MACHINE_NO_TABLE };
	for (uint32_t i = 0; i < log->events; i++) {
		const struct event *e = &log->event[i];
		if (e->kind == EVENT_STORE)
			count_store(o, e, i, &t, &s);
		else
			count_other(o, e, i, &s);
	}
	ASSERT_CMP(s.frees + s.trylocks + s.flushes + s.stores, <=, log->events);
	ASSERT_CMP(s.stores != 0, ==, s.first_store <= s.last_store);
	ASSERT_CMP(s.failed_trylocks, <=, s.trylocks);
	return s;
}
