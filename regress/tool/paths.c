// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/paths.h"

#include <stdlib.h>
#include <string.h>

#include "mapper/machine/assert.h"

struct filling {
	struct path_list *list;
	const char *command;
};

static bool add(const char *path, void *context)
{
	const struct filling *f = context;
	struct path_list *list = f->list;
	char **longer = realloc((void *)list->path, (list->count + 1) * sizeof(*longer));
	char *copy = longer ? strdup(path) : NULL;
	if (!copy) {
		fprintf(stderr, "vmapdiff %s: no memory for the name %s\n", f->command, path);
		exit(EXIT_UNUSABLE);
	}
	list->path = longer;
	list->path[list->count++] = copy;
	return true;
}

unsigned path_list_fill(struct path_list *list, const struct arguments *a, int from,
			const char *command)
{
	struct filling f = { list, command };
	unsigned unusable = 0;
	ASSERT_CMP(from, <=, a->files);
	for (int i = from; i < a->files; i++)
		unusable += !for_each_file(a->file[i], add, &f);
	return unusable;
}

void path_list_free(struct path_list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		free(list->path[i]);
	free((void *)list->path);
	*list = (struct path_list){ 0 };
}
