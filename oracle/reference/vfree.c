// SPDX-License-Identifier: GPL-2.0-only
/* vfree(): the range is unmapped and every TLB emptied; then each alias goes and comes back by itself. */
#include "mapper/machine/assert.h"
#include "oracle/reference/reference.h"

const struct vm_area *reference_area(const struct address_space *space, const struct call *call)
{
	const struct vm_area *found = NULL;
	for (unsigned i = 0; i < space->areas; i++)
		if (space->area[i].va == call->va)
			found = &space->area[i];
	ASSERT(found);
	return found;
}

static void change_alias(struct address_space *space, uint64_t pfn, uint64_t clear, uint64_t set)
{
	struct arm64_geometry g = arm64_geometry(&space->machine->config);
	if (pfn < UINT64_C(1) << (g.ia_size - 1 - g.granule))
		reference_change(space, arm64_va_base(&g) + (pfn << g.granule),
				 UINT64_C(1) << g.granule, clear, set);
}

int reference_vfree(struct address_space *space, const struct call *call, struct outcome *out)
{
	const struct machine_config *config = &space->machine->config;
	const struct vm_area *area = reference_area(space, call);
	reference_vunmap(space, call, out);
	if (!call->reset)
		return 0;
	bool changes = !config->noalias || config->realm;
	for (size_t i = 0; changes && i < area->pages.count; i++)
		change_alias(space, area->pages.page[i], ARM64_VALID, ARM64_NG);
	machine_unmap_aliases(space->machine);
	for (size_t i = 0; changes && i < area->pages.count; i++)
		change_alias(space, area->pages.page[i], ARM64_NG | ARM64_AP2,
			     ARM64_VALID | ARM64_DBM);
	return 0;
}
