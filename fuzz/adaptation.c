// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/adaptation.h"

#include "fuzz/repair.h"
#include "fuzz/skip.h"
#include "fuzz/struct_pages.h"
#include "mapper/machine/assert.h"

static struct scenario saved; /* too large for a stack */

void adaptation_begin(struct adaptation *a)
{
	const struct mapper_list *list = mapper_list();
	unsigned which = mapper_index(a->constraints->model->name);
	ASSERT_CMP(which, <, list->count);
	a->machine = a->p->machine[which];
	a->areas.count = 0;
	a->op = 0;
	a->unmade = 0;
	player_prepare(a->p, a->s);
	machine_reset(a->machine, &a->s->machine);
	oracle_begin(&a->p->oracle, a->machine, list->mapper[which], &a->s->policy);
	a->p->oracle.waivers.behaviours = a->constraints->waivers;
	a->machine->watch = (struct event_watch){ 0 }; /* nobody judges */
}

struct op *adaptation_op(struct adaptation *a)
{
	ASSERT_CMP(a->op, <, a->s->ops);
	return &a->s->op[a->op];
}

struct call adaptation_call(const struct adaptation *a)
{
	const struct op *op = &a->s->op[a->op];
	struct call call = op->call;
	call.bytes = op_bytes(a->s, op);
	if (call_traits(call.kind)->has_pages)
		call.pages = a->p->array[a->op];
	return call;
}

struct address_space adaptation_space(const struct adaptation *a)
{
	return (struct address_space){
		.machine = a->machine,
		.policy = &a->s->policy,
		.area = a->areas.area,
		.areas = a->areas.count,
		.splits = a->constraints->splits,
		.lacks_tables = a->op < a->s->ops && a->s->op[a->op].fail_alloc,
	};
}

struct tables adaptation_tables(const struct adaptation *a)
{
	return (struct tables){ &a->p->oracle.g, a->machine };
}

uint64_t adaptation_page_bytes(const struct adaptation *a)
{
	return UINT64_C(1) << a->s->machine.page_shift;
}

struct span adaptation_span(const struct adaptation *a)
{
	uint64_t first = scenario_va_page(a->s, a->op);
	return (struct span){ first, first + scenario_op_pages(a->s, a->op) };
}

struct span adaptation_whole_leaves(const struct adaptation *a, struct span span)
{
	const struct tables tables = adaptation_tables(a);
	uint64_t head = leaf_pages_together(&tables, span.first);
	uint64_t tail = leaf_pages_together(&tables, span.end);
	return (struct span){ span.first & ~(head - 1), (span.end + tail - 1) & ~(tail - 1) };
}

bool adaptation_set_span(struct adaptation *a, struct span span)
{
	struct call *call = &adaptation_op(a)->call;
	struct span before = adaptation_span(a);
	ASSERT_CMP(span.first, <, span.end);
	call->va = scenario_va_of_page(a->s, span.first);
	call->bytes = (span.end - span.first) << a->s->machine.page_shift;
	if (call_is_of_memory(call->kind))
		call->pfn = span.first;
	return span.first != before.first || span.end != before.end;
}

bool adaptation_makes(const struct adaptation *a, const struct call *call)
{
	const struct address_space space = adaptation_space(a);
	const struct constraints *c = a->constraints;
	const struct tables tables = adaptation_tables(a);
	if (areas_lack(&space, call) || leaf_is_in_the_way(&tables, call) ||
	    !struct_pages_allow(&space, call))
		return false;
	if (c->never_called && c->never_called(&space, call))
		return false;
	return !skip_reason(&a->p->oracle, call, &space);
}

static void restore(struct adaptation *a)
{
	scenario_copy(a->s, &saved);
	player_prepare(a->p, a->s);
}

bool adaptation_apply(struct adaptation *a, adaptation_change *const *changes)
{
	struct refusal why;
	bool changed = false;
	if (a->as_it_is)
		return false;
	scenario_copy(&saved, a->s);
	for (unsigned i = 0; i < ADAPTATION_MAX_CHANGES && changes[i]; i++) {
		changed |= changes[i](a);
		player_prepare(a->p, a->s);
	}
	if (changed)
		repair_undos(a->s);
	if (changed && scenario_check(a->s, &why))
		return true;
	restore(a);
	return false;
}

bool adaptation_apply_if_made(struct adaptation *a, adaptation_change *const *changes)
{
	if (!adaptation_apply(a, changes))
		return false;
	struct call call = adaptation_call(a);
	if (adaptation_makes(a, &call))
		return true;
	restore(a);
	return false;
}
