// SPDX-License-Identifier: GPL-2.0-only
/*
 * history: every step of a call was one that hardware, which walks and caches
 * the tables all the time, may see.
 *
 * Each event is judged as it happens, at a cost that follows the event. What
 * a step may be stands in steps.c; how long an entry may be cached, in tlb.h.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "mapper/machine/assert.h"
#include "oracle/properties/fail.h"
#include "oracle/properties/steps.h"

#define EVENTS_A_WORD 64
#define REACHED_BYTES (MACHINE_MAX_EVENTS / EVENTS_A_WORD * sizeof(uint64_t))

bool trace_create(struct trace *trace)
{
	void *p = mmap(NULL, REACHED_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	trace->reached = p == MAP_FAILED ? NULL : p;
	return tlb_create(&trace->tlb) && trace->reached;
}

void trace_destroy(struct trace *trace)
{
	tlb_destroy(&trace->tlb);
	if (trace->reached)
		munmap(trace->reached, REACHED_BYTES);
	trace->reached = NULL;
}

/* --- events ---------------------------------------------------------------------- */

static uint64_t stored_word(const struct oracle *o, const struct event *e, uint32_t i)
{
	return e->words == EVENT_NO_WORDS ? e->first + i * e->step
					  : o->machine->log.word[e->words + i];
}

static uint64_t old_word(const struct oracle *o, const struct event *e, uint32_t i)
{
	return e->old_words == EVENT_NO_WORDS ? 0 : o->machine->log.word[e->old_words + i];
}

/* What stands in a table when the first `stored` entries of the event have been stored; 0 past its end. */
static uint64_t word_during(const struct oracle *o, const struct event *e, uint32_t stored,
			    uint32_t index)
{
	if (index >= e->index && index < e->index + stored)
		return stored_word(o, e, index - e->index);
	return index < o->machine->entries ? machine_words(o->machine, e->table)[index] : 0;
}

/*
 * Leaves [from, to) of the event were put where nothing was: what stands next
 * to them is of the same kind, or not of the same group.
 */
static void judge_neighbours(struct oracle *o, const struct event *e, uint32_t from, uint32_t to)
{
	const struct table_place *place = &o->trace.place[e->table];
	uint32_t first = e->index + from, last = e->index + to - 1;
	uint64_t head = stored_word(o, e, from), tail = stored_word(o, e, to - 1);
	if (oracle_splits_live(o))
		return;
	if ((first && contiguous_mixed(o, place->level, first, head, first - 1,
				       word_during(o, e, to, first - 1))) ||
	    contiguous_mixed(o, place->level, last, tail, last + 1,
			     word_during(o, e, to, last + 1)))
		trace_fail(o, RULE_CONTIGUOUS_MIXED, place->level,
			   place->page + first * pages_at(o, place->level),
			   "a group filled with one kind of entry, or break-before-make",
			   "Contiguous and not, next to each other");
}

/* Pages that are set valid where every entry was 0: one step for all of them. */
static bool only_sets_valid(const struct table_place *place, const struct event *e)
{
	return place->level == ARM64_LAST_LEVEL && e->old_words == EVENT_NO_WORDS && e->count &&
	       (e->words != EVENT_NO_WORDS || e->first & ARM64_VALID);
}

/* Keeps whether walks reached the table of the store that is the last event. */
static void keep_reached(struct oracle *o, bool reached)
{
	ASSERT_CMP(o->machine->log.events, >, 0);
	uint32_t at = o->machine->log.events - 1;
	uint64_t *word = &o->trace.reached[at / EVENTS_A_WORD];
	uint64_t bit = UINT64_C(1) << at % EVENTS_A_WORD;
	*word = reached ? *word | bit : *word & ~bit;
}

bool step_was_reached(const struct oracle *o, uint32_t at)
{
	ASSERT_CMP(at, <, o->machine->log.events);
	return o->trace.reached[at / EVENTS_A_WORD] >> at % EVENTS_A_WORD & 1;
}

