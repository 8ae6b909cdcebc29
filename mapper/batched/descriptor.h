// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors as the kernel composes them (Linux 6.12,
 * arch/arm64/include/asm/pgtable-hwdef.h and pgtable-prot.h).
 *
 * A descriptor's output address is set from a pfn and never added to: in the
 * 52-bit formats its bits do not lie in order.
 */
#ifndef MAPPER_BATCHED_DESCRIPTOR_H
#define MAPPER_BATCHED_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/batched/geometry.h"
#include "mapper/mapper.h"

#define DESC_VALID (UINT64_C(1) << 0)
#define DESC_TABLE (UINT64_C(1) << 1) /* at level 3: a page */
#define DESC_CONT (UINT64_C(1) << 52)

#define DESC_PAGE_TYPE (DESC_VALID | DESC_TABLE)
#define DESC_BLOCK_TYPE DESC_VALID

static inline bool desc_is_table(uint64_t desc)
{
	return (desc & (DESC_VALID | DESC_TABLE)) == (DESC_VALID | DESC_TABLE);
}

/* All of a kernel leaf but its type and output address. */
uint64_t desc_attributes(const struct geometry *g, enum prot prot);

/* A descriptor that points to the table page with this pfn. */
uint64_t desc_to_table(const struct geometry *g, uint64_t pfn);
uint64_t desc_table_pfn(const struct geometry *g, uint64_t desc);

/* The output address bits of a descriptor, for the granule-sized page `pfn`. */
static inline uint64_t desc_output(const struct geometry *g, uint64_t pfn)
{
	uint64_t pa = pfn << g->page_shift;
	switch (g->pfn_format) {
	case PFN_LPA:
		return (pa & UINT64_C(0x0000ffffffff0000)) | ((pa >> 36) & 0xf000);
	case PFN_LPA2:
		return (pa & UINT64_C(0x0003fffffffff000)) | ((pa >> 42) & 0x300);
	default:
		return pa;
	}
}

/*
 * How many pfns from `pfn` on have output bits that form an arithmetic series
 * with a step of one page; at least 1.
 */
uint64_t desc_series_pages(const struct geometry *g, uint64_t pfn);

#endif
