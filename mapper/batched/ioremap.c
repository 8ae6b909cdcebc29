// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioremap(): maps one physical range with the largest leaves that alignment
 * and policy allow (vmap_range_noflush(), Linux 6.12, with the series'
 * batches of contiguous groups).
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/walk.h"

int batched_ioremap(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct walk w = walk_begin(space, call, out);
	w.busy_is_bug = true; /* vmap_pte_range() */
	uint64_t start = call->va - w.g.va_base;
	int error = walk_map_run(&w, (struct run){ .pfn = call->pfn,
						   .start = start,
						   .end = start + call->bytes,
						   .shift = space->policy->max_shift });
	walk_finish(&w, call->va, call->bytes);
	return error;
}
