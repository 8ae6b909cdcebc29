// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfree() (Linux 6.12): remove_vm_area(), which leaves the TLB to a later
 * purge, and vm_reset_perms() where the area has VM_FLUSH_RESET_PERMS.
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/direct_map.h"
#include "mapper/batched/unmap.h"
#include "mapper/machine/assert.h"
#include "mapper/pgtable/table.h"

const struct vm_area *area_to_free(const struct address_space *space, const struct call *call)
{
	unsigned i = space->areas;
	while (i > 0 && space->area[i - 1].va != call->va)
		i--;
	ASSERT_CMP(i, >, 0);
	return &space->area[i - 1];
}

/* Where the alias of a page is, in offsets of the space; false if the linear map does not reach it. */
static bool alias_of(const struct geometry *g, uint64_t pfn, uint64_t *alias)
{
	*alias = pfn << g->page_shift;
	return *alias < g->linear_bytes;
}

static void set_aliases(struct address_space *space, const struct vm_area *area,
			enum direct_map state)
{
	struct geometry g = geometry_of(&space->machine->config);
	uint64_t alias;
	for (size_t i = 0; i < area->pages.count; i++)
		if (alias_of(&g, area->pages.page[i], &alias))
			(void)set_direct_map(space, alias, UINT64_C(1) << g.page_shift, state);
}

/* Widens [*low, *high) to the aliases of all pages. */
static void add_aliases(const struct geometry *g, const struct vm_area *area, uint64_t *low,
			uint64_t *high)
{
	uint64_t alias, page = UINT64_C(1) << g->page_shift;
	for (size_t i = 0; i < area->pages.count; i++) {
		if (!alias_of(g, area->pages.page[i], &alias))
			continue;
		if (alias < *low)
			*low = alias;
		if (alias + page > *high)
			*high = alias + page;
	}
}

/* Invalid entries are never cached: after the TLBI no TLB holds an alias, and it may get its permissions back. */
void reset_aliases(struct address_space *space, const struct vm_area *area, uint64_t low,
		   uint64_t high)
{
	struct geometry g = geometry_of(&space->machine->config);
	set_aliases(space, area, DIRECT_MAP_INVALID);
	add_aliases(&g, area, &low, &high);
	machine_unmap_aliases(space->machine);
	flush_tlb_range(space->machine, &g, low, high);
	set_aliases(space, area, DIRECT_MAP_DEFAULT);
}

int batched_vfree(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct unmapped cleared = unmap_range(space, call, out);
	if (call->reset)
		reset_aliases(space, area_to_free(space, call), cleared.low, cleared.high);
	return 0;
}