/* A store to a table that was unlinked: a walk from a pointer that is still cached meets it. */
static void see_store_to_unlinked(struct oracle *o, const struct event *e)
{
	const struct table_place *place = &o->trace.place[e->table];
	for (uint32_t i = 0; i < e->count; i++)
		if (stored_word(o, e, i) & ARM64_VALID) {
			uint64_t page = place->page + (e->index + i) * pages_at(o, place->level);
			step_use_unlinked(o, e->table, place->level, page);
			return;
		}
}

static void see_store(struct oracle *o, const struct event *e)
{
	struct table_place *place = &o->trace.place[e->table];
	place->written = *o->trace.clock;
	keep_reached(o, place->linked);
	if (!place->linked && place->was_linked)
		see_store_to_unlinked(o, e);
	if (!place->linked ||
	    (e->old_words == EVENT_NO_WORDS && e->words == EVENT_NO_WORDS && !e->first && !e->step))
		return;
	uint64_t pages = pages_at(o, place->level);
	if (only_sets_valid(place, e)) {
		step_set_valid(o, place->level, place->page + e->index, e->count);
		judge_neighbours(o, e, 0, e->count);
		return;
	}
	uint32_t entries = arm64_table_entries(&o->g, place->level);
	ASSERT_CMP(place->level, <=, ARM64_LAST_LEVEL);
	for (uint32_t i = 0; i < e->count && e->index + i < entries; i++) {
		struct step step = { o,
				     place->level,
				     place->page + (e->index + i) * pages,
				     old_word(o, e, i),
				     stored_word(o, e, i),
				     e->table };
		step_judge(&step);
		if (arm64_kind(&o->g, place->level, step.old) == ARM64_INVALID &&
		    arm64_kind(&o->g, place->level, step.new) == ARM64_LEAF)
			judge_neighbours(o, e, i, i + 1);
	}
}

static void see_isb(struct trace *trace)
{
	if (trace->valid == TRACE_COMPLETED)
		trace->valid = TRACE_VISIBLE;
	if (trace->invalidated == TRACE_COMPLETED)
		trace->invalidated = TRACE_VISIBLE;
}

static void see_barrier(struct oracle *o, enum barrier kind)
{
	struct trace *trace = &o->trace;
	if (kind == BARRIER_ISB) {
		see_isb(trace);
		return;
	}
	if (kind == BARRIER_DSB_NSHST || kind == BARRIER_DSB_NSH) {
		trace->local_dsb = true;
		tlb_local_dsb(&trace->tlb, kind == BARRIER_DSB_NSHST);
		return;
	}
	trace->ordered = *trace->clock;
	if (kind == BARRIER_DMB_ISHST)
		return;
	if (trace->valid == TRACE_STORED)
		trace->valid = TRACE_COMPLETED;
	if (kind != BARRIER_DSB_ISH)
		tlb_order(&trace->tlb);
	else if (tlb_complete(&trace->tlb))
		trace->invalidated = TRACE_COMPLETED;
}

/* The table page may be used for something else at once: the TLBI must be over for this processor too. */
static void see_free(struct oracle *o, table_t table)
{
	step_free(o, table);
	if (o->trace.invalidated != TRACE_COMPLETED)
		return;
	oracle_exercised(o, RULE_HISTORY_ISB);
	trace_fail(o, RULE_HISTORY_ISB, o->trace.place[table].level, o->trace.place[table].page,
		   "an ISB after the DSB of the TLBI", "none before a table page was freed");
}

static void see_tlbi(struct oracle *o, const struct event *e)
{
	ASSERT_CMP(o->machine->log.events, >, 0); /* this is its last */
	if (!tlb_invalidate(&o->trace.tlb, e) && o->trace.idle_tlbi == UINT32_MAX)
		o->trace.idle_tlbi = o->machine->log.events - 1;
}

