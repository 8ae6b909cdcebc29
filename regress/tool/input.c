// SPDX-License-Identifier: GPL-2.0-only
/* Files of scenarios, and the player that plays them. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "fuzz/waive.h"
#include "regress/tool/vmapdiff.h"

static char buffer[SCENARIO_MAX_TEXT + 1];
_Static_assert(SCENARIO_MAX_BYTES < sizeof(buffer), "an encoding fits the buffer");

static bool cannot(const char *what, const char *path)
{
	fprintf(stderr, "%s: cannot %s: %s\n", path, what, strerror(errno));
	return false;
}

/* Reads up to a byte more than a text may have, so that longer ones are seen to be. */
static bool read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return cannot("open", path);
	*size = fread(buffer, 1, sizeof(buffer), file);
	bool good = !ferror(file);
	if (!good)
		cannot("read", path);
	fclose(file);
	return good;
}

static bool read_scenario(const char *path, struct scenario *s)
{
	size_t size;
	struct text_error error;
	if (!read_file(path, &size))
		return false;
	if (scenario_bytes_begin((const uint8_t *)buffer, size)) {
		if (scenario_decode((const uint8_t *)buffer, size, s))
			return true;
		fprintf(stderr, "%s: not a scenario of this version, or cut short\n", path);
		return false;
	}
	if (scenario_parse(buffer, size, s, &error))
		return true;
	fprintf(stderr, "%s:%u:%u: %s\n", path, error.line, error.column, error.message);
	return false;
}

bool load_scenario(const char *path, struct scenario *s)
{
	if (!read_scenario(path, s))
		return false;
	mapper_fit_policy(s);
	return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool for_each_in_directory(const char *path, bool (*each)(const char *, void *),
				  void *context)
{
	struct dirent **entry;
	int n = scandir(path, &entry, not_hidden, by_name);
	if (n < 0)
		return cannot("read the directory", path);
	bool good = true;
	for (int i = 0; i < n; i++) {
		char *name = NULL;
		if (good && asprintf(&name, "%s/%s", path, entry[i]->d_name) < 0)
			good = cannot("allocate memory for", path);
		good = good && for_each_file(name, each, context);
		free(name);
		free(entry[i]);
	}
	free((void *)entry);
	return good;
}

bool for_each_file(const char *path, bool (*each)(const char *path, void *context), void *context)
{
	struct stat st;
	if (stat(path, &st))
		return cannot("open", path);
	if (S_ISDIR(st.st_mode))
		return for_each_in_directory(path, each, context);
	return each(path, context);
}

const char *again(void)
{
	static char text[4096];
	if (mapper_tested()->tree)
		snprintf(text, sizeof(text), "./rig kernel %s", mapper_tested()->tree);
	else if (strcmp(program_invocation_short_name, "vmapdiff") != 0)
		snprintf(text, sizeof(text), "%s", program_invocation_name);
	else
		snprintf(text, sizeof(text), "./rig");
	return text;
}

struct player *need_player(void)
{
	struct player *p = player_create();
	if (!p)
		fprintf(stderr, "vmapdiff: no memory for the simulated machines\n");
	if (!p || !waive_by_environment(&p->waivers))
		exit(EXIT_UNUSABLE);
	return p;
}

bool was_set_up(const struct player *p, const char *path)
{
	struct refusal why;
	if (!player_refused(p, &why))
		return true;
	fprintf(stderr, "%s: op %u: %s, on the mapper %s: %s\n", path, p->refused.op,
		call_traits(p->scenario->op[p->refused.op].call.kind)->name, p->refused.mapper,
		why.reason);
	return false;
}
