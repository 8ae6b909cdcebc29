// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is removed: __remove_pgd_mapping() of arch/arm64/mm/mmu.c, and the
 * notifier that refuses a range which cuts a leaf (Linux 7.2). All leaves of the
 * range are cleared first and then invalidated together: a walk that meets a member
 * of a contiguous group may cache the whole of it (48478b9f7913).
 */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/batched/memory.h"
#include "mapper/batched/protect.h"
#include "mapper/pgtable/table.h"

struct removal {
	struct machine *machine;
	struct geometry g;
};

/* Clears what stands in offsets [offset, end) of a table and below; tables stay. */
static void clear_leaves(const struct removal *r, table_t table, int level, uint64_t offset,
			 uint64_t end)
{
	if (level == PTE_LEVEL) {
		machine_store(r->machine, table, level_index(&r->g, level, offset),
			      (uint32_t)((end - offset) >> r->g.page_shift), 0, 0);
		return;
	}
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&r->g, level, offset, end);
		uint32_t index = level_index(&r->g, level, offset);
		uint64_t desc = machine_load(r->machine, table, index);
		if (desc_is_table(desc))
			clear_leaves(r, table_below(r->machine, &r->g, desc), level + 1, offset,
				     next);
		else if (desc)
			machine_store(r->machine, table, index, 1, 0, 0);
	}
}

static bool is_empty(const struct removal *r, table_t table)
{
	uint32_t entries = 1u << r->g.table_bits;
	return machine_find_nonzero(r->machine, table, 0, entries) == entries;
}

/* Unlinks the table and invalidates walk caches before it frees the table. */
static void free_table(const struct removal *r, table_t table, uint32_t index, table_t child,
		       uint64_t offset)
{
	machine_store(r->machine, table, index, 1, 0, 0);
	machine_barrier(r->machine, BARRIER_DSB_ISHST);
	machine_tlbi_range(r->machine, r->g.va_base + offset, UINT64_C(1) << r->g.page_shift,
			   false);
	machine_barrier(r->machine, BARRIER_DSB_ISH);
	machine_barrier(r->machine, BARRIER_ISB);
	machine_free_table(r->machine, child);
}

/* Frees the tables below a table that map some of [offset, end) and are empty, the lowest first. */
static void free_empty_tables(const struct removal *r, table_t table, int level, uint64_t offset,
			      uint64_t end)
{
	for (uint64_t next; level < PTE_LEVEL && offset < end; offset = next) {
		next = window_end(&r->g, level, offset, end);
		uint32_t index = level_index(&r->g, level, offset);
		uint64_t desc = machine_load(r->machine, table, index);
		if (!desc_is_table(desc))
			continue;
		table_t child = table_below(r->machine, &r->g, desc);
		free_empty_tables(r, child, level + 1, offset, next);
		if (is_empty(r, child))
			free_table(r, table, index, child, offset);
	}
}

void remove_range(struct address_space *space, uint64_t start, uint64_t end)
{
	const struct removal r = { space->machine, geometry_of(&space->machine->config) };
	clear_leaves(&r, MACHINE_ROOT, r.g.start_level, start, end);
	flush_tlb_range(r.machine, &r.g, start, end);
	free_empty_tables(&r, MACHINE_ROOT, r.g.start_level, start, end);
}

void free_tables_of_range(struct address_space *space, uint64_t start, uint64_t end)
{
	const struct removal r = { space->machine, geometry_of(&space->machine->config) };
	free_empty_tables(&r, MACHINE_ROOT, r.g.start_level, start, end);
}

int batched_remove_memory(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct protect p = { .space = space, .machine = space->machine };
	p.g = geometry_of(&space->machine->config);
	uint64_t start = call->va - p.g.va_base, end = start + call->bytes;
	(void)out; /* the kernel's has no mask of modified levels */
	if (boundary_in_leaf(&p, start) || boundary_in_leaf(&p, end))
		return -EPERM;
	remove_range(space, start, end);
	return 0;
}
