// SPDX-License-Identifier: GPL-2.0-only
/*
 * For every page: walk from the root, write one page descriptor. No blocks,
 * no groups, no state kept from page to page: too simple to be wrong.
 */
#include "oracle/reference/reference.h"

#include <errno.h>

#include "oracle/arm64/translate.h"
#include "oracle/attributes.h"

uint64_t reference_link(const struct arm64_geometry *g, const struct machine *m, table_t table)
{
	uint64_t address = machine_table_pfn(m, table) << g->granule;
	return arm64_address_bits(g, address) | ARM64_TYPE | ARM64_VALID;
}

table_t reference_child(const struct arm64_geometry *g, const struct machine *m, uint64_t desc)
{
	return machine_table_at(m, arm64_address(g, desc) >> g->granule);
}

int reference_slot(const struct arm64_geometry *g, struct address_space *space, uint64_t va,
		   int level, struct slot *slot)
{
	struct machine *m = space->machine;
	*slot = (struct slot){ MACHINE_ROOT, arm64_table_index(g, g->start_level, va) };
	for (int l = g->start_level; l < level; l++) {
		uint64_t desc = machine_load(m, slot->table, slot->index);
		if (!desc) {
			table_t child = machine_alloc_table(m);
			if (child == MACHINE_NO_TABLE)
				return -ENOMEM;
			desc = reference_link(g, m, child);
			machine_barrier(m, BARRIER_DMB_ISHST);
			machine_store(m, slot->table, slot->index, 1, desc, 0);
			space->modified |= MODIFIED_LEVEL(l);
		}
		if (arm64_kind(g, l, desc) != ARM64_TABLE)
			return -EBUSY;
		*slot = (struct slot){ reference_child(g, m, desc),
				       arm64_table_index(g, l + 1, va) };
	}
	return 0;
}

/* --- mapping ---------------------------------------------------------------- */

struct mapping {
	struct address_space *space;
	struct arm64_geometry g;
	uint64_t va, pages;
	const uint64_t *page; /* NULL: pfn, pfn + 1, ... */
	uint64_t pfn;
	uint64_t attributes;
};

static struct mapping mapping_of(struct address_space *space, uint64_t va, uint64_t pages,
				 enum prot prot)
{
	struct mapping map = {
		.space = space,
		.g = arm64_geometry(&space->machine->config),
		.va = va,
		.pages = pages,
	};
	struct arm64_attributes a = *attributes_of(prot);
	a.el1_exec = false; /* no mapping is executable until set_memory_x() */
	map.attributes = arm64_leaf_bits_of(&map.g, ARM64_LAST_LEVEL, &a);
	return map;
}

static int map_page(const struct mapping *map, uint64_t va, uint64_t page)
{
	struct machine *m = map->space->machine;
	struct slot slot;
	int error = reference_slot(&map->g, map->space, va, ARM64_LAST_LEVEL, &slot);
	if (error)
		return error;
	if (machine_load(m, slot.table, slot.index))
		return -EBUSY;
	if (page == PAGE_HOLE)
		return -ENOMEM;
	if (!PAGE_IS_PFN(page))
		return -EINVAL;
	uint64_t desc = arm64_address_bits(&map->g, page << map->g.granule) | map->attributes;
	machine_store(m, slot.table, slot.index, 1, desc, 0);
	map->space->modified |= MODIFIED_LEVEL(ARM64_LAST_LEVEL);
	return 0;
}

/* Maps all pages up to the first that cannot be; *stopped is its address then. */
static int map_pages(const struct mapping *map, uint64_t *stopped)
{
	struct machine *m = map->space->machine;
	int error = 0;
	for (uint64_t i = 0; i < map->pages && !error; i++) {
		*stopped = map->va + (i << map->g.granule);
		error = map_page(map, *stopped, map->page ? map->page[i] : map->pfn + i);
	}
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_barrier(m, BARRIER_ISB);
	machine_flush_cache(m, CACHE_FLUSH_VMAP, map->va, map->pages << map->g.granule);
	return error;
}

