// SPDX-License-Identifier: GPL-2.0-only
/*
 * Profiles: what the scenarios of a fuzz target are mostly about. A profile
 * says how a scenario is filled, which calls make areas in it, and with which
 * weights they are picked. What the generator chooses besides, weights.c weighs.
 */
#ifndef FUZZ_PROFILE_H
#define FUZZ_PROFILE_H

#include "fuzz/rng.h"
#include "mapper/call.h"

struct field_mutation;

enum profile_id {
	/* One for each fuzz target that plays scenarios. */
	PROFILE_VMAP,
	PROFILE_VMALLOC,
	PROFILE_IOREMAP,
	PROFILE_VM_MAP_RAM,
	PROFILE_SET_MEMORY,
	PROFILE_VMEMMAP,
	PROFILE_SEQUENCE,
	PROFILE_INTERRUPTED,
	PROFILES,
	/* A part of the new scenarios of fuzz_sequence. */
	PROFILE_NEIGHBOURS = PROFILES,
	ALL_PROFILES,
};

/* One of several things to do, and how often it is picked. A list ends with a weight of 0. */
struct call_weight {
	enum call_kind kind;
	unsigned weight;
};

struct scenario;

struct profile {
	const char *name;
	/* Fills a new scenario, which has its machine and its policy, with ops. */
	void (*fill)(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages);
	struct call_weight areas[CALL_KINDS];      /* the calls that make its areas */
	struct call_weight neighbours[CALL_KINDS]; /* those that map next to them */
	/* What the mutator does to whole ops, besides what it does to their fields. */
	const struct field_mutation *mutations;
};

/* The profile of this name; ALL_PROFILES if there is none. */
enum profile_id profile_by_name(const char *name);

/* The row of a profile. Static. */
const struct profile *profile(enum profile_id id);

/* A kind of call by the weights of a list, which is not empty. */
enum call_kind pick_call(const struct call_weight *list, struct rng *rng);

#endif
