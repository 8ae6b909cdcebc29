// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/profile.h"

#include <string.h>

#include "fuzz/fill.h"
#include "fuzz/mutation.h"
#include "mapper/machine/assert.h"

static const struct profile profiles[ALL_PROFILES] = {
	[PROFILE_VMAP] = {
		.name = "vmap",
		.fill = fill_areas,
		.areas = { { CALL_VMAP, 1 } },
		.neighbours = { { CALL_VMAP, 1 } },
		.mutations = area_mutations,
	},
	[PROFILE_VMALLOC] = {
		.name = "vmalloc",
		.fill = fill_areas,
		.areas = { { CALL_VMALLOC, 1 } },
		.neighbours = { { CALL_VMALLOC, 1 } },
		.mutations = sequence_mutations,
	},
	[PROFILE_IOREMAP] = {
		.name = "ioremap",
		.fill = fill_areas,
		.areas = { { CALL_IOREMAP, 1 } },
		.neighbours = { { CALL_IOREMAP, 1 } },
		.mutations = sequence_mutations,
	},
	[PROFILE_VM_MAP_RAM] = {
		.name = "vm_map_ram",
		.fill = fill_areas,
		.areas = { { CALL_VM_MAP_RAM, 1 } },
		.neighbours = { { CALL_VM_MAP_RAM, 1 } },
		.mutations = sequence_mutations,
	},
	[PROFILE_SET_MEMORY] = {
		.name = "set_memory",
		.fill = fill_set_memory,
		.areas = { { CALL_VMALLOC, 90 }, { CALL_VMAP, 10 } },
		.neighbours = { { CALL_VMALLOC, 2 }, { CALL_VMAP, 1 }, { CALL_IOREMAP, 3 } },
		.mutations = sequence_mutations,
	},
	[PROFILE_VMEMMAP] = {
		.name = "vmemmap",
		.fill = fill_vmemmap,
		.areas = { { CALL_VMEMMAP_POPULATE, 1 } },
		.neighbours = { { CALL_VMAP, 1 } },
		.mutations = sequence_mutations,
	},
	[PROFILE_SEQUENCE] = {
		.name = "sequence",
		.fill = fill_sequence,
		.areas = { { CALL_VMAP, 3 },
			   { CALL_VMALLOC, 3 },
			   { CALL_IOREMAP, 3 },
			   { CALL_VM_MAP_RAM, 1 },
			   { CALL_VMAP_PFN, 1 },
			   { CALL_APPLY_TO_PAGE_RANGE, 1 } },
		.neighbours = { { CALL_VMAP, 2 }, { CALL_VMALLOC, 3 }, { CALL_IOREMAP, 4 } },
		.mutations = sequence_mutations,
	},
	[PROFILE_INTERRUPTED] = {
		.name = "interrupted",
		.fill = fill_interrupted,
		.areas = { { CALL_VMAP, 2 },
			   { CALL_VMALLOC, 4 },
			   { CALL_IOREMAP, 4 },
			   { CALL_VM_MAP_RAM, 1 },
			   { CALL_VMAP_PFN, 1 },
			   { CALL_APPLY_TO_PAGE_RANGE, 2 } },
		.neighbours = { { CALL_VMAP, 2 },
				{ CALL_VMALLOC, 3 },
				{ CALL_IOREMAP, 4 },
				{ CALL_VMAP_PFN, 1 },
				{ CALL_APPLY_TO_PAGE_RANGE, 1 } },
		.mutations = interrupted_mutations,
	},
	[PROFILE_NEIGHBOURS] = {
		.name = "neighbours",
		.fill = fill_neighbours,
		.areas = { { CALL_VMAP, 2 },
			   { CALL_VMALLOC, 5 },
			   { CALL_IOREMAP, 6 },
			   { CALL_VM_MAP_RAM, 1 },
			   { CALL_VMAP_PFN, 1 },
			   { CALL_APPLY_TO_PAGE_RANGE, 1 } },
		.neighbours = { { CALL_VMAP, 2 }, { CALL_VMALLOC, 3 }, { CALL_IOREMAP, 4 } },
		.mutations = sequence_mutations,
	},
};

enum profile_id profile_by_name(const char *name)
{
	enum profile_id id = 0;
	while (id < ALL_PROFILES && strcmp(profiles[id].name, name) != 0)
		id++;
	return id;
}

const struct profile *profile(enum profile_id id)
{
	ASSERT_CMP(id, <, ALL_PROFILES);
	return &profiles[id];
}

enum call_kind pick_call(const struct call_weight *list, struct rng *rng)
{
	unsigned all = 0;
	for (const struct call_weight *w = list; w->weight; w++)
		all += w->weight;
	ASSERT(all);
	if (list[0].weight == all)
		return list[0].kind;
	uint64_t at = rng_below(rng, all);
	while (at >= list->weight)
		at -= list++->weight;
	return list->kind;
}
