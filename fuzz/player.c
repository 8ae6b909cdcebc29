// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/player.h"

#include <errno.h>
#include <string.h>

#include "fuzz/leaves.h"
#include "fuzz/linear_lines.h"
#include "fuzz/measure.h"
#include "fuzz/player_meet.h"
#include "fuzz/player_read.h"
#include "fuzz/skip.h"
#include "fuzz/struct_pages.h"
#include "fuzz/watch.h"
#include "mapper/machine/assert.h"
#include "mapper/machine/poison.h"

#define CROSSCHECK_ALWAYS 8 /* pages up to which the cross-check mappers play every scenario */
/* Larger ones they sample: one scenario in so many, or one in this part of its pages if that is fewer. */
#define CROSSCHECK_SAMPLE 16
#define CROSSCHECK_SHARE 64

/* Writes the op's pages at `to`. */
static void expand(const struct scenario *s, const struct op *op, uint64_t *to)
{
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &s->run[op->first_run + i];
		for (uint32_t k = 0; k < run->pages; k++)
			to[k] = run->pfn + k;
		to += run->pages;
	}
}

static void poison_used(struct player *p)
{
	for (uint32_t i = 0; i < SCENARIO_MAX_OPS; i++) {
		if (p->array[i].count)
			poison(p->array[i].page, p->array[i].count * sizeof(uint64_t));
		p->array[i].count = 0;
	}
}

void player_prepare(struct player *p, const struct scenario *s)
{
	uint64_t *at = p->pages;
	ASSERT_CMP(scenario_pages(s) + s->ops, <=, PLAYER_POOL_WORDS);
	poison_used(p);
	p->refused.mapper = NULL;
	for (uint32_t i = 0; i < s->ops; i++) {
		size_t pages = op_pages(s, &s->op[i]);
		unpoison(at, (pages + 1) * sizeof(uint64_t));
		expand(s, &s->op[i], at);
		at[pages] = PAGE_HOLE;
		poison(at + pages, sizeof(uint64_t));
		p->array[i] = (struct page_array){ at, pages };
		at += pages + 1;
	}
}

/* --- who is told ------------------------------------------------------------------- */

void player_tell_before(const struct player *p, const struct player_step *step)
{
	if (p->listener)
		p->listener->before(p->listener->context, step);
}

void player_tell_after(const struct player *p, const struct player_step *step,
		       const struct outcome *out, const char *skipped)
{
	if (p->listener)
		p->listener->after(p->listener->context, step, out, skipped);
}

/* --- calls ----------------------------------------------------------------------- */

struct address_space player_space(struct player *p, uint32_t op)
{
	return (struct address_space){
		.machine = p->oracle.machine,
		.policy = &p->scenario->policy,
		.area = p->areas.area,
		.areas = p->areas.count,
		.splits = p->oracle.tree->splits,
		.lacks_tables = p->scenario->op[op].fail_alloc,
	};
}

/*
 * What the area allocator does before it hands out a range that was unmapped
 * lazily: purge_vmap_area_lazy(), outside of any call under test. And what
 * whoever changed the linear map without a TLBI does before that is changed
 * again: flush_tlb_kernel_range().
 */
void player_purge_lazy(struct player *p)
{
	struct machine *m = p->oracle.machine;
	const struct player_step step = { PLAYER_PURGES, p->op, NULL };
	player_tell_before(p, &step);
	machine_begin_call(m, 0, 0);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_all(m);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	oracle_purge(&p->oracle);
	player_tell_after(p, &step, NULL, NULL);
}

/* A call that the mapper makes. */
struct running {
	const struct mapper *mapper;
	struct address_space *space;
	const struct call *call;
	struct outcome *out;
};

static void run_call(void *context)
{
	struct running *r = context;
	r->out->error = r->mapper->call[r->call->kind](r->space, r->call, r->out);
}

struct call_context player_context(const struct player *p, uint32_t op, bool cleanup)
{
	return (struct call_context){ op, p->areas.area, p->areas.count, cleanup, false };
}

void player_make_call(struct player *p, uint32_t op, const struct call *call, struct outcome *out,
		      const struct meeting_plan *meets)
{
	struct address_space space = player_space(p, op);
	struct running running = { p->mapper, &space, call, out };
	machine_bound_call(space.machine, call->bytes >> space.machine->config.page_shift);
	if (meets)
		meeting_arm(space.machine, meets);
	if (!machine_run(space.machine, run_call, &running))
		out->error = -EINTR;
}

