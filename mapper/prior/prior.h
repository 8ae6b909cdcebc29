// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's mapping calls before the series, one file each, and the two
 * walks that they share (Linux 6.12, mm/vmalloc.c): one for physical ranges,
 * one for page arrays, page by page.
 */
#ifndef MAPPER_PRIOR_PRIOR_H
#define MAPPER_PRIOR_PRIOR_H

#include "mapper/mapper.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/geometry.h"

#define DECLARE(KIND, name) mapper_function prior_##name;
CALLS(DECLARE)
#undef DECLARE
uint64_t prior_lookup(struct address_space *space, uint64_t va);
bool prior_page_present(struct address_space *space, uint64_t pfn);
unsigned prior_dump(struct address_space *space, uint64_t va, uint64_t bytes,
		    struct dump_line *line, unsigned room);

/* What is mapped where: offsets [start, end) of the space. */
struct target {
	struct address_space *space;
	struct outcome *out;
	struct geometry g;
	uint64_t start, end;
	uint64_t attributes; /* of every leaf */
};

/* Starts a mapping call; and completes what it stored. */
struct target target_of(struct address_space *space, const struct call *call, struct outcome *out);
void target_finish(const struct target *t);

/*
 * range.c: vmap_range_noflush(): maps the physical range from `pfn` on with
 * leaves of at most 1 << max_shift bytes. 0, -ENOMEM, or a BUG() and -EBUSY.
 */
int map_physical_range(const struct target *t, uint64_t pfn, unsigned max_shift);

/*
 * vunmap.c: vunmap_range_noflush(): clears the call's range, and gives the
 * offsets [*start, *end) that are to be invalidated.
 */
void clear_range(struct address_space *space, const struct call *call, struct outcome *out,
		 uint64_t *start, uint64_t *end);

/* vmap.c: maps pages one by one. 0 or, for every reason, -ENOMEM. */
int map_small_pages(const struct target *t, const uint64_t *page);

#endif
