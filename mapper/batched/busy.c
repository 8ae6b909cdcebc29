// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "mapper/batched/walk.h"

int walk_busy(struct walk *w, uint64_t offset)
{
	uint64_t va = w->g.va_base + offset;
	if (w->busy_is_bug)
		machine_bug(w->machine, va);
	else
		machine_warn(w->machine, va);
	return -EBUSY;
}
