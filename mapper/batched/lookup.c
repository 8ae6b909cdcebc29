// SPDX-License-Identifier: GPL-2.0-only
/* vmalloc_to_page(), Linux 6.12: which page is mapped at an address. */
#include "mapper/batched/batched.h"
#include "mapper/pgtable/table.h"

uint64_t batched_lookup(struct address_space *space, uint64_t va)
{
	struct machine *m = space->machine;
	struct geometry g = geometry_of(&m->config);
	uint64_t offset = va - g.va_base;
	table_t table = MACHINE_ROOT;
	for (int level = g.start_level;; level++) {
		uint64_t desc = machine_load(m, table, level_index(&g, level, offset));
		if (!desc)
			return PAGE_HOLE;
		if (level == PTE_LEVEL || !desc_is_table(desc)) {
			uint64_t size = UINT64_C(1) << level_shift(&g, level);
			return desc_pfn(&g, desc) + ((offset & (size - 1)) >> g.page_shift);
		}
		table = table_below(m, &g, desc);
	}
}
