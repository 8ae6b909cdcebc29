// SPDX-License-Identifier: GPL-2.0-only
/* Tables below entries: allocated on the way down, and freed for a block. */
#ifndef MAPPER_PGTABLE_TABLE_H
#define MAPPER_PGTABLE_TABLE_H

#include "mapper/mapper.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/geometry.h"

/* The table page that a table descriptor points to. */
static inline table_t table_below(const struct machine *m, const struct geometry *g, uint64_t desc)
{
	return machine_table_at(m, desc_pfn(g, desc));
}

/*
 * The table below entry `index`, which was read as `desc`: allocated and linked
 * if the entry is empty. 0, -ENOMEM, or -EBUSY at a leaf (pmd_alloc_track() and
 * the like, Linux 6.12, except for the leaf, which they take for a table).
 */
int table_enter(struct machine *m, struct outcome *out, const struct geometry *g, table_t table,
		int level, uint32_t index, uint64_t desc, table_t *child);

/* The same, after a read of the entry. */
static inline int table_descend(struct machine *m, struct outcome *out, const struct geometry *g,
				table_t table, int level, uint32_t index, table_t *child)
{
	uint64_t desc = machine_load(m, table, index);
	return table_enter(m, out, g, table, level, index, desc, child);
}

/*
 * Empties entry `index`, which maps `offset`, and frees the table below it
 * and those below that: pmd_free_pte_page() and pud_free_pmd_page(). False,
 * with nothing done, when the entry is not a table or some leaf is below it.
 */
bool try_free_table(struct machine *m, const struct geometry *g, table_t table, int level,
		    uint32_t index, uint64_t offset);

/*
 * Completes the stores before it and drops the leaves of offsets [start, end)
 * from all TLBs: flush_tlb_kernel_range(), page by page up to MAX_DVM_OPS
 * pages, else everything.
 */
void flush_tlb_range(struct machine *m, const struct geometry *g, uint64_t start, uint64_t end);

#endif
