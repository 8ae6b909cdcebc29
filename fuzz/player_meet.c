// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/player_meet.h"

#include "mapper/machine/assert.h"
#include "oracle/expect/expect.h"

/* --- who may meet whom ------------------------------------------------------------- */

/* Pages of the space, none if first is end. */
struct pages {
	uint64_t first, end;
};

/* What a call stores to: its range, and what its area's pages have in the linear map. */
struct reach {
	struct pages range, aliases;
};

static bool pages_meet(struct pages a, struct pages b)
{
	return a.first < b.end && b.first < a.end;
}

/* Where the aliases of all pages of an area lie, and what lies between them. */
static struct pages aliases_of(const struct oracle *o, const struct vm_area *area)
{
	struct pages found = { UINT64_MAX, 0 };
	for (size_t i = 0; area && i < area->pages.count; i++) {
		uint64_t page = area->pages.page[i];
		if (page >= oracle_linear_pages(o))
			continue;
		if (page < found.first)
			found.first = page;
		if (page + 1 > found.end)
			found.end = page + 1;
	}
	return found.end ? found : (struct pages){ 0, 0 };
}

static bool changes_aliases(const struct call *call)
{
	return call->reset || (call->kind == CALL_SET_MEMORY && !call_is_of_linear_map(call));
}

/* An unmapping takes leaves and groups as a whole. */
static struct reach reach_of(struct player *p, uint32_t op, const struct call *call)
{
	const struct oracle *o = &p->oracle;
	const struct address_space space = player_space(p, op);
	uint64_t page_bytes = UINT64_C(1) << o->g.granule, first = oracle_page(o, call->va);
	struct reach reach = { { first, first + (call->bytes >> o->g.granule) }, { 0, 0 } };
	if (call_effect(call->kind) == CALL_UNMAPS) {
		reach.range.first &= ~(pages_together(o, reach.range.first) - 1);
		uint64_t tail = pages_together(o, reach.range.end);
		reach.range.end = (reach.range.end + tail - 1) & ~(tail - 1);
	}
	if (changes_aliases(call))
		reach.aliases = aliases_of(o, areas_find(&space, call->va, page_bytes));
	return reach;
}

static bool reach_meets(const struct reach *a, const struct reach *b)
{
	return pages_meet(a->range, b->range) || pages_meet(a->range, b->aliases) ||
	       pages_meet(a->aliases, b->range) || pages_meet(a->aliases, b->aliases);
}

/* An interrupt changes what is mapped by pages: it may not sleep for the mutex of a split. */
static bool would_split(const struct player *p, const struct call *call)
{
	const struct oracle *o = &p->oracle;
	uint64_t first = oracle_page(o, call->va), pages = call->bytes >> o->g.granule;
	for (uint64_t i = 0; i < pages; i++)
		if (pages_together(o, first + i) > 1)
			return true;
	return false;
}

static enum apart why_apart(struct player *p, const struct call *outer, const struct call *inner)
{
	const struct during *during = &p->scenario->op[p->op + 1].during;
	struct reach a = reach_of(p, p->op, outer), b = reach_of(p, p->op + 1, inner);
	if (!p->mapper->meets)
		return APART_ONE_BY_ONE;
	if (player_would_skip(p, p->op, outer))
		return APART_OUTER_SKIPPED;
	if (player_would_skip(p, p->op + 1, inner))
		return APART_INNER_SKIPPED;
	if (reach_meets(&a, &b))
		return APART_SAME_PAGES;
	if (during->by == MEETING_BY_IRQ && would_split(p, inner))
		return APART_LARGE_LEAF;
	return APART_NOT;
}

bool player_may_meet(struct player *p)
{
	const struct call outer = player_call(p, p->op), inner = player_call(p, p->op + 1);
	struct how_met *met = &p->met[p->op + 1];
	met->apart = why_apart(p, &outer, &inner);
	if (met->apart != APART_NOT) {
		met->how = MET_AFTER;
		p->statistics[p->which].apart++;
	}
	return met->apart == APART_NOT;
}

uint32_t player_running(const struct player *p)
{
	const struct machine *m = p->machine[p->which];
	const bool of_next = m->meets && meeting_side(m) == SIDE_INNER &&
			     p->op + 1 < p->scenario->ops &&
			     p->scenario->op[p->op + 1].during.stated;
	return p->op + of_next;
}

/* --- both ---------------------------------------------------------------------------- */

/* Two calls that meet, and what came of them. */
struct pair {
	struct player *p;
	struct call outer, inner;
	struct outcome outer_out, inner_out;
};

