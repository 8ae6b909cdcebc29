// SPDX-License-Identifier: GPL-2.0-only
/*
 * flush: caches of the call's range are told exactly once, of a mapping when
 * all is stored and of an unmapping before anything is, on error exits too;
 * the mask of modified levels covers what changed; and set_memory of an area
 * has stale aliases dropped, before anything of the area changes.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "oracle/properties/fail.h"

static bool fail_cache(struct oracle *o, const char *expected, const struct trace_summary *seen)
{
	char found[VERDICT_DETAIL_SIZE];
	if (seen->flushes == 1)
		snprintf(found, sizeof(found),
			 "0x%" PRIx64 " bytes from 0x%016" PRIx64 ", event %" PRIu32
			 "; stores are events %" PRIu32 " to %" PRIu32,
			 seen->flush->bytes, seen->flush->va, seen->last_flush, seen->first_store,
			 seen->last_store);
	else
		snprintf(found, sizeof(found), "%" PRIu32 " flushes", seen->flushes);
	return fail(o, RULE_FLUSH_CACHE, VERDICT_NO_LEVEL, o->expected->affected_first, expected,
		    found);
}

static bool cache_held(struct oracle *o, const struct trace_summary *seen)
{
	const struct call *call = o->call;
	oracle_exercised(o, RULE_FLUSH_CACHE);
	if (call_effect(call->kind) == CALL_CHANGES || call_effect(call->kind) == CALL_COPIES ||
	    call_is_of_memory(call->kind) || call_is_of_vmemmap(call->kind))
		return !seen->flushes || fail_cache(o, "no flush", seen);
	if (o->expected->idle)
		return !seen->flushes || fail_cache(o, "no flush", seen);
	bool whole = seen->flushes == 1 && seen->flush->va == oracle_va(o, o->first_page) &&
		     seen->flush->bytes == (o->end_page - o->first_page) << o->g.granule;
	if (call_effect(call->kind) == CALL_UNMAPS) {
		whole = whole && seen->flush->what == CACHE_FLUSH_VUNMAP &&
			seen->last_flush < seen->first_store;
		return whole || fail_cache(o, "one flush of the range, before all stores", seen);
	}
	if (o->out.error && call_applies(call->kind) && !seen->flushes)
		return true; /* the caller of what failed has nothing to flush */
	whole = whole && seen->flush->what == CACHE_FLUSH_VMAP &&
		(seen->first_store == UINT32_MAX || seen->last_flush > seen->last_store);
	return whole || fail_cache(o, "one flush of the range, after all stores", seen);
}

/* A call that failed may report the last level, at which it stopped before a store. */
static bool modified_held(struct oracle *o, const struct trace_summary *seen)
{
	uint32_t reported = o->out.modified;
	uint32_t allowed = seen->levels | seen->freed_levels;
	if (call_effect(o->call->kind) == CALL_CHANGES ||
	    call_effect(o->call->kind) == CALL_COPIES || call_is_of_memory(o->call->kind) ||
	    call_is_of_vmemmap(o->call->kind))
		return true; /* the kernel's has no mask */
	if (o->out.error)
		allowed |= MODIFIED_LEVEL(ARM64_LAST_LEVEL);
	if (o->out.error && oracle_waives(o, WAIVER_MASK_LOST))
		return true;
	if ((call_effect(o->call->kind) == CALL_UNMAPS || o->out.error) &&
	    oracle_waives(o, WAIVER_MASK_OF_NOTHING))
		allowed = reported;
	if (o->trace.made_in_vain) /* pmd_alloc_track() counts the table that another call linked */
		allowed = reported;
	oracle_exercised(o, RULE_FLUSH_MODIFIED);
	if (!(seen->levels & ~reported) && !(reported & ~allowed))
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "mask 0x%" PRIx32 " (bit 0 is level -1)",
		 seen->levels);
	snprintf(found, sizeof(found), "mask 0x%" PRIx32, reported);
	return fail(o, RULE_FLUSH_MODIFIED, VERDICT_NO_LEVEL, o->expected->affected_first, expected,
		    found);
}

/* vfree() that resets permissions drops them along with its own, whatever comes of aliases. */
static bool purge_held(struct oracle *o, const struct trace_summary *seen)
{
	if (!o->call->reset)
		return true;
	oracle_exercised(o, RULE_FLUSH_ALIASES);
	return seen->unmapped_aliases ||
	       fail(o, RULE_FLUSH_ALIASES, VERDICT_NO_LEVEL, o->expected->affected_first,
		    "vm_unmap_aliases()", "none");
}

/* set_memory_valid() is for the linear map, and a call that failed may not have come so far. */
static bool aliases_held(struct oracle *o, const struct trace_summary *seen)
{
	if (o->call->kind == CALL_VFREE)
		return purge_held(o, seen);
	if (o->out.error || !o->expected->area)
		return true;
	char found[VERDICT_DETAIL_SIZE] = "none";
	oracle_exercised(o, RULE_FLUSH_ALIASES);
	if (seen->unmapped_aliases && seen->first_unmapped_aliases < seen->first_range_store)
		return true;
	if (seen->unmapped_aliases)
		snprintf(found, sizeof(found),
			 "it is event %" PRIu32 ", the first store to the range event %" PRIu32,
			 seen->first_unmapped_aliases, seen->first_range_store);
	return fail(o, RULE_FLUSH_ALIASES, VERDICT_NO_LEVEL, o->expected->affected_first,
		    "vm_unmap_aliases() before the range changes", found);
}

bool flush_held(struct oracle *o)
{
	if (o->summary->bugs)
		return true; /* BUG() does not return */
	return cache_held(o, o->summary) && modified_held(o, o->summary) &&
	       aliases_held(o, o->summary);
}
