// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/place.h"

#include <ctype.h>
#include <string.h>

#include "mapper/machine/assert.h"

const char *path_in_tree(const struct mapper *mapper, const char *path)
{
	size_t top = mapper->tree ? strlen(mapper->tree) : 0;
	return top && !strncmp(path, mapper->tree, top) && path[top] == '/' ? path + top + 1 : path;
}

int function_in_tree(const char *function, const char *path)
{
	size_t length = strlen(function), file = strcspn(path, ":");
	if (length < file + 3)
		return (int)length;
	const char *suffix = function + length - file;
	bool is_suffix = suffix[-1] == '_' && suffix[-2] == '_';
	for (size_t i = 0; i < file; i++)
		is_suffix &= suffix[i] == (isalnum((unsigned char)path[i]) ? path[i] : '_');
	return (int)(is_suffix ? length - file - 2 : length);
}

void place_print_call(const struct mapper *mapper, const struct source_call *call, FILE *to)
{
	const char *path = path_in_tree(mapper, call->file);
	fprintf(to, "%.*s(), %s:%u", function_in_tree(call->function, path), call->function, path,
		call->line);
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
