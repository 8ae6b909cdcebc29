// SPDX-License-Identifier: GPL-2.0-only
/* The areas that callers keep, as the kernel does in its vmap_area tree. */
#ifndef FUZZ_AREAS_H
#define FUZZ_AREAS_H

#include "fuzz/scenario.h"

struct areas {
	struct vm_area area[SCENARIO_MAX_OPS]; /* the oldest first */
	unsigned count;
};

/*
 * What a call that returned makes of them. One that maps made an area, whose page array is borrowed;
 * one that unmaps took away those that lie wholly in its range, or, vrealloc(), pages of one; and
 * vmemmap_free() took away what struct pages lie in its range.
 */
void areas_follow(struct areas *areas, const struct call *call, const struct outcome *out,
		  unsigned page_shift);

/*
 * The call by which the caller of a mapping call that failed takes away what of
 * it was mapped. Struct pages are noted first, all of them, as their caller does.
 */
struct call areas_clean_up(struct areas *areas, const struct call *failed, unsigned page_shift);

/*
 * Whether the call is vfree() or vrealloc() of an area that is not there, or is not the whole of the
 * most recent one there. Of vrealloc() no later area may lie in it either.
 */
bool areas_lack(const struct address_space *space, const struct call *call);

/* The most recent area at `va`, its guard page of so many bytes included: find_vm_area(); or NULL. */
const struct vm_area *areas_find(const struct address_space *space, uint64_t va, uint64_t guard);

#endif