/* On the inner side: see meeting_plan. */
static void make_inner(void *context)
{
	struct pair *pair = context;
	struct player *p = pair->p;
	const uint32_t i = p->op + 1;
	const struct op *op = &p->scenario->op[i];
	struct call_context in = player_context(p, i, false);
	in.by_irq = op->during.by == MEETING_BY_IRQ;
	machine_begin_call(p->oracle.machine, op->fail_alloc, op->fail_trylock);
	oracle_meet(&p->inner, &p->oracle);
	oracle_expect(&p->inner, &pair->inner, &in);
	player_make_call(p, i, &pair->inner, &pair->inner_out, NULL);
}

static void tell_after(struct player *p, uint32_t op, const struct call *call,
		       const struct outcome *out)
{
	const struct player_step step = { PLAYER_CALLS, op, call };
	player_tell_after(p, &step, out, NULL);
}

static void tell_before(struct player *p, uint32_t op, const struct call *call)
{
	const struct player_step step = { PLAYER_CALLS, op, call };
	player_tell_before(p, &step);
}

/* A call that was made. */
static void count_made(struct statistics *s, const struct oracle *o, bool is_judged)
{
	if (is_judged)
		statistics_add_call(s, &o->examined);
	else
		s->unjudged++;
}

/* Has both judged: the inner one only where the outer one held. */
static bool judge_both(struct pair *pair)
{
	struct player *p = pair->p;
	struct machine *m = p->oracle.machine;
	struct statistics *s = &p->statistics[p->which];
	const uint32_t inner = p->op + 1;
	meeting_show(m, SIDE_INNER);
	tell_before(p, inner, &pair->inner);
	tell_after(p, inner, &pair->inner, &pair->inner_out);
	const bool ended = m->trap == MACHINE_TRAP_NONE; /* else the inner one alone is judged */
	bool held = oracle_judge_met(&p->oracle, &pair->outer_out, &p->inner, &pair->inner_out);
	count_made(s, &p->oracle, ended);
	count_made(s, &p->inner, p->inner.judged);
	if (p->inner.judged && !held)
		p->judging = &p->inner;
	return held;
}

/* Has both judged, and does what their callers do after them. The machine stays as it is where one breaks a rule. */
static bool finish_both(struct pair *pair)
{
	struct player *p = pair->p;
	bool held = judge_both(pair);
	if (held && p->inner.judged)
		meeting_end(p->oracle.machine);
	if (held && !p->oracle.waived)
		held = player_finish_call(p, p->op, &pair->outer, &pair->outer_out);
	p->op++;
	return held &&
	       (p->oracle.waived || player_finish_call(p, p->op, &pair->inner, &pair->inner_out));
}

/* The outer call made too few events to be met: it is judged alone. */
static bool finish_outer(struct pair *pair)
{
	struct player *p = pair->p;
	meeting_end(p->oracle.machine);
	bool held = oracle_judge(&p->oracle, &pair->outer_out);
	statistics_add_call(&p->statistics[p->which], &p->oracle.examined);
	if (!held || p->oracle.waived)
		return held;
	return player_finish_call(p, p->op, &pair->outer, &pair->outer_out);
}

struct how_met player_how_met(struct player *p)
{
	const struct machine *m = p->oracle.machine;
	struct statistics *s = &p->statistics[p->which];
	ASSERT_CMP(meeting_side(m), ==, SIDE_OUTER);
	if (!meeting_took_place(m)) {
		s->apart++;
		return (struct how_met){ .how = MET_AFTER,
					 .event = m->log.events,
					 .apart = APART_NO_EVENT };
	}
	s->met++;
	return (struct how_met){ .how = MET_DURING,
				 .event = meeting_began_at(m),
				 .waited_for = meeting_waited_for(m) };
}

bool player_meet(struct player *p)
{
	struct machine *m = p->oracle.machine;
	const struct op *op = &p->scenario->op[p->op];
	struct pair pair = { .p = p,
			     .outer = player_call(p, p->op),
			     .inner = player_call(p, p->op + 1) };
	const struct meeting_plan plan = { op[1].during.event, op[1].during.by, make_inner, &pair };
	const struct call_context in = player_context(p, p->op, false);
	if (player_meets_lazy(p, &pair.outer) || player_meets_lazy(p, &pair.inner))
		player_purge_lazy(p);
	machine_begin_call(m, op->fail_alloc, op->fail_trylock);
	tell_before(p, p->op, &pair.outer);
	oracle_expect(&p->oracle, &pair.outer, &in);
	player_make_call(p, p->op, &pair.outer, &pair.outer_out, &plan);
	p->met[p->op + 1] = player_how_met(p);
	tell_after(p, p->op, &pair.outer, &pair.outer_out);
	p->error = pair.outer_out.error;
	return meeting_took_place(m) ? finish_both(&pair) : finish_outer(&pair);
}
