// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is removed: no page is left of it, and a range that cuts a leaf is refused. */
#include <errno.h>

#include "oracle/expect/expect.h"

static struct expected expect(const struct oracle *o)
{
	bool cut = is_cut(o, o->first_page) || is_cut(o, o->end_page);
	return (struct expected){
		.error = cut ? -EPERM : 0,
		.refused = cut,
		.affected_first = o->first_page,
		.affected_end = o->end_page,
	};
}

static void apply(struct oracle *o, const struct expected *e)
{
	if (!e->error)
		space_remove(&o->space, o->first_page, o->end_page);
}

const struct call_expectation expect_remove_memory = {
	.expect = expect,
	.apply = apply,
};
