// SPDX-License-Identifier: GPL-2.0-only
/* New scenarios out of old ones. */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "fuzz/generate.h"
#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* Changes a checked scenario in one to four places; it stays one that scenario_check() accepts.
 * Where nothing useful is left, a new one of the theme takes its place. */
void mutate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages);

/* Makes *to a mix of itself and *from: some of its page runs, or its ops. Both are checked. */
void cross_over(struct scenario *to, const struct scenario *from, enum profile_id id,
		struct rng *rng, uint64_t max_pages);

#endif
