// SPDX-License-Identifier: GPL-2.0-only
/* ioremap() before the series (Linux 6.12): one block or contiguous group at a time. */
#include "mapper/prior/prior.h"

int prior_ioremap(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct target t = target_of(space, call, out);
	int error = map_physical_range(&t, call->pfn, space->policy->max_shift);
	target_finish(&t);
	return error;
}
