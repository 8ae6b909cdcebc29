// SPDX-License-Identifier: GPL-2.0-only
/* What changes the linear map, a page at a time and without a TLBI. */
#ifndef MAPPER_BATCHED_DIRECT_MAP_H
#define MAPPER_BATCHED_DIRECT_MAP_H

#include "mapper/mapper.h"

/* The pages of offsets [start, start + bytes), up to the first error, as mapper.h has it. */
int set_direct_map(struct address_space *space, uint64_t start, uint64_t bytes,
		   enum direct_map state);

/* vfree.c: the area that vfree() or vrealloc() of the call's range is for. */
const struct vm_area *area_to_free(const struct address_space *space, const struct call *call);

/*
 * vm_reset_perms(): gives the aliases of an area's pages their permissions back, once offsets
 * [low, high), which were unmapped, and they are invalidated together.
 */
void reset_aliases(struct address_space *space, const struct vm_area *area, uint64_t low,
		   uint64_t high);

#endif
