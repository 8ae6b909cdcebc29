// SPDX-License-Identifier: GPL-2.0-only
/* The linear map: the series does not change it, and there is one model of it. */
#include "mapper/batched/batched.h"
#include "mapper/prior/prior.h"

int prior_set_direct_map(struct address_space *space, const struct call *call, struct outcome *out)
{
	return batched_set_direct_map(space, call, out);
}
