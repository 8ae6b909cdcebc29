// SPDX-License-Identifier: GPL-2.0-only
/* ioremap(): one physical range; an entry in use is a BUG(). */
#include <errno.h>

#include "oracle/expect/expect.h"

static struct expected expect(const struct oracle *o)
{
	struct expected e = expect_mapping(o);
	if (e.error) {
		e.error = -EBUSY;
		e.bug = true;
		e.warns = false;
	}
	return e;
}

static void place(const struct oracle *o, struct placement *p)
{
	p->blocks = true;
	p->block = o->end_page - o->first_page;
}

const struct call_expectation expect_ioremap = {
	.expect = expect,
	.apply = apply_mapping,
	.place = place,
};
