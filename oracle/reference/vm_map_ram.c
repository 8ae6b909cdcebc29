// SPDX-License-Identifier: GPL-2.0-only
/* vm_map_ram() and vm_unmap_ram(): the reference maps page by page anyway, and invalidates at once. */
#include "oracle/reference/reference.h"

int reference_vm_map_ram(struct address_space *space, const struct call *call, struct outcome *out)
{
	return reference_map_array(space, call, out);
}

int reference_vm_unmap_ram(struct address_space *space, const struct call *call,
			   struct outcome *out)
{
	return reference_vunmap(space, call, out);
}
