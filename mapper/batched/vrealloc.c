// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrealloc() (Linux 7.2, vrealloc_node_align()): cuts pages off the end of an
 * area. Blocks are not split for it, and nothing is mapped by it: an area that
 * grows moves, by calls of their own.
 */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/batched/direct_map.h"
#include "mapper/pgtable/table.h"

/* Unmaps what is cut off and invalidates it, and only then gives its pages back. */
static void cut_off(struct address_space *space, uint64_t va, uint64_t bytes, struct outcome *out)
{
	const struct call tail = { .kind = CALL_VUNMAP, .va = va, .bytes = bytes };
	batched_vunmap(space, &tail, out);
	machine_free_pages(space->machine, va, bytes);
}

int batched_vrealloc(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct geometry g = geometry_of(&space->machine->config);
	const struct vm_area *area = area_to_free(space, call);
	uint64_t mapped = (uint64_t)area->pages.count << g.page_shift;
	bool whole = call->reset || area->page_shift > g.page_shift;
	out->pages = area->pages.count;
	if (call->kept > mapped)
		return -ENOMEM;
	if (whole || call->kept == mapped)
		return 0;
	cut_off(space, call->va + call->kept, mapped - call->kept, out);
	out->pages = call->kept >> g.page_shift;
	return 0;
}
