// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/mutate.h"

#include "fuzz/edit.h"
#include "fuzz/generate.h"
#include "fuzz/mutation.h"
#include "fuzz/repair.h"
#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"

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
		.profile = profile,
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
	if (!scenario_repair(s) || scenario_work(s) > max_pages)
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
