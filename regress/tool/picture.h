// SPDX-License-Identifier: GPL-2.0-only
/* A finding as a page for a browser, which needs nothing but itself. */
#ifndef REGRESS_TOOL_PICTURE_H
#define REGRESS_TOOL_PICTURE_H

#include "fuzz/player.h"

/* Ranges of pages in which a mapper's translations are not the reference's. */
#define PICTURE_MOST_RANGES 4096
struct page_range {
	uint64_t page, pages;
};

/* Plays mapper `which` up to `ops` ops; how many ranges differ, of which it writes PICTURE_MOST_RANGES. */
size_t differing_ranges(struct player *p, unsigned which, uint32_t ops, struct page_range *range);

/*
 * Writes the page of the prepared scenario: every mapper's address space
 * after `ops` ops, the page array of the last of them, and, if a rule broke,
 * the verdict and its call's events. False after a message.
 */
bool picture_write(struct player *p, const struct scenario *s, uint32_t ops,
		   const struct verdict *verdict, const char *path);

#endif
