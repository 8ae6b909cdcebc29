// SPDX-License-Identifier: GPL-2.0-only
/* ioremap(): an entry in use is a BUG(), and not a warning. */
#include <errno.h>

#include "oracle/reference/reference.h"

int reference_ioremap(struct address_space *space, const struct call *call, struct outcome *out)
{
	uint64_t stopped = call->va;
	int error = reference_map(space, call, out, &stopped);
	if (error == -EBUSY)
		machine_bug(space->machine, stopped);
	return error;
}
