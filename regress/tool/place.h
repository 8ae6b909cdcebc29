// SPDX-License-Identifier: GPL-2.0-only
/* Where in a Linux tree an event was caused, for people and for reports. */
#ifndef REGRESS_TOOL_PLACE_H
#define REGRESS_TOOL_PLACE_H

#include <stdbool.h>
#include <stdio.h>

#include "mapper/mapper.h"

/* A path as the tree has it, from the tree's top; any other path as it is. */
const char *path_in_tree(const struct mapper *mapper, const char *path);

/*
 * How much of a function's name in a slice is its name in the tree. Of a static function whose name another
 * file has as well, the slicer puts the file behind the name (mapper/kernel/slicer/clashes.py). `path`: as
 * the tree has it; what follows a colon in it does not count.
 */
int function_in_tree(const char *function, const char *path);

/* Prints "FUNCTION(), FILE:LINE". */
void place_print_call(const struct mapper *mapper, const struct source_call *call, FILE *to);

/*
 * Prints the call that caused an event, and after `separator` the one that led
 * to it out of another function, if one is known. `place->at` must be known.
 */
void place_print(const struct mapper *mapper, const struct source_place *place,
		 const char *separator, FILE *to);

/* Whether two events are of the same lines. */
static inline bool place_same(const struct source_place *a, const struct source_place *b)
{
	return a->at == b->at && a->caller == b->caller;
}

#endif
