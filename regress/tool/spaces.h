// SPDX-License-Identifier: GPL-2.0-only
/* The translations of one mapper compared with the reference's. */
#ifndef REGRESS_TOOL_SPACES_H
#define REGRESS_TOOL_SPACES_H

#include "fuzz/player.h"
#include "regress/tool/view.h"

/* A range of pages in which every mapper has at most one extent. */
struct row {
	uint64_t page, pages;
	bool differs;
};

#define COLUMNS 2 /* the reference, and another mapper */

struct comparison {
	struct arm64_geometry g;
	const char *name[COLUMNS];
	struct view view[COLUMNS];
	struct row *row;
	size_t rows;
	uint64_t differ; /* pages */
};

/*
 * Plays mapper `which` and the reference up to `ops` ops of the prepared
 * scenario and compares them. *c is to be freed. Ends the program where the
 * host has no memory.
 */
void compare_spaces(struct player *p, const struct scenario *s, struct comparison *c,
		    unsigned which, uint32_t ops);
void comparison_free(struct comparison *c);

#endif
