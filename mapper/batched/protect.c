// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/batched/protect.h"

#include <errno.h>

#include "mapper/pgtable/table.h"

#define BBM_LEVEL_OF_SPLITS 2 /* system_supports_bbml2_noabort() */

/* Changes `count` neighbouring entries; those that map nothing stay empty. */
static void change_entries(struct protect *p, table_t table, uint32_t index, uint32_t count)
{
	uint64_t list[GATHER];
	for (uint32_t i = 0, part; i < count; i += part) {
		part = count - i < GATHER ? count - i : GATHER;
		uint64_t any = 0;
		for (uint32_t k = 0; k < part; k++) {
			uint64_t desc = machine_load(p->machine, table, index + i + k);
			list[k] = desc ? (desc & ~p->clear) | p->set : 0;
			any |= desc;
		}
		if (any)
			machine_store_list(p->machine, table, index + i, part, list);
	}
}

/* Changes what stands in [offset, end) of a table; no leaf lies across an end. */
static void change_table(struct protect *p, table_t table, int level, uint64_t offset, uint64_t end)
{
	if (level == PTE_LEVEL) {
		change_entries(p, table, level_index(&p->g, level, offset),
			       (uint32_t)((end - offset) >> p->g.page_shift));
		return;
	}
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&p->g, level, offset, end);
		uint32_t index = level_index(&p->g, level, offset);
		uint64_t desc = machine_load(p->machine, table, index);
		if (desc_is_table(desc))
			change_table(p, table_below(p->machine, &p->g, desc), level + 1, offset,
				     next);
		else
			change_entries(p, table, index, 1);
	}
}

/*
 * Whether leaves are split while they are live: where the CPU can, and boot
 * code laid out the linear map for it (linear_map_requires_bbml2, Linux 6.18).
 */
static bool splits_live(const struct machine_config *config)
{
	return config->bbm >= BBM_LEVEL_OF_SPLITS && (!config->noalias || config->realm);
}

/* One leaf may lie across ends of two ranges: who splits it holds the mutex, and looks again under it. */
static int split_ends(struct protect *p, uint64_t start, uint64_t end)
{
	machine_take(p->machine, LOCK_SPLIT);
	int error = split_at(p, start);
	if (!error)
		error = split_at(p, end);
	machine_release(p->machine, LOCK_SPLIT);
	return error;
}

/*
 * Makes both ends lie between leaves, or says why that cannot be. Where they do,
 * no mutex is taken: interrupts change what is mapped by pages (Linux 6.18,
 * split_kernel_leaf_mapping()).
 */
static int prepare_ends(struct protect *p, uint64_t start, uint64_t end)
{
	if (!boundary_in_leaf(p, start) && !boundary_in_leaf(p, end))
		return 0;
	if (splits_live(&p->machine->config))
		return split_ends(p, start, end);
	machine_warn(p->machine, p->g.va_base + start);
	return -EINVAL;
}

int protect_range(struct protect *p, uint64_t start, uint64_t end)
{
	int error = prepare_ends(p, start, end);
	if (error)
		return error;
	change_table(p, MACHINE_ROOT, p->g.start_level, start, end);
	if (!p->keeps_tlb) {
		flush_tlb_range(p->machine, &p->g, start, end);
	} else {
		machine_barrier(p->machine, BARRIER_DSB_ISHST);
		machine_barrier(p->machine, BARRIER_ISB);
	}
	return 0;
}

/* split_kernel_leaf_mapping(), or range_split_to_ptes() (Linux 7.2). */
int split_range(struct protect *p, bool to_pages, uint64_t start, uint64_t end)
{
	if (!splits_live(&p->machine->config))
		return 0;
	if (to_pages)
		return split_to_pages(p, start, end);
	bool cut = boundary_in_leaf(p, start) || boundary_in_leaf(p, end);
	return cut ? split_ends(p, start, end) : 0;
}