/* Makes the call of an op and has it judged. */
static bool judge_call(struct player *p, uint32_t op, const struct call *call, bool cleanup,
		       struct outcome *out)
{
	*out = (struct outcome){ 0 };
	const struct call_context in = player_context(p, op, cleanup);
	const struct player_step step = { cleanup ? PLAYER_CLEANS_UP : PLAYER_CALLS, op, call };
	player_tell_before(p, &step);
	oracle_expect(&p->oracle, call, &in);
	player_make_call(p, op, call, out, NULL);
	player_tell_after(p, &step, out, NULL);
	if (!cleanup)
		p->error = out->error;
	bool held = oracle_judge(&p->oracle, out);
	statistics_add_call(&p->statistics[p->which], &p->oracle.examined);
	return held;
}

/*
 * Why the call is not made, if it is not: its callers never make it, or it
 * meets what is waived. The name is NULL where it is made.
 */
static struct reason skip_why(struct player *p, uint32_t op, const struct call *call)
{
	static const struct reason no_area = { "no-such-area",
					       "vfree() and vrealloc() are for an area that is "
					       "there, as a whole" };
	static const struct reason is_there = { "memory-is-there",
						"add_memory is for memory that is not there" };
	static const struct reason not_known = {
		"not-so-struct-pages", "struct pages are populated where none are, and freed "
				       "where all are in use"
	};
	const struct address_space space = player_space(p, op);
	const struct tables tables = { &p->oracle.g, p->oracle.machine };
	const struct reason *never = areas_lack(&space, call) ? &no_area : NULL;
	if (!never && leaf_is_in_the_way(&tables, call))
		never = &is_there;
	if (!never && !struct_pages_allow(&space, call))
		never = &not_known;
	if (!never && p->mapper->never_called && !p->makes_all)
		never = p->mapper->never_called(&space, call);
	const struct waiver *meets = never ? NULL : skip_reason(&p->oracle, call, &space);
	if (meets)
		return (struct reason){ meets->name, meets->why };
	return never ? *never : (struct reason){ NULL, NULL };
}

bool player_would_skip(struct player *p, uint32_t op, const struct call *call)
{
	return skip_why(p, op, call).name;
}

static bool is_skipped(struct player *p, uint32_t op, const struct call *call, bool cleanup)
{
	const struct player_step step = { cleanup ? PLAYER_CLEANS_UP : PLAYER_CALLS, op, call };
	const struct reason why = skip_why(p, op, call);
	if (!why.name)
		return false;
	statistics_add_skipped(&p->statistics[p->which], why.name, why.why, 1);
	player_tell_before(p, &step);
	player_tell_after(p, &step, NULL, why.why);
	return true;
}

/*
 * What the caller of a failed mapping does: it unmaps the area. Where that is
 * not made, what the mapping left is not known, and the scenario ends.
 */
static bool clean_up(struct player *p, uint32_t op, const struct call *failed)
{
	struct outcome out;
	const struct call call = areas_clean_up(&p->areas, failed, p->scenario->machine.page_shift);
	machine_begin_call(p->oracle.machine, 0, 0);
	p->statistics[p->which].requested++;
	if (is_skipped(p, op, &call, true)) {
		p->oracle.waived = true;
		return true;
	}
	bool held = judge_call(p, op, &call, true, &out);
	areas_follow(&p->areas, &call, &out, p->scenario->machine.page_shift);
	return held;
}

/* What kexec and hibernation do with the tables of a copy in the end, and with those of one that failed. */
static void free_copy(struct player *p, uint32_t tables_before)
{
	struct machine *m = p->oracle.machine;
	machine_begin_call(m, 0, 0);
	for (table_t t = tables_before; t < m->tables; t++)
		machine_free_table(m, t);
}

struct call player_call(const struct player *p, uint32_t i)
{
	const struct op *op = &p->scenario->op[i];
	struct call call = op->call;
	call.bytes = op_bytes(p->scenario, op);
	if (call_traits(call.kind)->has_pages)
		call.pages = p->array[i];
	return call;
}

bool player_meets_lazy(const struct player *p, const struct call *call)
{
	return call_meets_tlb(call->kind) && oracle_meets_lazy(&p->oracle, call->va, call->bytes);
}

bool player_finish_call(struct player *p, uint32_t op, const struct call *call,
			const struct outcome *out)
{
	if (call_maps(call->kind) && out->error)
		return clean_up(p, op, call);
	areas_follow(&p->areas, call, out, p->scenario->machine.page_shift);
	return true;
}

