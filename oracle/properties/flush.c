// SPDX-License-Identifier: GPL-2.0-only
/*
 * flush: caches of the call's range are told exactly once, of a mapping when
 * all is stored and of an unmapping before anything is, on error exits too;
 * the mask of modified levels covers what changed; and set_memory of an area
 * has stale aliases dropped.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "oracle/properties/fail.h"

/* What the record says of stores and flushes. */
struct seen {
	uint32_t flushes, flush_at, unmapped_aliases;
	uint32_t first_store, last_store; /* UINT32_MAX and 0 if there is none */
	bool bug;
	uint32_t levels; /* MODIFIED_LEVEL() of tables stored to that are there */
	uint32_t gone;   /* and of those that were freed */
	const struct event *flush;
};

static struct seen look(const struct oracle *o)
{
	const struct event_log *log = &o->machine->log;
	struct seen seen = { .first_store = UINT32_MAX };
	for (uint32_t i = 0; i < log->events; i++) {
		const struct event *e = &log->event[i];
		if (e->kind == EVENT_CACHE_FLUSH) {
			seen.flushes++;
			seen.flush_at = i;
			seen.flush = e;
		} else if (e->kind == EVENT_UNMAP_ALIASES) {
			seen.unmapped_aliases++;
		} else if (e->kind == EVENT_BUG) {
			seen.bug = true;
		} else if (e->kind == EVENT_STORE) {
			seen.last_store = i;
			if (seen.first_store == UINT32_MAX)
				seen.first_store = i;
			uint32_t level = MODIFIED_LEVEL(o->trace.place[e->table].level);
			*(o->machine->table[e->table].freed ? &seen.gone : &seen.levels) |= level;
		}
	}
	return seen;
}

static bool fail_cache(struct oracle *o, const char *expected, const struct seen *seen)
{
	char found[VERDICT_DETAIL_SIZE];
	if (seen->flushes == 1)
		snprintf(found, sizeof(found),
			 "0x%" PRIx64 " bytes from 0x%016" PRIx64 ", event %" PRIu32
			 "; stores are events %" PRIu32 " to %" PRIu32,
			 seen->flush->bytes, seen->flush->va, seen->flush_at, seen->first_store,
			 seen->last_store);
	else
		snprintf(found, sizeof(found), "%" PRIu32 " flushes", seen->flushes);
	return fail(o, RULE_FLUSH_CACHE, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

static bool cache_held(struct oracle *o, const struct seen *seen)
{
	const struct call *call = o->call;
	if (call->kind == CALL_SET_MEMORY)
		return !seen->flushes || fail_cache(o, "no flush", seen);
	bool whole = seen->flushes == 1 && seen->flush->va == call->va &&
		     seen->flush->bytes == call->bytes;
	if (call->kind == CALL_VUNMAP) {
		whole = whole && seen->flush->what == CACHE_FLUSH_VUNMAP &&
			seen->flush_at < seen->first_store;
		return whole || fail_cache(o, "one flush of the range, before all stores", seen);
	}
	whole = whole && seen->flush->what == CACHE_FLUSH_VMAP &&
		(seen->first_store == UINT32_MAX || seen->flush_at > seen->last_store);
	return whole || fail_cache(o, "one flush of the range, behind all stores", seen);
}

/* A call that failed may report the last level, at which it stopped before a store. */
static bool modified_held(struct oracle *o, const struct seen *seen)
{
	uint32_t reported = o->call->modified;
	uint32_t allowed = seen->levels | seen->gone;
	if (o->call->kind == CALL_SET_MEMORY)
		return true; /* the kernel's has no mask */
	if (o->call->returned)
		allowed |= MODIFIED_LEVEL(ARM64_LAST_LEVEL);
	if (o->call->returned && oracle_excuses(o, KNOWN_MASK_LOST))
		return true;
	if ((o->call->kind == CALL_VUNMAP || o->call->returned) &&
	    oracle_excuses(o, KNOWN_MASK_OF_NOTHING))
		allowed = reported;
	if (!(seen->levels & ~reported) && !(reported & ~allowed))
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "mask 0x%" PRIx32 " (bit 0 is level -1)",
		 seen->levels);
	snprintf(found, sizeof(found), "mask 0x%" PRIx32, reported);
	return fail(o, RULE_FLUSH_MODIFIED, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

/* set_memory_valid() is for the linear map, and a call that failed may not have come so far. */
static bool aliases_held(struct oracle *o, const struct seen *seen)
{
	if (o->call->kind != CALL_SET_MEMORY || o->call->returned || !o->expected.area ||
	    seen->unmapped_aliases)
		return true;
	return fail(o, RULE_FLUSH_ALIASES, VERDICT_NO_LEVEL, o->first_page, "vm_unmap_aliases()",
		    "none");
}

bool flush_held(struct oracle *o)
{
	struct seen seen = look(o);
	if (seen.bug)
		return true; /* the kernel ended where it stood */
	return cache_held(o, &seen) && modified_held(o, &seen) && aliases_held(o, &seen);
}
