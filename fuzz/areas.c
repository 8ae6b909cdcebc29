// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/areas.h"

#include "mapper/machine/assert.h"

void areas_keep(struct areas *areas, const struct call *call, const struct outcome *out)
{
	ASSERT_CMP(areas->count, <, SCENARIO_MAX_OPS);
	areas->area[areas->count++] = (struct vm_area){
		.kind = call_traits(call->kind)->area,
		.va = call->va,
		.bytes = call->bytes,
		.flags = call->flags,
		.pages = call->pages,
		.page_shift = out->page_shift,
	};
}

void areas_forget(struct areas *areas, const struct call *unmap)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < areas->count; i++) {
		const struct vm_area *area = &areas->area[i];
		if (area->va < unmap->va || area->bytes > unmap->bytes ||
		    area->va - unmap->va > unmap->bytes - area->bytes)
			areas->area[kept++] = *area;
	}
	areas->count = kept;
}

bool areas_lack(const struct address_space *space, const struct call *call)
{
	if (call->kind != CALL_VFREE)
		return false;
	const struct vm_area *area = areas_find(space, call->va, 0);
	return !area || area->va != call->va || area->bytes != call->bytes ||
	       (area->kind != AREA_ALLOC && area->kind != AREA_MAP);
}

const struct vm_area *areas_find(const struct address_space *space, uint64_t va, uint64_t guard)
{
	for (unsigned i = space->areas; i-- > 0;)
		if (va - space->area[i].va < space->area[i].bytes + guard)
			return &space->area[i];
	return NULL;
}
