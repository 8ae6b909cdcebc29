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

/* The table below the entry for `offset`. */
static int descend(struct walk *w, table_t *table, int level, uint64_t offset)
{
	uint32_t index = level_index(&w->g, level, offset);
	int error = table_descend(w->machine, w->out, &w->g, *table, level, index, table);
	return error == -EBUSY ? walk_busy(w, offset) : error;
}

/* Maps [offset, end), which lies in one table at `level`, PMD level or above. */
static int map_table(struct walk *w, table_t table, int level, uint64_t offset, uint64_t end)
{
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&w->g, level, offset, end);
		if (may_have_block(w, level) && walk_try_block(w, table, level, offset, next))
			continue;

		table_t child = table;
		int error = descend(w, &child, level, offset);
		if (error)
			return error;
		error = level == PMD_LEVEL ? walk_map_ptes(w, child, offset, next)
					   : map_table(w, child, level + 1, offset, next);
		if (error)
			return error;
	}
	return 0;
}

/* Descends while one entry covers the whole range and no block is possible. */
int walk_map(struct walk *w)
{
	table_t table = MACHINE_ROOT;
	int level = w->g.start_level;
	uint64_t start = w->run.start, end = w->run.end;
	for (; level <= PMD_LEVEL && !may_have_block(w, level); level++) {
		if (window_end(&w->g, level, start, end) < end)
			break;
		int error = descend(w, &table, level, start);
		if (error)
			return error;
	}
	return level > PMD_LEVEL ? walk_map_ptes(w, table, start, end)
				 : map_table(w, table, level, start, end);
}
