// SPDX-License-Identifier: GPL-2.0-only
/* vmap_pfn() without the series (Linux 6.12), which does not change it: page by page. */
#include "mapper/prior/prior.h"

int prior_vmap_pfn(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct target t = target_of(space, call, out);
	t.attributes |= desc_attributes(&t.g, PROT_SPECIAL) & ~desc_attributes(&t.g, PROT_KERNEL);
	int error = map_small_pages(&t, call->pages.page);
	target_finish(&t);
	return error;
}
