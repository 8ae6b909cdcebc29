// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shape of the tables, as the kernel computes it from page size and VA
 * bits (Linux 6.12, arch/arm64/include/asm/pgtable-hwdef.h).
 *
 * An address is used here as its offset from the lowest address of the
 * space, so that ranges which end at the top of the 64-bit space do not wrap.
 */
#ifndef MAPPER_PGTABLE_GEOMETRY_H
#define MAPPER_PGTABLE_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/machine/machine.h"

#define PUD_LEVEL 1
#define PMD_LEVEL 2
#define PTE_LEVEL 3

/* Where a descriptor keeps the bits of a page frame number. */
enum pfn_format {
	PFN_48,   /* in place */
	PFN_LPA,  /* 64K, 52 bits: PA[51:48] in bits 15:12 */
	PFN_LPA2, /* 4K and 16K, 52 bits: PA[51:50] in bits 9:8 */
};

struct geometry {
	uint8_t page_shift;
	uint8_t table_bits;     /* log2 of entries a table */
	uint8_t cont_shift;     /* log2 bytes of a contiguous group of pages */
	uint8_t cont_pmd_shift; /* and of PMD blocks: the linear map's */
	uint8_t pmd_shift;      /* log2 bytes of what one PMD entry maps */
	int start_level;        /* of the root table: -1 to 2 */
	enum pfn_format pfn_format;
	uint64_t va_base;      /* lowest address of the space: PAGE_OFFSET */
	uint64_t linear_bytes; /* of the linear map, which begins there with PA 0 */
};

struct geometry geometry_of(const struct machine_config *config);

/* Whether Linux makes blocks at `level`: pmd_leaf, and pud_leaf with 4K pages (arch/arm64/mm/mmu.c). */
static inline bool level_has_blocks(const struct geometry *g, int level)
{
	return level == PMD_LEVEL || (level == PUD_LEVEL && g->page_shift == 12);
}

/* log2 bytes of a contiguous group of leaves at `level`; 0 where Linux makes none. */
static inline unsigned group_shift(const struct geometry *g, int level)
{
	return level == PTE_LEVEL ? g->cont_shift : level == PMD_LEVEL ? g->cont_pmd_shift : 0;
}

/* log2 of the bytes that one entry at `level` maps. */
static inline unsigned level_shift(const struct geometry *g, int level)
{
	return g->page_shift + (unsigned)(PTE_LEVEL - level) * g->table_bits;
}

/* The entry for `offset` in the table at `level` on its walk. */
static inline uint32_t level_index(const struct geometry *g, int level, uint64_t offset)
{
	return (uint32_t)(offset >> level_shift(g, level)) & ((1u << g->table_bits) - 1);
}

/* End of the part of [offset, end) that the entry at `level` for `offset` maps. */
static inline uint64_t window_end(const struct geometry *g, int level, uint64_t offset,
				  uint64_t end)
{
	uint64_t next = (offset | ((UINT64_C(1) << level_shift(g, level)) - 1)) + 1;
	return next < end ? next : end;
}

#endif
