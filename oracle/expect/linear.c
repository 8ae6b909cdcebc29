// SPDX-License-Identifier: GPL-2.0-only
/* A part of the linear map that a tree's own code lays. */
#include "oracle/expect/expect.h"

struct expected expect_laying(const struct oracle *o)
{
	return (struct expected){
		.done = o->end_page - o->first_page,
		.affected_first = o->first_page,
		.affected_end = o->end_page,
	};
}

void apply_laying(struct oracle *o, const struct expected *e)
{
	apply_mapping(o, e);
}

/* Its groups are not HugeTLB's, and nohugeiomap is not for it. A root of blocks is walked block by block. */
void place_laying(const struct oracle *o, struct placement *p)
{
	p->blocks = o->call->leaf == LEAF_LARGEST;
	p->block = o->end_page - o->first_page;
	p->max_shift = 63;
	p->groups = true;
	p->block_groups = o->g.start_level < ARM64_LAST_LEVEL - 1;
}

const struct call_expectation expect_linear = {
	.expect = expect_laying,
	.apply = apply_laying,
	.place = place_laying,
};
