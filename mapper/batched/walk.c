// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/batched/walk.h"

#include <errno.h>

void walk_begin(struct walk *w, struct address_space *space, enum prot prot)
{
	*w = (struct walk){
		.space = space,
		.machine = space->machine,
		.g = geometry_of(&space->machine->config),
		.cont_ptes = space->policy->series == POLICY_V9 || space->policy->hugetlb,
	};
	w->attributes = desc_attributes(&w->g, prot);
}

void walk_finish(struct walk *w, uint64_t va, uint64_t bytes)
{
	if (w->space->modified) {
		machine_barrier(w->machine, BARRIER_DSB_ISHST);
		machine_barrier(w->machine, BARRIER_ISB);
	}
	machine_flush_cache(w->machine, CACHE_FLUSH_VMAP, va, bytes);
}

/* A new table below entry `index`; its zeroes are ordered before the link to it. */
static table_t link_new_table(struct walk *w, table_t table, int level, uint32_t index)
{
	table_t child = machine_alloc_table(w->machine);
	if (child == MACHINE_NO_TABLE)
		return MACHINE_NO_TABLE;
	uint64_t pfn = machine_table_pfn(w->machine, child);
	machine_barrier(w->machine, BARRIER_DMB_ISHST);
	machine_store(w->machine, table, index, 1, desc_to_table(&w->g, pfn), 0);
	w->space->modified |= MODIFIED_LEVEL(level);
	return child;
}

/* The table below entry `index`, made if there is none. 0, -ENOMEM, or -EBUSY at a live leaf. */
static int descend(struct walk *w, table_t table, int level, uint32_t index, table_t *child)
{
	uint64_t desc = machine_load(w->machine, table, index);
	if (!desc) {
		*child = link_new_table(w, table, level, index);
		return *child == MACHINE_NO_TABLE ? -ENOMEM : 0;
	}
	if (!desc_is_table(desc))
		return -EBUSY;
	*child = machine_table_at(w->machine, desc_table_pfn(&w->g, desc));
	return 0;
}

/* Maps [offset, end), which lies in one table at `level`, PMD level or above. */
static int map_table(struct walk *w, table_t table, int level, uint64_t offset, uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&w->g, level, offset, end);
		if (level == PMD_LEVEL && walk_try_pmd_block(w, table, offset, next))
			continue;

		table_t child;
		int error = descend(w, table, level, level_index(&w->g, level, offset), &child);
		if (error)
			return error;
		error = level == PMD_LEVEL ? walk_map_ptes(w, child, offset, next)
					   : map_table(w, child, level + 1, offset, next);
		if (error)
			return error;
	}
	return 0;
}

int walk_map_run(struct walk *w, struct run run)
{
	w->run = run;
	return map_table(w, MACHINE_ROOT, w->g.start_level, run.start, run.end);
}
