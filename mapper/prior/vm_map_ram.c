// SPDX-License-Identifier: GPL-2.0-only
/* vm_map_ram() and vm_unmap_ram() before the series (Linux 6.12): page by page, invalidated lazily. */
#include "mapper/prior/prior.h"

int prior_vm_map_ram(struct address_space *space, const struct call *call, struct outcome *out)
{
	return prior_vmap(space, call, out);
}

int prior_vm_unmap_ram(struct address_space *space, const struct call *call, struct outcome *out)
{
	uint64_t start, end;
	clear_range(space, call, out, &start, &end);
	return 0;
}
