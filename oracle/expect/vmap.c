// SPDX-License-Identifier: GPL-2.0-only
/* vmap(): blocks where the policy lets it look for them, and an errno that a tree does not tell. */
#include <errno.h>

#include "oracle/expect/expect.h"

static void complete(const struct oracle *o, struct expected *e)
{
	if (e->error && oracle_waives(o, WAIVER_HIDDEN_ERRNO))
		e->error = -ENOMEM;
}

static bool has_blocks(const struct oracle *o)
{
	unsigned group = o->g.granule + arm64_contiguous_size(&o->g, ARM64_LAST_LEVEL);
	if (oracle_before_series(o) || oracle_max_shift(o) < group)
		return false;
	return o->policy->vmap_huge == VMAP_HUGE_ALWAYS ||
	       (o->policy->vmap_huge == VMAP_HUGE_FLAG && o->call->flags & MAP_FLAG_HUGE);
}

static void place(const struct oracle *o, struct placement *p)
{
	p->blocks = has_blocks(o);
}

const struct call_expectation expect_vmap = {
	.expect = expect_mapping,
	.complete = complete,
	.apply = apply_mapping,
	.place = place,
};
