// SPDX-License-Identifier: GPL-2.0-only
/*
 * set_direct_map_invalid_noflush() and set_direct_map_default_noflush() of
 * arch/arm64/mm/pageattr.c (Linux 7.2): for one page each, and without a TLBI.
 */
#include "mapper/batched/direct_map.h"

#include "mapper/batched/batched.h"
#include "mapper/batched/protect.h"
#include "mapper/pgtable/descriptor.h"

static struct protect protect_of(struct address_space *space, enum direct_map state)
{
	bool invalid = state == DIRECT_MAP_INVALID;
	return (struct protect){
		.space = space,
		.machine = space->machine,
		.g = geometry_of(&space->machine->config),
		.clear = invalid ? DESC_VALID : DESC_PRESENT_INVALID | DESC_RDONLY,
		.set = invalid ? DESC_PRESENT_INVALID : DESC_VALID | DESC_WRITE,
		.keeps_tlb = true,
	};
}

/* can_set_direct_map(): a Realm's guest shares memory with its host whatever it was told at boot. */
static bool may_set(const struct machine_config *config)
{
	return !config->noalias || config->realm;
}

int set_direct_map(struct address_space *space, uint64_t start, uint64_t bytes,
		   enum direct_map state)
{
	struct protect p = protect_of(space, state);
	uint64_t page = UINT64_C(1) << p.g.page_shift, end = start + bytes;
	int error = 0;
	if (!may_set(&p.machine->config))
		return 0;
	for (uint64_t at = start; at < end && !error; at += page)
		error = protect_range(&p, at, at + page);
	return error;
}

int batched_set_direct_map(struct address_space *space, const struct call *call,
			   struct outcome *out)
{
	(void)out; /* the kernel's has no mask of modified levels */
	uint64_t start = call->va - geometry_of(&space->machine->config).va_base;
	return set_direct_map(space, start, call->bytes, call->direct_map);
}
