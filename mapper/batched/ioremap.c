// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioremap(): maps one physical range with the largest leaves that alignment
 * and policy allow (vmap_range_noflush(), Linux 6.12, with the series'
 * batches of contiguous groups).
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/walk.h"

int batched_ioremap(struct address_space *space, uint64_t va, uint64_t pa, uint64_t bytes,
		    enum prot prot)
{
	struct walk w = walk_begin(space, prot);
	w.busy_is_bug = true; /* vmap_pte_range() */
	int error = walk_map_run(&w, (struct run){ .pfn = pa >> w.g.page_shift,
						   .start = va - w.g.va_base,
						   .end = va - w.g.va_base + bytes,
						   .shift = space->policy->max_shift });
	walk_finish(&w, va, bytes);
	return error;
}
