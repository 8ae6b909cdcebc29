// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's calls before the series (Linux 6.12): vmap() page by page,
 * vmalloc() with a walk from the root for every block, ioremap() with one
 * contiguous group at a time. It is the baseline of benchmarks, and one more
 * opinion in every comparison.
 */
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

const struct mapper prior_mapper = {
	.name = "prior",
	.kind = MAPPER_PRIOR,
	.call = {
#define ENTRY(KIND, name) [CALL_##KIND] = prior_##name,
		CALLS(ENTRY)
#undef ENTRY
	},
	.lookup = prior_lookup,
};