static void see_event(void *context, const struct event *e)
{
	struct oracle *o = context;
	++*o->trace.clock;
	switch (e->kind) {
	case EVENT_STORE:
		see_store(o, e);
		return;
	case EVENT_BARRIER:
		see_barrier(o, e->what);
		return;
	case EVENT_TLBI:
		see_tlbi(o, e);
		return;
	case EVENT_ALLOC:
		step_may_sleep(o, "a table page");
		o->trace.place[e->table] = (struct table_place){ .written = *o->trace.clock };
		return;
	case EVENT_FREE:
		see_free(o, e->table);
		return;
	case EVENT_FREE_PAGES:
		step_free_pages(o, e);
		return;
	case EVENT_FREE_MEMORY:
		step_free_memory(o, e);
		return;
	case EVENT_TRYLOCK:
		if (e->what)
			step_lock(o, e->for_writing);
		return;
	case EVENT_LEFT_LAZY:
		o->trace.left_lazy =
			e->what ? "inside of one, with barriers pending" : "inside of one";
		return;
	case EVENT_BUG:
		o->trace.ended = true;
		return;
	case EVENT_UNLOCK:
		step_unlock(o, e->for_writing);
		return;
	case EVENT_TAKE:
		step_take(o, e->what);
		return;
	case EVENT_RELEASE:
		step_release(o, e->what);
		return;
	default:
		return;
	}
}

/* --- calls ------------------------------------------------------------------------ */

void history_begin(struct oracle *o)
{
	o->trace.judging = false;
	o->trace.place = o->trace.own.place;
	o->trace.clock = &o->trace.own.clock;
	*o->trace.clock = 0;
	o->trace.ordered = 0;
	o->trace.lazies = 0;
	o->trace.place[MACHINE_ROOT] =
		(struct table_place){ .linked = true, .level = o->g.start_level };
	tlb_begin(&o->trace.tlb, &o->g, o->machine);
	o->machine->watch = (struct event_watch){ see_event, o };
}

void history_meet(struct oracle *inner, struct oracle *outer)
{
	struct trace *trace = &inner->trace;
	trace->place = outer->trace.place;
	trace->clock = outer->trace.clock;
	trace->ordered = outer->trace.ordered;
	inner->machine->watch = (struct event_watch){ see_event, inner };
	tlb_begin(&trace->tlb, &inner->g, inner->machine);
	tlb_forget_splits(&outer->trace.tlb);
	history_share_lazy(inner, outer);
}

void history_share_lazy(struct oracle *to, const struct oracle *from)
{
	to->trace.lazies = from->trace.lazies;
	for (unsigned i = 0; i < from->trace.lazies; i++)
		to->trace.lazy[i] = from->trace.lazy[i];
}

void history_begin_call(struct oracle *o)
{
	ASSERT_CMP(o->trace.ordered, <=, *o->trace.clock);
	o->trace.judging = true;
	o->trace.verdict.rule = RULE_NONE;
	o->trace.valid = TRACE_NOTHING;
	o->trace.invalidated = TRACE_NOTHING;
	o->trace.locked = false;
	o->trace.taken = 0;
	o->trace.made_in_vain = false;
	o->trace.ended = false;
	o->trace.local_dsb = false;
	o->trace.left_lazy = NULL;
	o->trace.idle_tlbi = UINT32_MAX;
	o->trace.splits = 0;
	o->trace.freed_pages = 0;
	o->trace.returns = o->trace.returned_pages = 0;
	memset(o->trace.is_returned, 0, sizeof(o->trace.is_returned));
	o->trace.last_alias = 0;
	tlb_begin_call(&o->trace.tlb);
}

/* Whether all that is stale are leaves of its range that a call leaves to later: no TLBI is due yet. */
static bool is_lazy(const struct oracle *o)
{
	const struct tlb *tlb = &o->trace.tlb;
	bool lazy = call_leaves_tlb(o->call);
	for (uint32_t i = 0; i < tlb->count; i++) {
		const struct tlb_stale *s = &tlb->stale[i];
		lazy = lazy && s->child == MACHINE_NO_TABLE &&
		       (s->split || (s->page >= o->expected->affected_first &&
				     s->page < o->expected->affected_end));
	}
	return lazy;
}

static void keep_lazy_range(struct oracle *o)
{
	ASSERT_CMP(o->trace.lazies, <, TRACE_MAX_LAZY);
	o->trace.lazy[o->trace.lazies++] = (struct lazy_range){
		.first = o->expected->affected_first,
		.end = o->expected->affected_end,
		.of_linear_map = call_is_of_linear_map(o->call),
	};
}

