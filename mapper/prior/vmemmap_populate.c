// SPDX-License-Identifier: GPL-2.0-only
/* Struct pages are backed page by page: a walk from the root for each, with barriers of its own. */
#include <errno.h>

#include "mapper/batched/vmemmap.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

struct populating {
	struct machine *machine;
	struct outcome *out;
	struct geometry g;
	uint64_t pfn; /* of the memory that is allocated next */
};

/* The table at `level` on the walk for `offset`, made where there is none. */
static int walk_to(const struct populating *p, uint64_t offset, int level, table_t *table)
{
	int error = 0;
	*table = MACHINE_ROOT;
	for (int l = p->g.start_level; l < level && !error; l++)
		error = table_descend(p->machine, p->out, &p->g, *table, l,
				      level_index(&p->g, l, offset), table);
	return error;
}

/* Allocates and maps one leaf at `level`, where nothing is. */
static int map_leaf(struct populating *p, uint64_t offset, int level, uint64_t type)
{
	uint64_t size = UINT64_C(1) << level_shift(&p->g, level);
	table_t table;
	int error = walk_to(p, offset, level, &table);
	if (error)
		return error;
	uint32_t index = level_index(&p->g, level, offset);
	if (machine_load(p->machine, table, index))
		return -EBUSY;
	if (!machine_alloc_memory(p->machine, size))
		return -ENOMEM;
	machine_store(p->machine, table, index, 1,
		      desc_output(&p->g, p->pfn) | desc_attributes(&p->g, PROT_KERNEL) | type, 0);
	machine_barrier(p->machine, BARRIER_DSB_ISHST);
	machine_barrier(p->machine, BARRIER_ISB);
	p->pfn += size >> p->g.page_shift;
	return 0;
}

/* Whether a section that got no block gets pages: something is there, or there was no memory for a block. */
static bool falls_back(const struct populating *p, int error)
{
	const struct machine *m = p->machine;
	return error == -EBUSY || (error && m->alloc_failed_bytes == UINT64_C(1) << p->g.pmd_shift);
}

int prior_vmemmap_populate(struct address_space *space, const struct call *call,
			   struct outcome *out)
{
	struct populating p = { .machine = space->machine,
				.out = out,
				.g = geometry_of(&space->machine->config),
				.pfn = call->pfn };
	struct vmemmap_range own = vmemmap_own(space, &p.g, call);
	bool by_pages = !vmemmap_is_block(&p.g, call);
	int error = 0;
	if (!by_pages) {
		error = map_leaf(&p, own.start, PMD_LEVEL, DESC_BLOCK_TYPE);
		by_pages = falls_back(&p, error);
	}
	if (by_pages)
		error = 0;
	for (uint64_t at = own.start; by_pages && at < own.end && !error;
	     at += UINT64_C(1) << p.g.page_shift)
		error = map_leaf(&p, at, PTE_LEVEL, DESC_PAGE_TYPE);
	machine_barrier(p.machine, BARRIER_DSB_ISHST); /* of tables, where no leaf came */
	machine_barrier(p.machine, BARRIER_ISB);
	out->modified = 0; /* the kernel's has no mask */
	return error;
}
