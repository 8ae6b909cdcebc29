// SPDX-License-Identifier: GPL-2.0-only
/* vmap(): its flags change shape, and here is only one shape. */
#include "oracle/reference/reference.h"

int reference_vmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	return reference_map_array(space, call, out);
}
