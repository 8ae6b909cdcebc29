// SPDX-License-Identifier: GPL-2.0-only
/* The linear map: every page by itself, and the TLBs emptied after it, which its caller would do later. */
#include "oracle/reference/reference.h"

int reference_set_direct_map(struct address_space *space, const struct call *call,
			     struct outcome *out)
{
	(void)out; /* the kernel's has no mask of modified levels */
	const struct machine_config *config = &space->machine->config;
	struct arm64_geometry g = arm64_geometry(config);
	uint64_t page = UINT64_C(1) << g.granule, end = call->va + call->bytes;
	bool invalid = call->direct_map == DIRECT_MAP_INVALID;
	uint64_t clear = invalid ? ARM64_VALID : ARM64_NG | ARM64_AP2;
	uint64_t set = invalid ? ARM64_NG : ARM64_VALID | ARM64_DBM;
	int error = 0;
	if (config->noalias && !config->realm)
		return 0;
	for (uint64_t va = call->va; va != end && !error; va += page)
		error = reference_change(space, va, page, clear, set);
	return error;
}
