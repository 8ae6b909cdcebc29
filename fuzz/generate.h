// SPDX-License-Identifier: GPL-2.0-only
/* New scenarios out of nothing but a seed. */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "fuzz/profile.h"
#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* Fills *s with a scenario that scenario_check() accepts, of at most `max_pages` of scenario_work(). */
void generate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages);

#endif
