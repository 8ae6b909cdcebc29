// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/oracle.h"

#include <string.h>

#include "mapper/machine/assert.h"
#include "mapper/machine/meeting.h"
#include "oracle/properties/properties.h"
#include "oracle/reading.h"

bool oracle_create(struct oracle *o)
{
	return trace_create(&o->trace);
}

void oracle_destroy(struct oracle *o)
{
	trace_destroy(&o->trace);
}

static const struct tree_knobs no_knobs;

void oracle_begin(struct oracle *o, struct machine *machine, const struct mapper *mapper,
		  const struct policy *policy)
{
	ASSERT_CMP(machine->tables, ==, 1); /* just reset: there is a root, and nothing else */
	ASSERT_CMP(machine->trap, ==, MACHINE_TRAP_NONE);
	o->g = arm64_geometry(&machine->config);
	o->machine = machine;
	o->mapper = mapper;
	o->policy = policy;
	o->owed = owed_by(mapper->kind, policy);
	o->waivers = (struct waivers){ 0 };
	o->tree = &no_knobs;
	o->waived = false;
	o->space.segments = 0;
	o->verdict.rule = RULE_NONE;
	o->examined = (struct examined){ 0 };
	history_begin(o);
}

/* Legality before meaning: an illegal leaf has no translation to speak of. */
static bool judge_span(void *context, const struct arm64_span *span)
{
	struct oracle *o = context;
	return leaf_span(o, span) && translation_span(o, span) && contiguous_span(o, span) &&
	       placement_span(o, span) && lookup_span(o, span);
}

static bool judge_link(void *context, const struct arm64_link *link)
{
	return tables_link(context, link);
}

static bool judge_reserved(void *context, const struct arm64_reserved *reserved)
{
	return leaf_reserved(context, reserved);
}

static bool judge_invalid(void *context, const struct arm64_invalid *invalid)
{
	return invalid_entry(context, invalid);
}

/* Starts a new sweep; tables reached in earlier ones do not count in it. */
static void begin_sweep(struct oracle *o)
{
	if (++o->sweep == 0) {
		memset(o->reached_in, 0, sizeof(o->reached_in));
		o->sweep = 1;
	}
	o->reached_in[MACHINE_ROOT] = o->sweep;
	o->reached = 1;
	o->seen_page = 0;
	o->segment = 0;
	o->kept_pages = 0;
}

static bool judge_tables(struct oracle *o)
{
	struct arm64_visitor visitor = { judge_span, judge_link, judge_reserved, o, judge_invalid };
	uint64_t all_pages = UINT64_C(1) << (o->g.ia_size - o->g.granule);
	begin_sweep(o);
	translation_begin(o);
	if (!arm64_sweep(&o->g, o->machine, &visitor) || !translation_gap(o, all_pages))
		return false;
	ASSERT_CMP(o->seen_page, ==, all_pages);
	ASSERT_CMP(o->segment, ==, o->space.segments);
	return true;
}

/* Whoever makes calls keeps to what mapper/mapper.h says of addresses and sizes. */
static void check_call(const struct oracle *o, const struct call *call)
{
	uint64_t page_mask = (UINT64_C(1) << o->g.granule) - 1;
	ASSERT(!call_sets_up(call->kind) || call_lays(call->kind));
	ASSERT(!call_meets_tlb(call->kind) || !oracle_meets_lazy(o, call->va, call->bytes));
	ASSERT_CMP(call->bytes, >, 0);
	ASSERT_CMP((call->va | call->bytes) & page_mask, ==, 0);
	ASSERT_CMP(call->bytes - 1, <=, UINT64_MAX - call->va);
	ASSERT_CMP(call->va, >=, arm64_va_base(&o->g));
	if (call_traits(call->kind)->has_pages)
		ASSERT_CMP(call->pages.count, ==, call->bytes >> o->g.granule);
}

void oracle_expect(struct oracle *o, const struct call *call, const struct call_context *in)
{
	ASSERT_CMP(o->verdict.rule, ==, RULE_NONE);
	check_call(o, call);
	o->in = *in;
	o->call = call;
	o->first_page = oracle_page(o, call->va);
	o->end_page = o->first_page + (call->bytes >> o->g.granule);
	expect_narrow(o);
	o->kept.expected = expect_call(o);
	o->expected = NULL;
	o->summary = NULL;
	o->before = o->machine->counters;
	o->tables_before = o->machine->tables;
	o->examined = (struct examined){ 0 };
	o->may_overwrite = call_fills(call->kind) && o->space.segments;
	history_begin_call(o);
}

/* All that properties read of a call that returned; they change none of it. */
static void complete(struct oracle *o, const struct outcome *out)
{
	ASSERT(o->trace.judging);
	o->out = *out;
	expect_complete(o, &o->kept.expected);
	o->expected = &o->kept.expected;
	o->kept.summary = trace_summarize(o);
	o->summary = &o->kept.summary;
	expect_apply(o, o->expected);
}

