// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/place.h"

#include <string.h>

#include "mapper/machine/assert.h"

const char *path_in_tree(const struct mapper *mapper, const char *path)
{
	size_t top = mapper->tree ? strlen(mapper->tree) : 0;
	return top && !strncmp(path, mapper->tree, top) && path[top] == '/' ? path + top + 1 : path;
}

void place_print_call(const struct mapper *mapper, const struct source_call *call, FILE *to)
{
	fprintf(to, "%s(), %s:%u", call->function, path_in_tree(mapper, call->file), call->line);
}

void place_print(const struct mapper *mapper, const struct source_place *place,
		 const char *separator, FILE *to)
{
	ASSERT(place->at);
	place_print_call(mapper, place->at, to);
	if (!place->caller)
		return;
	fprintf(to, "%scalled by ", separator);
	place_print_call(mapper, place->caller, to);
}
