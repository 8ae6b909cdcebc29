// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/adapt.h"

#include "fuzz/measure.h"
#include "fuzz/trial.h"
#include "mapper/machine/assert.h"

/* How often a scenario is played from its start on, since ops before a call were changed. */
#define MAX_TRIALS 24

enum step {
	STEP_NEXT,
	STEP_AGAIN, /* an op before has changed, or the op where its call was made already */
	STEP_END,   /* the scenario goes no further when it is played */
};

static int make(struct trial *t, const struct call *call)
{
	struct address_space space = trial_space(t);
	struct outcome out = { 0 };
	return t->constraints->model->call[call->kind](&space, call, &out);
}

/* The unmap by a failed mapping's caller. Where it is not made, the mapping goes elsewhere. */
static enum step clean_up(struct trial *t, const struct call *failed)
{
	const struct call call = {
		.kind = call_traits(failed->kind)->undo,
		.va = failed->va,
		.bytes = failed->bytes,
	};
	machine_begin_call(t->machine, 0, 0);
	if (trial_makes(t, &call)) {
		make(t, &call);
		areas_forget(&t->areas, &call);
		return STEP_NEXT;
	}
	for (const trial_list *list = changes_of_place; (*list)[0]; list++)
		if (trial_apply(t, *list))
			return STEP_AGAIN;
	return STEP_END;
}

static enum step make_call(struct trial *t)
{
	const struct op *op = trial_op(t);
	struct call call = trial_call(t);
	machine_begin_call(t->machine, op->fail_alloc, op->fail_trylock);
	int error = make(t, &call);
	if (call_maps(call.kind) && error)
		return clean_up(t, &call);
	if (call_maps(call.kind))
		areas_keep(&t->areas, &call);
	if (call_effect(call.kind) == CALL_UNMAPS)
		areas_forget(&t->areas, &call);
	return STEP_NEXT;
}

/* Applies the first list with which the call is made. */
static bool apply_one(struct trial *t, const trial_list *lists)
{
	for (const trial_list *list = lists; (*list)[0]; list++)
		if (trial_apply_if_made(t, *list))
			return true;
	return false;
}

static const struct changes *changes_of(const struct call *call)
{
	switch (call_effect(call->kind)) {
	case CALL_MAPS:
		return &changes_of_mapping;
	case CALL_UNMAPS:
		return &changes_of_unmapping;
	default:
		return &changes_of_set_memory;
	}
}

static enum step adapt_call(struct trial *t)
{
	struct call call = trial_call(t);
	const struct changes *changes = changes_of(&call);
	if (trial_makes(t, &call))
		return make_call(t);
	if (apply_one(t, changes->here))
		return make_call(t);
	for (const trial_list *list = changes->before; (*list)[0]; list++)
		if (trial_apply(t, *list))
			return STEP_AGAIN;
	if (apply_one(t, changes->at_last))
		return make_call(t);
	t->unmade++;
	return STEP_NEXT;
}

/* What the player sets up; what cannot be is not there then either. */
static void set_up(struct trial *t)
{
	struct oracle *o = &t->p->oracle;
	const struct call *call = &trial_op(t)->call;
	o->space.segments = 0; /* of what calls made of the space, nobody has told the oracle */
	machine_begin_call(t->machine, 0, 0);
	if (call->kind == CALL_LINEAR)
		oracle_lay_linear(o, call->pfn << o->g.granule, call->bytes,
				  call->leaf == LEAF_PAGE);
	else if (call->table)
		oracle_preset_table(o, call->va, call->level);
	else
		oracle_preset_leaf(o, call->va, call->pfn, call->level);
}

/* Plays from the start on. True at the end; false if it must be played again. */
static bool play(struct trial *t)
{
	for (trial_begin(t); t->op < t->s->ops; t->op++) {
		enum step step = STEP_NEXT;
		if (call_sets_up(trial_op(t)->call.kind))
			set_up(t);
		else
			step = adapt_call(t);
		if (step == STEP_AGAIN)
			return false;
		if (step == STEP_END) { /* by an unmap that is not made */
			t->unmade += 1 + scenario_calls(t->s, t->op + 1, t->s->ops);
			return true;
		}
	}
	return true;
}

static struct trial trial; /* its areas are large */

unsigned adapt_to(struct player *p, const struct constraints *constraints, struct scenario *s)
{
	ASSERT(!p->mapper);
	trial = (struct trial){ .p = p, .constraints = constraints, .s = s };
	for (unsigned trials = 0; trials < MAX_TRIALS; trials++)
		if (play(&trial))
			return trial.unmade;
	return adapt_unmade(p, constraints, s);
}

unsigned adapt_unmade(struct player *p, const struct constraints *constraints, struct scenario *s)
{
	ASSERT(!p->mapper);
	trial = (struct trial){ .p = p, .constraints = constraints, .s = s, .as_it_is = true };
	bool ended = play(&trial);
	ASSERT(ended);
	return trial.unmade;
}

void adapt(struct player *p, struct scenario *s)
{
	const struct mapper *tree = mapper_tested();
	if (!tree->tree || !mapper_has_machine(tree, &s->machine))
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
