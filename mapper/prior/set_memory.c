// SPDX-License-Identifier: GPL-2.0-only
/* set_memory: the series does not change it, and there is one model of it. */
#include "mapper/batched/batched.h"
#include "mapper/prior/prior.h"

int prior_set_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	return batched_set_memory(space, call, out);
}
