// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is added is in the linear map, as at boot; or nothing of it is. */
#include "oracle/expect/expect.h"

static void apply(struct oracle *o, const struct expected *e)
{
	if (!e->error)
		apply_laying(o, e);
}

const struct call_expectation expect_add_memory = {
	.expect = expect_laying,
	.apply = apply,
	.place = place_laying,
};
