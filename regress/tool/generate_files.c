// SPDX-License-Identifier: GPL-2.0-only
/*
 * generate: writes generated scenarios to files. Of a Linux tree they are
 * those that `kernel test` plays, adapted to what its callers do.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/adapt.h"
#include "fuzz/generate.h"
#include "fuzz/scenario_text.h"
#include "regress/tool/kernel_test.h"
#include "regress/tool/minimize.h"
#include "regress/tool/output.h"
#include "regress/tool/vmapdiff.h"

#define MAX_FILES 1000000 /* their names have six digits, in whose order they are listed */

static struct scenario scenario;

static bool write_one(const char *folder, uint64_t number)
{
	char *path = NULL;
	if (asprintf(&path, "%s/%06" PRIu64 ".scenario", folder, number) < 0) {
		fprintf(stderr, "vmapdiff generate: no memory\n");
		return false;
	}
	struct output out;
	bool good = output_open(&out, path);
	if (good)
		scenario_print(&scenario, out.to);
	good = good && output_close(&out);
	free(path);
	return good;
}

static bool write_all(struct player *player, const struct arguments *a)
{
	struct rng rng = { a->seed };
	for (uint64_t i = 0; i < a->executions; i++) {
		generate(&scenario, (enum profile_id)(i % PROFILES), &rng, KERNEL_MAX_PAGES);
		mapper_fit_policy(&scenario);
		adapt(player, &scenario);
		if (!write_one(a->output, i))
			return false;
	}
	fprintf(stderr, "wrote %" PRIu64 " scenario%s to %s\n", a->executions,
		a->executions == 1 ? "" : "s", a->output);
	return true;
}

static bool make_folder(const char *path)
{
	if (!mkdir(path, 0777) || errno == EEXIST)
		return true;
	return cannot("make the directory", path);
}

int command_generate(int argc, char **argv)
{
	struct arguments a = { .seed = 1, .executions = 1024 };
	if (!read_options("generate", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files || !a.output) {
		fprintf(stderr, "vmapdiff generate: %s; see 'vmapdiff generate --help'\n",
			a.files ? "takes no files" : "-o DIR is missing");
		return EXIT_UNUSABLE;
	}
	if (a.executions > MAX_FILES) {
		fprintf(stderr, "vmapdiff generate: --executions %" PRIu64 ": at most %d\n",
			a.executions, MAX_FILES);
		return EXIT_UNUSABLE;
	}
	if (!make_folder(a.output))
		return EXIT_UNUSABLE;
	struct player *player = need_player();
	bool good = write_all(player, &a);
	player_destroy(player);
	return good ? EXIT_AS_EXPECTED : EXIT_UNUSABLE;
}
