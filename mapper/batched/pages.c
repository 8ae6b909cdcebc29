// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/batched/pages.h"

#include "mapper/machine/assert.h"

/* Entries as one vector, which compilers cut into what the processor has registers for. */
#define LANES 4
typedef uint64_t lanes __attribute__((vector_size(LANES * 8), aligned(8), may_alias));

/* Adds to `differ` the bits in which `count` pages, a multiple of LANES, are not first, first + 1, ... */
static inline void compare(lanes *differ, const uint64_t *page, size_t count, uint64_t first)
{
	lanes follow = (lanes){ 0, 1, 2, 3 } + first;
	for (size_t i = 0; i < count; i += LANES, follow += LANES)
		*differ |= *(const lanes *)(page + i) ^ follow;
}

static inline bool differ_anywhere(const lanes *differ)
{
	return (*differ)[0] | (*differ)[1] | (*differ)[2] | (*differ)[3];
}

/* Whether the `count` pages at `page`, a multiple of LANES, are first, first + 1, ... */
static inline bool are_series(const uint64_t *page, size_t count, uint64_t first)
{
	lanes differ = { 0 };
	compare(&differ, page, count, first);
	return !differ_anywhere(&differ);
}

bool pages_are_blocks(const uint64_t *page, size_t count, size_t block)
{
	lanes differ = { 0 };
	uint64_t any = 0;
	ASSERT_CMP(block & (PAGES_STRIDE - 1), ==, 0);
	ASSERT_CMP(count & (block - 1), ==, 0);
	for (size_t i = 0, in_block = 0; i < count; i += PAGES_STRIDE) {
		uint64_t first = page[i - in_block] + in_block;
		any |= first;
		compare(&differ, page + i, PAGES_STRIDE, first);
		in_block = (in_block + PAGES_STRIDE) & (block - 1);
	}
	return PAGE_IS_PFN(any) && !differ_anywhere(&differ);
}

#define LONG_STRIDE 64

/*
 * pages_follow(), as far as whole strides go. A run mostly ends where a stride
 * does: the first page of each is looked at alone.
 */
static inline size_t follow_by(size_t stride, const uint64_t *page, size_t from, size_t end,
			       uint64_t skew)
{
	while (from + stride <= end && page[from] == skew + from &&
	       are_series(page + from, stride, skew + from))
		from += stride;
	return from;
}

size_t pages_follow(const uint64_t *page, size_t from, size_t end, uint64_t pfn)
{
	uint64_t skew = pfn - from;
	from = follow_by(LONG_STRIDE, page, from, end, skew);
	from = follow_by(PAGES_STRIDE, page, from, end, skew);
	while (from < end && page[from] == skew + from)
		from++;
	return from;
}
