// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mappers of this build: the reference, a Linux tree's own code if there
 * is a tree, the models, and a mapper from outside if one is linked in.
 */
#ifndef FUZZ_MAPPERS_H
#define FUZZ_MAPPERS_H

#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* The reference, a tree's, batched, prior, and one from outside. */
#define MAX_MAPPERS 5

struct mapper_list {
	unsigned count;
	const struct mapper
		*mapper[MAX_MAPPERS]; /* the reference first; all have functions for all calls */
	unsigned under_test;          /* the index of the one that plays every scenario */
};

/*
 * Every mapper there is. What is under test is a mapper from outside, or else
 * a tree's, or else the batched mapper. Static.
 */
const struct mapper_list *mapper_list(void);

/* The mapper under test. */
const struct mapper *mapper_tested(void);

/* The index of the mapper with that name; mapper_list()->count if there is none. */
unsigned mapper_index(const char *name);

/* Whether the mapper can map on such a machine. */
bool mapper_has_machine(const struct mapper *mapper, const struct machine_config *config);

/* Makes a machine that the mapper under test lacks one that it has, with the same features. */
void mapper_fit_machine(struct machine_config *config);

/*
 * A machine that the mapper under test has. TLBI by range, and how Linux was
 * started, are generated for a tree alone, whose own code asks for them.
 */
struct machine_config mapper_pick_machine(struct rng *rng);

/*
 * Where the mapper under test is a tree's: gives the scenario the policy that
 * it was measured to have, under which it is expected to hold.
 */
void mapper_fit_policy(struct scenario *s);

#endif
