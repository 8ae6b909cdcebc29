// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors as the kernel composes them (Linux 6.12,
 * arch/arm64/include/asm/pgtable-hwdef.h and pgtable-prot.h).
 *
 * A descriptor's output address is set from a pfn and never added to: in the
 * 52-bit formats its bits do not lie in order.
 */
#ifndef MAPPER_PGTABLE_DESCRIPTOR_H
#define MAPPER_PGTABLE_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/mapper.h"
#include "mapper/pgtable/geometry.h"

#define DESC_VALID (UINT64_C(1) << 0)
#define DESC_TABLE (UINT64_C(1) << 1) /* at level 3: a page */
#define DESC_CONT (UINT64_C(1) << 52)

#define DESC_PAGE_TYPE (DESC_VALID | DESC_TABLE)
#define DESC_BLOCK_TYPE DESC_VALID

#define DESC_TABLE_PXN (UINT64_C(1) << 59) /* of a table: nothing below runs in the kernel */

/* Bits of a leaf that set_memory_ro() and its kind change. */
#define DESC_RDONLY (UINT64_C(1) << 7)
#define DESC_WRITE (UINT64_C(1) << 51) /* the dirty bit modifier */
#define DESC_PXN (UINT64_C(1) << 53)
/* Says of an entry that is not valid that it is present: PTE_PRESENT_INVALID, the bit of nG. */
#define DESC_PRESENT_INVALID (UINT64_C(1) << 11)

static inline bool desc_is_table(uint64_t desc)
{
	return (desc & (DESC_VALID | DESC_TABLE)) == (DESC_VALID | DESC_TABLE);
}

/* All of a kernel leaf but its type and output address. No new mapping is executable. */
uint64_t desc_attributes(const struct geometry *g, enum prot prot);

/* A descriptor that points to the table page with this pfn. */
uint64_t desc_to_table(const struct geometry *g, uint64_t pfn);
/* The pfn that the address bits of a descriptor hold: a table's, or the first of a leaf's. */
static inline uint64_t desc_pfn(const struct geometry *g, uint64_t desc)
{
	uint64_t pa = desc & UINT64_C(0x0000ffffffffffff);
	switch (g->pfn_format) {
	case PFN_LPA:
		pa |= (desc & 0xf000) << 36;
		break;
	case PFN_LPA2:
		pa |= (desc & (UINT64_C(3) << 48)) | (desc & 0x300) << 42;
		break;
	default:
		break;
	}
	return pa >> g->page_shift;
}

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

/* The leaves of `count` single pages: output address bits, and `attributes` of each, into `desc`. */
void desc_of_pages(const struct geometry *g, const uint64_t *pfn, uint32_t count,
		   uint64_t attributes, uint64_t *desc);

/*
 * How many pfns from `pfn` on have output bits that form an arithmetic series
 * with a step of one page; at least 1.
 */
uint64_t desc_series_pages(const struct geometry *g, uint64_t pfn);

#endif
