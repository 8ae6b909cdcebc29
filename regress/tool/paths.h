// SPDX-License-Identifier: GPL-2.0-only
/* The files that operands name, in order. */
#ifndef REGRESS_TOOL_PATHS_H
#define REGRESS_TOOL_PATHS_H

#include "regress/tool/vmapdiff.h"

/* Zeroed, it is empty. Owns what it points at. */
struct path_list {
	char **path;
	unsigned count;
};

/*
 * Adds the files that operands `from` and after name. The result is how many
 * operands cannot be read, each of which a message names. Ends the process,
 * after a message of `command`, where the host has no memory.
 */
unsigned path_list_fill(struct path_list *list, const struct arguments *a, int from,
			const char *command);

void path_list_free(struct path_list *list);

#endif
