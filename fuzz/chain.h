// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chains: ops that refer to what ops before them did. Most bugs of mapping code
 * need several calls on the same few tables: one that fails and one that
 * succeeds, an area and its neighbour in one table, a block that was split and
 * is changed again. So a new op often takes the range of an earlier one: the
 * same, a part, a larger one, or the one next to it.
 */
#ifndef FUZZ_CHAIN_H
#define FUZZ_CHAIN_H

#include "fuzz/profile.h"
#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/*
 * Adds one or two ops that refer to op `about`: a neighbour of its range, a
 * repetition, or the same call before it with a fault. Neighbours map at most
 * `max_pages`, by calls of the list. Adds nothing where there is no room.
 */
void chain_extend(struct scenario *s, uint32_t about, const struct call_weight *neighbours,
		  struct rng *rng, uint64_t max_pages);

#endif
