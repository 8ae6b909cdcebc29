// SPDX-License-Identifier: GPL-2.0-only
/*
 * One function for each thing that a property judges. Each returns true when
 * it holds; else it has left its verdict with fail().
 */
#ifndef ORACLE_PROPERTIES_PROPERTIES_H
#define ORACLE_PROPERTIES_PROPERTIES_H

#include "oracle/expect/expect.h"
#include "oracle/oracle.h"

/* summary.c: what the record of the call counts up to, once what is expected is complete. */
struct trace_summary trace_summarize(const struct oracle *o);

/*
 * TLBIs by range that may follow each other: one for each SCALE, which leaves
 * one page at the most of up to 2^21 pages.
 */
#define MAX_RANGE_OPS 4

/* Pages that the call changes. */
static inline uint64_t affected_pages(const struct oracle *o)
{
	return o->expected->affected_end - o->expected->affected_first;
}

/* How often the call changes its range: set_memory_rox() makes it read-only, and then executable. */
static inline uint64_t changes_of_range(const struct oracle *o)
{
	bool twice = o->call->kind == CALL_SET_MEMORY && o->call->change == MEMORY_ROX;
	return twice ? 2 : 1;
}

/*
 * translation.c, isolation.c: before the sweep; a span of leaves, and the
 * pages up to `end` that nothing maps.
 */
void translation_begin(struct oracle *o);
bool translation_span(struct oracle *o, const struct arm64_span *span);
bool translation_gap(struct oracle *o, uint64_t end);
/* The rule that a leaf for `page`, where there should be none, breaks. */
enum rule isolation_rule(const struct oracle *o, uint64_t page);
/* Notes that leaves for pages [page, end) are looked at, which could be such. */
void isolation_exercised(struct oracle *o, uint64_t page, uint64_t end);

/* leaf.c */
bool leaf_span(struct oracle *o, const struct arm64_span *span);
bool leaf_reserved(struct oracle *o, const struct arm64_reserved *reserved);

/*
 * translation.c: whether leaf `desc` would give pages [page, end) of a segment what
 * they must be, below tables with `limits`.
 */
bool translation_would_hold(const struct oracle *o, int level, uint64_t desc, uint64_t limits,
			    const struct segment *s, uint64_t page, uint64_t end);

/* invalid.c: an entry that is neither valid nor 0; and after the sweep, whether any is missing. */
bool invalid_entry(struct oracle *o, const struct arm64_invalid *invalid);
bool invalid_all_kept(struct oracle *o);

/*
 * contiguous.c: groups at the end; and in the trace, whether `neighbour`, entry
 * `index` of a table or none of it, is of another kind than leaf `desc`, just
 * made in the same group.
 */
bool contiguous_span(struct oracle *o, const struct arm64_span *span);
bool contiguous_mixed(struct oracle *o, int level, uint32_t made, uint64_t desc, uint32_t index,
		      uint64_t neighbour);

/* tables.c: before the sweep, a table descriptor in it, and after it. */
bool tables_accesses(struct oracle *o);
bool tables_link(struct oracle *o, const struct arm64_link *link);
bool tables_all_reached(struct oracle *o);

/* copies.c: after the sweep, the tables that trans_pgd made, which count as reached. */
bool copies_held(struct oracle *o);

/* errors.c: errno, BUG() and warnings, and that a refused call stores nothing. */
bool errors_held(struct oracle *o);

/*
 * blocks.c: what vmalloc() says it kept, held against what it was asked for;
 * and its blocks in pages, 1 where what it says is the size of no block.
 */
uint64_t vmalloc_block_pages(const struct oracle *o);
bool blocks_held(struct oracle *o);

/*
 * history.c: watches the machine from history_begin() on. What is stored
 * outside of calls was there before: nothing of it is judged, or cached.
 */
void history_begin(struct oracle *o);
void history_begin_call(struct oracle *o);
bool history_held(struct oracle *o);
/*
 * A call is made while that of `outer` runs: `inner` watches the machine, whose
 * tables both see. And what was left to a later TLBI so far, handed on.
 */
void history_meet(struct oracle *inner, struct oracle *outer);
void history_share_lazy(struct oracle *to, const struct oracle *from);
/* vm_unmap_aliases(): what was unmapped lazily was invalidated; of the linear map it knows nothing. */
void purge_areas(struct oracle *o);

/* placement.c: the leaves of a span that lie in a mapping call's range; before that, what they must be. */
void placement_begin(struct oracle *o);
bool placement_span(struct oracle *o, const struct arm64_span *span);

/* flush.c, cost.c: what the call did besides its stores, and how much it did. */
bool flush_held(struct oracle *o);
bool cost_held(struct oracle *o);
/* cost_tlbi.c: the part of cost.c that is about TLBIs. */
bool cost_tlbis_held(struct oracle *o);

/* isolation.c: no store of the call left a value for a while that is neither old nor new. */
bool isolation_held(struct oracle *o);

/* The same in the trace: leaves at `level` for pages [page, page + pages) are no longer reached. */
void isolation_faults(struct oracle *o, int level, uint64_t page, uint64_t pages);

/* lookup.c: leaves of the call's range, and where in and around it nothing is mapped. */
bool lookup_span(struct oracle *o, const struct arm64_span *span);
bool lookup_nothing(struct oracle *o);

/* Whether the lookup, page_present or dump that just ended, for `page`, warned of nothing; fails `rule` if not. */
bool lookup_was_quiet(struct oracle *o, enum rule rule, uint64_t page);

/* tables.c: after memory was removed, or could not be added: no table of its range is empty. */
bool tables_none_empty(struct oracle *o);

/* memory.c: what memory was taken for struct pages is mapped. */
bool memory_all_mapped(struct oracle *o);

/* present.c: what is told of pages of the linear map that changed. */
bool present_held(struct oracle *o);

/* dumps.c: what a dump of the tables says of what the call changed. */
bool dumps_held(struct oracle *o);

/* splits.c: where a call that splits leaves, and changes nothing else, has left larger ones. */
bool splits_held(struct oracle *o);

#endif
