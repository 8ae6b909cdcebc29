// SPDX-License-Identifier: GPL-2.0-only
/*
 * For every page: walk from the root, write one page descriptor. No blocks,
 * no groups, no state kept from page to page: too simple to be wrong.
 */
#include "oracle/reference/reference.h"

#include <errno.h>

#include "oracle/arm64/descriptor.h"
#include "oracle/attributes.h"

/* Where a descriptor stands. */
struct slot {
	table_t table;
	uint32_t index;
};

static struct slot slot_at(const struct arm64_geometry *g, table_t table, int level, uint64_t va)
{
	return (struct slot){ table, arm64_table_index(g, level, va) };
}

static uint64_t table_descriptor(const struct arm64_geometry *g, const struct machine *m,
				 table_t table)
{
	uint64_t address = machine_table_pfn(m, table) << g->granule;
	return arm64_address_bits(g, address) | ARM64_TYPE | ARM64_VALID;
}

/* The slot for `va` at `level`, with tables made on the way. 0, -ENOMEM, or -EBUSY at a leaf. */
static int find_slot(const struct arm64_geometry *g, struct address_space *space, uint64_t va,
		     int level, struct slot *slot)
{
	struct machine *m = space->machine;
	*slot = slot_at(g, MACHINE_ROOT, g->start_level, va);
	for (int l = g->start_level; l < level; l++) {
		uint64_t desc = machine_load(m, slot->table, slot->index);
		if (!desc) {
			table_t child = machine_alloc_table(m);
			if (child == MACHINE_NO_TABLE)
				return -ENOMEM;
			desc = table_descriptor(g, m, child);
			machine_barrier(m, BARRIER_DMB_ISHST);
			machine_store(m, slot->table, slot->index, 1, desc, 0);
			space->modified |= MODIFIED_LEVEL(l);
		}
		if (arm64_kind(g, l, desc) != ARM64_TABLE)
			return -EBUSY;
		table_t child = machine_table_at(m, arm64_address(g, desc) >> g->granule);
		*slot = slot_at(g, child, l + 1, va);
	}
	return 0;
}

bool reference_plant(const struct arm64_geometry *g, struct machine *m, uint64_t va, int level,
		     uint64_t desc)
{
	struct address_space space = { .machine = m };
	struct slot slot;
	if (find_slot(g, &space, va, level, &slot))
		return false;
	machine_store(m, slot.table, slot.index, 1, desc, 0);
	return true;
}

static int map_page(const struct arm64_geometry *g, struct address_space *space, uint64_t va,
		    uint64_t page, uint64_t attributes)
{
	struct machine *m = space->machine;
	struct slot slot;
	int error = find_slot(g, space, va, ARM64_LAST_LEVEL, &slot);
	if (error)
		return error;
	if (machine_load(m, slot.table, slot.index))
		return -EBUSY;
	if (page == PAGE_HOLE)
		return -ENOMEM;
	if (!PAGE_IS_PFN(page))
		return -EINVAL;
	uint64_t desc = arm64_address_bits(g, page << g->granule) | attributes;
	machine_store(m, slot.table, slot.index, 1, desc, 0);
	space->modified |= MODIFIED_LEVEL(ARM64_LAST_LEVEL);
	return 0;
}

static int reference_vmap(struct address_space *space, uint64_t va, struct page_array pages,
			  enum prot prot, unsigned flags)
{
	(void)flags; /* they change shape, and here is only one shape */
	struct arm64_geometry g = arm64_geometry(&space->machine->config);
	struct arm64_attributes a = *attributes_of(prot);
	a.el1_exec = false; /* vmap() never maps code */
	uint64_t attributes = arm64_leaf_bits_of(&g, ARM64_LAST_LEVEL, &a);
	int error = 0;
	for (size_t i = 0; i < pages.count && !error; i++)
		error = map_page(&g, space, va + ((uint64_t)i << g.granule), pages.page[i],
				 attributes);
	machine_barrier(space->machine, BARRIER_DSB_ISHST);
	machine_barrier(space->machine, BARRIER_ISB);
	machine_flush_cache(space->machine, CACHE_FLUSH_VMAP, va,
			    (uint64_t)pages.count << g.granule);
	return error;
}

/* Clears whatever leaf maps `va`; no table is made on the way. */
static void unmap_page(const struct arm64_geometry *g, struct address_space *space, uint64_t va)
{
	struct machine *m = space->machine;
	struct slot slot = slot_at(g, MACHINE_ROOT, g->start_level, va);
	for (int level = g->start_level;; level++) {
		uint64_t desc = machine_load(m, slot.table, slot.index);
		enum arm64_kind kind = arm64_kind(g, level, desc);
		if (kind == ARM64_LEAF) {
			machine_store(m, slot.table, slot.index, 1, 0, 0);
			space->modified |= MODIFIED_LEVEL(level);
		}
		if (kind != ARM64_TABLE)
			return;
		table_t child = machine_table_at(m, arm64_address(g, desc) >> g->granule);
		slot = slot_at(g, child, level + 1, va);
	}
}

static int reference_vunmap(struct address_space *space, uint64_t va, uint64_t bytes)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	machine_flush_cache(m, CACHE_FLUSH_VUNMAP, va, bytes);
	for (uint64_t done = 0; done < bytes; done += UINT64_C(1) << g.granule)
		unmap_page(&g, space, va + done);
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_all(m);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	return 0;
}

const struct mapper reference_mapper = {
	.name = "reference",
	.vmap = reference_vmap,
	.vunmap = reference_vunmap,
};
