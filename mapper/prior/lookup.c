// SPDX-License-Identifier: GPL-2.0-only
/* vmalloc_to_page() and kernel_page_present(), Linux 6.12, level by level as the kernel writes them. */
#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

uint64_t prior_lookup(struct address_space *space, uint64_t va)
{
	struct machine *m = space->machine;
	struct geometry g = geometry_of(&m->config);
	uint64_t offset = va - g.va_base;
	table_t table = MACHINE_ROOT;
	for (int level = g.start_level; level < PTE_LEVEL; level++) {
		uint64_t desc = machine_load(m, table, level_index(&g, level, offset));
		uint64_t in_block = offset & ((UINT64_C(1) << level_shift(&g, level)) - 1);
		if (!desc)
			return PAGE_HOLE;
		if (!desc_is_table(desc))
			return desc_pfn(&g, desc) + (in_block >> g.page_shift);
		table = table_below(m, &g, desc);
	}
	uint64_t page = machine_load(m, table, level_index(&g, PTE_LEVEL, offset));
	return page ? desc_pfn(&g, page) : PAGE_HOLE;
}

/* Blocks of the linear map may be invalid since Linux 6.18 alone, and then say so as a page does. */
bool prior_page_present(struct address_space *space, uint64_t pfn)
{
	struct machine *m = space->machine;
	struct geometry g = geometry_of(&m->config);
	uint64_t offset = pfn << g.page_shift;
	table_t table = MACHINE_ROOT;
	for (int level = g.start_level; level < PTE_LEVEL; level++) {
		uint64_t desc = machine_load(m, table, level_index(&g, level, offset));
		if (!desc)
			return false;
		if (!desc_is_table(desc))
			return desc & DESC_VALID;
		table = table_below(m, &g, desc);
	}
	return machine_load(m, table, level_index(&g, PTE_LEVEL, offset)) & DESC_VALID;
}
