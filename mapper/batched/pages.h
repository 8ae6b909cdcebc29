// SPDX-License-Identifier: GPL-2.0-only
/* Looking through page arrays, many entries at a time: plain C that compilers make vectors of. */
#ifndef MAPPER_BATCHED_PAGES_H
#define MAPPER_BATCHED_PAGES_H

#include "mapper/mapper.h"

/* Entries looked at together, without a branch between them: of long runs, and of a small block. */
#define PAGES_STRIDE 64
#define PAGES_SMALL_STRIDE 16

/* Whether the `count` pages at `page` are first, first + 1, ... */
static inline bool pages_are_series(const uint64_t *page, size_t count, uint64_t first)
{
	uint64_t differ = 0;
	for (size_t i = 0; i < count; i++)
		differ |= page[i] ^ (first + i);
	return !differ;
}

/* The first of page[from] to page[end - 1] that is not pfn, pfn + 1, ... in turn; `end` if all are. */
static inline size_t pages_follow(const uint64_t *page, size_t from, size_t end, uint64_t pfn)
{
	uint64_t skew = pfn - from;
	while (from + PAGES_STRIDE <= end &&
	       pages_are_series(page + from, PAGES_STRIDE, skew + from))
		from += PAGES_STRIDE;
	while (from + PAGES_SMALL_STRIDE <= end &&
	       pages_are_series(page + from, PAGES_SMALL_STRIDE, skew + from))
		from += PAGES_SMALL_STRIDE;
	while (from < end && page[from] == skew + from)
		from++;
	return from;
}

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
