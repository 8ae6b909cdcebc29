// SPDX-License-Identifier: GPL-2.0-only
/* vmap_pfn(): whatever was wrong, its caller gets a null pointer. */
#include <errno.h>

#include "oracle/reference/reference.h"

int reference_vmap_pfn(struct address_space *space, const struct call *call, struct outcome *out)
{
	return reference_map_array(space, call, out) ? -ENOMEM : 0;
}
