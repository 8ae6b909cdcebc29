// SPDX-License-Identifier: GPL-2.0-only
/* Memory that is removed: the same. */
#include "mapper/batched/batched.h"
#include "mapper/prior/prior.h"

int prior_remove_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	return batched_remove_memory(space, call, out);
}
