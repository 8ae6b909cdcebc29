// SPDX-License-Identifier: GPL-2.0-only
/* What the calls that unmap have in common. */
#include "oracle/expect/expect.h"

struct expected expect_unmapping(const struct oracle *o)
{
	uint64_t head = pages_together(o, o->first_page), tail = pages_together(o, o->end_page);
	return (struct expected){
		.warns = is_cut(o, o->first_page) || is_cut(o, o->end_page),
		.affected_first = o->first_page & ~(head - 1),
		.affected_end = (o->end_page + tail - 1) & ~(tail - 1),
	};
}

void apply_unmapping(struct oracle *o, const struct expected *e)
{
	space_remove(&o->space, e->affected_first, e->affected_end);
}
