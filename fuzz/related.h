// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of pages that have to do with the range of an op. */
#ifndef FUZZ_RELATED_H
#define FUZZ_RELATED_H

#include "fuzz/rng.h"
#include "fuzz/scenario.h"

/* Pages of the space: `pages` from page `page` on, at least one. */
struct page_range {
	uint64_t page, pages;
};

/*
 * A range that has to do with that of op `about`: all of it, a part, or a range
 * that reaches beyond. Its ends often are where a leaf, a group or a guard page
 * ends. It may leave the space: scenario_check() refuses it then.
 */
struct page_range related_range(const struct scenario *s, uint32_t about, struct rng *rng);

#endif
