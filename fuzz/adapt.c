// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/adapt.h"

#include <limits.h>

#include "fuzz/adaptation.h"
#include "fuzz/measure.h"
#include "mapper/machine/assert.h"

/* How often a scenario is played from its start on, since ops before a call were changed. */
#define MAX_PLAYS 24

enum step {
	STEP_NEXT,
	STEP_AGAIN, /* an op before has changed, or the op where its call was made already */
	STEP_END,   /* the scenario goes no further when it is played */
};

static int make(struct adaptation *a, const struct call *call, struct outcome *out)
{
	struct address_space space = adaptation_space(a);
	*out = (struct outcome){ 0 };
	return a->constraints->model->call[call->kind](&space, call, out);
}

/* The unmap by a failed mapping's caller. Where it is not made, the mapping goes elsewhere. */
static enum step clean_up(struct adaptation *a, const struct call *failed)
{
	struct outcome out;
	const struct call call = areas_clean_up(&a->areas, failed, a->s->machine.page_shift);
	machine_begin_call(a->machine, 0, 0);
	if (adaptation_makes(a, &call)) {
		make(a, &call, &out);
		areas_follow(&a->areas, &call, &out, a->s->machine.page_shift);
		return STEP_NEXT;
	}
	const adaptation_list *list = call_is_of_vmemmap(failed->kind)
					      ? changes_of_struct_pages.before
					      : changes_of_place;
	for (; (*list)[0]; list++)
		if (adaptation_apply(a, *list))
			return STEP_AGAIN;
	return STEP_END;
}

static enum step make_call(struct adaptation *a)
{
	const struct op *op = adaptation_op(a);
	struct call call = adaptation_call(a);
	machine_begin_call(a->machine, op->fail_alloc, op->fail_trylock);
	struct outcome out;
	int error = make(a, &call, &out);
	if (call_maps(call.kind) && error)
		return clean_up(a, &call);
	areas_follow(&a->areas, &call, &out, a->s->machine.page_shift);
	return STEP_NEXT;
}

/* Applies the first list with which the call is made. */
static bool apply_one(struct adaptation *a, const adaptation_list *lists)
{
	for (const adaptation_list *list = lists; (*list)[0]; list++)
		if (adaptation_apply_if_made(a, *list))
			return true;
	return false;
}

static const struct changes *changes_of(const struct call *call)
{
	if (call->kind == CALL_VFREE)
		return &changes_of_vfree;
	if (call->kind == CALL_VREALLOC)
		return &changes_of_vrealloc;
	if (call_is_of_vmemmap(call->kind))
		return &changes_of_struct_pages;
	switch (call_effect(call->kind)) {
	case CALL_MAPS:
		return &changes_of_mapping;
	case CALL_UNMAPS:
		return &changes_of_unmapping;
	case CALL_COPIES:
		return &changes_of_copy;
	case CALL_ADDS:
	case CALL_REMOVES:
		return &changes_of_hotplug;
	default:
		return &changes_of_set_memory;
	}
}

/* Whether the op's call, as it stands now, is made. */
static bool is_made(const struct adaptation *a)
{
	struct call call = adaptation_call(a);
	return adaptation_makes(a, &call);
}

static enum step adapt_call(struct adaptation *a)
{
	struct call call = adaptation_call(a);
	const struct changes *changes = changes_of(&call);
	if (is_made(a))
		return make_call(a);
	if (changes->first && adaptation_apply(a, *changes->first)) {
		if (is_made(a))
			return make_call(a);
		call = adaptation_call(a);
		changes = changes_of(&call); /* which may be of another kind now */
	}
	if (apply_one(a, changes->here))
		return make_call(a);
	for (const adaptation_list *list = changes->before; (*list)[0]; list++)
		if (adaptation_apply(a, *list))
			return STEP_AGAIN;
	if (apply_one(a, changes->at_last))
		return make_call(a);
	a->unmade++;
	return STEP_NEXT;
}

/* What the player sets up; what cannot be is not there then either. */
static void set_up(struct adaptation *a)
{
	struct oracle *o = &a->p->oracle;
	const struct call *call = &adaptation_op(a)->call;
	o->space.segments = 0; /* of what calls made of the space, nobody has told the oracle */
	machine_begin_call(a->machine, 0, 0);
	if (call->kind == CALL_LINEAR)
		oracle_lay_linear(o, call->pfn << o->g.granule, call->bytes,
				  call->leaf == LEAF_PAGE);
	else if (call->table)
		oracle_preset_table(o, call->va, call->level);
	else
		oracle_preset_leaf(o, call->va, call->pfn, call->level);
}

/* Plays from the start on. True at the end; false if it must be played again. */
static bool play(struct adaptation *a)
{
	for (adaptation_begin(a); a->op < a->s->ops; a->op++) {
		enum step step = STEP_NEXT;
		if (call_sets_up(adaptation_op(a)->call.kind))
			set_up(a);
		else
			step = adapt_call(a);
		if (step == STEP_AGAIN)
			return false;
		if (step == STEP_END) { /* by an unmap that is not made */
			a->unmade += 1 + scenario_calls(a->s, a->op + 1, a->s->ops);
			return true;
		}
	}
	return true;
}

static struct adaptation adaptation; /* its areas are large */

unsigned adapt_to(struct player *p, const struct constraints *constraints, struct scenario *s)
{
	ASSERT(!p->mapper);
	adaptation = (struct adaptation){ .p = p, .constraints = constraints, .s = s };
	unsigned before = UINT_MAX;
	for (unsigned plays = 0; plays < MAX_PLAYS; plays++) {
		if (!play(&adaptation))
			continue;
		/* A change of a later op may be what an earlier one was waiting for. */
		if (!adaptation.unmade || adaptation.unmade == before)
			return adaptation.unmade;
		before = adaptation.unmade;
	}
	return adapt_unmade(p, constraints, s);
}

unsigned adapt_unmade(struct player *p, const struct constraints *constraints, struct scenario *s)
{
	ASSERT(!p->mapper);
	adaptation =
		(struct adaptation){ .p = p, .constraints = constraints, .s = s, .as_it_is = true };
	bool ended = play(&adaptation);
	ASSERT(ended);
	return adaptation.unmade;
}

void adapt(struct player *p, struct scenario *s)
{
	const struct mapper *tree = mapper_tested();
	if (!tree->tree || !mapper_has_machine(tree, &s->machine) ||
	    scenario_work(s) > ADAPT_MAX_WORK)
		return;
	const struct measured *measured = measured_of(s->machine.page_shift);
	const char *model = s->policy.series == POLICY_PRIOR ? "prior" : "batched";
	const struct constraints constraints = {
		.model = mapper_list()->mapper[mapper_index(model)],
		.never_called = tree->never_called,
		.splits = measured && measured->setting.knobs.splits,
		.waivers = p->tree_waivers,
	};
	adapt_to(p, &constraints, s);
}
