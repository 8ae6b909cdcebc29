// SPDX-License-Identifier: GPL-2.0-only
/* At which event of the call before it a generated call is made, and by what. */
#ifndef FUZZ_MEETINGS_H
#define FUZZ_MEETINGS_H

#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* Calls make more events than this seldom; and most decide by their first ones. */
#define MEETINGS_MAX_EVENT 40
#define MEETINGS_EARLY 14

struct during pick_during(const struct call *call, struct rng *rng);

/* Another event, most often one near, or an op that meets none; or an op that met none meets one. */
void change_during(struct during *during, const struct call *call, struct rng *rng);

struct read pick_read(struct rng *rng);

/* The same of a reader. */
void change_read(struct read *read, struct rng *rng);

#endif
