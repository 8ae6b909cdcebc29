// SPDX-License-Identifier: GPL-2.0-only
/* Looking through page arrays, many entries at a time: plain C that compilers make vectors of. */
#ifndef MAPPER_BATCHED_PAGES_H
#define MAPPER_BATCHED_PAGES_H

#include "mapper/mapper.h"

#define PAGES_STRIDE 16 /* entries that are looked at together at least, without a branch */

/*
 * Whether each of page[0] to page[count - 1] follows the first of its block of
 * `block` pages, and all are pfns. `count` is a multiple of `block`, a power of
 * two, which is one of PAGES_STRIDE.
 */
bool pages_are_blocks(const uint64_t *page, size_t count, size_t block);

/* The first of page[from] to page[end - 1] that is not pfn, pfn + 1, ... in turn; `end` if all are. */
size_t pages_follow(const uint64_t *page, size_t from, size_t end, uint64_t pfn);

/* The first of page[0] to page[count - 1] that is no pfn; `count` if all are. */
static inline size_t pages_valid(const uint64_t *page, size_t count)
{
	uint64_t any = 0;
	for (size_t i = 0; i < count; i++)
		any |= page[i];
	if (PAGE_IS_PFN(any))
		return count;
	size_t i = 0;
	while (PAGE_IS_PFN(page[i]))
		i++;
	return i;
}

#endif
