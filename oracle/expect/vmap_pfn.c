// SPDX-License-Identifier: GPL-2.0-only
/* vmap_pfn(): single pages, and one errno for all that may be wrong. */
#include <errno.h>

#include "oracle/expect/expect.h"

static struct expected expect(const struct oracle *o)
{
	struct expected e = expect_mapping(o);
	if (e.error)
		e.error = -ENOMEM;
	return e;
}

static void place(const struct oracle *o, struct placement *p)
{
	(void)o;
	p->blocks = false;
}

const struct call_expectation expect_vmap_pfn = {
	.expect = expect,
	.apply = apply_mapping,
	.place = place,
};
