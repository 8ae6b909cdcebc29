// SPDX-License-Identifier: GPL-2.0-only
/* trans_pgd_create_copy(): the space stays as it is. What the copy must be: properties/copies.c. */
#include "oracle/expect/expect.h"

static struct expected expect(const struct oracle *o)
{
	return (struct expected){ .affected_first = o->first_page, .affected_end = o->end_page };
}

static void apply(struct oracle *o, const struct expected *e)
{
	(void)o;
	(void)e;
}

const struct call_expectation expect_trans_pgd = {
	.expect = expect,
	.apply = apply,
};
