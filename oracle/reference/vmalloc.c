// SPDX-License-Identifier: GPL-2.0-only
/* vmalloc(): no block is kept. */
#include "oracle/reference/reference.h"

int reference_vmalloc(struct address_space *space, const struct call *call, struct outcome *out)
{
	out->page_shift = space->machine->config.page_shift;
	return reference_map_array(space, call, out);
}
