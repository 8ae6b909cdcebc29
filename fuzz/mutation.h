// SPDX-License-Identifier: GPL-2.0-only
/* One mutation of a scenario in progress: what it may look at, and what mutations share. */
#ifndef FUZZ_MUTATION_H
#define FUZZ_MUTATION_H

#include "fuzz/field.h"
#include "fuzz/profile.h"
#include "fuzz/rng.h"
#include "fuzz/sizes.h"

struct mutation {
	struct scenario *s;
	struct rng *rng;
	struct sizes sizes;
	uint32_t op; /* the op that is changed */
	const struct profile *profile;
};

static inline struct op *mutated_op(struct mutation *m)
{
	return &m->s->op[m->op];
}

static inline uint64_t random_below(struct mutation *m, uint64_t n)
{
	return rng_below(m->rng, n);
}

/* Moves the op to another address of its kind of place, with what is done to its area. */
void mutate_va(struct mutation *m);

/*
 * op_mutations.c: what is done to whole ops: of areas alone, also of what meets
 * them, and also when they are made.
 */
extern const struct field_mutation area_mutations[], sequence_mutations[], interrupted_mutations[];

/* field_mutations.c: the lists of the fields. */
extern const struct field_mutation va_mutations[], pages_mutations[], size_mutations[],
	pfn_mutations[], shift_mutations[], prot_mutations[], flags_mutations[], change_mutations[],
	direct_map_mutations[], leaf_mutations[], kept_mutations[], reset_mutations[],
	half_mutations[];

#endif