static bool play_call(struct player *p, const struct op *op)
{
	struct outcome out;
	const struct call call = player_call(p, p->op);
	if (is_skipped(p, p->op, &call, false))
		return true;
	if (player_meets_lazy(p, &call))
		player_purge_lazy(p);
	uint32_t tables_before = p->oracle.machine->tables;
	machine_begin_call(p->oracle.machine, op->fail_alloc, op->fail_trylock);
	if (!judge_call(p, p->op, &call, false, &out))
		return false;
	if (call_effect(call.kind) == CALL_COPIES)
		free_copy(p, tables_before);
	return p->oracle.waived || player_finish_call(p, p->op, &call, &out);
}

/* The next op, and the one after it where that is made meanwhile. */
static bool play_op(struct player *p, uint32_t ops)
{
	const struct op *op = &p->scenario->op[p->op];
	if (p->op + 1 < ops && op[1].during.stated && player_may_meet(p)) {
		bool held = player_meet(p);
		if (!held || p->oracle.waived || p->met[p->op].how == MET_DURING)
			return held;
		ASSERT_CMP(p->met[p->op + 1].how, ==, MET_AFTER);
		return true;
	}
	if (op->read.stated && player_may_read(p)) {
		bool held = player_read(p);
		if (!held || p->oracle.waived || p->met[p->op].how == MET_DURING ||
		    !op->read.of_reader)
			return held;
	}
	return play_call(p, op);
}

static bool lay_out(struct player *p, const struct call *call)
{
	uint64_t pa = call->pfn << p->scenario->machine.page_shift;
	if (call->kind == CALL_LINEAR)
		return oracle_lay_linear(&p->oracle, pa, call->bytes, call->leaf == LEAF_PAGE);
	if (call->table)
		return oracle_preset_table(&p->oracle, call->va, call->level);
	return oracle_preset_leaf(&p->oracle, call->va, call->pfn, call->level);
}

/*
 * Sets up what calls meet. The stores are part of no call. False where it
 * cannot be: the entry is in use, or no table page is left.
 */
static bool set_up(struct player *p, const struct op *op)
{
	const struct player_step step = { PLAYER_SETS_UP, p->op, &op->call };
	player_tell_before(p, &step);
	machine_begin_call(p->oracle.machine, 0, 0);
	bool good = lay_out(p, &op->call);
	player_tell_after(p, &step, NULL, NULL);
	return good;
}

/*
 * Keeps the first line that could not be set up, and on which mapper. Where
 * `skipped` calls were not made, what they would have taken away may be in
 * the way: that is not the scenario's fault.
 */
static void note_refused(struct player *p, uint64_t skipped)
{
	if (p->refused.mapper || skipped)
		return;
	p->refused.mapper = p->mapper->name;
	p->refused.op = p->op;
}

/* The mapper under test lays a part of the linear map by its own code, which is judged as a call is. */
static bool judge_laying(struct player *p, const struct op *op)
{
	struct outcome out = { 0 };
	const struct call_context in = player_context(p, p->op, false);
	const struct player_step step = { PLAYER_SETS_UP, p->op, &op->call };
	player_tell_before(p, &step);
	machine_begin_call(p->oracle.machine, 0, 0);
	oracle_expect(&p->oracle, &op->call, &in);
	player_make_call(p, p->op, &op->call, &out, NULL);
	player_tell_after(p, &step, NULL, NULL);
	bool held = oracle_judge(&p->oracle, &out);
	statistics_add_rules(&p->statistics[p->which], &p->oracle.examined);
	if (out.error)
		note_refused(p, 0);
	return held;
}

/* Counts the calls from op `p->op` on, at which the scenario ended before its `ops` did. */
static void count_rest(struct player *p, struct statistics *statistics, uint32_t ops)
{
	uint32_t calls = scenario_calls(p->scenario, p->op, ops);
	if (calls)
		statistics_add_skipped(statistics, "ended-before",
				       "the scenario ended at a call before, which broke a rule or "
				       "left what is waived",
				       calls);
	ASSERT_CMP(statistics->requested, ==,
		   statistics->calls + statistics->unjudged + statistics->skipped_calls);
}

/* Has a tree judged by what was measured of it, or by what is tried while that is done. */
static void use_knobs(struct player *p, unsigned page_shift)
{
	const struct measured *m = p->probed ? NULL : measured_of(page_shift);
	if (p->probed)
		p->oracle.tree = p->probed;
	else if (m)
		p->oracle.tree = &m->setting.knobs;
}

