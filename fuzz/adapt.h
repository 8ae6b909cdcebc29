// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adapts new scenarios to what callers of a tree's kernel do. A call that no
 * caller makes, or that runs into what is waived of the tree, is not made when
 * it is played. Before, the scenario is played on a model in the tree's
 * place, and such a call becomes one that is made: of an area that is aligned
 * as its allocator aligns it, at a free place, or after an unmap. The result
 * is a scenario like any other: it is what is played, kept and minimized, and
 * it means the same everywhere. Scenarios that were written or kept are
 * never adapted: their calls that are not made are counted.
 */
#ifndef FUZZ_ADAPT_H
#define FUZZ_ADAPT_H

#include "fuzz/player.h"

/* Of scenario_work(): more is not adapted, since it is played many times for that. */
#define ADAPT_MAX_WORK 32768

/* What calls keep to, so that they are made. */
struct constraints {
	const struct mapper *model; /* plays in the tree's place: of mapper_list() */
	/* See struct mapper. NULL: callers make every call. */
	const struct reason *(*never_called)(const struct address_space *space,
					     const struct call *call);
	bool splits;      /* set_memory was seen to split a leaf */
	uint32_t waivers; /* WAIVER() of what calls may not meet */
};

/*
 * Adapts a checked scenario, under the policy that it has, to the tree under
 * test; does nothing where there is none. What no change helps stays as it is.
 * Plays on `p`, which may not be playing. The same scenario and constraints
 * give the same result, which scenario_check() accepts.
 */
void adapt(struct player *p, struct scenario *s);

/* The same for any constraints. The calls of the result that are not made all the same. */
unsigned adapt_to(struct player *p, const struct constraints *constraints, struct scenario *s);

/* The calls of a checked scenario that are not made as it is, of which nothing changes. */
unsigned adapt_unmade(struct player *p, const struct constraints *constraints, struct scenario *s);

#endif
