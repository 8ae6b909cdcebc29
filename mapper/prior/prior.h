// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two walks of the kernel before the series (Linux 6.12, mm/vmalloc.c):
 * one for physical ranges, one for page arrays, page by page.
 */
#ifndef MAPPER_PRIOR_PRIOR_H
#define MAPPER_PRIOR_PRIOR_H

#include "mapper/mapper.h"
#include "mapper/pgtable/geometry.h"

/* What is mapped where: offsets [start, end) of the space. */
struct target {
	struct address_space *space;
	struct geometry g;
	uint64_t start, end;
	uint64_t attributes; /* of every leaf */
};

/*
 * vmap_range_noflush(): maps the physical range from `pfn` on with leaves of
 * at most 1 << max_shift bytes. 0, -ENOMEM, or a BUG() and -EBUSY.
 */
int map_physical_range(const struct target *t, uint64_t pfn, unsigned max_shift);

/* vmap_small_pages_range_noflush(): maps pages one by one. 0 or, for every reason, -ENOMEM. */
int map_small_pages(const struct target *t, const uint64_t *page);

#endif
