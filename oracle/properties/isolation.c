// SPDX-License-Identifier: GPL-2.0-only
/*
 * isolation: addresses outside a call's range read after it as before it, and
 * those inside never read as anything but what was there before and what is
 * there afterwards. No address that stays mapped faults in between: it is in use.
 *
 * The expectation outside the range is what it was, so this is the same
 * comparison as translation's; the place decides which rule a difference
 * breaks. The guard around the range, one page on each side as an area of
 * the kernel has it, still counts as the range.
 */
#include "oracle/properties/properties.h"

#include "mapper/machine/assert.h"
#include "mapper/machine/min.h"
#include "oracle/attributes.h"
#include "oracle/properties/fail.h"
#include "oracle/properties/steps.h"

#define GUARD_PAGES 1

static bool in_range(const struct oracle *o, uint64_t page)
{
	const struct expected *e = o->expected;
	return page + GUARD_PAGES >= e->affected_first && page < e->affected_end + GUARD_PAGES;
}

enum rule isolation_rule(const struct oracle *o, uint64_t page)
{
	if (!in_range(o, page))
		return RULE_ISOLATION_OUTSIDE;
	return o->in.cleanup ? RULE_ERRORS_RESIDUE : RULE_TRANSLATION_UNEXPECTED;
}

void isolation_exercised(struct oracle *o, uint64_t page, uint64_t end)
{
	const struct expected *e = o->expected;
	if (end + GUARD_PAGES > e->affected_first && page < e->affected_end + GUARD_PAGES)
		oracle_exercised(o,
				 o->in.cleanup ? RULE_ERRORS_RESIDUE : RULE_TRANSLATION_UNEXPECTED);
	if (!in_range(o, page) || !in_range(o, end - 1))
		oracle_exercised(o, RULE_ISOLATION_OUTSIDE);
}

/* --- faults ---------------------------------------------------------------------- */

static bool takes_away(const struct oracle *o)
{
	enum call_effect effect = call_effect(o->call->kind);
	return effect == CALL_UNMAPS || effect == CALL_REMOVES;
}

/*
 * Whether pages in the call's range may fault while it runs: what is unmapped
 * or made invalid does. No other change breaks an entry to make it again.
 * Permissions change in place at any BBM level (R_WHZWS). The size of a leaf
 * changes in place from BBM level 2 on, and below that set_memory is refused:
 * the leaf lies across an end of the range, and outside nothing may fault.
 */
static bool may_break(const struct oracle *o)
{
	return takes_away(o) || call_makes_invalid(o->call);
}

/* The first page of [page, end) that was mapped before the call and may not fault; `end` if none. */
static uint64_t first_lost(const struct oracle *o, uint64_t page, uint64_t end)
{
	const struct expected *e = &o->kept.expected;
	for (unsigned at = space_find(&o->space, page); at < o->space.segments; at++) {
		const struct segment *s = &o->space.segment[at];
		uint64_t from = s->start > page ? s->start : page, to = min(s->end, end);
		if (from >= end)
			break;
		if (may_break(o) && e->affected_first <= from && from < e->affected_end)
			from = min(e->affected_end, to);
		if (from < to && !(s->may & MAY_BE_ABSENT))
			return from;
	}
	return end;
}

/* Whether vfree() gives these pages back to the linear map: they fault until it has. */
static bool resets_aliases(struct oracle *o, uint64_t page, uint64_t pages)
{
	bool all = o->call->kind == CALL_VFREE && page + pages <= oracle_linear_pages(o);
	for (uint64_t i = 0; i < pages && all; i++)
		all = step_has_alias(o, page + i, page + i + 1);
	return all;
}

void isolation_faults(struct oracle *o, int level, uint64_t page, uint64_t pages)
{
	if (!o->trace.judging)
		return;
	oracle_exercised(o, RULE_ISOLATION_TRANSIENT);
	if (resets_aliases(o, page, pages))
		return;
	uint64_t lost = first_lost(o, page, page + pages);
	if (lost < page + pages)
		trace_fail(o, RULE_ISOLATION_TRANSIENT, level, lost,
			   "a live entry that changes in place, and never faults",
			   "a fault until it is made again");
}

/* --- after each store ------------------------------------------------------------ */

/* Whether the words of a store are, word for word, what the table holds now. */
static bool stays(const struct machine *m, const struct event *e, const uint64_t *words)
{
	const uint64_t *stored = e->words == EVENT_NO_WORDS ? NULL : &m->log.word[e->words];
	uint64_t differ = 0;
	if (stored)
		for (uint32_t i = 0; i < e->count; i++)
			differ |= words[i] ^ stored[i];
	else
		for (uint32_t i = 0; i < e->count; i++)
			differ |= words[i] ^ (e->first + i * e->step);
	return !differ;
}

