// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/reference/reference.h"

#include <errno.h>

uint64_t reference_link(const struct arm64_geometry *g, const struct machine *m, table_t table)
{
	uint64_t address = machine_table_pfn(m, table) << g->granule;
	return arm64_address_bits(g, address) | ARM64_TYPE | ARM64_VALID;
}

table_t reference_child(const struct arm64_geometry *g, const struct machine *m, uint64_t desc)
{
	return machine_table_at(m, arm64_address(g, desc) >> g->granule);
}

/* Links a new table below an empty slot, unless another CPU has done so: *desc is what stands there then. */
static int link_table(const struct arm64_geometry *g, struct machine *m, const struct slot *slot,
		      uint64_t *desc)
{
	table_t child = machine_alloc_table(m);
	if (child == MACHINE_NO_TABLE)
		return -ENOMEM;
	machine_barrier(m, BARRIER_DMB_ISHST);
	machine_take(m, LOCK_PAGE_TABLE);
	*desc = machine_load(m, slot->table, slot->index);
	bool linked = *desc;
	if (!linked) {
		*desc = reference_link(g, m, child);
		machine_store(m, slot->table, slot->index, 1, *desc, 0);
	}
	machine_release(m, LOCK_PAGE_TABLE);
	if (linked)
		machine_free_table(m, child);
	return 0;
}

int reference_slot(const struct arm64_geometry *g, struct machine *m, struct outcome *out,
		   uint64_t va, int level, struct slot *slot)
{
	*slot = (struct slot){ MACHINE_ROOT, arm64_table_index(g, g->start_level, va) };
	for (int l = g->start_level; l < level; l++) {
		uint64_t desc = machine_load(m, slot->table, slot->index);
		if (!desc) {
			if (link_table(g, m, slot, &desc))
				return -ENOMEM;
			out->modified |= MODIFIED_LEVEL(l);
		}
		if (arm64_kind(g, l, desc) != ARM64_TABLE)
			return -EBUSY;
		*slot = (struct slot){ reference_child(g, m, desc),
				       arm64_table_index(g, l + 1, va) };
	}
	return 0;
}

bool reference_find_page(const struct arm64_geometry *g, struct machine *m, uint64_t va,
			 struct slot *slot, bool *meets_leaf)
{
	*meets_leaf = false;
	*slot = (struct slot){ MACHINE_ROOT, arm64_table_index(g, g->start_level, va) };
	for (int level = g->start_level; level < ARM64_LAST_LEVEL; level++) {
		uint64_t desc = machine_load(m, slot->table, slot->index);
		if (arm64_kind(g, level, desc) != ARM64_TABLE) {
			*meets_leaf = desc != 0;
			return false;
		}
		*slot = (struct slot){ reference_child(g, m, desc),
				       arm64_table_index(g, level + 1, va) };
	}
	return true;
}
