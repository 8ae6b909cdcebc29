// SPDX-License-Identifier: GPL-2.0-only
/*
 * Struct pages go: page by page, with every TLB emptied before the memory is given
 * back, but for pages that hold another's. The reference maps no block, so that it
 * meets one only where it is told to cut it.
 */
#include <errno.h>

#include "oracle/reference/reference.h"
#include "oracle/struct_pages.h"

static void empty_tlbs(struct machine *m)
{
	machine_barrier(m, BARRIER_DSB_ISHST);
	machine_tlbi_all(m);
	machine_barrier(m, BARRIER_DSB_ISH);
	machine_barrier(m, BARRIER_ISB);
}

static void free_page(const struct arm64_geometry *g, struct machine *m, uint64_t va)
{
	struct slot slot;
	bool meets_leaf;
	if (!reference_find_page(g, m, va, &slot, &meets_leaf))
		return;
	uint64_t desc = machine_load(m, slot.table, slot.index);
	if (!desc)
		return;
	machine_store(m, slot.table, slot.index, 1, 0, 0);
	empty_tlbs(m);
	machine_free_memory(m, arm64_address(g, desc) >> g->granule, UINT64_C(1) << g->granule);
}

int reference_vmemmap_free(struct address_space *space, const struct call *call,
			   struct outcome *out)
{
	struct machine *m = space->machine;
	struct arm64_geometry g = arm64_geometry(&m->config);
	uint64_t page = UINT64_C(1) << g.granule;
	struct call own = *call;
	(void)out;
	if (struct_pages_of_others(&g, call, own.va, space->area, space->areas)) {
		own.va += page;
		own.bytes -= page;
	}
	if (own.bytes &&
	    struct_pages_of_others(&g, call, own.va + own.bytes - page, space->area, space->areas))
		own.bytes -= page;
	for (uint64_t done = 0; done < own.bytes; done += page)
		free_page(&g, m, own.va + done);
	if (own.bytes)
		reference_take_away(space, &own);
	return 0;
}
