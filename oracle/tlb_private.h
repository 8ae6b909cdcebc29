// SPDX-License-Identifier: GPL-2.0-only
/* What tlb.c, which keeps the records, and tlb_invalidate.c share. Private to the two. */
#ifndef ORACLE_TLB_PRIVATE_H
#define ORACLE_TLB_PRIVATE_H

#include "oracle/arm64/encoding.h"
#include "oracle/tlb.h"

/* Pages that the entries of a record mapped. */
static inline uint64_t pages_of(const struct tlb *tlb, const struct tlb_stale *s)
{
	return (uint64_t)s->entries << arm64_leaf_order(tlb->g, s->level);
}

/* Bits of a leaf in which members of a group may differ, and the one that makes it a member. */
static inline uint64_t free_bits(const struct tlb *tlb)
{
	return arm64_address_field(tlb->g) | ARM64_SOFTWARE | ARM64_AF | ARM64_CONTIGUOUS;
}

static inline bool is_leaf(const struct tlb *tlb, int level, uint64_t desc)
{
	return arm64_kind(tlb->g, level, desc) == ARM64_LEAF;
}

/* Whether a record goes on where another ends, and the same was done for both. */
bool tlb_joins(const struct tlb *tlb, const struct tlb_stale *s, const struct tlb_stale *next);

/* Records that are not ordered are the last ones. */
static inline uint32_t first_unordered(const struct tlb *tlb)
{
	uint32_t i = tlb->count;
	while (i > 0 && !tlb->stale[i - 1].ordered)
		i--;
	return i;
}

#endif
