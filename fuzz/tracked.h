// SPDX-License-Identifier: GPL-2.0-only
/* A text that is made from another, byte by byte, and of which the origin of one byte is asked for. */
#ifndef FUZZ_TRACKED_H
#define FUZZ_TRACKED_H

#include <stdbool.h>
#include <stddef.h>

#define TRACK_NOTHING ((size_t)-1)

struct tracked {
	char *to; /* where it is written, with room for all of it; NULL: it is only counted */
	size_t size;
	size_t watched; /* the offset whose origin is asked for, or TRACK_NOTHING */
	size_t origin;  /* the answer: an offset in the text from which this one is made */
	/* A text that it is compared with while it is made; NULL: none. */
	const char *like;
	size_t like_size;
	bool differs;
};

/* Adds a byte that was made from the one at offset `from`. */
static inline void tracked_put(struct tracked *t, char c, size_t from)
{
	if (t->size == t->watched)
		t->origin = from;
	if (t->like)
		t->differs |= t->size >= t->like_size || t->like[t->size] != c;
	if (t->to)
		t->to[t->size] = c;
	t->size++;
}

/* Ends the text, whose end has this origin. */
static inline void tracked_end(struct tracked *t, size_t from)
{
	if (t->watched != TRACK_NOTHING && t->watched >= t->size)
		t->origin = from;
	t->differs |= t->like && t->size != t->like_size;
}

#endif
