// SPDX-License-Identifier: GPL-2.0-only
/* New scenarios out of nothing but a seed. */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "fuzz/rng.h"
#include "fuzz/scenario.h"

#define GENERATE_MAX_FAULT 6 /* the n-th allocation or trylock that fails */

/*
 * Fills *s with a scenario that scenario_check() accepts, of vmap areas of at
 * most `max_pages` pages together, with faults, stale pages and unmaps.
 */
void generate_vmap(struct scenario *s, struct rng *rng, uint64_t max_pages);

/* Replaces the page array of vmap op `op` by a new one of at most `max_pages` pages. */
void generate_runs(struct scenario *s, uint32_t op, struct rng *rng, uint64_t max_pages);

#endif
