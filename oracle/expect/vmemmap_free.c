// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages go, and all memory that backed them is given back; what others have a
 * half of stays, and a range that cuts a block is refused.
 */
#include <errno.h>

#include "oracle/expect/expect.h"

static struct expected expect(const struct oracle *o)
{
	struct expected e = expect_struct_pages(o);
	e.refused = !e.idle && (is_cut(o, o->first_page) || is_cut(o, o->end_page));
	e.error = e.refused ? -EPERM : 0;
	if (!e.idle && !e.refused)
		e.returned = arm64_mapped_pages(&o->g, o->machine, o->first_page, o->end_page);
	return e;
}

static void apply(struct oracle *o, const struct expected *e)
{
	if (!e->idle && !e->refused)
		space_remove(&o->space, o->first_page, o->end_page);
}

const struct call_expectation expect_vmemmap_free = {
	.narrow = narrow_struct_pages,
	.expect = expect,
	.apply = apply,
};
