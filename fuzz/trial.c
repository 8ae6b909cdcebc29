// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/trial.h"

#include "fuzz/skip.h"
#include "mapper/machine/assert.h"

static struct scenario saved; /* too large for a stack */

void trial_begin(struct trial *t)
{
	const struct mapper_list *list = mapper_list();
	unsigned which = mapper_index(t->constraints->model->name);
	ASSERT_CMP(which, <, list->count);
	t->machine = t->p->machine[which];
	t->areas.count = 0;
	t->op = 0;
	t->unmade = 0;
	player_prepare(t->p, t->s);
	machine_reset(t->machine, &t->s->machine);
	oracle_begin(&t->p->oracle, t->machine, list->mapper[which], &t->s->policy);
	t->p->oracle.waivers.behaviours = t->constraints->waivers;
	t->machine->watch = (struct event_watch){ 0 }; /* nobody judges */
}

struct op *trial_op(struct trial *t)
{
	ASSERT_CMP(t->op, <, t->s->ops);
	return &t->s->op[t->op];
}

struct call trial_call(const struct trial *t)
{
	const struct op *op = &t->s->op[t->op];
	struct call call = op->call;
	call.bytes = op_bytes(t->s, op);
	if (call_traits(call.kind)->has_pages)
		call.pages = t->p->array[t->op];
	return call;
}

struct address_space trial_space(const struct trial *t)
{
	return (struct address_space){
		.machine = t->machine,
		.policy = &t->s->policy,
		.area = t->areas.area,
		.areas = t->areas.count,
		.splits = t->constraints->splits,
	};
}

struct tables trial_tables(const struct trial *t)
{
	return (struct tables){ &t->p->oracle.g, t->machine };
}

uint64_t trial_page_bytes(const struct trial *t)
{
	return UINT64_C(1) << t->s->machine.page_shift;
}

struct span trial_span(const struct trial *t)
{
	uint64_t first = scenario_va_page(t->s, t->op);
	return (struct span){ first, first + scenario_op_pages(t->s, t->op) };
}

struct span trial_whole_leaves(const struct trial *t, struct span span)
{
	const struct tables tables = trial_tables(t);
	uint64_t head = leaf_pages_together(&tables, span.first);
	uint64_t tail = leaf_pages_together(&tables, span.end);
	return (struct span){ span.first & ~(head - 1), (span.end + tail - 1) & ~(tail - 1) };
}

bool trial_set_span(struct trial *t, struct span span)
{
	struct call *call = &trial_op(t)->call;
	struct span before = trial_span(t);
	ASSERT_CMP(span.first, <, span.end);
	call->va = scenario_va_of_page(t->s, span.first);
	call->bytes = (span.end - span.first) << t->s->machine.page_shift;
	return span.first != before.first || span.end != before.end;
}

bool trial_makes(const struct trial *t, const struct call *call)
{
	const struct address_space space = trial_space(t);
	const struct constraints *c = t->constraints;
	if (c->never_called && c->never_called(&space, call))
		return false;
	return !skip_reason(&t->p->oracle, call, &space);
}

static void restore(struct trial *t)
{
	scenario_copy(t->s, &saved);
	player_prepare(t->p, t->s);
}

bool trial_apply(struct trial *t, trial_change *const *changes)
{
	struct refusal why;
	bool changed = false;
	if (t->as_it_is)
		return false;
	scenario_copy(&saved, t->s);
	for (unsigned i = 0; i < TRIAL_MAX_CHANGES && changes[i]; i++) {
		changed |= changes[i](t);
		player_prepare(t->p, t->s);
	}
	if (changed && scenario_check(t->s, &why))
		return true;
	restore(t);
	return false;
}

bool trial_apply_if_made(struct trial *t, trial_change *const *changes)
{
	if (!trial_apply(t, changes))
		return false;
	struct call call = trial_call(t);
	if (trial_makes(t, &call))
		return true;
	restore(t);
	return false;
}
