// SPDX-License-Identifier: GPL-2.0-only
/* vfree() before the series (Linux 6.12): unmaps entry by entry; what it resets is the same. */
#include "mapper/batched/direct_map.h"
#include "mapper/prior/prior.h"

int prior_vfree(struct address_space *space, const struct call *call, struct outcome *out)
{
	uint64_t start, end;
	clear_range(space, call, out, &start, &end);
	if (call->reset)
		reset_aliases(space, area_to_free(space, call), start, end);
	return 0;
}
