// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a reader looks for first stands out on a terminal: the line FAIL, rows
 * that differ and the event at fault. In files and pipes there is no colour.
 */
#ifndef REGRESS_TOOL_COLOUR_H
#define REGRESS_TOOL_COLOUR_H

#include <stdbool.h>
#include <stdio.h>

/* Whether `to` is a terminal that shows colours, and NO_COLOR (no-color.org) does not forbid them. */
bool colour_wanted(FILE *to);

/* Writes text to `to`, some lines in colour where that is wanted. */
void colour_print(const char *text, FILE *to);

/* Text that is written piece by piece. */
struct coloured {
	FILE *stream; /* to write to */
	FILE *to;     /* where it goes */
	char *text;   /* until then; NULL without colours */
	size_t size;
};

/* Begins such text for `to`; what is written to c->stream is there after coloured_end(). */
void coloured_begin(struct coloured *c, FILE *to);
void coloured_end(struct coloured *c);

#endif
