// SPDX-License-Identifier: GPL-2.0-only
/* vmap_pfn() (Linux 7.3): page frames that have no struct page, in single pages. */
#include <errno.h>

#include "mapper/batched/batched.h"
#include "mapper/batched/walk.h"

int batched_vmap_pfn(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct walk w = walk_begin(space, call, out);
	uint64_t start = call->va - w.g.va_base;
	w.attributes |= desc_attributes(&w.g, PROT_SPECIAL) & ~desc_attributes(&w.g, PROT_KERNEL);
	int error = walk_map_run(&w, (struct run){ .page = call->pages.page,
						   .start = start,
						   .end = start + call->bytes,
						   .shift = w.g.page_shift });
	walk_finish(&w, call->va, call->bytes);
	return error ? -ENOMEM : 0;
}
