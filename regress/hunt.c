// SPDX-License-Identifier: GPL-2.0-only
#include "regress/hunt.h"

#include <errno.h>
#include <string.h>

#include "fuzz/crash.h"
#include "fuzz/scenario_text.h"
#include "regress/vmapdiff.h"

void hunt_begin(struct hunt *hunt)
{
	hunt->player = need_player();
	crash_report_for(hunt->player);
}

void hunt_take(struct hunt *hunt, const struct chunk_result *result)
{
	hunt->cases += result->cases;
	if (result->finding < hunt->finding)
		hunt->finding = result->finding;
}

static int keep(const struct scenario *s, const char *path)
{
	FILE *to = fopen(path, "w");
	if (to)
		scenario_print(s, to);
	if (!to || fclose(to)) {
		fprintf(stderr, "%s: cannot write: %s\n", path, strerror(errno));
		return EXIT_UNUSABLE;
	}
	printf("\nnext: ./rig minimize %s\n", path);
	return EXIT_RULE_BROKEN;
}

int hunt_report(struct hunt *hunt, const struct scenario *s, const char *where, const char *output)
{
	struct verdict verdict;
	hunt_begin(hunt);
	player_play(hunt->player, s, &verdict);
	printf("\n");
	verdict_print(&verdict, stdout);
	printf("  where     %s\n\n", where);
	scenario_print(s, stdout);
	player_destroy(hunt->player);
	if (output)
		return keep(s, output);
	printf("\nnext: the same with -o FILE, then ./rig minimize FILE\n");
	return EXIT_RULE_BROKEN;
}