struct end {
	struct oracle *o;
	bool held;
};

static void judge_end(void *context)
{
	struct end *end = context;
	end->held = judge_tables(end->o) && invalid_all_kept(end->o) && copies_held(end->o) &&
		    tables_all_reached(end->o) && tables_none_empty(end->o) &&
		    memory_all_mapped(end->o) && lookup_nothing(end->o) && present_held(end->o) &&
		    splits_held(end->o) && dumps_held(end->o);
}

/* The tables after the call, and what the mapper's own lookup, which may not end, finds in them. */
static bool end_held(struct oracle *o)
{
	/* Lookups are the oracle's own: the machine's counts stay as the call left them. */
	struct machine_counters counters = o->machine->counters;
	struct end end = { .o = o };
	machine_bound_call(o->machine, o->expected->affected_end - o->expected->affected_first);
	if (!machine_run(o->machine, judge_end, &end))
		end.held = tables_accesses(o);
	o->machine->counters = counters;
	return end.held;
}

/* Whether what was judged counts as held; of rules that are waived none counts as exercised. */
static bool held_or_waived(struct oracle *o, bool held)
{
	o->examined.rules &= ~(o->waivers.rules | o->tree->call[o->call->kind].unjudged);
	if (held || !waives_verdict(&o->waivers, &o->verdict))
		return held;
	o->waived = true;
	o->examined.rules &= ~RULE_BIT(o->verdict.rule);
	o->verdict.rule = RULE_NONE;
	return true;
}

/*
 * Judges a call that is complete.
 *
 * A waived rule counts as held, and the rules after it are judged: what else
 * notices is what its ablation asks. A waived verdict ends the judging of its
 * call, for what follows from it is not judged. After both the
 * scenario ends: wrong tables stay wrong.
 *
 * Of several rules that a call breaks, the first one here is its verdict: that
 * is all that the order of properties means. What the call itself says comes
 * first, since no sweep is needed to see that it went wrong; then the end, and
 * then the trace: a wrong end says more than the step that led to it. Cost
 * comes last, for its bounds are those of a call that did what it should.
 */
static bool judge(struct oracle *o)
{
	placement_begin(o);
	bool held = tables_accesses(o) && errors_held(o) && blocks_held(o) && end_held(o) &&
		    history_held(o) && isolation_held(o) && flush_held(o) && cost_held(o);
	held = held_or_waived(o, held);
	if (o->summary->unmapped_aliases)
		purge_areas(o);
	ASSERT_CMP(held, ==, o->verdict.rule == RULE_NONE);
	return held;
}

bool oracle_judge(struct oracle *o, const struct outcome *out)
{
	complete(o, out);
	return judge(o);
}

bool oracle_judge_reading(struct oracle *o, const struct table_reading *r)
{
	return held_or_waived(o, reading_held(r, o));
}

/* --- calls that meet --------------------------------------------------------------- */

static void copy_space(struct space *to, const struct space *from)
{
	memcpy(to->segment, from->segment, from->segments * sizeof(from->segment[0]));
	to->segments = from->segments;
}

void oracle_meet(struct oracle *inner, struct oracle *outer)
{
	ASSERT(outer->trace.judging);
	inner->g = outer->g;
	inner->machine = outer->machine;
	inner->mapper = outer->mapper;
	inner->policy = outer->policy;
	inner->owed = outer->owed;
	inner->waivers = outer->waivers;
	inner->tree = outer->tree;
	inner->waived = inner->judged = false;
	inner->verdict.rule = RULE_NONE;
	copy_space(&inner->space, &outer->space);
	history_meet(inner, outer);
}

static bool judge_inner(struct oracle *outer, struct oracle *inner)
{
	history_share_lazy(inner, outer);
	meeting_show(outer->machine, SIDE_INNER);
	bool held = judge(inner);
	inner->judged = true;
	history_share_lazy(outer, inner);
	outer->waived = inner->waived;
	return held;
}

/*
 * What both calls make of the space is expected before either is judged: the
 * tables are those after both.
 */
bool oracle_judge_met(struct oracle *outer, const struct outcome *out, struct oracle *inner,
		      const struct outcome *inner_out)
{
	struct machine *m = outer->machine;
	meeting_show(m, SIDE_OUTER);
	complete(outer, out);
	copy_space(&inner->space, &outer->space);
	meeting_show(m, SIDE_INNER);
	complete(inner, inner_out);
	copy_space(&outer->space, &inner->space);
	bool held = true;
	if (m->trap ==
	    MACHINE_TRAP_NONE) { /* what the other did not end says nothing of this one */
		meeting_show(m, SIDE_OUTER);
		held = judge(outer);
	}
	return held && !outer->waived ? judge_inner(outer, inner) : held;
}
