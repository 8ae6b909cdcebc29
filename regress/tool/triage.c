// SPDX-License-Identifier: GPL-2.0-only
/*
 * triage: what a folder of crashes is made of. Scenarios that fail with the
 * same signature line, but for the op's number, are one finding: of each the
 * smallest is minimized, and the others are named as its duplicates.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "regress/tool/colour.h"
#include "regress/tool/minimize.h"
#include "regress/tool/vmapdiff.h"

#define MOST_FILES 4096
#define MOST_PATH 512

struct failing {
	char path[MOST_PATH];
	struct child_run run;
	uint64_t size; /* runs, then pages, then ops: how hard it is to read */
	bool told;
};

static struct triage {
	struct player *player;
	struct failing file[MOST_FILES];
	unsigned files, hold, unusable, findings;
	uint64_t trials; /* to minimize one */
} triage;

static struct scenario scenario;

/* Whether the scenario itself says that it fails so. */
static bool is_expected(const struct child_run *run)
{
	char name[64];
	const struct rule_text *text;
	if (scenario.expect.rule == RULE_NONE)
		return false;
	text = rule_text(scenario.expect.rule);
	snprintf(name, sizeof(name), " %s.%s ", text->property, text->name);
	return strstr(run->signature, name);
}

static bool try_file(const char *path, void *context)
{
	struct triage *t = context;
	struct failing *f = &t->file[t->files];
	if (!load_scenario(path, &scenario)) {
		t->unusable++;
		return true;
	}
	if (t->files == MOST_FILES || strlen(path) >= MOST_PATH) {
		fprintf(stderr, "vmapdiff triage: %s: more than %d files, or too long a path\n",
			path, MOST_FILES);
		return false;
	}
	if (!child_run_play(t->player, &scenario, &f->run))
		return false;
	if (!f->run.signature[0] || is_expected(&f->run)) {
		t->hold++;
		return true;
	}
	strcpy(f->path, path);
	f->size = scenario_size(&scenario);
	f->told = false;
	t->files++;
	return true;
}

/* The smallest that fails as file `i` does. */
static unsigned smallest_like(const struct triage *t, unsigned i)
{
	unsigned best = i;
	ASSERT_CMP(i, <, t->files);
	for (unsigned k = i + 1; k < t->files; k++)
		if (child_run_same(&t->file[k].run, &t->file[i].run) &&
		    t->file[k].size < t->file[best].size)
			best = k;
	return best;
}

static void tell_duplicates(struct triage *t, unsigned of)
{
	for (unsigned k = 0; k < t->files; k++) {
		if (!child_run_same(&t->file[k].run, &t->file[of].run))
			continue;
		t->file[k].told = true;
		if (k != of)
			printf("  duplicate %s\n", t->file[k].path);
	}
}

/* Minimizes one of a kind and names the others. */
static bool tell(struct triage *t, unsigned i, const char *directory)
{
	char path[MOST_PATH];
	struct failing *f = &t->file[smallest_like(t, i)];
	struct minimized result;
	colour_print(f->run.signature, stdout);
	printf("\n  smallest  %s\n", f->path);
	tell_duplicates(t, (unsigned)(f - t->file));
	fflush(stdout);
	t->findings++;
	if (!load_scenario_again(f->path, &scenario) ||
	    !minimize_scenario(t->player, &scenario, t->trials, &result) ||
	    !result.run.signature[0])
		return false;
	printf("  minimized %u ops, %u runs, %" PRIu64 " pages, by %u trials%s\n", scenario.ops,
	       scenario.runs, scenario_pages(&scenario), result.trials,
	       result.is_bounded ? MINIMIZED_BOUNDED : "");
	if (!directory) {
		write_scenario(&scenario, result.run.signature, NULL);
		printf("\n");
		return true;
	}
	snprintf(path, sizeof(path), "%s/finding-%u.scenario", directory, t->findings);
	if (!write_scenario(&scenario, result.run.signature, path))
		return false;
	printf("  next      ");
	print_next(stdout, "show", path);
	printf("\n");
	return true;
}

int command_triage(int argc, char **argv)
{
	struct arguments a;
	bool good = true;
	if (!read_arguments("triage", argc, argv, &a))
		return EXIT_UNUSABLE;
	triage = (struct triage){ .player = need_player(),
				  .trials = a.trials ? a.trials : MINIMIZE_TRIALS };
	for (int i = 0; i < a.files; i++)
		good = for_each_file(a.file[i], try_file, &triage) && good;
	for (unsigned i = 0; i < triage.files && good; i++)
		if (!triage.file[i].told)
			good = tell(&triage, i, a.output);
	printf("%u scenarios: %u findings in %u that fail, %u as expected, %u unusable\n",
	       triage.files + triage.hold + triage.unusable, triage.findings, triage.files,
	       triage.hold, triage.unusable);
	player_destroy(triage.player);
	if (!good || triage.unusable)
		return EXIT_UNUSABLE;
	return triage.findings ? EXIT_RULE_BROKEN : EXIT_AS_EXPECTED;
}
