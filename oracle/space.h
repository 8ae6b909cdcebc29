// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an address space must look like, as a few segments: each says where
 * its pages come from and never lists what descriptors should stand there.
 * Pages are counted from the lowest address of the space.
 */
#ifndef ORACLE_SPACE_H
#define ORACLE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/mapper.h"

#define SPACE_MAX_SEGMENTS 8192

/* What the pages of a segment may be found to be. Of each pair one is set, or both: then it is open. */
#define MAY_BE_MAPPED 0x01
#define MAY_BE_ABSENT 0x02 /* faults, and yet the entry is in use */
#define MAY_WRITE 0x04
#define MAY_NOT_WRITE 0x08
#define MAY_EXEC 0x10
#define MAY_NOT_EXEC 0x20
#define MAY_BE_EMPTY 0x40 /* of a mapping call that failed: where it faults, the entry may be 0 */

struct segment {
	uint64_t start, end;  /* pages [start, end) */
	const uint64_t *page; /* pfn of each page from `start` on; NULL: pfn, pfn + 1, ... */
	uint64_t pfn;
	enum prot prot;
	uint8_t may; /* MAY_: what set_memory or a failed call made of it */
};

/* Segments in ascending order that do not overlap. */
struct space {
	struct segment segment[SPACE_MAX_SEGMENTS];
	unsigned segments;
};

/* Adds a segment that overlaps none; empty ones are ignored. */
void space_add(struct space *space, struct segment s);

/* Forgets all of [start, end), cutting segments that lie across an end. */
void space_remove(struct space *space, uint64_t start, uint64_t end);

/* Changes `may` of all that is mapped in [start, end): first clears bits, then sets some. */
void space_change(struct space *space, uint64_t start, uint64_t end, uint8_t clear, uint8_t set);

/* Index of the first segment that ends after `page`; space->segments if none does. */
unsigned space_find(const struct space *space, uint64_t page);

/* The segment that holds `page`; NULL if none does. */
static inline const struct segment *space_at(const struct space *space, uint64_t page)
{
	unsigned at = space_find(space, page);
	bool held = at < space->segments && space->segment[at].start <= page;
	return held ? &space->segment[at] : NULL;
}

/* The pfn expected at `page` of a segment that holds it. */
static inline uint64_t segment_pfn(const struct segment *s, uint64_t page)
{
	return s->page ? s->page[page - s->start] : s->pfn + (page - s->start);
}

#endif
