// SPDX-License-Identifier: GPL-2.0-only
/* How the mutator changes whole ops. */
#include "fuzz/chain.h"
#include "fuzz/edit.h"
#include "fuzz/generate_ops.h"
#include "fuzz/mappers.h"
#include "fuzz/meetings.h"
#include "fuzz/mutation.h"
#include "mapper/machine/assert.h"

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
static void change_feature(struct machine_config *config, struct rng *rng)
{
	bool *const features[] = { &config->tlb_range, &config->noalias, &config->realm };
	bool *feature = features[rng_below(rng, sizeof(features) / sizeof(features[0]))];
	*feature = !*feature;
}

static void change_machine(struct mutation *m)
{
	struct machine_config before = m->s->machine;
	if (mapper_tested()->tree && rng_chance(m->rng, 50)) {
		change_feature(&m->s->machine, m->rng);
		return;
	}
	m->s->machine = mapper_pick_machine(m->rng);
	m->sizes = sizes_of(&m->s->machine);
	for (uint32_t i = 0; i < m->s->ops; i++) {
		struct op *op = &m->s->op[i];
		m->op = i;
		op->call.bytes = op->call.bytes >> before.page_shift << m->sizes.page_shift;
		op->call.kept = op->call.kept >> before.page_shift << m->sizes.page_shift;
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

static void insert_change(struct mutation *m)
{
	generate_change(m->s, m->op + 1, m->op, m->rng);
}

/* An op that refers to this one: see chain.h. */
static void extend_chain(struct mutation *m)
{
	chain_extend(m->s, m->op, m->profile->neighbours, m->rng, m->sizes.block * 2);
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

/* Another page array, of what drivers ask the page allocator for. */
static void renew_in_chunks(struct mutation *m)
{
	if (mutated_op(m)->call.kind == CALL_VMAP)
		generate_chunks(m->s, m->op, m->rng, m->sizes.block * 2);
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

/* When a call is made, of two that are next to each other. */
static void change_meeting(struct mutation *m)
{
	struct op *op = mutated_op(m);
	if (!call_sets_up(op->call.kind))
		change_during(&op->during, &op->call, m->rng);
}

/* When a reader meets a call; one that meets another call is met by none. */
static void change_reader(struct mutation *m)
{
	struct op *op = mutated_op(m);
	if (!call_sets_up(op->call.kind) && !op->during.stated)
		change_read(&op->read, m->rng);
}

#define ONCE(change) ((struct field_mutation){ change, 1 })
#define AREA_MUTATIONS                                                                             \
	ONCE(change_faults), ONCE(change_policy), ONCE(change_machine), ONCE(insert_preset),       \
		ONCE(insert_unmap), ONCE(remap), ONCE(remove_op)

#define SEQUENCE_MUTATIONS                                                                         \
	AREA_MUTATIONS, ONCE(change_kind), ONCE(insert_change),                                    \
	{                                                                                          \
		extend_chain, 5                                                                    \
	}

const struct field_mutation area_mutations[] = { AREA_MUTATIONS,
						 { renew_in_chunks, 2 },
						 { NULL, 0 } };
const struct field_mutation sequence_mutations[] = { SEQUENCE_MUTATIONS, { NULL, 0 } };
const struct field_mutation interrupted_mutations[] = {
	SEQUENCE_MUTATIONS, { change_meeting, 12 }, { change_reader, 6 }, { NULL, 0 }
};
