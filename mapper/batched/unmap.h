// SPDX-License-Identifier: GPL-2.0-only
/* What the calls that unmap have in common. */
#ifndef MAPPER_BATCHED_UNMAP_H
#define MAPPER_BATCHED_UNMAP_H

#include "mapper/mapper.h"

/* Offsets [low, high) of the space: all that was cleared, at least the call's range. */
struct unmapped {
	uint64_t low, high;
};

/*
 * vunmap_range_noflush(): flushes the caches of the call's range and clears
 * its leaves, with the blocks and contiguous groups that it cuts. TLBs still
 * hold them.
 */
struct unmapped unmap_range(struct address_space *space, const struct call *call,
			    struct outcome *out);

#endif
