// SPDX-License-Identifier: GPL-2.0-only
/* What the reference's mapping calls have in common: one page after the other. */
#include <errno.h>

#include "oracle/attributes.h"
#include "oracle/reference/reference.h"

struct mapping {
	struct machine *m;
	struct outcome *out;
	struct arm64_geometry g;
	uint64_t va, pages;
	const uint64_t *page; /* NULL: pfn, pfn + 1, ... */
	uint64_t pfn;
	uint64_t attributes;
};

static struct mapping mapping_of(struct machine *m, const struct call *call, struct outcome *out)
{
	struct mapping map = {
		.m = m,
		.out = out,
		.g = arm64_geometry(&m->config),
		.va = call->va,
		.page = call->pages.page,
		.pfn = call->pfn,
	};
	struct arm64_attributes a = *attributes_of(call->prot);
	a.el1_exec = false; /* no mapping is executable until set_memory_x() */
	map.attributes = arm64_leaf_bits_of(&map.g, ARM64_LAST_LEVEL, &a);
	map.pages = call->bytes >> map.g.granule;
	return map;
}

static int map_page(const struct mapping *map, uint64_t va, uint64_t page)
{
	struct machine *m = map->m;
	struct slot slot;
	int error = reference_slot(&map->g, m, map->out, va, ARM64_LAST_LEVEL, &slot);
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
	map->out->modified |= MODIFIED_LEVEL(ARM64_LAST_LEVEL);
	return 0;
}

int reference_map(struct address_space *space, const struct call *call, struct outcome *out,
		  uint64_t *stopped)
{
	struct machine *m = space->machine;
	struct mapping map = mapping_of(m, call, out);
	int error = 0;
	for (uint64_t i = 0; i < map.pages && !error; i++) {
		*stopped = map.va + (i << map.g.granule);
		error = map_page(&map, *stopped, map.page ? map.page[i] : map.pfn + i);
	}
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_barrier(m, BARRIER_ISB);
	machine_flush_cache(m, CACHE_FLUSH_VMAP, call->va, call->bytes);
	return error;
}

int reference_map_array(struct address_space *space, const struct call *call, struct outcome *out)
{
	uint64_t stopped = call->va;
	int error = reference_map(space, call, out, &stopped);
	if (error && !space->machine->alloc_failed)
		machine_warn(space->machine, stopped);
	return error && space->policy->series == POLICY_PRIOR ? -ENOMEM : error;
}