/* What a tree says of the call that broke a rule; of one that hangs, where it is. */
static void keep_warning(struct player *p, enum rule rule)
{
	p->warning[0] = '\0';
	if (!p->mapper->warning)
		return;
	if (rule == RULE_PROCESS_HANG || rule == RULE_PROCESS_STACK_OVERFLOW)
		watch_place(p->warning, sizeof(p->warning));
	else
		snprintf(p->warning, sizeof(p->warning), "%s", p->mapper->warning());
}

bool player_run(struct player *p, const struct scenario *s, unsigned which, uint32_t ops,
		struct verdict *verdict)
{
	ASSERT_CMP(ops, <=, s->ops);
	if (ops && ops < s->ops && s->op[ops].during.stated)
		ops++;
	ASSERT_CMP(which, <, mapper_list()->count);
	struct machine *m = p->machine[which];
	p->scenario = s;
	p->mapper = mapper_list()->mapper[which];
	p->which = which;
	p->played |= 1U << which;
	p->areas.count = 0;
	p->judging = &p->oracle;
	p->judging_reader = false;
	memset(p->met, 0, sizeof(p->met));
	machine_reset(m, &s->machine);
	oracle_begin(&p->oracle, m, p->mapper, &s->policy);
	p->oracle.waivers = p->waivers;
	if (p->mapper->tree) {
		p->oracle.waivers.behaviours = p->tree_waivers;
		use_knobs(p, s->machine.page_shift);
	}

	bool holds = true;
	struct statistics *statistics = &p->statistics[which];
	uint64_t skipped_before = statistics->skipped_calls;
	if (mapper_has_machine(p->mapper, &s->machine)) {
		statistics->scenarios++;
	} else {
		statistics->unsupported++;
		ops = 0;
	}
	statistics->requested += scenario_calls(s, 0, ops);
	for (p->op = 0; p->op < ops && holds && !p->oracle.waived; p->op++) {
		const struct op *op = &s->op[p->op];
		if (!call_sets_up(op->call.kind))
			holds = play_op(p, ops);
		else if (laid_by_mapper(p->mapper, s, op))
			holds = judge_laying(p, op);
		else if (!set_up(p, op))
			note_refused(p, statistics->skipped_calls - skipped_before);
	}
	count_rest(p, statistics, ops);
	*verdict = p->judging->verdict;
	if (!holds)
		keep_warning(p, verdict->rule);
	p->mapper = NULL;
	return holds;
}

const struct statistics *player_statistics(const struct player *p)
{
	return &p->statistics[mapper_list()->under_test];
}

/* Whether the cross-check mappers, which take each page alone, play this scenario: by its content. */
static bool wants_crosscheck(const struct player *p, const struct scenario *s)
{
	uint64_t pages = 0, mix = 0;
	for (uint32_t i = 0; i < s->ops; i++) {
		const struct call *call = &s->op[i].call;
		pages += p->array[i].count;
		if (call_effect(call->kind) != CALL_COPIES) /* of which most may be a hole */
			pages += call->bytes >> s->machine.page_shift;
		mix = (mix ^ call->va ^ call->pfn ^ (p->array[i].count ? p->array[i].page[0] : 0)) *
		      UINT64_C(0x9e3779b97f4a7c15);
	}
	uint64_t sample = pages / CROSSCHECK_SHARE;
	if (sample < CROSSCHECK_SAMPLE)
		sample = CROSSCHECK_SAMPLE;
	return pages <= CROSSCHECK_ALWAYS || (mix >> 32) % sample == 0;
}

static bool play_on(struct player *p, const struct scenario *s, bool crosscheck,
		    struct verdict *verdict)
{
	const struct mapper_list *list = mapper_list();
	p->executions++;
	p->played = 0;
	verdict->rule = RULE_NONE;
	for (unsigned i = 0; i < list->count; i++)
		if ((crosscheck || i == list->under_test) && !player_run(p, s, i, s->ops, verdict))
			return false;
	return true;
}

bool player_refused(const struct player *p, struct refusal *why)
{
	static const char reason[] =
		"cannot set this up: the entry is in use, or no table page is left";
	if (!p->refused.mapper)
		return false;
	*why = (struct refusal){ "", reason };
	return true;
}

bool player_play_all(struct player *p, const struct scenario *s, struct verdict *verdict)
{
	player_prepare(p, s);
	return play_on(p, s, true, verdict);
}

bool player_play(struct player *p, const struct scenario *s, struct verdict *verdict)
{
	player_prepare(p, s);
	return play_on(p, s, wants_crosscheck(p, s), verdict);
}
