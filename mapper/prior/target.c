// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/prior/prior.h"

struct target target_of(struct address_space *space, const struct call *call, struct outcome *out)
{
	struct target t = {
		.space = space,
		.out = out,
		.g = geometry_of(&space->machine->config),
	};
	t.attributes = desc_attributes(&t.g, call->prot);
	t.start = call->va - t.g.va_base;
	t.end = t.start + call->bytes;
	return t;
}

void target_finish(const struct target *t)
{
	struct machine *m = t->space->machine;
	if (t->out->modified) {
		machine_barrier(m, BARRIER_DSB_ISHST);
		machine_barrier(m, BARRIER_ISB);
	}
	machine_flush_cache(m, CACHE_FLUSH_VMAP, t->g.va_base + t->start, t->end - t->start);
}
