// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/mutate.h"

#include "fuzz/edit.h"
#include "fuzz/generate.h"
#include "fuzz/mappers.h"
#include "fuzz/mutation.h"
#include "mapper/machine/assert.h"

/* --- what is done to whole ops -------------------------------------------------------- */

static void change_faults(struct mutation *m)
{
	struct op *op = mutated_op(m);
	if (call_sets_up(op->call.kind))
		return;
	op->fail_alloc =
		rng_chance(m->rng, 50) ? 0 : 1 + (uint32_t)random_below(m, GENERATE_MAX_FAULT);
	op->fail_trylock =
		rng_chance(m->rng, 70) ? 0 : 1 + (uint32_t)random_below(m, GENERATE_MAX_FAULT);
}

static void change_policy(struct mutation *m)
{
	m->s->policy = pick_policy(m->rng, &m->s->machine);
}

/* A block size of the old machine as the new one has it. */
static void translate_shift(struct call *call, const struct machine_config *from,
			    const struct machine_config *to)
{
	if (call->shift == from->page_shift)
		call->shift = to->page_shift;
	else if (call->shift == scenario_group_shift(from))
		call->shift = (uint8_t)scenario_group_shift(to);
	else
		call->shift = (uint8_t)scenario_level_shift(to, 2);
}

/* Another granule moves everything: areas are placed anew, sizes keep their number of pages. */
static void change_machine(struct mutation *m)
{
	struct machine_config before = m->s->machine;
	m->s->machine = pick_machine(m->rng);
	mapper_fit_machine(&m->s->machine);
	m->sizes = sizes_of(&m->s->machine);
	for (uint32_t i = 0; i < m->s->ops; i++) {
		struct op *op = &m->s->op[i];
		m->op = i;
		op->call.bytes = op->call.bytes >> before.page_shift << m->sizes.page_shift;
		if (call_has_field(op->call.kind, FIELD_SHIFT))
			translate_shift(&op->call, &before, &m->s->machine);
		scenario_place_op(m->s, op);
		if (call_maps(op->call.kind))
			mutate_va(m);
	}
}

static void insert_preset(struct mutation *m)
{
	generate_preset(m->s, m->op, m->op, m->rng);
}

/* Ops about the op that is changed, right after it. */
static void insert_unmap(struct mutation *m)
{
	generate_unmap(m->s, m->op + 1, m->op, m->rng);
}

static void insert_set_memory(struct mutation *m)
{
	generate_set_memory(m->s, m->op + 1, m->op, m->rng);
}

/* Unmaps the area and maps something else there. */
static void remap(struct mutation *m)
{
	struct op again = *mutated_op(m);
	if (!call_maps(again.call.kind) || m->s->ops + 2 > SCENARIO_MAX_OPS)
		return;
	struct op unmap = scenario_new_op(m->s, call_traits(again.call.kind)->undo);
	unmap.call.va = again.call.va;
	unmap.call.bytes = op_bytes(m->s, &again);
	edit_insert_op(m->s, m->op + 1, &unmap);
	edit_insert_op(m->s, m->op + 2, &again);
	if (call_traits(again.call.kind)->has_pages)
		generate_runs(m->s, m->op + 2, m->rng, m->sizes.block * 2);
}

/* Another call that maps a page array. */
static void change_kind(struct mutation *m)
{
	struct call *call = &mutated_op(m)->call;
	enum call_kind kind = call->kind;
	if (!call_traits(kind)->has_pages)
		return;
	do
		kind = kind + 1 < CALL_KINDS ? kind + 1 : 0;
	while (!call_maps(kind) || !call_traits(kind)->has_pages);
	call->kind = kind;
	call->shift = call_has_field(kind, FIELD_SHIFT) ? m->s->machine.page_shift : 0;
	if (!call_has_field(kind, FIELD_PROT))
		call->prot = PROT_KERNEL;
	if (!call_has_field(kind, FIELD_FLAGS))
		call->flags = 0;
}

static void remove_op(struct mutation *m)
{
	if (m->s->ops > 1)
		edit_remove_op(m->s, m->op);
}

#define AREA_MUTATIONS                                                                             \
	{ change_faults, 1 }, { change_policy, 1 }, { change_machine, 1 }, { insert_preset, 1 },   \
		{ insert_unmap, 1 }, { remap, 1 },                                                 \
	{                                                                                          \
		remove_op, 1                                                                       \
	}

