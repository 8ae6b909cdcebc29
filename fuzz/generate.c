// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/generate.h"

#include "fuzz/mappers.h"
#include "fuzz/repair.h"
#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"

void generate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages)
{
	do {
		scenario_init(s);
		s->machine = mapper_pick_machine(rng);
		s->policy = pick_policy(rng, &s->machine);
		profile(id)->fill(s, profile(id), rng, max_pages);
	} while (!scenario_repair(s) || scenario_work(s) > max_pages);
	struct refusal why;
	ASSERT(scenario_check(s, &why));
}
