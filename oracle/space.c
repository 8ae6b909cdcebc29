// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/space.h"

#include <string.h>

#include "mapper/machine/assert.h"

static void open_gap(struct space *space, unsigned at)
{
	ASSERT_CMP(space->segments, <, SPACE_MAX_SEGMENTS);
	ASSERT_CMP(at, <=, space->segments);
	memmove(&space->segment[at + 1], &space->segment[at],
		(space->segments - at) * sizeof(struct segment));
	space->segments++;
}

unsigned space_find(const struct space *space, uint64_t page)
{
	unsigned low = 0, high = space->segments;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (space->segment[middle].end > page)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void space_add(struct space *space, struct segment s)
{
	if (s.start >= s.end)
		return;
	unsigned at = space_find(space, s.start);
	ASSERT(at == space->segments || space->segment[at].start >= s.end);
	open_gap(space, at);
	space->segment[at] = s;
}

static void cut_front(struct segment *s, uint64_t start)
{
	if (s->page)
		s->page += start - s->start;
	else
		s->pfn += start - s->start;
	s->start = start;
}

/* Makes no segment lie across `page`. */
static void cut_at(struct space *space, uint64_t page)
{
	unsigned at = space_find(space, page);
	if (at == space->segments || space->segment[at].start >= page)
		return;
	ASSERT_CMP(page, <, space->segment[at].end);
	open_gap(space, at);
	space->segment[at].end = page;
	cut_front(&space->segment[at + 1], page);
}

void space_remove(struct space *space, uint64_t start, uint64_t end)
{
	ASSERT_CMP(start, <=, end);
	cut_at(space, start);
	cut_at(space, end);
	unsigned from = space_find(space, start), to = from;
	while (to < space->segments && space->segment[to].start < end)
		to++;
	memmove(&space->segment[from], &space->segment[to],
		(space->segments - to) * sizeof(struct segment));
	space->segments -= to - from;
	ASSERT(from == space->segments || space->segment[from].start >= end);
	ASSERT(!from || space->segment[from - 1].end <= start);
}

void space_change(struct space *space, uint64_t start, uint64_t end, uint8_t clear, uint8_t set)
{
	ASSERT_CMP(start, <=, end);
	cut_at(space, start);
	cut_at(space, end);
	for (unsigned i = space_find(space, start);
	     i < space->segments && space->segment[i].start < end; i++)
		space->segment[i].may = (uint8_t)((space->segment[i].may & ~clear) | set);
}