const struct field_mutation area_mutations[] = { AREA_MUTATIONS, { NULL, 0 } };
const struct field_mutation sequence_mutations[] = {
	AREA_MUTATIONS, { change_kind, 1 }, { insert_set_memory, 1 }, { NULL, 0 }
};

/* --- one mutation, and several ---------------------------------------------------------- */

static unsigned weight_of(const struct field_mutation *list)
{
	unsigned weight = 0;
	for (; list && list->change; list++)
		weight += list->weight;
	return weight;
}

/* The mutation at place `*at` of a list, or NULL, with *at counted down, if it is not in it. */
static const struct field_mutation *mutation_at(const struct field_mutation *list, uint64_t *at)
{
	for (; list && list->change; list++) {
		if (*at < list->weight)
			return list;
		*at -= list->weight;
	}
	return NULL;
}

static void mutate_once(struct scenario *s, const struct profile *profile, struct rng *rng)
{
	struct mutation m = {
		.s = s,
		.rng = rng,
		.sizes = sizes_of(&s->machine),
		.op = (uint32_t)rng_below(rng, s->ops),
	};
	const struct op *op = mutated_op(&m);
	uint64_t all = weight_of(profile->mutations);
	for (const struct field *f = NULL; (f = op_next_field(op, f));)
		all += weight_of(f->mutations);
	uint64_t at = rng_below(rng, all);
	const struct field_mutation *one = mutation_at(profile->mutations, &at);
	for (const struct field *f = NULL; !one && (f = op_next_field(op, f));)
		one = mutation_at(f->mutations, &at);
	ASSERT(one);
	one->change(&m);
}

/* What became empty or too large is given up for something new. */
static void repair(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages)
{
	for (uint32_t i = 0; i < s->ops; i++)
		scenario_place_op(s, &s->op[i]);
	if (!edit_repair(s) || scenario_work(s) > max_pages)
		generate(s, id, rng, max_pages);
}

/* What is known of a scenario is not known of its children: they must hold. */
static void forget_what_is_known(struct scenario *s)
{
	s->expect.stated = false;
	s->expect.rule = RULE_NONE;
	s->policy.quirks = 0;
}

void mutate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages)
{
	ASSERT(s->ops);
	uint64_t times = 1 + rng_below(rng, 4);
	forget_what_is_known(s);
	for (uint64_t i = 0; i < times; i++) {
		mutate_once(s, profile(id), rng);
		repair(s, id, rng, max_pages);
	}
}

/* --- two scenarios ------------------------------------------------------------------------- */

/* Puts some runs of one of from's ops into one of to's. */
static void cross_runs(struct scenario *to, const struct scenario *from, struct rng *rng)
{
	uint32_t into = (uint32_t)rng_below(rng, to->ops);
	const struct op *source = &from->op[rng_below(rng, from->ops)];
	if (!call_traits(to->op[into].call.kind)->has_pages || !source->runs)
		return;
	uint32_t at = (uint32_t)rng_below(rng, source->runs);
	uint32_t count = 1 + (uint32_t)rng_below(rng, source->runs - at);
	uint32_t place = (uint32_t)rng_below(rng, to->op[into].runs + 1u);
	edit_splice_runs(to, into, place, 0, &from->run[source->first_run + at], count);
}

/* Appends from's ops, which mean the same only on the same machine. */
static void cross_ops(struct scenario *to, const struct scenario *from)
{
	for (uint32_t i = 0; i < from->ops; i++) {
		const struct op *op = &from->op[i];
		if (!edit_insert_op(to, to->ops, op))
			return;
		edit_splice_runs(to, to->ops - 1, 0, 0, &from->run[op->first_run], op->runs);
	}
}

void cross_over(struct scenario *to, const struct scenario *from, enum profile_id id,
		struct rng *rng, uint64_t max_pages)
{
	forget_what_is_known(to);
	if (to->machine.page_shift == from->machine.page_shift &&
	    to->machine.va_bits == from->machine.va_bits && rng_chance(rng, 50))
		cross_ops(to, from);
	else
		cross_runs(to, from, rng);
	repair(to, id, rng, max_pages);
}
