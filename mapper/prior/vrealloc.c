// SPDX-License-Identifier: GPL-2.0-only
/* vrealloc() without the series (Linux 7.2): what is cut off goes entry by entry. */
#include <errno.h>

#include "mapper/batched/direct_map.h"
#include "mapper/pgtable/table.h"
#include "mapper/prior/prior.h"

int prior_vrealloc(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct geometry g = geometry_of(&space->machine->config);
	const struct vm_area *area = area_to_free(space, call);
	uint64_t pages = call->kept >> g.page_shift, before = area->pages.count;
	out->pages = before;
	if (pages > before)
		return -ENOMEM;
	if (pages == before || call->reset || area->page_shift != g.page_shift)
		return 0;
	struct call tail = { .kind = CALL_VUNMAP,
			     .va = call->va + call->kept,
			     .bytes = (before - pages) << g.page_shift };
	prior_vunmap(space, &tail, out);
	machine_free_pages(space->machine, tail.va, tail.bytes);
	out->pages = pages;
	return 0;
}
