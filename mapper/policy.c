// SPDX-License-Identifier: GPL-2.0-only
/* What each version of the series decides when nobody says otherwise. */
#include "mapper/mapper.h"

struct policy policy_default(int series)
{
	struct policy policy = {
		.series = POLICY_V9,
		.vmap_huge = VMAP_HUGE_ALWAYS,
		.stop_at_order0 = true,
		.scan_limit = true,
		.hugetlb = true,
		.max_shift = POLICY_NO_MAX_SHIFT,
	};
	if (series == POLICY_V4) {
		policy.series = POLICY_V4;
		policy.scan_limit = false;
	}
	if (series == POLICY_PRIOR) {
		policy.series = POLICY_PRIOR;
		policy.vmap_huge = VMAP_HUGE_NEVER;
	}
	return policy;
}