/* What a leaf permits at EL1, besides reading. */
#define CAN_WRITE 2u
#define CAN_RUN 4u

/* What a leaf permits, as bits, the lowest for reading; 0 of what is not a leaf. */
static unsigned permissions(const struct oracle *o, int level, uint64_t desc)
{
	if (arm64_kind(&o->g, level, desc) != ARM64_LEAF)
		return 0;
	struct arm64_attributes a = arm64_attributes(&o->g, desc, 0);
	return (unsigned)(1 | a.el1_write << 1 | a.el1_exec << 2 | a.el0_access << 3 |
			  a.el0_exec << 4);
}

/* The same of the kernel's accesses, without hardware that manages access flag and dirty state. */
static unsigned sure_permissions(const struct oracle *o, int level, uint64_t desc)
{
	if (arm64_kind(&o->g, level, desc) != ARM64_LEAF)
		return 0;
	struct arm64_attributes a = arm64_attributes(&o->g, desc, 0);
	return a.accessed ? (unsigned)(1 | a.el1_write_at_once << 1 | a.el1_exec << 2) : 0;
}

/* Whether what is permitted is to write and to run, at EL1. */
static bool writes_and_runs(unsigned permitted)
{
	const unsigned both = CAN_WRITE | CAN_RUN;
	return (permitted & both) == both;
}

/* A word that a store put into an entry for a while. */
struct transient {
	const struct event *e;
	uint32_t i;   /* entry of the event */
	bool reached; /* walks reached the table */
	int level;
	uint64_t page;           /* the first that it maps */
	uint64_t desc, old, now; /* it, what it replaced, and what stands there at the end */
};

/* What stood in its entry when the call began; 0 in a table that it made. */
static uint64_t word_before_call(const struct oracle *o, const struct transient *t)
{
	const struct machine *m = o->machine;
	const uint32_t index = t->e->index + t->i;
	ASSERT(m->log.word);
	for (uint32_t k = o->summary->first_store; k <= o->summary->last_store; k++) {
		const struct event *e = &m->log.event[k];
		if (e->kind == EVENT_STORE && e->table == t->e->table && index >= e->index &&
		    index - e->index < e->count)
			return e->old_words == EVENT_NO_WORDS
				       ? 0
				       : m->log.word[e->old_words + index - e->index];
	}
	return 0;
}

static bool is_same_memory(const struct arm64_attributes *want,
			   const struct arm64_attributes *found)
{
	return want->memory == found->memory && want->shareability == found->shareability &&
	       want->global == found->global;
}

/* Whether the leaf gave what stood in its entry when the call began. */
static bool is_as_before(const struct oracle *o, const struct transient *t)
{
	uint64_t before = word_before_call(o, t);
	if (arm64_kind(&o->g, t->level, before | ARM64_VALID) != ARM64_LEAF)
		return false;
	struct arm64_attributes want = arm64_attributes(&o->g, before, 0);
	struct arm64_attributes found = arm64_attributes(&o->g, t->desc, 0);
	return arm64_address(&o->g, before) == arm64_address(&o->g, t->desc) &&
	       want.memory == found.memory;
}

/*
 * Whether the leaf gave what was, or is, mapped at its page. Where nothing is:
 * what a call that takes away found there, or memory that could not be added.
 */
static bool is_old_or_new(const struct oracle *o, const struct transient *t)
{
	uint64_t pages = UINT64_C(1) << arm64_leaf_order(&o->g, t->level);
	uint64_t pfn = (arm64_address(&o->g, t->desc) >> o->g.granule) & ~(pages - 1);
	const struct arm64_attributes found = arm64_attributes(&o->g, t->desc, 0);
	const struct segment *s = space_at(&o->space, t->page);
	if (s)
		return segment_pfn(s, t->page) == pfn &&
		       is_same_memory(attributes_of(s->prot), &found);
	if (call_lays(o->call->kind))
		return pfn == t->page && is_same_memory(attributes_of(PROT_KERNEL), &found);
	return takes_away(o) && is_as_before(o, t);
}

/* What the segment at a page permits; of memory that could not be added, what it would have had. */
static unsigned permitted_by_space(const struct oracle *o, uint64_t page)
{
	const struct segment *s = space_at(&o->space, page);
	if (!s)
		return call_lays(o->call->kind) ? 1 | CAN_WRITE : 0;
	const struct arm64_attributes *a = attributes_of(s->prot);
	return (unsigned)(1 | (s->may & MAY_WRITE ? CAN_WRITE : 0) |
			  (s->may & MAY_EXEC ? CAN_RUN : 0) | a->el0_access << 3 |
			  a->el0_exec << 4);
}

