// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm_map_ram() and vm_unmap_ram() (Linux 6.12): for short-lived mappings, in
 * single pages, with one lazy invalidation for many of them.
 */
#include "mapper/batched/batched.h"
#include "mapper/batched/unmap.h"
#include "mapper/batched/walk.h"

/* PAGE_SHIFT is what vm_map_ram() hands to vmap_pages_range(): no block, whatever the pages allow. */
int batched_vm_map_ram(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct walk w = walk_begin(space, call, out);
	uint64_t start = call->va - w.g.va_base;
	int error = walk_map_run(&w, (struct run){ .page = call->pages.page,
						   .start = start,
						   .end = start + call->bytes,
						   .shift = w.g.page_shift });
	walk_finish(&w, call->va, call->bytes);
	return walk_error(&w, error);
}

/* TLBs may hold the pages until vm_unmap_aliases(), before which nothing is mapped there again. */
int batched_vm_unmap_ram(struct address_space *space, const struct call *call, struct outcome *out)
{
	unmap_range(space, call, out);
	return 0;
}
