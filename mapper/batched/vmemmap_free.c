// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages go: vmemmap_free() of arch/arm64/mm/mmu.c, and the notifier that
 * refuses a range which cuts a leaf (Linux 7.2). What a table maps is cleared and
 * invalidated together, before any of it is given back.
 */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/batched/memory.h"
#include "mapper/batched/protect.h"
#include "mapper/batched/vmemmap.h"
#include "mapper/machine/min.h"
#include "mapper/pgtable/table.h"

/* Entries of a table that are cleared together. */
#define GATHER 128

struct freeing {
	struct machine *machine;
	struct geometry g;
};

/* Clears `count` entries from `index` on, and gives back what those mapped that were in use. */
static void free_some(const struct freeing *f, table_t table, uint32_t index, uint32_t count,
		      uint64_t offset)
{
	uint64_t page = UINT64_C(1) << f->g.page_shift, desc[GATHER], any = 0;
	for (uint32_t i = 0; i < count; i++)
		any |= desc[i] = machine_load(f->machine, table, index + i);
	if (!any)
		return;
	machine_store(f->machine, table, index, count, 0, 0);
	flush_tlb_range(f->machine, &f->g, offset, offset + count * page);
	for (uint32_t i = 0; i < count; i++)
		if (desc[i])
			machine_free_memory(f->machine, desc_pfn(&f->g, desc[i]), page);
}

static void free_pages(const struct freeing *f, table_t table, uint64_t offset, uint64_t end)
{
	uint64_t step = (uint64_t)GATHER << f->g.page_shift;
	for (uint64_t part; offset < end; offset += part) {
		part = min(end - offset, step);
		free_some(f, table, level_index(&f->g, PTE_LEVEL, offset),
			  (uint32_t)(part >> f->g.page_shift), offset);
	}
}

/* TLBs drop a block by a TLBI of any page of it. */
static void free_block(const struct freeing *f, table_t table, int level, uint64_t offset)
{
	uint32_t index = level_index(&f->g, level, offset);
	uint64_t desc = machine_load(f->machine, table, index);
	machine_store(f->machine, table, index, 1, 0, 0);
	flush_tlb_range(f->machine, &f->g, offset, offset + (UINT64_C(1) << f->g.page_shift));
	machine_free_memory(f->machine, desc_pfn(&f->g, desc),
			    UINT64_C(1) << level_shift(&f->g, level));
}

static void free_leaves(const struct freeing *f, table_t table, int level, uint64_t offset,
			uint64_t end)
{
	if (level == PTE_LEVEL) {
		free_pages(f, table, offset, end);
		return;
	}
	for (uint64_t next; offset < end; offset = next) {
		next = window_end(&f->g, level, offset, end);
		uint64_t desc = machine_load(f->machine, table, level_index(&f->g, level, offset));
		if (desc_is_table(desc))
			free_leaves(f, table_below(f->machine, &f->g, desc), level + 1, offset,
				    next);
		else if (desc)
			free_block(f, table, level, offset);
	}
}

int vmemmap_free_by(struct address_space *space, const struct call *call,
		    vmemmap_free_leaves *free_them)
{
	struct protect p = { .space = space, .machine = space->machine };
	p.g = geometry_of(&space->machine->config);
	struct vmemmap_range own = vmemmap_own(space, &p.g, call);
	if (own.start == own.end)
		return 0;
	if (boundary_in_leaf(&p, own.start) || boundary_in_leaf(&p, own.end))
		return -EPERM;
	free_them(p.machine, &p.g, own);
	free_tables_of_range(space, own.start, own.end);
	return 0;
}

static void free_together(struct machine *m, const struct geometry *g, struct vmemmap_range own)
{
	const struct freeing f = { m, *g };
	free_leaves(&f, MACHINE_ROOT, g->start_level, own.start, own.end);
}

int batched_vmemmap_free(struct address_space *space, const struct call *call, struct outcome *out)
{
	(void)out; /* the kernel's has no mask of modified levels */
	return vmemmap_free_by(space, call, free_together);
}
