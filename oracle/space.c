// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/space.h"

#include <assert.h>
#include <string.h>

static void open_gap(struct space *space, unsigned at)
{
	assert(space->segments < SPACE_MAX_SEGMENTS);
	memmove(&space->segment[at + 1], &space->segment[at],
		(space->segments - at) * sizeof(struct segment));
	space->segments++;
}

static void close_gap(struct space *space, unsigned at)
{
	space->segments--;
	memmove(&space->segment[at], &space->segment[at + 1],
		(space->segments - at) * sizeof(struct segment));
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
	if (s.start == s.end)
		return;
	unsigned at = space_find(space, s.start);
	assert(at == space->segments || space->segment[at].start >= s.end);
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

void space_remove(struct space *space, uint64_t start, uint64_t end)
{
	unsigned at = space_find(space, start);
	while (at < space->segments && space->segment[at].start < end) {
		struct segment *s = &space->segment[at];
		bool head_stays = s->start<start, tail_stays = s->end> end;
		if (head_stays && tail_stays) {
			open_gap(space, at);
			space->segment[at].end = start;
			cut_front(&space->segment[at + 1], end);
			return;
		}
		if (head_stays) {
			s->end = start;
			at++;
		} else if (tail_stays) {
			cut_front(s, end);
			return;
		} else {
			close_gap(space, at);
		}
	}
}
