// SPDX-License-Identifier: GPL-2.0-only
/* vrealloc(): each page that is cut off is cleared, every TLB emptied, and then the pages are given back. */
#include <errno.h>

#include "oracle/reference/reference.h"

int reference_vrealloc(struct address_space *space, const struct call *call, struct outcome *out)
{
	unsigned granule = space->machine->config.page_shift;
	const struct vm_area *area = reference_area(space, call);
	uint64_t bytes = (uint64_t)area->pages.count << granule;
	struct call cut = { .kind = CALL_VUNMAP, .va = area->va + call->kept };
	out->pages = area->pages.count;
	if (call->kept > bytes)
		return -ENOMEM;
	cut.bytes = bytes - call->kept;
	if (!cut.bytes || call->reset || area->page_shift > granule)
		return 0;
	reference_vunmap(space, &cut, out);
	machine_free_pages(space->machine, cut.va, cut.bytes);
	out->pages = call->kept >> granule;
	return 0;
}