/* Of a page array: everything but a missing table page warns. */
static int map_array(struct address_space *space, uint64_t va, struct page_array pages,
		     enum prot prot)
{
	struct mapping map = mapping_of(space, va, pages.count, prot);
	uint64_t stopped;
	map.page = pages.page;
	int error = map_pages(&map, &stopped);
	if (error && !space->machine->alloc_failed)
		machine_warn(space->machine, stopped);
	return error && space->policy->series == POLICY_PRIOR ? -ENOMEM : error;
}

static int reference_vmap(struct address_space *space, uint64_t va, struct page_array pages,
			  enum prot prot, unsigned flags)
{
	(void)flags; /* they change shape, and here is only one shape */
	return map_array(space, va, pages, prot);
}

static int reference_vmalloc(struct address_space *space, uint64_t va, struct page_array pages,
			     unsigned page_shift, enum prot prot, unsigned flags)
{
	(void)page_shift;
	(void)flags;
	space->page_shift = space->machine->config.page_shift;
	return map_array(space, va, pages, prot);
}

static int reference_ioremap(struct address_space *space, uint64_t va, uint64_t pa, uint64_t bytes,
			     enum prot prot)
{
	unsigned granule = space->machine->config.page_shift;
	struct mapping map = mapping_of(space, va, bytes >> granule, prot);
	uint64_t stopped;
	map.pfn = pa >> granule;
	int error = map_pages(&map, &stopped);
	if (error == -EBUSY)
		machine_bug(space->machine, stopped);
	return error;
}

/* --- unmapping -------------------------------------------------------------- */

/* Clears whatever leaf maps `va`; its level, or one below the last if there is none. */
static int unmap_page(const struct arm64_geometry *g, struct address_space *space, uint64_t va)
{
	struct machine *m = space->machine;
	struct slot slot = { MACHINE_ROOT, arm64_table_index(g, g->start_level, va) };
	for (int level = g->start_level;; level++) {
		uint64_t desc = machine_load(m, slot.table, slot.index);
		enum arm64_kind kind = arm64_kind(g, level, desc);
		if (kind == ARM64_LEAF) {
			machine_store(m, slot.table, slot.index, 1, 0, 0);
			space->modified |= MODIFIED_LEVEL(level);
			return level;
		}
		if (kind != ARM64_TABLE)
			return ARM64_LAST_LEVEL + 1;
		slot = (struct slot){ reference_child(g, m, desc),
				      arm64_table_index(g, level + 1, va) };
	}
}

/* A block, which others made, goes as a whole; whether it reached out of the range is told. */
static int reference_vunmap(struct address_space *space, uint64_t va, uint64_t bytes)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	machine_flush_cache(m, CACHE_FLUSH_VUNMAP, va, bytes);
	for (uint64_t done = 0; done < bytes; done += UINT64_C(1) << g.granule) {
		int level = unmap_page(&g, space, va + done);
		if (level > ARM64_LAST_LEVEL)
			continue;
		uint64_t size = UINT64_C(1) << arm64_leaf_bits(&g, level);
		uint64_t start = (va + done) & ~(size - 1);
		if (start < va || size - 1 > va + (bytes - 1) - start)
			machine_warn(m, va + done);
	}
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_all(m);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
	return 0;
}

static uint64_t reference_lookup(struct address_space *space, uint64_t va)
{
	struct arm64_geometry g = arm64_geometry(&space->machine->config);
	struct arm64_translation t = arm64_translate(&g, space->machine, va);
	return t.mapped ? t.oa >> g.granule : PAGE_HOLE;
}

const struct mapper reference_mapper = {
	.name = "reference",
	.kind = MAPPER_PAGES,
	.vmap = reference_vmap,
	.vmalloc = reference_vmalloc,
	.ioremap = reference_ioremap,
	.vunmap = reference_vunmap,
	.set_memory = reference_set_memory,
	.lookup = reference_lookup,
};
