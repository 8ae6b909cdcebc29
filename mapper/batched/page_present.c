// SPDX-License-Identifier: GPL-2.0-only
/* kernel_page_present(), Linux 7.2: whether the linear map has a page. */
#include "mapper/batched/batched.h"
#include "mapper/pgtable/table.h"

bool batched_page_present(struct address_space *space, uint64_t pfn)
{
	struct machine *m = space->machine;
	struct geometry g = geometry_of(&m->config);
	uint64_t offset = pfn << g.page_shift;
	table_t table = MACHINE_ROOT;
	uint64_t desc = machine_load(m, table, level_index(&g, g.start_level, offset));
	for (int level = g.start_level + 1; level <= PTE_LEVEL && desc_is_table(desc); level++) {
		table = table_below(m, &g, desc);
		desc = machine_load(m, table, level_index(&g, level, offset));
	}
	return desc & DESC_VALID;
}
