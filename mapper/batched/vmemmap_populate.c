// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages are backed: vmemmap_populate() of arch/arm64/mm/mmu.c, and what it
 * uses of mm/sparse-vmemmap.c (Linux 7.2). Pages that one table maps are allocated
 * one by one and stored together.
 */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/batched/vmemmap.h"
#include "mapper/machine/min.h"
#include "mapper/pgtable/descriptor.h"
#include "mapper/pgtable/table.h"

/* Entries of a table that are stored by one list. */
#define GATHER 128

struct backing {
	struct machine *machine;
	struct outcome *out;
	struct geometry g;
	uint64_t pfn; /* of the memory that is allocated next */
};

/* Allocates memory for up to `count` pages and maps it from entry `index` on; how many it mapped. */
static uint32_t map_some(struct backing *b, table_t table, uint32_t index, uint32_t count)
{
	uint64_t attributes = desc_attributes(&b->g, PROT_KERNEL) | DESC_PAGE_TYPE;
	uint64_t list[GATHER];
	uint32_t mapped = 0;
	while (mapped < count && machine_alloc_memory(b->machine, UINT64_C(1) << b->g.page_shift))
		list[mapped++] = desc_output(&b->g, b->pfn++) | attributes;
	if (mapped)
		machine_store_list(b->machine, table, index, mapped, list);
	return mapped;
}

static int map_pages(struct backing *b, table_t table, uint64_t offset, uint64_t end)
{
	uint32_t index = level_index(&b->g, PTE_LEVEL, offset);
	uint32_t count = (uint32_t)((end - offset) >> b->g.page_shift);
	for (uint32_t i = 0, part; i < count; i += part) {
		part = (uint32_t)min(count - i, GATHER);
		if (map_some(b, table, index + i, part) < part)
			return -ENOMEM;
	}
	return 0;
}

/* Maps a section by a block. False where something is, or there is no memory for one. */
static bool map_block(struct backing *b, table_t table, uint64_t offset)
{
	uint32_t index = level_index(&b->g, PMD_LEVEL, offset);
	if (machine_load(b->machine, table, index) ||
	    !machine_alloc_memory(b->machine, UINT64_C(1) << b->g.pmd_shift))
		return false;
	machine_store(b->machine, table, index, 1,
		      desc_output(&b->g, b->pfn) | DESC_BLOCK_TYPE |
			      desc_attributes(&b->g, PROT_KERNEL),
		      0);
	return true;
}

static int back_table(struct backing *b, table_t table, int level, uint64_t offset, uint64_t end,
		      bool by_block)
{
	int error = 0;
	if (level == PTE_LEVEL)
		return map_pages(b, table, offset, end);
	if (level == PMD_LEVEL && by_block && map_block(b, table, offset))
		return 0;
	for (uint64_t next; offset < end && !error; offset = next) {
		next = window_end(&b->g, level, offset, end);
		table_t child;
		error = table_descend(b->machine, b->out, &b->g, table, level,
				      level_index(&b->g, level, offset), &child);
		if (!error)
			error = back_table(b, child, level + 1, offset, next, by_block);
	}
	return error;
}

int batched_vmemmap_populate(struct address_space *space, const struct call *call,
			     struct outcome *out)
{
	struct backing b = { .machine = space->machine,
			     .out = out,
			     .g = geometry_of(&space->machine->config),
			     .pfn = call->pfn };
	struct vmemmap_range own = vmemmap_own(space, &b.g, call);
	int error = back_table(&b, MACHINE_ROOT, b.g.start_level, own.start, own.end,
			       vmemmap_is_block(&b.g, call));
	machine_barrier(b.machine, BARRIER_DSB_ISHST);
	machine_barrier(b.machine, BARRIER_ISB);
	out->modified = 0; /* the kernel's has no mask */
	return error;
}
