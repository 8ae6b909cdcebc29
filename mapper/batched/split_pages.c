// SPDX-License-Identifier: GPL-2.0-only
/*
 * A range in single pages: range_split_to_ptes() (Linux 7.2). A block becomes a
 * table of single leaves at once, with no groups on the way; of a contiguous
 * group that the range meets, the Contiguous bit of each member goes.
 */
#include <errno.h>

#include "mapper/batched/protect.h"
#include "mapper/machine/min.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/table.h"

/* Clears the Contiguous bit of what maps offsets `start` to `last` in a table, and of the groups that they cut. */
static void clear_groups(struct protect *p, table_t table, int level, uint64_t start, uint64_t last)
{
	uint64_t group = UINT64_C(1) << group_shift(&p->g, level);
	uint64_t from = start & ~(group - 1), to = (last | (group - 1)) + 1;
	uint32_t index = level_index(&p->g, level, from);
	uint32_t count = (uint32_t)((to - from) >> level_shift(&p->g, level));
	uint64_t list[GATHER];
	for (uint32_t i = 0, part; i < count; i += part) {
		uint64_t any = 0;
		part = (uint32_t)min(count - i, GATHER);
		for (uint32_t k = 0; k < part; k++) {
			list[k] = machine_load(p->machine, table, index + i + k);
			any |= list[k];
			list[k] &= ~DESC_CONT;
		}
		if (any & DESC_CONT)
			machine_store_list(p->machine, table, index + i, part, list);
	}
}

/* The leaves, one level down, that map what block `desc` at `level` maps. */
static void fill(struct protect *p, table_t child, int level, uint64_t desc)
{
	uint32_t entries = 1u << p->g.table_bits;
	uint64_t pages = UINT64_C(1) << (level_shift(&p->g, level + 1) - p->g.page_shift);
	uint64_t pfn = desc_pfn(&p->g, desc), list[GATHER];
	uint64_t type = level + 1 == PTE_LEVEL ? DESC_TABLE : 0;
	for (uint32_t i = 0, part; i < entries; i += part) {
		part = (uint32_t)min(entries - i, GATHER);
		for (uint32_t k = 0; k < part; k++)
			list[k] = desc_output(&p->g, pfn + (i + k) * pages) | desc | type;
		machine_store_list(p->machine, child, i, part, list);
	}
}

/* Puts a full table in the place of a block that is in no group. */
static int replace_block(struct protect *p, table_t table, uint32_t index, int level)
{
	table_t child = machine_alloc_table(p->machine);
	if (child == MACHINE_NO_TABLE)
		return -ENOMEM;
	fill(p, child, level, machine_load(p->machine, table, index));
	machine_barrier(p->machine, BARRIER_DSB_ISHST);
	machine_store(p->machine, table, index, 1,
		      desc_to_table(&p->g, machine_table_pfn(p->machine, child)), 0);
	return 0;
}

static int split_table(struct protect *p, table_t table, int level, uint64_t start, uint64_t end);

/* Of one entry, which maps [start, end) or points to what does. */
static int split_entry(struct protect *p, table_t table, int level, uint64_t start, uint64_t end)
{
	uint32_t index = level_index(&p->g, level, start);
	uint64_t desc = machine_load(p->machine, table, index);
	int error = 0;
	if (!desc)
		return 0;
	if (!desc_is_table(desc)) {
		if (desc & DESC_CONT)
			clear_groups(p, table, level, start, start);
		error = replace_block(p, table, index, level);
		desc = machine_load(p->machine, table, index);
	}
	return error ? error
		     : split_table(p, table_below(p->machine, &p->g, desc), level + 1, start, end);
}

static int split_table(struct protect *p, table_t table, int level, uint64_t start, uint64_t end)
{
	int error = 0;
	if (level == PTE_LEVEL)
		clear_groups(p, table, level, start, end - 1);
	for (uint64_t next; level < PTE_LEVEL && start < end && !error; start = next) {
		next = window_end(&p->g, level, start, end);
		error = split_entry(p, table, level, start, next);
	}
	return error;
}

int split_to_pages(struct protect *p, uint64_t start, uint64_t end)
{
	int error = split_table(p, MACHINE_ROOT, p->g.start_level, start, end);
	machine_barrier(p->machine, BARRIER_DSB_ISHST);
	machine_barrier(p->machine, BARRIER_ISB);
	return error;
}