/*
 * Whether a leaf permitted for a while more than what it replaced and what
 * stands there now, or to write and to run at once, which neither permits.
 * Where it replaced nothing, what stood there when the call began, and what the
 * call is for, may come and go. What was stored to a table before it was linked
 * replaced nothing that walks reach.
 */
static bool permitted_more(const struct oracle *o, const struct transient *t)
{
	unsigned meanwhile = permissions(o, t->level, t->desc);
	unsigned before = permissions(o, t->level, t->old);
	unsigned after = permissions(o, t->level, t->now), allowed = before | after;
	bool both =
		writes_and_runs(meanwhile) && !writes_and_runs(before) && !writes_and_runs(after);
	if (before)
		return both || meanwhile & ~allowed;
	if (!t->reached || !(both || meanwhile & ~allowed))
		return false;
	unsigned first = permissions(o, t->level, word_before_call(o, t));
	allowed |= first | permitted_by_space(o, t->page);
	return (both && !writes_and_runs(first)) || meanwhile & ~allowed;
}

/*
 * Whether a live leaf was for a while replaced by one that forbids what it, the
 * next and the one before the call permit: what the call gives may come and go
 * until it returns, for nobody can rely on it.
 */
static bool permitted_less(const struct oracle *o, const struct transient *t)
{
	unsigned always =
		sure_permissions(o, t->level, t->old) & sure_permissions(o, t->level, t->now);
	unsigned lost = always & ~sure_permissions(o, t->level, t->desc);
	if (!lost)
		return false;
	uint64_t before = word_before_call(o, t);
	return arm64_kind(&o->g, t->level, before) != ARM64_LEAF ||
	       lost & sure_permissions(o, t->level, before);
}

static bool judge_transient(struct oracle *o, const struct transient *t)
{
	if (arm64_kind(&o->g, t->level, t->desc) != ARM64_LEAF)
		return true;
	oracle_exercised(o, RULE_ISOLATION_TRANSIENT);
	if (is_old_or_new(o, t) && !permitted_more(o, t) && !permitted_less(o, t))
		return true;
	char found[VERDICT_DETAIL_SIZE];
	oracle_describe(o, t->level, t->desc, found);
	return fail(o, RULE_ISOLATION_TRANSIENT, t->level, t->page,
		    "what was there, or what is there", found);
}

/* Judges the words of event `at`, a store, that did not stay: of which `words`, if any, stand there now. */
static bool judge_store(struct oracle *o, uint32_t at, const uint64_t *words)
{
	const struct machine *m = o->machine;
	const struct event *e = &m->log.event[at];
	const struct table_place *place = &o->trace.place[e->table];
	const uint64_t *stored = e->words == EVENT_NO_WORDS ? NULL : &m->log.word[e->words];
	const uint64_t *old = e->old_words == EVENT_NO_WORDS ? NULL : &m->log.word[e->old_words];
	for (uint32_t i = 0; i < e->count; i++) {
		const struct transient t = {
			.e = e,
			.i = i,
			.reached = step_was_reached(o, at),
			.level = place->level,
			.page = place->page +
				((uint64_t)(e->index + i) << arm64_leaf_order(&o->g, place->level)),
			.desc = stored ? stored[i] : e->first + i * e->step,
			.old = old ? old[i] : 0,
			.now = words ? words[i] : 0,
		};
		if (t.desc != t.now && !judge_transient(o, &t))
			return false;
	}
	return true;
}

/*
 * What is in the tables at the end is right. So only what was stored and did
 * not stay is looked at, where walks reached it or do now: it must have been
 * right too. Faults were judged as they came.
 */
bool isolation_held(struct oracle *o)
{
	const struct machine *m = o->machine;
	table_t table = MACHINE_NO_TABLE; /* the last one: most stores are to the one before */
	const uint64_t *words = NULL;     /* of it; of one that walks no longer reach, none stand */
	for (uint32_t at = o->summary->first_store; at <= o->summary->last_store; at++) {
		const struct event *e = &m->log.event[at];
		if (e->kind != EVENT_STORE)
			continue;
		if (e->table != table) {
			table = e->table;
			words = o->trace.place[table].linked ? machine_words(m, table) : NULL;
		}
		if (words ? stays(m, e, words + e->index) : !step_was_reached(o, at))
			continue;
		if (!judge_store(o, at, words ? words + e->index : NULL))
			return false;
	}
	return true;
}
