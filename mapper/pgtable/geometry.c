// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/pgtable/geometry.h"
#include "mapper/machine/assert.h"

#define ENTRY_SHIFT 3 /* log2 bytes of a descriptor */

/* log2 of the pages in a cont-PTE group: ARM64_CONT_PTE_SHIFT, arch/arm64/Kconfig. */
static uint8_t cont_pte_order(unsigned page_shift)
{
	switch (page_shift) {
	case 12:
		return 4;
	case 14:
		return 7;
	default:
		return 5;
	}
}

/* log2 of the blocks in a cont-PMD group: ARM64_CONT_PMD_SHIFT. */
static uint8_t cont_pmd_order(unsigned page_shift)
{
	return page_shift == 12 ? 4 : 5;
}

static enum pfn_format pfn_format_of(const struct machine_config *config)
{
	if (config->lpa2)
		return PFN_LPA2;
	return config->pa_bits == 52 ? PFN_LPA : PFN_48;
}

struct geometry geometry_of(const struct machine_config *config)
{
	uint8_t page_shift = config->page_shift;
	uint8_t scaled = config->table_bits, group = config->group_bits;
	uint8_t table_bits = scaled ? scaled : page_shift - ENTRY_SHIFT;
	uint8_t pmd_shift = page_shift + table_bits;
	ASSERT_CMP(config->va_bits, >, page_shift);
	/* ARM64_HW_PGTABLE_LEVELS */
	int levels = (config->va_bits - page_shift - 1) / table_bits + 1;
	ASSERT_CMP(levels, >=, 2); /* an entry above the pages' can be a block */
	ASSERT_CMP(levels, <=, 5);

	return (struct geometry){
		.page_shift = page_shift,
		.table_bits = table_bits,
		.cont_shift = page_shift + (group ? group : cont_pte_order(page_shift)),
		.cont_pmd_shift = pmd_shift + (group ? group : cont_pmd_order(page_shift)),
		.pmd_shift = pmd_shift,
		.start_level = PTE_LEVEL + 1 - levels,
		.pfn_format = pfn_format_of(config),
		.va_base = -(UINT64_C(1) << config->va_bits),
		.linear_bytes = UINT64_C(1) << (config->va_bits - 1),
	};
}
