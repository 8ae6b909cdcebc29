// SPDX-License-Identifier: GPL-2.0-only
/* The address space of a machine as ranges of leaves that follow each other. */
#ifndef REGRESS_TOOL_VIEW_H
#define REGRESS_TOOL_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "oracle/arm64/translate.h"

/* Leaves of one kind that map consecutive pages to consecutive page frames. */
struct extent {
	uint64_t page, pages; /* from the lowest address of the space */
	uint64_t pfn;
	int level;
	bool contiguous;
	struct arm64_attributes attributes;
};

struct view {
	struct extent *extent;
	size_t extents, capacity;
	const struct arm64_geometry *g; /* while it is made */
};

/* What walks of the machine reach. Owned by the caller: free with view_free(). */
struct view view_of(const struct arm64_geometry *g, const struct machine *m);
void view_free(struct view *view);

/* The extent that maps `page`, or NULL. */
const struct extent *view_find(const struct view *view, uint64_t page);

#endif
