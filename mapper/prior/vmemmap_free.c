// SPDX-License-Identifier: GPL-2.0-only
/* Struct pages go leaf by leaf, as before the series and after: a walk and a TLBI for each. */
#include "mapper/batched/vmemmap.h"
#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

/* Frees the leaf that maps `offset`, if there is one; where the leaf or the hole ends. */
static uint64_t free_leaf(struct machine *m, const struct geometry *g, uint64_t offset)
{
	table_t table = MACHINE_ROOT;
	int level = g->start_level;
	uint64_t desc = machine_load(m, table, level_index(g, level, offset));
	while (level < PTE_LEVEL && desc_is_table(desc)) {
		table = table_below(m, g, desc);
		level++;
		desc = machine_load(m, table, level_index(g, level, offset));
	}
	uint64_t size = UINT64_C(1) << level_shift(g, level);
	if (desc) {
		machine_store(m, table, level_index(g, level, offset), 1, 0, 0);
		flush_tlb_range(m, g, offset, offset + (UINT64_C(1) << g->page_shift));
		machine_free_memory(m, desc_pfn(g, desc), size);
	}
	return (offset | (size - 1)) + 1;
}

static void free_one_by_one(struct machine *m, const struct geometry *g, struct vmemmap_range own)
{
	for (uint64_t at = own.start; at < own.end;)
		at = free_leaf(m, g, at);
}

int prior_vmemmap_free(struct address_space *space, const struct call *call, struct outcome *out)
{
	(void)out; /* the kernel's has no mask of modified levels */
	return vmemmap_free_by(space, call, free_one_by_one);
}
