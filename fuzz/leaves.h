// SPDX-License-Identifier: GPL-2.0-only
/* What stands in the tables of a machine for a range of pages, counted from the lowest address. */
#ifndef FUZZ_LEAVES_H
#define FUZZ_LEAVES_H

#include "mapper/call.h"
#include "oracle/arm64/translate.h"

struct tables {
	const struct arm64_geometry *g;
	const struct machine *machine;
};

/* An entry that is in use and is not a table: it maps its pages, or faults on purpose. */
struct leaf {
	uint64_t first, end; /* its pages, also those outside of the range */
	int level;
	uint64_t desc;
	uint64_t limits; /* ARM64_TABLE_LIMITS of the tables above */
};

/* The first leaf of pages [page, end). False if there is none. */
bool leaf_next(const struct tables *t, uint64_t page, uint64_t end, struct leaf *found);

/* Whether the call is to add memory where some is, which whoever adds it knows. */
bool leaf_is_in_the_way(const struct tables *t, const struct call *call);

/* Whether a leaf maps each page of [page, end). */
bool leaf_covers(const struct tables *t, uint64_t page, uint64_t end);

/* Pages that change together where a leaf or a contiguous group is at `page`; 1 if nothing is. */
uint64_t leaf_pages_together(const struct tables *t, uint64_t page);

#endif
