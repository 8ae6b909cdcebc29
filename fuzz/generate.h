// SPDX-License-Identifier: GPL-2.0-only
/* New scenarios out of nothing but a seed. */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "fuzz/profile.h"
#include "fuzz/rng.h"
#include "fuzz/scenario.h"

#define GENERATE_MAX_FAULT 6 /* the n-th allocation or trylock that fails */

/* Fills *s with a scenario that scenario_check() accepts, of at most `max_pages` of scenario_work(). */
void generate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages);

/* Replaces the page array of op `op` by a new one of at most `max_pages` pages. */
void generate_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages);

/* Inserts a new op before op `at`, that concerns what op `about` does. */
void generate_unmap(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
void generate_set_memory(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);
void generate_preset(struct scenario *s, uint32_t at, uint32_t about, struct rng *rng);

/* How profiles fill a scenario; see struct profile. */
void fill_areas(struct scenario *s, const struct profile *profile, struct rng *rng,
		uint64_t max_pages);
void fill_set_memory(struct scenario *s, const struct profile *profile, struct rng *rng,
		     uint64_t max_pages);
void fill_sequence(struct scenario *s, const struct profile *profile, struct rng *rng,
		   uint64_t max_pages);

#endif
