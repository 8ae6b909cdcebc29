// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/pgtable/descriptor.h"

#define DESC_ATTRINDX(index) ((uint64_t)(index) << 2)
#define DESC_INNER_SHAREABLE (UINT64_C(3) << 8)
#define DESC_USER (UINT64_C(1) << 6)
#define DESC_AF (UINT64_C(1) << 10)
#define DESC_NG (UINT64_C(1) << 11)
#define DESC_UXN (UINT64_C(1) << 54)
#define DESC_SW_DIRTY (UINT64_C(1) << 55)
#define DESC_SW_SPECIAL (UINT64_C(1) << 56)
#define TABLE_UXN (UINT64_C(1) << 60)

/* Indexes of MAIR_EL1: arch/arm64/include/asm/memory.h. */
enum mt { MT_NORMAL, MT_NORMAL_TAGGED, MT_NORMAL_NC, MT_DEVICE_nGnRnE, MT_DEVICE_nGnRE };

static uint64_t memory_type(enum prot prot)
{
	if (prot == PROT_DEVICE)
		return DESC_ATTRINDX(MT_DEVICE_nGnRE);
	return DESC_ATTRINDX(prot == PROT_NORMAL_NC ? MT_NORMAL_NC : MT_NORMAL);
}

static uint64_t permissions(enum prot prot)
{
	uint64_t xn = DESC_UXN | DESC_PXN; /* also for PAGE_KERNEL_EXEC: pgprot_nx() */
	return xn | (prot == PROT_KERNEL_RO ? DESC_RDONLY : DESC_WRITE | DESC_SW_DIRTY);
}

/* Bits in which a protection that is seldom or never passed differs from PAGE_KERNEL. */
static uint64_t odd_bits(enum prot prot)
{
	switch (prot) {
	case PROT_TAGGED:
		return DESC_ATTRINDX(MT_NORMAL_TAGGED);
	case PROT_NONCACHED:
		return DESC_ATTRINDX(MT_DEVICE_nGnRnE);
	case PROT_NOT_GLOBAL:
		return DESC_NG;
	case PROT_OLD:
		return DESC_AF;
	case PROT_SPECIAL:
		return DESC_SW_SPECIAL;
	case PROT_USER:
		return DESC_USER | DESC_NG;
	case PROT_USER_EXEC:
		return DESC_USER | DESC_NG | DESC_UXN | DESC_RDONLY | DESC_WRITE | DESC_SW_DIRTY;
	default:
		return 0;
	}
}

uint64_t desc_attributes(const struct geometry *g, enum prot prot)
{
	/* LPA2 takes the shareability from TCR_EL1; its bits here are address bits. */
	uint64_t shareable = g->pfn_format == PFN_LPA2 ? 0 : DESC_INNER_SHAREABLE;
	return (memory_type(prot) | permissions(prot) | shareable | DESC_AF) ^ odd_bits(prot);
}

uint64_t desc_to_table(const struct geometry *g, uint64_t pfn)
{
	return desc_output(g, pfn) | TABLE_UXN | DESC_TABLE | DESC_VALID;
}

/* Where bits stay in place, which is nearly everywhere, without a branch in the loop. */
void desc_of_pages(const struct geometry *g, const uint64_t *pfn, uint32_t count,
		   uint64_t attributes, uint64_t *desc)
{
	if (g->pfn_format != PFN_48) {
		for (uint32_t i = 0; i < count; i++)
			desc[i] = desc_output(g, pfn[i]) | attributes;
		return;
	}
	unsigned page_shift = g->page_shift;
	for (uint32_t i = 0; i < count; i++)
		desc[i] = pfn[i] << page_shift | attributes;
}

uint64_t desc_series_pages(const struct geometry *g, uint64_t pfn)
{
	unsigned in_place_bits = g->pfn_format == PFN_LPA2 ? 50 : 48;
	uint64_t pages = UINT64_C(1) << (in_place_bits - g->page_shift);
	return pages - (pfn & (pages - 1));
}
