// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/pgtable/table.h"

#include <errno.h>

/*
 * A table below entry `index`, which was empty when it was read: a new one,
 * whose zeroes are ordered before the link to it, or the one that another CPU
 * linked there in between (Linux 6.12, __pte_alloc_kernel()).
 */
static table_t link_table(struct machine *m, struct outcome *out, const struct geometry *g,
			  table_t table, int level, uint32_t index)
{
	table_t child = machine_alloc_table(m);
	if (child == MACHINE_NO_TABLE)
		return MACHINE_NO_TABLE;
	machine_barrier(m, BARRIER_DMB_ISHST);
	machine_take(m, LOCK_PAGE_TABLE);
	uint64_t desc = machine_load(m, table, index);
	if (!desc)
		machine_store(m, table, index, 1, desc_to_table(g, machine_table_pfn(m, child)), 0);
	machine_release(m, LOCK_PAGE_TABLE);
	if (desc) {
		machine_free_table(m, child);
		child = table_below(m, g, desc);
	}
	out->modified |= MODIFIED_LEVEL(level);
	return child;
}

int table_enter(struct machine *m, struct outcome *out, const struct geometry *g, table_t table,
		int level, uint32_t index, uint64_t desc, table_t *child)
{
	if (!desc) {
		*child = link_table(m, out, g, table, level, index);
		return *child == MACHINE_NO_TABLE ? -ENOMEM : 0;
	}
	if (!desc_is_table(desc))
		return -EBUSY;
	*child = table_below(m, g, desc);
	return 0;
}

/* Entry of `table` from `index` on that is not empty; the number of entries if there is none. */
static uint32_t next_entry(struct machine *m, const struct geometry *g, table_t table,
			   uint32_t index)
{
	uint32_t entries = 1u << g->table_bits;
	return index + machine_find_nonzero(m, table, index, entries - index);
}

/* Whether no leaf is in the table, whose entries are at `level`, or in those below. */
static bool holds_no_leaf(struct machine *m, const struct geometry *g, table_t table, int level)
{
	uint32_t entries = 1u << g->table_bits;
	for (uint32_t i = next_entry(m, g, table, 0); i < entries;
	     i = next_entry(m, g, table, i + 1)) {
		uint64_t desc = machine_load(m, table, i);
		if (level == PTE_LEVEL || !desc_is_table(desc) ||
		    !holds_no_leaf(m, g, table_below(m, g, desc), level + 1))
			return false;
	}
	return true;
}

static void free_with_all_below(struct machine *m, const struct geometry *g, table_t table,
				int level)
{
	uint32_t entries = 1u << g->table_bits;
	for (uint32_t i = level == PTE_LEVEL ? entries : next_entry(m, g, table, 0); i < entries;
	     i = next_entry(m, g, table, i + 1))
		free_with_all_below(m, g, table_below(m, g, machine_load(m, table, i)), level + 1);
	machine_free_table(m, table);
}

/*
 * The tables are unreachable for walks, and no walk cache holds them, before
 * they are freed (Linux: b6bdb7517c3d).
 */
bool try_free_table(struct machine *m, const struct geometry *g, table_t table, int level,
		    uint32_t index, uint64_t offset)
{
	uint64_t desc = machine_load(m, table, index);
	if (!desc_is_table(desc))
		return false;
	table_t child = table_below(m, g, desc);
	if (!holds_no_leaf(m, g, child, level + 1))
		return false;

	machine_store(m, table, index, 1, 0, 0);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_range(m, g->va_base + offset, UINT64_C(1) << level_shift(g, level), false);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	free_with_all_below(m, g, child, level + 1);
	return true;
}

void flush_tlb_range(struct machine *m, const struct geometry *g, uint64_t start, uint64_t end)
{
	uint64_t max_dvm_ops = UINT64_C(1) << g->table_bits; /* PTRS_PER_PTE */
	machine_barrier(m, BARRIER_DSB_ISHST);
	if ((end - start) >> g->page_shift > max_dvm_ops)
		machine_tlbi_all(m);
	else
		machine_tlbi_range(m, g->va_base + start, end - start, true);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
}
