// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/batched/walk.h"

#include <errno.h>

#include "mapper/pgtable/table.h"

struct walk walk_begin(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct walk w = {
		.space = space,
		.out = out,
		.machine = space->machine,
		.g = geometry_of(&space->machine->config),
		.cont_ptes = space->policy->series == POLICY_V9 || space->policy->hugetlb,
	};
	w.attributes = desc_attributes(&w.g, call->prot);
	return w;
}

void walk_finish(struct walk *w, uint64_t va, uint64_t bytes)
{
	if (w->out->modified) {
		machine_barrier(w->machine, BARRIER_DSB_ISHST);
		machine_barrier(w->machine, BARRIER_ISB);
	}
	machine_flush_cache(w->machine, CACHE_FLUSH_VMAP, va, bytes);
}

int walk_error(const struct walk *w, int error)
{
	bool flat = w->space->policy->series == POLICY_PRIOR && !w->busy_is_bug;
	return error && flat ? -ENOMEM : error;
}

/* Blocks above PMD level are made of physical ranges only, and none is larger than its run's. */
static bool may_have_block(const struct walk *w, int level)
{
	return w->run.shift >= level_shift(&w->g, level) && level_has_blocks(&w->g, level) &&
	       (level == PMD_LEVEL || !w->run.page);
}

/* The table below the entry for `offset`; or *error is set. Most are there already, and cost no call. */
static inline table_t descend(struct walk *w, table_t table, int level, uint64_t offset, int *error)
{
	uint32_t index = level_index(&w->g, level, offset);
	uint64_t desc = machine_load(w->machine, table, index);
	table_t child = MACHINE_NO_TABLE;
	if (desc_is_table(desc))
		return table_below(w->machine, &w->g, desc);
	*error = table_enter(w->machine, w->out, &w->g, table, level, index, desc, &child);
	if (*error == -EBUSY)
		*error = walk_busy(w, offset);
	return child;
}

/* Maps [offset, end), which lies in one table at `level`, PMD level or above. */
static int map_table(struct walk *w, table_t table, int level, uint64_t offset, uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&w->g, level, offset, end);
		if (may_have_block(w, level) && walk_try_block(w, table, level, offset, next))
			continue;

		int error = 0;
		table_t child = descend(w, table, level, offset, &error);
		if (error)
			return error;
		error = level == PMD_LEVEL ? walk_map_ptes(w, child, offset, next)
					   : map_table(w, child, level + 1, offset, next);
		if (error)
			return error;
	}
	return 0;
}

/* Descends while one entry covers more than the range, so that no block can be there. */
int walk_map(struct walk *w)
{
	uint64_t start = w->run.start, end = w->run.end;
	uint64_t covered = (start ^ (end - 1)) | (end - start);
	table_t table = MACHINE_ROOT;
	int level = w->g.start_level, error = 0;
	for (; level <= PMD_LEVEL && !(covered >> level_shift(&w->g, level)); level++) {
		table = descend(w, table, level, start, &error);
		if (error)
			return error;
	}
	return level > PMD_LEVEL ? walk_map_ptes(w, table, start, end)
				 : map_table(w, table, level, start, end);
}
