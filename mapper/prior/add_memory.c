// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is added: the series does not change it, and there is one model of it. */
#include "mapper/batched/batched.h"
#include "mapper/prior/prior.h"

int prior_add_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	return batched_add_memory(space, call, out);
}
