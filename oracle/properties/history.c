// SPDX-License-Identifier: GPL-2.0-only
/*
 * history: every step of a call was one that hardware, which walks and caches
 * the tables all the time, may see.
 *
 * Each event is judged as it happens, at a cost that follows the event. What
 * a step may be stands in steps.c; how long an entry may be cached, in tlb.h.
 */
#include "oracle/properties/steps.h"

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

/*
 * Leaves [from, to) of the event were put where nothing was: what stands next
 * to them is of the same kind, or not of the same group.
 */
static void judge_neighbours(struct oracle *o, const struct event *e, uint32_t from, uint32_t to)
{
	const struct table_place *place = &o->way.place[e->table];
	uint32_t first = e->index + from, last = e->index + to - 1;
	uint64_t head = stored_word(o, e, from), tail = stored_word(o, e, to - 1);
	if (oracle_splits_live(o))
		return;
	if ((first && contiguous_mixed(o, e->table, place->level, first, first - 1, head)) ||
	    contiguous_mixed(o, e->table, place->level, last, last + 1, tail))
		way_broke(o, RULE_CONTIGUOUS_MIXED, place->level,
			  place->page + first * pages_at(o, place->level),
			  "a group filled with one kind of entry, or break-before-make",
			  "Contiguous and not, next to each other");
}

/* Pages put where there was nothing: one make for all of them. */
static bool is_plain_make(const struct table_place *place, const struct event *e)
{
	return place->level == ARM64_LAST_LEVEL && e->old_words == EVENT_NO_WORDS && e->count &&
	       (e->words != EVENT_NO_WORDS || e->first & ARM64_VALID);
}

static void see_store(struct oracle *o, const struct event *e)
{
	struct table_place *place = &o->way.place[e->table];
	place->written = o->way.clock;
	if (!place->linked ||
	    (e->old_words == EVENT_NO_WORDS && e->words == EVENT_NO_WORDS && !e->first && !e->step))
		return;
	uint64_t pages = pages_at(o, place->level);
	if (is_plain_make(place, e)) {
		step_make(o, place->level, place->page + e->index, e->count);
		judge_neighbours(o, e, 0, e->count);
		return;
	}
	uint32_t entries = arm64_table_entries(&o->g, place->level);
	for (uint32_t i = 0; i < e->count && e->index + i < entries; i++) {
		struct step step = { o, place->level, place->page + (e->index + i) * pages,
				     old_word(o, e, i), stored_word(o, e, i) };
		step_judge(&step);
		if (arm64_kind(&o->g, place->level, step.old) == ARM64_INVALID &&
		    arm64_kind(&o->g, place->level, step.new) == ARM64_LEAF)
			judge_neighbours(o, e, i, i + 1);
	}
}

static void see_barrier(struct oracle *o, enum barrier kind)
{
	struct way *way = &o->way;
	if (kind == BARRIER_ISB) {
		if (way->made == WAY_COMPLETED)
			way->made = WAY_VISIBLE;
		return;
	}
	way->ordered = way->clock;
	if (kind == BARRIER_DMB_ISHST)
		return;
	if (way->made == WAY_STORED)
		way->made = WAY_COMPLETED;
	if (kind == BARRIER_DSB_ISH)
		tlb_complete(&way->tlb);
	else
		tlb_order(&way->tlb);
}

static void see_event(void *context, const struct event *e)
{
	struct oracle *o = context;
	o->way.clock++;
	switch (e->kind) {
	case EVENT_STORE:
		see_store(o, e);
		return;
	case EVENT_BARRIER:
		see_barrier(o, e->what);
		return;
	case EVENT_TLBI:
		tlb_invalidate(&o->way.tlb, e);
		return;
	case EVENT_ALLOC:
		o->way.place[e->table] = (struct table_place){ .written = o->way.clock };
		return;
	case EVENT_FREE:
		step_free(o, e->table);
		return;
	case EVENT_TRYLOCK:
		o->way.locked = e->what;
		return;
	case EVENT_BUG:
		o->way.ended = true;
		return;
	case EVENT_UNLOCK:
		o->way.locked = false;
		return;
	default:
		return;
	}
}

/* --- calls ------------------------------------------------------------------------ */

void history_begin(struct oracle *o)
{
	o->way.judging = false;
	o->way.clock = 0;
	o->way.ordered = 0;
	o->way.place[MACHINE_ROOT] =
		(struct table_place){ .linked = true, .level = o->g.start_level };
	tlb_begin(&o->way.tlb, &o->g);
	o->machine->watch = (struct event_watch){ see_event, o };
}

void history_begin_call(struct oracle *o)
{
	o->way.judging = true;
	o->way.verdict.rule = RULE_NONE;
	o->way.made = WAY_VISIBLE;
	o->way.locked = false;
	o->way.ended = false;
	tlb_begin(&o->way.tlb, &o->g);
}

static void judge_end(struct oracle *o)
{
	const struct way *way = &o->way;
	if (way->tlb.count)
		way_broke(o, RULE_HISTORY_STALE, way->tlb.stale[0].level, way->tlb.stale[0].page,
			  "DSB, TLBI, DSB before the call returns",
			  way->tlb.stale[0].ordered ? "no TLBI that drops it and is complete"
						    : "no DSB after the store");
	if (way->tlb.overflow)
		way_broke(o, RULE_HISTORY_STALE, VERDICT_NO_LEVEL, o->first_page,
			  "TLB maintenance at some point", "more stale entries than pages");
	if (way->locked)
		way_broke(o, RULE_TABLES_LOCK, VERDICT_NO_LEVEL, o->first_page,
			  "the lock given back before the call returns", "the lock is still held");
	if (way->made == WAY_STORED)
		way_broke(o, RULE_HISTORY_DSB, way->made_level, way->made_page,
			  "a DSB behind the store", "none before the call returned");
	if (way->made == WAY_COMPLETED)
		way_broke(o, RULE_HISTORY_ISB, way->made_level, way->made_page,
			  "an ISB behind the DSB", "none before the call returned");
}

bool history_held(struct oracle *o)
{
	if (!o->way.ended)
		judge_end(o);
	o->way.judging = false;
	if (o->way.verdict.rule == RULE_NONE)
		return true;
	o->verdict = o->way.verdict;
	return false;
}
