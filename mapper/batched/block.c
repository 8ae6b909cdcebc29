// SPDX-License-Identifier: GPL-2.0-only
/* Blocks at PMD and PUD level: vmap_try_huge_pmd() and vmap_try_huge_pud(), Linux 6.12. */
#include "mapper/batched/walk.h"
#include "mapper/pgtable/table.h"

/*
 * Whether run and PA allow a block at `level` for exactly [offset, end), which
 * is aligned when it has the block's size: it lies in one entry. Where VA and
 * PA have the same misalignment, two blocks of the run may share that entry.
 */
static bool block_fits(const struct walk *w, int level, uint64_t offset, uint64_t end)
{
	unsigned shift = level_shift(&w->g, level);
	uint64_t size = UINT64_C(1) << shift;
	if (end - offset != size || block_left(w, offset) < size)
		return false;
	uint64_t pa = run_page(w, offset) << w->g.page_shift;
	return !(pa & (size - 1));
}

static void store_block(struct walk *w, table_t table, int level, uint32_t index, uint64_t offset)
{
	uint64_t desc = desc_output(&w->g, run_page(w, offset)) | w->attributes | DESC_BLOCK_TYPE;
	machine_store(w->machine, table, index, 1, desc, 0);
	w->out->modified |= MODIFIED_LEVEL(level);
}

bool walk_try_block(struct walk *w, table_t table, int level, uint64_t offset, uint64_t end)
{
	if (!block_fits(w, level, offset, end))
		return false;
	uint32_t index = level_index(&w->g, level, offset);
	if (!machine_load(w->machine, table, index)) {
		store_block(w, table, level, index, offset);
		return true;
	}
	/* ptdump may be walking the tables below: they are freed only under the lock. */
	if (!machine_trylock(w->machine))
		return false;
	bool freed = try_free_table(w->machine, &w->g, table, level, index, offset);
	if (freed)
		store_block(w, table, level, index, offset);
	machine_unlock(w->machine);
	return freed;
}
