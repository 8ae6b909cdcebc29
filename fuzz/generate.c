// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/generate.h"

#include "fuzz/fill.h"
#include "fuzz/mappers.h"
#include "fuzz/repair.h"
#include "fuzz/sizes.h"
#include "fuzz/weights.h"
#include "mapper/machine/assert.h"

void generate(struct scenario *s, enum profile_id id, struct rng *rng, uint64_t max_pages)
{
	bool huge = max_pages >= GENERATE_HUGE_FROM && !rng_below(rng, weights.huge_one_in);
	void (*fill)(struct scenario *, const struct profile *, struct rng *, uint64_t) =
		huge ? fill_huge : profile(id)->fill;
	if (huge)
		max_pages =
			rng_chance(rng, weights.huge_4g) ? SCENARIO_MAX_PAGES : GENERATE_HUGE_WORK;
	do {
		scenario_init(s);
		s->machine = mapper_pick_machine(rng);
		s->policy = pick_policy(rng, &s->machine);
		fill(s, profile(id), rng, max_pages);
	} while (!scenario_repair(s) || scenario_work(s) > max_pages);
	struct refusal why;
	ASSERT(scenario_check(s, &why));
}
