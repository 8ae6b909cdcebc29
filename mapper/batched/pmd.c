// SPDX-License-Identifier: GPL-2.0-only
/* Blocks at PMD level: vmap_try_huge_pmd() and pmd_free_pte_page(), Linux 6.12. */
#include "mapper/batched/walk.h"

/* Whether run, VA and PA let a block stand for exactly [offset, end). */
static bool block_fits(const struct walk *w, uint64_t offset, uint64_t end)
{
	uint64_t size = UINT64_C(1) << w->g.pmd_shift;
	if (w->run.shift < w->g.pmd_shift || end - offset != size || offset & (size - 1))
		return false;
	uint64_t pa = *run_page(w, offset) << w->g.page_shift;
	return !(pa & (size - 1));
}

/*
 * Takes the table of pages out of the way that an earlier mapping left. The
 * table is unreachable for walks, and no walk cache holds it, before it is
 * freed (Linux: b6bdb7517c3d). A table with anything in it stays: the pages
 * below will then be found busy. So does one whose lock is not to be had.
 */
static bool free_empty_table(struct walk *w, table_t table, uint32_t index, uint64_t desc,
			     uint64_t offset)
{
	struct machine *m = w->machine;
	if (!desc_is_table(desc))
		return false;
	table_t child = machine_table_at(m, desc_table_pfn(&w->g, desc));
	uint32_t entries = 1u << w->g.table_bits;
	if (machine_find_nonzero(m, child, 0, entries) != entries)
		return false;

	machine_store(m, table, index, 1, 0, 0);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_range(m, w->g.va_base + offset, UINT64_C(1) << w->g.pmd_shift, false);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	machine_free_table(m, child);
	return true;
}

static void store_block(struct walk *w, table_t table, uint32_t index, uint64_t offset)
{
	uint64_t desc = desc_output(&w->g, *run_page(w, offset)) | w->attributes | DESC_BLOCK_TYPE;
	machine_store(w->machine, table, index, 1, desc, 0);
	w->space->modified |= MODIFIED_LEVEL(PMD_LEVEL);
}

bool walk_try_pmd_block(struct walk *w, table_t table, uint64_t offset, uint64_t end)
{
	if (!block_fits(w, offset, end))
		return false;
	uint32_t index = level_index(&w->g, PMD_LEVEL, offset);
	uint64_t desc = machine_load(w->machine, table, index);
	if (!desc) {
		store_block(w, table, index, offset);
		return true;
	}
	/* ptdump may walk the table just now: without the lock it must not go. */
	if (!machine_trylock(w->machine))
		return false;
	bool freed = free_empty_table(w, table, index, desc, offset);
	if (freed)
		store_block(w, table, index, offset);
	machine_unlock(w->machine);
	return freed;
}
