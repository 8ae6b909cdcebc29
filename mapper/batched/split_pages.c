// SPDX-License-Identifier: GPL-2.0-only
/*
 * A range in single pages: range_split_to_ptes() (Linux 7.2). A block becomes a
 * table of single leaves at once, with no groups on the way; of a contiguous
 * group that the range meets, the Contiguous bit of each member goes.
 */
#include "mapper/batched/protect.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/table.h"

/* Offsets [start, end) of a table of pages, widened to whole groups. */
static void clear_groups(struct protect *p, table_t table, uint64_t start, uint64_t end)
{
	uint64_t group = UINT64_C(1) << p->g.cont_shift;
	uint32_t index = level_index(&p->g, PTE_LEVEL, start & ~(group - 1));
	uint32_t count = (uint32_t)((((end - 1) | (group - 1)) + 1 - (start & ~(group - 1))) >>
				    p->g.page_shift);
	uint64_t list[GATHER];
	for (uint32_t i = 0, part; i < count; i += part) {
		uint64_t any = 0;
		part = count - i < GATHER ? count - i : GATHER;
		for (uint32_t k = 0; k < part; k++) {
			list[k] = machine_load(p->machine, table, index + i + k);
			any |= list[k];
			list[k] &= ~DESC_CONT;
		}
		if (any & DESC_CONT)
			machine_store_list(p->machine, table, index + i, part, list);
	}
}

/* What stands in [start, end) of the table; the part of one entry of it goes on below, where a table is. */
static int split_table(struct protect *p, table_t table, int level, uint64_t start, uint64_t end)
{
	int error = 0;
	if (level == PTE_LEVEL) {
		clear_groups(p, table, start, end);
		return 0;
	}
	for (uint64_t next; start < end && !error; start = next) {
		next = window_end(&p->g, level, start, end);
		uint32_t index = level_index(&p->g, level, start);
		uint64_t desc = machine_load(p->machine, table, index);
		if (!desc)
			continue;
		if (!desc_is_table(desc)) {
			if (desc & DESC_CONT)
				clear_group(p, table, index, level);
			error = split_block(p, table, index, level, desc, false);
			if (error)
				break;
			desc = machine_load(p->machine, table, index);
		}
		error = split_table(p, table_below(p->machine, &p->g, desc), level + 1, start,
				    next);
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