static void fail_stale(struct oracle *o, const struct tlb_stale *stale)
{
	char found[VERDICT_DETAIL_SIZE];
	tlb_describe(&o->trace.tlb, stale, found, sizeof(found));
	trace_fail(o, RULE_HISTORY_STALE, stale->level, stale->page,
		   "DSB, TLBI, DSB before the call returns, for all processors", found);
}

/*
 * How the barriers of the call's last entry that was set valid ended, and of its
 * last TLBI; and its lazy MMU sections.
 */
static void judge_barriers(struct oracle *o)
{
	const struct trace *trace = &o->trace;
	if (o->call->kind == CALL_VMAP_PFN && oracle_waives(o, WAIVER_UNORDERED_FRAMES))
		return;
	if (trace->valid != TRACE_NOTHING || trace->left_lazy)
		oracle_exercised(o, RULE_HISTORY_DSB);
	if (trace->left_lazy)
		trace_fail(o, RULE_HISTORY_DSB, VERDICT_NO_LEVEL, o->expected->affected_first,
			   "a return outside of lazy MMU sections, which put barriers off",
			   trace->left_lazy);
	if (trace->valid == TRACE_STORED)
		trace_fail(o, RULE_HISTORY_DSB, trace->valid_level, trace->valid_page,
			   "a DSB after the store",
			   trace->local_dsb ? "only a local DSB (nsh) before the call returned"
					    : "none before the call returned");
	if (trace->valid > TRACE_STORED || trace->invalidated != TRACE_NOTHING)
		oracle_exercised(o, RULE_HISTORY_ISB);
	if (trace->valid == TRACE_COMPLETED)
		trace_fail(o, RULE_HISTORY_ISB, trace->valid_level, trace->valid_page,
			   "an ISB after the DSB", "none before the call returned");
	if (trace->invalidated == TRACE_COMPLETED)
		trace_fail(o, RULE_HISTORY_ISB, VERDICT_NO_LEVEL, o->first_page,
			   "an ISB after the DSB of the TLBI", "none before the call returned");
}

static void judge_end(struct oracle *o)
{
	const struct trace *trace = &o->trace;
	const struct tlb_stale *stale = tlb_first(&trace->tlb);
	bool lazy = stale && is_lazy(o);
	if (lazy)
		keep_lazy_range(o);
	if (trace->tlb.overflow || (trace->tlb.used && !lazy))
		oracle_exercised(o, RULE_HISTORY_STALE);
	if (stale && !lazy)
		fail_stale(o, stale);
	if (trace->tlb.overflow)
		trace_fail(o, RULE_HISTORY_STALE, VERDICT_NO_LEVEL, o->expected->affected_first,
			   "TLB maintenance at some point", "more stale entries than pages");
	if (trace->locked || trace->taken)
		trace_fail(o, RULE_TABLES_LOCK, VERDICT_NO_LEVEL, o->expected->affected_first,
			   "the lock released before the call returns", "the lock is still held");
	/* A step that overwrote something would have failed. */
	if (trace->valid != TRACE_NOTHING && o->may_overwrite)
		oracle_exercised(o, RULE_ISOLATION_OVERWRITE);
	judge_barriers(o);
	freed_pages_judge(o);
	returned_memory_judge(o);
}

bool history_held(struct oracle *o)
{
	if (!o->trace.ended)
		judge_end(o);
	o->trace.judging = false;
	if (o->machine->meets)
		tlb_forget_splits(&o->trace.tlb);
	if (o->trace.verdict.rule == RULE_NONE)
		return true;
	o->verdict = o->trace.verdict;
	return false;
}

/* --- what is invalidated later ------------------------------------------------------ */

bool oracle_meets_lazy(const struct oracle *o, uint64_t va, uint64_t bytes)
{
	uint64_t first = oracle_page(o, va), end = first + (bytes >> o->g.granule);
	for (unsigned i = 0; i < o->trace.lazies; i++)
		if (o->trace.lazy[i].first < end && first < o->trace.lazy[i].end)
			return true;
	return false;
}

void oracle_purge(struct oracle *o)
{
	o->trace.lazies = 0;
}

void purge_areas(struct oracle *o)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < o->trace.lazies; i++)
		if (o->trace.lazy[i].of_linear_map)
			o->trace.lazy[kept++] = o->trace.lazy[i];
	o->trace.lazies = kept;
}
