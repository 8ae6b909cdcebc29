// SPDX-License-Identifier: GPL-2.0-only
/* New scenarios out of nothing but a seed. */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "fuzz/profile.h"
#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* From this bound on, one new scenario in a few hundred is huge: see fill_huge(). */
#define GENERATE_HUGE_FROM 25600
/* Of scenario_work(), what most huge ones have at most: 8 GiB of 64K pages, 2 GiB of 16K pages. */
#define GENERATE_HUGE_WORK 131072

/*
 * Fills *s with a scenario that scenario_check() accepts, of at most `max_pages`
 * of scenario_work(), or, if it is huge, of at most GENERATE_HUGE_WORK, or rarely SCENARIO_MAX_PAGES.
 */
void generate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages);

#endif
