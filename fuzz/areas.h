// SPDX-License-Identifier: GPL-2.0-only
/* The areas that callers keep, as the kernel does in its vmap_area tree. */
#ifndef FUZZ_AREAS_H
#define FUZZ_AREAS_H

#include "fuzz/scenario.h"

struct areas {
	struct vm_area area[SCENARIO_MAX_OPS]; /* the oldest first */
	unsigned count;
};

/* Keeps the area that a mapping call made. Borrows its page array. */
void areas_keep(struct areas *areas, const struct call *call);

/* Forgets the areas that lie wholly in what was unmapped. */
void areas_forget(struct areas *areas, const struct call *unmap);

/* The most recent area at `va`, its guard page of so many bytes included: find_vm_area(); or NULL. */
const struct vm_area *areas_find(const struct address_space *space, uint64_t va, uint64_t guard);

#endif
